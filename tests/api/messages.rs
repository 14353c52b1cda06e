use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

async fn contact(app: &TestApp, member: &Member, address: &str) -> String {
    let body = json!({ "given_name": "Ada", "family_name": "Lovelace", "emails": [{ "address": address }] });
    app.post("/v1/contacts", member, body).await.expect(201).id()
}

async fn draft(app: &TestApp, member: &Member, contact: &str) -> Reply {
    let body = json!({
        "contact_id": contact, "channel": "email", "purpose": "introduction", "subject": " Computing? ",
        "body": "Dear Ada,\nmay I ask you about computing?"
    });
    app.post("/v1/messages", member, body).await
}

async fn act(app: &TestApp, member: &Member, message: &str, verb: &str, body: Value) -> Reply {
    app.post(&format!("/v1/messages/{message}/{verb}"), member, body).await
}

async fn stage(app: &TestApp, member: &Member, contact: &str) -> (String, Value) {
    let read = app.get(&format!("/v1/contacts/{contact}"), member).await.expect(200);
    (read.json["stage"].as_str().unwrap().to_owned(), read.json["last_touch_at"].clone())
}

#[actix_web::test]
async fn a_message_is_drafted_sent_and_answered() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let contact = contact(&app, &ada, "ada@engines.example").await;
    let made = draft(&app, &ada, &contact).await.expect(201);
    let id = made.id();
    assert_eq!(made.header("location"), format!("/v1/messages/{id}"));
    let shown = (&made.json["state"], &made.json["subject"], &made.json["address"], &made.json["attempt"]);
    assert_eq!(shown, (&json!("draft"), &json!("Computing?"), &json!("ada@engines.example"), &json!(1)));
    assert_eq!(made.json["rfc_message_id"], format!("{id}@127.0.0.1"));
    assert_eq!(made.json["next_states"], json!(["scheduled", "sent", "cancelled"]));
    assert_eq!(stage(&app, &ada, &contact).await, ("identified".to_owned(), Value::Null));

    let early = act(&app, &ada, &id, "reply", json!({ "body": "Yes" })).await.expect(409);
    assert_eq!(early.code(), "impossible_transition");
    assert!(early.json["detail"].as_str().unwrap().contains("`scheduled`, `sent`, `cancelled`"), "{}", early.text);

    app.pass(Duration::minutes(5));
    // Without a body, too.
    let sent = app.request(Method::POST, &format!("/v1/messages/{id}/mark-sent")).bearer_auth(&ada.token);
    let sent = app.send(sent).await.expect(200);
    assert_eq!((&sent.json["state"], &sent.json["sent_at"]), (&json!("sent"), &json!("2026-03-02T09:05:00Z")));
    assert_eq!(stage(&app, &ada, &contact).await, ("contacted".to_owned(), json!("2026-03-02T09:05:00Z")));
    let again = act(&app, &ada, &id, "mark-sent", json!({})).await.expect(409);
    assert_eq!(again.code(), "impossible_transition");

    app.pass(Duration::minutes(5));
    let away = act(&app, &ada, &id, "reply", json!({ "reply_kind": "out_of_office" })).await.expect(201);
    assert_eq!(away.json["in_reply_to_id"], id);
    assert_eq!(app.get(&format!("/v1/messages/{id}"), &ada).await.json["state"], "sent");
    assert_eq!(stage(&app, &ada, &contact).await.0, "contacted");

    let answer = json!({ "body": "Happy to.", "reply_kind": "yes", "received_at": "2026-03-02T09:08:00Z" });
    let answer = act(&app, &ada, &id, "reply", answer).await.expect(201);
    let shown = (&answer.json["direction"], &answer.json["state"], &answer.json["reply_kind"], &answer.json["channel"]);
    assert_eq!(shown, (&json!("incoming"), &json!("received"), &json!("yes"), &json!("email")));
    assert_eq!(app.get(&format!("/v1/messages/{id}"), &ada).await.json["state"], "replied");
    assert_eq!(stage(&app, &ada, &contact).await, ("replied".to_owned(), json!("2026-03-02T09:08:00Z")));

    // A later message brings nobody back.
    let next = draft(&app, &ada, &contact).await.expect(201);
    assert_eq!(next.json["attempt"], 1);
    act(&app, &ada, &next.id(), "mark-sent", json!({})).await.expect(200);
    assert_eq!(stage(&app, &ada, &contact).await.0, "replied");
    assert_eq!(draft(&app, &ada, &contact).await.json["attempt"], 2);
}

