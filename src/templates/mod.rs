//! Templates: texts to be used again, with variables, in versions; what they become for a contact; and a library of
//! ready ones.
//!
//! `POST GET /v1/templates`, `GET PATCH DELETE /v1/templates/{id}`, `POST /v1/templates/{id}/archive`, `…/unarchive`,
//! `…/duplicate`, `…/render`, `GET /v1/templates/{id}/versions`, `…/versions/{version}`,
//! `POST …/versions/{version}/restore`, `GET /v1/templates/variables`, `POST /v1/templates/render`,
//! `GET /v1/templates/library`, `…/library/{slug}`, `POST …/library/{slug}/copy`.
mod actions;
mod api;
mod engine;
mod export;
mod facts;
mod library;
mod model;
mod query;
mod render;
mod rendering;
mod routes;
mod search;
mod service;
mod store;
mod variables;
mod versions;

use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub use self::api::{Template, TemplateInput};
pub use self::export::{after, load};
pub use self::library::copy;
pub use self::model::{TemplateAudience, TemplateId};
pub use self::render::{fill_newest, fill_text};
pub use self::rendering::{Filling, Rendering, values};
pub use self::search::found;
pub use self::service::{RESOURCE, create, purge, read_many, restore};
pub use self::store::reindex;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::text::FreeText;

pub fn configure(config: &mut ServiceConfig) {
    // Literal paths below those with an id.
    config
        .service(routes::list_template_variables)
        .service(library::list_template_library)
        .service(library::read_library_template)
        .service(library::copy_library_template)
        .service(render::render_text)
        .service(routes::create_template)
        .service(routes::list_templates)
        .service(routes::read_template)
        .service(routes::patch_template)
        .service(routes::delete_template)
        .service(render::render_template)
        .service(actions::archive_template)
        .service(actions::unarchive_template)
        .service(actions::duplicate_template)
        .service(versions::list_template_versions)
        .service(versions::read_template_version)
        .service(versions::restore_template_version);
}

/// What people wrote in the templates that follow this one, in the order of their ids, and the last of these, if others
/// may follow.
pub async fn free_texts(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<(Vec<FreeText>, Option<Uuid>)> {
    let rows = store::following(conn, workspace, after, fetch).await?;
    let last = rows.last().map(|row| row.id.into()).filter(|_| i64::try_from(rows.len()) == Ok(fetch));
    let mut texts = Vec::new();
    for row in rows {
        let id = row.id.into();
        let fields = [("name", Some(row.name)), ("description", row.description), ("subject", row.subject)];
        for (field, text) in fields.into_iter().chain([("body", Some(row.body))]) {
            texts.extend(text.map(|text| FreeText { id, field: field.to_owned(), text }));
        }
    }
    Ok((texts, last))
}

/// The version that a message is made from now; none when there is no such template.
pub async fn present_version(conn: &Conn, workspace: WorkspaceId, id: TemplateId) -> ApiResult<Option<i32>> {
    match store::find(conn, workspace, id).await {
        Ok(row) => Ok(Some(row.text_version)),
        Err(error) if error.code == crate::error::Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
