//! Every statement about invitations by mail, each within one workspace.
use chrono::{DateTime, Utc};
use diesel::dsl::sum;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{InviteId, InviteRow};
use crate::db::schema::meeting_invites;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, OnConstraint};
use crate::meetings::MeetingId;

pub async fn insert(mut conn: &Conn, row: &InviteRow) -> ApiResult<()> {
    let inserted = diesel::insert_into(meeting_invites::table).values(row).execute(&mut conn).await;
    // The meeting is locked: it cannot go meanwhile.
    inserted.on_constraint("meeting_invites_meeting_fkey", ApiError::not_found).map(drop)
}

pub async fn update(mut conn: &Conn, row: &InviteRow) -> ApiResult<()> {
    diesel::update(meeting_invites::table.find((row.workspace_id, row.id))).set(row).execute(&mut conn).await?;
    Ok(())
}

/// Those of these meetings, in the order of their ids.
pub async fn of_meetings(mut conn: &Conn, workspace: WorkspaceId, meetings: &[MeetingId]) -> ApiResult<Vec<InviteRow>> {
    let own = meeting_invites::workspace_id.eq(workspace).and(meeting_invites::meeting_id.eq_any(meetings));
    Ok(InviteRow::query().filter(own).order(meeting_invites::id).load(&mut conn).await?)
}

/// As [`of_meetings`], locked until the end of the transaction.
pub async fn lock_of_meetings(
    mut conn: &Conn,
    workspace: WorkspaceId,
    meetings: &[MeetingId],
) -> ApiResult<Vec<InviteRow>> {
    let own = meeting_invites::workspace_id.eq(workspace).and(meeting_invites::meeting_id.eq_any(meetings));
    Ok(InviteRow::query().filter(own).order(meeting_invites::id).for_update().load(&mut conn).await?)
}

/// Those that went to one of these addresses, in the order of their ids.
pub async fn to_addresses(mut conn: &Conn, workspace: WorkspaceId, keys: &[String]) -> ApiResult<Vec<InviteRow>> {
    let own = meeting_invites::workspace_id.eq(workspace).and(meeting_invites::address_key.eq_any(keys));
    Ok(InviteRow::query().filter(own).order(meeting_invites::id).load(&mut conn).await?)
}

/// The meeting that calendars call so.
pub async fn called(mut conn: &Conn, workspace: WorkspaceId, uid: &str) -> ApiResult<Option<MeetingId>> {
    let own = meeting_invites::workspace_id.eq(workspace).and(meeting_invites::uid.eq(uid));
    let named = meeting_invites::table.filter(own).select(meeting_invites::meeting_id);
    Ok(named.first(&mut conn).await.optional()?)
}

pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, ids: &[InviteId]) -> ApiResult<()> {
    let own = meeting_invites::workspace_id.eq(workspace).and(meeting_invites::id.eq_any(ids));
    diesel::delete(meeting_invites::table.filter(own)).execute(&mut conn).await?;
    Ok(())
}

/// How many mails about meetings went out since midnight.
pub async fn sent_since(mut conn: &Conn, workspace: WorkspaceId, midnight: DateTime<Utc>) -> ApiResult<i64> {
    let today = meeting_invites::workspace_id.eq(workspace).and(meeting_invites::sent_at.ge(midnight));
    let sum = meeting_invites::table.filter(today).select(sum(meeting_invites::sent_count));
    Ok(sum.first::<Option<i64>>(&mut conn).await?.unwrap_or(0))
}
