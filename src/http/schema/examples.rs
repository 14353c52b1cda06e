//! The document against itself: its examples, and request bodies that would take a typo.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{faults, pointer, references, root, validator};

/// Validates every example of the document against the schema it stands beside: those of schemas and their
/// properties, of parameters, headers, and bodies. Gives one line for each failure.
pub fn check_examples(document: &Value) -> Vec<String> {
    let mut failures = Vec::new();
    for (name, schema) in members(&document["components"], "schemas") {
        of_schema(document, schema, &format!("/components/schemas/{name}"), &mut failures);
    }
    for (name, part) in document["components"].as_object().into_iter().flatten() {
        if name != "schemas" {
            of_holder(document, part, &format!("/components/{name}"), &mut failures);
        }
    }
    of_holder(document, &document["paths"], "/paths", &mut failures);
    failures
}

fn members<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.get(key).and_then(Value::as_object).into_iter().flatten()
}

/// Keywords whose value is a schema, a list of them, or schemas by name.
const INNER: [&str; 5] = ["items", "additionalProperties", "propertyNames", "not", "contains"];
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];

fn inner_schemas(schema: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    found.extend(INNER.iter().filter_map(|key| Some(((*key).to_owned(), schema.get(key)?))));
    for key in LISTS {
        let list = schema.get(key).and_then(Value::as_array).into_iter().flatten();
        found.extend(list.enumerate().map(|(at, part)| (format!("{key}/{at}"), part)));
    }
    found.extend(members(schema, "properties").map(|(name, part)| (format!("properties/{name}"), part)));
    found.retain(|(_, part)| part.is_object());
    found
}

fn of_schema(document: &Value, schema: &Value, place: &str, failures: &mut Vec<String>) {
    let list = schema.get("examples").and_then(Value::as_array).into_iter().flatten();
    let all = schema.get("example").into_iter().chain(list).collect::<Vec<_>>();
    judge(document, schema, &all, place, failures);
    for (key, part) in inner_schemas(schema) {
        of_schema(document, part, &format!("{place}/{key}"), failures);
    }
}

/// Walks everything that is no schema; media types, parameters and headers hold `schema` beside `example`.
fn of_holder(document: &Value, value: &Value, place: &str, failures: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            if let Some(schema) = object.get("schema") {
                let named = members(value, "examples").filter_map(|(_, example)| example.get("value"));
                let all = object.get("example").into_iter().chain(named).collect::<Vec<_>>();
                judge(document, schema, &all, place, failures);
                of_schema(document, schema, &format!("{place}/schema"), failures);
            }
            for (key, member) in object.iter().filter(|(key, _)| !is_content_of_holder(object, key)) {
                let mut inner = place.to_owned();
                pointer::push(&mut inner, key);
                of_holder(document, member, &inner, failures);
            }
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, item)| of_holder(document, item, &format!("{place}/{at}"), failures));
        }
        _ => {}
    }
}

fn is_content_of_holder(holder: &Map<String, Value>, key: &str) -> bool {
    matches!(key, "schema" | "example" | "examples") && holder.contains_key("schema")
}

fn judge(document: &Value, schema: &Value, examples: &[&Value], place: &str, failures: &mut Vec<String>) {
    if examples.is_empty() {
        return;
    }
    let compiled = root(document, schema).and_then(|root| Ok((validator(&root)?, root)));
    let (validator, root) = match compiled {
        Ok(compiled) => compiled,
        Err(error) => return failures.push(format!("{place}: {error}")),
    };
    for example in examples.iter().filter(|example| !validator.is_valid(example)) {
        for fault in faults::collect(&root, validator.iter_errors(example)) {
            failures.push(format!("{place}: example{} {}", fault.pointer, fault.detail));
        }
    }
}

/// Places reachable from the named request schemas that accept fields nobody knows: an object that lists properties
/// without `additionalProperties`. A derive drops `deny_unknown_fields` where fields are flattened and in variants of
/// tagged enums, and a typo there would be ignored.
pub fn open_objects(document: &Value, names: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for name in reachable(document, names) {
        open_within(&document["components"]["schemas"][&name], &name, &mut found);
    }
    found.sort();
    found
}

fn open_within(schema: &Value, place: &str, found: &mut Vec<String>) {
    let closed = schema.get("additionalProperties").is_some() || schema.get("unevaluatedProperties").is_some();
    if schema.get("properties").is_some() && !closed {
        found.push(place.to_owned());
    }
    for (key, part) in inner_schemas(schema) {
        open_within(part, &format!("{place}/{key}"), found);
    }
}

/// Writes into the document what the derive leaves out: the object variants of unions take no unknown fields. Only for
/// components of requests, since clients must expect new fields in answers. Flattened parts stay open; they cannot be
/// closed one by one.
pub fn close_variants(document: &mut Value, names: &[&str]) {
    for name in reachable(document, names) {
        close(&mut document["components"]["schemas"][name], false);
    }
}

fn close(schema: &mut Value, variant: bool) {
    let Some(keywords) = schema.as_object_mut() else { return };
    if variant && keywords.contains_key("properties") && !keywords.contains_key("additionalProperties") {
        keywords.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    for (key, value) in keywords {
        match (key.as_str(), value) {
            ("oneOf" | "anyOf", Value::Array(parts)) => parts.iter_mut().for_each(|part| close(part, true)),
            ("properties", Value::Object(named)) => named.values_mut().for_each(|part| close(part, variant)),
            ("items" | "additionalProperties", part) => close(part, variant),
            _ => {}
        }
    }
}

pub(super) fn reachable(document: &Value, names: &[&str]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    while let Some(name) = open.pop() {
        if let Some(schema) = document["components"]["schemas"].get(&name)
            && !seen.contains(&name)
        {
            open.extend(references(schema));
            seen.insert(name);
        }
    }
    seen
}
