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

#[actix_web::test]
async fn compressed_bodies_are_refused_by_name() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let send = |coding: &'static str| {
        let request =
            app.request(Method::POST, "/v1/contacts").bearer_auth(&ada.token).header("content-encoding", coding);
        app.send(request.json(&json!({ "given_name": "Ada" })))
    };
    for coding in ["gzip", "br", "identity, gzip", "x"] {
        let reply = send(coding).await.expect(415);
        assert_eq!((reply.code(), reply.faults()), ("unsupported_media_type", vec!["Content-Encoding"]));
        assert_eq!(reply.header("accept-encoding"), "identity");
    }
    send("identity").await.expect(201);
    let request = app.request(Method::POST, "/v1/imports").bearer_auth(&ada.token).header("content-encoding", "gzip");
    let reply = app.send(request.header("content-type", "text/csv").body("x")).await.expect(415);
    assert_eq!(reply.header("accept-encoding"), "identity");
}

#[actix_web::test]
async fn malformed_conditions_are_named() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let path = format!("/v1/contacts/{}", app.post("/v1/contacts", &ada, json!({ "given_name": "A" })).await.id());
    for broken in ["1", "\"1", "W/1", "\"1\" \"2\"", ""] {
        let read = app.request(Method::GET, &path).bearer_auth(&ada.token).header("if-none-match", broken);
        let reply = app.send(read).await.expect(400);
        assert_eq!((reply.code(), reply.faults()), ("invalid_header", vec!["If-None-Match"]), "{broken}");
        let write = app.request(Method::PATCH, &path).bearer_auth(&ada.token).header("if-match", broken);
        let reply = app.send(write.json(&json!({ "given_name": "B" }))).await.expect(400);
        assert_eq!((reply.code(), reply.faults()), ("invalid_header", vec!["If-Match"]), "{broken}");
    }
    for known in ["\"1\"", "W/\"1\"", "\"0\", \"1\"", "*"] {
        let read = app.request(Method::GET, &path).bearer_auth(&ada.token).header("if-none-match", known);
        app.send(read).await.expect(304);
    }
    let weak = app.request(Method::PATCH, &path).bearer_auth(&ada.token).header("if-match", "W/\"1\"");
    app.send(weak.json(&json!({ "given_name": "B" }))).await.expect(412);
}

#[actix_web::test]
async fn an_upsert_heeds_whether_something_is_there() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for (path, body) in [("contacts", json!({ "given_name": "Ada" })), ("companies", json!({ "name": "Engines" }))] {
        let put = |header: &'static str, value: &'static str| {
            let request = app.request(Method::PUT, &format!("/v1/{path}/by-external-id/crm/1")).bearer_auth(&ada.token);
            app.send(request.header(header, value).json(&body))
        };
        put("if-match", "*").await.expect(412);
        put("if-none-match", "*").await.expect(201);
        assert_eq!(put("if-none-match", "*").await.expect(412).code(), "precondition_failed");
        put("if-match", "\"1\"").await.expect(200);
        put("if-match", "\"2\"").await.expect(412);
    }
}

#[actix_web::test]
async fn a_trace_is_continued_with_a_span_of_its_own() {
    let app = TestApp::new().await;
    let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let given = format!("00-{trace}-{span}-01");
    let reply = app.send(app.request(Method::GET, "/nope").header("traceparent", &given)).await.expect(404);
    let answered: Vec<&str> = reply.header("traceparent").split('-').collect();
    assert_eq!((answered[0], answered[1], answered[3]), ("00", trace, "01"));
    assert!(answered[2].len() == 16 && answered[2] != span, "{answered:?}");
    let broken = app.send(app.request(Method::GET, "/nope").header("traceparent", "00-x-y-01")).await;
    assert_eq!(broken.header("traceparent"), "");
}

#[actix_web::test]
async fn a_migration_below_running_statements_is_survived() {
    for flags in [&[][..], &["--row-security", "strict"]] {
        let app = TestApp::with(flags).await;
        let ada = app.seeker().await;
        let path = format!("/v1/contacts/{}", app.post("/v1/contacts", &ada, json!({ "given_name": "A" })).await.id());
        for _ in 0..20 {
            app.get(&path, &ada).await.expect(200);
            app.get("/v1/contacts?sort=name", &ada).await.expect(200);
        }
        app.sql("ALTER TABLE contacts ALTER COLUMN given_name TYPE varchar(300)").await;
        for _ in 0..20 {
            app.get(&path, &ada).await.expect(200);
            app.get("/v1/contacts?sort=name", &ada).await.expect(200);
        }
        // A write is told to come back at the worst, and then works.
        app.sql("ALTER TABLE contacts ALTER COLUMN given_name TYPE text").await;
        let mut statuses = Vec::new();
        for name in ["B", "C", "D"] {
            let reply = app.patch(&path, &ada, json!({ "given_name": name })).await;
            assert!(reply.status == 200 || reply.header("retry-after") == "1", "{}", reply.text);
            statuses.push(reply.status);
        }
        assert!(statuses[1..] == [200, 200], "{statuses:?}");
    }
}

