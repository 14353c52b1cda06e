//! Making contacts one, inside the caller's transaction.
use std::collections::HashMap;

use chrono::Duration;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::combine::{self, Part};
use super::model::{Merge, MergeConflict, MergeId, MergeInput, MergePreview, MergeReport, MergeRow};
use super::references::{self, Moved};
use super::{revert, store};
use crate::app::App;
use crate::changes::{Actor, Kind, Tx};
use crate::contacts::{self, Contact, ContactId, ContactInput};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Fault};
use crate::external_ids::ExternalIds;
use crate::fields;
use crate::http::{IfMatch, body};
use crate::jobs;

/// How long a merge can be undone.
const UNDO: Duration = Duration::days(30);
/// Where `moved` keeps the redirects that were moved on.
pub const REDIRECTS: &str = "redirects";
/// Where it keeps the version that the survivor had before.
pub const VERSION: &str = "survivor_version";

/// What a merge came to, before it is written down.
pub struct Outcome {
    pub contact: Contact,
    pub conflicts: Vec<MergeConflict>,
    before: ContactInput,
    version: i32,
    moved: Moved,
}

impl Outcome {
    pub fn preview(self) -> MergePreview {
        let Self { contact, conflicts, before: _, version: _, moved } = self;
        MergePreview { contact, conflicts, moved: references::counts(&moved) }
    }
}

/// Makes the contacts one.
pub async fn merge(app: &App, tx: &mut Tx<'_>, if_match: &IfMatch, input: &MergeInput) -> ApiResult<Outcome> {
    let all = participants(tx, input).await?;
    let survivor = &all[0];
    if_match.check(survivor.version)?;
    let before: ContactInput = survivor.clone().into();
    let parts: Vec<Part> = all.iter().map(|contact| Part::new(contact.id, &contact.clone().into())).collect();
    let (whole, conflicts) = combine::combine(&parts, input)?;
    let after = checked(app, whole)?;
    let (to, version) = (survivor.id, survivor.version);
    let moved = move_references(tx, &input.merged_ids, to).await?;
    for contact in &all[1..] {
        let mut kept: ExternalIds = contact.external_ids.clone();
        kept.retain(|system, id| after.external_ids.get(system) != Some(id));
        contacts::absorb(tx, contact.id, &kept).await?;
    }
    let mut contact = contacts::replace(tx, to, after).await.map_err(within_fields)?;
    if contact.version == version {
        contact.version = contacts::touch(tx, to).await?;
        contact.updated_at = tx.now;
    }
    let changed = fields::changed(survivor, &contact);
    tx.record(Kind::ContactMerged, to, contact.version, changed);
    Ok(Outcome { contact, conflicts, before, version, moved })
}

/// The survivor and those that become part of it, in this order, locked until the end of the transaction.
async fn participants(tx: &mut Tx<'_>, input: &MergeInput) -> ApiResult<Vec<Contact>> {
    let mut ids = vec![input.survivor_id];
    ids.extend(&input.merged_ids);
    // Locked in the order of their ids: two merges of the same contacts wait for each other and do not block.
    let mut known: HashMap<ContactId, Contact> = contacts::read_many(tx, &ids).await?;
    let mut faults = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let pointer = at.checked_sub(1).map_or("/survivor_id".to_owned(), |at| format!("/merged_ids/{at}"));
        if !known.contains_key(id) {
            let detail = match store::survivor(tx.conn, tx.workspace, *id).await? {
                Some(survivor) => format!("was merged into {survivor}"),
                None => "is not a contact of this workspace".to_owned(),
            };
            faults.push(Fault::field(pointer, "not_found", detail));
        } else if ids[..at].contains(id) {
            faults.push(Fault::field(pointer, "duplicate", "is named twice"));
        }
    }
    ApiError::check(faults)?;
    Ok(ids.iter().filter_map(|id| known.remove(id)).collect())
}

/// What was put together has to be a contact that could have been written so.
fn checked(app: &App, mut whole: Map<String, Value>) -> ApiResult<ContactInput> {
    whole.retain(|_, value| !value.is_null());
    body::typed(&app.schemas, whole).map_err(within_fields)
}

/// A fault of the merged contact is one of the choices that lead to it.
fn within_fields(mut error: ApiError) -> ApiError {
    error.errors = error.errors.into_iter().map(|fault| fault.below("/fields")).collect();
    error
}

async fn move_references(tx: &mut Tx<'_>, from: &[ContactId], to: ContactId) -> ApiResult<Moved> {
    let mut moved = references::merged(tx, from, to).await?;
    let redirects = store::redirect(tx.conn, tx.workspace, from, to).await?;
    moved.insert(REDIRECTS.to_owned(), fields::store(&redirects));
    Ok(moved)
}

