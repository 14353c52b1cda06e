//! Feeds as the database has them and as the API shows and takes them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::matching::MatchRules;
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::schema::{feed_items, feeds};
use crate::db::{Json, WorkspaceId};
use crate::error::Fault;
use crate::http::body::Rules;
use crate::{resource_id, text_enum};

resource_id!(
    /// Identifies a feed.
    FeedId
);

text_enum! {
    /// What a feed brings.
    FeedKind {
        News = "news",
        Jobs = "jobs",
    }
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = feeds, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct FeedRow {
    pub workspace_id: WorkspaceId,
    pub id: FeedId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub url: String,
    pub url_key: String,
    pub given_key: String,
    pub host: String,
    pub name: Option<String>,
    pub title: Option<String>,
    pub site_url: Option<String>,
    pub kind: FeedKind,
    pub company_id: Option<CompanyId>,
    pub contact_id: Option<ContactId>,
    pub industry: Option<String>,
    pub saved_search: Option<String>,
    pub rules: Json<MatchRules>,
    pub enabled: bool,
    pub disabled_reason: Option<String>,
    #[diesel(embed)]
    pub seen: Seen,
    pub polled_at: Option<DateTime<Utc>>,
    pub next_poll_at: DateTime<Utc>,
    pub failures: i32,
    pub failing_since: Option<DateTime<Utc>>,
    pub error: Option<String>,
    pub redirected_to: Option<String>,
    pub given_url: Option<String>,
    pub deleted_at: Option<DateTime<Utc>>,
}

/// The file that was read last: what the server said of it, and its digest.
#[derive(Debug, Clone, Default, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = feeds, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true)]
pub struct Seen {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub digest: Option<Vec<u8>>,
    /// How long the file asks not to be read again.
    pub ttl_minutes: Option<i32>,
}

impl Seen {
    /// Whether there is a file that an answer can be the same as.
    pub fn is_something(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some() || self.digest.is_some()
    }
}

/// One of the names by which an item is known.
#[derive(Debug, Insertable)]
#[diesel(table_name = feed_items, check_for_backend(diesel::pg::Pg))]
pub struct KeyRow {
    pub workspace_id: WorkspaceId,
    pub feed_id: FeedId,
    pub key: Vec<u8>,
    pub first_seen_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
}

/// What can be written of a feed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "url": "https://news.example.org/hydropower.rss", "kind": "news", "industry": "energy",
    "match": { "any": ["hydropower", "Lech"], "none": ["horoscope"] }
}))]
pub struct FeedInput {
    /// Of a feed (RSS, Atom, JSON Feed; a Google Alert is one), or of a page that names its feed.
    #[schema(
        min_length = 1,
        max_length = 2048,
        format = "one-line",
        example = "https://news.example.org/hydropower.rss"
    )]
    pub url: String,
    /// What you call it; by default it is called as it calls itself.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "Hydropower")]
    pub name: Option<String>,
    #[serde(default = "news")]
    pub kind: FeedKind,
    /// The company that it is about.
    #[schema(value_type = Option<Uuid>)]
    pub company_id: Option<CompanyId>,
    /// The contact that it is about.
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    /// The industry that it is about.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S", example = "energy")]
    pub industry: Option<String>,
    /// The saved job search whose results it brings.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "Site manager, Tyrol")]
    pub saved_search: Option<String>,
    /// Which of its items become alerts.
    #[serde(rename = "match", default)]
    pub rules: MatchRules,
    /// Whether it is watched. One that was turned off by failures is tried again at once when it is turned on.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub enabled: bool,
}

impl Rules for FeedInput {
    fn faults(&self) -> Vec<Fault> {
        self.rules.faults()
    }
}

fn news() -> FeedKind {
    FeedKind::News
}

fn yes() -> bool {
    true
}

/// A feed that is watched.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Feed {
    pub id: FeedId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Where it is read: the feed that the page names, and where it has moved to for good.
    #[schema(example = "https://news.example.org/hydropower.rss")]
    pub url: String,
    /// The address as it was given. `null` of feeds that are older than this field.
    #[schema(example = "https://news.example.org/hydropower.rss")]
    pub given_url: Option<String>,
    pub name: Option<String>,
    /// As it calls itself.
    #[schema(example = "Hydropower News")]
    pub title: Option<String>,
    /// The page that it belongs to.
    #[schema(example = "https://news.example.org/")]
    pub site_url: Option<String>,
    pub kind: FeedKind,
    pub company_id: Option<CompanyId>,
    pub contact_id: Option<ContactId>,
    pub industry: Option<String>,
    pub saved_search: Option<String>,
    #[serde(rename = "match")]
    pub rules: MatchRules,
    pub enabled: bool,
    /// Why it was turned off, when it was not by hand.
    #[schema(example = "it could not be read for a week: it answered 404 Not Found")]
    pub disabled_reason: Option<String>,
    /// When it was asked last. It moves on by itself.
    pub polled_at: Option<DateTime<Utc>>,
    /// When it is asked next; `null` while it is off. It moves on by itself.
    pub next_poll_at: Option<DateTime<Utc>>,
    /// Since when it has failed each time; `null` when it works.
    pub failing_since: Option<DateTime<Utc>>,
    /// Why it failed last.
    #[schema(example = "it answered 404 Not Found")]
    pub error: Option<String>,
    /// Where the last request was redirected to for now.
    pub redirected_to: Option<String>,
}

impl From<FeedRow> for Feed {
    fn from(row: FeedRow) -> Self {
        let FeedRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            url,
            url_key: _,
            given_key: _,
            host: _,
            name,
            title,
            site_url,
            kind,
            company_id,
            contact_id,
            industry,
            saved_search,
            rules,
            enabled,
            disabled_reason,
            seen: _,
            polled_at,
            next_poll_at,
            failures: _,
            failing_since,
            error,
            redirected_to,
            given_url,
            deleted_at: _,
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            url,
            given_url,
            name,
            title,
            site_url,
            kind,
            company_id,
            contact_id,
            industry,
            saved_search,
            rules: rules.0,
            enabled,
            disabled_reason,
            polled_at,
            next_poll_at: enabled.then_some(next_poll_at),
            failing_since,
            error,
            redirected_to,
        }
    }
}

impl From<Feed> for FeedInput {
    fn from(feed: Feed) -> Self {
        Self {
            url: feed.url,
            name: feed.name,
            kind: feed.kind,
            company_id: feed.company_id,
            contact_id: feed.contact_id,
            industry: feed.industry,
            saved_search: feed.saved_search,
            rules: feed.rules,
            enabled: feed.enabled,
        }
    }
}
