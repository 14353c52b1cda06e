use actix_web::web::Data;
use actix_web::{delete, get, patch, post};

use super::api::{Template, TemplateInput};
use super::engine;
use super::model::TemplateId;
use super::query::ListQuery;
use super::variables::{self, TemplateVariable, TemplateVariables};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, TemplatesRead, TemplatesWrite};
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Id, IdempotencyKey, IfMatch, Paging, Params, Patch, Ruled};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of templates.
    TemplatePage of Template
}

pub fn location(id: TemplateId) -> String {
    format!("/v1/templates/{id}")
}

/// Add a template
///
/// A text that does not parse, or that names a variable or a filter that there is not, is refused with the line and the
/// column of each fault.
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:write"])), request_body = TemplateInput, responses(
    (status = 201, description = "The template as stored", body = Template),
))]
#[post("/templates")]
pub async fn create_template(
    app: Data<App>,
    access: Access<TemplatesWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Ruled(input): Ruled<TemplateInput>,
) -> ApiResult<Answer<Template>> {
    let id = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let template = service::create(tx, id, input, None).await?;
        Answer::created(&location(template.id), template.version, &template)
    })
    .await
}

/// List templates
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of templates", body = TemplatePage),
))]
#[get("/templates")]
pub async fn list_templates(
    app: Data<App>,
    access: Access<TemplatesRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<TemplatePage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let mut rows =
        app.db.read(workspace, async |conn| store::list(conn, workspace, &query, from.as_ref()).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| query.position(row))?;
    paging.answer(&TemplatePage { data: rows.into_iter().map(Template::from).collect(), next_cursor })
}

/// List the variables and filters of templates
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:read"])), responses(
    (status = 200, description = "Everything that a template can name, with examples", body = TemplateVariables),
))]
#[get("/templates/variables")]
pub async fn list_template_variables(
    _access: Access<TemplatesRead>,
    _none: NoParams,
) -> ApiResult<Answer<TemplateVariables>> {
    let data = variables::ALL.iter().map(TemplateVariable::from).collect();
    Answer::ok(&TemplateVariables { data, filters: engine::catalogue() })
}

/// Read one template
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The template", body = Template, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/templates/{id}")]
pub async fn read_template(
    app: Data<App>,
    access: Access<TemplatesRead>,
    Id(id): Id<TemplateId>,
    _none: NoParams,
) -> ApiResult<Answer<Template>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::resource(row.version, &Template::from(row))
}

/// Change a template
///
/// What it said before stays as a version.
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:write"])), params(("id" = Uuid, Path)),
    request_body = TemplateInput, responses(
    (status = 200, description = "The template as it is now", body = Template, headers(("ETag" = String, description = "Its version"))),
))]
#[patch("/templates/{id}")]
pub async fn patch_template(
    app: Data<App>,
    access: Access<TemplatesWrite>,
    Id(id): Id<TemplateId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<TemplateInput>,
) -> ApiResult<Answer<Template>> {
    app.write(&access, async |tx| {
        let template = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(template.version, &template)
    })
    .await
}

/// Delete a template
///
/// It goes to the trash for 30 days. Messages that were made from it keep their text.
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It lies in the trash"),
))]
#[delete("/templates/{id}")]
pub async fn delete_template(
    app: Data<App>,
    access: Access<TemplatesWrite>,
    Id(id): Id<TemplateId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}
