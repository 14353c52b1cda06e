//! The statements of one-time tokens. They belong to a user, not to a workspace.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::Owner;
use super::model::Purpose;
use crate::auth::users::UserRow;
use crate::db::Conn;
use crate::db::schema::one_time_tokens;
use crate::error::ApiResult;

const OWNER: (one_time_tokens::user_id, one_time_tokens::email_key, one_time_tokens::new_email) =
    (one_time_tokens::user_id, one_time_tokens::email_key, one_time_tokens::new_email);

fn owner((user, email_key, new_email): (Uuid, String, Option<String>)) -> Owner {
    Owner { user, email_key, new_email }
}

pub async fn insert(
    mut conn: &Conn,
    hash: &[u8],
    user: &UserRow,
    purpose: Purpose,
    new_email: Option<&str>,
    now: DateTime<Utc>,
) -> ApiResult<()> {
    diesel::insert_into(one_time_tokens::table)
        .values((
            one_time_tokens::token_hash.eq(hash),
            one_time_tokens::user_id.eq(user.id),
            one_time_tokens::purpose.eq(purpose.name()),
            one_time_tokens::email_key.eq(&user.email_key),
            one_time_tokens::created_at.eq(now),
            one_time_tokens::expires_at.eq(now + purpose.lifetime()),
            one_time_tokens::new_email.eq(new_email),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Whose token this is, as long as it is good.
pub async fn find(mut conn: &Conn, hash: &[u8], purpose: &str, now: DateTime<Utc>) -> ApiResult<Option<Owner>> {
    let good = one_time_tokens::token_hash.eq(hash).and(one_time_tokens::purpose.eq(purpose));
    let query = one_time_tokens::table.filter(good).filter(one_time_tokens::expires_at.gt(now));
    Ok(query.select(OWNER).first(&mut conn).await.optional()?.map(owner))
}

/// Of two that use one token at once, one gets its owner.
pub async fn take(mut conn: &Conn, hash: &[u8], purpose: &str, now: DateTime<Utc>) -> ApiResult<Option<Owner>> {
    let good = one_time_tokens::token_hash.eq(hash).and(one_time_tokens::purpose.eq(purpose));
    let token = one_time_tokens::table.filter(good).filter(one_time_tokens::expires_at.gt(now));
    Ok(diesel::delete(token).returning(OWNER).get_result(&mut conn).await.optional()?.map(owner))
}

/// Makes the user's other tokens of this purpose useless.
pub async fn forget_of(mut conn: &Conn, user: Uuid, purpose: &str) -> ApiResult<()> {
    let mine = one_time_tokens::user_id.eq(user).and(one_time_tokens::purpose.eq(purpose));
    diesel::delete(one_time_tokens::table.filter(mine)).execute(&mut conn).await?;
    Ok(())
}

/// Throws away what has expired.
pub async fn forget_old(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<usize> {
    let old = one_time_tokens::table.filter(one_time_tokens::expires_at.le(now));
    Ok(diesel::delete(old).execute(&mut conn).await?)
}
