//! Feeds as the database has them and as the API shows them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::WorkspaceId;
use crate::db::schema::calendar_feeds;
use crate::{resource_id, text_enum};

resource_id!(
    /// Identifies a feed.
    CalendarFeedId
);

text_enum! {
    /// How a feed tells of follow-ups.
    FeedFollowUps {
        Leave = "leave",
        /// As events of the whole day, which keep no time busy.
        AllDay = "all_day",
        /// As tasks.
        Todo = "todo",
    }
}

/// No `Debug`: nothing prints a token's hash by accident.
#[derive(Clone, HasQuery, Insertable)]
#[diesel(table_name = calendar_feeds, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct FeedRow {
    pub workspace_id: WorkspaceId,
    pub id: CalendarFeedId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub user_id: Uuid,
    pub name: String,
    pub follow_ups: FeedFollowUps,
    pub token_hash: Vec<u8>,
}

/// What can be written of a feed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "My phone", "follow_ups": "all_day" }))]
pub struct CalendarFeedInput {
    /// What the calendar is called.
    #[schema(min_length = 1, max_length = 200, example = "My phone")]
    pub name: String,
    /// Whether it tells of what is due, too; by default not.
    pub follow_ups: Option<FeedFollowUps>,
}

/// A feed of meetings.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarFeed {
    pub id: CalendarFeedId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The member who made it: it ends when they leave.
    pub user_id: Uuid,
    #[schema(example = "My phone")]
    pub name: String,
    pub follow_ups: FeedFollowUps,
}

/// A new feed, and its address. The token in it is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewCalendarFeed {
    #[serde(flatten)]
    pub feed: CalendarFeed,
    #[schema(format = "http-url")]
    pub url: String,
}

impl From<FeedRow> for CalendarFeed {
    fn from(row: FeedRow) -> Self {
        let FeedRow { workspace_id: _, id, version, created_at, updated_at, user_id, name, follow_ups, token_hash: _ } =
            row;
        Self { id, version, created_at, updated_at, user_id, name, follow_ups }
    }
}
