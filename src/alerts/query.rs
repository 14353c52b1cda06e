//! What a list of alerts is filtered by.
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::AlertState;
use crate::feeds::FeedKind;
use crate::http::page::DEFAULT_LIMIT;

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
    /// In any of these states.
    #[param(inline)]
    pub state: Vec<AlertState>,
    /// Of any of these feeds.
    #[param(max_items = 100)]
    pub feed_id: Vec<Uuid>,
    /// Of feeds about any of these companies.
    #[param(max_items = 100)]
    pub company_id: Vec<Uuid>,
    /// Of feeds about any of these contacts.
    #[param(max_items = 100)]
    pub contact_id: Vec<Uuid>,
    /// Of feeds about any of these industries, whatever their case.
    #[param(max_items = 100)]
    pub industry: Vec<String>,
    /// Of feeds of any of these saved searches for jobs, as they are written.
    #[param(max_items = 100)]
    pub saved_search: Vec<String>,
    /// Of feeds of either kind.
    #[param(inline)]
    pub kind: Vec<FeedKind>,
    /// Published, or else found, after that.
    pub dated_after: Option<DateTime<Utc>>,
    pub dated_before: Option<DateTime<Utc>>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            state: Vec::new(),
            feed_id: Vec::new(),
            company_id: Vec::new(),
            contact_id: Vec::new(),
            industry: Vec::new(),
            saved_search: Vec::new(),
            kind: Vec::new(),
            dated_after: None,
            dated_before: None,
        }
    }
}

impl ListQuery {
    /// One more than the page holds, so that the page can tell whether another follows.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}
