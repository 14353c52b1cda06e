use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{SavedView, SavedViewId, SavedViewInput, SavedViewRow, ViewResource};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, SavedViewsRead, SavedViewsWrite};
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, DEFAULT_LIMIT};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of saved views.
    SavedViewPage of SavedView
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct SavedViewsQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    cursor: Option<String>,
    /// Any of these.
    #[param(inline)]
    resource: Vec<ViewResource>,
}

impl Default for SavedViewsQuery {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None, resource: Vec::new() }
    }
}

/// Save a view
///
/// The list takes it as `?view=`; what else is in the list's URL goes before what the view says of the same parameter.
#[utoipa::path(tag = "saved views", security(("bearer" = ["saved_views:write"])), request_body = SavedViewInput, responses(
    (status = 201, description = "The view as stored", body = SavedView),
    (status = 409, description = "`saved_view_exists`"),
))]
#[post("/saved-views")]
pub async fn create_saved_view(
    app: Data<App>,
    access: Access<SavedViewsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<SavedViewInput>,
) -> ApiResult<Answer<SavedView>> {
    let id = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let view = service::create(tx, id, input).await?;
        Answer::created(&format!("/v1/saved-views/{}", view.id), view.version, &view)
    })
    .await
}

/// List saved views, by name
#[utoipa::path(tag = "saved views", security(("bearer" = ["saved_views:read"])), params(SavedViewsQuery), responses(
    (status = 200, description = "A page of saved views", body = SavedViewPage),
))]
#[get("/saved-views")]
pub async fn list_saved_views(
    app: Data<App>,
    access: Access<SavedViewsRead>,
    Params(query): Params<SavedViewsQuery>,
    paging: Paging,
) -> ApiResult<Answer<SavedViewPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let (workspace, fetch) = (access.workspace, i64::from(query.limit) + 1);
    let list = async |conn: &_| store::list(conn, workspace, &query.resource, from.as_ref(), fetch).await;
    let mut rows = app.db.read(workspace, list).await?;
    let at = |row: &SavedViewRow| Position { text: Some(row.name.clone()), id: row.id.into(), ..Position::default() };
    let next_cursor = page::cut(&paging, query.limit, &mut rows, at)?;
    paging.answer(&SavedViewPage { data: rows.into_iter().map(SavedView::from).collect(), next_cursor })
}

/// Read one saved view
#[utoipa::path(tag = "saved views", security(("bearer" = ["saved_views:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The view", body = SavedView, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/saved-views/{id}")]
pub async fn read_saved_view(
    app: Data<App>,
    access: Access<SavedViewsRead>,
    Id(id): Id<SavedViewId>,
    _none: NoParams,
) -> ApiResult<Answer<SavedView>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::resource(row.version, &SavedView::from(row))
}

/// Change a saved view
#[utoipa::path(tag = "saved views", security(("bearer" = ["saved_views:write"])), params(("id" = Uuid, Path)),
    request_body = SavedViewInput, responses(
    (status = 200, description = "The view as it is now", body = SavedView, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`saved_view_exists`"),
))]
#[patch("/saved-views/{id}")]
pub async fn patch_saved_view(
    app: Data<App>,
    access: Access<SavedViewsWrite>,
    Id(id): Id<SavedViewId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<SavedViewInput>,
) -> ApiResult<Answer<SavedView>> {
    app.write(&access, async |tx| {
        let view = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(view.version, &view)
    })
    .await
}

/// Delete a saved view
#[utoipa::path(tag = "saved views", security(("bearer" = ["saved_views:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
))]
#[delete("/saved-views/{id}")]
pub async fn delete_saved_view(
    app: Data<App>,
    access: Access<SavedViewsWrite>,
    Id(id): Id<SavedViewId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}
