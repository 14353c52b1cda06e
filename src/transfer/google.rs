//! Google Contacts as CSV: today's layout and the one before, which differ in the headings. Both number what there may
//! be several of (`E-mail 2 - Value`), and join by ` ::: ` the values that share a label.
use std::collections::BTreeMap;

use serde_json::json;

use super::columns::{dated, fits_header};
use super::reading::{AddressParts, Place, Reading};
use super::record::Entry;
use super::records::Record;
use super::table::{Table, heading};
use super::value::{clean, date, is_in_figures, split_name};
use crate::contacts::HowFound;

/// Headings that only Google has.
const TELLING: [&str; 16] = [
    "phonetic first name",
    "phonetic middle name",
    "phonetic last name",
    "file as",
    "organization name",
    "organization title",
    "organization department",
    "name prefix",
    "name suffix",
    "labels",
    "group membership",
    "given name yomi",
    "family name yomi",
    "additional name",
    "yomi name",
    "short name",
];
const NUMBERED: [&str; 10] =
    ["e-mail", "phone", "address", "website", "organization", "relation", "event", "custom field", "im", "chat"];
const SEPARATOR: &str = " ::: ";
/// A mark of the primary value, and of Google's own groups.
const STAR: &str = "* ";

pub fn recognises(headings: &[String]) -> bool {
    let names: Vec<String> = headings.iter().map(|text| heading(text)).collect();
    let named = names
        .iter()
        .any(|name| ["first name", "last name", "given name", "family name", "name"].contains(&name.as_str()));
    let telling = |name: &&String| TELLING.contains(&name.as_str()) || numbered(name).is_some();
    named && names.iter().filter(telling).count() >= 2
}

/// `e-mail 1 - value` is the part `value` of the first `e-mail`.
fn numbered(heading: &str) -> Option<(&str, u32, &str)> {
    let (left, part) = heading.split_once(" - ")?;
    let (group, number) = left.rsplit_once(' ')?;
    NUMBERED.contains(&group).then_some((group, number.parse().ok()?, part))
}

/// The rows of a file.
pub struct Google {
    table: Table,
    headings: Vec<String>,
}

impl Google {
    pub fn new(table: Table) -> Self {
        let headings = table.headings.iter().map(|text| heading(text)).collect();
        Self { table, headings }
    }
}

impl Iterator for Google {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        Some(match self.table.records.read()? {
            Err(fault) => Entry::unread(fault, &self.table.headings),
            Ok(record) => match fits_header(&record, self.headings.len()) {
                Some(fault) => Entry::unread(fault, &self.table.headings),
                None => Row::of(&record, &self.table.headings, &self.headings).read(),
            },
        })
    }
}

type Cell<'a> = (Place<'a>, &'a str);

/// A row's cells that have something in them, by their headings.
struct Row<'a> {
    line: u64,
    size: usize,
    single: BTreeMap<&'a str, Cell<'a>>,
    /// By group and number, then by part.
    numbered: BTreeMap<(&'a str, u32), BTreeMap<&'a str, Cell<'a>>>,
    others: Vec<(&'a str, Cell<'a>)>,
}

impl<'a> Row<'a> {
    fn of(record: &'a Record<'a>, shown: &'a [String], headings: &'a [String]) -> Self {
        let mut row =
            Self { line: record.line, size: 0, single: BTreeMap::new(), numbered: BTreeMap::new(), others: Vec::new() };
        for (index, name) in headings.iter().enumerate() {
            let text = record.field(index);
            row.size += text.len();
            if clean(text).is_none() {
                continue;
            }
            let column = shown.get(index).map(String::as_str);
            let cell = (Place { line: None, column, number: u64::try_from(index + 1).ok() }, text);
            if let Some((group, number, part)) = numbered(name) {
                row.numbered.entry((group, number)).or_default().insert(part, cell);
            } else if SINGLE.contains(&name.as_str()) {
                row.single.insert(name, cell);
            } else {
                row.others.push((column.unwrap_or_default(), cell));
            }
        }
        row
    }

    fn one(&self, reading: &mut Reading, names: &[&str], limit: usize) -> Option<String> {
        let (place, text) = names.iter().find_map(|name| self.single.get(name))?;
        reading.text(*place, limit, text)
    }

