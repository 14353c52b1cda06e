//! Calendars at a URL: fetched when they are subscribed to, and every hour from then on.
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::model::{BusyCalendar, BusyCalendarId, CalendarRow, Origin};
use super::{service, store};
use crate::app::App;
use crate::auth::secrets::{KeyRing, Place};
use crate::changes::{Actor, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code};
use crate::http::limits::CALENDAR_BYTES;
use crate::jobs::{self, Job};
use crate::outgoing::{Ask, Keep, Refusal, fetch_failed};

const EVERY: TimeDelta = TimeDelta::hours(1);
/// After the first failure; doubled with each further one, up to a day.
const AGAIN: TimeDelta = TimeDelta::minutes(15);
const LONGEST: TimeDelta = TimeDelta::days(1);

/// A file as a server gave it.
pub struct Fetched {
    pub ics: String,
    etag: Option<String>,
    last_modified: Option<String>,
}

/// Why there is no file.
pub enum Failure {
    /// It may not be asked, or does not answer.
    Refused(Refusal),
    /// It answers something else, and says, perhaps, when to come again.
    Wrong(String, Option<TimeDelta>),
}

impl Failure {
    fn words(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.to_string(),
            Self::Wrong(why, _) => why.clone(),
        }
    }

    pub fn at(&self, pointer: &str) -> ApiError {
        match self {
            Self::Refused(refusal) => refusal.at(pointer),
            Self::Wrong(why, _) => fetch_failed(pointer, why),
        }
    }
}

/// Reads a URL as people copy it from their calendars.
pub fn read_url(app: &App, text: &str) -> ApiResult<Url> {
    let text = text.trim();
    let https = text.get(..9).filter(|scheme| scheme.eq_ignore_ascii_case("webcal://"));
    let text = https.map_or_else(|| text.to_owned(), |scheme| format!("https://{}", &text[scheme.len()..]));
    app.outgoing.read_secure(&text).map_err(|refusal| refusal.at("/url"))
}

/// Fetches the file, unless it is the one that is `known`.
pub async fn fetch(app: &App, url: Url, known: Option<&Origin>) -> Result<Option<Fetched>, Failure> {
    let mut ask = Ask { keep: Keep::Whole(CALENDAR_BYTES), ..Ask::get(url) };
    let mut put = |name: HeaderName, value: Option<&String>| {
        if let Some(value) = value.and_then(|value| value.parse().ok()) {
            ask.headers.insert(name, value);
        }
    };
    put(IF_NONE_MATCH, known.and_then(|origin| origin.etag.as_ref()));
    put(IF_MODIFIED_SINCE, known.and_then(|origin| origin.last_modified.as_ref()));
    let answer = app.outgoing.send(ask).await.map_err(Failure::Refused)?;
    if answer.status == 304 && known.is_some() {
        return Ok(None);
    }
    if answer.status != 200 {
        let seconds = word(&answer.headers, &RETRY_AFTER).and_then(|text| text.parse().ok());
        let after = seconds.and_then(TimeDelta::try_seconds);
        return Err(Failure::Wrong(format!("it answered {}", answer.status), after));
    }
    let ics = service::text_of(&answer.body);
    let (etag, last_modified) = (word(&answer.headers, &ETAG), word(&answer.headers, &LAST_MODIFIED));
    Ok(Some(Fetched { ics, etag, last_modified }))
}

fn word(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().filter(|value| value.len() <= 1024).map(str::to_owned)
}

/// Where a calendar comes from that was fetched just now.
pub fn origin(app: &App, workspace: WorkspaceId, id: BusyCalendarId, url: &Url, file: &Fetched) -> ApiResult<Origin> {
    let key = Uuid::from(id).to_string();
    let sealed = app.ring.seal(&place(workspace, &key), url.as_str().as_bytes());
    let origin = Origin {
        source_url: Some(sealed.map_err(|error| ApiError::internal(&error))?),
        source_host: url.host_str().map(str::to_owned),
        ..Origin::default()
    };
    Ok(went_well(app, origin, Some(file)))
}

fn went_well(app: &App, origin: Origin, file: Option<&Fetched>) -> Origin {
    let (etag, last_modified) = match file {
        Some(file) => (file.etag.clone(), file.last_modified.clone()),
        None => (origin.etag, origin.last_modified),
    };
    Origin {
        etag,
        last_modified,
        checked_at: Some(app.now()),
        next_fetch_at: Some(app.now() + jittered(app, EVERY)),
        failures: 0,
        failing_since: None,
        fetch_error: None,
        ..origin
    }
}

