use chrono::{DateTime, Utc};
use inroad::auth::{Scopes, access_token};
use inroad::db::WorkspaceId;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

/// Moves the clock, and renews the credential that has expired by that.
pub async fn at(app: &TestApp, who: &mut Member, instant: &str) {
    let instant: DateTime<Utc> = instant.parse().unwrap();
    app.pass(instant - app.app.now());
    let workspace = WorkspaceId::vouched(who.workspace);
    who.token = access_token(&app.app, who.user, workspace, who.session, Scopes::all()).await.unwrap();
}

pub async fn contact(app: &TestApp, who: &Member, name: &str) -> String {
    let address = format!("{}@engines.example", name.to_lowercase());
    let body = json!({ "given_name": name, "emails": [{ "address": address }] });
    app.post("/v1/contacts", who, body).await.expect(201).id()
}

pub async fn add(app: &TestApp, who: &Member, body: Value) -> Reply {
    app.post("/v1/follow-ups", who, body).await.expect(201)
}

async fn act(app: &TestApp, who: &Member, id: &str, verb: &str, body: Value) -> Reply {
    app.post(&format!("/v1/follow-ups/{id}/{verb}"), who, body).await
}

pub async fn read(app: &TestApp, who: &Member, id: &str) -> Value {
    app.get(&format!("/v1/follow-ups/{id}"), who).await.expect(200).json
}

pub async fn list(app: &TestApp, who: &Member, query: &str) -> Vec<Value> {
    let reply = app.get(&format!("/v1/follow-ups?{query}"), who).await.expect(200);
    reply.json["data"].as_array().unwrap().clone()
}

/// Writes a message and sends it.
pub async fn send(app: &TestApp, who: &Member, contact: &str, purpose: Value) -> String {
    let body =
        json!({ "contact_id": contact, "channel": "email", "purpose": purpose, "subject": "Hello", "body": "Hi" });
    let id = app.post("/v1/messages", who, body).await.expect(201).id();
    app.post(&format!("/v1/messages/{id}/mark-sent"), who, json!({})).await.expect(200);
    id
}

async fn settings(app: &TestApp, who: &Member, patch: Value) -> Value {
    app.patch("/v1/follow-ups/settings", who, patch).await.expect(200).json
}

async fn act_on(app: &TestApp, who: &Member, id: &str, verb: &str) -> Value {
    act(app, who, id, verb, json!({})).await.expect(200).json
}

#[actix_web::test]
async fn a_follow_up_is_due_snoozed_done_and_opened_again() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    let body =
        json!({ "contact_id": grace, "kind": "promise_mine", "title": " Send the article ", "due_on": "2026-03-06" });
    let made = add(&app, &ada, body).await;
    let (id, shown) = (made.id(), &made.json);
    assert_eq!(made.header("location"), format!("/v1/follow-ups/{id}"));
    assert_eq!(
        (&shown["state"], &shown["source"], &shown["title"]),
        (&json!("open"), &json!("manual"), &json!("Send the article"))
    );
    assert_eq!((&shown["contact_name"], &shown["time_zone"]), (&json!("Grace"), &json!("UTC")));
    assert_eq!(
        (&shown["due_at"], &shown["overdue_at"]),
        (&json!("2026-03-06T00:00:00Z"), &json!("2026-03-07T00:00:00Z"))
    );
    assert_eq!(shown["next_states"], json!(["done", "dismissed"]));

    // From the Friday on which it is due, not from today.
    let put_off = act(&app, &ada, &id, "snooze", json!({ "business_days": 6, "due_time": "14:30" })).await.expect(200);
    assert_eq!(
        (&put_off.json["due_on"], &put_off.json["due_at"]),
        (&json!("2026-03-16"), &json!("2026-03-16T14:30:00Z"))
    );
    assert_eq!((&put_off.json["snoozes"], &put_off.json["overdue_at"]), (&json!(1), &json!("2026-03-16T14:30:00Z")));
    let days = act(&app, &ada, &id, "snooze", json!({ "days": 1 })).await.expect(200);
    assert_eq!(days.json["due_at"], "2026-03-17T14:30:00Z");
    let past = act(&app, &ada, &id, "snooze", json!({ "until_on": "2026-03-01" })).await.expect(422);
    assert_eq!(past.faults(), ["/until_on"]);
    act(&app, &ada, &id, "snooze", json!({})).await.expect(422);
    act(&app, &ada, &id, "snooze", json!({ "days": 1, "business_days": 1 })).await.expect(422);

    let done = act_on(&app, &ada, &id, "done").await;
    assert_eq!((&done["state"], &done["settled_at"]), (&json!("done"), &json!("2026-03-02T09:00:00Z")));
    let twice = act(&app, &ada, &id, "dismiss", json!({})).await.expect(409);
    assert_eq!(twice.code(), "impossible_transition");
    assert!(twice.json["detail"].as_str().unwrap().contains("possible are: open"), "{}", twice.text);
    act(&app, &ada, &id, "snooze", json!({ "days": 1 })).await.expect(409);
    let open = act_on(&app, &ada, &id, "reopen").await;
    assert_eq!((&open["state"], &open["settled_at"]), (&json!("open"), &Value::Null));
    assert_eq!(act_on(&app, &ada, &id, "dismiss").await["state"], "dismissed");

    let kinds = app.get("/v1/changes?limit=200", &ada).await.expect(200);
    let kinds = kinds.json["data"].as_array().unwrap().iter().map(|change| change["kind"].as_str().unwrap().to_owned());
    let kinds: Vec<String> = kinds.filter(|kind| kind.starts_with("follow_up.")).collect();
    let told =
        ["created", "snoozed", "snoozed", "done", "reopened", "dismissed"].map(|verb| format!("follow_up.{verb}"));
    assert_eq!(kinds, told);
}

