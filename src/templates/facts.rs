//! Gathers what texts are filled from.
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::engine::{Fact, Facts, Source, Value};
use super::variables::{self, TemplateVariableKind};
use crate::companies::Company;
use crate::contacts::{Contact, Position};
use crate::meetings::{Meeting, MeetingMedium, Place};
use crate::profile::Profile;
use crate::zones::{self, Tz};

/// Why the connector's name is not told.
const NO_PERMISSION: &str = "nobody has noted that the connector's name may be used: \
    `may_use_name` of the introduction says so";

/// The resources of which a text tells.
#[derive(Debug, Default)]
pub struct Told {
    pub contact: Option<Contact>,
    pub company: Option<Company>,
    pub connector: Option<Connector>,
    pub meeting: Option<Meeting>,
    pub profile: Option<Profile>,
}

/// Who named the contact, and whether that may be said.
#[derive(Debug)]
pub struct Connector {
    pub contact: Contact,
    pub may_use_name: bool,
}

impl Told {
    /// In which zone days and hours are told: the meeting's, which was agreed on with its first contact; else the contact's,
    /// the meeting's all the same, the seeker's.
    fn zone(&self) -> Tz {
        let theirs = self.contact.as_ref().and_then(|contact| contact.time_zone.as_deref());
        let met = self.meeting.as_ref().map(|meeting| meeting.contact_zone.as_str());
        let first = self.meeting.as_ref().and_then(|meeting| meeting.contact_ids.first().copied());
        let agreed = met.filter(|_| first.is_some() && first == self.contact.as_ref().map(|contact| contact.id));
        let own = self.profile.as_ref().and_then(|profile| profile.time_zone.as_deref());
        [agreed, theirs, met, own].into_iter().flatten().find_map(zones::zone).unwrap_or(Tz::UTC)
    }
}

struct Gathering<'a> {
    known: BTreeMap<String, Fact>,
    resource: &'static str,
    id: Option<Uuid>,
    group: &'a str,
}

impl Gathering<'_> {
    fn of(&mut self, group: &'static str, resource: &'static str, id: Option<Uuid>) {
        (self.group, self.resource, self.id) = (group, resource, id);
    }

    fn value(&mut self, name: &str, field: &str, value: Option<Value>) {
        let Some(value) = value else { return };
        let source = Source { resource: self.resource, id: self.id, field: format!("/{field}") };
        self.known.insert(format!("{}.{name}", self.group), Fact { value, source });
    }

    fn text(&mut self, name: &str, field: &str, text: Option<&str>) {
        self.value(name, field, text.and_then(line).map(Value::Text));
    }

    fn list(&mut self, name: &str, field: &str, list: &[String]) {
        let lines: Vec<String> = list.iter().filter_map(|text| line(text)).collect();
        self.value(name, field, (!lines.is_empty()).then_some(Value::List(lines)));
    }

    fn day(&mut self, name: &str, field: &str, day: Option<NaiveDate>) {
        self.text(name, field, day.map(|day| day.to_string()).as_deref());
    }

    fn custom(&mut self, fields: &Map<String, Json>) {
        for (name, value) in fields {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let text = Some(text).filter(|text| !text.trim().is_empty()).map(Value::Text);
            let field = name.replace('~', "~0").replace('/', "~1");
            self.value(&format!("custom_fields.{name}"), &format!("custom_fields/{field}"), text);
        }
    }
}

