//! Invitations by mail as the database has them and as the API shows them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::WorkspaceId;
use crate::db::schema::meeting_invites;
use crate::meetings::{Meeting, MeetingId};
use crate::{resource_id, text_enum};

resource_id!(
    /// Identifies an invitation by mail.
    InviteId
);

text_enum! {
    /// What a mail about a meeting asks for (RFC 5546).
    InviteMethod {
        /// To come, or to note another time.
        Request = "request",
        /// To strike it out.
        Cancel = "cancel",
    }
}

text_enum! {
    /// What somebody answered who was invited.
    InviteAnswer {
        NeedsAction = "needs_action",
        Accepted = "accepted",
        Declined = "declined",
        Tentative = "tentative",
    }
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = meeting_invites, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct InviteRow {
    pub workspace_id: WorkspaceId,
    pub id: InviteId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub meeting_id: MeetingId,
    pub sender_id: Uuid,
    pub uid: String,
    pub title: String,
    pub note: Option<String>,
    pub name: Option<String>,
    pub address: String,
    pub address_key: String,
    pub method: InviteMethod,
    #[diesel(column_name = revision)]
    pub sequence: i32,
    pub sent_at: DateTime<Utc>,
    /// Mails on that day (UTC).
    pub sent_count: i32,
    /// The meeting's own number, as the last mail told it: a repeated mail has a higher one of its own.
    #[diesel(column_name = told_revision)]
    pub told_sequence: i32,
    pub told_starts_at: Option<DateTime<Utc>>,
    pub answer: InviteAnswer,
    pub answered_at: Option<DateTime<Utc>>,
    pub comment: Option<String>,
    /// The number of the first mail that told the time that the last one told.
    #[diesel(column_name = time_revision)]
    pub time_sequence: i32,
    /// When their calendar wrote the answer.
    pub answer_stamped_at: Option<DateTime<Utc>>,
    pub proposed_starts_at: Option<DateTime<Utc>>,
}

impl InviteRow {
    /// As it is when a mail goes out that tells the meeting as it is now.
    pub fn told(self, meeting: &Meeting, method: InviteMethod, now: DateTime<Utc>) -> Self {
        let same_day = self.sent_at.date_naive() == now.date_naive();
        // Each mail has a higher number than the one before.
        let sequence = meeting.sequence.max(self.sequence.saturating_add(1));
        Self {
            version: self.version + 1,
            updated_at: now,
            method,
            sequence,
            time_sequence: if self.told_starts_at == meeting.starts_at { self.time_sequence } else { sequence },
            sent_at: now,
            sent_count: if same_day { self.sent_count + 1 } else { 1 },
            told_sequence: meeting.sequence,
            told_starts_at: meeting.starts_at,
            ..self
        }
    }

    /// As it is when nobody has answered to the time that the meeting has now.
    pub fn unanswered(self) -> Self {
        Self {
            answer: InviteAnswer::NeedsAction,
            answered_at: None,
            comment: None,
            answer_stamped_at: None,
            proposed_starts_at: None,
            ..self
        }
    }
}

/// What to tell those who are invited.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "title": "Fifteen minutes about site operations", "note": "Looking forward to it." }))]
pub struct InviteInput {
    /// What the meeting is called in their calendar; by default `A conversation with …`. Its own title is not told.
    #[schema(max_length = 200)]
    pub title: Option<String>,
    /// A few words in the mail.
    #[schema(max_length = 4096)]
    pub note: Option<String>,
}

/// Somebody who was invited by mail.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MeetingInvite {
    pub id: InviteId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub meeting_id: MeetingId,
    pub name: Option<String>,
    #[schema(format = "email")]
    pub address: String,
    pub title: String,
    /// What the last mail asked for.
    pub method: InviteMethod,
    /// The `SEQUENCE` of the last mail.
    #[schema(example = 1)]
    pub sequence: i32,
    /// When it was put on its way.
    pub sent_at: DateTime<Utc>,
    pub answer: InviteAnswer,
    pub answered_at: Option<DateTime<Utc>>,
    /// What they wrote with their answer.
    pub comment: Option<String>,
    /// The time that they would rather have, as their calendar proposed it. `POST /v1/meetings/{id}/reschedule` agrees to it.
    pub proposed_starts_at: Option<DateTime<Utc>>,
}

impl From<InviteRow> for MeetingInvite {
    fn from(row: InviteRow) -> Self {
        let InviteRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            meeting_id,
            sender_id: _,
            uid: _,
            title,
            note: _,
            name,
            address,
            address_key: _,
            method,
            sequence,
            sent_at,
            sent_count: _,
            told_sequence: _,
            told_starts_at: _,
            answer,
            answered_at,
            comment,
            time_sequence: _,
            answer_stamped_at: _,
            proposed_starts_at,
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            meeting_id,
            name,
            address,
            title,
            method,
            sequence,
            sent_at,
            answer,
            answered_at,
            comment,
            proposed_starts_at,
        }
    }
}

/// All who were invited to a meeting by mail.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeetingInvites {
    /// As many as the meeting has had contacts, at most.
    pub invites: Vec<MeetingInvite>,
}
