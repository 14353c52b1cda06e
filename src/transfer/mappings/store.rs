//! Every statement about mappings, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::MappedColumn;
use super::model::{MappingId, MappingRow};
use crate::changes::Kind;
use crate::db::schema::import_mappings;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault, OnConstraint};
use crate::exports::Table;
use crate::exports::table::is;
use crate::sort::Position;
use crate::transfer::value::DateOrder;

fn taken() -> ApiError {
    let detail = "another mapping has this name";
    ApiError::new(Code::ImportMappingExists, detail).with(Fault::field("/name", "taken", detail))
}

pub async fn insert(mut conn: &Conn, row: &MappingRow) -> ApiResult<()> {
    let inserted = diesel::insert_into(import_mappings::table).values(row).execute(&mut conn).await;
    inserted.on_constraint("import_mappings_name_key", taken)?;
    Ok(())
}

pub async fn update(mut conn: &Conn, row: &MappingRow) -> ApiResult<()> {
    let own = import_mappings::table.find((row.workspace_id, row.id));
    let updated = diesel::update(own).set(row).execute(&mut conn).await;
    updated.on_constraint("import_mappings_name_key", taken)?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: MappingId) -> ApiResult<MappingRow> {
    let own = import_mappings::workspace_id.eq(workspace).and(import_mappings::id.eq(id));
    Ok(MappingRow::query().filter(own).first(&mut conn).await?)
}

/// Locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: MappingId) -> ApiResult<MappingRow> {
    let own = import_mappings::workspace_id.eq(workspace).and(import_mappings::id.eq(id));
    Ok(MappingRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// Newest first.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: Option<&Position>,
    fetch: i64,
) -> ApiResult<Vec<MappingRow>> {
    let rows = MappingRow::query().filter(import_mappings::workspace_id.eq(workspace)).into_boxed();
    let rows = crate::sort::keyset!(rows, true, import_mappings::id, from.map(|from| from.id));
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: MappingId) -> ApiResult<()> {
    diesel::delete(import_mappings::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "import_mappings",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "name",
        "name_key",
        "has_header",
        "delimiter",
        "encoding",
        "date_order",
        "mapped_columns",
    ],
    id: Some("id"),
    key: &["id"],
    checks: &[("date_order", is::<DateOrder>), ("mapped_columns", is::<Vec<MappedColumn>>)],
    created: Some(Kind::ImportMappingCreated),
    ..Table::NONE
};
