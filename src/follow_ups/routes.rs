use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};

use super::api::{FollowUp, FollowUpInput, location};
use super::model::{FollowUpId, FollowUpRow};
use super::query::ListQuery;
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, FollowUpsRead, FollowUpsWrite};
use crate::batch::{self, BatchAnswer, BatchInput};
use crate::error::ApiResult;
use crate::http::body::Ruled;
use crate::http::frame::RequestId;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of follow-ups.
    FollowUpPage of FollowUp
}

/// Add a follow-up
///
/// Something that is due for a contact on a day, and perhaps at an hour, of the seeker's calendar.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), request_body = FollowUpInput, responses(
    (status = 201, description = "The follow-up as stored", body = FollowUp),
    (status = 409, description = "`do_not_contact`"),
))]
#[post("/follow-ups")]
pub async fn create_follow_up(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Ruled(input): Ruled<FollowUpInput>,
) -> ApiResult<Answer<FollowUp>> {
    let id = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let follow_up = service::create(tx, id, input).await?;
        Answer::created(&location(id), follow_up.version, &follow_up)
    })
    .await
}

/// List follow-ups
///
/// What is due now, with what has been due for longest first: `?state=open&due=true&sort=due_at`.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of follow-ups", body = FollowUpPage),
))]
#[get("/follow-ups")]
pub async fn list_follow_ups(
    app: Data<App>,
    access: Access<FollowUpsRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<FollowUpPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let (workspace, now) = (access.workspace, app.now());
    let read = async |conn: &_| {
        let rows = store::list(conn, workspace, &query, now, from.as_ref()).await?;
        let names = service::names(conn, workspace, &rows).await?;
        Ok((rows, names))
    };
    let (mut rows, names) = app.db.read(workspace, read).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| query.position(row))?;
    let show = |row: FollowUpRow| FollowUp::new(row, &names);
    paging.answer(&FollowUpPage { data: rows.into_iter().map(show).collect(), next_cursor })
}

/// Read one follow-up
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The follow-up", body = FollowUp, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/follow-ups/{id}")]
pub async fn read_follow_up(
    app: Data<App>,
    access: Access<FollowUpsRead>,
    Id(id): Id<FollowUpId>,
    _none: NoParams,
) -> ApiResult<Answer<FollowUp>> {
    let workspace = access.workspace;
    let read = async |conn: &_| {
        let row = store::find(conn, workspace, id).await?;
        service::show(conn, workspace, row).await
    };
    let follow_up = app.db.read(workspace, read).await?;
    Answer::resource(follow_up.version, &follow_up)
}

/// Change a follow-up
///
/// Whom it is about, and its kind, stay as they are.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), params(("id" = Uuid, Path)),
    request_body = FollowUpInput, responses(
    (status = 200, description = "The follow-up as it is now", body = FollowUp, headers(("ETag" = String, description = "Its version"))),
))]
#[patch("/follow-ups/{id}")]
pub async fn patch_follow_up(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    Id(id): Id<FollowUpId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<FollowUpInput>,
) -> ApiResult<Answer<FollowUp>> {
    app.write(&access, async |tx| {
        let follow_up = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(follow_up.version, &follow_up)
    })
    .await
}

/// Delete a follow-up
///
/// It goes to the trash for 30 days.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It lies in the trash"),
))]
#[delete("/follow-ups/{id}")]
pub async fn delete_follow_up(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    Id(id): Id<FollowUpId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}

/// Add many follow-ups at once
///
/// Each item is a `FollowUpInput`. Without `atomic` each succeeds or fails alone.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), request_body = BatchInput, responses(
    (status = 207, description = "What became of each item, in order", body = BatchAnswer),
    (status = 422, description = "`batch_failed`: an item of an atomic batch failed, none was stored"),
))]
#[post("/follow-ups/batch")]
pub async fn batch_follow_ups(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    request_id: RequestId,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<BatchInput>,
) -> ApiResult<Answer<BatchAnswer>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let answer = batch::run_ruled(&app, tx, &request_id, input, async |tx, input: FollowUpInput| {
            let follow_up = service::create(tx, app.new_id(), input).await?;
            Ok((location(follow_up.id), follow_up))
        })
        .await?;
        Answer::status(StatusCode::MULTI_STATUS, &answer)
    })
    .await
}
