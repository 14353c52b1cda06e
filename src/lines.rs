//! One after the other, by workspace, within this process. Whoever waits holds nothing of the database.
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::db::WorkspaceId;

type Line = Arc<tokio::sync::Mutex<()>>;

/// Those who wait or have their turn, by workspace.
pub struct Lines(LazyLock<Mutex<HashMap<WorkspaceId, Line>>>);

/// A place in the line of a workspace.
pub struct Place {
    lines: &'static Lines,
    workspace: WorkspaceId,
    line: Line,
}

impl Default for Lines {
    fn default() -> Self {
        Self::new()
    }
}

impl Lines {
    pub const fn new() -> Self {
        Self(LazyLock::new(Mutex::default))
    }

    pub fn enter(&'static self, workspace: WorkspaceId) -> Place {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Place { lines: self, workspace, line: Arc::clone(lines.entry(workspace).or_default()) }
    }
}

impl Place {
    /// Waits for the turn, which lasts until the guard is dropped.
    pub fn turn(&self) -> impl Future<Output = OwnedMutexGuard<()>> + use<> {
        Arc::clone(&self.line).lock_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The map's and this place's own.
        if Arc::strong_count(&self.line) <= 2 {
            lines.remove(&self.workspace);
        }
    }
}