/// What is written in one line stays in one: a line break in a name would end a greeting, or a header.
fn line(text: &str) -> Option<String> {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

impl Facts {
    /// `language` is that of the text, `now` that of the call.
    pub fn gather(told: &Told, language: &str, now: DateTime<Utc>) -> Self {
        let mut gathering = Gathering { known: BTreeMap::new(), resource: "", id: None, group: "" };
        let mut withheld = BTreeMap::new();
        if let Some(contact) = &told.contact {
            contact_facts(&mut gathering, contact);
        }
        if let Some(company) = &told.company {
            company_facts(&mut gathering, company);
        }
        match &told.connector {
            Some(connector) if connector.may_use_name => {
                gathering.of("connector", "contact", Some(connector.contact.id.into()));
                names(&mut gathering, &connector.contact);
            }
            Some(_) => withheld.extend([("connector.name", NO_PERMISSION), ("connector.first_name", NO_PERMISSION)]),
            None => {}
        }
        if let Some(profile) = &told.profile {
            profile_facts(&mut gathering, profile);
        }
        let zone = told.zone();
        if let Some(meeting) = &told.meeting {
            meeting_facts(&mut gathering, meeting, zone);
        }
        let mut facts = Self { known: gathering.known, withheld, zone, english: is_english(language) };
        let today = zones::day(zone, now).to_string();
        facts.set("today", Value::Text(today), Source { resource: "clock", id: None, field: String::new() });
        facts
    }

    fn set(&mut self, path: &str, value: Value, source: Source) {
        self.known.insert(path.to_owned(), Fact { value, source });
    }

    /// What the caller gives goes before what is known. The path is that of a variable.
    pub fn give(&mut self, path: &str, text: &str) {
        // A blank is as good as nothing, which is told of as missing.
        if text.trim().is_empty() {
            self.known.remove(path);
            return;
        }
        let value = match variables::find(path).map(|variable| variable.kind) {
            Some(TemplateVariableKind::List) => Value::List(vec![text.to_owned()]),
            Some(TemplateVariableKind::Number) => {
                text.trim().parse().map_or(Value::Text(text.to_owned()), Value::Number)
            }
            _ => Value::Text(text.to_owned()),
        };
        let field = format!("/values/{}", path.replace('~', "~0").replace('/', "~1"));
        self.set(path, value, Source { resource: "request", id: None, field });
    }
}

fn is_english(language: &str) -> bool {
    language.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("en")) && !language.starts_with("eng")
}

fn names(gathering: &mut Gathering<'_>, contact: &Contact) {
    let named = contact.given_name.is_some() || contact.family_name.is_some() || contact.preferred_name.is_some();
    // Of a contact without a name it is an address or a company.
    gathering.text("name", "name", Some(contact.name.as_str()).filter(|_| named));
    let (called, field) = match &contact.preferred_name {
        Some(name) => (Some(name), "preferred_name"),
        None => (contact.given_name.as_ref(), "given_name"),
    };
    gathering.text("first_name", field, called.map(String::as_str));
}

