//! Messages on their way out, through a real mail server that is well, or is not.
use std::net::TcpListener;

use chrono::Duration;
use inroad::auth::{Role, Scopes};
use inroad::db::WorkspaceId;
use inroad::jobs;
use reqwest::Method;
use serde_json::{Value, json};

use crate::sink::{Accepted, Mood, Sink};
use crate::support::{Member, Reply, TestApp};

async fn service(sink: &Sink, flags: &[&str]) -> TestApp {
    let url = sink.url();
    TestApp::with(&[&["--smtp-url", &url, "--mail-from", "Inroad <inroad@service.example>"], flags].concat()).await
}

/// Time passes; whoever is signed in stays so.
async fn pass(app: &TestApp, member: &mut Member, time: Duration) {
    app.pass(time);
    let (workspace, scopes) = (WorkspaceId::vouched(member.workspace), Scopes::all());
    let token = inroad::auth::access_token(&app.app, member.user, workspace, member.session, scopes).await;
    member.token = token.unwrap();
}

/// Runs what is due.
async fn work(app: &TestApp) {
    while jobs::run_one(&app.app, &inroad::server::jobs()).await.unwrap() {}
}

async fn contact(app: &TestApp, member: &Member, address: &str, more: Value) -> String {
    let mut body = json!({ "given_name": "Grace", "family_name": "Hopper", "emails": [{ "address": address }] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.post("/v1/contacts", member, body).await.expect(201).id()
}

async fn draft(app: &TestApp, member: &Member, contact: &str) -> String {
    let body = json!({
        "contact_id": contact, "channel": "email", "purpose": "introduction", "subject": "COBOL?", "body": "Dear Grace,\nhow?"
    });
    app.post("/v1/messages", member, body).await.expect(201).id()
}

async fn act(app: &TestApp, member: &Member, message: &str, verb: &str, body: Value) -> Reply {
    app.post(&format!("/v1/messages/{message}/{verb}"), member, body).await
}

async fn send(app: &TestApp, member: &Member, message: &str) -> Reply {
    app.send(app.request(Method::POST, &format!("/v1/messages/{message}/send")).bearer_auth(&member.token)).await
}

async fn read(app: &TestApp, member: &Member, message: &str) -> Value {
    app.get(&format!("/v1/messages/{message}"), member).await.expect(200).json
}

async fn delivery(app: &TestApp, member: &Member, message: &str) -> Value {
    app.get(&format!("/v1/messages/{message}/delivery"), member).await.expect(200).json
}

/// A message to somebody new, sent.
async fn sent(app: &TestApp, member: &Member) -> (String, String) {
    let person = contact(app, member, "grace@navy.example", json!({})).await;
    let id = draft(app, member, &person).await;
    send(app, member, &id).await.expect(202);
    work(app).await;
    (person, id)
}

#[actix_web::test]
async fn a_message_goes_out_as_its_sender_means_it() {
    let sink = Sink::start();
    let app = service(&sink, &[]).await;
    let ada = app.seeker().await;
    let person = contact(&app, &ada, "grace@navy.example", json!({ "family_name": "Höpper" })).await;
    let id = draft(&app, &ada, &person).await;
    app.get(&format!("/v1/messages/{id}/delivery"), &ada).await.expect(404);
    let on_its_way = send(&app, &ada, &id).await.expect(202);
    assert_eq!((&on_its_way.json["state"], &on_its_way.json["waits_for"]), (&json!("scheduled"), &Value::Null));
    assert_eq!(sink.accepted().len(), 0, "a request talks to no other machine");
    work(&app).await;
    let message = read(&app, &ada, &id).await;
    assert_eq!((&message["state"], &message["sent_at"]), (&json!("sent"), &json!("2026-03-02T09:00:00Z")));
    let mail = &sink.accepted()[0];
    let own = format!("{}@example.org", ada.user);
    assert_eq!((mail.from.as_str(), mail.to.as_str()), ("inroad@service.example", "grace@navy.example"));
    assert_eq!(mail.header("From").unwrap(), "\"Test Person via Inroad\" <inroad@service.example>");
    assert_eq!(mail.header("Reply-To").unwrap(), format!("\"Test Person\" <{own}>"));
    assert!(
        mail.header("To").unwrap().contains("=?utf-8?") && mail.header("To").unwrap().contains("<grace@navy.example>")
    );
    assert_eq!(mail.header("Subject").unwrap(), "COBOL?");
    assert_eq!(json!(mail.message_id()), message["rfc_message_id"]);
    assert_eq!(mail.header("Date").unwrap(), "Mon, 02 Mar 2026 09:00:00 +0000");
    assert!(mail.header("List-Unsubscribe").unwrap().starts_with("<mailto:"));
    assert!(mail.text.ends_with("\r\n\r\nDear Grace,\r\nhow?\r\n"), "{}", mail.text);
    let told = delivery(&app, &ada, &id).await;
    assert_eq!((&told["attempts"], &told["last_answer"]), (&json!(1), &json!("250 2.0.0 kept")));
    assert_eq!(told["in_progress"], false);
    let stage = app.get(&format!("/v1/contacts/{person}"), &ada).await.json["stage"].clone();
    assert_eq!(stage, "contacted");
    assert_eq!(send(&app, &ada, &id).await.expect(409).code(), "impossible_transition");
    // An answer to an answer keeps the conversation together.
    let answer = act(&app, &ada, &id, "reply", json!({ "body": "With punched cards." })).await.expect(201).id();
    let body = json!({ "contact_id": person, "channel": "email", "subject": "Re: COBOL?", "body": "Thanks!",
        "in_reply_to_id": answer });
    let next = app.post("/v1/messages", &ada, body).await.expect(201).id();
    send(&app, &ada, &next).await.expect(202);
    work(&app).await;
    let mail = &sink.accepted()[1];
    assert_eq!(mail.header("References").unwrap(), format!("<{}>", message["rfc_message_id"].as_str().unwrap()));
    assert_eq!(mail.header("List-Unsubscribe"), None);
}

#[actix_web::test]
async fn what_a_server_cannot_take_now_is_tried_again() {
    let sink = Sink::start();
    let app = service(&sink, &["--send-patience", "1"]).await;
    let ada = app.seeker().await;
    sink.is(Mood::Refuses { recipient: true, answer: "451 4.7.1 greylisted, come again" });
    let (_, id) = sent(&app, &ada).await;
    let waiting = read(&app, &ada, &id).await;
    assert_eq!((&waiting["state"], &waiting["waits_for"]), (&json!("scheduled"), &json!("retry")));
    assert_eq!(delivery(&app, &ada, &id).await["last_answer"], "451 4.7.1 greylisted, come again");
    work(&app).await;
    assert_eq!(sink.conversations(), 1, "not at once");
    sink.is(Mood::Refuses { recipient: false, answer: "452 4.3.1 die Platte ist überfüllt" });
    app.pass(Duration::seconds(7));
    work(&app).await;
    sink.is(Mood::Well);
    app.pass(Duration::seconds(13));
    work(&app).await;
    let done = read(&app, &ada, &id).await;
    assert_eq!((&done["state"], &done["waits_for"]), (&json!("sent"), &Value::Null));
    assert_eq!(delivery(&app, &ada, &id).await["attempts"], 3);
    assert_eq!(sink.accepted().len(), 1);

    // Not for ever.
    sink.is(Mood::Down);
    let (_, id) = sent(&app, &ada).await;
    for _ in 0..5 {
        app.pass(Duration::seconds(25));
        work(&app).await;
    }
    let failed = read(&app, &ada, &id).await;
    assert_eq!(failed["state"], "failed", "{failed}");
    assert!(!failed["failure"].as_str().unwrap().is_empty());
    sink.is(Mood::Well);
    send(&app, &ada, &id).await.expect(202);
    work(&app).await;
    assert_eq!(read(&app, &ada, &id).await["state"], "sent");
}

#[actix_web::test]
async fn what_a_server_refuses_fails_in_its_words() {
    let sink = Sink::start();
    let app = service(&sink, &[]).await;
    let ada = app.seeker().await;
    for (recipient, answer) in [
        (true, "550 5.1.1 no such user"),
        (false, "554 5.7.1 we think it is spam"),
        // The code counts, whatever letters are behind it.
        (true, "550 5.2.2 Postfach überfüllt"),
        (false, "552 5.2.2 Postfach überfüllt"),
    ] {
        sink.is(Mood::Refuses { recipient, answer });
        let (person, id) = sent(&app, &ada).await;
        let failed = read(&app, &ada, &id).await;
        assert_eq!((&failed["state"], &failed["failure"]), (&json!("failed"), &json!(answer)));
        assert_eq!(failed["next_states"], json!(["draft", "scheduled", "sent", "cancelled"]));
        assert_eq!(app.get(&format!("/v1/contacts/{person}"), &ada).await.json["stage"], "identified");
    }
    let kinds = app.get("/v1/changes?limit=200", &ada).await.expect(200).text;
    assert_eq!((kinds.matches("message.failed").count(), kinds.matches("message.sent").count()), (4, 0));
    assert!(sink.accepted().is_empty());
}

#[actix_web::test]
async fn what_may_have_arrived_is_never_sent_again() {
    let sink = Sink::start();
    let app = service(&sink, &[]).await;
    let mut ada = app.seeker().await;
    sink.is(Mood::Forgets);
    let (_, id) = sent(&app, &ada).await;
    let unknown = read(&app, &ada, &id).await;
    assert_eq!(unknown["state"], "failed");
    assert!(unknown["failure"].as_str().unwrap().starts_with("it may have arrived: "), "{unknown}");
    pass(&app, &mut ada, Duration::hours(30)).await;
    work(&app).await;
    assert_eq!(sink.accepted().len(), 1);

    // A worker that died: what it had handed over is left, what it had not is sent.
    sink.is(Mood::Well);
    for (handed_over, state, mails) in [("now()", "failed", 1), ("NULL", "sent", 2)] {
        let person = contact(&app, &ada, "grace@navy.example", json!({})).await;
        let id = draft(&app, &ada, &person).await;
        send(&app, &ada, &id).await.expect(202);
        let sql = format!(
            "UPDATE deliveries SET attempting = true, attempts = 1, handed_over_at = {handed_over} \
             WHERE message_id = '{id}'"
        );
        app.sql(&sql).await;
        let busy = act(&app, &ada, &id, "cancel", json!({})).await.expect(409);
        assert_eq!((busy.code(), busy.header("retry-after")), ("being_sent", "5"));
        let busy = app.patch(&format!("/v1/messages/{id}"), &ada, json!({ "body": "Other" })).await.expect(409);
        assert_eq!(busy.code(), "being_sent");
        work(&app).await;
        assert_eq!(read(&app, &ada, &id).await["state"], state);
        assert_eq!(sink.accepted().len(), mails);
    }
}

#[actix_web::test]
async fn nobody_is_woken() {
    let sink = Sink::start();
    let app = service(&sink, &[]).await;
    let mut ada = app.seeker().await;
    let person = contact(&app, &ada, "grace@navy.example", json!({ "time_zone": "America/New_York" })).await;
    let id = draft(&app, &ada, &person).await;
    let at = |at: &str| json!({ "scheduled_at": at });
    let early = act(&app, &ada, &id, "schedule", at("2026-03-02T12:00:00Z")).await.expect(422);
    assert_eq!((early.faults(), &early.json["errors"][0]["code"]), (vec!["/scheduled_at"], &json!("outside_hours")));
    assert!(early.text.contains("2026-03-02T13:00:00Z") && early.text.contains("America/New_York"), "{}", early.text);
    // The week after, the clock there is put forward.
    let moved = json!({ "scheduled_at": "2026-03-09T11:00:00Z", "outside_hours": "move" });
    let moved = act(&app, &ada, &id, "schedule", moved).await.expect(200);
    assert_eq!(moved.json["scheduled_at"], "2026-03-09T12:00:00Z");
    let allowed = json!({ "scheduled_at": "2026-03-02T10:00:00Z", "outside_hours": "allow" });
    act(&app, &ada, &id, "schedule", allowed).await.expect(200);
    pass(&app, &mut ada, Duration::hours(1)).await;
    work(&app).await;
    assert_eq!(read(&app, &ada, &id).await["state"], "sent", "the time was allowed");
    assert_eq!(sink.accepted().len(), 1);

    // A service that was away when it was time waits for the next morning.
    let id = draft(&app, &ada, &person).await;
    act(&app, &ada, &id, "schedule", at("2026-03-02T20:00:00Z")).await.expect(200);
    pass(&app, &mut ada, Duration::hours(18)).await;
    work(&app).await;
    let waiting = read(&app, &ada, &id).await;
    let shown = (&waiting["state"], &waiting["waits_for"], &waiting["scheduled_at"]);
    assert_eq!(shown, (&json!("scheduled"), &json!("waking_hours"), &json!("2026-03-03T13:00:00Z")));
    pass(&app, &mut ada, Duration::hours(9)).await;
    work(&app).await;
    assert_eq!(read(&app, &ada, &id).await["state"], "sent");

    // The workspace says when people are awake.
    let settings = app.get("/v1/sending-settings", &ada).await.expect(200);
    assert_eq!((&settings.json["hours_from"], &settings.json["effective_daily_limit"]), (&json!("08:00"), &json!(50)));
    let wrong = json!({ "hours_from": "18:00", "hours_until": "09:00" });
    assert_eq!(app.patch("/v1/sending-settings", &ada, wrong).await.expect(422).faults(), ["/hours_until"]);
    let late = json!({ "hours_from": "10:00", "hours_until": "11:00" });
    assert_eq!(app.patch("/v1/sending-settings", &ada, late).await.expect(200).json["version"], 1);
    let by_default = app.patch("/v1/sending-settings", &ada, json!({ "hours_until": null })).await.expect(200);
    assert_eq!((&by_default.json["hours_from"], &by_default.json["hours_until"]), (&json!("10:00"), &json!("20:00")));
    let id = draft(&app, &ada, &person).await;
    let refused = act(&app, &ada, &id, "schedule", at("2026-03-04T14:00:00Z")).await.expect(422);
    assert!(refused.text.contains("2026-03-04T15:00:00Z"), "{}", refused.text);
}

#[actix_web::test]
async fn what_is_too_much_for_a_day_waits_for_the_next() {
    let sink = Sink::start();
    let app = service(&sink, &["--daily-messages", "2"]).await;
    let mut ada = app.seeker().await;
    app.patch("/v1/sending-settings", &ada, json!({ "daily_limit": 5 })).await.expect(200);
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(sent(&app, &ada).await.1);
    }
    let states = async |ada: &Member| {
        let mut states = Vec::new();
        for id in &ids {
            let message = read(&app, ada, id).await;
            states.push((message["state"].clone(), message["waits_for"].clone(), message["scheduled_at"].clone()));
        }
        states
    };
    let before = states(&ada).await;
    assert_eq!(before.iter().filter(|(state, ..)| state == "sent").count(), 2);
    let waiting = before.iter().filter(|(_, wait, at)| wait == "daily_limit" && at == "2026-03-03T08:00:00Z");
    assert_eq!(waiting.count(), 2, "{before:?}");
    pass(&app, &mut ada, Duration::hours(23)).await;
    work(&app).await;
    assert!(states(&ada).await.iter().all(|(state, wait, _)| state == "sent" && wait.is_null()));
    assert_eq!(sink.accepted().len(), 4);
}

#[actix_web::test]
async fn what_waits_for_the_next_day_goes_when_more_may_go_on_this() {
    let sink = Sink::start();
    let app = service(&sink, &[]).await;
    let ada = app.seeker().await;
    app.patch("/v1/sending-settings", &ada, json!({ "daily_limit": 1 })).await.expect(200);
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(sent(&app, &ada).await.1);
    }
    assert_eq!(sink.accepted().len(), 1);
    app.patch("/v1/sending-settings", &ada, json!({ "daily_limit": 3 })).await.expect(200);
    let told = read(&app, &ada, &ids[1]).await;
    assert_eq!((&told["state"], &told["waits_for"]), (&json!("scheduled"), &Value::Null));
    assert_eq!(told["scheduled_at"], told["occurred_at"]);
    work(&app).await;
    assert_eq!(sink.accepted().len(), 3);
    let waiting = app.get("/v1/messages?state=scheduled", &ada).await.expect(200);
    let waiting = waiting.json["data"].as_array().unwrap();
    assert_eq!((waiting.len(), &waiting[0]["waits_for"]), (1, &json!("daily_limit")));
    // Fewer wake nobody, and without a limit of its own the service's holds.
    app.patch("/v1/sending-settings", &ada, json!({ "daily_limit": 2 })).await.expect(200);
    work(&app).await;
    assert_eq!(sink.accepted().len(), 3);
    app.patch("/v1/sending-settings", &ada, json!({ "daily_limit": null })).await.expect(200);
    work(&app).await;
    assert_eq!(sink.accepted().len(), 4);
    for id in &ids {
        assert_eq!(read(&app, &ada, id).await["state"], "sent");
    }
}