/// Writes down what happened, so that it can be told and undone.
pub async fn note(tx: &mut Tx<'_>, id: MergeId, input: &MergeInput, outcome: Outcome) -> ApiResult<MergeReport> {
    let Outcome { contact, conflicts, before, version, mut moved } = outcome;
    let merged_by = tx.actor.member();
    let after: ContactInput = contact.clone().into();
    let counts = references::counts(&moved);
    moved.insert(VERSION.to_owned(), Value::from(version));
    let row = MergeRow {
        workspace_id: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        merged_by,
        survivor_id: contact.id,
        merged_ids: input.merged_ids.iter().map(|id| (*id).into()).collect(),
        before: Value::Object(revert::object(&before)),
        after: Value::Object(revert::object(&after)),
        moved: Value::Object(moved),
        undo_until: tx.now + UNDO,
        undone_at: None,
    };
    store::insert(tx.conn, &row).await?;
    Ok(MergeReport { merge: Merge::from(row), contact, conflicts, moved: counts })
}

/// The contact that is there for the id of one that was merged.
pub async fn survivor(conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<Option<ContactId>> {
    store::survivor(conn, workspace, id).await
}

/// The ids by which contacts are found that may have been merged since somebody noted them: the survivors'.
pub async fn followed(conn: &Conn, workspace: WorkspaceId, ids: Vec<Uuid>) -> ApiResult<Vec<Uuid>> {
    if ids.is_empty() {
        return Ok(ids);
    }
    let named: Vec<ContactId> = ids.iter().copied().map(ContactId::from).collect();
    let survivors = store::survivors(conn, workspace, &named).await?;
    Ok(named.into_iter().map(|id| survivors.get(&id).copied().unwrap_or(id).into()).collect())
}

/// The contacts that were merged into this one and are hidden, or gone but for their ids. A contact that is hidden
/// itself is not there.
pub async fn hidden(conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<Vec<ContactId>> {
    if store::leads_to(conn, workspace, id).await?.is_some() {
        return Err(ApiError::not_found());
    }
    store::old_ids(conn, workspace, id).await
}

/// The ids under which this contact was known before, and is still found.
pub async fn former(conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<Vec<ContactId>> {
    store::old_ids(conn, workspace, id).await
}

/// Whoever goes for good takes along what was merged into them.
pub async fn purge_hidden(tx: &mut Tx<'_>, id: ContactId) -> ApiResult<()> {
    let hidden = store::old_ids(tx.conn, tx.workspace, id).await?;
    contacts::remove(tx, &hidden).await
}

/// The merges of these ids of one person, as they are kept for an undo.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let rows = store::survived_by(conn, workspace, ids).await?;
    let told = |row: MergeRow| {
        let (before, after) = (row.before.clone(), row.after.clone());
        let mut told = revert::object(&Merge::from(row));
        told.extend([("before".to_owned(), before), ("after".to_owned(), after)]);
        Value::Object(told)
    };
    Ok(Value::Array(rows.into_iter().map(told).collect()))
}

/// Merges that once took these contacts up keep what they had for an undo: it goes.
pub async fn contact_erased(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    store::remove_of(tx.conn, tx.workspace, ids).await
}

/// Ends merges that can't be undone any more, some at a time: the merged contacts go for good, their ids still lead to
/// the survivor.
pub async fn purge_old(app: &App) -> ApiResult<usize> {
    let over = app.db.lookup(async |conn| store::over(conn, app.now()).await).await?;
    for (workspace, id) in &over {
        jobs::went(app.write_as(*workspace, Actor::Job, async |tx| end(tx, *id).await).await, *id)?;
    }
    Ok(over.len())
}

async fn end(tx: &mut Tx<'_>, id: MergeId) -> ApiResult<()> {
    let merge = store::lock(tx.conn, tx.workspace, id).await?;
    if merge.undone_at.is_none() {
        let hidden: Vec<ContactId> = merge.merged_ids.into_iter().map(ContactId::from).collect();
        // Somebody may have named one of them at the very moment of the merge.
        for id in &hidden {
            let survivor = store::leads_to(tx.conn, tx.workspace, *id).await?.unwrap_or(merge.survivor_id);
            references::merged(tx, &[*id], survivor).await?;
            contacts::inherit_stages(tx, *id, survivor).await?;
        }
        contacts::remove(tx, &hidden).await?;
    }
    store::remove(tx.conn, tx.workspace, id).await
}
