//! Keeping calendars, and telling when somebody is busy, inside the caller's transaction.
use actix_web::web;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::expand::{self, Expanded, Unreadable};
use super::model::{BusyCalendar, BusyCalendarId, BusyCalendarInput, CalendarRow, Origin};
use super::{clock, store, subscription};
use crate::app::App;
use crate::auth::members;
use crate::changes::{Actor, Kind, Tx};
use crate::db::{Conn, Json, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::fields;
use crate::http::IfMatch;
use crate::http::limits::BUSY_CALENDARS;
use crate::jobs::{self, Job};
use crate::meetings::{self, MeetingId};
use crate::spans::{Span, Spans};
use crate::zones::{self, Tz};

/// How far ahead events are followed, and when they are followed anew.
const AHEAD: TimeDelta = TimeDelta::days(731);
const ANEW: TimeDelta = TimeDelta::days(700);

/// The file of a calendar, and where that comes from.
#[derive(Clone)]
pub struct Source {
    pub ics: String,
    pub origin: Origin,
}

/// What the input names, fetched if it is at a URL; `None` when it names nothing.
pub async fn source(
    app: &App,
    workspace: WorkspaceId,
    id: BusyCalendarId,
    input: &BusyCalendarInput,
) -> ApiResult<Option<Source>> {
    match (&input.ics, &input.url) {
        (None, None) => Ok(None),
        (Some(ics), None) => Ok(Some(Source { ics: ics.clone(), origin: Origin::default() })),
        (None, Some(text)) => {
            let url = subscription::read_url(app, text)?;
            let fetched = subscription::fetch(app, url.clone(), None).await.map_err(|failure| failure.at("/url"))?;
            let file = fetched.ok_or_else(|| ApiError::internal(&"not modified, and nothing is known"))?;
            let origin = subscription::origin(app, workspace, id, &url, &file)?;
            Ok(Some(Source { ics: file.ics, origin }))
        }
        (Some(_), Some(_)) => Err(ApiError::field("/url", "not_allowed", "is not allowed beside `ics`")),
    }
}

/// A file, as far as it was followed.
pub struct Read {
    expanded: Expanded,
    until: DateTime<Utc>,
}

/// As [`read`], of what somebody has sent or named; what is no calendar is told by its field.
pub async fn read_input(input: &BusyCalendarInput, text: &str, zone: &str, now: DateTime<Utc>) -> ApiResult<Read> {
    let pointer = if input.url.is_some() { "/url" } else { "/ics" };
    let told = |error: ApiError| {
        let detail = error.detail.clone();
        error.with(Fault::field(pointer, Code::UnreadableFile.name(), detail))
    };
    read(text, zone, now).await.map_err(told)
}

/// Follows a file, off the threads that serve.
pub async fn read(text: &str, zone: &str, now: DateTime<Utc>) -> ApiResult<Read> {
    let (text, zone) = (text.to_owned(), zones::zone(zone).unwrap_or(Tz::UTC));
    let until = now + AHEAD;
    let window = Span { from: now - TimeDelta::days(1), until };
    // One that its reader stumbles over is none.
    let outcome = web::block(move || expand::expand(&text, zone, window)).await.unwrap_or(Err(Unreadable::NoCalendar));
    let expanded = outcome.map_err(|why| ApiError::new(Code::UnreadableFile, format!("the file {why}")))?;
    Ok(Read { expanded, until })
}

/// The zone that a calendar's own days are in: `given`, else the one that its file says, else the owner's.
pub async fn zone(conn: &Conn, workspace: WorkspaceId, given: Option<&String>, ics: &str) -> ApiResult<String> {
    match given.cloned().or_else(|| clock::zone_of(ics).map(|zone| zone.name().to_owned())) {
        Some(zone) => Ok(zone),
        None => members::owner_zone(conn, workspace).await,
    }
}

/// A file as text. Only its times are looked at, and these are in ASCII: what is in another character set is not refused.
pub fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\0', "")
}

