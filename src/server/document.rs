//! The OpenAPI document: what the handlers say, and what holds for all of them, said once.
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::routes;
use crate::auth::ALL as SCOPES;
use crate::error::Problem;
use crate::http::schema;
use crate::{external_ids, fields, saved_views, templates, webhooks};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Inroad",
        description = "Informational interviews: identify people, reach out, agree a time, prepare, meet, write down \
            what was learned, say thank you, and be introduced to the next person.\n\nSign in with \
            `POST /v1/auth/register` or `POST /v1/auth/login` and send the `access_token` as \
            `Authorization: Bearer …`. Every error is a problem document (RFC 9457); its `code` is one of a closed list.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(Problem)),
    tags(
        (name = "auth", description = "Register, sign in, refresh, recover."),
        (name = "me", description = "Your account and its sessions."),
        (name = "workspaces", description = "Workspaces, members and invitations."),
        (name = "API keys", description = "Credentials of programs: with some of your rights, for this workspace."),
        (name = "contacts", description = "People to talk to, and those who can introduce."),
        (name = "companies", description = "Where contacts work or the seeker would like to."),
        (name = "introductions", description = "Who named, promised or introduced whom, and whom the seeker asked for names."),
        (name = "network", description = "Who led to whom: the graph of introductions, and the ways into a company."),
        (name = "tags", description = "Tags of all resources."),
        (name = "saved views", description = "Filters and orders of lists, by name."),
        (name = "search", description = "One search over everything."),
        (name = "messages", description = "Each touch to and from a contact, and whom not to write to."),
        (name = "templates", description = "Texts to be used again, in versions, and what they become for a contact."),
        (name = "profile", description = "The seeker whom templates speak for."),
        (name = "meetings", description = "Conversations: when and where, with whom, and what became of them."),
        (name = "goals", description = "What the seeker wants to learn, and what became of it."),
        (name = "insights", description = "What was learned in meetings."),
        (name = "research notes", description = "What was found out about people, companies, industries and meetings."),
        (name = "attachments", description = "Files that belong to research notes."),
        (name = "questions", description = "What to ask: a bank of questions, and the seeker's own."),
        (name = "bookings", description = "Times offered for a meeting, and the link where somebody without an account books one."),
        (name = "calendars", description = "Meetings in other calendars, and other calendars beside the meetings."),
        (name = "feeds", description = "Feeds that are watched, and the alerts of what in them matched."),
        (name = "lint", description = "Messages held against the rules of outreach."),
        (name = "follow-ups", description = "What is due for whom, and when."),
        (name = "next-steps", description = "What to do next, and with whom."),
        (name = "imports", description = "Contacts from files; each import can be tried first and undone afterwards."),
        (name = "changes", description = "What was written, in order: to follow a workspace without polling all of it."),
        (name = "webhooks", description = "Changes told to a URL, signed, at least once each."),
        (name = "exports", description = "Contacts as vCards and tables, the workspace as an archive."),
        (name = "trash", description = "What was deleted, for 30 days."),
        (name = "service", description = "Health, limits, keys."),
    ),
)]
pub struct Base;

/// A fault says where it is in one of three ways.
const SPARSE: [&str; 1] = ["Fault"];

/// Where bodies and answers hold secrets.
const SECRET: [&str; 3] = ["/v1/auth/", "/v1/me/", "/v1/changes/stream-tickets"];

/// What `If-Match` and `If-None-Match` may say (RFC 9110, 13.1).
const ENTITY_TAGS: &str = r#"^(\*|(W/)?"[^"]*"( *, *(W/)?"[^"]*")*)$"#;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The document, complete.
pub fn document() -> Value {
    let (_, document) = routes::routes();
    let mut document = serde_json::to_value(&document).unwrap_or_default();
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    document["servers"] = json!([{ "url": "/", "description": "This service" }]);
    document["components"]["securitySchemes"] = json!({ "bearer": bearer() });
    document["webhooks"] = webhooks::described();
    describe_maps(&mut document);
    let names = body_schema_names(&document);
    schema::give_formats(&mut document, &as_text(&names));
    free_of_bodies(&mut document);
    add_patch_schemas(&mut document);
    let names = body_schema_names(&document);
    schema::close_variants(&mut document, &as_text(&names));
    each_operation(&mut document, complete);
    require_answered_fields(&mut document);
    document
}

