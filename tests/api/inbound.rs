//! Mail that comes in, signed as a platform's mail hook signs it.
use std::fmt::Write;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::Duration;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

struct Hook {
    id: String,
    key: Vec<u8>,
}

impl Hook {
    async fn new(app: &TestApp, member: &Member) -> Self {
        let made = app.post("/v1/inbound-addresses", member, json!({ "name": "the hook" })).await.expect(201);
        let secret = made.json["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap();
        assert!(made.json["url"].as_str().unwrap().ends_with(&format!("/v1/inbound/email?address={}", made.id())));
        assert_eq!(made.header("cache-control"), "no-store");
        Self { id: made.id(), key: BASE64.decode(secret).unwrap() }
    }

    fn request(&self, app: &TestApp, raw: &[u8]) -> RequestBuilder {
        let (id, at) = ("msg_1", app.app.now().timestamp().to_string());
        let signed = [id.as_bytes(), b".", at.as_bytes(), b".", raw].concat();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.key), &signed);
        let request = app.request(Method::POST, &format!("/v1/inbound/email?address={}", self.id));
        request
            .header("content-type", "message/rfc822")
            .header("webhook-id", id)
            .header("webhook-timestamp", at)
            .header("webhook-signature", format!("v1,{}", BASE64.encode(tag)))
            .body(raw.to_vec())
    }

    async fn hand_in(&self, app: &TestApp, raw: &str) -> Reply {
        app.send(self.request(app, raw.replace('\n', "\r\n").as_bytes())).await
    }
}

/// A message that went out, and its `Message-ID`.
async fn sent(app: &TestApp, member: &Member, address: &str) -> (String, String, String) {
    let body = json!({ "given_name": "Grace", "emails": [{ "address": address }] });
    let contact = app.post("/v1/contacts", member, body).await.expect(201).id();
    let body = json!({ "contact_id": contact, "channel": "email", "subject": "COBOL?", "body": "Dear Grace" });
    let made = app.post("/v1/messages", member, body).await.expect(201);
    app.post(&format!("/v1/messages/{}/mark-sent", made.id()), member, json!({})).await.expect(200);
    (contact, made.id(), made.json["rfc_message_id"].as_str().unwrap().to_owned())
}

async fn read(app: &TestApp, member: &Member, message: &str) -> Value {
    app.get(&format!("/v1/messages/{message}"), member).await.expect(200).json
}

#[actix_web::test]
async fn an_answer_is_placed_and_marks_what_it_answers() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    let (contact, message, id) = sent(&app, &ada, "grace@navy.example").await;
    app.pass(Duration::minutes(10));
    let raw = format!(
        "From: Grace <Grace@Navy.example>\nTo: ada@x.example\nSubject: Re: COBOL?\nMessage-ID: <r1@navy.example>\n\
         In-Reply-To: <{id}>\nDate: Mon, 2 Mar 2026 09:08:00 +0000\n\nHappy to chat, Ada.\n-- \nGrace\n\n\
         On Mon, Ada wrote:\n> Dear Grace\n"
    );
    let placed = hook.hand_in(&app, &raw).await.expect(200);
    assert_eq!((&placed.json["outcome"], &placed.json["duplicate"]), (&json!("replied"), &json!(false)));
    let answer = read(&app, &ada, placed.json["message_id"].as_str().unwrap()).await;
    assert_eq!(answer["body"], "Happy to chat, Ada.");
    assert_eq!((&answer["in_reply_to_id"], &answer["contact_id"]), (&json!(message), &json!(contact)));
    assert_eq!((&answer["reply_kind"], &answer["source"]), (&json!("yes"), &json!("inbound")));
    assert_eq!(
        (&answer["address"], &answer["received_at"]),
        (&json!("Grace@Navy.example"), &json!("2026-03-02T09:08:00Z"))
    );
    assert_eq!(read(&app, &ada, &message).await["state"], "replied");
    assert_eq!(app.get(&format!("/v1/contacts/{contact}"), &ada).await.json["stage"], "replied");

    let again = hook.hand_in(&app, &raw).await.expect(200);
    assert_eq!(again.json["message_id"], placed.json["message_id"]);
    assert_eq!((&again.json["outcome"], &again.json["duplicate"]), (&json!("replied"), &json!(true)));

    // By the references alone; from another address; and by the address alone.
    let assistant = format!("From: office@navy.example\nReferences: <{id}> <r1@navy.example>\n\nTuesday it is.\n");
    let placed = hook.hand_in(&app, &assistant).await.expect(200);
    assert_eq!(placed.json["outcome"], "replied");
    let (_, other, _) = sent(&app, &ada, "mary@navy.example").await;
    let placed =
        hook.hand_in(&app, "From: MARY@navy.example\nSubject: Hello\n\nThanks for your note.\n").await.expect(200);
    let answer = read(&app, &ada, placed.json["message_id"].as_str().unwrap()).await;
    assert_eq!((&answer["in_reply_to_id"], &answer["reply_kind"]), (&json!(other), &Value::Null));
    let messages = app.count("messages").await;
    let stranger = hook.hand_in(&app, "From: stranger@else.example\n\nBuy!\n").await.expect(200);
    assert_eq!((&stranger.json["outcome"], &stranger.json["message_id"]), (&json!("unmatched"), &Value::Null));
    assert_eq!(app.count("messages").await, messages, "nothing of it is kept");
}

