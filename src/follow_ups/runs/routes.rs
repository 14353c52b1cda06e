use actix_web::web::Data;
use actix_web::{get, post};

use super::model::{FollowUpAlternatives, FollowUpRun, FollowUpRunInput, RunId};
use super::query::ListQuery;
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, ContactsRead, FollowUpsRead, FollowUpsWrite};
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, NoBody, Paging, Params};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of plans at work.
    FollowUpRunPage of FollowUpRun
}

/// Attach a follow-up plan to a message
///
/// It starts when the message is sent, or at once when it was sent already. A sent message that asks for an answer and
/// has no plan gets the workspace's default; attach `none` to have none. As long as the plan waits, it can be replaced.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), request_body = FollowUpRunInput, responses(
    (status = 201, description = "The plan at work", body = FollowUpRun),
    (status = 409, description = "`follow_up_run_exists`, `impossible_transition`, `do_not_contact` or `contact_in_trash`"),
))]
#[post("/follow-up-runs")]
pub async fn create_follow_up_run(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<FollowUpRunInput>,
) -> ApiResult<Answer<FollowUpRun>> {
    let id: RunId = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let run = service::create(tx, id, input).await?;
        Answer::created(&format!("/v1/follow-up-runs/{}", run.id), run.version, &run)
    })
    .await
}

/// List plans at work
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of plans at work", body = FollowUpRunPage),
))]
#[get("/follow-up-runs")]
pub async fn list_follow_up_runs(
    app: Data<App>,
    access: Access<FollowUpsRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<FollowUpRunPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let list = async |conn: &_| store::list(conn, workspace, &query, from.as_ref()).await;
    let mut rows = app.db.read(workspace, list).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| query.position(row))?;
    paging.answer(&FollowUpRunPage { data: rows.into_iter().map(FollowUpRun::from).collect(), next_cursor })
}

/// Read one plan at work
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The plan at work", body = FollowUpRun, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/follow-up-runs/{id}")]
pub async fn read_follow_up_run(
    app: Data<App>,
    access: Access<FollowUpsRead>,
    Id(id): Id<RunId>,
    _none: NoParams,
) -> ApiResult<Answer<FollowUpRun>> {
    let workspace = access.workspace;
    let run = app.db.read(workspace, async |conn| service::read(conn, workspace, id).await).await?;
    Answer::resource(run.version, &run)
}

/// List whom else to try at the company
///
/// Others who work where this contact does, and who may be written to. Also asks for `contacts:read`.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "From when on it is worth it, and whom", body = FollowUpAlternatives),
))]
#[get("/follow-up-runs/{id}/alternatives")]
pub async fn list_follow_up_alternatives(
    app: Data<App>,
    access: Access<FollowUpsRead>,
    Id(id): Id<RunId>,
    _none: NoParams,
) -> ApiResult<Answer<FollowUpAlternatives>> {
    access.require::<ContactsRead>()?;
    let workspace = access.workspace;
    let found = app.db.read(workspace, async |conn| service::alternatives(conn, workspace, id).await).await?;
    Answer::ok(&found)
}

/// Stop a plan at work
///
/// Its open nudge closes. A reply, a bounce, a meeting, or a contact who is not to be written to stop it by themselves.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    responses(
    (status = 200, description = "The plan as it is now", body = FollowUpRun, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`"),
    (status = 412, description = "`precondition_failed`: it has another version"),
))]
#[post("/follow-up-runs/{id}/stop")]
pub async fn stop_follow_up_run(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    Id(id): Id<RunId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<FollowUpRun>> {
    app.post(&access, &key, b"", async |tx| {
        let run = service::stop(tx, id, &if_match).await?;
        Answer::resource(run.version, &run)
    })
    .await
}
