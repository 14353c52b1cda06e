//! The change log as it grows: one watcher per process reads each workspace's new changes once, for all who listen.
//!
//! What wakes it is a hint: a write of this process, or, four times a second, a look at the counters of the workspaces
//! that somebody listens to, by which the writes of other instances are seen. What is sent comes from the log alone.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use actix_web::rt::time;
use actix_web::web::Bytes;
use tokio::sync::{Notify, broadcast};

use super::model::{Change, ChangeRow};
use super::store;
use crate::app::App;
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult};

/// How often the counters are looked at.
const LOOK: Duration = Duration::from_millis(250);
/// Writes that come close together are read together.
const GATHER: Duration = Duration::from_millis(10);
/// Changes that are read at once.
pub const BATCH: i64 = 200;
/// Batches that a listener may fall behind before it reads the log itself.
const BACKLOG: usize = 16;

/// A change as it is sent: one event of Server-Sent Events (WHATWG HTML, 9.2).
#[derive(Debug)]
pub struct Event {
    pub seq: i64,
    pub kind: String,
    pub frame: Bytes,
}

impl Event {
    pub fn new(app: &App, workspace: WorkspaceId, row: ChangeRow) -> ApiResult<Self> {
        let (seq, kind) = (row.seq, row.kind.clone());
        let cursor = seal(app, workspace, seq)?;
        let change = Change::new(row, cursor.clone());
        let data = serde_json::to_string(&change).map_err(|error| ApiError::internal(&error))?;
        let frame = Bytes::from(format!("id: {cursor}\nevent: {kind}\ndata: {data}\n\n"));
        Ok(Self { seq, kind, frame })
    }
}

/// The cursor behind a change. It is bound to the workspace alone, so that a client may ask for other kinds later.
pub fn seal(app: &App, workspace: WorkspaceId, seq: i64) -> ApiResult<String> {
    app.cursors.seal(&list(workspace), &seq)
}

pub fn open(app: &App, workspace: WorkspaceId, cursor: &str) -> ApiResult<i64> {
    app.cursors.open(&list(workspace), cursor)
}

fn list(workspace: WorkspaceId) -> String {
    format!("{workspace} changes")
}

type Events = Arc<[Event]>;

/// Those who listen to one workspace.
struct Room {
    events: broadcast::Sender<Events>,
    /// Everything up to here was sent, or was there before anybody listened.
    sent: i64,
}

/// Who listens to what.
#[derive(Default)]
pub struct Hub {
    rooms: Mutex<HashMap<WorkspaceId, Room>>,
    wake: Notify,
    /// Wakes whoever makes deliveries of changes.
    written: Notify,
}

impl Hub {
    /// Something was written by this process.
    pub fn hint(&self) {
        self.wake.notify_one();
        self.written.notify_one();
    }

    /// Until this process writes something; at once if it has since the last time.
    pub async fn written(&self) {
        self.written.notified().await;
    }

    /// From now on all changes after `head`, which has to be a number that the log has reached, arrive.
    pub fn join(&self, workspace: WorkspaceId, head: i64) -> broadcast::Receiver<Events> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let room = rooms.entry(workspace);
        room.or_insert_with(|| Room { events: broadcast::channel(BACKLOG).0, sent: head }).events.subscribe()
    }

    /// The workspaces that somebody listens to, and how far each was sent. Empty rooms are closed.
    fn open_rooms(&self) -> Vec<(WorkspaceId, i64)> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.retain(|_, room| room.events.receiver_count() > 0);
        rooms.iter().map(|(workspace, room)| (*workspace, room.sent)).collect()
    }

    fn send(&self, workspace: WorkspaceId, events: Vec<Event>) {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(room), Some(last)) = (rooms.get_mut(&workspace), events.last()) {
            room.sent = last.seq;
            // Nobody there any more is no failure.
            let _ = room.events.send(events.into());
        }
    }
}

/// Runs until the application is gone.
pub async fn watch(app: Weak<App>) {
    loop {
        let Some(app) = app.upgrade() else { return };
        if app.is_stopping() {
            return;
        }
        let hint = app.feed.wake.notified();
        if time::timeout(LOOK, hint).await.is_ok() {
            time::sleep(GATHER).await;
        }
        if let Err(error) = look(&app).await {
            error.tell("the change log cannot be followed");
        }
    }
}

async fn look(app: &App) -> ApiResult<()> {
    let rooms = app.feed.open_rooms();
    if rooms.is_empty() {
        return Ok(());
    }
    let ids: Vec<WorkspaceId> = rooms.iter().map(|(workspace, _)| *workspace).collect();
    let heads = app.db.lookup(async |conn| store::heads(conn, &ids).await).await?;
    for (workspace, sent) in rooms {
        if heads.get(&workspace).is_some_and(|head| *head > sent) {
            catch_up(app, workspace, sent).await?;
        }
    }
    Ok(())
}

async fn catch_up(app: &App, workspace: WorkspaceId, mut sent: i64) -> ApiResult<()> {
    loop {
        let rows = app.db.read(workspace, async |conn| store::after(conn, workspace, sent, BATCH).await).await?;
        let full = i64::try_from(rows.len()).is_ok_and(|count| count == BATCH);
        let events: Vec<Event> =
            rows.into_iter().map(|row| Event::new(app, workspace, row)).collect::<ApiResult<_>>()?;
        let Some(last) = events.last() else { return Ok(()) };
        sent = last.seq;
        app.feed.send(workspace, events);
        if !full {
            return Ok(());
        }
    }
}
