//! Accounts, as readers of mail.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::Conn;
use crate::db::schema::users;
use crate::error::ApiResult;

/// Whom a mail goes to.
#[derive(Debug, Queryable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Reader {
    pub name: String,
    pub email: String,
    pub email_verified_at: Option<DateTime<Utc>>,
    pub time_zone: String,
}

pub async fn reader(mut conn: &Conn, user: Uuid) -> ApiResult<Reader> {
    let columns = (users::name, users::email, users::email_verified_at, users::time_zone);
    Ok(users::table.filter(users::id.eq(user)).select(columns).first(&mut conn).await?)
}
