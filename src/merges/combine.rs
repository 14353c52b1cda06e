//! One contact out of several, field by field.
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::model::{ConflictValue, FieldChoice, MergeConflict, MergeInput};
use crate::contacts::{ContactId, ContactInput};
use crate::error::{ApiError, ApiResult, Fault};
use crate::fields;
use crate::text::name_key;
use crate::transfer::linkedin::Profile as LinkedinProfile;

/// Stages in their order; a closed contact is nowhere among them.
const STAGES: [&str; 8] =
    ["identified", "researching", "contacted", "replied", "scheduled", "met", "thanked", "in_touch"];
/// Of what every contact has something, though it says nothing.
const UNTOLD: [(&str, &str); 1] = [("stage", "identified")];

/// A contact with its fields.
pub struct Part {
    pub id: ContactId,
    pub fields: Map<String, Value>,
}

impl Part {
    pub fn new(id: ContactId, input: &ContactInput) -> Self {
        let Value::Object(fields) = fields::store(input) else { return Self { id, fields: Map::new() } };
        Self { id, fields }
    }

    fn get(&self, field: &str) -> &Value {
        self.fields.get(field).unwrap_or(&Value::Null)
    }
}

/// What the survivor, the first of the parts, becomes, and in which fields the parts differ.
pub fn combine(parts: &[Part], input: &MergeInput) -> ApiResult<(Map<String, Value>, Vec<MergeConflict>)> {
    let Some(survivor) = parts.first() else { return Err(ApiError::not_found()) };
    check(parts, &survivor.fields, &input.fields)?;
    let (mut whole, mut conflicts) = (Map::new(), Vec::new());
    for field in survivor.fields.keys() {
        let value = match input.fields.get(field) {
            Some(FieldChoice { from: Some(from), .. }) => chosen(parts, *from, field),
            Some(FieldChoice { value, .. }) => value.clone().unwrap_or_default(),
            None => by_rule(parts, field),
        };
        let differing = differing(parts, field);
        if !differing.is_empty() {
            conflicts.push(MergeConflict { field: field.clone(), values: differing, chosen: value.clone() });
        }
        whole.insert(field.clone(), value);
    }
    settle_stage_reason(parts, input, &mut whole);
    Ok((whole, conflicts))
}

fn check(parts: &[Part], known: &Map<String, Value>, choices: &BTreeMap<String, FieldChoice>) -> ApiResult<()> {
    let mut faults = Vec::new();
    for (field, choice) in choices {
        let at = |part: &str| format!("/fields/{}{part}", field.replace('~', "~0").replace('/', "~1"));
        if !known.contains_key(field) {
            faults.push(Fault::field(at(""), "unknown_field", "is no field of a contact"));
        } else if choice.from.is_some() == choice.value.is_some() {
            faults.push(Fault::field(at(""), "required", "needs either `from` or `value`"));
        } else if choice.from.is_some_and(|from| parts.iter().all(|part| part.id != from)) {
            faults.push(Fault::field(at("/from"), "not_found", "is none of the contacts that are merged"));
        }
    }
    ApiError::check(faults)
}

fn chosen(parts: &[Part], from: ContactId, field: &str) -> Value {
    let part = parts.iter().find(|part| part.id == from);
    let mut value = part.map_or(Value::Null, |part| part.get(field).clone());
    if field == "positions" && parts.first().is_some_and(|first| first.id != from) {
        forget_ids(&mut value);
    }
    if field == "connector_id" && is_one_of(parts, &value) { Value::Null } else { value }
}

/// The survivor gets positions of its own: those of the others stay theirs, for an undo.
fn forget_ids(positions: &mut Value) {
    for position in positions.as_array_mut().into_iter().flatten() {
        position["id"] = Value::Null;
    }
}

fn is_one_of(parts: &[Part], id: &Value) -> bool {
    parts.iter().any(|part| *id == json!(part.id))
}

fn by_rule(parts: &[Part], field: &str) -> Value {
    let values = || parts.iter().map(|part| part.get(field));
    match field {
        "emails" | "phones" | "links" | "addresses" | "positions" | "education" | "industries" | "expertise"
        | "shared_ground" | "tags" => united(parts, field),
        "custom_fields" | "external_ids" => {
            let mut whole = Map::new();
            for (key, value) in values().filter_map(Value::as_object).flatten() {
                whole.entry(key).or_insert_with(|| value.clone());
            }
            Value::Object(whole)
        }
        "notes" => together(values().filter_map(Value::as_str)),
        "do_not_contact" => json!(values().any(|value| *value == json!(true))),
        // RFC 3339 in UTC sorts as it reads, as far as it is of one length.
        "last_touch_at" => values()
            .filter_map(|value| Some((instant(value)?, value)))
            .max_by_key(|(at, _)| *at)
            .map_or(Value::Null, |(_, value)| value.clone()),
        "stage" => stage(parts),
        "connector_id" => {
            values().find(|value| !value.is_null() && !is_one_of(parts, value)).cloned().unwrap_or_default()
        }
        _ => values().find(|value| !value.is_null()).cloned().unwrap_or_default(),
    }
}