#[actix_web::test]
async fn who_was_met_is_thanked_and_who_is_closed_stays_so() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for (before, purpose, after) in [
        ("met", "thank_you", "thanked"),
        ("met", "update", "met"),
        ("in_touch", "thank_you", "in_touch"),
        ("identified", "thank_you", "contacted"),
    ] {
        let person = contact(&app, &ada, "ada@engines.example").await;
        app.patch(&format!("/v1/contacts/{person}"), &ada, json!({ "stage": before })).await.expect(200);
        let body = json!({ "contact_id": person, "channel": "in_person", "purpose": purpose });
        let made = app.post("/v1/messages", &ada, body).await.expect(201);
        assert_eq!(made.json["address"], Value::Null);
        act(&app, &ada, &made.id(), "mark-sent", json!({})).await.expect(200);
        assert_eq!(stage(&app, &ada, &person).await.0, after, "{before}, {purpose}");
    }
    let person = contact(&app, &ada, "ada@engines.example").await;
    let closed = json!({ "stage": "closed", "stage_reason": "no_response" });
    app.patch(&format!("/v1/contacts/{person}"), &ada, closed).await.expect(200);
    let incoming =
        json!({ "contact_id": person, "direction": "incoming", "channel": "linkedin_message", "body": "Oh" });
    app.post("/v1/messages", &ada, incoming).await.expect(201);
    assert_eq!(stage(&app, &ada, &person).await, ("closed".to_owned(), json!("2026-03-02T09:00:00Z")));
}

#[actix_web::test]
async fn what_is_out_keeps_its_text() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let person = contact(&app, &ada, "ada@engines.example").await;
    let other = contact(&app, &ada, "mary@engines.example").await;
    let id = draft(&app, &ada, &person).await.expect(201).id();
    let url = format!("/v1/messages/{id}");
    let same = app.patch(&url, &ada, json!({ "subject": "Computing?" })).await.expect(200);
    assert_eq!(same.json["version"], 1);
    let edited = app.patch(&url, &ada, json!({ "body": "Dear Ada", "address": "lovelace@home.example" })).await;
    let edited = edited.expect(200);
    assert_eq!((&edited.json["version"], &edited.json["address"]), (&json!(2), &json!("lovelace@home.example")));
    assert_eq!(app.patch(&url, &ada, json!({ "contact_id": other })).await.expect(422).faults(), ["/contact_id"]);
    assert_eq!(app.patch(&url, &ada, json!({ "direction": "incoming" })).await.expect(422).faults(), ["/direction"]);
    assert_eq!(app.patch(&url, &ada, json!({ "reply_kind": "yes" })).await.expect(422).faults(), ["/reply_kind"]);
    let phone = app.patch(&url, &ada, json!({ "channel": "phone_script" })).await.expect(422);
    assert_eq!(phone.faults(), ["/subject", "/address"]);
    act(&app, &ada, &id, "mark-sent", json!({})).await.expect(200);
    let fixed = app.patch(&url, &ada, json!({ "body": "Dear Mary", "subject": null })).await.expect(409);
    assert_eq!((fixed.code(), fixed.faults()), ("impossible_transition", vec!["/body", "/subject"]));
    let noted = app.patch(&url, &ada, json!({ "purpose": "follow_up" })).await.expect(200);
    assert_eq!(noted.json["purpose"], "follow_up");
}