#[actix_web::test]
async fn what_must_not_go_does_not() {
    let sink = Sink::start();
    let app = service(&sink, &[]).await;
    let mut ada = app.seeker().await;
    let soon = json!({ "scheduled_at": "2026-03-02T10:00:00Z" });
    let person = contact(&app, &ada, "grace@navy.example", json!({})).await;
    let mut ids = Vec::new();
    for change in 0..3 {
        let person = if change == 0 { person.clone() } else { contact(&app, &ada, "g@x.example", json!({})).await };
        let id = draft(&app, &ada, &person).await;
        act(&app, &ada, &id, "schedule", soon.clone()).await.expect(200);
        ids.push((id, person));
    }
    let listed = json!({ "kind": "domain", "value": "navy.example" });
    app.post("/v1/do-not-contact", &ada, listed).await.expect(201);
    let url = format!("/v1/contacts/{}", ids[1].1);
    app.patch(&url, &ada, json!({ "do_not_contact": true })).await.expect(200);
    app.delete(&format!("/v1/contacts/{}", ids[2].1), &ada).await.expect(204);
    pass(&app, &mut ada, Duration::hours(1)).await;
    work(&app).await;
    for ((id, _), why) in ids.iter().zip(["navy.example", "not to be contacted", "trash"]) {
        let message = read(&app, &ada, id).await;
        assert_eq!(message["state"], "cancelled");
        assert!(message["failure"].as_str().unwrap().contains(why), "{message}");
    }
    assert_eq!(send(&app, &ada, &draft_by_hand(&app, &ada).await).await.expect(422).faults(), ["/channel"]);

    // Whoever has not proven their address sends nothing, and what somebody scheduled who left does not go.
    let bob = app.member(Some(ada.workspace), Role::Editor, Scopes::all()).await;
    let id = {
        let person = contact(&app, &bob, "b@x.example", json!({})).await;
        draft(&app, &bob, &person).await
    };
    app.sql(&format!("UPDATE users SET email_verified_at = NULL WHERE id = '{}'", bob.user)).await;
    assert_eq!(send(&app, &bob, &id).await.expect(403).code(), "email_not_verified");
    let later = json!({ "scheduled_at": "2026-03-02T12:00:00Z" });
    assert_eq!(act(&app, &bob, &id, "schedule", later.clone()).await.expect(403).code(), "email_not_verified");
    app.sql(&format!("UPDATE users SET email_verified_at = now() WHERE id = '{}'", bob.user)).await;
    act(&app, &bob, &id, "schedule", later).await.expect(200);
    app.sql(&format!("DELETE FROM members WHERE user_id = '{}'", bob.user)).await;
    pass(&app, &mut ada, Duration::hours(2)).await;
    work(&app).await;
    let orphan = read(&app, &ada, &id).await;
    assert_eq!(orphan["state"], "failed");
    assert!(orphan["failure"].as_str().unwrap().contains("no member"), "{orphan}");
    assert!(sink.accepted().is_empty());
}

