//! Secrets and signatures (Standard Webhooks 1.0.0, "Signature scheme").
use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::model::EndpointId;
use crate::auth;
use crate::auth::secrets::{KeyRing, Place};
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult};

/// Bytes of a secret; the specification wants 24 to 64.
const BYTES: usize = 32;

/// What endpoints keep encrypted, each bound to its row and column.
pub struct Vault<'a> {
    pub ring: &'a KeyRing,
    pub workspace: WorkspaceId,
    pub endpoint: EndpointId,
}

impl Vault<'_> {
    pub fn seal(&self, column: &str, plain: &[u8]) -> ApiResult<Vec<u8>> {
        let row = Uuid::from(self.endpoint).to_string();
        self.ring.seal(&self.place(column, &row), plain).map_err(|error| ApiError::internal(&error))
    }

    pub fn open(&self, column: &str, sealed: &[u8]) -> ApiResult<Vec<u8>> {
        let row = Uuid::from(self.endpoint).to_string();
        let plain = self.ring.open(&self.place(column, &row), sealed).map_err(|error| ApiError::internal(&error))?;
        Ok(plain.expose_secret().clone())
    }

    fn place<'a>(&self, column: &'a str, row: &'a str) -> Place<'a> {
        Place { table: "webhook_endpoints", column, workspace: Some(self.workspace.into()), row }
    }

    pub fn seal_headers(&self, headers: &BTreeMap<String, String>) -> ApiResult<Option<Vec<u8>>> {
        if headers.is_empty() {
            return Ok(None);
        }
        let text = serde_json::to_vec(headers).map_err(|error| ApiError::internal(&error))?;
        self.seal("headers", &text).map(Some)
    }

    pub fn open_headers(&self, sealed: Option<&Vec<u8>>) -> ApiResult<BTreeMap<String, String>> {
        let Some(sealed) = sealed else { return Ok(BTreeMap::new()) };
        serde_json::from_slice(&self.open("headers", sealed)?).map_err(|error| ApiError::internal(&error))
    }
}

pub fn new_secret() -> ApiResult<Vec<u8>> {
    let secret = auth::random::<BYTES>().map_err(|error| ApiError::internal(&error))?;
    Ok(secret.to_vec())
}

/// As it is shown, once.
pub fn written(secret: &[u8]) -> String {
    format!("whsec_{}", BASE64.encode(secret))
}

/// `webhook-signature`: one for each secret that holds, the newest first.
pub fn signature(secrets: &[Vec<u8>], id: &str, timestamp: i64, body: &str) -> String {
    let signed = format!("{id}.{timestamp}.{body}");
    let sign = |secret: &Vec<u8>| {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
        format!("v1,{}", BASE64.encode(tag.as_ref()))
    };
    secrets.iter().map(sign).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_specification() {
        // The example of the reference libraries' documentation.
        let secret = BASE64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = signature(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