pub async fn create(
    tx: &mut Tx<'_>,
    id: BusyCalendarId,
    input: BusyCalendarInput,
    zone: String,
    source: Source,
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
        origin: Origin::default(),
    };
    let row = told(blank, input, zone, source, &read);
    store::insert(tx.conn, &row).await?;
    store::replace_times(tx.conn, &row, read.expanded.spans.iter()).await?;
    tx.record(Kind::BusyCalendarCreated, id, 1, Vec::new());
    Ok(row.into())
}

/// Puts another file, or another URL, in the place of what the calendar had.
pub async fn put(
    tx: &mut Tx<'_>,
    id: BusyCalendarId,
    if_match: &IfMatch,
    input: BusyCalendarInput,
    zone: String,
    source: Source,
    read: Read,
) -> ApiResult<BusyCalendar> {
    let before = store::lock(tx.conn, tx.workspace, id).await?;
    if_match.check(before.version)?;
    let row = told(before.clone(), input, zone, source, &read);
    let row = CalendarRow { version: before.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    store::replace_times(tx.conn, &row, read.expanded.spans.iter()).await?;
    let after = BusyCalendar::from(row);
    tx.record(Kind::BusyCalendarUpdated, id, after.version, fields::changed(&BusyCalendar::from(before), &after));
    Ok(after)
}

/// Keeps how it went to fetch the calendar, and the file that came, if it is another than before. The log tells of a change
/// only when the file or what fails is another one, or somebody asked for it.
pub async fn settle(
    tx: &mut Tx<'_>,
    before: CalendarRow,
    origin: Origin,
    file: Option<(String, Read)>,
) -> ApiResult<BusyCalendar> {
    let went = |origin: &Origin| (origin.failing_since, origin.fetch_error.clone());
    // When it was looked at is nobody's news unless somebody asked for it.
    let news = !matches!(tx.actor, Actor::Job) || file.is_some() || went(&before.origin) != went(&origin);
    let mut row = CalendarRow { origin, ..before.clone() };
    if news {
        (row.version, row.updated_at) = (row.version + 1, tx.now);
    }
    if let Some((content, read)) = file {
        row = followed(CalendarRow { content, ..row }, &read);
        store::replace_times(tx.conn, &row, read.expanded.spans.iter()).await?;
    }
    store::update(tx.conn, &row).await?;
    let after = BusyCalendar::from(row);
    if news {
        tx.record(
            Kind::BusyCalendarUpdated,
            after.id,
            after.version,
            fields::changed(&BusyCalendar::from(before), &after),
        );
    }
    Ok(after)
}

fn told(row: CalendarRow, input: BusyCalendarInput, time_zone: String, source: Source, read: &Read) -> CalendarRow {
    let Source { ics: content, origin } = source;
    followed(CalendarRow { name: input.name.trim().to_owned(), time_zone, content, origin, ..row }, read)
}

fn followed(row: CalendarRow, Read { expanded, until }: &Read) -> CalendarRow {
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    CalendarRow {
        events: number(expanded.events),
        spans: number(expanded.spans.iter().count()),
        faults: Json(expanded.faults.clone()),
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

/// The job that follows a calendar which came with an archive.
#[derive(Debug, Serialize, Deserialize)]
pub struct FollowCalendar {
    workspace: Uuid,
    calendar: Uuid,
}

impl Job for FollowCalendar {
    const KIND: &'static str = "follow_calendar";
    const SLOW: bool = true;

    async fn run(self, app: &App, _: Uuid) -> Result<(), String> {
        let workspace = WorkspaceId::vouched(self.workspace);
        let followed = refresh_one(app, workspace, self.calendar.into(), app.now()).await;
        jobs::went(followed, self.calendar).map(drop).map_err(|error| error.to_string())
    }
}

/// Has calendars followed that are new, when this transaction is through.
pub async fn follow_later(tx: &mut Tx<'_>, ids: impl Iterator<Item = Uuid>) -> ApiResult<()> {
    let workspace = tx.workspace.into();
    let jobs: Vec<_> = ids.map(|calendar| (Uuid::now_v7(), FollowCalendar { workspace, calendar })).collect();
    jobs::enqueue_many(tx.conn, tx.workspace, &jobs, tx.now).await
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
