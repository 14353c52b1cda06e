//! What a merge, its undo and an erasure do to contacts.
use std::collections::HashMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{ContactId, ContactRow, StageMoveRow};
use super::{RESOURCE, service, store};
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::external_ids::{self, ExternalIds};
use crate::{circle_requests, fields, follow_ups, introductions, meetings, messages, transfer};

/// Hides a contact that has become part of another. It lies in no trash; `kept` are the external ids by which it is
/// still found.
pub async fn absorb(tx: &mut Tx<'_>, id: ContactId, kept: &ExternalIds) -> ApiResult<()> {
    let row = service::live(tx, id).await?;
    store::mark_deleted(tx.conn, tx.workspace, id, Some(tx.now), tx.now).await?;
    external_ids::replace(tx.conn, tx.workspace, RESOURCE, id.into(), &row.external_ids.0, kept).await?;
    tx.record(Kind::ContactDeleted, id, row.version + 1, Vec::new());
    transfer::same_again(tx.conn, tx.workspace, &[(id, row.version, row.version + 1)]).await
}

/// Shows it again, yet without its external ids: see [`reclaim`].
pub async fn release(tx: &mut Tx<'_>, id: ContactId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    store::mark_deleted(tx.conn, tx.workspace, id, None, tx.now).await?;
    tx.record(Kind::ContactRestored, id, row.version + 1, Vec::new());
    transfer::same_again(tx.conn, tx.workspace, &[(id, row.version, row.version + 1)]).await
}

/// Gives a released contact those of its external ids that nobody took meanwhile; answers the systems of those that
/// somebody did.
pub async fn reclaim(tx: &mut Tx<'_>, id: ContactId) -> ApiResult<Vec<String>> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    let (mut free, mut taken) = (ExternalIds::new(), Vec::new());
    for (system, external_id) in row.external_ids.0 {
        match external_ids::find(tx.conn, tx.workspace, RESOURCE, &system, &external_id).await? {
            Some(other) if other != Uuid::from(id) => taken.push(system),
            _ => {
                free.insert(system, external_id);
            }
        }
    }
    if !taken.is_empty() {
        store::set_external_ids(tx.conn, tx.workspace, id, free.clone()).await?;
    }
    // Some may have stayed in the table, and some not: all are written anew.
    external_ids::rewrite(tx.conn, tx.workspace, RESOURCE, id.into(), &free).await?;
    Ok(taken)
}

/// A new version of a contact, though its fields are as they were: what points at it has changed.
pub async fn touch(tx: &mut Tx<'_>, id: ContactId) -> ApiResult<i32> {
    store::touch(tx.conn, tx.workspace, id, tx.now).await
}

/// Those whose connector is one of `from` get the connector `to`; answers who, by the connector before.
pub async fn contact_merged(tx: &mut Tx<'_>, from: &[ContactId], to: ContactId) -> ApiResult<Value> {
    let mut moved: HashMap<String, Vec<ContactId>> = HashMap::new();
    let mut apart = from.to_vec();
    apart.push(to);
    for before in from {
        let led = store::reconnect(tx.conn, tx.workspace, *before, Some(to), None, &apart, tx.now).await?;
        follow_connector(tx, &led).await?;
        moved.insert(before.to_string(), led.into_iter().map(|(id, ..)| id).collect());
    }
    Ok(fields::store(&moved))
}

/// Those whose connector is still `to` get the one before.
pub async fn contact_unmerged(tx: &mut Tx<'_>, moved: Value, to: ContactId) -> ApiResult<()> {
    let moved: HashMap<Uuid, Vec<ContactId>> = fields::stored(moved);
    for (before, ids) in moved {
        let before = ContactId::from(before);
        let led = store::reconnect(tx.conn, tx.workspace, to, Some(before), Some(&ids), &[before], tx.now).await?;
        follow_connector(tx, &led).await?;
    }
    Ok(())
}

/// That their connector became one with another, or two again, or that it is gone or back, is nobody's edit of them.
/// Whoever lies in the trash is not told of.
pub async fn follow_connector(tx: &mut Tx<'_>, led: &[(ContactId, i32, bool)]) -> ApiResult<()> {
    let told: Vec<(ContactId, i32)> =
        led.iter().filter(|(.., is_gone)| !is_gone).map(|(id, version, _)| (*id, *version)).collect();
    record_reconnected(tx, &told);
    let steps: Vec<(ContactId, i32, i32)> = led.iter().map(|(id, version, _)| (*id, version - 1, *version)).collect();
    transfer::same_again(tx.conn, tx.workspace, &steps).await
}

fn record_reconnected(tx: &mut Tx<'_>, led: &[(ContactId, i32)]) {
    for (id, version) in led {
        tx.record(Kind::ContactUpdated, *id, *version, vec!["connector_id".to_owned()]);
    }
}

/// Those whose connector they are.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    Ok(fields::store(&store::led_by(conn, workspace, ids).await?))
}

/// Those whose connector they were have none any more; other systems' ids of them are forgotten.
pub async fn contact_erased(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    for id in ids {
        let led = store::reconnect(tx.conn, tx.workspace, *id, None, None, ids, tx.now).await?;
        let led: Vec<(ContactId, i32)> = led.into_iter().map(|(id, version, _)| (id, version)).collect();
        record_reconnected(tx, &led);
        external_ids::rewrite(tx.conn, tx.workspace, RESOURCE, (*id).into(), &ExternalIds::new()).await?;
    }
    Ok(())
}

/// The row, deleted or not, locked until the end of the transaction.
pub async fn locked(tx: &mut Tx<'_>, id: ContactId) -> ApiResult<ContactRow> {
    store::lock(tx.conn, tx.workspace, id).await
}

/// From which stage to which they moved.
pub async fn stages_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let moves = store::stage_moves_of(conn, workspace, ids).await?;
    let told = |step: StageMoveRow| {
        let (id, from, to, reason) = (step.contact_id, step.from_stage, step.to_stage, step.reason);
        json!({ "contact_id": id, "moved_at": step.moved_at, "from": from, "to": to, "reason": reason })
    };
    Ok(moves.into_iter().map(told).collect())
}

/// One of two that became one goes for good: where it stood, the other did.
pub async fn inherit_stages(tx: &mut Tx<'_>, from: ContactId, to: ContactId) -> ApiResult<()> {
    store::inherit_stage_moves(tx.conn, tx.workspace, from, to).await
}

/// Removes rows for good, with all that goes with them.
pub async fn remove(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    introductions::contact_erased(tx, ids).await?;
    circle_requests::contact_erased(tx, ids).await?;
    messages::contact_erased(tx, ids).await?;
    meetings::contact_erased(tx, ids).await?;
    follow_ups::contact_erased(tx, ids).await?;
    for id in ids {
        store::purge(tx.conn, tx.workspace, *id).await?;
    }
    Ok(())
}
