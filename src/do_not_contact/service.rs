//! What can happen to the list, inside the caller's transaction.
use uuid::Uuid;

use super::model::{self, DoNotContactKind, Entry, EntryId, EntryInput, EntryRow};
use super::store;
use crate::changes::{self, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::fields;
use crate::http::{IfMatch, Patch};

pub async fn create(tx: &mut Tx<'_>, id: EntryId, input: EntryInput) -> ApiResult<Entry> {
    let row = input.into_row(tx.workspace, id, tx.now)?;
    if let Some(known) = store::matching(tx.conn, tx.workspace, std::slice::from_ref(&row.value_key)).await? {
        return Err(store::listed(Some(known.id)));
    }
    store::insert(tx.conn, &row).await?;
    tx.record(changes::Kind::DoNotContactCreated, id, 1, Vec::new());
    Ok(row.into())
}

/// Puts an address on the list, unless it is there.
pub async fn forbid(tx: &mut Tx<'_>, address: &str, note: &str) -> ApiResult<()> {
    let (value, note) = (address.to_owned(), Some(note.to_owned()));
    let input = EntryInput { kind: DoNotContactKind::Address, value, note };
    match create(tx, Uuid::now_v7().into(), input).await {
        Err(error) if error.code == Code::AlreadyListed => Ok(()),
        outcome => outcome.map(drop),
    }
}

pub async fn patch(tx: &mut Tx<'_>, id: EntryId, if_match: &IfMatch, patch: &Patch<EntryInput>) -> ApiResult<Entry> {
    let before = store::lock(tx.conn, tx.workspace, id).await?;
    if_match.check(before.version)?;
    let input = patch.apply(&Entry::from(before.clone()).into())?;
    let proposed = input.into_row(tx.workspace, id, tx.now)?;
    if (proposed.kind, &proposed.value_key) != (before.kind, &before.value_key) {
        let detail = "stays as it is: delete the entry and add another";
        return Err(ApiError::field("/value", "not_allowed", detail));
    }
    let after = EntryRow { value: proposed.value, note: proposed.note, ..before.clone() };
    let changed = fields::changed(&Entry::from(before.clone()), &Entry::from(after.clone()));
    if changed.is_empty() {
        return Ok(before.into());
    }
    let after = EntryRow { version: before.version + 1, updated_at: tx.now, ..after };
    store::update(tx.conn, &after).await?;
    tx.record(changes::Kind::DoNotContactUpdated, id, after.version, changed);
    Ok(after.into())
}

pub async fn delete(tx: &mut Tx<'_>, id: EntryId, if_match: &IfMatch) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if_match.check(row.version)?;
    store::delete(tx.conn, tx.workspace, id).await?;
    tx.record(changes::Kind::DoNotContactDeleted, id, row.version + 1, Vec::new());
    Ok(())
}

/// Refuses to write to an address that is on the list, or whose domain is.
pub async fn refuse(tx: &mut Tx<'_>, address: &str) -> ApiResult<()> {
    match store::matching(tx.conn, tx.workspace, &model::keys(address)).await? {
        None => Ok(()),
        Some(entry) => {
            let detail = format!("{} {} is on the do-not-contact list", entry.kind.name(), entry.value);
            let fault = Fault::field("/address", "do_not_contact", detail.clone());
            Err(ApiError::new(Code::DoNotContact, detail).with(fault))
        }
    }
}

/// Those of these addresses that are on the list, or whose domain is.
pub async fn listed(conn: &Conn, workspace: WorkspaceId, addresses: Vec<String>) -> ApiResult<Vec<String>> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<String> = addresses.iter().flat_map(|address| model::keys(address)).collect();
    let listed = store::keys(conn, workspace, &keys).await?;
    let on_it = |address: &String| model::keys(address).iter().any(|key| listed.contains(key));
    Ok(addresses.into_iter().filter(on_it).collect())
}