#[actix_web::test]
async fn each_state_says_what_can_follow() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let person = contact(&app, &ada, "ada@engines.example").await;
    let id = draft(&app, &ada, &person).await.expect(201).id();
    let soon = json!({ "scheduled_at": "2026-03-03T09:00:00.123456789Z" });
    let over = act(&app, &ada, &id, "schedule", json!({ "scheduled_at": "2026-03-02T09:00:00Z" })).await.expect(422);
    assert_eq!(over.faults(), ["/scheduled_at"]);
    let planned = act(&app, &ada, &id, "schedule", soon.clone()).await.expect(200);
    assert_eq!(planned.json["occurred_at"], "2026-03-03T09:00:00.123456Z");
    act(&app, &ada, &id, "schedule", json!({ "scheduled_at": "2026-03-04T09:00:00Z" })).await.expect(200);
    let failed = act(&app, &ada, &id, "mark-failed", json!({ "failure": "no route to host" })).await.expect(200);
    assert_eq!((&failed.json["state"], &failed.json["failure"]), (&json!("failed"), &json!("no route to host")));
    let open = act(&app, &ada, &id, "reopen", json!({})).await.expect(200);
    assert_eq!((&open.json["failure"], &open.json["scheduled_at"]), (&Value::Null, &Value::Null));
    let gone = act(&app, &ada, &id, "cancel", json!({})).await.expect(200);
    assert_eq!(gone.json["next_states"], json!(["draft"]));
    for verb in ["cancel", "mark-sent", "mark-bounced", "mark-failed"] {
        let refused = act(&app, &ada, &id, verb, json!({})).await.expect(409);
        assert_eq!(refused.code(), "impossible_transition", "{verb}");
        assert!(refused.json["detail"].as_str().unwrap().ends_with("possible: `draft`"), "{}", refused.text);
    }
    act(&app, &ada, &id, "reopen", json!({})).await.expect(200);
    let to_come = act(&app, &ada, &id, "mark-sent", json!({ "sent_at": "2026-03-02T10:00:00Z" })).await.expect(422);
    assert_eq!(to_come.faults(), ["/sent_at"]);
    act(&app, &ada, &id, "mark-sent", json!({ "sent_at": "2026-03-01T10:00:00Z" })).await.expect(200);
    let back = act(&app, &ada, &id, "mark-bounced", json!({ "failure": "550 no such user" })).await.expect(200);
    assert_eq!(back.json["state"], "bounced");
    act(&app, &ada, &id, "reply", json!({ "body": "Here I am" })).await.expect(201);
    // Two answers are two messages, and a stale version is noticed.
    act(&app, &ada, &id, "reply", json!({ "body": "And again" })).await.expect(201);
    let stale = app.request(Method::POST, &format!("/v1/messages/{id}/reply")).bearer_auth(&ada.token);
    let stale = app.send(stale.header("if-match", "\"1\"").json(&json!({}))).await.expect(412);
    assert_eq!(stale.code(), "precondition_failed");
    let answers = app.get(&format!("/v1/messages?in_reply_to_id={id}"), &ada).await.expect(200);
    assert_eq!(answers.json["data"].as_array().unwrap().len(), 2);

    // Only an e-mail is sent by the service.
    let note = json!({ "contact_id": person, "channel": "linkedin_note", "body": "Hello" });
    let note = app.post("/v1/messages", &ada, note).await.expect(201);
    assert_eq!(note.json["next_states"], json!(["sent", "cancelled"]));
    assert_eq!(act(&app, &ada, &note.id(), "schedule", soon.clone()).await.expect(422).faults(), ["/channel"]);
    let refused = act(&app, &ada, &note.id(), "mark-bounced", json!({})).await.expect(409);
    assert!(refused.text.contains("possible: `sent`, `cancelled`"), "{}", refused.text);

    let empty = app.post("/v1/messages", &ada, json!({ "contact_id": person, "channel": "email" })).await.expect(201);
    assert_eq!(act(&app, &ada, &empty.id(), "schedule", soon).await.expect(422).faults(), ["/body"]);
}

