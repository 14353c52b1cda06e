//! What a card says of a person. What Inroad has no field for is kept as it is.
use std::collections::HashMap;

use percent_encoding::percent_decode_str;

use super::property::Property;
use super::{Card, Trouble};
use crate::contacts::HowFound;
use crate::exports::is_call;
use crate::http::schema::formats;
use crate::transfer::reading::{AddressParts, Place, Reading};
use crate::transfer::record::{Entry, name_words};
use crate::transfer::value::{self, clean, link, split_name};

/// Types that say how, not which: `TEL;TYPE=work,voice` is a number at work.
const MUTE: [&str; 10] = ["pref", "internet", "voice", "x400", "dom", "intl", "postal", "parcel", "msg", "text"];

/// The entry of a card.
pub fn entry(mut card: Card) -> Entry {
    let old = value_of(&card, "VERSION").is_some_and(|version| version.starts_with('2'));
    card.properties.iter_mut().for_each(|property| property.old_escapes = old);
    let kind = value_of(&card, "KIND").or_else(|| value_of(&card, "X-ADDRESSBOOKSERVER-KIND")).unwrap_or_default();
    if kind.eq_ignore_ascii_case("group") {
        return Entry::Skipped { line: card.line, reason: "group" };
    }
    let empty = card.properties.is_empty();
    let others = alternatives(&mut card);
    let mut reader = Reader::new(&card);
    reader.read(&card, others, kind.eq_ignore_ascii_case("org"));
    for Trouble { line, property, code, detail } in &card.troubles {
        let place =
            Place { line: Some(*line), column: Some(property.as_str()).filter(|name| !name.is_empty()), number: None };
        reader.reading.problem(place, code, detail.as_str(), "");
    }
    let uid = value_of(&card, "X-INROAD-ID").map(|id| format!("urn:uuid:{id}")).or_else(|| value_of(&card, "UID"));
    if let Some(uid) = uid.and_then(|uid| clean(&uid)) {
        reader.reading.record.key = format!("uid:{uid}");
    }
    reader.reading.finish(empty)
}

/// Takes out what says the same as another property in another way, mostly in another language (RFC 6350, 5.4): of each the
/// one that is liked best stays.
fn alternatives(card: &mut Card) -> Vec<Property> {
    const NAMES: [&str; 8] = ["N", "FN", "ORG", "TITLE", "ROLE", "ADR", "NOTE", "EXPERTISE"];
    let of = |property: &Property| {
        let id = property.parameter("ALTID").filter(|_| NAMES.contains(&property.name.as_str()))?;
        Some((property.name.clone(), id.to_owned()))
    };
    let mut best: HashMap<(String, String), (u8, u64)> = HashMap::new();
    for property in &card.properties {
        if let Some(same) = of(property) {
            let rank = (property.preference(), property.line);
            best.entry(same).and_modify(|known| *known = rank.min(*known)).or_insert(rank);
        }
    }
    let is_other = |property: &mut Property| {
        of(property).and_then(|same| best.get(&same).copied()).is_some_and(|(_, line)| line != property.line)
    };
    card.properties.extract_if(.., is_other).collect()
}

fn value_of(card: &Card, name: &str) -> Option<String> {
    let found = card.properties.iter().find(|property| property.name == name);
    found.map(|property| property.text().trim().to_owned()).filter(|text| !text.is_empty())
}

pub(super) struct Reader {
    pub(super) reading: Reading,
    /// By group, as Apple names what has no type of its own.
    labels: HashMap<String, String>,
    /// For each kind of list the property that is liked best.
    primary: HashMap<&'static str, u64>,
    kept: Vec<Property>,
}

pub(super) fn place(property: &Property) -> Place<'_> {
    Place { line: Some(property.line), column: Some(property.name.as_str()), number: None }
}

impl Reader {
    fn new(card: &Card) -> Self {
        let mut reading = Reading::new(card.line);
        reading.record.size = card.size;
        reading.record.how_found = Some(HowFound::Import);
        let labelled = card.properties.iter().filter(|property| property.name == "X-ABLABEL");
        let labels = labelled.filter_map(|property| {
            let text = property.text();
            let apple = text.strip_prefix("_$!<").and_then(|rest| rest.strip_suffix(">!$_"));
            let text = apple.map_or(text.clone(), |word| {
                if word == "HomePage" { "home page".to_owned() } else { word.to_lowercase() }
            });
            Some((property.group.clone()?, text))
        });
        let mut primary = HashMap::new();
        for list in ["EMAIL", "TEL", "ADR", "URL"] {
            let own = card.properties.iter().filter(|property| property.name == list && property.preference() <= 100);
            if let Some(best) = own.min_by_key(|property| property.preference()) {
                primary.insert(list, best.line);
            }
        }
        Self { labels: labels.collect(), primary, reading, kept: Vec::new() }
    }

