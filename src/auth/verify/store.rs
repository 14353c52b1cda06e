use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::Standing;
use crate::auth::access::CredentialKind;
use crate::auth::scope::{Role, Scopes};
use crate::db::schema::{api_keys, members, sessions};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

/// Of the session or the key with this id.
pub async fn standing(conn: &Conn, id: Uuid, workspace: Uuid, now: DateTime<Utc>) -> ApiResult<Option<Standing>> {
    let workspace = WorkspaceId::vouched(workspace);
    match of_session(conn, id, workspace, now).await? {
        None => of_key(conn, id, workspace, now).await,
        found => Ok(found),
    }
}

/// Crosses workspaces by nature: it decides which one the caller is in.
async fn of_session(
    mut conn: &Conn,
    session: Uuid,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> ApiResult<Option<Standing>> {
    let found: Option<(Uuid, String, DateTime<Utc>)> = sessions::table
        .inner_join(members::table.on(members::user_id.eq(sessions::user_id)))
        .filter(sessions::id.eq(session).and(sessions::ended_at.is_null()).and(sessions::expires_at.gt(now)))
        .filter(members::workspace_id.eq(workspace))
        .select((sessions::user_id, members::role, sessions::signed_in_at))
        .first(&mut conn)
        .await
        .optional()?;
    Ok(found.map(|(user, role, signed_in_at)| {
        let role = Role::from_name(&role);
        Standing { kind: CredentialKind::Session, user, role, scopes: role.scopes(), signed_in_at, revision: 0 }
    }))
}

/// Of a key: its maker with their role, its scopes, when it was made, and its version.
type Found = (Uuid, String, Vec<String>, DateTime<Utc>, i32);

/// What a member is.
pub async fn role_of(mut conn: &Conn, user: Uuid, workspace: WorkspaceId) -> ApiResult<Option<Role>> {
    let role = members::table.find((workspace, user)).select(members::role);
    let role: Option<String> = role.first(&mut conn).await.optional()?;
    Ok(role.map(|name| Role::from_name(&name)))
}

/// A key may what both it and its maker may.
pub async fn of_key(
    mut conn: &Conn,
    key: Uuid,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> ApiResult<Option<Standing>> {
    let maker = members::workspace_id.eq(api_keys::workspace_id).and(members::user_id.eq(api_keys::created_by));
    let found: Option<Found> = api_keys::table
        .inner_join(members::table.on(maker))
        .filter(api_keys::workspace_id.eq(workspace).and(api_keys::id.eq(key)))
        .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now)))
        .select((members::user_id, members::role, api_keys::scopes, api_keys::created_at, api_keys::version))
        .first(&mut conn)
        .await
        .optional()?;
    Ok(found.map(|(user, role, scopes, signed_in_at, revision)| {
        let role = Role::from_name(&role);
        let scopes = Scopes::of_names(&scopes).and(Scopes::of_keys()).and(role.scopes());
        Standing { kind: CredentialKind::Key, user, role, scopes, signed_in_at, revision }
    }))
}