#[actix_web::test]
async fn machines_and_mail_servers_are_no_answer() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    let (contact, message, id) = sent(&app, &ada, "grace@navy.example").await;
    let away = format!("From: grace@navy.example\nIn-Reply-To: <{id}>\nAuto-Submitted: auto-replied\n\nI am away.\n");
    let placed = hook.hand_in(&app, &away).await.expect(200);
    assert_eq!(placed.json["outcome"], "out_of_office");
    let answer = read(&app, &ada, placed.json["message_id"].as_str().unwrap()).await;
    assert_eq!((&answer["reply_kind"], &answer["in_reply_to_id"]), (&json!("out_of_office"), &json!(message)));
    assert_eq!(read(&app, &ada, &message).await["state"], "sent");
    assert_eq!(app.get(&format!("/v1/contacts/{contact}"), &ada).await.json["stage"], "contacted");

    let report = |action: &str, id: &str| {
        format!(
            "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail\nMessage-ID: <{action}-{id}>\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nSorry.\n\
             --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n\
             Final-Recipient: rfc822; grace@navy.example\nAction: {action}\nStatus: 5.1.1\n\
             Diagnostic-Code: smtp; 550 5.1.1 no such user\n\n--b\nContent-Type: message/rfc822\n\n\
             Message-ID: <{id}>\nSubject: COBOL?\n\nDear Grace\n\n--b--\n"
        )
    };
    assert_eq!(hook.hand_in(&app, &report("delayed", &id)).await.expect(200).json["outcome"], "delayed");
    assert_eq!(read(&app, &ada, &message).await["state"], "sent");
    let bounced = hook.hand_in(&app, &report("failed", &id)).await.expect(200);
    assert_eq!((&bounced.json["outcome"], &bounced.json["message_id"]), (&json!("bounced"), &json!(message)));
    let told = read(&app, &ada, &message).await;
    assert_eq!((&told["state"], &told["failure"]), (&json!("bounced"), &json!("550 5.1.1 no such user")));

    let (_, _, id) = sent(&app, &ada, "mary@navy.example").await;
    let stop = format!("From: mary@navy.example\nSubject: unsubscribe\nIn-Reply-To: <{id}>\n\n\n");
    assert_eq!(hook.hand_in(&app, &stop).await.expect(200).json["outcome"], "unsubscribed");
    let listed = app.get("/v1/do-not-contact", &ada).await.expect(200);
    assert_eq!(listed.json["data"][0]["value"], "mary@navy.example");
}

