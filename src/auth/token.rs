//! Opaque secrets: API keys, refresh tokens and the tokens in links.
//!
//! A token is its prefix, 256 random bits in 43 base62 digits, and the CRC-32 of all that in 6 more.
//! The prefix says what was leaked when one is found in a log; the checksum turns typing errors and
//! guesses away without asking the database. It is no protection: only the hash in the database is.
//! What is stored is SHA-256: with 256 bits of randomness there is nothing to guess, so nothing slow
//! or salted is needed.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::{NoRandomness, random, sha256};

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62^43 > 2^256.
const SECRET_DIGITS: usize = 43;
/// 62^6 > 2^32.
const CHECK_DIGITS: usize = 6;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// A refresh token.
    Refresh,
    /// The link that resets a password.
    PasswordReset,
    /// The link that verifies an e-mail address.
    EmailVerification,
    /// The link that invites somebody.
    Invitation,
    /// The ticket that opens a stream.
    StreamTicket,
    /// The link where an invited person books a time.
    Booking,
    /// The address of a calendar feed.
    Calendar,
    /// An API key.
    LiveKey,
    /// An API key of a test workspace.
    TestKey,
}

impl Prefix {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Refresh,
        Self::PasswordReset,
        Self::EmailVerification,
        Self::Invitation,
        Self::StreamTicket,
        Self::Booking,
        Self::Calendar,
        Self::LiveKey,
        Self::TestKey,
    ];

    /// The text that a token of this kind begins with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refresh => "inr_rt_",
            Self::PasswordReset => "inr_pr_",
            Self::EmailVerification => "inr_ev_",
            Self::Invitation => "inr_inv_",
            Self::StreamTicket => "inr_st_",
            Self::Booking => "inr_bk_",
            Self::Calendar => "inr_cal_",
            Self::LiveKey => "inr_live_",
            Self::TestKey => "inr_test_",
        }
    }

    /// The kind that a text begins like, well-formed or not.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|prefix| text.starts_with(prefix.as_str()))
    }
}

/// A new token: the only moment in which the service knows it.
#[derive(Clone)]
pub struct OpaqueToken {
    prefix: Prefix,
    text: SecretString,
}

impl fmt::Debug for OpaqueToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpaqueToken({}…)", self.prefix.as_str())
    }
}

impl OpaqueToken {
    /// 256 bits from the operating system.
    pub fn generate(prefix: Prefix) -> Result<Self, NoRandomness> {
        let secret = random::<32>()?;
        // Room for everything: a string that grows would leave copies behind.
        let mut text = String::with_capacity(64);
        text.push_str(prefix.as_str());
        push_base62(&mut text, Zeroizing::new(*secret), SECRET_DIGITS);
        let check = checksum(&text);
        text.push_str(&check);
        Ok(Self { prefix, text: SecretString::from(text) })
    }

    /// The token, to be handed to its owner.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// What to store.
    pub fn hash(&self) -> [u8; 32] {
        hash(self.expose())
    }
}

/// What is stored of a token, and looked up when one is presented.
pub fn hash(text: &str) -> [u8; 32] {
    sha256(text.as_bytes())
}

/// Whether a text can be a token of this kind: prefix, length, alphabet and checksum.
pub fn well_formed(prefix: Prefix, text: &str) -> bool {
    let digits = text.strip_prefix(prefix.as_str()).unwrap_or_default();
    digits.len() == SECRET_DIGITS + CHECK_DIGITS
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.split_at_checked(text.len() - CHECK_DIGITS).is_some_and(|(token, check)| checksum(token) == check)
}

/// Compares two hashes in constant time, where they don't meet in an index of the database.
pub fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    verify_slices_are_equal(a, b).is_ok()
}

/// The CRC-32 of prefix and secret in base62.
fn checksum(token: &str) -> String {
    let crc = crc32fast::hash(token.as_bytes());
    let mut out = String::with_capacity(CHECK_DIGITS);
    push_base62(&mut out, Zeroizing::new(crc.to_be_bytes()), CHECK_DIGITS);
    out
}

