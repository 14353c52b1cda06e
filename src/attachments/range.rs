//! A part of a file (RFC 9110, 14).
use std::ops::Range;

use actix_web::HttpRequest;
use actix_web::http::header::{self, ByteRangeSpec, HeaderValue};

use crate::error::{ApiError, ApiResult, Code};

/// The bytes that the client asks for; none is the whole file: without `Range`, with one that is not read here (another
/// unit, several ranges), or with an `If-Range` for another file.
///
/// # Errors
/// 416 when the file has none of these bytes.
pub fn asked(request: &HttpRequest, etag: &HeaderValue, size: u64) -> ApiResult<Option<Range<u64>>> {
    let headers = request.headers();
    if headers.get(header::IF_RANGE).is_some_and(|known| known != etag) {
        return Ok(None);
    }
    let text = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    read(text, size).map_err(|()| {
        let error = ApiError::new(Code::RangeNotSatisfiable, format!("the file has {size} bytes"));
        match HeaderValue::from_str(&format!("bytes */{size}")) {
            Ok(whole) => error.header(header::CONTENT_RANGE, whole),
            Err(_) => error,
        }
    })
}

fn read(text: Option<&str>, size: u64) -> Result<Option<Range<u64>>, ()> {
    let Some(Ok(header::Range::Bytes(ranges))) = text.map(str::parse) else { return Ok(None) };
    let [one] = &ranges[..] else { return Ok(None) };
    if let ByteRangeSpec::FromTo(from, to) = one
        && from > to
    {
        return Ok(None);
    }
    let (from, to) = one.to_satisfiable_range(size).ok_or(())?;
    Ok(Some(from..to + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_of_bytes_is_read() {
        for (text, range) in [
            (None, Ok(None)),
            (Some("bytes=0-9"), Ok(Some(0..10))),
            (Some("bytes=90-"), Ok(Some(90..100))),
            (Some("bytes=-5"), Ok(Some(95..100))),
            (Some("bytes=90-1000"), Ok(Some(90..100))),
            (Some("bytes=0-1,5-6"), Ok(None)),
            (Some("bytes=9-1"), Ok(None)),
            (Some("lines=0-9"), Ok(None)),
            (Some("nonsense"), Ok(None)),
            (Some("bytes=100-"), Err(())),
            (Some("bytes=-0"), Err(())),
        ] {
            assert_eq!(read(text, 100), range, "{text:?}");
        }
    }
}
