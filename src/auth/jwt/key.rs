//! Keys that sign access tokens.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::EncodingKey;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox};
use serde_json::Value;

use super::public::{Algorithm, KeyError, Material, PublicKey};

/// A key that signs. Its private half is stored sealed only.
#[derive(Debug)]
pub struct SigningKey {
    public: PublicKey,
    private: SecretBox<Vec<u8>>,
    encoding: EncodingKey,
}

impl SigningKey {
    /// A new key. RSA takes up to some seconds: call it on a blocking thread.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let der = generate_pkcs8(algorithm).ok_or(KeyError::NotMade)?;
        Self::from_pkcs8(algorithm, &der)
    }

    /// A stored key: PKCS #8 in DER.
    pub fn from_pkcs8(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        let material = read_pkcs8(algorithm, der).ok_or(KeyError::Invalid)?;
        Ok(Self {
            public: PublicKey::new(algorithm, material).ok_or(KeyError::Invalid)?,
            private: SecretBox::new(Box::new(der.to_vec())),
            encoding: encoding_key(algorithm, der).ok_or(KeyError::Invalid)?,
        })
    }

    /// The id in the header of what it signs.
    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    /// The half that is published.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The half that is published, as JSON.
    pub fn public_jwk(&self) -> Value {
        self.public.jwk()
    }

    /// What to store, sealed.
    pub fn private_pkcs8(&self) -> &[u8] {
        self.private.expose_secret()
    }

    pub(super) fn encoding(&self) -> &EncodingKey {
        &self.encoding
    }
}

fn generate_pkcs8(algorithm: Algorithm) -> Option<Zeroizing<Vec<u8>>> {
    let der = match algorithm {
        Algorithm::Es256 => {
            let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
            key.to_pkcs8v1().ok()?.as_ref().to_vec()
        }
        Algorithm::EdDsa => Ed25519KeyPair::generate().ok()?.to_pkcs8v1().ok()?.as_ref().to_vec(),
        Algorithm::Rs256 => {
            let key = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
            AsDer::<Pkcs8V1Der<'_>>::as_der(&key).ok()?.as_ref().to_vec()
        }
    };
    Some(Zeroizing::new(der))
}

/// Parses a private key, which checks it, and takes its public half.
fn read_pkcs8(algorithm: Algorithm, der: &[u8]) -> Option<Material> {
    match algorithm {
        Algorithm::Es256 => {
            let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).ok()?;
            Material::es256(key.public_key().as_ref())
        }
        Algorithm::EdDsa => {
            let key = Ed25519KeyPair::from_pkcs8(der).ok()?;
            Some(Material::eddsa(key.public_key().as_ref()))
        }
        Algorithm::Rs256 => {
            let key = RsaKeyPair::from_pkcs8(der).ok()?;
            let (n, e) = (key.public_key().modulus(), key.public_key().exponent());
            Some(Material::rs256(n.big_endian_without_leading_zero(), e.big_endian_without_leading_zero()))
        }
    }
}

/// The library's form of a private key. For RSA its DER form would be PKCS #1; of PEM it takes
/// PKCS #8 too.
fn encoding_key(algorithm: Algorithm, der: &[u8]) -> Option<EncodingKey> {
    match algorithm {
        Algorithm::Es256 => Some(EncodingKey::from_ec_der(der)),
        Algorithm::EdDsa => Some(EncodingKey::from_ed_der(der)),
        Algorithm::Rs256 => {
            let base64 = Zeroizing::new(STANDARD.encode(der));
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", base64.as_str());
            EncodingKey::from_rsa_pem(Zeroizing::new(pem).as_bytes()).ok()
        }
    }
}
