//! Files that are almost right: real ones, with pieces changed, doubled and cut. No reader may panic, hang or grow.
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::formats::{Hints, open};
use super::vcard::Cards;

/// Pieces that formats give a meaning.
const PIECES: &[&[u8]] = &[
    b"\"",
    b",",
    b";",
    b"\r\n",
    b"\n",
    b"\r",
    b"\t",
    b"|",
    b"=",
    b"=\n",
    b"=C3",
    b":",
    b"\\",
    b"\\n",
    b" ::: ",
    b"* ",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"BEGIN:VCARD\n",
    b"END:VCARD\n",
    b"AGENT:\n",
    b"item1.",
    b"ENCODING=QUOTED-PRINTABLE",
    b"CHARSET=SHIFT_JIS",
    b"ENCODING=b:",
    b"TYPE=",
    b"PREF=1",
    b"VALUE=uri:tel:",
    b"X-ABLabel:_$!<",
    b"First Name,Last Name",
    b"E-mail 1 - Value",
    b"Phone 99999999999 - Label",
    b"0/0/00",
    b"--0412",
    b"\xe2\x80\xaa",
    b"'=",
];

/// A generator that needs no crate: xorshift.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

fn examples(folders: &[&str]) -> Vec<Vec<u8>> {
    let base = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(base.join(folder)).unwrap().flatten());
    let data =
        |path: &PathBuf| path.extension().is_some_and(|kind| ["csv", "tsv", "vcf"].iter().any(|known| kind == *known));
    files.map(|entry| entry.path()).filter(data).map(|path| std::fs::read(path).unwrap()).collect()
}

fn changed(examples: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = examples[dice.below(examples.len())].clone();
    for _ in 0..=dice.below(8) {
        let (at, other) = (dice.below(bytes.len()), dice.below(bytes.len()));
        let (start, end) = (at.min(other), at.max(other));
        match dice.below(6) {
            0 => bytes.splice(at..at, PIECES[dice.below(PIECES.len())].iter().copied()).for_each(drop),
            1 if !bytes.is_empty() => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
            2 => bytes.truncate(end),
            3 => bytes.drain(start..end).for_each(drop),
            4 if bytes.len() < 100_000 => {
                let piece = bytes[start..end].to_vec();
                bytes.splice(at..at, piece).for_each(drop);
            }
            _ => {
                let piece = PIECES[dice.below(PIECES.len())].repeat(dice.below(200));
                bytes.splice(at..at, piece).for_each(drop);
            }
        }
    }
    bytes
}

/// Reads changed files for a while; none may take longer than a second of the test build.
fn torment(folders: &[&str], time: Duration, seed: u64, read: impl Fn(&[u8]) -> usize) -> usize {
    let (examples, mut dice, begun) = (examples(folders), Dice(seed), Instant::now());
    let mut count = 0;
    while begun.elapsed() < time {
        let bytes = changed(&examples, &mut dice);
        let one = Instant::now();
        let entries = read(&bytes);
        let slow = one.elapsed() > Duration::from_secs(5);
        assert!(!slow && entries <= bytes.len() + 1, "{} bytes, {entries} entries, {:?}", bytes.len(), one.elapsed());
        count += 1;
    }
    count
}

fn as_table(bytes: &[u8]) -> usize {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    open(file, &Hints::default()).map_or(0, Iterator::count)
}

fn as_cards(bytes: &[u8]) -> usize {
    Cards::new(Cursor::new(bytes)).count()
}

const TABLES: [&str; 4] = ["linkedin", "google", "outlook", "csv"];

#[test]
fn changed_files_do_no_harm() {
    assert!(torment(&TABLES, Duration::from_secs(2), 0x5EED, as_table) > 10);
    assert!(torment(&["vcard"], Duration::from_secs(2), 0x5EED, as_cards) > 10);
}

#[test]
#[ignore = "takes ten minutes"]
fn changed_tables_do_no_harm_for_long() {
    torment(&TABLES, Duration::from_secs(600), 0xC5F, as_table);
}

#[test]
#[ignore = "takes ten minutes"]
fn changed_cards_do_no_harm_for_long() {
    torment(&["vcard"], Duration::from_secs(600), 0xCA4D, as_cards);
}
