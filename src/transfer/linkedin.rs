//! LinkedIn's `Connections.csv`, by itself or in the archive of all of a member's data.
//!
//! The file opens with a paragraph of notes, or without; then comes a header, then a row for each
//! connection. LinkedIn gives no specification: what is accepted here is what its exports have
//! held over the years, and what spreadsheets make of them.

use std::fs::File;
use std::io::{Chain, Cursor, Read, Seek};

use chrono::NaiveDate;
use encoding_rs::Encoding;

use super::formats::FileError;
use super::reading::held;
use super::record::{self, Record, Said};
use crate::contacts::{Email, HowFound};
use crate::fields::Link;
use crate::text::name_key;
use crate::transfer::archive;
use crate::transfer::records::{Fault, Records};
use crate::transfer::text::{self, Decoded};

mod census;
mod content;
mod header;
mod name;
mod profile;
mod row;
#[cfg(test)]
mod tests;
mod touches;
mod value;

pub use census::Census;
pub use profile::Profile;
pub use touches::{Party, Touch, TouchKind, Touches};

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

/// The rows of a file, read one by one in constant memory.
pub struct Connections {
    records: Records<Chain<Cursor<Vec<u8>>, Decoded<File>>>,
    columns: header::Columns,
    encoding: &'static str,
}

/// Opens an upload: the CSV itself or an archive with one in it, told apart by their content.
/// Reads from the file's beginning, wherever it stands, in the given encoding or the one that it shows.
pub fn read(mut file: File, encoding: Option<&'static Encoding>) -> Result<Connections, FileError> {
    if archive::is_archive(&mut file)? {
        file = archive::extract(file, &[IN_ARCHIVE])?;
    }
    file.rewind()?;
    let mut text = text::decode(file, encoding)?;
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

/// Whether the headings are those of a member's connections, and of no other table with names in it.
pub fn recognises(headings: &[String]) -> bool {
    let has = |names: &[&str]| headings.iter().any(|text| names.contains(&text.to_lowercase().as_str()));
    let named = has(&["first name", "last name"]);
    named && (has(&["connected on"]) || has(&["url", "profile url"]) && has(&["position"]))
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

impl From<Entry> for record::Entry {
    fn from(entry: Entry) -> Self {
        match entry {
            Entry::Connection(row) => Self::Person(Box::new(row.into())),
            Entry::Skipped { line, reason } => Self::Skipped { line, reason },
            Entry::Error { line, column, heading, code, detail } => Self::Error { line, column, heading, code, detail },
        }
    }
}

impl From<Connection> for Record {
    fn from(row: Connection) -> Self {
        let key = row.key();
        let Connection {
            line,
            name_prefix,
            given_name,
            family_name,
            name_suffix,
            profile,
            email,
            company,
            title,
            connected_on,
            problems,
        } = row;
        let label = Some("linkedin".to_owned());
        let slugs = profile.iter().map(|page| page.slug.clone()).collect();
        let said = Said {
            name_prefix,
            given_name,
            family_name,
            name_suffix,
            links: profile.map(|page| Link { url: page.url, label, is_primary: false }).into_iter().collect(),
            emails: email.map(|address| Email { address, label: None, is_primary: false }).into_iter().collect(),
            positions: (company.is_some() || title.is_some()).then(|| held(company, title)).into_iter().collect(),
            ..Said::default()
        };
        let problems = problems.into_iter().map(Into::into).collect();
        let how_found = Some(HowFound::Linkedin);
        Self { line, key, said, slugs, how_found, how_found_on: connected_on, problems, ..Self::default() }
    }
}

impl Connection {
    /// What LinkedIn knows a person by: the profile, else the e-mail address, else name and company.
    fn key(&self) -> String {
        if let Some(profile) = &self.profile {
            return format!("in:{}", profile.slug);
        }
        if let Some(email) = &self.email {
            return format!("mail:{}", email.to_lowercase());
        }
        let names = [self.given_name.as_deref(), self.family_name.as_deref()];
        let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        format!("name:{}|{}", name_key(&name), self.company.as_deref().map(name_key).unwrap_or_default())
    }
}
