//! Every statement about imported calendars, each within one workspace.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::model::{BusyCalendarId, CalendarRow, ListedRow, TimeRow};
use crate::changes::Kind;
use crate::db::schema::{busy_calendars, busy_times};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::Table;
use crate::http::limits::CALENDAR_BYTES;
use crate::sort::keyset;
use crate::spans::Span;
use crate::zones;

/// Rows of one statement.
const CHUNK: usize = 5_000;
/// Calendars that are sent for at once.
const SENT_FOR: i64 = 500;
/// Calendars that are followed further at once.
const AT_ONCE: i64 = 20;

pub async fn insert(mut conn: &Conn, row: &CalendarRow) -> ApiResult<()> {
    diesel::insert_into(busy_calendars::table).values(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn update(mut conn: &Conn, row: &CalendarRow) -> ApiResult<()> {
    diesel::update(busy_calendars::table.find((row.workspace_id, row.id))).set(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: BusyCalendarId) -> ApiResult<CalendarRow> {
    let own = busy_calendars::workspace_id.eq(workspace).and(busy_calendars::id.eq(id));
    Ok(CalendarRow::query().filter(own).first(&mut conn).await?)
}

/// The row, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: BusyCalendarId) -> ApiResult<CalendarRow> {
    let own = busy_calendars::workspace_id.eq(workspace).and(busy_calendars::id.eq(id));
    Ok(CalendarRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// The newest first, without their files.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<ListedRow>> {
    let rows = ListedRow::query().filter(busy_calendars::workspace_id.eq(workspace)).into_boxed();
    let rows = keyset!(rows, true, busy_calendars::id, from);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

pub async fn count(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<i64> {
    let own = busy_calendars::table.filter(busy_calendars::workspace_id.eq(workspace));
    Ok(own.count().get_result(&mut conn).await?)
}

/// With its times.
pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: BusyCalendarId) -> ApiResult<()> {
    diesel::delete(busy_calendars::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Puts these times in the place of those that the calendar had.
pub async fn replace_times(mut conn: &Conn, row: &CalendarRow, spans: impl Iterator<Item = Span>) -> ApiResult<()> {
    let own = busy_times::workspace_id.eq(row.workspace_id).and(busy_times::calendar_id.eq(row.id));
    diesel::delete(busy_times::table.filter(own)).execute(&mut conn).await?;
    let time = |span: Span| TimeRow {
        workspace_id: row.workspace_id,
        calendar_id: row.id,
        starts_at: span.from,
        ends_at: span.until,
    };
    let times: Vec<TimeRow> = spans.map(time).collect();
    for chunk in times.chunks(CHUNK) {
        diesel::insert_into(busy_times::table).values(chunk).execute(&mut conn).await?;
    }
    Ok(())
}

/// The times of all calendars that have something of the span.
pub async fn times(mut conn: &Conn, workspace: WorkspaceId, span: Span) -> ApiResult<Vec<Span>> {
    let own = busy_times::workspace_id.eq(workspace);
    let within = busy_times::ends_at.gt(span.from).and(busy_times::starts_at.lt(span.until));
    let columns = (busy_times::starts_at, busy_times::ends_at);
    let found: Vec<(DateTime<Utc>, DateTime<Utc>)> =
        busy_times::table.filter(own.and(within)).select(columns).load(&mut conn).await?;
    Ok(found.into_iter().map(|(from, until)| Span { from, until }).collect())
}

/// Those that are to be fetched by now; the next time is moved to `next`, so that nobody else sends for them. Crosses
/// workspaces by nature: housekeeping.
pub async fn take_due(
    mut conn: &Conn,
    now: DateTime<Utc>,
    next: DateTime<Utc>,
) -> ApiResult<Vec<(WorkspaceId, BusyCalendarId)>> {
    let due = busy_calendars::table.filter(busy_calendars::next_fetch_at.le(now));
    let columns = (busy_calendars::workspace_id, busy_calendars::id);
    let due = due.order(busy_calendars::next_fetch_at).limit(SENT_FOR).select(columns).for_update().skip_locked();
    let due: Vec<(WorkspaceId, BusyCalendarId)> = due.load(&mut conn).await?;
    let ids = due.iter().map(|(_, id)| Uuid::from(*id));
    let taken = busy_calendars::table.filter(busy_calendars::id.eq_any(ids));
    diesel::update(taken).set(busy_calendars::next_fetch_at.eq(next)).execute(&mut conn).await?;
    Ok(due)
}

/// The URLs of all calendars, for encrypting them anew.
pub async fn sealed(mut conn: &Conn) -> ApiResult<Vec<(WorkspaceId, BusyCalendarId, Vec<u8>)>> {
    let columns = (busy_calendars::workspace_id, busy_calendars::id, busy_calendars::source_url.assume_not_null());
    Ok(busy_calendars::table.filter(busy_calendars::source_url.is_not_null()).select(columns).load(&mut conn).await?)
}

pub async fn set_sealed(mut conn: &Conn, workspace: WorkspaceId, id: BusyCalendarId, sealed: &[u8]) -> ApiResult<()> {
    let own = busy_calendars::table.find((workspace, id));
    diesel::update(own).set(busy_calendars::source_url.eq(sealed)).execute(&mut conn).await?;
    Ok(())
}

/// Calendars that are to be followed further. Crosses workspaces by nature: housekeeping.
pub async fn behind(mut conn: &Conn, before: DateTime<Utc>) -> ApiResult<Vec<(WorkspaceId, BusyCalendarId)>> {
    let old = busy_calendars::table.filter(busy_calendars::expanded_until.lt(before));
    let columns = (busy_calendars::workspace_id, busy_calendars::id);
    Ok(old.order(busy_calendars::expanded_until).limit(AT_ONCE).select(columns).load(&mut conn).await?)
}

/// As an archive takes them: without their times, which follow from the file, and without a URL, which is a secret.
pub const ROWS: Table = Table {
    name: "busy_calendars",
    columns: &["id", "version", "created_at", "updated_at", "name", "time_zone", "content"],
    id: Some("id"),
    key: &["id"],
    long: &[("content", CALENDAR_BYTES)],
    checks: &[("time_zone", is_zone)],
    created: Some(Kind::BusyCalendarCreated),
    ..Table::NONE
};

fn is_zone(value: &Value) -> bool {
    value.as_str().is_some_and(|zone| zones::zone(zone).is_some())
}