#[actix_web::test]
async fn a_change_keeps_what_it_does_not_name() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (grace, other) = (contact(&app, &ada, "Grace").await, contact(&app, &ada, "Other").await);
    let body =
        json!({ "contact_id": grace, "kind": "other", "due_on": "2026-03-06", "due_time": "09:00", "notes": "*so*" });
    let path = format!("/v1/follow-ups/{}", add(&app, &ada, body).await.id());
    let changed = app.patch(&path, &ada, json!({ "title": "Call", "due_time": null })).await.expect(200);
    let shown = (&changed.json["title"], &changed.json["notes"], &changed.json["due_at"], &changed.json["version"]);
    assert_eq!(shown, (&json!("Call"), &json!("*so*"), &json!("2026-03-06T00:00:00Z"), &json!(2)));
    assert_eq!(app.patch(&path, &ada, json!({ "title": "Call" })).await.expect(200).json["version"], 2);
    let soon = app.patch(&path, &ada, json!({ "due_in_business_days": 2 })).await.expect(200);
    assert_eq!(soon.json["due_on"], "2026-03-04");
    let refused = app.patch(&path, &ada, json!({ "contact_id": other, "kind": "nudge" })).await.expect(422);
    assert_eq!(refused.faults(), ["/contact_id", "/kind"]);
    let stale = app.request(reqwest::Method::PATCH, &path).bearer_auth(&ada.token).json(&json!({ "title": "x" }));
    app.send(stale.header("if-match", "\"1\"")).await.expect(412);
}

#[actix_web::test]
async fn all_faults_are_told_at_once() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let (grace, foreign) = (contact(&app, &ada, "Grace").await, contact(&app, &bob, "Foreign").await);
    let message = send(&app, &ada, &grace, json!("thank_you")).await;
    let other = contact(&app, &ada, "Other").await;
    let body = json!({
        "contact_id": foreign, "kind": "other", "message_id": message, "introduction_id": grace, "repeat_after_days": 3
    });
    let refused = app.post("/v1/follow-ups", &ada, body).await.expect(422);
    let faults = ["/due_on", "/repeat_after_days", "/contact_id", "/message_id", "/introduction_id"];
    assert_eq!(refused.faults(), faults);
    let body = json!({ "contact_id": other, "kind": "nudge", "due_on": "2026-03-06", "message_id": message });
    assert_eq!(app.post("/v1/follow-ups", &ada, body).await.expect(422).faults(), ["/message_id"]);
    let both = json!({ "contact_id": grace, "kind": "other", "due_on": "2026-03-06", "due_in_business_days": 1 });
    assert_eq!(app.post("/v1/follow-ups", &ada, both).await.expect(422).faults(), ["/due_in_business_days"]);
    for (field, value) in [
        ("due_time", json!("25:00")),
        ("due_time", json!("9:00")),
        ("own_time_zone", json!("Mars/Base")),
        ("due_on", json!("2026-02-30")),
        ("due_in_business_days", json!(-1)),
        ("kind", json!("poke")),
        ("title", json!("a\u{7}b")),
    ] {
        let mut body = json!({ "contact_id": grace, "kind": "other", "due_on": "2026-03-06" });
        body[field] = value.clone();
        let refused = app.post("/v1/follow-ups", &ada, body).await.expect(422);
        assert_eq!(refused.faults(), [format!("/{field}")], "{value}");
    }
    app.patch(&format!("/v1/contacts/{grace}"), &ada, json!({ "do_not_contact": true })).await.expect(200);
    let body = json!({ "contact_id": grace, "kind": "nudge", "due_on": "2026-03-06" });
    assert_eq!(app.post("/v1/follow-ups", &ada, body).await.expect(409).code(), "do_not_contact");
}

