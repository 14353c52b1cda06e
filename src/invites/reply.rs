//! What calendars answer for those who are invited (`METHOD:REPLY` and `METHOD:COUNTER`, RFC 5546, 3.2.3 and 3.2.7). Nothing
//! in it is believed but as its writer's words.
use calcard::icalendar::{
    ICalendar, ICalendarEntry, ICalendarMethod, ICalendarParameterName, ICalendarParameterValue,
    ICalendarParticipationStatus, ICalendarProperty, ICalendarValue,
};
use calcard::{Entry, Parser};
use chrono::{DateTime, Utc};

use super::model::InviteAnswer;
use crate::busy;

/// As long as a comment is kept.
const COMMENT: usize = 1_000;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub uid: String,
    /// Who sends it.
    pub from: String,
    /// Who answers.
    pub address: String,
    pub answer: InviteAnswer,
    /// To which mail about the meeting.
    pub sequence: i64,
    /// When it was written.
    pub stamped_at: Option<DateTime<Utc>>,
    pub comment: Option<String>,
    /// Of a counter-proposal, when it would begin.
    pub proposed_starts_at: Option<DateTime<Utc>>,
}

/// Reads the part of a mail that is an answer; none when it is something else. `from` is who sends the mail.
pub fn read(text: &str, from: &str) -> Option<Reply> {
    let Entry::ICalendar(calendar) = Parser::new(text).entry() else { return None };
    let method = calendar.components.first()?.property(&ICalendarProperty::Method)?;
    match method.values.first() {
        Some(ICalendarValue::Method(ICalendarMethod::Reply)) => answer(&calendar, from, false),
        Some(ICalendarValue::Method(ICalendarMethod::Counter)) => answer(&calendar, from, true),
        _ => None,
    }
}

fn answer(calendar: &ICalendar, from: &str, is_counter: bool) -> Option<Reply> {
    let event = calendar.components.iter().find(|component| component.component_type.is_event())?;
    // One attendee answers, but some calendars list all who were invited.
    let all = || event.properties(&ICalendarProperty::Attendee);
    let attendee = all().find(|one| address(one).is_some_and(|own| own.eq_ignore_ascii_case(from))).or(all().next())?;
    let status = attendee.parameters(&ICalendarParameterName::Partstat).find_map(|value| match value {
        ICalendarParameterValue::Partstat(status) => Some(status),
        _ => None,
    });
    let answer = match status {
        // Whoever would rather have another time has said neither yes nor no.
        _ if is_counter => InviteAnswer::Tentative,
        Some(ICalendarParticipationStatus::Accepted) => InviteAnswer::Accepted,
        Some(ICalendarParticipationStatus::Declined) => InviteAnswer::Declined,
        Some(ICalendarParticipationStatus::Tentative) => InviteAnswer::Tentative,
        _ => return None,
    };
    let text = |name| event.property(&name).and_then(|entry| entry.values.first()?.as_text());
    let number = |name| event.property(&name).and_then(|entry| entry.values.first()?.as_integer());
    let time = |name| busy::instant(calendar, event.property(&name)?);
    let comment = text(ICalendarProperty::Comment).map(|text| {
        let kept = text.chars().filter(|c| !c.is_control() || *c == '\n').take(COMMENT);
        kept.collect::<String>().trim().to_owned()
    });
    Some(Reply {
        uid: event.uid()?.to_owned(),
        from: from.to_owned(),
        address: address(attendee)?.to_owned(),
        answer,
        sequence: number(ICalendarProperty::Sequence).unwrap_or_default(),
        stamped_at: time(ICalendarProperty::Dtstamp),
        comment: comment.filter(|comment| !comment.is_empty()),
        proposed_starts_at: time(ICalendarProperty::Dtstart).filter(|_| is_counter),
    })
}

fn address(attendee: &ICalendarEntry) -> Option<&str> {
    attendee.calendar_address().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(lines: &str) -> Option<Reply> {
        let lines = lines.replace('\n', "\r\n");
        read(&format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{lines}\r\nEND:VCALENDAR\r\n"), "grace@navy.example")
    }

    #[test]
    fn an_answer_says_who_and_what() {
        let read = reply(
            "METHOD:REPLY\nBEGIN:VEVENT\nUID:1@x.example\nSEQUENCE:2\nATTENDEE;CN=\"Hopper, Grace\";PARTSTAT=DECLINED:MAILTO:grace@navy.example\n\
             ORGANIZER:mailto:ada@x.example\nCOMMENT:Away\\, sorry\nDTSTAMP:20260302T090000Z\nEND:VEVENT",
        );
        let want = Reply {
            uid: "1@x.example".to_owned(),
            from: "grace@navy.example".to_owned(),
            address: "grace@navy.example".to_owned(),
            answer: InviteAnswer::Declined,
            sequence: 2,
            stamped_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
            comment: Some("Away, sorry".to_owned()),
            proposed_starts_at: None,
        };
        assert_eq!(read, Some(want));
    }

    #[test]
    fn another_time_is_neither_yes_nor_no() {
        let read = reply(
            "METHOD:COUNTER\nBEGIN:VEVENT\nUID:1@x.example\nSEQUENCE:0\nDTSTART;TZID=W. Europe Standard Time:20260702T090000\n\
             ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:tom@navy.example\n\
             ATTENDEE;PARTSTAT=ACCEPTED:mailto:Grace@navy.example\nEND:VEVENT",
        )
        .unwrap();
        assert_eq!((read.answer, read.address.as_str()), (InviteAnswer::Tentative, "Grace@navy.example"));
        assert_eq!(read.proposed_starts_at, Some("2026-07-02T07:00:00Z".parse().unwrap()));
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
        assert_eq!(read("", "grace@navy.example"), None);
    }
}
