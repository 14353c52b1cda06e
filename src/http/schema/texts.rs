//! What texts may be made of, where their fields do not say it: a control character is neither part of a name nor of
//! a note.
use serde_json::{Map, Value};

use super::examples::reachable;

/// Texts up to so many characters are one line; longer ones may have several.
const ONE_LINE: u64 = 255;

/// Keywords that say already what a text is.
const TELLING: [&str; 3] = ["format", "enum", "const"];

/// Gives each text of a request that has no format the one that fits its length: `one-line` or `multi-line`.
pub fn give_formats(document: &mut Value, names: &[&str]) {
    for name in reachable(document, names) {
        within(&mut document["components"]["schemas"][name]);
    }
}

fn within(schema: &mut Value) {
    let Some(keywords) = schema.as_object_mut() else { return };
    if let Some(format) = missing(keywords) {
        keywords.insert("format".to_owned(), format.into());
    }
    for (key, value) in keywords {
        match (key.as_str(), value) {
            ("oneOf" | "anyOf" | "allOf", Value::Array(parts)) => parts.iter_mut().for_each(within),
            ("properties", Value::Object(named)) => named.values_mut().for_each(within),
            ("items" | "additionalProperties" | "propertyNames", part) => within(part),
            _ => {}
        }
    }
}

fn missing(keywords: &Map<String, Value>) -> Option<&'static str> {
    let is_text = match keywords.get("type")? {
        Value::Array(kinds) => kinds.iter().any(|kind| kind == "string"),
        kind => kind == "string",
    };
    let pattern = keywords.get("pattern").and_then(Value::as_str).unwrap_or_default();
    if !is_text || TELLING.iter().any(|keyword| keywords.contains_key(*keyword)) || pattern.starts_with('^') {
        return None;
    }
    let most = keywords.get("maxLength").and_then(Value::as_u64);
    Some(if most.is_some_and(|most| most <= ONE_LINE) { "one-line" } else { "multi-line" })
}
