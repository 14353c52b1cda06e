use std::fs::File;
use std::io::{Read, Seek, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{ArchiveError, MAX_ENTRIES, extract, is_archive};

fn archive(entries: &[(&str, &[u8])]) -> File {
    let mut writer = ZipWriter::new(tempfile::tempfile().unwrap());
    for (name, content) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap()
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn bytes(mut file: File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

fn code(file: File) -> &'static str {
    extract(file, &["Connections.csv"]).unwrap_err().code()
}

#[test]
fn told_by_its_magic() {
    assert!(is_archive(&mut archive(&[("a", b"")])).unwrap());
    assert!(is_archive(&mut archive(&[])).unwrap());
    assert!(!is_archive(&mut file(b"PK,Last Name")).unwrap());
    assert!(!is_archive(&mut file(b"")).unwrap());
}

#[test]
fn found_in_any_folder_and_case() {
    for name in ["Connections.csv", "a/b/CONNECTIONS.CSV", "../../connections.csv", "a\\Connections.csv"] {
        let found = extract(archive(&[("Profile.csv", b"no"), (name, b"yes")]), &["Connections.csv"]);
        assert_eq!(bytes(found.unwrap()), b"yes", "{name}");
    }
}

#[test]
fn a_missing_file_names_the_others() {
    let error = extract(
        archive(&[("x/Profile.csv", b""), ("photo.jpg", b""), ("MyConnections.csv", b"")]),
        &["Connections.csv"],
    )
    .unwrap_err();
    assert_eq!(error.code(), "archive_without_connections");
    assert_eq!(error.to_string(), "the archive has no Connections.csv; it has: Profile.csv, MyConnections.csv");
}

#[test]
fn many_entries() {
    let names: Vec<_> = (0..=MAX_ENTRIES).map(|number| format!("{number}.csv")).collect();
    let mut entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(code(archive(&entries)), "archive_too_many_entries");
    entries.pop();
    assert_eq!(code(archive(&entries)), "archive_without_connections");
}

#[test]
fn a_bomb() {
    assert_eq!(code(archive(&[("Connections.csv", &vec![b'a'; 1_000_000])])), "archive_too_large");
}

#[test]
fn a_bomb_that_lies_about_its_size() {
    let packed = bytes(archive(&[("Connections.csv", &vec![b'a'; 1_000_000])]));
    let (size, lie) = (1_000_000_u32.to_le_bytes(), 10_u32.to_le_bytes());
    let mut lying = packed;
    while let Some(at) = lying.windows(4).position(|window| window == size) {
        lying[at..at + 4].copy_from_slice(&lie);
    }
    let error = extract(file(&lying), &["Connections.csv"]).unwrap_err();
    assert!(matches!(error, ArchiveError::TooLarge | ArchiveError::Unreadable(_)), "{error:?}");
}

#[test]
fn damaged() {
    assert_eq!(code(file(b"PK\x03\x04 and nothing of a zip")), "archive_unreadable");
    let whole = bytes(archive(&[("Connections.csv", b"First Name,Last Name and so on and on")]));
    let mut bent = whole.clone();
    bent[50] ^= 0xFF;
    assert_eq!(code(file(&bent)), "archive_unreadable");
    assert_eq!(code(file(&whole[..whole.len() - 30])), "archive_unreadable");
}

#[test]
fn encrypted() {
    let mut locked = bytes(archive(&[("Connections.csv", b"secret")]));
    // The lowest bit of the flags, in the local header and in the index.
    locked[6] |= 1;
    let index = locked.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    locked[index + 8] |= 1;
    assert_eq!(code(file(&locked)), "archive_encrypted");
}
