//! What becomes of follow-ups when two contacts turn out to be one, or one goes for good.
use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::api::FollowUp;
use super::model::FollowUpId;
use super::runs::{self, FollowUpRun, RunId};
use super::words::{ClosedReason, FollowUpKind, FollowUpState};
use super::{service, store};
use crate::changes::{Kind, Tx};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::text::FreeText;
use crate::{fields, trash};

/// What an undo of a merge needs: whose everything was.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Moved {
    follow_ups: Vec<(FollowUpId, ContactId)>,
    runs: Vec<(RunId, ContactId)>,
    /// What the merge closed, for it would have been due twice.
    superseded: Vec<FollowUpId>,
}

/// What is due for the contacts `from` is due for `to`. Answers what an undo needs.
pub async fn contact_merged(tx: &mut Tx<'_>, from: &[ContactId], to: ContactId) -> ApiResult<Value> {
    let mut moved = Moved::default();
    for before in from {
        let given = give(tx, *before, to, None).await?;
        moved.follow_ups.extend(given.into_iter().map(|id| (id, *before)));
        let given = give_runs(tx, *before, to, None).await?;
        moved.runs.extend(given.into_iter().map(|id| (id, *before)));
    }
    moved.superseded = close_twins(tx, to).await?;
    // Nobody is asked twice at once: the plan that started last goes on.
    let mut running = runs::store::lock_running(tx.conn, tx.workspace, &[to]).await?;
    running.sort_by_key(|run| run.started_at);
    running.pop();
    for run in running {
        runs::end(tx, run, Some(ClosedReason::Superseded)).await?;
    }
    Ok(fields::store(&moved))
}

/// Of what is due twice now (being in touch, thanks for one meeting, its confirmation) the first stays. Says which closed.
async fn close_twins(tx: &mut Tx<'_>, contact: ContactId) -> ApiResult<Vec<FollowUpId>> {
    let (mut seen, mut closed) = (HashSet::new(), Vec::new());
    for row in store::lock_open_of(tx.conn, tx.workspace, &[contact]).await? {
        let what = match row.kind {
            FollowUpKind::KeepInTouch => (row.kind, None),
            FollowUpKind::ThankYou | FollowUpKind::Confirm if row.meeting_id.is_some() => (row.kind, row.meeting_id),
            _ => continue,
        };
        if !seen.insert(what) {
            let row = service::settle(tx, row, FollowUpState::Closed, Some(ClosedReason::Superseded)).await?;
            closed.push(row.id);
        }
    }
    Ok(closed)
}

/// Gives back what still is `to`'s.
pub async fn contact_unmerged(tx: &mut Tx<'_>, moved: Value, to: ContactId) -> ApiResult<()> {
    let mut moved: Moved = fields::stored(moved);
    for id in moved.superseded {
        let row = store::lock(tx.conn, tx.workspace, id).await?;
        if let Some(row) = row.filter(|row| row.closed_reason == Some(ClosedReason::Superseded)) {
            service::open_again(tx, row).await?;
        }
    }
    moved.follow_ups.sort_by_key(|(_, before)| *before);
    for group in moved.follow_ups.chunk_by(|a, b| a.1 == b.1) {
        let ids: Vec<FollowUpId> = group.iter().map(|(id, _)| *id).collect();
        give(tx, to, group[0].1, Some(&ids)).await?;
    }
    moved.runs.sort_by_key(|(_, before)| *before);
    for group in moved.runs.chunk_by(|a, b| a.1 == b.1) {
        let ids: Vec<RunId> = group.iter().map(|(id, _)| *id).collect();
        give_runs(tx, to, group[0].1, Some(&ids)).await?;
    }
    Ok(())
}

async fn give(
    tx: &mut Tx<'_>,
    from: ContactId,
    to: ContactId,
    only: Option<&[FollowUpId]>,
) -> ApiResult<Vec<FollowUpId>> {
    let given = store::give(tx.conn, tx.workspace, from, to, only, tx.now).await?;
    for (id, version) in &given {
        tx.record(Kind::FollowUpUpdated, *id, *version, vec!["contact_id".to_owned()]);
    }
    Ok(given.into_iter().map(|(id, _)| id).collect())
}

async fn give_runs(tx: &mut Tx<'_>, from: ContactId, to: ContactId, only: Option<&[RunId]>) -> ApiResult<Vec<RunId>> {
    let given = runs::store::give(tx.conn, tx.workspace, from, to, only, tx.now).await?;
    for (id, version) in &given {
        tx.record(Kind::FollowUpRunUpdated, *id, *version, vec!["contact_id".to_owned()]);
    }
    Ok(given.into_iter().map(|(id, _)| id).collect())
}

/// Everything that is or was due for these ids of one person, and the plans that were at work.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let rows = store::of_contacts(conn, workspace, ids).await?;
    let names = service::names(conn, workspace, &rows).await?;
    let follow_ups: Vec<FollowUp> = rows.into_iter().map(|row| FollowUp::new(row, &names)).collect();
    let runs = runs::store::of_contacts(conn, workspace, ids).await?;
    let runs: Vec<FollowUpRun> = runs.into_iter().map(FollowUpRun::from).collect();
    Ok(json!({ "follow_ups": follow_ups, "runs": runs }))
}

/// These contacts go for good, and with them what was due for them.
pub async fn contact_erased(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    let removed = store::purge_contacts(tx.conn, tx.workspace, ids).await?;
    for (id, version) in &removed {
        tx.record(Kind::FollowUpPurged, *id, version + 1, Vec::new());
    }
    for (id, version) in runs::store::purge_contacts(tx.conn, tx.workspace, ids).await? {
        tx.record(Kind::FollowUpRunPurged, id, version + 1, Vec::new());
    }
    // Some of them may have lain there.
    trash::forget_many(tx, &removed.into_iter().map(|(id, _)| id.into()).collect::<Vec<_>>()).await
}

/// These people are called otherwise now, and so what shows their names is another.
pub async fn contacts_renamed(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    for (id, version) in store::renew(tx.conn, tx.workspace, ids, tx.now).await? {
        tx.record(Kind::FollowUpUpdated, id, version, vec!["contact_name".to_owned()]);
    }
    Ok(())
}

/// What people wrote in those that follow this one, in the order of their ids, and the last of these, if others may
/// follow.
pub async fn free_texts(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<(Vec<FreeText>, Option<Uuid>)> {
    let rows = store::following(conn, workspace, after, fetch).await?;
    let last = rows.last().map(|row| row.id.into()).filter(|_| i64::try_from(rows.len()) == Ok(fetch));
    let texts = rows.into_iter().flat_map(|row| {
        let id = row.id.into();
        let fields = [("title", row.title), ("notes", row.notes)].into_iter();
        fields.filter_map(move |(field, text)| Some(FreeText { id, field: field.to_owned(), text: text? }))
    });
    Ok((texts.collect(), last))
}
