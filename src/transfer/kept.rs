//! What a source has of a contact and Inroad has no field for, when the source tells it again: nothing that is there
//! goes, and what differs from it stands beside it.
use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use super::country::country;
use super::merge::short;
use super::model::ImportProblem;
use super::record::digits;
use super::value::link;
use crate::exports::{SAID, components, is_call};

/// Bytes of what is kept under one key of a source.
const SIZE: usize = 1024 * 1024;

/// Properties of cards whose values are fields of a contact, of which what differs is told by the field; and the key.
const OF_FIELDS: [&str; 9] = ["N", "TITLE", "EMAIL", "TEL", "ADR", "URL", "NOTE", "EXPERTISE", KEY];
/// How a picture or the like is wrapped: versions 3.0 and 4.0 have ways of their own.
const WRAPPING: [&str; 4] = ["ENCODING", "TYPE", "VALUE", "MEDIATYPE"];
/// The same of its first part: the company. Its units have no field.
const COMPANY: &str = "ORG";
/// What the groups of positions are called in Inroad's own cards.
const POSITION: &str = "position";
/// By what a card is known: to be known by it is no news of a contact.
const KEY: &str = "UID";

/// What a source has of one contact, by its keys.
pub type Kept = BTreeMap<String, Vec<Value>>;

/// Properties that belong together: one, or all of a group. What the group is called says nothing.
struct Unit {
    group: Option<String>,
    properties: Vec<Value>,
}

impl Unit {
    /// What it is about.
    fn names(&self) -> String {
        let names = self.properties.iter().map(|property| property.get("name").or_else(|| property.get("column")));
        names.filter_map(|name| name?.as_str()).collect::<Vec<_>>().join("+")
    }

    fn text(&self) -> String {
        let value = self.properties.first().and_then(|property| property["value"].as_str());
        short(value.unwrap_or_default())
    }

    /// Whether the two can be true of one person only one at a time, as far as no field says so.
    fn rivals(&self, other: &Unit, name: &str) -> bool {
        let company = |unit: &Unit| unit.text().split(';').next().map(str::to_lowercase);
        !OF_FIELDS.contains(&name) && (name != COMPANY || company(self) == company(other))
    }

    /// By what two are the same.
    fn key(&self) -> String {
        self.properties.iter().map(plain).collect()
    }
}

/// A property without what is no news: that one is liked best, how a picture is wrapped, and of the value of a field how it
/// is written.
fn plain(property: &Value) -> String {
    let mut property = property.clone();
    let name = property["name"].as_str().unwrap_or_default().to_owned();
    let value = property["value"].as_str().unwrap_or_default();
    let encoding = property["parameters"]["ENCODING"][0].as_str().unwrap_or_default();
    let picture = picture(encoding, value);
    let is_field = name == COMPANY || OF_FIELDS.contains(&name.as_str());
    let value = picture.clone().or_else(|| is_field.then(|| meant(&name, value)));
    if let Some(parameters) = property.get_mut("parameters").and_then(Value::as_object_mut) {
        let of_value: &[&str] = if picture.is_some() { &WRAPPING } else { &SAID };
        parameters.retain(|name, _| name != "PREF" && !(value.is_some() && of_value.contains(&name.as_str())));
    }
    if let (Some(value), Some(object)) = (value, property.as_object_mut()) {
        object.insert("value".to_owned(), Value::from(value));
    }
    property.to_string()
}

/// What is in a picture, a sound or a key by value.
fn picture(encoding: &str, value: &str) -> Option<String> {
    let value = value.replace('\\', "");
    if matches!(encoding.to_ascii_uppercase().as_str(), "B" | "BASE64") {
        return Some(value);
    }
    let (_, data) = value.strip_prefix("data:")?.split_once(";base64,")?;
    Some(data.to_owned())
}

