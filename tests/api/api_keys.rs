//! API keys: what programs may do with them, and until when.
use chrono::Duration;
use inroad::auth::token::{OpaqueToken, Prefix};
use inroad::auth::{Role, Scopes, token};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

/// Makes a key, and whoever uses it.
async fn make(app: &TestApp, maker: &Member, scopes: &[&str]) -> (Value, Member) {
    let made = app.post("/v1/api-keys", maker, json!({ "name": "sync", "scopes": scopes })).await.expect(201);
    let program = Member { token: secret(&made), ..maker.clone() };
    (made.json, program)
}

fn secret(made: &Reply) -> String {
    made.json["key"].as_str().unwrap().to_owned()
}

fn path(key: &Value) -> String {
    format!("/v1/api-keys/{}", key["id"].as_str().unwrap())
}

#[actix_web::test]
async fn a_key_does_what_its_scopes_say_and_is_shown_once() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (key, program) = make(&app, &ada, &["contacts:write", "contacts:read", "changes:read"]).await;
    assert!(token::well_formed(token::Prefix::LiveKey, &program.token));
    assert!(program.token.starts_with(key["hint"].as_str().unwrap()));
    assert_eq!(key["scopes"], json!(["contacts:read", "contacts:write", "changes:read"]), "in one order");
    assert_eq!((&key["created_by"], &key["expires_at"]), (&json!(ada.user), &Value::Null));

    let contact = app.post("/v1/contacts", &program, json!({ "given_name": "Grace" })).await.expect(201).id();
    app.get(&format!("/v1/contacts/{contact}"), &program).await.expect(200);
    let refused = app.get("/v1/companies", &program).await.expect(403);
    assert!(refused.json["detail"].as_str().unwrap().contains("`companies:read`"), "{}", refused.text);

    let changes = app.get("/v1/changes?kind=contact.created", &program).await.expect(200);
    assert_eq!(changes.json["data"][0]["actor"], json!({ "kind": "key", "id": key["id"] }));
    let read = app.get(&path(&key), &ada).await.expect(200);
    assert_eq!(read.json["last_used_at"], "2026-03-02T09:00:00Z");
    assert!(!read.text.contains(&program.token), "a secret is shown once");
    for (table, column) in [("api_key_secrets", "token_hash"), ("idempotency_keys", "body")] {
        let stored = app.texts(&format!("SELECT encode({column}, 'escape') AS text FROM {table}")).await;
        assert!(stored.iter().all(|text| !text.contains(&program.token)), "{table}");
    }
}

#[actix_web::test]
async fn keys_do_nothing_to_credentials_and_members() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let all = Scopes::of_keys().names();
    let (_, program) = make(&app, &ada, &all.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for path in ["/v1/me", "/v1/me/sessions", "/v1/api-keys", "/v1/workspaces"] {
        app.get(path, &program).await.expect(403);
    }
    let invitation = json!({ "email": "grace@example.org", "role": "editor" });
    for (path, body) in [
        ("/v1/members/leave", json!({})),
        ("/v1/invitations", invitation),
        ("/v1/inbound-addresses", json!({ "name": "hook" })),
        ("/v1/api-keys", json!({ "name": "more", "scopes": ["contacts:read"] })),
    ] {
        app.post(path, &program, body).await.expect(403);
    }
    app.get("/v1/members", &program).await.expect(200);
    app.get("/v1/exports/workspace.zip", &program).await.expect(200);
}

