//! What happens to a contact when the seeker and they have to do with each other.
use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::model::{ContactId, ContactRow, StageMoveRow};
use super::store;
use super::words::{Stage, StageReason};
use crate::changes::{Kind, Tx};
use crate::companies::CompanyId;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiResult, Code};

/// A touch, and the stage that it brings the contact to at least.
#[derive(Debug, Clone, Copy)]
pub struct Touch {
    pub at: DateTime<Utc>,
    pub stage: Stage,
    /// The seeker said thank you: whoever was met is thanked by it.
    pub thanks: bool,
}

/// What a touch changes of a contact.
#[derive(Debug, Clone, Copy)]
pub struct Touched {
    pub id: ContactId,
    pub stage: Stage,
    pub stage_changed_at: DateTime<Utc>,
    pub last_touch_at: DateTime<Utc>,
}

impl ContactRow {
    /// They asked not to be contacted.
    pub fn wants_no_contact(&self) -> bool {
        self.do_not_contact || self.stage_reason == Some(StageReason::DoNotContact)
    }

    /// What they are called, in all ways that are known.
    pub fn names(&self) -> Vec<String> {
        let preferred = self.profile.0.preferred_name.clone();
        let names = [Some(self.display_name.clone()), self.given_name.clone(), self.family_name.clone(), preferred];
        let named = self.given_name.is_some() || self.family_name.is_some() || self.profile.0.preferred_name.is_some();
        // Of a contact without a name the display name is an address or a company.
        if named { names.into_iter().flatten().collect() } else { Vec::new() }
    }

    /// What they are called, if that is known.
    pub fn name(&self) -> Option<String> {
        (!self.names().is_empty()).then(|| self.display_name.clone())
    }

    /// All of their e-mail addresses.
    pub fn addresses(&self) -> Vec<String> {
        self.emails.0.iter().map(|email| email.address.clone()).collect()
    }

    /// Their primary e-mail address.
    pub fn address(&self) -> Option<String> {
        self.emails.0.iter().find(|email| email.is_primary).map(|email| email.address.clone())
    }
}

/// The contact; none when it is deleted or of another workspace.
pub async fn find(conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<Option<ContactRow>> {
    match store::find(conn, workspace, id).await {
        Err(error) if error.code == Code::NotFound => Ok(None),
        found => found.map(Some),
    }
}

/// Those of these contacts that are not deleted.
pub async fn find_many(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<ContactRow>> {
    store::find_many(conn, workspace, ids).await
}

/// Others who work at the same company now and may be written to, those whom nobody has written to yet first.
pub async fn colleagues(conn: &Conn, workspace: WorkspaceId, id: ContactId, limit: i64) -> ApiResult<Vec<ContactId>> {
    store::colleagues(conn, workspace, id, limit).await
}

/// The contact, locked until the end of the transaction; none when it is deleted or of another workspace.
pub async fn lock(tx: &mut Tx<'_>, id: ContactId) -> ApiResult<Option<ContactRow>> {
    Ok(store::lock_many(tx.conn, tx.workspace, &[id]).await?.pop())
}

/// The answer that moved a contact to `replied` at one of these instants was none: it goes back to where it was, unless it has moved
/// since.
pub async fn take_back_reply(tx: &mut Tx<'_>, id: ContactId, at: &[DateTime<Utc>]) -> ApiResult<()> {
    let Some(row) = lock(tx, id).await? else { return Ok(()) };
    if row.stage != Stage::Replied || !at.contains(&row.stage_changed_at) {
        return Ok(());
    }
    let moves = store::stage_moves_of(tx.conn, tx.workspace, &[id]).await?;
    let Some(last) = moves.last().filter(|last| last.to_stage == Stage::Replied) else { return Ok(()) };
    let (stage, version) = (last.from_stage, row.version + 1);
    let back = StageMoveRow { version, moved_at: tx.now, from_stage: Stage::Replied, to_stage: stage, ..last.clone() };
    let last_touch_at = row.last_touch_at.unwrap_or(tx.now);
    store::insert_stage_moves(tx.conn, &[back]).await?;
    tx.record(Kind::ContactStageChanged, id, version, vec!["stage_changed_at".to_owned(), "stage".to_owned()]);
    let touched = Touched { id, stage, stage_changed_at: tx.now, last_touch_at };
    store::write_touches(tx.conn, tx.workspace, &[touched], tx.now).await
}

/// Moves these contacts forward, never back, and notes when they were last touched. Closed ones stay closed; deleted
/// ones stay as they are.
pub async fn note_touches(tx: &mut Tx<'_>, touches: &HashMap<ContactId, Touch>) -> ApiResult<()> {
    let mut ids: Vec<ContactId> = touches.keys().copied().collect();
    ids.sort_unstable();
    let (mut changed, mut steps) = (Vec::new(), Vec::new());
    for row in store::lock_many(tx.conn, tx.workspace, &ids).await? {
        let Some(touch) = touches.get(&row.id) else { continue };
        let reached = if touch.thanks && row.stage == Stage::Met { Stage::Thanked } else { touch.stage };
        let moves = reached as u8 > row.stage as u8;
        let later = row.last_touch_at.is_none_or(|last| last < touch.at);
        if !moves && !later {
            continue;
        }
        let last_touch_at = row.last_touch_at.map_or(touch.at, |last| last.max(touch.at));
        let stage = if moves { reached } else { row.stage };
        let stage_changed_at = if moves { tx.now } else { row.stage_changed_at };
        changed.push(Touched { id: row.id, stage, stage_changed_at, last_touch_at });
        let mut fields = Vec::new();
        if moves {
            steps.push(StageMoveRow {
                workspace_id: row.workspace_id,
                contact_id: row.id,
                version: row.version + 1,
                moved_at: tx.now,
                from_stage: row.stage,
                to_stage: stage,
                reason: None,
            });
            fields.extend(["stage_changed_at".to_owned(), "stage".to_owned()]);
        }
        if later {
            fields.push("last_touch_at".to_owned());
        }
        let kind = if moves { Kind::ContactStageChanged } else { Kind::ContactUpdated };
        tx.record(kind, row.id, row.version + 1, fields);
    }
    store::insert_stage_moves(tx.conn, &steps).await?;
    store::write_touches(tx.conn, tx.workspace, &changed, tx.now).await
}

/// A company has another name: so it is with the contacts who work or worked there.
pub async fn company_renamed(tx: &mut Tx<'_>, company: CompanyId, names: (&str, &str)) -> ApiResult<()> {
    let changed = store::company_renamed(tx.conn, tx.workspace, company, names, tx.now).await?;
    tell_positions(tx, changed);
    Ok(())
}

/// A company goes to the trash, comes back, or goes for good, when positions there keep its name: so it is with the
/// contacts who work or worked there.
pub async fn company_moved(tx: &mut Tx<'_>, company: CompanyId) -> ApiResult<()> {
    let changed = store::renew_employed(tx.conn, tx.workspace, company, tx.now).await?;
    tell_positions(tx, changed);
    Ok(())
}

fn tell_positions(tx: &mut Tx<'_>, changed: Vec<(ContactId, i32)>) {
    for (id, version) in changed {
        tx.record(Kind::ContactUpdated, id, version, vec!["positions".to_owned()]);
    }
}