#[actix_web::test]
async fn a_nudge_that_waits_does_not_go_once_there_is_an_answer() {
    let sink = Sink::start();
    let app = service(&sink, &[]).await;
    let mut ada = app.seeker().await;
    let mut nudges = Vec::new();
    for (name, news) in
        [("a", json!({ "reply_kind": "no", "body": "No, thank you." })), ("b", Value::Null), ("c", Value::Null)]
    {
        let person = contact(&app, &ada, &format!("{name}@navy.example"), json!({})).await;
        let first = draft(&app, &ada, &person).await;
        send(&app, &ada, &first).await.expect(202);
        work(&app).await;
        let body = json!({ "contact_id": person, "channel": "email", "purpose": "follow_up", "in_reply_to_id": first,
            "subject": "Re: A question", "body": "Dear Grace,\n\nmay I ask again?\n\nAda" });
        let nudge = app.post("/v1/messages", &ada, body).await.expect(201).id();
        let later = json!({ "scheduled_at": "2026-03-04T15:00:00Z", "outside_hours": "allow" });
        act(&app, &ada, &nudge, "schedule", later).await.expect(200);
        nudges.push((nudge, first, news));
    }
    pass(&app, &mut ada, Duration::hours(1)).await;
    act(&app, &ada, &nudges[0].1, "reply", nudges[0].2.clone()).await.expect(201);
    act(&app, &ada, &nudges[1].1, "mark-bounced", json!({})).await.expect(200);
    pass(&app, &mut ada, Duration::days(2) + Duration::hours(12)).await;
    work(&app).await;
    let state = async |place: usize| {
        let message = read(&app, &ada, &nudges[place].0).await;
        (message["state"].as_str().unwrap().to_owned(), message["failure"].as_str().unwrap_or_default().to_owned())
    };
    let (answered, why) = state(0).await;
    assert!(answered == "cancelled" && why.contains("answered meanwhile"), "{answered}: {why}");
    let (bounced, why) = state(1).await;
    assert!(bounced == "cancelled" && why.contains("came back"), "{bounced}: {why}");
    assert_eq!(state(2).await.0, "sent");
    assert_eq!(sink.accepted().len(), 4);
}

