//! Which format a file has, and its entries as records.
use std::fs::File;
use std::io;

use encoding_rs::Encoding;
use serde::Serialize;
use utoipa::ToSchema;

use super::archive::{self, ArchiveError};
use super::columns::{self, Column, Mapped, own};
use super::google::{self, Google};
use super::linkedin::{Census, TouchKind, Touches};
use super::mappings::{MappingInput, suggest};
use super::model::{ImportKind, Part};
use super::record::Entry;
use super::records::MAX_COLUMNS;
use super::table::{Candidate, Head, Table};
use super::value::DateOrder;
use super::vcard::Cards;
use super::{linkedin, outlook};
use crate::contacts::HowFound;

const CONNECTIONS: &str = "Connections.csv";

/// Why a file as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the file is empty")]
    Empty,
    #[error("the file is neither a table, a vCard nor a zip archive")]
    NotCsv,
    /// `seen` is the first record, at most 200 characters.
    #[error("no header such as First Name,Last Name,URL was found; the file begins with: {seen}")]
    HeaderMissing { seen: String },
    #[error("the header has more than the {MAX_COLUMNS} columns that a table may have")]
    TooManyColumns,
    #[error("a quote opened on line {line}, before the header, is never closed")]
    UnclosedQuote { line: u64 },
    #[error("the file has no BEGIN:VCARD")]
    NotVcard,
    #[error("none of the columns tells who a row is about; a mapping can say it. The headings are: {headings}")]
    MappingRequired { headings: String },
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
            Self::TooManyColumns => "too_many_columns",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::NotVcard => "not_vcard",
            Self::MappingRequired { .. } => "mapping_required",
            Self::Archive(error) => error.code(),
            Self::Io(_) => "io",
        }
    }
}

/// What somebody says of a file, against what it shows itself.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    pub kind: Option<ImportKind>,
    pub encoding: Option<&'static Encoding>,
    pub delimiter: Option<u8>,
    pub date_order: Option<DateOrder>,
    /// Of the columns of a table that is nobody's known format.
    pub mapping: Option<MappingInput>,
    /// A table is read even if none of its columns tells who a row is about.
    pub unmapped: bool,
    /// Of messages: whose they are.
    pub owner: Owner,
}

/// Whose files these are.
#[derive(Debug, Clone, Default)]
pub struct Owner {
    /// Their LinkedIn profile, where somebody has said it.
    pub slug: Option<String>,
    /// What the account is called.
    pub name: String,
}

/// The entries of a file, read one by one in constant memory.
pub struct Rows {
    pub kind: ImportKind,
    /// As in the WHATWG standard: `UTF-8`, `UTF-16LE`, `windows-1252`.
    pub encoding: &'static str,
    pub layout: Option<Layout>,
    /// Of messages: who has a part in them.
    pub census: Census,
    pub owner: Owner,
    entries: Box<dyn Iterator<Item = Entry> + Send>,
}

/// Characters of a heading that are told.
const HEADING: usize = 200;
/// Bytes of entries that are read ahead to count them.
const AHEAD: usize = 4 * 1024 * 1024;

impl Rows {
    /// Whether there are more entries than this, or as many bytes of them as would be some thousand: they are read
    /// ahead so far.
    pub fn are_more_than(&mut self, count: usize) -> bool {
        let (mut ahead, mut size) = (Vec::new(), 0);
        while ahead.len() <= count && size < AHEAD {
            let Some(entry) = self.entries.next() else { break };
            size += entry.size();
            ahead.push(entry);
        }
        let are_more = ahead.len() > count || size >= AHEAD;
        let rest = std::mem::replace(&mut self.entries, Box::new(std::iter::empty()));
        self.entries = Box::new(ahead.into_iter().chain(rest));
        are_more
    }

