//! Walks the document, so that an operation added tomorrow is tested tomorrow.
use std::path::PathBuf;
use std::sync::LazyLock;

use inroad::auth::PUBLIC;
use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::support::{Member, TestApp};
use crate::web::Web;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
const SCHEMAS: &str = "#/components/schemas/";

/// One operation of the document.
#[derive(Debug, Clone)]
pub struct Operation {
    pub method: Method,
    pub path: String,
    pub spec: Value,
}

/// All of them, in the order of the document.
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
            found.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                spec: item[*method].clone(),
            });
        }
    }
    found
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Operation {
    pub fn is_public(&self) -> bool {
        PUBLIC.contains(&self.to_string().as_str())
    }

    /// The scope that the document states.
    pub fn scope(&self) -> Option<&str> {
        self.spec["security"][0]["bearer"][0].as_str()
    }

    pub fn parameters(&self, place: &str) -> Vec<&Value> {
        let all = self.spec["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        all.iter().filter(|parameter| parameter["in"] == place).collect()
    }

    /// The names in the path, in order.
    pub fn placeholders(&self) -> Vec<&str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }

    /// Those of them that are ids of rows.
    pub fn row_ids(&self) -> Vec<&str> {
        let is_uuid = |name: &&str| {
            self.parameters("path").iter().any(|known| known["name"] == *name && known["schema"]["format"] == "uuid")
        };
        self.placeholders().into_iter().filter(is_uuid).collect()
    }

    fn is_number(&self, name: &str) -> bool {
        let named = |known: &&&Value| known["name"] == name;
        self.parameters("path").iter().find(named).is_some_and(|known| known["schema"]["type"] == "integer")
    }

    /// The path, with these ids in the places of rows and something harmless in the others.
    pub fn url(&self, ids: &[Uuid]) -> String {
        let rows = self.row_ids();
        let mut url = self.path.clone();
        for name in self.placeholders() {
            let value = match rows.iter().position(|row| *row == name) {
                Some(at) => ids[at % ids.len()].to_string(),
                None if self.is_number(name) => "1".to_owned(),
                None => "example".to_owned(),
            };
            url = url.replace(&format!("{{{name}}}"), &value);
        }
        url
    }

    /// With ids that nobody has.
    pub fn nowhere(&self) -> String {
        self.url(&[Uuid::now_v7()])
    }

    /// The path with a query, and with the examples of the parameters that it needs.
    pub fn asking(&self, path: &str, query: &str) -> String {
        let mut asking = format!("{path}?{query}");
        for needed in self.parameters("query").iter().filter(|known| known["required"] == true) {
            let example = needed["example"].as_str().unwrap_or("example");
            asking.push_str(&format!("&{}={example}", needed["name"].as_str().unwrap()));
        }
        asking
    }

    /// The JSON media type of its body, and the schema.
    pub fn json_body(&self) -> Option<(&str, &Value)> {
        let content = self.spec["requestBody"]["content"].as_object()?;
        let wanted = ["application/merge-patch+json", "application/json"];
        wanted.iter().find_map(|kind| Some((*kind, &content.get(*kind)?["schema"])))
    }

    /// Whether its answer never ends.
    pub fn is_stream(&self) -> bool {
        self.spec["responses"]["200"]["content"]["text/event-stream"].is_object()
    }

    /// The status of its success, as the document has it.
    pub fn documents(&self, status: &str) -> bool {
        self.spec["responses"][status].is_object()
    }
}

/// A request with this text for a body, in the media type that the operation reads.
pub fn with_body(app: &TestApp, operation: &Operation, url: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
    let kind = operation.json_body().map_or("application/json", |(kind, _)| kind);
    app.request(operation.method.clone(), url).header("content-type", kind).body(body)
}

/// A request that is right but for the ids in its path.
pub fn valid(app: &TestApp, document: &Value, operation: &Operation, url: &str, member: &Member) -> RequestBuilder {
    let request = if let Some(special) = special(app, operation, url) {
        special
    } else if operation.method == Method::PATCH {
        with_body(app, operation, url, "{}")
    } else if let Some((_, schema)) = operation.json_body() {
        with_body(app, operation, url, minimal(document, schema).to_string())
    } else {
        app.request(operation.method.clone(), operation.asking(url, "").trim_end_matches('?'))
    };
    request.bearer_auth(&member.token)
}

/// Fields that name a contact, which has to be there.
const CONTACTS: [&str; 3] = ["introducer_id", "connector_id", "contact_id"];

/// What there is in a workspace: what is created may have to name it.
pub struct There {
    pub contact: Uuid,
    pub message: Uuid,
    pub meeting: Uuid,
    pub note: Uuid,
}