async fn draft_by_hand(app: &TestApp, member: &Member) -> String {
    let person = contact(app, member, "h@x.example", json!({})).await;
    let body = json!({ "contact_id": person, "channel": "phone_script", "body": "Hello" });
    app.post("/v1/messages", member, body).await.expect(201).id()
}

#[actix_web::test]
async fn a_message_that_was_called_back_is_not_sent_by_an_old_job() {
    let sink = Sink::start();
    let app = service(&sink, &[]).await;
    let mut ada = app.seeker().await;
    let person = contact(&app, &ada, "grace@navy.example", json!({})).await;
    let id = draft(&app, &ada, &person).await;
    for at in ["2026-03-02T10:00:00Z", "2026-03-02T14:00:00Z"] {
        act(&app, &ada, &id, "schedule", json!({ "scheduled_at": at })).await.expect(200);
    }
    pass(&app, &mut ada, Duration::hours(2)).await;
    work(&app).await;
    assert_eq!(read(&app, &ada, &id).await["state"], "scheduled");
    act(&app, &ada, &id, "reopen", json!({})).await.expect(200);
    pass(&app, &mut ada, Duration::hours(4)).await;
    work(&app).await;
    assert_eq!(read(&app, &ada, &id).await["state"], "draft");
    assert!(sink.accepted().is_empty());
}

