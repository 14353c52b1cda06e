//! The settings as the database has them and as the API shows and takes them.
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::schema::follow_up_settings;
use crate::db::{Json, WorkspaceId};
use crate::error::Fault;
use crate::follow_ups::plans::STANDARD;
use crate::http::body::Rules;
use crate::text_enum;
use crate::zones;

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = follow_up_settings, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(primary_key(workspace_id))]
pub struct SettingsRow {
    pub workspace_id: WorkspaceId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub settings: Json<FollowUpSettingsInput>,
}

text_enum! {
    /// A day of the week.
    Weekday {
        Monday = "monday",
        Tuesday = "tuesday",
        Wednesday = "wednesday",
        Thursday = "thursday",
        Friday = "friday",
        Saturday = "saturday",
        Sunday = "sunday",
    }
}

impl From<Weekday> for chrono::Weekday {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// Declares what is the same in the settings as they are read and as they are written: each with its default.
macro_rules! settings {
    ($($(#[$meta:meta])* $field:ident: $kind:ty = $default:expr,)+) => {
        /// How a workspace counts its days. What is left out or `null` is as by default.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields, default)]
        #[schema(example = json!({ "time_zone": "America/New_York", "country": "US", "days_off": ["2026-11-27"] }))]
        pub struct FollowUpSettingsInput { $($(#[$meta])* pub $field: $kind,)+ }

        impl Default for FollowUpSettingsInput {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        /// How a workspace counts its days.
        #[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
        pub struct FollowUpSettings {
            /// 0 until they are changed for the first time.
            #[schema(example = 1)]
            pub version: i32,
            pub updated_at: Option<DateTime<Utc>>,
            $($(#[$meta])* pub $field: $kind,)+
            /// The zone that is used: `time_zone`, else that of the profile, else that of the workspace's first owner.
            #[schema(example = "America/New_York")]
            pub effective_time_zone: String,
        }

        impl FollowUpSettings {
            pub fn new(version: i32, updated_at: Option<DateTime<Utc>>, input: FollowUpSettingsInput, zone: String) -> Self {
                let FollowUpSettingsInput { $($field,)+ } = input;
                Self { version, updated_at, $($field,)+ effective_time_zone: zone }
            }
        }

        impl From<FollowUpSettings> for FollowUpSettingsInput {
            fn from(settings: FollowUpSettings) -> Self {
                let FollowUpSettings { version: _, updated_at: _, effective_time_zone: _, $($field,)+ } = settings;
                Self { $($field,)+ }
            }
        }
    };
}

settings! {
    /// The zone that days and hours are meant in; `null` is that of the profile, else of the workspace's first owner.
    #[schema(format = "time-zone", max_length = 64, example = "America/New_York")]
    time_zone: Option<String> = None,
    /// Whose national holidays are no business days. Of some countries none are known: then it is refused, and
    /// `days_off` can have them.
    #[schema(format = "country", example = "US")]
    country: Option<String> = None,
    /// Of these the days of the week are that can be business days.
    #[schema(min_items = 1, max_items = 7)]
    working_days: Vec<Weekday> =
        vec![Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday],
    /// More days that are no business days: regional holidays, holidays of one's own.
    #[schema(max_items = 366, example = json!(["2026-11-27"]))]
    days_off: Vec<NaiveDate> = Vec::new(),
    /// Days after the last touch on which it is time to be in touch again.
    #[schema(minimum = 1, maximum = 3650, example = 120)]
    keep_in_touch_days: i32 = 120,
    /// Days after the first conversation on which it is time to be in touch again.
    #[schema(minimum = 1, maximum = 3650, example = 90)]
    keep_in_touch_first_days: i32 = 90,
    /// Hours after a conversation within which to say thank you.
    #[schema(minimum = 1, maximum = 720, example = 24)]
    thank_you_due_hours: i32 = 24,
    /// Hours after a conversation from which on the thanks are late.
    #[schema(minimum = 1, maximum = 1440, example = 48)]
    thank_you_overdue_hours: i32 = 48,
    /// Days after a promise of theirs on which a gentle reminder is due.
    #[schema(minimum = 1, maximum = 365, example = 7)]
    promise_days: i32 = 7,
    /// The plan that a message gets which asks for an answer and has none of its own: `standard`, unless said otherwise.
    #[schema(example = "00000000-0000-7000-8000-000000000001")]
    default_plan_id: Uuid = STANDARD,
}

impl FollowUpSettingsInput {
    /// Days are a set: each once, in their order.
    pub fn tidy(&mut self) {
        self.working_days.sort_by_key(|day| chrono::Weekday::from(*day).num_days_from_monday());
        self.working_days.dedup();
        self.days_off.sort_unstable();
        self.days_off.dedup();
    }

    /// Whether a value of JSON is such settings, as the API would take them.
    pub fn is_sound(value: &Value) -> bool {
        let Ok(settings) = serde_json::from_value::<Self>(value.clone()) else { return false };
        let Self { keep_in_touch_days, promise_days, .. } = &settings;
        (1..=3650).contains(keep_in_touch_days) && (1..=365).contains(promise_days) && settings.faults().is_empty()
    }
}

impl Rules for FollowUpSettingsInput {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Some(country) = &self.country
            && !zones::countries().any(|known| known == country)
        {
            let known: Vec<&str> = zones::countries().collect();
            let detail = format!("has no holidays that are known; those of these countries are: {}", known.join(", "));
            faults.push(Fault::field("/country", "not_supported", detail));
        }
        if self.thank_you_overdue_hours < self.thank_you_due_hours {
            let detail = "must not be before `thank_you_due_hours`";
            faults.push(Fault::field("/thank_you_overdue_hours", "out_of_range", detail));
        }
        faults
    }
}