/// As it is committed and served.
pub fn text(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// The schemas that bodies are checked against.
pub fn body_schemas(document: &Value) -> Vec<&'static str> {
    // Leaked once per process and schema: the names live as long as the service does.
    let mut names = body_schema_names(document);
    names.retain(|name| !name.ends_with("Patch"));
    names.into_iter().map(|name| &*Box::leak(name.into_boxed_str())).collect()
}

fn bearer() -> Value {
    let scopes: Vec<String> = SCOPES.iter().map(|(name, _, what)| format!("- `{name}`:{what}")).collect();
    json!({
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": format!("An access token (RFC 9068). Scopes:\n{}", scopes.join("\n")),
    })
}

fn each_operation(document: &mut Value, act: impl Fn(&str, &str, &mut Value)) {
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if METHODS.contains(&method.as_str()) {
                act(method, path, operation);
            }
        }
    }
}

fn body_schema_names(document: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for item in document["paths"].as_object().into_iter().flatten().map(|(_, item)| item) {
        for operation in METHODS.iter().map(|method| &item[*method]) {
            for media in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                if let Some(name) = reference(&media.1["schema"]) {
                    // What a patch is applied to is checked as a whole.
                    names.push(name.to_owned());
                    names.extend(name.strip_suffix("Patch").map(|base| format!("{base}Input")));
                }
            }
        }
    }
    names.sort();
    names.dedup();
    names
}

/// Where nothing has to be said there need not be a body. utoipa requires each that it describes.
fn free_of_bodies(document: &mut Value) {
    // Their fields are optional one by one, and some of them needed all the same.
    const NEEDED: [&str; 4] =
        ["/v1/contacts", "/v1/follow-ups/{id}/snooze", "/v1/meetings/{id}/offers", "/v1/meetings/{id}/reschedule"];
    let schemas = document["components"]["schemas"].clone();
    each_operation(document, |method, path, operation| {
        let body = operation.get_mut("requestBody").filter(|_| method == "post" && !NEEDED.contains(&path));
        let Some(body) = body else { return };
        let named = reference(&body["content"]["application/json"]["schema"]).and_then(|name| schemas.get(name));
        let says_nothing = named.is_some_and(|schema| schema.get("required").is_none());
        if let Some(body) = body.as_object_mut().filter(|_| says_nothing) {
            body.insert("required".to_owned(), json!(false));
        }
    });
}

