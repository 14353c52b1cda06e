//! What can happen to the list, inside the caller's transaction.
use std::collections::HashSet;

use uuid::Uuid;

use super::model::{self, DoNotContactKind, Entry, EntryId, EntryInput, EntryRow};
use super::store;
use crate::changes::{self, Tx};
use crate::contacts::{ContactId, ContactRow};
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

/// Refuses to turn by another way than e-mail to somebody all of whose addresses are of domains that are on the list: it is
/// not the address that is not wanted then.
pub async fn refuse_person(tx: &mut Tx<'_>, contact: &ContactRow) -> ApiResult<()> {
    // Behind the key of the address itself come those of its domains.
    let domains: Vec<Vec<String>> =
        contact.addresses().iter().map(|address| model::keys(address).into_iter().skip(1).collect()).collect();
    if domains.is_empty() {
        return Ok(());
    }
    let listed = store::keys(tx.conn, tx.workspace, &domains.concat()).await?;
    if !domains.iter().all(|keys| keys.iter().any(|key| listed.contains(key))) {
        return Ok(());
    }
    let detail = format!("the domains of all addresses of {} are on the do-not-contact list", contact.display_name);
    let fault = Fault::field("/contact_id", "do_not_contact", detail.clone());
    Err(ApiError::new(Code::DoNotContact, detail).with(fault))
}

/// Those of these contacts who are not to be written to: they want no contact, or their primary address is on the list, or
/// its domain.
pub async fn unwanted(conn: &Conn, workspace: WorkspaceId, rows: &[ContactRow]) -> ApiResult<HashSet<ContactId>> {
    let listed = listed(conn, workspace, rows.iter().filter_map(ContactRow::address).collect()).await?;
    let is_unwanted =
        |row: &&ContactRow| row.wants_no_contact() || row.address().is_some_and(|address| listed.contains(&address));
    Ok(rows.iter().filter(is_unwanted).map(|row| row.id).collect())
}

/// What these entries forbid: addresses and domains, by their keys.
pub async fn forbidden(
    conn: &Conn,
    workspace: WorkspaceId,
    entries: &[EntryId],
) -> ApiResult<(Vec<String>, Vec<String>)> {
    let rows = store::find_many(conn, workspace, entries).await?;
    let (addresses, domains): (Vec<EntryRow>, Vec<EntryRow>) =
        rows.into_iter().partition(|row| row.kind == DoNotContactKind::Address);
    let keys = |rows: Vec<EntryRow>| rows.into_iter().map(|row| row.value_key).collect();
    Ok((keys(addresses), keys(domains)))
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

/// Those of these entries that are there.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[EntryId]) -> ApiResult<Vec<Entry>> {
    Ok(store::find_many(conn, workspace, ids).await?.into_iter().map(Entry::from).collect())
}
