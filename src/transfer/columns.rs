//! What the columns of a table mean, and a row read by it: Outlook's files by a mapping that is built in, any other
//! table by one that is given.
pub mod own;

use chrono::{DateTime, NaiveTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reading::{AddressParts, Place, Reading, held};
use super::record::Entry;
use super::records::{Fault, Record};
use super::table::Table;
use super::value::{DateOrder, assumed_order, clean, date, is_ambiguous, is_in_figures, split_name};
use crate::contacts::{Education, HowFound};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::enum_variant_names, reason = "named after the fields of a contact")]
pub enum Field {
    GivenName,
    AdditionalName,
    FamilyName,
    /// Given and family name in one: `Ada Lovelace` or `Lovelace, Ada`.
    FullName,
    NamePrefix,
    NameSuffix,
    PreferredName,
    Pronunciation,
    Pronouns,
    Headline,
    Location,
    TimeZone,
    /// One or several, separated by semicolons; so are the next ones.
    Email,
    Phone,
    Link,
    /// A LinkedIn profile.
    Linkedin,
    Company,
    Title,
    StartedOn,
    EndedOn,
    Street,
    Locality,
    Region,
    PostalCode,
    Country,
    School,
    Degree,
    FieldOfStudy,
    Industries,
    Expertise,
    SharedGround,
    /// Separated by commas or semicolons.
    Tags,
    Notes,
    HowFoundDetail,
    HowFoundOn,
    /// The name of the contact who can introduce this one.
    ReferredBy,
    /// A field of its own, under `name` or the heading.
    CustomField,
    /// As before, for dates.
    CustomDate,
    /// A word or a value as the API has it; so are the next ones.
    HowFound,
    Relationship,
    Strength,
    Stage,
    StageReason,
    PreferredChannel,
    DoNotContact,
    LastTouchAt,
    /// The id that the contact had in the Inroad that wrote the table.
    InroadId,
    /// The same of its connector.
    ConnectorId,
    /// All of its own fields, as a JSON object.
    CustomFields,
    /// The ids in other systems, as a JSON object.
    ExternalIds,
    /// All positions, present and former, as a JSON array.
    Positions,
    /// All of the education, as a JSON array.
    Education,
}

/// What one column holds, and how its value is labelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub field: Field,
    /// Of an address, number or page. Columns of postal addresses and positions with the same label belong together.
    pub label: String,
    /// Of a custom field.
    pub name: String,
    /// Values that mean none.
    pub noise: &'static [&'static str],
}

impl Column {
    pub fn new(field: Field, label: &str, name: &str) -> Self {
        Self { field, label: label.to_owned(), name: name.to_owned(), noise: &[] }
    }
}

/// The rows of a table whose columns are known.
pub struct Mapped {
    pub table: Table,
    /// For each column of the table.
    pub columns: Vec<Option<Column>>,
    pub date_order: Option<DateOrder>,
    pub how_found: HowFound,
    /// Commas are part of a word of a list: Inroad's own table separates by semicolons only.
    pub keeps_commas: bool,
}

impl Iterator for Mapped {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        Some(match self.table.records.read()? {
            Err(fault) => Entry::unread(fault, &self.table.headings),
            Ok(record) => match fits_header(&record, self.table.headings.len()) {
                Some(fault) => Entry::unread(fault, &self.table.headings),
                None => {
                    let (headings, columns) = (&self.table.headings, &self.columns);
                    let row = Row { record: &record, headings, columns, keeps_commas: self.keeps_commas };
                    row.read(self.date_order, self.how_found)
                }
            },
        })
    }
}

impl Entry {
    /// An entry that cannot be read, in a table with these headings.
    pub fn unread(fault: Fault, headings: &[String]) -> Self {
        let Fault { line, column, code, detail } = fault;
        let index = column.and_then(|number| usize::try_from(number).ok()?.checked_sub(1));
        let heading = index.and_then(|index| headings.get(index)).filter(|heading| !heading.is_empty());
        Self::Error { line, column, heading: heading.cloned(), code, detail }
    }
}

/// Values beyond the header mean a stray delimiter, and then none of the columns can be trusted.
pub fn fits_header(record: &Record<'_>, columns: usize) -> Option<Fault> {
    let beyond = record.fields().skip(columns).position(|field| clean(field).is_some())?;
    Some(Fault {
        line: record.line,
        column: u64::try_from(columns + beyond + 1).ok(),
        code: "too_many_columns",
        detail: format!("the row has more columns than the {columns} of the header"),
    })
}

