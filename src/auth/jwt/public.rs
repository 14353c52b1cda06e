//! The public halves of signing keys, as JWKs (RFC 7517, 7518, 8037).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use super::super::sha256;

/// RFC 7518, section 3.3: 2048 bits or more.
const MIN_RSA_BYTES: usize = 256;

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA PKCS #1 v1.5 with SHA-256.
    Rs256,
}

impl Algorithm {
    /// The registered name (RFC 7518, section 3.1; RFC 8037, section 3.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Es256, Self::EdDsa, Self::Rs256].into_iter().find(|alg| alg.as_str() == name)
    }
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Es256 => Self::ES256,
            Algorithm::EdDsa => Self::EdDSA,
            Algorithm::Rs256 => Self::RS256,
        }
    }
}

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Making a new one failed.
    #[error("a signing key could not be made")]
    NotMade,
    /// These bytes, or this JWK, are no key for the algorithm.
    #[error("not a key of this algorithm")]
    Invalid,
}

/// The members of a JWK that are the key itself. They serialise in the order that RFC 7638 wants
/// (section 3.3: by name), so that the JSON text is the input of the thumbprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Material {
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    kty: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

impl Material {
    fn new(kty: &str) -> Self {
        Self { crv: None, e: None, kty: kty.to_owned(), n: None, x: None, y: None }
    }

    /// From the uncompressed point (SEC 1, section 2.3.3).
    pub(super) fn es256(point: &[u8]) -> Option<Self> {
        let (x, y) = point.strip_prefix(&[4])?.split_at_checked(32)?;
        let crv = Some("P-256".to_owned());
        Some(Self { crv, x: Some(text(x)), y: Some(text(y)), ..Self::new("EC") })
    }

    pub(super) fn eddsa(public: &[u8]) -> Self {
        let crv = Some("Ed25519".to_owned());
        Self { crv, x: Some(text(public)), ..Self::new("OKP") }
    }

    pub(super) fn rs256(n: &[u8], e: &[u8]) -> Self {
        Self { n: Some(text(n)), e: Some(text(e)), ..Self::new("RSA") }
    }

    /// RFC 7638: base64url of SHA-256 of the key's own members.
    fn thumbprint(&self) -> Option<String> {
        serde_json::to_vec(self).ok().map(|json| text(&sha256(&json)))
    }

    /// The library's form of the key, when the members are of the right kind and size.
    fn decoding(&self, algorithm: Algorithm) -> Option<DecodingKey> {
        match (algorithm, self.kty.as_str(), self.crv.as_deref()) {
            (Algorithm::Es256, "EC", Some("P-256")) => {
                let (x, y) = (self.x.as_deref()?, self.y.as_deref()?);
                (size(x)? == 32 && size(y)? == 32).then_some(())?;
                DecodingKey::from_ec_components(x, y).ok()
            }
            (Algorithm::EdDsa, "OKP", Some("Ed25519")) => {
                let x = self.x.as_deref()?;
                (size(x)? == 32).then_some(())?;
                DecodingKey::from_ed_components(x).ok()
            }
            (Algorithm::Rs256, "RSA", None) => {
                let (n, e) = (self.n.as_deref()?, self.e.as_deref()?);
                (size(n)? >= MIN_RSA_BYTES).then_some(())?;
                DecodingKey::from_rsa_components(n, e).ok()
            }
            _ => None,
        }
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn size(text: &str) -> Option<usize> {
    URL_SAFE_NO_PAD.decode(text).ok().map(|bytes| bytes.len())
}

/// The half of a signing key that is published.
#[derive(Debug, Clone)]
pub struct PublicKey {
    kid: String,
    algorithm: Algorithm,
    material: Material,
    decoding: DecodingKey,
}

impl PublicKey {
    pub(super) fn new(algorithm: Algorithm, material: Material) -> Option<Self> {
        let decoding = material.decoding(algorithm)?;
        Some(Self { kid: material.thumbprint()?, algorithm, material, decoding })
    }

    /// Reads what [`jwk`](Self::jwk) wrote. The id is computed, never believed.
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyError> {
        let name = jwk.get("alg").and_then(Value::as_str).ok_or(KeyError::Invalid)?;
        let algorithm = Algorithm::parse(name).ok_or(KeyError::Invalid)?;
        let material = Material::deserialize(jwk).map_err(|_| KeyError::Invalid)?;
        Self::new(algorithm, material).ok_or(KeyError::Invalid)
    }

    /// The RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The only algorithm that this key is used with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key as it is published.
    pub fn jwk(&self) -> Value {
        let mut jwk = json!(self.material);
        if let Some(members) = jwk.as_object_mut() {
            members.insert("use".to_owned(), json!("sig"));
            members.insert("alg".to_owned(), json!(self.algorithm.as_str()));
            members.insert("kid".to_owned(), json!(self.kid));
        }
        jwk
    }

    pub(super) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }
}
