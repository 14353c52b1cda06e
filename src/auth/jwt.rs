//! Access tokens: JWTs (RFC 7519) of the profile RFC 9068, signed by this service alone.
//!
//! The defences are those of RFC 8725: the key, not the token, says which algorithm is used (3.1);
//! the type is checked (3.11), as are issuer and audience (3.8, 3.9); a key or an address of a key in
//! the header is never looked at (3.10). Times are compared with a given instant, so that tests can
//! move the clock: of the library only the signature functions are used, which know no clock.

mod key;
mod public;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Header, crypto, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

pub use self::key::SigningKey;
pub use self::public::{Algorithm, KeyError, PublicKey};

/// The type of access tokens (RFC 9068, section 2.1).
const TYPE: &str = "at+jwt";
/// How far clocks may disagree.
const LEEWAY_SECONDS: i64 = 60;
/// Ours have some 700 bytes; more isn't even decoded.
const MAX_LENGTH: usize = 8 * 1024;

/// What an access token says (RFC 9068, section 2.2, and three claims of ours).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it: the public URL of the service.
    pub iss: String,
    /// The user.
    pub sub: String,
    /// Whom it is for.
    pub aud: Audience,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// Before when it isn't valid yet; ours leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// Its own id.
    pub jti: String,
    /// The client that it was issued to.
    pub client_id: String,
    /// The scopes, separated by spaces (RFC 8693, section 4.2).
    pub scope: String,
    /// The workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wsp: Option<Uuid>,
    /// The session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Uuid>,
    /// Who acts, where someone acts for the user (RFC 8693, section 4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Value>,
}

/// One recipient or several (RFC 7519, section 4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// A string.
    One(String),
    /// An array.
    Many(Vec<String>),
}

impl Audience {
    /// Whether the token is meant for this recipient, among others.
    pub fn contains(&self, recipient: &str) -> bool {
        match self {
            Self::One(one) => one == recipient,
            Self::Many(many) => many.iter().any(|one| one == recipient),
        }
    }
}

/// Signing failed. Neither a valid key nor these claims give a reason to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a token could not be signed")]
pub struct SignError;

/// Why a token was refused. For the log: the client learns `invalid_token` (RFC 6750).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum TokenError {
    /// Not a JWT with the claims of an access token, or too long.
    #[error("not an access token")]
    Malformed,
    /// No key, or none that this service publishes.
    #[error("signed with an unknown key")]
    UnknownKey,
    /// Not signed by the key that it names, or not by that key's algorithm.
    #[error("the signature is wrong")]
    BadSignature,
    /// Over.
    #[error("the token has expired")]
    Expired,
    /// From the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// Another issuer's.
    #[error("the token is from another issuer")]
    WrongIssuer,
    /// Meant for somebody else.
    #[error("the token is for another audience")]
    WrongAudience,
    /// Signed by us, but as something else than an access token.
    #[error("the token is not an access token")]
    WrongType,
}

/// Signs an access token.
pub fn sign(key: &SigningKey, claims: &Claims) -> Result<String, SignError> {
    let mut header = Header::new(key.public().algorithm().into());
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.kid().to_owned());
    encode(&header, claims, key.encoding()).map_err(|_| SignError)
}

/// What is read of a header; whatever else it holds (`jwk`, `jku`, `x5c`, `x5u`) is not looked at.
#[derive(Deserialize)]
struct TokenHeader {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<Value>,
}

/// The published keys by their ids. Immutable: when keys change, make a new one.
#[derive(Debug, Clone, Default)]
pub struct Verifier {
    keys: BTreeMap<String, PublicKey>,
}

impl Verifier {
    /// Accepts tokens signed by these keys.
    pub fn new(keys: impl IntoIterator<Item = PublicKey>) -> Self {
        Self { keys: keys.into_iter().map(|key| (key.kid().to_owned(), key)).collect() }
    }

    /// The key set to publish (RFC 7517, section 5), in a stable order.
    pub fn jwks(&self) -> Value {
        json!({ "keys": self.keys.values().map(PublicKey::jwk).collect::<Vec<_>>() })
    }

    /// The claims of a token that is valid now, for this issuer and audience.
    pub fn verify(&self, token: &str, now: DateTime<Utc>, iss: &str, aud: &str) -> Result<Claims, TokenError> {
        if token.len() > MAX_LENGTH {
            return Err(TokenError::Malformed);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(TokenError::Malformed)?;
        let header: TokenHeader = read(header)?;
        self.check_signature(&header, message, signature)?;
        check_type(header.typ.as_deref())?;
        let claims: Claims = read(payload)?;
        check_claims(&claims, now.timestamp(), iss, aud)?;
        Ok(claims)
    }

    fn check_signature(&self, header: &TokenHeader, message: &str, signature: &str) -> Result<(), TokenError> {
        // We understand no extension, so one that must be understood is an error (RFC 7515, 4.1.11).
        if header.crit.is_some() {
            return Err(TokenError::Malformed);
        }
        let kid = header.kid.as_deref().ok_or(TokenError::UnknownKey)?;
        let key = self.keys.get(kid).ok_or(TokenError::UnknownKey)?;
        // The key decides; the header may only agree. This turns away `none`, HS256 with a public
        // key as its secret, and the algorithm of another key.
        if header.alg != key.algorithm().as_str() {
            return Err(TokenError::BadSignature);
        }
        let algorithm = key.algorithm().into();
        match crypto::verify(signature, message.as_bytes(), key.decoding(), algorithm) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(TokenError::BadSignature),
        }
    }
}

/// Base64url of JSON. A member that comes twice is an error.
fn read<T: DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)
}

/// `at+jwt`, in any case and with or without `application/` (RFC 9068, section 4; RFC 7515, 4.1.9).
fn check_type(typ: Option<&str>) -> Result<(), TokenError> {
    let typ = typ.ok_or(TokenError::WrongType)?.to_ascii_lowercase();
    if typ.strip_prefix("application/").unwrap_or(&typ) != TYPE {
        return Err(TokenError::WrongType);
    }
    Ok(())
}

fn check_claims(claims: &Claims, now: i64, iss: &str, aud: &str) -> Result<(), TokenError> {
    let latest_start = now.saturating_add(LEEWAY_SECONDS);
    if claims.iss != iss {
        Err(TokenError::WrongIssuer)
    } else if !claims.aud.contains(aud) {
        Err(TokenError::WrongAudience)
    } else if claims.exp.saturating_add(LEEWAY_SECONDS) <= now {
        Err(TokenError::Expired)
    } else if claims.iat > latest_start || claims.nbf.is_some_and(|nbf| nbf > latest_start) {
        Err(TokenError::NotYetValid)
    } else {
        Ok(())
    }
}