struct Row<'a> {
    record: &'a Record<'a>,
    headings: &'a [String],
    columns: &'a [Option<Column>],
    keeps_commas: bool,
}

impl<'a> Row<'a> {
    /// The cells of a field that have something in them.
    fn cells(&self, field: Field) -> impl Iterator<Item = (Place<'a>, &'a Column, &'a str)> {
        let (record, headings) = (self.record, self.headings);
        let columns = self.columns.iter().enumerate().filter_map(|(index, column)| Some((index, column.as_ref()?)));
        columns.filter(move |(_, column)| column.field == field).filter_map(move |(index, column)| {
            let text = record.field(index);
            let word = clean(text)?;
            if column.noise.iter().any(|noise| noise.eq_ignore_ascii_case(&word)) {
                return None;
            }
            let number = u64::try_from(index + 1).ok();
            let place = Place { line: None, column: headings.get(index).map(String::as_str), number };
            Some((place, column, text))
        })
    }

    fn first(&self, field: Field) -> Option<(Place<'a>, &'a str)> {
        self.cells(field).next().map(|(place, _, text)| (place, text))
    }

    fn read(&self, order: Option<DateOrder>, how_found: HowFound) -> Entry {
        let mut reading = Reading::new(self.record.line);
        reading.record.size = self.record.fields().map(str::len).sum();
        reading.record.how_found = Some(how_found);
        self.names(&mut reading);
        self.texts(&mut reading);
        self.lists(&mut reading);
        self.addresses(&mut reading);
        self.positions(&mut reading, order);
        self.schools(&mut reading);
        self.custom(&mut reading, order);
        if let Some((place, text)) = self.first(Field::HowFoundOn) {
            reading.record.how_found_on = dated(&mut reading, place, text, order);
        }
        if let Some((place, text)) = self.first(Field::LastTouchAt) {
            let at = DateTime::parse_from_rfc3339(text.trim()).map(|at| at.to_utc()).ok();
            // A day alone is its beginning.
            let day =
                |reading: &mut Reading| Some(dated(reading, place, text, order)?.and_time(NaiveTime::MIN).and_utc());
            reading.said().dealings.last_touch_at = at.or_else(|| day(&mut reading));
        }
        if let Some((place, name)) = self.first(Field::ReferredBy) {
            let name = reading.text(place, 200, name);
            if let Some(name) = &name {
                reading.record.how_found = Some(HowFound::Referral);
                reading.said().how_found_detail.get_or_insert_with(|| format!("Referred by {name}"));
            }
            reading.said().referred_by = name;
        }
        self.whole_lists(&mut reading);
        self.dealings(&mut reading);
        let empty = self.record.fields().all(|field| clean(field).is_none());
        reading.finish(empty)
    }

    fn names(&self, reading: &mut Reading) {
        let text = |reading: &mut Reading, field, limit| {
            let (place, text) = self.first(field)?;
            reading.text(place, limit, text)
        };
        let given = text(reading, Field::GivenName, 200);
        let family = text(reading, Field::FamilyName, 200);
        let whole = text(reading, Field::FullName, 400);
        let (given, family) = match (given, family, whole) {
            (None, None, Some(whole)) => {
                let (given, family) = split_name(&whole);
                let place = self.first(Field::FullName).map(|(place, _)| place).unwrap_or_default();
                let mut short = |name: Option<String>| name.and_then(|name| reading.text(place, 200, &name));
                (short(given), short(family))
            }
            // Beside a given name, `Name` or `Nom` is the family's, or all of it.
            (Some(given), None, Some(whole)) => {
                let family = match split_name(&whole) {
                    (Some(first), family) if first == given => family,
                    _ => Some(whole.strip_prefix(&format!("{given} ")).unwrap_or(&whole).to_owned()),
                };
                let place = self.first(Field::FullName).map(|(place, _)| place).unwrap_or_default();
                (Some(given), family.and_then(|family| reading.text(place, 200, &family)))
            }
            (given, family, _) => (given, family),
        };
        let additional = text(reading, Field::AdditionalName, 200);
        let prefix = text(reading, Field::NamePrefix, 64);
        let suffix = text(reading, Field::NameSuffix, 64);
        let said = reading.said();
        (said.given_name, said.family_name) = (given, family);
        (said.additional_name, said.name_prefix, said.name_suffix) = (additional, prefix, suffix);
    }

