//! The document: current, complete, and strict. `UPDATE=1 cargo test --test api openapi` writes the file.
use std::collections::HashSet;

use inroad::app;
use inroad::http::schema::{check_examples, open_objects};
use reqwest::Method;
use serde_json::{Value, json};

use crate::walk::{Operation, hold, operations, reachable, references};

/// Texts of bodies that have no upper limit (a URL has one as a whole), as `Schema.property`. It may only shrink.
const UNLIMITED: &[&str] = &[];

#[test]
fn the_file_is_current() {
    hold("openapi/openapi.json", &app::document_text(&app::document()));
}

#[test]
fn every_operation_is_complete() {
    let mut ids = HashSet::new();
    let mut faults = Vec::new();
    for operation in operations(&app::document()) {
        let spec = &operation.spec;
        let mut need = |holds: bool, what: &str| {
            if !holds {
                faults.push(format!("{operation}: {what}"));
            }
        };
        need(spec["summary"].as_str().is_some_and(|text| !text.is_empty()), "no summary: write a doc comment");
        need(spec["tags"][0].is_string(), "no tag");
        need(spec["operationId"].is_string(), "no operationId");
        need(ids.insert(spec["operationId"].to_string()), "shares its operationId");
        need(
            operation.scope().is_some() != operation.is_public(),
            "needs a scope, or a place in auth::PUBLIC, not both",
        );
        need(has_success(&operation), "documents no success");
        let known: Vec<_> = operation.parameters("path").iter().map(|known| known["name"].clone()).collect();
        for name in operation.placeholders() {
            need(known.contains(&json!(name)), &format!("does not document {{{name}}}"));
        }
        need(known.len() == operation.placeholders().len(), "documents a path parameter that is not in the path");
        // Of a newtype the derive says nothing; and what is no UUID is left out by the tests of foreign ids.
        if !operation.path.contains("external") {
            let ids = operation.placeholders().into_iter().filter(|name| *name == "id" || name.ends_with("_id"));
            for name in ids {
                need(operation.row_ids().contains(&name), &format!("{{{name}}} is not documented as a UUID"));
            }
        }
        for name in operation.parameters("query").iter().filter_map(|known| known["name"].as_str()) {
            need(is_snake_case(name), &format!("the parameter {name} is not in snake case"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn has_success(operation: &Operation) -> bool {
    operation.spec["responses"].as_object().unwrap().keys().any(|status| status.starts_with('2'))
}

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[test]
fn every_reference_resolves() {
    let document = app::document();
    let mut names = Vec::new();
    references(&document, &mut names);
    names.retain(|name| !document["components"]["schemas"][name].is_object());
    assert!(names.is_empty(), "referred to, but not there: {names:?}");
}

#[test]
fn every_example_is_accepted_by_its_schema() {
    let failures = check_examples(&app::document());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The schemas of bodies: those of requests, or those of answers.
fn schemas(document: &Value, of_requests: bool) -> Vec<String> {
    let mut found = Vec::new();
    for operation in operations(document) {
        let part = if of_requests { "requestBody" } else { "responses" };
        references(&operation.spec[part], &mut found);
    }
    reachable(document, found)
}

#[test]
fn a_typo_in_a_body_is_never_ignored() {
    let document = app::document();
    let mut names = Vec::new();
    for operation in operations(&document) {
        // The parts of a form are no JSON: whoever reads one refuses by itself what it does not know.
        references(operation.json_body().map_or(&Value::Null, |(_, schema)| schema), &mut names);
    }
    let names = reachable(&document, names);
    let open = open_objects(&document, &names.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(open.is_empty(), "take unknown fields: {open:?}");
}

#[test]
fn every_list_is_bounded() {
    let document = app::document();
    for operation in operations(&document).iter().filter(|operation| operation.method == Method::GET) {
        let page = &operation.spec["responses"]["200"]["content"]["application/json"]["schema"];
        let name = page["$ref"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let properties = &document["components"]["schemas"][name]["properties"];
        let parameters: Vec<_> = operation.parameters("query").iter().map(|known| known["name"].clone()).collect();
        if properties["data"].is_object() && properties["next_cursor"].is_object() {
            for wanted in ["limit", "cursor"] {
                assert!(parameters.contains(&json!(wanted)), "{operation} is a list and takes no {wanted}");
            }
            let limit = operation.parameters("query").into_iter().find(|known| known["name"] == "limit").unwrap();
            assert!(limit["schema"]["maximum"].is_u64(), "{operation}: limit has no maximum");
        } else {
            let list = properties["data"]["type"] == "array";
            assert!(
                !list || !parameters.contains(&json!("limit")),
                "{operation} takes a limit but gives no next_cursor"
            );
        }
    }
}

#[test]
fn every_text_of_a_body_has_a_limit() {
    let document = app::document();
    let mut unlimited = Vec::new();
    for name in schemas(&document, true) {
        texts(&document["components"]["schemas"][&name], &name, &mut unlimited);
    }
    let unknown: Vec<_> = unlimited.iter().filter(|place| !UNLIMITED.contains(&place.as_str())).collect();
    assert!(unknown.is_empty(), "no maxLength, enum or format: {unknown:#?}");
    let mended: Vec<_> = UNLIMITED.iter().filter(|known| !unlimited.iter().any(|place| place == *known)).collect();
    assert!(mended.is_empty(), "take these off the list: {mended:?}");
}

/// Texts and arrays without an upper limit.
fn texts(schema: &Value, place: &str, found: &mut Vec<String>) {
    let is = |kind: &str| match &schema["type"] {
        Value::Array(kinds) => kinds.contains(&json!(kind)),
        one => one == kind,
    };
    let bounded = ["maxLength", "enum", "const", "format"].iter().any(|key| !schema[*key].is_null());
    // A format may be a mere annotation of the alphabet.
    let bounded = bounded
        && (!["no-control", "one-line", "multi-line"].contains(&schema["format"].as_str().unwrap_or_default())
            || !schema["maxLength"].is_null());
    if is("string") && !bounded {
        found.push(place.to_owned());
    }
    if is("array") {
        texts(&schema["items"], &format!("{place}[]"), found);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        texts(property, &format!("{place}.{name}"), found);
    }
    if schema["additionalProperties"].is_object() {
        texts(&schema["additionalProperties"], &format!("{place}.*"), found);
    }
    for union in ["oneOf", "anyOf", "allOf"] {
        for part in schema[union].as_array().into_iter().flatten() {
            texts(part, place, found);
        }
    }
}

/// A field without a value is `null`, not absent. Only a fault leaves out where it is not.
#[test]
fn every_property_of_an_answer_is_required() {
    let document = app::document();
    let mut faults = Vec::new();
    let requests = schemas(&document, true);
    for name in schemas(&document, false) {
        // What a client also sends may be left out there.
        if name != "Fault" && !requests.contains(&name) {
            optional(&document["components"]["schemas"][&name], &name, &mut faults);
        }
    }
    assert!(faults.is_empty(), "may be absent in an answer: {faults:#?}");
}

fn optional(schema: &Value, place: &str, found: &mut Vec<String>) {
    let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if !required.contains(&json!(name)) {
            found.push(format!("{place}.{name}"));
        }
        optional(property, &format!("{place}.{name}"), found);
    }
    if schema["items"].is_object() {
        optional(&schema["items"], &format!("{place}[]"), found);
    }
    for union in ["oneOf", "anyOf", "allOf"] {
        for part in schema[union].as_array().into_iter().flatten() {
            optional(part, place, found);
        }
    }
}

#[test]
fn names_are_in_snake_case() {
    let document = app::document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for property in schema["properties"].as_object().into_iter().flatten().map(|(property, _)| property) {
            assert!(is_snake_case(property), "{name}.{property}");
        }
        // `Bearer` is spelt by RFC 6750.
        let values = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for value in values.filter(|value| *value != "Bearer") {
            assert!(value.bytes().all(|byte| !byte.is_ascii_uppercase() && byte != b'-'), "{name}: {value}");
        }
    }
}
