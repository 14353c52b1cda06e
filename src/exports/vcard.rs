//! A contact as a vCard: 4.0 (RFC 6350, with RFC 6715 and 9554) or 3.0 (RFC 2426).
use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::content_lines::{escape, joined, push_line};
use super::foreign::{ForeignProperties, components, first_component};
use crate::contacts::{Contact, Position, PostalAddress};
use crate::fields::store;
use crate::http::schema::formats;
use crate::text::fold;

/// A version of vCard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum VcardVersion {
    #[default]
    #[serde(rename = "4.0")]
    Four,
    #[serde(rename = "3.0")]
    Three,
}

/// Labels that are types of vCard, with the types that they are.
const TYPES: [(&str, &str); 9] = [
    ("work", "work"),
    ("home", "home"),
    ("mobile", "cell"),
    ("cell", "cell"),
    ("fax", "fax"),
    ("pager", "pager"),
    ("video", "video"),
    ("voice", "voice"),
    ("text", "text"),
];

/// What names a page of somebody's at a social network (RFC 9554, 2.7; before that each program had its own).
const PROFILES: [&str; 2] = ["SOCIALPROFILE", "X-SOCIALPROFILE"];

/// The card, with all that a card can say; for what has no name in the standards there are properties `X-INROAD-…`.
/// `foreign` is what other programs' cards have said of the contact and Inroad has no field for.
pub fn card(contact: &Contact, mut foreign: ForeignProperties, version: VcardVersion) -> String {
    let mut card = Card { text: String::new(), version, groups: 0 };
    card.line("BEGIN:VCARD");
    card.line(if version == VcardVersion::Four { "VERSION:4.0" } else { "VERSION:3.0" });
    card.value("PRODID", "-//Inroad//Inroad//EN");
    // Whoever gave the contact an id of their own knows it by that.
    match foreign.take("UID", |_| true) {
        Some(uid) => {
            card.line(&format!("UID:{}", uid.value));
            card.line(&format!("X-INROAD-ID:{}", contact.id));
            foreign.drop_all("UID");
        }
        None => card.line(&format!("UID:urn:uuid:{}", contact.id)),
    }
    card.line(&format!("REV:{}", card.instant(contact.updated_at)));
    card.names(contact, &mut foreign);
    card.ways_to_reach(contact, &mut foreign);
    card.positions(&contact.positions, &mut foreign);
    if let Some(notes) = &contact.notes {
        let about = foreign.take_about("NOTE", |value| flat(value).trim() == notes.trim());
        card.line(&format!("NOTE{about}:{}", escape(notes)));
    }
    foreign.drop_all("NOTE");
    card.tags(&contact.tags, &mut foreign);
    if let Some(zone) = &contact.time_zone {
        let about = foreign.take_about("TZ", |value| flat(value).trim() == zone);
        // A zone by name is a text, which only the older version does not expect.
        let kind = card.newer("", ";VALUE=text");
        card.line(&format!("TZ{kind}{about}:{zone}"));
    }
    foreign.drop_where("TZ", |value| formats::time_zone(flat(value).trim()));
    card.about(contact, &mut foreign);
    card.dealings(contact);
    foreign.lines(version).for_each(|line| card.line(&line));
    card.line("END:VCARD");
    card.text
}

struct Card {
    text: String,
    version: VcardVersion,
    groups: usize,
}

impl Card {
    fn line(&mut self, line: &str) {
        push_line(&mut self.text, line);
    }

    fn value(&mut self, name: &str, value: &str) {
        self.line(&format!("{name}:{}", escape(value)));
    }