#[actix_web::test]
async fn nobody_is_written_to_who_does_not_want_it() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let person = contact(&app, &ada, "Ada@Mail.Engines.example").await;
    let id = draft(&app, &ada, &person).await.expect(201).id();
    let soon = json!({ "scheduled_at": "2026-03-03T09:00:00Z" });
    let refuses = async |pointer: &str| {
        let refused = draft(&app, &ada, &person).await.expect(409);
        assert_eq!((refused.code(), refused.faults()), ("do_not_contact", vec![pointer]), "{}", refused.text);
        for (verb, body) in [("schedule", soon.clone()), ("mark-sent", json!({}))] {
            let refused = act(&app, &ada, &id, verb, body).await.expect(409);
            assert_eq!((refused.code(), refused.faults()), ("do_not_contact", vec![pointer]), "{verb}");
        }
        let edited = app.patch(&format!("/v1/messages/{id}"), &ada, json!({ "body": "x" })).await.expect(409);
        assert_eq!(edited.code(), "do_not_contact");
    };
    for (kind, value) in [("address", "ada@mail.ENGINES.example"), ("domain", "engines.example")] {
        let listed = app.post("/v1/do-not-contact", &ada, json!({ "kind": kind, "value": value })).await.expect(201);
        refuses("/address").await;
        // By other ways they may be reached, unless it is all of their domain that is not wanted.
        for channel in ["phone_script", "linkedin_note"] {
            let other = json!({ "contact_id": person, "channel": channel, "body": "Hello" });
            let other = app.post("/v1/messages", &ada, other).await;
            if kind == "address" {
                other.expect(201);
            } else {
                let other = other.expect(409);
                assert_eq!((other.code(), other.faults()), ("do_not_contact", vec!["/contact_id"]));
            }
        }
        app.delete(&format!("/v1/do-not-contact/{}", listed.id()), &ada).await.expect(204);
    }
    let url = format!("/v1/contacts/{person}");
    app.patch(&url, &ada, json!({ "do_not_contact": true })).await.expect(200);
    refuses("/contact_id").await;
    let closed = json!({ "do_not_contact": false, "stage": "closed", "stage_reason": "do_not_contact" });
    app.patch(&url, &ada, closed).await.expect(200);
    refuses("/contact_id").await;
    // What they write is kept, and a draft can be thrown away.
    let incoming = json!({ "contact_id": person, "direction": "incoming", "channel": "email", "body": "Stop" });
    app.post("/v1/messages", &ada, incoming).await.expect(201);
    act(&app, &ada, &id, "cancel", json!({})).await.expect(200);
}

#[actix_web::test]
async fn the_list_holds_each_address_once() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let made = app.post("/v1/do-not-contact", &ada, json!({ "kind": "domain", "value": "@Bücher.example" })).await;
    let made = made.expect(201);
    assert_eq!(made.json["value"], "Bücher.example");
    let twice = json!({ "kind": "domain", "value": "xn--bcher-kva.example" });
    let twice = app.post("/v1/do-not-contact", &ada, twice).await.expect(409);
    assert_eq!((twice.code(), twice.faults()), ("already_listed", vec!["/value"]));
    assert!(twice.json["detail"].as_str().unwrap().contains(&made.id()));
    for (kind, value) in
        [("address", "bücher.example"), ("domain", "a@b.example"), ("domain", "no domain"), ("domain", "@")]
    {
        let wrong = app.post("/v1/do-not-contact", &ada, json!({ "kind": kind, "value": value })).await.expect(422);
        assert_eq!(wrong.faults(), ["/value"], "{value}");
    }
    let url = format!("/v1/do-not-contact/{}", made.id());
    let noted = app.patch(&url, &ada, json!({ "note": "asked in June" })).await.expect(200);
    assert_eq!((&noted.json["note"], &noted.json["version"]), (&json!("asked in June"), &json!(2)));
    assert_eq!(app.patch(&url, &ada, json!({ "value": "other.example" })).await.expect(422).faults(), ["/value"]);
    let page = app.get("/v1/do-not-contact?kind=domain", &ada).await.expect(200);
    assert_eq!(page.json["data"][0]["id"], made.json["id"]);
    assert_eq!(app.get("/v1/do-not-contact?kind=address", &ada).await.json["data"], json!([]));
}

