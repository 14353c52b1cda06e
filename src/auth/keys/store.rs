//! The table of signing keys belongs to the service, not to one workspace.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::db::Conn;
use crate::db::schema::signing_keys;
use crate::error::ApiResult;

#[derive(Debug, HasQuery, Insertable)]
#[diesel(table_name = signing_keys, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct KeyRow {
    pub kid: String,
    pub algorithm: String,
    /// Sealed.
    pub private_key: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub signs_from: DateTime<Utc>,
    pub published_until: Option<DateTime<Utc>>,
}

pub async fn published(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<Vec<KeyRow>> {
    let published = signing_keys::published_until.is_null().or(signing_keys::published_until.gt(now));
    Ok(KeyRow::query().filter(published).load(&mut conn).await?)
}

pub async fn insert(mut conn: &Conn, row: &KeyRow) -> ApiResult<()> {
    diesel::insert_into(signing_keys::table).values(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn delete_all(mut conn: &Conn) -> ApiResult<()> {
    diesel::delete(signing_keys::table).execute(&mut conn).await?;
    Ok(())
}

/// Says when those keys go that would stay for ever.
pub async fn retire_all(mut conn: &Conn, published_until: DateTime<Utc>) -> ApiResult<()> {
    diesel::update(signing_keys::table.filter(signing_keys::published_until.is_null()))
        .set(signing_keys::published_until.eq(published_until))
        .execute(&mut conn)
        .await?;
    Ok(())
}

pub async fn set_private_key(mut conn: &Conn, kid: &str, sealed: Vec<u8>) -> ApiResult<()> {
    let row = signing_keys::table.find(kid);
    diesel::update(row).set(signing_keys::private_key.eq(sealed)).execute(&mut conn).await?;
    Ok(())
}