#[actix_web::test]
async fn addresses_beyond_ascii_need_a_server_that_takes_them() {
    let sink = Sink::start();
    let app = service(&sink, &[]).await;
    let ada = app.seeker().await;
    for (address, state) in [("grace@bücher.example", "sent"), ("größe@navy.example", "failed")] {
        let person = contact(&app, &ada, address, json!({})).await;
        let id = draft(&app, &ada, &person).await;
        send(&app, &ada, &id).await.expect(202);
        work(&app).await;
        assert_eq!(read(&app, &ada, &id).await["state"], state, "{address}");
    }
    let to: Vec<String> = sink.accepted().iter().map(|mail: &Accepted| mail.to.clone()).collect();
    assert_eq!(to, ["grace@xn--bcher-kva.example"]);
}

#[actix_web::test]
async fn a_message_leaves_by_the_seekers_own_program() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let person = contact(&app, &ada, "grace+x@navy.example", json!({})).await;
    let id = draft(&app, &ada, &person).await;
    assert_eq!(send(&app, &ada, &id).await.expect(409).code(), "mail_not_configured");
    let link = app.get(&format!("/v1/messages/{id}/mailto"), &ada).await.expect(200);
    let want = "mailto:grace%2Bx@navy.example?subject=COBOL%3F&body=Dear%20Grace%2C%0D%0Ahow%3F";
    assert_eq!(link.json["mailto"], want);
    let text = app.get(&format!("/v1/messages/{id}/text"), &ada).await.expect(200);
    assert_eq!((text.text.as_str(), text.header("content-type")), ("Dear Grace,\nhow?", "text/plain; charset=utf-8"));
    let file = app.get(&format!("/v1/messages/{id}/eml"), &ada).await.expect(200);
    assert_eq!(file.header("content-type"), "message/rfc822");
    assert!(file.header("content-disposition").starts_with("attachment; filename="));
    let mail = Accepted { from: String::new(), to: String::new(), text: file.text };
    assert_eq!(mail.header("X-Unsent").as_deref(), Some("1"));
    assert_eq!(mail.header("From").unwrap(), format!("\"Test Person\" <{}@example.org>", ada.user));
    assert_eq!(mail.header("To").unwrap(), "\"Grace Hopper\" <grace+x@navy.example>");
    assert_eq!(json!(mail.message_id()), read(&app, &ada, &id).await["rfc_message_id"]);

    let call = draft_by_hand(&app, &ada).await;
    assert_eq!(app.get(&format!("/v1/messages/{call}/text"), &ada).await.expect(200).text, "Hello");
    for way in ["eml", "mailto"] {
        assert_eq!(app.get(&format!("/v1/messages/{call}/{way}"), &ada).await.expect(409).code(), "not_an_email");
    }
    let listed = json!({ "kind": "domain", "value": "navy.example" });
    app.post("/v1/do-not-contact", &ada, listed).await.expect(201);
    for way in ["eml", "mailto", "text"] {
        assert_eq!(app.get(&format!("/v1/messages/{id}/{way}"), &ada).await.expect(409).code(), "do_not_contact");
    }
}

