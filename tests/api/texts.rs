//! What texts may be made of, and what becomes of those that were kept when they might be made of more.
use inroad::server;
use serde_json::{Value, json};

use crate::support::TestApp;

#[actix_web::test]
async fn control_characters_are_refused_by_the_field_that_has_them() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for control in ["\u{1}", "\u{7}", "\u{1b}[31m", "\u{7f}", "\u{85}", "\n", "\t"] {
        let odd = format!("A{control}B");
        let contact = json!({
            "given_name": odd, "family_name": odd, "preferred_name": odd, "headline": odd, "location": odd,
            "tags": [odd], "industries": [odd], "emails": [{ "address": "a@example.org", "label": odd }],
            "phones": [{ "number": odd }], "positions": [{ "company_name": odd, "title": odd }],
            "education": [{ "school": odd }], "custom_fields": { &odd: 1 }, "external_ids": { "crm": odd },
        });
        let reply = app.post("/v1/contacts", &ada, contact).await.expect(422);
        let mut faults = reply.faults();
        faults.sort_unstable();
        let key = format!("/custom_fields/{odd}");
        let mut expected = [
            "/education/0/school",
            "/emails/0/label",
            "/external_ids/crm",
            "/family_name",
            "/given_name",
            "/headline",
            "/industries/0",
            "/location",
            "/phones/0/number",
            "/positions/0/company_name",
            "/positions/0/title",
            "/preferred_name",
            "/tags/0",
            key.as_str(),
        ];
        expected.sort_unstable();
        assert_eq!(faults, expected, "{control:?}");
        assert!(reply.json["errors"].as_array().unwrap().iter().all(|fault| fault["code"] == "invalid_format"));
        let company = json!({ "name": odd, "location": odd, "tags": [odd] });
        let reply = app.post("/v1/companies", &ada, company).await.expect(422);
        assert_eq!(reply.faults(), ["/location", "/name", "/tags/0"], "{control:?}");
        let path = format!("/v1/contacts/by-external-id/crm/A{}B", percent(control));
        let reply = app.put(&path, &ada, json!({ "given_name": "Ada" })).await.expect(400);
        assert_eq!(reply.faults(), ["id"], "{control:?}");
    }
    assert_eq!(app.count("contacts").await, 0);
    // Notes have several lines, and no bells.
    let notes = |notes: &str| json!({ "given_name": "Ada", "notes": notes, "custom_fields": { "said": notes } });
    app.post("/v1/contacts", &ada, notes("one\r\ntwo\n\tthree")).await.expect(201);
    let rung = app.post("/v1/contacts", &ada, notes("ring\u{7}")).await.expect(422);
    assert_eq!(rung.faults(), ["/custom_fields/said", "/notes"]);
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// No body of the service takes a text of which nobody has said what it may be made of.
#[test]
fn every_text_of_a_body_has_a_format_or_a_closed_form() {
    fn walk(document: &Value, schema: &Value, place: &str, seen: &mut Vec<String>, found: &mut Vec<String>) {
        if !schema.is_object() {
            return;
        }
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.trim_start_matches("#/components/schemas/").to_owned();
            if !seen.contains(&name) {
                seen.push(name.clone());
                walk(document, &document["components"]["schemas"][&name], &name, seen, found);
            }
            return;
        }
        let is_text = schema["type"] == "string"
            || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!("string")));
        let told = ["format", "enum", "const"].iter().any(|keyword| !schema[*keyword].is_null());
        let closed = schema["pattern"].as_str().is_some_and(|pattern| pattern.starts_with('^'));
        if is_text && !told && !closed {
            found.push(place.to_owned());
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            walk(document, property, &format!("{place}.{name}"), seen, found);
        }
        for inner in ["items", "additionalProperties"] {
            walk(document, &schema[inner], &format!("{place}/{inner}"), seen, found);
        }
        for union in ["oneOf", "anyOf", "allOf"] {
            for part in schema[union].as_array().into_iter().flatten() {
                walk(document, part, place, seen, found);
            }
        }
    }
    let document = server::document();
    let (mut seen, mut found) = (Vec::new(), Vec::new());
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            for (kind, media) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                if kind.ends_with("json") {
                    walk(&document, &media["schema"], "body", &mut seen, &mut found);
                }
            }
        }
    }
    assert!(seen.len() > 40, "{seen:?}");
    assert!(found.is_empty(), "{found:#?}");
}

/// Who changes another field is not told of what was kept before.
#[actix_web::test]
async fn what_was_kept_under_laxer_rules_may_stay() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({ "given_name": "Ada", "headline": "two lines", "tags": ["a"] });
    let path = format!("/v1/contacts/{}", app.post("/v1/contacts", &ada, body).await.expect(201).id());
    app.sql(r#"UPDATE contacts SET given_name = E'A\tda', profile = jsonb_set(profile, '{headline}', '"two\nlines"')"#)
        .await;
    let patched = app.patch(&path, &ada, json!({ "tags": ["b"] })).await.expect(200);
    assert_eq!((&patched.json["given_name"], &patched.json["headline"]), (&json!("A\tda"), &json!("two\nlines")));
    let same = app.patch(&path, &ada, json!({ "headline": "two\nlines", "strength": 9 })).await.expect(422);
    assert_eq!(same.faults(), ["/headline", "/strength"]);
    app.patch(&path, &ada, json!({ "headline": "one line" })).await.expect(200);
}

#[actix_web::test]
async fn json_is_utf_8_whatever_its_type_says() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let send = |kind: &'static str, body: Vec<u8>| {
        let request = app.request(reqwest::Method::POST, "/v1/contacts").bearer_auth(&ada.token);
        app.send(request.header("content-type", kind).body(body))
    };
    let plain = br#"{"given_name": "Ada"}"#.to_vec();
    for kind in
        ["application/json; charset=utf-16", "application/json;charset=\"ISO-8859-1\"", "application/json; charset="]
    {
        let reply = send(kind, plain.clone()).await.expect(415);
        assert_eq!((reply.code(), reply.faults()), ("unsupported_media_type", vec!["Content-Type"]), "{kind}");
        assert_eq!(reply.header("accept-post"), "application/json");
    }
    for kind in ["application/json; charset=UTF-8", "application/json;charset=\"utf-8\"", "application/json; x=y"] {
        send(kind, plain.clone()).await.expect(201);
    }
    let wide: Vec<u8> = r#"{"given_name": "Ada"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
    send("application/json", wide).await.expect(400);
}

#[actix_web::test]
async fn a_blank_search_is_no_search() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let lists = ["contacts", "companies", "templates", "questions", "research-notes", "search"];
    for list in lists {
        for blank in ["", "%20", "%09%0A", "%E3%80%80"] {
            let reply = app.get(&format!("/v1/{list}?q={blank}"), &ada).await.expect(400);
            assert_eq!((reply.code(), reply.faults()), ("invalid_parameter", vec!["q"]), "{list} {blank}");
        }
    }
}
