use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::Duration;
use inroad::auth::Role;
use inroad::auth::Scopes;
use reqwest::Method;
use serde_json::{Value, json};

use crate::sink::{Accepted, Sink};
use crate::support::{Member, Reply, TestApp};

async fn service(sink: &Sink) -> TestApp {
    TestApp::with(&["--smtp-url", &sink.url(), "--mail-from", "Inroad <inroad@service.example>"]).await
}

/// Runs all jobs that are due.
async fn work(app: &TestApp) {
    while inroad::jobs::run_one(&app.app, &inroad::server::jobs()).await.unwrap() {}
}

async fn contact(app: &TestApp, member: &Member, address: &str) -> String {
    let body = json!({ "given_name": "Grace", "time_zone": "America/New_York", "emails": [{ "address": address }] });
    app.post("/v1/contacts", member, body).await.expect(201).id()
}

async fn proposal(app: &TestApp, member: &Member, contacts: &[&str]) -> String {
    let body = json!({ "contact_ids": contacts, "medium": "coffee", "title": "Private", "notes": "Also private",
        "place": { "name": "Café", "address": "Ring 4" }, "starts_at": "2026-03-10T13:30:00Z" });
    app.post("/v1/meetings", member, body).await.expect(201).id()
}

async fn invite(app: &TestApp, member: &Member, meeting: &str, body: Value) -> Reply {
    app.post(&format!("/v1/meetings/{meeting}/invites"), member, body).await
}

/// The calendar's part of a mail, unfolded.
fn calendar(mail: &Accepted) -> String {
    let (_, part) = mail.text.split_once("text/calendar").unwrap();
    let (head, body) = part.split_once("\r\n\r\n").unwrap();
    let body = body.split("\r\n--").next().unwrap();
    let text = if head.contains("base64") {
        String::from_utf8(BASE64.decode(body.replace("\r\n", "")).unwrap()).unwrap()
    } else if head.contains("quoted-printable") {
        body.replace("=\r\n", "").replace("=3D", "=").replace("=C3=A9", "é")
    } else {
        body.to_owned()
    };
    text.replace("\r\n ", "")
}

fn line<'a>(calendar: &'a str, name: &str) -> &'a str {
    let found = calendar.split("\r\n").find(|line| line.starts_with(name));
    found.unwrap_or_else(|| panic!("{name}: {calendar}"))
}

struct Hook {
    id: String,
    key: Vec<u8>,
}

impl Hook {
    async fn new(app: &TestApp, member: &Member) -> Self {
        let made = app.post("/v1/inbound-addresses", member, json!({ "name": "the hook" })).await.expect(201);
        let secret = made.json["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap();
        Self { id: made.id(), key: BASE64.decode(secret).unwrap() }
    }

    /// A calendar's answer, as the mail program of `from` sends it.
    async fn answer(&self, app: &TestApp, from: &str, attendee: &str, status: &str, uid: &str, sequence: i64) -> Reply {
        let lines = format!(
            "UID:{uid}\nSEQUENCE:{sequence}\nDTSTAMP:20260302T090000Z\nORGANIZER:mailto:ada@x.example\n\
             ATTENDEE;PARTSTAT={status}:mailto:{attendee}\nCOMMENT:A site visit"
        );
        self.calendar(app, from, "text/calendar; charset=utf-8; method=REPLY", "REPLY", &lines).await
    }

    /// What a calendar sends, by the lines of its event.
    async fn calendar(&self, app: &TestApp, from: &str, kind: &str, method: &str, lines: &str) -> Reply {
        let raw = format!(
            "From: {from}\nTo: ada@x.example\nSubject: Re\nMessage-ID: <{}@navy.example>\nMIME-Version: 1.0\n\
             Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nI have answered.\n--b\n\
             Content-Type: {kind}\n\nBEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:{method}\n\
             BEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n--b--\n",
            uuid::Uuid::now_v7()
        );
        let raw = raw.replace('\n', "\r\n");
        let (id, at) = ("msg_1", app.app.now().timestamp().to_string());
        let signed = [id.as_bytes(), b".", at.as_bytes(), b".", raw.as_bytes()].concat();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.key), &signed);
        let request = app.request(Method::POST, &format!("/v1/inbound/email?address={}", self.id));
        let request = request.header("content-type", "message/rfc822").header("webhook-id", id);
        let request = request.header("webhook-timestamp", at);
        app.send(request.header("webhook-signature", format!("v1,{}", BASE64.encode(tag.as_ref()))).body(raw)).await
    }
}

