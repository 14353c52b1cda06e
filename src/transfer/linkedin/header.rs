//! Which column holds what, and where the header is.

use super::value::clean;
use crate::transfer::records::{Fault, Record, Records};

/// How many records may come before the header.
const SEARCHED: usize = 20;
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// How much of the first record is told when it is no header.
const SEEN_CHARS: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    GivenName,
    FamilyName,
    Url,
    Email,
    Company,
    Title,
    ConnectedOn,
}

/// The columns of a file, in any order. Of two with the same name the first counts.
#[derive(Debug, Clone)]
pub struct Columns {
    columns: Vec<Option<Column>>,
    /// As the file has them.
    headings: Vec<Option<String>>,
}

/// A header, with what it takes to read on behind it.
pub struct Header {
    pub columns: Columns,
    pub delimiter: u8,
    /// Records to leave out, the header's own among them.
    pub records: usize,
}

/// A text without a header: its first record and the first fault, as far as there are any.
#[derive(Default)]
pub struct NoHeader {
    pub seen: Option<String>,
    pub fault: Option<Fault>,
}

/// Looks for the header in the beginning of a text, with each delimiter in turn.
pub fn find(head: &[u8]) -> Result<Header, NoHeader> {
    let mut missing = NoHeader::default();
    for delimiter in DELIMITERS {
        match find_with(delimiter, head) {
            Ok(header) => return Ok(header),
            Err(none) => {
                missing.seen = missing.seen.or(none.seen);
                missing.fault = missing.fault.or(none.fault);
            }
        }
    }
    Err(missing)
}

fn find_with(delimiter: u8, head: &[u8]) -> Result<Header, NoHeader> {
    let mut none = NoHeader::default();
    let mut text = Records::new(head, delimiter);
    for records in 1..=SEARCHED {
        match text.read() {
            None => break,
            Some(Err(fault)) => none.fault = none.fault.or(Some(fault)),
            Some(Ok(record)) => match Columns::of(&record) {
                Some(columns) => {
                    return Ok(Header { columns, delimiter, records });
                }
                None => none.seen = none.seen.or_else(|| summary(&record, delimiter)),
            },
        }
    }
    Err(none)
}

fn summary(record: &Record<'_>, delimiter: u8) -> Option<String> {
    let fields: Vec<_> = record.fields().collect();
    let text = clean(&fields.join(&char::from(delimiter).to_string()))?;
    Some(text.chars().take(SEEN_CHARS).collect())
}

impl Columns {
    /// The record's columns if it is a header: it names a person and something else.
    fn of(record: &Record<'_>) -> Option<Self> {
        let mut columns: Vec<Option<Column>> = Vec::new();
        for field in record.fields() {
            let column = Column::named(field).filter(|column| !columns.contains(&Some(*column)));
            columns.push(column);
        }
        let known = columns.iter().flatten().count();
        let names_a_person =
            [Column::GivenName, Column::FamilyName].into_iter().any(|name| columns.contains(&Some(name)));
        let headings = record.fields().map(|field| clean(field).map(|text| text.chars().take(SEEN_CHARS).collect()));
        (names_a_person && known >= 2).then(|| Self { columns, headings: headings.collect() })
    }

    pub fn count(&self) -> usize {
        self.columns.len()
    }

    /// What stands above the column with this 1-based number: LinkedIn's heading where it is one of those, else the
    /// file's own.
    pub fn heading(&self, number: u64) -> Option<&str> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        let known = self.columns.get(index).copied().flatten().map(Column::name);
        known.or_else(|| self.headings.get(index)?.as_deref())
    }

    /// 0-based.
    pub fn index(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|found| *found == Some(column))
    }
}

impl Column {
    /// The heading in LinkedIn's present exports.
    pub fn name(self) -> &'static str {
        match self {
            Self::GivenName => "First Name",
            Self::FamilyName => "Last Name",
            Self::Url => "URL",
            Self::Email => "Email Address",
            Self::Company => "Company",
            Self::Title => "Position",
            Self::ConnectedOn => "Connected On",
        }
    }

    /// The column under a heading, in any case; some headings are from older exports.
    fn named(heading: &str) -> Option<Self> {
        match clean(heading)?.to_lowercase().as_str() {
            "first name" => Some(Self::GivenName),
            "last name" => Some(Self::FamilyName),
            "url" | "profile url" => Some(Self::Url),
            "email address" | "e-mail address" => Some(Self::Email),
            "company" => Some(Self::Company),
            "position" => Some(Self::Title),
            "connected on" => Some(Self::ConnectedOn),
            _ => None,
        }
    }
}
