//! What a handler answers: rendered once, so that it can be sent now and replayed later.
use std::marker::PhantomData;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use super::precondition::IfNoneMatch;
use crate::error::{ApiError, ApiResult, Problem};

/// An answer whose body is a `T`, as JSON.
#[derive(Debug, Clone)]
pub struct Answer<T> {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Vec<u8>,
    kind: PhantomData<fn() -> T>,
}

impl<T> Answer<T> {
    pub(super) fn raw(status: StatusCode, headers: Vec<(HeaderName, HeaderValue)>, body: Vec<u8>) -> Self {
        Self { status, headers, body, kind: PhantomData }
    }

    /// 200 and a body that was rendered as something else than JSON.
    pub fn rendered(media_type: &'static str, body: String) -> Self {
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        Self::raw(StatusCode::OK, vec![kind], body.into_bytes())
    }

    pub fn header(mut self, name: HeaderName, value: &str) -> ApiResult<Self> {
        let value = HeaderValue::from_str(value).map_err(|error| ApiError::internal(&error))?;
        self.headers.push((name, value));
        Ok(self)
    }

    /// Nobody may keep it: it holds a secret.
    pub fn secret(mut self) -> Self {
        self.headers.push((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
        self
    }

    /// Whether it does. Refusals are not kept by caches either, but there is no secret in them.
    pub(super) fn is_secret(&self) -> bool {
        self.status.is_success()
            && self.headers.iter().any(|(name, value)| name == header::CACHE_CONTROL && value == "no-store")
    }
}

impl Answer<Problem> {
    /// A refusal as the client gets it, to be replayed.
    pub(super) fn refusal(error: &ApiError, base_url: &str, request_id: &str) -> ApiResult<Self> {
        let body =
            serde_json::to_vec(&error.problem(base_url, request_id)).map_err(|error| ApiError::internal(&error))?;
        let mut headers = error.headers().to_vec();
        headers.push((header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")));
        headers.push((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
        Ok(Self::raw(error.code.status(), headers, body))
    }
}

impl Answer<serde_json::Value> {
    /// JSON that was written before.
    pub fn json_text(text: actix_web::web::Bytes) -> ApiResult<Self> {
        let digest = hex::encode(&crate::auth::sha256(&text)[..8]);
        let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self::raw(StatusCode::OK, vec![json], text.to_vec()).header(header::ETAG, &format!("\"{digest}\""))
    }
}

impl<T: Serialize> Answer<T> {
    /// 200 and the body.
    pub fn ok(body: &T) -> ApiResult<Self> {
        Self::status(StatusCode::OK, body)
    }

    pub fn status(status: StatusCode, body: &T) -> ApiResult<Self> {
        let body = serde_json::to_vec(body).map_err(|error| ApiError::internal(&error))?;
        let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(Self::raw(status, vec![json], body))
    }

    /// 200, the resource and its `ETag`.
    pub fn resource(version: i32, body: &T) -> ApiResult<Self> {
        Self::ok(body)?.header(header::ETAG, &format!("\"{version}\""))
    }

    /// As [`Self::resource`], of one that shows what is counted or found elsewhere: its `ETag` is another one whenever
    /// the body is, and its version stands in front.
    pub fn derived(version: i32, body: &T) -> ApiResult<Self> {
        let answer = Self::ok(body)?;
        let digest = hex::encode(&crate::auth::sha256(&answer.body)[..8]);
        answer.header(header::ETAG, &format!("\"{version}-{digest}\""))
    }

    /// 201, the resource, its `ETag` and where it is.
    pub fn created(location: &str, version: i32, body: &T) -> ApiResult<Self> {
        let mut answer = Self::resource(version, body)?.header(header::LOCATION, location)?;
        answer.status = StatusCode::CREATED;
        Ok(answer)
    }

    /// 202, the resource as it is until the rest is done, its `ETag` and where it is.
    pub fn accepted(location: &str, version: i32, body: &T) -> ApiResult<Self> {
        let mut answer = Self::resource(version, body)?.header(header::LOCATION, location)?;
        answer.status = StatusCode::ACCEPTED;
        Ok(answer)
    }
}

impl Answer<()> {
    pub fn no_content() -> Self {
        Self::raw(StatusCode::NO_CONTENT, Vec::new(), Vec::new())
    }
}

impl<T> Responder for Answer<T> {
    type Body = BoxBody;

    /// 304 instead of 200 when the client has this version (RFC 9110, 13.1.2).
    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let conditional = self.status == StatusCode::OK && request.method().is_safe();
        let etag = self.headers.iter().find(|(name, _)| conditional && name == header::ETAG).map(|(_, value)| value);
        let known = match etag.map(|etag| IfNoneMatch::of(request).map(|tags| tags.matches(etag))).transpose() {
            Ok(known) => known == Some(true),
            Err(error) => return HttpResponse::from_error(error),
        };
        let mut response = HttpResponse::new(if known { StatusCode::NOT_MODIFIED } else { self.status });
        for (name, value) in self.headers {
            if !(known && name == header::CONTENT_TYPE) {
                response.headers_mut().append(name, value);
            }
        }
        if known { response } else { response.set_body(BoxBody::new(self.body)) }
    }
}