fn contact_facts(gathering: &mut Gathering<'_>, contact: &Contact) {
    gathering.of("contact", "contact", Some(contact.id.into()));
    names(gathering, contact);
    for (name, field, text) in [
        ("given_name", "given_name", &contact.given_name),
        ("family_name", "family_name", &contact.family_name),
        ("prefix", "name_prefix", &contact.name_prefix),
        ("pronouns", "pronouns", &contact.pronouns),
        ("headline", "headline", &contact.headline),
        ("location", "location", &contact.location),
        ("time_zone", "time_zone", &contact.time_zone),
        ("how_found_detail", "how_found_detail", &contact.how_found_detail),
    ] {
        gathering.text(name, field, text.as_deref());
    }
    if let (Some(prefix), Some(family)) = (&contact.name_prefix, &contact.family_name) {
        gathering.text("formal_name", "family_name", Some(&format!("{prefix} {family}")));
    }
    gathering.text("how_found", "how_found", contact.how_found.map(|how| how.name()));
    let email = contact.emails.iter().position(|email| email.is_primary);
    if let Some((at, email)) = email.and_then(|at| Some((at, contact.emails.get(at)?))) {
        gathering.text("email", &format!("emails/{at}/address"), Some(&email.address));
    }
    let phone = contact.phones.iter().position(|phone| phone.is_primary);
    if let Some((at, phone)) = phone.and_then(|at| Some((at, contact.phones.get(at)?))) {
        gathering.text("phone", &format!("phones/{at}/number"), Some(&phone.number));
    }
    gathering.text("school", "education/0/school", contact.education.first().map(|one| one.school.as_str()));
    gathering.text("industry", "industries/0", contact.industries.first().map(String::as_str));
    gathering.list("industries", "industries", &contact.industries);
    gathering.list("expertise", "expertise", &contact.expertise);
    gathering.list("shared_ground", "shared_ground", &contact.shared_ground);
    gathering.day("how_found_on", "how_found_on", contact.how_found_on);
    let touched = contact.last_touch_at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    gathering.text("last_contacted_on", "last_touch_at", touched.as_deref());
    gathering.custom(&contact.custom_fields);
    if let Some(shared) = contact.shared_ground.first().and_then(|text| line(text)) {
        let source = Source { resource: "contact", id: Some(contact.id.into()), field: "/shared_ground/0".to_owned() };
        gathering.known.insert("shared_ground".to_owned(), Fact { value: Value::Text(shared), source });
    }
    if let Some((at, position)) = current(contact) {
        gathering.of("position", "contact", Some(contact.id.into()));
        gathering.text("title", &format!("positions/{at}/title"), position.title.as_deref());
        gathering.day("started_on", &format!("positions/{at}/started_on"), position.started_on);
        gathering.of("company", "contact", Some(contact.id.into()));
        gathering.text("name", &format!("positions/{at}/company_name"), position.company_name.as_deref());
    }
}

/// What they do now: the first current position.
pub fn current(contact: &Contact) -> Option<(usize, &Position)> {
    contact.positions.iter().enumerate().find(|(_, position)| position.current())
}

fn company_facts(gathering: &mut Gathering<'_>, company: &Company) {
    gathering.of("company", "company", Some(company.id.into()));
    gathering.text("name", "name", Some(&company.name));
    gathering.text("location", "location", company.location.as_deref());
    gathering.text("website", "website", company.website.as_deref());
    gathering.text("industry", "industries/0", company.industries.first().map(String::as_str));
    gathering.custom(&company.custom_fields);
}

fn meeting_facts(gathering: &mut Gathering<'_>, meeting: &Meeting, zone: Tz) {
    gathering.of("meeting", "meeting", Some(meeting.id.into()));
    gathering.text("title", "title", meeting.title.as_deref());
    gathering.text("medium", "medium", Some(medium(meeting.medium)));
    gathering.text(
        "place",
        "place",
        meeting.place.as_ref().and_then(|place| place_of(meeting.medium, place)).as_deref(),
    );
    gathering.value("duration_minutes", "duration_minutes", Some(Value::Number(meeting.duration_minutes.into())));
    let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    gathering.text("starts_at", "starts_at", meeting.starts_at.map(moment).as_deref());
    gathering.text("ends_at", "ends_at", meeting.ends_at.map(moment).as_deref());
    gathering.day("date", "starts_at", meeting.starts_at.map(|at| zones::day(zone, at)));
    gathering.text("time", "starts_at", meeting.starts_at.map(|at| zones::told_time(zone, at)).as_deref());
}

fn medium(medium: MeetingMedium) -> &'static str {
    match medium {
        MeetingMedium::Phone => "phone call",
        MeetingMedium::Video => "video call",
        MeetingMedium::Coffee => "coffee",
        MeetingMedium::OnSite => "visit",
        MeetingMedium::Other => "meeting",
    }
}

/// What one needs to be there: the number, the link, or the name and the address.
fn place_of(medium: MeetingMedium, place: &Place) -> Option<String> {
    let spot: Vec<&str> = [&place.name, &place.address].into_iter().flatten().map(String::as_str).collect();
    let spot = (!spot.is_empty()).then(|| spot.join(", "));
    let (phone, link) = (place.phone.clone(), place.link.clone());
    match medium {
        MeetingMedium::Phone => phone.or(link).or(spot),
        MeetingMedium::Video => link.or(phone).or(spot),
        MeetingMedium::Coffee | MeetingMedium::OnSite | MeetingMedium::Other => spot.or(link).or(phone),
    }
}

