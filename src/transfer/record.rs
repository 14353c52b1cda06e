//! What one entry of a file says of a person, whatever the file's format.
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::dealings::Dealings;
use super::linkedin::{Profile, Touch};
use super::model::{ImportProblem, Part};
use crate::contacts::{self, Education, Email, HowFound, Phone, Position, PostalAddress};
use crate::fields::{self, Link};
use crate::text::{fold, name_key};

/// One entry of a file: a row of a table, or a card.
#[derive(Debug)]
pub enum Entry {
    Person(Box<Record>),
    /// What the member and somebody else wrote to each other.
    Touch(Box<Touch>),
    /// About nobody: `no_identity` if nothing tells who it is, `empty` if there is nothing at all.
    Skipped {
        line: u64,
        reason: &'static str,
    },
    /// Cannot be used. `column` is 1-based. Whether more entries follow is for the format to say.
    Error {
        line: u64,
        column: Option<u64>,
        /// What the file calls the column.
        heading: Option<String>,
        code: &'static str,
        detail: String,
    },
}

impl Entry {
    /// Bytes in the file, more or less.
    pub fn size(&self) -> usize {
        match self {
            Self::Person(record) => record.size,
            Self::Touch(touch) => touch.body.len(),
            Self::Skipped { .. } | Self::Error { .. } => 0,
        }
    }

    /// The entry of another file of the archive.
    pub fn in_part(mut self, part: Part) -> Self {
        match &mut self {
            Self::Person(record) => record.line = part.place(record.line),
            Self::Touch(touch) => touch.line = part.place(touch.line),
            Self::Skipped { line, .. } | Self::Error { line, .. } => *line = part.place(*line),
        }
        self
    }
}

/// A person as an entry has them.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// 1-based line of the file on which the entry starts.
    pub line: u64,
    /// What the source itself knows the person by: stays the same from export to export.
    pub key: String,
    /// The key of an earlier entry of the file, if this one is about the same person.
    pub repeats: Option<String>,
    pub said: Said,
    /// Of the LinkedIn profiles among the links.
    pub slugs: Vec<String>,
    /// Noted of contacts that the entry adds.
    pub how_found: Option<HowFound>,
    pub how_found_on: Option<chrono::NaiveDate>,
    /// What Inroad has no field for, as the file has it.
    pub extras: Vec<Value>,
    /// Bytes in the file, more or less.
    pub size: usize,
    pub problems: Vec<ImportProblem>,
}

/// What a source says of a person. It is kept with the source's key, so that a later import can tell news from what
/// a person has changed since.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    pub given_name: Option<String>,
    pub additional_name: Option<String>,
    pub family_name: Option<String>,
    pub name_prefix: Option<String>,
    pub name_suffix: Option<String>,
    pub preferred_name: Option<String>,
    pub pronunciation: Option<String>,
    pub pronouns: Option<String>,
    pub headline: Option<String>,
    pub location: Option<String>,
    pub time_zone: Option<String>,
    pub how_found_detail: Option<String>,
    pub notes: Option<String>,
    pub emails: Vec<Email>,
    pub phones: Vec<Phone>,
    pub links: Vec<Link>,
    pub addresses: Vec<PostalAddress>,
    pub positions: Vec<Position>,
    pub education: Vec<Education>,
    pub industries: Vec<String>,
    pub expertise: Vec<String>,
    pub shared_ground: Vec<String>,
    pub tags: Vec<String>,
    pub custom_fields: Map<String, Value>,
    /// In Inroad's own files.
    pub dealings: Dealings,
    /// The name of whoever can introduce this person.
    pub referred_by: Option<String>,
    /// A digest of the extras.
    pub extras: Option<String>,
}

impl Said {
    /// As the database keeps it: what is not said takes no room.
    pub fn compact(&self) -> Value {
        strip(fields::store(self))
    }

    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.compact().to_string().hash(&mut hasher);
        hasher.finish()
    }

    pub fn full_name(&self) -> String {
        let names = [&self.given_name, &self.additional_name, &self.family_name];
        let name = names.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        if name.is_empty() { self.preferred_name.clone().unwrap_or_default() } else { name }
    }

    /// How to call the person in a report.
    pub fn shown_name(&self) -> String {
        let name = self.full_name();
        let company = || self.positions.iter().find_map(|position| position.company_name.clone());
        if !name.is_empty() {
            return name;
        }
        self.emails.first().map(|email| email.address.clone()).or_else(company).unwrap_or_default()
    }

    /// As contacts are sorted.
    pub fn sort_name(&self) -> String {
        match (&self.family_name, &self.given_name) {
            (Some(family), Some(given)) => format!("{family} {given}"),
            (Some(family), None) => family.clone(),
            (None, Some(given)) => given.clone(),
            (None, None) => self.preferred_name.clone().unwrap_or_default(),
        }
    }

    /// Something by which a contact may be made: a name, an e-mail address or a company.
    pub fn tells_who(&self) -> bool {
        !self.shown_name().is_empty()
    }

    pub fn slugs(&self) -> impl Iterator<Item = String> {
        self.links.iter().filter_map(|link| Profile::parse(&link.url)).map(|profile| profile.slug)
    }

    pub fn email_keys(&self) -> impl Iterator<Item = String> {
        self.emails.iter().map(|email| email.address.to_lowercase())
    }

    /// In E.164, as contacts keep them.
    pub fn phone_keys(&self) -> impl Iterator<Item = String> {
        let country = self.country();
        self.phones.iter().filter_map(move |phone| contacts::e164(&phone.number, country))
    }

    pub fn country(&self) -> Option<&str> {
        self.addresses.iter().find_map(|address| address.country.as_deref())
    }

    pub fn company_keys(&self) -> impl Iterator<Item = String> {
        self.positions.iter().filter_map(|position| position.company_name.as_deref()).map(name_key)
    }

    /// The key of a source that gives its people no ids: the first handle and the name. Several people may share an
    /// address or a number.
    pub fn natural_key(&self) -> String {
        let name = name_key(&self.full_name());
        if let Some(email) = self.email_keys().next() {
            return format!("mail:{email}|{name}");
        }
        if let Some(phone) = self.phones.first() {
            return format!("tel:{}|{name}", digits(&phone.number));
        }
        format!("name:{name}|{}", self.company_keys().next().unwrap_or_default())
    }
}

/// The words of a name in any order, folded: `Lovelace, Ada` and `Ada Lovelace` are one.
pub fn name_words(name: &str) -> String {
    let folded = fold(name).replace([',', '.'], " ");
    let mut words: Vec<&str> = folded.split_whitespace().collect();
    words.sort_unstable();
    words.join(" ")
}

pub fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

fn strip(value: Value) -> Value {
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    };
    match value {
        Value::Object(object) => {
            let kept = object.into_iter().filter(|(name, value)| name != "is_primary" || *value == true);
            kept.map(|(name, value)| (name, strip(value))).filter(|(_, value)| !empty(value)).collect()
        }
        Value::Array(list) => list.into_iter().map(strip).collect(),
        other => other,
    }
}
