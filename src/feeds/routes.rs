//! `/v1/feeds`.
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use uuid::Uuid;

use super::model::{Feed, FeedId, FeedInput, FeedRow};
use super::query::ListQuery;
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, FeedsRead, FeedsWrite};
use crate::error::ApiResult;
use crate::http::body::Ruled;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Id, IdempotencyKey, IfMatch, NoBody, Paging, Params, Patch};
use crate::page;

page! {
    /// A page of feeds.
    FeedPage of Feed
}

/// Watch a feed
///
/// RSS 0.9x to 2.0, Atom or JSON Feed, or a page that names one. It is read at once: what is in it already and matches
/// is an alert with the answer, and from then on it is read every hour.
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:write"])), request_body = FeedInput, responses(
    (status = 201, description = "The feed as stored", body = Feed),
    (status = 409, description = "`feed_exists`: you already subscribed to this alert; `too_many_feeds`"),
    (status = 422, description = "`fetch_failed`; `unreadable_file`: there is no feed; or `invalid_fields`"),
))]
#[post("/feeds")]
pub async fn create_feed(
    app: Data<App>,
    access: Access<FeedsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Ruled(input): Ruled<FeedInput>,
) -> ApiResult<Answer<Feed>> {
    let fingerprint = fingerprint(&input)?;
    if let Some(answer) = app.replay(&access, &key, &fingerprint).await? {
        return Ok(answer);
    }
    let id: FeedId = app.new_id();
    let place = service::look(&app, access.workspace, &input, None).await?;
    app.post(&access, &key, &fingerprint, async |tx| {
        let feed = service::create(&app, tx, id, input, place).await?;
        Answer::created(&format!("/v1/feeds/{id}"), feed.version, &feed)
    })
    .await
}

/// List feeds, newest first
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of feeds", body = FeedPage),
))]
#[get("/feeds")]
pub async fn list_feeds(
    app: Data<App>,
    access: Access<FeedsRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<FeedPage>> {
    let from: Option<Uuid> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let mut rows = app.db.read(workspace, async |conn| store::list(conn, workspace, &query, from).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row: &FeedRow| Uuid::from(row.id))?;
    paging.answer(&FeedPage { data: rows.into_iter().map(Feed::from).collect(), next_cursor })
}

/// Read one feed
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The feed", body = Feed, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/feeds/{id}")]
pub async fn read_watched_feed(
    app: Data<App>,
    access: Access<FeedsRead>,
    Id(id): Id<FeedId>,
    _none: NoParams,
) -> ApiResult<Answer<Feed>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::resource(row.version, &Feed::from(row))
}

/// Change a feed
///
/// Another `url` is read at once, as that of a new feed. Other rules hold for what comes from now on.
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:write"])), params(("id" = Uuid, Path)),
    request_body = FeedInput, responses(
    (status = 200, description = "The feed as it is now", body = Feed, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`feed_exists`: you already subscribed to this alert"),
    (status = 422, description = "`fetch_failed`; `unreadable_file`: there is no feed; or `invalid_fields`"),
))]
#[patch("/feeds/{id}")]
pub async fn patch_feed(
    app: Data<App>,
    access: Access<FeedsWrite>,
    Id(id): Id<FeedId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<FeedInput>,
) -> ApiResult<Answer<Feed>> {
    let place = service::look_again(&app, access.workspace, id, &if_match, &patch).await?;
    app.write(&access, async |tx| {
        let feed = service::patch(&app, tx, id, &if_match, &patch, place).await?;
        Answer::resource(feed.version, &feed)
    })
    .await
}

/// Watch a feed no more
///
/// It lies in the trash for 30 days. Alerts of it that are kept stay, also when it has gone for good; its others go with it, and
/// do not come back. To keep them all, turn it off instead (`enabled`).
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is in the trash"),
))]
#[delete("/feeds/{id}")]
pub async fn delete_feed(
    app: Data<App>,
    access: Access<FeedsWrite>,
    Id(id): Id<FeedId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}

/// Read a feed of the web now
///
/// Before its hour has come.
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:write"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The feed as it is now", body = Feed, headers(("ETag" = String, description = "Its version"))),
    (status = 422, description = "`fetch_failed`, or `unreadable_file`; the feed says why, too"),
))]
#[post("/feeds/{id}/refresh")]
pub async fn refresh_feed(
    app: Data<App>,
    access: Access<FeedsWrite>,
    Id(id): Id<FeedId>,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<Feed>> {
    let (feed, failure) = service::refresh(&app, access.workspace, access.actor(), id).await?;
    match failure {
        None => Answer::resource(feed.version, &feed),
        Some(failure) => Err(failure.at("")),
    }
}