#[actix_web::test]
async fn who_is_invited_is_told_of_each_change() {
    let sink = Sink::start();
    let app = service(&sink).await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "grace@navy.example").await;
    let meeting = proposal(&app, &ada, &[&grace]).await;
    let body = json!({ "title": "About compilers", "note": "Looking forward to it." });
    let told = invite(&app, &ada, &meeting, body).await.expect(200);
    let one = &told.json["invites"][0];
    assert_eq!(
        (&one["address"], &one["answer"], &one["method"]),
        (&json!("grace@navy.example"), &json!("needs_action"), &json!("request"))
    );
    work(&app).await;
    let mails = sink.accepted();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.to, "grace@navy.example");
    assert_eq!(mail.header("From").unwrap(), "\"Test Person via Inroad\" <inroad@service.example>");
    assert!(mail.header("Reply-To").unwrap().contains(&format!("{}@example.org", ada.user)));
    assert!(mail.header("Content-Type").unwrap().starts_with("multipart/alternative"));
    assert!(mail.text.contains("method=REQUEST") && mail.text.contains("Looking forward to it."), "{}", mail.text);
    assert!(!mail.text.contains("rivate"), "{}", mail.text);
    let first = calendar(mail);
    for (name, want) in [
        ("METHOD", "METHOD:REQUEST"),
        ("STATUS", "STATUS:TENTATIVE"),
        ("SEQUENCE", "SEQUENCE:0"),
        ("SUMMARY", "SUMMARY:About compilers"),
        ("DTSTART;", "DTSTART;TZID=America/New_York:20260310T093000"),
        ("DTSTAMP", "DTSTAMP:20260302T090000Z"),
    ] {
        assert_eq!(line(&first, name), want, "{first}");
    }
    assert!(
        line(&first, "ATTENDEE").contains("PARTSTAT=NEEDS-ACTION") && line(&first, "ATTENDEE").contains("RSVP=TRUE")
    );
    assert!(line(&first, "ORGANIZER").ends_with(&format!("mailto:{}@example.org", ada.user)));
    let uid = line(&first, "UID").to_owned();

    let moved = json!({ "starts_at": "2026-03-11T13:30:00Z", "confirmed": true });
    app.post(&format!("/v1/meetings/{meeting}/reschedule"), &ada, moved).await.expect(200);
    work(&app).await;
    let second = calendar(&sink.accepted()[1]);
    assert_eq!((line(&second, "SEQUENCE"), line(&second, "STATUS")), ("SEQUENCE:1", "STATUS:CONFIRMED"));
    assert_eq!(
        (line(&second, "UID"), line(&second, "DTSTART;")),
        (uid.as_str(), "DTSTART;TZID=America/New_York:20260311T093000")
    );
    assert!(sink.accepted()[1].header("Subject").unwrap().starts_with("Changed: About compilers"));

    // What does not concern them they are not told.
    app.patch(&format!("/v1/meetings/{meeting}"), &ada, json!({ "notes": "More" })).await.expect(200);
    work(&app).await;
    assert_eq!(sink.accepted().len(), 2);

    app.post(&format!("/v1/meetings/{meeting}/cancel"), &ada, json!({})).await.expect(200);
    work(&app).await;
    let third = calendar(&sink.accepted()[2]);
    assert_eq!((line(&third, "METHOD"), line(&third, "STATUS")), ("METHOD:CANCEL", "STATUS:CANCELLED"));
    assert_eq!((line(&third, "SEQUENCE"), line(&third, "UID")), ("SEQUENCE:2", uid.as_str()));
    let held = app.get(&format!("/v1/contacts/{grace}/export"), &ada).await.expect(200);
    assert_eq!(held.json["held"]["meeting_invites"][0]["method"], "cancel", "{}", held.text);
    let log = app.get("/v1/changes?kind=meeting_invite.*", &ada).await.expect(200);
    assert_eq!(log.json["data"].as_array().unwrap().len(), 3);
}

