//! Offers as the database has them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::api::{Availability, OfferChoice};
use super::words::{OfferState, OfferStep};
use crate::db::schema::meeting_offers;
use crate::db::{Json, WorkspaceId};
use crate::meetings::{Meeting, MeetingId, MeetingMedium, MeetingState};
use crate::resource_id;

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
    pub token_hash: Vec<u8>,
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
    /// The place of the first choice of this medium.
    pub fn place_of(&self, medium: MeetingMedium) -> Option<usize> {
        self.choices.iter().position(|choice| choice.medium == medium)
    }
}

impl OfferRow {
    /// Where it stands, beside the meeting; without one, that lies in the trash.
    pub fn standing(&self, meeting: Option<&Meeting>, now: DateTime<Utc>) -> OfferState {
        match self.state {
            OfferStep::Open if meeting.is_none_or(|meeting| meeting.state != MeetingState::Proposed) => {
                OfferState::Closed
            }
            OfferStep::Open if self.expires_at <= now => OfferState::Expired,
            step => step.into(),
        }
    }
}
