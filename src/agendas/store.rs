//! Every statement about agendas, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{AgendaItem, AgendaRow};
use crate::changes::Kind;
use crate::db::schema::agendas;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::Table;
use crate::exports::table::is;
use crate::meetings::{self, MeetingId};
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
    let live = agendas::meeting_id.eq_any(meetings::live_ids(workspace));
    let own = agendas::workspace_id.eq(workspace).and(live);
    let rows = keyset!(AgendaRow::query().filter(own).into_boxed(), false, agendas::meeting_id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "agendas",
    columns: &["meeting_id", "version", "created_at", "updated_at", "items"],
    id: Some("meeting_id"),
    key: &["meeting_id"],
    links: &[meetings::LINK],
    checks: &[("items", is::<Vec<AgendaItem>>)],
    created: Some(Kind::AgendaUpdated),
    ..Table::NONE
};