#[actix_web::test]
async fn an_answer_confirms_or_declines() {
    let sink = Sink::start();
    let app = service(&sink).await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    let grace = contact(&app, &ada, "grace@navy.example").await;
    let meeting = proposal(&app, &ada, &[&grace]).await;
    invite(&app, &ada, &meeting, json!({})).await.expect(200);
    let uid = format!("{meeting}@127.0.0.1");
    let state = async || app.get(&format!("/v1/meetings/{meeting}"), &ada).await.expect(200).json;

    // Somebody else cannot answer for her, and nobody to what is not there.
    for (from, attendee, uid) in [
        ("eve@evil.example", "grace@navy.example", uid.as_str()),
        ("eve@evil.example", "eve@evil.example", uid.as_str()),
        ("grace@navy.example", "grace@navy.example", "1@127.0.0.1"),
    ] {
        let ignored = hook.answer(&app, from, attendee, "ACCEPTED", uid, 0).await.expect(200);
        assert_ne!(ignored.json["outcome"], "meeting_answered", "{from}");
    }
    assert_eq!(state().await["state"], "proposed");

    let yes =
        hook.answer(&app, "Grace <Grace@Navy.example>", "grace@navy.example", "ACCEPTED", &uid, 0).await.expect(200);
    assert_eq!((&yes.json["outcome"], &yes.json["meeting_id"]), (&json!("meeting_answered"), &json!(meeting)));
    assert_eq!(state().await["state"], "confirmed");
    let told = app.get(&format!("/v1/meetings/{meeting}/invites"), &ada).await.expect(200);
    assert_eq!(
        (&told.json["invites"][0]["answer"], &told.json["invites"][0]["comment"]),
        (&json!("accepted"), &json!("A site visit"))
    );
    // Another time is a mail with a number of its own; an answer to the time before says nothing of it.
    let moved = json!({ "starts_at": "2026-03-11T13:30:00Z", "confirmed": true });
    app.post(&format!("/v1/meetings/{meeting}/reschedule"), &ada, moved).await.expect(200);
    let late = hook.answer(&app, "grace@navy.example", "grace@navy.example", "DECLINED", &uid, 1).await.expect(200);
    assert_eq!(late.json["outcome"], "meeting_answered");
    assert_eq!(state().await["state"], "confirmed");
    let again = hook.answer(&app, "grace@navy.example", "grace@navy.example", "ACCEPTED", &uid, 2).await.expect(200);
    assert_eq!(again.json["outcome"], "meeting_answered");
    assert_eq!(state().await["reconfirmed_at"], "2026-03-02T09:00:00Z");
    // The place changes, not the time: whoever has not seen that yet answers all the same.
    app.patch(&format!("/v1/meetings/{meeting}"), &ada, json!({ "place": { "name": "Bar" } })).await.expect(200);
    hook.answer(&app, "grace@navy.example", "grace@navy.example", "DECLINED", &uid, 2).await.expect(200);
    let off = state().await;
    let last = off["history"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&off["state"], &last["by"], &last["reason"]),
        (&json!("cancelled"), &json!("contact"), &json!("A site visit"))
    );
    // What nobody was asked nobody answers.
    for sequence in [99, 4] {
        hook.answer(&app, "grace@navy.example", "grace@navy.example", "ACCEPTED", &uid, sequence).await.expect(200);
    }
    let told = app.get(&format!("/v1/meetings/{meeting}/invites"), &ada).await.expect(200);
    assert_eq!(told.json["invites"][0]["answer"], "declined", "{}", told.text);
    work(&app).await;
    // Who has declined need not be told.
    assert!(sink.accepted().iter().all(|mail| !mail.text.contains("method=CANCEL")));
}

#[actix_web::test]
async fn one_who_declines_among_several_leaves_the_others() {
    let sink = Sink::start();
    let app = service(&sink).await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    let (grace, alan) =
        (contact(&app, &ada, "grace@navy.example").await, contact(&app, &ada, "alan@bletchley.example").await);
    let meeting = proposal(&app, &ada, &[&grace, &alan]).await;
    invite(&app, &ada, &meeting, json!({})).await.expect(200);
    let uid = format!("{meeting}@127.0.0.1");
    hook.answer(&app, "grace@navy.example", "grace@navy.example", "DECLINED", &uid, 0).await.expect(200);
    assert_eq!(app.get(&format!("/v1/meetings/{meeting}"), &ada).await.json["state"], "proposed");
    // Whoever is not of it any more has it struck out.
    app.patch(&format!("/v1/meetings/{meeting}"), &ada, json!({ "contact_ids": [grace] })).await.expect(200);
    work(&app).await;
    let mails = sink.accepted();
    let last = mails.iter().rfind(|mail| mail.to == "alan@bletchley.example").unwrap();
    assert!(last.text.contains("method=CANCEL"), "{}", last.text);
    hook.answer(&app, "grace@navy.example", "grace@navy.example", "TENTATIVE", &uid, 1).await.expect(200);
    let told = app.get(&format!("/v1/meetings/{meeting}/invites"), &ada).await.expect(200);
    let answers: Vec<_> = told.json["invites"].as_array().unwrap().iter().map(|one| one["answer"].clone()).collect();
    assert_eq!(answers, ["tentative", "needs_action"]);
}

