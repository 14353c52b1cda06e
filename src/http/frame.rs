//! The outermost layer: request ids, `HEAD`, the log, and a problem document for everything that is not a success.
use std::future::{Ready, ready};
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, HttpResponse};
use futures_util::FutureExt;
use tracing::Instrument;
use uuid::Uuid;

use super::rate_limit::Standing;
use super::trace::Trace;
use crate::app::App;
use crate::error::{ApiError, Code};

const MAX_URI: usize = 8 * 1024;
/// Names and values together. The HTTP layer below refuses 128 KiB, without a word.
const MAX_HEADERS: usize = 32 * 1024;
/// Smaller bodies are not worth compressing.
const COMPRESS_FROM: u64 = 1024;

/// The content coding of what shall not be compressed.
const PLAIN: &str = "identity";

/// The id under which the log has this request.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl FromRequest for RequestId {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.extensions().get::<Self>().cloned();
        ready(id.ok_or_else(|| ApiError::internal(&"a request without an id")))
    }
}

pub async fn frame(
    app: Data<App>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<BoxBody>>, Error> {
    let started = Instant::now();
    let id = request_id(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, path) = (request.method().clone(), without_tokens(request.path()));
    // actix routes HEAD to no GET handler by itself; its HTTP layer leaves the body out all the same.
    if method == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let trace = Trace::continued(request.headers(), || app.random_u64());
    let span = tracing::info_span!(
        "request",
        id = %id,
        trace_id = tracing::field::Empty,
        span_id = tracing::field::Empty,
        parent_id = tracing::field::Empty,
    );
    if let Some(trace) = &trace {
        trace.record(&span);
    }
    let call = AssertUnwindSafe(next.call(request)).catch_unwind().instrument(span.clone());
    let outcome = call.await.unwrap_or_else(|panic| {
        let _entered = span.enter();
        Err(ApiError::internal(&format!("a handler panicked: {}", panic_text(&*panic))).into())
    });
    let _entered = span.enter();
    match outcome {
        Ok(response) => {
            let cause = response.response().error().and_then(why);
            let mut response = finish(&app, &id, response);
            if let Some(trace) = trace {
                trace.answer(response.headers_mut());
            }
            log(&method, &path, response.status(), started, cause.as_deref());
            Ok(response)
        }
        Err(error) => {
            // Without a request there is no ServiceResponse: actix sends the response inside this error.
            let mut response = problem(&app, &id, &error, &HeaderMap::new());
            add_headers(response.headers_mut(), &id, None);
            log(&method, &path, response.status(), started, why(&error).as_deref());
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// Refuses long URLs and headers, inside of CORS: scripts of other origins may read why.
pub async fn bound(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match too_large(&request) {
        Some(error) => Ok(request.error_response(error).map_into_right_body()),
        None => Ok(next.call(request).await?.map_into_left_body()),
    }
}

fn too_large(request: &ServiceRequest) -> Option<ApiError> {
    if request.uri().path_and_query().is_some_and(|text| text.as_str().len() > MAX_URI) {
        return Some(ApiError::new(Code::UriTooLong, format!("the URL may have {MAX_URI} bytes at most")));
    }
    let headers = request.headers().iter();
    if headers.map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() > MAX_HEADERS {
        let detail = format!("the headers may have {MAX_HEADERS} bytes together");
        return Some(ApiError::new(Code::HeadersTooLarge, detail));
    }
    None
}

fn finish<B: MessageBody + 'static>(
    app: &App,
    id: &str,
    response: ServiceResponse<B>,
) -> ServiceResponse<EitherBody<BoxBody>> {
    let standing = response.request().extensions().get::<Standing>().copied();
    let failure = match response.response().error() {
        Some(error) => Some(problem(app, id, error, response.headers())),
        None if is_unexplained(&response) => {
            let error = ApiError::new(code_of(response.status()), "the request could not be served").into();
            Some(problem(app, id, &error, response.headers()))
        }
        None => None,
    };
    let mut response = match failure {
        Some(problem) => response.into_response(problem).map_into_left_body(),
        None => response.map_into_boxed_body().map_into_left_body(),
    };
    add_headers(response.headers_mut(), id, standing);
    response
}

/// An answer of the framework's own making, in plain text.
fn is_unexplained<B>(response: &ServiceResponse<B>) -> bool {
    let typed = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    (response.status().is_client_error() || response.status().is_server_error())
        && !typed.is_some_and(|kind| kind.starts_with("application/problem+json") || kind.starts_with("text/html"))
}

fn problem(app: &App, id: &str, error: &Error, inner: &HeaderMap) -> HttpResponse {
    let fallback;
    let error = match error.as_error::<ApiError>() {
        Some(error) => error,
        None => {
            let status = error.as_response_error().status_code();
            fallback = match status.is_server_error() {
                true => ApiError::internal(error),
                false => ApiError::new(code_of(status), error.to_string()),
            };
            &fallback
        }
    };
    let mut response = HttpResponse::build(error.code.status());
    for (name, value) in error.headers() {
        response.append_header((name.clone(), value.clone()));
    }
    // What layers in between added (CORS, Vary) stays true of the problem.
    for (name, value) in inner {
        let own = [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING].contains(name);
        if !own && !error.headers().iter().any(|(known, _)| known == name) {
            response.append_header((name.clone(), value.clone()));
        }
    }
    if error.code.status() == StatusCode::UNAUTHORIZED {
        response.insert_header((header::WWW_AUTHENTICATE, challenge(app, error)));
    }
    let body = serde_json::to_vec(&error.problem(&app.base_url, id)).unwrap_or_default();
    response.content_type("application/problem+json").insert_header((header::CACHE_CONTROL, "no-store")).body(body)
}

/// RFC 6750, section 3, and RFC 9728, section 5.1.
fn challenge(app: &App, error: &ApiError) -> String {
    let metadata = format!("resource_metadata=\"{}/.well-known/oauth-protected-resource\"", app.base_url);
    match error.code {
        Code::CredentialMissing => format!("Bearer realm=\"inroad\", {metadata}"),
        code => {
            let detail: String = error.detail.chars().filter(|c| !matches!(c, '"' | '\\') && !c.is_control()).collect();
            let error = if code == Code::ReauthenticationRequired {
                "insufficient_user_authentication"
            } else {
                "invalid_token"
            };
            format!("Bearer realm=\"inroad\", error=\"{error}\", error_description=\"{detail}\", {metadata}")
        }
    }
}

fn code_of(status: StatusCode) -> Code {
    match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::NOT_ACCEPTABLE => Code::NotAcceptable,
        StatusCode::REQUEST_TIMEOUT => Code::RequestTimeout,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::URI_TOO_LONG => Code::UriTooLong,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        status if status.is_server_error() => Code::Internal,
        _ => Code::BadRequest,
    }
}

/// Keeps the compressing layer between this one and the frame from small bodies; the frame takes the mark off again.
pub async fn mark_small_bodies<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    if matches!(response.response().body().size(), BodySize::Sized(size) if size < COMPRESS_FROM) {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(PLAIN));
    }
    Ok(response)
}

