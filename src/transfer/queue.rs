//! Whose turn it is: imports of one workspace come one after the other, so that a second one of the same file finds
//! what the first has made, and only a few run at once. Whoever waits holds no connection.
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{Notify, OwnedMutexGuard, Semaphore, SemaphorePermit};

use super::model::ImportId;
use super::progress::cancelled;
use super::store;
use crate::app::App;
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult};
use crate::lines::{self, Lines};

/// Imports that run at once: each holds two connections.
static TURNS: Semaphore = Semaphore::const_new(2);
/// Imports that wait at once, each with its file.
const MANY: u32 = 50;
static PLACES: Semaphore = Semaphore::const_new(MANY as usize);
/// How often a waiting import is looked after, and for how long that is good: the rest is for a busy database.
pub const EVERY: Duration = Duration::from_secs(1);
pub const LEASE: TimeDelta = TimeDelta::seconds(20);

static LINES: Lines = Lines::new();

/// A place in the line of a workspace.
pub struct Place {
    line: lines::Place,
    _one_of_many: SemaphorePermit<'static>,
}

/// The turn of an import, until it is dropped.
pub struct Turn {
    _line: OwnedMutexGuard<()>,
    _one_of_few: SemaphorePermit<'static>,
    _place: Place,
}

/// Takes a place, if there are any.
pub fn enter(workspace: WorkspaceId) -> ApiResult<Place> {
    let place = PLACES.try_acquire();
    let place = place.map_err(|_| ApiError::unavailable(&"too many imports wait").retry_after(10))?;
    Ok(Place { line: LINES.enter(workspace), _one_of_many: place })
}

/// Waits, for so long at most, until no import waits or runs. From now on none is taken.
pub async fn at_rest(patience: Duration) {
    let all = tokio::time::timeout(patience, PLACES.acquire_many(MANY)).await;
    match all {
        Ok(Ok(places)) => places.forget(),
        _ => tracing::warn!("imports run still: what they were to bring is not there, and they will say so"),
    }
}

impl Place {
    /// Waits for the import's turn, whoever cancels it meanwhile.
    pub async fn turn(self, app: &App, workspace: WorkspaceId, import: ImportId) -> ApiResult<Turn> {
        let line = self.line.turn();
        let turn = async {
            let line = line.await;
            let permit = TURNS.acquire().await.map_err(|error| ApiError::internal(&error))?;
            ApiResult::Ok((line, permit))
        };
        tokio::pin!(turn);
        loop {
            if let Ok(turn) = tokio::time::timeout(EVERY, &mut turn).await {
                let (line, permit) = turn?;
                return Ok(Turn { _line: line, _one_of_few: permit, _place: self });
            }
            look_after(app, workspace, import).await?;
        }
    }
}

/// Says again and again that somebody has the import that waits, until told that it waits no more. Beside the work itself,
/// for that may wait for more than its turn: for statistics, for a file store, for a connection. If somebody cancels it,
/// the work finds out itself.
pub async fn keep(app: &App, workspace: WorkspaceId, import: ImportId, waits_no_more: &Notify) {
    while tokio::time::timeout(EVERY, waits_no_more.notified()).await.is_err() {
        let _ = look_after(app, workspace, import).await;
    }
}

/// Says that somebody still has the import that waits. Ends it if somebody has cancelled it.
pub async fn look_after(app: &App, workspace: WorkspaceId, import: ImportId) -> ApiResult<()> {
    let until = Some(app.now() + LEASE);
    let looked = app.db.write(workspace, async |conn| store::wait_on(conn, workspace, import, until).await).await;
    match looked {
        Ok(true) => Err(cancelled()),
        Ok(false) => Ok(()),
        Err(error) => {
            error.tell("an import that waits cannot be looked after");
            Ok(())
        }
    }
}
