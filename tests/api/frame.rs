//! What holds for every request.
use reqwest::Method;
use serde_json::json;

use crate::support::TestApp;

#[actix_web::test]
async fn a_wrong_path_and_a_wrong_method_are_told_apart() {
    let app = TestApp::new().await;
    let missing = app.send(app.request(Method::GET, "/v1/nowhere")).await.expect(404);
    assert_eq!((missing.code(), missing.header("content-type")), ("not_found", "application/problem+json"));
    for method in ["DELETE", "TRACE", "QUERY"] {
        let wrong = app.send(app.request(method.parse().unwrap(), "/v1/limits")).await.expect(405);
        assert_eq!((wrong.code(), wrong.header("allow")), ("method_not_allowed", "GET, HEAD, OPTIONS"));
    }
    let options = app.send(app.request(Method::OPTIONS, "/v1/limits")).await.expect(204);
    assert_eq!(options.header("allow"), "GET, HEAD, OPTIONS");
}

#[actix_web::test]
async fn a_wrong_method_is_refused_whatever_it_brings() {
    let app = TestApp::new().await;
    let member = app.seeker().await;
    app.post("/v1/limits", &member, json!({})).await.expect(405);
    app.put("/v1/limits", &member, json!({})).await.expect(405);
    app.patch("/v1/limits", &member, json!({})).await.expect(405);
    app.post_publicly("/v1/limits", json!({})).await.expect(405);
}

#[actix_web::test]
async fn head_answers_as_get_without_the_body() {
    let app = TestApp::new().await;
    let get = app.send(app.request(Method::GET, "/v1/limits")).await.expect(200);
    let head = app.send(app.request(Method::HEAD, "/v1/limits")).await.expect(200);
    assert_eq!(head.header("content-length"), get.header("content-length"));
    assert_eq!(head.text, "");
}

#[actix_web::test]
async fn an_acceptable_request_id_is_kept_and_another_replaced() {
    let app = TestApp::new().await;
    let kept = app.send(app.request(Method::GET, "/nope").header("x-request-id", "my-own_id")).await;
    assert_eq!(kept.header("x-request-id"), "my-own_id");
    let replaced = app.send(app.request(Method::GET, "/nope").header("x-request-id", "short")).await;
    assert_ne!(replaced.header("x-request-id"), "short");
    assert_eq!(replaced.json["instance"], format!("urn:uuid:{}", replaced.header("x-request-id")));
}

#[actix_web::test]
async fn a_type_resolves_to_its_page() {
    let app = TestApp::new().await;
    let problem = app.send(app.request(Method::GET, "/nope")).await;
    let path = problem.json["type"].as_str().unwrap().strip_prefix(&app.base).unwrap().to_owned();
    let page = app.send(app.request(Method::GET, &path)).await.expect(200);
    assert!(page.text.contains("not_found"));
}