    fn texts(&self, reading: &mut Reading) {
        for (field, limit) in [
            (Field::PreferredName, 200),
            (Field::Pronunciation, 200),
            (Field::Pronouns, 64),
            (Field::Headline, 500),
            (Field::Location, 200),
            (Field::HowFoundDetail, 500),
        ] {
            let Some((place, text)) = self.first(field) else { continue };
            let text = reading.text(place, limit, text);
            let said = reading.said();
            *match field {
                Field::PreferredName => &mut said.preferred_name,
                Field::Pronunciation => &mut said.pronunciation,
                Field::Pronouns => &mut said.pronouns,
                Field::Headline => &mut said.headline,
                Field::Location => &mut said.location,
                _ => &mut said.how_found_detail,
            } = text;
        }
        if let Some((place, text)) = self.first(Field::TimeZone) {
            let zone = clean(text).unwrap_or_default();
            if crate::http::schema::formats::time_zone(&zone) {
                reading.said().time_zone = Some(zone);
            } else {
                reading.problem(place, "invalid_time_zone", "is not an IANA time zone", &zone);
            }
        }
        for (place, _, text) in self.cells(Field::Notes) {
            reading.notes(place, text);
        }
    }

    fn lists(&self, reading: &mut Reading) {
        for (place, column, text) in self.cells(Field::Email) {
            for part in several(text).flat_map(|part| part.split(',')) {
                // `Ada Lovelace <ada@engines.example>`.
                let inside = part.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(inside, _)| inside);
                match inside {
                    Some(address) => reading.email(place, address, &column.label, false),
                    // Exchange has names of its own for its people, with spaces in them.
                    None if !part.contains('@') => reading.email(place, part, &column.label, false),
                    None => part.split_whitespace().for_each(|one| reading.email(place, one, &column.label, false)),
                }
            }
        }
        for (place, column, text) in self.cells(Field::Phone) {
            several(text).for_each(|number| reading.phone(place, number, &column.label, false));
        }
        for (place, column, text) in self.cells(Field::Link).chain(self.cells(Field::Linkedin)) {
            let label = if column.field == Field::Linkedin { "linkedin" } else { &column.label };
            several(text).for_each(|url| reading.link(place, url, label, false));
        }
        let tags = |text: &'a str| several(text).flat_map(|part| part.split(if self.keeps_commas { ';' } else { ',' }));
        for (place, _, text) in self.cells(Field::Tags) {
            tags(text).for_each(|tag| reading.tag(place, tag));
        }
        for (place, _, text) in self.cells(Field::Industries) {
            several(text).for_each(|word| reading.word(place, |said| &mut said.industries, 100, word));
        }
        for (place, _, text) in self.cells(Field::Expertise) {
            tags(text).for_each(|word| reading.word(place, |said| &mut said.expertise, 100, word));
        }
        for (place, _, text) in self.cells(Field::SharedGround) {
            several(text).for_each(|word| reading.word(place, |said| &mut said.shared_ground, 500, word));
        }
    }

    /// The labels of these fields, each once, in the order of the columns.
    fn labels(&self, fields: &[Field]) -> Vec<&'a str> {
        let mut labels = Vec::new();
        for column in self.columns.iter().flatten().filter(|column| fields.contains(&column.field)) {
            if !labels.contains(&column.label.as_str()) {
                labels.push(&column.label);
            }
        }
        labels
    }

    fn labelled(&self, field: Field, label: &str) -> Vec<(Place<'a>, &'a str)> {
        let cells = self.cells(field).filter(|(_, column, _)| column.label == label);
        cells.map(|(place, _, text)| (place, text)).collect()
    }

    fn addresses(&self, reading: &mut Reading) {
        const PARTS: [Field; 5] = [Field::Street, Field::Locality, Field::Region, Field::PostalCode, Field::Country];
        for label in self.labels(&PARTS) {
            let [streets, localities, regions, codes, countries] = PARTS.map(|part| self.labelled(part, label));
            let all = [&streets, &localities, &regions, &codes, &countries];
            let place = all.iter().find_map(|cells| cells.first()).map(|(place, _)| *place).unwrap_or_default();
            let joined =
                |cells: &[(Place<'_>, &str)]| cells.iter().map(|(_, text)| *text).collect::<Vec<_>>().join(" ");
            let parts = AddressParts {
                street: streets.iter().map(|(_, text)| (*text).to_owned()).collect(),
                locality: joined(&localities),
                region: joined(&regions),
                postal_code: joined(&codes),
                country: joined(&countries),
            };
            reading.address(place, parts, label, false);
        }
    }

    fn positions(&self, reading: &mut Reading, order: Option<DateOrder>) {
        for label in self.labels(&[Field::Company, Field::Title]) {
            let one = |field| self.labelled(field, label).first().copied();
            let (company, title) = (one(Field::Company), one(Field::Title));
            let place = company.or(title).map(|(place, _)| place).unwrap_or_default();
            let mut short = |cell: Option<(Place<'_>, &str)>| cell.and_then(|(at, text)| reading.text(at, 200, text));
            let (company, title) = (short(company), short(title));
            if company.is_none() && title.is_none() {
                continue;
            }
            let mut day = |field| one(field).and_then(|(at, text)| dated(reading, at, text, order));
            let (started_on, mut ended_on) = (day(Field::StartedOn), day(Field::EndedOn));
            if ended_on < started_on && ended_on.is_some() {
                reading.problem(place, "invalid_date", "the position ends before it starts", "");
                ended_on = None;
            }
            let mut position = held(company, title);
            (position.started_on, position.ended_on) = (started_on, ended_on);
            reading.said().positions.push(position);
        }
    }

    fn schools(&self, reading: &mut Reading) {
        for (place, _, text) in self.cells(Field::School) {
            several(text).for_each(|school| reading.school(place, school));
        }
        let mut text = |field| self.first(field).and_then(|(place, text)| reading.text(place, 200, text));
        let (degree, field_of_study) = (text(Field::Degree), text(Field::FieldOfStudy));
        if let [Education { degree: known, field_of_study: field, .. }] = reading.said().education.as_mut_slice() {
            (*known, *field) = (degree, field_of_study);
        }
    }

    fn custom(&self, reading: &mut Reading, order: Option<DateOrder>) {
        for (place, column, text) in self.cells(Field::CustomField) {
            reading.custom(place, &column.name, text);
        }
        for (place, column, text) in self.cells(Field::CustomDate) {
            if no_date(text) {
                continue;
            }
            // What is no whole date may still mean something to a person.
            let day = if is_in_figures(text) { dated(reading, place, text, order) } else { date(text, order) };
            let day = day.map_or_else(|| text.to_owned(), |day| day.to_string());
            reading.custom(place, &column.name, &day);
        }
    }
}

/// The values of a cell that may hold several.
pub fn several(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '\n']).flat_map(|part| part.split(" ::: ")).map(str::trim).filter(|part| !part.is_empty())
}

