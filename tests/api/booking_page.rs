//! The page of an invitation, as a browser without JavaScript goes about it.
use std::path::PathBuf;
use std::process::Command;

use reqwest::Method;
use serde_json::json;

use crate::support::{Member, Reply, TestApp};
use crate::walk::root;

/// An offer of two times, by phone or in a café; the path of its page.
async fn page(app: &TestApp, member: &Member) -> (String, String) {
    let body = json!({ "given_name": "Tom", "time_zone": "America/New_York" });
    let contact = app.post("/v1/contacts", member, body).await.expect(201).id();
    let body = json!({ "contact_ids": [contact], "medium": "phone" });
    let meeting = app.post("/v1/meetings", member, body).await.expect(201).id();
    let body = json!({
        "slots": [{ "starts_at": "2026-03-04T14:30:00Z" }, { "starts_at": "2026-03-04T15:30:00Z" }, { "starts_at": "2026-03-06T15:00:00Z" }],
        "host_name": "Ada <b>Lovelace</b> & Co", "title": "Fifteen minutes about site operations",
        "note": "Whatever suits you.\nIf none does, just say so.",
        "choices": [{ "medium": "phone" }, { "medium": "coffee", "place": { "name": "Café Landtmann", "address": "Ring 4" } }]
    });
    let offer = app.post(&format!("/v1/meetings/{meeting}/offers"), member, body).await.expect(201);
    (format!("/book/{}", offer.json["token"].as_str().unwrap()), meeting)
}

async fn open(app: &TestApp, path: &str) -> Reply {
    app.send(app.request(Method::GET, path)).await
}

/// What the hidden field of a form holds.
fn mark(page: &Reply) -> String {
    let (_, rest) = page.text.split_once("name=\"form\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

async fn send(app: &TestApp, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut request = app.request(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(body)).await
}

#[actix_web::test]
async fn a_visitor_books_moves_and_cancels() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (path, meeting) = page(&app, &ada).await;
    let first = open(&app, &path).await.expect(200);
    assert_eq!(first.header("content-type"), "text/html; charset=utf-8");
    let policy = first.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    for (name, value) in [
        ("x-robots-tag", "noindex, nofollow"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(first.header(name), value);
    }
    assert!(first.headers.get("set-cookie").is_none());
    for part in [
        "<html lang=\"en\">",
        "Fifteen minutes about site operations",
        "Ada &lt;b&gt;Lovelace&lt;&#x2f;b&gt; &amp; Co",
        "Wednesday, 4 March 2026",
        "09:30–09:45",
        "Over a coffee: Café Landtmann, Ring 4",
        "<option value=\"America&#x2f;New_York\" selected>",
    ] {
        assert!(first.text.contains(part), "{part}: {}", first.text);
    }
    for forbidden in ["<script", "http://", "https://", "src=", "onclick", "style=\"", &meeting] {
        assert!(!first.text.contains(forbidden), "{forbidden}: {}", first.text);
    }
    // Each control has a label, and each group a legend.
    assert_eq!(first.text.matches("<fieldset").count(), first.text.matches("<legend").count());
    for id in ["zone", "phone", "none-note", "decline-note"] {
        assert!(first.text.contains(&format!("for=\"{id}\"")) && first.text.contains(&format!("id=\"{id}\"")), "{id}");
    }

    let elsewhere = open(&app, &format!("{path}?zone=Asia/Kathmandu")).await.expect(200);
    assert!(elsewhere.text.contains("20:15–20:30"), "{}", elsewhere.text);
    let nowhere = open(&app, &format!("{path}?zone=Moon/Tranquility")).await.expect(200);
    assert!(nowhere.text.contains("There is no such time zone") && nowhere.text.contains("role=\"alert\""));

    let form = mark(&elsewhere);
    let none = [("form", form.as_str()), ("action", "book"), ("choice", "0"), ("phone", "+1 <2>")];
    let none = send(&app, &path, &none, &[]).await.expect(422);
    assert!(
        none.text.contains("Please choose one of the times") && none.text.contains("+1 &lt;2&gt;"),
        "{}",
        none.text
    );
    let book = [
        ("form", form.as_str()),
        ("zone", "Asia/Kathmandu"),
        ("action", "book"),
        ("starts_at", "2026-03-04T14:30:00Z"),
        ("choice", "1"),
    ];
    let booked = send(&app, &path, &book, &[("sec-fetch-site", "same-origin"), ("origin", "null")]).await.expect(303);
    assert_eq!(booked.header("location"), "?zone=Asia%2FKathmandu");
    let agreed = open(&app, &format!("{path}{}", booked.header("location"))).await.expect(200);
    for part in ["This is agreed", "Wednesday, 4 March 2026, 20:15–20:30", "(+0545, UTC+05:45)", "Café Landtmann"] {
        assert!(agreed.text.contains(part), "{part}: {}", agreed.text);
    }
    let kept = app.get(&format!("/v1/meetings/{meeting}"), &ada).await.expect(200).json;
    assert_eq!((&kept["state"], &kept["medium"]), (&json!("confirmed"), &json!("coffee")));
    assert_eq!(kept["contact_zone"], "Asia/Kathmandu");
    let file = open(&app, &format!("{path}/meeting.ics")).await.expect(200);
    assert_eq!(file.header("content-type"), "text/calendar; charset=utf-8");
    assert!(file.text.contains("DTSTART;TZID=Asia/Kathmandu:20260304T201500"), "{}", file.text);
    assert!(!file.text.contains("ORGANIZER") && !file.text.contains("ATTENDEE") && !file.text.contains("Test Person"));

    // Somebody else with the link is told how it stands.
    let late = send(&app, &path, &book, &[]).await.expect(409);
    assert!(late.text.contains("A time is agreed on already") && late.text.contains("This is agreed"));
    let moved =
        [("form", form.as_str()), ("action", "reschedule"), ("starts_at", "2026-03-06T15:00:00Z"), ("choice", "0")];
    send(&app, &path, &moved, &[]).await.expect(303);
    let cancel = [("form", form.as_str()), ("action", "cancel"), ("note", "A site visit\r\ncame up")];
    assert_eq!(send(&app, &path, &cancel, &[]).await.expect(303).header("location"), "?");
    assert!(open(&app, &path).await.expect(200).text.contains("The meeting was called off"));
    let kept = app.get(&format!("/v1/meetings/{meeting}"), &ada).await.expect(200).json;
    assert_eq!(kept["history"][3]["reason"], "A site visit\ncame up");
}

#[actix_web::test]
async fn a_form_of_somebody_elses_does_nothing() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (path, _) = page(&app, &ada).await;
    let (other, _) = page(&app, &ada).await;
    let form = mark(&open(&app, &path).await);
    let decline = |form: &'static str| [("form", form), ("action", "decline")];
    let fields = [("form", form.as_str()), ("action", "decline")];
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
    ] {
        let refused = send(&app, &path, &fields, headers).await.expect(403);
        assert!(refused.text.contains("That came from another site"), "{}", refused.text);
    }
    send(&app, &path, &decline(""), &[]).await.expect(422);
    send(&app, &path, &decline("forged"), &[]).await.expect(422);
    send(&app, &other, &fields, &[]).await.expect(422);
    send(&app, &path, &[("form", form.as_str()), ("action", "dance")], &[]).await.expect(422);
    let odd = app.request(Method::POST, &path).header("content-type", "text/plain").body("action=decline");
    app.send(odd).await.expect(415);
    let large = app.request(Method::POST, &path).header("content-type", "application/x-www-form-urlencoded");
    app.send(large.body("x".repeat(20_000))).await.expect(413);
    assert_eq!(app.send(app.request(Method::PUT, &path)).await.expect(405).header("allow"), "GET, HEAD, OPTIONS, POST");
    app.send(app.request(Method::HEAD, &path)).await.expect(200);
    assert!(open(&app, &path).await.expect(200).text.contains("Choose a time"));
    app.pass(chrono::Duration::hours(25));
    assert!(send(&app, &path, &fields, &[]).await.expect(422).text.contains("open for too long"));
    let none = mark(&open(&app, &path).await);
    send(&app, &path, &[("form", none.as_str()), ("action", "none_suit"), ("note", "")], &[]).await.expect(303);
    assert!(open(&app, &path).await.text.contains("none of these times suits you"));
    send(&app, &path, &[("form", none.as_str()), ("action", "decline")], &[]).await.expect(303);
    assert!(open(&app, &path).await.text.contains("You have declined the invitation"));
}

