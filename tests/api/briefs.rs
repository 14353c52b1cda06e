//! The brief of a meeting, in all of its forms.
use std::process::Command;

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};
use crate::walk::root;
use crate::web::Web;

async fn made(app: &TestApp, member: &Member, path: &str, body: Value) -> String {
    app.post(path, member, body).await.expect(201).id()
}

/// A meeting that is prepared well: its id, and that of the person.
async fn prepared(app: &TestApp, member: &Member) -> (String, String) {
    let connector = made(app, member, "/v1/contacts", json!({ "given_name": "Miriam", "family_name": "Okafor" })).await;
    let body = json!({
        "given_name": "Tom", "family_name": "Hargreaves", "pronouns": "he/him", "headline": "Builds wind parks",
        "positions": [
            { "company_name": "Gale Ltd", "title": "Site manager", "started_on": "2021-05-01", "is_current": true },
            { "company_name": "Mills & Co", "title": "Engineer", "started_on": "2015-01-01", "ended_on": "2021-04-30" },
        ],
        "phones": [{ "number": "+44 20 7946 0958" }], "industries": ["Wind Power"], "how_found": "referral",
        "how_found_detail": "Leeds alumni dinner", "connector_id": connector, "shared_ground": ["rowing"],
        "notes": "Prefers *mornings*.",
    });
    let person = app.post("/v1/contacts", member, body).await.expect(201);
    let tom = person.id();
    let gale = person.json["positions"][0]["company_id"].clone();
    let tie = json!({ "introducer_id": connector, "introduced_id": tom, "may_use_name": true });
    made(app, member, "/v1/introductions", tie).await;
    let body = json!({ "introducer_id": tom, "introduced_name": "Priya Nair" });
    made(app, member, "/v1/introductions", body).await;

    let call = json!({ "contact_ids": [tom], "medium": "phone", "starts_at": "2026-02-10T10:00:00Z" });
    let call = made(app, member, "/v1/meetings", call).await;
    app.post(&format!("/v1/meetings/{call}/confirm"), member, json!({})).await.expect(200);
    app.post(&format!("/v1/meetings/{call}/complete"), member, json!({})).await.expect(200);
    let debrief = json!({ "notes": "He *likes* to explain.", "next_step": "Visit the site", "usefulness": 5,
        "insights": [{ "topic": "night shifts", "text": "Nights pay a fifth more.", "quote": "You never get used to it" }],
        "promises": [{ "by": "contact", "text": "Send the site plan" }] });
    app.put(&format!("/v1/meetings/{call}/debrief"), member, debrief).await.expect(200);
    let message = json!({ "contact_id": tom, "direction": "outgoing", "channel": "email", "subject": "Fifteen minutes?",
        "body": "Dear Tom,\nMiriam named you." });
    let message = made(app, member, "/v1/messages", message).await;
    app.post(&format!("/v1/messages/{message}/mark-sent"), member, json!({})).await.expect(200);

    let body = json!({
        "contact_ids": [tom], "medium": "coffee", "starts_at": "2026-03-10T10:00:00Z", "duration_minutes": 15,
        "seeker_zone": "Europe/London", "contact_zone": "Europe/Vienna", "bring": "Notebook", "arrive_minutes_before": 5,
        "place": { "name": "Café Landtmann", "address": "Universitätsring 4, Wien" },
    });
    let meeting = made(app, member, "/v1/meetings", body).await;
    app.post(&format!("/v1/meetings/{meeting}/confirm"), member, json!({})).await.expect(200);
    let goal = made(app, member, "/v1/goals", json!({ "meeting_id": meeting, "text": "What a week looks like" })).await;
    for text in ["Who comes to you first?", "What is harder than it looks?", "Who else should I talk to?"] {
        let body = json!({ "meeting_id": meeting, "text": text, "goal_id": goal });
        made(app, member, "/v1/meeting-questions", body).await;
    }
    app.post(&format!("/v1/meetings/{meeting}/agenda/preset"), member, json!({})).await.expect(200);
    for note in [
        json!({ "contact_id": tom, "kind": "biography", "title": "Tom at Gale", "accessed_on": "2026-02-20" }),
        json!({ "company_id": gale, "kind": "annual_report", "title": "Report 2025", "published_on": "2026-01-31",
            "body": "Revenue **doubled** to [60 million](https://gale.example).", "source_url": "https://gale.example/r" }),
        json!({ "industry": "wind power", "kind": "news", "title": "Offshore doubles", "published_on": "2026-01-20",
            "excerpt": "Three new sites.", "site": "The Example Times", "pinned": true }),
        json!({ "meeting_id": meeting, "kind": "own_thought", "title": "Ask about Vienna" }),
        json!({ "industry": "banking", "kind": "news", "title": "Elsewhere" }),
    ] {
        made(app, member, "/v1/research-notes", note).await;
    }
    (meeting, tom)
}

