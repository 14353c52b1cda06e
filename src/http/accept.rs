//! What a client would like best of what there is (RFC 9110, 12.5.1).
use actix_web::HttpRequest;
use actix_web::http::header::{self, Accept, Header};

use crate::error::{ApiError, ApiResult, Code};

/// The first of the media types that the client accepts, by its own order; the first of all without `Accept`.
///
/// # Errors
/// 406 `not_acceptable`, which names what there is.
pub fn negotiated<F: Copy>(request: &HttpRequest, offered: &[(&'static str, F)]) -> ApiResult<F> {
    let refused = || {
        let names: Vec<&str> = offered.iter().map(|(name, _)| *name).collect();
        ApiError::new(Code::NotAcceptable, format!("there are {}", names.join(", ")))
    };
    if !request.headers().contains_key(header::ACCEPT) {
        return offered.first().map(|(_, format)| *format).ok_or_else(refused);
    }
    let accept = Accept::parse(request).map_err(|_| refused())?;
    let fits = |range: &str, name: &str| {
        let group = range.strip_suffix("/*").filter(|group| *group != "*");
        range == "*/*" || range == name || group.is_some_and(|group| name.split('/').next() == Some(group))
    };
    let found = accept
        .ranked()
        .into_iter()
        .find_map(|range| offered.iter().find(|(name, _)| fits(range.essence_str(), name)).map(|(_, format)| *format));
    found.ok_or_else(refused)
}