fn profile_facts(gathering: &mut Gathering<'_>, profile: &Profile) {
    gathering.of("seeker", "profile", None);
    for (name, text) in [
        ("name", &profile.name),
        ("pronouns", &profile.pronouns),
        ("current_situation", &profile.current_situation),
        ("introduction", &profile.introduction),
        ("field_of_interest", &profile.field_of_interest),
        ("school", &profile.school),
        ("email", &profile.email),
        ("phone", &profile.phone),
        ("location", &profile.location),
        ("website", &profile.website),
        ("time_zone", &profile.time_zone),
    ] {
        gathering.text(name, name, text.as_deref());
    }
    match (&profile.preferred_name, &profile.name) {
        (Some(name), _) => gathering.text("first_name", "preferred_name", Some(name)),
        (None, Some(name)) => gathering.text("first_name", "name", Some(&super::engine::first_name(name))),
        (None, None) => {}
    }
    let (signature, field) = match &profile.signature {
        Some(signature) => (Some(signature), "signature"),
        None => (profile.name.as_ref(), "name"),
    };
    // As it was written, in its lines.
    gathering.value("signature", field, signature.map(|text| Value::Text(text.clone())));
}

/// Nothing is known but the day.
pub fn nothing() -> Facts {
    let mut facts = Facts::gather(&Told::default(), "en", DateTime::UNIX_EPOCH);
    facts.known.clear();
    facts
}

/// Somebody invented of whom everything is known, to try a text that is for nobody yet.
pub fn example(language: &str) -> Facts {
    let mut facts = nothing();
    facts.zone = Tz::Europe__London;
    facts.english = is_english(language);
    for variable in variables::ALL {
        let path = variable.path.replace('*', "example");
        let value = match variable.kind {
            TemplateVariableKind::List => Value::List(variable.example.split("; ").map(str::to_owned).collect()),
            TemplateVariableKind::Number => Value::Number(variable.example.parse().unwrap_or_default()),
            _ => Value::Text(variable.example.to_owned()),
        };
        facts.set(&path, value, Source { resource: "example", id: None, field: String::new() });
    }
    facts
}

impl Facts {
    /// In the example every custom field has a value, whatever its name.
    pub fn with_custom(mut self, used: impl IntoIterator<Item = String>) -> Self {
        for path in used {
            if let Some(variable) = variables::find(&path).filter(|variable| variable.path.ends_with('*')) {
                let source = Source { resource: "example", id: None, field: String::new() };
                self.set(&path, Value::Text(variable.example.to_owned()), source);
            }
        }
        self
    }
}

/// Where a value would come from: the resource and a JSON pointer into it.
pub fn origin(path: &str) -> (&'static str, String) {
    let (group, name) = path.split_once('.').unwrap_or((path, path));
    let field = match name {
        "first_name" if group == "contact" || group == "connector" => "given_name",
        "first_name" | "signature" if group == "seeker" => "name",
        "prefix" => "name_prefix",
        "formal_name" => "name_prefix",
        "email" if group == "contact" => "emails",
        "phone" if group == "contact" => "phones",
        "school" if group == "contact" => "education",
        "industry" => "industries",
        "last_contacted_on" => "last_touch_at",
        "title" | "started_on" if group == "position" => "positions",
        "date" | "time" if group == "meeting" => "starts_at",
        other => other,
    };
    let field = format!("/{}", field.replace('.', "/"));
    match group {
        "contact" | "shared_ground" | "position" | "connector" => ("contact", field),
        "company" => ("company", field),
        "seeker" => ("profile", field),
        "meeting" => ("meeting", field),
        _ => ("request", format!("/values/{path}")),
    }
}
