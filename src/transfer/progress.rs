//! How far an import is, told on another connection than its own, for its own shows nothing before the end; and whether
//! somebody wants it to stop.
use std::time::{Duration, Instant};

use super::model::ImportId;
use super::store;
use crate::app::App;
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult, Code};

const EVERY: Duration = Duration::from_millis(300);

pub struct Progress<'a> {
    app: &'a App,
    workspace: WorkspaceId,
    import: ImportId,
    told: Instant,
}

impl<'a> Progress<'a> {
    pub fn new(app: &'a App, workspace: WorkspaceId, import: ImportId) -> Self {
        Self { app, workspace, import, told: Instant::now() }
    }

    /// Whether it is time to tell something again.
    pub fn is_due(&self) -> bool {
        self.told.elapsed() >= EVERY
    }

    /// Ends the import with an error if somebody has cancelled it. That the telling itself fails is no reason to.
    pub async fn tell(&mut self, counts: [i32; 5]) -> ApiResult<()> {
        self.told = Instant::now();
        let (workspace, import, now) = (self.workspace, self.import, self.app.now());
        let told = self
            .app
            .db
            .write(workspace, async |conn| store::progress(conn, workspace, import, now, counts).await)
            .await;
        match told {
            Ok(true) => Err(cancelled()),
            Ok(false) => Ok(()),
            Err(error) => {
                error.tell("it cannot be told how far an import is");
                Ok(())
            }
        }
    }
}

pub fn cancelled() -> ApiError {
    ApiError::new(Code::ImportCancelled, "somebody cancelled this import; nothing of the file was stored")
}
