//! Workspaces, members and invitations.
use chrono::Duration;
use inroad::auth::secrets::KeyRing;
use inroad::auth::{Role, Scopes};
use inroad::mail;
use reqwest::Method;
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use crate::people::{PASSWORD, member};
use crate::support::{Member, TestApp};

async fn role_of(app: &TestApp, reader: &Member, user: Uuid) -> Option<String> {
    let list = app.get("/v1/members", reader).await.expect(200);
    let found = list.json["data"].as_array().unwrap().iter().find(|one| one["id"] == json!(user)).cloned();
    found.map(|one| one["role"].as_str().unwrap().to_owned())
}

async fn invite(app: &TestApp, owner: &Member, email: &str, role: &str) -> String {
    app.post("/v1/invitations", owner, json!({ "email": email, "role": role })).await.expect(201);
    app.mailed_token(email, ".inr_inv_").await
}

#[actix_web::test]
async fn workspaces_are_made_listed_renamed_and_deleted() {
    let app = TestApp::new().await;
    let ada = member(&app.register("ada@example.org").await);
    let made = app.post("/v1/workspaces", &ada, json!({ "name": " Second  one " })).await.expect(201);
    assert_eq!((&made.json["name"], &made.json["role"]), (&json!("Second one"), &json!("owner")));
    assert_eq!(made.header("location"), format!("/v1/workspaces/{}", made.id()));
    let list = app.get("/v1/workspaces?limit=1", &ada).await.expect(200);
    assert_eq!(list.json["data"][0]["name"], "Ada's search");
    let next = list.json["next_cursor"].as_str().unwrap();
    let rest = app.get(&format!("/v1/workspaces?limit=1&cursor={next}"), &ada).await.expect(200);
    assert_eq!((&rest.json["data"][0]["name"], &rest.json["next_cursor"]), (&json!("Second one"), &json!(null)));
    let own = format!("/v1/workspaces/{}", ada.workspace);
    let renamed = app.patch(&own, &ada, json!({ "name": "Search" })).await.expect(200);
    assert_eq!((renamed.header("etag"), &renamed.json["name"]), ("\"2\"", &json!("Search")));
    assert_eq!(app.patch(&own, &ada, json!({ "name": "Search" })).await.expect(200).header("etag"), "\"2\"");
    app.patch(&own, &ada, json!({ "name": "", "x": 1 })).await.expect(422);
    let stale = app.request(Method::DELETE, &own).bearer_auth(&ada.token).header("if-match", "\"1\"");
    app.send(stale).await.expect(412);
    app.pass(Duration::minutes(11));
    assert_eq!(app.delete(&own, &ada).await.expect(401).code(), "reauthentication_required");
    let login = json!({ "email": "ada@example.org", "password": PASSWORD, "workspace_id": ada.workspace });
    let ada = member(&app.post_publicly("/v1/auth/login", login).await.expect(200));
    app.delete(&own, &ada).await.expect(204);
    app.get(&own, &ada).await.expect(401);
    // The last one may go, too: whoever comes back without any gets a new one.
    let second = member(&app.login("ada@example.org", PASSWORD).await.expect(200));
    app.delete(&format!("/v1/workspaces/{}", second.workspace), &second).await.expect(204);
    let third = app.login("ada@example.org", PASSWORD).await.expect(200);
    assert_eq!(third.json["workspace"]["name"], "Ada's search");
}

#[actix_web::test]
async fn a_workspace_is_made_once_for_one_key() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let make = |name: &str| {
        let request = app.request(Method::POST, "/v1/workspaces").bearer_auth(&ada.token);
        app.send(request.header("idempotency-key", "k1").json(&json!({ "name": name })))
    };
    let first = make("Second").await.expect(201);
    let again = make("Second").await.expect(201);
    assert_eq!((first.id(), again.header("idempotency-replayed")), (again.id(), "true"));
    assert_eq!(make("Third").await.expect(422).code(), "idempotency_key_reused");
    assert_eq!(app.count("workspaces").await, 2);
}

#[actix_web::test]
async fn roles_are_changed_by_owners_only() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = app.member(Some(ada.workspace), Role::Editor, Scopes::all()).await;
    let path = format!("/v1/members/{}", grace.user);
    assert_eq!(app.patch(&path, &grace, json!({ "role": "owner" })).await.expect(403).code(), "scope_missing");
    let reply = app.patch(&path, &ada, json!({ "role": "viewer" })).await.expect(200);
    assert_eq!((reply.header("etag"), &reply.json["role"]), ("\"2\"", &json!("viewer")));
    assert_eq!(app.patch(&path, &ada, json!({ "role": "viewer" })).await.expect(200).header("etag"), "\"2\"");
    app.patch(&path, &ada, json!({ "role": "king" })).await.expect(422);
    app.patch(&path, &ada, json!({ "role": null })).await.expect(422);
    app.patch(&format!("/v1/members/{}", Uuid::now_v7()), &ada, json!({ "role": "viewer" })).await.expect(404);
    let eve = app.seeker().await;
    app.patch(&path, &eve, json!({ "role": "owner" })).await.expect(404);
    app.delete(&path, &eve).await.expect(404);
    assert_eq!(app.patch(&path, &grace, json!({ "role": "owner" })).await.expect(403).code(), "scope_missing");
    app.delete(&path, &ada).await.expect(204);
    app.get("/v1/members", &grace).await.expect(401);
    app.delete(&path, &ada).await.expect(404);
}

