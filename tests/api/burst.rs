//! Two hundred messages that are due at once, a mail server in every mood, and a service that is killed three times
//! meanwhile: each ends sent or failed, none vanishes, none is accepted twice.
use std::collections::HashMap;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use chrono::{SecondsFormat, Utc};
use reqwest::Client;
use serde_json::{Value, json};

use crate::process::{Folder, Server, get, register};
use crate::sink::{Mood, Sink};

const MESSAGES: usize = 200;
/// Every tenth goes to somebody whom the server does not know.
const REFUSED: usize = MESSAGES / 10;

async fn post(url: &str, path: &str, token: &str, body: Value) -> Value {
    let request = Client::new().post(format!("{url}{path}")).bearer_auth(token).json(&body);
    let reply = request.send().await.unwrap();
    assert!(reply.status().is_success(), "{path}: {}", reply.text().await.unwrap());
    reply.json().await.unwrap_or(Value::Null)
}

/// All messages, by state, and their ids as mail has them.
async fn messages(url: &str, token: &str) -> Vec<Value> {
    let (mut all, mut path) = (Vec::new(), "/v1/messages?limit=200".to_owned());
    loop {
        let page = get(url, &path, token).await;
        all.extend(page["data"].as_array().unwrap_or_else(|| panic!("{page}")).clone());
        let Some(cursor) = page["next_cursor"].as_str() else { return all };
        path = format!("/v1/messages?limit=200&cursor={cursor}");
    }
}

fn count(all: &[Value], state: &str) -> usize {
    all.iter().filter(|message| message["state"] == state).count()
}

#[actix_web::test]
#[expect(clippy::disallowed_methods, reason = "the process has the clock of the machine")]
async fn a_killed_burst_loses_nothing_and_sends_nothing_twice() {
    let (folder, sink) = (Folder::new("burst"), Sink::start());
    let url = sink.url();
    let settings = [
        "--public-url",
        "http://inroad.example",
        "--rate-limit",
        "0",
        "--rate-limit-workspace",
        "0",
        "--smtp-url",
        &url,
        "--daily-messages",
        "1000",
    ];
    let mut server = Server::start(&folder.0, &settings);
    let token = register(&server.url).await;
    verify(&server.url, &sink).await;
    let (mut ids, begun) = (Vec::new(), Instant::now());
    for n in 0..MESSAGES {
        let local = if n % 10 == 0 { "refused" } else { "person" };
        let body =
            json!({ "given_name": format!("Person {n}"), "emails": [{ "address": format!("{local}{n}@x.example") }] });
        let contact = post(&server.url, "/v1/contacts", &token, body).await["id"].clone();
        let body =
            json!({ "contact_id": contact, "channel": "email", "subject": format!("No. {n}"), "body": "Dear you" });
        ids.push(post(&server.url, "/v1/messages", &token, body).await["id"].as_str().unwrap().to_owned());
    }
    // They are scheduled in half the time that it took to write them, at most.
    let due = Utc::now() + begun.elapsed() + Duration::from_secs(5);
    let due = due.to_rfc3339_opts(SecondsFormat::Millis, true);
    for id in &ids {
        let body = json!({ "scheduled_at": due, "outside_hours": "allow" });
        post(&server.url, &format!("/v1/messages/{id}/schedule"), &token, body).await;
    }
    let before = sink.accepted().len();
    while sink.accepted().len() == before {
        sleep(Duration::from_millis(20)).await;
    }
    let busy = Mood::Refuses { recipient: false, answer: "451 4.3.0 come again" };
    let moods =
        [Mood::Slow(Duration::from_millis(50)), Mood::Down, Mood::Well, busy, Mood::Slow(Duration::from_millis(20))];
    for (turn, mood) in moods.into_iter().enumerate() {
        sink.is(mood);
        sleep(Duration::from_millis(700)).await;
        if turn % 2 == 0 {
            server.signal("-KILL");
            server.wait();
            server = Server::start(&folder.0, &settings);
        }
    }
    sink.is(Mood::Well);
    let begun = Instant::now();
    let all = loop {
        let all = messages(&server.url, &token).await;
        if count(&all, "scheduled") == 0 {
            break all;
        }
        assert!(begun.elapsed() < Duration::from_secs(300), "{} still wait", count(&all, "scheduled"));
        sleep(Duration::from_secs(1)).await;
    };
    let mut accepted: HashMap<String, usize> = HashMap::new();
    for mail in sink.accepted().iter().skip(before) {
        *accepted.entry(mail.message_id()).or_default() += 1;
    }
    let (sent, failed) = (count(&all, "sent"), count(&all, "failed"));
    let words = |message: &Value| message["failure"].as_str().unwrap_or_default().to_owned();
    let unknown = all.iter().filter(|message| words(message).starts_with("it may have arrived: ")).count();
    let refused = all.iter().filter(|message| words(message).contains("550 5.1.1 no such user here")).count();
    let twice = accepted.values().filter(|times| **times > 1).count();
    println!(
        "{MESSAGES} scheduled, killed 3 times: {sent} sent, {refused} refused in the server's words, {unknown} with an \
         unknown end; {} accepted by the server in {} conversations, {twice} of them twice",
        accepted.len(),
        sink.conversations(),
    );
    assert_eq!((all.len(), sent + failed), (MESSAGES, MESSAGES), "none vanishes");
    assert_eq!(twice, 0);
    assert_eq!((refused, failed), (REFUSED, REFUSED + unknown));
    for message in all.iter().filter(|message| message["state"] == "sent") {
        let id = message["rfc_message_id"].as_str().unwrap();
        assert_eq!(accepted.get(id), Some(&1), "{message}");
    }
    // What a kill leaves open is no more than what was being sent at that moment.
    assert!(unknown <= 3 * 8, "{unknown}");
    assert!(accepted.len() >= sent && accepted.len() <= sent + unknown);
}

/// By the link in the mail that the service sends to a new account.
async fn verify(url: &str, sink: &Sink) {
    let begun = Instant::now();
    loop {
        if let Some(mail) = sink.accepted().first() {
            let token = mail.text.lines().map(str::trim).find(|line| line.starts_with("inr_ev_")).unwrap().to_owned();
            post(url, "/v1/auth/verify-email", "", json!({ "token": token })).await;
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no mail came");
        sleep(Duration::from_millis(50)).await;
    }
}
