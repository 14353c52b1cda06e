//! Tickets: what a browser's `EventSource`, which sends no header, opens a stream with instead of the access token. A
//! ticket is good once and for half a minute, so that a URL in somebody's log opens nothing.
mod store;

use std::rc::Rc;

use chrono::{DateTime, Duration, Utc};

use super::access::Caller;
use super::device::Device;
use super::token::{self, OpaqueToken, Prefix};
use super::verify;
use crate::app::App;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};

const LIFETIME: Duration = Duration::seconds(30);

/// A ticket with the caller's own rights, and when it is too late to use it.
pub async fn issue(app: &App, caller: &Caller) -> ApiResult<(String, DateTime<Utc>)> {
    let token = OpaqueToken::generate(Prefix::StreamTicket).map_err(|error| ApiError::internal(&error))?;
    let expires_at = app.now() + LIFETIME;
    app.db.single(async |conn| store::insert(conn, &token.hash(), caller, expires_at).await).await?;
    Ok((token.expose().to_owned(), expires_at))
}

/// Spends a ticket. `None` when it is not good, or what it stands for no longer is.
pub async fn redeem(app: &App, text: &str, device: Device) -> ApiResult<Option<Rc<Caller>>> {
    if !token::well_formed(Prefix::StreamTicket, text) {
        return Ok(None);
    }
    app.rate_limits.may_guess(device.address)?;
    let spent = app.db.single(async |conn| store::take(conn, &token::hash(text), app.now()).await).await?;
    match spent {
        Some(credential) => verify::standing_caller(app, credential, device).await,
        None => Ok(None),
    }
}

/// Throws away tickets that nobody used.
pub async fn forget_old(conn: &Conn, now: DateTime<Utc>) -> ApiResult<usize> {
    store::delete_old(conn, now).await
}
