//! Requests that nobody sends by accident. Each gets a problem that names the fault.
use inroad::server;
use reqwest::{Method, RequestBuilder, header};
use serde_json::Value;

use crate::support::{Member, Reply, TestApp};
use crate::walk::{Operation, operations, with_body};

const MIB: usize = 1024 * 1024;

/// Operations that read JSON.
fn readers() -> Vec<Operation> {
    operations(&server::document()).into_iter().filter(|operation| operation.json_body().is_some()).collect()
}

fn as_somebody(request: RequestBuilder, operation: &Operation, member: &Member) -> RequestBuilder {
    if operation.is_public() { request } else { request.bearer_auth(&member.token) }
}

/// The answer to this body.
async fn answer(app: &TestApp, operation: &Operation, member: &Member, body: Vec<u8>) -> Reply {
    let request = with_body(app, operation, &operation.nowhere(), body);
    app.send(as_somebody(request, operation, member)).await
}

#[actix_web::test]
async fn json_that_readers_understand_differently_is_refused() {
    let app = TestApp::new().await;
    let member = app.seeker().await;
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(32), "]".repeat(32));
    let cases: [(&str, &[u8], &str); 14] = [
        ("empty", b"", "invalid_json"),
        ("half", b"{\"name\": \"x", "invalid_json"),
        ("an array", b"[]", "not_an_object"),
        ("a text", b"\"x\"", "not_an_object"),
        ("null", b"null", "not_an_object"),
        ("two texts", b"{} {}", "invalid_json"),
        ("a comment", b"{/**/}", "invalid_json"),
        ("NaN", b"{\"a\": NaN}", "invalid_json"),
        ("a byte order mark", b"\xef\xbb\xbf{}", "invalid_json"),
        ("invalid UTF-8", b"{\"a\": \"\xff\xfe\"}", "invalid_json"),
        ("U+0000", b"{\"a\": \"x\\u0000y\"}", "nul_character"),
        ("a lone surrogate", b"{\"a\": \"\\ud83d\"}", "lone_surrogate"),
        ("a key twice", b"{\"a\": 1, \"a\": 2}", "duplicate_key"),
        ("33 levels", deep.as_bytes(), "too_deep"),
    ];
    for operation in readers() {
        let none = app.request(operation.method.clone(), &operation.nowhere());
        let none = app.send(as_somebody(none, &operation, &member)).await;
        let needed = operation.spec["requestBody"]["required"] != false;
        assert_eq!(none.status == 415, needed, "{operation}: {}", none.text);
        for (what, body, code) in &cases {
            let reply = answer(&app, &operation, &member, body.to_vec()).await;
            // What may be left out may be empty, too.
            if body.is_empty() && none.status != 415 {
                assert_eq!(reply.status, none.status, "{operation}: {}", reply.text);
                continue;
            }
            assert_eq!((reply.status, reply.code()), (400, "invalid_json"), "{operation}, {what}: {}", reply.text);
            assert_eq!(reply.json["errors"][0]["code"], *code, "{operation}, {what}: {}", reply.text);
        }
    }
}

#[actix_web::test]
async fn a_bomb_of_brackets_costs_nothing() {
    let app = TestApp::new().await;
    let member = app.seeker().await;
    for operation in readers() {
        let fits = answer(&app, &operation, &member, vec![b'['; MIB]).await;
        assert_eq!((fits.status, fits.code()), (400, "invalid_json"), "{operation}: {}", fits.text);
        let inside = [b"{\"a\":".to_vec(), vec![b'['; MIB - 10]].concat();
        let inside = answer(&app, &operation, &member, inside).await;
        assert_eq!(inside.json["errors"][0]["code"], "too_deep", "{operation}: {}", inside.text);
        let large = answer(&app, &operation, &member, vec![b'['; 5 * MIB]).await;
        assert_eq!((large.status, large.code()), (413, "too_large"), "{operation}: {}", large.text);
    }
}

#[actix_web::test]
async fn another_media_type_is_refused() {
    let app = TestApp::new().await;
    let member = app.seeker().await;
    for operation in readers() {
        for kind in ["application/x-www-form-urlencoded", "text/plain", "application/xml", ""] {
            let mut request = app.request(operation.method.clone(), &operation.nowhere()).body("{}");
            if !kind.is_empty() {
                request = request.header("content-type", kind);
            }
            let reply = app.send(as_somebody(request, &operation, &member)).await;
            let wanted = (415, "unsupported_media_type");
            assert_eq!((reply.status, reply.code()), wanted, "{operation}, {kind}: {}", reply.text);
            let names = if operation.method == Method::PATCH { "accept-patch" } else { "accept-post" };
            let listed = ["accept-patch", "accept-post"].iter().any(|name| reply.header(name).contains("json"));
            assert!(listed, "{operation} does not say in {names} what it takes");
        }
    }
}