fn instant(value: &Value) -> Option<chrono::DateTime<chrono::Utc>> {
    serde_json::from_value(value.clone()).ok()
}

/// All items, those of the survivor first; of what two have, the first. The first primary one stays it.
fn united(parts: &[Part], field: &str) -> Value {
    let (mut whole, mut seen, mut has_primary) = (Vec::new(), Vec::new(), false);
    for (index, part) in parts.iter().enumerate() {
        for item in part.get(field).as_array().into_iter().flatten() {
            let key = identity(field, item);
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
            let mut item = item.clone();
            if field == "positions" && index > 0 {
                item["id"] = Value::Null;
            }
            if item["is_primary"] == json!(true) {
                item["is_primary"] = json!(!has_primary);
                has_primary = true;
            }
            whole.push(item);
        }
    }
    Value::Array(whole)
}

/// What makes two items of a list the same.
fn identity(field: &str, item: &Value) -> Value {
    let lower = |value: &Value| Value::from(value.as_str().unwrap_or_default().trim().to_lowercase());
    match field {
        "emails" => lower(&item["address"]),
        "phones" => item["e164"].as_str().map_or_else(|| lower(&item["number"]), Value::from),
        "links" => {
            let url = item["url"].as_str().unwrap_or_default();
            LinkedinProfile::parse(url)
                .map_or_else(|| json!(url.trim_end_matches('/')), |profile| json!([profile.slug]))
        }
        "positions" => {
            let company = item["company_name"].as_str().map(name_key);
            json!([item["company_id"], company, lower(&item["title"]), item["started_on"], item["ended_on"]])
        }
        "addresses" => {
            let parts = ["street", "locality", "region", "postal_code", "country"];
            parts.iter().map(|part| lower(&item[*part])).collect()
        }
        "tags" | "industries" | "expertise" | "shared_ground" => item.clone(),
        _ => item.clone(),
    }
}

/// One text after the other, each once.
fn together<'a>(texts: impl Iterator<Item = &'a str>) -> Value {
    let mut whole = String::new();
    for text in texts.map(str::trim).filter(|text| !text.is_empty()) {
        if !whole.contains(text) {
            if !whole.is_empty() {
                whole.push_str("\n\n");
            }
            whole.push_str(text);
        }
    }
    if whole.is_empty() { Value::Null } else { Value::from(whole) }
}

/// A closed survivor stays closed; else the stage is the furthest that any of them has come to. Whoever must not be
/// contacted stays closed for that.
fn stage(parts: &[Part]) -> Value {
    let closed = |part: &&Part| *part.get("stage") == json!("closed");
    let forbidden = |part: &&Part| *part.get("stage_reason") == json!("do_not_contact");
    if parts.iter().take(1).any(|part| closed(&part)) || parts.iter().any(|part| forbidden(&part)) {
        return json!("closed");
    }
    let rank = |part: &Part| STAGES.iter().position(|stage| *part.get("stage") == json!(stage));
    match parts.iter().filter_map(rank).max() {
        Some(furthest) => json!(STAGES[furthest]),
        None => parts.first().map_or(Value::Null, |part| part.get("stage").clone()),
    }
}

/// A closed contact has the reason of the one that is closed; an open one has none.
fn settle_stage_reason(parts: &[Part], input: &MergeInput, whole: &mut Map<String, Value>) {
    if input.fields.contains_key("stage_reason") {
        return;
    }
    let reasons = || parts.iter().map(|part| part.get("stage_reason")).filter(|reason| !reason.is_null());
    let forbidden = reasons().find(|reason| **reason == json!("do_not_contact"));
    let reason = match whole.get("stage") == Some(&json!("closed")) {
        true => forbidden.or_else(|| reasons().next()).cloned().unwrap_or_default(),
        false => Value::Null,
    };
    whole.insert("stage_reason".to_owned(), reason);
}

