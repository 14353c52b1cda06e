//! Imported calendars as the database has them and as the API shows them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::schema::{busy_calendars, busy_times};
use crate::db::{Json, WorkspaceId};
use crate::resource_id;

resource_id!(
    /// Identifies an imported calendar.
    BusyCalendarId
);

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = busy_calendars, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct CalendarRow {
    pub workspace_id: WorkspaceId,
    pub id: BusyCalendarId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub name: String,
    pub time_zone: String,
    /// The file, to be followed further as time goes on.
    pub content: String,
    pub events: i32,
    pub spans: i32,
    pub faults: Json<Vec<String>>,
    pub expanded_until: DateTime<Utc>,
    #[diesel(embed)]
    pub origin: Origin,
}

/// Where a file was fetched, and how that goes. Of one that was handed in all is empty.
#[derive(Debug, Clone, Default, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = busy_calendars, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true)]
pub struct Origin {
    /// Encrypted.
    pub source_url: Option<Vec<u8>>,
    pub source_host: Option<String>,
    /// As the server gave them with the file that is kept.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub checked_at: Option<DateTime<Utc>>,
    pub next_fetch_at: Option<DateTime<Utc>>,
    /// In a row, the last ones.
    pub failures: i32,
    pub failing_since: Option<DateTime<Utc>>,
    pub fetch_error: Option<String>,
}

/// As [`CalendarRow`], without the file.
#[derive(Debug, HasQuery)]
#[diesel(table_name = busy_calendars, check_for_backend(diesel::pg::Pg))]
pub struct ListedRow {
    pub id: BusyCalendarId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub name: String,
    pub time_zone: String,
    pub events: i32,
    pub spans: i32,
    pub faults: Json<Vec<String>>,
    pub expanded_until: DateTime<Utc>,
    #[diesel(embed)]
    pub origin: Origin,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = busy_times, check_for_backend(diesel::pg::Pg))]
pub struct TimeRow {
    pub workspace_id: WorkspaceId,
    pub calendar_id: BusyCalendarId,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// A calendar to import.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Work",
    "ics": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\nDTEND:20260105T100000Z\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}))]
pub struct BusyCalendarInput {
    /// What you call it.
    #[schema(min_length = 1, max_length = 200, example = "Work")]
    pub name: String,
    /// The file (RFC 5545); a larger one can be sent as it is. Either this or `url`; without both, a calendar that is put keeps what it has.
    #[schema(min_length = 1, max_length = 1_048_576)]
    pub ics: Option<String>,
    /// Where the file is: `https`, or `webcal`, which is taken for it. It is fetched now and every hour. Encrypted where it is
    /// kept, and never shown again, for such a URL opens the calendar to whoever has it.
    #[schema(
        min_length = 1,
        max_length = 2048,
        format = "one-line",
        example = "https://calendar.example.org/private-7f3a/basic.ics"
    )]
    pub url: Option<String>,
    /// Where whole days, and times without a zone, are; by default where the file says (`X-WR-TIMEZONE`), else the zone of
    /// the workspace's owner.
    #[schema(format = "time-zone", max_length = 64, example = "Europe/London")]
    pub time_zone: Option<String>,
}

/// An imported calendar.
#[derive(Debug, Serialize, ToSchema)]
pub struct BusyCalendar {
    pub id: BusyCalendarId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(example = "Work")]
    pub name: String,
    #[schema(example = "Europe/London")]
    pub time_zone: String,
    /// Events in the file.
    #[schema(example = 42)]
    pub events: i32,
    /// Busy times until `expanded_until`, those put together that touch.
    #[schema(example = 118)]
    pub busy_times: i32,
    /// What of it could not be followed to its end, and why; the first hundred.
    pub faults: Vec<String>,
    /// Until when its events were followed. It moves on by itself.
    pub expanded_until: DateTime<Utc>,
    /// Of a calendar that is fetched from a URL.
    pub subscription: Option<Subscription>,
}

/// How it goes with a calendar that is fetched from a URL.
#[derive(Debug, Serialize, ToSchema)]
pub struct Subscription {
    /// The host of the URL.
    #[schema(example = "calendar.example.org")]
    pub host: String,
    /// When the server was asked last. It moves on by itself.
    pub checked_at: Option<DateTime<Utc>>,
    /// When it is asked next. It moves on by itself.
    pub next_fetch_at: Option<DateTime<Utc>>,
    /// Since when it has failed each time; meanwhile the times of the last file stay busy. `null` when it works.
    pub failing_since: Option<DateTime<Utc>>,
    /// Why it failed.
    #[schema(example = "it answered 404 Not Found")]
    pub error: Option<String>,
}

impl Origin {
    fn subscription(self) -> Option<Subscription> {
        Some(Subscription {
            host: self.source_host?,
            checked_at: self.checked_at,
            next_fetch_at: self.next_fetch_at,
            failing_since: self.failing_since,
            error: self.fetch_error,
        })
    }
}

impl From<CalendarRow> for BusyCalendar {
    fn from(row: CalendarRow) -> Self {
        let listed = ListedRow {
            id: row.id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            name: row.name,
            time_zone: row.time_zone,
            events: row.events,
            spans: row.spans,
            faults: row.faults,
            expanded_until: row.expanded_until,
            origin: row.origin,
        };
        listed.into()
    }
}

impl From<ListedRow> for BusyCalendar {
    fn from(row: ListedRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            name: row.name,
            time_zone: row.time_zone,
            events: row.events,
            busy_times: row.spans,
            faults: row.faults.0,
            expanded_until: row.expanded_until,
            subscription: row.origin.subscription(),
        }
    }
}

/// When the seeker is busy.
#[derive(Debug, Serialize, ToSchema)]
pub struct FreeBusy {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// In their order; what touches is one.
    pub busy: Vec<BusyTime>,
}

/// A time that is taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct BusyTime {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}
