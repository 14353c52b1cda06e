//! Accounts and credentials: who is asking, in which workspace, and what they may do there.
//!
//! All randomness and all cryptography but argon2 come from AWS-LC, so that the service has one
//! cryptographic library to keep up to date.

pub mod access;
mod issue;
pub mod jwt;
pub mod keys;
pub mod password;
pub mod scope;
pub mod secrets;
pub mod token;
pub mod verify;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use secrecy::zeroize::Zeroizing;
use thiserror::Error;

pub use self::access::{Access, Caller};
pub use self::issue::access_token;
pub use self::keys::Keys;
pub use self::scope::*;

/// Operations that anybody may call, as `METHOD path`. The authorisation test reads it; everything else needs a scope.
pub const PUBLIC: &[&str] = &[
    "GET /healthz",
    "GET /readyz",
    "GET /.well-known/jwks.json",
    "GET /.well-known/oauth-protected-resource",
    "GET /v1/limits",
];

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
