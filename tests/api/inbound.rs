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

    // Of a draft nothing went out from here: its file may have gone another way, and nobody can tell.
    let body = json!({ "contact_id": contact, "channel": "email", "subject": "COBOL?", "body": "Dear Grace" });
    let draft = app.post("/v1/messages", &ada, body).await.expect(201);
    let draft_id = draft.json["rfc_message_id"].as_str().unwrap();
    let told = hook.hand_in(&app, &report("failed", draft_id)).await.expect(200);
    assert_eq!((&told.json["outcome"], &told.json["message_id"]), (&json!("unmatched"), &Value::Null));
    assert_eq!(read(&app, &ada, &draft.id()).await["version"], draft.json["version"]);

    let (_, _, id) = sent(&app, &ada, "mary@navy.example").await;
    let stop = format!("From: mary@navy.example\nSubject: unsubscribe\nIn-Reply-To: <{id}>\n\n\n");
    assert_eq!(hook.hand_in(&app, &stop).await.expect(200).json["outcome"], "unsubscribed");
    let listed = app.get("/v1/do-not-contact", &ada).await.expect(200);
    assert_eq!(listed.json["data"][0]["value"], "mary@navy.example");

    // What arrived has not come back, and who opened it has not answered.
    let (_, message, id) = sent(&app, &ada, "joan@navy.example").await;
    for action in ["delivered", "relayed", "expanded"] {
        let told = hook.hand_in(&app, &report(action, &id).replace("5.1.1", "2.0.0")).await.expect(200);
        assert_eq!((&told.json["outcome"], &told.json["message_id"]), (&json!("delivered"), &json!(message)));
    }
    let opened = format!(
        "From: joan@navy.example\nSubject: Read: COBOL?\nIn-Reply-To: <{id}>\n\
         Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nIt was read.\n\
         --b\nContent-Type: message/disposition-notification\n\nOriginal-Message-ID: <{id}>\n\
         Disposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n"
    );
    assert_eq!(hook.hand_in(&app, &opened).await.expect(200).json["outcome"], "delivered");
    let told = read(&app, &ada, &message).await;
    assert_eq!((&told["state"], &told["failure"]), (&json!("sent"), &Value::Null));
}

/// What Gmail, Outlook, Apple Mail, an iPhone, Yahoo and Thunderbird send when somebody answers in HTML alone: what the
/// seeker wrote, and they quote, says neither what they answered nor of what kind that is.
#[actix_web::test]
async fn answers_in_html_are_read_as_their_writers_wrote_them() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    for program in ["gmail", "outlook", "outlook-web", "apple-mail", "iphone", "yahoo", "thunderbird"] {
        let (_, _, id) = sent(&app, &ada, &format!("{program}@navy.example")).await;
        let raw = std::fs::read_to_string(format!("tests/data/mails/{program}.eml")).unwrap().replace("{id}", &id);
        let placed = hook.hand_in(&app, &raw).await.expect(200);
        let answer = read(&app, &ada, placed.json["message_id"].as_str().unwrap()).await;
        let body = answer["body"].as_str().unwrap();
        let wanted = "Hi Robin,\n\nI am not available to talk, sorry.\n\nGrace";
        assert_eq!(body.trim_end_matches("\n\nGrace"), wanted.trim_end_matches("\n\nGrace"), "{program}: {body:?}");
        assert_eq!(answer["reply_kind"], "no", "{program}");
    }
    // Nothing but a quotation is nobody's yes.
    let (_, _, id) = sent(&app, &ada, "silent@navy.example").await;
    let raw = format!(
        "From: silent@navy.example\nIn-Reply-To: <{id}>\nContent-Type: text/html\n\n\
         <div><br></div><blockquote type=\"cite\">I would love to chat.</blockquote>\n"
    );
    let placed = hook.hand_in(&app, &raw).await.expect(200);
    let answer = read(&app, &ada, placed.json["message_id"].as_str().unwrap()).await;
    assert_eq!((&answer["body"], &answer["reply_kind"]), (&json!("I would love to chat."), &Value::Null));
}