async fn shown(app: &TestApp, member: &Member, meeting: &str, accept: &str) -> Reply {
    let request = app.request(Method::GET, &format!("/v1/meetings/{meeting}/brief"));
    app.send(request.bearer_auth(&member.token).header("accept", accept)).await
}

fn item<'a>(brief: &'a Value, code: &str) -> &'a Value {
    brief["readiness"]["items"].as_array().unwrap().iter().find(|item| item["code"] == code).unwrap_or(&Value::Null)
}

#[actix_web::test]
async fn one_call_has_everything() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let (meeting, tom) = prepared(&app, &ada).await;
    let path = format!("/v1/meetings/{meeting}/brief");
    let reply = app.get(&path, &ada).await.expect(200);
    let brief = &reply.json;
    assert_eq!((&brief["title"], &brief["as_of"]), (&json!("Coffee with Tom Hargreaves"), &json!("2026-03-02")));
    let person = &brief["people"][0];
    assert_eq!((&person["id"], &person["connector_name"]), (&json!(tom), &json!("Miriam Okafor")));
    assert_eq!(
        (&person["positions"][0]["company_name"], &person["phone"]),
        (&json!("Gale Ltd"), &json!("+44 20 7946 0958"))
    );
    assert_eq!(brief["logistics"]["seeker_local"]["starts"], "2026-03-10T10:00:00+00:00");
    assert_eq!(brief["logistics"]["contact_local"]["starts"], "2026-03-10T11:00:00+01:00");
    assert_eq!(brief["logistics"]["arrive_by_at"], "2026-03-10T09:55:00Z");
    let ties: Vec<_> =
        brief["in_common"].as_array().unwrap().iter().map(|t| (&t["kind"], &t["name"], &t["may_use_name"])).collect();
    assert_eq!(
        ties,
        [
            (&json!("named_by_them"), &json!("Priya Nair"), &json!(false)),
            (&json!("led_to_them"), &json!("Miriam Okafor"), &json!(true)),
        ]
    );
    let said = &brief["said"];
    assert_eq!(said["meetings"][0]["notes"], "He *likes* to explain.");
    assert_eq!(said["insights"][0]["topic"], "night shifts");
    assert_eq!(
        (&said["promises"][0]["by"], &said["promises"][0]["text"]),
        (&json!("contact"), &json!("Send the site plan"))
    );
    assert_eq!(
        (&said["messages"][0]["subject"], &said["messages"][0]["text"]),
        (&json!("Fifteen minutes?"), &json!("Dear Tom,\nMiriam named you."))
    );
    let kinds: Vec<_> = brief["research"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["kind"].as_str().unwrap(), r["age_days"].as_i64().unwrap()))
        .collect();
    assert_eq!(kinds, [("news", 41), ("annual_report", 30), ("own_thought", 0), ("biography", 10)]);
    assert_eq!(brief["research"][0]["notes"].as_array().unwrap().len(), 1, "{}", brief["research"]);
    assert_eq!(brief["stale"][0]["detail"], "The newest news is 41 days old.");
    assert_eq!(brief["agenda"]["items"][1]["from_minute"], 1);
    assert_eq!((brief["goals"].as_array().unwrap().len(), brief["questions"].as_array().unwrap().len()), (1, 3));
    let missing: Vec<_> = brief["readiness"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["done"] == false)
        .map(|item| &item["code"])
        .collect();
    assert_eq!(missing, [&json!("news")], "{}", brief["readiness"]);
    assert_eq!(brief["readiness"]["percent"], 90);
    assert_eq!(item(brief, "name")["reason"], "You may mention Miriam Okafor.");
    assert_eq!(brief["cut"], json!([]));
    // The same facts are the same bytes; a fact more is not.
    let again = app.get(&path, &ada).await.expect(200);
    assert_eq!((&again.text, again.header("etag")), (&reply.text, reply.header("etag")));
    let request = app.request(Method::GET, &path).bearer_auth(&ada.token).header("if-none-match", reply.header("etag"));
    app.send(request).await.expect(304);
    let later = app.get(&format!("{path}?on=2026-03-09"), &ada).await.expect(200);
    assert_eq!(later.json["stale"][0]["age_days"], 48);
    assert_eq!(item(&later.json, "reconfirmed")["done"], false);
    app.get(&path, &bob).await.expect(404);
    app.delete(&format!("/v1/meetings/{meeting}"), &ada).await.expect(204);
    app.get(&path, &ada).await.expect(404);
}

