//! Failed sign-ins per account and attempts per address, counted in the database: exact across instances.
mod store;

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};

pub use self::store::forget_old;
use super::sha256;
use crate::app::App;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::http::rate_limit;

const MINUTE: Duration = Duration::minutes(1);
/// Failures of one account that are borne within [`WINDOW`].
const FAILURES: u32 = 5;
/// Failures of one account are counted together when they are no further apart.
const WINDOW: Duration = Duration::minutes(15);
/// Mails that one account may ask for within [`MAIL_WINDOW`].
const MAILS: u32 = 3;
const MAIL_WINDOW: Duration = Duration::minutes(15);

/// Counts a sign-in, a registration or a forgotten password of an address.
pub async fn count_address(app: &App, address: IpAddr) -> ApiResult<()> {
    let Some(limit) = app.config.sign_in_limit else { return Ok(()) };
    let now = app.now();
    let key = format!("address:{:032x}", rate_limit::address_key(address));
    let (hits, started_at) = app.db.single(async |conn| store::hit(conn, &key, now, MINUTE).await).await?;
    if u32::try_from(hits).unwrap_or(0) <= limit.get() {
        Ok(())
    } else {
        Err(limited("sign-in", limit.get(), MINUTE, started_at + MINUTE, now))
    }
}

/// One attempt at an account's password. It counts as a failure before it is tried, so that many at once cannot slip
/// past the count; an address without an account is counted alike.
pub struct Attempt {
    key: String,
}

impl Attempt {
    /// 429 while the account waits: after five failures in fifteen minutes 30 s, doubled each time, at most 15 minutes.
    pub async fn begin(app: &App, email_key: &str) -> ApiResult<Self> {
        let key = account("account", email_key);
        let now = app.now();
        match app.db.single(async |conn| store::begin_attempt(conn, &key, now).await).await? {
            None => Ok(Self { key }),
            Some(blocked_until) => Err(limited("account", FAILURES, WINDOW, blocked_until, now)),
        }
    }

    /// The password was right: the failures before it are forgotten.
    pub async fn succeed(self, app: &App) -> ApiResult<()> {
        app.db.single(async |conn| store::clear(conn, &self.key).await).await
    }

    /// The password could not be tried.
    pub async fn take_back(self, app: &App) -> ApiResult<()> {
        app.db.single(async |conn| store::take_back_attempt(conn, &self.key, app.now()).await).await
    }
}

/// Forgets the failures of an account whose owner has proven who they are.
pub async fn clear_failures(conn: &Conn, email_key: &str) -> ApiResult<()> {
    store::clear(conn, &account("account", email_key)).await
}

/// Whether the account may get another mail that it asked for. `Err` says until when it has to wait.
pub async fn count_mail(
    conn: &Conn,
    what: &str,
    email_key: &str,
    now: DateTime<Utc>,
) -> ApiResult<Result<(), ApiError>> {
    let (hits, started_at) = store::hit(conn, &account(what, email_key), now, MAIL_WINDOW).await?;
    let allowed = u32::try_from(hits).is_ok_and(|hits| hits <= MAILS);
    Ok(if allowed { Ok(()) } else { Err(limited("mail", MAILS, MAIL_WINDOW, started_at + MAIL_WINDOW, now)) })
}

/// Hashed: what people type as their address may be anything, and is kept here whether there is such an account or not.
fn account(what: &str, email_key: &str) -> String {
    format!("{what}:{}", hex::encode(sha256(email_key.as_bytes())))
}

/// 429 by the quota of this name.
fn limited(name: &str, quota: u32, window: Duration, until: DateTime<Utc>, now: DateTime<Utc>) -> ApiError {
    let wait = u64::try_from((until - now).num_milliseconds()).unwrap_or(0).div_ceil(1000).max(1);
    rate_limit::refused(name, quota, window.to_std().unwrap_or_default(), wait)
}
