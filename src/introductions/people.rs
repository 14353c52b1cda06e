//! What becomes of introductions when two contacts turn out to be one, or one goes for good.
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::model::{Introduction, IntroductionId, IntroductionRow};
use super::service::{RESOURCE, names, title};
use super::state::State;
use super::store;
use crate::changes::{Kind, Tx};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::text::FreeText;
use crate::{fields, trash};

/// An introduction as it was before a merge of contacts.
#[derive(Debug, Serialize, Deserialize)]
struct Moved {
    id: IntroductionId,
    introducer_id: Option<ContactId>,
    introduced_id: Option<ContactId>,
    /// The merge put it into the trash.
    dropped: bool,
}

impl Moved {
    fn of(row: &IntroductionRow, dropped: bool) -> Self {
        Self { id: row.id, introducer_id: row.introducer_id, introduced_id: row.introduced_id, dropped }
    }
}

/// What the contacts `from` gave and got is given and got by `to`. One that would lead from a person to themselves goes
/// to the trash, and of two that would connect the same two the one that is less far. Answers what an undo needs.
pub async fn contact_merged(tx: &mut Tx<'_>, from: &[ContactId], to: ContactId) -> ApiResult<Value> {
    let mut moved = Vec::new();
    let turned = |id: Option<ContactId>| id.map(|id| if from.contains(&id) { to } else { id });
    for before in store::lock_of(tx.conn, tx.workspace, from).await? {
        let mut after = IntroductionRow {
            introducer_id: turned(before.introducer_id),
            introduced_id: turned(before.introduced_id),
            ..before.clone()
        };
        let mut dropped = false;
        if after.introducer_id == after.introduced_id {
            (after.introduced_id, after.introduced_ghost) = (None, Some(Uuid::now_v7()));
            dropped = before.deleted_at.is_none();
        } else if before.deleted_at.is_none()
            && let Some(twin) = store::twin(tx.conn, &after).await?
        {
            let twin = store::lock(tx.conn, tx.workspace, twin).await?;
            if rank(twin.state) < rank(after.state) {
                moved.push(Moved::of(&twin, true));
                drop_row(tx, twin).await?;
            } else {
                dropped = true;
            }
        }
        moved.push(Moved::of(&before, dropped));
        if dropped {
            drop_row(tx, after).await?;
        } else {
            write(tx, after).await?;
        }
    }
    Ok(fields::store(&moved))
}

/// How far an introduction is: of two, the one that is further tells more.
fn rank(state: State) -> u8 {
    match state {
        State::Named => 0,
        State::Declined => 1,
        State::Stale => 2,
        State::Promised => 3,
        State::Made => 4,
    }
}

async fn write(tx: &mut Tx<'_>, row: IntroductionRow) -> ApiResult<()> {
    let row = IntroductionRow { version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    let ends = ["introducer_id", "introduced_id"].map(str::to_owned).to_vec();
    tx.record(Kind::IntroductionUpdated, row.id, row.version, ends);
    Ok(())
}

async fn drop_row(tx: &mut Tx<'_>, row: IntroductionRow) -> ApiResult<()> {
    let row = IntroductionRow { version: row.version + 1, updated_at: tx.now, deleted_at: Some(tx.now), ..row };
    store::update(tx.conn, &row).await?;
    let title = title(tx.conn, tx.workspace, &row).await?;
    trash::put(tx, RESOURCE, row.id.into(), &title).await?;
    tx.record(Kind::IntroductionDeleted, row.id, row.version, Vec::new());
    Ok(())
}

/// Gives back what still is where the merge has put it; what was changed or removed since stays so.
pub async fn contact_unmerged(tx: &mut Tx<'_>, moved: Value, to: ContactId) -> ApiResult<()> {
    let moved: Vec<Moved> = fields::stored(moved);
    let mut dropped = Vec::new();
    // First all go back to their places, then they come out of the trash: until then these may be taken.
    for before in &moved {
        let Some(row) = store::lock_if_there(tx.conn, tx.workspace, before.id).await? else { continue };
        let back = |now: Option<ContactId>, old: Option<ContactId>| if now == Some(to) { old } else { now };
        let mut after = IntroductionRow {
            introducer_id: back(row.introducer_id, before.introducer_id),
            introduced_id: back(row.introduced_id, before.introduced_id),
            ..row.clone()
        };
        if before.dropped && row.introduced_ghost.is_some() {
            (after.introduced_id, after.introduced_ghost) = (before.introduced_id, None);
        }
        if before.dropped && row.deleted_at.is_some() {
            dropped.push(row.id);
        }
        let taken = after.deleted_at.is_none() && store::twin(tx.conn, &after).await?.is_some();
        if after != row && !taken {
            write(tx, after).await?;
        }
    }
    for id in dropped {
        let row = store::lock(tx.conn, tx.workspace, id).await?;
        if store::twin(tx.conn, &row).await?.is_none() {
            super::restore(tx, id).await?;
            trash::forget(tx, id.into()).await?;
        }
    }
    Ok(())
}

/// The introductions that these ids of one person gave and got.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let rows = store::rows_of(conn, workspace, ids).await?;
    let names = names(conn, workspace, &rows.iter().collect::<Vec<_>>()).await?;
    let shown: Vec<Introduction> = rows.into_iter().map(|row| Introduction::new(row, &names)).collect();
    Ok(fields::store(&shown))
}

/// These contacts go for good: the introductions keep their shape, with an anonymous node for each.
pub async fn contact_erased(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    for id in ids {
        let ghost = Uuid::now_v7();
        for (introduction, version) in store::haunt(tx.conn, tx.workspace, *id, ghost, tx.now).await? {
            let ends = ["introducer_id", "introduced_id"].map(str::to_owned).to_vec();
            tx.record(Kind::IntroductionUpdated, introduction, version, ends);
            let row = store::lock(tx.conn, tx.workspace, introduction).await?;
            if row.deleted_at.is_some() {
                let title = title(tx.conn, tx.workspace, &row).await?;
                trash::retitle(tx, introduction.into(), &title).await?;
            }
        }
    }
    Ok(())
}

/// What people wrote in those that follow this one, in the order of their ids, and the last of these, if others may
/// follow.
pub async fn free_texts(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<uuid::Uuid>,
    fetch: i64,
) -> ApiResult<(Vec<FreeText>, Option<uuid::Uuid>)> {
    let rows = store::following(conn, workspace, after, fetch).await?;
    let last = rows.last().map(|row| row.id.into()).filter(|_| i64::try_from(rows.len()) == Ok(fetch));
    let mut texts = Vec::new();
    for row in rows {
        let id = row.id.into();
        for (field, text) in
            [("introduced_name", row.introduced_name), ("introduced_title", row.introduced_title), ("notes", row.notes)]
        {
            texts.extend(text.map(|text| FreeText { id, field: field.to_owned(), text }));
        }
    }
    Ok((texts, last))
}