fn failed(app: &App, origin: Origin, failure: &Failure) -> Origin {
    let (now, failures) = (app.now(), origin.failures.saturating_add(1));
    let wait = (AGAIN * (1 << (failures - 1).clamp(0, 10))).min(LONGEST);
    let asked = match failure {
        Failure::Wrong(_, Some(after)) => *after,
        _ => TimeDelta::zero(),
    };
    Origin {
        checked_at: Some(now),
        next_fetch_at: Some(now + jittered(app, wait.max(asked.min(LONGEST)))),
        failures,
        failing_since: Some(origin.failing_since.unwrap_or(now)),
        fetch_error: Some(failure.words()),
        ..origin
    }
}

/// Up to a tenth more, so that what was subscribed to together is not fetched together for ever.
fn jittered(app: &App, wait: TimeDelta) -> TimeDelta {
    wait + wait / 10 * i32::try_from(app.random_u64() % 1000).unwrap_or(0) / 1000
}

fn place(workspace: WorkspaceId, row: &str) -> Place<'_> {
    Place { table: "busy_calendars", column: "source_url", workspace: Some(workspace.into()), row }
}

fn url_of(app: &App, row: &CalendarRow) -> ApiResult<Option<Url>> {
    let Some(sealed) = &row.origin.source_url else { return Ok(None) };
    let key = Uuid::from(row.id).to_string();
    let plain = app.ring.open(&place(row.workspace_id, &key), sealed).map_err(|error| ApiError::internal(&error))?;
    Url::parse(&String::from_utf8_lossy(plain.expose_secret())).map(Some).map_err(|error| ApiError::internal(&error))
}

/// Fetches a calendar again, as `actor`, and says how it is then, and why that failed, if it did.
///
/// # Errors
/// `impossible_transition` of one that is a file.
pub async fn fetch_again(
    app: &App,
    workspace: WorkspaceId,
    actor: Actor,
    id: BusyCalendarId,
) -> ApiResult<(BusyCalendar, Option<Failure>)> {
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    let Some(url) = url_of(app, &row)? else {
        return Err(ApiError::new(Code::ImpossibleTransition, "the calendar is a file, and is not fetched"));
    };
    let mut outcome = fetch(app, url, Some(&row.origin)).await;
    let mut read = None;
    if let Ok(Some(file)) = &outcome
        && file.ics != row.content
    {
        match service::read(&file.ics, &row.time_zone, app.now()).await {
            Ok(followed) => read = Some((file.ics.clone(), followed)),
            Err(error) => outcome = Err(Failure::Wrong(error.detail.into_owned(), None)),
        }
    }
    let settle = async |tx: &mut Tx<'_>| {
        let current = store::lock(tx.conn, tx.workspace, id).await?;
        // It was put meanwhile: what was fetched may be of another URL.
        if current.version != row.version {
            return Ok(current.into());
        }
        let origin = current.origin.clone();
        let origin = match &outcome {
            Ok(file) => went_well(app, origin, file.as_ref()),
            Err(failure) => failed(app, origin, failure),
        };
        service::settle(tx, current, origin, read).await
    };
    let calendar = app.write_as(workspace, actor, settle).await?;
    Ok((calendar, outcome.err()))
}

/// The job that fetches one.
#[derive(Debug, Serialize, Deserialize)]
pub struct FetchCalendar {
    workspace: Uuid,
    calendar: Uuid,
}

impl Job for FetchCalendar {
    const KIND: &'static str = "fetch_calendar";
    const SLOW: bool = true;

    async fn run(self, app: &App, _: Uuid) -> Result<(), String> {
        let workspace = WorkspaceId::vouched(self.workspace);
        match fetch_again(app, workspace, Actor::Job, self.calendar.into()).await {
            Ok(_) => Ok(()),
            // It is gone, or a file now.
            Err(error) if matches!(error.code, Code::NotFound | Code::ImpossibleTransition) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Sends for the calendars whose hour has come.
pub async fn fetch_due(app: &App) -> ApiResult<usize> {
    let now: DateTime<Utc> = app.now();
    let claim = async |conn: &mut Conn| {
        let due = store::take_due(conn, now, now + EVERY).await?;
        for (workspace, calendar) in &due {
            let job = FetchCalendar { workspace: (*workspace).into(), calendar: (*calendar).into() };
            jobs::enqueue(conn, Some(*workspace), &job, Uuid::now_v7(), now).await?;
        }
        Ok(due.len())
    };
    app.db.transaction(claim).await
}

/// Encrypts under the first key what is not, and says how many that were.
pub async fn rekey(conn: &Conn, ring: &KeyRing) -> ApiResult<usize> {
    let mut count = 0;
    for (workspace, id, sealed) in store::sealed(conn).await?.into_iter().filter(|(.., it)| ring.needs_rekey(it)) {
        let key = Uuid::from(id).to_string();
        let place = place(workspace, &key);
        let plain = ring.open(&place, &sealed).map_err(|error| ApiError::internal(&error))?;
        let sealed = ring.seal(&place, plain.expose_secret()).map_err(|error| ApiError::internal(&error))?;
        store::set_sealed(conn, workspace, id, &sealed).await?;
        count += 1;
    }
    Ok(count)
}
