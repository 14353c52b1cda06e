//! `If-Match` and `If-None-Match` over strong entity tags that are versions (RFC 9110, 13.1).
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest};

use crate::error::{ApiError, ApiResult, Code, Fault};

/// What a condition names: whatever there is, or one of these tags.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    Any,
    These(Vec<Tag>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Tag {
    weak: bool,
    /// Without its quotes.
    opaque: String,
}

impl Tag {
    /// Of what shows more than its own fields (`Answer::derived`) the version stands in front.
    fn is_of(&self, version: i32) -> bool {
        let own = self.opaque.split_once('-').map_or(self.opaque.as_str(), |(version, _)| version);
        own == version.to_string()
    }
}

/// The versions that the client would change; `None` is any, even one that is not there yet.
#[derive(Debug, Clone, Default)]
pub struct IfMatch(Option<Tags>);

impl IfMatch {
    /// 412 when the row, which the transaction has locked, is of another version.
    pub fn check(&self, version: i32) -> ApiResult<()> {
        // A weak tag never matches strongly, and a tag that is no version matches none.
        let names = |tag: &Tag| !tag.weak && tag.is_of(version);
        match &self.0 {
            Some(Tags::These(tags)) if !tags.iter().any(names) => Err(changed(version)),
            _ => Ok(()),
        }
    }

    /// 412 when the client would change what is not there.
    pub fn check_absent(&self) -> ApiResult<()> {
        match &self.0 {
            Some(_) => Err(ApiError::new(Code::PreconditionFailed, "there is no such resource yet")),
            None => Ok(()),
        }
    }
}

fn changed(version: i32) -> ApiError {
    ApiError::new(Code::PreconditionFailed, format!("the resource is at version {version} by now"))
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(tags(request, header::IF_MATCH).map(Self))
    }
}

/// The versions that the client has.
#[derive(Debug, Clone, Default)]
pub struct IfNoneMatch(Option<Tags>);

impl IfNoneMatch {
    pub fn of(request: &HttpRequest) -> ApiResult<Self> {
        tags(request, header::IF_NONE_MATCH).map(Self)
    }

    /// Compared weakly, as RFC 9110, 13.1.2 has it.
    pub fn matches(&self, etag: &HeaderValue) -> bool {
        let etag = etag.to_str().unwrap_or_default().trim_matches('"');
        match &self.0 {
            None => false,
            Some(Tags::Any) => true,
            Some(Tags::These(tags)) => tags.iter().any(|tag| tag.opaque == etag),
        }
    }

    /// 412 when the client would write only what it does not know: with `*`, only what is not there yet.
    pub fn check(&self, version: i32) -> ApiResult<()> {
        let names = |tag: &Tag| tag.is_of(version);
        match &self.0 {
            Some(Tags::Any) => Err(changed(version)),
            Some(Tags::These(tags)) if tags.iter().any(names) => Err(changed(version)),
            _ => Ok(()),
        }
    }
}

impl FromRequest for IfNoneMatch {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

fn tags(request: &HttpRequest, name: HeaderName) -> ApiResult<Option<Tags>> {
    let values: Vec<&[u8]> = request.headers().get_all(&name).map(HeaderValue::as_bytes).collect();
    if values.is_empty() {
        return Ok(None);
    }
    parse(&values.join(&b',')).map(Some).ok_or_else(|| {
        let title = if name == header::IF_MATCH { "If-Match" } else { "If-None-Match" };
        let detail = "must be `*` or entity tags in quotes, like \"3\", separated by commas";
        ApiError::new(Code::InvalidHeader, detail).with(Fault::header(title, "invalid", detail))
    })
}

/// `*`, or a list of entity tags (RFC 9110, 8.8.3 and 5.6.1).
fn parse(text: &[u8]) -> Option<Tags> {
    let mut rest = text.trim_ascii();
    if rest == b"*" {
        return Some(Tags::Any);
    }
    let mut tags = Vec::new();
    while !rest.is_empty() {
        let weak = rest.starts_with(b"W/");
        let quoted = if weak { &rest[2..] } else { rest }.strip_prefix(b"\"")?;
        let end = quoted.iter().position(|byte| *byte == b'"')?;
        let (opaque, after) = (&quoted[..end], quoted[end + 1..].trim_ascii_start());
        if !opaque.iter().all(|byte| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)) {
            return None;
        }
        tags.push(Tag { weak, opaque: String::from_utf8_lossy(opaque).into_owned() });
        if !after.is_empty() && !after.starts_with(b",") {
            return None;
        }
        // Empty items of a list are to be borne.
        let next = after.iter().position(|byte| !matches!(byte, b',' | b' ' | b'\t')).unwrap_or(after.len());
        rest = &after[next..];
    }
    (!tags.is_empty()).then_some(Tags::These(tags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_the_rfc_writes_them() {
        let these = |tags: &[(bool, &str)]| {
            let tag = |(weak, opaque): &(bool, &str)| Tag { weak: *weak, opaque: (*opaque).to_owned() };
            Some(Tags::These(tags.iter().map(tag).collect()))
        };
        assert_eq!(parse(b" * "), Some(Tags::Any));
        assert_eq!(parse(b"\"1\""), these(&[(false, "1")]));
        assert_eq!(parse(b"\"1\" , W/\"2\",,\"a,b\","), these(&[(false, "1"), (true, "2"), (false, "a,b")]));
        assert_eq!(parse(b"\"\""), these(&[(false, "")]));
        for broken in
            ["", " ", ",", "1", "\"1", "1\"", "w/\"1\"", "W/1", "\"1\" \"2\"", "*, \"1\"", "\"a b\"", "\"1\"x"]
        {
            assert_eq!(parse(broken.as_bytes()), None, "{broken}");
        }
    }
}
