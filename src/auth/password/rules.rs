//! Which passwords are refused when they are chosen (NIST SP 800-63B-4, section 3.1.1.2): too short,
//! too long, common, or the user's own name or address. No rules of composition, no trimming, no
//! normalising: any Unicode is taken as it comes.
//!
//! `common_passwords.txt` comes from Django's list (BSD-3-Clause, see the head of the file and
//! `common_passwords.LICENSE` beside it), without those that are too short anyway.

use std::sync::LazyLock;

/// Unicode scalar values that a password needs at least.
pub const MIN_CHARACTERS: usize = 8;
/// Unicode scalar values that a password may have at most.
pub const MAX_CHARACTERS: usize = 1024;

/// A name, or the part of an address before the `@`, counts from this length on: nobody's password
/// should be refused for containing "Al".
const MIN_IDENTITY: usize = 4;

/// Lower case, sorted; the first lines, starting with `# `, tell the source.
static COMMON: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let text = include_str!("../common_passwords.txt");
    text.lines().filter(|line| !line.starts_with("# ")).collect()
});

/// Why a password was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WeakPassword {
    /// Fewer than [`MIN_CHARACTERS`].
    TooShort,
    /// More than [`MAX_CHARACTERS`].
    TooLong,
    /// One of the commonest, in whatever case.
    Common,
    /// The user's name or address, in whatever case, alone or followed by digits only.
    ContainsIdentity,
}

impl WeakPassword {
    /// The code for the error document.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "password_too_short",
            Self::TooLong => "password_too_long",
            Self::Common => "password_too_common",
            Self::ContainsIdentity => "password_contains_identity",
        }
    }
}

/// All faults of a new password; empty when it may be used.
///
/// Refused as identity: the whole address, and what of these has four characters or more: the part
/// before the `@`, the whole name with and without its spaces, each word of the name; alone or with
/// digits behind, whatever the case.
pub fn check_rules(password: &str, email: &str, name: &str) -> Vec<WeakPassword> {
    let length = password.chars().count();
    if length > MAX_CHARACTERS {
        return vec![WeakPassword::TooLong];
    }
    let lower = password.to_lowercase();
    let mut faults = Vec::new();
    if length < MIN_CHARACTERS {
        faults.push(WeakPassword::TooShort);
    }
    if COMMON.binary_search(&lower.as_str()).is_ok() {
        faults.push(WeakPassword::Common);
    }
    if identities(email, name).iter().any(|identity| is_identity(&lower, identity)) {
        faults.push(WeakPassword::ContainsIdentity);
    }
    faults
}

/// What identifies the user, in lower case.
fn identities(email: &str, name: &str) -> Vec<String> {
    let email = email.trim().to_lowercase();
    let name = name.trim().to_lowercase();
    let local = email.rsplit_once('@').map_or("", |(local, _)| local).to_owned();
    let joined: String = name.split_whitespace().collect();
    let words = name.split_whitespace().map(str::to_owned);
    let mut all: Vec<String> = words.chain([local, joined, name.clone()]).collect();
    all.retain(|identity| identity.chars().count() >= MIN_IDENTITY);
    if !email.is_empty() {
        all.push(email);
    }
    all
}

/// The password is this identity, alone or with digits behind.
fn is_identity(password: &str, identity: &str) -> bool {
    password.strip_prefix(identity).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: &str = "Anna.Schmidt@example.org";
    const NAME: &str = "Anna Schmidt";

    fn faults(password: &str) -> Vec<WeakPassword> {
        check_rules(password, EMAIL, NAME)
    }

    #[test]
    fn the_list_is_sorted_lower_case_and_long_enough() {
        assert!(COMMON.len() >= 3_000, "{}", COMMON.len());
        assert!(COMMON.is_sorted_by(|a, b| a < b));
        for entry in COMMON.iter() {
            assert!(entry.chars().count() >= MIN_CHARACTERS, "{entry}");
            assert_eq!(*entry, entry.to_lowercase());
        }
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        assert_eq!(faults("čšžáíéý"), [WeakPassword::TooShort]);
        assert!(faults("čšžáíéýř").is_empty());
        assert!(faults("🦀🦀🦀🦀🦀🦀🦀🐢").is_empty());
        assert!(faults(&"ř".repeat(1024)).is_empty());
        assert_eq!(faults(&"ř".repeat(1025)), [WeakPassword::TooLong]);
    }

    #[test]
    fn nothing_is_trimmed_and_nothing_composed() {
        assert!(faults("        ").is_empty());
        assert!(faults(" password").is_empty());
        assert!(faults("ohnegrossbuchstaben").is_empty());
    }

    #[test]
    fn common_ones_are_refused_in_any_case() {
        for password in ["password", "PassWord1", "12345678", "#1STUNNA", "iloveyou"] {
            assert_eq!(faults(password), [WeakPassword::Common], "{password}");
        }
    }

    #[test]
    fn own_name_and_address_are_refused_alone_or_with_digits() {
        let refused = [
            "anna.schmidt@example.org",
            "ANNA.SCHMIDT@EXAMPLE.ORG1",
            "anna.schmidt",
            "Anna.Schmidt2026",
            "Anna Schmidt",
            "AnnaSchmidt99",
            "Schmidt1987",
        ];
        for password in refused {
            assert_eq!(faults(password), [WeakPassword::ContainsIdentity], "{password}");
        }
        for password in ["schmidts kleine eule", "1987Schmidt!", "meine anna.schmidt"] {
            assert!(faults(password).is_empty(), "{password}");
        }
    }

    #[test]
    fn short_or_missing_identities_refuse_nothing() {
        assert!(check_rules("al123456789", "al@example.org", "Al").is_empty());
        assert!(check_rules("93847561029", "", "").is_empty());
        assert_eq!(check_rules("a@b.de77", "a@b.de", ""), [WeakPassword::ContainsIdentity]);
    }

    #[test]
    fn all_faults_at_once() {
        let all = check_rules("anna12", EMAIL, NAME);
        assert_eq!(all, [WeakPassword::TooShort, WeakPassword::ContainsIdentity]);
    }
}
