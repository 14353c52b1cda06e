//! The statements of the job table. Jobs belong to the service, not to one workspace.
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::db::schema::jobs;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

/// A job in the hands of a runner.
#[derive(Debug, QueryableByName)]
#[diesel(table_name = jobs, check_for_backend(diesel::pg::Pg))]
pub struct Claimed {
    pub id: Uuid,
    pub kind: String,
    pub payload: Value,
    /// The fencing number: whoever has a lower one has lost the job.
    pub attempts: i32,
}

pub async fn insert(
    mut conn: &Conn,
    id: Uuid,
    workspace: Option<WorkspaceId>,
    kind: &str,
    payload: &Value,
    run_at: DateTime<Utc>,
) -> ApiResult<()> {
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(id),
            jobs::workspace_id.eq(workspace.map(Uuid::from)),
            jobs::kind.eq(kind),
            jobs::payload.eq(payload),
            jobs::created_at.eq(run_at),
            jobs::run_at.eq(run_at),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

pub async fn insert_many(
    mut conn: &Conn,
    workspace: WorkspaceId,
    kind: &str,
    rows: &[(Uuid, Value)],
    run_at: DateTime<Utc>,
) -> ApiResult<()> {
    for chunk in rows.chunks(1_000) {
        let row = |(id, payload): &(Uuid, Value)| {
            let whose = (jobs::id.eq(*id), jobs::workspace_id.eq(Uuid::from(workspace)));
            (
                whose,
                jobs::kind.eq(kind.to_owned()),
                jobs::payload.eq(payload.clone()),
                jobs::created_at.eq(run_at),
                jobs::run_at.eq(run_at),
            )
        };
        diesel::insert_into(jobs::table).values(chunk.iter().map(row).collect::<Vec<_>>()).execute(&mut conn).await?;
    }
    Ok(())
}

/// Takes the job that has waited longest; moving `run_at` forward is the lease. Only among the slow kinds, or only among
/// all others, when `slow` says so. Of the slow ones a workspace that has its `share` of them in hand waits until one of
/// these has ended, and others go before it.
pub async fn claim(
    mut conn: &Conn,
    now: DateTime<Utc>,
    lease: Duration,
    slow_kinds: &[&str],
    slow: Option<bool>,
    share: i64,
) -> ApiResult<Option<Claimed>> {
    const CLAIM: &str = "UPDATE jobs SET run_at = $1, claimed_until = $1, attempts = attempts + 1 WHERE id = (
            SELECT id FROM jobs WHERE run_at <= $2 AND dead_at IS NULL AND ($4 IS NULL OR (kind = ANY($3)) = $4)
            AND ($4 IS NOT TRUE OR workspace_id IS NULL OR workspace_id NOT IN (
                SELECT workspace_id FROM jobs WHERE claimed_until > $2 AND dead_at IS NULL AND kind = ANY($3)
                AND workspace_id IS NOT NULL GROUP BY workspace_id HAVING count(*) >= $5))
            ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED
        ) RETURNING id, kind, payload, attempts";
    let query = diesel::sql_query(CLAIM).bind::<Timestamptz, _>(now + lease).bind::<Timestamptz, _>(now);
    let query = query.bind::<Array<Text>, _>(slow_kinds).bind::<Nullable<Bool>, _>(slow).bind::<BigInt, _>(share);
    Ok(query.get_result(&mut conn).await.optional()?)
}

/// What all jobs of a kind hold, those that failed for good included. They are locked until the transaction ends.
pub async fn payloads(mut conn: &Conn, kind: &str) -> ApiResult<Vec<(Uuid, Value)>> {
    let query = jobs::table.filter(jobs::kind.eq(kind)).select((jobs::id, jobs::payload)).for_update();
    Ok(query.load(&mut conn).await?)
}

pub async fn set_payload(mut conn: &Conn, id: Uuid, payload: &Value) -> ApiResult<()> {
    diesel::update(jobs::table.find(id)).set(jobs::payload.eq(payload)).execute(&mut conn).await?;
    Ok(())
}

/// Moves the lease of a job in hand forward.
pub async fn renew(mut conn: &Conn, job: &Claimed, until: DateTime<Utc>) -> ApiResult<()> {
    let mine = jobs::table.filter(jobs::id.eq(job.id).and(jobs::attempts.eq(job.attempts)));
    diesel::update(mine).set((jobs::run_at.eq(until), jobs::claimed_until.eq(until))).execute(&mut conn).await?;
    Ok(())
}