/// At the ends of the calendar there are instants that no client can read.
#[actix_web::test]
async fn what_is_due_in_another_age_is_refused() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    for on in ["9999-12-31", "0001-01-01", "1899-12-31", "2200-01-01"] {
        let body = json!({ "contact_id": grace, "kind": "other", "due_on": on });
        let refused = app.post("/v1/follow-ups", &ada, body).await.expect(422);
        assert_eq!(refused.faults(), ["/due_on"], "{on}");
    }
    let id = add(&app, &ada, json!({ "contact_id": grace, "kind": "other", "due_on": "2199-12-31" })).await.id();
    let refused = act(&app, &ada, &id, "snooze", json!({ "until_on": "9999-12-31" })).await.expect(422);
    assert_eq!(refused.faults(), ["/until_on"]);
    let refused = app.patch(&format!("/v1/follow-ups/{id}"), &ada, json!({ "due_on": "9999-12-31" })).await.expect(422);
    assert_eq!(refused.faults(), ["/due_on"]);
}

#[actix_web::test]
async fn lists_filter_sort_and_go_on() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (grace, other) = (contact(&app, &ada, "Grace").await, contact(&app, &ada, "Other").await);
    for (day, who, kind) in [
        (6, &grace, "other"),
        (1, &grace, "other"),
        (2, &other, "promise_mine"),
        (3, &other, "other"),
        (2, &grace, "other"),
    ] {
        add(&app, &ada, json!({ "contact_id": who, "kind": kind, "due_on": format!("2026-03-0{day}") })).await;
    }
    let days = async |query: &str| -> Vec<String> {
        let found = list(&app, &ada, query).await;
        found.iter().map(|one| one["due_on"].as_str().unwrap()[8..].to_owned()).collect()
    };
    assert_eq!(days("sort=due_at").await, ["01", "02", "02", "03", "06"]);
    assert_eq!(days("sort=-due_at&state=open").await, ["06", "03", "02", "02", "01"]);
    assert_eq!(days("due=true&sort=due_at").await, ["01", "02", "02"]);
    assert_eq!(days("overdue=true").await, ["01"]);
    assert_eq!(days("overdue=false&sort=due_at").await, ["02", "02", "03", "06"]);
    assert_eq!(days("due_before=2026-03-03T00:00:00Z&due_after=2026-03-01T00:00:00Z&sort=due_at").await, ["02", "02"]);
    assert_eq!(days(&format!("contact_id={other}&sort=due_at")).await, ["02", "03"]);
    assert_eq!(days("kind=promise_mine&kind=nudge").await, ["02"]);
    assert_eq!(days("source=plan").await, Vec::<String>::new());
    // Two a page, each once.
    let (mut seen, mut path) = (Vec::new(), "/v1/follow-ups?sort=due_at&limit=2".to_owned());
    loop {
        let page = app.get(&path, &ada).await.expect(200);
        let data = page.json["data"].as_array().unwrap();
        seen.extend(data.iter().map(|one| one["due_on"].as_str().unwrap()[8..].to_owned()));
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        path = format!("/v1/follow-ups?sort=due_at&limit=2&cursor={cursor}");
    }
    assert_eq!(seen, ["01", "02", "02", "03", "06"]);
    app.get("/v1/follow-ups?state=asleep", &ada).await.expect(400);
}

