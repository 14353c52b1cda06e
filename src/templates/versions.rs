//! What a template said before, over HTTP.
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, get, post};

use super::api::{Template, TemplateVersion};
use super::model::TemplateId;
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, TemplatesRead, TemplatesWrite};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::page::{self, PageQuery};
use crate::http::params::{NoParams, path_id};
use crate::http::{Answer, Id, IdempotencyKey, IfMatch, NoBody, Paging, Params};
use crate::page;

page! {
    /// A page of the versions of a template.
    TemplateVersionPage of TemplateVersion
}

/// A template and the number of one of its versions, in the path.
pub struct VersionOf(TemplateId, i32);

impl FromRequest for VersionOf {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let number = request.match_info().query("version").parse().map_err(|_| {
            let fault = Fault::parameter("version", "invalid_format", "must be the number of a version");
            ApiError::faults(Code::InvalidParameter, "parameter", vec![fault])
        });
        ready(path_id(request, "id").and_then(|id| Ok(Self(id.into(), number?))))
    }
}

/// List the versions of a template, newest first
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:read"])), params(("id" = Uuid, Path), PageQuery), responses(
    (status = 200, description = "A page of versions", body = TemplateVersionPage),
))]
#[get("/templates/{id}/versions")]
pub async fn list_template_versions(
    app: Data<App>,
    access: Access<TemplatesRead>,
    Id(id): Id<TemplateId>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<TemplateVersionPage>> {
    let before: Option<i32> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let read = async |conn: &_| {
        store::find(conn, workspace, id).await?;
        store::versions(conn, workspace, id, before, query.fetch()).await
    };
    let mut rows = app.db.read(workspace, read).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| row.version)?;
    paging.answer(&TemplateVersionPage { data: rows.into_iter().map(TemplateVersion::from).collect(), next_cursor })
}

/// Read a version of a template
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:read"])),
    params(("id" = Uuid, Path), ("version" = i32, Path, minimum = 1)), responses(
    (status = 200, description = "What the template said", body = TemplateVersion),
))]
#[get("/templates/{id}/versions/{version}")]
pub async fn read_template_version(
    app: Data<App>,
    access: Access<TemplatesRead>,
    VersionOf(id, version): VersionOf,
    _none: NoParams,
) -> ApiResult<Answer<TemplateVersion>> {
    let workspace = access.workspace;
    let read = async |conn: &_| {
        store::find(conn, workspace, id).await?;
        store::version(conn, workspace, id, version).await
    };
    let row = app.db.read(workspace, read).await?.ok_or_else(ApiError::not_found)?;
    Answer::ok(&TemplateVersion::from(row))
}

/// Restore a version of a template
///
/// The template says again what it said then, as a new version. Its name, audience and description stay as they are.
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:write"])), params(
        ("id" = Uuid, Path), ("version" = i32, Path, minimum = 1),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    responses(
    (status = 200, description = "The template as it is now", body = Template, headers(("ETag" = String, description = "Its version"))),
    (status = 412, description = "`precondition_failed`: the template has another version"),
))]
#[post("/templates/{id}/versions/{version}/restore")]
pub async fn restore_template_version(
    app: Data<App>,
    access: Access<TemplatesWrite>,
    VersionOf(id, version): VersionOf,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<Template>> {
    app.post(&access, &key, b"", async |tx| {
        let template = service::restore_version(tx, id, version, &if_match).await?;
        Answer::resource(template.version, &template)
    })
    .await
}