#[actix_web::test]
async fn only_what_is_signed_comes_in() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let (hook, other) = (Hook::new(&app, &ada).await, Hook::new(&app, &bob).await);
    let raw = b"From: a@x.example\r\n\r\nhi";
    let status = async |request: RequestBuilder| app.send(request).await;
    let stolen = Hook { id: hook.id.clone(), key: other.key.clone() };
    let refused = status(stolen.request(&app, raw)).await.expect(401);
    assert_eq!(refused.code(), "invalid_signature");
    let nobody = Hook { id: uuid::Uuid::now_v7().to_string(), key: hook.key.clone() };
    let unknown = status(nobody.request(&app, raw)).await.expect(401);
    assert_eq!(unknown.json["detail"], refused.json["detail"]);
    let old = hook.request(&app, raw);
    app.pass(Duration::minutes(6));
    assert_eq!(status(old).await.expect(401).faults(), ["webhook-timestamp"]);
    let bare = app.request(Method::POST, &format!("/v1/inbound/email?address={}", hook.id));
    assert_eq!(status(bare.body("x")).await.expect(401).faults(), ["webhook-id"]);
    let json = hook.request(&app, raw).header("content-type", "application/json");
    let _ = status(json).await;
    assert_eq!(status(hook.request(&app, b"")).await.expect(422).code(), "unreadable_mail");
    let huge = vec![b'a'; 11 << 20];
    if let Some(reply) = app.send_freely(hook.request(&app, &huge)).await {
        assert_eq!(reply.status, 413);
    }
    status(hook.request(&app, raw)).await.expect(200);
    let used = app.get(&format!("/v1/inbound-addresses/{}", hook.id), &ada).await.expect(200);
    assert!(used.json["last_used_at"].is_string() && used.json["secret"].is_null());
    app.get(&format!("/v1/inbound-addresses/{}", hook.id), &bob).await.expect(404);
    assert_eq!(app.get("/v1/inbound-addresses", &ada).await.json["data"].as_array().unwrap().len(), 1);
    app.delete(&format!("/v1/inbound-addresses/{}", hook.id), &ada).await.expect(204);
    status(hook.request(&app, raw)).await.expect(401);
}

#[actix_web::test]
async fn hostile_mails_do_no_harm() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    sent(&app, &ada, "grace@navy.example").await;
    let mut parts = "From: grace@navy.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned();
    for n in 0..10_000 {
        let _ = write!(parts, "--b\r\n\r\npart {n}\r\n");
    }
    let mails: Vec<Vec<u8>> = vec![
        parts.into_bytes(),
        "Content-Type: message/rfc822\r\n\r\n".repeat(200_000).into_bytes(),
        b"From: grace@navy.example\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+AGE-\xff\xfe\0\x1b".to_vec(),
        b"From: grace@navy.example\r\nSubject: =?utf-8?b?AAAA?= \0\r\nMessage-ID: <\0>\r\n\r\n\0".to_vec(),
        b"From: grace@navy.example\rBcc: all@x.example\n\r\r\n\n\r.\r\nx".to_vec(),
        b"no headers at all".to_vec(),
        vec![b'\n'; 5 << 20],
        [&b"From: grace@navy.example\r\n\r\n"[..], &vec![b'>'; 5 << 20]].concat(),
    ];
    for (n, raw) in mails.iter().enumerate() {
        let reply = app.send(hook.request(&app, raw)).await;
        assert!(reply.status < 500, "{n}: {}", reply.text);
    }
    app.get("/v1/messages?limit=200", &ada).await.expect(200);
}

#[actix_web::test]
async fn an_answer_tells_that_a_message_arrived_after_all() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    let body = json!({ "given_name": "Grace", "emails": [{ "address": "grace@navy.example" }] });
    let contact = app.post("/v1/contacts", &ada, body).await.expect(201).id();
    let body = json!({ "contact_id": contact, "channel": "email", "subject": "COBOL?", "body": "Dear Grace" });
    let made = app.post("/v1/messages", &ada, body).await.expect(201);
    let url = format!("/v1/messages/{}", made.id());
    app.post(&format!("{url}/schedule"), &ada, json!({ "scheduled_at": "2026-03-02T10:00:00Z" })).await.expect(200);
    app.post(&format!("{url}/mark-failed"), &ada, json!({ "failure": "it may have arrived" })).await.expect(200);
    let id = made.json["rfc_message_id"].as_str().unwrap();
    let raw = format!("From: grace@navy.example\nIn-Reply-To: <{id}>\n\nGot it.\n");
    assert_eq!(hook.hand_in(&app, &raw).await.expect(200).json["outcome"], "replied");
    let told = app.get(&url, &ada).await.expect(200).json;
    assert_eq!((&told["state"], &told["failure"]), (&json!("replied"), &Value::Null));
}
