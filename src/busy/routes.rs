//! `/v1/busy` and `/v1/free-busy`.
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Payload};
use actix_web::{FromRequest, HttpRequest, delete, get, post, put};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::{BusyCalendar, BusyCalendarId, BusyCalendarInput, BusyTime, FreeBusy, ListedRow};
use super::service::{self, Source};
use super::{store, subscription};
use crate::app::App;
use crate::auth::{Access, MeetingsRead, MeetingsWrite};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::idempotency::fingerprint;
use crate::http::limits::CALENDAR_BYTES;
use crate::http::page::{self, PageQuery};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, NoBody, Paging, Params, body};
use crate::page;
use crate::spans::Span;

const ICALENDAR: &str = "text/calendar";
/// Unless a file says how it is called.
const NAME: &str = "Calendar";
/// How long a span may be asked about.
const LONGEST: TimeDelta = TimeDelta::days(366);

page! {
    /// A page of imported calendars.
    BusyCalendarPage of BusyCalendar
}

/// Of a file that is sent as it is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FileQuery {
    /// With a body of `text/calendar`: what you call it.
    #[param(min_length = 1, max_length = 200, example = "Work")]
    name: Option<String>,
    /// With a body of `text/calendar`: where whole days, and times without a zone, are; by default where the file says
    /// (`X-WR-TIMEZONE`), else the zone of the workspace's owner.
    #[param(format = "time-zone", max_length = 64, example = "Europe/London")]
    time_zone: Option<String>,
}

/// A body in JSON, or the file as it is.
async fn input(request: &HttpRequest, query: FileQuery, payload: Payload) -> ApiResult<BusyCalendarInput> {
    let mut payload = payload.into_inner();
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(ICALENDAR) {
        body::check_type(request, &["application/json", ICALENDAR], "accept-post")?;
        return Body::<BusyCalendarInput>::from_request(request, &mut payload).await.map(|Body(input)| input);
    }
    body::check_type(request, &[ICALENDAR], "accept-post")?;
    let bytes = body::read(request, &mut payload, CALENDAR_BYTES).await?;
    let ics = service::text_of(&bytes);
    let name = query.name.unwrap_or_else(|| NAME.to_owned());
    Ok(BusyCalendarInput { name, ics: Some(ics), url: None, time_zone: query.time_zone })
}

/// Import a calendar, so that offers avoid it
///
/// An iCalendar file (RFC 5545), in JSON, as it is, or by the URL of a calendar, which is fetched now and every hour. While
/// that fails, the times of its last file stay busy, and `subscription` says why. Recurring events are followed for two years, and further as time
/// goes on; what is `TRANSPARENT`, cancelled or free keeps no time busy. Of the events nothing but their times is told.
#[utoipa::path(tag = "calendars", security(("bearer" = ["meetings:write"])), params(FileQuery),
    request_body(content((BusyCalendarInput = "application/json"), (String = "text/calendar"))), responses(
    (status = 201, description = "The calendar as stored", body = BusyCalendar),
    (status = 409, description = "`too_many_busy_calendars`"),
    (status = 422, description = "`unreadable_file`: it is no calendar, or too large a one; `fetch_failed`; or `invalid_fields`"),
))]
#[post("/busy")]
pub async fn create_busy_calendar(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    key: IdempotencyKey,
    Params(query): Params<FileQuery>,
    request: HttpRequest,
    payload: Payload,
) -> ApiResult<Answer<BusyCalendar>> {
    let input = input(&request, query, payload).await?;
    let id: BusyCalendarId = app.new_id();
    let workspace = access.workspace;
    let source = service::source(&app, workspace, id, &input).await?;
    let source = source.ok_or_else(|| ApiError::field("/ics", "required", "either `ics` or `url` is needed"))?;
    let given = input.time_zone.as_ref();
    let zone = async |conn: &_| service::zone(conn, workspace, given, &source.ics).await;
    let zone = app.db.read(workspace, zone).await?;
    let read = service::read_input(&input, &source.ics, &zone, app.now()).await?;
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let calendar = service::create(tx, id, input, zone, source, read).await?;
        Answer::created(&format!("/v1/busy/{id}"), calendar.version, &calendar)
    })
    .await
}