#[actix_web::test]
async fn what_feeds_have_brought_since_the_last_contact_is_told() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let (ada, web) = (app.seeker().await, Web::start());
    let (meeting, tom) = prepared(&app, &ada).await;
    // He was written to at nine.
    app.pass(Duration::hours(1));
    let ada = app.member_again(&ada).await;
    for (name, minute, about) in [
        ("wind", 10, json!({ "industry": "WIND power" })),
        ("tom", 20, json!({ "contact_id": tom, "kind": "jobs" })),
        ("banks", 30, json!({ "industry": "banking" })),
    ] {
        let item = |title: &str, hour: u8| {
            format!(
                "<item><title>{name}, {title}</title><pubDate>Mon, 02 Mar 2026 0{hour}:{minute}:00 GMT</pubDate></item>"
            )
        };
        let text = format!("<rss version='2.0'><channel>{}{}</channel></rss>", item("later", 9), item("before", 8));
        let path = format!("/{name}");
        web.put(&path, "200 OK", &[("content-type", "application/rss+xml")], text);
        let mut feed = about;
        feed["url"] = json!(web.url(&path));
        made(&app, &ada, "/v1/feeds", feed).await;
    }
    let brief = shown(&app, &ada, &meeting, "application/json").await.expect(200).json;
    let titles: Vec<_> = brief["alerts"].as_array().unwrap().iter().map(|alert| &alert["title"]).collect();
    assert_eq!(titles, [&json!("tom, later"), &json!("wind, later")]);
    assert_eq!((&brief["alerts"][1]["age_days"], &brief["alerts"][1]["kind"]), (&json!(0), &json!("news")));
    // So the news are not old any more.
    assert_eq!(item(&brief, "news")["done"], true, "{}", brief["readiness"]);
    assert_eq!(brief["stale"], json!([]));
    let text = shown(&app, &ada, &meeting, "text/markdown").await.expect(200).text;
    assert!(text.contains("## New since you were in touch\n\n- tom, later, 2 March 2026.\n- wind, later"), "{text}");
    let path = format!("/v1/alerts/{}", brief["alerts"][1]["id"].as_str().unwrap());
    // As a note it is printed once.
    let note = made(&app, &ada, &format!("{path}/research-note"), json!({})).await;
    let brief = shown(&app, &ada, &meeting, "application/json").await.expect(200).json;
    assert_eq!(brief["alerts"][1]["research_note_id"], json!(note));
    let text = shown(&app, &ada, &meeting, "text/markdown").await.expect(200).text;
    assert_eq!(text.matches("wind, later").count(), 1, "{text}");
    app.patch(&path, &ada, json!({ "state": "dismissed" })).await.expect(200);
    let brief = shown(&app, &ada, &meeting, "application/json").await.expect(200).json;
    assert_eq!(brief["alerts"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn what_is_said_of_news_that_are_old_is_one_number() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let (ada, web) = (app.seeker().await, Web::start());
    let tom = made(&app, &ada, "/v1/contacts", json!({ "given_name": "Tom", "industries": ["wind power"] })).await;
    let call = json!({ "contact_ids": [tom], "medium": "phone", "starts_at": "2026-03-10T10:00:00Z" });
    let meeting = made(&app, &ada, "/v1/meetings", call).await;
    let text = "<rss version='2.0'><channel><item><title>Old</title><pubDate>Tue, 20 Jan 2026 09:00:00 GMT</pubDate>\
                </item></channel></rss>";
    web.put("/wind", "200 OK", &[("content-type", "application/rss+xml")], text);
    made(&app, &ada, "/v1/feeds", json!({ "url": web.url("/wind"), "industry": "wind power" })).await;
    for older_note in [false, true] {
        if older_note {
            let note = json!({ "contact_id": tom, "kind": "news", "title": "Older", "published_on": "2026-01-03" });
            made(&app, &ada, "/v1/research-notes", note).await;
        }
        let brief = shown(&app, &ada, &meeting, "application/json").await.expect(200).json;
        assert_eq!(item(&brief, "news")["reason"], "The newest are 41 days old.");
        let stale = json!([{ "code": "news", "age_days": 41, "detail": "The newest news is 41 days old." }]);
        assert_eq!(brief["stale"], stale);
    }
}

#[actix_web::test]
async fn nothing_known_is_told_as_missing() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = made(&app, &ada, "/v1/contacts", json!({ "given_name": "Tom" })).await;
    let meeting = made(&app, &ada, "/v1/meetings", json!({ "contact_ids": [tom], "medium": "video" })).await;
    let brief = app.get(&format!("/v1/meetings/{meeting}/brief"), &ada).await.expect(200).json;
    assert_eq!(brief["readiness"]["percent"], 0, "{}", brief["readiness"]);
    for (code, reason) in [
        ("time", "No time was proposed."),
        ("way", "There is no link to the call."),
        ("position", "It is not known what Tom does now."),
        ("how_met", "It is not noted how you came upon Tom."),
        ("person", "Nothing was noted about Tom."),
        ("news", "No news were noted."),
        ("goals", "There is no goal."),
        ("questions", "There is no question."),
        ("agenda", "There is no agenda."),
    ] {
        assert_eq!(item(&brief, code)["reason"], reason, "{code}");
    }
    for absent in ["name", "company", "promises", "reconfirmed"] {
        assert_eq!(item(&brief, absent), &Value::Null, "{absent}");
    }
}