/// The port of a mail server that is not there.
#[actix_web::test]
async fn a_server_that_is_not_there_is_waited_for() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let app = TestApp::with(&["--smtp-url", &format!("smtp://127.0.0.1:{free}")]).await;
    let ada = app.seeker().await;
    let (_, id) = sent(&app, &ada).await;
    let waiting = read(&app, &ada, &id).await;
    assert_eq!((&waiting["state"], &waiting["waits_for"]), (&json!("scheduled"), &json!("retry")));
    let told = delivery(&app, &ada, &id).await;
    assert!(told["last_answer"].as_str().unwrap().to_lowercase().contains("refused"), "{told}");
}

#[actix_web::test]
async fn a_workspace_sends_through_an_account_of_its_own() {
    let (sink, own) = (Sink::start(), Sink::start());
    let app = service(&sink, &["--mail-hosts", "127.0.0.1, mail.internal"]).await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let account = |password: &str| {
        json!({ "host": "127.0.0.1", "port": own.port, "security": "none", "username": "ada", "password": password,
            "address": "ada@engines.example" })
    };
    assert_eq!(app.get("/v1/mail-account", &ada).await.expect(200).json["version"], 0);
    app.put("/v1/mail-account", &ada, account("wrong")).await.expect(201);
    work(&app).await;
    let failed = app.get("/v1/mail-account", &ada).await.expect(200);
    assert_eq!(
        (&failed.json["verified_at"], &failed.json["failure"]),
        (&Value::Null, &json!("535 5.7.8 who are you?"))
    );
    // Until it works nothing goes, from another address least of all.
    let person = contact(&app, &ada, "grace@navy.example", json!({})).await;
    let waiting = draft(&app, &ada, &person).await;
    let refused = send(&app, &ada, &waiting).await.expect(409);
    assert_eq!(refused.code(), "mail_account_unverified");
    assert!(refused.json["detail"].as_str().unwrap().contains("who are you?"), "{}", refused.text);
    assert_eq!((sink.accepted().len(), own.accepted().len()), (0, 0));
    let set = app.put("/v1/mail-account", &ada, account("sesame")).await.expect(200);
    assert!(!set.text.contains("sesame") && set.json["password"].is_null());
    work(&app).await;
    let works = app.get("/v1/mail-account", &ada).await.expect(200);
    assert_eq!((&works.json["verified_at"], &works.json["failure"]), (&json!("2026-03-02T09:00:00Z"), &Value::Null));
    let (_, id) = sent(&app, &ada).await;
    let mail = own.accepted()[1].clone();
    assert_eq!(mail.from, "ada@engines.example");
    assert_eq!(mail.header("From").unwrap(), "\"Test Person\" <ada@engines.example>");
    assert_eq!(mail.header("Reply-To"), None);
    assert_eq!(read(&app, &ada, &id).await["state"], "sent");
    sent(&app, &bob).await;
    assert_eq!((sink.accepted().len(), own.accepted().len()), (1, 2), "an account is its workspace's");
    let kept = app.texts("SELECT encode(password, 'escape') AS text FROM mail_accounts").await;
    assert!(!kept[0].contains("sesame"));
    let post = app.request(Method::POST, "/v1/mail-account/verify").bearer_auth(&ada.token);
    app.send(post).await.expect(202);
    app.delete("/v1/mail-account", &ada).await.expect(204);
    app.delete("/v1/mail-account", &ada).await.expect(404);
    work(&app).await;
    sent(&app, &ada).await;
    assert_eq!((sink.accepted().len(), own.accepted().len()), (2, 2));

    // Nobody looks around in the operator's own network with it.
    let hosts = ["10.0.0.7", "[::1]", "127.1", "0x7f.1", "2130706433", "169.254.169.254", "192.168.1.1"];
    // Nor is a port part of a host.
    for host in hosts.into_iter().chain(["smtp.example.org:25", "a:b", "[x]", "::1::1"]) {
        let inner = json!({ "host": host, "port": 25, "security": "starttls", "username": "a", "password": "b",
            "address": "a@x.example" });
        assert_eq!(app.put("/v1/mail-account", &ada, inner).await.expect(422).faults(), ["/host"], "{host}");
    }
    let inner = json!({ "host": "localhost", "port": 6379, "security": "none", "username": "a", "password": "b",
        "address": "a@x.example" });
    let refused = app.put("/v1/mail-account", &ada, inner).await.expect(422);
    assert_eq!(refused.faults(), ["/security", "/port"]);
    let inner = json!({ "host": "localhost", "port": 25, "security": "starttls", "username": "a", "password": "b",
        "address": "a@x.example" });
    app.put("/v1/mail-account", &ada, inner).await.expect(201);
    work(&app).await;
    let told = app.get("/v1/mail-account", &ada).await.expect(200);
    assert_eq!(told.json["failure"], "localhost is in no public network");
}