/// List the imported calendars, newest first
#[utoipa::path(tag = "calendars", security(("bearer" = ["meetings:read"])), params(PageQuery), responses(
    (status = 200, description = "A page of calendars", body = BusyCalendarPage),
))]
#[get("/busy")]
pub async fn list_busy_calendars(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<BusyCalendarPage>> {
    let from: Option<Uuid> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let mut rows = app.db.read(workspace, async |conn| store::list(conn, workspace, from, query.fetch()).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row: &ListedRow| Uuid::from(row.id))?;
    paging.answer(&BusyCalendarPage { data: rows.into_iter().map(BusyCalendar::from).collect(), next_cursor })
}

/// Read an imported calendar
#[utoipa::path(tag = "calendars", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The calendar", body = BusyCalendar, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/busy/{id}")]
pub async fn read_busy_calendar(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<BusyCalendarId>,
    _none: NoParams,
) -> ApiResult<Answer<BusyCalendar>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::resource(row.version, &BusyCalendar::from(row))
}

/// Put another file, or another URL, in the place of an imported calendar's
///
/// Without both it keeps what it has, under another name or in another zone.
#[utoipa::path(tag = "calendars", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)),
    request_body = BusyCalendarInput, responses(
    (status = 200, description = "The calendar as it is now", body = BusyCalendar, headers(("ETag" = String, description = "Its version"))),
    (status = 422, description = "`unreadable_file`: it is no calendar, or too large a one; `fetch_failed`; or `invalid_fields`"),
))]
#[put("/busy/{id}")]
pub async fn put_busy_calendar(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<BusyCalendarId>,
    if_match: IfMatch,
    _none: NoParams,
    Body(input): Body<BusyCalendarInput>,
) -> ApiResult<Answer<BusyCalendar>> {
    let workspace = access.workspace;
    let found = async |conn: &_| {
        let row = store::find(conn, workspace, id).await?;
        if_match.check(row.version)?;
        Ok(row)
    };
    let row = app.db.read(workspace, found).await?;
    let source = service::source(&app, workspace, id, &input).await?;
    let source = source.unwrap_or(Source { ics: row.content, origin: row.origin });
    let given = input.time_zone.as_ref();
    let zone = async |conn: &_| service::zone(conn, workspace, given, &source.ics).await;
    let zone = app.db.read(workspace, zone).await?;
    let read = service::read_input(&input, &source.ics, &zone, app.now()).await?;
    app.write(&access, async |tx| {
        let calendar = service::put(tx, id, &if_match, input, zone, source, read).await?;
        Answer::resource(calendar.version, &calendar)
    })
    .await
}

/// Fetch a calendar now
///
/// That of a URL, before its hour has come.
#[utoipa::path(tag = "calendars", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The calendar as it is now", body = BusyCalendar, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`: it is a file"),
    (status = 422, description = "`fetch_failed`; the calendar keeps its times, and says why"),
))]
#[post("/busy/{id}/refresh")]
pub async fn refresh_busy_calendar(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<BusyCalendarId>,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<BusyCalendar>> {
    let (calendar, failure) = subscription::fetch_again(&app, access.workspace, access.actor(), id).await?;
    match failure {
        None => Answer::resource(calendar.version, &calendar),
        Some(failure) => Err(failure.at("")),
    }
}

/// Delete an imported calendar
///
/// For good: its times are free again.
#[utoipa::path(tag = "calendars", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
))]
#[delete("/busy/{id}")]
pub async fn delete_busy_calendar(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<BusyCalendarId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FreeBusyQuery {
    /// By default now.
    from: Option<DateTime<Utc>>,
    /// By default two weeks later; at most 366 days later.
    until: Option<DateTime<Utc>>,
}

/// Read when the seeker is busy
///
/// With confirmed meetings and the ways to them, and with what imported calendars say.
#[utoipa::path(tag = "calendars", security(("bearer" = ["meetings:read"])), params(FreeBusyQuery), responses(
    (status = 200, description = "The times that are taken", body = FreeBusy),
))]
#[get("/free-busy")]
pub async fn read_free_busy(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Params(query): Params<FreeBusyQuery>,
) -> ApiResult<Answer<FreeBusy>> {
    let from = query.from.unwrap_or_else(|| app.now());
    let until = query.until.or_else(|| from.checked_add_signed(TimeDelta::days(14))).unwrap_or(from);
    if until <= from || until - from > LONGEST {
        let fault = Fault::parameter("until", "out_of_range", "must be later than `from`, by 366 days at most");
        return Err(ApiError::faults(Code::InvalidParameter, "parameter", vec![fault]));
    }
    let (workspace, span) = (access.workspace, Span { from, until });
    let taken = app.db.read(workspace, async |conn| service::taken(conn, workspace, None, span).await).await?;
    let busy = taken.iter().map(|span| BusyTime { starts_at: span.from, ends_at: span.until }).collect();
    Answer::ok(&FreeBusy { from, until, busy })
}
