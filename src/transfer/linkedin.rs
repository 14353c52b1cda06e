//! LinkedIn's `Connections.csv`, by itself or in the archive of all of a member's data.
//!
//! The file opens with a paragraph of notes, or without; then comes a header, then a row for each
//! connection. LinkedIn gives no specification: what is accepted here is what its exports have
//! held over the years, and what spreadsheets make of them.

use std::fs::File;
use std::io::{self, Chain, Cursor, Read, Seek};

use chrono::NaiveDate;

use crate::transfer::archive::{self, ArchiveError};
use crate::transfer::records::{Fault, Records};
use crate::transfer::text::{self, Decoded};

mod header;
mod name;
mod profile;
mod row;
#[cfg(test)]
mod tests;
mod value;

pub use profile::Profile;
pub use row::{MAX_COMPANY, MAX_NAME, MAX_OTHER, MAX_TITLE};

const IN_ARCHIVE: &str = "Connections.csv";
/// How much of the text is searched for the header; the notes take less than one of these KiB.
const HEAD: u64 = 64 * 1024;

/// One row of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    Connection(Connection),
    /// A row about nobody: `no_identity` if it has neither name, profile nor address, as LinkedIn
    /// writes for members who left or hid themselves; `empty` if it has nothing at all.
    Skipped {
        line: u64,
        reason: &'static str,
    },
    /// A row that cannot be used. `column` is 1-based, `heading` what the file calls it. After `unclosed_quote` and `unreadable`
    /// nothing follows; after any other code the next row does.
    Error {
        line: u64,
        column: Option<u64>,
        heading: Option<String>,
        code: &'static str,
        detail: String,
    },
}

/// A person the member is connected to.
///
/// Texts are trimmed, their inner whitespace is collapsed, and none is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// 1-based line of the file on which the row starts; notes and header count.
    pub line: u64,
    /// `Dr.`, split off from the given name.
    pub name_prefix: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    /// `MBA, PMP`, split off from the family name.
    pub name_suffix: Option<String>,
    pub profile: Option<Profile>,
    /// As written: one `@`, no whitespace. Most members share none.
    pub email: Option<String>,
    pub company: Option<String>,
    pub title: Option<String>,
    pub connected_on: Option<NaiveDate>,
    /// Values that were left out because they made no sense.
    pub problems: Vec<Problem>,
}

/// A value that could not be used, in a row that can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The heading in LinkedIn's present exports, whatever the file's own looks like.
    pub column: &'static str,
    /// 1-based.
    pub number: u64,
    /// `invalid_profile`, `invalid_email` or `invalid_date`.
    pub code: &'static str,
    /// Reads on from the column's name.
    pub message: &'static str,
    /// At most 100 characters.
    pub value: String,
}

/// Why a file as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the file is empty")]
    Empty,
    #[error("the file is neither CSV nor a zip archive")]
    NotCsv,
    /// `seen` is the first record, at most 200 characters.
    #[error("no header such as First Name,Last Name,URL was found; the file begins with: {seen}")]
    HeaderMissing { seen: String },
    #[error("a quote opened on line {line}, before the header, is never closed")]
    UnclosedQuote { line: u64 },
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("the file could not be read")]
    Io(#[from] io::Error),
}

impl FileError {
    /// A name for the error that stays the same.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotCsv => "not_csv",
            Self::HeaderMissing { .. } => "header_missing",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::Archive(error) => error.code(),
            Self::Io(_) => "io",
        }
    }
}

/// The rows of a file, read one by one in constant memory.
pub struct Connections {
    records: Records<Chain<Cursor<Vec<u8>>, Decoded<File>>>,
    columns: header::Columns,
    encoding: &'static str,
}

/// Opens an upload: the CSV itself or an archive with one in it, told apart by their content.
/// Reads from the file's beginning, wherever it stands.
pub fn read(mut file: File) -> Result<Connections, FileError> {
    if archive::is_archive(&mut file)? {
        file = archive::extract(file, IN_ARCHIVE)?;
    }
    file.rewind()?;
    let mut text = text::decode(file)?;
    let encoding = text.encoding();
    let mut head = Vec::new();
    text.by_ref().take(HEAD).read_to_end(&mut head)?;
    let header = header::find(&head).map_err(|none| without_header(none, &head))?;
    let mut records = Records::new(Cursor::new(head).chain(text), header.delimiter);
    for _ in 0..header.records {
        records.read();
    }
    Ok(Connections { records, columns: header.columns, encoding })
}

fn without_header(none: header::NoHeader, head: &[u8]) -> FileError {
    if head.iter().any(|byte| matches!(byte, 0..=8 | 14..=31)) {
        return FileError::NotCsv;
    }
    match (none.fault, none.seen) {
        (Some(Fault { code: "unclosed_quote", line, .. }), _) => FileError::UnclosedQuote { line },
        (_, Some(seen)) => FileError::HeaderMissing { seen },
        (Some(fault), None) => FileError::HeaderMissing { seen: fault.detail },
        (None, None) => FileError::Empty,
    }
}

impl Connections {
    /// The encoding the file was read in: `UTF-8`, `UTF-16LE`, `windows-1252`.
    pub fn encoding(&self) -> &'static str {
        self.encoding
    }
}

impl Iterator for Connections {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let read = self.records.read()?.and_then(|record| row::entry(&record, &self.columns));
        Some(read.unwrap_or_else(|fault| {
            let Fault { line, column, code, detail } = fault;
            let heading = column.and_then(|number| self.columns.heading(number)).map(str::to_owned);
            Entry::Error { line, column, heading, code, detail }
        }))
    }
}
