//! The settings as the database has them and as the API shows them.
use chrono::{DateTime, NaiveTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::WorkspaceId;
use crate::db::schema::sending_settings;
use crate::error::Fault;
use crate::http::Rules;
use crate::zones::{self, Hours};

#[derive(Debug, Clone, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = sending_settings, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id))]
pub struct SettingsRow {
    pub workspace_id: WorkspaceId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub daily_limit: Option<i32>,
    pub hours_from: String,
    pub hours_until: String,
}

impl SettingsRow {
    /// Of a workspace that has not said how it wants it.
    pub fn untouched(workspace_id: WorkspaceId, now: DateTime<Utc>) -> Self {
        let (hours_from, hours_until) = (morning(), evening());
        Self { workspace_id, version: 0, created_at: now, updated_at: now, daily_limit: None, hours_from, hours_until }
    }
}

/// How the workspace wants its messages sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SendingSettings {
    /// 0 until somebody has changed them.
    #[schema(example = 0)]
    pub version: i32,
    /// When somebody last did.
    pub updated_at: Option<DateTime<Utc>>,
    /// Messages that may be sent on a day of the seeker's; `null` is as many as the service allows.
    pub daily_limit: Option<i32>,
    /// What holds: the smaller of `daily_limit` and what the service allows.
    #[schema(example = 50)]
    pub effective_daily_limit: i32,
    /// From this hour on contacts are taken to be awake, by the clock where they live; where that is not known, where
    /// the seeker lives (the profile's zone, else the sender's account's).
    #[schema(example = "08:00")]
    pub hours_from: String,
    /// Until before this hour.
    #[schema(example = "20:00")]
    pub hours_until: String,
}

impl SendingSettings {
    /// `most` is what the service allows a workspace.
    pub fn new(row: SettingsRow, most: i32) -> Self {
        let SettingsRow { workspace_id: _, version, created_at: _, updated_at, daily_limit, hours_from, hours_until } =
            row;
        Self {
            version,
            updated_at: (version > 0).then_some(updated_at),
            daily_limit,
            effective_daily_limit: daily_limit.map_or(most, |limit| limit.min(most)),
            hours_from,
            hours_until,
        }
    }

    #[cfg(test)]
    pub fn untouched(most: i32) -> Self {
        Self::new(SettingsRow::untouched(WorkspaceId::vouched(uuid::Uuid::nil()), DateTime::UNIX_EPOCH), most)
    }

    /// None only where somebody wrote into the table by hand.
    pub fn hours(&self) -> Option<Hours> {
        Hours::new(time(&self.hours_from), time(&self.hours_until))
    }
}

fn time(text: &str) -> NaiveTime {
    zones::time(text).unwrap_or_default()
}

fn morning() -> String {
    "08:00".to_owned()
}

fn evening() -> String {
    "20:00".to_owned()
}

/// What can be written of the settings. What is `null` is as by default.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendingSettingsInput {
    /// `null` is as many as the service allows.
    #[schema(minimum = 0, maximum = 10000, example = 20)]
    pub daily_limit: Option<i32>,
    #[serde(default = "morning")]
    #[schema(max_length = 5, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", default = "08:00", example = "09:00")]
    pub hours_from: String,
    /// Later than `hours_from`.
    #[serde(default = "evening")]
    #[schema(max_length = 5, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", default = "20:00", example = "18:00")]
    pub hours_until: String,
}

impl From<SettingsRow> for SendingSettingsInput {
    fn from(row: SettingsRow) -> Self {
        Self { daily_limit: row.daily_limit, hours_from: row.hours_from, hours_until: row.hours_until }
    }
}

impl Rules for SendingSettingsInput {
    fn faults(&self) -> Vec<Fault> {
        if Hours::new(time(&self.hours_from), time(&self.hours_until)).is_some() {
            return Vec::new();
        }
        vec![Fault::field("/hours_until", "out_of_range", "must be later than `hours_from`")]
    }
}