#[actix_web::test]
async fn it_is_markdown_and_a_page_as_well() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (meeting, _) = prepared(&app, &ada).await;
    let text = shown(&app, &ada, &meeting, "text/markdown, application/json;q=0.5").await.expect(200);
    assert_eq!((text.header("content-type"), text.header("vary")), ("text/markdown; charset=utf-8", "accept"));
    for part in [
        "# Coffee with Tom Hargreaves\n\nBrief of 2 March 2026 · 90 % prepared\n\n## When and where\n",
        "- **Your time**: Tuesday, 10 March 2026, 10:00–10:15 GMT (Europe/London)\n",
        "- **Their time**: Tuesday, 10 March 2026, 11:00–11:15 CET (Europe/Vienna)\n",
        "- **Where**: Café Landtmann, Universitätsring 4, Wien\n",
        "- **Tom Hargreaves**: he/him · Builds wind parks\n  - **Now**: Site manager, Gale Ltd (since 2021)\n",
        "- **Miriam Okafor**: led you to Tom Hargreaves; you may use the name\n",
        "- **Priya Nair**: was named by Tom Hargreaves; do not say that Tom Hargreaves named them\n",
        "- **01–11**: Questions (10 minutes)\n  - Who comes to you first?\n",
        "- **They promised**: Send the site plan (due on ",
        "- **night shifts**: Nights pay a fifth more. “You never get used to it”\n",
        "  - Report 2025, 31 January 2026. Revenue doubled to 60 million. <https://gale.example/r>\n",
        "- **Stale**: The newest news is 41 days old.\n",
    ] {
        assert!(text.text.contains(part), "{part}: {}", text.text);
    }
    let page = shown(&app, &ada, &meeting, "text/html,application/xhtml+xml,*/*;q=0.8").await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    for forbidden in ["<script", "src=", "style=\"", "onclick", "<link"] {
        assert!(!page.text.contains(forbidden), "{forbidden}: {}", page.text);
    }
    assert!(
        page.text.contains("<h2>Agenda and questions</h2>") && page.text.contains("Mills &amp; Co"),
        "{}",
        page.text
    );
    let refused = shown(&app, &ada, &meeting, "application/pdf").await.expect(406);
    assert_eq!(refused.code(), "not_acceptable");
    let asked = app.get(&format!("/v1/meetings/{meeting}/brief?format=markdown"), &ada).await.expect(200);
    assert_eq!(asked.text, text.text);
    app.get(&format!("/v1/meetings/{meeting}/brief?format=pdf"), &ada).await.expect(400);
}

