//! Many contacts at once, for imports.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::api::{Contact, ContactInput};
use super::draft::Draft;
use super::model::{ContactId, ContactRow, PositionView};
use super::{search, service, store};
use crate::changes::{Kind, Tx};
use crate::db::full_text::Vector;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::text::FreeText;

/// The contacts with these ids that are not deleted, as the API shows them.
pub async fn read_many(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<HashMap<ContactId, Contact>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = store::lock_many(tx.conn, tx.workspace, ids).await?;
    let mut positions: HashMap<ContactId, Vec<PositionView>> = HashMap::new();
    for position in store::positions(tx.conn, tx.workspace, ids).await? {
        positions.entry(position.contact_id).or_default().push(position);
    }
    let contact = |row: ContactRow| (row.id, Contact::new(row.clone(), positions.remove(&row.id).unwrap_or_default()));
    Ok(rows.into_iter().map(contact).collect())
}

/// The contacts with these ids that are not deleted, in this order, as they are now.
pub async fn show(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<Contact>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = store::find_many(conn, workspace, ids).await?;
    let mut rows: HashMap<ContactId, ContactRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut positions = positions_by_contact(conn, workspace, ids).await?;
    let contact = |id: &ContactId| Some(Contact::new(rows.remove(id)?, positions.remove(id).unwrap_or_default()));
    Ok(ids.iter().filter_map(contact).collect())
}

/// The contacts with these ids, and when they were deleted, oldest first.
pub async fn known(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ContactId],
) -> ApiResult<Vec<(Contact, Option<DateTime<Utc>>)>> {
    let mut positions = positions_by_contact(conn, workspace, ids).await?;
    let rows = store::rows(conn, workspace, ids).await?.into_iter();
    let contact = |row: ContactRow| {
        let (deleted_at, positions) = (row.deleted_at, positions.remove(&row.id).unwrap_or_default());
        (Contact::new(row, positions), deleted_at)
    };
    Ok(rows.map(contact).collect())
}

/// What a search would find these contacts by, deleted or not, if they had these tags.
pub async fn words_with(
    conn: &Conn,
    workspace: WorkspaceId,
    mut tags: HashMap<ContactId, Vec<String>>,
) -> ApiResult<HashMap<Uuid, Vector>> {
    let ids: Vec<ContactId> = tags.keys().copied().collect();
    let words = |(mut contact, _): (Contact, _)| {
        contact.tags = tags.remove(&contact.id).unwrap_or_default();
        (contact.id.into(), search::words(workspace, contact))
    };
    Ok(known(conn, workspace, &ids).await?.into_iter().map(words).collect())
}

async fn positions_by_contact(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ContactId],
) -> ApiResult<HashMap<ContactId, Vec<PositionView>>> {
    let mut positions: HashMap<ContactId, Vec<PositionView>> = HashMap::new();
    for position in store::positions(conn, workspace, ids).await? {
        positions.entry(position.contact_id).or_default().push(position);
    }
    Ok(positions)
}

/// What people wrote about the contacts that follow this one, in the order of their ids, and the last of these
/// contacts, if others may follow.
pub async fn free_texts(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<(Vec<FreeText>, Option<Uuid>)> {
    let rows = store::following(conn, workspace, after, fetch).await?;
    let last = rows.last().map(|row| row.id.into()).filter(|_| i64::try_from(rows.len()) == Ok(fetch));
    Ok((rows.into_iter().flat_map(texts_of).collect(), last))
}

fn texts_of(row: ContactRow) -> Vec<FreeText> {
    let (id, profile) = (row.id.into(), row.profile.0);
    let mut texts = Vec::new();
    let mut add = |field: String, text: Option<String>| {
        texts.extend(text.map(|text| FreeText { id, field, text }));
    };
    add("notes".to_owned(), row.notes);
    add("preferred_name".to_owned(), profile.preferred_name);
    add("headline".to_owned(), profile.headline);
    add("location".to_owned(), profile.location);
    add("how_found_detail".to_owned(), profile.how_found_detail);
    for (field, list) in [("tags", row.tags), ("expertise", profile.expertise)] {
        for (index, text) in list.into_iter().enumerate() {
            add(format!("{field}/{index}"), Some(text));
        }
    }
    for (index, education) in profile.education.into_iter().enumerate() {
        add(format!("education/{index}/school"), Some(education.school));
    }
    for (index, address) in profile.addresses.into_iter().enumerate() {
        add(format!("addresses/{index}/street"), address.street);
    }
    for (index, text) in profile.shared_ground.into_iter().enumerate() {
        add(format!("shared_ground/{index}"), Some(text));
    }
    for (name, value) in row.custom_fields.0 {
        add(format!("custom_fields/{name}"), value.as_str().map(str::to_owned));
    }
    texts
}

/// Adds all of these.
pub async fn create_many(tx: &mut Tx<'_>, drafts: Vec<Draft>) -> ApiResult<()> {
    let (contacts, positions): (Vec<_>, Vec<_>) =
        drafts.into_iter().map(|draft| (draft.contact, draft.positions)).unzip();
    store::insert_many(tx.conn, &contacts).await?;
    store::insert_positions(tx.conn, &positions.into_iter().flatten().collect::<Vec<_>>()).await?;
    for contact in &contacts {
        tx.record(Kind::ContactCreated, contact.row.id, contact.row.version, Vec::new());
    }
    Ok(())
}

/// Writes `input` over a contact; a change of nothing leaves its version as it is.
pub async fn replace(tx: &mut Tx<'_>, id: ContactId, input: ContactInput) -> ApiResult<Contact> {
    let before = service::live(tx, id).await?;
    let shown = service::read(tx, before.clone()).await?;
    service::write(tx, before, shown, input).await
}