#[actix_web::test]
async fn a_message_knows_its_contact() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (person, other) = (contact(&app, &ada, "a@x.example").await, contact(&app, &ada, "b@x.example").await);
    let id = draft(&app, &ada, &person).await.expect(201).id();
    let answer = |to: &str, about: &str| json!({ "contact_id": to, "direction": "incoming", "channel": "email", "body": "x", "in_reply_to_id": about });
    let unsent = app.post("/v1/messages", &ada, answer(&person, &id)).await.expect(422);
    assert_eq!(unsent.faults(), ["/in_reply_to_id"]);
    act(&app, &ada, &id, "mark-sent", json!({})).await.expect(200);
    let foreign = app.post("/v1/messages", &ada, answer(&other, &id)).await.expect(422);
    assert_eq!(foreign.faults(), ["/in_reply_to_id"]);
    let reply = app.post("/v1/messages", &ada, answer(&person, &id)).await.expect(201);
    assert_eq!(app.get(&format!("/v1/messages/{id}"), &ada).await.json["state"], "replied");
    let circle = app.post("/v1/messages", &ada, answer(&person, &reply.id())).await.expect(422);
    assert_eq!(circle.faults(), ["/in_reply_to_id"]);

    // In the trash, and out of it.
    app.delete(&format!("/v1/messages/{id}"), &ada).await.expect(204);
    app.get(&format!("/v1/messages/{id}"), &ada).await.expect(404);
    app.post(&format!("/v1/trash/{id}/restore"), &ada, json!({})).await.expect(204);
    app.get(&format!("/v1/messages/{id}"), &ada).await.expect(200);
    app.delete(&format!("/v1/messages/{id}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{id}"), &ada).await.expect(204);
    assert_eq!(app.get(&format!("/v1/messages/{}", reply.id()), &ada).await.json["in_reply_to_id"], Value::Null);

    // Nothing is sent to somebody in the trash, and with them goes what was written.
    let last = draft(&app, &ada, &person).await.expect(201).id();
    app.delete(&format!("/v1/contacts/{person}"), &ada).await.expect(204);
    let sent = act(&app, &ada, &last, "mark-sent", json!({})).await.expect(409);
    assert_eq!(sent.code(), "contact_in_trash");
    assert_eq!(draft(&app, &ada, &person).await.expect(422).faults(), ["/contact_id"]);
    app.delete(&format!("/v1/messages/{last}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{person}"), &ada).await.expect(204);
    app.get(&format!("/v1/messages/{}", reply.id()), &ada).await.expect(404);
    assert_eq!(app.get("/v1/trash", &ada).await.json["data"], json!([]));
}

