use chrono::Duration;
use inroad::auth::{Role, Scopes};
use serde_json::{Value, json};

use crate::support::{Member, TestApp};

async fn timeline(app: &TestApp, member: &Member, id: &str, limit: usize) -> Vec<Value> {
    let (mut told, mut next) = (Vec::new(), format!("/v1/contacts/{id}/timeline?limit={limit}"));
    loop {
        let page = app.get(&next, member).await.expect(200);
        let data = page.json["data"].as_array().unwrap().clone();
        assert!(data.len() <= limit);
        told.extend(data);
        let Some(cursor) = page.json["next_cursor"].as_str() else { return told };
        next = format!("/v1/contacts/{id}/timeline?limit={limit}&cursor={cursor}");
    }
}

fn kinds(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["kind"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn everything_that_happened_with_a_person_newest_first() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let aunt = app.post("/v1/contacts", &ada, json!({ "given_name": "Aunt" })).await.expect(201).id();
    app.pass(Duration::minutes(1));
    let ask = json!({ "connector_id": aunt, "topic": "energy" });
    let request = app.post("/v1/circle-requests", &ada, ask).await.expect(201).id();
    app.pass(Duration::minutes(1));
    let tom = app.post("/v1/contacts", &ada, json!({ "given_name": "Tom" })).await.expect(201).id();
    let answer = json!({ "answer": "names", "names": [{ "introduced_id": tom }] });
    app.post(&format!("/v1/circle-requests/{request}/answer"), &ada, answer).await.expect(200);
    let introduction = app.get("/v1/introductions", &ada).await.json["data"][0]["id"].as_str().unwrap().to_owned();
    app.pass(Duration::minutes(1));
    app.post(&format!("/v1/introductions/{introduction}/promise"), &ada, json!({})).await.expect(200);
    app.pass(Duration::minutes(1));
    app.post(&format!("/v1/introductions/{introduction}/make"), &ada, json!({})).await.expect(200);
    app.pass(Duration::minutes(1));
    let path = format!("/v1/contacts/{tom}");
    app.patch(&path, &ada, json!({ "stage": "met", "notes": "n" })).await.expect(200);
    app.patch(&path, &ada, json!({ "stage": "closed", "stage_reason": "declined" })).await.expect(200);
    app.pass(Duration::minutes(1));
    app.delete(&path, &ada).await.expect(204);
    app.get(&format!("{path}/timeline"), &ada).await.expect(404);
    app.post(&format!("/v1/trash/{tom}/restore"), &ada, json!({})).await.expect(204);

    let told = timeline(&app, &ada, &tom, 50).await;
    assert_eq!(
        kinds(&told),
        [
            "contact.restored",
            "contact.deleted",
            "contact.updated",
            "contact.stage_changed",
            "contact.stage_changed",
            "contact.updated",
            "introduction.made",
            "introduction.promised",
            "contact.created",
            "introduction.named",
        ]
    );
    let moved = |n: usize| (&told[n]["details"]["from"], &told[n]["details"]["to"], &told[n]["details"]["reason"]);
    assert_eq!(moved(3), (&json!("met"), &json!("closed"), &json!("declined")));
    assert_eq!(moved(4), (&json!("identified"), &json!("met"), &Value::Null));
    assert_eq!(told[4]["title"], "Moved from identified to met");
    // What else changed with the stage is told beside it.
    assert_eq!(told[2]["details"]["fields"], json!(["notes"]));
    assert_eq!(told[5]["details"]["fields"], json!(["connector_id"]));
    assert_eq!((&told[6]["resource"], &told[6]["resource_id"]), (&json!("introduction"), &json!(introduction)));
    assert_eq!(told[6]["title"], "Was introduced by Aunt");
    for limit in 1..5 {
        assert_eq!(timeline(&app, &ada, &tom, limit).await, told, "in pages of {limit}");
    }
    // What the change log forgets, the stages do not.
    app.sql("DELETE FROM changes").await;
    let kept = timeline(&app, &ada, &tom, 50).await;
    assert_eq!((kept.len(), &kept[0]), (6, &told[3]));
    for limit in 1..5 {
        assert_eq!(timeline(&app, &ada, &tom, limit).await, kept, "in pages of {limit}");
    }
    let aunts = timeline(&app, &ada, &aunt, 3).await;
    assert_eq!(
        kinds(&aunts),
        [
            "introduction.made",
            "introduction.promised",
            "introduction.named",
            "circle_request.answered",
            "circle_request.asked",
            "contact.created"
        ]
    );
    app.get(&format!("{path}/timeline"), &bob).await.expect(404);
    app.get(&format!("/v1/contacts/{}/timeline", uuid::Uuid::now_v7()), &ada).await.expect(404);
}

#[actix_web::test]
async fn many_things_at_one_instant_are_each_told_once() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let aunt = app.post("/v1/contacts", &ada, json!({ "given_name": "Aunt" })).await.expect(201).id();
    for n in 0..6 {
        app.patch(&format!("/v1/contacts/{aunt}"), &ada, json!({ "notes": format!("{n}") })).await.expect(200);
        let body = json!({ "introducer_id": aunt, "introduced_name": format!("N{n}"), "state": "promised" });
        app.post("/v1/introductions", &ada, body).await.expect(201);
        app.post("/v1/circle-requests", &ada, json!({ "connector_id": aunt, "topic": "t" })).await.expect(201);
    }
    let whole = timeline(&app, &ada, &aunt, 200).await;
    assert_eq!(whole.len(), 6 + 12 + 6 + 1);
    for limit in [1, 2, 7] {
        assert_eq!(timeline(&app, &ada, &aunt, limit).await, whole, "in pages of {limit}");
    }
}

