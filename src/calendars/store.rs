//! Every statement about feeds, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{CalendarFeedId, FeedRow};
use crate::db::schema::calendar_feeds;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, OnConstraint};
use crate::sort::keyset;

pub async fn insert(mut conn: &Conn, row: &FeedRow) -> ApiResult<()> {
    let inserted = diesel::insert_into(calendar_feeds::table).values(row).execute(&mut conn).await;
    // Only somebody who leaves the workspace at the same moment is met here.
    inserted.on_constraint("calendar_feeds_member_fkey", ApiError::not_found).map(drop)
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: CalendarFeedId) -> ApiResult<FeedRow> {
    let own = calendar_feeds::workspace_id.eq(workspace).and(calendar_feeds::id.eq(id));
    Ok(FeedRow::query().filter(own).first(&mut conn).await?)
}

/// The feed that an address leads to.
pub async fn with_token(mut conn: &Conn, workspace: WorkspaceId, hash: &[u8]) -> ApiResult<FeedRow> {
    let own = calendar_feeds::workspace_id.eq(workspace).and(calendar_feeds::token_hash.eq(hash));
    Ok(FeedRow::query().filter(own).first(&mut conn).await?)
}

/// The newest first.
pub async fn list(mut conn: &Conn, workspace: WorkspaceId, from: Option<Uuid>, fetch: i64) -> ApiResult<Vec<FeedRow>> {
    let rows = FeedRow::query().filter(calendar_feeds::workspace_id.eq(workspace)).into_boxed();
    let rows = keyset!(rows, true, calendar_feeds::id, from);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// How many there are.
pub async fn count(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<i64> {
    let own = calendar_feeds::table.filter(calendar_feeds::workspace_id.eq(workspace));
    Ok(own.count().get_result(&mut conn).await?)
}

/// Removes it; gives its version.
pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: CalendarFeedId) -> ApiResult<Option<i32>> {
    let gone = diesel::delete(calendar_feeds::table.find((workspace, id))).returning(calendar_feeds::version);
    Ok(gone.get_result(&mut conn).await.optional()?)
}