    /// Headings of a table of any make that nothing is read from. Of Inroad's own such columns say nothing that others do
    /// not, and what known programs write is kept.
    pub fn ignored_columns(&self) -> Vec<String> {
        let Some(layout) = self.layout.as_ref().filter(|_| self.kind == ImportKind::Csv) else { return Vec::new() };
        if own::recognises(&layout.headings) {
            return Vec::new();
        }
        let unread = layout.headings.iter().zip(&layout.columns).filter(|(_, column)| column.is_none());
        let headings = unread.map(|(heading, _)| heading.trim()).filter(|heading| !heading.is_empty());
        headings.map(|heading| heading.chars().take(HEADING).collect()).collect()
    }

    fn new(kind: ImportKind, encoding: &'static str, entries: impl Iterator<Item = Entry> + Send + 'static) -> Self {
        let (census, owner) = (Census::default(), Owner::default());
        Self { kind, encoding, layout: None, census, owner, entries: Box::new(entries) }
    }
}

/// How a table is laid out.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Layout {
    /// One character.
    #[schema(example = ";")]
    pub delimiter: String,
    /// Of dates in figures: as it was said or shows, else as it is assumed; `null` where there are none.
    pub date_order: Option<DateOrder>,
    /// Nothing shows the order: of a date such as 03/04/2020 the rows say how it was taken.
    pub date_order_is_assumed: bool,
    #[serde(skip)]
    pub headings: Vec<String>,
    /// Of each column the first values.
    #[serde(skip)]
    pub sample: Vec<Vec<String>>,
    /// What the columns mean, where that is no matter of the format.
    #[serde(skip)]
    pub columns: Vec<Option<Column>>,
}

impl Iterator for Rows {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        self.entries.next()
    }
}

/// Opens an upload, told by its content and not by its name: a vCard, a table, or an archive with one of these in it.
pub fn open(mut file: File, hints: &Hints) -> Result<Rows, FileError> {
    if archive::is_archive(&mut file)? {
        if matches!(hints.kind, None | Some(ImportKind::LinkedinArchive)) && hints.mapping.is_none() {
            let [connections, messages, invitations] =
                archive::extract_each(&file, [CONNECTIONS, TouchKind::Message.file(), TouchKind::Invitation.file()])?;
            if messages.is_some() || invitations.is_some() {
                return linkedin_archive(connections, messages, invitations, hints);
            }
        }
        file = archive::extract(file, &wanted(hints.kind))?;
    }
    if hints.kind == Some(ImportKind::LinkedinConnections) {
        return connections(file, hints.encoding);
    }
    let head = Head::read(file.try_clone()?, hints.encoding)?;
    // Who says that it is a table may have rows in it that cannot be read.
    let is_said = hints.mapping.is_some() || !matches!(hints.kind, None | Some(ImportKind::Vcard));
    if !is_said && !head.is_text() {
        return Err(FileError::NotCsv);
    }
    let encoding = head.encoding();
    let may_be_cards = hints.kind.is_none() && hints.mapping.is_none();
    if hints.kind == Some(ImportKind::Vcard) && !head.has_cards() {
        return Err(FileError::NotVcard);
    }
    if hints.kind == Some(ImportKind::Vcard) || may_be_cards && head.is_vcard() {
        return Ok(Rows::new(ImportKind::Vcard, encoding, Cards::new(head.text())));
    }
    let candidates = head.candidates(hints.delimiter);
    let known = match hints.kind {
        None if hints.mapping.is_none() => candidates.iter().find_map(|found| Some((recognise(found)?, found))),
        Some(kind) if kind != ImportKind::Csv => {
            let header = candidates.iter().find(|found| is_header_of(kind, found));
            Some((kind, header.ok_or_else(|| head.without_header())?))
        }
        _ => None,
    };
    match known {
        Some((ImportKind::LinkedinConnections, _)) => connections(file, hints.encoding),
        Some((ImportKind::LinkedinMessages, _)) => touches(file, TouchKind::Message, encoding, hints),
        Some((ImportKind::LinkedinInvitations, _)) => touches(file, TouchKind::Invitation, encoding, hints),
        Some((ImportKind::GoogleContacts, header)) => {
            let (table, _) = head.table(header);
            let layout = Some(Layout::of(&table));
            Ok(Rows { layout, ..Rows::new(ImportKind::GoogleContacts, encoding, Google::new(table)) })
        }
        Some((kind, header)) => {
            let (table, sample) = head.table(header);
            let columns = outlook::columns(&table.headings);
            Ok(mapped(kind, encoding, table, sample, columns, hints.date_order))
        }
        None => any_table(head, &candidates, hints),
    }
}

