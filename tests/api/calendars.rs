use std::path::PathBuf;
use std::process::Command;

use inroad::auth::{Role, Scopes};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, TestApp};
use crate::walk::root;

/// A Python that has other implementations of iCalendar, if this machine has one: `.ci/run` makes it.
pub fn python() -> Option<PathBuf> {
    let python = root().join("target/calendars/bin/python");
    if !python.exists() {
        eprintln!(
            "skipped: no target/calendars (python3 -m venv target/calendars && target/calendars/bin/pip install \
             icalendar ics recurring-ical-events)"
        );
        return None;
    }
    Some(python)
}

/// What the other implementations make of a text.
pub fn other_implementations(python: &PathBuf, arguments: &[&str], text: &str) -> Value {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let (first, rest) = arguments.split_first().unwrap();
    let script = root().join("tests/calendars.py");
    let run = Command::new(python).arg("-B").arg(script).arg(first).arg(file.path()).args(rest).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).unwrap()
}

async fn contact(app: &TestApp, member: &Member) -> String {
    let body = json!({ "given_name": "Grace; \"Amazing\"", "family_name": "Hopper, RADM",
        "emails": [{ "address": "grace@navy.example" }] });
    app.post("/v1/contacts", member, body).await.expect(201).id()
}

/// A confirmed meeting, by the clock of a zone.
async fn meeting(app: &TestApp, member: &Member, contact: &str, zone: &str, time: &str, more: Value) -> String {
    let mut body = json!({ "contact_ids": [contact], "medium": "coffee", "seeker_zone": zone, "allow_overlap": true,
        "starts_local": { "time": time, "zone": zone } });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let id = app.post("/v1/meetings", member, body).await.expect(201).id();
    app.post(&format!("/v1/meetings/{id}/confirm"), member, json!({})).await.expect(200);
    id
}

async fn file(app: &TestApp, member: &Member, id: &str) -> String {
    let reply = app.get(&format!("/v1/meetings/{id}/ics"), member).await.expect(200);
    assert_eq!(reply.header("content-type"), "text/calendar; charset=utf-8");
    reply.text
}

fn has(text: &str, line: &str) -> bool {
    text.replace("\r\n ", "").split("\r\n").any(|have| have == line)
}

#[actix_web::test]
async fn a_meeting_is_a_file_for_calendars() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada).await;
    let more = json!({ "title": "Compilers; \\ and ☕, so", "place": { "name": "Café", "address": "Ring 4" }, "notes": "Private" });
    let id = meeting(&app, &ada, &grace, "Europe/Vienna", "2026-03-30T09:00", more).await;
    let path = format!("/v1/meetings/{id}/ics");
    let first = app.get(&path, &ada).await.expect(200);
    assert_eq!(first.header("content-disposition"), format!("attachment; filename=\"meeting-{id}.ics\""));
    for line in [
        format!("UID:{id}@127.0.0.1"),
        "SEQUENCE:1".to_owned(),
        "STATUS:CONFIRMED".to_owned(),
        "DTSTART;TZID=Europe/Vienna:20260330T090000".to_owned(),
        "DTEND;TZID=Europe/Vienna:20260330T091500".to_owned(),
        "SUMMARY:Compilers\\; \\\\ and ☕\\, so".to_owned(),
        "BEGIN:VTIMEZONE".to_owned(),
        "BEGIN:VALARM".to_owned(),
    ] {
        assert!(has(&first.text, &line), "{line}: {}", first.text);
    }
    assert!(first.text.split("\r\n").all(|line| line.len() <= 75), "{}", first.text);
    let known = app.request(Method::GET, &path).bearer_auth(&ada.token).header("if-none-match", first.header("etag"));
    app.send(known).await.expect(304);
    app.post(&format!("/v1/meetings/{id}/cancel"), &ada, json!({})).await.expect(200);
    let cancelled = file(&app, &ada, &id).await;
    assert!(has(&cancelled, "STATUS:CANCELLED") && has(&cancelled, "SEQUENCE:2"), "{cancelled}");
    let body = json!({ "contact_ids": [grace], "medium": "phone" });
    let timeless = app.post("/v1/meetings", &ada, body).await.expect(201).id();
    assert_eq!(
        app.get(&format!("/v1/meetings/{timeless}/ics"), &ada).await.expect(409).code(),
        "impossible_transition"
    );
    app.get(&path, &app.seeker().await).await.expect(404);
}

