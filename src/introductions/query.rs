//! What a list of introductions is filtered and sorted by.
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::IntroductionRow;
use super::state::State;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::http::page::DEFAULT_LIMIT;
use crate::sort::Position;
use crate::{merges, sort_keys};

sort_keys! {
    /// What introductions are sorted by; `-` in front for descending.
    IntroductionSort by By { Created = "created_at", Updated = "updated_at" }
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
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
    pub sort: IntroductionSort,
    /// Any of these.
    #[param(inline)]
    pub state: Vec<State>,
    /// By any of these contacts.
    #[param(max_items = 100)]
    pub introducer_id: Vec<Uuid>,
    /// To any of these contacts.
    #[param(max_items = 100)]
    pub introduced_id: Vec<Uuid>,
    /// Those that this contact gave or that led to it.
    pub contact_id: Option<Uuid>,
    /// Of people who were named as working at any of these companies.
    #[param(max_items = 100)]
    pub introduced_company_id: Vec<Uuid>,
    /// Those that this request brought.
    pub circle_request_id: Option<Uuid>,
    /// Those that came up in this meeting.
    pub meeting_id: Option<Uuid>,
    pub may_use_name: Option<bool>,
    /// Whether the introducer was thanked.
    pub thanked: Option<bool>,
    /// Whether the introducer knows what came of it.
    pub loop_closed: Option<bool>,
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
            sort: IntroductionSort::default(),
            state: Vec::new(),
            introducer_id: Vec::new(),
            introduced_id: Vec::new(),
            contact_id: None,
            introduced_company_id: Vec::new(),
            circle_request_id: None,
            meeting_id: None,
            may_use_name: None,
            thanked: None,
            loop_closed: None,
            created_after: None,
            created_before: None,
            updated_after: None,
            updated_before: None,
        }
    }
}

impl ListQuery {
    /// By the contacts that are there for those that were merged.
    pub async fn followed(mut self, conn: &Conn, workspace: WorkspaceId) -> ApiResult<Self> {
        self.introducer_id = merges::followed(conn, workspace, self.introducer_id).await?;
        self.introduced_id = merges::followed(conn, workspace, self.introduced_id).await?;
        self.contact_id = merges::followed(conn, workspace, self.contact_id.into_iter().collect()).await?.pop();
        Ok(self)
    }

    /// One more than the page holds, so that the page can tell whether another follows.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    pub fn position(&self, row: &IntroductionRow) -> Position {
        let at = match self.sort.order().by {
            By::Created => None,
            By::Updated => Some(row.updated_at),
        };
        Position { id: row.id.into(), at, ..Position::default() }
    }
}
