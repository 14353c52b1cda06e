//! A file on its way in: streamed to a temporary file without a name, counted and summed.
use std::fs::File;
use std::io::{Seek, Write};

use actix_multipart::{Field, Multipart};
use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, Payload};
use aws_lc_rs::digest;
use futures_util::Stream;

use super::body::{self, check_type, too_large};
use super::schema::formats;
use crate::error::{ApiError, ApiResult, Code, Fault};

const FORM: &str = "multipart/form-data";
/// A form's other fields are words, but for the mapping.
const WORD: usize = 1024;
const MAPPING: usize = 64 * 1024;

/// A file that came in.
pub struct Upload {
    pub file: File,
    pub name: Option<String>,
    pub size: u64,
    pub sha256: Vec<u8>,
    /// The form's other fields.
    pub words: Vec<(String, String)>,
}

/// Receives the file, as a form's `file` or as the body itself, if that is of one of the media types in `raw`.
pub async fn receive(request: &HttpRequest, payload: Payload, limit: usize, raw: &[&str]) -> ApiResult<Upload> {
    let accepted: Vec<&str> = [FORM].into_iter().chain(raw.iter().copied()).collect();
    check_type(request, &accepted, "accept-post")?;
    // A form has some more bytes than its file.
    if declared(request.headers()).is_some_and(|length| length > limit + 64 * 1024) {
        return Err(too_large(limit));
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.trim_start().to_ascii_lowercase().starts_with(FORM) {
        return receive_form(request, Multipart::new(request.headers(), payload), limit).await;
    }
    let mut spool = Spool::new(limit)?;
    spool.take(request, payload, |error| error.to_string()).await?;
    spool.finish(None, Vec::new())
}

fn declared(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn receive_form(request: &HttpRequest, mut form: Multipart, limit: usize) -> ApiResult<Upload> {
    let mut received: Option<(Spool, Option<String>)> = None;
    let mut words = Vec::new();
    while let Some(field) = body::next(request, &mut form).await? {
        let field = field.map_err(|error| broken(&error.to_string()))?;
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            if received.is_some() {
                return Err(ApiError::field("/file", "duplicate", "one file at a time"));
            }
            let disposition = field.content_disposition();
            let file_name = disposition.and_then(|disposition| disposition.get_filename()).map(clean);
            let mut spool = Spool::new(limit)?;
            spool.take(request, field, |error| error.to_string()).await?;
            received = Some((spool, file_name));
        } else {
            let limit = if name == "mapping" { MAPPING } else { WORD };
            let word = word(request, field, limit).await?;
            words.push((name, word));
        }
    }
    match received {
        Some((spool, name)) => spool.finish(name, words),
        None => Err(ApiError::field("/file", "required", "the form needs a field `file` with the file")),
    }
}

async fn word(request: &HttpRequest, mut field: Field, limit: usize) -> ApiResult<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body::next(request, &mut field).await? {
        bytes.extend_from_slice(&chunk.map_err(|error| broken(&error.to_string()))?);
        if bytes.len() > limit {
            return Err(too_large(limit));
        }
    }
    String::from_utf8(bytes).map_err(|_| broken("a field is not UTF-8"))
}

fn broken(why: &str) -> ApiError {
    ApiError::new(Code::BadRequest, format!("the body cannot be read: {why}")).with(Fault::field(
        "",
        "unreadable",
        why.to_owned(),
    ))
}

/// A name to show, never to open: at most 200 characters of the last part, in the order in which they are written:
/// `gpj.exe` is not to look like a picture.
fn clean(name: &str) -> String {
    // As forms write what would end the name (HTML, 4.10.21.8).
    let name = name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| formats::one_line(c.encode_utf8(&mut [0; 4]))).take(200).collect()
}

struct Spool {
    file: File,
    size: usize,
    limit: usize,
    sum: digest::Context,
}

impl Spool {
    fn new(limit: usize) -> ApiResult<Self> {
        let file = tempfile::tempfile().map_err(|error| ApiError::unavailable(&error))?;
        Ok(Self { file, size: 0, limit, sum: digest::Context::new(&digest::SHA256) })
    }

    async fn take<E>(
        &mut self,
        request: &HttpRequest,
        mut stream: impl Stream<Item = Result<Bytes, E>> + Unpin,
        why: impl Fn(E) -> String,
    ) -> ApiResult<()> {
        while let Some(chunk) = body::next(request, &mut stream).await? {
            let chunk = chunk.map_err(|error| broken(&why(error)))?;
            self.size += chunk.len();
            if self.size > self.limit {
                return Err(too_large(self.limit));
            }
            self.sum.update(&chunk);
            // A chunk goes to the page cache: that takes microseconds.
            self.file.write_all(&chunk).map_err(|error| ApiError::unavailable(&error))?;
        }
        Ok(())
    }

    fn finish(mut self, name: Option<String>, words: Vec<(String, String)>) -> ApiResult<Upload> {
        self.file.rewind().map_err(|error| ApiError::unavailable(&error))?;
        let sha256 = self.sum.finish().as_ref().to_vec();
        Ok(Upload { file: self.file, name, size: self.size as u64, sha256, words })
    }
}
