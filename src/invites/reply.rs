//! What calendars answer for those who are invited (`METHOD:REPLY`, RFC 5546, 3.2.3). Nothing in it is believed but as its
//! writer's words.
use calcard::icalendar::{
    ICalendar, ICalendarMethod, ICalendarParameterName, ICalendarParameterValue, ICalendarParticipationStatus,
    ICalendarProperty, ICalendarValue,
};
use calcard::{Entry, Parser};

use super::model::InviteAnswer;

/// As long as a comment is kept.
const COMMENT: usize = 1_000;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub uid: String,
    /// Who answers.
    pub address: String,
    pub answer: InviteAnswer,
    /// To which mail about the meeting.
    pub sequence: i64,
    pub comment: Option<String>,
}

/// Reads the part of a mail that is an answer; none when it is something else.
pub fn read(text: &str) -> Option<Reply> {
    let Entry::ICalendar(calendar) = Parser::new(text).entry() else { return None };
    let method = calendar.components.first()?.property(&ICalendarProperty::Method)?;
    let replies = method.values.first() == Some(&ICalendarValue::Method(ICalendarMethod::Reply));
    if replies { answer(&calendar) } else { None }
}

fn answer(calendar: &ICalendar) -> Option<Reply> {
    let event = calendar.components.iter().find(|component| component.component_type.is_event())?;
    // Exactly one attendee answers.
    let attendee = event.property(&ICalendarProperty::Attendee)?;
    let status = attendee.parameters(&ICalendarParameterName::Partstat).find_map(|value| match value {
        ICalendarParameterValue::Partstat(status) => Some(status),
        _ => None,
    });
    let answer = match status? {
        ICalendarParticipationStatus::Accepted => InviteAnswer::Accepted,
        ICalendarParticipationStatus::Declined => InviteAnswer::Declined,
        ICalendarParticipationStatus::Tentative => InviteAnswer::Tentative,
        _ => return None,
    };
    let text = |name| event.property(&name).and_then(|entry| entry.values.first()?.as_text());
    let number = |name| event.property(&name).and_then(|entry| entry.values.first()?.as_integer());
    let comment = text(ICalendarProperty::Comment).map(|text| {
        let kept = text.chars().filter(|c| !c.is_control() || *c == '\n').take(COMMENT);
        kept.collect::<String>().trim().to_owned()
    });
    Some(Reply {
        uid: event.uid()?.to_owned(),
        address: attendee.calendar_address()?.trim().to_owned(),
        answer,
        sequence: number(ICalendarProperty::Sequence).unwrap_or_default(),
        comment: comment.filter(|comment| !comment.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(lines: &str) -> Option<Reply> {
        let lines = lines.replace('\n', "\r\n");
        read(&format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{lines}\r\nEND:VCALENDAR\r\n"))
    }

    #[test]
    fn an_answer_says_who_and_what() {
        let read = reply(
            "METHOD:REPLY\nBEGIN:VEVENT\nUID:1@x.example\nSEQUENCE:2\nATTENDEE;CN=\"Hopper, Grace\";PARTSTAT=DECLINED:MAILTO:grace@navy.example\n\
             ORGANIZER:mailto:ada@x.example\nCOMMENT:Away\\, sorry\nDTSTAMP:20260302T090000Z\nEND:VEVENT",
        );
        let want = Reply {
            uid: "1@x.example".to_owned(),
            address: "grace@navy.example".to_owned(),
            answer: InviteAnswer::Declined,
            sequence: 2,
            comment: Some("Away, sorry".to_owned()),
        };
        assert_eq!(read, Some(want));
    }

    #[test]
    fn what_is_no_answer_is_none() {
        let event = "BEGIN:VEVENT\nUID:1\nATTENDEE;PARTSTAT=ACCEPTED:mailto:g@navy.example\nEND:VEVENT";
        assert!(reply(&format!("METHOD:REPLY\n{event}")).is_some());
        for other in [
            event.to_owned(),
            format!("METHOD:REQUEST\n{event}"),
            "METHOD:REPLY".to_owned(),
            "METHOD:REPLY\nBEGIN:VEVENT\nUID:1\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:g@navy.example\nEND:VEVENT"
                .to_owned(),
            "METHOD:REPLY\nBEGIN:VEVENT\nATTENDEE;PARTSTAT=ACCEPTED:mailto:g@navy.example\nEND:VEVENT".to_owned(),
        ] {
            assert_eq!(reply(&other), None, "{other}");
        }
        assert_eq!(read(""), None);
    }
}
