use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn secret() -> String {
    KeyRing::generate().unwrap()
}

fn ring(secrets: &[&str]) -> KeyRing {
    KeyRing::parse(&SecretString::from(secrets.join(","))).unwrap()
}

fn fault(text: &str) -> Option<KeyRingError> {
    KeyRing::parse(&SecretString::from(text)).err()
}

const PLACE: Place<'_> =
    Place { table: "signing_keys", column: "private_key", workspace: Some(Uuid::from_u128(7)), row: "42" };

#[test]
fn what_was_sealed_can_be_opened() {
    let ring = ring(&[&secret()]);
    for plain in [&b""[..], b"x", &[0u8; 100_000]] {
        let sealed = ring.seal(&PLACE, plain).unwrap();
        assert_eq!(sealed.len(), 1 + 4 + 12 + plain.len() + 16);
        assert_eq!(ring.open(&PLACE, &sealed).unwrap().expose_secret(), plain);
        assert!(!ring.needs_rekey(&sealed));
    }
}

#[test]
fn the_same_text_never_looks_the_same() {
    let ring = ring(&[&secret()]);
    assert_ne!(ring.seal(&PLACE, b"x").unwrap(), ring.seal(&PLACE, b"x").unwrap());
}

#[test]
fn any_altered_bit_is_noticed() {
    let ring = ring(&[&secret(), &secret()]);
    let sealed = ring.seal(&PLACE, b"a secret").unwrap();
    for index in 0..sealed.len() {
        for bit in 0..8 {
            let mut altered = sealed.clone();
            altered[index] ^= 1 << bit;
            let error = ring.open(&PLACE, &altered).err();
            let expected = match index {
                0 => OpenError::Malformed,
                1..=4 => OpenError::UnknownKey,
                _ => OpenError::Rejected,
            };
            assert_eq!(error, Some(expected), "byte {index}");
        }
    }
}

#[test]
fn cut_off_or_lengthened_values_are_refused() {
    let ring = ring(&[&secret()]);
    let sealed = ring.seal(&PLACE, b"a secret").unwrap();
    for length in 0..sealed.len() {
        assert!(ring.open(&PLACE, &sealed[..length]).is_err(), "{length}");
    }
    let longer = [&sealed[..], b"x"].concat();
    assert_eq!(ring.open(&PLACE, &longer).err(), Some(OpenError::Rejected));
}

#[test]
fn a_value_opens_only_in_its_place() {
    let ring = ring(&[&secret()]);
    let sealed = ring.seal(&PLACE, b"a secret").unwrap();
    let elsewhere = [
        Place { table: "webhooks", ..PLACE },
        Place { column: "other", ..PLACE },
        Place { workspace: Some(Uuid::from_u128(8)), ..PLACE },
        Place { workspace: None, ..PLACE },
        Place { row: "43", ..PLACE },
        Place { table: "signing_key", column: "sprivate_key", ..PLACE },
    ];
    for place in elsewhere {
        assert_eq!(ring.open(&place, &sealed).err(), Some(OpenError::Rejected), "{place:?}");
    }
}

#[test]
fn no_workspace_is_not_the_nil_workspace() {
    let ring = ring(&[&secret()]);
    let global = Place { workspace: None, ..PLACE };
    let nil = Place { workspace: Some(Uuid::nil()), ..PLACE };
    let sealed = ring.seal(&global, b"x").unwrap();
    assert!(ring.open(&global, &sealed).is_ok());
    assert_eq!(ring.open(&nil, &sealed).err(), Some(OpenError::Rejected));
}

#[test]
fn the_first_key_encrypts_and_all_decrypt() {
    let (old, new) = (secret(), secret());
    let sealed = ring(&[&old]).seal(&PLACE, b"x").unwrap();
    let both = ring(&[&new, &old]);
    assert!(both.needs_rekey(&sealed));
    let again = both.seal(&PLACE, both.open(&PLACE, &sealed).unwrap().expose_secret()).unwrap();
    assert!(!both.needs_rekey(&again));
    assert!(ring(&[&new]).open(&PLACE, &again).is_ok());
    assert_eq!(ring(&[&new]).open(&PLACE, &sealed).err(), Some(OpenError::UnknownKey));
    assert!(both.needs_rekey(b"no sealed value"));
}

#[test]
fn derived_keys_differ_by_purpose_and_secret() {
    let (old, new) = (secret(), secret());
    let both = ring(&[&new, &old]);
    assert_eq!(both.derive("cursor"), ring(&[&new]).derive("cursor"));
    assert_ne!(both.derive("cursor"), both.derive("ticket"));
    assert_ne!(both.derive("cursor"), ring(&[&old]).derive("cursor"));
    assert_eq!(both.derive_all("cursor"), [ring(&[&new]).derive("cursor"), ring(&[&old]).derive("cursor")]);
}

#[test]
fn every_kind_of_base64_is_the_same_key() {
    let bytes = sample();
    let id = ring(&[&URL_SAFE_NO_PAD.encode(bytes)]).first.id;
    for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE] {
        let text = format!(" {}\n", engine.encode(bytes));
        assert_eq!(ring(&[&text]).first.id, id);
    }
}

/// 32 bytes whose base64 has a `+` and a `/`.
fn sample() -> [u8; 32] {
    let mut bytes: [u8; 32] = std::array::from_fn(|index| (index * 7) as u8);
    bytes[..3].copy_from_slice(&[0xfb, 0xef, 0xff]);
    bytes
}

#[test]
fn unusable_secrets_are_refused_by_position() {
    let good = secret();
    assert_eq!(fault(""), Some(KeyRingError::Empty(1)));
    assert_eq!(fault(&format!("{good},")), Some(KeyRingError::Empty(2)));
    assert_eq!(fault(&format!("{good}, ,{good}")), Some(KeyRingError::Empty(2)));
    assert_eq!(fault("hunter2 hunter2 hunter2 hunter2 hunter2"), Some(KeyRingError::NotAKey(1)));
    assert_eq!(fault(&STANDARD.encode([1u8; 31])), Some(KeyRingError::NotAKey(1)));
    assert_eq!(fault(&STANDARD.encode([1u8; 33])), Some(KeyRingError::NotAKey(1)));
    assert_eq!(fault(&hex::encode([1u8; 32])), Some(KeyRingError::NotAKey(1)));
    assert_eq!(fault(&STANDARD.encode([0u8; 32])), Some(KeyRingError::NotRandom(1)));
    assert_eq!(fault(&format!("{good},{good}")), Some(KeyRingError::Repeated(2)));
}

#[test]
fn nothing_secret_is_printed() {
    let secret = secret();
    let ring = ring(&[&secret]);
    assert_eq!(format!("{ring:?}"), format!("[\"{}\"]", hex::encode(ring.first.id)));
    let sealed = ring.seal(&PLACE, b"plain text").unwrap();
    assert!(!format!("{:?}", ring.open(&PLACE, &sealed).unwrap()).contains("112"));
    assert!(!format!("{:?} {}", fault("s3cret").unwrap(), fault("s3cret").unwrap()).contains("s3"));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_open(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(ring(&[&secret()]).open(&PLACE, &bytes).is_err());
    }

    #[test]
    fn places_with_different_parts_are_bound_differently(
        a in "[ab]{0,3}", b in "[ab]{0,3}", c in "[ab]{0,3}", d in "[ab]{0,3}"
    ) {
        let one = Place { table: &a, column: &b, workspace: None, row: "" };
        let two = Place { table: &c, column: &d, workspace: None, row: "" };
        prop_assert_eq!(one.bind([0; 4]) == two.bind([0; 4]), one == two);
    }
}