fn connections(file: File, encoding: Option<&'static Encoding>) -> Result<Rows, FileError> {
    let rows = linkedin::read(file, encoding)?;
    let encoding = rows.encoding();
    Ok(Rows::new(ImportKind::LinkedinConnections, encoding, rows.map(Into::into)))
}

/// Messages or invitations by themselves. The file is read twice: whose it is shows only in all of it.
fn touches(file: File, kind: TouchKind, encoding: &'static str, hints: &Hints) -> Result<Rows, FileError> {
    let mut census = Census::default();
    census.add(file.try_clone()?, kind, hints)?;
    let rows = Touches::open(file, kind, hints)?;
    let kind = match kind {
        TouchKind::Message => ImportKind::LinkedinMessages,
        TouchKind::Invitation => ImportKind::LinkedinInvitations,
    };
    Ok(Rows { census, owner: hints.owner.clone(), ..Rows::new(kind, encoding, rows) })
}

/// All of these files that there are: first the people, then what was written.
fn linkedin_archive(
    people: Option<File>,
    messages: Option<File>,
    invitations: Option<File>,
    hints: &Hints,
) -> Result<Rows, FileError> {
    let mut census = Census::default();
    let mut encoding = encoding_rs::UTF_8.name();
    let mut entries: Box<dyn Iterator<Item = Entry> + Send> = Box::new(std::iter::empty());
    if let Some(file) = people {
        let rows = connections(file, hints.encoding)?;
        encoding = rows.encoding;
        entries = Box::new(rows);
    }
    let files =
        [(messages, TouchKind::Message, Part::Messages), (invitations, TouchKind::Invitation, Part::Invitations)];
    for (file, kind, part) in files {
        let Some(file) = file else { continue };
        census.add(file.try_clone()?, kind, hints)?;
        let rows = Touches::open(file, kind, hints)?;
        entries = Box::new(entries.chain(rows.map(move |entry| entry.in_part(part))));
    }
    let kind = ImportKind::LinkedinArchive;
    Ok(Rows { census, owner: hints.owner.clone(), ..Rows::new(kind, encoding, entries) })
}

/// What an archive is searched for.
fn wanted(kind: Option<ImportKind>) -> Vec<&'static str> {
    match kind {
        Some(ImportKind::LinkedinConnections) => vec![CONNECTIONS],
        Some(ImportKind::LinkedinMessages) => vec![TouchKind::Message.file()],
        Some(ImportKind::LinkedinInvitations) => vec![TouchKind::Invitation.file()],
        Some(ImportKind::LinkedinArchive) => {
            vec![CONNECTIONS, TouchKind::Message.file(), TouchKind::Invitation.file()]
        }
        Some(ImportKind::Vcard) => vec![".vcf"],
        Some(_) => vec![".csv"],
        None => vec![CONNECTIONS, ".vcf", ".csv"],
    }
}

fn recognise(found: &Candidate) -> Option<ImportKind> {
    [
        ImportKind::LinkedinConnections,
        ImportKind::LinkedinMessages,
        ImportKind::LinkedinInvitations,
        ImportKind::GoogleContacts,
        ImportKind::OutlookContacts,
    ]
    .into_iter()
    .find(|kind| is_header_of(*kind, found))
}

