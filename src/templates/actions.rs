//! What can be done with a template, over HTTP.
use actix_web::post;
use actix_web::web::Data;

use super::api::Template;
use super::model::TemplateId;
use super::routes::location;
use super::service;
use crate::app::App;
use crate::auth::{Access, TemplatesWrite};
use crate::error::ApiResult;
use crate::http::params::NoParams;
use crate::http::{Answer, Id, IdempotencyKey, IfMatch, NoBody};

/// Put a template away
///
/// It stays what it is, and can still be rendered. One that is put away already stays as it is.
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    responses(
    (status = 200, description = "The template as it is now", body = Template, headers(("ETag" = String, description = "Its version"))),
    (status = 412, description = "`precondition_failed`: the template has another version"),
))]
#[post("/templates/{id}/archive")]
pub async fn archive_template(
    app: Data<App>,
    access: Access<TemplatesWrite>,
    Id(id): Id<TemplateId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<Template>> {
    app.post(&access, &key, b"", async |tx| {
        let template = service::set_archived(tx, id, true, &if_match).await?;
        Answer::resource(template.version, &template)
    })
    .await
}

/// Take a template out again
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    responses(
    (status = 200, description = "The template as it is now", body = Template, headers(("ETag" = String, description = "Its version"))),
    (status = 412, description = "`precondition_failed`: the template has another version"),
))]
#[post("/templates/{id}/unarchive")]
pub async fn unarchive_template(
    app: Data<App>,
    access: Access<TemplatesWrite>,
    Id(id): Id<TemplateId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<Template>> {
    app.post(&access, &key, b"", async |tx| {
        let template = service::set_archived(tx, id, false, &if_match).await?;
        Answer::resource(template.version, &template)
    })
    .await
}

/// Duplicate a template
///
/// The new one says what this one says now, under a name of its own.
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:write"])), params(("id" = Uuid, Path)), responses(
    (status = 201, description = "The new template", body = Template),
))]
#[post("/templates/{id}/duplicate")]
pub async fn duplicate_template(
    app: Data<App>,
    access: Access<TemplatesWrite>,
    Id(id): Id<TemplateId>,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<Template>> {
    let new_id = app.new_id();
    app.post(&access, &key, b"", async |tx| {
        let template = service::duplicate(tx, new_id, id).await?;
        Answer::created(&location(template.id), template.version, &template)
    })
    .await
}