#[actix_web::test]
async fn people_answer_from_another_of_their_addresses_and_in_any_order() {
    let sink = Sink::start();
    let app = service(&sink).await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    let emails =
        json!([{ "address": "grace@navy.example", "is_primary": true }, { "address": "g.hopper@home.example" }]);
    let grace = json!({ "given_name": "Grace", "emails": emails });
    let grace = app.post("/v1/contacts", &ada, grace).await.expect(201).id();
    let alan = contact(&app, &ada, "alan@bletchley.example").await;
    let meeting = proposal(&app, &ada, &[&grace, &alan]).await;
    invite(&app, &ada, &meeting, json!({})).await.expect(200);
    let uid = format!("{meeting}@127.0.0.1");
    let answers = async || {
        let told = app.get(&format!("/v1/meetings/{meeting}/invites"), &ada).await.expect(200);
        told.json["invites"].as_array().unwrap().iter().map(|one| one["answer"].clone()).collect::<Vec<_>>()
    };
    // The address that was invited, from another mailbox; and both by the other one.
    for (attendee, status) in [("grace@navy.example", "TENTATIVE"), ("g.hopper@home.example", "ACCEPTED")] {
        let told = hook.answer(&app, "g.hopper@home.example", attendee, status, &uid, 0).await.expect(200);
        assert_eq!(told.json["outcome"], "meeting_answered", "{}", told.text);
        assert_eq!(answers().await[0], status.to_lowercase());
    }
    // One of the two cannot answer for the other. That the first has confirmed it takes nothing from the second's answer.
    let other =
        hook.answer(&app, "grace@navy.example", "alan@bletchley.example", "DECLINED", &uid, 0).await.expect(200);
    assert_ne!(other.json["outcome"], "meeting_answered", "{}", other.text);
    let second = hook.answer(&app, "alan@bletchley.example", "alan@bletchley.example", "ACCEPTED", &uid, 0).await;
    assert_eq!(second.expect(200).json["outcome"], "meeting_answered");
    assert_eq!(answers().await, ["accepted", "accepted"]);
    // A mail that another has overtaken, in an attachment and with all attendees in it.
    let lines = |stamp: &str, status: &str| {
        format!(
            "UID:{uid}\nSEQUENCE:1\nDTSTAMP:{stamp}\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:grace@navy.example\n\
             ATTENDEE;PARTSTAT={status}:MAILTO:Alan@bletchley.example"
        )
    };
    for (stamp, status) in [("20260302T090200Z", "TENTATIVE"), ("20260302T090100Z", "DECLINED")] {
        let told =
            hook.calendar(&app, "alan@bletchley.example", "application/ics", "REPLY", &lines(stamp, status)).await;
        assert_eq!(told.expect(200).json["outcome"], "meeting_answered");
        assert_eq!(answers().await, ["accepted", "tentative"]);
    }
}