pub async fn finish(mut conn: &Conn, id: Uuid, attempts: i32) -> ApiResult<()> {
    let mine = jobs::table.filter(jobs::id.eq(id).and(jobs::attempts.eq(attempts)));
    diesel::delete(mine).execute(&mut conn).await?;
    Ok(())
}

/// Puts it back for `retry_at`, or, without one, lays it aside as dead, where it can be read and retried.
pub async fn fail(
    mut conn: &Conn,
    job: &Claimed,
    error: &str,
    retry_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> ApiResult<()> {
    const FAIL: &str = "UPDATE jobs SET last_error = $1, run_at = coalesce($2, run_at), claimed_until = NULL, \
         dead_at = CASE WHEN $2 IS NULL THEN $3 END WHERE id = $4 AND attempts = $5";
    diesel::sql_query(FAIL)
        .bind::<Text, _>(error)
        .bind::<Nullable<Timestamptz>, _>(retry_at)
        .bind::<Timestamptz, _>(now)
        .bind::<diesel::sql_types::Uuid, _>(job.id)
        .bind::<diesel::sql_types::Integer, _>(job.attempts)
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Whether the task is due and this caller is the one to do it.
pub async fn take_turn(mut conn: &Conn, name: &str, now: DateTime<Utc>, every: Duration) -> ApiResult<bool> {
    const TURN: &str = "INSERT INTO periodic_tasks AS task (name, next_run_at) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET next_run_at = excluded.next_run_at WHERE task.next_run_at <= $3";
    let query = diesel::sql_query(TURN).bind::<Text, _>(name);
    let taken = query.bind::<Timestamptz, _>(now + every).bind::<Timestamptz, _>(now).execute(&mut conn).await?;
    Ok(taken == 1)
}

/// A job that has failed for good, as people see it: its payload may hold what is none of theirs.
#[derive(Debug, Queryable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct DeadJob {
    pub id: Uuid,
    pub kind: String,
    pub attempts: i32,
    pub dead_at: DateTime<Utc>,
    pub last_error: Option<String>,
}

/// How it stands with the jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Counts {
    /// Waiting: for a runner, for their time, or for another attempt.
    #[diesel(sql_type = BigInt)]
    pub queued: i64,
    #[diesel(sql_type = BigInt)]
    pub running: i64,
    /// For good.
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
    /// Since when the one is due that has waited for a runner for longest.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub oldest_due_at: Option<DateTime<Utc>>,
}

/// The columns of [`Counts`].
const COUNTS: &str = "count(*) FILTER (WHERE dead_at IS NULL AND claimed_until > $1 IS NOT TRUE) AS queued, \
    count(*) FILTER (WHERE dead_at IS NULL AND claimed_until > $1) AS running, \
    count(*) FILTER (WHERE dead_at IS NOT NULL) AS failed, \
    min(run_at) FILTER (WHERE dead_at IS NULL AND run_at <= $1) AS oldest_due_at";

pub async fn counts(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<Counts> {
    Ok(diesel::sql_query(format!("SELECT {COUNTS} FROM jobs"))
        .bind::<Timestamptz, _>(now)
        .get_result(&mut conn)
        .await?)
}

/// How it stands with the jobs of a kind.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct KindCounts {
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(embed)]
    pub counts: Counts,
}

/// By their names.
pub async fn counts_of_kinds(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<Vec<KindCounts>> {
    let query = diesel::sql_query(format!("SELECT kind, {COUNTS} FROM jobs GROUP BY kind ORDER BY kind"));
    Ok(query.bind::<Timestamptz, _>(now).load(&mut conn).await?)
}

/// The newest first.
pub async fn list_dead(mut conn: &Conn, limit: i64) -> ApiResult<Vec<DeadJob>> {
    let dead = jobs::table.filter(jobs::dead_at.is_not_null()).order(jobs::dead_at.desc()).limit(limit);
    let columns = (jobs::id, jobs::kind, jobs::attempts, jobs::dead_at.assume_not_null(), jobs::last_error);
    Ok(dead.select(columns).load(&mut conn).await?)
}

/// Tells whether there was such a failed job.
pub async fn retry(mut conn: &Conn, id: Uuid, now: DateTime<Utc>) -> ApiResult<bool> {
    let retried = diesel::update(jobs::table.find(id).filter(jobs::dead_at.is_not_null()))
        .set((jobs::dead_at.eq(None::<DateTime<Utc>>), jobs::attempts.eq(0), jobs::run_at.eq(now)))
        .execute(&mut conn)
        .await?;
    Ok(retried == 1)
}
