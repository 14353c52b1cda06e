//! Messages that wait for the next day, for as many as may go on this one are out.
use uuid::Uuid;

use super::job::SendMessage;
use super::store;
use crate::changes::{Kind, Tx};
use crate::error::ApiResult;
use crate::jobs;

/// More may be sent on a day than before, so many: of those that wait for the next day, as many come to their turn now. What
/// is too much all the same waits again.
pub async fn more_may_go(tx: &mut Tx<'_>, most: i32) -> ApiResult<()> {
    let moved = store::hasten(tx.conn, tx.workspace, most.into(), tx.now).await?;
    let turns: Vec<(Uuid, SendMessage)> = moved
        .iter()
        .map(|(id, _)| (Uuid::now_v7(), SendMessage { workspace: tx.workspace.into(), message: (*id).into() }))
        .collect();
    let jobs: Vec<(Uuid, Uuid)> = turns.iter().map(|(job, turn)| (turn.message, *job)).collect();
    store::give_jobs(tx.conn, tx.workspace, &jobs, tx.now).await?;
    jobs::enqueue_many(tx.conn, tx.workspace, &turns, tx.now).await?;
    for (id, version) in moved {
        let fields = ["scheduled_at", "occurred_at", "waits_for"].map(str::to_owned).to_vec();
        tx.record(Kind::MessageScheduled, id, version, fields);
    }
    Ok(())
}