/// What the value of a field comes to in a contact.
fn meant(name: &str, value: &str) -> String {
    let parts = components(value);
    let text = || parts.iter().map(|list| list.join(",")).collect::<Vec<_>>().join(";").trim().to_owned();
    match name {
        "EMAIL" => text().to_lowercase().trim_start_matches("mailto:").to_owned(),
        "TEL" if !is_call(value) => digits(&text()),
        "URL" => link(&text()).unwrap_or_else(text),
        "ADR" => {
            let part = |index: usize| {
                let text = parts.get(index).map(|list| list.join(",")).unwrap_or_default();
                text.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
            };
            // A country that nobody knows is a line of the street.
            let (named, code) = (part(6), country(&part(6)));
            let unknown = if code.is_none() { named } else { String::new() };
            let street: Vec<String> =
                [part(0), part(1), part(2), unknown].into_iter().filter(|line| !line.is_empty()).collect();
            [street.join("\n"), part(3), part(4), part(5), code.unwrap_or_default()].join(";")
        }
        "N" | COMPANY => {
            let list = |list: &Vec<String>| list.iter().map(|one| one.trim()).collect::<Vec<_>>().join(",");
            parts.iter().map(list).collect::<Vec<_>>().join(";").trim_end_matches(';').to_owned()
        }
        _ => text(),
    }
}

/// Adds to what is kept under the key what the source tells and none of its keys has yet. Answers whether that is news
/// of the contact. What takes the place of something that the source tells no more is reported.
pub fn add(kept: &mut Kept, key: &str, told: &[Value], problems: &mut Vec<ImportProblem>) -> bool {
    let known: Vec<Unit> = kept.values().flat_map(|list| units(list)).collect();
    let told = units(told);
    let known_keys: HashSet<String> = known.iter().map(Unit::key).collect();
    let told_keys: HashSet<String> = told.iter().map(Unit::key).collect();
    let mut replaced: HashMap<String, Vec<&Unit>> = HashMap::new();
    for unit in known.iter().filter(|unit| !told_keys.contains(&unit.key())) {
        replaced.entry(unit.names()).or_default().push(unit);
    }
    let present = kept.get(key).map(Vec::as_slice).unwrap_or_default();
    let mut size: usize = present.iter().map(|property| property.to_string().len()).sum();
    let mut groups: HashSet<String> = present.iter().filter_map(group).collect();
    let (mut added, mut is_news) = (Vec::new(), false);
    for Unit { group, properties } in told.into_iter().filter(|unit| !known_keys.contains(&unit.key())) {
        let unit = Unit { group: group.map(|name| free(name, &groups)), properties };
        let (name, length) = (unit.names(), unit.key().len());
        size += length;
        if size > SIZE {
            size -= length;
            problems.push(problem("too_many", &name, "there is no room to keep it".to_owned(), &unit));
            continue;
        }
        let rivals = replaced.get(&name).into_iter().flatten();
        if let Some(stays) = rivals.copied().find(|stays| stays.rivals(&unit, &name)) {
            let detail = format!("{:?} stays, and this is kept beside it", stays.text());
            problems.push(problem("kept", &name, detail, &unit));
        }
        is_news |= name != KEY;
        groups.extend(unit.group.clone());
        for mut property in unit.properties {
            if let (Some(name), Some(object)) = (&unit.group, property.as_object_mut()) {
                object.insert("group".to_owned(), Value::from(name.as_str()));
            }
            added.push(property);
        }
    }
    if !added.is_empty() {
        kept.entry(key.to_owned()).or_default().append(&mut added);
    }
    is_news
}

fn problem(code: &str, name: &str, detail: String, unit: &Unit) -> ImportProblem {
    let (column, value) = (Some(name.to_owned()), Some(unit.text()));
    ImportProblem { column, value, ..ImportProblem::new(code, detail) }
}

fn group(property: &Value) -> Option<String> {
    property["group"].as_str().map(str::to_owned)
}

/// In the order in which they begin.
fn units(list: &[Value]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for property in list {
        // Of a position of Inroad's own card each property is kept for itself.
        let group = group(property).filter(|name| !name.starts_with(POSITION));
        let mut bare = property.clone();
        if let Some(object) = bare.as_object_mut() {
            object.remove("group");
        }
        match group.as_ref().and_then(|group| places.get(group)) {
            Some(place) => units[*place].properties.push(bare),
            None => {
                places.extend(group.clone().map(|group| (group, units.len())));
                units.push(Unit { group, properties: vec![bare] });
            }
        }
    }
    units
}