#[actix_web::test]
async fn messages_are_listed_and_filtered() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (one, two) = (contact(&app, &ada, "a@x.example").await, contact(&app, &ada, "b@x.example").await);
    let mut ids = Vec::new();
    for (person, channel) in [(&one, "email"), (&two, "phone_script"), (&one, "in_person")] {
        app.pass(Duration::minutes(1));
        let body = json!({ "contact_id": person, "channel": channel, "purpose": "update", "body": "x" });
        ids.push(app.post("/v1/messages", &ada, body).await.expect(201).id());
    }
    app.pass(Duration::minutes(1));
    act(&app, &ada, &ids[0], "mark-sent", json!({})).await.expect(200);
    let found = async |query: &str| -> Vec<usize> {
        let page = app.get(&format!("/v1/messages{query}"), &ada).await.expect(200);
        let list = page.json["data"].as_array().unwrap().clone();
        list.iter().map(|message| ids.iter().position(|id| message["id"] == *id).unwrap()).collect()
    };
    assert_eq!(found("").await, [2, 1, 0]);
    assert_eq!(found("?sort=-occurred_at").await, [0, 2, 1]);
    assert_eq!(found("?sort=updated_at").await, [1, 2, 0]);
    assert_eq!(found(&format!("?contact_id={one}")).await, [2, 0]);
    assert_eq!(found("?channel=email&channel=in_person&state=draft").await, [2]);
    assert_eq!(found("?direction=incoming").await, [0usize; 0]);
    assert_eq!(found("?purpose=update&sent_after=2026-03-02T09:00:00Z").await, [0]);
    assert_eq!(found("?occurred_before=2026-03-02T09:03:00Z").await, [1]);
    for sort in ["-created_at", "occurred_at", "-updated_at"] {
        let mut seen = Vec::new();
        let mut next = format!("/v1/messages?limit=1&sort={sort}");
        loop {
            let page = app.get(&next, &ada).await.expect(200);
            seen.push(page.json["data"][0]["id"].clone());
            let Some(cursor) = page.json["next_cursor"].as_str() else { break };
            next = format!("/v1/messages?limit=1&sort={sort}&cursor={cursor}");
        }
        assert_eq!(seen.len(), 3, "{sort}");
        seen.dedup();
        assert_eq!(seen.len(), 3, "{sort}");
    }
}

mod past {
    use chrono::{DateTime, Utc};
    use inroad::changes::Actor;
    use inroad::contacts::ContactId;
    use inroad::db::WorkspaceId;
    use inroad::messages::{self, MessageChannel, MessageDirection, PastMessage};
    use uuid::Uuid;

    use super::*;

    fn past(contact: ContactId, incoming: bool, at: &str, key: &str) -> PastMessage {
        PastMessage {
            contact_id: contact,
            direction: if incoming { MessageDirection::Incoming } else { MessageDirection::Outgoing },
            channel: MessageChannel::LinkedinMessage,
            purpose: None,
            subject: None,
            body: "Hello".to_owned(),
            address: None,
            at: at.parse::<DateTime<Utc>>().unwrap(),
            external_key: key.to_owned(),
        }
    }

    #[actix_web::test]
    async fn an_import_of_touches_changes_nothing_the_second_time() {
        let app = TestApp::new().await;
        let ada = app.seeker().await;
        let (one, two) = (contact(&app, &ada, "a@x.example").await, contact(&app, &ada, "b@x.example").await);
        let id = |text: &str| ContactId::from(Uuid::parse_str(text).unwrap());
        let list = vec![
            past(id(&one), false, "2025-01-01T10:00:00Z", "k1"),
            past(id(&one), true, "2025-01-02T10:00:00Z", "k2"),
            past(id(&one), false, "2025-01-03T10:00:00Z", "k3"),
            past(id(&two), false, "2025-02-01T10:00:00Z", "k4"),
            past(id(&two), false, "2025-02-01T10:00:00Z", "k4"),
        ];
        let record = async |list: Vec<PastMessage>| {
            let workspace = WorkspaceId::vouched(ada.workspace);
            let actor = Actor::Member(ada.user);
            app.app.write_as(workspace, actor, async |tx| messages::record_past(tx, list).await).await.unwrap()
        };
        let mut added: Vec<String> = record(list.clone()).await.into_iter().collect();
        added.sort();
        assert_eq!(added, ["k1", "k2", "k3", "k4"]);
        assert_eq!(stage(&app, &ada, &one).await, ("replied".to_owned(), json!("2025-01-03T10:00:00Z")));
        assert_eq!(stage(&app, &ada, &two).await, ("contacted".to_owned(), json!("2025-02-01T10:00:00Z")));
        let states = async || -> Vec<Value> {
            let page = app.get("/v1/messages?sort=occurred_at", &ada).await.expect(200);
            page.json["data"].as_array().unwrap().iter().map(|message| message["state"].clone()).collect()
        };
        assert_eq!(states().await, ["replied", "received", "sent", "sent"]);
        let changes = app.count("changes").await;
        assert!(record(list).await.is_empty());
        assert_eq!(app.count("changes").await, changes);
        // A later import brings the answer to an earlier one.
        record(vec![past(id(&two), true, "2025-03-01T10:00:00Z", "k5")]).await;
        assert_eq!(states().await, ["replied", "received", "sent", "replied", "received"]);
        let workspace = WorkspaceId::vouched(ada.workspace);
        let forget = async |tx: &mut inroad::changes::Tx<'_>| {
            messages::contact_merged(tx, &[id(&two)], id(&one)).await?;
            messages::forget_past(tx, &["k1".to_owned(), "k2".to_owned()]).await
        };
        assert_eq!(app.app.write_as(workspace, Actor::Member(ada.user), forget).await.unwrap(), 2);
        let rest = app.get(&format!("/v1/messages?contact_id={one}"), &ada).await.expect(200);
        assert_eq!(rest.json["data"].as_array().unwrap().len(), 3);
    }
}

