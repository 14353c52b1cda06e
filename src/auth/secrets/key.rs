//! One secret of the ring: reading it, and what is derived from it.
//!
//! The secret itself neither encrypts nor signs: each use gets a key of its own by HKDF-SHA-256
//! (RFC 5869), so that no two uses can interfere.

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::zeroize::Zeroizing;

use super::super::{NoRandomness, random, sha256};
use super::{KeyId, KeyRingError};

const KEY_LENGTH: usize = 32;

/// Fewer different bytes than this are not random: 32 random bytes have 30 on average.
const MIN_DIFFERENT_BYTES: usize = 16;

/// HKDF's salt: not secret, sets these keys apart from other uses of the same bytes.
const SALT: &[u8] = b"inroad key ring 1";

const ANY_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, ANY_PADDING);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, ANY_PADDING);

/// What a secret of the ring is used as.
pub(super) struct RingKey {
    pub(super) id: KeyId,
    pub(super) cipher: LessSafeKey,
    root: hmac::Key,
}

impl RingKey {
    /// Reads the secret at this position of the setting.
    pub(super) fn parse(text: &str, position: usize) -> Result<Self, KeyRingError> {
        let secret = decode(text.trim(), position)?;
        let [a, b, c, d, ..] = sha256(&secret);
        let root = extract(SALT, &secret);
        let key = Zeroizing::new(expand(&root, b"seal"));
        let cipher = UnboundKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| KeyRingError::NotAKey(position))?;
        Ok(Self { id: [a, b, c, d], cipher: LessSafeKey::new(cipher), root })
    }

    /// The key for a purpose outside of this module.
    pub(super) fn derive(&self, purpose: &str) -> [u8; 32] {
        // The prefix keeps any purpose apart from "seal".
        expand(&self.root, format!("derive/{purpose}").as_bytes())
    }
}

/// A new secret as text.
pub(super) fn generate() -> Result<String, NoRandomness> {
    let secret = random::<KEY_LENGTH>()?;
    Ok(URL_SAFE_NO_PAD.encode(secret.as_slice()))
}

/// The 32 bytes that a text stands for. The decoder's own error is dropped: it quotes the input.
fn decode(text: &str, position: usize) -> Result<Zeroizing<Vec<u8>>, KeyRingError> {
    if text.is_empty() {
        return Err(KeyRingError::Empty(position));
    }
    let bytes = BASE64
        .decode(text)
        .or_else(|_| BASE64_URL.decode(text))
        .map(Zeroizing::new)
        .map_err(|_| KeyRingError::NotAKey(position))?;
    if bytes.len() != KEY_LENGTH {
        return Err(KeyRingError::NotAKey(position));
    }
    if !looks_random(&bytes) {
        return Err(KeyRingError::NotRandom(position));
    }
    Ok(bytes)
}

/// Catches zeros, repeated letters and other fillers; random bytes fail once in 10^15.
fn looks_random(bytes: &[u8]) -> bool {
    let mut sorted = Zeroizing::new(bytes.to_vec());
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len() >= MIN_DIFFERENT_BYTES
}

/// HKDF-Extract (RFC 5869, section 2.2).
fn extract(salt: &[u8], secret: &[u8]) -> hmac::Key {
    let salt = hmac::Key::new(hmac::HMAC_SHA256, salt);
    hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&salt, secret).as_ref())
}

/// HKDF-Expand to one block (section 2.3): T(1) = HMAC(PRK, info | 0x01). Written out because the
/// library's general form can fail by its type, and one block cannot.
fn expand(root: &hmac::Key, info: &[u8]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(root);
    context.update(info);
    context.update(&[1]);
    let mut out = [0u8; 32];
    // Lengths agree: an HMAC-SHA-256 tag has 32 bytes.
    out.copy_from_slice(context.sign().as_ref());
    out
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::hkdf;

    use super::*;

    #[test]
    fn the_derivation_is_hkdf() {
        let secret = [7u8; 32];
        let ours = expand(&extract(SALT, &secret), b"some info");
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT);
        let mut theirs = [0u8; 32];
        let root = salt.extract(&secret);
        root.expand(&[b"some info"], hkdf::HKDF_SHA256).unwrap().fill(&mut theirs).unwrap();
        assert_eq!(ours, theirs);
    }

    #[test]
    fn fillers_are_not_random() {
        for filler in [[0u8; 32], *b"01234567890123456789012345678901"] {
            assert!(!looks_random(&filler));
        }
        for _ in 0..1_000 {
            assert!(looks_random(random::<32>().unwrap().as_slice()));
        }
    }
}