#[actix_web::test]
async fn a_key_has_never_more_than_its_maker() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let eve = app.member(Some(ada.workspace), Role::Editor, Scopes::all()).await;
    let body = json!({ "name": " ", "scopes": ["contacts:read", "audit:read"], "expires_at": "2026-03-02T09:00:00Z" });
    let refused = app.post("/v1/api-keys", &eve, body).await.expect(422);
    assert_eq!(refused.faults(), ["/name", "/scopes/1", "/expires_at"]);
    for scopes in [json!([]), json!(["account:read"]), json!(["nonsense"]), json!("contacts:read")] {
        app.post("/v1/api-keys", &ada, json!({ "name": "x", "scopes": scopes })).await.expect(422);
    }

    let (key, program) = make(&app, &eve, &["contacts:read", "contacts:write"]).await;
    let (_, other) = make(&app, &ada, &["contacts:read"]).await;
    let seen = |reply: Reply| reply.expect(200).json["data"].as_array().unwrap().len();
    assert_eq!(seen(app.get("/v1/api-keys", &ada).await), 2, "an owner sees all");
    assert_eq!(seen(app.get("/v1/api-keys", &eve).await), 1, "others see their own");
    // Nor does somebody who may more give it more.
    let more = json!({ "scopes": ["contacts:read", "audit:read"] });
    assert_eq!(app.patch(&path(&key), &ada, more).await.expect(422).faults(), ["/scopes/1"]);
    let viewer = json!({ "role": "viewer" });
    app.patch(&format!("/v1/members/{}", eve.user), &ada, viewer).await.expect(200);
    app.get("/v1/contacts", &program).await.expect(200);
    app.post("/v1/contacts", &program, json!({ "given_name": "Grace" })).await.expect(403);

    app.delete(&format!("/v1/members/{}", eve.user), &ada).await.expect(204);
    app.get("/v1/contacts", &program).await.expect(401);
    app.get(&path(&key), &ada).await.expect(404);
    app.get("/v1/contacts", &other).await.expect(200);
}

#[actix_web::test]
async fn a_secret_is_replaced_with_an_overlap() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (key, old) = make(&app, &ada, &["contacts:read"]).await;
    let rotate = format!("{}/rotate", path(&key));
    let made = app.post(&rotate, &ada, json!({ "overlap": 600 })).await.expect(200);
    assert_eq!((&made.json["rotated_until"], &made.json["version"]), (&json!("2026-03-02T09:10:00Z"), &json!(2)));
    assert_eq!(made.header("cache-control"), "no-store");
    let new = Member { token: secret(&made), ..ada.clone() };
    for program in [&old, &new] {
        app.get("/v1/contacts", program).await.expect(200);
    }
    app.pass(Duration::minutes(10));
    app.get("/v1/contacts", &old).await.expect(401);
    app.get("/v1/contacts", &new).await.expect(200);

    // One that has leaked ends at once, and so does the one before it.
    let made = app.post(&rotate, &ada, json!({ "overlap": 0 })).await.expect(200);
    app.get("/v1/contacts", &new).await.expect(401);
    app.get("/v1/contacts", &Member { token: secret(&made), ..ada.clone() }).await.expect(200);
    app.post(&rotate, &ada, json!({ "overlap": 604_801 })).await.expect(422);
}

#[actix_web::test]
async fn a_second_rotation_ends_no_overlap_before_its_time() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (key, first) = make(&app, &ada, &["contacts:read"]).await;
    let rotate = format!("{}/rotate", path(&key));
    let second = app.post(&rotate, &ada, json!({ "overlap": 1800 })).await.expect(200);
    let second = Member { token: secret(&second), ..ada.clone() };
    let third = app.post(&rotate, &ada, json!({ "overlap": 600 })).await.expect(200);
    let third = Member { token: secret(&third), ..ada.clone() };
    for program in [&first, &second, &third] {
        app.get("/v1/contacts", program).await.expect(200);
    }
    app.pass(Duration::minutes(10));
    app.get("/v1/contacts", &second).await.expect(401);
    app.get("/v1/contacts", &first).await.expect(200);
    app.pass(Duration::minutes(20));
    app.get("/v1/contacts", &first).await.expect(401);
    app.get("/v1/contacts", &third).await.expect(200);
}

