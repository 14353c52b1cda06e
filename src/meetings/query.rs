//! What a list of meetings is filtered and sorted by.
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::MeetingRow;
use super::words::{MeetingMedium, MeetingState};
use crate::http::page::DEFAULT_LIMIT;
use crate::sort::Position;
use crate::sort_keys;

sort_keys! {
    /// What meetings are sorted by; `-` in front for descending.
    MeetingSort by By { Created = "created_at", Updated = "updated_at", Starts = "starts_at" }
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
    /// By `starts_at`, only meetings that have a time are listed.
    #[param(inline)]
    pub sort: MeetingSort,
    /// With any of these contacts.
    #[param(max_items = 100)]
    pub contact_id: Vec<Uuid>,
    /// Any of these.
    #[param(inline)]
    pub state: Vec<MeetingState>,
    /// Any of these.
    #[param(inline)]
    pub medium: Vec<MeetingMedium>,
    pub starts_after: Option<DateTime<Utc>>,
    pub starts_before: Option<DateTime<Utc>>,
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
            sort: MeetingSort::default(),
            contact_id: Vec::new(),
            state: Vec::new(),
            medium: Vec::new(),
            starts_after: None,
            starts_before: None,
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

    pub fn position(&self, row: &MeetingRow) -> Position {
        let at = match self.sort.order().by {
            By::Created => None,
            By::Updated => Some(row.updated_at),
            By::Starts => row.starts_at,
        };
        Position { id: row.id.into(), at, ..Position::default() }
    }
}