#[actix_web::test]
async fn another_time_may_be_proposed_and_is_agreed_to_by_the_seeker() {
    let sink = Sink::start();
    let app = service(&sink).await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    let grace = contact(&app, &ada, "grace@navy.example").await;
    let meeting = proposal(&app, &ada, &[&grace]).await;
    invite(&app, &ada, &meeting, json!({})).await.expect(200);
    let lines = format!(
        "UID:{meeting}@127.0.0.1\nSEQUENCE:0\nDTSTAMP:20260302T090000Z\nDTSTART;TZID=Eastern Standard Time:20260312T100000\n\
         DTEND;TZID=Eastern Standard Time:20260312T101500\nATTENDEE;PARTSTAT=ACCEPTED:mailto:grace@navy.example\n\
         COMMENT:Rather on Thursday"
    );
    let kind = "text/calendar; method=COUNTER; charset=utf-8";
    let told = hook.calendar(&app, "grace@navy.example", kind, "COUNTER", &lines).await.expect(200);
    assert_eq!((&told.json["outcome"], &told.json["meeting_id"]), (&json!("meeting_answered"), &json!(meeting)));
    let invited = async || app.get(&format!("/v1/meetings/{meeting}/invites"), &ada).await.json["invites"][0].clone();
    let one = invited().await;
    assert_eq!((&one["answer"], &one["comment"]), (&json!("tentative"), &json!("Rather on Thursday")));
    assert_eq!(one["proposed_starts_at"], "2026-03-12T14:00:00Z");
    let shown = app.get(&format!("/v1/meetings/{meeting}"), &ada).await.expect(200).json;
    assert_eq!((&shown["state"], &shown["starts_at"]), (&json!("proposed"), &json!("2026-03-10T13:30:00Z")));
    let moved = json!({ "starts_at": one["proposed_starts_at"] });
    app.post(&format!("/v1/meetings/{meeting}/reschedule"), &ada, moved).await.expect(200);
    let one = invited().await;
    assert_eq!((&one["answer"], &one["proposed_starts_at"]), (&json!("needs_action"), &Value::Null));
}

#[actix_web::test]
async fn what_cannot_be_sent_is_refused() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "grace@navy.example").await;
    let meeting = proposal(&app, &ada, &[&grace]).await;
    assert_eq!(invite(&app, &ada, &meeting, json!({})).await.expect(409).code(), "mail_not_configured");
    assert_eq!(app.get(&format!("/v1/meetings/{meeting}/invites"), &ada).await.json["invites"], json!([]));
    let unsent = Scopes::parse("meetings:read meetings:write");
    let limited = app.member(Some(ada.workspace), Role::Editor, unsent).await;
    invite(&app, &limited, &meeting, json!({})).await.expect(403);

    let sink = Sink::start();
    let app = service(&sink).await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "grace@navy.example").await;
    let meeting = proposal(&app, &ada, &[&grace]).await;
    app.post("/v1/do-not-contact", &ada, json!({ "kind": "address", "value": "grace@navy.example" })).await.expect(201);
    assert_eq!(invite(&app, &ada, &meeting, json!({})).await.expect(409).code(), "do_not_contact");
    let silent = app.post("/v1/contacts", &ada, json!({ "given_name": "Tom" })).await.expect(201).id();
    let meeting = proposal(&app, &ada, &[&silent]).await;
    invite(&app, &ada, &meeting, json!({})).await.expect(422);
    app.sql(&format!("UPDATE users SET email_verified_at = NULL WHERE id = '{}'", ada.user)).await;
    assert_eq!(invite(&app, &ada, &meeting, json!({})).await.expect(403).code(), "email_not_verified");
    app.post(&format!("/v1/meetings/{meeting}/cancel"), &ada, json!({})).await.expect(200);
    assert_eq!(invite(&app, &ada, &meeting, json!({})).await.expect(409).code(), "impossible_transition");
    app.pass(Duration::minutes(1));
    work(&app).await;
    assert!(sink.accepted().is_empty());
}

