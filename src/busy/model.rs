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
#[diesel(primary_key(workspace_id, id))]
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
    #[schema(min_length = 1, max_length = 200, format = "no-control", example = "Work")]
    pub name: String,
    /// The file (RFC 5545).
    #[schema(min_length = 1, max_length = 1_048_576)]
    pub ics: String,
    /// Where whole days, and times without a zone, are; by default the zone of the workspace's owner.
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
}

impl From<CalendarRow> for BusyCalendar {
    fn from(row: CalendarRow) -> Self {
        let CalendarRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            name,
            time_zone,
            content: _,
            events,
            spans,
            faults,
            expanded_until,
        } = row;
        let listed =
            ListedRow { id, version, created_at, updated_at, name, time_zone, events, spans, faults, expanded_until };
        listed.into()
    }
}

impl From<ListedRow> for BusyCalendar {
    fn from(row: ListedRow) -> Self {
        let ListedRow {
            id,
            version,
            created_at,
            updated_at,
            name,
            time_zone,
            events,
            spans,
            faults: Json(faults),
            expanded_until,
        } = row;
        Self { id, version, created_at, updated_at, name, time_zone, events, busy_times: spans, faults, expanded_until }
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
