use actix_web::get;
use actix_web::web::Data;

use super::model::{GoalTrace, InsightTrace};
use super::service;
use crate::app::App;
use crate::auth::{Access, MeetingsRead};
use crate::error::ApiResult;
use crate::goals::GoalId;
use crate::http::params::NoParams;
use crate::http::{Answer, Id};
use crate::insights::InsightId;

/// Trace a goal
///
/// What was asked for it, what was answered, what was learned by that, and what was decided; of a goal of the search also
/// what the goals of meetings gave that serve it.
#[utoipa::path(tag = "goals", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The trace", body = GoalTrace),
))]
#[get("/goals/{id}/trace")]
pub async fn trace_goal(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<GoalId>,
    _none: NoParams,
) -> ApiResult<Answer<GoalTrace>> {
    let workspace = access.workspace;
    Answer::ok(&app.db.read(workspace, async |conn| service::of_goal(conn, workspace, id).await).await?)
}

/// Trace an insight
///
/// The way back: by which question it was learned, in which meeting, for which goal, and what was decided for that.
#[utoipa::path(tag = "insights", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The trace", body = InsightTrace),
))]
#[get("/insights/{id}/trace")]
pub async fn trace_insight(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<InsightId>,
    _none: NoParams,
) -> ApiResult<Answer<InsightTrace>> {
    let workspace = access.workspace;
    Answer::ok(&app.db.read(workspace, async |conn| service::of_insight(conn, workspace, id).await).await?)
}
