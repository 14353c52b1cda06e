use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::Standing;
use crate::auth::scope::Role;
use crate::db::schema::{members, sessions};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

/// Crosses workspaces by nature: it decides which one the caller is in.
pub async fn standing(
    mut conn: &Conn,
    session: Uuid,
    workspace: Uuid,
    now: DateTime<Utc>,
) -> ApiResult<Option<Standing>> {
    let workspace = WorkspaceId::vouched(workspace);
    let found: Option<(Uuid, String, DateTime<Utc>)> = sessions::table
        .inner_join(members::table.on(members::user_id.eq(sessions::user_id)))
        .filter(sessions::id.eq(session).and(sessions::ended_at.is_null()).and(sessions::expires_at.gt(now)))
        .filter(members::workspace_id.eq(workspace))
        .select((sessions::user_id, members::role, sessions::signed_in_at))
        .first(&mut conn)
        .await
        .optional()?;
    Ok(found.map(|(user, role, signed_in_at)| Standing { user, role: Role::from_name(&role), signed_in_at }))
}