/// Both changes of the year: a day begins, and an hour comes, when the seeker's wall clock says so.
#[actix_web::test]
async fn due_times_follow_the_wall_clock_over_the_changes_of_the_year() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    for (zone, day, time, due_at, overdue_at) in [
        ("America/New_York", "2026-03-08", "09:00", "2026-03-08T13:00:00Z", "2026-03-08T13:00:00Z"),
        ("America/New_York", "2026-03-08", "", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00Z", "2026-03-08T07:30:00Z"),
        ("America/New_York", "2026-11-01", "", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z", "2026-11-01T05:30:00Z"),
        ("Europe/London", "2026-03-29", "", "2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z"),
        ("Europe/London", "2026-03-29", "01:30", "2026-03-29T01:30:00Z", "2026-03-29T01:30:00Z"),
        ("Europe/London", "2026-10-25", "", "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z"),
        ("Europe/London", "2026-10-25", "09:00", "2026-10-25T09:00:00Z", "2026-10-25T09:00:00Z"),
        ("Australia/Sydney", "2026-04-05", "", "2026-04-04T13:00:00Z", "2026-04-05T14:00:00Z"),
        ("Australia/Sydney", "2026-10-04", "", "2026-10-03T14:00:00Z", "2026-10-04T13:00:00Z"),
        ("Australia/Sydney", "2026-10-04", "02:30", "2026-10-03T16:30:00Z", "2026-10-03T16:30:00Z"),
        ("America/Phoenix", "2026-03-08", "", "2026-03-08T07:00:00Z", "2026-03-09T07:00:00Z"),
        ("America/Phoenix", "2026-11-01", "09:00", "2026-11-01T16:00:00Z", "2026-11-01T16:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45:00Z", "2026-10-03T15:45:00Z"),
        ("Australia/Lord_Howe", "2026-04-05", "", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z"),
        ("Pacific/Kiritimati", "2026-03-08", "00:30", "2026-03-07T10:30:00Z", "2026-03-07T10:30:00Z"),
        ("Africa/Cairo", "2026-04-24", "", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"),
    ] {
        settings(&app, &ada, json!({ "time_zone": zone })).await;
        let time = (!time.is_empty()).then_some(time);
        let body = json!({ "contact_id": grace, "kind": "other", "due_on": day, "due_time": time });
        let made = add(&app, &ada, body).await.json;
        assert_eq!(
            (&made["due_at"], &made["overdue_at"]),
            (&json!(due_at), &json!(overdue_at)),
            "{zone} {day} {time:?}"
        );
        assert_eq!((&made["time_zone"], &made["due_on"], &made["due_time"]), (&json!(zone), &json!(day), &json!(time)));
    }
}

/// The hour before it is not yet due, at the hour it is, although the clock was put forward in between.
#[actix_web::test]
async fn it_is_due_at_the_hour_of_the_seekers_clock() {
    let app = TestApp::new().await;
    let mut ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    settings(&app, &ada, json!({ "time_zone": "Europe/London" })).await;
    add(&app, &ada, json!({ "contact_id": grace, "kind": "other", "due_on": "2026-03-29", "due_time": "09:00" })).await;
    add(&app, &ada, json!({ "contact_id": grace, "kind": "other", "due_on": "2026-10-25", "due_time": "09:00" })).await;
    for (instant, due) in [
        ("2026-03-29T07:59:59Z", 0),
        ("2026-03-29T08:00:00Z", 1),
        ("2026-10-25T08:59:59Z", 1),
        ("2026-10-25T09:00:00Z", 2),
    ] {
        at(&app, &mut ada, instant).await;
        assert_eq!(list(&app, &ada, "due=true&overdue=true").await.len(), due, "{instant}");
    }
}

#[actix_web::test]
async fn settings_say_what_a_business_day_is_and_where_midnight_is() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    let fresh = app.get("/v1/follow-ups/settings", &ada).await.expect(200);
    assert_eq!((&fresh.json["version"], &fresh.json["effective_time_zone"]), (&json!(0), &json!("UTC")));
    let due = async |days: u32| {
        let body = json!({ "contact_id": grace, "kind": "other", "due_in_business_days": days });
        add(&app, &ada, body).await.json["due_on"].as_str().unwrap().to_owned()
    };
    // From Monday, 2 March 2026.
    assert_eq!(
        (due(0).await, due(4).await, due(5).await),
        ("2026-03-02".into(), "2026-03-06".into(), "2026-03-09".into())
    );
    settings(&app, &ada, json!({ "days_off": ["2026-03-04"] })).await;
    assert_eq!(due(4).await, "2026-03-09");
    // Good Friday and Easter Monday are no business days in England, and only there.
    settings(&app, &ada, json!({ "days_off": null, "country": "GB" })).await;
    assert_eq!((due(23).await, due(24).await), ("2026-04-02".into(), "2026-04-07".into()));
    let gulf = ["sunday", "monday", "tuesday", "wednesday", "thursday", "sunday"];
    settings(
        &app,
        &ada,
        json!({ "country": null, "working_days": gulf, "days_off": ["2026-05-02", "2026-05-01", "2026-05-02"] }),
    )
    .await;
    let kept = app.get("/v1/follow-ups/settings", &ada).await.expect(200).json;
    assert_eq!(kept["working_days"], json!(["monday", "tuesday", "wednesday", "thursday", "sunday"]));
    assert_eq!(kept["days_off"], json!(["2026-05-01", "2026-05-02"]));
    assert_eq!(due(4).await, "2026-03-08");
    for (patch, pointer) in [
        (json!({ "country": "CN" }), "/country"),
        (json!({ "country": "XX" }), "/country"),
        (json!({ "time_zone": "Mars/Base" }), "/time_zone"),
        (json!({ "working_days": [] }), "/working_days"),
        (json!({ "keep_in_touch_days": 0 }), "/keep_in_touch_days"),
        (json!({ "default_plan_id": grace }), "/default_plan_id"),
    ] {
        let refused = app.patch("/v1/follow-ups/settings", &ada, patch.clone()).await.expect(422);
        assert_eq!(refused.faults(), [pointer], "{patch}");
    }
    // What is open moves with the zone, unless it has one of its own.
    let body =
        |zone: Value| json!({ "contact_id": grace, "kind": "other", "due_on": "2026-03-20", "own_time_zone": zone });
    let (moved, kept) =
        (add(&app, &ada, body(Value::Null)).await.id(), add(&app, &ada, body(json!("Asia/Tokyo"))).await.id());
    settings(&app, &ada, json!({ "time_zone": "America/New_York" })).await;
    let (moved, kept) = (read(&app, &ada, &moved).await, read(&app, &ada, &kept).await);
    assert_eq!((&moved["due_on"], &moved["due_at"]), (&json!("2026-03-20"), &json!("2026-03-20T04:00:00Z")));
    assert_eq!((&kept["time_zone"], &kept["due_at"]), (&json!("Asia/Tokyo"), &json!("2026-03-19T15:00:00Z")));
}

#[actix_web::test]
async fn they_close_when_their_reason_is_gone() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let due = |contact: &str, kind: &str| json!({ "contact_id": contact, "kind": kind, "due_on": "2026-03-06" });
    let why = async |id: &str| {
        let now = read(&app, &ada, id).await;
        (now["state"].as_str().unwrap().to_owned(), now["closed_reason"].as_str().unwrap_or_default().to_owned())
    };
    let closed = |reason: &str| ("closed".to_owned(), reason.to_owned());
    // An answer, of which the thank-you knows nothing.
    let grace = contact(&app, &ada, "Grace").await;
    let (nudge, thanks) =
        (add(&app, &ada, due(&grace, "nudge")).await.id(), add(&app, &ada, due(&grace, "thank_you")).await.id());
    let incoming = json!({ "contact_id": grace, "channel": "email", "direction": "incoming", "body": "Away", "reply_kind": "out_of_office" });
    app.post("/v1/messages", &ada, incoming.clone()).await.expect(201);
    assert_eq!(why(&nudge).await.0, "open", "a machine does not answer");
    let mut incoming = incoming;
    incoming["reply_kind"] = json!("yes");
    app.post("/v1/messages", &ada, incoming).await.expect(201);
    assert_eq!((why(&nudge).await, why(&thanks).await.0), (closed("replied"), "open".into()));
    send(&app, &ada, &grace, json!("thank_you")).await;
    assert_eq!(why(&thanks).await, closed("message_sent"));
    act(&app, &ada, &nudge, "reopen", json!({})).await.expect(200);
    // A meeting that was agreed on, by hand.
    app.patch(&format!("/v1/contacts/{grace}"), &ada, json!({ "stage": "scheduled" })).await.expect(200);
    assert_eq!(why(&nudge).await, closed("meeting"));
    // Nobody writes to who asked not to be written to; promises are another matter.
    let alan = contact(&app, &ada, "Alan").await;
    let (keep, promise) = (due(&alan, "keep_in_touch"), due(&alan, "promise_theirs"));
    let (keep, promise) = (add(&app, &ada, keep).await.id(), add(&app, &ada, promise).await.id());
    app.patch(&format!("/v1/contacts/{alan}"), &ada, json!({ "do_not_contact": true })).await.expect(200);
    assert_eq!((why(&keep).await, why(&promise).await.0), (closed("do_not_contact"), "open".into()));
    assert_eq!(act(&app, &ada, &keep, "reopen", json!({})).await.expect(409).code(), "do_not_contact");
    app.delete(&format!("/v1/contacts/{alan}"), &ada).await.expect(204);
    assert_eq!(why(&promise).await, closed("contact_deleted"));
    assert_eq!(act(&app, &ada, &promise, "reopen", json!({})).await.expect(409).code(), "contact_in_trash");
    // An address, and a domain, that are on the list from now on.
    let (mary, other) = (contact(&app, &ada, "Mary").await, contact(&app, &ada, "Other").await);
    let (first, second) =
        (add(&app, &ada, due(&mary, "nudge")).await.id(), add(&app, &ada, due(&other, "nudge")).await.id());
    app.post("/v1/do-not-contact", &ada, json!({ "kind": "address", "value": "mary@engines.example" }))
        .await
        .expect(201);
    assert_eq!((why(&first).await, why(&second).await.0), (closed("do_not_contact"), "open".into()));
    app.post("/v1/do-not-contact", &ada, json!({ "kind": "domain", "value": "engines.example" })).await.expect(201);
    assert_eq!(why(&second).await, closed("do_not_contact"));
    // Nor is anything of the kind begun, or opened again, while it is.
    for kind in ["nudge", "keep_in_touch", "thank_you"] {
        let refused = app.post("/v1/follow-ups", &ada, due(&mary, kind)).await.expect(409);
        assert_eq!((refused.code(), refused.faults()), ("do_not_contact", vec!["/contact_id"]), "{kind}");
    }
    assert_eq!(act(&app, &ada, &second, "reopen", json!({})).await.expect(409).code(), "do_not_contact");
    add(&app, &ada, due(&mary, "promise_mine")).await;
}

/// However the domain is written.
#[actix_web::test]
async fn a_domain_on_the_list_stops_whoever_has_an_address_there() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let mut nudges = Vec::new();
    for (address, stops) in [
        ("a@bücher.example", true),
        ("b@mail.xn--bcher-kva.example", true),
        ("č@BÜCHER.example", true),
        ("d@bucher.example", false),
        ("e@notbücher.example", false),
        ("bücher.example@other.example", false),
    ] {
        let body = json!({ "given_name": address, "emails": [{ "address": address }] });
        let contact = app.post("/v1/contacts", &ada, body).await.expect(201).id();
        let nudge = json!({ "contact_id": contact, "kind": "nudge", "due_on": "2026-03-06" });
        nudges.push((add(&app, &ada, nudge).await.id(), address, stops));
    }
    app.post("/v1/do-not-contact", &ada, json!({ "kind": "domain", "value": "Bücher.example" })).await.expect(201);
    for (nudge, address, stops) in nudges {
        assert_eq!(read(&app, &ada, &nudge).await["state"], if stops { "closed" } else { "open" }, "{address}");
    }
}

