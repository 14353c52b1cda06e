//! What a list of plans at work is filtered and sorted by.
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::{FollowUpRunState, RunRow};
use crate::http::page::DEFAULT_LIMIT;
use crate::sort::Position;
use crate::sort_keys;

sort_keys! {
    /// By creation or update; `-` for descending.
    FollowUpRunSort by By { Created = "created_at", Updated = "updated_at" }
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
    pub sort: FollowUpRunSort,
    /// Any of these.
    #[param(inline)]
    pub state: Vec<FollowUpRunState>,
    /// To any of these contacts.
    #[param(max_items = 100)]
    pub contact_id: Vec<Uuid>,
    /// Attached to any of these messages.
    #[param(max_items = 100)]
    pub message_id: Vec<Uuid>,
    /// By any of these plans.
    #[param(max_items = 100)]
    pub plan_id: Vec<Uuid>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            sort: FollowUpRunSort::default(),
            state: Vec::new(),
            contact_id: Vec::new(),
            message_id: Vec::new(),
            plan_id: Vec::new(),
        }
    }
}

impl ListQuery {
    /// One more than the page holds, so that the page can tell whether another follows.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    pub fn position(&self, row: &RunRow) -> Position {
        let at = match self.sort.order().by {
            By::Created => None,
            By::Updated => Some(row.updated_at),
        };
        Position { id: row.id.into(), at, ..Position::default() }
    }
}
