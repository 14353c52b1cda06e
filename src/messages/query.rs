//! What a list of messages is filtered and sorted by.
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::MessageRow;
use super::words::{MessageChannel, MessageDirection, MessagePurpose, MessageSource, MessageState, ReplyKind};
use crate::http::page::DEFAULT_LIMIT;
use crate::sort::Position;
use crate::sort_keys;

sort_keys! {
    /// What messages are sorted by; `-` in front for descending.
    MessageSort by By { Created = "created_at", Updated = "updated_at", Occurred = "occurred_at" }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    pub cursor: Option<String>,
    #[param(inline)]
    pub sort: MessageSort,
    /// To or from any of these contacts.
    #[param(max_items = 100)]
    pub contact_id: Vec<Uuid>,
    #[param(inline)]
    pub direction: Option<MessageDirection>,
    /// Any of these.
    #[param(inline)]
    pub channel: Vec<MessageChannel>,
    /// Any of these.
    #[param(inline)]
    pub purpose: Vec<MessagePurpose>,
    /// Any of these.
    #[param(inline)]
    pub state: Vec<MessageState>,
    /// Any of these.
    #[param(inline)]
    pub reply_kind: Vec<ReplyKind>,
    /// Any of these.
    #[param(inline)]
    pub source: Vec<MessageSource>,
    /// Belonging to any of these meetings.
    #[param(max_items = 100)]
    pub meeting_id: Vec<Uuid>,
    /// Answers to any of these messages.
    #[param(max_items = 100)]
    pub in_reply_to_id: Vec<Uuid>,
    pub occurred_after: Option<DateTime<Utc>>,
    pub occurred_before: Option<DateTime<Utc>>,
    pub scheduled_after: Option<DateTime<Utc>>,
    pub scheduled_before: Option<DateTime<Utc>>,
    pub sent_after: Option<DateTime<Utc>>,
    pub sent_before: Option<DateTime<Utc>>,
    pub received_after: Option<DateTime<Utc>>,
    pub received_before: Option<DateTime<Utc>>,
    pub created_after: Option<DateTime<Utc>>,
    pub created_before: Option<DateTime<Utc>>,
    pub updated_after: Option<DateTime<Utc>>,
    pub updated_before: Option<DateTime<Utc>>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            sort: MessageSort::default(),
            contact_id: Vec::new(),
            direction: None,
            channel: Vec::new(),
            purpose: Vec::new(),
            state: Vec::new(),
            reply_kind: Vec::new(),
            source: Vec::new(),
            meeting_id: Vec::new(),
            in_reply_to_id: Vec::new(),
            occurred_after: None,
            occurred_before: None,
            scheduled_after: None,
            scheduled_before: None,
            sent_after: None,
            sent_before: None,
            received_after: None,
            received_before: None,
            created_after: None,
            created_before: None,
            updated_after: None,
            updated_before: None,
        }
    }
}

impl ListQuery {
    /// One more than the page holds, so that the page can tell whether another follows.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    pub fn position(&self, row: &MessageRow) -> Position {
        let id = row.id.into();
        match self.sort.order().by {
            By::Created => Position { id, ..Position::default() },
            By::Updated => Position { id, at: Some(row.updated_at), ..Position::default() },
            By::Occurred => Position { id, at: Some(row.occurred_at), ..Position::default() },
        }
    }
}
