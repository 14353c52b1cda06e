//! Every statement about digests, each within one workspace, but for the one that looks for what is due.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{DigestFrequency, DigestRow};
use crate::alerts::model::{AlertRow, AlertState};
use crate::db::schema::{alert_digests, alerts};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, OnConstraint};

/// How many are sent in one go.
const BATCH: i64 = 500;

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, user: Uuid) -> ApiResult<Option<DigestRow>> {
    let own = alert_digests::workspace_id.eq(workspace).and(alert_digests::user_id.eq(user));
    Ok(DigestRow::query().filter(own).first(&mut conn).await.optional()?)
}

/// The row, locked until the end of the transaction; made first, if need be, so that there is one to lock.
pub async fn lock(mut conn: &Conn, fresh: &DigestRow) -> ApiResult<DigestRow> {
    let made = diesel::insert_into(alert_digests::table).values(fresh).on_conflict_do_nothing();
    // Who is no member any more has none.
    made.execute(&mut conn).await.on_constraint("alert_digests_member_fkey", ApiError::not_found)?;
    let own = alert_digests::workspace_id.eq(fresh.workspace_id).and(alert_digests::user_id.eq(fresh.user_id));
    Ok(DigestRow::query().filter(own).for_update().first(&mut conn).await?)
}

pub async fn update(mut conn: &Conn, row: &DigestRow) -> ApiResult<()> {
    diesel::update(alert_digests::table.find((row.workspace_id, row.user_id))).set(row).execute(&mut conn).await?;
    Ok(())
}

/// Unread alerts that were found after `since`, until `until`, the latest first.
pub async fn unread(
    mut conn: &Conn,
    workspace: WorkspaceId,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    most: i64,
) -> ApiResult<Vec<AlertRow>> {
    let own = alerts::workspace_id.eq(workspace).and(alerts::state.eq(AlertState::Unread));
    let new = alerts::created_at.gt(since).and(alerts::created_at.le(until));
    let rows = AlertRow::query().filter(own.and(new)).order((alerts::dated_at.desc(), alerts::id.desc()));
    Ok(rows.limit(most).load(&mut conn).await?)
}

/// Those whose time has come, over all workspaces: it is the service's own housekeeping.
pub async fn due(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<Vec<(WorkspaceId, Uuid)>> {
    let due = alert_digests::frequency.ne(DigestFrequency::Off).and(alert_digests::next_at.le(now));
    let columns = (alert_digests::workspace_id, alert_digests::user_id);
    let due = alert_digests::table.filter(due).order(alert_digests::next_at);
    Ok(due.limit(BATCH).select(columns).load(&mut conn).await?)
}