#[actix_web::test]
async fn the_seekers_own_mail_answers_nothing() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    app.patch("/v1/profile", &ada, json!({ "email": "ada@home.example" })).await.expect(200);
    let account = json!({ "host": "smtp.example.org", "port": 587, "security": "starttls", "username": "ada",
        "password": "sesame", "address": "ada@work.example" });
    app.put("/v1/mail-account", &ada, account).await.expect(201);
    let (contact, message, id) = sent(&app, &ada, "grace@navy.example").await;
    let user = app.get("/v1/me", &ada).await.expect(200).json["email"].as_str().unwrap().to_owned();
    let kept = app.count("messages").await;
    for own in [user.to_uppercase().as_str(), "Ada@Home.example", "ada@work.example"] {
        let raw = format!("From: <{own}>\nTo: grace@navy.example\nIn-Reply-To: <{id}>\n\nHappy to chat, by the way.\n");
        let told = hook.hand_in(&app, &raw).await.expect(200);
        assert_eq!((&told.json["outcome"], &told.json["message_id"]), (&json!("own"), &Value::Null), "{own}");
    }
    // A copy of what went out, from whatever address the service sends.
    let copy = format!("From: inroad@service.example\nTo: grace@navy.example\nMessage-ID: <{id}>\n\nDear Grace\n");
    let told = hook.hand_in(&app, &copy).await.expect(200);
    assert_eq!((&told.json["outcome"], &told.json["message_id"]), (&json!("own"), &json!(message)));
    assert_eq!(app.count("messages").await, kept);
    assert_eq!(read(&app, &ada, &message).await["state"], "sent");
    assert_eq!(app.get(&format!("/v1/contacts/{contact}"), &ada).await.json["stage"], "contacted");

    // Whoever writes to themselves gets their own answer.
    let (_, message, id) = sent(&app, &ada, "ada@home.example").await;
    let raw = format!("From: ada@home.example\nIn-Reply-To: <{id}>\n\nHappy to chat.\n");
    assert_eq!(hook.hand_in(&app, &raw).await.expect(200).json["outcome"], "replied");
    assert_eq!(read(&app, &ada, &message).await["state"], "replied");
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

#[actix_web::test]
async fn an_address_is_known_in_either_spelling_of_its_domain() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    let (letters, ascii) = ("idn@m\u{fc}ller.example", "idn@xn--mller-kva.example");
    for (kept, from) in [(letters, ascii), (ascii, letters)] {
        let body = json!({ "given_name": "Ida", "emails": [{ "address": kept }] });
        let contact = app.post("/v1/contacts", &ada, body).await.expect(201).id();
        let told = hook.hand_in(&app, &format!("From: {from}\nSubject: {kept}\n\nHello.\n")).await.expect(200).json;
        assert_eq!(told["outcome"], "received", "{from}");
        app.delete(&format!("/v1/contacts/{contact}"), &ada).await.expect(204);
    }
}

/// Whoever asks to be left alone, from whatever address, is meant by the one that was written to.
#[actix_web::test]
async fn to_be_left_alone_holds_for_the_address_that_was_written_to() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    for (n, subject) in ["unsubscribe", "Re: Unsubscribe"].into_iter().enumerate() {
        let (written, from) = (format!("pat{n}@work.example"), format!("pat{n}@home.example"));
        let (contact, message, id) = sent(&app, &ada, &written).await;
        let raw = format!("From: {from}\nSubject: {subject}\nIn-Reply-To: <{id}>\n\n\n");
        assert_eq!(hook.hand_in(&app, &raw).await.expect(200).json["outcome"], "unsubscribed");
        let listed = app.get("/v1/do-not-contact", &ada).await.expect(200);
        let listed: Vec<&Value> = listed.json["data"].as_array().unwrap().iter().map(|one| &one["value"]).collect();
        assert!(listed.contains(&&json!(written)) && listed.contains(&&json!(from)), "{listed:?}");
        let body = json!({ "contact_id": contact, "channel": "email", "subject": "COBOL?", "body": "Dear Pat" });
        assert_eq!(app.post("/v1/messages", &ada, body).await.expect(409).code(), "do_not_contact");
        assert_eq!(read(&app, &ada, &message).await["state"], "replied");
        let runs = app.get(&format!("/v1/follow-up-runs?contact_id={contact}"), &ada).await.expect(200);
        let run = &runs.json["data"][0];
        assert_eq!((&run["state"], &run["stopped_reason"]), (&json!("stopped"), &json!("do_not_contact")));
    }
}