/// As many of everything as there may be, and all of it long.
async fn overfull(app: &TestApp, member: &Member) -> String {
    let long = |word: &str, times| word.repeat(times);
    let body = json!({ "given_name": "Wanda", "family_name": long("Wm", 40), "headline": long("WWWW ", 40),
        "notes": long("MWMWMW ", 200), "industries": ["wind"], "expertise": [long("Wind ", 15), "b"],
        "positions": (0..12).map(|n| json!({ "company_name": format!("{} {n}", long("Wm", 60)), "title": long("WM ", 50),
            "is_current": n < 6 })).collect::<Vec<_>>() });
    let tom = made(app, member, "/v1/contacts", body).await;
    let place = json!({ "name": long("WM ", 60), "address": long("WM ", 150), "directions": long("WM ", 1000) });
    let body = json!({ "contact_ids": [tom], "medium": "coffee", "starts_at": "2026-03-10T10:00:00Z", "place": place,
        "title": long("WM ", 60), "bring": long("WM ", 1000), "notes": long("漢字", 3000), "contact_zone": "Asia/Kathmandu" });
    let meeting = made(app, member, "/v1/meetings", body).await;
    for n in 0..25 {
        let body = json!({ "meeting_id": meeting, "text": format!("{n} {}", long("WM ", 160)) });
        made(app, member, "/v1/meeting-questions", body.clone()).await;
        made(app, member, "/v1/goals", body).await;
        let note = json!({ "contact_id": tom, "kind": (["news", "talk", "biography", "other"])[n % 4],
            "title": long("WM ", 90), "excerpt": long("漢字 ", 500), "source_url": format!("https://a.example/{}", long("w", 1900)) });
        made(app, member, "/v1/research-notes", note).await;
        let message =
            json!({ "contact_id": tom, "channel": "email", "subject": long("WM ", 60), "body": long("WM ", 900) });
        let message = made(app, member, "/v1/messages", message).await;
        app.post(&format!("/v1/messages/{message}/mark-sent"), member, json!({})).await.expect(200);
    }
    meeting
}