#[actix_web::test]
async fn a_message_belongs_to_a_meeting_of_its_contact() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let (person, other) = (contact(&app, &ada, "a@x.example").await, contact(&app, &ada, "b@x.example").await);
    let foreign = contact(&app, &bob, "c@x.example").await;
    let meet = async |who: &Member, with: &str| {
        let body = json!({ "contact_ids": [with], "medium": "phone", "starts_at": "2026-03-12T14:00:00Z" });
        app.post("/v1/meetings", who, body).await.expect(201).id()
    };
    let (meeting, theirs) = (meet(&ada, &person).await, meet(&bob, &foreign).await);
    let body = |contact: &str, meeting: &str| json!({ "contact_id": contact, "channel": "email", "subject": "S", "body": "B", "meeting_id": meeting });
    for (contact, meeting) in [(&other, &meeting), (&person, &theirs), (&person, &person)] {
        let refused = app.post("/v1/messages", &ada, body(contact, meeting)).await.expect(422);
        assert_eq!(refused.faults(), ["/meeting_id"]);
    }
    // All that a body names and that is not there is told at once.
    let wrong = json!({
        "contact_id": foreign, "channel": "text_message", "subject": "S", "body": "B", "meeting_id": theirs,
        "template_id": person, "in_reply_to_id": person, "follow_up_plan_id": person
    });
    let refused = app.post("/v1/messages", &ada, wrong).await.expect(422);
    let faults = ["/contact_id", "/subject", "/template_id", "/meeting_id", "/follow_up_plan_id", "/in_reply_to_id"];
    assert_eq!(refused.faults(), faults);

    let made = app.post("/v1/messages", &ada, body(&person, &meeting)).await.expect(201);
    assert_eq!(made.json["meeting_id"], json!(meeting));
    let path = format!("/v1/messages/{}", made.id());
    let cleared = app.patch(&path, &ada, json!({ "meeting_id": null })).await.expect(200);
    assert_eq!(cleared.json["meeting_id"], Value::Null);
    act(&app, &ada, &made.id(), "mark-sent", json!({})).await.expect(200);
    // It says nothing else by that: also of one that is out.
    app.patch(&path, &ada, json!({ "meeting_id": meeting })).await.expect(200);
    let answer = act(&app, &ada, &made.id(), "reply", json!({ "body": "Fine" })).await.expect(201);
    assert_eq!(answer.json["meeting_id"], json!(meeting));
    app.post("/v1/messages", &ada, json!({ "contact_id": person, "channel": "in_person", "body": "x" }))
        .await
        .expect(201);
    let list = app.get(&format!("/v1/messages?meeting_id={meeting}"), &ada).await.expect(200);
    assert_eq!(list.json["data"].as_array().unwrap().len(), 2);
    // The meeting goes for good, and what was written about it stays.
    app.delete(&format!("/v1/meetings/{meeting}"), &ada).await.expect(204);
    app.patch(&path, &ada, json!({ "purpose": "confirmation" })).await.expect(200);
    app.delete(&format!("/v1/trash/{meeting}"), &ada).await.expect(204);
    assert_eq!(app.get(&path, &ada).await.expect(200).json["meeting_id"], Value::Null);
}