#[actix_web::test]
async fn all_faults_of_a_key_are_told_at_once_and_instants_are_kept_as_they_are_shown() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (key, _) = make(&app, &ada, &["contacts:read"]).await;
    let wrong =
        json!({ "name": "x".repeat(201), "scopes": ["nonsense"], "expires_at": "2026-03-02T09:00:00Z", "x": 1 });
    let mut faults = app.patch(&path(&key), &ada, wrong).await.expect(422).faults().join(" ");
    assert!(["/name", "/scopes/0", "/expires_at", "/x"].iter().all(|at| faults.contains(at)), "{faults}");
    // One line, which is read as it is written.
    for name in ["two\nlines", "tab\tbed", "\u{202e}cnys", "\u{2066}x\u{2069}"] {
        let body = json!({ "name": name, "scopes": ["contacts:read"] });
        faults = app.post("/v1/api-keys", &ada, body).await.expect(422).faults().join(" ");
        assert_eq!(faults, "/name", "{name:?}");
        for path in ["/v1/contacts", "/v1/companies"] {
            let body = if path == "/v1/contacts" { json!({ "given_name": name }) } else { json!({ "name": name }) };
            app.post(path, &ada, body).await.expect(422);
        }
    }
    for (given, kept) in [
        ("2026-04-01T00:00:00.123456789Z", "2026-04-01T00:00:00.123456Z"),
        ("2026-03-31T23:59:60Z", "2026-04-01T00:00:00Z"),
    ] {
        let body = json!({ "name": "sync", "scopes": ["contacts:read"], "expires_at": given });
        let made = app.post("/v1/api-keys", &ada, body).await.expect(201).json;
        assert_eq!(made["expires_at"], kept);
        assert_eq!(app.get(&path(&made), &ada).await.expect(200).json["expires_at"], kept);
    }
    for absurd in ["9999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "+262142-01-01T00:00:00Z"] {
        let body = json!({ "name": "sync", "scopes": ["contacts:read"], "expires_at": absurd });
        assert_eq!(app.post("/v1/api-keys", &ada, body).await.expect(422).faults(), ["/expires_at"], "{absurd}");
    }
    // The end of a filter may be as far off as one likes.
    app.get("/v1/contacts?created_before=9999-12-31T23:59:59Z", &ada).await.expect(200);
}

#[actix_web::test]
async fn keys_end_and_are_changed_and_revoked() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (key, program) = make(&app, &ada, &["contacts:read"]).await;
    let patch = json!({ "scopes": ["companies:read"], "expires_at": "2026-03-02T10:00:00Z" });
    let changed = app.patch(&path(&key), &ada, patch.clone()).await.expect(200);
    assert_eq!((&changed.json["version"], &changed.json["name"]), (&json!(2), &json!("sync")));
    assert_eq!(app.patch(&path(&key), &ada, patch).await.expect(200).json["version"], 2, "nothing changed");
    app.get("/v1/contacts", &program).await.expect(403);
    app.get("/v1/companies", &program).await.expect(200);
    app.pass(Duration::hours(1));
    app.get("/v1/companies", &program).await.expect(401);

    let ada = app.member_again(&ada).await;
    let (key, program) = make_later(&app, &ada).await;
    let stale = app.request(Method::DELETE, &path(&key)).bearer_auth(&ada.token).header("if-match", "\"7\"");
    app.send(stale).await.expect(412);
    app.delete(&path(&key), &ada).await.expect(204);
    app.get("/v1/contacts", &program).await.expect(401);
    app.delete(&path(&key), &ada).await.expect(404);
}

/// After an hour, which asks for another sign-in.
async fn make_later(app: &TestApp, maker: &Member) -> (Value, Member) {
    let body = json!({ "name": "sync", "scopes": ["contacts:read"] });
    assert_eq!(app.post("/v1/api-keys", maker, body).await.expect(401).code(), "reauthentication_required");
    app.sql(&format!("UPDATE sessions SET signed_in_at = '{}'", app.app.now().to_rfc3339())).await;
    app.app.verified.forget();
    make(app, maker, &["contacts:read"]).await
}

