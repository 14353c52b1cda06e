//! `If-Match` and `If-None-Match` over strong entity tags that are versions (RFC 9110, 13.1).
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest};

use crate::error::{ApiError, ApiResult, Code};

/// The versions that the client would change; `None` is any.
#[derive(Debug, Clone, Default)]
pub struct IfMatch(Option<Vec<i32>>);

impl IfMatch {
    /// 412 when the row, which the transaction has locked, is of another version.
    pub fn check(&self, version: i32) -> ApiResult<()> {
        match &self.0 {
            Some(versions) if !versions.contains(&version) => {
                Err(ApiError::new(Code::PreconditionFailed, format!("the resource is at version {version} by now")))
            }
            _ => Ok(()),
        }
    }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let tags = tags(request, header::IF_MATCH);
        ready(Ok(match tags {
            None => Self(None),
            Some(tags) if tags.iter().any(|tag| tag == "*") => Self(None),
            // A weak tag never matches strongly, and a tag that is no version matches none.
            Some(tags) => Self(Some(tags.iter().filter_map(|tag| version(tag)).collect())),
        }))
    }
}

/// The versions that the client has.
#[derive(Debug, Clone, Default)]
pub struct IfNoneMatch(Vec<String>);

impl IfNoneMatch {
    pub fn of(request: &HttpRequest) -> Self {
        Self(tags(request, header::IF_NONE_MATCH).unwrap_or_default())
    }

    /// Compared weakly, as RFC 9110, 13.1.2 has it.
    pub fn matches(&self, etag: &HeaderValue) -> bool {
        let Ok(etag) = etag.to_str() else { return false };
        self.0.iter().any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
    }
}

fn tags(request: &HttpRequest, name: HeaderName) -> Option<Vec<String>> {
    let mut values = request.headers().get_all(name).peekable();
    values.peek()?;
    let text = values.filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(",");
    Some(text.split(',').map(|tag| tag.trim().to_owned()).collect())
}

fn version(tag: &str) -> Option<i32> {
    tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}
