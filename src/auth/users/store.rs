//! The statements of accounts, which belong to no workspace.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{UserRow, email_key};
use crate::db::Conn;
use crate::db::schema::users;
use crate::error::{ApiResult, OnConstraint};

pub async fn insert(mut conn: &Conn, row: &UserRow) -> ApiResult<()> {
    let inserted = diesel::insert_into(users::table).values(row).execute(&mut conn).await;
    inserted.on_constraint("users_email_key", super::email_taken)?;
    Ok(())
}

pub async fn find(mut conn: &Conn, id: Uuid) -> ApiResult<UserRow> {
    Ok(UserRow::query().filter(users::id.eq(id)).first(&mut conn).await?)
}

pub async fn find_by_email(mut conn: &Conn, email_key: &str) -> ApiResult<Option<UserRow>> {
    Ok(UserRow::query().filter(users::email_key.eq(email_key)).first(&mut conn).await.optional()?)
}

/// All accounts, in the order of their making, for the command line.
pub async fn list(mut conn: &Conn, after: Option<Uuid>, limit: i64) -> ApiResult<Vec<UserRow>> {
    let mut query = users::table.select(UserRow::as_select()).order(users::id).limit(limit).into_boxed();
    if let Some(after) = after {
        query = query.filter(users::id.gt(after));
    }
    Ok(query.load(&mut conn).await?)
}

/// Until the end of the transaction nobody else signs in, changes the password or deletes the account.
pub async fn lock(mut conn: &Conn, id: Uuid) -> ApiResult<Option<UserRow>> {
    let query = users::table.find(id).select(UserRow::as_select()).for_no_key_update();
    Ok(query.first(&mut conn).await.optional()?)
}

pub async fn lock_by_email(mut conn: &Conn, email_key: &str) -> ApiResult<Option<UserRow>> {
    let query = users::table.filter(users::email_key.eq(email_key)).select(UserRow::as_select()).for_no_key_update();
    Ok(query.first(&mut conn).await.optional()?)
}

pub async fn set_profile(mut conn: &Conn, row: &UserRow) -> ApiResult<()> {
    diesel::update(users::table.find(row.id))
        .set((
            users::name.eq(&row.name),
            users::time_zone.eq(&row.time_zone),
            users::locale.eq(&row.locale),
            users::version.eq(row.version),
            users::updated_at.eq(row.updated_at),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

pub async fn set_password(mut conn: &Conn, id: Uuid, hash: &str) -> ApiResult<()> {
    diesel::update(users::table.find(id)).set(users::password_hash.eq(hash)).execute(&mut conn).await?;
    Ok(())
}

/// Notes that the address is the user's own, unless that is known.
pub async fn set_verified(mut conn: &Conn, id: Uuid, now: DateTime<Utc>) -> ApiResult<()> {
    diesel::update(users::table.find(id).filter(users::email_verified_at.is_null()))
        .set((users::email_verified_at.eq(now), users::version.eq(users::version + 1), users::updated_at.eq(now)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Gives the account another address, which its owner has just proven to have.
pub async fn set_email(mut conn: &Conn, id: Uuid, email: &str, now: DateTime<Utc>) -> ApiResult<()> {
    let updated = diesel::update(users::table.find(id))
        .set((
            users::email.eq(email),
            users::email_key.eq(email_key(email)),
            users::email_verified_at.eq(now),
            users::version.eq(users::version + 1),
            users::updated_at.eq(now),
        ))
        .execute(&mut conn)
        .await;
    updated.on_constraint("users_email_key", super::email_taken)?;
    Ok(())
}

/// Sessions, tokens and memberships go with it.
pub async fn delete(mut conn: &Conn, id: Uuid) -> ApiResult<()> {
    diesel::delete(users::table.find(id)).execute(&mut conn).await?;
    Ok(())
}
