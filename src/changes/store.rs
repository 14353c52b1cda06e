//! The statements of the change log.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{self, BigInt, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Actor, Change};
use crate::db::columns::array_text;
use crate::db::schema::{changes, workspaces};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::insert_columns;

/// Rows of one statement.
const CHUNK: usize = 2_000;

#[derive(Insertable)]
#[diesel(table_name = changes, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
struct ChangeRow<'a> {
    workspace_id: WorkspaceId,
    seq: i64,
    occurred_at: DateTime<Utc>,
    kind: &'static str,
    resource_id: Uuid,
    resource_version: i32,
    fields: &'a [String],
    actor_kind: &'static str,
    actor_id: Option<Uuid>,
}

/// Takes numbers from the workspace's counter, whose row stays locked until the commit: numbers are in commit order
/// and have no gaps, so that a reader of "all after n" never misses one.
pub async fn append(
    mut conn: &Conn,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
    actor: Actor,
    list: &[Change],
) -> ApiResult<()> {
    let count = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let last: i64 = diesel::update(workspaces::table.find(workspace))
        .set(workspaces::change_seq.eq(workspaces::change_seq + count))
        .returning(workspaces::change_seq)
        .get_result(&mut conn)
        .await?;
    let (actor_kind, actor_id) = match actor {
        Actor::Member(id) => ("member", Some(id)),
        Actor::Job => ("job", None),
    };
    let rows: Vec<ChangeRow> = list
        .iter()
        .zip(last - count + 1..)
        .map(|(change, seq)| ChangeRow {
            workspace_id: workspace,
            seq,
            occurred_at: now,
            kind: change.kind.name(),
            resource_id: change.resource_id,
            resource_version: change.version,
            fields: &change.fields,
            actor_kind,
            actor_id,
        })
        .collect();
    // A single row is inserted by a statement that stays prepared; one of several rows never does.
    if let [row] = rows.as_slice() {
        diesel::insert_into(changes::table).values(row).execute(&mut conn).await?;
        return Ok(());
    }
    for chunk in rows.chunks(CHUNK) {
        insert_columns!(&mut conn, "changes", chunk, row => {
            workspace_id: sql_types::Uuid = row.workspace_id,
            seq: BigInt = row.seq,
            occurred_at: Timestamptz = row.occurred_at,
            kind: Text = row.kind,
            resource_id: sql_types::Uuid = row.resource_id,
            resource_version: Integer = row.resource_version,
            fields as "text[]": Text = array_text(row.fields),
            actor_kind: Text = row.actor_kind,
            actor_id: Nullable<sql_types::Uuid> = row.actor_id,
        })?;
    }
    Ok(())
}
