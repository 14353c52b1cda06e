//! Meetings as the database has them.
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::api::Place;
use super::debrief::DebriefRecord;
use super::history::MeetingStep;
use super::settings::MeetingSettingsInput;
use super::words::{MeetingMedium, MeetingPayer, MeetingState};
use crate::contacts::ContactId;
use crate::db::schema::{meeting_contacts, meeting_settings, meetings};
use crate::db::{Json, WorkspaceId};
use crate::external_ids::ExternalIds;
use crate::resource_id;

resource_id!(
    /// Identifies a meeting.
    MeetingId
);

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = meetings, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct MeetingRow {
    pub workspace_id: WorkspaceId,
    pub id: MeetingId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub state: MeetingState,
    pub medium: MeetingMedium,
    pub title: Option<String>,
    pub details: Json<Details>,
    pub starts_at: Option<DateTime<Utc>>,
    pub duration_minutes: i16,
    pub seeker_zone: String,
    pub contact_zone: String,
    pub busy_from: Option<DateTime<Utc>>,
    pub busy_until: Option<DateTime<Utc>>,
    pub allow_overlap: bool,
    pub payer: MeetingPayer,
    pub cost_minor: Option<i64>,
    pub cost_currency: Option<String>,
    pub notes: Option<String>,
    pub reconfirmed_at: Option<DateTime<Utc>>,
    pub history: Json<Vec<MeetingStep>>,
    /// What iCalendar calls `SEQUENCE` (RFC 5545, 3.8.7.4), a word that migrations do not use.
    #[diesel(column_name = revision)]
    pub sequence: i32,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub debrief: Option<Json<DebriefRecord>>,
    pub external_ids: Json<ExternalIds>,
}

/// The fields that nothing filters or sorts by, kept as one document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    pub place: Option<Place>,
    pub bring: Option<String>,
    pub dress: Option<String>,
    pub arrive_minutes_before: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable)]
#[diesel(table_name = meeting_contacts, check_for_backend(diesel::pg::Pg))]
pub struct MeetingContactRow {
    pub workspace_id: WorkspaceId,
    pub meeting_id: MeetingId,
    pub contact_id: ContactId,
    pub ordinal: i16,
}

impl MeetingRow {
    pub fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.starts_at.and_then(|at| at.checked_add_signed(self.duration()))
    }

    pub fn duration(&self) -> TimeDelta {
        TimeDelta::minutes(self.duration_minutes.into())
    }

    /// Keeps the way there and back free, too.
    pub fn set_busy(&mut self, travel: TimeDelta) {
        self.busy_from = self.starts_at.and_then(|at| at.checked_sub_signed(travel));
        self.busy_until = self.ends_at().and_then(|at| at.checked_add_signed(travel));
    }
}

/// How a workspace wants its meetings.
#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = meeting_settings, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(primary_key(workspace_id))]
pub struct SettingsRow {
    pub workspace_id: WorkspaceId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub preferences: Json<MeetingSettingsInput>,
}