#[actix_web::test]
async fn what_is_too_much_is_cut_and_said() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let meeting = overfull(&app, &ada).await;
    let brief = app.get(&format!("/v1/meetings/{meeting}/brief"), &ada).await.expect(200).json;
    assert_eq!(brief["cut"], json!(["/goals", "/said/messages"]));
    assert_eq!(
        (brief["goals"].as_array().unwrap().len(), brief["said"]["messages"].as_array().unwrap().len()),
        (20, 20)
    );
    let page = shown(&app, &ada, &meeting, "text/html").await.expect(200);
    assert!(page.text.contains("… and "), "{}", page.text);
    // How much of each kind of research is left out.
    let research = page.text.split("<h2>Research</h2>").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(research.contains(" more (") && research.contains(": "), "{research}");
    for refused in ["application/json;q=0", "*/*;q=0"] {
        assert_eq!(shown(&app, &ada, &meeting, refused).await.expect(406).code(), "not_acceptable", "{refused}");
    }
    let liked = shown(&app, &ada, &meeting, "application/json;q=0, text/*;q=0.1").await.expect(200);
    assert!(liked.header("content-type").starts_with("text/"), "{}", liked.header("content-type"));
    let path = format!("/v1/meetings/{meeting}/brief?format=html&whole=true");
    let whole = app.get(&path, &ada).await.expect(200);
    assert!(!whole.text.contains("class=\"more\"") && whole.text.len() > page.text.len());
}

#[actix_web::test]
async fn a_brief_is_judged_by_all_notes_not_only_by_those_it_shows() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({ "given_name": "Tom", "positions": [{ "company_name": "Gale Ltd", "is_current": true }] });
    let person = app.post("/v1/contacts", &ada, body).await.expect(201);
    let (tom, gale) = (person.id(), person.json["positions"][0]["company_id"].clone());
    let meeting = made(&app, &ada, "/v1/meetings", json!({ "contact_ids": [tom], "medium": "video" })).await;
    let news = json!({ "company_id": gale, "kind": "news", "title": "Fresh", "published_on": "2026-03-01" });
    made(&app, &ada, "/v1/research-notes", news).await;
    let report = json!({ "company_id": gale, "kind": "annual_report", "title": "Old", "published_on": "2020-01-01" });
    made(&app, &ada, "/v1/research-notes", report).await;
    // More than there is room for, and all of them above the others.
    for n in 0..60 {
        let note = json!({ "contact_id": tom, "kind": "other", "title": format!("Pinned {n}"), "pinned": true });
        made(&app, &ada, "/v1/research-notes", note).await;
    }
    let brief = app.get(&format!("/v1/meetings/{meeting}/brief"), &ada).await.expect(200).json;
    assert_eq!(item(&brief, "company")["done"], true, "{}", brief["readiness"]);
    assert_eq!(item(&brief, "news")["reason"], "The newest are 1 day old.");
    let kinds: Vec<_> = brief["research"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    assert!(kinds.contains(&json!("news")) && kinds.contains(&json!("annual_report")), "{kinds:?}");
    let stale = brief["stale"].as_array().unwrap();
    assert!(stale.iter().any(|one| one["code"] == "annual_report"), "{stale:?}");
}

/// Printed by a browser, two pages are two pages, on either paper. Kept in target/screenshots, to be looked at.
#[actix_web::test]
async fn a_browser_prints_two_pages() {
    let Some(browser) = crate::booking_page::browser() else { return };
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (meeting, _) = prepared(&app, &ada).await;
    let full = overfull(&app, &ada).await;
    let folder = tempfile::tempdir().unwrap();
    let kept = root().join("target/screenshots");
    std::fs::create_dir_all(&kept).unwrap();
    for (name, id) in [("brief", &meeting), ("overfull", &full)] {
        let page = shown(&app, &ada, id, "text/html").await.expect(200).text;
        for (paper, size) in [("a4", "A4"), ("letter", "letter")] {
            let html = folder.path().join(format!("{name}-{paper}.html"));
            let pdf = kept.join(format!("{name}-{paper}.pdf"));
            std::fs::write(&html, page.replace("@page {", &format!("@page {{ size: {size};"))).unwrap();
            let out = Command::new(&browser)
                .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"])
                .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
                .arg(format!("--print-to-pdf={}", pdf.display()))
                .arg(format!("file://{}", html.display()))
                .output()
                .unwrap();
            let bytes = std::fs::read(&pdf).unwrap_or_else(|error| panic!("{error}: {out:?}"));
            let pages = String::from_utf8_lossy(&bytes).matches("/Type /Page\n").count();
            assert!((1..=2).contains(&pages), "{name} on {paper}: {pages} pages");
        }
    }
}