/// Both changes of the year, in zones of three continents and in one that has none: a morning begins when the clock where
/// the contact lives says so.
#[actix_web::test]
async fn sending_hours_follow_the_clock_over_the_changes_of_the_year() {
    let sink = Sink::start();
    let app = service(&sink, &[]).await;
    let mut ada = app.seeker().await;
    let hours = async |ada: &Member, from: &str, until: &str| {
        let body = json!({ "hours_from": from, "hours_until": until });
        app.patch("/v1/sending-settings", ada, body).await.expect(200);
    };
    let scheduled = async |ada: &Member, zone: &str, wanted: &str| {
        let person = contact(&app, ada, "grace@navy.example", json!({ "time_zone": zone })).await;
        let id = draft(&app, ada, &person).await;
        let body = json!({ "scheduled_at": wanted, "outside_hours": "move" });
        let at = act(&app, ada, &id, "schedule", body).await.expect(200).json["scheduled_at"].clone();
        (id, at)
    };
    for (zone, wanted, moved) in [
        // The day before the change, the day itself, and the evening of it.
        ("America/New_York", "2026-03-07T12:00:00Z", "2026-03-07T13:00:00Z"),
        ("America/New_York", "2026-03-08T00:30:00Z", "2026-03-08T00:30:00Z"),
        ("America/New_York", "2026-03-08T11:30:00Z", "2026-03-08T12:00:00Z"),
        ("America/New_York", "2026-03-09T00:00:00Z", "2026-03-09T12:00:00Z"),
        ("America/New_York", "2026-10-31T12:00:00Z", "2026-10-31T12:00:00Z"),
        ("America/New_York", "2026-11-01T12:00:00Z", "2026-11-01T13:00:00Z"),
        ("America/New_York", "2026-11-02T00:30:00Z", "2026-11-02T00:30:00Z"),
        ("Europe/London", "2026-03-28T07:30:00Z", "2026-03-28T08:00:00Z"),
        ("Europe/London", "2026-03-29T06:59:59Z", "2026-03-29T07:00:00Z"),
        ("Europe/London", "2026-10-24T07:00:00Z", "2026-10-24T07:00:00Z"),
        ("Europe/London", "2026-10-25T07:00:00Z", "2026-10-25T08:00:00Z"),
        ("Australia/Sydney", "2026-04-03T21:00:00Z", "2026-04-03T21:00:00Z"),
        ("Australia/Sydney", "2026-04-04T21:00:00Z", "2026-04-04T22:00:00Z"),
        ("Australia/Sydney", "2026-10-02T21:30:00Z", "2026-10-02T22:00:00Z"),
        ("Australia/Sydney", "2026-10-03T20:30:00Z", "2026-10-03T21:00:00Z"),
        ("America/Phoenix", "2026-03-08T14:30:00Z", "2026-03-08T15:00:00Z"),
        ("America/Phoenix", "2026-11-01T14:30:00Z", "2026-11-01T15:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-03T20:00:00Z", "2026-10-03T21:00:00Z"),
    ] {
        assert_eq!(scheduled(&ada, zone, wanted).await.1, moved, "{zone} {wanted}");
    }
    // Hours that the clock leaves out begin with the change, and hours that come twice are kept once.
    hours(&ada, "02:30", "03:30").await;
    assert_eq!(scheduled(&ada, "America/New_York", "2026-03-08T06:00:00Z").await.1, "2026-03-08T07:00:00Z");
    assert_eq!(scheduled(&ada, "Australia/Sydney", "2026-10-03T15:00:00Z").await.1, "2026-10-03T16:00:00Z");
    hours(&ada, "01:15", "01:45").await;
    assert_eq!(scheduled(&ada, "America/New_York", "2026-11-01T05:50:00Z").await.1, "2026-11-02T06:15:00Z");
    assert_eq!(scheduled(&ada, "Europe/London", "2026-03-29T00:30:00Z").await.1, "2026-03-30T00:15:00Z");
    // Where the contact lives is not known: then the seeker's clock counts, which the profile names.
    hours(&ada, "08:00", "20:00").await;
    let person = contact(&app, &ada, "grace@navy.example", json!({})).await;
    let id = draft(&app, &ada, &person).await;
    app.patch("/v1/profile", &ada, json!({ "time_zone": "Australia/Sydney" })).await.expect(200);
    let body = json!({ "scheduled_at": "2026-04-04T20:00:00Z", "outside_hours": "move" });
    let moved = act(&app, &ada, &id, "schedule", body).await.expect(200);
    assert_eq!(moved.json["scheduled_at"], "2026-04-04T22:00:00Z");
    // And it goes out then, not an hour before.
    app.sql("UPDATE messages SET state = 'cancelled' WHERE scheduled_at <> '2026-04-04T22:00:00Z'").await;
    let until = |at: &str| at.parse::<chrono::DateTime<chrono::Utc>>().unwrap() - app.app.now();
    pass(&app, &mut ada, until("2026-04-04T21:59:00Z")).await;
    work(&app).await;
    assert_eq!((read(&app, &ada, &id).await["state"].clone(), sink.accepted().len()), (json!("scheduled"), 0));
    pass(&app, &mut ada, Duration::minutes(1)).await;
    work(&app).await;
    assert_eq!(read(&app, &ada, &id).await["state"], "sent");
}

