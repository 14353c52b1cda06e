//! What a list of questions of meetings is filtered by; in the order in which they are to be asked.
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::MeetingQuestionRow;
use crate::http::page::DEFAULT_LIMIT;
use crate::sort::Position;

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
    /// Of any of these meetings.
    #[param(max_items = 100)]
    pub meeting_id: Vec<Uuid>,
    /// For any of these goals.
    #[param(max_items = 100)]
    pub goal_id: Vec<Uuid>,
    /// Whether it was asked.
    pub asked: Option<bool>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None, meeting_id: Vec::new(), goal_id: Vec::new(), asked: None }
    }
}

impl ListQuery {
    /// One more than the page holds, so that the page can tell whether another follows.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

pub fn position(row: &MeetingQuestionRow) -> Position {
    Position { id: row.id.into(), number: Some(row.position), ..Position::default() }
}