#[actix_web::test]
async fn a_retry_gets_the_same_secret_which_is_kept_sealed() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let send = || {
        let request = app.request(Method::POST, "/v1/api-keys").bearer_auth(&ada.token).header("idempotency-key", "k1");
        app.send(request.json(&json!({ "name": "sync", "scopes": ["contacts:read"] })))
    };
    let (first, again) = (send().await.expect(201), send().await.expect(201));
    assert_eq!(first.text, again.text);
    assert_eq!((again.header("idempotency-replayed"), again.header("cache-control")), ("true", "no-store"));
    let kept = app.texts("SELECT encode(body, 'escape') AS text FROM idempotency_keys").await;
    assert!(kept.len() == 1 && !kept[0].contains(&secret(&first)), "{kept:?}");
}

#[actix_web::test]
async fn what_is_no_key_is_refused_without_asking_the_database() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (_, program) = make(&app, &ada, &["contacts:read"]).await;
    let mut altered = program.token.clone();
    altered.replace_range(12..13, if &altered[12..13] == "a" { "b" } else { "a" });
    for wrong in [altered, "inr_live_".to_owned(), program.token.replace("live", "test")] {
        assert_eq!(app.get("/v1/contacts", &Member { token: wrong, ..ada.clone() }).await.code(), "invalid_token");
    }
}

#[actix_web::test]
async fn a_stream_ends_when_the_secret_that_opened_it_is_replaced() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (key, program) = make(&app, &ada, &["changes:read"]).await;
    let open = app.request(Method::GET, "/v1/changes/stream").bearer_auth(&program.token);
    let mut opened = open.send().await.unwrap();
    assert_eq!(opened.status(), 200);
    app.post(&format!("{}/rotate", path(&key)), &ada, json!({ "overlap": 0 })).await.expect(200);
    let ended = async { while opened.chunk().await.unwrap().is_some() {} };
    tokio::time::timeout(std::time::Duration::from_secs(8), ended).await.expect("it still goes on");
}

#[actix_web::test]
async fn a_key_opens_the_stream_by_a_ticket() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (key, program) = make(&app, &ada, &["changes:read"]).await;
    let ticket = app.post("/v1/changes/stream-tickets", &program, json!({})).await;
    assert_eq!(ticket.status, 200, "{}", ticket.text);
    let url = format!("/v1/changes/stream?ticket={}", ticket.json["ticket"].as_str().unwrap());
    let opened = reqwest::get(format!("{}{url}", app.base)).await.unwrap();
    assert_eq!(opened.status(), 200);
    app.delete(&path(&key), &ada).await.expect(204);
    assert_eq!(app.post("/v1/changes/stream-tickets", &program, json!({})).await.status, 401);
}

/// Guesses are looked up as long as the quota of their address lasts. Keys that are known there go on working.
#[actix_web::test]
async fn guessed_keys_are_counted_before_they_are_looked_up() {
    let app = TestApp::with(&["--rate-limit-anonymous", "3"]).await;
    let ada = app.seeker().await;
    let (_, program) = make(&app, &ada, &["contacts:read"]).await;
    app.get("/v1/contacts", &program).await.expect(200);
    let guess = || OpaqueToken::generate(Prefix::LiveKey).unwrap().expose().to_owned();
    for _ in 0..3 {
        app.get("/v1/contacts", &Member { token: guess(), ..ada.clone() }).await.expect(401);
    }
    app.get("/v1/contacts", &Member { token: guess(), ..ada.clone() }).await.expect(429);
    // Without the table every look-up fails.
    app.sql("ALTER TABLE api_key_secrets RENAME TO elsewhere").await;
    let beyond = app.get("/v1/contacts", &Member { token: guess(), ..ada.clone() }).await.expect(429);
    let wait: u64 = beyond.header("retry-after").parse().unwrap();
    assert!(beyond.code() == "rate_limited" && (1..=20).contains(&wait), "{wait}");
    let ticket = OpaqueToken::generate(Prefix::StreamTicket).unwrap();
    let stream = format!("/v1/changes/stream?ticket={}", ticket.expose());
    app.send(app.request(Method::GET, &stream)).await.expect(429);
    app.sql("ALTER TABLE elsewhere RENAME TO api_key_secrets").await;
    app.app.verified.forget();
    app.get("/v1/contacts", &program).await.expect(200);
    app.get("/v1/contacts", &ada).await.expect(200);
}
