//! The statement of the search: the same for every table that has `search_words` and `deleted_at`.
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, SmallInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::query::Rank;
use crate::db::full_text::{Condition, TsQuery};
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
