//! Accounts and credentials: who is asking, in which workspace, and what they may do there.
//!
//! All randomness and all cryptography but argon2 come from AWS-LC, so that the service has one
//! cryptographic library to keep up to date.

pub mod access;
pub mod api_keys;
pub mod device;
pub mod invitations;
mod issue;
pub mod jwt;
pub mod keys;
pub mod link;
pub mod members;
pub mod password;
pub mod recovery;
pub mod scope;
pub mod secrets;
pub mod sessions;
pub mod throttle;
pub mod tickets;
pub mod token;
pub mod users;
pub mod verify;
pub mod workspaces;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use secrecy::zeroize::Zeroizing;
use thiserror::Error;
use utoipa_actix_web::service_config::ServiceConfig;

pub use self::access::{Access, Caller};
pub use self::issue::access_token;
pub use self::keys::Keys;
pub use self::scope::*;
use crate::app::App;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};

/// Operations that anybody may call, as `METHOD path`. The authorisation test reads it; everything else needs a scope.
pub const PUBLIC: &[&str] = &[
    "GET /healthz",
    "GET /readyz",
    "GET /.well-known/jwks.json",
    "GET /.well-known/oauth-protected-resource",
    "GET /v1/limits",
    "POST /v1/auth/register",
    "POST /v1/auth/login",
    "POST /v1/auth/refresh",
    "POST /v1/auth/forgot-password",
    "POST /v1/auth/reset-password",
    "POST /v1/auth/verify-email",
    // The token in the path is all that these take.
    "GET /v1/bookings/{token}",
    "POST /v1/bookings/{token}/book",
    "POST /v1/bookings/{token}/reschedule",
    "POST /v1/bookings/{token}/cancel",
    "POST /v1/bookings/{token}/decline",
    "POST /v1/bookings/{token}/none-suit",
    // Signed with the secret of its address.
    "POST /v1/inbound/email",
];

/// Everything under `/v1/auth`, `/v1/me`, `/v1/workspaces`, `/v1/members`, `/v1/invitations` and `/v1/api-keys`.
pub fn configure(config: &mut ServiceConfig) {
    config
        .configure(users::configure)
        .configure(sessions::configure)
        .configure(recovery::configure)
        .configure(workspaces::configure)
        .configure(members::configure)
        .configure(invitations::configure)
        .configure(api_keys::configure);
}

/// Throws away sessions, tokens, counts and invitations whose time is over.
pub async fn forget_old(app: &App) -> ApiResult<usize> {
    let now = app.now();
    let forget = async |conn: &mut Conn| {
        Ok::<_, ApiError>(
            sessions::forget_old(conn, now).await?
                + recovery::forget_old(conn, now).await?
                + throttle::forget_old(conn, now).await?
                + tickets::forget_old(conn, now).await?,
        )
    };
    Ok(app.db.transaction(forget).await? + invitations::forget_old(app).await?)
}

/// The operating system could not give random bytes. Nothing secret may be made then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

/// `N` random bytes, wiped when dropped.
pub(crate) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, NoRandomness> {
    let mut bytes = Zeroizing::new([0u8; N]);
    SystemRandom::new().fill(bytes.as_mut_slice()).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// SHA-256 as an array.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0u8; 32];
    // Lengths agree: a SHA-256 digest has 32 bytes.
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}
