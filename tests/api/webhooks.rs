use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::Duration;
use inroad::auth::{Role, Scopes};
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};
use crate::web::{Request, Web};

async fn service() -> TestApp {
    TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await
}

async fn endpoint(app: &TestApp, member: &Member, more: Value) -> Reply {
    app.post("/v1/webhook-endpoints", member, more).await.expect(201)
}

async fn contact(app: &TestApp, member: &Member, name: &str) -> String {
    app.post("/v1/contacts", member, json!({ "given_name": name, "notes": "Secret words" })).await.expect(201).id()
}

/// Tells all that is due now; tells how many attempts that were.
async fn work(app: &TestApp) -> usize {
    let mut count = 0;
    loop {
        match inroad::webhooks::work(&app.app).await.unwrap() {
            0 => return count,
            some => count += some,
        }
    }
}

fn types(requests: &[Request]) -> Vec<String> {
    let kind =
        |request: &Request| serde_json::from_str::<Value>(&request.body).unwrap()["type"].as_str().unwrap().to_owned();
    requests.iter().map(kind).collect()
}

/// The signatures that this secret makes of the request.
fn signed(request: &Request, secret: &str) -> String {
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let text = format!("{}.{}.{}", request.headers["webhook-id"], request.headers["webhook-timestamp"], request.body);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), text.as_bytes());
    format!("v1,{}", BASE64.encode(tag.as_ref()))
}