#[actix_web::test]
async fn a_feed_is_read_by_its_address_until_it_is_deleted() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada).await;
    let id = meeting(&app, &ada, &grace, "Europe/Vienna", "2026-03-30T09:00", json!({})).await;
    let off = meeting(&app, &ada, &grace, "Europe/Vienna", "2026-03-31T09:00", json!({})).await;
    app.post(&format!("/v1/meetings/{off}/cancel"), &ada, json!({})).await.expect(200);
    let due = json!({ "contact_id": grace, "kind": "other", "title": "Send the paper", "due_on": "2026-03-12" });
    app.post("/v1/follow-ups", &ada, due).await.expect(201);

    let made = app.post("/v1/calendar-feeds", &ada, json!({ "name": "Phone" })).await.expect(201);
    assert_eq!(made.header("cache-control"), "no-store");
    let url = made.json["url"].as_str().unwrap().strip_prefix(&app.base).unwrap().to_owned();
    let read = app.send(app.request(Method::GET, &url)).await.expect(200);
    assert_eq!(read.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(read.header("x-robots-tag"), "noindex, nofollow");
    for line in ["METHOD:PUBLISH", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "NAME:Phone"] {
        assert!(has(&read.text, line), "{line}: {}", read.text);
    }
    assert!(
        read.text.contains(&id) && !read.text.contains(&off) && !read.text.contains("Send the paper"),
        "{}",
        read.text
    );
    let again = async || app.send(app.request(Method::GET, &url).header("if-none-match", read.header("etag"))).await;
    again().await.expect(304);
    let body = json!({ "starts_at": "2026-04-02T07:00:00Z", "reason": "ill" });
    app.post(&format!("/v1/meetings/{id}/reschedule"), &ada, body).await.expect(200);
    assert!(has(&again().await.expect(200).text, "SEQUENCE:2"));

    for (kind, line) in [("all_day", "DTSTART;VALUE=DATE:20260312"), ("todo", "DUE;VALUE=DATE:20260312")] {
        let made = app.post("/v1/calendar-feeds", &ada, json!({ "name": "x", "follow_ups": kind })).await.expect(201);
        let url = made.json["url"].as_str().unwrap().strip_prefix(&app.base).unwrap().to_owned();
        let text = app.send(app.request(Method::GET, &url)).await.expect(200).text;
        assert!(has(&text, line) && has(&text, "SUMMARY:Send the paper"), "{text}");
    }
    let without = Scopes::parse("meetings:read meetings:write");
    let limited = app.member(Some(ada.workspace), Role::Owner, without).await;
    app.post("/v1/calendar-feeds", &limited, json!({ "name": "x", "follow_ups": "todo" })).await.expect(403);

    let list = app.get("/v1/calendar-feeds", &ada).await.expect(200);
    assert_eq!(list.json["data"].as_array().unwrap().len(), 3);
    assert!(!list.text.contains("inr_cal_"), "{}", list.text);
    app.delete(&format!("/v1/calendar-feeds/{}", made.id()), &ada).await.expect(204);
    let gone = app.send(app.request(Method::GET, &url)).await.expect(404);
    let never = app.send(app.request(Method::GET, "/calendar/example.ics")).await.expect(404);
    assert_eq!(gone.json["detail"], never.json["detail"]);
    app.delete(&format!("/v1/calendar-feeds/{}", made.id()), &ada).await.expect(404);
}

#[actix_web::test]
async fn a_feed_ends_when_its_member_leaves() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let editor = app.member(Some(ada.workspace), Role::Editor, Scopes::all()).await;
    let made = app.post("/v1/calendar-feeds", &editor, json!({ "name": "Phone" })).await.expect(201);
    let url = made.json["url"].as_str().unwrap().strip_prefix(&app.base).unwrap().to_owned();
    app.send(app.request(Method::GET, &url)).await.expect(200);
    app.delete(&format!("/v1/members/{}", editor.user), &ada).await.expect(204);
    app.send(app.request(Method::GET, &url)).await.expect(404);
}