#[actix_web::test]
async fn visitors_are_counted() {
    let app = TestApp::with(&["--rate-limit-anonymous", "3"]).await;
    let ada = app.seeker().await;
    let (path, _) = page(&app, &ada).await;
    for _ in 0..3 {
        open(&app, &path).await.expect(200);
    }
    let enough = open(&app, &path).await.expect(429);
    assert!(!enough.header("retry-after").is_empty() && enough.text.contains("Too many requests"), "{}", enough.text);
}

/// A browser, if this machine has one: `.ci/run` installs it.
pub fn browser() -> Option<PathBuf> {
    let found = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let found = found.iter().map(PathBuf::from).find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: no Chromium on this machine (apt-get install chromium)");
    }
    found
}

/// Kept in target/screenshots, to be looked at.
#[actix_web::test]
async fn a_real_browser_shows_the_page() {
    let Some(browser) = browser() else { return };
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (path, _) = page(&app, &ada).await;
    let folder = root().join("target/screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    let form = mark(&open(&app, &path).await);
    for (state, sizes) in [("open", &["1280,1500", "320,2400"][..]), ("booked", &["1280,1300", "320,2000"])] {
        if state == "booked" {
            let book =
                [("form", form.as_str()), ("action", "book"), ("starts_at", "2026-03-04T14:30:00Z"), ("choice", "1")];
            send(&app, &path, &book, &[]).await.expect(303);
        }
        for size in sizes {
            let picture = folder.join(format!("booking-{state}-{}.png", size.split(',').next().unwrap()));
            let _ = std::fs::remove_file(&picture);
            let profile = tempfile::tempdir().unwrap();
            let mut command = Command::new(&browser);
            command.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]);
            command.arg(format!("--user-data-dir={}", profile.path().display())).arg(format!("--window-size={size}"));
            command.arg(format!("--screenshot={}", picture.display())).arg(format!("{}{path}", app.base));
            let run = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
            let said = String::from_utf8_lossy(&run.stderr).into_owned();
            assert!(run.status.success(), "{said}");
            // What the policy forbids the browser complains of.
            assert!(!said.contains("Content Security Policy"), "{said}");
            let bytes = std::fs::read(&picture).unwrap();
            assert!(bytes.starts_with(b"\x89PNG") && bytes.len() > 10_000, "{} bytes", bytes.len());
        }
    }
}