#[actix_web::test]
async fn who_offers_times_is_told_by_mail_what_is_done_with_the_link() {
    let sink = Sink::start();
    let app = service(&sink).await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "grace@navy.example").await;
    let offer = async |more: Value| {
        let body = json!({ "contact_ids": [grace], "medium": "phone", "title": "Private" });
        let meeting = app.post("/v1/meetings", &ada, body).await.expect(201).id();
        let mut body =
            json!({ "slots": [{ "starts_at": "2026-03-04T14:30:00Z" }, { "starts_at": "2026-03-05T15:00:00Z" }] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = app.post(&format!("/v1/meetings/{meeting}/offers"), &ada, body).await.expect(201);
        format!("/v1/bookings/{}", made.json["token"].as_str().unwrap())
    };
    let news = async || {
        work(&app).await;
        let mails = sink.accepted().into_iter();
        mails.map(|mail| (mail.to.clone(), mail.header("Subject").unwrap(), mail.text)).collect::<Vec<_>>()
    };
    let own = format!("{}@example.org", ada.user);
    let link = offer(json!({ "send_invite": true, "title": "About compilers" })).await;
    // Twice, and told once; the words come along.
    for _ in 0..2 {
        app.post_publicly(&format!("{link}/none-suit"), json!({ "note": "Only in May" })).await.expect(200);
    }
    let mails = news().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!((&mails[0].0, mails[0].1.as_str()), (&own, "Another time is needed: Grace"));
    assert!(mails[0].2.contains("Only in May"), "{}", mails[0].2);
    app.post_publicly(&format!("{link}/book"), json!({ "starts_at": "2026-03-04T14:30:00Z" })).await.expect(200);
    let mails = news().await;
    let told: Vec<_> = mails[1..].iter().map(|(to, subject, _)| (to.as_str(), subject.as_str())).collect();
    assert!(told.contains(&(own.as_str(), "Booked: Grace")), "{told:?}");
    let invited = mails.iter().find(|(to, ..)| to == "grace@navy.example").unwrap();
    for part in ["method=REQUEST", "STATUS:CONFIRMED", "SUMMARY:About compilers"] {
        assert!(invited.2.contains(part), "{part}: {}", invited.2);
    }
    let booked = &mails.iter().find(|(_, subject, _)| subject == "Booked: Grace").unwrap().2;
    assert!(booked.contains("Wednesday, 4 March 2026, 14:30 (UTC, UTC), 15 minutes"), "{booked}");
    app.post_publicly(&format!("{link}/reschedule"), json!({ "starts_at": "2026-03-05T15:00:00Z" })).await.expect(200);
    app.post_publicly(&format!("{link}/cancel"), json!({ "note": "Ill" })).await.expect(200);
    let subjects: Vec<String> =
        news().await.into_iter().filter(|(to, ..)| *to == own).map(|(_, subject, _)| subject).collect();
    assert_eq!(subjects[2..], ["Moved: Grace", "Called off: Grace"]);
    // Nobody is told who does not want to be.
    let before = sink.accepted().len();
    let quiet = offer(json!({ "notify": false })).await;
    app.post_publicly(&format!("{quiet}/decline"), json!({})).await.expect(200);
    assert_eq!(news().await.len(), before);
    // Who may not send may not have it sent.
    let writer = app.member(Some(ada.workspace), Role::Owner, Scopes::parse("meetings:read meetings:write")).await;
    let meeting = proposal(&app, &ada, &[&grace]).await;
    let body = json!({ "slots": [{ "starts_at": "2026-03-04T14:30:00Z" }, { "starts_at": "2026-03-05T15:00:00Z" }], "send_invite": true });
    app.post(&format!("/v1/meetings/{meeting}/offers"), &writer, body).await.expect(403);
}

#[actix_web::test]
async fn what_a_visitor_sends_again_with_its_key_is_done_once() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "grace@navy.example").await;
    let body = json!({ "contact_ids": [grace], "medium": "phone" });
    let meeting = app.post("/v1/meetings", &ada, body).await.expect(201).id();
    let body = json!({ "slots": [{ "starts_at": "2026-03-04T14:30:00Z" }, { "starts_at": "2026-03-05T15:00:00Z" }] });
    let made = app.post(&format!("/v1/meetings/{meeting}/offers"), &ada, body).await.expect(201);
    let path = format!("/v1/bookings/{}/book", made.json["token"].as_str().unwrap());
    let book = async |key: &str, at: &str| {
        let request = app.request(Method::POST, &path).header("idempotency-key", key.to_owned());
        app.send(request.json(&json!({ "starts_at": at }))).await
    };
    let first = book("a", "2026-03-04T14:30:00Z").await.expect(200);
    let again = book("a", "2026-03-04T14:30:00Z").await.expect(200);
    assert_eq!((again.header("idempotency-replayed"), &again.json), ("true", &first.json));
    assert_eq!(book("a", "2026-03-05T15:00:00Z").await.expect(422).code(), "idempotency_key_reused");
    for _ in 0..2 {
        assert_eq!(book("b", "2026-03-04T14:30:00Z").await.expect(409).code(), "already_booked");
    }
    let unknown = path.replace("inr_bk_", "inr_bk_x");
    let request = app.request(Method::POST, &unknown).header("idempotency-key", "c");
    app.send(request.json(&json!({ "starts_at": "2026-03-04T14:30:00Z" }))).await.expect(404);
    assert_eq!(app.count("idempotency_keys").await, 2);
}