#[actix_web::test]
async fn keeping_in_touch_comes_again_and_starts_anew_with_each_touch() {
    let app = TestApp::new().await;
    let mut ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    let body =
        json!({ "contact_id": grace, "kind": "keep_in_touch", "due_on": "2026-05-31", "repeat_after_days": 100 });
    let first = add(&app, &ada, body).await;
    assert_eq!((&first.json["after_days"], &first.json["repeat_after_days"]), (&json!(100), &json!(100)));
    let first = first.id();
    let default = add(&app, &ada, json!({ "contact_id": grace, "kind": "keep_in_touch" })).await;
    assert_eq!((&default.json["due_on"], &default.json["repeat_after_days"]), (&json!("2026-06-30"), &json!(120)));
    act_on(&app, &ada, &default.id(), "dismiss").await;
    // Before it is due a touch puts it off, in either direction; nobody is asked to touch twice.
    at(&app, &mut ada, "2026-03-12T09:00:00Z").await;
    send(&app, &ada, &grace, json!("update")).await;
    assert_eq!(read(&app, &ada, &first).await["due_on"], "2026-06-20");
    at(&app, &mut ada, "2026-03-22T09:00:00Z").await;
    let incoming = json!({ "contact_id": grace, "channel": "email", "direction": "incoming", "body": "How are you?" });
    app.post("/v1/messages", &ada, incoming).await.expect(201);
    assert_eq!(read(&app, &ada, &first).await["due_on"], "2026-06-30");
    // Meant for sooner this once, it starts anew with a touch all the same.
    let sooner = json!({ "due_on": "2026-03-24" });
    app.patch(&format!("/v1/follow-ups/{first}"), &ada, sooner).await.expect(200);
    at(&app, &mut ada, "2026-03-23T09:00:00Z").await;
    send(&app, &ada, &grace, json!("update")).await;
    assert_eq!(read(&app, &ada, &first).await["due_on"], "2026-07-01");
    // When it is due a touch is what it asked for.
    at(&app, &mut ada, "2026-07-01T09:00:00Z").await;
    send(&app, &ada, &grace, json!("update")).await;
    let now = read(&app, &ada, &first).await;
    assert_eq!((&now["state"], &now["closed_reason"]), (&json!("closed"), &json!("touched")));
    let open = list(&app, &ada, "state=open&kind=keep_in_touch").await;
    assert_eq!((open.len(), &open[0]["due_on"], &open[0]["source"]), (1, &json!("2026-10-09"), &json!("automatic")));
    // Done by other means, it comes again, too; opened again, there is one.
    let second = open[0]["id"].as_str().unwrap();
    act_on(&app, &ada, second, "done").await;
    let open = list(&app, &ada, "state=open&kind=keep_in_touch").await;
    assert_eq!((open.len(), &open[0]["due_on"]), (1, &json!("2026-10-09")));
    act_on(&app, &ada, second, "reopen").await;
    let open = list(&app, &ada, "state=open&kind=keep_in_touch").await;
    assert_eq!((open.len(), &open[0]["id"]), (1, &json!(second)));
}