    fn read(&self) -> Entry {
        let mut reading = Reading::new(self.line);
        reading.record.size = self.size;
        reading.record.how_found = Some(HowFound::Import);
        self.names(&mut reading);
        self.organizations(&mut reading);
        for ((group, _), parts) in &self.numbered {
            match *group {
                "e-mail" => values(parts, &["value"], |at, value, label, first| reading.email(at, value, label, first)),
                "phone" => values(parts, &["value"], |at, value, label, first| reading.phone(at, value, label, first)),
                // The older layout escapes the colon: `http\://…`.
                "website" => values(parts, &["value"], |at, value, label, _| {
                    reading.link(at, &value.replace("\\:", ":"), label, false);
                }),
                "address" => address(&mut reading, parts),
                "organization" => {}
                group => custom(&mut reading, group, parts),
            }
        }
        self.rest(&mut reading);
        // Google writes no row for nobody: a name that it shows is a name.
        if !reading.record.said.tells_who() {
            let shown = self.one(&mut reading, &["file as", "name"], 200);
            reading.said().preferred_name = shown;
        }
        let empty = self.single.is_empty() && self.numbered.is_empty() && self.others.is_empty();
        reading.finish(empty)
    }

    fn names(&self, reading: &mut Reading) {
        let given = self.one(reading, &["first name", "given name"], 200);
        let additional = self.one(reading, &["middle name", "additional name"], 200);
        let family = self.one(reading, &["last name", "family name"], 200);
        let whole = self.one(reading, &["name"], 400);
        let (given, family) = match (given, family, whole) {
            (None, None, Some(whole)) => split_name(&whole),
            (given, family, _) => (given, family),
        };
        let prefix = self.one(reading, &["name prefix"], 64);
        let suffix = self.one(reading, &["name suffix"], 64);
        let nickname = self.one(reading, &["nickname", "short name"], 200);
        let phonetic = [
            ["phonetic first name", "given name yomi"],
            ["phonetic middle name", "additional name yomi"],
            ["phonetic last name", "family name yomi"],
        ];
        let phonetic: Vec<String> = phonetic.iter().filter_map(|names| self.one(reading, names, 60)).collect();
        let said = reading.said();
        (said.given_name, said.additional_name, said.family_name) = (given, additional, family);
        (said.name_prefix, said.name_suffix, said.preferred_name) = (prefix, suffix, nickname);
        said.pronunciation = Some(phonetic.join(" ")).filter(|text| !text.is_empty());
    }

