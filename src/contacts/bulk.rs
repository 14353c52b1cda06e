//! Many contacts at once, for imports.
use std::collections::HashMap;

use super::api::{Contact, ContactInput};
use super::draft::Draft;
use super::model::{ContactId, ContactRow, PositionView};
use super::{service, store};
use crate::changes::{Kind, Tx};
use crate::error::ApiResult;

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