#[actix_web::test]
async fn a_promised_introduction_is_reminded_of() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (grace, alan) = (contact(&app, &ada, "Grace").await, contact(&app, &ada, "Alan").await);
    let body = json!({ "introducer_id": grace, "introduced_id": alan });
    let introduction = app.post("/v1/introductions", &ada, body).await.expect(201).id();
    assert!(list(&app, &ada, "").await.is_empty());
    let step = async |verb: &str| {
        app.post(&format!("/v1/introductions/{introduction}/{verb}"), &ada, json!({})).await.expect(200);
    };
    step("promise").await;
    step("thank").await;
    let open = list(&app, &ada, &format!("introduction_id={introduction}")).await;
    assert_eq!(open.len(), 1);
    let shown = (&open[0]["kind"], &open[0]["contact_id"], &open[0]["due_on"]);
    assert_eq!(shown, (&json!("promise_theirs"), &json!(grace), &json!("2026-03-09")));
    let body = json!({
        "contact_id": grace, "kind": "close_the_loop", "introduction_id": introduction, "due_on": "2026-03-20"
    });
    let wide = add(&app, &ada, body).await.id();
    step("make").await;
    step("close-loop").await;
    let promise = read(&app, &ada, open[0]["id"].as_str().unwrap()).await;
    assert_eq!(promise["closed_reason"], "introduction_made");
    assert_eq!(read(&app, &ada, &wide).await["closed_reason"], "loop_closed");
    app.delete(&format!("/v1/introductions/{introduction}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{introduction}"), &ada).await.expect(204);
    assert_eq!(read(&app, &ada, &wide).await["introduction_id"], Value::Null);
}