#[actix_web::test]
async fn a_typo_in_a_body_is_named() {
    let app = TestApp::new().await;
    let member = app.seeker().await;
    // The fields of a patch are known once it is applied, and here there is nothing to apply it to.
    for operation in
        readers().iter().filter(|operation| operation.method == Method::POST && !operation.path.contains('{'))
    {
        let reply = answer(&app, operation, &member, b"{\"no_such_field\": 1}".to_vec()).await;
        assert_eq!((reply.status, reply.code()), (422, "invalid_fields"), "{operation}: {}", reply.text);
        let named = |fault: &Value| fault["pointer"] == "/no_such_field" && fault["code"] == "unknown_field";
        assert!(reply.json["errors"].as_array().unwrap().iter().any(named), "{operation}: {}", reply.text);
    }
}

/// What reads no body ignores none: a typo, or a field of another operation, would seem to do something.
#[actix_web::test]
async fn a_field_where_nothing_is_read_is_named() {
    let app = TestApp::new().await;
    let member = app.seeker().await;
    let takes_none = |operation: &&Operation| {
        operation.path.starts_with("/v1/")
            && operation.method == Method::POST
            && !operation.spec["requestBody"].is_object()
    };
    let all = operations(&server::document());
    let mut count = 0;
    for operation in all.iter().filter(takes_none) {
        let request = app.request(operation.method.clone(), &operation.nowhere());
        let named = request.header("content-type", "application/json").body("{\"no_such_field\": 1}");
        let reply = app.send(as_somebody(named, operation, &member)).await;
        assert_eq!((reply.status, reply.code()), (422, "invalid_fields"), "{operation}: {}", reply.text);
        assert_eq!(reply.faults(), ["/no_such_field"], "{operation}");
        count += 1;
    }
    assert!(count >= 25, "{count}");
}

#[actix_web::test]
async fn an_unknown_query_parameter_is_named() {
    let app = TestApp::new().await;
    let member = app.seeker().await;
    let strict = |operation: &Operation| operation.path.starts_with("/v1/") && operation.json_body().is_none();
    for operation in operations(&server::document()).iter().filter(|operation| strict(operation)) {
        // Whether a body that is no JSON comes before or after is the operation's own affair.
        if operation.spec["requestBody"].is_object() {
            continue;
        }
        let request =
            app.request(operation.method.clone(), &operation.asking(&operation.nowhere(), "no_such_parameter=1"));
        let reply = app.send(as_somebody(request, operation, &member)).await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_parameter"), "{operation}: {}", reply.text);
        assert_eq!(reply.faults(), ["no_such_parameter"], "{operation}");
    }
}

#[actix_web::test]
async fn a_list_takes_no_nonsense() {
    let app = TestApp::new().await;
    let member = app.seeker().await;
    let lists = operations(&server::document()).into_iter().filter(|operation| {
        operation.method == Method::GET && operation.parameters("query").iter().any(|known| known["name"] == "cursor")
    });
    for operation in lists.filter(|operation| operation.row_ids().is_empty()) {
        for limit in ["0", "201", "-1", "x", "1e3", "99999999999999999999"] {
            let reply = app.get(&operation.asking(&operation.path, &format!("limit={limit}")), &member).await;
            assert_eq!(
                (reply.status, reply.code()),
                (400, "invalid_parameter"),
                "{operation}, {limit}: {}",
                reply.text
            );
            assert_eq!(reply.faults(), ["limit"], "{operation}, {limit}");
        }
        for cursor in ["x", "AAAA", "eyJpZCI6IjEifQ", "%00", "%F0%9F%92%A9"] {
            let reply = app.get(&operation.asking(&operation.path, &format!("cursor={cursor}")), &member).await;
            assert_eq!(reply.status, 400, "{operation}, {cursor}: {}", reply.text);
            assert_eq!(reply.faults(), ["cursor"], "{operation}, {cursor}");
        }
    }
}

