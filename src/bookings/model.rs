//! Offers as the database has them.
use chrono::{DateTime, Datelike, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::api::{Availability, OfferChoice};
use super::words::{OfferState, OfferStep};
use crate::db::schema::meeting_offers;
use crate::db::{Json, WorkspaceId};
use crate::meetings::{Meeting, MeetingId, MeetingMedium, MeetingState};
use crate::{resource_id, zones};

resource_id!(
    /// Identifies an offer.
    OfferId
);

/// No `Debug`: nothing prints a token's hash by accident.
#[derive(Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = meeting_offers, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct OfferRow {
    pub workspace_id: WorkspaceId,
    pub id: OfferId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub meeting_id: MeetingId,
    /// None of one that came with an archive: no link leads to it.
    pub token_hash: Option<Vec<u8>>,
    pub state: OfferStep,
    pub expires_at: DateTime<Utc>,
    pub invitation: Json<Invitation>,
    pub booked_at: Option<DateTime<Utc>>,
    pub answer: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
    pub made_by: Option<Uuid>,
    /// Whether they are told by mail of what is done with the link.
    pub wants_mail: bool,
    /// Whether whoever books is sent an invitation for their calendar.
    pub invite: bool,
}

/// What the invited person is shown. Nothing else of the workspace is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Invitation {
    pub host_name: String,
    pub title: String,
    pub note: Option<String>,
    pub time_zone: String,
    pub duration_minutes: i16,
    pub choices: Vec<OfferChoice>,
    /// The times, unless they follow from `availability`.
    pub slots: Vec<DateTime<Utc>>,
    pub availability: Option<Availability>,
    /// Other meetings may take the same time.
    pub allow_overlap: bool,
}

impl Invitation {
    /// Whether what an archive says can be one: what the API would not have taken could ask for endless work.
    pub fn is_sound(value: &Value) -> bool {
        let Ok(invitation) = serde_json::from_value::<Self>(value.clone()) else { return false };
        let Self { time_zone, duration_minutes, choices, slots, availability, .. } = &invitation;
        let is_zone = |zone: &String| zones::zone(zone).is_some();
        let are_hours = |availability: &Availability| {
            let Availability { weekdays, from, until, time_zone, first_on, days, step_minutes, notice_hours } =
                availability;
            !weekdays.is_empty()
                && zones::time(from).zip(zones::time(until)).is_some_and(|(from, until)| from < until)
                && time_zone.as_ref().is_none_or(is_zone)
                && first_on.is_some_and(|day| (1970..=2200).contains(&day.year()))
                && (1..=90).contains(days)
                && (5..=240).contains(step_minutes)
                && *notice_hours <= 336
        };
        is_zone(time_zone)
            && (5..=480).contains(duration_minutes)
            && (1..=5).contains(&choices.len())
            && slots.len() <= 10
            && availability.as_ref().map_or(!slots.is_empty(), are_hours)
    }

    /// The place of the first choice of this medium.
    pub fn place_of(&self, medium: MeetingMedium) -> Option<usize> {
        self.choices.iter().position(|choice| choice.medium == medium)
    }
}

impl OfferRow {
    /// Whether its own link would lead somewhere, whatever became of the meeting.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.state == OfferStep::Open && self.token_hash.is_some() && self.expires_at > now
    }

    /// Where it stands, beside the meeting; without one, that lies in the trash.
    pub fn standing(&self, meeting: Option<&Meeting>, now: DateTime<Utc>) -> OfferState {
        match self.state {
            OfferStep::Open if meeting.is_none_or(|own| own.state != MeetingState::Proposed || lacks_people(own)) => {
                OfferState::Closed
            }
            OfferStep::Booked if meeting.is_some_and(|meeting| meeting.state == MeetingState::Cancelled) => {
                OfferState::Closed
            }
            OfferStep::Open if self.token_hash.is_none() => OfferState::Revoked,
            OfferStep::Open if self.expires_at <= now => OfferState::Expired,
            step => step.into(),
        }
    }
}

/// Whether all whom it is with lie in the trash.
fn lacks_people(meeting: &Meeting) -> bool {
    !meeting.contacts.is_empty() && meeting.contacts.iter().all(|contact| contact.name.is_none())
}
