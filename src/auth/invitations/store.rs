//! The statements of invitations.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{InvitationId, InvitationRow};
use crate::db::schema::{invitations, workspaces};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

/// Workspaces that one turn of the housekeeping looks after.
const AT_ONCE: i64 = 500;

/// Replaces the invitation of the same address, if there is one: `invitations_email_key`. Two at once: the later stays.
pub async fn upsert(mut conn: &Conn, row: &InvitationRow) -> ApiResult<()> {
    diesel::insert_into(invitations::table)
        .values(row)
        .on_conflict((invitations::workspace_id, invitations::email_key))
        .do_update()
        .set((
            invitations::id.eq(row.id),
            invitations::version.eq(row.version),
            invitations::created_at.eq(row.created_at),
            invitations::updated_at.eq(row.updated_at),
            invitations::email.eq(&row.email),
            invitations::role.eq(&row.role),
            invitations::token_hash.eq(&row.token_hash),
            invitations::invited_by.eq(row.invited_by),
            invitations::expires_at.eq(row.expires_at),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Two who invite into one workspace do so one after the other, so that both see how many there are.
pub async fn lock_list(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<()> {
    let own = workspaces::table.find(workspace).select(workspaces::id).for_no_key_update();
    own.first::<Uuid>(&mut conn).await?;
    Ok(())
}

/// How many are open.
pub async fn count(mut conn: &Conn, workspace: WorkspaceId, now: DateTime<Utc>) -> ApiResult<i64> {
    let open = invitations::workspace_id.eq(workspace).and(invitations::expires_at.gt(now));
    Ok(invitations::table.filter(open).count().get_result(&mut conn).await?)
}

/// The invitation of an address, locked.
pub async fn lock_of_address(
    mut conn: &Conn,
    workspace: WorkspaceId,
    email_key: &str,
) -> ApiResult<Option<(InvitationId, i32)>> {
    let mine = invitations::workspace_id.eq(workspace).and(invitations::email_key.eq(email_key));
    let query = invitations::table.filter(mine).select((invitations::id, invitations::version)).for_update();
    Ok(query.first(&mut conn).await.optional()?)
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    limit: i64,
    now: DateTime<Utc>,
) -> ApiResult<Vec<InvitationRow>> {
    let open = invitations::workspace_id.eq(workspace).and(invitations::expires_at.gt(now));
    let mut query = invitations::table
        .filter(open)
        .select(InvitationRow::as_select())
        .order(invitations::id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(invitations::id.gt(InvitationId::from(after)));
    }
    Ok(query.load(&mut conn).await?)
}

pub async fn find(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: InvitationId,
    now: DateTime<Utc>,
) -> ApiResult<InvitationRow> {
    let open = invitations::workspace_id.eq(workspace).and(invitations::expires_at.gt(now));
    Ok(InvitationRow::query().filter(open).filter(invitations::id.eq(id)).first(&mut conn).await?)
}

/// By its token, locked, as long as it is good.
pub async fn lock_by_token(
    mut conn: &Conn,
    workspace: WorkspaceId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> ApiResult<Option<InvitationRow>> {
    let open = invitations::workspace_id.eq(workspace).and(invitations::expires_at.gt(now));
    let query = invitations::table.filter(open).filter(invitations::token_hash.eq(hash));
    Ok(query.select(InvitationRow::as_select()).for_update().first(&mut conn).await.optional()?)
}

pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: InvitationId) -> ApiResult<()> {
    diesel::delete(invitations::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Deletes what the user has invited; tells ids and versions.
pub async fn delete_of(mut conn: &Conn, workspace: WorkspaceId, user: Uuid) -> ApiResult<Vec<(InvitationId, i32)>> {
    let theirs = invitations::workspace_id.eq(workspace).and(invitations::invited_by.eq(user));
    let deleted = diesel::delete(invitations::table.filter(theirs));
    Ok(deleted.returning((invitations::id, invitations::version)).get_results(&mut conn).await?)
}

/// Deletes what has expired; tells ids and versions.
pub async fn delete_expired(
    mut conn: &Conn,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(InvitationId, i32)>> {
    let old = invitations::workspace_id.eq(workspace).and(invitations::expires_at.le(now));
    let deleted = diesel::delete(invitations::table.filter(old));
    Ok(deleted.returning((invitations::id, invitations::version)).get_results(&mut conn).await?)
}

/// Which workspaces have expired invitations. Crosses workspaces by nature: housekeeping.
pub async fn with_expired(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<Vec<WorkspaceId>> {
    let old = invitations::table.filter(invitations::expires_at.le(now));
    Ok(old.select(invitations::workspace_id).distinct().limit(AT_ONCE).load(&mut conn).await?)
}
