//! What a list of insights is filtered and sorted by.
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::InsightRow;
use super::words::{InsightConfidence, InsightStance};
use crate::http::page::DEFAULT_LIMIT;
use crate::sort::Position;
use crate::sort_keys;

sort_keys! {
    /// What insights are sorted by; `-` in front for descending.
    InsightSort by By { Created = "created_at", Updated = "updated_at" }
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
    pub sort: InsightSort,
    /// Learned in any of these meetings.
    #[param(max_items = 100)]
    pub meeting_id: Vec<Uuid>,
    /// Learned in a meeting with any of these contacts.
    #[param(max_items = 100)]
    pub contact_id: Vec<Uuid>,
    /// For any of these goals.
    #[param(max_items = 100)]
    pub goal_id: Vec<Uuid>,
    /// By any of these questions of meetings.
    #[param(max_items = 100)]
    pub question_id: Vec<Uuid>,
    /// About any of these topics, whatever the case.
    #[param(max_items = 100)]
    pub topic: Vec<String>,
    /// Any of these.
    #[param(inline)]
    pub stance: Vec<InsightStance>,
    /// Any of these.
    #[param(inline)]
    pub confidence: Vec<InsightConfidence>,
    pub updated_after: Option<DateTime<Utc>>,
    pub updated_before: Option<DateTime<Utc>>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            sort: InsightSort::default(),
            meeting_id: Vec::new(),
            contact_id: Vec::new(),
            goal_id: Vec::new(),
            question_id: Vec::new(),
            topic: Vec::new(),
            stance: Vec::new(),
            confidence: Vec::new(),
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

    pub fn position(&self, row: &InsightRow) -> Position {
        let id = row.id.into();
        match self.sort.order().by {
            By::Created => Position { id, ..Position::default() },
            By::Updated => Position { id, at: Some(row.updated_at), ..Position::default() },
        }
    }
}
