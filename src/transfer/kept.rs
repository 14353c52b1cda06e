//! What a source has of a contact and Inroad has no field for, when the source tells it again: nothing that is there
//! goes, and what differs from it stands beside it.
use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use super::merge::short;
use super::model::ImportProblem;

/// Bytes of what is kept under one key of a source.
const SIZE: usize = 1024 * 1024;

/// Properties of cards whose values are fields of a contact, of which what differs is told by the field; and the key.
const OF_FIELDS: [&str; 6] = ["N", "TITLE", "ADR", "NOTE", "EXPERTISE", KEY];
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

    /// By what two are the same: that one is liked best is no news.
    fn key(&self) -> String {
        let plain = |property: &Value| {
            let mut property = property.clone();
            if let Some(parameters) = property.get_mut("parameters").and_then(Value::as_object_mut) {
                parameters.remove("PREF");
            }
            property.to_string()
        };
        self.properties.iter().map(plain).collect()
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