/// Nobody can answer what did not go out: its file went by the seeker's own program.
#[actix_web::test]
async fn an_answer_to_a_draft_tells_that_it_was_sent() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    for (name, scheduled, away) in [("grace", false, false), ("mary", true, false), ("joan", false, true)] {
        let address = format!("{name}@navy.example");
        let body = json!({ "given_name": name, "emails": [{ "address": address }] });
        let contact = app.post("/v1/contacts", &ada, body).await.expect(201).id();
        let body = json!({ "contact_id": contact, "channel": "email", "subject": "COBOL?", "body": "Dear Grace" });
        let made = app.post("/v1/messages", &ada, body).await.expect(201);
        let url = format!("/v1/messages/{}", made.id());
        let run = app.post("/v1/follow-up-runs", &ada, json!({ "message_id": made.id() })).await.expect(201).id();
        if scheduled {
            let at = json!({ "scheduled_at": "2026-03-02T10:00:00Z" });
            app.post(&format!("{url}/schedule"), &ada, at).await.expect(200);
        }
        let id = made.json["rfc_message_id"].as_str().unwrap();
        let header = if away { "Auto-Submitted: auto-replied\n" } else { "" };
        let raw = format!("From: {address}\n{header}In-Reply-To: <{id}>\n\nGot it.\n");
        let placed = hook.hand_in(&app, &raw).await.expect(200).json;
        let answer = read(&app, &ada, placed["message_id"].as_str().unwrap()).await;
        assert_eq!(answer["in_reply_to_id"], made.id(), "{name}");
        let told = app.get(&url, &ada).await.expect(200).json;
        let run = app.get(&format!("/v1/follow-up-runs/{run}"), &ada).await.expect(200).json;
        let stage = app.get(&format!("/v1/contacts/{contact}"), &ada).await.json["stage"].clone();
        assert!(told["sent_at"].is_string(), "{name}");
        let (state, run_state) = (&told["state"], &run["state"]);
        let wanted = match away {
            true => (json!("sent"), json!("running"), json!("contacted")),
            false => (json!("replied"), json!("stopped"), json!("replied")),
        };
        assert_eq!((state, run_state, &stage), (&wanted.0, &wanted.1, &wanted.2), "{name}");
        app.post(&format!("{url}/send"), &ada, json!({})).await.expect(409);
    }
}

#[actix_web::test]
async fn mails_of_two_people_are_two_whatever_their_ids() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    let (_, first, _) = sent(&app, &ada, "grace@navy.example").await;
    let (_, second, _) = sent(&app, &ada, "mary@navy.example").await;
    for (from, message) in [("grace@navy.example", first), ("mary@navy.example", second)] {
        let raw = format!("From: {from}\nMessage-ID: <1@broken.example>\n\nThank you, {from}.\n");
        let placed = hook.hand_in(&app, &raw).await.expect(200).json;
        assert_eq!((&placed["outcome"], &placed["duplicate"]), (&json!("replied"), &json!(false)), "{from}");
        let answer = read(&app, &ada, placed["message_id"].as_str().unwrap()).await;
        assert_eq!((&answer["in_reply_to_id"], &answer["address"]), (&json!(message), &json!(from)));
        assert_eq!(hook.hand_in(&app, &raw).await.expect(200).json["duplicate"], true);
    }
}

#[actix_web::test]
async fn a_page_that_is_nested_deeply_has_its_text() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let hook = Hook::new(&app, &ada).await;
    let (_, _, id) = sent(&app, &ada, "grace@navy.example").await;
    let page = format!("{}Tuesday at ten?{}", "<div>".repeat(400), "</div>".repeat(400));
    let raw = format!("From: grace@navy.example\nIn-Reply-To: <{id}>\nContent-Type: text/html\n\n{page}\n");
    let placed = hook.hand_in(&app, &raw).await.expect(200).json;
    assert_eq!(read(&app, &ada, placed["message_id"].as_str().unwrap()).await["body"], "Tuesday at ten?");
}