/// The plan of the call begins when the message is out.
#[actix_web::test]
async fn a_plan_begins_when_its_message_is_out() {
    let sink = Sink::start();
    let app = service(&sink, &[]).await;
    let mut ada = app.seeker().await;
    let runs = async |ada: &Member| app.get("/v1/follow-up-runs", ada).await.expect(200).json["data"].clone();
    let gentle = json!({ "follow_up_plan_id": "00000000-0000-7000-8000-000000000002" });
    for verb in ["send", "schedule"] {
        let person = contact(&app, &ada, "grace@navy.example", json!({})).await;
        let id = draft(&app, &ada, &person).await;
        let mut body = gentle.clone();
        if verb == "schedule" {
            body["scheduled_at"] = json!("2026-03-02T15:00:00Z");
        }
        let wrong = {
            let mut wrong = body.clone();
            wrong["follow_up_plan_id"] = json!(person);
            wrong
        };
        assert_eq!(act(&app, &ada, &id, verb, wrong).await.expect(422).faults(), ["/follow_up_plan_id"]);
        let told = act(&app, &ada, &id, verb, body).await;
        assert_eq!(told.json["follow_up_plan_id"], gentle["follow_up_plan_id"], "{}", told.text);
        let before = runs(&ada).await.as_array().unwrap().len();
        pass(&app, &mut ada, Duration::hours(3)).await;
        work(&app).await;
        let now = runs(&ada).await;
        assert_eq!((now.as_array().unwrap().len(), &now[0]["plan_name"]), (before + 1, &json!("gentle")), "{verb}");
        assert_eq!(now[0]["message_id"], json!(id));
    }
}

#[actix_web::test]
async fn what_leaves_by_itself_changes_with_the_scope_to_send_alone() {
    let sink = Sink::start();
    let app = service(&sink, &[]).await;
    let ada = app.seeker().await;
    let person = contact(&app, &ada, "grace@navy.example", json!({ "time_zone": "Europe/London" })).await;
    let id = draft(&app, &ada, &person).await;
    let writer = Scopes::all().without::<inroad::auth::MessagesSend>();
    let bob = app.member(Some(ada.workspace), Role::Editor, writer).await;
    let path = format!("/v1/messages/{id}");
    app.patch(&path, &bob, json!({ "subject": "Another" })).await.expect(200);
    act(&app, &ada, &id, "schedule", json!({ "scheduled_at": "2026-03-02T14:00:00Z" })).await.expect(200);
    let refused = app.patch(&path, &bob, json!({ "address": "eve@evil.example" })).await.expect(403);
    assert!(refused.json["detail"].as_str().unwrap().contains("`messages:send`"), "{}", refused.text);
    app.patch(&path, &ada, json!({ "subject": "A third" })).await.expect(200);
}
