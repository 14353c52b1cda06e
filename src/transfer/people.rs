//! What imports know of a person: what a merge moves, what is told, and what an erasure takes away.
use std::collections::HashMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{ImportRow, KeyDbRow, RowDbRow};
use super::store;
use crate::changes::Tx;
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::fields;

type Keys = Vec<(String, String)>;

/// What a source knows `from` by stands for `to`; answers which keys, by the contact before.
pub async fn contact_merged(tx: &mut Tx<'_>, from: &[ContactId], to: ContactId) -> ApiResult<Value> {
    let mut moved: HashMap<String, Keys> = HashMap::new();
    for before in from {
        moved.insert(before.to_string(), store::move_keys(tx.conn, tx.workspace, *before, to).await?);
    }
    Ok(fields::store(&moved))
}

/// What still stands for `to` stands for the contact before.
pub async fn contact_unmerged(tx: &mut Tx<'_>, moved: Value, to: ContactId) -> ApiResult<()> {
    for (before, keys) in fields::stored::<HashMap<Uuid, Keys>>(moved) {
        store::move_keys_back(tx.conn, tx.workspace, &keys, to, before.into()).await?;
    }
    Ok(())
}

/// What files said of these contacts: what sources know them by, the rows that were about them, and what Inroad has no
/// field for.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let key =
        |row: KeyDbRow| json!({ "source": row.source, "key": row.key, "contact_id": row.contact_id, "said": row.base });
    let keys: Vec<Value> = store::keys_of(conn, workspace, ids).await?.into_iter().map(key).collect();
    let row = |row: RowDbRow| {
        let (import, before) = (row.import_id, row.before.clone());
        json!({ "import_id": import, "row": ImportRow::from(row), "before": before })
    };
    let rows: Vec<Value> = store::rows_of(conn, workspace, ids).await?.into_iter().map(row).collect();
    let extras: Vec<Value> = store::extras(conn, workspace, ids)
        .await?
        .into_iter()
        .flat_map(|(id, extras)| extras.into_iter().map(move |extra| (id, extra)))
        .map(|(id, (source, properties))| json!({ "contact_id": id, "source": source, "properties": properties }))
        .collect();
    Ok(json!({ "keys": keys, "rows": rows, "extras": extras }))
}

/// Leaves of the rows about them no more than that there were such rows. Their keys go with the contacts.
pub async fn contact_erased(tx: &mut Tx<'_>, ids: &[ContactId], names: &[String]) -> ApiResult<()> {
    store::empty_rows(tx.conn, tx.workspace, ids, names).await?;
    store::forget_files(tx.conn, tx.workspace, names).await
}