#[actix_web::test]
async fn an_import_is_told_to_whom_it_brought() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let file = std::fs::read(crate::walk::root().join("tests/data/linkedin/Connections.csv")).unwrap();
    for dry_run in ["true", "false"] {
        let url = format!("/v1/imports?kind=linkedin_connections&dry_run={dry_run}");
        let import = app.request(reqwest::Method::POST, &url).bearer_auth(&ada.token);
        app.send(import.header("content-type", "text/csv").body(file.clone())).await.expect(201);
    }
    let somebody = app.get("/v1/contacts?limit=1", &ada).await.json["data"][0]["id"].as_str().unwrap().to_owned();
    let told = timeline(&app, &ada, &somebody, 1).await;
    assert_eq!(kinds(&told), ["contact.created", "contact.imported"]);
    assert_eq!((&told[1]["resource"], &told[1]["details"]["outcome"]), (&json!("import"), &json!("created")));
}

/// A message that went out and its answer, with many of one instant, on pages of any size; and nothing of it for whoever
/// may not read messages.
#[actix_web::test]
async fn messages_are_told_to_whoever_may_read_them() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = app.post("/v1/contacts", &ada, json!({ "given_name": "Tom" })).await.expect(201).id();
    app.pass(Duration::minutes(1));
    for number in 0..5 {
        let draft =
            json!({ "contact_id": tom, "channel": "email", "subject": format!("No. {number}"), "body": "Hello" });
        let id = app.post("/v1/messages", &ada, draft).await.expect(201).id();
        app.post(&format!("/v1/messages/{id}/mark-sent"), &ada, json!({})).await.expect(200);
        if number == 4 {
            let answer = json!({ "body": "With pleasure", "reply_kind": "yes" });
            app.post(&format!("/v1/messages/{id}/reply"), &ada, answer).await.expect(201);
        }
    }
    let told = timeline(&app, &ada, &tom, 50).await;
    let messages: Vec<&Value> = told.iter().filter(|entry| entry["resource"] == "message").collect();
    assert_eq!(messages.len(), 6, "{told:#?}");
    assert_eq!(messages.iter().filter(|entry| entry["kind"] == "message.received").count(), 1);
    assert!(messages.iter().any(|entry| entry["title"] == "No. 0" && entry["details"]["channel"] == "email"));
    for limit in [1, 2, 3] {
        assert_eq!(timeline(&app, &ada, &tom, limit).await, told, "pages of {limit}");
    }
    let narrow = app.member(Some(ada.workspace), Role::Owner, Scopes::parse("contacts:read")).await;
    let told = timeline(&app, &narrow, &tom, 50).await;
    assert!(kinds(&told).contains(&"contact.created"));
    assert!(told.iter().all(|entry| entry["resource"] == "contact"), "{told:#?}");
}