#[actix_web::test]
async fn the_last_owner_stays() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = app.member(Some(ada.workspace), Role::Editor, Scopes::all()).await;
    let own = format!("/v1/members/{}", ada.user);
    assert_eq!(app.patch(&own, &ada, json!({ "role": "viewer" })).await.expect(409).code(), "last_owner");
    assert_eq!(app.delete(&own, &ada).await.expect(409).code(), "last_owner");
    assert_eq!(app.post("/v1/members/leave", &ada, json!({})).await.expect(409).code(), "last_owner");
    app.post("/v1/members/leave", &grace, json!({})).await.expect(204);
    app.get("/v1/members", &grace).await.expect(401);
    assert_eq!(app.get("/v1/members", &ada).await.expect(200).json["data"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn two_owners_cannot_demote_each_other_at_once() {
    let app = TestApp::new().await;
    for _ in 0..5 {
        let ada = app.seeker().await;
        let grace = app.member(Some(ada.workspace), Role::Owner, Scopes::all()).await;
        let (ada_path, grace_path) = (format!("/v1/members/{}", ada.user), format!("/v1/members/{}", grace.user));
        let (one, other) =
            tokio::join!(app.patch(&ada_path, &grace, json!({ "role": "editor" })), app.delete(&grace_path, &ada),);
        let well = [one.status, other.status].iter().filter(|status| **status < 300).count();
        assert_eq!(well, 1, "{} {}", one.text, other.text);
    }
}

#[actix_web::test]
async fn an_owner_hands_over() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = app.member(Some(ada.workspace), Role::Viewer, Scopes::all()).await;
    app.post(&format!("/v1/members/{}/hand-over", ada.user), &ada, json!({})).await.expect(400);
    app.post(&format!("/v1/members/{}/hand-over", Uuid::now_v7()), &ada, json!({})).await.expect(404);
    let reply = app.post(&format!("/v1/members/{}/hand-over", grace.user), &ada, json!({})).await.expect(200);
    assert_eq!(reply.json["role"], "owner");
    assert_eq!(role_of(&app, &grace, ada.user).await.as_deref(), Some("editor"));
    assert_eq!(role_of(&app, &grace, grace.user).await.as_deref(), Some("owner"));
    app.post(&format!("/v1/members/{}/hand-over", grace.user), &ada, json!({})).await.expect(403);
    app.post("/v1/members/leave", &ada, json!({})).await.expect(204);
}

#[actix_web::test]
async fn an_invited_person_joins() {
    let app = TestApp::new().await;
    let ada = app.verified("ada@example.org").await;
    let made = app.post("/v1/invitations", &ada, json!({ "email": "Grace@example.org", "role": "editor" })).await;
    let made = made.expect(201);
    assert!(!made.text.contains("inr_inv_"), "{}", made.text);
    assert_eq!(app.get(made.header("location"), &ada).await.expect(200).json, made.json);
    let token = app.mailed_token("Grace@example.org", ".inr_inv_").await;
    let grace = member(&app.register("grace@example.org").await);
    let other = member(&app.register("eve@example.org").await);
    let accept = json!({ "token": token });
    assert_eq!(
        app.post("/v1/invitations/accept", &other, accept.clone()).await.expect(409).code(),
        "invitation_for_other"
    );
    let keyed = || {
        let request = app.request(Method::POST, "/v1/invitations/accept").bearer_auth(&grace.token);
        app.send(request.header("idempotency-key", "join").json(&accept))
    };
    let joined = keyed().await.expect(200);
    assert_eq!(keyed().await.expect(200).json, joined.json);
    assert_eq!((joined.id(), &joined.json["role"]), (ada.workspace.to_string(), &json!("editor")));
    assert_eq!(app.get("/v1/me", &grace).await.expect(200).json["email_verified"], true);
    assert_eq!(app.post("/v1/invitations/accept", &grace, accept).await.expect(410).code(), "link_expired");
    assert_eq!(app.get("/v1/invitations", &ada).await.expect(200).json["data"], json!([]));
    let there = app.post("/v1/auth/switch", &grace, json!({ "workspace_id": ada.workspace })).await.expect(200);
    assert!(!there.json["scope"].as_str().unwrap().contains("workspace:write"));
    assert_eq!(role_of(&app, &member(&there), ada.user).await.as_deref(), Some("owner"));
    let again = app.post("/v1/invitations", &ada, json!({ "email": "grace@EXAMPLE.org", "role": "viewer" })).await;
    assert_eq!(again.expect(409).code(), "already_member");
    assert_eq!(app.get("/v1/workspaces", &grace).await.expect(200).json["data"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn an_invitation_is_replaced_withdrawn_and_expires() {
    let app = TestApp::new().await;
    let ada = app.verified("ada@example.org").await;
    let grace = member(&app.register("grace@example.org").await);
    let first = invite(&app, &ada, "grace@example.org", "viewer").await;
    let second = invite(&app, &ada, "grace@example.org", "editor").await;
    assert_ne!(first, second);
    app.post("/v1/invitations/accept", &grace, json!({ "token": first })).await.expect(410);
    let list = app.get("/v1/invitations", &ada).await.expect(200);
    let list = list.json["data"].as_array().unwrap();
    assert_eq!((list.len(), &list[0]["role"]), (1, &json!("editor")));
    let path = format!("/v1/invitations/{}", list[0]["id"].as_str().unwrap());
    let eve = app.seeker().await;
    app.delete(&path, &eve).await.expect(404);
    app.delete(&path, &ada).await.expect(204);
    app.delete(&path, &ada).await.expect(404);
    app.post("/v1/invitations/accept", &grace, json!({ "token": second })).await.expect(410);
    let third = invite(&app, &ada, "grace@example.org", "editor").await;
    app.pass(Duration::days(7));
    let grace = member(&app.login("grace@example.org", PASSWORD).await.expect(200));
    app.post("/v1/invitations/accept", &grace, json!({ "token": third })).await.expect(410);
    assert!(inroad::auth::forget_old(&app.app).await.unwrap() > 0);
    assert_eq!(app.count("invitations").await, 0);
    for broken in ["", "x.y", &third[1..]] {
        app.post("/v1/invitations/accept", &grace, json!({ "token": broken })).await.expect(410);
    }
}

#[actix_web::test]
async fn only_a_verified_owner_invites() {
    let app = TestApp::new().await;
    let ada = member(&app.register("ada@example.org").await);
    let body = json!({ "email": "grace@example.org", "role": "viewer" });
    assert_eq!(app.post("/v1/invitations", &ada, body.clone()).await.expect(403).code(), "email_not_verified");
    let editor = app.member(Some(ada.workspace), Role::Editor, Scopes::all()).await;
    assert_eq!(app.post("/v1/invitations", &editor, body).await.expect(403).code(), "scope_missing");
    let wrong = app.post("/v1/invitations", &ada, json!({ "email": "x", "role": "boss", "y": 1 })).await.expect(422);
    assert_eq!(wrong.faults().len(), 3);
    assert_eq!(app.count("invitations").await, 0);
}

#[actix_web::test]
async fn invitations_go_with_whoever_made_them() {
    let app = TestApp::new().await;
    let ada = app.verified("ada@example.org").await;
    let grace = app.member(Some(ada.workspace), Role::Owner, Scopes::all()).await;
    invite(&app, &grace, "second.grace@example.org", "owner").await;
    app.delete(&format!("/v1/members/{}", grace.user), &ada).await.expect(204);
    assert_eq!(app.get("/v1/invitations", &ada).await.expect(200).json["data"], json!([]));
}

#[actix_web::test]
async fn every_write_stands_in_the_log() {
    let app = TestApp::new().await;
    let ada = app.verified("ada@example.org").await;
    app.patch(&format!("/v1/workspaces/{}", ada.workspace), &ada, json!({ "name": "Search" })).await.expect(200);
    let token = invite(&app, &ada, "grace@example.org", "editor").await;
    let grace = member(&app.register("grace@example.org").await);
    app.post("/v1/invitations/accept", &grace, json!({ "token": token })).await.expect(200);
    app.patch(&format!("/v1/members/{}", grace.user), &ada, json!({ "role": "viewer" })).await.expect(200);
    app.delete(&format!("/v1/members/{}", grace.user), &ada).await.expect(204);
    let sql = format!("SELECT kind AS text FROM changes WHERE workspace_id = '{}' ORDER BY seq", ada.workspace);
    assert_eq!(
        app.texts(&sql).await,
        [
            "workspace.created",
            "member.created",
            "workspace.updated",
            "invitation.created",
            "member.created",
            "invitation.deleted",
            "member.updated",
            "member.deleted",
        ]
    );
}

#[actix_web::test]
async fn a_workspace_that_was_made_can_be_read_where_its_location_says() {
    let app = TestApp::new().await;
    let (ada, eve) = (app.seeker().await, app.seeker().await);
    let made = app.post("/v1/workspaces", &ada, json!({ "name": "Second" })).await.expect(201);
    let read = app.get(made.header("location"), &ada).await.expect(200);
    assert_eq!((read.header("etag"), &read.json["name"]), (made.header("etag"), &json!("Second")));
    app.get(made.header("location"), &eve).await.expect(404);
    app.patch(made.header("location"), &ada, json!({ "name": "Third" })).await.expect(404);
}

#[actix_web::test]
async fn an_invitation_waits_sealed_and_has_its_limit() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    app.post("/v1/invitations", &ada, json!({ "email": "grace@example.org", "role": "editor" })).await.expect(201);
    let waiting = app.texts("SELECT payload::text AS text FROM jobs").await;
    assert!(!waiting.is_empty() && waiting.iter().all(|job| !job.contains("inr_inv") && !job.contains("grace")));
    assert!(app.mailed_token("grace@example.org", ".inr_inv_").await.contains(".inr_inv_"));
    app.sql(&format!(
        "INSERT INTO invitations SELECT '{}', gen_random_uuid(), 1, now(), now(), n || '@x.example', n || '@x.example', 'viewer', '', '{}', '2030-01-01'
         FROM generate_series(1, 99) AS n",
        ada.workspace, ada.user
    ))
    .await;
    let limits = app.send(app.request(Method::GET, "/v1/limits")).await.expect(200);
    assert_eq!(limits.json["pending_invitations"], 100);
    let more = json!({ "email": "more@example.org", "role": "viewer" });
    assert_eq!(app.post("/v1/invitations", &ada, more).await.expect(409).code(), "too_many_invitations");
    // One that is replaced makes no more of them.
    app.post("/v1/invitations", &ada, json!({ "email": "1@x.example", "role": "viewer" })).await.expect(201);
}

#[actix_web::test]
async fn a_refusal_says_whether_a_new_token_helps() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = app.member(Some(ada.workspace), Role::Viewer, Role::Viewer.scopes()).await;
    let body = json!({ "given_name": "A" });
    let refused = app.post("/v1/contacts", &grace, body.clone()).await.expect(403);
    assert!(refused.json["detail"].as_str().unwrap().contains("`viewer` does not allow"), "{}", refused.text);
    app.patch(&format!("/v1/members/{}", grace.user), &ada, json!({ "role": "editor" })).await.expect(200);
    let refused = app.post("/v1/contacts", &grace, body).await.expect(403);
    assert!(refused.json["detail"].as_str().unwrap().contains("/v1/auth/refresh"), "{}", refused.text);
}

/// What is in a workspace goes with it, whatever points at what: positions at companies, contacts at their connectors,
/// introductions at all of them.
#[actix_web::test]
async fn a_full_workspace_goes_with_its_only_member() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({ "given_name": "Grace", "positions": [{ "company_name": "Navy" }], "tags": ["x"] });
    let grace = app.post("/v1/contacts", &ada, body).await.expect(201).id();
    let body = json!({ "given_name": "Alan", "positions": [{ "company_name": "Navy" }], "connector_id": grace });
    let alan = app.post("/v1/contacts", &ada, body).await.expect(201).id();
    let body = json!({ "introducer_id": grace, "introduced_id": alan });
    app.post("/v1/introductions", &ada, body).await.expect(201);
    app.delete(&format!("/v1/contacts/{alan}"), &ada).await.expect(204);
    let second = app.post("/v1/workspaces", &ada, json!({ "name": "Second" })).await.expect(201).id();
    app.delete("/v1/me", &ada).await.expect(204);
    for table in ["workspaces", "users", "companies", "contacts", "positions", "introductions", "changes"] {
        assert_eq!(app.count(table).await, 0, "{table} of {second} or {}", ada.workspace);
    }
}

#[actix_web::test]
async fn waiting_mails_are_sealed_anew_under_a_new_secret() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    app.post("/v1/invitations", &ada, json!({ "email": "grace@example.org", "role": "editor" })).await.expect(201);
    let ring = |secrets: &str| KeyRing::parse(&SecretString::from(secrets)).unwrap();
    let fresh = KeyRing::generate().unwrap();
    let conn = app.connection().await;
    assert!(mail::rekey(&conn, &ring(&fresh)).await.is_err(), "the old secret is needed, too");
    let both = ring(&format!("{fresh},{}", app.secret));
    assert_eq!(mail::rekey(&conn, &both).await.unwrap(), 1);
    assert_eq!(mail::rekey(&conn, &ring(&fresh)).await.unwrap(), 0, "the old secret is not needed any more");
}
