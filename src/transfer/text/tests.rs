use std::io::{BufReader, Cursor, Read};

use encoding_rs::{UTF_16BE, UTF_16LE};
use proptest::prelude::*;

use super::decode;

fn read(bytes: &[u8]) -> (&'static str, String) {
    let mut decoded = decode(Cursor::new(bytes), None).unwrap();
    let mut text = String::new();
    decoded.read_to_string(&mut text).unwrap();
    (decoded.encoding(), text)
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn utf8_with_and_without_a_mark() {
    assert_eq!(read("Jörg 美咲".as_bytes()), ("UTF-8", "Jörg 美咲".to_owned()));
    assert_eq!(read("\u{FEFF}Jörg".as_bytes()), ("UTF-8", "Jörg".to_owned()));
    assert_eq!(read(b""), ("UTF-8", String::new()));
}

#[test]
fn utf16_with_and_without_a_mark() {
    let text = "First Name,Last Name\n美咲,田中 🌱\n";
    for mark in ["", "\u{FEFF}"] {
        let marked = format!("{mark}{text}");
        assert_eq!(read(&utf16(&marked, u16::to_le_bytes)), (UTF_16LE.name(), text.to_owned()));
        assert_eq!(read(&utf16(&marked, u16::to_be_bytes)), (UTF_16BE.name(), text.to_owned()));
    }
}

#[test]
fn a_late_accent_decides() {
    let mut bytes = b"plain ascii, ".repeat(10_000);
    bytes.extend(b"Jos\xE9 and Bj\xF6rn");
    let (encoding, text) = read(&bytes);
    assert_eq!(encoding, "windows-1252");
    assert!(text.ends_with("José and Björn"));
}

#[test]
fn a_late_accent_in_utf8_stays_utf8() {
    let text = "a".repeat(100_001) + &"é美🌱".repeat(20_000);
    assert_eq!(read(text.as_bytes()), ("UTF-8", text));
}

#[test]
fn a_byte_that_was_lost_makes_no_other_encoding_of_it() {
    let (encoding, text) = read("Jörg Weiß, Straßenbau, 田中\nZoë, Caf\u{e9}".as_bytes().split_last().unwrap().1);
    assert_eq!((encoding, text.as_str()), ("UTF-8", "Jörg Weiß, Straßenbau, 田中\nZoë, Caf\u{FDD0}"));
    let chunk = "田中 ".repeat(20_000);
    let broken = [chunk.as_bytes(), b"\xe2\x80,", chunk.as_bytes()].concat();
    let (encoding, text) = read(&broken);
    assert_eq!((encoding, text.matches('\u{FDD0}').count()), ("UTF-8", 1));
    assert_eq!(text.chars().count(), 2 * chunk.chars().count() + 2);
    // One letter in UTF-8 among others that are not is chance.
    assert_ne!(read(b"Jos\xE9 and Bj\xF6rn and \xC3\xA9").0, "UTF-8");
}

#[test]
fn a_nul_is_passed_on() {
    assert_eq!(read(b"a\0b and more text"), ("UTF-8", "a\0b and more text".to_owned()));
}

#[test]
fn a_tiny_buffer_is_enough() {
    let bytes = utf16("\u{FEFF}田中🌱é", u16::to_le_bytes);
    let mut decoded = decode(Cursor::new(bytes), None).unwrap();
    let mut text = Vec::new();
    let mut byte = [0];
    while decoded.read(&mut byte).unwrap() == 1 {
        text.push(byte[0]);
    }
    assert_eq!(String::from_utf8(text).unwrap(), "田中🌱é");
}

proptest! {
    #[test]
    fn any_bytes_become_text(bytes in proptest::collection::vec(any::<u8>(), 0..5000)) {
        let (_, text) = read(&bytes);
        prop_assert!(bytes.len() < 4 || !text.is_empty());
    }

    #[test]
    fn any_utf8_is_kept(text in "[^\0\u{FEFF}]{0,3000}") {
        let mut read = String::new();
        BufReader::new(decode(Cursor::new(text.as_bytes()), None).unwrap()).read_to_string(&mut read).unwrap();
        prop_assert_eq!(read, text);
    }
}
