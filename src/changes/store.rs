//! The statements of the change log.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{self, BigInt, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{ChangeRow as ChangeView, KindFilter};
use super::{Actor, Change};
use crate::db::columns::array_text;
use crate::db::schema::{changes, workspaces};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::insert_columns;

/// Rows of one statement.
const CHUNK: usize = 2_000;
/// Changes that one page looks through at most.
const SCANNED: i64 = 10_000;
/// Changes that are forgotten in one transaction.
const FORGOTTEN: i64 = 10_000;

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

/// An entry of the log, as it is told about one resource.
#[derive(Debug, Clone, Queryable)]
pub struct Entry {
    pub occurred_at: DateTime<Utc>,
    pub kind: String,
    pub resource_id: Uuid,
    pub version: i32,
    pub fields: Vec<String>,
    pub actor_id: Option<Uuid>,
}

/// What happened to these resources, oldest first.
pub async fn history(mut conn: &Conn, workspace: WorkspaceId, resources: &[Uuid]) -> ApiResult<Vec<Entry>> {
    let theirs = changes::workspace_id.eq(workspace).and(changes::resource_id.eq_any(resources));
    let columns = (
        changes::occurred_at,
        changes::kind,
        changes::resource_id,
        changes::resource_version,
        changes::fields,
        changes::actor_id,
    );
    Ok(changes::table.filter(theirs).select(columns).order(changes::seq).load(&mut conn).await?)
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

/// How far a workspace's log reaches.
pub struct Extent {
    /// The number of the newest change.
    pub head: i64,
    /// The number of the newest one that is no longer kept.
    pub forgotten: i64,
}

pub async fn extent(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Extent> {
    let columns = (workspaces::change_seq, workspaces::change_seq_forgotten);
    let (head, forgotten) = workspaces::table.find(workspace).select(columns).first(&mut conn).await?;
    Ok(Extent { head, forgotten })
}

/// The heads of several workspaces, for those who listen to them.
pub async fn heads(mut conn: &Conn, ids: &[WorkspaceId]) -> ApiResult<HashMap<WorkspaceId, i64>> {
    let wanted = workspaces::table.filter(workspaces::id.eq_any(ids));
    let heads: Vec<(WorkspaceId, i64)> =
        wanted.select((workspaces::id, workspaces::change_seq)).load(&mut conn).await?;
    Ok(heads.into_iter().collect())
}

/// The changes after a number, at most so many.
pub async fn after(mut conn: &Conn, workspace: WorkspaceId, seq: i64, most: i64) -> ApiResult<Vec<ChangeView>> {
    let newer = changes::workspace_id.eq(workspace).and(changes::seq.gt(seq));
    Ok(ChangeView::query().filter(newer).order(changes::seq).limit(most).load(&mut conn).await?)
}

/// A piece of the log that one page looks through, so that rare kinds don't make it read everything.
pub struct Window {
    after: i64,
    to: i64,
    limit: u16,
}

impl Window {
    pub fn new(after: i64, extent: &Extent, limit: u16) -> Self {
        Self { after, to: extent.head.min(after.saturating_add(SCANNED)), limit }
    }

    /// Where the next page begins.
    pub fn reached(&self, rows: &[ChangeView]) -> i64 {
        match rows.last() {
            Some(last) if rows.len() == usize::from(self.limit) => last.seq,
            _ => self.to.max(self.after),
        }
    }
}

/// The changes of a piece of the log that are of the wanted kinds.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    window: &Window,
    kinds: &KindFilter,
) -> ApiResult<Vec<ChangeView>> {
    let here = changes::workspace_id.eq(workspace).and(changes::seq.gt(window.after)).and(changes::seq.le(window.to));
    let mut rows = ChangeView::query().filter(here).into_boxed();
    if let Some(names) = kinds.names() {
        rows = rows.filter(changes::kind.eq_any(names));
    }
    Ok(rows.order(changes::seq).limit(i64::from(window.limit)).load(&mut conn).await?)
}

/// Forgets some of the changes from before a time, in every workspace, and how far that went in each.
pub async fn forget(conn: &mut Conn, before: DateTime<Utc>) -> ApiResult<usize> {
    let old = changes::table.filter(changes::occurred_at.lt(before)).order((changes::workspace_id, changes::seq));
    let old: Vec<(WorkspaceId, i64)> =
        old.select((changes::workspace_id, changes::seq)).limit(FORGOTTEN).load(conn).await?;
    let mut reached: HashMap<WorkspaceId, i64> = HashMap::new();
    for (workspace, seq) in &old {
        let last = reached.entry(*workspace).or_default();
        *last = (*last).max(*seq);
    }
    for (workspace, last) in reached {
        let gone = changes::workspace_id.eq(workspace).and(changes::seq.le(last)).and(changes::occurred_at.lt(before));
        diesel::delete(changes::table.filter(gone)).execute(conn).await?;
        diesel::update(workspaces::table.find(workspace))
            .set(workspaces::change_seq_forgotten.eq(last))
            .execute(conn)
            .await?;
    }
    Ok(old.len())
}
