use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use uuid::Uuid;

use super::model::{FollowUpPlan, FollowUpPlanInput, PlanId};
use super::service;
use crate::app::App;
use crate::auth::{Access, FollowUpsRead, FollowUpsWrite};
use crate::error::{ApiError, ApiResult};
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, PageQuery};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of plans.
    FollowUpPlanPage of FollowUpPlan
}

/// Add a follow-up plan
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), request_body = FollowUpPlanInput, responses(
    (status = 201, description = "The plan as stored", body = FollowUpPlan),
    (status = 409, description = "`follow_up_plan_exists`"),
))]
#[post("/follow-up-plans")]
pub async fn create_follow_up_plan(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<FollowUpPlanInput>,
) -> ApiResult<Answer<FollowUpPlan>> {
    let id: PlanId = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let plan = service::create(tx, id, input).await?;
        Answer::created(&format!("/v1/follow-up-plans/{id}"), plan.version, &plan)
    })
    .await
}

/// List follow-up plans
///
/// The built-in ones first (`standard`, `gentle`, `none`), then the workspace's own, oldest first.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:read"])), params(PageQuery), responses(
    (status = 200, description = "A page of plans", body = FollowUpPlanPage),
))]
#[get("/follow-up-plans")]
pub async fn list_follow_up_plans(
    app: Data<App>,
    access: Access<FollowUpsRead>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<FollowUpPlanPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let after = from.map(|from| from.id);
    let list = async |conn: &_| service::list(conn, workspace, after, query.fetch()).await;
    let mut data = app.db.read(workspace, list).await?;
    let at = |plan: &FollowUpPlan| Position { id: Uuid::from(plan.id), ..Position::default() };
    let next_cursor = page::cut(&paging, query.limit, &mut data, at)?;
    paging.answer(&FollowUpPlanPage { data, next_cursor })
}

/// Read one follow-up plan
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The plan", body = FollowUpPlan, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/follow-up-plans/{id}")]
pub async fn read_follow_up_plan(
    app: Data<App>,
    access: Access<FollowUpsRead>,
    Id(id): Id<PlanId>,
    _none: NoParams,
) -> ApiResult<Answer<FollowUpPlan>> {
    let workspace = access.workspace;
    let plan = app.db.read(workspace, async |conn| service::find(conn, workspace, id).await).await?;
    let plan = plan.ok_or_else(ApiError::not_found)?;
    Answer::resource(plan.version, &plan)
}

/// Change a follow-up plan
///
/// Messages that it is attached to already go on by what it was then.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), params(("id" = Uuid, Path)),
    request_body = FollowUpPlanInput, responses(
    (status = 200, description = "The plan as it is now", body = FollowUpPlan, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`follow_up_plan_exists`, or `follow_up_plan_in_use`: it is built in"),
))]
#[patch("/follow-up-plans/{id}")]
pub async fn patch_follow_up_plan(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    Id(id): Id<PlanId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<FollowUpPlanInput>,
) -> ApiResult<Answer<FollowUpPlan>> {
    app.write(&access, async |tx| {
        let plan = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(plan.version, &plan)
    })
    .await
}

/// Delete a follow-up plan
///
/// Messages that it is attached to already go on by what it was.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
    (status = 409, description = "`follow_up_plan_in_use`: it is built in, or the workspace's default"),
))]
#[delete("/follow-up-plans/{id}")]
pub async fn delete_follow_up_plan(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    Id(id): Id<PlanId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}