fn as_text(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

/// utoipa has no words for the limits of maps: it calls these fields objects, and here they get their limits.
fn describe_maps(document: &mut Value) {
    let maps = [
        ("custom_fields", fields::custom_fields()),
        ("external_ids", external_ids::described()),
        ("filter", saved_views::filter()),
        ("values", templates::values()),
    ];
    for (_, schema) in document["components"]["schemas"].as_object_mut().into_iter().flatten() {
        for (name, map) in &maps {
            let property = schema.get_mut("properties").and_then(|properties| properties.get_mut(name));
            // A field of this name that is no map is another thing.
            if let Some(property) = property.filter(|property| property["type"] == "object") {
                property.clone_from(map);
            }
        }
    }
}

/// `PATCH` takes what `<X>Input` has with nothing required: `<X>Patch`. What can be without a value is nullable.
fn add_patch_schemas(document: &mut Value) {
    let mut wanted = Vec::new();
    for (_, item) in document["paths"].as_object_mut().into_iter().flatten() {
        let content = &mut item["patch"]["requestBody"]["content"];
        let Some(name) = reference(&content["application/json"]["schema"]).map(str::to_owned) else {
            // Indexing made the entries that were not there.
            if let Some(item) = item.as_object_mut()
                && item["patch"]["responses"].is_null()
            {
                item.remove("patch");
            }
            continue;
        };
        let patch = format!("{}Patch", name.trim_end_matches("Input"));
        let media = json!({ "schema": { "$ref": format!("#/components/schemas/{patch}") } });
        *content = json!({ "application/merge-patch+json": media, "application/json": media });
        wanted.push((name, patch));
    }
    for (name, patch) in wanted {
        let mut schema = document["components"]["schemas"][&name].clone();
        let needed = schema.as_object_mut().and_then(|object| {
            object.remove("example");
            object.remove("required")
        });
        let needed: Vec<&str> = needed.iter().filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect();
        schema["description"] =
            json!(format!("A JSON merge patch (RFC 7396) of `{name}`: absent keeps, `null` clears, arrays replace."));
        for (field, property) in schema["properties"].as_object_mut().into_iter().flatten() {
            if !needed.contains(&field.as_str()) {
                make_nullable(property);
            }
        }
        document["components"]["schemas"][&patch] = schema;
    }
}

fn make_nullable(property: &mut Value) {
    if let Some(object) = property.as_object_mut() {
        object.remove("default");
    }
    if property["$ref"].is_string() {
        *property = json!({ "oneOf": [property.clone(), { "type": "null" }] });
    } else if let Some(kind) = property["type"].as_str().map(str::to_owned) {
        property["type"] = json!([kind, "null"]);
    }
}

/// A field without a value is `null`, not absent: in a schema that only answers have, every field is required.
fn require_answered_fields(document: &mut Value) {
    let mut taken: Vec<String> = body_schema_names(document);
    let mut next = 0;
    while let Some(name) = taken.get(next).cloned() {
        for inner in references(&document["components"]["schemas"][&name]) {
            if !taken.contains(&inner) {
                taken.push(inner);
            }
        }
        next += 1;
    }
    for (name, schema) in document["components"]["schemas"].as_object_mut().into_iter().flatten() {
        if taken.contains(name) || SPARSE.contains(&name.as_str()) {
            continue;
        }
        if let Some(properties) = schema["properties"].as_object() {
            let names: Vec<String> = properties.keys().cloned().collect();
            schema["required"] = json!(names);
        }
    }
}

/// The names of all schemas that one refers to, at any depth of its own text.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(object) => {
            let own = reference(schema).map(str::to_owned);
            own.into_iter().chain(object.values().flat_map(references)).collect()
        }
        Value::Array(list) => list.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// Adds what is true of every operation of its kind, where the handler has not said it itself.
