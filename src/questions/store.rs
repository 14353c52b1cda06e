//! Every statement about questions of the seekers' own, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{QuestionId, QuestionRow};
use super::query::ListQuery;
use crate::db::schema::questions;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::sort::keyset;
use crate::text::{anywhere, composed_labels, inroad_lowered};

pub async fn insert(mut conn: &Conn, row: &QuestionRow) -> ApiResult<()> {
    diesel::insert_into(questions::table).values(row).execute(&mut conn).await?;
    Ok(())
}

/// Adds those whose ids are free, and tells which that were.
pub async fn insert_missing(mut conn: &Conn, rows: &[QuestionRow]) -> ApiResult<Vec<QuestionId>> {
    let added = diesel::insert_into(questions::table).values(rows).on_conflict_do_nothing().returning(questions::id);
    Ok(added.get_results(&mut conn).await?)
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &QuestionRow) -> ApiResult<()> {
    diesel::update(questions::table.find((row.workspace_id, row.id))).set(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: QuestionId) -> ApiResult<QuestionRow> {
    let live = questions::workspace_id.eq(workspace).and(questions::id.eq(id)).and(questions::deleted_at.is_null());
    Ok(QuestionRow::query().filter(live).first(&mut conn).await?)
}

/// What a question asks, if it is there.
pub async fn text(mut conn: &Conn, workspace: WorkspaceId, id: QuestionId) -> ApiResult<Option<String>> {
    let live = questions::workspace_id.eq(workspace).and(questions::id.eq(id)).and(questions::deleted_at.is_null());
    Ok(questions::table.filter(live).select(questions::text).first(&mut conn).await.optional()?)
}

/// Those of these questions of the workspace's own that are not deleted.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[QuestionId]) -> ApiResult<Vec<QuestionRow>> {
    let own = questions::workspace_id.eq(workspace).and(questions::id.eq_any(ids));
    Ok(QuestionRow::query().filter(own.and(questions::deleted_at.is_null())).load(&mut conn).await?)
}

/// The row, deleted or not, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: QuestionId) -> ApiResult<Option<QuestionRow>> {
    let own = questions::workspace_id.eq(workspace).and(questions::id.eq(id));
    Ok(QuestionRow::query().filter(own).for_update().first(&mut conn).await.optional()?)
}

pub async fn purge(mut conn: &Conn, workspace: WorkspaceId, id: QuestionId) -> ApiResult<()> {
    diesel::delete(questions::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Questions that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<QuestionRow>> {
    let live = questions::workspace_id.eq(workspace).and(questions::deleted_at.is_null());
    let rows = keyset!(QuestionRow::query().filter(live).into_boxed(), false, questions::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// The newest first, from behind this one on.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<Uuid>,
) -> ApiResult<Vec<QuestionRow>> {
    let live = questions::workspace_id.eq(workspace).and(questions::deleted_at.is_null());
    let mut rows = QuestionRow::query().filter(live).into_boxed();
    if !query.category.is_empty() {
        rows = rows.filter(questions::category.eq_any(&query.category));
    }
    if !query.stage.is_empty() {
        rows = rows.filter(questions::stage.eq_any(&query.stage));
    }
    if !query.audience.is_empty() {
        rows = rows.filter(questions::audience.overlaps_with(query.audiences()));
    }
    if !query.tag.is_empty() {
        let wanted: Vec<String> = composed_labels(&query.tag).iter().map(|tag| tag.to_lowercase()).collect();
        rows = rows.filter(inroad_lowered(questions::tags).overlaps_with(wanted));
    }
    if let Some(part) = &query.q {
        rows = rows.filter(questions::folded.like(anywhere(&crate::text::fold(part))));
    }
    rows = keyset!(rows, true, questions::id, from);
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}
