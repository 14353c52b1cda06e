//! The digest as the database has it and as the API shows and takes it.
use chrono::{DateTime, Datelike, NaiveTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::WorkspaceId;
use crate::db::schema::alert_digests;
use crate::text_enum;
use crate::zones::{self, Tz};

text_enum! {
    /// How often new alerts are mailed.
    DigestFrequency {
        Off = "off",
        Daily = "daily",
        Weekly = "weekly",
    }
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = alert_digests, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, user_id))]
pub struct DigestRow {
    pub workspace_id: WorkspaceId,
    pub user_id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub frequency: DigestFrequency,
    pub weekday: i16,
    pub send_time: NaiveTime,
    pub time_zone: Option<String>,
    pub next_at: DateTime<Utc>,
    pub told_until: DateTime<Utc>,
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
            frequency: DigestFrequency::Off,
            weekday: MONDAY,
            send_time: zones::time(SEVEN).unwrap_or(NaiveTime::MIN),
            time_zone: None,
            next_at: now,
            told_until: now,
        }
    }

    /// The zone in which its hour is meant.
    pub fn zone(&self, own: &str) -> Tz {
        zones::zone(self.time_zone.as_deref().unwrap_or(own)).unwrap_or(Tz::UTC)
    }

    /// The first time after `after` that it is to be sent.
    pub fn next_after(&self, zone: Tz, after: DateTime<Utc>) -> DateTime<Utc> {
        let mut at = zones::next_at(zone, self.send_time, after);
        if self.frequency == DigestFrequency::Weekly {
            // One of seven days in a row is the one.
            for _ in 0..7 {
                if zones::day(zone, at).weekday().number_from_monday() == u32::from(self.weekday.unsigned_abs()) {
                    break;
                }
                at = zones::next_at(zone, self.send_time, at);
            }
        }
        at
    }
}

const SEVEN: &str = "07:00";
const MONDAY: i16 = 1;

fn off() -> DigestFrequency {
    DigestFrequency::Off
}

fn monday() -> i16 {
    MONDAY
}

fn seven() -> String {
    SEVEN.to_owned()
}

/// Whether, how often and when to be told of new alerts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "frequency": "weekly", "weekday": 1, "send_time": "07:30", "time_zone": "Europe/London" }))]
pub struct AlertDigestInput {
    #[serde(default = "off")]
    pub frequency: DigestFrequency,
    /// Of a weekly one: 1 is Monday, 7 is Sunday.
    #[serde(default = "monday")]
    #[schema(minimum = 1, maximum = 7, default = 1, example = 1)]
    pub weekday: i16,
    /// The hour of the member's wall clock; 07:00, unless said otherwise.
    #[serde(default = "seven")]
    #[schema(max_length = 5, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:30")]
    pub send_time: String,
    /// In which zone the hour is meant; the account's own, unless said otherwise.
    #[schema(format = "time-zone", max_length = 64, example = "Europe/London")]
    pub time_zone: Option<String>,
}

/// A member's mail with new alerts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AlertDigest {
    /// 0 until it is changed for the first time.
    #[schema(example = 1)]
    pub version: i32,
    pub updated_at: Option<DateTime<Utc>>,
    pub frequency: DigestFrequency,
    #[schema(example = 1)]
    pub weekday: i16,
    #[schema(example = "07:30")]
    pub send_time: String,
    pub time_zone: Option<String>,
    /// When the next one is sent, if there are new alerts by then; `null` while it is off.
    pub next_at: Option<DateTime<Utc>>,
}

impl From<DigestRow> for AlertDigest {
    fn from(row: DigestRow) -> Self {
        let DigestRow {
            workspace_id: _,
            user_id: _,
            version,
            created_at: _,
            updated_at,
            frequency,
            weekday,
            send_time,
            time_zone,
            next_at,
            told_until: _,
        } = row;
        Self {
            version,
            updated_at: (version > 0).then_some(updated_at),
            frequency,
            weekday,
            send_time: zones::time_text(send_time),
            time_zone,
            next_at: (frequency != DigestFrequency::Off).then_some(next_at),
        }
    }
}

impl From<AlertDigest> for AlertDigestInput {
    fn from(digest: AlertDigest) -> Self {
        Self {
            frequency: digest.frequency,
            weekday: digest.weekday,
            send_time: digest.send_time,
            time_zone: digest.time_zone,
        }
    }
}
