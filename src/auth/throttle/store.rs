//! The statements of the throttles. They belong to accounts and addresses, not to a workspace.
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::WINDOW;
use crate::db::Conn;
use crate::db::schema::throttles;
use crate::error::ApiResult;

/// Longer than any window and any delay.
const KEPT: Duration = Duration::hours(1);

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Window {
    #[diesel(sql_type = Integer)]
    hits: i32,
    #[diesel(sql_type = Timestamptz)]
    window_started_at: DateTime<Utc>,
}

/// Counts one in the present window of this length, or in a new one; tells how many it has and when it began.
pub async fn hit(mut conn: &Conn, key: &str, now: DateTime<Utc>, window: Duration) -> ApiResult<(i32, DateTime<Utc>)> {
    const HIT: &str = "INSERT INTO throttles AS t (key, hits, window_started_at) VALUES ($1, 1, $2)
        ON CONFLICT (key) DO UPDATE SET
            hits = CASE WHEN t.window_started_at <= $3 THEN 1 ELSE t.hits + 1 END,
            window_started_at = CASE WHEN t.window_started_at <= $3 THEN $2 ELSE t.window_started_at END
        RETURNING hits, window_started_at";
    let query = diesel::sql_query(HIT).bind::<Text, _>(key);
    let query = query.bind::<Timestamptz, _>(now).bind::<Timestamptz, _>(now - window);
    let Window { hits, window_started_at } = query.get_result(&mut conn).await?;
    Ok((hits, window_started_at))
}

/// Counts an attempt unless the account is blocked; then it tells until when. From the fifth on, each blocks those
/// after it.
pub async fn begin_attempt(mut conn: &Conn, key: &str, now: DateTime<Utc>) -> ApiResult<Option<DateTime<Utc>>> {
    const BEGIN: &str = "INSERT INTO throttles AS t (key, hits, window_started_at) VALUES ($1, 1, $2)
        ON CONFLICT (key) DO UPDATE SET
            hits = CASE WHEN coalesce(t.blocked_until, t.window_started_at) <= $3 THEN 1 ELSE t.hits + 1 END,
            window_started_at =
                CASE WHEN coalesce(t.blocked_until, t.window_started_at) <= $3 THEN $2 ELSE t.window_started_at END,
            blocked_until = CASE WHEN coalesce(t.blocked_until, t.window_started_at) > $3 AND t.hits >= 4
                THEN $2 + make_interval(secs => least(900, 30 * power(2, least(t.hits - 4, 5)))) END
        WHERE t.blocked_until IS NULL OR t.blocked_until <= $2";
    let query = diesel::sql_query(BEGIN).bind::<Text, _>(key);
    let query = query.bind::<Timestamptz, _>(now).bind::<Timestamptz, _>(now - WINDOW);
    if query.execute(&mut conn).await? == 1 {
        return Ok(None);
    }
    let blocked: Option<Option<DateTime<Utc>>> =
        throttles::table.find(key).select(throttles::blocked_until).first(&mut conn).await.optional()?;
    // A row that went away meanwhile was cleared by a success: the next attempt will be let in.
    Ok(Some(blocked.flatten().unwrap_or(now)))
}

pub async fn take_back_attempt(mut conn: &Conn, key: &str, now: DateTime<Utc>) -> ApiResult<()> {
    const TAKE_BACK: &str = "UPDATE throttles SET hits = hits - 1,
        blocked_until = CASE WHEN blocked_until IS NULL THEN NULL ELSE $2 END WHERE key = $1";
    let query = diesel::sql_query(TAKE_BACK).bind::<Text, _>(key).bind::<Timestamptz, _>(now);
    query.execute(&mut conn).await?;
    Ok(())
}

pub async fn clear(mut conn: &Conn, key: &str) -> ApiResult<()> {
    diesel::delete(throttles::table.find(key)).execute(&mut conn).await?;
    Ok(())
}

/// Throws away what no window and no delay reaches any more.
pub async fn forget_old(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<usize> {
    let unblocked = throttles::blocked_until.is_null().or(throttles::blocked_until.lt(now - KEPT));
    let old = throttles::table.filter(throttles::window_started_at.lt(now - KEPT)).filter(unblocked.assume_not_null());
    Ok(diesel::delete(old).execute(&mut conn).await?)
}
