//! Collects what an entry says, held against what a contact may have. A value that does not fit is shortened or left
//! out, with a problem; the entry stays.
use serde_json::Value;

use super::country::country;
use super::model::ImportProblem;
use super::record::{Entry, Record, Said, digits};
use super::value::{clean, clean_lines, is_email, link, phone};
use crate::auth::sha256;
use crate::contacts::{Education, Email, Phone, Position, PostalAddress};
use crate::fields::Link;

/// How much of a wrong value a problem tells.
const TOLD: usize = 100;
const NOTES: usize = 65_536;
const LABEL: usize = 64;
/// Of a list such as `emails`; and of the others.
const MANY: usize = 50;
const FEW: usize = 20;
const WORDS: usize = 100;
const CUSTOM_FIELDS: usize = 60;
const CUSTOM_FIELDS_SIZE: usize = 12 * 1024;

/// Where in the file a value stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place<'a> {
    /// When it is not the entry's first one.
    pub line: Option<u64>,
    pub column: Option<&'a str>,
    /// 1-based.
    pub number: Option<u64>,
}

/// A postal address as a file has it.
#[derive(Debug, Default)]
pub struct AddressParts {
    pub street: Vec<String>,
    pub locality: String,
    pub region: String,
    pub postal_code: String,
    pub country: String,
}

/// An entry while it is read.
#[derive(Debug, Default)]
pub struct Reading {
    pub record: Record,
}

impl Reading {
    pub fn new(line: u64) -> Self {
        Self { record: Record { line, ..Record::default() } }
    }

    pub fn said(&mut self) -> &mut Said {
        &mut self.record.said
    }

    pub fn problem(&mut self, at: Place<'_>, code: &str, detail: impl Into<String>, value: &str) {
        let value = value.chars().take(TOLD).collect();
        self.record.problems.push(ImportProblem {
            line: at.line.and_then(|line| i64::try_from(line).ok()),
            column: at.column.map(str::to_owned),
            column_number: at.number,
            value: Some(value),
            ..ImportProblem::new(code, detail)
        });
    }

    /// A text of one line, of at most so many characters.
    pub fn text(&mut self, at: Place<'_>, limit: usize, text: &str) -> Option<String> {
        let text = clean(text)?;
        Some(self.short(at, limit, text))
    }

    fn short(&mut self, at: Place<'_>, limit: usize, text: String) -> String {
        if text.len() <= limit || text.chars().count() <= limit {
            return text;
        }
        self.problem(at, "value_too_long", format!("was shortened to {limit} characters"), &text);
        text.chars().take(limit).collect::<String>().trim_end().to_owned()
    }

    fn full(&mut self, at: Place<'_>, have: usize, limit: usize, value: &str) -> bool {
        if have >= limit {
            self.problem(at, "too_many", format!("a contact has at most {limit} of these"), value);
        }
        have >= limit
    }

    fn label(label: &str) -> Option<String> {
        let label: String = clean(label)?.chars().take(LABEL).collect();
        let known = label.to_lowercase();
        let usual = ["work", "home", "mobile", "main", "other", "fax", "cell", "business"];
        Some(if usual.iter().any(|word| known.contains(word)) { known } else { label })
    }

    pub fn email(&mut self, at: Place<'_>, address: &str, label: &str, is_primary: bool) {
        let Some(address) = clean(address) else { return };
        let address = address.strip_prefix("mailto:").unwrap_or(&address).to_owned();
        if !is_email(&address) {
            return self.problem(at, "invalid_email", "is not an e-mail address", &address);
        }
        let have = &self.record.said.emails;
        if have.iter().any(|known| known.address.eq_ignore_ascii_case(&address))
            || self.full(at, have.len(), MANY, &address)
        {
            return;
        }
        self.said().emails.push(Email { address, label: Self::label(label), is_primary });
    }

    pub fn phone(&mut self, at: Place<'_>, number: &str, label: &str, is_primary: bool) {
        let Some(text) = clean(number) else { return };
        let Some(number) = phone(number).filter(|number| number.chars().count() <= 64) else {
            return self.problem(at, "invalid_phone", "is not a telephone number", &text);
        };
        let have = &self.record.said.phones;
        let same = |known: &Phone| known.number == number || digits(&known.number) == digits(&number);
        if have.iter().any(same) || self.full(at, have.len(), MANY, &number) {
            return;
        }
        self.said().phones.push(Phone { number, e164: None, label: Self::label(label), is_primary });
    }

    pub fn link(&mut self, at: Place<'_>, url: &str, label: &str, is_primary: bool) {
        let Some(text) = clean(url) else { return };
        let Some(url) = link(&text).filter(|url| url.chars().count() <= 2048) else {
            return self.problem(at, "invalid_link", "is not the address of a page", &text);
        };
        let have = &self.record.said.links;
        if have.iter().any(|known| known.url == url) || self.full(at, have.len(), MANY, &url) {
            return;
        }
        self.said().links.push(Link { url, label: Self::label(label), is_primary });
    }

