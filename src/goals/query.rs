//! What a list of goals is filtered and sorted by.
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::{GoalOutcome, GoalRow};
use crate::http::page::DEFAULT_LIMIT;
use crate::sort::Position;
use crate::sort_keys;

sort_keys! {
    /// What goals are sorted by; `-` in front for descending.
    GoalSort by By { Created = "created_at", Updated = "updated_at", Rank = "rank" }
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
    pub sort: GoalSort,
    /// Of any of these meetings.
    #[param(max_items = 100)]
    pub meeting_id: Vec<Uuid>,
    /// Those of the whole search, or those of meetings.
    pub of_search: Option<bool>,
    /// Those that serve any of these goals.
    #[param(max_items = 100)]
    pub serves_id: Vec<Uuid>,
    /// Any of these.
    #[param(inline)]
    pub outcome: Vec<GoalOutcome>,
    /// Whether it was said what became of it.
    pub settled: Option<bool>,
    pub updated_after: Option<DateTime<Utc>>,
    pub updated_before: Option<DateTime<Utc>>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            sort: GoalSort::default(),
            meeting_id: Vec::new(),
            of_search: None,
            serves_id: Vec::new(),
            outcome: Vec::new(),
            settled: None,
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

    pub fn position(&self, row: &GoalRow) -> Position {
        let id = row.id.into();
        match self.sort.order().by {
            By::Created => Position { id, ..Position::default() },
            By::Updated => Position { id, at: Some(row.updated_at), ..Position::default() },
            By::Rank => Position { id, number: Some(row.rank), ..Position::default() },
        }
    }
}