fn complete(method: &str, path: &str, operation: &mut Value) {
    let needs = |operation: &Value| operation["security"].as_array().is_some_and(|list| !list.is_empty());
    let secured = needs(operation);
    let one = path.contains('{');
    // Settings and accounts are one resource each, though their paths have no id.
    let alone = ["/v1/me", "/v1/mail-account"].contains(&path)
        || (method != "post" && operation["responses"]["200"]["headers"]["ETag"].is_object());
    // What lies in the trash has no version of its own, nor has a tag.
    let versioned = (one || alone) && !path.starts_with("/v1/trash/") && !path.starts_with("/v1/tags/");
    let has_body = operation["requestBody"].is_object();
    // Balancers ask for health as often as they like.
    let counted = !["/healthz", "/readyz"].contains(&path);
    let mut add = |status: &str, what: &str| respond(operation, status, what);
    add("400", "`invalid_parameter`, `invalid_header`, `invalid_json` or `bad_request`");
    add("406", "`not_acceptable`: `Accept-Encoding` forbids every coding that there is");
    add("414", "`uri_too_long`");
    add("431", "`headers_too_large`");
    add("500", "`internal`; the log has the cause under the request id");
    add("503", "`unavailable`; try again after `Retry-After`");
    if counted {
        add("429", "`rate_limited`; try again after `Retry-After`");
    }
    if secured {
        add("401", "`credential_missing` or `invalid_token`");
        add("403", "`scope_missing` or `role_insufficient`");
    }
    if one {
        add("404", "`not_found`: absent, or of another workspace");
    }
    if path.starts_with("/v1/contacts/{id}") && method != "delete" {
        add("308", "The contact was merged into the one that `Location` names; method and body stay the same");
    }
    // One that reads none refuses what is sent all the same.
    if has_body || method == "post" {
        add("408", "`request_timeout`: the body did not arrive in time");
        add("413", "`too_large`");
        add("415", "`unsupported_media_type`");
        add("422", "`invalid_fields`; `errors` names all of them");
    }
    // What is about credentials is not kept: its bodies and answers hold secrets.
    if secured && method == "post" && !SECRET.iter().any(|secret| path.starts_with(secret)) {
        add("409", "`idempotency_in_progress`: the first request with this key still runs");
        add("410", "`person_erased`: the answer that was kept for this key was about a person who was erased since");
        add("422", "`idempotency_key_reused`");
        parameter(operation, "Idempotency-Key", "The first answer is kept for 24 hours and replayed.", 255);
    }
    if versioned && secured && matches!(method, "patch" | "put" | "delete") {
        respond(operation, "412", "`precondition_failed`: the resource has another version");
        parameter(operation, "If-Match", "The `ETag` that the change is meant for.", 1024);
    }
    if one && versioned && secured && method == "put" {
        parameter(operation, "If-None-Match", "With `*`, only what is not there yet is written.", 1024);
    }
    if method == "get" && versioned && operation["responses"]["200"]["headers"]["ETag"].is_object() {
        parameter(operation, "If-None-Match", "The `ETag` that the client has.", 1024);
        operation["responses"]["304"] = json!({ "description": "The client has this version" });
    }
    describe_success(operation);
    explain_problems(operation);
}

fn respond(operation: &mut Value, status: &str, what: &str) {
    let response = &mut operation["responses"][status];
    match response["description"].as_str() {
        None => *response = json!({ "description": what }),
        Some(said) if status == "409" || status == "422" && !said.contains(what) => {
            response["description"] = json!(format!("{said}; {what}"));
        }
        Some(_) => {}
    }
}

fn parameter(operation: &mut Value, name: &str, description: &str, most: u32) {
    let mut schema = json!({ "type": "string", "minLength": 1, "maxLength": most });
    if name.starts_with("If-") {
        schema["pattern"] = json!(ENTITY_TAGS);
    }
    let parameter =
        json!({ "name": name, "in": "header", "required": false, "description": description, "schema": schema });
    match operation["parameters"].as_array_mut() {
        Some(list) => list.push(parameter),
        None => operation["parameters"] = json!([parameter]),
    }
}

fn describe_success(operation: &mut Value) {
    let text = json!({ "type": "string" });
    if let Some(moved) = operation["responses"].get_mut("308") {
        moved["headers"]["Location"] = json!({ "description": "The same of the survivor", "schema": text });
    }
    if let Some(created) = operation["responses"].get_mut("201") {
        created["headers"]["Location"] = json!({ "description": "Where the resource is", "schema": text });
        created["headers"]["ETag"] = json!({ "description": "The resource's version, quoted", "schema": text });
    }
}

/// Every answer that is no success is a `Problem`.
fn explain_problems(operation: &mut Value) {
    let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    for (status, response) in operation["responses"].as_object_mut().unwrap_or(&mut Map::new()) {
        if status.starts_with('4') || status.starts_with('5') {
            response["content"] = json!({ "application/problem+json": problem });
        }
        if status == "429" || status == "503" {
            let header = json!({ "description": "Seconds to wait", "schema": { "type": "integer" } });
            response["headers"]["Retry-After"] = header;
        }
    }
}
