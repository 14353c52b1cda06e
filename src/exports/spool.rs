//! A file on its way out: written to a temporary file without a name at the database's pace, then read from there at
//! the client's. So a slow reader holds neither a transaction nor memory, and what goes wrong is told before the first
//! byte.
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::stream;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use uuid::Uuid;

use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult};

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;
/// Exports that are written at once: each holds a connection.
static TURNS: Semaphore = Semaphore::const_new(2);
const WAIT: Duration = Duration::from_secs(10);

/// Workspaces that have an export in hand: one at a time, so that nobody has all places.
static BUSY: Mutex<BTreeSet<Uuid>> = Mutex::new(BTreeSet::new());
static ENDED: Notify = Notify::const_new();

/// A place for an export, given back when it is dropped.
pub struct Turn {
    workspace: Uuid,
    place: Option<SemaphorePermit<'static>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        drop(self.place.take());
        BUSY.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.workspace);
        ENDED.notify_waiters();
    }
}

/// Waits until the workspace has no other export in hand, and for one of the places.
pub async fn turn(workspace: WorkspaceId) -> ApiResult<Turn> {
    let turn = tokio::time::timeout(WAIT, wait(workspace.into())).await;
    turn.map_err(|_| ApiError::unavailable(&"too many exports at once"))?
}

async fn wait(workspace: Uuid) -> ApiResult<Turn> {
    loop {
        let ended = ENDED.notified();
        if BUSY.lock().unwrap_or_else(PoisonError::into_inner).insert(workspace) {
            break;
        }
        ended.await;
    }
    let mut turn = Turn { workspace, place: None };
    turn.place = Some(TURNS.acquire().await.map_err(|error| ApiError::internal(&error))?);
    Ok(turn)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn one_workspace_has_one_place_of_several() {
        let (one, other) = (WorkspaceId::vouched(Uuid::now_v7()), WorkspaceId::vouched(Uuid::now_v7()));
        let soon = |workspace| tokio::time::timeout(Duration::from_millis(50), turn(workspace));
        let first = turn(one).await.unwrap();
        assert!(soon(one).await.is_err(), "its other exports wait");
        let others = soon(other).await.expect("there is room").unwrap();
        drop(first);
        soon(one).await.expect("it has ended").unwrap();
        drop(others);
    }
}
