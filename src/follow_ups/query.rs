//! What a list of follow-ups is filtered and sorted by.
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::FollowUpRow;
use super::words::{FollowUpKind, FollowUpSource, FollowUpState};
use crate::http::page::DEFAULT_LIMIT;
use crate::sort::Position;
use crate::sort_keys;

sort_keys! {
    /// By creation, update, or when it is due; `due_at` has first what has been due for longest.
    FollowUpSort by By { Created = "created_at", Updated = "updated_at", Due = "due_at" }
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
    pub sort: FollowUpSort,
    /// Any of these.
    #[param(inline)]
    pub state: Vec<FollowUpState>,
    /// Any of these.
    #[param(inline)]
    pub kind: Vec<FollowUpKind>,
    /// Any of these.
    #[param(inline)]
    pub source: Vec<FollowUpSource>,
    /// About any of these contacts.
    #[param(max_items = 100)]
    pub contact_id: Vec<Uuid>,
    /// About any of these messages.
    #[param(max_items = 100)]
    pub message_id: Vec<Uuid>,
    /// About any of these meetings.
    #[param(max_items = 100)]
    pub meeting_id: Vec<Uuid>,
    /// About any of these introductions.
    #[param(max_items = 100)]
    pub introduction_id: Vec<Uuid>,
    /// Made by any of these plans at work.
    #[param(max_items = 100)]
    pub run_id: Vec<Uuid>,
    /// Those that are open and due now, or are not.
    pub due: Option<bool>,
    /// Those that are open and late by now, or are not.
    pub overdue: Option<bool>,
    pub due_after: Option<DateTime<Utc>>,
    pub due_before: Option<DateTime<Utc>>,
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
            sort: FollowUpSort::default(),
            state: Vec::new(),
            kind: Vec::new(),
            source: Vec::new(),
            contact_id: Vec::new(),
            message_id: Vec::new(),
            meeting_id: Vec::new(),
            introduction_id: Vec::new(),
            run_id: Vec::new(),
            due: None,
            overdue: None,
            due_after: None,
            due_before: None,
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

    pub fn position(&self, row: &FollowUpRow) -> Position {
        let at = match self.sort.order().by {
            By::Created => None,
            By::Updated => Some(row.updated_at),
            By::Due => Some(row.due_at),
        };
        Position { id: row.id.into(), at, ..Position::default() }
    }
}