/// Outlook writes `0/0/00`.
fn no_date(text: &str) -> bool {
    !text.chars().any(|c| c.is_alphanumeric() && c != '0') || text.trim_start().starts_with("0/0/")
}

pub fn dated(
    reading: &mut Reading,
    place: Place<'_>,
    text: &str,
    order: Option<DateOrder>,
) -> Option<chrono::NaiveDate> {
    if no_date(text) {
        return None;
    }
    let day = date(text, order);
    match day {
        None => reading.problem(place, "invalid_date", "is not a date", text),
        Some(day) if order.is_none() && is_ambiguous(text) => {
            let detail =
                format!("was taken for {day}: no date of the file shows their order, which `date_order` can say");
            reading.problem(place, "assumed_date_order", detail, text);
        }
        Some(_) => {}
    }
    day
}

/// The order of the dates in these columns of the first rows, and whether that is only assumed.
pub fn date_order(columns: &[Option<Column>], sample: &[Vec<String>]) -> Option<(DateOrder, bool)> {
    const DATES: [Field; 5] =
        [Field::StartedOn, Field::EndedOn, Field::HowFoundOn, Field::LastTouchAt, Field::CustomDate];
    let dates = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.as_ref().is_some_and(|column| DATES.contains(&column.field)));
    let dates: Vec<usize> = dates.map(|(index, _)| index).collect();
    let cells = || sample.iter().flat_map(|row| dates.iter().filter_map(|index| row.get(*index).map(String::as_str)));
    let shown = DateOrder::detect(cells()).map(|order| (order, false));
    shown.or_else(|| cells().find(|text| is_in_figures(text)).map(|text| (assumed_order(text), true)))
}
