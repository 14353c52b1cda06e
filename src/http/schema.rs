//! Holds request bodies to the OpenAPI document itself: what the contract says and what is checked are one text.

mod branches;
#[cfg(test)]
mod document_tests;
mod examples;
mod faults;
pub mod formats;
mod instants;
mod iso;
#[cfg(test)]
mod sample;
mod suggest;
#[cfg(test)]
mod tests;
mod texts;
mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value, json};

use super::pointer;
pub use examples::{check_examples, close_variants, open_objects};
pub use faults::{CODES, FieldError, MAX_FAULTS};
pub use suggest::nearest;
pub use texts::give_formats;

const PREFIX: &str = "#/components/schemas/";

/// A document that cannot be checked against, which is a mistake in this program and no caller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError(String);

impl fmt::Display for SchemaError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for SchemaError {}

/// Compiled schemas by component name.
pub struct Schemas {
    validators: HashMap<String, Validator>,
    /// `{"components": {"schemas": …}}`, where faults look up what would have been right.
    document: Value,
}

impl Schemas {
    /// Compiles the named components of an OpenAPI 3.1 document with all they refer to. Fails on a name or reference
    /// that is not there and on a `format` nobody checks, so that a slip in an attribute cannot switch a check off.
    pub fn compile(document: &Value, names: &[&str]) -> Result<Self, SchemaError> {
        let mut validators = HashMap::new();
        let mut reachable = BTreeMap::new();
        for name in names {
            let root = root(document, &json!({ "$ref": format!("{PREFIX}{name}") }))?;
            validators.insert((*name).to_owned(), validator(&root).map_err(|e| SchemaError(format!("{name}: {e}")))?);
            if let Some(schemas) = root["components"]["schemas"].as_object() {
                reachable.extend(schemas.clone());
            }
        }
        let schemas = reachable.into_iter().collect::<Map<_, _>>();
        Ok(Self { validators, document: json!({ "components": { "schemas": schemas } }) })
    }

    /// All faults at once, up to [`MAX_FAULTS`]. What passes is free of faults by the schema; that the
    /// Rust type behind it accepts it too is for [`open_objects`] and the tests to hold.
    pub fn check(&self, name: &str, value: &Value) -> Result<(), Vec<FieldError>> {
        let Some(validator) = self.validators.get(name) else {
            // Refusing is the safe side of a slip that any test of the endpoint finds.
            return Err(vec![FieldError::unknown_schema(name)]);
        };
        if validator.is_valid(value) {
            return Ok(());
        }
        Err(faults::collect(&self.document, validator.iter_errors(value)))
    }

    /// Cuts the instants in a value to what the database keeps of them.
    pub fn settle_instants(&self, name: &str, value: &mut Value) {
        instants::settle(&self.document, &self.document["components"]["schemas"][name], value, 0);
    }
}

fn validator(root: &Value) -> Result<Validator, SchemaError> {
    let mut options = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        // Linear time, whatever pattern meets whatever text.
        .with_pattern_options(PatternOptions::regex());
    for (name, check, _) in formats::FORMATS {
        options = options.with_format(name, check);
    }
    let mut used = BTreeSet::new();
    strings_of("format", root, &mut used);
    for format in used {
        if !formats::ANNOTATIONS.contains(&format) && !options.is_known_format(Draft::Draft202012, format) {
            return Err(SchemaError(format!("the format `{format}` is not known")));
        }
    }
    options.build(root).map_err(|error| SchemaError(error.to_string()))
}

/// The schema with only those components it reaches, since compiling takes time by the size of the document.
fn root(document: &Value, schema: &Value) -> Result<Value, SchemaError> {
    let mut found = Map::new();
    let mut open = references(schema);
    while let Some(name) = open.pop() {
        if found.contains_key(&name) {
            continue;
        }
        let component = document["components"]["schemas"].get(&name);
        let component = component.ok_or_else(|| SchemaError(format!("there is no schema `{name}`")))?;
        open.extend(references(component));
        let mut component = component.clone();
        bound_integers(&mut component);
        found.insert(name, component);
    }
    let mut schema = schema.clone();
    bound_integers(&mut schema);
    Ok(json!({ "allOf": [schema], "components": { "schemas": found } }))
}

fn references(schema: &Value) -> Vec<String> {
    let mut found = BTreeSet::new();
    strings_of("$ref", schema, &mut found);
    found.into_iter().filter_map(|target| target.strip_prefix(PREFIX)).map(str::to_owned).collect()
}

/// Every string under `keyword` in a schema. Names of properties are no keywords, and values given as examples no
/// schemas: an export with `"format": "csv"` in its example is none of our business here.
fn strings_of<'a>(keyword: &str, value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match (key.as_str(), member) {
                    (key, Value::String(text)) if key == keyword => _ = found.insert(text),
                    ("properties" | "schemas", Value::Object(named)) => {
                        named.values().for_each(|schema| strings_of(keyword, schema, found));
                    }
                    ("example" | "examples" | "default" | "enum" | "const", _) => {}
                    (_, member) => strings_of(keyword, member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| strings_of(keyword, item, found)),
        _ => {}
    }
}

/// Gives integers without limits those of their Rust type. The contract names the type by its format, JSON Schema does
/// not look at it, and without this a number too large would only fail when the body is read.
fn bound_integers(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let limits = match members.get("format").and_then(Value::as_str) {
                Some("int32") => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
                Some("int64") => Some((i64::MIN, i64::MAX)),
                _ => None,
            };
            if let Some((least, most)) = limits {
                members.entry("minimum").or_insert(least.into());
                members.entry("maximum").or_insert(most.into());
            }
            members.values_mut().for_each(bound_integers);
        }
        Value::Array(items) => items.iter_mut().for_each(bound_integers),
        _ => {}
    }
}