    fn read(&mut self, card: &Card, others: Vec<Property>, is_org: bool) {
        for property in &card.properties {
            self.take(property);
        }
        let own = |name: &str| card.properties.iter().filter(|property| property.name == name).collect::<Vec<_>>();
        self.positions(&own("ORG"), &own("TITLE"), &own("ROLE"), card);
        let org = value_of(card, "ORG").map(|org| org.split(';').next().unwrap_or_default().to_owned());
        let shown_as_company =
            value_of(card, "X-ABSHOWAS").is_some_and(|kind| kind.eq_ignore_ascii_case("COMPANY")) && !is_org;
        // Some programs give a company a name as if it were a person.
        let is_person = shown_as_company && own("N").first().is_some_and(|name| is_person(name, org.as_deref()));
        let company = is_org || shown_as_company && !is_person;
        // Version 4.0 has several names to be shown: the one that is liked best first.
        let mut shown = own("FN");
        shown.sort_by_key(|name| name.preference());
        self.names(&own("N"), &shown, company, org.as_deref());
        if shown.len() > 1 {
            self.kept.extend(shown.into_iter().cloned());
        }
        self.kept.extend(others);
        // A label goes with what it labels.
        let groups: Vec<_> = self.kept.iter().filter_map(|property| property.group.clone()).collect();
        for label in own("X-ABLABEL") {
            if label.group.as_ref().is_some_and(|group| groups.contains(group)) {
                self.kept.push((*label).clone());
            }
        }
        self.reading.record.extras = self.kept.iter().map(Property::stored).collect();
    }

    pub(super) fn keep(&mut self, property: &Property) {
        self.kept.push(property.clone());
    }

    /// Keeps what a property that is read says besides. Its label, by which it may be in a group, is read.
    pub(super) fn keep_more(&mut self, property: &Property) {
        if property.says_more() {
            self.keep(&Property { group: None, ..property.clone() });
        }
    }

