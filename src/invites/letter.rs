//! What a mail about a meeting says, to people and to calendars.
use calcard::icalendar::{ICalendarMethod, ICalendarStatus};
use chrono::{DateTime, Utc};

use super::job::SendInvite;
use super::model::{InviteAnswer, InviteMethod, InviteRow};
use crate::calendars::{self, Calendar, Guest, Person, Whose};
use crate::meetings::{Meeting, MeetingState};

/// The mail for somebody who is invited; none of a meeting without a time.
pub fn write(row: &InviteRow, meeting: &Meeting, sender: Person, now: DateTime<Utc>) -> Option<SendInvite> {
    // The calendar's name of the meeting stays as it was first told.
    let event = calendars::event(meeting, row.title.clone(), "", Whose::Contacts)?;
    let local = meeting.contact_local.as_ref()?;
    let (method, status) = match row.method {
        InviteMethod::Request if meeting.state == MeetingState::Proposed => {
            (ICalendarMethod::Request, ICalendarStatus::Tentative)
        }
        InviteMethod::Request => (ICalendarMethod::Request, ICalendarStatus::Confirmed),
        InviteMethod::Cancel => (ICalendarMethod::Cancel, ICalendarStatus::Cancelled),
    };
    let guest = Person { name: row.name.clone(), address: row.address.clone() };
    let location = event.location.clone();
    let event = calendars::Event {
        uid: row.uid.clone(),
        sequence: row.sequence,
        stamped_at: now,
        status,
        organizer: Some(sender.clone()),
        guests: vec![Guest::new(guest, row.answer.status())],
        ..event
    };
    let starts = DateTime::parse_from_rfc3339(&local.starts).unwrap_or_default();
    let when = format!("{} ({}, {})", starts.format("%A, %-d %B %Y, %H:%M"), local.abbreviation, meeting.contact_zone);
    let host = sender.name.clone().unwrap_or_else(|| sender.address.clone());
    let (opening, subject) = match (row.method, row.version > 1) {
        (InviteMethod::Cancel, _) => (format!("{host} has called this off:"), "Called off"),
        (InviteMethod::Request, true) => (format!("{host} has sent this again, for something has changed:"), "Changed"),
        (InviteMethod::Request, false) => (format!("{host} invites you:"), "Invitation"),
    };
    let mut lines = vec![opening, String::new(), row.title.clone(), when];
    lines.push(format!("{} minutes", meeting.duration_minutes));
    lines.extend(location);
    if let Some(note) = row.note.as_ref().filter(|_| row.method == InviteMethod::Request) {
        lines.extend([String::new(), note.clone()]);
    }
    lines.extend([String::new(), "Your calendar can answer, or just write back.".to_owned(), String::new()]);
    let day = starts.format("%a %-d %b %Y %H:%M");
    Some(SendInvite {
        workspace: row.workspace_id.into(),
        to: row.address.clone(),
        to_name: row.name.clone(),
        sender_name: sender.name.unwrap_or_default(),
        sender_address: sender.address,
        subject: format!("{subject}: {}, {day} {}", row.title, local.abbreviation),
        text: lines.join("\n"),
        method: row.method,
        calendar: Calendar { method: Some(method), events: vec![event], ..Calendar::default() }.text(),
    })
}

impl InviteAnswer {
    fn status(self) -> calcard::icalendar::ICalendarParticipationStatus {
        use calcard::icalendar::ICalendarParticipationStatus::{Accepted, Declined, NeedsAction, Tentative};
        match self {
            Self::NeedsAction => NeedsAction,
            Self::Accepted => Accepted,
            Self::Declined => Declined,
            Self::Tentative => Tentative,
        }
    }
}