    pub fn address(&mut self, at: Place<'_>, parts: AddressParts, label: &str, is_primary: bool) {
        let AddressParts { mut street, locality, region, postal_code, country: named } = parts;
        let code = country(&named);
        if code.is_none() && !named.trim().is_empty() {
            // Kept where a letter would have it.
            street.push(named.clone());
            self.problem(
                at,
                "unknown_country",
                "is no country that is known here; it became a line of the street",
                &named,
            );
        }
        let street = clean_lines(&street.join("\n")).map(|text| self.short(at, 500, text));
        let address = PostalAddress {
            street,
            locality: self.text(at, 200, &locality),
            region: self.text(at, 200, &region),
            postal_code: self.text(at, 32, &postal_code),
            country: code,
            label: Self::label(label),
            is_primary,
        };
        let PostalAddress { street, locality, region, postal_code, country, .. } = &address;
        let some = [street, locality, region, postal_code, country].into_iter().any(Option::is_some);
        let have = self.record.said.addresses.len();
        if some && !self.full(at, have, FEW, &named) {
            self.said().addresses.push(address);
        }
    }

    pub fn position(&mut self, at: Place<'_>, company: &str, title: &str) {
        let (company_name, title) = (self.text(at, 200, company), self.text(at, 200, title));
        let told = company_name.clone().or_else(|| title.clone());
        let Some(told) = told else { return };
        if !self.full(at, self.record.said.positions.len(), MANY, &told) {
            self.said().positions.push(held(company_name, title));
        }
    }

    pub fn school(&mut self, at: Place<'_>, school: &str) {
        let Some(school) = self.text(at, 200, school) else { return };
        let have = &self.record.said.education;
        if !have.iter().any(|known| known.school == school) && !self.full(at, have.len(), FEW, &school) {
            let none = Education { school, degree: None, field_of_study: None, start_year: None, end_year: None };
            self.said().education.push(none);
        }
    }

    /// One word of a list such as the tags.
    pub fn word(&mut self, at: Place<'_>, list: impl Fn(&mut Said) -> &mut Vec<String>, limit: usize, word: &str) {
        let Some(word) = self.text(at, limit, word) else { return };
        let have = list(self.said());
        let (there, count) = (have.contains(&word), have.len());
        if !there && !self.full(at, count, if limit > WORDS { MANY } else { WORDS }, &word) {
            list(self.said()).push(word);
        }
    }

    pub fn tag(&mut self, at: Place<'_>, tag: &str) {
        self.word(at, |said| &mut said.tags, WORDS, tag);
    }

    /// Appended to what the notes have already.
    pub fn notes(&mut self, at: Place<'_>, text: &str) {
        let Some(text) = clean_lines(text) else { return };
        let whole = match self.said().notes.take() {
            Some(before) => format!("{before}\n\n{text}"),
            None => text,
        };
        self.record.said.notes = Some(self.short(at, NOTES, whole));
    }

    /// A fact that Inroad has no field for, under a name of the file's own.
    pub fn custom(&mut self, at: Place<'_>, name: &str, value: &str) {
        let (Some(name), Some(value)) = (clean(name), clean_lines(value)) else { return };
        let name: String = name.chars().take(100).collect();
        let value = self.short(at, 4096, value);
        let fields = &self.record.said.custom_fields;
        let size: usize = fields.iter().map(|(name, value)| name.len() + value.as_str().map_or(0, str::len) + 6).sum();
        if fields.len() >= CUSTOM_FIELDS || size + value.len() + name.len() > CUSTOM_FIELDS_SIZE {
            return self.problem(at, "too_many", "the contact's own fields are full", &value);
        }
        match self.said().custom_fields.get_mut(&name) {
            Some(Value::String(before)) => {
                let joined = format!("{before}; {value}");
                *before = joined.chars().take(4096).collect();
            }
            _ => {
                self.said().custom_fields.insert(name, Value::from(value));
            }
        }
    }

    /// The same of a value of any type, as Inroad's own tables have them.
    pub fn custom_value(&mut self, at: Place<'_>, name: &str, value: Value) {
        let has_room = self.record.said.custom_fields.len() < CUSTOM_FIELDS;
        match (value, clean(name).filter(|name| name.chars().count() <= 100)) {
            (Value::String(text), _) => self.custom(at, name, &text),
            (value @ (Value::Number(_) | Value::Bool(_)), Some(name)) if has_room => {
                self.said().custom_fields.insert(name, value);
            }
            (value, _) => self.problem(at, "invalid_value", "is no value of a field", &value.to_string()),
        }
    }

    /// The finished entry. Without a key of the source's own, the handles make one.
    pub fn finish(mut self, empty: bool) -> Entry {
        let said = &mut self.record.said;
        if !said.tells_who()
            && let Some(phone) = said.phones.first()
        {
            // Phones keep numbers that nobody gave a name.
            said.preferred_name = Some(phone.number.clone());
        }
        if !said.tells_who() {
            let reason = if empty { "empty" } else { "no_identity" };
            return Entry::Skipped { line: self.record.line, reason };
        }
        if !self.record.extras.is_empty() {
            let text = serde_json::to_vec(&self.record.extras).unwrap_or_default();
            self.record.said.extras = Some(hex::encode(&sha256(&text)[..12]));
        }
        self.record.slugs = self.record.said.slugs().collect();
        if self.record.key.is_empty() {
            self.record.key = self.record.said.natural_key();
        }
        if self.record.key.len() > 600 {
            // An index entry has some 2,700 bytes.
            self.record.key = format!("sha256:{}", hex::encode(sha256(self.record.key.as_bytes())));
        }
        Entry::Person(Box::new(self.record))
    }
}

/// A position that somebody has now.
pub fn held(company_name: Option<String>, title: Option<String>) -> Position {
    Position {
        id: None,
        company_id: None,
        company_in_trash: false,
        company_name,
        title,
        started_on: None,
        ended_on: None,
        is_current: None,
    }
}
