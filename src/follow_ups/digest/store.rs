//! Every statement about digests, each within one workspace, but for the one that looks for what is due.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::DigestRow;
use crate::db::schema::follow_up_digests;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, OnConstraint};

/// How many are sent in one go.
const BATCH: i64 = 500;

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, user: Uuid) -> ApiResult<Option<DigestRow>> {
    let own = follow_up_digests::workspace_id.eq(workspace).and(follow_up_digests::user_id.eq(user));
    Ok(DigestRow::query().filter(own).first(&mut conn).await.optional()?)
}

/// The row, locked until the end of the transaction; made first, if need be, so that there is one to lock.
pub async fn lock(mut conn: &Conn, fresh: &DigestRow) -> ApiResult<DigestRow> {
    let made = diesel::insert_into(follow_up_digests::table).values(fresh).on_conflict_do_nothing();
    // Who is no member any more has none.
    made.execute(&mut conn).await.on_constraint("follow_up_digests_member_fkey", ApiError::not_found)?;
    let own = follow_up_digests::workspace_id.eq(fresh.workspace_id);
    let own = own.and(follow_up_digests::user_id.eq(fresh.user_id));
    Ok(DigestRow::query().filter(own).for_update().first(&mut conn).await?)
}

pub async fn update(mut conn: &Conn, row: &DigestRow) -> ApiResult<()> {
    diesel::update(follow_up_digests::table.find((row.workspace_id, row.user_id))).set(row).execute(&mut conn).await?;
    Ok(())
}

/// Those whose time has come, over all workspaces: it is the service's own housekeeping.
pub async fn due(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<Vec<(WorkspaceId, Uuid)>> {
    let due = follow_up_digests::enabled.and(follow_up_digests::next_at.le(now));
    let columns = (follow_up_digests::workspace_id, follow_up_digests::user_id);
    let due = follow_up_digests::table.filter(due).order(follow_up_digests::next_at);
    Ok(due.limit(BATCH).select(columns).load(&mut conn).await?)
}