#[actix_web::test]
async fn an_id_that_is_none_is_named() {
    let app = TestApp::new().await;
    let member = app.seeker().await;
    for operation in operations(&server::document()).iter().filter(|operation| operation.row_ids().len() == 1) {
        let name = operation.row_ids()[0].to_owned();
        if operation.spec["requestBody"].is_object() {
            continue;
        }
        for id in ["1", "not-an-id", "%2e%2e", "00000000-0000-0000-0000-00000000000g", "%00"] {
            let url = operation.path.replace(&format!("{{{name}}}"), id);
            let reply = app.send(as_somebody(app.request(operation.method.clone(), &url), operation, &member)).await;
            // Two dots lead to the folder above, which may be a resource without this method.
            let above = id == "%2e%2e" && reply.status == 405;
            assert!(above || matches!(reply.status, 400 | 404), "{operation}, {id}: {}", reply.text);
        }
    }
}

#[actix_web::test]
async fn urls_and_headers_have_limits() {
    let app = TestApp::new().await;
    let long = app.send(app.request(Method::GET, &format!("/v1/limits?{}", "x".repeat(9 * 1024)))).await;
    let problem = (long.status, long.code(), long.header("content-type"));
    assert_eq!(problem, (414, "uri_too_long", "application/problem+json"), "{}", long.text);
    let large = app.send(app.request(Method::GET, "/v1/limits").header("x-large", "x".repeat(33 * 1024))).await;
    let problem = (large.status, large.code(), large.header("content-type"));
    assert_eq!(problem, (431, "headers_too_large", "application/problem+json"), "{}", large.text);
    // More than its buffer for the head the HTTP layer does not even parse.
    let request = app.request(Method::GET, "/v1/limits").header("x-large", "x".repeat(200 * 1024));
    let reply = app.send_freely(request).await;
    assert!(matches!(reply.map(|reply| reply.status), Some(400 | 431) | None));
}

#[actix_web::test]
async fn only_configured_origins_may_read() {
    let app = TestApp::with(&["--cors-origins", "https://app.example.org,http://localhost:5173"]).await;
    let preflight = |origin: &str, method: &str| {
        app.request(Method::OPTIONS, "/v1/limits")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, method)
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,idempotency-key,if-match")
    };
    let allowed = app.send(preflight("https://app.example.org", "PATCH")).await;
    assert!(matches!(allowed.status, 200 | 204), "{}", allowed.text);
    assert_eq!(allowed.header("access-control-allow-origin"), "https://app.example.org");
    assert_eq!(allowed.header("access-control-max-age"), "7200");
    assert!(!allowed.headers.contains_key("access-control-allow-credentials"));
    let methods = allowed.header("access-control-allow-methods");
    assert!(["GET", "POST", "PUT", "PATCH", "DELETE"].iter().all(|method| methods.contains(method)), "{methods}");

    let read = app.request(Method::GET, "/v1/limits").header(header::ORIGIN, "http://localhost:5173");
    let read = app.send(read).await.expect(200);
    assert_eq!(read.header("access-control-allow-origin"), "http://localhost:5173");
    let exposed = read.header("access-control-expose-headers").to_lowercase();
    for name in ["etag", "location", "link", "retry-after", "ratelimit", "x-request-id", "www-authenticate"] {
        assert!(exposed.split(',').any(|known| known.trim() == name), "{name} is not exposed: {exposed}");
    }
    // Errors, too, can be read by the page that made the request.
    let problem = app.request(Method::GET, "/v1/nowhere").header(header::ORIGIN, "http://localhost:5173");
    let problem = app.send(problem).await.expect(404);
    assert_eq!(problem.header("access-control-allow-origin"), "http://localhost:5173");
    let long = "x".repeat(9_000);
    for (request, status) in [
        (app.request(Method::GET, &format!("/v1/contacts?q={long}")), 414),
        (app.request(Method::GET, "/v1/contacts").header("x-long", long.repeat(4)), 431),
    ] {
        let refused = app.send(request.header(header::ORIGIN, "http://localhost:5173")).await.expect(status);
        assert_eq!(refused.header("access-control-allow-origin"), "http://localhost:5173", "{status}");
    }

    for origin in ["https://evil.example", "https://app.example.org.evil.example", "http://app.example.org", "null"] {
        let refused = app.send(preflight(origin, "GET")).await;
        assert!(!refused.headers.contains_key("access-control-allow-origin"), "{origin}");
        let read = app.send(app.request(Method::GET, "/v1/limits").header(header::ORIGIN, origin)).await;
        assert!(!read.headers.contains_key("access-control-allow-origin"), "{origin}");
    }
}