async fn deliveries(app: &TestApp, member: &Member, id: &str) -> Vec<Value> {
    let list = app.get(&format!("/v1/webhook-endpoints/{id}/deliveries"), member).await.expect(200);
    list.json["data"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn a_change_is_told_signed_and_without_what_is_nobodys_business() {
    let (app, web) = (service().await, Web::start());
    let ada = app.seeker().await;
    web.put("/hook", "204 No Content", &[], "");
    let input = json!({ "url": web.url("/hook"), "events": ["contact.*"], "headers": { "X-Gateway-Key": "2f8a" } });
    let made = endpoint(&app, &ada, input).await;
    let secret = made.json["secret"].as_str().unwrap().to_owned();
    assert_eq!((made.header("cache-control"), &made.json["header_names"]), ("no-store", &json!(["X-Gateway-Key"])));
    assert!(!made.text.contains("2f8a"), "{}", made.text);
    // What the headers say is for this address alone.
    let path = format!("/v1/webhook-endpoints/{}", made.id());
    let elsewhere = app.patch(&path, &ada, json!({ "url": web.url("/elsewhere") })).await.expect(422);
    assert_eq!(elsewhere.faults(), ["/headers"]);
    let tom = contact(&app, &ada, "Tom").await;
    app.post("/v1/companies", &ada, json!({ "name": "Acme" })).await.expect(201);
    app.patch(&format!("/v1/contacts/{tom}"), &ada, json!({ "notes": "More secret words" })).await.expect(200);
    assert_eq!(work(&app).await, 2);
    let mut told = web.requests();
    // Without `ordered` they go out together.
    told.sort_by_key(|request| types(std::slice::from_ref(request)));
    assert_eq!(types(&told), ["contact.created", "contact.updated"]);
    let body: Value = serde_json::from_str(&told[1].body).unwrap();
    assert_eq!(body["timestamp"], "2026-03-02T09:00:00Z");
    assert_eq!(body["data"]["resource"], json!({ "type": "contact", "id": tom, "version": 2 }));
    assert_eq!((&body["data"]["fields"], &body["data"]["actor"]["id"]), (&json!(["notes"]), &json!(ada.user)));
    assert!(!told[1].body.contains("ecret words"), "{}", told[1].body);
    assert_eq!(told[0].headers["content-type"], "application/json");
    assert_eq!(told[0].headers["x-gateway-key"], "2f8a");
    assert!(
        told[0].headers["webhook-id"].starts_with("msg_")
            && told[0].headers["webhook-id"] != told[1].headers["webhook-id"]
    );
    assert_eq!(told[0].headers["webhook-timestamp"], app.app.now().timestamp().to_string());
    assert_eq!(told[0].headers["webhook-signature"], signed(&told[0], &secret));
    // From where the webhook leaves off, the log goes on.
    let cursor = body["data"]["cursor"].as_str().unwrap();
    assert_eq!(app.get(&format!("/v1/changes?cursor={cursor}"), &ada).await.expect(200).json["data"], json!([]));
    // Both secrets sign for a day.
    let path = format!("/v1/webhook-endpoints/{}", made.id());
    let rotated = app.post(&format!("{path}/rotate"), &ada, json!({})).await.expect(200);
    let newer = rotated.json["secret"].as_str().unwrap().to_owned();
    contact(&app, &ada, "Mary").await;
    work(&app).await;
    let told = web.requests();
    let both = format!("{} {}", signed(&told[0], &newer), signed(&told[0], &secret));
    assert_eq!(told[0].headers["webhook-signature"], both);
    app.pass(Duration::hours(24));
    let ada = app.member_again(&ada).await;
    contact(&app, &ada, "Ann").await;
    work(&app).await;
    let told = web.requests();
    assert_eq!(told[0].headers["webhook-signature"], signed(&told[0], &newer));
    let read = app.get(&path, &ada).await.expect(200);
    assert!(!read.text.contains("whsec_") && !read.text.contains("2f8a"), "{}", read.text);
    let statistics = app.get(&format!("{path}/statistics"), &ada).await.expect(200).json;
    assert_eq!(
        (&statistics["pending"], &statistics["delivered"], &statistics["failing_since"]),
        (&json!(0), &json!(4), &Value::Null)
    );
}

/// What a reference library makes of webhooks, if it is there.
fn verified(program: &str, variable: (&str, &str), script: &str, told: &Value) -> Option<Value> {
    use std::io::Write;
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    if !root.join(variable.1).exists() {
        eprintln!("skipped: no {} (`.ci/run` says how it is made)", variable.1);
        return None;
    }
    let mut command = std::process::Command::new(program);
    command.current_dir(root).env(variable.0, root.join(variable.1)).arg(root.join(script));
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(told.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{script}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[actix_web::test]
async fn the_reference_libraries_find_the_signatures_good() {
    let (app, web) = (service().await, Web::start());
    // They refuse what is older than five minutes.
    app.pass_to_the_present();
    let ada = app.seeker().await;
    web.put("/hook", "200 OK", &[], "");
    let made = endpoint(&app, &ada, json!({ "url": web.url("/hook"), "events": ["contact.*"] })).await;
    let path = format!("/v1/webhook-endpoints/{}", made.id());
    let mut told = Vec::new();
    let mut secret = made.json["secret"].clone();
    for name in ["Zoë", "Tom"] {
        contact(&app, &ada, name).await;
        work(&app).await;
        for request in web.requests() {
            told.push(json!({ "secret": secret, "headers": request.headers, "body": request.body }));
            // By the one before it is signed as well.
            told.push(json!({ "secret": made.json["secret"], "headers": request.headers, "body": request.body }));
        }
        secret = app.post(&format!("{path}/rotate"), &ada, json!({})).await.expect(200).json["secret"].clone();
    }
    let (told, types) = (json!(told), json!(vec!["contact.created"; 4]));
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/target/webhooks/bin/python");
    for (program, variable, script) in [
        (python, ("PYTHONDONTWRITEBYTECODE", "target/webhooks"), "tests/webhooks.py"),
        ("node", ("NODE_PATH", "target/webhooks-js/node_modules"), "tests/webhooks.cjs"),
    ] {
        if let Some(found) = verified(program, variable, script, &told) {
            assert_eq!(found, types, "{script}");
        }
    }
}

#[actix_web::test]
async fn what_does_not_arrive_is_tried_again_by_the_schedule_and_given_up() {
    let (app, web) = (service().await, Web::start());
    let ada = app.seeker().await;
    web.put("/hook", "500 Oh", &[], "x".repeat(3000));
    let made = endpoint(&app, &ada, json!({ "url": web.url("/hook"), "events": ["contact.created"] })).await;
    contact(&app, &ada, "Tom").await;
    assert_eq!(work(&app).await, 1);
    let first = &deliveries(&app, &ada, &made.id()).await[0];
    assert_eq!((&first["state"], &first["attempts"], &first["status"]), (&json!("pending"), &json!(1), &json!(500)));
    assert_eq!(first["answer"].as_str().unwrap().len(), 1024);
    // Not before its time; the same by its id.
    app.pass(Duration::seconds(4));
    assert_eq!(work(&app).await, 0);
    for (hours, seconds) in
        [(0, 2), (0, 330), (0, 1_980), (2, 720), (5, 1_800), (11, 0), (15, 1_440), (22, 0), (26, 1_440)]
    {
        app.pass(Duration::hours(hours) + Duration::seconds(seconds));
        assert_eq!(work(&app).await, 1, "{hours}:{seconds}");
    }
    let ids: Vec<String> = web.requests().into_iter().map(|request| request.headers["webhook-id"].clone()).collect();
    assert_eq!(ids.len(), 10);
    assert!(ids.iter().all(|id| *id == ids[0]));
    let ada = app.member_again(&ada).await;
    let last = deliveries(&app, &ada, &made.id()).await.remove(0);
    assert_eq!(
        (&last["state"], &last["attempts"], &last["next_attempt_at"]),
        (&json!("failed"), &json!(10), &Value::Null)
    );
    // Sent again by hand, it arrives.
    web.put("/hook", "200 OK", &[], "thanks");
    let path = format!("/v1/webhook-endpoints/{}/deliveries/{}", made.id(), last["id"].as_str().unwrap());
    app.post(&format!("{path}/resend"), &ada, json!({})).await.expect(200);
    assert_eq!(work(&app).await, 1);
    let read = app.get(&path, &ada).await.expect(200).json;
    assert_eq!(
        (&read["state"], &read["answer"], &read["webhook_id"]),
        (&json!("delivered"), &json!("thanks"), &json!(ids[0]))
    );
    assert_eq!(
        (&read["request"]["body"]["type"], &read["request"]["url"]),
        (&json!("contact.created"), &json!(web.url("/hook")))
    );
    // Who is busy says when to come again; no redirect is followed.
    web.put("/hook", "429 Busy", &[("retry-after", "3600")], "");
    contact(&app, &ada, "Mary").await;
    work(&app).await;
    // Nor is it told of what happens meanwhile.
    contact(&app, &ada, "Grace").await;
    app.pass(Duration::minutes(59));
    assert_eq!(work(&app).await, 0);
    web.put("/hook", "302 Found", &[("location", "/elsewhere")], "");
    app.pass(Duration::minutes(2));
    assert_eq!(work(&app).await, 2);
    assert!(web.requests().iter().all(|request| request.path == "/hook"));
    let ada = app.member_again(&ada).await;
    assert_eq!(deliveries(&app, &ada, &made.id()).await[0]["status"], 302);
}

#[actix_web::test]
async fn an_endpoint_that_is_gone_or_hopeless_is_turned_off_and_its_maker_told() {
    let (app, web) = (service().await, Web::start());
    let ada = app.seeker().await;
    web.put("/gone", "410 Gone", &[], "");
    web.put("/dead", "503 Later", &[], "");
    let gone = endpoint(&app, &ada, json!({ "url": web.url("/gone"), "events": ["contact.created"] })).await.id();
    let dead = endpoint(&app, &ada, json!({ "url": web.url("/dead"), "events": ["contact.created"] })).await.id();
    contact(&app, &ada, "Tom").await;
    work(&app).await;
    let state = async |id: &str, member: &Member| {
        let read = app.get(&format!("/v1/webhook-endpoints/{id}"), member).await.expect(200).json;
        (read["enabled"].clone(), read["disabled_reason"].clone())
    };
    assert_eq!(state(&gone, &ada).await, (json!(false), json!("gone")));
    assert_eq!(state(&dead, &ada).await, (json!(true), Value::Null));
    for day in 0..6 {
        app.pass(Duration::hours(24));
        let again = app.member_again(&ada).await;
        contact(&app, &again, &format!("Day {day}")).await;
        work(&app).await;
    }
    let ada = app.member_again(&ada).await;
    assert_eq!(state(&dead, &ada).await, (json!(false), json!("failing")));
    let log = app.get("/v1/changes?kind=webhook_endpoint.disabled", &ada).await.expect(200).json;
    let of: Vec<&Value> = log["data"].as_array().unwrap().iter().map(|change| &change["resource"]["id"]).collect();
    assert_eq!(of, [&json!(gone), &json!(dead)]);
    assert_eq!(log["data"][0]["actor"]["kind"], "job");
    let mails = app.texts("SELECT payload->>'subject' AS text FROM jobs WHERE kind = 'send_mail'").await;
    assert_eq!(mails.iter().filter(|subject| subject.contains("turned off")).count(), 2, "{mails:?}");
    // It is told of nothing while it is off; turned on again, it begins anew, and what it missed is replayed.
    web.put("/dead", "200 OK", &[], "");
    web.requests();
    contact(&app, &ada, "Missed").await;
    work(&app).await;
    assert!(web.requests().is_empty());
    let path = format!("/v1/webhook-endpoints/{dead}");
    let on = app.patch(&path, &ada, json!({ "enabled": true })).await.expect(200).json;
    assert_eq!((&on["enabled"], &on["disabled_reason"]), (&json!(true), &Value::Null));
    work(&app).await;
    let waited = web.requests().len();
    let replay = json!({ "from": "2026-03-02T00:00:00Z" });
    let again = app.post(&format!("{path}/replay"), &ada, replay.clone()).await.expect(200);
    assert_eq!(again.json["deliveries"], 8 - waited);
    work(&app).await;
    // What had waited has arrived by then, and is not told again.
    assert_eq!(web.requests().len() + waited, 8);
    let mut all = replay;
    all["delivered"] = json!(true);
    app.post(&format!("{path}/replay"), &ada, all).await.expect(200);
    work(&app).await;
    assert_eq!(web.requests().len(), 8);
}

#[actix_web::test]
async fn who_leaves_hears_of_nothing_more_and_who_may_not_read_the_log_of_nothing() {
    let (app, web) = (service().await, Web::start());
    let ada = app.seeker().await;
    let editor = app.member(Some(ada.workspace), Role::Editor, Scopes::all()).await;
    web.put("*", "204 No Content", &[], "");
    let input = json!({ "url": web.url("/hook"), "events": ["contact.*"] });
    let (theirs, own) =
        (endpoint(&app, &editor, input.clone()).await.id(), endpoint(&app, &ada, input.clone()).await.id());
    app.delete(&format!("/v1/members/{}", editor.user), &ada).await.expect(204);
    let path = format!("/v1/webhook-endpoints/{theirs}");
    let off = app.get(&path, &ada).await.expect(200).json;
    assert_eq!((&off["enabled"], &off["disabled_reason"]), (&json!(false), &json!("maker_left")));
    contact(&app, &ada, "Tom").await;
    work(&app).await;
    assert_eq!(types(&web.requests()), ["contact.created"], "its own endpoint alone");
    assert_eq!(app.get(&format!("/v1/webhook-endpoints/{own}"), &ada).await.expect(200).json["enabled"], true);
    // An owner may need it all the same.
    let on = app.patch(&path, &ada, json!({ "enabled": true })).await.expect(200).json;
    assert_eq!((&on["disabled_reason"], &on["made_by"]), (&Value::Null, &json!(ada.user)));

    let deaf = app.member(Some(ada.workspace), Role::Owner, Scopes::parse("webhooks:read webhooks:write")).await;
    assert_eq!(app.post("/v1/webhook-endpoints", &deaf, input).await.expect(403).code(), "scope_missing");
    app.patch(&path, &deaf, json!({ "events": [] })).await.expect(403);
}

#[actix_web::test]
async fn in_order_the_next_change_of_a_resource_waits_for_the_one_before() {
    let (app, web) = (service().await, Web::start());
    let ada = app.seeker().await;
    web.put("/hook", "500 Oh", &[], "");
    let made = endpoint(&app, &ada, json!({ "url": web.url("/hook"), "events": ["contact.*"], "ordered": true })).await;
    let (tom, mary) = (contact(&app, &ada, "Tom").await, contact(&app, &ada, "Mary").await);
    for id in [&tom, &mary] {
        app.patch(&format!("/v1/contacts/{id}"), &ada, json!({ "headline": "Engineer" })).await.expect(200);
    }
    assert_eq!(work(&app).await, 2);
    assert_eq!(types(&web.requests()), ["contact.created", "contact.created"]);
    app.pass(Duration::seconds(6));
    web.put("/hook", "200 OK", &[], "");
    work(&app).await;
    let told = web.requests();
    assert_eq!(types(&told), ["contact.created", "contact.created", "contact.updated", "contact.updated"]);
    assert!(deliveries(&app, &ada, &made.id()).await.iter().all(|one| one["state"] == "delivered"));
}

#[actix_web::test]
async fn what_cannot_be_an_endpoint_is_refused_at_its_field() {
    let app = service().await;
    let ada = app.seeker().await;
    for (input, faults) in [
        (json!({ "url": "http://example.org/" }), vec!["/url"]),
        (json!({ "url": "https://10.0.0.1/" }), vec!["/url"]),
        (json!({ "url": "https://user:secret@example.org/" }), vec!["/url"]),
        (
            json!({ "url": "https://example.org/", "events": ["contact.created", "contact", "dragon.*"] }),
            vec!["/events/1", "/events/2"],
        ),
        (
            json!({ "url": "https://example.org/", "headers": { "Host": "x", "webhook-id": "x", "a b": "x", "X-Good": "x\r\ny" } }),
            vec!["/headers/Host", "/headers/X-Good", "/headers/a b", "/headers/webhook-id"],
        ),
        (json!({ "url": "https://example.org/", "secret": "mine" }), vec!["/secret"]),
        (json!({}), vec!["/url"]),
    ] {
        let refused = app.post("/v1/webhook-endpoints", &ada, input.clone()).await.expect(422);
        assert_eq!(refused.faults(), faults, "{input}: {}", refused.text);
    }
    let made =
        endpoint(&app, &ada, json!({ "url": "https://example.org/hook", "headers": { "X-A": "1", "X-B": "2" } })).await;
    let path = format!("/v1/webhook-endpoints/{}", made.id());
    // One header by itself; nothing of nothing.
    let patched = app.patch(&path, &ada, json!({ "headers": { "X-A": null } })).await.expect(200).json;
    assert_eq!((&patched["header_names"], &patched["version"]), (&json!(["X-B"]), &json!(2)));
    assert_eq!(app.patch(&path, &ada, json!({ "headers": { "X-B": "3" } })).await.expect(200).json["version"], 3);
    assert_eq!(app.patch(&path, &ada, json!({ "headers": { "X-B": "3" } })).await.expect(200).json["version"], 3);
    // In names of headers the case makes no difference.
    let called = app.patch(&path, &ada, json!({ "headers": { "x-b": "4" } })).await.expect(200).json;
    assert_eq!(called["header_names"], json!(["x-b"]));
    let none = app.patch(&path, &ada, json!({ "headers": { "X-B": null } })).await.expect(200).json;
    assert_eq!(none["header_names"], json!([]));
    let twice = json!({ "url": "https://example.org/", "headers": { "X-A": "1", "x-a": "2" } });
    assert_eq!(app.post("/v1/webhook-endpoints", &ada, twice).await.expect(422).faults(), ["/headers/x-a"]);
    app.patch(&path, &ada, json!({ "enabled": false })).await.expect(200);
    assert_eq!(app.post(&format!("{path}/test"), &ada, json!({})).await.expect(409).code(), "impossible_transition");
    app.delete(&path, &ada).await.expect(204);
    app.get(&path, &ada).await.expect(404);
}

#[actix_web::test]
async fn an_endpoint_is_tried_whatever_it_wants() {
    let (app, web) = (service().await, Web::start());
    let ada = app.seeker().await;
    web.put("/hook", "200 OK", &[], "");
    let one = endpoint(&app, &ada, json!({ "url": web.url("/hook"), "events": ["import.finished"] })).await;
    endpoint(&app, &ada, json!({ "url": web.url("/other"), "events": ["import.finished"] })).await;
    app.post(&format!("/v1/webhook-endpoints/{}/test", one.id()), &ada, json!({})).await.expect(200);
    work(&app).await;
    let told = web.requests();
    assert_eq!((types(&told), told[0].path.as_str()), (vec!["webhook_endpoint.tested".to_owned()], "/hook"));
}

/// The bodies that came, by what they are about.
fn told(web: &Web) -> Vec<Value> {
    // Feeds are read there, too.
    let posts = web.requests().into_iter().filter(|request| !request.body.is_empty());
    let bodies = posts.inspect(|request| assert!(request.body.len() < 20_000));
    bodies.map(|request| serde_json::from_str(&request.body).unwrap()).collect()
}

/// An API key with these scopes, and whoever uses it.
async fn program(app: &TestApp, maker: &Member, scopes: &[&str]) -> (String, Member) {
    let made = app.post("/v1/api-keys", maker, json!({ "name": "sync", "scopes": scopes })).await.expect(201);
    (made.id(), Member { token: made.json["key"].as_str().unwrap().to_owned(), ..maker.clone() })
}

#[actix_web::test]
async fn full_payloads_bring_each_resource_as_its_get_answers_it() {
    let (app, web) = (service().await, Web::start());
    let ada = app.seeker().await;
    web.put("*", "204 No Content", &[], "");
    let made = endpoint(&app, &ada, json!({ "url": web.url("/hook"), "payload": "full" })).await;
    assert_eq!((&made.json["payload"], &made.json["made_with"]), (&json!("full"), &Value::Null));
    let post = async |path: &str, body: Value| app.post(path, &ada, body).await.expect(201).id();
    let company = post("/v1/companies", json!({ "name": "Acme" })).await;
    let connector = contact(&app, &ada, "Grace").await;
    let tom = json!({ "given_name": "Tom", "notes": "Secret words", "connector_id": connector,
        "emails": [{ "address": "tom@example.org" }], "positions": [{ "title": "Engineer", "company_id": company }] });
    let tom = post("/v1/contacts", tom).await;
    let meeting =
        json!({ "contact_ids": [tom], "medium": "video", "starts_at": "2026-03-09T09:00:00Z", "duration_minutes": 30 });
    let meeting = post("/v1/meetings", meeting).await;
    let with = |more: Value| {
        let mut body = json!({ "meeting_id": meeting });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    web.put(
        "/rss",
        "200 OK",
        &[("content-type", "application/rss+xml")],
        "<rss version='2.0'><channel><title>News</title><item><guid>1</guid><title>One</title></item></channel></rss>",
    );
    let library = app.get("/v1/templates/library", &ada).await.expect(200).json["data"][0].clone();
    let slug = library["slug"].as_str().unwrap();
    let message = json!({ "contact_id": tom, "channel": "email", "subject": "Hello", "body": "Dear Tom" });
    post("/v1/messages", message).await;
    post("/v1/goals", with(json!({ "text": "Learn the trade" }))).await;
    post("/v1/insights", with(json!({ "topic": "Hiring", "text": "In spring" }))).await;
    post("/v1/meeting-questions", with(json!({ "text": "How did you begin?" }))).await;
    post("/v1/questions", json!({ "text": "What would you do again?", "category": "daily_work" })).await;
    post("/v1/research-notes", json!({ "contact_id": tom, "kind": "own_thought", "title": "Ask about the dam" })).await;
    post(
        "/v1/follow-ups",
        json!({ "contact_id": tom, "kind": "promise_mine", "title": "Call", "due_on": "2026-03-10" }),
    )
    .await;
    post("/v1/follow-up-plans", json!({ "name": "Slow", "steps": [{ "after_business_days": 10 }] })).await;
    post("/v1/circle-requests", json!({ "connector_id": connector, "topic": "Two names" })).await;
    post("/v1/introductions", json!({ "introducer_id": connector, "introduced_id": tom })).await;
    post("/v1/do-not-contact", json!({ "kind": "domain", "value": "example.com" })).await;
    post("/v1/saved-views", json!({ "name": "All", "resource": "contacts" })).await;
    post(&format!("/v1/templates/library/{slug}/copy"), json!({})).await;
    post("/v1/feeds", json!({ "url": web.url("/rss") })).await;
    while work(&app).await > 0 {}
    let read = [
        ("alert", "alerts"),
        ("circle_request", "circle-requests"),
        ("company", "companies"),
        ("contact", "contacts"),
        ("do_not_contact", "do-not-contact"),
        ("feed", "feeds"),
        ("follow_up", "follow-ups"),
        ("follow_up_plan", "follow-up-plans"),
        ("goal", "goals"),
        ("insight", "insights"),
        ("introduction", "introductions"),
        ("meeting", "meetings"),
        ("meeting_question", "meeting-questions"),
        ("message", "messages"),
        ("question", "questions"),
        ("research_note", "research-notes"),
        ("saved_view", "saved-views"),
        ("template", "templates"),
    ];
    let events: Vec<Value> = told(&web).into_iter().filter(|event| event["data"].is_object()).collect();
    for (resource, path) in read {
        let mut of = events.iter().filter(|event| event["data"]["resource"]["type"] == resource).peekable();
        assert!(of.peek().is_some(), "nothing was told of {resource}");
        for event in of {
            let id = event["data"]["resource"]["id"].as_str().unwrap();
            let got = app.get(&format!("/v1/{path}/{id}"), &ada).await.expect(200).json;
            assert_eq!((&event["data"]["object"], &event["data"]["truncated"]), (&got, &json!(false)), "{resource}");
        }
    }
    // What was sent is not kept.
    let first = deliveries(&app, &ada, &made.id()).await.remove(0);
    let path = format!("/v1/webhook-endpoints/{}/deliveries/{}", made.id(), first["id"].as_str().unwrap());
    let data = app.get(&path, &ada).await.expect(200).json["request"]["body"]["data"].clone();
    assert!(data["resource"].is_object() && data["object"].is_null(), "{data}");
}

#[actix_web::test]
async fn a_full_payload_is_of_the_time_of_sending_small_and_only_what_its_maker_may_read_then() {
    let (app, web) = (service().await, Web::start());
    let ada = app.seeker().await;
    web.put("*", "204 No Content", &[], "");
    let scopes = ["changes:read", "contacts:read", "webhooks:read", "webhooks:write"];
    let (key, sync) = program(&app, &ada, &scopes).await;
    let input =
        json!({ "url": web.url("/hook"), "payload": "full", "events": ["contact.*", "company.*"], "ordered": true });
    let made = endpoint(&app, &sync, input).await;
    let path = format!("/v1/webhook-endpoints/{}", made.id());
    assert_eq!(made.json["made_with"], json!(key));
    app.post("/v1/companies", &ada, json!({ "name": "Acme" })).await.expect(201);
    let tom = contact(&app, &ada, "Tom").await;
    app.patch(&format!("/v1/contacts/{tom}"), &ada, json!({ "headline": "Engineer" })).await.expect(200);
    while work(&app).await > 0 {}
    let events = told(&web);
    assert_eq!(events.len(), 3);
    for event in &events {
        let (resource, object) = (&event["data"]["resource"], &event["data"]["object"]);
        match resource["type"].as_str().unwrap() {
            // The key may not read it.
            "company" => assert_eq!(object, &Value::Null),
            // As it is by then, in whichever version it changed.
            _ => assert_eq!((&object["headline"], &object["notes"]), (&json!("Engineer"), &json!("Secret words"))),
        }
    }
    // In the trash nobody reads it.
    let gone = contact(&app, &ada, "Gone").await;
    app.delete(&format!("/v1/contacts/{gone}"), &ada).await.expect(204);
    // Too large to be told.
    let long =
        app.patch(&format!("/v1/contacts/{tom}"), &ada, json!({ "notes": "é".repeat(10_000) })).await.expect(200);
    while work(&app).await > 0 {}
    for event in told(&web) {
        let data = &event["data"];
        assert_eq!(data["object"], Value::Null, "{event}");
        assert_eq!(data["truncated"], json!(data["resource"]["id"] == json!(tom)), "{event}");
    }
    assert_eq!(long.json["version"], 3);
    // The scopes are those of now.
    app.patch(&format!("/v1/contacts/{tom}"), &ada, json!({ "notes": "Short" })).await.expect(200);
    let fewer = json!({ "scopes": ["changes:read", "webhooks:read", "webhooks:write"] });
    app.patch(&format!("/v1/api-keys/{key}"), &ada, fewer).await.expect(200);
    while work(&app).await > 0 {}
    assert_eq!(told(&web)[0]["data"]["object"], Value::Null);
    // Another hears with rights of their own: whoever turns it to another place has made it.
    let description = app.patch(&path, &ada, json!({ "description": "The CRM" })).await.expect(200).json;
    assert_eq!(description["made_with"], json!(key));
    let moved = app.patch(&path, &ada, json!({ "url": web.url("/other") })).await.expect(200).json;
    assert_eq!((&moved["made_by"], &moved["made_with"]), (&json!(ada.user), &Value::Null));
    app.patch(&format!("/v1/contacts/{tom}"), &ada, json!({ "notes": "Shorter" })).await.expect(200);
    while work(&app).await > 0 {}
    assert_eq!(told(&web)[0]["data"]["object"]["notes"], "Shorter");
    let thin = app.patch(&path, &ada, json!({ "payload": "thin" })).await.expect(200).json;
    assert_eq!(thin["payload"], "thin");
    app.patch(&format!("/v1/contacts/{tom}"), &ada, json!({ "notes": "Secret again" })).await.expect(200);
    while work(&app).await > 0 {}
    let event = &told(&web)[0];
    assert!(event["data"]["object"].is_null() && !event.to_string().contains("Secret"), "{event}");
}

#[actix_web::test]
async fn an_endpoint_ends_with_the_key_that_it_was_made_with() {
    let (app, web) = (service().await, Web::start());
    let ada = app.seeker().await;
    web.put("*", "204 No Content", &[], "");
    let scopes = ["changes:read", "webhooks:read", "webhooks:write"];
    let read = async |id: &str, member: &Member| {
        let read = app.get(&format!("/v1/webhook-endpoints/{id}"), member).await.expect(200).json;
        (read["enabled"].clone(), read["disabled_reason"].clone())
    };
    let off = |reason: &str| (json!(false), json!(reason));
    let (revoked, sync) = program(&app, &ada, &scopes).await;
    let one = endpoint(&app, &sync, json!({ "url": web.url("/one"), "events": ["contact.*"] })).await.id();
    let (narrowed, sync) = program(&app, &ada, &scopes).await;
    let two = endpoint(&app, &sync, json!({ "url": web.url("/two"), "events": ["contact.*"] })).await.id();
    let until = json!({ "name": "short", "scopes": scopes, "expires_at": "2026-03-02T10:00:00Z" });
    let short = app.post("/v1/api-keys", &ada, until).await.expect(201);
    let sync = Member { token: short.json["key"].as_str().unwrap().to_owned(), ..ada.clone() };
    let three = endpoint(&app, &sync, json!({ "url": web.url("/three"), "events": ["contact.*"] })).await.id();
    let own = endpoint(&app, &ada, json!({ "url": web.url("/own"), "events": ["contact.*"] })).await.id();
    contact(&app, &ada, "Tom").await;
    while work(&app).await > 0 {}
    assert_eq!(web.requests().len(), 4);

    app.delete(&format!("/v1/api-keys/{revoked}"), &ada).await.expect(204);
    assert_eq!(read(&one, &ada).await, off("key_revoked"));
    app.patch(&format!("/v1/api-keys/{narrowed}"), &ada, json!({ "scopes": ["webhooks:read"] })).await.expect(200);
    app.pass(Duration::hours(1));
    let ada = app.member_again(&ada).await;
    contact(&app, &ada, "Mary").await;
    while work(&app).await > 0 {}
    let heard: Vec<String> = web.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(heard, ["/own"]);
    assert_eq!((read(&two, &ada).await, read(&three, &ada).await), (off("scope_lost"), off("key_expired")));
    assert_eq!(read(&own, &ada).await, (json!(true), Value::Null));
    let log = app.get("/v1/changes?kind=webhook_endpoint.disabled", &ada).await.expect(200).json;
    assert_eq!(log["data"].as_array().unwrap().len(), 3);
    let mails = app.texts("SELECT payload->>'text' AS text FROM jobs WHERE kind = 'send_mail'").await;
    assert_eq!(mails.iter().filter(|text| text.contains("the API key that it was made with")).count(), 3, "{mails:?}");
    // Whoever turns it on again has made it.
    let bob = app.member(Some(ada.workspace), Role::Editor, Scopes::all()).await;
    let on =
        app.patch(&format!("/v1/webhook-endpoints/{one}"), &bob, json!({ "enabled": true })).await.expect(200).json;
    assert_eq!((&on["made_by"], &on["made_with"]), (&json!(bob.user), &Value::Null));
    // Who removes somebody has signed in of late.
    let eve = app.member(Some(ada.workspace), Role::Owner, Scopes::all()).await;
    app.delete(&format!("/v1/members/{}", bob.user), &eve).await.expect(204);
    assert_eq!(read(&one, &ada).await, (json!(false), json!("maker_left")));
}

#[actix_web::test]
async fn what_was_answered_has_arrived_however_slowly_the_rest_of_the_answer_comes() {
    let app = service().await;
    let ada = app.seeker().await;
    let slow = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", slow.local_addr().unwrap());
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut call, _) = slow.accept().unwrap();
        let _ = call.read(&mut [0; 4096]);
        let _ = call.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n");
        while call.write_all(b"x").is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
    });
    let made = endpoint(&app, &ada, json!({ "url": url, "events": ["contact.*"] })).await;
    contact(&app, &ada, "Tom").await;
    work(&app).await;
    let told = deliveries(&app, &ada, &made.id()).await.remove(0);
    assert_eq!((&told["state"], &told["status"]), (&json!("delivered"), &json!(200)), "{told}");
}

#[actix_web::test]
async fn secrets_that_overlap_all_sign_to_their_end() {
    let (app, web) = (service().await, Web::start());
    let ada = app.seeker().await;
    web.put("/hook", "204 No Content", &[], "");
    let made = endpoint(&app, &ada, json!({ "url": web.url("/hook"), "events": ["contact.*"] })).await;
    let path = format!("/v1/webhook-endpoints/{}", made.id());
    let secret = |reply: &Reply| reply.json["secret"].as_str().unwrap().to_owned();
    let rotate = async |member: &Member| app.post(&format!("{path}/rotate"), member, json!({})).await;
    let signatures = async |member: &Member| {
        contact(&app, member, "Tom").await;
        work(&app).await;
        web.requests().remove(0)
    };
    let mut secrets = vec![secret(&made)];
    secrets.insert(0, secret(&rotate(&ada).await.expect(200)));
    app.pass(Duration::hours(12));
    let ada = app.member_again(&ada).await;
    secrets.insert(0, secret(&rotate(&ada).await.expect(200)));
    let told = signatures(&ada).await;
    let all: Vec<String> = secrets.iter().map(|secret| signed(&told, secret)).collect();
    assert_eq!(told.headers["webhook-signature"], all.join(" "));
    // Each to its own end: the first one's is over.
    app.pass(Duration::hours(12));
    let ada = app.member_again(&ada).await;
    let told = signatures(&ada).await;
    let two: Vec<String> = secrets[..2].iter().map(|secret| signed(&told, secret)).collect();
    assert_eq!(told.headers["webhook-signature"], two.join(" "));
    // There is an end to it, which says until when.
    for _ in 0..7 {
        rotate(&ada).await.expect(200);
    }
    let refused = rotate(&ada).await.expect(409);
    assert_eq!(refused.code(), "impossible_transition");
    assert!(refused.json["detail"].as_str().unwrap().contains("until 2026-03-03T21:00:00Z"), "{}", refused.text);
    let told = signatures(&ada).await;
    assert_eq!(told.headers["webhook-signature"].split(' ').count(), 9);
}

#[actix_web::test]
async fn what_is_turned_off_is_told_of_nothing_again() {
    let (app, web) = (service().await, Web::start());
    let ada = app.seeker().await;
    web.put("/hook", "204 No Content", &[], "");
    let made = endpoint(&app, &ada, json!({ "url": web.url("/hook"), "events": ["contact.*", "contact.*"] })).await;
    assert_eq!(made.json["events"], json!(["contact.*"]), "each once");
    let path = format!("/v1/webhook-endpoints/{}", made.id());
    contact(&app, &ada, "Tom").await;
    work(&app).await;
    // What was told this minute is in the statistics.
    app.pass(Duration::seconds(30));
    contact(&app, &ada, "Mary").await;
    work(&app).await;
    let statistics = app.get(&format!("{path}/statistics"), &ada).await.expect(200).json;
    assert_eq!(statistics["last_success_at"], "2026-03-02T09:00:30Z");
    let delivery = deliveries(&app, &ada, &made.id()).await[0]["id"].as_str().unwrap().to_owned();
    app.patch(&path, &ada, json!({ "enabled": false })).await.expect(200);
    for (path, body) in [
        (format!("{path}/test"), json!({})),
        (format!("{path}/deliveries/{delivery}/resend"), json!({})),
        (format!("{path}/replay"), json!({ "from": "2026-03-02T00:00:00Z" })),
    ] {
        assert_eq!(app.post(&path, &ada, body).await.expect(409).code(), "impossible_transition", "{path}");
    }
    for name in ["Date", "traceparent", "tracestate"] {
        let body = json!({ "headers": { name: "x" } });
        assert_eq!(app.patch(&path, &ada, body).await.expect(422).faults(), [format!("/headers/{name}")]);
    }
}

#[actix_web::test]
async fn nobody_is_mailed_at_an_address_that_may_be_anothers() {
    let (app, web) = (service().await, Web::start());
    let ada = app.seeker().await;
    app.sql("UPDATE users SET email_verified_at = NULL").await;
    web.put("/gone", "410 Gone", &[], "");
    let gone = endpoint(&app, &ada, json!({ "url": web.url("/gone"), "events": ["contact.*"] })).await.id();
    contact(&app, &ada, "Tom").await;
    work(&app).await;
    let read = app.get(&format!("/v1/webhook-endpoints/{gone}"), &ada).await.expect(200).json;
    assert_eq!(read["disabled_reason"], "gone");
    assert_eq!(app.count("jobs").await, 0);
}

#[actix_web::test]
async fn what_waits_to_be_told_is_counted() {
    let (app, web) = (service().await, Web::start());
    let ada = app.seeker().await;
    web.put("/hook", "500 Sorry", &[], "");
    let on = endpoint(&app, &ada, json!({ "url": web.url("/hook"), "events": ["contact.*"] })).await.id();
    let backlog = async || {
        let conn = app.app.db.global().await.unwrap();
        let backlog = inroad::webhooks::backlog(&conn, app.app.now()).await.unwrap();
        (backlog.pending, backlog.behind, backlog.oldest_due_at.map(|at| (app.app.now() - at).num_seconds()))
    };
    // The making of the endpoint is in the log already.
    contact(&app, &ada, "Tom").await;
    app.pass(Duration::seconds(40));
    let (pending, behind, oldest) = backlog().await;
    assert!((pending, oldest) == (0, Some(40)) && behind >= 1, "{behind}");
    work(&app).await;
    assert_eq!(backlog().await, (1, 0, None), "it is tried again, and not due yet");
    app.pass(Duration::hours(1));
    let (pending, behind, oldest) = backlog().await;
    assert!((pending, behind) == (1, 0) && oldest > Some(3_500), "{oldest:?}");
    let ada = app.member_again(&ada).await;
    app.patch(&format!("/v1/webhook-endpoints/{on}"), &ada, json!({ "enabled": false })).await.expect(200);
    assert_eq!(backlog().await, (0, 0, None));
}
