//! All agendas, a page at a time, and all of them back into another workspace.
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{AgendaItem, AgendaRow};
use super::store;
use crate::changes::{Kind, Tx};
use crate::db::{Conn, Json, WorkspaceId};
use crate::error::ApiResult;
use crate::meetings::{self, MeetingId};
use crate::text::FreeText;

/// Agendas that are read at once.
const PAGE: i64 = 500;

/// An agenda as an archive has it: by the id of its meeting.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgendaRecord {
    pub id: MeetingId,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    items: Vec<AgendaItem>,
}

/// Agendas after this one in the order of their meetings' ids.
pub async fn after(conn: &Conn, workspace: WorkspaceId, after: Option<Uuid>) -> ApiResult<Vec<AgendaRecord>> {
    let record = |row: AgendaRow| {
        let AgendaRow { workspace_id: _, meeting_id: id, version, created_at, updated_at, items: Json(items) } = row;
        AgendaRecord { id, version, created_at, updated_at, items }
    };
    Ok(store::following(conn, workspace, after, PAGE).await?.into_iter().map(record).collect())
}

/// Adds the agendas of meetings that are there and have none, and says which.
pub async fn load(tx: &mut Tx<'_>, records: Vec<AgendaRecord>) -> ApiResult<Vec<MeetingId>> {
    let ids: Vec<MeetingId> = records.iter().map(|record| record.id).collect();
    let there: HashSet<_> = meetings::existing(tx.conn, tx.workspace, &ids).await?.into_iter().collect();
    let row = |AgendaRecord { id, version, created_at, updated_at, items }: AgendaRecord| AgendaRow {
        workspace_id: tx.workspace,
        meeting_id: id,
        version,
        created_at,
        updated_at,
        items: Json(items),
    };
    let rows: Vec<_> = records.into_iter().filter(|record| there.contains(&record.id)).map(row).collect();
    let added = store::insert_missing(tx.conn, &rows).await?;
    for row in rows.iter().filter(|row| added.contains(&row.meeting_id)) {
        tx.record(Kind::AgendaUpdated, row.meeting_id, row.version, Vec::new());
    }
    Ok(added)
}

/// What people wrote in those that follow this one, in the order of their meetings' ids, and the last of these, if others
/// may follow.
pub async fn free_texts(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<(Vec<FreeText>, Option<Uuid>)> {
    let rows = store::following(conn, workspace, after, fetch).await?;
    let last = rows.last().map(|row| row.meeting_id.into()).filter(|_| i64::try_from(rows.len()) == Ok(fetch));
    let texts = rows.into_iter().flat_map(|row| {
        let id = row.meeting_id.into();
        let titles = row.items.0.into_iter().enumerate();
        titles
            .filter_map(move |(at, item)| Some(FreeText { id, field: format!("items/{at}/title"), text: item.title? }))
    });
    Ok((texts.collect(), last))
}
