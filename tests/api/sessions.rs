//! Signing in, refreshing, switching, signing out, and how guessing is slowed down.
use chrono::Duration;
use futures_util::future::join_all;
use inroad::auth::jwt::Algorithm;
use inroad::auth::keys;
use inroad::auth::secrets::KeyRing;
use reqwest::Method;
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use crate::people::{PASSWORD, member, refresh_token};
use crate::support::TestApp;

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_address_look_alike() {
    let app = TestApp::new().await;
    app.register("ada@example.org").await;
    let wrong = app.login("ada@example.org", "not this one").await.expect(401);
    let unknown = app.login("nobody@example.org", "not this one").await.expect(401);
    assert_eq!((wrong.code(), unknown.code()), ("invalid_credentials", "invalid_credentials"));
    assert_eq!(wrong.json["detail"], unknown.json["detail"]);
    assert!(wrong.header("www-authenticate").starts_with("Bearer"));
    let reply = app.login("ada@example.org", PASSWORD).await.expect(200);
    assert_eq!(reply.header("cache-control"), "no-store");
    app.get("/v1/me", &member(&reply)).await.expect(200);
}

#[actix_web::test]
async fn guessing_slows_down_and_never_locks() {
    let app = TestApp::new().await;
    app.register("ada@example.org").await;
    for email in ["ada@example.org", "nobody@example.org"] {
        for _ in 0..5 {
            app.login(email, "not this one").await.expect(401);
        }
        let wait = app.login(email, PASSWORD).await.expect(429);
        assert_eq!((wait.code(), wait.header("retry-after")), ("rate_limited", "30"));
        assert_eq!(wait.header("ratelimit-policy"), "\"account\";q=5;w=900");
        assert_eq!(wait.header("ratelimit"), "\"account\";r=0;t=30", "as long as Retry-After");
    }
    app.pass(Duration::seconds(31));
    app.login("ada@example.org", "not this one").await.expect(401);
    assert_eq!(app.login("ada@example.org", PASSWORD).await.expect(429).header("retry-after"), "60");
    app.pass(Duration::seconds(61));
    app.login("ada@example.org", PASSWORD).await.expect(200);
    app.login("ada@example.org", "not this one").await.expect(401);
    app.login("ada@example.org", PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn guesses_at_once_are_counted_one_by_one() {
    let app = TestApp::new().await;
    app.register("ada@example.org").await;
    let replies = join_all((0..12).map(|_| app.login("ada@example.org", "not this one"))).await;
    let tried = replies.iter().filter(|reply| reply.status == 401).count();
    assert!(tried <= 5, "{tried}");
    assert!(replies.iter().all(|reply| [401, 429, 503].contains(&reply.status)));
}

#[actix_web::test]
async fn failures_are_forgotten_after_fifteen_minutes() {
    let app = TestApp::new().await;
    app.register("ada@example.org").await;
    for _ in 0..3 {
        for _ in 0..4 {
            app.login("ada@example.org", "not this one").await.expect(401);
        }
        app.pass(Duration::minutes(15));
    }
    app.login("ada@example.org", PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn an_address_may_sign_in_so_often_a_minute() {
    let app = TestApp::with(&["--sign-in-limit", "3"]).await;
    app.register("ada@example.org").await;
    app.login("ada@example.org", PASSWORD).await.expect(200);
    app.post_publicly("/v1/auth/forgot-password", json!({ "email": "ada@example.org" })).await.expect(202);
    app.pass(Duration::seconds(20));
    let wait = app.login("ada@example.org", PASSWORD).await.expect(429);
    assert_eq!(wait.header("retry-after"), "40");
    assert!(wait.header("ratelimit-policy").starts_with("\"sign-in\";q="), "{}", wait.header("ratelimit-policy"));
    assert_eq!(wait.header("ratelimit"), "\"sign-in\";r=0;t=40");
    app.post_publicly("/v1/auth/forgot-password", json!({ "email": "ada@example.org" })).await.expect(429);
    app.pass(Duration::seconds(40));
    app.login("ada@example.org", PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn a_refresh_token_works_once() {
    let app = TestApp::new().await;
    let first = app.register("ada@example.org").await;
    let second = app.refresh(&refresh_token(&first)).await.expect(200);
    assert_eq!(second.header("cache-control"), "no-store");
    assert_ne!(refresh_token(&first), refresh_token(&second));
    app.get("/v1/me", &member(&second)).await.expect(200);
    // An answer that was lost: within the grace the old one works.
    app.pass(Duration::seconds(10));
    let third = app.refresh(&refresh_token(&first)).await.expect(200);
    app.refresh(&refresh_token(&third)).await.expect(200);
    // Later somebody has a copy: the session ends.
    app.pass(Duration::seconds(1));
    assert_eq!(app.refresh(&refresh_token(&first)).await.expect(401).code(), "invalid_refresh_token");
    app.refresh(&refresh_token(&second)).await.expect(401);
    app.get("/v1/me", &member(&second)).await.expect(401);
}

#[actix_web::test]
async fn what_is_no_refresh_token_is_refused() {
    let app = TestApp::new().await;
    let reply = app.register("ada@example.org").await;
    let access = member(&reply).token;
    for text in ["", "inr_rt_", &refresh_token(&reply)[1..], &access[..200.min(access.len())]] {
        assert_eq!(app.refresh(text).await.expect(401).code(), "invalid_refresh_token");
    }
    let wrong = app.post_publicly("/v1/auth/refresh", json!({ "refresh_token": 1, "more": 1 })).await.expect(422);
    assert_eq!(wrong.faults().len(), 2);
}

#[actix_web::test]
async fn refreshes_at_once_all_work_within_the_grace() {
    let app = TestApp::new().await;
    let first = app.register("ada@example.org").await;
    let token = refresh_token(&first);
    let replies = join_all((0..8).map(|_| app.refresh(&token))).await;
    let mut tokens: Vec<String> = replies.into_iter().map(|reply| refresh_token(&reply.expect(200))).collect();
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 8);
}

#[actix_web::test]
async fn a_session_slides_thirty_days_and_ends_after_ninety() {
    let app = TestApp::new().await;
    let mut token = refresh_token(&app.register("ada@example.org").await);
    for _ in 0..3 {
        app.pass(Duration::days(29));
        token = refresh_token(&app.refresh(&token).await.expect(200));
    }
    app.pass(Duration::days(3));
    app.refresh(&token).await.expect(401);
    let idle = refresh_token(&app.login("ada@example.org", PASSWORD).await.expect(200));
    app.pass(Duration::days(30));
    app.refresh(&idle).await.expect(401);
}

#[actix_web::test]
async fn an_access_token_expires_and_ends_with_its_session() {
    let app = TestApp::new().await;
    let reply = app.register("ada@example.org").await;
    let ada = member(&reply);
    app.pass(Duration::minutes(14));
    app.get("/v1/me", &ada).await.expect(200);
    app.pass(Duration::minutes(3));
    assert_eq!(app.get("/v1/me", &ada).await.expect(401).code(), "invalid_token");
    let reply = app.refresh(&refresh_token(&reply)).await.expect(200);
    let ada = member(&reply);
    app.post("/v1/auth/logout", &ada, json!({})).await.expect(204);
    app.get("/v1/me", &ada).await.expect(401);
    app.refresh(&refresh_token(&reply)).await.expect(401);
}

/// A key that has leaked: what it has signed is worth nothing within seconds, whoever has been let in by it.
#[actix_web::test]
async fn a_key_that_is_taken_away_verifies_nothing_any_more() {
    let app = TestApp::new().await;
    let old = app.register("ada@example.org").await;
    app.get("/v1/me", &member(&old)).await.expect(200);
    let ring = KeyRing::parse(&SecretString::from(app.secret.clone())).unwrap();
    let conn = app.connection().await;
    keys::rotate(&conn, &ring, Algorithm::Es256, true, Duration::minutes(15), app.app.now()).await.unwrap();
    let begun = std::time::Instant::now();
    while app.get("/v1/me", &member(&old)).await.status == 200 {
        assert!(begun.elapsed().as_secs() < 5, "it is still good");
        actix_web::rt::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let set = app.send(app.request(Method::GET, "/.well-known/jwks.json")).await.expect(200).json;
    assert_eq!(set["keys"].as_array().unwrap().len(), 1);
    // The session goes on with a token by the new key.
    let refresh = json!({ "refresh_token": old.json["refresh_token"] });
    let new = app.post_publicly("/v1/auth/refresh", refresh).await.expect(200);
    app.get("/v1/me", &member(&new)).await.expect(200);
}

#[actix_web::test]
async fn sessions_are_listed_and_ended() {
    let app = TestApp::new().await;
    let ada = member(&app.register("ada@example.org").await);
    let login = json!({ "email": "ada@example.org", "password": PASSWORD });
    let request = app.request(Method::POST, "/v1/auth/login").header("user-agent", "Phone/1").json(&login);
    let phone = member(&app.send(request).await.expect(200));
    app.login("ada@example.org", PASSWORD).await.expect(200);
    let list = app.get("/v1/me/sessions?limit=2", &ada).await.expect(200);
    let next = list.json["next_cursor"].as_str().unwrap();
    let rest = app.get(&format!("/v1/me/sessions?limit=2&cursor={next}"), &ada).await.expect(200);
    assert_eq!((list.json["data"].as_array().unwrap().len(), rest.json["data"].as_array().unwrap().len()), (2, 1));
    assert_eq!(rest.json["data"][0]["current"], true);
    let one = &list.json["data"][1];
    assert_eq!((&one["user_agent"], &one["ip_address"]), (&json!("Phone/1"), &json!("127.0.0.1")));
    assert_eq!(one["current"], false);
    let path = format!("/v1/me/sessions/{}", one["id"].as_str().unwrap());
    app.delete(&path, &ada).await.expect(204);
    app.delete(&path, &ada).await.expect(404);
    app.get("/v1/me", &phone).await.expect(401);
    app.post("/v1/me/sessions/end-others", &ada, json!({})).await.expect(204);
    let list = app.get("/v1/me/sessions", &ada).await.expect(200);
    assert_eq!(list.json["data"].as_array().unwrap().len(), 1);
    let seeker = app.seeker().await;
    let theirs = app.get("/v1/me/sessions", &seeker).await.expect(200);
    assert_eq!(theirs.json["data"][0]["id"], json!(seeker.session));
    let stranger = member(&app.register("eve@example.org").await);
    let own = list.json["data"][0]["id"].as_str().unwrap();
    app.delete(&format!("/v1/me/sessions/{own}"), &stranger).await.expect(404);
    app.delete(&format!("/v1/me/sessions/{own}"), &ada).await.expect(204);
    app.get("/v1/me", &ada).await.expect(401);
}

#[actix_web::test]
async fn a_user_of_several_workspaces_picks_and_switches() {
    let app = TestApp::new().await;
    let reply = app.register("ada@example.org").await;
    let ada = member(&reply);
    let second: Uuid =
        app.post("/v1/workspaces", &ada, json!({ "name": "Second" })).await.expect(201).id().parse().unwrap();
    app.patch(&format!("/v1/workspaces/{second}"), &ada, json!({ "name": "Other" })).await.expect(404);
    let switched = app.post("/v1/auth/switch", &ada, json!({ "workspace_id": second })).await.expect(200);
    assert_eq!(switched.header("cache-control"), "no-store");
    assert!(switched.json["refresh_token"].is_null());
    let there = member(&switched);
    assert_eq!(there.workspace, second);
    app.get(&format!("/v1/workspaces/{second}"), &there).await.expect(200);
    app.patch(&format!("/v1/workspaces/{}", ada.workspace), &there, json!({ "name": "Other" })).await.expect(404);
    // The session goes on there, and a new one starts there.
    let refreshed = app.refresh(&refresh_token(&reply)).await.expect(200);
    assert_eq!(member(&refreshed).workspace, second);
    assert_eq!(member(&app.login("ada@example.org", PASSWORD).await.expect(200)).workspace, second);
    let pick = |id: Uuid| json!({ "email": "ada@example.org", "password": PASSWORD, "workspace_id": id });
    let picked = app.post_publicly("/v1/auth/login", pick(ada.workspace)).await.expect(200);
    assert_eq!(member(&picked).workspace, ada.workspace);
    let back = json!({ "refresh_token": refresh_token(&refreshed), "workspace_id": ada.workspace });
    assert_eq!(member(&app.post_publicly("/v1/auth/refresh", back).await.expect(200)).workspace, ada.workspace);
    // Others' workspaces are as those that don't exist.
    let other = member(&app.register("eve@example.org").await);
    for id in [other.workspace, Uuid::now_v7()] {
        let login = app.post_publicly("/v1/auth/login", pick(id)).await.expect(422);
        assert_eq!(login.faults(), ["/workspace_id"]);
        let switch = app.post("/v1/auth/switch", &ada, json!({ "workspace_id": id })).await.expect(422);
        assert_eq!(switch.faults(), ["/workspace_id"]);
        let token = refresh_token(&picked);
        let refresh = json!({ "refresh_token": token, "workspace_id": id });
        app.post_publicly("/v1/auth/refresh", refresh).await.expect(422);
    }
    // A refused switch has not used the token up.
    app.refresh(&refresh_token(&picked)).await.expect(200);
}

#[actix_web::test]
async fn what_is_over_is_thrown_away() {
    let app = TestApp::new().await;
    app.register("ada@example.org").await;
    app.mails().await;
    app.login("ada@example.org", "not this one").await.expect(401);
    app.pass(Duration::days(31));
    let gone = inroad::auth::forget_old(&app.app).await.unwrap();
    assert_eq!(gone, 3);
    for table in ["sessions", "refresh_tokens", "one_time_tokens", "throttles"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
}
