//! The statements of sessions and their refresh tokens. They belong to a user, not to a workspace.
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{RefreshTokenRow, SessionRow};
use crate::db::schema::{refresh_tokens, sessions};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

/// How long an ended session is kept.
const KEPT: Duration = Duration::days(1);

pub async fn insert(mut conn: &Conn, row: &SessionRow) -> ApiResult<()> {
    diesel::insert_into(sessions::table).values(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn insert_token(
    mut conn: &Conn,
    hash: &[u8],
    session: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> ApiResult<()> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::token_hash.eq(hash),
            refresh_tokens::session_id.eq(session),
            refresh_tokens::created_at.eq(now),
            refresh_tokens::expires_at.eq(expires_at),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

pub async fn session_of_token(mut conn: &Conn, hash: &[u8]) -> ApiResult<Option<(Uuid, Uuid)>> {
    let query = refresh_tokens::table.inner_join(sessions::table).filter(refresh_tokens::token_hash.eq(hash));
    Ok(query.select((sessions::id, sessions::user_id)).first(&mut conn).await.optional()?)
}

/// Whoever holds this lock alone touches the session and its tokens.
pub async fn lock(mut conn: &Conn, id: Uuid) -> ApiResult<Option<SessionRow>> {
    let query = sessions::table.find(id).select(SessionRow::as_select()).for_update();
    Ok(query.first(&mut conn).await.optional()?)
}

pub async fn find_token(mut conn: &Conn, hash: &[u8]) -> ApiResult<Option<RefreshTokenRow>> {
    Ok(RefreshTokenRow::query().filter(refresh_tokens::token_hash.eq(hash)).first(&mut conn).await.optional()?)
}

pub async fn use_token(mut conn: &Conn, hash: &[u8], now: DateTime<Utc>) -> ApiResult<()> {
    let token = refresh_tokens::table.find(hash);
    diesel::update(token).set(refresh_tokens::used_at.eq(now)).execute(&mut conn).await?;
    Ok(())
}

/// Notes where, whence and until when the session goes on.
pub async fn touch(mut conn: &Conn, row: &SessionRow) -> ApiResult<()> {
    diesel::update(sessions::table.find(row.id))
        .set((
            sessions::workspace_id.eq(row.workspace_id),
            sessions::last_used_at.eq(row.last_used_at),
            sessions::expires_at.eq(row.expires_at),
            sessions::ip_address.eq(&row.ip_address),
            sessions::user_agent.eq(&row.user_agent),
            sessions::version.eq(sessions::version + 1),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// The workspace of the session that the user used last.
pub async fn last_workspace(mut conn: &Conn, user: Uuid) -> ApiResult<Option<WorkspaceId>> {
    let query = sessions::table.filter(sessions::user_id.eq(user)).order(sessions::last_used_at.desc());
    Ok(query.select(sessions::workspace_id).first(&mut conn).await.optional()?)
}

/// Those that can still be used, newest first.
pub async fn list(
    mut conn: &Conn,
    user: Uuid,
    before: Option<Uuid>,
    limit: i64,
    now: DateTime<Utc>,
) -> ApiResult<Vec<SessionRow>> {
    let alive = sessions::user_id.eq(user).and(sessions::ended_at.is_null()).and(sessions::expires_at.gt(now));
    let mut query = sessions::table
        .filter(alive)
        .select(SessionRow::as_select())
        .order(sessions::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(sessions::id.lt(before));
    }
    Ok(query.load(&mut conn).await?)
}

/// The version of a session that can still be used, locked.
pub async fn lock_version(mut conn: &Conn, user: Uuid, id: Uuid, now: DateTime<Utc>) -> ApiResult<i32> {
    let alive = sessions::user_id.eq(user).and(sessions::ended_at.is_null()).and(sessions::expires_at.gt(now));
    let own = sessions::table.filter(sessions::id.eq(id)).filter(alive);
    Ok(own.select(sessions::version).for_update().first(&mut conn).await?)
}

/// Tells whether there was such a session to end.
pub async fn end(mut conn: &Conn, user: Uuid, id: Uuid, now: DateTime<Utc>) -> ApiResult<bool> {
    let alive = sessions::user_id.eq(user).and(sessions::ended_at.is_null()).and(sessions::expires_at.gt(now));
    let ended = diesel::update(sessions::table.filter(sessions::id.eq(id)).filter(alive))
        .set(sessions::ended_at.eq(now))
        .execute(&mut conn)
        .await?;
    Ok(ended == 1)
}

/// Ends all sessions of the user, but for one.
pub async fn end_others(mut conn: &Conn, user: Uuid, but: Option<Uuid>, now: DateTime<Utc>) -> ApiResult<usize> {
    let but = but.unwrap_or_default();
    let others = sessions::user_id.eq(user).and(sessions::id.ne(but)).and(sessions::ended_at.is_null());
    Ok(diesel::update(sessions::table.filter(others)).set(sessions::ended_at.eq(now)).execute(&mut conn).await?)
}

/// Throws away sessions that are over, with their refresh tokens.
pub async fn forget_old(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<usize> {
    let expired = diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(&mut conn).await?;
    let ended = diesel::delete(sessions::table.filter(sessions::ended_at.lt(now - KEPT))).execute(&mut conn).await?;
    Ok(expired + ended)
}
