//! The statements of the change log.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{self, Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::model::{ChangeRow as ChangeView, KindFilter};
use super::{Actor, Change};
use crate::db::columns::array_text;
use crate::db::schema::{changes, workspaces};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};

/// Rows of one statement.
const CHUNK: usize = 2_000;
/// Changes that one page looks through at most.
const SCANNED: i64 = 10_000;
/// Changes that are forgotten in one transaction.
const FORGOTTEN: i64 = 10_000;

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
    let (actor_kind, actor_id) = match actor {
        Actor::Member(id) => ("member", Some(id)),
        Actor::Key(id) => ("key", Some(id)),
        Actor::InvitedPerson => ("invited_person", None),
        Actor::Job => ("job", None),
    };
    for chunk in list.chunks(CHUNK) {
        let entries = Entries {
            workspace,
            now,
            actor_kind,
            actor_id,
            count: i64::try_from(chunk.len()).unwrap_or(i64::MAX),
            kinds: chunk.iter().map(|change| change.kind.name()).collect(),
            resources: chunk.iter().map(|change| change.resource_id).collect(),
            versions: chunk.iter().map(|change| change.version).collect(),
            fields: chunk.iter().map(|change| array_text(&change.fields)).collect(),
            details: chunk.iter().map(|change| change.details.clone()).collect(),
        };
        if entries.execute(&mut conn).await? < chunk.len() {
            return Err(ApiError::internal(&"the workspace of a change is not there"));
        }
    }
    Ok(())
}

/// The counter and the log in one statement that stays prepared: whoever else writes to the workspace waits from here
/// to the commit. Its arrays name their types, so that it can be prepared without knowing its parameters.
#[derive(QueryId)]
struct Entries {
    workspace: WorkspaceId,
    now: DateTime<Utc>,
    actor_kind: &'static str,
    actor_id: Option<Uuid>,
    count: i64,
    kinds: Vec<&'static str>,
    resources: Vec<Uuid>,
    versions: Vec<i32>,
    fields: Vec<String>,
    details: Vec<Option<Value>>,
}

impl QueryFragment<Pg> for Entries {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH counter AS (UPDATE workspaces SET change_seq = change_seq + ");
        out.push_bind_param::<BigInt, _>(&self.count)?;
        out.push_sql(" WHERE workspaces.id = ");
        out.push_bind_param::<sql_types::Uuid, _>(&self.workspace)?;
        out.push_sql(
            " RETURNING id, change_seq) INSERT INTO changes (workspace_id, seq, kind, resource_id, resource_version, \
             fields, details, occurred_at, actor_kind, actor_id) SELECT counter.id, counter.change_seq - ",
        );
        out.push_bind_param::<BigInt, _>(&self.count)?;
        out.push_sql(" + row.number, row.kind, row.resource_id, row.version, row.fields::text[], row.details, ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.actor_kind)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<sql_types::Uuid>, _>(&self.actor_id)?;
        out.push_sql(" FROM counter, unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.kinds)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<sql_types::Uuid>, _>(&self.resources)?;
        out.push_sql("::uuid[], ");
        out.push_bind_param::<Array<Integer>, _>(&self.versions)?;
        out.push_sql("::integer[], ");
        out.push_bind_param::<Array<Text>, _>(&self.fields)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<Nullable<Jsonb>>, _>(&self.details)?;
        out.push_sql("::jsonb[]) WITH ORDINALITY AS row (kind, resource_id, version, fields, details, number)");
        Ok(())
    }
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

/// How far the log reaches now.
pub async fn reached(conn: &Conn, workspace: WorkspaceId) -> ApiResult<i64> {
    extent(conn, workspace).await.map(|extent| extent.head)
}

/// The changes of these numbers that are still kept.
pub async fn numbered(mut conn: &Conn, workspace: WorkspaceId, numbers: &[i64]) -> ApiResult<Vec<ChangeView>> {
    let these = changes::workspace_id.eq(workspace).and(changes::seq.eq_any(numbers));
    Ok(ChangeView::query().filter(these).load(&mut conn).await?)
}

/// The changes of a time after a number, in their order.
pub async fn within(
    mut conn: &Conn,
    workspace: WorkspaceId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    seq: i64,
    most: i64,
) -> ApiResult<Vec<ChangeView>> {
    let newer = changes::workspace_id.eq(workspace).and(changes::seq.gt(seq));
    let then = newer.and(changes::occurred_at.ge(from)).and(changes::occurred_at.lt(until));
    Ok(ChangeView::query().filter(then).order(changes::seq).limit(most).load(&mut conn).await?)
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
