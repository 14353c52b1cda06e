//! From a record to a connection.

use chrono::NaiveDate;

use super::header::{Column, Columns};
use super::name::Name;
use super::value::{clean, date, is_email};
use super::{Connection, Entry, Problem, Profile};
use crate::transfer::records::{Fault, Record};

/// The most characters of a name, a company or a title.
const MAX_TEXT: usize = 200;
/// The most bytes of a link, an e-mail address or a date.
const LONGEST_OTHER: usize = 8_000;
/// How much of a wrong value a problem tells.
const VALUE_TOLD_CHARS: usize = 100;

/// What one record of the body says.
pub fn entry(record: &Record<'_>, columns: &Columns) -> Result<Entry, Fault> {
    let connection = connection(record, columns)?;
    if has_identity(&connection) {
        return Ok(Entry::Connection(connection));
    }
    Ok(Entry::Skipped { line: record.line, reason: about_nobody(record) })
}

fn about_nobody(record: &Record<'_>) -> &'static str {
    if record.fields().all(|field| clean(field).is_none()) { "empty" } else { "no_identity" }
}

/// LinkedIn leaves nothing but the date of members who left or hid themselves, and of some their profile.
fn has_identity(connection: &Connection) -> bool {
    connection.given_name.is_some()
        || connection.family_name.is_some()
        || connection.profile.is_some() && connection.company.is_some()
        || connection.email.is_some()
}

fn connection(record: &Record<'_>, columns: &Columns) -> Result<Connection, Fault> {
    fits_header(record, columns)?;
    let mut row = Row { record, columns, problems: Vec::new() };
    let (given_name, family_name) = (row.text(Column::GivenName), row.text(Column::FamilyName));
    let Name { prefix, given, family, suffix } = Name::split(given_name, family_name);
    Ok(Connection {
        line: record.line,
        name_prefix: prefix,
        given_name: given,
        family_name: family,
        name_suffix: suffix,
        profile: row.profile(),
        email: row.email(),
        company: row.text(Column::Company),
        title: row.text(Column::Title),
        connected_on: row.connected_on(),
        problems: row.problems,
    })
}

/// Values beyond the header mean a stray delimiter, and then none of the columns can be trusted.
/// Empty fields are what spreadsheets pad rows with.
fn fits_header(record: &Record<'_>, columns: &Columns) -> Result<(), Fault> {
    match record.fields().skip(columns.count()).position(|field| clean(field).is_some()) {
        None => Ok(()),
        Some(beyond) => Err(Fault {
            line: record.line,
            column: number(columns.count() + beyond),
            code: "too_many_columns",
            detail: format!("the row has more columns than the {} of the header", columns.count()),
        }),
    }
}

/// The record with what was found wrong in it so far.
struct Row<'a> {
    record: &'a Record<'a>,
    columns: &'a Columns,
    problems: Vec<Problem>,
}

impl Row<'_> {
    /// A name, a company or a title; the person stays, however long it is.
    fn text(&mut self, column: Column) -> Option<String> {
        let text = clean(self.record.field(self.columns.index(column)?))?;
        if text.chars().nth(MAX_TEXT).is_none() {
            return Some(text);
        }
        self.problem(column, "value_too_long", "was shortened to 200 characters", &text);
        Some(text.chars().take(MAX_TEXT).collect::<String>().trim_end().to_owned())
    }

    fn profile(&mut self) -> Option<Profile> {
        self.parsed(Column::Url, "invalid_profile", "is not the link of a LinkedIn profile", Profile::parse)
    }

    fn email(&mut self) -> Option<String> {
        self.parsed(Column::Email, "invalid_email", "is not an e-mail address", |text| {
            is_email(text).then(|| text.to_owned())
        })
    }

    fn connected_on(&mut self) -> Option<NaiveDate> {
        self.parsed(Column::ConnectedOn, "invalid_date", "is not a date such as 12 Mar 2025", date)
    }

    /// A value that can be done without: if it is wrong, the row stays, with a problem.
    fn parsed<T>(
        &mut self,
        column: Column,
        code: &'static str,
        message: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = clean(self.record.field(self.columns.index(column)?))?;
        let value = if text.len() <= LONGEST_OTHER { parse(&text) } else { None };
        if value.is_none() {
            self.problem(column, code, message, &text);
        }
        value
    }

    fn problem(&mut self, column: Column, code: &'static str, message: &'static str, value: &str) {
        self.problems.push(Problem {
            column: column.name(),
            number: self.columns.index(column).and_then(number).unwrap_or_default(),
            code,
            message,
            value: value.chars().take(VALUE_TOLD_CHARS).collect(),
        });
    }
}

/// The 1-based number of a 0-based index.
fn number(index: usize) -> Option<u64> {
    u64::try_from(index + 1).ok()
}