    fn text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.value(name, value);
        }
    }

    fn texts(&mut self, name: &str, values: &[String]) {
        for value in values {
            self.value(name, value);
        }
    }

    fn instant(&self, at: DateTime<Utc>) -> String {
        match self.version {
            VcardVersion::Four => at.format("%Y%m%dT%H%M%SZ").to_string(),
            VcardVersion::Three => at.to_rfc3339_opts(SecondsFormat::Secs, true),
        }
    }

    /// The name of what only the newer version has a name for.
    fn newer(&self, four: &'static str, three: &'static str) -> &'static str {
        if self.version == VcardVersion::Four { four } else { three }
    }

    /// A property of a labelled list. A label that is not made of types stands beside it, as Apple's address book has it.
    /// `about` are further parameters.
    fn labelled(&mut self, (name, about): (&str, &str), label: Option<&str>, is_primary: bool, value: &str) {
        let known = label.and_then(|label| types(name, label));
        let mut parameters = about.to_owned();
        let four = self.version == VcardVersion::Four;
        let mut types: Vec<&str> = known.clone().unwrap_or_default();
        if is_primary && !four {
            types.push("pref");
        }
        if !types.is_empty() {
            // Quotation marks around a list are of the newer version; one type needs none.
            let _ = write!(parameters, ";TYPE={}", types.join(","));
        }
        if is_primary && four {
            parameters.push_str(";PREF=1");
        }
        let other = label.filter(|_| known.is_none());
        match other {
            None => self.line(&format!("{name}{parameters}:{value}")),
            Some(label) => {
                self.groups += 1;
                let group = format!("item{}", self.groups);
                self.line(&format!("{group}.{name}{parameters}:{value}"));
                self.line(&format!("{group}.X-ABLabel:{}", escape(label)));
            }
        }
    }

    fn names(&mut self, contact: &Contact, foreign: &mut ForeignProperties) {
        let shown = if contact.name.is_empty() { "Unnamed" } else { &contact.name };
        // A name to be shown that is not made of the parts is kept as long as it has a part of them.
        let parts = [&contact.given_name, &contact.family_name];
        let fits = |value: &str| parts.into_iter().flatten().any(|part| fold(value).contains(&fold(part)));
        match foreign.take("FN", fits) {
            Some(shown) => self.line(&format!("FN{}:{}", shown.about(), shown.value)),
            None => {
                self.value("FN", shown);
                foreign.drop_all("FN");
            }
        }
        // Version 3.0 has one name to be shown, and one in parts.
        if self.version == VcardVersion::Three {
            foreign.drop_every("FN");
        }
        let parts = [
            &contact.family_name,
            &contact.given_name,
            &contact.additional_name,
            &contact.name_prefix,
            &contact.name_suffix,
        ];
        let parts = parts.map(|part| part.as_deref().unwrap_or_default());
        // Several given names are one text to the contact.
        match foreign.take("N", |value| names_are(value, parts)) {
            Some(whole) => self.line(&format!("N{}:{}", whole.about(), whole.value)),
            None => self.line(&format!("N:{}", joined(parts, ";"))),
        }
        foreign.drop_all("N");
        if self.version == VcardVersion::Three {
            foreign.drop_every("N");
        }
        let first =
            |value: &str| contact.preferred_name.as_deref().is_some_and(|name| value.starts_with(&escape(name)));
        match foreign.take("NICKNAME", first) {
            Some(names) => self.line(&format!("NICKNAME{}:{}", names.about(), names.value)),
            None => self.text("NICKNAME", contact.preferred_name.as_deref()),
        }
    }

    /// Those of which a card said more stay together as they were there.
    fn tags(&mut self, tags: &[String], foreign: &mut ForeignProperties) {
        let mut left: Vec<&str> = tags.iter().map(String::as_str).collect();
        let parts = |value: &str| components(value).concat().into_iter().map(|tag| tag.trim().to_owned());
        while let Some(list) = foreign.take("CATEGORIES", |value| parts(value).all(|tag| left.contains(&tag.as_str())))
        {
            self.line(&format!("CATEGORIES{}:{}", list.about(), list.value));
            let told: Vec<String> = parts(&list.value).collect();
            left.retain(|tag| !told.iter().any(|told| told == tag));
        }
        foreign.drop_all("CATEGORIES");
        if !left.is_empty() {
            self.line(&format!("CATEGORIES:{}", joined(left, ",")));
        }
    }

    fn ways_to_reach(&mut self, contact: &Contact, foreign: &mut ForeignProperties) {
        for email in &contact.emails {
            let is_one =
                |value: &str| flat(value).trim().trim_start_matches("mailto:").eq_ignore_ascii_case(&email.address);
            let about = foreign.take_about("EMAIL", is_one);
            self.labelled(("EMAIL", &about), email.label.as_deref(), email.is_primary, &escape(&email.address));
        }
        for phone in &contact.phones {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            let about = foreign.take_about("TEL", |value| digits(value) == digits(&phone.number));
            self.labelled(("TEL", &about), phone.label.as_deref(), phone.is_primary, &escape(&phone.number));
        }
        for address in &contact.addresses {
            let parts = [
                None,
                None,
                address.street.as_deref(),
                address.locality.as_deref(),
                address.region.as_deref(),
                address.postal_code.as_deref(),
                address.country.as_deref(),
            ];
            let value = joined(parts.map(Option::unwrap_or_default), ";");
            // How it is written on a letter goes with the place.
            let about = foreign.take_about("ADR", |value| is_of(value, address));
            self.labelled(("ADR", &about), address.label.as_deref(), address.is_primary, &value);
        }
        foreign.drop_all("ADR");
        for link in &contact.links {
            // A URI is no text: nothing in it is escaped.
            let is_one = |value: &str| {
                link.url.strip_suffix(flat(value).trim()).is_some_and(|scheme| ["", "https://"].contains(&scheme))
            };
            let profile = PROFILES.iter().find_map(|name| foreign.take(name, |value| page(value) == page(&link.url)));
            let (name, about) = match &profile {
                Some(profile) => (profile.name.as_str(), profile.about()),
                None => ("URL", foreign.take_about("URL", is_one)),
            };
            self.labelled((name, &about), link.label.as_deref(), link.is_primary, &link.url);
        }
        // What the contact has no more. What could be none of its fields stays.
        foreign.drop_all("EMAIL");
        foreign.drop_where("TEL", |value| !is_call(value));
        for name in ["URL"].iter().chain(&PROFILES) {
            foreign.drop_where(name, |value| flat(value).trim().starts_with("http"));
        }
    }

    /// Present ones first, each a group of its own.
    fn positions(&mut self, positions: &[Position], foreign: &mut ForeignProperties) {
        let (present, past): (Vec<_>, Vec<_>) = positions.iter().partition(|position| position.current());
        for (number, position) in present.into_iter().chain(past).enumerate() {
            let group = format!("position{}", number + 1);
            if let Some(company) = &position.company_name {
                // With its units, which have no field.
                let whole = foreign.take("ORG", |value| first_component(value) == *company);
                match whole {
                    Some(whole) => self.line(&format!("{group}.ORG{}:{}", whole.about(), whole.value)),
                    None => self.line(&format!("{group}.ORG:{}", escape(company))),
                }
            }
            if let Some(title) = &position.title {
                let about = foreign.take_about("TITLE", |value| flat(value).trim() == title);
                self.line(&format!("{group}.TITLE{about}:{}", escape(title)));
            }
            let dates = [("STARTED-ON", position.started_on), ("ENDED-ON", position.ended_on)];
            for (name, date) in dates.into_iter().filter_map(|(name, date)| Some((name, date?))) {
                self.line(&format!("{group}.X-INROAD-{name}:{date}"));
            }
            if !position.current() {
                self.line(&format!("{group}.X-INROAD-IS-CURRENT:false"));
            }
        }
        // Those of companies that the contact has no position at any more.
        foreign.drop_all("ORG");
        foreign.drop_all("TITLE");
    }

    fn about(&mut self, contact: &Contact, foreign: &mut ForeignProperties) {
        self.text("X-INROAD-HEADLINE", contact.headline.as_deref());
        self.text("X-INROAD-PRONUNCIATION", contact.pronunciation.as_deref());
        self.text(self.newer("PRONOUNS", "X-INROAD-PRONOUNS"), contact.pronouns.as_deref());
        self.text("X-INROAD-LOCATION", contact.location.as_deref());
        let name = self.newer("EXPERTISE", "X-INROAD-EXPERTISE");
        for word in &contact.expertise {
            let about = foreign.take_about("EXPERTISE", |value| flat(value).trim() == word);
            self.line(&format!("{name}{about}:{}", escape(word)));
        }
        foreign.drop_all("EXPERTISE");
        self.texts("X-INROAD-INDUSTRY", &contact.industries);
        for school in &contact.education {
            let years =
                [school.start_year, school.end_year].map(|year| year.map_or_else(String::new, |y| y.to_string()));
            let parts = [
                school.school.as_str(),
                school.degree.as_deref().unwrap_or_default(),
                school.field_of_study.as_deref().unwrap_or_default(),
                &years[0],
                &years[1],
            ];
            self.line(&format!("X-INROAD-EDUCATION:{}", joined(parts, ";")));
        }
    }

    /// What is between the two, in the words of the API.
    fn dealings(&mut self, contact: &Contact) {
        self.text("X-INROAD-HOW-FOUND", contact.how_found.map(|word| word.name()));
        self.text("X-INROAD-HOW-FOUND-DETAIL", contact.how_found_detail.as_deref());
        self.text("X-INROAD-HOW-FOUND-ON", contact.how_found_on.map(|date| date.to_string()).as_deref());
        self.text("X-INROAD-RELATIONSHIP", contact.relationship.map(|word| word.name()));
        self.texts("X-INROAD-SHARED-GROUND", &contact.shared_ground);
        self.text("X-INROAD-STRENGTH", contact.strength.map(|strength| strength.to_string()).as_deref());
        self.value("X-INROAD-STAGE", contact.stage.name());
        self.text("X-INROAD-STAGE-REASON", contact.stage_reason.map(|word| word.name()));
        self.text("X-INROAD-PREFERRED-CHANNEL", contact.preferred_channel.map(|word| word.name()));
        if contact.do_not_contact {
            self.line("X-INROAD-DO-NOT-CONTACT:true");
        }
        let touch = contact.last_touch_at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        self.text("X-INROAD-LAST-TOUCH-AT", touch.as_deref());
        if let Some(connector) = contact.connector_id {
            self.line(&format!("X-INROAD-CONNECTOR:urn:uuid:{connector}"));
        }
        for (name, value) in &contact.custom_fields {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.line(&format!("X-INROAD-CUSTOM-FIELD:{}", joined([name.as_str(), &value], ";")));
        }
        if let Value::Object(ids) = store(&contact.external_ids) {
            for (system, id) in &ids {
                let id = id.as_str().unwrap_or_default();
                self.line(&format!("X-INROAD-EXTERNAL-ID:{}", joined([system.as_str(), id], ";")));
            }
        }
    }
}

