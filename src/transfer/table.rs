//! A file of rows under a header, before anybody knows what the columns mean.
use std::fs::File;
use std::io::{Chain, Cursor, Read, Seek};

use encoding_rs::Encoding;

use super::formats::FileError;
use super::records::{Fault, Records};
use super::text::{self, Decoded};
use super::value::clean;

/// How much of the text is searched for the header, and looked at to tell dates and delimiters.
const HEAD: u64 = 64 * 1024;
/// How many records may come before the header.
const SEARCHED: usize = 20;
pub const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How much of the first record is told when it is no header.
const SEEN_CHARS: usize = 200;

/// The beginning of a text, read and not yet interpreted.
pub struct Head {
    head: Vec<u8>,
    rest: Decoded<File>,
}

/// The records behind a header.
pub struct Table {
    pub records: Records<Chain<Cursor<Vec<u8>>, Decoded<File>>>,
    pub headings: Vec<String>,
    pub delimiter: u8,
}

/// One way to read the beginning: with this delimiter, the record after so many others.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub delimiter: u8,
    /// Records before it.
    pub skipped: usize,
    pub cells: Vec<String>,
}

impl Head {
    /// Reads the beginning, in the given encoding or the one that the file shows.
    pub fn read(mut file: File, encoding: Option<&'static Encoding>) -> Result<Self, FileError> {
        file.rewind()?;
        let mut rest = text::decode(file, encoding)?;
        let mut head = Vec::new();
        rest.by_ref().take(HEAD).read_to_end(&mut head)?;
        if head.is_empty() {
            return Err(FileError::Empty);
        }
        Ok(Self { head, rest })
    }

    /// Whether there are hardly any but such characters as texts have, and no U+0000: a control character that has strayed
    /// into a cell is that row's fault.
    pub fn is_text(&self) -> bool {
        let odd = self.head.iter().filter(|byte| matches!(byte, 1..=8 | 14..=31)).count();
        !self.head.contains(&0) && odd * 50 <= self.head.len()
    }

    pub fn encoding(&self) -> &'static str {
        self.rest.encoding()
    }

    pub fn is_vcard(&self) -> bool {
        let text = String::from_utf8_lossy(&self.head[..self.head.len().min(200)]);
        text.trim_start().get(..11).is_some_and(|start| start.eq_ignore_ascii_case("begin:vcard"))
    }

    /// Whether a card begins somewhere.
    pub fn has_cards(&self) -> bool {
        self.head.windows(11).any(|part| part.eq_ignore_ascii_case(b"BEGIN:VCARD"))
    }

    /// The text from its beginning.
    pub fn text(self) -> Chain<Cursor<Vec<u8>>, Decoded<File>> {
        Cursor::new(self.head).chain(self.rest)
    }

    /// The first records, as each delimiter splits them.
    pub fn candidates(&self, delimiter: Option<u8>) -> Vec<Candidate> {
        let delimiters = delimiter.as_ref().map_or(&DELIMITERS[..], std::slice::from_ref);
        delimiters.iter().flat_map(|delimiter| self.records(*delimiter, SEARCHED)).collect()
    }

    fn records(&self, delimiter: u8, count: usize) -> Vec<Candidate> {
        let mut records = Records::new(self.head.as_slice(), delimiter);
        let mut found = Vec::new();
        for skipped in 0..count {
            match records.read() {
                None => break,
                Some(Err(_)) => {}
                Some(Ok(record)) => {
                    let cells = record.fields().map(|field| clean(field).unwrap_or_default()).collect();
                    found.push(Candidate { delimiter, skipped, cells });
                }
            }
        }
        found
    }

    /// The delimiter that splits most of the first records into the same number of columns, of which there are several.
    pub fn likely_delimiter(&self) -> u8 {
        let score = |delimiter: u8| {
            let widths: Vec<usize> = self.records(delimiter, SEARCHED).iter().map(|found| found.cells.len()).collect();
            let widest = widths.iter().copied().max().unwrap_or(0);
            let same = widths.iter().filter(|width| **width == widest).count();
            if widest < 2 { (0, 0) } else { (same * 100 / widths.len().max(1), widest) }
        };
        // Of equals the first.
        DELIMITERS.into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
    }

    /// The records behind a candidate, and what the first ones have in each column.
    pub fn table(self, header: &Candidate) -> (Table, Vec<Vec<String>>) {
        let behind = self.records(header.delimiter, 500).into_iter().filter(|found| found.skipped > header.skipped);
        let sample = behind.map(|found| found.cells).collect();
        let mut records = Records::new(Cursor::new(self.head).chain(self.rest), header.delimiter);
        for _ in 0..=header.skipped {
            records.read();
        }
        (Table { records, headings: header.cells.clone(), delimiter: header.delimiter }, sample)
    }

    /// All records, the first included.
    pub fn headless(self, delimiter: u8) -> (Table, Vec<Vec<String>>) {
        let sample: Vec<Vec<String>> = self.records(delimiter, 500).into_iter().map(|found| found.cells).collect();
        let width = sample.iter().map(Vec::len).max().unwrap_or(0);
        let headings = (1..=width).map(|number| format!("Column {number}")).collect();
        let records = Records::new(Cursor::new(self.head).chain(self.rest), delimiter);
        (Table { records, headings, delimiter }, sample)
    }

    /// Why there is no header.
    pub fn without_header(&self) -> FileError {
        let too_wide = |delimiter: &u8| {
            let mut records = Records::new(self.head.as_slice(), *delimiter);
            matches!(records.read(), Some(Err(Fault { code: "too_many_columns", .. })))
        };
        if DELIMITERS.iter().any(too_wide) {
            return FileError::TooManyColumns;
        }
        if !self.is_text() {
            return FileError::NotCsv;
        }
        let mut records = Records::new(self.head.as_slice(), b',');
        match records.read() {
            None => FileError::Empty,
            Some(Err(Fault { code: "unclosed_quote", line, .. })) => FileError::UnclosedQuote { line },
            Some(Err(fault)) => FileError::HeaderMissing { seen: fault.detail },
            Some(Ok(record)) => {
                let seen = clean(&record.fields().collect::<Vec<_>>().join(",")).unwrap_or_default();
                FileError::HeaderMissing { seen: seen.chars().take(SEEN_CHARS).collect() }
            }
        }
    }
}

/// A heading as it is compared: in lower case, with plain spaces.
pub fn heading(text: &str) -> String {
    clean(text).unwrap_or_default().to_lowercase().replace('\u{2019}', "'")
}
