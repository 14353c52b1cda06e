//! What exports and their way back ask of the database itself.
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::{Array, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde_json::Value;
use uuid::Uuid;

use super::table::Table;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};

/// Rows that are read together.
const PAGE: usize = 500;

/// All that this transaction reads is of one moment, and its times are written in UTC. To be called before it has read
/// anything.
pub async fn freeze(conn: &mut Conn) -> ApiResult<()> {
    const FREEZE: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL TimeZone = 'UTC'";
    Ok(conn.batch_execute(FREEZE).await?)
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Jsonb)]
    line: Value,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    key: String,
}

/// The lines of a table behind an id, and the id behind which the next ones are; none at the end.
pub async fn page(
    mut conn: &Conn,
    workspace: WorkspaceId,
    table: &Table,
    after: Option<Uuid>,
) -> ApiResult<(Vec<Value>, Option<Uuid>)> {
    let together = if table.long.is_empty() { PAGE } else { 1 };
    let rows =
        diesel::sql_query(table.page(together)).bind::<SqlUuid, _>(workspace).bind::<Nullable<SqlUuid>, _>(after);
    let lines: Vec<Line> = rows.load(&mut conn).await?;
    let mut last = None;
    if let Some(sql) = table.last(together) {
        let query = diesel::sql_query(sql).bind::<SqlUuid, _>(workspace).bind::<Nullable<SqlUuid>, _>(after);
        last = query.get_result::<Id>(&mut conn).await.optional()?.map(|found| found.id);
    }
    Ok((lines.into_iter().map(|line| line.line).collect(), last))
}

/// Writes the lines that are not there yet, and tells their keys.
pub async fn insert(mut conn: &Conn, workspace: WorkspaceId, table: &Table, lines: &[Value]) -> ApiResult<Vec<String>> {
    let query = diesel::sql_query(table.insert()).bind::<SqlUuid, _>(workspace).bind::<Array<Jsonb>, _>(lines);
    let keys: Vec<Key> = query.load(&mut conn).await.map_err(|error| at_fault(table, error))?;
    Ok(keys.into_iter().map(|key| key.key).collect())
}

/// Fills in what points to rows of the same table.
pub async fn tie(mut conn: &Conn, workspace: WorkspaceId, table: &Table, lines: &[Value]) -> ApiResult<()> {
    let Some(sql) = table.tie() else { return Ok(()) };
    let query = diesel::sql_query(sql).bind::<SqlUuid, _>(workspace).bind::<Array<Jsonb>, _>(lines);
    query.execute(&mut conn).await.map_err(|error| at_fault(table, error))?;
    Ok(())
}

/// What the database refuses is what somebody has written into the archive. A check has the name of the table, and then
/// that of the column that it is about, or of what several of them must be to each other.
fn at_fault(table: &Table, error: DieselError) -> ApiError {
    use diesel::result::DatabaseErrorKind as Kind;
    match &error {
        DieselError::DatabaseError(Kind::ForeignKeyViolation, info) => {
            let detail = info.details().unwrap_or("points to what the archive does not have").to_owned();
            ApiError::field("", "dangling_reference", detail)
        }
        DieselError::DatabaseError(Kind::CheckViolation, info) => {
            let check = info.constraint_name().unwrap_or_default().trim_end_matches("_check");
            let rule = check.strip_prefix(table.name).unwrap_or(check).trim_start_matches('_');
            let detail = if table.columns.contains(&rule) {
                format!("`{rule}` is none of the values that it may have")
            } else {
                format!("the fields do not go together, by the rule `{rule}`")
            };
            ApiError::field("", "invalid", detail)
        }
        DieselError::DatabaseError(Kind::NotNullViolation, info) => {
            ApiError::field("", "invalid", format!("`{}` must not be null", info.column_name().unwrap_or_default()))
        }
        DieselError::DatabaseError(Kind::Unknown, info) => ApiError::field("", "invalid", info.message().to_owned()),
        _ => error.into(),
    }
}
