use actix_web::web::Data;
use actix_web::{delete, get, patch, post};

use super::model::{Insight, InsightId, InsightInput};
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
    /// A page of insights.
    InsightPage of Insight
}

/// Keep an insight
///
/// Something that was learned in a meeting; `PUT /v1/meetings/{id}/debrief` writes all of a meeting at once.
#[utoipa::path(tag = "insights", security(("bearer" = ["meetings:write"])), request_body = InsightInput, responses(
    (status = 201, description = "The insight as stored", body = Insight),
))]
#[post("/insights")]
pub async fn create_insight(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<InsightInput>,
) -> ApiResult<Answer<Insight>> {
    let id: InsightId = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let insight = service::create(tx, id, input).await?;
        Answer::created(&format!("/v1/insights/{id}"), insight.version, &insight)
    })
    .await
}

/// List insights
///
/// Of one topic, one meeting, one person or one goal; `GET /v1/search` looks for words in them.
#[utoipa::path(tag = "insights", security(("bearer" = ["meetings:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of insights", body = InsightPage),
))]
#[get("/insights")]
pub async fn list_insights(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<InsightPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let mut rows =
        app.db.read(workspace, async |conn| store::list(conn, workspace, &query, from.as_ref()).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| query.position(row))?;
    paging.answer(&InsightPage { data: rows.into_iter().map(Insight::from).collect(), next_cursor })
}

/// Read one insight
#[utoipa::path(tag = "insights", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The insight", body = Insight, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/insights/{id}")]
pub async fn read_insight(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<InsightId>,
    _none: NoParams,
) -> ApiResult<Answer<Insight>> {
    let workspace = access.workspace;
    let insight = app.db.read(workspace, async |conn| service::read(conn, workspace, id).await).await?;
    Answer::resource(insight.version, &insight)
}

/// Change an insight
#[utoipa::path(tag = "insights", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)),
    request_body = InsightInput, responses(
    (status = 200, description = "The insight as it is now", body = Insight, headers(("ETag" = String, description = "Its version"))),
))]
#[patch("/insights/{id}")]
pub async fn patch_insight(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<InsightId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<InsightInput>,
) -> ApiResult<Answer<Insight>> {
    app.write(&access, async |tx| {
        let insight = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(insight.version, &insight)
    })
    .await
}

/// Delete an insight
///
/// It goes to the trash for 30 days.
#[utoipa::path(tag = "insights", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It lies in the trash"),
))]
#[delete("/insights/{id}")]
pub async fn delete_insight(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<InsightId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, Some(&if_match)).await).await?;
    Ok(Answer::no_content())
}
