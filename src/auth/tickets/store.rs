//! The statements of tickets. They are found by their secret, before it is known in which workspace.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::auth::access::Caller;
use crate::auth::scope::Scopes;
use crate::auth::verify::Credential;
use crate::db::Conn;
use crate::db::schema::stream_tickets;
use crate::error::{ApiError, ApiResult, Code, OnConstraint};

/// `stream_tickets_user_id_fkey` says that the account was deleted a moment ago.
pub async fn insert(mut conn: &Conn, hash: &[u8], caller: &Caller, expires_at: DateTime<Utc>) -> ApiResult<()> {
    let inserted = diesel::insert_into(stream_tickets::table)
        .values((
            stream_tickets::token_hash.eq(hash),
            stream_tickets::workspace_id.eq(caller.workspace),
            stream_tickets::user_id.eq(caller.user),
            stream_tickets::credential.eq(caller.credential),
            stream_tickets::scopes.eq(caller.scopes.to_string()),
            stream_tickets::credential_expires_at.eq(caller.expires_at),
            stream_tickets::expires_at.eq(expires_at),
        ))
        .execute(&mut conn)
        .await;
    let gone = || ApiError::new(Code::InvalidToken, "the account is gone");
    inserted.on_constraint("stream_tickets_user_id_fkey", gone).map(drop)
}

/// Removes a ticket that is still good: of two who bring it, one gets it.
pub async fn take(mut conn: &Conn, hash: &[u8], now: DateTime<Utc>) -> ApiResult<Option<Credential>> {
    let good = stream_tickets::table.find(hash).filter(stream_tickets::expires_at.gt(now));
    let taken: Option<(Uuid, Uuid, Uuid, String, DateTime<Utc>)> = diesel::delete(good)
        .returning((
            stream_tickets::workspace_id,
            stream_tickets::user_id,
            stream_tickets::credential,
            stream_tickets::scopes,
            stream_tickets::credential_expires_at,
        ))
        .get_result(&mut conn)
        .await
        .optional()?;
    Ok(taken.map(|(workspace, user, id, scopes, expires_at)| Credential {
        workspace,
        user,
        id,
        scopes: Scopes::parse(&scopes),
        expires_at,
    }))
}

pub async fn delete_old(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<usize> {
    let old = stream_tickets::table.filter(stream_tickets::expires_at.le(now));
    Ok(diesel::delete(old).execute(&mut conn).await?)
}
