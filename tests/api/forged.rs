//! Access tokens that somebody else made, altered, or kept for too long.
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::Duration;
use inroad::auth::jwt::{self, Algorithm, Claims, SigningKey};
use inroad::auth::{Role, Scopes, access_token};
use inroad::db::WorkspaceId;
use inroad::server;
use jsonwebtoken::{Algorithm as Jwa, EncodingKey, crypto};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::walk::{Operation, operations};

/// A secured operation that can be read without anything there.
fn target() -> Option<Operation> {
    let secured = |operation: &Operation| {
        operation.method == Method::GET && !operation.is_public() && !operation.path.contains('{')
    };
    operations(&server::document()).into_iter().find(secured)
}

/// 401 to whoever sends this token, with the challenge of RFC 6750.
async fn refused(app: &TestApp, target: &Operation, token: &str, what: &str) {
    let reply = app.send(app.request(Method::GET, &target.path).bearer_auth(token)).await;
    assert_eq!((reply.status, reply.code()), (401, "invalid_token"), "{what}: {}", reply.text);
    let challenge = reply.header("www-authenticate");
    assert!(challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""), "{challenge}");
}

fn part(token: &str, at: usize) -> Value {
    serde_json::from_slice(&BASE64.decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap()
}

fn message(header: &Value, payload: &Value) -> String {
    format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(payload.to_string()))
}

fn with(value: &Value, name: &str, to: impl Into<Value>) -> Value {
    let mut value = value.clone();
    value[name] = to.into();
    value
}

#[actix_web::test]
async fn a_token_that_this_service_did_not_sign_is_refused() {
    let Some(target) = target() else { return };
    let app = TestApp::new().await;
    let member = app.seeker().await;
    app.get(&target.path, &member).await.expect(200);
    let (header, payload) = (part(&member.token, 0), part(&member.token, 1));
    let signature = member.token.rsplit_once('.').unwrap().1;

    for algorithm in ["none", "None", "NONE"] {
        let message = message(&with(&header, "alg", algorithm), &payload);
        refused(&app, &target, &format!("{message}."), "unsigned").await;
        refused(&app, &target, &format!("{message}.{signature}"), "`none`, signed").await;
    }
    let keys = app.send(app.request(Method::GET, "/.well-known/jwks.json")).await.expect(200);
    let key = &keys.json["keys"][0];
    for secret in [key.to_string(), key["x"].as_str().unwrap_or_default().to_owned(), String::new()] {
        let message = message(&with(&header, "alg", "HS256"), &payload);
        let forged =
            crypto::sign(message.as_bytes(), &EncodingKey::from_secret(secret.as_bytes()), Jwa::HS256).unwrap();
        refused(&app, &target, &format!("{message}.{forged}"), "HS256 with the public key").await;
    }
    let wider = with(&payload, "scope", "contacts:write");
    refused(&app, &target, &format!("{}.{signature}", message(&header, &wider)), "altered claims").await;
    let mut altered = BASE64.decode(signature).unwrap();
    altered[3] ^= 1;
    refused(&app, &target, &format!("{}.{}", message(&header, &payload), BASE64.encode(altered)), "altered signature")
        .await;
    for broken in ["", ".", "..", "a.b.c", "inr_live_0", &member.token[1..], &member.token[..member.token.len() - 1]] {
        let reply = app.send(app.request(Method::GET, &target.path).bearer_auth(broken)).await;
        assert_eq!(reply.status, 401, "{broken}: {}", reply.text);
    }
}

#[actix_web::test]
async fn the_key_of_somebody_else_is_not_asked_for() {
    let Some(target) = target() else { return };
    let app = TestApp::new().await;
    let member = app.seeker().await;
    let claims: Claims = serde_json::from_value(part(&member.token, 1)).unwrap();
    let own = SigningKey::generate(Algorithm::Es256).unwrap();
    refused(&app, &target, &jwt::sign(&own, &claims).unwrap(), "another issuer's key").await;

    let header = part(&member.token, 0);
    let foreign = [
        json!({ "jku": format!("{}/keys.json", app.base) }),
        json!({ "jwk": own.public_jwk() }),
        json!({ "x5u": format!("{}/key.pem", app.base) }),
        json!({ "kid": own.kid(), "jwk": own.public_jwk() }),
    ];
    for extra in foreign {
        let mut header = header.clone();
        header.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let message = message(&header, &part(&member.token, 1));
        let key = EncodingKey::from_ec_der(own.private_pkcs8());
        let forged = crypto::sign(message.as_bytes(), &key, Jwa::ES256).unwrap();
        refused(&app, &target, &format!("{message}.{forged}"), &extra.to_string()).await;
    }
}

#[actix_web::test]
async fn a_token_ends_with_its_time_and_with_its_session() {
    let Some(target) = target() else { return };
    let app = TestApp::new().await;
    let member = app.seeker().await;
    app.get(&target.path, &member).await.expect(200);
    app.sql(&format!("UPDATE sessions SET ended_at = now() WHERE id = '{}'", member.session)).await;
    app.app.verified.forget();
    refused(&app, &target, &member.token, "an ended session").await;

    let member = app.seeker().await;
    app.get(&target.path, &member).await.expect(200);
    app.pass(Duration::minutes(17));
    refused(&app, &target, &member.token, "expired, and known from before").await;
    let member = app.seeker().await;
    app.pass(Duration::minutes(17));
    refused(&app, &target, &member.token, "expired").await;
}

#[actix_web::test]
async fn a_token_is_good_for_no_workspace_but_its_own() {
    let Some(target) = target() else { return };
    let app = TestApp::new().await;
    let (a, b) = (app.seeker().await, app.seeker().await);
    let mixed = [(a.user, b.workspace, a.session), (a.user, b.workspace, b.session), (a.user, a.workspace, b.session)];
    for (user, workspace, session) in mixed {
        let workspace = WorkspaceId::vouched(workspace);
        let token = access_token(&app.app, user, workspace, session, Scopes::all()).await.unwrap();
        refused(&app, &target, &token, "of another workspace").await;
    }
    let member = app.member(Some(a.workspace), Role::Owner, Scopes::all()).await;
    app.get(&target.path, &member).await.expect(200);
    app.sql(&format!("DELETE FROM members WHERE user_id = '{}'", member.user)).await;
    app.app.verified.forget();
    refused(&app, &target, &member.token, "of somebody who was removed").await;
}
