//! Taking an import back.
use std::collections::HashSet;

use super::model::{ExtraDbRow, ImportId, ImportKind, ImportState, KeptContact, KeptReason, KeyDbRow, Outcome};
use super::run::{Before, SaidBefore};
use super::service::SHOWN;
use super::store;
use crate::changes::{Kind, Tx};
use crate::contacts::{self, ContactId};
use crate::error::{ApiError, ApiResult, Code};
use crate::{merges, messages};

/// How much of an import could be taken back.
pub struct Undone {
    pub removed: usize,
    pub restored: usize,
    pub kept: usize,
    pub kept_contacts: Vec<KeptContact>,
}

/// Takes back what nobody has edited since.
pub async fn undo(tx: &mut Tx<'_>, id: ImportId) -> ApiResult<Undone> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if row.dry_run || row.state != ImportState::Finished {
        let why = if row.dry_run { "it was a dry run" } else { row.state.name() };
        return Err(ApiError::new(Code::ImportNotUndoable, format!("this import cannot be undone: {why}")));
    }
    if row.kind == ImportKind::InroadArchive {
        let detail = "an archive makes a whole workspace: delete the workspace instead";
        return Err(ApiError::new(Code::ImportNotUndoable, detail));
    }
    if let Some(later) = store::built_upon(tx.conn, tx.workspace, id).await? {
        let detail = format!("the import {later} changed some of these contacts afterwards: undo it first");
        return Err(ApiError::new(Code::ImportNotUndoable, detail));
    }
    let touches = store::touches_of(tx.conn, tx.workspace, id).await?;
    messages::forget_past(tx, &touches).await?;
    let removed = store::remove_created(tx.conn, tx.workspace, id).await?;
    for (contact, version) in &removed {
        tx.record(Kind::ContactPurged, *contact, version + 1, Vec::new());
    }
    let restored = restore_updated(tx, id, row.kind).await?;
    for (company, version) in store::remove_companies(tx.conn, tx.workspace, &row.created_companies).await? {
        tx.record(Kind::CompanyPurged, company, version + 1, Vec::new());
    }
    let version = store::mark_undone(tx.conn, tx.workspace, id, tx.now).await?;
    tx.record(Kind::ImportUndone, id, version, Vec::new());
    let touched = usize::try_from(store::count_touched(tx.conn, tx.workspace, id).await?).unwrap_or(0);
    let kept_contacts = kept(tx, id, &restored.iter().copied().collect()).await?;
    let kept = touched - removed.len() - restored.len();
    Ok(Undone { removed: removed.len(), restored: restored.len(), kept, kept_contacts })
}

/// The contacts of an import that are there in spite of its undoing, and why.
async fn kept(tx: &mut Tx<'_>, id: ImportId, restored: &HashSet<ContactId>) -> ApiResult<Vec<KeptContact>> {
    let touched = store::touched(tx.conn, tx.workspace, id).await?;
    let kept = touched.into_iter().filter(|(contact, ..)| !restored.contains(contact)).take(SHOWN);
    let reason = |unedited: bool, in_trash: bool| match (in_trash, unedited) {
        (true, _) => KeptReason::InTrash,
        (false, true) => KeptReason::InUse,
        (false, false) => KeptReason::Edited,
    };
    let contact = |(id, name, version, imported, deleted_at): store::Touched| KeptContact {
        id,
        name,
        reason: reason(Some(version) == imported, deleted_at.is_some()),
    };
    Ok(kept.map(contact).collect())
}

async fn restore_updated(tx: &mut Tx<'_>, id: ImportId, kind: ImportKind) -> ApiResult<Vec<ContactId>> {
    let rows = store::rows(tx.conn, tx.workspace, id, &[Outcome::Updated], None, i64::MAX).await?;
    let ids: Vec<_> = rows.iter().filter_map(|row| row.contact_id).collect();
    let present = contacts::read_many(tx, &ids).await?;
    let (mut restored, mut steps) = (Vec::new(), Vec::new());
    for row in rows {
        let (Some(contact), Some(before)) = (row.contact_id, row.before) else { continue };
        let unedited = present.get(&contact).is_some_and(|present| Some(present.version) == row.contact_version);
        let Ok(before) = serde_json::from_value::<Before>(before) else { continue };
        let had = before.version;
        if unedited && let Some(version) = restore(tx, contact, row.contact_version, kind, before).await? {
            steps.extend(had.map(|had| (contact, had, version)));
            restored.push(contact);
        }
    }
    store::same_again(tx.conn, tx.workspace, &steps).await?;
    Ok(restored)
}

/// Makes a contact what it was before; answers its version, or none where that cannot be: what it had is somebody else's
/// by now, or gone.
async fn restore(
    tx: &mut Tx<'_>,
    id: ContactId,
    present: Option<i32>,
    kind: ImportKind,
    mut before: Before,
) -> ApiResult<Option<i32>> {
    let said = before.said();
    if let Some(connector) = before.input.connector_id {
        // Who was merged into somebody since is that one.
        let survivors = merges::survivors(tx.conn, tx.workspace, &[connector]).await?;
        before.input.connector_id = Some(survivors.get(&connector).copied().unwrap_or(connector));
    }
    let input = before.input;
    let mut version = match tx.part(async |tx| contacts::replace(tx, id, input).await).await {
        Ok(contact) => contact.version,
        Err(error) if error.code.status().is_client_error() => return Ok(None),
        Err(error) => return Err(error),
    };
    // But for its fields: what the source has of it besides.
    if Some(version) == present {
        version = contacts::touch(tx, id).await?;
        tx.record(Kind::ContactUpdated, id, version, Vec::new());
    }
    for before in said {
        restore_said(tx, id, kind.source(), before).await?;
    }
    Ok(Some(version))
}

/// What the source had said before, so that the next import finds news where this one did.
async fn restore_said(tx: &mut Tx<'_>, contact_id: ContactId, source: &str, before: SaidBefore) -> ApiResult<()> {
    let SaidBefore { key, base, extras } = before;
    let (workspace_id, source) = (tx.workspace, source.to_owned());
    store::drop_key(tx.conn, workspace_id, &source, &key).await?;
    if let Some(base) = base {
        let (source, key) = (source.clone(), key.clone());
        let row = KeyDbRow { workspace_id, source, key, contact_id, base: base.compact() };
        store::put_keys(tx.conn, &[row]).await?;
    }
    if let Some(properties) = extras {
        store::put_extras(tx.conn, &[ExtraDbRow { workspace_id, contact_id, source, key, properties }]).await?;
    }
    Ok(())
}
