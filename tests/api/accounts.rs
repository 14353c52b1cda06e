//! Accounts: registration, the profile, passwords, links by mail, deletion.
use chrono::Duration;
use inroad::auth::{Role, Scopes};
use reqwest::Method;
use serde_json::json;

use crate::people::{PASSWORD, member, refresh_token};
use crate::support::TestApp;

#[actix_web::test]
async fn a_new_user_can_work_at_once() {
    let app = TestApp::new().await;
    let body = json!({ "email": "Ada@Example.org", "password": PASSWORD, "name": "  Ada   Lovelace " });
    let reply = app.post_publicly("/v1/auth/register", body).await.expect(201);
    assert_eq!((reply.header("cache-control"), reply.header("location")), ("no-store", "/v1/me"));
    assert_eq!(reply.json["token_type"], "Bearer");
    assert_eq!(reply.json["expires_in"], 900);
    assert!(reply.json["scope"].as_str().unwrap().contains("contacts:write"));
    let user = &reply.json["user"];
    assert_eq!((&user["email"], &user["name"]), (&json!("Ada@Example.org"), &json!("Ada Lovelace")));
    assert_eq!((&user["time_zone"], &user["locale"]), (&json!("UTC"), &json!("en")));
    assert_eq!(user["email_verified"], false);
    let workspace = &reply.json["workspace"];
    assert_eq!((&workspace["name"], &workspace["role"]), (&json!("Ada's search"), &json!("owner")));
    let me = app.get("/v1/me", &member(&reply)).await.expect(200);
    assert_eq!(me.json, *user);
    assert_eq!(me.header("etag"), "\"1\"");
    assert!(!reply.text.contains("argon2"), "{}", reply.text);
}

