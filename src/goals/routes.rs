use actix_web::web::Data;
use actix_web::{delete, get, patch, post};

use super::model::{Goal, GoalId, GoalInput};
use super::query::ListQuery;
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, MeetingsRead, MeetingsWrite};
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of goals.
    GoalPage of Goal
}

/// Set a goal
///
/// Of the whole search, or of one meeting: what the seeker wants to learn, and how they will know.
#[utoipa::path(tag = "goals", security(("bearer" = ["meetings:write"])), request_body = GoalInput, responses(
    (status = 201, description = "The goal as stored", body = Goal),
))]
#[post("/goals")]
pub async fn create_goal(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<GoalInput>,
) -> ApiResult<Answer<Goal>> {
    let id: GoalId = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let goal = service::create(tx, id, input).await?;
        Answer::created(&format!("/v1/goals/{id}"), goal.version, &goal)
    })
    .await
}

/// List goals
#[utoipa::path(tag = "goals", security(("bearer" = ["meetings:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of goals", body = GoalPage),
))]
#[get("/goals")]
pub async fn list_goals(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<GoalPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let mut rows =
        app.db.read(workspace, async |conn| store::list(conn, workspace, &query, from.as_ref()).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| query.position(row))?;
    paging.answer(&GoalPage { data: rows.into_iter().map(Goal::from).collect(), next_cursor })
}

/// Read one goal
#[utoipa::path(tag = "goals", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The goal", body = Goal, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/goals/{id}")]
pub async fn read_goal(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<GoalId>,
    _none: NoParams,
) -> ApiResult<Answer<Goal>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::resource(row.version, &Goal::from(row))
}

/// Change a goal, or say what became of it
///
/// `outcome` is `met`, `partly` or `not_met`; `decision` is what follows of it.
#[utoipa::path(tag = "goals", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)),
    request_body = GoalInput, responses(
    (status = 200, description = "The goal as it is now", body = Goal, headers(("ETag" = String, description = "Its version"))),
))]
#[patch("/goals/{id}")]
pub async fn patch_goal(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<GoalId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<GoalInput>,
) -> ApiResult<Answer<Goal>> {
    app.write(&access, async |tx| {
        let goal = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(goal.version, &goal)
    })
    .await
}

/// Delete a goal
///
/// It goes to the trash for 30 days.
#[utoipa::path(tag = "goals", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It lies in the trash"),
))]
#[delete("/goals/{id}")]
pub async fn delete_goal(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<GoalId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}
