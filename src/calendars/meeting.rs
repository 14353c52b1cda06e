//! Meetings as events of a calendar.
use std::collections::HashMap;

use calcard::icalendar::{ICalendarParticipationStatus, ICalendarStatus};
use chrono::{DateTime, TimeDelta, Utc};

use super::ics::{Event, Guest, Person};
use crate::contacts::{self, ContactId};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::meetings::{Meeting, MeetingMedium, MeetingParty, MeetingState, Place};
use crate::zones::{self, Tz};

/// How long before a meeting to be reminded, beside the way to it.
const REMINDED: TimeDelta = TimeDelta::minutes(15);

/// For whose calendar it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Everything, by the seeker's clock.
    Seekers,
    /// What concerns both, by the contact's clock.
    Contacts,
}

/// What the names of events end with.
pub fn uid(meeting: &Meeting, host: &str) -> String {
    format!("{}@{host}", meeting.id)
}

/// The meeting as an event; none without a time. `title` is what it is called.
pub fn event(meeting: &Meeting, title: String, host: &str, whose: Whose) -> Option<Event> {
    let (starts_at, ends_at) = meeting.starts_at.zip(meeting.ends_at)?;
    let zone = if whose == Whose::Seekers { &meeting.seeker_zone } else { &meeting.contact_zone };
    let place = meeting.place.as_ref();
    Some(Event {
        uid: uid(meeting, host),
        sequence: meeting.sequence,
        stamped_at: meeting.updated_at,
        created_at: meeting.created_at,
        changed_at: meeting.updated_at,
        starts_at,
        ends_at,
        zone: zones::zone(zone).unwrap_or(Tz::UTC),
        status: status(meeting.state),
        summary: title,
        description: description(meeting, whose),
        location: place.and_then(location),
        link: place.and_then(|place| place.link.clone()),
        organizer: None,
        guests: Vec::new(),
        // Nobody is to be reminded of what was called off, or is over.
        alarm: (whose == Whose::Seekers && is_to_come(meeting.state)).then(|| REMINDED + ahead(meeting)),
    })
}

fn is_to_come(state: MeetingState) -> bool {
    matches!(state, MeetingState::Proposed | MeetingState::Confirmed)
}

/// How long before it begins to be there.
fn ahead(meeting: &Meeting) -> TimeDelta {
    TimeDelta::minutes(meeting.arrive_minutes_before.unwrap_or_default().into())
}

fn status(state: MeetingState) -> ICalendarStatus {
    match state {
        MeetingState::Proposed => ICalendarStatus::Tentative,
        MeetingState::Confirmed | MeetingState::Completed | MeetingState::NoShow => ICalendarStatus::Confirmed,
        MeetingState::Cancelled => ICalendarStatus::Cancelled,
    }
}

fn description(meeting: &Meeting, whose: Whose) -> Option<String> {
    let place = meeting.place.as_ref();
    let mut lines = Vec::new();
    let number = place.and_then(|place| place.phone.as_ref()).filter(|_| meeting.medium == MeetingMedium::Phone);
    lines.extend(number.map(|number| format!("Number to call: {number}")));
    lines.extend(place.and_then(|place| place.directions.clone()));
    if whose == Whose::Seekers {
        let names: Vec<&str> = meeting.contacts.iter().filter_map(|contact| contact.name.as_deref()).collect();
        lines.extend((!names.is_empty()).then(|| format!("With {}", names.join(", "))));
        lines.extend(meeting.arrive_minutes_before.map(|minutes| format!("Be there {minutes} minutes before")));
        lines.extend(meeting.bring.as_ref().map(|bring| format!("Bring: {bring}")));
        lines.extend(meeting.dress.as_ref().map(|dress| format!("Dress: {dress}")));
        lines.extend(meeting.notes.clone());
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn location(place: &Place) -> Option<String> {
    let somewhere: Vec<&str> = [&place.name, &place.address].into_iter().flatten().map(String::as_str).collect();
    if !somewhere.is_empty() {
        return Some(somewhere.join(", "));
    }
    place.link.clone().or_else(|| place.phone.clone())
}

/// Who is invited to these meetings, as far as they have an address.
pub async fn guests(
    conn: &Conn,
    workspace: WorkspaceId,
    meetings: &[&Meeting],
) -> ApiResult<HashMap<ContactId, Person>> {
    let mut ids: Vec<ContactId> = meetings.iter().flat_map(|meeting| meeting.contact_ids.iter().copied()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = contacts::find_many(conn, workspace, &ids).await?;
    let person = |row: contacts::ContactRow| Some((row.id, Person { name: row.name(), address: row.address()? }));
    Ok(rows.into_iter().filter_map(person).collect())
}

impl Event {
    /// With who invites and who is invited. Who has agreed to the time has accepted.
    pub fn between(self, organizer: Person, meeting: &Meeting, people: &HashMap<ContactId, Person>) -> Self {
        let answer = answer(meeting);
        let guest = |id| Some(Guest { person: people.get(id).cloned()?, answer: answer.clone() });
        let guests = meeting.contact_ids.iter().filter_map(guest).collect();
        Self { organizer: Some(organizer), guests, ..self }
    }

    /// As something that is sent now.
    pub fn sent(self, now: DateTime<Utc>) -> Self {
        Self { stamped_at: now, ..self }
    }
}

fn answer(meeting: &Meeting) -> ICalendarParticipationStatus {
    let by_contact = meeting.history.last().is_some_and(|step| step.by == Some(MeetingParty::Contact));
    match meeting.state {
        MeetingState::Proposed => ICalendarParticipationStatus::NeedsAction,
        MeetingState::Cancelled if by_contact => ICalendarParticipationStatus::Declined,
        MeetingState::Cancelled => ICalendarParticipationStatus::NeedsAction,
        MeetingState::Confirmed | MeetingState::Completed | MeetingState::NoShow => {
            ICalendarParticipationStatus::Accepted
        }
    }
}
