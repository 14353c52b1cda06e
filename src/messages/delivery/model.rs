//! How the sending of a message goes, as the database has it and as the API shows it.
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::WorkspaceId;
use crate::db::schema::deliveries;
use crate::messages::model::MessageId;

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = deliveries, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, message_id))]
pub struct DeliveryRow {
    pub workspace_id: WorkspaceId,
    pub message_id: MessageId,
    pub job_id: Uuid,
    pub sender_id: Uuid,
    pub requested_at: DateTime<Utc>,
    pub any_hour: bool,
    pub attempts: i32,
    pub first_attempt_at: Option<DateTime<Utc>>,
    pub attempted_at: Option<DateTime<Utc>>,
    pub attempting: bool,
    pub handed_over_at: Option<DateTime<Utc>>,
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub last_answer: Option<String>,
    pub counted_on: Option<NaiveDate>,
}

impl DeliveryRow {
    /// A message that somebody wants sent, and the job that shall.
    pub fn fresh(workspace_id: WorkspaceId, message_id: MessageId, sender_id: Uuid, now: DateTime<Utc>) -> Self {
        Self {
            workspace_id,
            message_id,
            job_id: Uuid::now_v7(),
            sender_id,
            requested_at: now,
            any_hour: false,
            attempts: 0,
            first_attempt_at: None,
            attempted_at: None,
            attempting: false,
            handed_over_at: None,
            next_attempt_at: None,
            ended_at: None,
            last_answer: None,
            counted_on: None,
        }
    }
}

/// How the sending of a message goes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageDelivery)]
pub struct Delivery {
    pub message_id: MessageId,
    /// The user in whose name it goes.
    pub sender_id: Uuid,
    /// When sending or scheduling was asked for.
    pub requested_at: DateTime<Utc>,
    /// How often a mail server was asked to take it.
    #[schema(example = 1)]
    pub attempts: i32,
    pub attempted_at: Option<DateTime<Utc>>,
    /// It is being sent at this moment.
    pub in_progress: bool,
    /// When the mail server got the text, the last time. If it is there and the message failed, the answer did not come,
    /// and the message may have arrived.
    pub handed_over_at: Option<DateTime<Utc>>,
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When the message was sent, or failed.
    pub ended_at: Option<DateTime<Utc>>,
    /// The mail server's last words, or what went wrong before it spoke.
    #[schema(example = "250 2.0.0 queued as 4Xq2")]
    pub last_answer: Option<String>,
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        let DeliveryRow {
            workspace_id: _,
            message_id,
            job_id: _,
            sender_id,
            requested_at,
            any_hour: _,
            attempts,
            first_attempt_at: _,
            attempted_at,
            attempting,
            handed_over_at,
            next_attempt_at,
            ended_at,
            last_answer,
            counted_on: _,
        } = row;
        Self {
            message_id,
            sender_id,
            requested_at,
            attempts,
            attempted_at,
            in_progress: attempting,
            handed_over_at,
            next_attempt_at,
            ended_at,
            last_answer,
        }
    }
}
