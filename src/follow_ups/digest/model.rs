//! The digest as the database has it and as the API shows and takes it.
use chrono::{DateTime, NaiveTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::WorkspaceId;
use crate::db::schema::follow_up_digests;
use crate::zones::{self, Tz};

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = follow_up_digests, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, user_id))]
pub struct DigestRow {
    pub workspace_id: WorkspaceId,
    pub user_id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub enabled: bool,
    pub send_time: NaiveTime,
    pub time_zone: Option<String>,
    pub next_at: DateTime<Utc>,
}

impl DigestRow {
    /// Of a member who has said nothing about it: off.
    pub fn fresh(workspace: WorkspaceId, user: Uuid, now: DateTime<Utc>) -> Self {
        Self {
            workspace_id: workspace,
            user_id: user,
            version: 0,
            created_at: now,
            updated_at: now,
            enabled: false,
            send_time: zones::time(SEVEN).unwrap_or(NaiveTime::MIN),
            time_zone: None,
            next_at: now,
        }
    }

    /// The zone in which its hour is meant.
    pub fn zone(&self, own: &str) -> Tz {
        zones::zone(self.time_zone.as_deref().unwrap_or(own)).unwrap_or(Tz::UTC)
    }
}

const SEVEN: &str = "07:00";

fn seven() -> String {
    SEVEN.to_owned()
}

/// Whether and when to be told.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "enabled": true, "send_time": "07:30", "time_zone": "Europe/London" }))]
pub struct FollowUpDigestInput {
    #[serde(default)]
    pub enabled: bool,
    /// The hour of the member's wall clock; 07:00, unless said otherwise.
    #[serde(default = "seven")]
    #[schema(max_length = 5, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:30")]
    pub send_time: String,
    /// In which zone the hour is meant; the account's own, unless said otherwise.
    #[schema(format = "time-zone", max_length = 64, example = "Europe/London")]
    pub time_zone: Option<String>,
}

/// A member's daily mail with what is due.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FollowUpDigest {
    /// 0 until it is changed for the first time.
    #[schema(example = 1)]
    pub version: i32,
    pub updated_at: Option<DateTime<Utc>>,
    pub enabled: bool,
    #[schema(example = "07:30")]
    pub send_time: String,
    pub time_zone: Option<String>,
    /// When the next one is sent, if anything is due then; `null` while it is off.
    pub next_at: Option<DateTime<Utc>>,
}

impl From<DigestRow> for FollowUpDigest {
    fn from(row: DigestRow) -> Self {
        let DigestRow {
            workspace_id: _,
            user_id: _,
            version,
            created_at: _,
            updated_at,
            enabled,
            send_time,
            time_zone,
            next_at,
        } = row;
        let (updated_at, next_at) = ((version > 0).then_some(updated_at), enabled.then_some(next_at));
        Self { version, updated_at, enabled, send_time: zones::time_text(send_time), time_zone, next_at }
    }
}

impl From<FollowUpDigest> for FollowUpDigestInput {
    fn from(digest: FollowUpDigest) -> Self {
        Self { enabled: digest.enabled, send_time: digest.send_time, time_zone: digest.time_zone }
    }
}
