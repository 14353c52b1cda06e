//! Keeping calendars, and telling when somebody is busy, inside the caller's transaction.
use actix_web::web;
use chrono::{DateTime, TimeDelta, Utc};

use super::expand::{self, Expanded, Unreadable};
use super::model::{BusyCalendar, BusyCalendarId, BusyCalendarInput, CalendarRow};
use super::store;
use crate::app::App;
use crate::auth::members;
use crate::changes::{Actor, Kind, Tx};
use crate::db::{Conn, Json, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::fields;
use crate::http::IfMatch;
use crate::http::limits::BUSY_CALENDARS;
use crate::jobs;
use crate::meetings::{self, MeetingId};
use crate::spans::{Span, Spans};
use crate::zones::{self, Tz};

/// How far ahead events are followed, and when they are followed anew.
const AHEAD: TimeDelta = TimeDelta::days(731);
const ANEW: TimeDelta = TimeDelta::days(700);
/// Faults that are told.
const FAULTS: usize = 100;

/// A file, as far as it was followed.
pub struct Read {
    expanded: Expanded,
    until: DateTime<Utc>,
}

/// Follows a file, off the threads that serve.
pub async fn read(text: &str, zone: &str, now: DateTime<Utc>) -> ApiResult<Read> {
    let (text, zone) = (text.to_owned(), zones::zone(zone).unwrap_or(Tz::UTC));
    let until = now + AHEAD;
    let window = Span { from: now - TimeDelta::days(1), until };
    // One that its reader stumbles over is none.
    let outcome = web::block(move || expand::expand(&text, zone, window)).await.unwrap_or(Err(Unreadable::NoCalendar));
    let expanded = outcome.map_err(|why| {
        ApiError::new(Code::UnreadableFile, format!("the file {why}")).with(Fault::field(
            "/ics",
            "invalid_format",
            why.to_string(),
        ))
    })?;
    Ok(Read { expanded, until })
}

/// The zone that a calendar's own days are in.
pub async fn zone(conn: &Conn, workspace: WorkspaceId, input: &BusyCalendarInput) -> ApiResult<String> {
    match &input.time_zone {
        Some(zone) => Ok(zone.clone()),
        None => members::owner_zone(conn, workspace).await,
    }
}

pub async fn create(
    tx: &mut Tx<'_>,
    id: BusyCalendarId,
    input: BusyCalendarInput,
    zone: String,
    read: Read,
) -> ApiResult<BusyCalendar> {
    if store::count(tx.conn, tx.workspace).await? >= BUSY_CALENDARS {
        let detail = format!("a workspace has at most {BUSY_CALENDARS} imported calendars: delete one first");
        return Err(ApiError::new(Code::TooManyBusyCalendars, detail));
    }
    let blank = CalendarRow {
        workspace_id: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        name: String::new(),
        time_zone: String::new(),
        content: String::new(),
        events: 0,
        spans: 0,
        faults: Json::default(),
        expanded_until: tx.now,
    };
    let row = told(blank, input, zone, &read);
    store::insert(tx.conn, &row).await?;
    store::replace_times(tx.conn, &row, read.expanded.spans.iter()).await?;
    tx.record(Kind::BusyCalendarCreated, id, 1, Vec::new());
    Ok(row.into())
}

/// Puts another file in the place of the one that the calendar had.
pub async fn put(
    tx: &mut Tx<'_>,
    id: BusyCalendarId,
    if_match: &IfMatch,
    input: BusyCalendarInput,
    zone: String,
    read: Read,
) -> ApiResult<BusyCalendar> {
    let before = store::lock(tx.conn, tx.workspace, id).await?;
    if_match.check(before.version)?;
    let row = told(before.clone(), input, zone, &read);
    let row = CalendarRow { version: before.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    store::replace_times(tx.conn, &row, read.expanded.spans.iter()).await?;
    let after = BusyCalendar::from(row);
    tx.record(Kind::BusyCalendarUpdated, id, after.version, fields::changed(&BusyCalendar::from(before), &after));
    Ok(after)
}

fn told(row: CalendarRow, input: BusyCalendarInput, time_zone: String, read: &Read) -> CalendarRow {
    let BusyCalendarInput { name, ics, time_zone: _ } = input;
    followed(CalendarRow { name: name.trim().to_owned(), time_zone, content: ics, ..row }, read)
}

fn followed(row: CalendarRow, Read { expanded, until }: &Read) -> CalendarRow {
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    CalendarRow {
        events: number(expanded.events),
        spans: number(expanded.spans.iter().count()),
        faults: Json(expanded.faults.iter().take(FAULTS).cloned().collect()),
        expanded_until: *until,
        ..row
    }
}

pub async fn delete(tx: &mut Tx<'_>, id: BusyCalendarId, if_match: &IfMatch) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if_match.check(row.version)?;
    store::delete(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::BusyCalendarDeleted, id, row.version + 1, Vec::new());
    Ok(())
}

/// What meetings other than this one, and imported calendars, take of the span.
pub async fn taken(conn: &Conn, workspace: WorkspaceId, other_than: Option<MeetingId>, span: Span) -> ApiResult<Spans> {
    let mut taken = meetings::busy(conn, workspace, other_than, span).await?;
    taken.extend(store::times(conn, workspace, span).await?);
    Ok(Spans::new(taken))
}

/// Follows calendars further as time goes on, some at a time. Nothing that anybody wrote changes by that, and one that
/// cannot be followed keeps none of the others waiting.
pub async fn refresh(app: &App) -> ApiResult<usize> {
    let now = app.now();
    let mut count = 0;
    loop {
        let behind = app.db.lookup(async |conn| store::behind(conn, now + ANEW).await).await?;
        let before = count;
        for (workspace, id) in behind {
            count += usize::from(jobs::went(refresh_one(app, workspace, id, now).await, id)?.is_some());
        }
        if count == before {
            return Ok(count);
        }
    }
}

async fn refresh_one(app: &App, workspace: WorkspaceId, id: BusyCalendarId, now: DateTime<Utc>) -> ApiResult<()> {
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    let read = read(&row.content, &row.time_zone, now).await?;
    let follow = async |tx: &mut Tx<'_>| {
        let current = store::lock(tx.conn, tx.workspace, id).await?;
        // Another file came meanwhile, and was followed.
        if current.version != row.version {
            return Ok(());
        }
        let row = followed(current, &read);
        store::update(tx.conn, &row).await?;
        store::replace_times(tx.conn, &row, read.expanded.spans.iter()).await
    };
    app.write_as(workspace, Actor::Job, follow).await
}
