//! A file on its way out: written to a temporary file without a name at the database's pace, then read from there at
//! the client's. So a slow reader holds neither a transaction nor memory, and what goes wrong is told before the first
//! byte.
use std::fs::File;
use std::io::{BufWriter, Read, Seek, Write};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::stream;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{ApiError, ApiResult};

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;
/// Exports that are written at once: each holds a connection.
static TURNS: Semaphore = Semaphore::const_new(2);
const WAIT: Duration = Duration::from_secs(10);

/// Waits for one of the places for exports.
pub async fn turn() -> ApiResult<SemaphorePermit<'static>> {
    let turn = tokio::time::timeout(WAIT, TURNS.acquire()).await;
    let turn = turn.map_err(|_| ApiError::unavailable(&"too many exports at once"))?;
    turn.map_err(|error| ApiError::internal(&error))
}

/// A text that grows on disk.
pub struct Spool(BufWriter<File>);

impl Spool {
    pub fn new() -> ApiResult<Self> {
        Ok(Self(BufWriter::new(tempfile()?)))
    }

    pub fn write(&mut self, text: &str) -> ApiResult<()> {
        self.0.write_all(text.as_bytes()).map_err(|error| ApiError::unavailable(&error))
    }

    pub fn finish(self) -> ApiResult<File> {
        self.0.into_inner().map_err(|error| ApiError::unavailable(&error))
    }
}

pub fn tempfile() -> ApiResult<File> {
    tempfile::tempfile().map_err(|error| ApiError::unavailable(&error))
}

/// 200 with the whole file, to be saved under this name.
pub fn attachment(mut file: File, media_type: &str, name: &str) -> ApiResult<HttpResponse> {
    let size = file.metadata().map_err(|error| ApiError::unavailable(&error))?.len();
    file.rewind().map_err(|error| ApiError::unavailable(&error))?;
    let pieces = stream::try_unfold(file, |mut file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let length = file.read(&mut piece)?;
            piece.truncate(length);
            Ok::<_, std::io::Error>((file, piece))
        });
        let (file, piece) = read.await.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
    });
    let mut response = HttpResponse::Ok();
    response.content_type(media_type);
    response.insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if media_type == super::ZIP {
        // It is compressed already.
        response.insert_header((header::CONTENT_ENCODING, "identity"));
    }
    Ok(response.body(SizedStream::new(size, pieces)))
}
