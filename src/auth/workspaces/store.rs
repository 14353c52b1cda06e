//! The statements of workspaces. Those that list, make or delete workspaces cross them by nature, and run with the
//! owner's rights; each takes the user whose membership allows it.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::WorkspaceRow;
use crate::db::schema::{jobs, members, workspaces};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

pub async fn insert(mut conn: &Conn, row: &WorkspaceRow) -> ApiResult<()> {
    diesel::insert_into(workspaces::table).values(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<WorkspaceRow> {
    Ok(WorkspaceRow::query().filter(workspaces::id.eq(workspace)).first(&mut conn).await?)
}

pub async fn lock(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<WorkspaceRow> {
    Ok(workspaces::table.find(workspace).select(WorkspaceRow::as_select()).for_no_key_update().first(&mut conn).await?)
}

pub async fn rename(mut conn: &Conn, workspace: WorkspaceId, row: &WorkspaceRow) -> ApiResult<()> {
    diesel::update(workspaces::table.find(workspace))
        .set((
            workspaces::name.eq(&row.name),
            workspaces::version.eq(row.version),
            workspaces::updated_at.eq(row.updated_at),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// The user's workspaces with their roles, in the order of their making, after the one at `after`.
pub async fn list_mine(
    mut conn: &Conn,
    user: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> ApiResult<Vec<(WorkspaceRow, String)>> {
    let mut query = members::table
        .inner_join(workspaces::table)
        .filter(members::user_id.eq(user))
        .select((WorkspaceRow::as_select(), members::role))
        .order(members::workspace_id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(members::workspace_id.gt(WorkspaceId::vouched(after)));
    }
    Ok(query.load(&mut conn).await?)
}

pub async fn find_mine(mut conn: &Conn, user: Uuid, id: Uuid) -> ApiResult<Option<(WorkspaceRow, String)>> {
    let mine = members::workspace_id.eq(WorkspaceId::vouched(id)).and(members::user_id.eq(user));
    let query = members::table.inner_join(workspaces::table).filter(mine);
    Ok(query.select((WorkspaceRow::as_select(), members::role)).first(&mut conn).await.optional()?)
}

pub async fn oldest_mine(conn: &Conn, user: Uuid) -> ApiResult<Option<(WorkspaceRow, String)>> {
    Ok(list_mine(conn, user, None, 1).await?.pop())
}

/// Locks the workspace against new members, and tells whether it has one at most.
pub async fn lock_alone(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<bool> {
    workspaces::table.find(workspace).select(workspaces::id).for_update().first::<Uuid>(&mut conn).await?;
    let count: i64 = members::table.filter(members::workspace_id.eq(workspace)).count().get_result(&mut conn).await?;
    Ok(count <= 1)
}

/// Deletes the workspace with all that is in it, and the work that was queued for it.
pub async fn delete(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<()> {
    // Rows that point at one another may go in any order: what remains is looked at when all are gone.
    diesel::sql_query("SET CONSTRAINTS ALL DEFERRED").execute(&mut conn).await?;
    diesel::delete(workspaces::table.find(workspace)).execute(&mut conn).await?;
    let queued = jobs::table.filter(jobs::workspace_id.eq(Uuid::from(workspace)));
    diesel::delete(queued).execute(&mut conn).await?;
    Ok(())
}