fn add_headers(headers: &mut HeaderMap, id: &str, standing: Option<Standing>) {
    if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding == PLAIN) {
        headers.remove(header::CONTENT_ENCODING);
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    for (name, value) in standing.map(Standing::headers).unwrap_or_default() {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
}

/// A path as the log may have it. Links have their secret in it, alone or behind a workspace and a point.
fn without_tokens(path: &str) -> String {
    let hidden = |part: &str| if part.contains("inr_") { "…".to_owned() } else { part.to_owned() };
    path.split('/').map(hidden).collect::<Vec<_>>().join("/")
}

fn request_id(headers: &HeaderMap) -> String {
    let acceptable = |text: &&str| {
        (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let given = headers.get("x-request-id").and_then(|value| value.to_str().ok()).filter(acceptable);
    given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

/// Why a request failed that is one of a crowd.
fn why(error: &Error) -> Option<String> {
    error.as_error::<ApiError>()?.cause().map(str::to_owned)
}

fn log(method: &Method, path: &str, status: StatusCode, started: Instant, cause: Option<&str>) {
    let (status, took) = (status.as_u16(), started.elapsed());
    metrics::counter!("inroad_requests_total", "method" => method.to_string(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("inroad_request_seconds").record(took.as_secs_f64());
    let why = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
    tracing::info!(%method, path, status, "answered {method} {path} with {status} in {} ms{why}", took.as_millis());
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
