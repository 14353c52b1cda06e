use chrono::Duration;
use inroad::auth::{Role, Scopes};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

const FILE: &str = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
    Ada,Lovelace,https://www.linkedin.com/in/ada-l,,Engines Ltd,Analyst,12 Mar 2025\n\
    Grace,Hopper,https://www.linkedin.com/in/grace,,Navy,,01 Jan 2024\n";

async fn import(app: &TestApp, member: &Member, file: &'static str) -> Reply {
    let request =
        app.request(Method::POST, "/v1/imports").bearer_auth(&member.token).header("content-type", "text/csv");
    app.send(request.body(file)).await.expect(201)
}

async fn contact(app: &TestApp, member: &Member, body: Value) -> String {
    app.post("/v1/contacts", member, body).await.expect(201).id()
}

async fn erase(app: &TestApp, member: &Member, id: &str) -> Reply {
    app.post(&format!("/v1/contacts/{id}/erase"), member, json!({})).await
}

/// Tables of the workspace in which a text still stands, whatever the column.
async fn tables_with(app: &TestApp, text: &str) -> Vec<String> {
    let tables = app
        .texts(
            "SELECT relname::text AS text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
        )
        .await;
    let mut found = Vec::new();
    for table in tables {
        let sql = format!(
            "{table} AS row WHERE row::text ILIKE '%{text}%' OR row::text LIKE '%' || encode('{text}', 'hex') || '%'"
        );
        if app.count(&sql).await > 0 {
            found.push(table);
        }
    }
    found
}

#[actix_web::test]
async fn an_erased_person_is_nowhere_any_more() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let known = import(&app, &ada, FILE).await;
    let id = known.json["rows"][0]["contact_id"].as_str().unwrap().to_owned();
    let key = app.request(Method::POST, "/v1/contacts").bearer_auth(&ada.token).header("idempotency-key", "k");
    let twin =
        json!({ "given_name": "Ada", "family_name": "Lovelace", "emails": [{ "address": "ada@lovelace.example" }] });
    let twin = app.send(key.json(&twin)).await.expect(201).id();
    let led =
        contact(&app, &ada, json!({ "given_name": "Led", "connector_id": id, "notes": "By ADA, says L\u{f6}velace." }))
            .await;
    let company = app
        .post("/v1/companies", &ada, json!({ "name": "Byron & Co", "notes": "🙂 Ada Lovelace is there" }))
        .await
        .expect(201)
        .id();
    let merge = json!({ "survivor_id": id, "merged_ids": [twin] });
    app.post("/v1/contacts/merge", &ada, merge).await.expect(200);

    let tried = app.post(&format!("/v1/contacts/{id}/erase?dry_run=true"), &ada, json!({})).await.expect(200);
    app.get(&format!("/v1/contacts/{id}"), &ada).await.expect(200);
    let erased = erase(&app, &ada, &id).await.expect(200);
    assert_eq!((&tried.json["mentions"], &tried.json["dry_run"]), (&erased.json["mentions"], &json!(true)));
    let span = |start: u64, end: u64, shift: u64, certainty: &str| {
        let (utf16_start, utf16_end) = (start + shift, end + shift);
        json!({ "start": start, "end": end, "utf16_start": utf16_start, "utf16_end": utf16_end, "certainty": certainty })
    };
    assert_eq!(
        erased.json["mentions"],
        json!([
            { "resource": "company", "id": company, "field": "notes", "certainty": "certain",
                "spans": [span(2, 14, 1, "certain")] },
            { "resource": "contact", "id": led, "field": "notes", "certainty": "likely",
                "spans": [span(3, 6, 0, "likely"), span(13, 21, 0, "likely")] },
        ]),
        "the whole name before parts of it"
    );
    assert_eq!((&erased.json["held"]["connected"], &erased.json["mentions_complete"]), (&json!(1), &json!(true)));
    for gone in [&id, &twin] {
        app.get(&format!("/v1/contacts/{gone}"), &ada).await.expect(404);
        app.get(&format!("/v1/contacts/{gone}/export"), &ada).await.expect(404);
        erase(&app, &ada, gone).await.expect(404);
    }
    assert_eq!(app.get(&format!("/v1/contacts/{led}"), &ada).await.json["connector_id"], Value::Null);
    let mut left = tables_with(&app, "lovelace").await;
    left.sort();
    // The notes of the company, and, as the search folds them, those of the contact that was led.
    assert_eq!(left, ["companies", "contacts"], "but for what others' texts say");
    assert_eq!(tables_with(&app, "ada-l").await, Vec::<String>::new());

    let again = app.request(Method::POST, "/v1/contacts").bearer_auth(&ada.token).header("idempotency-key", "k");
    let twin =
        json!({ "given_name": "Ada", "family_name": "Lovelace", "emails": [{ "address": "ada@lovelace.example" }] });
    assert_eq!(app.send(again.json(&twin)).await.expect(410).code(), "person_erased");
    let second = import(&app, &ada, FILE).await;
    assert_eq!((&second.json["counts"]["created"], &second.json["counts"]["skipped"]), (&json!(0), &json!(1)));
    assert_eq!(second.json["rows"][0]["problems"][0]["code"], "erased");
    assert_eq!(tables_with(&app, "ada-l").await, Vec::<String>::new(), "the second file leaves nothing either");
    let kinds = app.texts("SELECT kind AS text FROM changes WHERE kind = 'contact.erased'").await;
    assert_eq!(kinds.len(), 1);
    let bob = app.seeker().await;
    assert_eq!(import(&app, &bob, FILE).await.json["counts"]["created"], 2, "another workspace knows them still");
}