/// Browsers and Windows end lines in another way than is kept.
#[actix_web::test]
async fn lines_end_as_they_are_kept() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let person = contact(&app, &ada, "ada@engines.example").await;
    let body =
        json!({ "contact_id": person, "channel": "email", "subject": "Hello", "body": "Dear Ada,\r\n\r\nHi\rRobin\n" });
    let made = app.post("/v1/messages", &ada, body).await.expect(201);
    assert_eq!(made.json["body"], "Dear Ada,\n\nHi\nRobin\n");
    let path = format!("/v1/messages/{}", made.id());
    let edited = app.patch(&path, &ada, json!({ "body": "One\r\ntwo" })).await.expect(200);
    assert_eq!(edited.json["body"], "One\ntwo");
    assert_eq!(app.get(&path, &ada).await.json["body"], "One\ntwo");
    for subject in ["a\r\nBcc: eve@x.example", "a\rb", "a\nb"] {
        assert_eq!(app.patch(&path, &ada, json!({ "subject": subject })).await.expect(422).faults(), ["/subject"]);
    }
    app.post(&format!("{path}/mark-sent"), &ada, json!({})).await.expect(200);
    let answer = app.post(&format!("{path}/reply"), &ada, json!({ "body": "Yes\r\nplease" })).await.expect(201);
    assert_eq!(answer.json["body"], "Yes\nplease");
    let template = json!({ "name": "T", "purpose": "introduction", "channel": "email", "description": "a\r\nb",
        "body": "Hi {{ contact.first_name }},\r\n\r\n{% if contact %}\r\nyes\r\n{% endif %}\r\n" });
    let template = app.post("/v1/templates", &ada, template).await.expect(201);
    assert_eq!(template.json["description"], "a\nb");
    assert!(!template.text.contains("\\r"), "{}", template.text);
    let wrong = json!({ "body": "Hi\r\n\r\n{{ nobody }}" });
    let wrong = app.patch(&format!("/v1/templates/{}", template.id()), &ada, wrong).await.expect(422);
    assert!(wrong.text.contains("line 3, column 4"), "{}", wrong.text);
    app.patch("/v1/profile", &ada, json!({ "signature": "Ada\r\nLondon" })).await.expect(200);
    assert_eq!(app.get("/v1/profile", &ada).await.json["signature"], "Ada\nLondon");
}

#[actix_web::test]
async fn nothing_leaves_without_a_text() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "grace@navy.example").await;
    let made = draft(&app, &ada, &grace).await.expect(201);
    let path = format!("/v1/messages/{}", made.id());
    let at = json!({ "scheduled_at": "2026-03-02T10:00:00Z" });
    act(&app, &ada, &made.id(), "schedule", at).await.expect(200);
    for body in [json!(""), json!(" \n"), Value::Null] {
        let emptied = app.patch(&path, &ada, json!({ "body": body })).await.expect(422);
        assert_eq!(emptied.faults(), ["/body"]);
    }
    app.patch(&path, &ada, json!({ "body": "Dear Grace, again" })).await.expect(200);
    let empty = json!({ "contact_id": grace, "channel": "email", "subject": "Compilers" });
    let empty = app.post("/v1/messages", &ada, empty).await.expect(201).id();
    assert_eq!(act(&app, &ada, &empty, "mark-sent", json!({})).await.expect(422).faults(), ["/body"]);
    // What was said on the phone needs no text.
    let call = json!({ "contact_id": grace, "channel": "phone_script" });
    let call = app.post("/v1/messages", &ada, call).await.expect(201).id();
    act(&app, &ada, &call, "mark-sent", json!({})).await.expect(200);
}