#[actix_web::test]
async fn a_path_of_its_own_is_no_id() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let wrong = app.get("/v1/imports/preview", &ada).await.expect(405);
    assert_eq!((wrong.code(), wrong.header("allow")), ("method_not_allowed", "OPTIONS, POST"));
    let options = app.send(app.request(Method::OPTIONS, "/v1/imports/preview")).await.expect(204);
    assert_eq!(options.header("allow"), "OPTIONS, POST");
    assert_eq!(app.get("/v1/imports/previews", &ada).await.expect(400).faults(), ["id"]);
}

#[actix_web::test]
async fn what_the_layers_below_refuse_is_told_like_everything_else() {
    let app = TestApp::new().await;
    let long = "a".repeat(9000);
    for (request, status, code) in [
        (app.request(Method::GET, "/v1/limits").header("accept-encoding", "identity;q=0"), 406, "not_acceptable"),
        (app.request(Method::GET, &format!("/v1/limits?q={long}")), 414, "uri_too_long"),
        (app.request(Method::GET, "/v1/limits").header("x-long", long.repeat(4)), 431, "headers_too_large"),
    ] {
        let reply = app.send(request.header("x-request-id", "from-outside")).await.expect(status);
        assert_eq!((reply.code(), reply.header("x-request-id")), (code, "from-outside"));
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }
}

#[actix_web::test]
async fn large_answers_are_compressed_and_small_ones_are_not() {
    let app = TestApp::new().await;
    let get = async |path: &str| app.send(app.request(Method::GET, path).header("accept-encoding", "gzip")).await;
    assert_eq!(get("/openapi.json").await.header("content-encoding"), "gzip");
    let small = get("/v1/limits").await.expect(200);
    assert_eq!((small.header("content-encoding"), small.json["json_depth"].as_u64()), ("", Some(32)));
}

#[actix_web::test]
async fn what_is_not_utf_8_is_named() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for query in ["q=%ff", "tag=a&tag=%c3"] {
        let refused = app.get(&format!("/v1/contacts?{query}"), &ada).await.expect(400);
        assert_eq!(refused.faults(), [&query[..query.find('=').unwrap()]]);
    }
    app.get("/v1/contacts?q=%EF%BF%BD", &ada).await.expect(200);
}

#[actix_web::test]
async fn an_external_id_in_a_path_is_held_against_what_a_body_may_say() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let long = format!("crm/{}", "x".repeat(256));
    for (path, faults) in [
        ("cr%20m/1", vec!["system"]),
        ("c%00m/%00", vec!["system", "id"]),
        ("crm/%ff", vec!["id"]),
        (long.as_str(), vec!["id"]),
    ] {
        for resource in ["contacts", "companies"] {
            let body = if resource == "contacts" { json!({ "given_name": "A" }) } else { json!({ "name": "A" }) };
            let refused = app.put(&format!("/v1/{resource}/by-external-id/{path}"), &ada, body).await.expect(400);
            assert_eq!(refused.faults(), faults, "{path}");
        }
    }
    let made = app.put("/v1/contacts/by-external-id/crm/a%2Fb%20%C3%A9", &ada, json!({ "given_name": "A" })).await;
    assert_eq!(made.expect(201).json["external_ids"], json!({ "crm": "a/b é" }));
}

#[actix_web::test]
async fn a_patch_that_clears_what_does_not_exist_has_a_typo() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let path = app.post("/v1/contacts", &ada, json!({ "given_name": "A" })).await.expect(201);
    let path = path.header("location").to_owned();
    let refused = app.patch(&path, &ada, json!({ "headlin": null, "headline": null })).await.expect(422);
    assert_eq!((refused.faults(), &refused.json["errors"][0]["code"]), (vec!["/headlin"], &json!("unknown_field")));
}

#[actix_web::test]
async fn one_request_has_one_idempotency_key() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let request = app.request(Method::POST, "/v1/contacts").bearer_auth(&ada.token).json(&json!({ "given_name": "A" }));
    let refused = app.send(request.header("idempotency-key", "a").header("idempotency-key", "b")).await.expect(400);
    assert_eq!((refused.code(), refused.faults()), ("invalid_header", vec!["Idempotency-Key"]));
}