#[actix_web::test]
async fn an_address_has_one_account_whatever_its_case() {
    let app = TestApp::new().await;
    app.register("ada@example.org").await;
    let body = json!({ "email": "ADA@example.ORG", "password": PASSWORD, "name": "Another" });
    let reply = app.post_publicly("/v1/auth/register", body).await.expect(409);
    assert_eq!((reply.code(), reply.faults()), ("email_taken", vec!["/email"]));
    app.login("ADA@EXAMPLE.ORG", PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn what_is_wrong_with_a_registration_is_told_at_once() {
    let app = TestApp::new().await;
    let body =
        json!({ "email": "ada", "password": 1, "name": "", "time_zone": "Mars/Base", "locale": "?", "nmae": "x" });
    let reply = app.post_publicly("/v1/auth/register", body).await.expect(422);
    assert_eq!(reply.code(), "invalid_fields");
    for pointer in ["/email", "/password", "/name", "/time_zone", "/locale", "/nmae"] {
        assert!(reply.faults().contains(&pointer), "{pointer}: {}", reply.text);
    }
    let blank = json!({ "email": "ada@example.org", "password": PASSWORD, "name": "  " });
    let reply = app.post_publicly("/v1/auth/register", blank).await.expect(422);
    assert_eq!(reply.faults(), ["/name"]);
    let text = app.request(Method::POST, "/v1/auth/register").header("content-type", "application/json").body("{");
    assert_eq!(app.send(text).await.expect(400).code(), "invalid_json");
    let nul = format!("{{\"email\":\"ada@example.org\",\"password\":\"{PASSWORD}\",\"name\":\"a\\u0000\"}}");
    let nul = app.request(Method::POST, "/v1/auth/register").header("content-type", "application/json").body(nul);
    assert_eq!(app.send(nul).await.expect(400).code(), "invalid_json");
    let query = app.request(Method::POST, "/v1/auth/register?x=1").json(&json!({}));
    assert_eq!(app.send(query).await.expect(400).faults(), ["x"]);
    assert!(app.mails().await.is_empty());
}

#[actix_web::test]
async fn weak_passwords_are_refused_with_the_reason() {
    let app = TestApp::new().await;
    for (password, code) in [
        ("short", "password_too_short"),
        ("Password1", "password_too_common"),
        ("Lovelace1815", "password_contains_identity"),
        (&"x".repeat(1025), "password_too_long"),
    ] {
        let body = json!({ "email": "ada@example.org", "password": password, "name": "Ada Lovelace" });
        let reply = app.post_publicly("/v1/auth/register", body).await.expect(422);
        assert_eq!((reply.code(), reply.faults()[0]), ("weak_password", "/password"));
        assert!(reply.json["errors"].as_array().unwrap().iter().any(|fault| fault["code"] == code), "{}", reply.text);
    }
}

#[actix_web::test]
async fn the_profile_is_patched_under_its_version() {
    let app = TestApp::new().await;
    let ada = member(&app.register("ada@example.org").await);
    let reply = app.patch("/v1/me", &ada, json!({ "name": "Ada King", "locale": "en-GB" })).await.expect(200);
    assert_eq!((reply.header("etag"), &reply.json["name"]), ("\"2\"", &json!("Ada King")));
    let same = app.patch("/v1/me", &ada, json!({ "name": "Ada King" })).await.expect(200);
    assert_eq!(same.json["version"], 2);
    assert_eq!(
        app.put("/v1/me", &ada, json!({})).await.expect(405).header("allow"),
        "DELETE, GET, HEAD, OPTIONS, PATCH"
    );
    let wrong = app.patch("/v1/me", &ada, json!({ "name": null, "email": "x@example.org" })).await.expect(422);
    assert_eq!(wrong.code(), "invalid_fields");
    let stale = app.request(Method::PATCH, "/v1/me").bearer_auth(&ada.token).header("if-match", "\"1\"");
    let stale = app.send(stale.json(&json!({ "name": "Other" }))).await.expect(412);
    assert_eq!(stale.code(), "precondition_failed");
    let known = app.request(Method::GET, "/v1/me").bearer_auth(&ada.token).header("if-none-match", "\"2\"");
    app.send(known).await.expect(304);
}

#[actix_web::test]
async fn an_address_is_verified_by_the_token_of_the_mail() {
    let app = TestApp::with(&["--app-url", "https://app.example.org/inroad/"]).await;
    let reply = app.register("ada@example.org").await;
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("https://app.example.org/inroad/verify-email?token=inr_ev_"), "{}", mails[0]);
    let token = app.mailed_token("ada@example.org", "inr_ev_").await;
    app.post_publicly("/v1/auth/verify-email", json!({ "token": token })).await.expect(204);
    let me = app.get("/v1/me", &member(&reply)).await.expect(200);
    assert_eq!(me.json["email_verified"], true);
    let again = app.post_publicly("/v1/auth/verify-email", json!({ "token": token })).await.expect(410);
    assert_eq!(again.code(), "link_expired");
    for wrong in ["", "inr_ev_x", &refresh_token(&reply)] {
        app.post_publicly("/v1/auth/verify-email", json!({ "token": wrong })).await.expect(410);
    }
}

#[actix_web::test]
async fn without_a_frontend_mails_have_no_links() {
    let app = TestApp::new().await;
    app.register("ada@example.org").await;
    let mails = app.mails().await;
    assert!(mails.len() == 1 && mails[0].contains("\ninr_ev_") && !mails[0].contains("http"), "{mails:?}");
}

#[actix_web::test]
async fn a_verification_expires_and_can_be_asked_for_again() {
    let app = TestApp::new().await;
    let reply = app.register("ada@example.org").await;
    let ada = member(&reply);
    let token = app.mailed_token("ada@example.org", "inr_ev_").await;
    app.pass(Duration::hours(24));
    app.post_publicly("/v1/auth/verify-email", json!({ "token": token })).await.expect(410);
    let ada = if app.get("/v1/me", &ada).await.status == 401 {
        member(&app.refresh(&refresh_token(&reply)).await)
    } else {
        ada
    };
    for _ in 0..3 {
        app.post("/v1/me/verify-email", &ada, json!({})).await.expect(202);
    }
    let wait = app.post("/v1/me/verify-email", &ada, json!({})).await.expect(429);
    assert_eq!((wait.code(), wait.header("retry-after")), ("rate_limited", "900"));
    let token = app.mailed_token("ada@example.org", "inr_ev_").await;
    app.post_publicly("/v1/auth/verify-email", json!({ "token": token })).await.expect(204);
    let count = app.mails().await.len();
    app.post("/v1/me/verify-email", &ada, json!({})).await.expect(202);
    assert_eq!(app.mails().await.len(), count);
}

#[actix_web::test]
async fn a_forgotten_password_is_reset_once_and_ends_all_sessions() {
    let app = TestApp::new().await;
    let reply = app.register("ada@example.org").await;
    let ada = member(&reply);
    app.get("/v1/me", &ada).await.expect(200);
    app.post_publicly("/v1/auth/forgot-password", json!({ "email": "ADA@example.org" })).await.expect(202);
    let token = app.mailed_token("ada@example.org", "inr_pr_").await;
    let weak = json!({ "token": token, "password": "password" });
    assert_eq!(app.post_publicly("/v1/auth/reset-password", weak).await.expect(422).code(), "weak_password");
    let body = json!({ "token": token, "password": "forty quiet umbrellas" });
    app.post_publicly("/v1/auth/reset-password", body.clone()).await.expect(204);
    assert_eq!(app.get("/v1/me", &ada).await.expect(401).code(), "invalid_token");
    app.refresh(&refresh_token(&reply)).await.expect(401);
    app.login("ada@example.org", PASSWORD).await.expect(401);
    let again = app.login("ada@example.org", "forty quiet umbrellas").await.expect(200);
    assert_eq!(again.json["user"]["email_verified"], true);
    assert_eq!(app.post_publicly("/v1/auth/reset-password", body).await.expect(410).code(), "link_expired");
    assert!(app.mails().await.last().unwrap().contains("Your password was changed"));
}

#[actix_web::test]
async fn a_forgotten_password_tells_nothing_of_accounts() {
    let app = TestApp::new().await;
    app.register("ada@example.org").await;
    let before = app.mails().await.len();
    let known = app.post_publicly("/v1/auth/forgot-password", json!({ "email": "ada@example.org" })).await.expect(202);
    let unknown = app.post_publicly("/v1/auth/forgot-password", json!({ "email": "x@example.org" })).await.expect(202);
    assert_eq!(known.text, unknown.text);
    assert_eq!(app.mails().await.len(), before + 1);
    for _ in 0..5 {
        app.post_publicly("/v1/auth/forgot-password", json!({ "email": "ada@example.org" })).await.expect(202);
    }
    assert_eq!(app.mails().await.len(), before + 3);
}

#[actix_web::test]
async fn a_reset_token_expires_after_thirty_minutes_and_with_a_change() {
    let app = TestApp::new().await;
    let ada = member(&app.register("ada@example.org").await);
    let body = |token: &str| json!({ "token": token, "password": "forty quiet umbrellas" });
    app.post_publicly("/v1/auth/forgot-password", json!({ "email": "ada@example.org" })).await.expect(202);
    let token = app.mailed_token("ada@example.org", "inr_pr_").await;
    let change = json!({ "current_password": PASSWORD, "new_password": "sixty loud umbrellas" });
    app.post("/v1/me/password", &ada, change).await.expect(204);
    app.post_publicly("/v1/auth/reset-password", body(&token)).await.expect(410);
    app.post_publicly("/v1/auth/forgot-password", json!({ "email": "ada@example.org" })).await.expect(202);
    let token = app.mailed_token("ada@example.org", "inr_pr_").await;
    app.pass(Duration::minutes(30));
    app.post_publicly("/v1/auth/reset-password", body(&token)).await.expect(410);
}

#[actix_web::test]
async fn a_changed_password_needs_the_old_one_and_ends_other_sessions() {
    let app = TestApp::new().await;
    let ada = member(&app.register("ada@example.org").await);
    let other = member(&app.login("ada@example.org", PASSWORD).await.expect(200));
    let wrong = json!({ "current_password": "not this one", "new_password": "forty quiet umbrellas" });
    let reply = app.post("/v1/me/password", &ada, wrong).await.expect(422);
    assert_eq!((reply.code(), reply.faults()), ("invalid_fields", vec!["/current_password"]));
    let weak = json!({ "current_password": PASSWORD, "new_password": "12345678" });
    let reply = app.post("/v1/me/password", &ada, weak).await.expect(422);
    assert_eq!((reply.code(), reply.faults()), ("weak_password", vec!["/new_password"]));
    let right = json!({ "current_password": PASSWORD, "new_password": "forty quiet umbrellas" });
    app.post("/v1/me/password", &ada, right).await.expect(204);
    app.get("/v1/me", &ada).await.expect(200);
    app.get("/v1/me", &other).await.expect(401);
    app.login("ada@example.org", PASSWORD).await.expect(401);
    app.login("ada@example.org", "forty quiet umbrellas").await.expect(200);
}

#[actix_web::test]
async fn a_deleted_account_takes_its_own_workspaces_along() {
    let app = TestApp::new().await;
    let reply = app.register("ada@example.org").await;
    let ada = member(&reply);
    app.post("/v1/workspaces", &ada, json!({ "name": "Second" })).await.expect(201);
    app.pass(Duration::minutes(11));
    assert_eq!(app.delete("/v1/me", &ada).await.expect(401).code(), "reauthentication_required");
    let ada = member(&app.login("ada@example.org", PASSWORD).await.expect(200));
    app.delete("/v1/me", &ada).await.expect(204);
    app.get("/v1/me", &ada).await.expect(401);
    app.refresh(&refresh_token(&reply)).await.expect(401);
    app.login("ada@example.org", PASSWORD).await.expect(401);
    for table in ["users", "workspaces", "members", "sessions", "refresh_tokens", "changes"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
    app.register("ada@example.org").await;
}

#[actix_web::test]
async fn the_last_owner_of_others_cannot_delete_the_account() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = app.member(Some(ada.workspace), Role::Editor, Scopes::all()).await;
    let reply = app.delete("/v1/me", &ada).await.expect(409);
    assert_eq!(reply.code(), "last_owner");
    assert!(reply.json["detail"].as_str().unwrap().contains(&ada.workspace.to_string()), "{}", reply.text);
    app.delete("/v1/me", &grace).await.expect(204);
    assert_eq!(app.get("/v1/members", &ada).await.expect(200).json["data"].as_array().unwrap().len(), 1);
    app.delete("/v1/me", &ada).await.expect(204);
}

#[actix_web::test]
async fn a_job_that_failed_for_good_can_be_retried() {
    let app = TestApp::new().await;
    let (id, now) = (uuid::Uuid::now_v7(), app.app.now());
    let text = now.to_rfc3339();
    app.sql(&format!(
        "INSERT INTO jobs (id, kind, payload, created_at, run_at, attempts, dead_at, last_error)
         VALUES ('{id}', 'send_link', '{{}}', '{text}', '{text}', 12, '{text}', 'no such host')"
    ))
    .await;
    let conn = app.connection().await;
    let counts = async || {
        let counts = inroad::jobs::counts(&conn, now).await.unwrap();
        (counts.queued, counts.running, counts.failed, counts.oldest_due_at)
    };
    assert_eq!(counts().await, (0, 0, 1, None));
    let dead = inroad::jobs::list_dead(&conn, 10).await.unwrap();
    assert_eq!((dead[0].id, dead[0].last_error.as_deref()), (id, Some("no such host")));
    assert!(inroad::jobs::retry(&conn, id, now).await.unwrap());
    assert!(!inroad::jobs::retry(&conn, id, now).await.unwrap());
    assert_eq!(counts().await, (1, 0, 0, Some(now)));
}

#[actix_web::test]
async fn a_new_address_counts_once_it_is_confirmed() {
    let app = TestApp::new().await;
    let ada = app.verified("ada@example.org").await;
    let other = member(&app.login("ada@example.org", PASSWORD).await.expect(200));
    app.register("eve@example.org").await;
    let ask = |email: &str, password: &str| json!({ "email": email, "current_password": password });
    let wrong = app.post("/v1/me/email", &ada, ask("ada@example.org", "not this one")).await.expect(422);
    assert_eq!(wrong.faults(), ["/email", "/current_password"]);
    assert_eq!(
        app.post("/v1/me/email", &ada, ask("Eve@Example.org", PASSWORD)).await.expect(409).code(),
        "email_taken"
    );
    app.post("/v1/me/email", &ada, ask("ada@new.example", PASSWORD)).await.expect(202);
    let token = app.mailed_token("ada@new.example", "inr_ev_").await;
    let notice = app.mails().await.into_iter().find(|mail| mail.contains("Your address shall change")).unwrap();
    assert!(notice.contains("ada@example.org") && notice.contains("ada@new.example") && !notice.contains("inr_"));
    // Nothing changes before.
    assert_eq!(app.get("/v1/me", &ada).await.expect(200).json["email"], "ada@example.org");
    app.login("ada@new.example", PASSWORD).await.expect(401);
    app.post_publicly("/v1/auth/verify-email", json!({ "token": token })).await.expect(204);
    app.post_publicly("/v1/auth/verify-email", json!({ "token": token })).await.expect(410);
    let me = app.get("/v1/me", &other).await.expect(200);
    assert_eq!((&me.json["email"], &me.json["email_verified"]), (&json!("ada@new.example"), &json!(true)));
    app.login("ada@example.org", PASSWORD).await.expect(401);
    app.login("ada@new.example", PASSWORD).await.expect(200);
    assert!(
        app.mails()
            .await
            .iter()
            .any(|mail| mail.contains("Your address was changed") && mail.contains("ada@example.org"))
    );
    let changes = app
        .texts("SELECT kind || ' ' || array_to_string(fields, ',') AS text FROM changes WHERE kind = 'member.updated'")
        .await;
    assert_eq!(changes, ["member.updated email"]);
}

#[actix_web::test]
async fn of_two_who_want_one_address_the_first_to_confirm_gets_it() {
    let app = TestApp::new().await;
    let ada = member(&app.register("ada@example.org").await);
    let eve = member(&app.register("eve@example.org").await);
    let body = json!({ "email": "both@example.org", "current_password": PASSWORD });
    app.post("/v1/me/email", &ada, body.clone()).await.expect(202);
    let first = app.mailed_token("both@example.org", "inr_ev_").await;
    app.post("/v1/me/email", &eve, body).await.expect(202);
    let second = app.mailed_token("both@example.org", "inr_ev_").await;
    app.post_publicly("/v1/auth/verify-email", json!({ "token": second })).await.expect(204);
    let late = app.post_publicly("/v1/auth/verify-email", json!({ "token": first })).await.expect(409);
    assert_eq!(late.code(), "email_taken");
    assert_eq!(app.get("/v1/me", &ada).await.expect(200).json["email"], "ada@example.org");
    // A link ends with the day, and with the address that it was asked for from.
    app.post("/v1/me/email", &ada, json!({ "email": "late@example.org", "current_password": PASSWORD }))
        .await
        .expect(202);
    let old = app.mailed_token("late@example.org", "inr_ev_").await;
    app.pass(Duration::hours(24));
    app.post_publicly("/v1/auth/verify-email", json!({ "token": old })).await.expect(410);
}

#[actix_web::test]
async fn a_new_name_is_told_where_it_is_seen() {
    let app = TestApp::new().await;
    let ada = member(&app.register("ada@example.org").await);
    app.post("/v1/workspaces", &ada, json!({ "name": "Second" })).await.expect(201);
    app.patch("/v1/me", &ada, json!({ "name": "Ada King" })).await.expect(200);
    app.patch("/v1/me", &ada, json!({ "locale": "de" })).await.expect(200);
    let sql = "SELECT array_to_string(fields, ',') AS text FROM changes WHERE kind = 'member.updated'";
    assert_eq!(app.texts(sql).await, ["name", "name"]);
    let read = app.get(&format!("/v1/members/{}", ada.user), &ada).await.expect(200);
    assert_eq!((read.header("etag"), &read.json["name"]), ("\"2\"", &json!("Ada King")));
    app.get(&format!("/v1/members/{}", app.seeker().await.user), &ada).await.expect(404);
}

#[actix_web::test]
async fn a_session_has_a_version() {
    let app = TestApp::new().await;
    let first = app.register("ada@example.org").await;
    let ada = member(&first);
    app.refresh(&refresh_token(&first)).await.expect(200);
    let list = app.get("/v1/me/sessions", &ada).await.expect(200);
    let session = &list.json["data"][0];
    assert_eq!((&session["version"], &session["updated_at"]), (&json!(2), &session["last_used_at"]));
    let path = format!("/v1/me/sessions/{}", session["id"].as_str().unwrap());
    let end = |tag: &'static str| {
        app.send(app.request(Method::DELETE, &path).bearer_auth(&ada.token).header("if-match", tag))
    };
    end("\"1\"").await.expect(412);
    end("\"2\"").await.expect(204);
}
