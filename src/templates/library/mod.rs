//! Ready templates, written for this product: `GET /v1/templates/library`, `GET /v1/templates/library/{slug}`,
//! `POST /v1/templates/library/{slug}/copy`.
//!
//! Each is a file beside this one: lines `field: value`, a line `---`, and the text.
mod files;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use actix_web::web::{Data, Path};
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::api::{Template, TemplateInput};
use super::model::{TemplateAudience, TemplateId};
use super::routes::location;
use super::service;
use crate::app::App;
use crate::auth::{Access, TemplatesRead, TemplatesWrite};
use crate::changes::Tx;
use crate::error::{ApiError, ApiResult};
use crate::http::params::NoParams;
use crate::http::{Answer, IdempotencyKey, NoBody, Params};
use crate::messages::{MessageChannel, MessagePurpose};

/// A ready template.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LibraryTemplate {
    /// Its name in the library.
    #[schema(example = "introduction-email-alumni")]
    pub slug: String,
    #[schema(example = "First e-mail to an alum")]
    pub name: String,
    pub purpose: MessagePurpose,
    pub channel: MessageChannel,
    #[schema(example = "en")]
    pub language: String,
    /// Whom it is for; `null` is anybody.
    pub audience: Option<TemplateAudience>,
    /// When to use it.
    pub description: Option<String>,
    pub subject: Option<String>,
    pub body: String,
}

/// The library.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateLibrary {
    pub data: Vec<LibraryTemplate>,
}

/// Which templates of the library.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct LibraryQuery {
    /// Any of these.
    #[param(inline)]
    purpose: Vec<MessagePurpose>,
    /// Any of these.
    #[param(inline)]
    channel: Vec<MessageChannel>,
    /// Any of these.
    #[param(inline)]
    audience: Vec<TemplateAudience>,
    /// Any of these.
    #[param(max_items = 20)]
    language: Vec<String>,
}

static ALL: LazyLock<Vec<LibraryTemplate>> =
    LazyLock::new(|| files::ALL.iter().filter_map(|(slug, text)| read(slug, text)).collect());

/// A file of the library; none when it is not one, which a test excludes.
fn read(slug: &str, file: &str) -> Option<LibraryTemplate> {
    let (head, body) = file.split_once("\n---\n")?;
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    fn word<T: serde::de::DeserializeOwned>(word: &str) -> Option<T> {
        serde_json::from_value(serde_json::Value::from(word)).ok()
    }
    Some(LibraryTemplate {
        slug: slug.to_owned(),
        name: field("name")?.to_owned(),
        purpose: word(field("purpose")?)?,
        channel: word(field("channel")?)?,
        language: field("language")?.to_owned(),
        audience: field("audience").and_then(word),
        description: field("description").map(str::to_owned),
        subject: field("subject").map(str::to_owned),
        body: body.trim_end().to_owned(),
    })
}

fn find(slug: &str) -> ApiResult<&'static LibraryTemplate> {
    let found = ALL.iter().find(|one| one.slug == slug);
    found.ok_or_else(|| ApiError::new(crate::error::Code::NotFound, "no such template in the library"))
}

/// Adds a template that says what this one of the library says.
pub async fn copy(tx: &mut Tx<'_>, id: TemplateId, slug: &str) -> ApiResult<Template> {
    let one = find(slug)?;
    service::create(tx, id, one.clone().into(), Some(&one.slug)).await
}

/// List the library
///
/// Ready templates for every purpose and channel, by purpose, channel and audience; all of them at once.
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:read"])), params(LibraryQuery), responses(
    (status = 200, description = "The templates of the library", body = TemplateLibrary),
))]
#[get("/templates/library")]
pub async fn list_template_library(
    _access: Access<TemplatesRead>,
    Params(query): Params<LibraryQuery>,
) -> ApiResult<Answer<TemplateLibrary>> {
    fn any<T: PartialEq>(wanted: &[T], has: &T) -> bool {
        wanted.is_empty() || wanted.contains(has)
    }
    let fits = |one: &&LibraryTemplate| {
        any(&query.purpose, &one.purpose)
            && any(&query.channel, &one.channel)
            && any(&query.language, &one.language)
            && (query.audience.is_empty() || one.audience.is_some_and(|own| query.audience.contains(&own)))
    };
    Answer::ok(&TemplateLibrary { data: ALL.iter().filter(fits).cloned().collect() })
}

/// Read a template of the library
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:read"])),
    params(("slug" = String, Path, max_length = 100)), responses(
    (status = 200, description = "The template", body = LibraryTemplate),
))]
#[get("/templates/library/{slug}")]
pub async fn read_library_template(
    _access: Access<TemplatesRead>,
    slug: Path<String>,
    _none: NoParams,
) -> ApiResult<Answer<LibraryTemplate>> {
    Answer::ok(find(&slug)?)
}

/// Copy a template of the library into the workspace
///
/// The copy is a template like any other, and remembers as `library_slug` what it was copied from. Each call makes one.
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:write"])),
    params(("slug" = String, Path, max_length = 100)), responses(
    (status = 201, description = "The new template", body = Template),
))]
#[post("/templates/library/{slug}/copy")]
pub async fn copy_library_template(
    app: Data<App>,
    access: Access<TemplatesWrite>,
    slug: Path<String>,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<Template>> {
    let id = app.new_id();
    find(&slug)?;
    app.post(&access, &key, b"", async |tx| {
        let template = copy(tx, id, &slug).await?;
        Answer::created(&location(template.id), template.version, &template)
    })
    .await
}

impl From<LibraryTemplate> for TemplateInput {
    fn from(one: LibraryTemplate) -> Self {
        let LibraryTemplate { slug: _, name, purpose, channel, language, audience, description, subject, body } = one;
        Self { name, purpose, channel, language, audience, description, subject, body }
    }
}
