use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Jsonb, SmallInt, Text};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::Claim;
use crate::db::schema::idempotency_keys;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

/// An answer, and what it was an answer to.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = idempotency_keys, check_for_backend(diesel::pg::Pg))]
pub struct Kept {
    pub fingerprint: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub status: i16,
    /// Names to values.
    pub headers: Value,
    pub body: Vec<u8>,
}

/// As [`try_lock`], and waits for whoever has it.
pub async fn wait_lock(mut conn: &Conn, key: i64) -> ApiResult<()> {
    diesel::define_sql_function! {
        fn pg_advisory_xact_lock(key: diesel::sql_types::BigInt);
    }
    diesel::select(pg_advisory_xact_lock(key)).execute(&mut conn).await?;
    Ok(())
}

/// Until the end of the transaction, so that it needs no session (operations: no session state).
pub async fn try_lock(mut conn: &Conn, key: i64) -> ApiResult<bool> {
    diesel::define_sql_function! {
        fn pg_try_advisory_xact_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
    }
    Ok(diesel::select(pg_try_advisory_xact_lock(key)).get_result(&mut conn).await?)
}

pub async fn find(mut conn: &Conn, claim: &Claim<'_>) -> ApiResult<Option<Kept>> {
    let row = idempotency_keys::table.find((claim.workspace, claim.credential, claim.route, claim.key));
    Ok(row.select(Kept::as_select()).first(&mut conn).await.optional()?)
}

pub async fn delete(mut conn: &Conn, claim: &Claim<'_>) -> ApiResult<()> {
    let row = idempotency_keys::table.find((claim.workspace, claim.credential, claim.route, claim.key));
    diesel::delete(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn insert(mut conn: &Conn, claim: &Claim<'_>, kept: Kept) -> ApiResult<()> {
    let Kept { fingerprint, created_at, status, headers, body } = kept;
    diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::workspace_id.eq(claim.workspace),
            idempotency_keys::credential.eq(claim.credential),
            idempotency_keys::route.eq(claim.route),
            idempotency_keys::key.eq(claim.key),
            idempotency_keys::fingerprint.eq(fingerprint),
            idempotency_keys::created_at.eq(created_at),
            idempotency_keys::status.eq(status),
            idempotency_keys::headers.eq(headers),
            idempotency_keys::body.eq(body),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Puts this answer in the place of all that have the id in their bodies.
pub async fn replace_those_with(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: Uuid,
    status: i16,
    headers: Value,
    body: Vec<u8>,
) -> ApiResult<()> {
    const REPLACE: &str = "UPDATE idempotency_keys SET status = $1, headers = $2, body = $3
        WHERE workspace_id = $4 AND position(convert_to($5, 'UTF8') IN body) > 0";
    diesel::sql_query(REPLACE)
        .bind::<SmallInt, _>(status)
        .bind::<Jsonb, _>(headers)
        .bind::<Binary, _>(body)
        .bind::<diesel::sql_types::Uuid, _>(workspace)
        .bind::<Text, _>(id.to_string())
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Those of all workspaces.
pub async fn delete_before(mut conn: &Conn, time: DateTime<Utc>) -> ApiResult<usize> {
    let old = idempotency_keys::table.filter(idempotency_keys::created_at.lt(time));
    Ok(diesel::delete(old).execute(&mut conn).await?)
}
