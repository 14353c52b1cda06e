//! Every statement about the do-not-contact list, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{DoNotContactKind, EntryId, EntryRow};
use crate::changes::Kind;
use crate::db::schema::do_not_contact as entries;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault, OnConstraint};
use crate::exports::Table;
use crate::sort::{Position, keyset};

pub async fn insert(mut conn: &Conn, row: &EntryRow) -> ApiResult<()> {
    let inserted = diesel::insert_into(entries::table).values(row).execute(&mut conn).await;
    inserted.on_constraint("do_not_contact_value_key", || listed(None))?;
    Ok(())
}

/// The value is another entry's. Which one is known but when the two were written at the same moment.
pub fn listed(other: Option<EntryId>) -> ApiError {
    let detail = match other {
        Some(id) => format!("the entry {id} has it"),
        None => "another entry has it".to_owned(),
    };
    ApiError::new(Code::AlreadyListed, detail.clone()).with(Fault::field("/value", "taken", detail))
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &EntryRow) -> ApiResult<()> {
    diesel::update(entries::table.find((row.workspace_id, row.id))).set(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: EntryId) -> ApiResult<()> {
    diesel::delete(entries::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: EntryId) -> ApiResult<EntryRow> {
    let own = entries::workspace_id.eq(workspace).and(entries::id.eq(id));
    Ok(EntryRow::query().filter(own).first(&mut conn).await?)
}

/// Those of these entries that are there.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[EntryId]) -> ApiResult<Vec<EntryRow>> {
    let wanted = entries::workspace_id.eq(workspace).and(entries::id.eq_any(ids));
    Ok(EntryRow::query().filter(wanted).load(&mut conn).await?)
}

/// The row, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: EntryId) -> ApiResult<EntryRow> {
    let own = entries::workspace_id.eq(workspace).and(entries::id.eq(id));
    Ok(EntryRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// The entry with one of these keys; the longest key, if there are several.
pub async fn matching(mut conn: &Conn, workspace: WorkspaceId, keys: &[String]) -> ApiResult<Option<EntryRow>> {
    let wanted = entries::workspace_id.eq(workspace).and(entries::value_key.eq_any(keys));
    let mut found: Vec<EntryRow> = EntryRow::query().filter(wanted).load(&mut conn).await?;
    found.sort_by_key(|row| row.value_key.len());
    Ok(found.pop())
}

/// Those of these keys that an entry has.
pub async fn keys(mut conn: &Conn, workspace: WorkspaceId, keys: &[String]) -> ApiResult<Vec<String>> {
    let wanted = entries::workspace_id.eq(workspace).and(entries::value_key.eq_any(keys));
    Ok(entries::table.filter(wanted).select(entries::value_key).load(&mut conn).await?)
}

/// Newest first.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    kinds: &[DoNotContactKind],
    from: Option<&Position>,
    fetch: i64,
) -> ApiResult<Vec<EntryRow>> {
    let mut rows = EntryRow::query().filter(entries::workspace_id.eq(workspace)).into_boxed();
    if !kinds.is_empty() {
        rows = rows.filter(entries::kind.eq_any(kinds));
    }
    rows = keyset!(rows, true, entries::id, from.map(|from| from.id));
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "do_not_contact",
    columns: &["id", "version", "created_at", "updated_at", "kind", "value", "value_key", "note"],
    id: Some("id"),
    key: &["id"],
    created: Some(Kind::DoNotContactCreated),
    ..Table::NONE
};