/// Appends a big-endian number in `count` base62 digits, the lowest first: nobody reads the number
/// back, so the order doesn't matter.
fn push_base62<const N: usize>(out: &mut String, mut number: Zeroizing<[u8; N]>, count: usize) {
    for _ in 0..count {
        let digit = divide(number.as_mut_slice());
        out.push(DIGITS.get(digit).copied().map_or('0', char::from));
    }
}

/// Divides a big-endian number by 62 in place and returns the remainder (long division).
fn divide(number: &mut [u8]) -> usize {
    let mut rest = 0usize;
    for byte in number {
        let value = rest * 256 + usize::from(*byte);
        // Below 256, because the rest is below 62.
        *byte = (value / 62) as u8;
        rest = value % 62;
    }
    rest
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn make(prefix: Prefix) -> String {
        OpaqueToken::generate(prefix).unwrap().expose().to_owned()
    }

    #[test]
    fn tokens_have_prefix_secret_and_checksum() {
        for prefix in Prefix::ALL {
            let text = make(prefix);
            assert_eq!(text.len(), prefix.as_str().len() + 49);
            assert_eq!(Prefix::of(&text), Some(prefix));
            for other in Prefix::ALL {
                assert_eq!(well_formed(other, &text), other == prefix);
            }
        }
        assert_eq!(Prefix::of("eyJhbGciOiJFUzI1NiJ9"), None);
    }

    #[test]
    fn tokens_differ_and_every_digit_occurs() {
        let tokens: HashSet<String> = (0..1_000).map(|_| make(Prefix::Refresh)).collect();
        assert_eq!(tokens.len(), 1_000);
        let digits: HashSet<u8> = tokens.iter().flat_map(|text| text.bytes().skip(7).take(42)).collect();
        assert_eq!(digits.len(), 62);
    }

    #[test]
    fn base62_loses_no_bit() {
        let mut text = String::new();
        push_base62(&mut text, Zeroizing::new([0xff; 32]), SECRET_DIGITS);
        // Reading it back gives 2^256 - 1, modulo 2^128.
        let number = text.bytes().rev().fold(0u128, |number, digit| {
            let value = DIGITS.iter().position(|known| *known == digit).unwrap();
            number.wrapping_mul(62).wrapping_add(value as u128)
        });
        assert_eq!(number, u128::MAX);
    }

    #[test]
    fn the_checksum_is_crc32() {
        // The check value of CRC-32/ISO-HDLC: 0xcbf43926 for "123456789".
        let mut expected = String::new();
        push_base62(&mut expected, Zeroizing::new(0xcbf4_3926_u32.to_be_bytes()), 6);
        assert_eq!(checksum("123456789"), expected);
    }

    #[test]
    fn any_altered_character_is_noticed() {
        let text = make(Prefix::LiveKey);
        for index in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            altered[index] = if altered[index] == b'a' { b'b' } else { b'a' };
            assert!(!well_formed(Prefix::LiveKey, std::str::from_utf8(&altered).unwrap()));
        }
        for altered in [&text[..text.len() - 1], &format!("{text} "), &format!(" {text}"), ""] {
            assert!(!well_formed(Prefix::LiveKey, altered));
        }
        assert!(!well_formed(Prefix::LiveKey, &text.replace("inr_live_", "inr_test_")));
        assert!(!well_formed(Prefix::TestKey, &text.replace("inr_live_", "inr_test_")));
    }

    #[test]
    fn hashes_are_sha256_and_compare() {
        let token = OpaqueToken::generate(Prefix::Refresh).unwrap();
        assert_eq!(token.hash(), hash(token.expose()));
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(hash("abc")), abc);
        assert!(same(&hash("abc"), &hash("abc")));
        assert!(!same(&hash("abc"), &hash("abd")));
    }

    #[test]
    fn nothing_secret_is_printed() {
        let token = OpaqueToken::generate(Prefix::Invitation).unwrap();
        assert_eq!(format!("{token:?}"), "OpaqueToken(inr_inv_…)");
    }

    proptest! {
        #[test]
        fn arbitrary_text_is_never_well_formed(text in "(inr_rt_)?\\PC{0,60}") {
            prop_assert!(!well_formed(Prefix::Refresh, &text));
        }
    }
}