/// A request that creates something, for a member whose workspace has these.
pub fn creating(
    app: &TestApp,
    document: &Value,
    operation: &Operation,
    member: &Member,
    there: &There,
) -> RequestBuilder {
    let There { contact, message, meeting, note } = there;
    if operation.path == "/v1/attachments" {
        return attaching(app, *note, &operation.path).bearer_auth(&member.token);
    }
    let mut body = operation.json_body().map_or(Value::Null, |(_, schema)| minimal(document, schema));
    if body["meeting_id"].is_string() {
        body["meeting_id"] = json!(meeting);
        body["text"] = json!("What?");
        return with_body(app, operation, &operation.path, body.to_string()).bearer_auth(&member.token);
    }
    if body["contact_ids"].is_array() {
        body["contact_ids"] = json!([contact]);
        return with_body(app, operation, &operation.path, body.to_string()).bearer_auth(&member.token);
    }
    if body["message_id"].is_string() {
        body["message_id"] = json!(message);
        return with_body(app, operation, &operation.path, body.to_string()).bearer_auth(&member.token);
    }
    let Some(field) = CONTACTS.iter().find(|field| body[**field].is_string()) else {
        return valid(app, document, operation, &operation.path, member);
    };
    body[*field] = json!(contact);
    if *field == "introducer_id" {
        body["introduced_name"] = json!(format!("Somebody {}", Uuid::now_v7()));
    }
    if operation.path == "/v1/follow-ups" {
        body["due_in_business_days"] = json!(1);
    }
    with_body(app, operation, &operation.path, body.to_string()).bearer_auth(&member.token)
}

/// A server where every path is a feed.
pub static FEEDS: LazyLock<Web> = LazyLock::new(|| {
    let web = Web::start();
    let feed = "<rss version='2.0'><channel><title>News</title><item><title>Something</title></item></channel></rss>";
    web.put("*", "200 OK", &[("content-type", "application/rss+xml")], feed);
    web
});

/// A form with a small picture for a note.
fn attaching(app: &TestApp, note: Uuid, url: &str) -> RequestBuilder {
    let part =
        |name: &str, body: &str| format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{body}\r\n");
    let form = format!("{}{}--x--\r\n", part("research_note_id", &note.to_string()), part("file", "GIF89a"));
    app.request(Method::POST, url).header("content-type", "multipart/form-data; boundary=x").body(form)
}

