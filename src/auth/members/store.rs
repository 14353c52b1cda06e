//! The statements of members. The lock order is: owners by id, then the member in question, then the workspace.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{MemberRow, NamedMember};
use crate::auth::Role;
use crate::db::schema::{members, users};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

/// `members_pkey` says that the user is a member already.
pub async fn insert(mut conn: &Conn, row: &MemberRow) -> QueryResult<usize> {
    diesel::insert_into(members::table).values(row).execute(&mut conn).await
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    limit: i64,
) -> ApiResult<Vec<NamedMember>> {
    let mut query = members::table
        .inner_join(users::table)
        .filter(members::workspace_id.eq(workspace))
        .select((MemberRow::as_select(), users::name, users::email))
        .order(members::user_id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(members::user_id.gt(after));
    }
    Ok(query.load(&mut conn).await?)
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, user: Uuid) -> ApiResult<NamedMember> {
    let query = members::table.inner_join(users::table).filter(members::workspace_id.eq(workspace));
    let query = query.filter(members::user_id.eq(user)).select((MemberRow::as_select(), users::name, users::email));
    Ok(query.first(&mut conn).await?)
}

/// What the member may, if there is such a member.
pub async fn role(mut conn: &Conn, workspace: WorkspaceId, user: Uuid) -> ApiResult<Option<Role>> {
    let own = members::table.find((workspace, user)).select(members::role);
    Ok(own.first::<String>(&mut conn).await.optional()?.map(|name| Role::from_name(&name)))
}

pub async fn is_member(mut conn: &Conn, workspace: WorkspaceId, email_key: &str) -> ApiResult<bool> {
    let query = members::table.inner_join(users::table).filter(members::workspace_id.eq(workspace));
    let found =
        diesel::select(diesel::dsl::exists(query.filter(users::email_key.eq(email_key)).select(members::user_id)));
    Ok(found.get_result(&mut conn).await?)
}

/// Locks the owners: of two that would demote each other's last colleague, the second sees what the first did.
pub async fn lock_owners(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Vec<Uuid>> {
    Ok(members::table
        .filter(members::workspace_id.eq(workspace).and(members::role.eq("owner")))
        .select(members::user_id)
        .order(members::user_id)
        .for_update()
        .load(&mut conn)
        .await?)
}

pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, user: Uuid) -> ApiResult<MemberRow> {
    Ok(members::table.find((workspace, user)).select(MemberRow::as_select()).for_update().first(&mut conn).await?)
}

/// A user's workspaces and roles, locked in order. Crosses workspaces by nature: the account is to be deleted.
pub async fn lock_roles(mut conn: &Conn, user: Uuid) -> ApiResult<Vec<(WorkspaceId, String)>> {
    let mine: Vec<WorkspaceId> = members::table
        .filter(members::user_id.eq(user))
        .select(members::workspace_id)
        .order(members::workspace_id)
        .load(&mut conn)
        .await?;
    let mut roles = Vec::with_capacity(mine.len());
    for workspace in mine {
        lock_owners(conn, workspace).await?;
        if let Some(row) = members::table
            .find((workspace, user))
            .select(MemberRow::as_select())
            .for_update()
            .first(&mut conn)
            .await
            .optional()?
        {
            roles.push((workspace, row.role));
        }
    }
    Ok(roles)
}

/// Sets the role, and tells the version that the member has now.
pub async fn set_role(
    mut conn: &Conn,
    workspace: WorkspaceId,
    user: Uuid,
    role: &str,
    now: DateTime<Utc>,
) -> ApiResult<i32> {
    Ok(diesel::update(members::table.find((workspace, user)))
        .set((members::role.eq(role), members::version.eq(members::version + 1), members::updated_at.eq(now)))
        .returning(members::version)
        .get_result(&mut conn)
        .await?)
}

/// Notes a change of the member's account, and tells the version that the member has now.
pub async fn touch(mut conn: &Conn, workspace: WorkspaceId, user: Uuid, now: DateTime<Utc>) -> ApiResult<i32> {
    Ok(diesel::update(members::table.find((workspace, user)))
        .set((members::version.eq(members::version + 1), members::updated_at.eq(now)))
        .returning(members::version)
        .get_result(&mut conn)
        .await?)
}

/// Tells the version that the member had.
pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, user: Uuid) -> ApiResult<i32> {
    let row = diesel::delete(members::table.find((workspace, user)));
    Ok(row.returning(members::version).get_result(&mut conn).await?)
}

/// Where a member is written to; nothing of who is none any more.
#[derive(Debug, Queryable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Mailbox {
    pub name: String,
    pub address: String,
    /// Since when the address is known to be theirs.
    pub verified_at: Option<DateTime<Utc>>,
}

pub async fn mailbox(mut conn: &Conn, workspace: WorkspaceId, user: Uuid) -> ApiResult<Option<Mailbox>> {
    let own = members::workspace_id.eq(workspace).and(members::user_id.eq(user));
    let columns = (users::name, users::email, users::email_verified_at);
    let member = members::table.inner_join(users::table).filter(own);
    Ok(member.select(columns).first(&mut conn).await.optional()?)
}

/// The time zone of whoever has owned the workspace for longest: the seeker's.
pub async fn owner_zone(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<String> {
    let owners = members::workspace_id.eq(workspace).and(members::role.eq("owner"));
    let first = members::table.inner_join(users::table).filter(owners).order((members::created_at, members::user_id));
    Ok(first.select(users::time_zone).first(&mut conn).await?)
}