/// What the parts have in a single field, where that is not the same. Lists are united: they do not differ.
fn differing(parts: &[Part], field: &str) -> Vec<ConflictValue> {
    let says_something = |value: &Value| match value {
        Value::Null | Value::Bool(false) | Value::Array(_) => false,
        Value::Object(object) => !object.is_empty(),
        value => !UNTOLD.iter().any(|(name, untold)| *name == field && value == untold),
    };
    let told = parts.iter().map(|part| (part.id, part.get(field))).filter(|(_, value)| says_something(value));
    let told: Vec<(ContactId, &Value)> = told.collect();
    let agree = |(one, two): (&Value, &Value)| match (one.as_object(), two.as_object()) {
        (Some(one), Some(two)) => one.iter().all(|(key, value)| two.get(key).is_none_or(|other| other == value)),
        _ => one == two,
    };
    let pairs = || told.iter().enumerate().flat_map(|(at, one)| told[at + 1..].iter().map(|two| (one.1, two.1)));
    if field == "do_not_contact" || pairs().all(agree) {
        return Vec::new();
    }
    told.into_iter().map(|(contact_id, value)| ConflictValue { contact_id, value: value.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> ContactId {
        Uuid::from_u128(number).into()
    }

    fn part(number: u128, change: Value) -> Part {
        let mut part = Part::new(id(number), &ContactInput::empty());
        for (field, value) in change.as_object().unwrap() {
            assert!(part.fields.contains_key(field), "{field}");
            part.fields.insert(field.clone(), value.clone());
        }
        part
    }

    fn input(fields: Value) -> MergeInput {
        MergeInput { survivor_id: id(1), merged_ids: vec![id(2)], fields: serde_json::from_value(fields).unwrap() }
    }

    #[test]
    fn the_survivor_goes_first_and_lists_are_united() {
        let parts = [
            part(
                1,
                json!({
                    "given_name": "Ada", "tags": ["a", "b"], "stage": "identified", "notes": "first",
                    "emails": [{ "address": "A@x.example", "is_primary": true }], "connector_id": id(2),
                    "custom_fields": { "k": 1 }, "do_not_contact": false,
                }),
            ),
            part(
                2,
                json!({
                    "given_name": "Augusta", "family_name": "L", "tags": ["b", "c"], "stage": "met", "notes": "second",
                    "emails": [{ "address": "a@X.example", "is_primary": true }, { "address": "b@x.example", "is_primary": false }],
                    "connector_id": id(9), "custom_fields": { "k": 2, "l": 3 }, "do_not_contact": true,
                }),
            ),
        ];
        let (whole, conflicts) = combine(&parts, &input(json!({}))).unwrap();
        assert_eq!((&whole["given_name"], &whole["family_name"]), (&json!("Ada"), &json!("L")));
        assert_eq!(whole["tags"], json!(["a", "b", "c"]));
        assert_eq!(whole["emails"].as_array().unwrap().len(), 2);
        assert_eq!(whole["stage"], json!("met"));
        assert_eq!(whole["notes"], json!("first\n\nsecond"));
        assert_eq!(whole["connector_id"], json!(id(9)), "nobody connects themselves");
        assert_eq!(whole["custom_fields"], json!({ "k": 1, "l": 3 }));
        assert_eq!(whole["do_not_contact"], json!(true));
        let fields: Vec<&str> = conflicts.iter().map(|conflict| conflict.field.as_str()).collect();
        assert_eq!(fields, ["connector_id", "custom_fields", "given_name", "notes"]);
    }

    #[test]
    fn choices_go_before_the_rule() {
        let parts =
            [part(1, json!({ "given_name": "Ada", "tags": ["a"] })), part(2, json!({ "given_name": "Augusta" }))];
        let choices = json!({
            "given_name": { "from": id(2) }, "tags": { "value": ["z"] }, "headline": { "value": null },
        });
        let (whole, _) = combine(&parts, &input(choices)).unwrap();
        assert_eq!((&whole["given_name"], &whole["tags"]), (&json!("Augusta"), &json!(["z"])));
        let wrong = json!({ "nonsense": { "value": 1 }, "tags": {}, "notes": { "from": id(3) } });
        let error = combine(&parts, &input(wrong)).unwrap_err();
        let faults: Vec<_> = error.errors.iter().filter_map(|fault| fault.pointer.as_deref()).collect();
        assert_eq!(faults, ["/fields/nonsense", "/fields/notes/from", "/fields/tags"]);
    }

    #[test]
    fn closed_stays_closed_with_its_reason() {
        let closed = json!({ "stage": "closed", "stage_reason": "declined" });
        let forbidden = json!({ "stage": "closed", "stage_reason": "do_not_contact" });
        let open = json!({ "stage": "met" });
        for (one, two, stage, reason) in [
            (&closed, &open, json!("closed"), json!("declined")),
            (&open, &closed, json!("met"), Value::Null),
            (&open, &forbidden, json!("closed"), json!("do_not_contact")),
            (&closed, &forbidden, json!("closed"), json!("do_not_contact")),
        ] {
            let parts = [part(1, one.clone()), part(2, two.clone())];
            let (whole, _) = combine(&parts, &input(json!({}))).unwrap();
            assert_eq!((&whole["stage"], &whole["stage_reason"]), (&stage, &reason));
        }
    }
}