fn is_header_of(kind: ImportKind, found: &Candidate) -> bool {
    match kind {
        ImportKind::LinkedinConnections => linkedin::recognises(&found.cells),
        ImportKind::LinkedinMessages => TouchKind::Message.recognises(&found.cells),
        ImportKind::LinkedinInvitations => TouchKind::Invitation.recognises(&found.cells),
        ImportKind::GoogleContacts => google::recognises(&found.cells),
        ImportKind::OutlookContacts => outlook::recognises(&found.cells),
        ImportKind::LinkedinArchive | ImportKind::InroadArchive | ImportKind::Vcard | ImportKind::Csv => false,
    }
}

/// A table of any make, by the mapping that is given, or by the one that its headings suggest.
fn any_table(head: Head, candidates: &[Candidate], hints: &Hints) -> Result<Rows, FileError> {
    let encoding = head.encoding();
    let likely = hints.delimiter.unwrap_or_else(|| head.likely_delimiter());
    let in_order = || {
        let (first, rest): (Vec<_>, Vec<_>) = candidates.iter().partition(|found| found.delimiter == likely);
        first.into_iter().chain(rest)
    };
    let mapping = hints.mapping.as_ref();
    if mapping.is_some_and(|mapping| !mapping.has_header) {
        let (table, sample) = head.headless(likely);
        let columns = mapping.map(|mapping| mapping.columns_of(&table.headings)).unwrap_or_default();
        return Ok(mapped(ImportKind::Csv, encoding, table, sample, columns, hints.date_order));
    }
    if mapping.is_none()
        && let Some(header) = candidates.iter().find(|found| own::recognises(&found.cells))
    {
        let (table, sample) = head.table(header);
        let columns = own::columns(&table.headings);
        return Ok(mapped(ImportKind::Csv, encoding, table, sample, columns, hints.date_order));
    }
    let header = match mapping {
        Some(mapping) => in_order().find(|found| mapping.names_any(&found.cells)),
        None => in_order().find(|found| suggest::tells_who(&suggest::columns(&found.cells))),
    };
    let first = in_order().find(|found| found.cells.iter().filter(|cell| !cell.is_empty()).count() > 1);
    let header = header.or(first.filter(|_| hints.unmapped));
    let Some(header) = header else {
        return Err(match first {
            Some(first) => {
                let headings: String = first.cells.join(", ").chars().take(200).collect();
                FileError::MappingRequired { headings }
            }
            None => head.without_header(),
        });
    };
    let (table, sample) = head.table(header);
    let columns = match mapping {
        Some(mapping) => mapping.columns_of(&table.headings),
        None => suggest::columns(&table.headings),
    };
    Ok(mapped(ImportKind::Csv, encoding, table, sample, columns, hints.date_order))
}

fn mapped(
    kind: ImportKind,
    encoding: &'static str,
    table: Table,
    sample: Vec<Vec<String>>,
    columns: Vec<Option<Column>>,
    date_order: Option<DateOrder>,
) -> Rows {
    let shown = date_order.map(|order| (order, false)).or_else(|| columns::date_order(&columns, &sample));
    let date_order_is_assumed = shown.is_some_and(|(_, is_assumed)| is_assumed);
    let date_order = shown.filter(|_| !date_order_is_assumed).map(|(order, _)| order);
    let layout = Layout { sample, columns: columns.clone(), ..Layout::of(&table) };
    let layout = Layout { date_order: shown.map(|(order, _)| order), date_order_is_assumed, ..layout };
    let keeps_commas = own::recognises(&table.headings);
    let entries = Mapped { table, columns, date_order, how_found: HowFound::Import, keeps_commas };
    Rows { layout: Some(layout), ..Rows::new(kind, encoding, entries) }
}

impl Layout {
    fn of(table: &Table) -> Self {
        let delimiter = char::from(table.delimiter).to_string();
        Self { delimiter, headings: table.headings.clone(), ..Self::default() }
    }
}