#[actix_web::test]
async fn other_implementations_read_the_same_instants() {
    let Some(python) = python() else { return };
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada).await;
    // Around the changes of the clocks, and where there are none.
    let cases = [
        ("Europe/Vienna", "2026-03-28T09:00", "2026-03-28T08:00:00Z"),
        ("Europe/Vienna", "2026-03-29T09:00", "2026-03-29T07:00:00Z"),
        ("Europe/Vienna", "2026-10-25T09:00", "2026-10-25T08:00:00Z"),
        ("Europe/London", "2026-03-29T00:59", "2026-03-29T00:59:00Z"),
        ("Europe/Dublin", "2026-07-01T09:00", "2026-07-01T08:00:00Z"),
        ("America/New_York", "2026-03-08T09:00", "2026-03-08T13:00:00Z"),
        ("America/New_York", "2026-11-01T09:00", "2026-11-01T14:00:00Z"),
        ("America/Sao_Paulo", "2026-07-01T09:00", "2026-07-01T12:00:00Z"),
        ("America/Phoenix", "2026-07-01T09:00", "2026-07-01T16:00:00Z"),
        ("America/St_Johns", "2026-03-08T09:00", "2026-03-08T11:30:00Z"),
        ("Australia/Lord_Howe", "2026-04-05T09:00", "2026-04-04T22:30:00Z"),
        ("Australia/Sydney", "2026-10-04T09:00", "2026-10-03T22:00:00Z"),
        ("Asia/Kathmandu", "2026-07-01T09:00", "2026-07-01T03:15:00Z"),
        ("Asia/Tokyo", "2026-07-01T09:00", "2026-07-01T00:00:00Z"),
        ("Africa/Casablanca", "2027-03-01T09:00", "2027-03-01T09:00:00Z"),
        ("Pacific/Kiritimati", "2026-07-01T09:00", "2026-06-30T19:00:00Z"),
        ("UTC", "2026-07-01T09:00", "2026-07-01T09:00:00Z"),
    ];
    let mut wanted = Vec::new();
    for (zone, time, starts) in cases {
        let more = json!({ "title": "A; \\ b, ☕\u{301}", "place": { "name": "Café, \"x\"", "link": "https://x.example/a?b=1&c=2" } });
        let id = meeting(&app, &ada, &grace, zone, time, more).await;
        let told = app.get(&format!("/v1/meetings/{id}"), &ada).await.expect(200).json;
        // Morocco's clocks follow the moon: what is wanted there is what the service says.
        let starts = if zone == "Africa/Casablanca" { told["starts_at"].as_str().unwrap() } else { starts };
        assert_eq!(told["starts_at"], starts, "{zone} {time}");
        let read = other_implementations(&python, &["events"], &file(&app, &ada, &id).await);
        let event = &read["icalendar"]["events"][0];
        assert_eq!(
            (&event["starts"], &event["ends"]),
            (&told["starts_at"], &told["ends_at"]),
            "{zone} {time}: {event}"
        );
        for own in read["icalendar"]["zones"].as_array().unwrap() {
            assert_eq!(own["starts"], json!([starts]), "{zone} by the rules in the file");
        }
        assert_eq!(event["summary"], "A; \\ b, ☕\u{301}");
        assert_eq!(event["location"], "Café, \"x\"");
        assert_eq!(event["url"], "https://x.example/a?b=1&c=2");
        assert_eq!((&event["sequence"], &event["status"]), (&json!(1), &json!("CONFIRMED")));
        assert_eq!(event["organizer"][0]["CN"], "Test Person");
        let guest = &event["attendees"][0];
        assert_eq!((&guest["address"], &guest["PARTSTAT"]), (&json!("mailto:grace@navy.example"), &json!("ACCEPTED")));
        assert_eq!(event["alarms"], json!(["DISPLAY -PT15M"]));
        let ics = &read["ics"][0];
        assert_eq!((&ics[1], &ics[2], &ics[3]), (&event["summary"], &told["starts_at"], &told["ends_at"]), "{zone}");
        wanted.push((event["uid"].clone(), told["starts_at"].clone()));
    }
    let made = app.post("/v1/calendar-feeds", &ada, json!({ "name": "x", "follow_ups": "todo" })).await.expect(201);
    let url = made.json["url"].as_str().unwrap().strip_prefix(&app.base).unwrap().to_owned();
    let feed = app.send(app.request(Method::GET, &url)).await.expect(200).text;
    let read = other_implementations(&python, &["events"], &feed);
    assert_eq!(read["icalendar"]["method"], "PUBLISH");
    let mut found: Vec<_> = read["icalendar"]["events"]
        .as_array()
        .unwrap()
        .iter()
        // What is due is told, too.
        .filter(|event| event["kind"] == "VEVENT")
        .map(|event| (event["uid"].clone(), event["starts"].clone()))
        .collect();
    let key = |(uid, _): &(Value, Value)| uid.as_str().unwrap().to_owned();
    found.sort_by_key(key);
    wanted.sort_by_key(key);
    assert_eq!(found, wanted);
    assert_eq!(read["ics"].as_array().unwrap().len(), wanted.len());
}
