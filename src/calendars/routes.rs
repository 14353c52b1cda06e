//! `/v1/calendar-feeds`, `/v1/meetings/{id}/ics` and `/calendar/{token}.ics`.
use actix_web::http::header::{self, HeaderName};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, delete, get, post};
use uuid::Uuid;

use super::model::{CalendarFeed, CalendarFeedId, CalendarFeedInput, FeedFollowUps, FeedRow, NewCalendarFeed};
use super::{feed, store};
use crate::app::App;
use crate::auth::token::Prefix;
use crate::auth::{Access, FollowUpsRead, MeetingsRead, MeetingsWrite, access, link, sha256};
use crate::changes::Kind;
use crate::error::{ApiError, ApiResult, Code};
use crate::http::idempotency::fingerprint;
use crate::http::limits::CALENDAR_FEEDS;
use crate::http::page::{self, PageQuery};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params};
use crate::meetings::MeetingId;
use crate::{audit, page};

const ICALENDAR: &str = "text/calendar; charset=utf-8";

page! {
    /// A page of feeds.
    CalendarFeedPage of CalendarFeed
}

/// Read a meeting as an iCalendar file
///
/// RFC 5545, by the seeker's clock, with the rules of its zone. A meeting that is not confirmed is `TENTATIVE`, one that
/// was called off `CANCELLED`.
#[utoipa::path(tag = "calendars", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The file", body = String, content_type = "text/calendar",
        headers(("ETag" = String, description = "The same as long as the text is"))),
    (status = 304, description = "The client has this text"),
    (status = 409, description = "`impossible_transition`: the meeting has no time yet"),
))]
#[get("/meetings/{id}/ics")]
pub async fn read_meeting_ics(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<MeetingId>,
    _none: NoParams,
) -> ApiResult<Answer<String>> {
    let text = feed::one(&app, access.workspace, access.user, id).await?;
    let name = format!("attachment; filename=\"meeting-{id}.ics\"");
    tagged(text)?.header(header::CONTENT_DISPOSITION, &name)
}

/// The same text has the same tag.
fn tagged(text: String) -> ApiResult<Answer<String>> {
    let tag = format!("\"{}\"", hex::encode(&sha256(text.as_bytes())[..16]));
    Answer::rendered(ICALENDAR, text).header(header::ETAG, &tag)
}

/// Make a feed of meetings
///
/// Its address, shown this once, is what a calendar subscribes to. It asks for no credential: keep it to yourself. With
/// follow-ups it also takes `follow_ups:read`.
#[utoipa::path(tag = "calendars", security(("bearer" = ["meetings:write"])), request_body = CalendarFeedInput, responses(
    (status = 201, description = "The feed as stored, and its address", body = NewCalendarFeed),
    (status = 409, description = "`too_many_calendar_feeds`"),
))]
#[post("/calendar-feeds")]
pub async fn create_calendar_feed(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<CalendarFeedInput>,
) -> ApiResult<Answer<NewCalendarFeed>> {
    let follow_ups = input.follow_ups.unwrap_or(FeedFollowUps::Leave);
    if follow_ups != FeedFollowUps::Leave {
        access.require::<FollowUpsRead>()?;
    }
    let id: CalendarFeedId = app.new_id();
    let (token, token_hash) = link::generate(access.workspace, Prefix::Calendar)?;
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        if store::count(tx.conn, tx.workspace).await? >= CALENDAR_FEEDS {
            let detail = format!("a workspace has at most {CALENDAR_FEEDS} feeds: delete one first");
            return Err(ApiError::new(Code::TooManyCalendarFeeds, detail));
        }
        let row = FeedRow {
            workspace_id: tx.workspace,
            id,
            version: 1,
            created_at: tx.now,
            updated_at: tx.now,
            user_id: access.user,
            name: input.name.trim().to_owned(),
            follow_ups,
            token_hash,
        };
        store::insert(tx.conn, &row).await?;
        tx.record(Kind::CalendarFeedCreated, id, 1, Vec::new());
        tx.audit(audit::Kind::CalendarFeedCreated, id, Vec::new());
        let url = format!("{}/calendar/{token}.ics", app.base_url);
        let new = NewCalendarFeed { feed: row.into(), url };
        Ok(Answer::created(&format!("/v1/calendar-feeds/{id}"), 1, &new)?.secret())
    })
    .await
}

/// List the feeds, newest first
#[utoipa::path(tag = "calendars", security(("bearer" = ["meetings:read"])), params(PageQuery), responses(
    (status = 200, description = "A page of feeds", body = CalendarFeedPage),
))]
#[get("/calendar-feeds")]
pub async fn list_calendar_feeds(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<CalendarFeedPage>> {
    let from: Option<Uuid> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let mut rows = app.db.read(workspace, async |conn| store::list(conn, workspace, from, query.fetch()).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row: &FeedRow| Uuid::from(row.id))?;
    paging.answer(&CalendarFeedPage { data: rows.into_iter().map(CalendarFeed::from).collect(), next_cursor })
}

/// Read a feed
#[utoipa::path(tag = "calendars", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The feed", body = CalendarFeed, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/calendar-feeds/{id}")]
pub async fn read_calendar_feed(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<CalendarFeedId>,
    _none: NoParams,
) -> ApiResult<Answer<CalendarFeed>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::resource(row.version, &CalendarFeed::from(row))
}

/// Delete a feed
///
/// For good: its address leads nowhere from then on.
#[utoipa::path(tag = "calendars", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
))]
#[delete("/calendar-feeds/{id}")]
pub async fn delete_calendar_feed(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<CalendarFeedId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| {
        if_match.check(store::find(tx.conn, tx.workspace, id).await?.version)?;
        let version = store::delete(tx.conn, tx.workspace, id).await?.ok_or_else(ApiError::not_found)?;
        tx.record(Kind::CalendarFeedDeleted, id, version + 1, Vec::new());
        tx.audit(audit::Kind::CalendarFeedDeleted, id, Vec::new());
        Ok(Answer::no_content())
    })
    .await
}

/// Read a feed of meetings by its address
///
/// RFC 5545 with RFC 7986: from 90 days ago on, an hour fresh. With `If-None-Match` it is 304 as long as nothing changed.
#[utoipa::path(tag = "calendars", params(("token" = String, Path, max_length = 128)), responses(
    (status = 200, description = "The feed", body = String, content_type = "text/calendar",
        headers(("ETag" = String, description = "The same as long as the text is"))),
    (status = 304, description = "The client has this text"),
    (status = 404, description = "`not_found`: the feed was deleted, or never was"),
))]
#[get("/calendar/{token}.ics")]
pub async fn read_feed(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    _none: NoParams,
) -> ApiResult<Answer<String>> {
    // Outside of `/v1`, where nobody else counts.
    access::count_visitor(&app, &request)?;
    let gone = || ApiError::new(Code::NotFound, "there is no such feed, or not any more");
    let (workspace, hash) = link::read(Prefix::Calendar, &token).ok_or_else(gone)?;
    let found = app.db.read(workspace, async |conn| store::with_token(conn, workspace, &hash).await).await;
    let row = found.map_err(|error| if error.code == Code::NotFound { gone() } else { error })?;
    let text = feed::feed(&app, &row).await?;
    tagged(text)?.header(HeaderName::from_static("x-robots-tag"), "noindex, nofollow")
}