#[actix_web::test]
async fn large_answers_are_compressed_and_small_ones_are_not() {
    let app = TestApp::new().await;
    let get = |path: &str| app.request(Method::GET, path).header(header::ACCEPT_ENCODING, "gzip");
    let large = app.send(get("/openapi.json")).await.expect(200);
    assert_eq!(large.header("content-encoding"), "gzip");
    assert!(large.header("vary").to_lowercase().contains("accept-encoding"), "{}", large.header("vary"));
    let small = app.send(get("/healthz")).await.expect(200);
    assert_eq!((small.header("content-encoding"), &small.json["status"]), ("", &Value::from("ok")));
    let plain = app.send(app.request(Method::GET, "/openapi.json")).await.expect(200);
    assert_eq!(plain.header("content-encoding"), "");
    assert!(plain.json["openapi"].is_string());
}

#[actix_web::test]
async fn the_anonymous_are_counted() {
    let app = TestApp::with(&["--rate-limit-anonymous", "3"]).await;
    for left in [2, 1, 0] {
        let reply = app.send(app.request(Method::GET, "/v1/limits")).await.expect(200);
        assert_eq!(reply.header("ratelimit-policy"), "\"api\";q=3;w=60");
        assert!(
            reply.header("ratelimit").starts_with(&format!("\"api\";r={left};t=")),
            "{}",
            reply.header("ratelimit")
        );
    }
    let beyond = app.send(app.request(Method::GET, "/v1/limits")).await.expect(429);
    assert_eq!(beyond.code(), "rate_limited");
    let wait: u64 = beyond.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(beyond.header("ratelimit").starts_with("\"api\";r=0;t="), "{}", beyond.header("ratelimit"));
    // Health is for balancers, which ask often.
    app.send(app.request(Method::GET, "/healthz")).await.expect(200);
}

#[actix_web::test]
async fn credentials_are_counted_one_by_one() {
    let Some(target) = operations(&server::document())
        .into_iter()
        .find(|operation| operation.method == Method::GET && !operation.is_public() && !operation.path.contains('{'))
    else {
        return;
    };
    let app = TestApp::with(&["--rate-limit", "2"]).await;
    let (a, b) = (app.seeker().await, app.seeker().await);
    app.get(&target.path, &a).await.expect(200);
    app.get(&target.path, &a).await.expect(200);
    assert_eq!(app.get(&target.path, &a).await.expect(429).code(), "rate_limited");
    app.get(&target.path, &b).await.expect(200);
}

/// What the frame adds to every answer.
#[actix_web::test]
async fn every_answer_has_its_safe_headers() {
    let app = TestApp::new().await;
    for path in ["/healthz", "/v1/limits", "/nowhere", "/openapi.json", "/problems/internal", "/docs/"] {
        let reply = app.send(app.request(Method::GET, path)).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert!(reply.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(!reply.header("x-request-id").is_empty() && !reply.header("cache-control").is_empty(), "{path}");
        assert!(!reply.headers.contains_key("server") && !reply.headers.contains_key("set-cookie"), "{path}");
    }
}

/// What has no credential of its own is counted as the anonymous are, and says so.
#[actix_web::test]
async fn pages_and_documents_are_counted_by_address() {
    let app = TestApp::with(&["--rate-limit-anonymous", "5"]).await;
    let pages = ["/docs/", "/openapi.json", "/problems/internal", "/.well-known/jwks.json", "/nowhere"];
    for (page, left) in pages.into_iter().zip([4, 3, 2, 1, 0]) {
        let reply = app.send(app.request(Method::GET, page)).await;
        assert_eq!(reply.header("ratelimit-policy"), "\"api\";q=5;w=60", "{page}");
        let standing = reply.header("ratelimit");
        assert!(standing.starts_with(&format!("\"api\";r={left};t=")), "{page}: {standing}");
    }
    for page in pages {
        let beyond = app.send(app.request(Method::GET, page)).await.expect(429);
        let wait = beyond.header("retry-after");
        assert_eq!(beyond.header("ratelimit"), format!("\"api\";r=0;t={wait}"), "{page}");
    }
    app.send(app.request(Method::GET, "/readyz")).await.expect(200);
}