    fn organizations(&self, reading: &mut Reading) {
        let single = |name: &str| self.single.get(name).copied();
        let mut all =
            vec![(single("organization name"), single("organization title"), single("organization department"))];
        for ((_, _), parts) in self.numbered.iter().filter(|((group, _), _)| *group == "organization") {
            let part = |name: &str| parts.get(name).copied();
            all.push((part("name"), part("title"), part("department")));
        }
        for (name, title, department) in all {
            let cells = |cell: Option<Cell<'a>>| cell.map_or("", |(_, text)| text).split(SEPARATOR).collect::<Vec<_>>();
            let (names, titles) = (cells(name), cells(title));
            let place = name.or(title).map(|(place, _)| place).unwrap_or_default();
            for index in 0..names.len().max(titles.len()) {
                let text = |list: &[&'a str]| list.get(index).copied().unwrap_or_default();
                reading.position(place, text(&names), text(&titles));
            }
            if let Some((place, text)) = department {
                reading.custom(place, "Department", text);
            }
        }
    }

    fn rest(&self, reading: &mut Reading) {
        for name in ["labels", "group membership"] {
            let Some((place, text)) = self.single.get(name) else { continue };
            for label in text.split(SEPARATOR) {
                let own = label.trim().strip_prefix(STAR);
                if own.is_none_or(|own| !own.replace(' ', "").eq_ignore_ascii_case("mycontacts")) {
                    reading.tag(*place, own.unwrap_or(label));
                }
            }
        }
        if let Some((place, text)) = self.single.get("notes") {
            reading.notes(*place, text);
        }
        if let Some((place, text)) = self.single.get("location") {
            let location = reading.text(*place, 200, text);
            reading.said().location = location;
        }
        if let Some((place, text)) = self.single.get("birthday") {
            // A day without a year stays as Google has it.
            let day = if is_in_figures(text) { dated(reading, *place, text, None) } else { date(text, None) };
            let day = day.map_or_else(|| (*text).to_owned(), |day| day.to_string());
            reading.custom(*place, "Birthday", &day);
        }
        if let Some((_, text)) = self.single.get("photo") {
            reading.record.extras.push(json!({ "column": "Photo", "value": text }));
        }
        for (name, (place, text)) in &self.others {
            reading.custom(*place, name, text);
        }
    }
}

/// Headings that occur once; any other becomes a field of the contact's own.
const SINGLE: [&str; 28] = [
    "first name",
    "given name",
    "middle name",
    "additional name",
    "last name",
    "family name",
    "name",
    "name prefix",
    "name suffix",
    "nickname",
    "short name",
    "file as",
    "phonetic first name",
    "phonetic middle name",
    "phonetic last name",
    "yomi name",
    "given name yomi",
    "additional name yomi",
    "family name yomi",
    "organization name",
    "organization title",
    "organization department",
    "birthday",
    "notes",
    "labels",
    "group membership",
    "location",
    "photo",
];

/// Each value of a numbered group, with its label, and whether it is the primary one.
fn values<'a>(
    parts: &BTreeMap<&'a str, Cell<'a>>,
    names: &[&str],
    mut take: impl FnMut(Place<'a>, &'a str, &'a str, bool),
) {
    let Some((place, text)) = names.iter().find_map(|name| parts.get(name)) else { return };
    let (label, first) = label(parts);
    for value in text.split(SEPARATOR) {
        take(*place, value, label, first);
    }
}

fn label<'a>(parts: &BTreeMap<&'a str, Cell<'a>>) -> (&'a str, bool) {
    let label = ["label", "type"].iter().find_map(|name| parts.get(name)).map_or("", |(_, text)| text.trim());
    match label.strip_prefix(STAR.trim_end()) {
        Some(rest) => (rest.trim(), true),
        None => (label, false),
    }
}

fn address<'a>(reading: &mut Reading, parts: &BTreeMap<&'a str, Cell<'a>>) {
    let (label, first) = label(parts);
    let cells = |name: &str| parts.get(name).map_or("", |(_, text)| *text).split(SEPARATOR).collect::<Vec<_>>();
    let names = ["formatted", "street", "extended address", "po box", "city", "region", "postal code", "country"];
    let all = names.map(cells);
    let Some(place) = parts.values().map(|(place, _)| *place).next() else { return };
    for index in 0..all.iter().map(Vec::len).max().unwrap_or(0) {
        let [formatted, street, extended, po_box, city, region, postal_code, country] =
            all.each_ref().map(|list| list.get(index).copied().unwrap_or_default());
        let lines = [po_box, street, extended].into_iter().filter(|text| !text.trim().is_empty());
        let mut street: Vec<String> = lines.map(str::to_owned).collect();
        let [locality, region, postal_code] = [city, region, postal_code].map(str::to_owned);
        if street.is_empty() && locality.trim().is_empty() && postal_code.trim().is_empty() {
            street.push(formatted.to_owned());
        }
        let address = AddressParts { street, locality, region, postal_code, country: country.to_owned() };
        reading.address(place, address, label, first);
    }
}

/// What Google has and Inroad has no field for: relations, events, custom fields, chats.
fn custom<'a>(reading: &mut Reading, group: &str, parts: &BTreeMap<&'a str, Cell<'a>>) {
    let (label, _) = label(parts);
    let service = parts.get("service").map_or("", |(_, text)| *text);
    let usual = match group {
        "relation" => "Relation",
        "event" => "Event",
        "im" | "chat" => "Chat",
        _ => "Custom field",
    };
    let name = match (service, label) {
        ("", "") => usual.to_owned(),
        ("", label) => label.to_owned(),
        (service, _) => format!("{usual} ({})", service.split(SEPARATOR).next().unwrap_or_default()),
    };
    values(parts, &["value"], |place, value, _, _| reading.custom(place, &name, value));
}
