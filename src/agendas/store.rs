//! Every statement about agendas, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::AgendaRow;
use crate::db::schema::{agendas, meetings};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::meetings::MeetingId;
use crate::sort::keyset;

/// An agenda, if it was ever written. Whoever writes one has locked its meeting.
pub async fn find(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Option<AgendaRow>> {
    let own = agendas::workspace_id.eq(workspace).and(agendas::meeting_id.eq(meeting));
    Ok(AgendaRow::query().filter(own).first(&mut conn).await.optional()?)
}

pub async fn insert(mut conn: &Conn, row: &AgendaRow) -> ApiResult<()> {
    diesel::insert_into(agendas::table).values(row).execute(&mut conn).await?;
    Ok(())
}

/// Adds those of meetings without one, and tells which that were.
pub async fn insert_missing(mut conn: &Conn, rows: &[AgendaRow]) -> ApiResult<Vec<MeetingId>> {
    let added = diesel::insert_into(agendas::table).values(rows).on_conflict_do_nothing();
    Ok(added.returning(agendas::meeting_id).get_results(&mut conn).await?)
}

pub async fn update(mut conn: &Conn, row: &AgendaRow) -> ApiResult<()> {
    diesel::update(agendas::table.find((row.workspace_id, row.meeting_id))).set(row).execute(&mut conn).await?;
    Ok(())
}

/// Those of the meetings that follow this one, in the order of the meetings' ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<AgendaRow>> {
    let live = meetings::table.filter(meetings::workspace_id.eq(workspace).and(meetings::deleted_at.is_null()));
    let own = agendas::workspace_id.eq(workspace).and(agendas::meeting_id.eq_any(live.select(meetings::id)));
    let rows = keyset!(AgendaRow::query().filter(own).into_boxed(), false, agendas::meeting_id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}
