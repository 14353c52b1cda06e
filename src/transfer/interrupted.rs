//! Imports that say they run, while the process that ran them is gone.
use uuid::Uuid;

use super::model::{ImportId, ImportState};
use super::store::{self, End};
use crate::app::App;
use crate::changes::{Actor, Kind};
use crate::db::WorkspaceId;
use crate::error::ApiResult;
use crate::http::idempotency::try_lock;
use crate::jobs;

/// Writes down an import as failed whose process is gone.
pub async fn settle(app: &App, workspace: WorkspaceId, id: ImportId) -> ApiResult<bool> {
    app.write_as(workspace, Actor::Job, async |tx| {
        if !try_lock(tx.conn, lock_key(id)).await? {
            return Ok(false);
        }
        let row = store::lock(tx.conn, workspace, id).await?;
        let waits = row.waits_until.is_some_and(|until| until > tx.now);
        if waits || row.state != ImportState::Running {
            return Ok(false);
        }
        let detail = "the service stopped in the middle of it; nothing of the file was stored";
        let end = End {
            state: ImportState::Failed,
            counts: [0; 5],
            encoding: None,
            companies: &[],
            failure: Some(("interrupted", detail)),
        };
        let row = store::finish(tx.conn, workspace, id, tx.now, &end).await?;
        tx.record(Kind::ImportFinished, id, row.version, Vec::new());
        Ok(true)
    })
    .await
}

/// As [`settle`], where the import says that it runs.
pub async fn settle_if_running(app: &App, workspace: WorkspaceId, id: ImportId) -> ApiResult<()> {
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    if row.state == ImportState::Running {
        settle(app, workspace, id).await?;
    }
    Ok(())
}

/// Settles every import that says it runs while nobody runs it.
pub async fn settle_interrupted(app: &App) -> ApiResult<usize> {
    let mut settled = 0;
    for (workspace, id) in app.db.lookup(async |conn| store::running(conn).await).await? {
        settled += usize::from(jobs::went(settle(app, workspace, id).await, id)? == Some(true));
    }
    Ok(settled)
}

/// The lock of an import that runs. Whoever finds it free knows that the process is gone.
pub fn lock_key(id: ImportId) -> i64 {
    let (high, low) = Uuid::from(id).as_u64_pair();
    i64::from_be_bytes((high ^ low).to_be_bytes())
}
