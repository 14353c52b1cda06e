//! The statements of the search: the same for every table that has `search_words` and `deleted_at`.
use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Array, BigInt, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::query::Rank;
use crate::db::full_text::{Condition, TsQuery, TsVector, Vector};
use crate::db::schema::search_walks;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

/// What of one rank is looked for.
#[derive(Debug, Clone)]
pub struct Step {
    pub rank: Rank,
    pub fits: Condition,
    /// Only what is older than this.
    pub before: Option<Uuid>,
}

/// The newest of each rank, at most `fetch` of each.
struct Ranked<'a> {
    table: &'static str,
    workspace: WorkspaceId,
    steps: &'a [Step],
    fetch: i64,
}

/// Rank and id of what is found in one table, in no order.
pub async fn find(
    mut conn: &Conn,
    workspace: WorkspaceId,
    table: &'static str,
    steps: &[Step],
    fetch: i64,
) -> ApiResult<Vec<(i16, Uuid)>> {
    Ok(Ranked { table, workspace, steps, fetch }.load(&mut conn).await?)
}

impl Query for Ranked<'_> {
    type SqlType = (SmallInt, SqlUuid);
}

impl QueryId for Ranked<'_> {
    type QueryId = ();
    /// Kept prepared by its text: there are as many as there are tables and ways to go on.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Ranked<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for (index, step) in self.steps.iter().enumerate() {
            let union = if index > 0 { " UNION ALL " } else { "" };
            out.push_sql(union);
            out.push_sql("(SELECT ");
            out.push_sql(match step.rank {
                Rank::Anywhere => "1::int2",
                Rank::Heading => "2::int2",
                Rank::NameBegins => "3::int2",
                Rank::Name => "4::int2",
            });
            out.push_sql(" AS rank, id FROM ");
            out.push_identifier(self.table)?;
            out.push_sql(" WHERE workspace_id = ");
            out.push_bind_param::<SqlUuid, _>(&self.workspace)?;
            out.push_sql(" AND deleted_at IS NULL AND search_words @@ ");
            out.push_bind_param::<TsQuery, _>(&step.fits)?;
            if let Some(before) = &step.before {
                out.push_sql(" AND id < ");
                out.push_bind_param::<SqlUuid, _>(before)?;
            }
            out.push_sql(" ORDER BY id DESC LIMIT ");
            out.push_bind_param::<BigInt, _>(&self.fetch)?;
            out.push_sql(")");
        }
        Ok(())
    }
}

/// Writes what a search finds these rows of one table by.
pub async fn keep(
    mut conn: &Conn,
    workspace: WorkspaceId,
    table: &'static str,
    words: impl Iterator<Item = (Uuid, Vector)>,
) -> ApiResult<()> {
    let (ids, words): (Vec<Uuid>, Vec<Vector>) = words.unzip();
    diesel::sql_query(format!(
        "UPDATE {table} SET search_words = new.words FROM unnest($2, $3) AS new (id, words)
         WHERE {table}.workspace_id = $1 AND {table}.id = new.id"
    ))
    .bind::<SqlUuid, _>(workspace)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<TsVector>, _>(words)
    .execute(&mut conn)
    .await?;
    Ok(())
}

/// How far the rows of a kind were read by the present rules.
#[derive(Debug, Clone, Copy)]
pub struct Walk {
    /// Behind which row to go on.
    pub after: Option<(WorkspaceId, Uuid)>,
    pub rounds: i16,
    pub due_at: Option<DateTime<Utc>>,
}

/// The walk of this kind by these rules, begun where there is none, unless there is nothing to do now.
pub async fn due_walk(mut conn: &Conn, kind: &'static str, rules: i16, now: DateTime<Utc>) -> ApiResult<Option<Walk>> {
    const BEGIN: &str = "INSERT INTO search_walks AS walk (kind, rules, rounds, due_at) VALUES ($1, $2, 0, $3)
        ON CONFLICT (kind) DO UPDATE SET rules = excluded.rules, rounds = 0, after_workspace_id = NULL,
            after_id = NULL, due_at = excluded.due_at
        WHERE walk.rules < excluded.rules";
    let begin = diesel::sql_query(BEGIN).bind::<Text, _>(kind).bind::<SmallInt, _>(rules);
    begin.bind::<Timestamptz, _>(now).execute(&mut conn).await?;
    // An instance with newer rules does it by these.
    let due = search_walks::table.find(kind).filter(search_walks::rules.eq(rules).and(search_walks::due_at.le(now)));
    let columns =
        (search_walks::after_workspace_id, search_walks::after_id, search_walks::rounds, search_walks::due_at);
    type Row = (Option<WorkspaceId>, Option<Uuid>, i16, Option<DateTime<Utc>>);
    let row: Option<Row> = due.select(columns).first(&mut conn).await.optional()?;
    Ok(row.map(|(workspace, id, rounds, due_at)| Walk { after: workspace.zip(id), rounds, due_at }))
}

pub async fn keep_walk(mut conn: &Conn, kind: &'static str, walk: &Walk) -> ApiResult<()> {
    let (workspace, id) = walk.after.unzip();
    diesel::update(search_walks::table.find(kind))
        .set((
            search_walks::after_workspace_id.eq(workspace),
            search_walks::after_id.eq(id),
            search_walks::rounds.eq(walk.rounds),
            search_walks::due_at.eq(walk.due_at),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Rows of a table behind this one, over all workspaces, in their order: it is the service's own housekeeping.
pub async fn behind(
    mut conn: &Conn,
    table: &'static str,
    after: Option<(WorkspaceId, Uuid)>,
    limit: i64,
) -> ApiResult<Vec<(WorkspaceId, Uuid)>> {
    #[derive(QueryableByName)]
    #[diesel(check_for_backend(diesel::pg::Pg))]
    struct Place {
        #[diesel(sql_type = SqlUuid)]
        workspace_id: WorkspaceId,
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let (workspace, id) = after.map_or((Uuid::nil(), Uuid::nil()), |(workspace, id)| (workspace.into(), id));
    let query = diesel::sql_query(format!(
        "SELECT walked.workspace_id, walked.id FROM {table} AS walked
         WHERE (walked.workspace_id, walked.id) > ($1, $2) ORDER BY walked.workspace_id, walked.id LIMIT $3"
    ));
    let query = query.bind::<SqlUuid, _>(workspace).bind::<SqlUuid, _>(id).bind::<BigInt, _>(limit);
    let rows: Vec<Place> = query.load(&mut conn).await?;
    Ok(rows.into_iter().map(|place| (place.workspace_id, place.id)).collect())
}