#[actix_web::test]
async fn they_go_with_their_people() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (grace, twin) = (contact(&app, &ada, "Grace").await, contact(&app, &ada, "Gracie").await);
    let body = json!({ "contact_id": twin, "kind": "other", "title": "Call Grace Hopper", "due_on": "2026-03-06" });
    let id = add(&app, &ada, body).await.id();
    let path = format!("/v1/follow-ups/{id}");
    app.delete(&path, &ada).await.expect(204);
    app.get(&path, &ada).await.expect(404);
    let trash = app.get("/v1/trash?kind=follow_up", &ada).await.expect(200);
    assert_eq!(trash.json["data"][0]["title"], "Call Grace Hopper");
    app.post(&format!("/v1/trash/{id}/restore"), &ada, json!({})).await.expect(204);

    let merge = json!({ "survivor_id": grace, "merged_ids": [twin] });
    let merge = app.post("/v1/contacts/merge", &ada, merge).await.expect(200);
    assert_eq!(read(&app, &ada, &id).await["contact_id"], json!(grace));
    let told = app.get(&format!("/v1/contacts/{grace}/timeline"), &ada).await.expect(200);
    assert!(told.text.contains("follow_up.created"), "{}", told.text);
    app.post(&format!("/v1/contacts/merges/{}/undo", merge.id()), &ada, json!({})).await.expect(200);
    assert_eq!(read(&app, &ada, &id).await["contact_id"], json!(twin));

    let export = app.get(&format!("/v1/contacts/{twin}/export"), &ada).await.expect(200);
    assert_eq!(export.json["held"]["follow_ups"]["follow_ups"][0]["title"], "Call Grace Hopper");
    app.post(&format!("/v1/contacts/{twin}/erase"), &ada, json!({})).await.expect(200);
    app.get(&path, &ada).await.expect(404);
    assert_eq!(app.count("follow_ups").await, 0);
}

#[actix_web::test]
async fn many_are_added_at_once() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    let good = json!({ "contact_id": grace, "kind": "other", "due_on": "2026-03-06" });
    let bad = json!({ "contact_id": grace, "kind": "other" });
    let some = app.post("/v1/follow-ups/batch", &ada, json!({ "items": [good, bad] })).await.expect(207);
    let statuses: Vec<i64> =
        some.json["results"].as_array().unwrap().iter().map(|one| one["status"].as_i64().unwrap()).collect();
    assert_eq!(statuses, [201, 422]);
    let none =
        app.post("/v1/follow-ups/batch", &ada, json!({ "items": [good, bad], "atomic": true })).await.expect(422);
    assert_eq!((none.code(), none.faults()), ("batch_failed", vec!["/items/1/due_on"]));
    assert_eq!(app.count("follow_ups").await, 1);
}

