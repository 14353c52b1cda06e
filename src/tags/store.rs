//! Every statement about tags: each over all carriers, or over some thousand rows of one.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::model::Carrier;
use crate::db::full_text::{TsVector, Vector};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

/// Rows that are changed in one statement.
const CHUNK: i64 = 2_000;

/// A tag with the number of rows that carry it, for each of [`Carrier::ALL`] in its order.
#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct TagRow {
    #[diesel(sql_type = Text)]
    pub key: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Array<BigInt>)]
    pub counts: Vec<i64>,
}

/// Every tag of every live row that fits, as often as it is carried.
fn carried(fits: &str) -> String {
    let parts = Carrier::ALL.iter().enumerate().map(|(number, carrier)| {
        format!(
            "SELECT {number} AS carrier, id, tag, lower(tag COLLATE \"und-x-icu\") AS key
             FROM {}, unnest(tags) AS tag WHERE workspace_id = $1 AND deleted_at IS NULL AND tags <> '{{}}'{fits}",
            carrier.table()
        )
    });
    parts.collect::<Vec<_>>().join(" UNION ALL ")
}

fn counts() -> String {
    let counts = (0..Carrier::ALL.len()).map(|n| format!("count(DISTINCT id) FILTER (WHERE carrier = {n})"));
    format!("ARRAY[{}] AS counts", counts.collect::<Vec<_>>().join(", "))
}

/// Tags in alphabetical order, from behind `after` on.
pub async fn list(mut conn: &Conn, workspace: WorkspaceId, after: Option<&str>, fetch: i64) -> ApiResult<Vec<TagRow>> {
    let sql = format!(
        "SELECT key, mode() WITHIN GROUP (ORDER BY tag) AS name, {} FROM ({}) AS carried
         WHERE $2 IS NULL OR key COLLATE \"und-x-icu\" > $2 COLLATE \"und-x-icu\"
         GROUP BY key ORDER BY key COLLATE \"und-x-icu\" LIMIT $3",
        counts(),
        carried("")
    );
    let query = diesel::sql_query(sql).bind::<SqlUuid, _>(workspace).bind::<Nullable<Text>, _>(after);
    Ok(query.bind::<BigInt, _>(fetch).load(&mut conn).await?)
}

/// Those of these tags that something carries.
pub async fn find(mut conn: &Conn, workspace: WorkspaceId, keys: &[String]) -> ApiResult<Vec<TagRow>> {
    let sql = format!(
        "SELECT key, mode() WITHIN GROUP (ORDER BY tag) AS name, {} FROM ({}) AS carried
         WHERE key = ANY($2) GROUP BY key",
        counts(),
        // By the index of tags; a row that has one of them may have others.
        carried(" AND inroad_lowered(tags) && $2")
    );
    let query = diesel::sql_query(sql).bind::<SqlUuid, _>(workspace).bind::<Array<Text>, _>(keys);
    Ok(query.load(&mut conn).await?)
}

/// How these tags are spelled, in the trash, too: what comes back from there shall not bring them back.
pub async fn spellings(
    mut conn: &Conn,
    workspace: WorkspaceId,
    carrier: Carrier,
    keys: &[String],
) -> ApiResult<Vec<String>> {
    #[derive(QueryableByName)]
    #[diesel(check_for_backend(diesel::pg::Pg))]
    struct Spelling {
        #[diesel(sql_type = Text)]
        tag: String,
    }
    let sql = format!(
        "SELECT DISTINCT tag FROM {}, unnest(tags) AS tag
         WHERE workspace_id = $1 AND tags <> '{{}}' AND inroad_lowered(tags) && $2
         AND lower(tag COLLATE \"und-x-icu\") = ANY($2)",
        carrier.table()
    );
    let query = diesel::sql_query(sql).bind::<SqlUuid, _>(workspace).bind::<Array<Text>, _>(keys);
    let rows: Vec<Spelling> = query.load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| row.tag).collect())
}

/// A row and its tags.
#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Tagged {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Array<Text>)]
    pub tags: Vec<String>,
}

/// Some thousand rows that have any of these spellings, locked until the end of the transaction.
pub async fn lock_some(
    mut conn: &Conn,
    workspace: WorkspaceId,
    carrier: Carrier,
    spellings: &[String],
) -> ApiResult<Vec<Tagged>> {
    // In the order of ids, so that two who change the same rows wait and do not block each other.
    let sql = format!(
        "SELECT id, tags FROM {}
         WHERE workspace_id = $1 AND tags <> '{{}}' AND inroad_lowered(tags) && inroad_lowered($2) AND tags && $2
         ORDER BY id LIMIT $3 FOR UPDATE",
        carrier.table()
    );
    let query = diesel::sql_query(sql).bind::<SqlUuid, _>(workspace).bind::<Array<Text>, _>(spellings);
    Ok(query.bind::<BigInt, _>(CHUNK).load(&mut conn).await?)
}

/// A row whose tags were changed.
#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Touched {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Integer)]
    pub version: i32,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub live: bool,
}

/// Writes the tags, and what a search finds the rows by, at once: each write of a row is one into all of its indexes.
pub async fn put(
    mut conn: &Conn,
    workspace: WorkspaceId,
    carrier: Carrier,
    rows: Vec<(Tagged, Vector)>,
    now: DateTime<Utc>,
) -> ApiResult<Vec<Touched>> {
    let sql = format!(
        "UPDATE {0} SET version = version + 1, updated_at = $5, search_words = new.words,
             tags = ARRAY(SELECT jsonb_array_elements_text(new.tags))
         FROM unnest($2, $3, $4) AS new (id, tags, words) WHERE {0}.workspace_id = $1 AND {0}.id = new.id
         RETURNING {0}.id, version, deleted_at IS NULL AS live",
        carrier.table()
    );
    let (rows, words): (Vec<Tagged>, Vec<Vector>) = rows.into_iter().unzip();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let tags: Vec<Value> = rows.into_iter().map(|row| row.tags.into()).collect();
    let query = diesel::sql_query(sql).bind::<SqlUuid, _>(workspace).bind::<Array<SqlUuid>, _>(ids);
    let query = query.bind::<Array<Jsonb>, _>(tags).bind::<Array<TsVector>, _>(words);
    Ok(query.bind::<Timestamptz, _>(now).load(&mut conn).await?)
}
