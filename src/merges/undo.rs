//! Taking a merge back, as far as what was changed since allows.
use serde_json::{Map, Value};
use uuid::Uuid;

use super::model::{Merge, MergeId, MergeRow, MergeUndone, NotRestored};
use super::references;
use super::revert::{object, revert};
use super::service::{REDIRECTS, VERSION};
use super::store;
use crate::changes::{Kind, Tx};
use crate::contacts::{self, Contact, ContactId, ContactInput};
use crate::error::{ApiError, ApiResult, Code};
use crate::{fields, transfer};

const EDITED: &str = "was changed since the merge and stays as it is";

pub async fn undo(tx: &mut Tx<'_>, id: MergeId) -> ApiResult<MergeUndone> {
    let merge = store::lock(tx.conn, tx.workspace, id).await?;
    let survivor = undoable(tx, &merge).await?;
    let merged: Vec<ContactId> = merge.merged_ids.iter().copied().map(ContactId::from).collect();
    let mut not_restored = Vec::new();
    for id in &merged {
        contacts::release(tx, *id).await?;
    }
    let unedited = merge.after == Value::Object(object(&ContactInput::from(survivor.clone())));
    let contact = restore_survivor(tx, &merge, survivor, &mut not_restored).await?;
    let mut moved: Map<String, Value> = fields::stored(merge.moved);
    if unedited
        && not_restored.is_empty()
        && let Some(had) = fields::stored::<Option<i32>>(moved.remove(VERSION).unwrap_or_default())
    {
        transfer::same_again(tx.conn, tx.workspace, &[(contact.id, had, contact.version)]).await?;
    }
    let redirects: Vec<(ContactId, ContactId)> = fields::stored(moved.remove(REDIRECTS).unwrap_or_default());
    for id in &merged {
        let taken = contacts::reclaim(tx, *id).await?;
        not_restored.extend(taken.into_iter().map(|system| NotRestored {
            contact_id: *id,
            field: format!("external_ids/{system}"),
            detail: "another contact has it by now".to_owned(),
        }));
    }
    store::no_redirect(tx.conn, tx.workspace, &merged).await?;
    for (to, old) in redirects {
        store::redirect_back(tx.conn, tx.workspace, old, to).await?;
    }
    references::unmerged(tx, moved, merge.survivor_id).await?;
    let row = store::mark_undone(tx.conn, tx.workspace, id, tx.now).await?;
    tx.record(Kind::ContactUnmerged, merge.survivor_id, contact.version, Vec::new());
    let restored = contacts::show(tx.conn, tx.workspace, &merged).await?;
    Ok(MergeUndone { merge: Merge::from(row), contact, restored, not_restored })
}

/// The survivor, when there is nothing against it.
async fn undoable(tx: &mut Tx<'_>, merge: &MergeRow) -> ApiResult<Contact> {
    let refuse =
        |why: String| Err(ApiError::new(Code::MergeNotUndoable, format!("this merge cannot be undone: {why}")));
    if merge.undone_at.is_some() {
        return refuse("it is undone already".to_owned());
    }
    if merge.undo_until < tx.now {
        return refuse("its 30 days are over".to_owned());
    }
    if let Some(later) = store::took_up(tx.conn, tx.workspace, merge.survivor_id).await? {
        return refuse(format!("the survivor was merged itself; undo the merge {later} first"));
    }
    let mut all = merge.merged_ids.clone();
    all.push(merge.survivor_id.into());
    let ids: Vec<ContactId> = all.into_iter().map(ContactId::from).collect();
    match contacts::read_many(tx, &ids).await?.remove(&merge.survivor_id) {
        Some(survivor) => Ok(survivor),
        None => refuse("the survivor lies in the trash; restore it first".to_owned()),
    }
}

/// Takes the merge's change to the survivor back, but for what was changed since.
async fn restore_survivor(
    tx: &mut Tx<'_>,
    merge: &MergeRow,
    survivor: Contact,
    not_restored: &mut Vec<NotRestored>,
) -> ApiResult<Contact> {
    let (id, version) = (survivor.id, survivor.version);
    let mut note = |field: String, detail: &str| {
        not_restored.push(NotRestored { contact_id: id, field, detail: detail.to_owned() });
    };
    let now: ContactInput = survivor.clone().into();
    let (mut whole, kept) = revert(&object(&merge.before), &object(&merge.after), &object(&now));
    kept.into_iter().for_each(|field| note(field, EDITED));
    if let Some(connector) = connector(&whole).filter(|connector| now.connector_id != Some(*connector))
        && contacts::read_many(tx, &[connector]).await?.is_empty()
    {
        whole.insert("connector_id".to_owned(), fields::store(&now.connector_id));
        note("connector_id".to_owned(), "the connector is gone");
    }
    let input: ContactInput =
        serde_json::from_value(Value::Object(whole)).map_err(|error| ApiError::internal(&error))?;
    let written = match tx.part(async |tx| contacts::replace(tx, id, input).await).await {
        Ok(written) => written,
        Err(error) if error.code.status().is_client_error() => {
            for fault in &error.errors {
                note(fault.pointer.clone().unwrap_or_default().trim_start_matches('/').to_owned(), &fault.detail);
            }
            survivor
        }
        Err(error) => return Err(error),
    };
    if written.version > version {
        return Ok(written);
    }
    Ok(Contact { version: contacts::touch(tx, id).await?, updated_at: tx.now, ..written })
}

fn connector(whole: &Map<String, Value>) -> Option<ContactId> {
    let id: Option<Uuid> = fields::stored(whole.get("connector_id").cloned().unwrap_or_default());
    id.map(ContactId::from)
}