/// A name that no group has.
fn free(name: String, groups: &HashSet<String>) -> String {
    if !groups.contains(&name) {
        return name;
    }
    let other = (2..).map(|number| format!("{name}-{number}")).find(|other| !groups.contains(other));
    other.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn property(group: Option<&str>, name: &str, value: &str) -> Value {
        let mut property = json!({ "name": name, "parameters": {}, "value": value });
        if let Some(group) = group {
            property["group"] = json!(group);
        }
        property
    }

    fn told(problems: &[ImportProblem]) -> Vec<(&str, &str)> {
        problems.iter().map(|problem| (&*problem.code, problem.column.as_deref().unwrap_or(""))).collect()
    }

    #[test]
    fn nothing_goes_and_what_differs_stands_beside() {
        let (mut kept, mut problems) = (Kept::new(), Vec::new());
        let first = [property(None, "BDAY", "1990"), property(None, "X-A", "1"), property(None, "RELATED", "a")];
        assert!(add(&mut kept, "k", &first, &mut problems));
        assert!(!add(&mut kept, "k", &first, &mut problems));
        assert!(!add(&mut kept, "k", &[], &mut problems));
        // What another key has is known, too.
        assert!(!add(&mut kept, "other", &first[..1], &mut problems));
        assert_eq!(told(&problems), []);
        let second = [property(None, "BDAY", "1991"), first[2].clone(), property(None, "RELATED", "b")];
        assert!(add(&mut kept, "k", &second, &mut problems));
        assert_eq!(told(&problems), [("kept", "BDAY")]);
        let all = [first.to_vec(), vec![second[0].clone(), second[2].clone()]].concat();
        assert_eq!(kept, Kept::from([("k".to_owned(), all)]));
        assert!(!add(&mut kept, "k", &second, &mut problems));
    }

    #[test]
    fn a_group_is_what_is_in_it() {
        let (mut kept, mut problems) = (Kept::new(), Vec::new());
        let date = |group, value| [property(Some(group), "X-ABDATE", value), property(Some(group), "X-ABLABEL", "met")];
        add(&mut kept, "k", &date("item1", "2020"), &mut problems);
        assert!(!add(&mut kept, "k", &date("item7", "2020"), &mut problems));
        assert!(add(&mut kept, "k", &date("item1", "2021"), &mut problems));
        assert_eq!(told(&problems), [("kept", "X-ABDATE+X-ABLABEL")]);
        assert_eq!(kept["k"], [date("item1", "2020"), date("item1-2", "2021")].concat());
    }

    #[test]
    fn how_a_value_is_written_is_no_news() {
        let with = |name: &str, parameters: Value, value: &str| json!({ "name": name, "parameters": parameters, "value": value });
        let first = [
            with("PHOTO", json!({ "ENCODING": ["b"], "TYPE": ["JPEG"] }), "QUJD"),
            with("ADR", json!({ "TYPE": ["HOME"], "LABEL": ["x"] }), "box;;1 Street;London;;N1;Austria"),
            with("TEL", json!({ "X-A": ["1"], "TYPE": ["WORK"] }), "tel:+43-1-555"),
            with("NOTE", json!({ "X-A": ["1"] }), "a, b"),
        ];
        let again = [
            with("PHOTO", json!({}), "data:image/jpeg;base64,QUJD"),
            with("ADR", json!({ "LABEL": ["x"], "TYPE": ["home", "pref"] }), ";;box\\n1 Street;London;;N1;AT"),
            with("TEL", json!({ "X-A": ["1"], "PREF": ["1"] }), "+43 1 555"),
            with("NOTE", json!({ "X-A": ["1"] }), "a\\, b"),
        ];
        let (mut kept, mut problems) = (Kept::new(), Vec::new());
        assert!(add(&mut kept, "k", &first, &mut problems));
        assert!(!add(&mut kept, "k", &again, &mut problems));
        let other = [with("PHOTO", json!({}), "data:image/jpeg;base64,QUJE")];
        assert!(add(&mut kept, "k", &other, &mut problems));
    }

    #[test]
    fn room_is_limited() {
        let (mut kept, mut problems) = (Kept::new(), Vec::new());
        for number in 0..5 {
            let photo = property(None, "PHOTO", &format!("{number}{}", "x".repeat(300_000)));
            add(&mut kept, "k", &[photo], &mut problems);
        }
        assert_eq!(kept["k"].len(), 3);
        assert_eq!(told(&problems).last(), Some(&("too_many", "PHOTO")));
    }
}
