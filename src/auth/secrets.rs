//! Secrets at rest: AES-256-GCM (NIST SP 800-38D) under a ring of keys, bound to their place.
//!
//! `INROAD_SECRET` holds one secret or several, separated by commas, each 32 random bytes in base64.
//! The first encrypts, all decrypt; so a new one is put in front, `needs_rekey` finds what is still
//! under an old one, and when nothing is, the old one can go.
//!
//! A sealed value is: version (1 byte), key id (4), nonce (12), ciphertext, tag (16). Random nonces
//! allow 2^32 values under one key (section 8.3), far more than a service has secrets.

mod format;
mod key;
#[cfg(test)]
mod tests;

use std::fmt;
use std::iter::once;

use aws_lc_rs::aead::{Aad, Nonce};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox, SecretString};
use thiserror::Error;

use self::format::Sealed;
use self::key::RingKey;
use super::{NoRandomness, random};

pub use self::format::Place;

const VERSION: u8 = 1;
const ID_LENGTH: usize = 4;
const NONCE_LENGTH: usize = 12;
const TAG_LENGTH: usize = 16;

type KeyId = [u8; ID_LENGTH];

/// What is wrong with `INROAD_SECRET`; names the position (from 1), never the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyRingError {
    /// Nothing there, or nothing between two commas.
    #[error("secret {0} is empty")]
    Empty(usize),
    /// Neither standard nor URL-safe base64 of 32 bytes.
    #[error("secret {0} is not base64 of exactly 32 bytes")]
    NotAKey(usize),
    /// Too few different bytes to be random.
    #[error("secret {0} is not random")]
    NotRandom(usize),
    /// The same as an earlier one.
    #[error("secret {0} repeats an earlier one")]
    Repeated(usize),
}

/// Sealing failed: no random nonce, or the library refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a secret could not be encrypted")]
pub struct SealError;

/// Why a sealed value could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OpenError {
    /// Too short, or of an unknown version.
    #[error("not a sealed value")]
    Malformed,
    /// Sealed under a key that is not in the ring.
    #[error("sealed under a key that is not configured")]
    UnknownKey,
    /// Altered, or moved to another place.
    #[error("the sealed value was altered or belongs to another place")]
    Rejected,
}

/// The configured keys; never empty.
pub struct KeyRing {
    first: RingKey,
    older: Vec<RingKey>,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys().map(|key| hex::encode(key.id))).finish()
    }
}

impl KeyRing {
    /// Reads the setting.
    pub fn parse(text: &SecretString) -> Result<Self, KeyRingError> {
        let mut parts = text.expose_secret().split(',').zip(1..);
        let (part, position) = parts.next().ok_or(KeyRingError::Empty(1))?;
        let first = RingKey::parse(part, position)?;
        let mut ring = Self { first, older: Vec::new() };
        for (part, position) in parts {
            let key = RingKey::parse(part, position)?;
            if ring.find(key.id).is_some() {
                return Err(KeyRingError::Repeated(position));
            }
            ring.older.push(key);
        }
        Ok(ring)
    }

    /// A new secret for `INROAD_SECRET`, to be shown to the operator once.
    pub fn generate() -> Result<String, NoRandomness> {
        key::generate()
    }

    /// Encrypts under the first key, for this place only.
    pub fn seal(&self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = random::<NONCE_LENGTH>().map_err(|_| SealError)?;
        let aad = Aad::from(place.bind(self.first.id));
        let mut text = Zeroizing::new(plain.to_vec());
        let tag = self
            .first
            .cipher
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(*nonce), aad, &mut text)
            .map_err(|_| SealError)?;
        let tag = tag.as_ref().try_into().map_err(|_| SealError)?;
        Ok(Sealed { id: self.first.id, nonce: *nonce, text: &text, tag }.write())
    }

    /// Decrypts what was sealed for this place under any key of the ring.
    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<SecretBox<Vec<u8>>, OpenError> {
        let sealed = Sealed::read(sealed).ok_or(OpenError::Malformed)?;
        let key = self.find(sealed.id).ok_or(OpenError::UnknownKey)?;
        let mut plain = SecretBox::new(Box::new(vec![0u8; sealed.text.len()]));
        let nonce = Nonce::assume_unique_for_key(sealed.nonce);
        let aad = Aad::from(place.bind(sealed.id));
        key.cipher
            .open_separate_gather(nonce, aad, sealed.text, &sealed.tag, plain.expose_secret_mut())
            .map_err(|_| OpenError::Rejected)?;
        Ok(plain)
    }

    /// Whether a value should be sealed anew: it isn't under the first key. Also true of what is no
    /// sealed value at all, so that a run over the table meets it and reports the failure.
    pub fn needs_rekey(&self, sealed: &[u8]) -> bool {
        Sealed::read(sealed).is_none_or(|sealed| sealed.id != self.first.id)
    }

    /// A key of its own for another purpose, from the first secret.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        self.first.derive(purpose)
    }

    /// [`derive`](Self::derive) for every secret, the first one's first: to go on accepting what was
    /// signed before a new secret was put in front.
    pub fn derive_all(&self, purpose: &str) -> Vec<[u8; 32]> {
        self.keys().map(|key| key.derive(purpose)).collect()
    }

    fn keys(&self) -> impl Iterator<Item = &RingKey> {
        once(&self.first).chain(&self.older)
    }

    fn find(&self, id: KeyId) -> Option<&RingKey> {
        self.keys().find(|key| key.id == id)
    }
}
