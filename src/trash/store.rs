//! Every statement about the trash.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::schema::trash;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::sort::Position;

/// How many are purged in one go.
const BATCH: i64 = 500;

#[derive(Debug, HasQuery, Insertable)]
#[diesel(table_name = trash, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct TrashRow {
    pub workspace_id: WorkspaceId,
    pub id: Uuid,
    pub kind: String,
    pub title: String,
    pub deleted_at: DateTime<Utc>,
    pub deleted_by: Option<Uuid>,
    pub purge_at: DateTime<Utc>,
}

#[expect(clippy::too_many_arguments, reason = "a row, spelt out by the one caller")]
pub async fn insert(
    mut conn: &Conn,
    workspace_id: WorkspaceId,
    id: Uuid,
    kind: &str,
    title: &str,
    deleted_by: Option<Uuid>,
    deleted_at: DateTime<Utc>,
    purge_at: DateTime<Utc>,
) -> ApiResult<()> {
    let (kind, title) = (kind.to_owned(), title.to_owned());
    let row = TrashRow { workspace_id, id, kind, title, deleted_at, deleted_by, purge_at };
    diesel::insert_into(trash::table).values(&row).execute(&mut conn).await?;
    Ok(())
}

pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: Uuid) -> ApiResult<TrashRow> {
    let own = trash::workspace_id.eq(workspace).and(trash::id.eq(id));
    Ok(TrashRow::query().filter(own).for_update().first(&mut conn).await?)
}

pub async fn retitle(mut conn: &Conn, workspace: WorkspaceId, id: Uuid, title: &str) -> ApiResult<()> {
    let own = trash::table.find((workspace, id));
    diesel::update(own).set(trash::title.eq(title)).execute(&mut conn).await?;
    Ok(())
}

pub async fn remove(mut conn: &Conn, workspace: WorkspaceId, id: Uuid) -> ApiResult<()> {
    diesel::delete(trash::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

pub async fn remove_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<()> {
    let own = trash::workspace_id.eq(workspace).and(trash::id.eq_any(ids));
    diesel::delete(trash::table.filter(own)).execute(&mut conn).await?;
    Ok(())
}

/// Newest first.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    kinds: &[String],
    from: Option<&Position>,
    fetch: i64,
) -> ApiResult<Vec<TrashRow>> {
    let mut rows = TrashRow::query().filter(trash::workspace_id.eq(workspace)).into_boxed();
    if !kinds.is_empty() {
        rows = rows.filter(trash::kind.eq_any(kinds));
    }
    let from = from.and_then(|from| Some((from.at?, from.id)));
    rows = crate::sort::keyset!(rows, true, trash::deleted_at, trash::id, from);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// Over all workspaces: it is the service's own housekeeping.
pub async fn due(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<Vec<(WorkspaceId, Uuid)>> {
    let due = trash::table.filter(trash::purge_at.le(now)).order(trash::purge_at).limit(BATCH);
    Ok(due.select((trash::workspace_id, trash::id)).load(&mut conn).await?)
}