    fn label(&self, property: &Property) -> String {
        if let Some(label) = property.group.as_ref().and_then(|group| self.labels.get(group)) {
            return label.clone();
        }
        let mut words: Vec<String> = Vec::new();
        for kind in property.all("TYPE") {
            let word = match kind.to_lowercase() {
                word if word == "cell" => "mobile".to_owned(),
                word => word.strip_prefix("x-").map_or(word.clone(), str::to_owned),
            };
            if !MUTE.contains(&word.as_str()) && !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(" ")
    }

    fn is_primary(&self, property: &Property) -> bool {
        self.primary.get(property.name.as_str()) == Some(&property.line)
    }

    fn take(&mut self, property: &Property) {
        let at = place(property);
        match property.name.as_str() {
            // Read elsewhere, or of no use outside the program that wrote it.
            "VERSION"
            | "PRODID"
            | "REV"
            | "N"
            | "FN"
            | "ORG"
            | "TITLE"
            | "ROLE"
            | "X-ABLABEL"
            | "X-ABADR"
            | "X-ADDRESSBOOKSERVER-KIND"
            | "SORT-STRING"
            | "MAILER" => {}
            "KIND" => {
                if !property.text().trim().eq_ignore_ascii_case("individual") {
                    self.keep(property);
                }
            }
            "EMAIL" => {
                let (label, first) = (self.label(property), self.is_primary(property));
                self.keep_more(property);
                self.reading.email(at, &property.text(), &label, first);
            }
            "TEL" => self.telephone(property),
            "ADR" => self.address(property),
            "URL" => {
                let (label, first) = (self.label(property), self.is_primary(property));
                match link(&property.text()) {
                    Some(url) => {
                        self.keep_more(property);
                        self.reading.link(at, &url, &label, first);
                    }
                    None => self.keep(property),
                }
            }
            "X-SOCIALPROFILE" | "SOCIALPROFILE" => self.profile(property),
            "NOTE" => {
                self.keep_more(property);
                self.reading.notes(at, &property.text());
            }
            "CATEGORIES" => {
                self.keep_more(property);
                property.parts(',').iter().for_each(|tag| self.reading.tag(at, tag));
            }
            "EXPERTISE" => {
                self.keep_more(property);
                self.reading.word(at, |said| &mut said.expertise, 100, &property.text());
            }
            "NICKNAME" => self.nickname(property),
            "PRONOUNS" => self.pronouns(property),
            "X-PHONETIC-FIRST-NAME" | "X-PHONETIC-MIDDLE-NAME" | "X-PHONETIC-LAST-NAME" => {
                let text = self.reading.text(at, 60, &property.text());
                let known = self.reading.said().pronunciation.take();
                let all: Vec<String> = [known, text].into_iter().flatten().collect();
                self.reading.said().pronunciation = Some(all.join(" ")).filter(|text| !text.is_empty());
            }
            "TZ" => {
                let zone = property.text().trim().to_owned();
                if formats::time_zone(&zone) && self.reading.said().time_zone.is_none() {
                    self.keep_more(property);
                    self.reading.said().time_zone = Some(zone);
                } else {
                    self.keep(property);
                }
            }
            name => match name.strip_prefix("X-INROAD-") {
                Some(own) => self.own(own, property),
                None => self.keep(property),
            },
        }
    }

    fn telephone(&mut self, property: &Property) {
        let text = property.text();
        if is_call(&text) {
            return self.keep(property);
        }
        let number = match text.trim().split_once(':') {
            Some((scheme, rest)) if ["tel", "sms", "callto"].contains(&scheme.to_lowercase().as_str()) => {
                let decoded = percent_decode_str(rest).decode_utf8_lossy().into_owned();
                match decoded.split_once(';') {
                    Some((number, options)) => {
                        let ext = options.split(';').find_map(|option| option.strip_prefix("ext="));
                        ext.map_or(number.to_owned(), |ext| format!("{number} ext. {ext}"))
                    }
                    None => decoded,
                }
            }
            _ => text,
        };
        let (label, first) = (self.label(property), self.is_primary(property));
        self.keep_more(property);
        self.reading.phone(place(property), &number, &label, first);
    }

    /// Post box, what comes before the street, street, locality, region, postal code, country (RFC 6350, 6.3.1).
    fn address(&mut self, property: &Property) {
        let mut parts = property.parts(';');
        parts.resize(7, String::new());
        let lists = parts.iter().map(|part| part.trim().to_owned()).collect::<Vec<_>>();
        let [po_box, extended, street, locality, region, postal_code, country] = lists.as_slice() else { return };
        let lines = [po_box, extended, street].into_iter().filter(|line| !line.is_empty());
        let address = AddressParts {
            street: lines.cloned().collect(),
            locality: locality.clone(),
            region: region.clone(),
            postal_code: postal_code.clone(),
            country: country.clone(),
        };
        let (label, first) = (self.label(property), self.is_primary(property));
        self.keep_more(property);
        self.reading.address(place(property), address, &label, first);
    }

    /// A page where there is one; a name alone is kept.
    fn profile(&mut self, property: &Property) {
        let label = self.label(property);
        let service = property.parameter("SERVICE-TYPE").unwrap_or(&label).to_lowercase();
        match link(&property.text()) {
            Some(url) => {
                self.keep_more(property);
                self.reading.link(place(property), &url, &service, false);
            }
            None => self.keep(property),
        }
    }

    fn nickname(&mut self, property: &Property) {
        let names = property.parts(',');
        let first = names.iter().find_map(|name| self.reading.text(place(property), 200, name));
        if names.len() > 1 || property.says_more() || self.reading.said().preferred_name.is_some() {
            self.keep(property);
        }
        self.reading.said().preferred_name = self.reading.record.said.preferred_name.take().or(first);
    }

    pub(super) fn pronouns(&mut self, property: &Property) {
        if self.reading.said().pronouns.is_some() {
            return self.keep(property);
        }
        self.reading.record.said.pronouns = self.reading.text(place(property), 64, &property.text());
    }

    /// A title goes with the company of its group, or of its place in the order. Units of a company have no field.
    fn positions(&mut self, orgs: &[&Property], titles: &[&Property], roles: &[&Property], card: &Card) {
        let mut titles: Vec<&Property> = titles.to_vec();
        let mut roles: Vec<&Property> = roles.to_vec();
        for org in orgs {
            let units = org.parts(';');
            let company = units.first().cloned().unwrap_or_default();
            if units.iter().filter(|unit| !unit.trim().is_empty()).count() > 1 || org.says_more() {
                self.keep(org);
            }
            let title = take_of(&mut titles, org).or_else(|| take_of(&mut roles, org));
            if let Some(title) = title {
                self.keep_more(title);
            }
            let title = title.map(|title| title.text()).unwrap_or_default();
            self.reading.position(place(org), &company, &title);
            self.dates(org, card);
        }
        for title in titles {
            self.keep_more(title);
            self.reading.position(place(title), "", &title.text());
            self.dates(title, card);
        }
        for role in roles {
            if self.reading.said().positions.is_empty() {
                self.reading.position(place(role), "", &role.text());
            } else {
                self.keep(role);
            }
        }
    }

    /// What Inroad's own cards tell of the position of this group.
    fn dates(&mut self, of: &Property, card: &Card) {
        let told = |name: &str| {
            let own =
                |property: &&Property| property.name == name && property.group.is_some() && property.group == of.group;
            card.properties.iter().find(own).map(Property::text)
        };
        let day = |name: &str| told(name).and_then(|text| text.parse().ok());
        let (started_on, ended_on) = (day("X-INROAD-STARTED-ON"), day("X-INROAD-ENDED-ON"));
        let is_current = told("X-INROAD-IS-CURRENT").and_then(|text| text.parse().ok());
        if let Some(position) = self.reading.said().positions.last_mut() {
            (position.started_on, position.ended_on, position.is_current) = (started_on, ended_on, is_current);
        }
    }

    fn names(&mut self, names: &[&Property], shown: &[&Property], company: bool, org: Option<&str>) {
        let shown_name = shown.iter().find_map(|name| clean(&name.text()));
        if company || shown_name.is_some() && shown_name.as_deref() == org.and_then(clean).as_deref() && !told(names) {
            if self.reading.said().positions.is_empty() {
                self.reading.position(Place::default(), &shown_name.unwrap_or_default(), "");
            }
            return;
        }
        if let Some(name) = names.first() {
            let (at, parts) = (place(name), name.components());
            let several = parts.iter().any(|list| list.iter().filter(|part| !part.is_empty()).count() > 1);
            if several || parts.len() > 5 || name.says_more() {
                self.keep(name);
            }
            let mut text = |index: usize, limit, between| {
                let part = parts.get(index).map(|list| list.join(between)).unwrap_or_default();
                self.reading.text(at, limit, &part)
            };
            let (family, given, additional) = (text(0, 200, " "), text(1, 200, " "), text(2, 200, " "));
            let (prefix, suffix) = (text(3, 64, ", "), text(4, 64, ", "));
            let said = self.reading.said();
            (said.family_name, said.given_name, said.additional_name) = (family, given, additional);
            (said.name_prefix, said.name_suffix) = (prefix, suffix);
        }
        let Some(shown_name) = shown_name else { return };
        let said = self.reading.said();
        if said.given_name.is_none() && said.family_name.is_none() {
            let at = shown.first().map(|name| place(name)).unwrap_or_default();
            // Programs that know no name show the address or the number.
            let is_handle =
                value::is_email(&shown_name) || shown_name.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
            if !is_handle && said.preferred_name.as_ref() != Some(&shown_name) {
                let (given, family) = split_name(&shown_name);
                let mut short = |name: Option<String>| name.and_then(|name| self.reading.text(at, 200, &name));
                let (given, family) = (short(given), short(family));
                (self.reading.said().given_name, self.reading.said().family_name) = (given, family);
            }
        } else if let Some(name) = shown.first()
            && (name.says_more() || name_words(&shown_name) != name_words(&said.full_name()))
        {
            self.kept.push((*name).clone());
        }
    }
}

/// Whether a name is somebody's, and not the company's.
fn is_person(name: &Property, org: Option<&str>) -> bool {
    let words = name_words(&name.components().concat().join(" "));
    !words.is_empty() && org.is_none_or(|org| name_words(org) != words)
}

fn told(names: &[&Property]) -> bool {
    names.iter().any(|name| name.value.chars().any(|c| c != ';' && !c.is_whitespace()))
}

/// Takes the one of the same group, or else the first without a group.
fn take_of<'a>(list: &mut Vec<&'a Property>, of: &Property) -> Option<&'a Property> {
    let same = list.iter().position(|one| one.group.is_some() && one.group == of.group);
    let at = same.or_else(|| list.iter().position(|one| one.group.is_none() || of.group.is_none()))?;
    Some(list.remove(at))
}
