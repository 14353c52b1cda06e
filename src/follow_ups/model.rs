//! Follow-ups as the database has them.
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::due::Due;
use super::words::{ClosedReason, FollowUpKind, FollowUpSource, FollowUpState};
use crate::contacts::ContactId;
use crate::db::WorkspaceId;
use crate::db::schema::follow_ups;
use crate::introductions::IntroductionId;
use crate::meetings::MeetingId;
use crate::messages::MessageId;
use crate::resource_id;
use crate::zones::{self, Tz};

resource_id!(
    /// Identifies a follow-up.
    FollowUpId
);

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = follow_ups, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct FollowUpRow {
    pub workspace_id: WorkspaceId,
    pub id: FollowUpId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub contact_id: ContactId,
    pub kind: FollowUpKind,
    pub state: FollowUpState,
    pub source: FollowUpSource,
    pub title: Option<String>,
    pub notes: Option<String>,
    pub message_id: Option<MessageId>,
    pub meeting_id: Option<MeetingId>,
    pub introduction_id: Option<IntroductionId>,
    pub run_id: Option<Uuid>,
    pub attempt: Option<i16>,
    pub due_on: NaiveDate,
    pub due_time: Option<NaiveTime>,
    pub own_time_zone: Option<String>,
    pub time_zone: String,
    pub due_at: DateTime<Utc>,
    pub overdue_at: DateTime<Utc>,
    pub after_days: Option<i32>,
    pub repeat_after_days: Option<i32>,
    pub snoozes: i16,
    pub settled_at: Option<DateTime<Utc>>,
    pub closed_reason: Option<ClosedReason>,
}

impl FollowUpRow {
    /// An open one, made by Inroad itself unless said otherwise.
    pub fn fresh(
        workspace: WorkspaceId,
        id: FollowUpId,
        now: DateTime<Utc>,
        contact_id: ContactId,
        kind: FollowUpKind,
        due: Due,
    ) -> Self {
        Self {
            workspace_id: workspace,
            id,
            version: 1,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            contact_id,
            kind,
            state: FollowUpState::Open,
            source: FollowUpSource::Automatic,
            title: None,
            notes: None,
            message_id: None,
            meeting_id: None,
            introduction_id: None,
            run_id: None,
            attempt: None,
            due_on: due.on,
            due_time: due.time,
            own_time_zone: None,
            time_zone: due.zone.name().to_owned(),
            due_at: due.at(),
            overdue_at: due.over(),
            after_days: None,
            repeat_after_days: None,
            snoozes: 0,
            settled_at: None,
            closed_reason: None,
        }
    }

    /// Moves it to another time. What was due some hours before it was late still is.
    pub fn fall_due(&mut self, due: Due) {
        let grace = self.due_time.and(due.time).map(|_| self.overdue_at - self.due_at);
        self.due_on = due.on;
        self.due_time = due.time;
        self.time_zone = due.zone.name().to_owned();
        self.due_at = due.at();
        self.overdue_at = grace.map_or_else(|| due.over(), |grace| self.due_at + grace);
    }

    /// When it is due, as a wall calendar has it.
    pub fn due(&self) -> Due {
        Due { on: self.due_on, time: self.due_time, zone: zones::zone(&self.time_zone).unwrap_or(Tz::UTC) }
    }
}
