use inroad::auth::{Role, Scopes};
use serde_json::{Value, json};

use crate::follow_ups::{add, at, contact, send};
use crate::support::{Member, TestApp};

async fn steps(app: &TestApp, who: &Member) -> Vec<(String, String)> {
    let told = app.get("/v1/next-steps", who).await.expect(200);
    let told = told.json["data"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    told.map(|step| (text(&step["kind"]), text(&step["title"]))).collect()
}

async fn meeting(app: &TestApp, who: &Member, with: &str, starts_at: &str) -> String {
    let body = json!({ "contact_ids": [with], "medium": "phone", "starts_at": starts_at });
    let id = app.post("/v1/meetings", who, body).await.expect(201).id();
    app.post(&format!("/v1/meetings/{id}/confirm"), who, json!({})).await.expect(200);
    id
}

#[actix_web::test]
async fn the_most_pressing_comes_first() {
    let app = TestApp::new().await;
    let mut ada = app.seeker().await;
    assert!(steps(&app, &ada).await.is_empty());
    let mut people = Vec::new();
    for name in ["Over", "Soon", "Answered", "Busy", "Failed", "Drafted", "Silent", "Close", "Far", "Later"] {
        people.push(contact(&app, &ada, name).await);
    }
    let [over, soon, answered, busy, failed, drafted, silent, close, far, later] = &people[..] else { panic!() };
    meeting(&app, &ada, over, "2026-03-05T09:00:00Z").await;
    meeting(&app, &ada, soon, "2026-03-06T16:00:00Z").await;
    meeting(&app, &ada, later, "2026-03-20T16:00:00Z").await;
    for person in [answered, busy] {
        let sent = send(&app, &ada, person, json!("introduction")).await;
        app.post(&format!("/v1/messages/{sent}/reply"), &ada, json!({ "body": "Gladly" })).await.expect(201);
    }
    let proposal = json!({ "contact_ids": [busy], "medium": "phone" });
    app.post("/v1/meetings", &ada, proposal).await.expect(201);
    let draft = |to: &str| json!({ "contact_id": to, "channel": "email", "subject": "S", "body": "B" });
    app.post("/v1/messages", &ada, draft(drafted)).await.expect(201);
    let lost = app.post("/v1/messages", &ada, draft(failed)).await.expect(201).id();
    app.sql(&format!("UPDATE messages SET state = 'failed' WHERE id = '{lost}'")).await;
    send(&app, &ada, silent, json!("introduction")).await;
    for (person, strength) in [(close, 4), (far, 1)] {
        app.patch(&format!("/v1/contacts/{person}"), &ada, json!({ "strength": strength })).await.expect(200);
    }
    app.patch(&format!("/v1/contacts/{drafted}"), &ada, json!({ "stage": "contacted" })).await.expect(200);
    app.patch(&format!("/v1/contacts/{failed}"), &ada, json!({ "stage": "contacted" })).await.expect(200);
    add(&app, &ada, json!({ "contact_id": close, "kind": "other", "title": "Call", "due_on": "2026-03-05" })).await;
    add(&app, &ada, json!({ "contact_id": close, "kind": "promise_mine", "due_on": "2026-03-04" })).await;
    add(&app, &ada, json!({ "contact_id": close, "kind": "other", "title": "Later", "due_on": "2026-03-06" })).await;
    at(&app, &mut ada, "2026-03-05T12:00:00Z").await;
    // Nobody confirms what has begun.
    assert_eq!(inroad::follow_ups::let_go_past_confirmations(&app.app).await.unwrap(), 1);
    assert_eq!(inroad::follow_ups::let_go_past_confirmations(&app.app).await.unwrap(), 0);

    let told = app.get("/v1/next-steps", &ada).await.expect(200);
    let wanted = [
        ("close_meeting", "Say how the meeting with Over went", true),
        ("follow_up", "Keep your promise to Close", true),
        ("follow_up", "Confirm the meeting with Soon", false),
        ("follow_up", "Call", false),
        ("prepare", "Prepare for the meeting with Soon", false),
        ("agree_on_time", "Agree on a time with Answered", false),
        ("mend_message", "See why the message to Failed was not sent", false),
        ("finish_draft", "Send the draft to Drafted", false),
        ("try_someone_else", "Try somebody else where Silent works", false),
        ("reach_out", "Write to Close", false),
        ("reach_out", "Write to Far", false),
    ];
    let shown: Vec<(&str, &str, bool)> = told.json["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            let text = |name: &str| step[name].as_str().unwrap();
            (text("kind"), text("title"), step["is_overdue"].as_bool().unwrap())
        })
        .collect();
    assert_eq!(shown, wanted);
    for step in told.json["data"].as_array().unwrap() {
        app.get(step["url"].as_str().unwrap(), &ada).await.expect(200);
    }
    // The pages are the list, whatever their size.
    for limit in [1, 2, 3, 7] {
        let (mut walked, mut next) = (Vec::new(), format!("/v1/next-steps?limit={limit}"));
        loop {
            let page = app.get(&next, &ada).await.expect(200);
            walked.extend(page.json["data"].as_array().unwrap().clone());
            let Some(cursor) = page.json["next_cursor"].as_str() else { break };
            next = format!("/v1/next-steps?limit={limit}&cursor={cursor}");
        }
        assert_eq!(json!(walked), told.json["data"], "{limit} a page");
    }
    // Others see nothing of it, and a credential sees what it may.
    let bob = app.seeker().await;
    assert!(steps(&app, &bob).await.is_empty());
    let few = app.member(Some(ada.workspace), Role::Owner, Scopes::parse("contacts:read")).await;
    let kinds: Vec<String> = steps(&app, &few).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["agree_on_time", "agree_on_time", "reach_out", "reach_out"]);
    app.get("/v1/next-steps?sort=due_at", &ada).await.expect(400);
}