#[actix_web::test]
async fn only_whoever_may_erases() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let id = contact(&app, &ada, json!({ "given_name": "Ada" })).await;
    erase(&app, &bob, &id).await.expect(404);
    app.get(&format!("/v1/contacts/{id}/export"), &bob).await.expect(404);
    let viewer = app.member(Some(ada.workspace), Role::Viewer, Scopes::all()).await;
    erase(&app, &viewer, &id).await.expect(403);
    app.get(&format!("/v1/contacts/{id}/export"), &viewer).await.expect(200);
    let narrow = app.member(Some(ada.workspace), Role::Owner, Scopes::parse("contacts:read contacts:write")).await;
    let refused = app.get(&format!("/v1/contacts/{id}/export"), &narrow).await.expect(403);
    assert!(refused.json["detail"].as_str().unwrap().contains("imports:read"));
    for (all_but_one, missing) in [
        ("contacts:read imports:read messages:read", "introductions:read"),
        ("contacts:read imports:read introductions:read", "messages:read"),
        ("contacts:read imports:read introductions:read messages:read", "follow_ups:read"),
    ] {
        let narrow = app.member(Some(ada.workspace), Role::Owner, Scopes::parse(all_but_one)).await;
        let refused = app.get(&format!("/v1/contacts/{id}/export"), &narrow).await.expect(403);
        assert!(refused.json["detail"].as_str().unwrap().contains(missing), "{}", refused.text);
    }
    app.pass(Duration::minutes(11));
    assert_eq!(erase(&app, &ada, &id).await.expect(401).code(), "reauthentication_required");
    let editor = app.member(Some(ada.workspace), Role::Editor, Scopes::all()).await;
    app.delete(&format!("/v1/contacts/{id}"), &editor).await.expect(204);
    erase(&app, &editor, &id).await.expect(200);
    assert_eq!(app.get("/v1/trash", &editor).await.json["data"], json!([]), "the trash keeps nothing of them");
    assert_eq!(app.count("contacts").await, 0);
}

#[actix_web::test]
async fn an_export_tells_all_that_is_held() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let known = import(&app, &ada, FILE).await;
    let id = known.json["rows"][0]["contact_id"].as_str().unwrap().to_owned();
    let twin = contact(&app, &ada, json!({ "given_name": "Augusta", "notes": "kept" })).await;
    let other = contact(&app, &ada, json!({ "given_name": "Other", "connector_id": twin })).await;
    app.post("/v1/contacts/duplicates/dismiss", &ada, json!({ "contact_ids": [id, other] })).await.expect(200);
    app.post("/v1/contacts/merge", &ada, json!({ "survivor_id": id, "merged_ids": [twin] })).await.expect(200);
    let export = app.get(&format!("/v1/contacts/{id}/export"), &ada).await.expect(200);
    assert_eq!(export.header("content-disposition"), format!("attachment; filename=\"contact-{id}.json\""));
    assert_eq!(export.header("cache-control"), "no-store");
    let told = &export.json;
    assert_eq!(told["contact"], app.get(&format!("/v1/contacts/{id}"), &ada).await.json);
    assert_eq!((&told["former_ids"], &told["merged"][0]["notes"]), (&json!([twin]), &json!("kept")));
    assert_eq!(told["held"]["connected"], json!([other]));
    assert_eq!(told["held"]["imports"]["keys"][0]["key"], "in:ada-l");
    assert_eq!(told["held"]["imports"]["rows"][0]["row"]["name"], "Ada Lovelace");
    assert_eq!(told["held"]["dismissals"].as_array().unwrap().len(), 1);
    assert_eq!(told["held"]["merges"][0]["merged_ids"], json!([twin]));
    let kinds: Vec<_> =
        told["changes"].as_array().unwrap().iter().map(|change| change["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"contact.created") && kinds.contains(&"contact.merged"), "{kinds:?}");
    app.get(&format!("/v1/contacts/{twin}/export"), &ada).await.expect(308);
    app.delete(&format!("/v1/contacts/{id}"), &ada).await.expect(204);
    assert!(app.get(&format!("/v1/contacts/{id}/export"), &ada).await.expect(200).json["deleted_at"].is_string());
}

#[actix_web::test]
async fn whoever_is_erased_is_named_by_no_file_and_by_no_tag_that_is_not_told() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Wilma Smithers\r\nN:Smithers;Wilma;;;\r\nEND:VCARD\r\n";
    let part = reqwest::multipart::Part::text(card).file_name("Wilma Smithers.vcf");
    let form = reqwest::multipart::Form::new().part("file", part);
    let request = app.request(Method::POST, "/v1/imports").bearer_auth(&ada.token).multipart(form);
    let id = app.send(request).await.expect(201).json["rows"][0]["contact_id"].as_str().unwrap().to_owned();
    let other = json!({
        "given_name": "Burns", "tags": ["via Wilma Smithers"], "location": "with Wilma Smithers",
        "education": [{ "school": "Wilma Smithers School" }],
    });
    contact(&app, &ada, other).await;
    let erased = erase(&app, &ada, &id).await.expect(200);
    let told: Vec<&str> =
        erased.json["mentions"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    for field in ["tags/0", "location", "education/0/school"] {
        assert!(told.contains(&field), "{field} in {told:?}");
    }
    let imports = app.get("/v1/imports", &ada).await.expect(200);
    assert_eq!(imports.json["data"][0]["file_name"], Value::Null);
}