/// Operations whose smallest valid request the schema alone does not tell.
fn special(app: &TestApp, operation: &Operation, url: &str) -> Option<RequestBuilder> {
    match operation.to_string().as_str() {
        "POST /v1/import-mappings" => {
            let body = json!({ "name": Uuid::now_v7(), "columns": [{ "number": 1, "field": "full_name" }] });
            Some(with_body(app, operation, url, body.to_string()))
        }
        "POST /v1/imports" | "POST /v1/imports/preview" => {
            let file = std::fs::read(root().join("tests/data/linkedin/Connections.csv")).unwrap();
            let request = app.request(Method::POST, &format!("{url}?kind=linkedin_connections"));
            Some(request.header("content-type", "text/csv").body(file))
        }
        "POST /v1/busy" | "PUT /v1/busy/{id}" => {
            let ics = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n";
            Some(with_body(app, operation, url, json!({ "name": "Work", "ics": ics }).to_string()))
        }
        "POST /v1/feeds" => {
            let body = json!({ "url": FEEDS.url(&format!("/{}", Uuid::now_v7().simple())) });
            Some(with_body(app, operation, url, body.to_string()))
        }
        "POST /v1/attachments" => Some(attaching(app, Uuid::nil(), url)),
        "POST /v1/research-notes" => {
            let body = json!({ "industry": "wind", "kind": "news", "title": "Three new sites" });
            Some(with_body(app, operation, url, body.to_string()))
        }
        "POST /v1/webhook-endpoints" => {
            Some(with_body(app, operation, url, r#"{ "url": "https://example.org/hook" }"#))
        }
        "POST /v1/follow-ups/{id}/snooze" => Some(with_body(app, operation, url, r#"{ "days": 1 }"#)),
        "PUT /v1/mail-account" => {
            let body = json!({ "host": "mail.example.org", "port": 587, "security": "starttls", "username": "ada",
                "password": "sesame", "address": "ada@example.org" });
            Some(with_body(app, operation, url, body.to_string()))
        }
        "POST /v1/do-not-contact" => {
            let body = json!({ "kind": "address", "value": format!("{}@example.org", Uuid::now_v7().simple()) });
            Some(with_body(app, operation, url, body.to_string()))
        }
        _ => None,
    }
}

/// The smallest value that a schema takes: required fields only, or one text where none is required.
pub fn minimal(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return minimal(document, &document["components"]["schemas"][name.strip_prefix(SCHEMAS).unwrap()]);
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = Map::new();
        for part in parts {
            match minimal(document, part) {
                Value::Object(object) => whole.extend(object),
                other => return other,
            }
        }
        return Value::Object(whole);
    }
    for union in ["oneOf", "anyOf"] {
        if let Some(parts) = schema[union].as_array() {
            let part = parts.iter().find(|part| part["type"] != "null").expect("a union of something");
            return minimal(document, part);
        }
    }
    for fixed in [&schema["const"], &schema["enum"][0]] {
        if !fixed.is_null() {
            return fixed.clone();
        }
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => vec![kind.as_str().unwrap_or("object")],
    };
    match kinds.into_iter().find(|kind| *kind != "null").unwrap_or("null") {
        "string" => Value::from(text(schema)),
        "integer" | "number" => json!(schema["minimum"].as_i64().unwrap_or(1)),
        "boolean" => json!(false),
        "array" => {
            let least = schema["minItems"].as_u64().unwrap_or(0);
            (0..least).map(|_| minimal(document, &schema["items"])).collect()
        }
        _ => object(document, schema),
    }
}

fn object(document: &Value, schema: &Value) -> Value {
    let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
    let mut names: Vec<&str> = required.iter().filter_map(Value::as_str).collect();
    if names.is_empty() {
        // A resource usually needs a name of some kind, even where no field of it is required by itself.
        let properties = schema["properties"].as_object().into_iter().flatten();
        let texts = properties.filter(|(_, property)| is_text(property)).map(|(name, _)| name.as_str());
        let mut texts: Vec<&str> = texts.collect();
        let usual = ["name", "given_name", "title"];
        texts.sort_by_key(|name| usual.iter().position(|known| known == name).unwrap_or(usual.len()));
        names.extend(texts.first());
    }
    names.into_iter().map(|name| (name.to_owned(), minimal(document, &schema["properties"][name]))).collect()
}

fn is_text(schema: &Value) -> bool {
    let kind = &schema["type"];
    (kind == "string" || kind.as_array().is_some_and(|kinds| kinds.contains(&json!("string"))))
        && schema["enum"].is_null()
        && matches!(schema["format"].as_str(), None | Some("no-control" | "one-line" | "multi-line"))
}

fn text(schema: &Value) -> String {
    let id = Uuid::now_v7();
    let known = match schema["format"].as_str() {
        Some("email") => format!("{}@example.org", id.simple()),
        Some("uri" | "http-url" | "uri-reference") => format!("https://example.org/{}", id.simple()),
        Some("date") => "2026-03-02".to_owned(),
        Some("date-time") => "2026-03-02T09:00:00Z".to_owned(),
        Some("uuid") => id.to_string(),
        Some("time-zone") => "Europe/Vienna".to_owned(),
        Some("country") => "AT".to_owned(),
        Some("currency") => "EUR".to_owned(),
        Some("language") => "de-AT".to_owned(),
        // Long enough for a password, and different each time, as names must often be.
        _ => format!("text {}", id.simple()),
    };
    let most = schema["maxLength"].as_u64().map_or(usize::MAX, |most| usize::try_from(most).unwrap());
    let least = schema["minLength"].as_u64().map_or(0, |least| usize::try_from(least).unwrap());
    let mut known: String = if known.len() > most { known.chars().rev().take(most).collect() } else { known };
    while known.len() < least {
        known.push('x');
    }
    known
}

/// Every schema that is reachable from these, by name.
pub fn reachable(document: &Value, from: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut open: Vec<String> = from.into_iter().collect();
    let mut seen = Vec::new();
    while let Some(name) = open.pop() {
        if !seen.contains(&name) {
            references(&document["components"]["schemas"][&name], &mut open);
            seen.push(name);
        }
    }
    seen.sort();
    seen
}

/// The names of the schemas that a part of the document refers to.
pub fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            if let Some(name) = object.get("$ref").and_then(Value::as_str) {
                found.extend(name.strip_prefix(SCHEMAS).map(str::to_owned));
            }
            object.values().for_each(|part| references(part, found));
        }
        Value::Array(items) => items.iter().for_each(|part| references(part, found)),
        _ => {}
    }
}

/// The folder of the project.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Holds a generated file against what it should be; `UPDATE=1` writes it.
#[track_caller]
pub fn hold(path: &str, now: &str) {
    let full = root().join(path);
    #[expect(clippy::disallowed_methods, reason = "a test reads its own environment")]
    let update = std::env::var_os("UPDATE").is_some();
    if update {
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(&full, now).unwrap();
    }
    let then = std::fs::read_to_string(&full).unwrap_or_default();
    assert!(now == then, "{path} is stale: run `UPDATE=1 cargo test --test api` and read the diff");
}