/// One mail a day, at the hour of the seeker's clock, on days on which something is due; whoever runs it, and how often.
#[actix_web::test]
async fn a_digest_tells_once_a_day_what_is_due() {
    let app = TestApp::new().await;
    let mut ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    settings(&app, &ada, json!({ "time_zone": "America/New_York" })).await;
    let off = app.get("/v1/follow-ups/digest", &ada).await.expect(200);
    assert_eq!(
        (&off.json["enabled"], &off.json["next_at"], &off.json["version"]),
        (&json!(false), &Value::Null, &json!(0))
    );
    let on = json!({ "enabled": true, "send_time": "07:30", "time_zone": "America/New_York" });
    let on = app.patch("/v1/follow-ups/digest", &ada, on).await.expect(200);
    assert_eq!(on.json["next_at"], "2026-03-02T12:30:00Z");
    let bad = app.patch("/v1/follow-ups/digest", &ada, json!({ "send_time": "7:30" })).await.expect(422);
    assert_eq!(bad.faults(), ["/send_time"]);
    let send = async || inroad::follow_ups::send_due_digests(&app.app).await.unwrap();

    at(&app, &mut ada, "2026-03-02T12:30:00Z").await;
    assert_eq!(send().await, 0, "nothing is due");
    add(&app, &ada, json!({ "contact_id": grace, "kind": "nudge", "due_on": "2026-03-06" })).await;
    add(
        &app,
        &ada,
        json!({ "contact_id": grace, "kind": "other", "title": "Call", "due_on": "2026-03-08", "due_time": "18:00" }),
    )
    .await;
    add(&app, &ada, json!({ "contact_id": grace, "kind": "other", "title": "Later", "due_on": "2026-03-09" })).await;
    // The clock is put forward that morning; nobody was there for some days, and it comes once.
    at(&app, &mut ada, "2026-03-08T11:30:00Z").await;
    let (one, other) = futures_util::join!(send(), send());
    assert_eq!(one + other, 1, "of two that run at once one sends it");
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    let mail = &mails[0];
    for part in ["2 follow-ups are due", "- Nudge Grace (since Friday, 6 March 2026)", "- Grace: Call (today at 18:00)"]
    {
        assert!(mail.contains(part), "{part} is not in {mail}");
    }
    assert!(!mail.contains("Later"), "{mail}");
    // Mail programs offer a button for it (RFC 8058).
    let unfolded = mail.replace("\r\n ", " ");
    let header = unfolded.lines().find_map(|line| line.strip_prefix("List-Unsubscribe: ")).unwrap();
    assert!(header.starts_with(&format!("<{}/unsubscribe/", app.base)) && header.ends_with('>'), "{header}");
    assert!(unfolded.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{mail}");
    assert_eq!(send().await, 0);
    let next = app.get("/v1/follow-ups/digest", &ada).await.expect(200);
    assert_eq!(next.json["next_at"], "2026-03-09T11:30:00Z");
    // Another hour, or off and on again, brings no second one on the same day.
    for (change, next_at) in [
        (json!({ "send_time": "07:31" }), json!("2026-03-09T11:31:00Z")),
        (json!({ "enabled": false }), Value::Null),
        (json!({ "enabled": true, "send_time": "08:00" }), json!("2026-03-09T12:00:00Z")),
        (json!({ "send_time": "07:30" }), json!("2026-03-09T11:30:00Z")),
    ] {
        let changed = app.patch("/v1/follow-ups/digest", &ada, change).await.expect(200);
        assert_eq!(changed.json["next_at"], next_at);
    }

    // The link asks, its button turns them off, and anything else is nobody's.
    let link =
        mail.lines().map(str::trim).find(|line| line.starts_with("http") && line.contains("/unsubscribe/")).unwrap();
    let path = &link[link.find("/unsubscribe/").unwrap()..];
    assert!(header.contains(path), "{header}");
    let asked = app.send_freely(app.request(reqwest::Method::GET, path)).await.unwrap();
    assert_eq!((asked.status, asked.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(app.get("/v1/follow-ups/digest", &ada).await.json["enabled"], true);
    let one_click = app.request(reqwest::Method::POST, path).body("List-Unsubscribe=One-Click");
    let one_click = one_click.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(app.send_freely(one_click).await.unwrap().status, 200);
    assert_eq!(app.get("/v1/follow-ups/digest", &ada).await.json["enabled"], false);
    at(&app, &mut ada, "2026-03-10T12:00:00Z").await;
    assert_eq!(send().await, 0);
    let other = if path.ends_with('A') { 'B' } else { 'A' };
    let forged = app.request(reqwest::Method::POST, &format!("{}{other}", &path[..path.len() - 1]));
    assert_eq!(app.send_freely(forged).await.unwrap().status, 404);
}

#[actix_web::test]
async fn a_digest_goes_only_to_an_address_that_is_verified() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    app.sql(&format!("UPDATE users SET email_verified_at = NULL WHERE id = '{}'", ada.user)).await;
    let refused = app.patch("/v1/follow-ups/digest", &ada, json!({ "enabled": true })).await.expect(403);
    assert_eq!(refused.code(), "email_not_verified");
    app.patch("/v1/follow-ups/digest", &ada, json!({ "send_time": "08:00" })).await.expect(200);
}