/// Who has said no, or is not to be written to, is left in peace; who said "later" is not asked for a time yet.
#[actix_web::test]
async fn nobody_is_to_be_asked_again_who_does_not_want_it() {
    let app = TestApp::new().await;
    let mut ada = app.seeker().await;
    let draft = |to: &str| json!({ "contact_id": to, "channel": "email", "subject": "S", "body": "B" });
    for (name, kind) in [("Yes", "yes"), ("No", "no"), ("Later", "later"), ("Referred", "referred")] {
        let person = contact(&app, &ada, name).await;
        let sent = send(&app, &ada, &person, json!("introduction")).await;
        // What was written before the answer.
        app.post("/v1/messages", &ada, draft(&person)).await.expect(201);
        app.pass(chrono::Duration::minutes(1));
        let answer = json!({ "body": "…", "reply_kind": kind });
        app.post(&format!("/v1/messages/{sent}/reply"), &ada, answer).await.expect(201);
    }
    let listed = contact(&app, &ada, "Listed").await;
    app.post("/v1/messages", &ada, draft(&listed)).await.expect(201);
    let replied = contact(&app, &ada, "Replied").await;
    let sent = send(&app, &ada, &replied, json!("introduction")).await;
    app.post(&format!("/v1/messages/{sent}/reply"), &ada, json!({ "body": "Hm" })).await.expect(201);
    for person in ["listed", "replied"] {
        let entry = json!({ "kind": "address", "value": format!("{person}@engines.example") });
        app.post("/v1/do-not-contact", &ada, entry).await.expect(201);
    }
    let fresh = contact(&app, &ada, "Fresh").await;
    app.post("/v1/contacts", &ada, json!({ "given_name": "Barred", "emails": [{ "address": "b@barred.example" }] }))
        .await
        .expect(201);
    app.post("/v1/do-not-contact", &ada, json!({ "kind": "domain", "value": "barred.example" })).await.expect(201);
    let told: Vec<String> = steps(&app, &ada).await.into_iter().map(|(_, title)| title).collect();
    let drafts = ["Send the draft to Yes", "Send the draft to Later", "Send the draft to Referred"];
    let wanted = [&["Agree on a time with Yes"][..], &drafts, &["Write to Fresh"]].concat();
    assert_eq!(told, wanted);
    // What is written to them after all, thanks for instance, is a step again.
    let no = app.get("/v1/contacts?q=No&limit=1", &ada).await.expect(200).json["data"][0]["id"].clone();
    app.pass(chrono::Duration::minutes(1));
    app.post("/v1/messages", &ada, draft(no.as_str().unwrap())).await.expect(201);
    at(&app, &mut ada, "2026-04-02T12:00:00Z").await;
    let told: Vec<String> = steps(&app, &ada).await.into_iter().map(|(_, title)| title).collect();
    assert!(told.contains(&"Send the draft to No".to_owned()), "{told:?}");
    assert!(told.contains(&"Agree on a time with Later".to_owned()), "{told:?}");
    assert_ne!(fresh, listed);
}
