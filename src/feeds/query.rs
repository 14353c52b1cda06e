//! What a list of feeds is filtered by.
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::FeedKind;
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
    /// Either of these.
    #[param(inline)]
    pub kind: Vec<FeedKind>,
    /// About any of these companies.
    #[param(max_items = 100)]
    pub company_id: Vec<Uuid>,
    /// About any of these contacts.
    #[param(max_items = 100)]
    pub contact_id: Vec<Uuid>,
    /// About any of these industries, whatever their case.
    #[param(max_items = 100)]
    pub industry: Vec<String>,
    /// Of any of these saved searches for jobs, as they are written.
    #[param(max_items = 100)]
    pub saved_search: Vec<String>,
    /// Whether they are watched.
    pub enabled: Option<bool>,
    /// Whether they fail.
    pub failing: Option<bool>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            kind: Vec::new(),
            company_id: Vec::new(),
            contact_id: Vec::new(),
            industry: Vec::new(),
            saved_search: Vec::new(),
            enabled: None,
            failing: None,
        }
    }
}

impl ListQuery {
    /// One more than the page holds, so that the page can tell whether another follows.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}