/// The types that a label is made of, if it is: `fax work` is a fax at work. Only of telephones there are more than where.
fn types(name: &str, label: &str) -> Option<Vec<&'static str>> {
    let kind = |word: &str| TYPES.iter().find(|(own, _)| own.eq_ignore_ascii_case(word)).map(|(_, kind)| *kind);
    let kinds: Vec<&str> = label.split(' ').map(kind).collect::<Option<_>>()?;
    let are_places = || kinds.iter().all(|kind| ["work", "home"].contains(kind));
    (kinds.len() == 1 || name == "TEL" || are_places()).then_some(kinds)
}

/// Of an address what makes the page, however it is reached.
fn page(url: &str) -> String {
    let url = flat(url).trim().to_lowercase();
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    rest.strip_prefix("www.").unwrap_or(rest).trim_end_matches('/').to_owned()
}

/// A call over the internet has no number.
pub fn is_call(value: &str) -> bool {
    let scheme = value.trim().split_once(':').map(|(scheme, _)| scheme.to_lowercase());
    scheme.is_some_and(|scheme| ["sip", "sips", "xmpp", "h323"].contains(&scheme.as_str()))
}

/// A text value without its escapes.
fn flat(value: &str) -> String {
    components(value).iter().map(|list| list.join(",")).collect::<Vec<_>>().join(";")
}

/// Whether a name in its components is the one that has these parts: as an import puts several of one kind together.
fn names_are(value: &str, parts: [&str; 5]) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let all = components(value);
    parts.iter().enumerate().all(|(index, part)| {
        let between = if index < 3 { " " } else { ", " };
        let list = all.get(index).map(Vec::as_slice).unwrap_or_default();
        let list: Vec<&str> = list.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
        words(&list.join(between)) == words(part)
    })
}

/// Whether an address in its components is this one, but for how the country is written.
fn is_of(value: &str, address: &PostalAddress) -> bool {
    let all = components(value);
    let part = |index: usize| all.get(index).map(|list| list.join(",").trim().to_owned()).unwrap_or_default();
    let street: Vec<String> = (0..3).map(part).filter(|line| !line.is_empty()).collect();
    let own = [&address.locality, &address.region, &address.postal_code];
    street.join("\n") == address.street.as_deref().unwrap_or_default()
        && (3..).zip(own).all(|(index, own)| part(index) == own.as_deref().unwrap_or_default())
}
