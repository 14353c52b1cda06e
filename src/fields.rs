//! Fields that several resources have: labelled lists, links, custom fields.
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::error::Fault;

const CUSTOM_FIELDS: usize = 100;
/// Bytes of all custom fields of one resource, as JSON.
const CUSTOM_FIELDS_SIZE: usize = 16 * 1024;

/// A page about somebody or something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    #[schema(format = "http-url", max_length = 2048, example = "https://www.linkedin.com/in/ada-lovelace")]
    pub url: String,
    #[schema(max_length = 64, example = "linkedin")]
    pub label: Option<String>,
    /// The first of a list is, unless another says so.
    #[serde(default)]
    pub is_primary: bool,
}

/// An item of a labelled list, of which one is the primary one.
pub trait Labelled {
    fn is_primary(&self) -> bool;
    fn make_primary(&mut self);
}

impl Labelled for Link {
    fn is_primary(&self) -> bool {
        self.is_primary
    }

    fn make_primary(&mut self) {
        self.is_primary = true;
    }
}

/// Exactly one item of a list that is not empty is primary.
pub fn one_primary<T: Labelled>(pointer: &str, list: &mut [T], faults: &mut Vec<Fault>) {
    let mut primary = list.iter().enumerate().filter(|(_, item)| item.is_primary()).map(|(index, _)| index);
    let (first, second) = (primary.next(), primary.next());
    if let Some(index) = second {
        let detail = "only one item of a list may be primary";
        faults.push(Fault::field(format!("{pointer}/{index}/is_primary"), "duplicate", detail));
    } else if first.is_none()
        && let Some(item) = list.first_mut()
    {
        item.make_primary();
    }
}

/// Custom fields as the document describes them: an object of scalars.
pub fn custom_fields() -> Value {
    json!({
        "type": "object",
        "description": "Fields of your own: names to texts, numbers and booleans; 16 KiB in all.",
        "maxProperties": CUSTOM_FIELDS,
        "propertyNames": { "minLength": 1, "maxLength": 100, "format": "one-line" },
        "additionalProperties": { "type": ["string", "number", "boolean"], "maxLength": 4096 },
        "example": { "cohort": "2026 spring" },
    })
}

/// A schema that utoipa has no builder for.
pub fn schema(value: Value) -> RefOr<Schema> {
    serde_json::from_value(value).unwrap_or_else(|_| Schema::default().into())
}

pub fn check_custom_fields(fields: &Map<String, Value>, faults: &mut Vec<Fault>) {
    if serde_json::to_vec(fields).is_ok_and(|bytes| bytes.len() > CUSTOM_FIELDS_SIZE) {
        let detail = format!("may have {CUSTOM_FIELDS_SIZE} bytes in all");
        faults.push(Fault::field("/custom_fields", "too_long", detail));
    }
}

/// A value as its column keeps it.
pub fn store(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// What a column kept. A shape that this version does not know is as good as nothing.
pub fn stored<T: DeserializeOwned + Default>(value: Value) -> T {
    serde_json::from_value(value).unwrap_or_default()
}

/// Names of the top-level fields in which two resources differ, but for those that every write changes.
pub fn changed(before: &impl Serialize, after: &impl Serialize) -> Vec<String> {
    let (before, after) = (store(before), store(after));
    let names = after.as_object().into_iter().flatten().map(|(name, _)| name);
    names
        .filter(|name| {
            !["version", "updated_at"].contains(&name.as_str()) && before[name.as_str()] != after[name.as_str()]
        })
        .cloned()
        .collect()
}
