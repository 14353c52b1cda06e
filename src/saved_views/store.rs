//! Every statement about saved views, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{SavedViewId, SavedViewRow, ViewResource};
use super::service::TAG;
use crate::db::schema::saved_views;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault, OnConstraint};
use crate::sort::{Position, keyset};

/// Views that are read at once for an archive.
const PAGE: i64 = 500;

/// Adds those whose ids and names are still free, and says which.
pub async fn insert_missing(mut conn: &Conn, rows: &[SavedViewRow]) -> ApiResult<Vec<SavedViewId>> {
    let mut added = Vec::new();
    for row in rows {
        let inserted = diesel::insert_into(saved_views::table).values(row).on_conflict_do_nothing();
        let id: Option<SavedViewId> = inserted.returning(saved_views::id).get_result(&mut conn).await.optional()?;
        added.extend(id);
    }
    Ok(added)
}

pub async fn insert(mut conn: &Conn, row: &SavedViewRow) -> ApiResult<()> {
    let inserted = diesel::insert_into(saved_views::table).values(row).execute(&mut conn).await;
    inserted.on_constraint("saved_views_name_key", taken)?;
    Ok(())
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &SavedViewRow) -> ApiResult<()> {
    let own = saved_views::table.find((row.workspace_id, row.id));
    let updated = diesel::update(own).set(row).execute(&mut conn).await;
    updated.on_constraint("saved_views_name_key", taken)?;
    Ok(())
}

fn taken() -> ApiError {
    let detail = "another saved view of this resource has this name";
    ApiError::new(Code::SavedViewExists, detail).with(Fault::field("/name", "taken", detail))
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: SavedViewId) -> ApiResult<SavedViewRow> {
    let own = saved_views::workspace_id.eq(workspace).and(saved_views::id.eq(id));
    Ok(SavedViewRow::query().filter(own).first(&mut conn).await?)
}

/// Those of these views that are there.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[SavedViewId]) -> ApiResult<Vec<SavedViewRow>> {
    let own = saved_views::workspace_id.eq(workspace).and(saved_views::id.eq_any(ids));
    Ok(SavedViewRow::query().filter(own).load(&mut conn).await?)
}

/// The row, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: SavedViewId) -> ApiResult<SavedViewRow> {
    let own = saved_views::workspace_id.eq(workspace).and(saved_views::id.eq(id));
    Ok(SavedViewRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// Those whose filters name tags, in the order of their ids, locked until the end of the transaction.
pub async fn lock_tagged(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Vec<SavedViewRow>> {
    let own = saved_views::workspace_id.eq(workspace).and(saved_views::filter.has_key(TAG));
    Ok(SavedViewRow::query().filter(own).order(saved_views::id).for_update().load(&mut conn).await?)
}

pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: SavedViewId) -> ApiResult<()> {
    diesel::delete(saved_views::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Some after this one, in the order of ids.
pub async fn after(mut conn: &Conn, workspace: WorkspaceId, after: Option<Uuid>) -> ApiResult<Vec<SavedViewRow>> {
    let next = saved_views::workspace_id.eq(workspace).and(saved_views::id.gt(after.unwrap_or_default()));
    Ok(SavedViewRow::query().filter(next).order(saved_views::id).limit(PAGE).load(&mut conn).await?)
}

/// By name.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    resources: &[ViewResource],
    from: Option<&Position>,
    fetch: i64,
) -> ApiResult<Vec<SavedViewRow>> {
    let mut rows = SavedViewRow::query().filter(saved_views::workspace_id.eq(workspace)).into_boxed();
    if !resources.is_empty() {
        rows = rows.filter(saved_views::resource.eq_any(resources));
    }
    let from = from.and_then(|from| Some((from.text.clone()?, from.id)));
    rows = keyset!(rows, false, saved_views::name, saved_views::id, from);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}
