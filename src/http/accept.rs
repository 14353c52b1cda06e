//! What a client would like best of what there is (RFC 9110, 12.5.1).
use std::cmp::Reverse;

use actix_web::HttpRequest;
use actix_web::http::header::{self, Accept, Header, Quality};

use crate::error::{ApiError, ApiResult, Code};

/// The media type that the client likes best, by its own order where it likes some alike; the first of all without `Accept`. What it gives the quality 0 it does not accept.
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
    // How closely a range names a type: the closest one tells how much it is liked.
    let closeness = |range: &str, name: &str| match range.strip_suffix("/*") {
        Some("*") => Some(0),
        Some(group) => (name.split('/').next() == Some(group)).then_some(1),
        None => (range == name).then_some(2),
    };
    let mut best = None;
    for (name, format) in offered {
        let ranges = accept.iter().enumerate();
        let known =
            ranges.filter_map(|(at, it)| Some((closeness(it.item.essence_str(), name)?, Reverse(at), it.quality)));
        let Some((close, at, quality)) = known.max_by_key(|(close, at, _)| (*close, *at)) else { continue };
        let liked = (quality, close, at);
        if quality > Quality::ZERO && best.is_none_or(|(so_far, _)| liked > so_far) {
            best = Some((liked, *format));
        }
    }
    best.map(|(_, format)| format).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_best_of_what_is_accepted_is_taken_and_nothing_that_is_not() {
        let offered = [("application/json", 'j'), ("text/markdown", 'm'), ("text/html", 'h')];
        for (accept, taken) in [
            ("*/*", Some('j')),
            ("text/*", Some('m')),
            ("text/html, text/markdown", Some('h')),
            ("text/html;q=0.5, text/markdown;q=0.9", Some('m')),
            ("text/*, text/markdown;q=0.1", Some('h')),
            ("*/*, text/html", Some('h')),
            ("text/html,application/xml;q=0.9,*/*;q=0.8", Some('h')),
            ("application/json;q=0, */*;q=0.1", Some('m')),
            ("application/json;q=0", None),
            ("*/*;q=0", None),
            ("image/png", None),
        ] {
            let request = TestRequest::default().insert_header(("accept", accept)).to_http_request();
            assert_eq!(negotiated(&request, &offered).ok(), taken, "{accept}");
        }
    }
}
