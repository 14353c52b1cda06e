//! What the service says of itself: health, keys, documents, and the pages of its errors.
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::App;
use crate::auth::{ALL as SCOPES, access};
use crate::db::{Conn, migrate};
use crate::error::{ApiError, ApiResult, Code};
use crate::http::Answer;

/// Swagger UI styles its elements inline and has its icons as data.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'";

pub fn configure(config: &mut ServiceConfig) {
    config.service(healthz).service(readyz).service(jwks).service(protected_resource);
}

/// Routes that are no part of the document.
pub fn configure_pages(config: &mut web::ServiceConfig) {
    let docs = SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json").persist_authorization(true));
    let pages = web::scope("")
        .wrap(from_fn(docs_policy))
        .wrap(from_fn(access::visit))
        .route("/openapi.json", web::get().to(openapi))
        .route("/docs", web::get().to(async || web::Redirect::to("/docs/").see_other()))
        .route("/", web::get().to(async || web::Redirect::to("/docs/").see_other()))
        .route("/problems/{code}", web::get().to(problem_page))
        .service(docs);
    config.service(pages).default_service(web::to(nothing_here));
}

/// Whether the service can do its work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    #[schema(example = "ok")]
    status: &'static str,
    #[schema(example = "0.1.0")]
    version: &'static str,
}

const READY_WITHIN: std::time::Duration = std::time::Duration::from_secs(2);

const OK: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// The process is up
#[utoipa::path(tag = "service", responses((status = 200, description = "It is", body = Health)))]
#[get("/healthz")]
async fn healthz() -> ApiResult<Answer<Health>> {
    Answer::ok(&OK)
}

/// The database can be reached and has the schema of this version
#[utoipa::path(tag = "service", responses((status = 200, description = "Ready to serve", body = Health)))]
#[get("/readyz")]
async fn readyz(app: Data<App>) -> ApiResult<Answer<Health>> {
    if app.is_stopping() {
        return Err(ApiError::unavailable(&"the service is stopping"));
    }
    // Whoever asks wants to know now.
    let current =
        async |conn: &mut Conn| migrate::is_current(conn).await.map_err(|error| ApiError::unavailable(&error));
    match tokio::time::timeout(READY_WITHIN, app.db.transaction(current)).await {
        Ok(Ok(true)) => Answer::ok(&OK),
        Ok(Ok(false)) => Err(ApiError::unavailable(&"migrations are pending")),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(ApiError::unavailable(&"the database does not answer")),
    }
}

/// A JSON Web Key Set (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub struct KeySet {
    #[schema(value_type = Vec<Object>)]
    keys: Value,
}

/// The keys that access tokens are signed with
#[utoipa::path(tag = "service", responses((status = 200, description = "The published keys", body = KeySet)))]
#[get("/.well-known/jwks.json", wrap = "from_fn(access::visit)")]
async fn jwks(app: Data<App>) -> ApiResult<Answer<KeySet>> {
    let mut set = app.keys.jwks(&app).await?;
    Answer::ok(&KeySet { keys: set["keys"].take() })?.header(header::CACHE_CONTROL, "public, max-age=300")
}

/// Metadata of a protected resource (RFC 9728).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProtectedResource {
    resource: String,
    authorization_servers: Vec<String>,
    jwks_uri: String,
    bearer_methods_supported: Vec<&'static str>,
    scopes_supported: Vec<&'static str>,
    resource_documentation: String,
}

/// Where to get tokens for this service, and which
#[utoipa::path(tag = "service", responses((status = 200, description = "The metadata", body = ProtectedResource)))]
#[get("/.well-known/oauth-protected-resource", wrap = "from_fn(access::visit)")]
async fn protected_resource(app: Data<App>) -> ApiResult<Answer<ProtectedResource>> {
    let base = &app.base_url;
    Answer::ok(&ProtectedResource {
        resource: base.clone(),
        authorization_servers: vec![base.clone()],
        jwks_uri: format!("{base}/.well-known/jwks.json"),
        bearer_methods_supported: vec!["header"],
        scopes_supported: SCOPES.iter().map(|(name, _, _)| *name).collect(),
        resource_documentation: format!("{base}/docs/"),
    })?
    .header(header::CACHE_CONTROL, "public, max-age=300")
}

async fn openapi(app: Data<App>) -> ApiResult<Answer<Value>> {
    Answer::json_text(Bytes::clone(&app.document))
}

/// What a problem's `type` points to.
async fn problem_page(code: Path<String>) -> ApiResult<HttpResponse> {
    let code = Code::ALL.iter().find(|known| known.name() == code.as_str()).ok_or_else(ApiError::not_found)?;
    let (name, status) = (code.name(), code.status());
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{name}</title>\
         <h1>{}</h1><p><code>{name}</code>, HTTP status {}</p><p>{}</p>\n",
        code.title(),
        status.as_u16(),
        code.explanation().replace('&', "&amp;").replace('<', "&lt;"),
    );
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page))
}

async fn docs_policy(
    request: actix_web::dev::ServiceRequest,
    next: actix_web::middleware::Next<impl actix_web::body::MessageBody>,
) -> Result<actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody>, actix_web::Error> {
    let is_docs = request.path().starts_with("/docs");
    let mut response = next.call(request).await?;
    if is_docs {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DOCS_POLICY));
    }
    Ok(response)
}

/// Tells a wrong path from a wrong method, and answers `OPTIONS`.
pub async fn nothing_here(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, ApiError> {
    let methods = app.methods(request.path());
    if methods.is_empty() {
        return Err(ApiError::new(Code::NotFound, format!("there is no path {}", request.path())));
    }
    if request.method() == Method::OPTIONS {
        let allow = HeaderValue::from_str(&methods.join(", ")).map_err(|error| ApiError::internal(&error))?;
        return Ok(HttpResponse::build(StatusCode::NO_CONTENT).insert_header((header::ALLOW, allow)).finish());
    }
    Err(ApiError::method_not_allowed(request.method(), request.path(), &methods))
}
