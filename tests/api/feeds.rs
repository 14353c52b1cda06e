use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, TestApp};
use crate::web::Web;

const RSS: &[(&str, &str)] = &[("content-type", "application/rss+xml")];

async fn app() -> (TestApp, Web) {
    (TestApp::with(&["--outgoing-hosts", "127.0.0.1,localhost"]).await, Web::start())
}

/// A feed with these items: guid, title, text.
fn feed(items: &[(&str, &str, &str)]) -> String {
    let item = |(guid, title, text): &(&str, &str, &str)| {
        format!(
            "<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title><description>{text}</description>\
             <link>https://news.example.org/{guid}</link></item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    format!(
        "<rss version='2.0'><channel><title>Lech News</title><link>https://news.example.org/</link>{items}</channel></rss>"
    )
}

async fn titles(app: &TestApp, member: &Member, query: &str) -> Vec<String> {
    // Time may have passed.
    let member = app.member_again(member).await;
    let list = app.get(&format!("/v1/alerts{query}"), &member).await.expect(200).json;
    list["data"].as_array().unwrap().iter().map(|alert| alert["title"].as_str().unwrap().to_owned()).collect()
}

/// Time passes, and all is asked that is due.
async fn pass(app: &TestApp, by: Duration) -> usize {
    app.pass(by);
    inroad::feeds::poll_due(&app.app).await.unwrap()
}

#[actix_web::test]
async fn what_matches_in_a_feed_becomes_an_alert_once() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    let company = app.post("/v1/companies", &ada, json!({ "name": "Lechwerke" })).await.expect(201).id();
    let first = [("1", "New turbine at the Lech", "Big"), ("2", "Horoscope: turbine", ""), ("3", "Football", "")];
    web.put("/rss", "200 OK", &[RSS[0], ("etag", "\"1\"")], feed(&first));
    let input = json!({ "url": web.url("/rss"), "company_id": company, "industry": "energy",
        "match": { "any": ["TÚRBINE", "hydro power"], "none": ["horoscope"] } });
    let made = app.post("/v1/feeds", &ada, input).await.expect(201);
    assert_eq!(
        (&made.json["title"], &made.json["site_url"], &made.json["enabled"], &made.json["error"]),
        (&json!("Lech News"), &json!("https://news.example.org/"), &json!(true), &Value::Null)
    );
    let alerts = app.get("/v1/alerts", &ada).await.expect(200).json["data"].clone();
    assert_eq!(alerts.as_array().unwrap().len(), 1, "{alerts}");
    let alert = &alerts[0];
    for (field, value) in [
        ("title", json!("New turbine at the Lech")),
        ("summary", json!("Big")),
        ("url", json!("https://news.example.org/1")),
        ("state", json!("unread")),
        ("matched", json!(["TÚRBINE"])),
        ("company_id", json!(company)),
        ("industry", json!("energy")),
        ("kind", json!("news")),
        ("feed_id", json!(made.id())),
        ("feed_name", json!("Lech News")),
        ("published_at", Value::Null),
    ] {
        assert_eq!(alert[field], value, "{field}");
    }
    // Nothing is due; then it is, and the server says that nothing is new.
    assert_eq!(pass(&app, Duration::minutes(5)).await, 0);
    web.requests();
    assert_eq!(pass(&app, Duration::hours(2)).await, 1);
    assert_eq!(web.requests()[0].headers["if-none-match"], "\"1\"");
    let ada = app.member_again(&ada).await;
    let path = format!("/v1/feeds/{}", made.id());
    let read = app.get(&path, &ada).await.expect(200).json;
    assert_eq!((&read["version"], &read["polled_at"]), (&json!(1), &json!("2026-03-02T11:05:00Z")));
    // The same by its guid, by its link and by its title, and what is new.
    let second = [
        ("9", "Hydro power: new tariffs", ""),
        ("1", "New turbine at the Lech (updated)", ""),
        ("8", "New Turbine at the LECH", ""),
    ];
    web.put("/rss", "200 OK", &[RSS[0], ("etag", "\"2\"")], feed(&second).replace("org/8", "org/1?utm_source=rss"));
    assert_eq!(pass(&app, Duration::hours(2)).await, 1);
    assert_eq!(titles(&app, &ada, "").await, ["Hydro power: new tariffs", "New turbine at the Lech"]);
    // Again as it was in the first place: all of it is known.
    web.put("/rss", "200 OK", RSS, feed(&first));
    assert_eq!(pass(&app, Duration::hours(2)).await, 1);
    assert_eq!(app.count("alerts").await, 2);
    let ada = app.member_again(&ada).await;
    assert_eq!(titles(&app, &ada, &format!("?company_id={company}&kind=news&state=unread")).await.len(), 2);
    assert_eq!(titles(&app, &ada, &format!("?contact_id={company}")).await.len(), 0);
    assert_eq!(titles(&app, &ada, "?kind=jobs").await.len(), 0);
    let page = app.get("/v1/alerts?limit=1", &ada).await.expect(200).json;
    let next = format!("?limit=1&cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(titles(&app, &ada, &next).await, ["New turbine at the Lech"]);
    let found = app.count("alerts").await;
    app.delete(&path, &ada).await.expect(204);
    assert_eq!(app.count("alerts").await, 0);
    app.get(&path, &ada).await.expect(404);
    app.delete(&format!("/v1/trash/{}", made.id()), &ada).await.expect(204);
    assert_eq!((app.count("feeds").await, app.count("feed_items").await), (0, 0));
    let told = app.get("/v1/changes?kind=alert.deleted&limit=200", &ada).await.expect(200).json["data"].clone();
    assert_eq!(i64::try_from(told.as_array().unwrap().len()).unwrap(), found);
}

#[actix_web::test]
async fn an_alert_is_read_kept_dismissed_and_talked_about() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    web.put("/rss", "200 OK", RSS, feed(&[("1", "One", ""), ("2", "Two", ""), ("3", "Three", "")]));
    app.post("/v1/feeds", &ada, json!({ "url": web.url("/rss") })).await.expect(201);
    assert_eq!(titles(&app, &ada, "").await, ["One", "Two", "Three"]);
    let list = app.get("/v1/alerts", &ada).await.expect(200).json["data"].clone();
    let id = |index: usize| list[index]["id"].as_str().unwrap().to_owned();
    let kept = app.patch(&format!("/v1/alerts/{}", id(0)), &ada, json!({ "state": "kept" })).await.expect(200);
    assert_eq!((&kept.json["state"], &kept.json["version"]), (&json!("kept"), &json!(2)));
    let wrong = app.patch(&format!("/v1/alerts/{}", id(0)), &ada, json!({ "state": "lost" })).await.expect(422);
    assert_eq!(wrong.faults(), ["/state"]);
    let marked = app.post("/v1/alerts/mark-read", &ada, json!({ "ids": [id(0), id(1)] })).await.expect(200);
    assert_eq!(marked.json, json!({ "marked": 1, "more": false }));
    assert_eq!(titles(&app, &ada, "?state=unread").await, ["Three"]);
    let rest = app.request(Method::POST, "/v1/alerts/mark-read").bearer_auth(&ada.token);
    assert_eq!(app.send(rest).await.expect(200).json["marked"], 1);
    app.patch(&format!("/v1/alerts/{}", id(2)), &ada, json!({ "state": "dismissed" })).await.expect(200);
    // A talking point is a question of the meeting, and what it is of is kept.
    let tom = app.post("/v1/contacts", &ada, json!({ "given_name": "Tom" })).await.expect(201).id();
    let meeting = json!({ "contact_ids": [tom], "medium": "phone" });
    let meeting = app.post("/v1/meetings", &ada, meeting).await.expect(201).id();
    let point = format!("/v1/alerts/{}/talking-point", id(1));
    let made = app.post(&point, &ada, json!({ "meeting_id": meeting })).await.expect(201);
    assert_eq!((&made.json["text"], &made.json["meeting_id"]), (&json!("Two"), &json!(meeting)));
    assert_eq!(app.get(made.header("location"), &ada).await.expect(200).json["id"], made.json["id"]);
    assert_eq!(titles(&app, &ada, "?state=kept").await, ["One", "Two"]);
    // Of one meeting once; of another one, it is another question.
    let again = app.post(&point, &ada, json!({ "meeting_id": meeting })).await.expect(409);
    assert!((again.code(), again.faults()) == ("impossible_transition", vec!["/meeting_id"]), "{}", again.text);
    let other = json!({ "contact_ids": [tom], "medium": "phone" });
    let other = app.post("/v1/meetings", &ada, other).await.expect(201).id();
    let second = app.post(&point, &ada, json!({ "meeting_id": other })).await.expect(201).id();
    let alert = app.get(&format!("/v1/alerts/{}", id(1)), &ada).await.expect(200).json;
    assert_eq!(alert["meeting_question_ids"], json!([made.id(), second]));
    let nowhere = app.post(&point, &ada, json!({ "meeting_id": tom })).await.expect(422);
    assert_eq!(nowhere.faults(), ["/meeting_id"]);
    let changes = app.get("/v1/changes?limit=200", &ada).await.expect(200).text;
    assert!(changes.contains("feed.created") && changes.contains("alert.created") && changes.contains("alert.updated"));
    // What nobody kept is gone after half a year.
    app.pass(Duration::days(181));
    assert_eq!(inroad::alerts::forget_old(&app.app).await.unwrap(), 1);
    let ada = app.member_again(&ada).await;
    assert_eq!(titles(&app, &ada, "").await, ["One", "Two"]);
}

#[actix_web::test]
async fn the_same_subscription_twice_names_the_first() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    web.put("/rss", "200 OK", RSS, feed(&[]));
    web.put("/rss?b=2&utm_source=x&a=1", "200 OK", RSS, feed(&[]));
    web.put("/other", "200 OK", RSS, feed(&[]));
    web.put("/moved", "301 Moved Permanently", &[("location", "/rss")], "");
    web.put(
        "/page",
        "200 OK",
        &[("content-type", "text/html")],
        "<link rel=alternate type=application/rss+xml href=/rss>",
    );
    let first = app.post("/v1/feeds", &ada, json!({ "url": web.url("/rss") })).await.expect(201).id();
    let port = web.address.port();
    for url in [
        web.url("/rss"),
        format!("HTTP://127.0.0.1:{port}/rss/#top"),
        format!("feed://127.0.0.1:{port}/rss").replace("feed:", "feed:http:"),
        web.url("/rss?utm_source=x"),
        web.url("/moved"),
        web.url("/page"),
    ] {
        let again = app.post("/v1/feeds", &ada, json!({ "url": url })).await.expect(409);
        assert_eq!((again.code(), again.faults()), ("feed_exists", vec!["/url"]), "{url}");
        let detail = again.json["detail"].as_str().unwrap();
        assert!(detail.contains("you already subscribed to this alert") && detail.contains(&first), "{detail}");
    }
    let other = app.post("/v1/feeds", &ada, json!({ "url": web.url("/other") })).await.expect(201).id();
    let bob = app.seeker().await;
    let moved = app.post("/v1/feeds", &bob, json!({ "url": web.url("/moved") })).await.expect(201).json;
    assert_eq!((&moved["url"], &moved["given_url"]), (&json!(web.url("/rss")), &json!(web.url("/moved"))));
    let patched = app.patch(&format!("/v1/feeds/{other}"), &ada, json!({ "url": web.url("/moved") })).await;
    assert_eq!(patched.expect(409).code(), "feed_exists");
    // The same address about somebody else is another subscription, with rules and alerts of its own.
    let company = async |name: &str| app.post("/v1/companies", &ada, json!({ "name": name })).await.expect(201).id();
    let (acme, apex) = (company("Acme").await, company("Apex").await);
    let about = async |company: &str, word: &str| {
        let input = json!({ "url": web.url("/rss"), "company_id": company, "match": { "any": [word] } });
        app.post("/v1/feeds", &ada, input).await
    };
    let of_acme = about(&acme, "Acme").await.expect(201).id();
    let of_apex = about(&apex, "Apex").await.expect(201).id();
    let again = about(&acme, "whatever").await.expect(409);
    assert!(again.json["detail"].as_str().unwrap().contains(&of_acme), "{}", again.text);
    app.post("/v1/feeds", &ada, json!({ "url": web.url("/rss"), "kind": "jobs" })).await.expect(201);
    let industry = |industry: &str| json!({ "url": web.url("/rss"), "industry": industry });
    app.post("/v1/feeds", &ada, industry("Energy")).await.expect(201);
    app.post("/v1/feeds", &ada, industry("energy")).await.expect(409);
    // Nor does a feed become another's twin.
    let same = app.patch(&format!("/v1/feeds/{of_apex}"), &ada, json!({ "company_id": acme })).await.expect(409);
    assert_eq!((same.code(), same.faults()), ("feed_exists", vec!["/url"]));
    web.put("/rss", "200 OK", RSS, feed(&[("1", "Acme and Apex merge", ""), ("2", "Apex grows", "")]));
    pass(&app, Duration::hours(2)).await;
    // Few are asked of one host at once.
    for _ in 0..3 {
        pass(&app, Duration::seconds(10)).await;
    }
    assert_eq!(titles(&app, &ada, &format!("?feed_id={of_acme}")).await, ["Acme and Apex merge"]);
    assert_eq!(titles(&app, &ada, &format!("?feed_id={of_apex}")).await.len(), 2);
    // Somebody else may have it, too; and two at once have it once.
    let bob = app.seeker().await;
    let twice = json!({ "url": web.url("/rss") });
    let (left, right) =
        futures_util::join!(app.post("/v1/feeds", &bob, twice.clone()), app.post("/v1/feeds", &bob, twice.clone()));
    let mut statuses = [left.status, right.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[actix_web::test]
async fn a_place_that_is_no_feed_is_told_at_its_field() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    web.put("/page", "200 OK", &[("content-type", "text/html")], "<p>no feed");
    web.put("/bomb", "200 OK", RSS, include_str!("../data/feeds/entity-bomb.xml"));
    web.put("/named", "200 OK", &[("content-type", "text/html")], "<link rel=alternate type=text/xml href=/rss>");
    web.put("/rss", "200 OK", RSS, feed(&[("1", "One", "")]));
    web.put("/large", "200 OK", RSS, vec![b' '; 9 * 1024 * 1024]);
    for (url, code, fault) in [
        (web.url("/page"), "unreadable_file", "no_feed"),
        (web.url("/bomb"), "unreadable_file", "no_feed"),
        (web.url("/gone"), "fetch_failed", "fetch_failed"),
        (web.url("/large"), "fetch_failed", "fetch_failed"),
        ("http://169.254.169.254/latest/meta-data/".to_owned(), "invalid_fields", "not_allowed"),
        ("nonsense".to_owned(), "invalid_fields", "not_allowed"),
    ] {
        let refused = app.post("/v1/feeds", &ada, json!({ "url": url })).await.expect(422);
        assert_eq!((refused.code(), refused.faults()), (code, vec!["/url"]), "{url}: {}", refused.text);
        assert_eq!(refused.json["errors"][0]["code"], fault, "{url}");
    }
    let found = app.post("/v1/feeds", &ada, json!({ "url": web.url("/named") })).await.expect(201).json;
    assert_eq!(found["url"], web.url("/rss"));
    let wrong = json!({ "url": web.url("/rss"), "match": { "any": ["!!"] }, "kind": "gossip" });
    assert_eq!(app.post("/v1/feeds", &ada, wrong).await.expect(422).faults(), ["/kind", "/match/any/0"]);
    let nobody = json!({ "url": web.url("/rss?2"), "company_id": found["id"], "contact_id": found["id"] });
    web.put("/rss?2", "200 OK", RSS, feed(&[]));
    assert_eq!(app.post("/v1/feeds", &ada, nobody).await.expect(422).faults(), ["/company_id", "/contact_id"]);
}

#[actix_web::test]
async fn a_feed_that_fails_waits_longer_and_longer_and_is_turned_off_after_a_week() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    web.put("/rss", "200 OK", &[RSS[0], ("cache-control", "public, max-age=10800")], feed(&[("1", "One", "")]));
    let path =
        format!("/v1/feeds/{}", app.post("/v1/feeds", &ada, json!({ "url": web.url("/rss") })).await.expect(201).id());
    // The server wants three hours.
    assert_eq!((pass(&app, Duration::hours(2)).await, pass(&app, Duration::hours(2)).await), (0, 1));
    web.put("/rss", "503 Service Unavailable", &[("retry-after", "7200")], "");
    assert_eq!(pass(&app, Duration::hours(4)).await, 1);
    let ada = app.member_again(&ada).await;
    let failing = app.get(&path, &ada).await.expect(200).json;
    assert_eq!((&failing["error"], &failing["enabled"]), (&json!("it answered 503 Service Unavailable"), &json!(true)));
    assert_eq!((pass(&app, Duration::hours(1)).await, pass(&app, Duration::hours(2)).await), (0, 1));
    let refused = app.post(&format!("{path}/refresh"), &app.member_again(&ada).await, json!({})).await.expect(422);
    assert_eq!(refused.code(), "fetch_failed");
    for _ in 0..8 {
        pass(&app, Duration::hours(27)).await;
    }
    let ada = app.member_again(&ada).await;
    let off = app.get(&path, &ada).await.expect(200).json;
    assert_eq!((&off["enabled"], &off["next_poll_at"]), (&json!(false), &Value::Null));
    assert!(off["disabled_reason"].as_str().unwrap().starts_with("it could not be read for a week"), "{off}");
    assert_eq!(pass(&app, Duration::days(2)).await, 0);
    // Turned on again it is asked at once.
    web.put("/rss", "200 OK", RSS, feed(&[("2", "Two", "")]));
    let ada = app.member_again(&ada).await;
    let on = app.patch(&path, &ada, json!({ "enabled": true })).await.expect(200).json;
    assert_eq!((&on["disabled_reason"], &on["error"]), (&Value::Null, &Value::Null));
    assert_eq!(pass(&app, Duration::zero()).await, 1);
    assert_eq!(titles(&app, &ada, "").await.len(), 2);
    // It moves, and is asked there from now on; then it is gone.
    web.put("/new", "200 OK", RSS, feed(&[("3", "Three", "")]));
    web.put("/rss", "308 Permanent Redirect", &[("location", "/new")], "");
    assert_eq!(pass(&app, Duration::hours(2)).await, 1);
    let ada = app.member_again(&ada).await;
    assert_eq!(app.get(&path, &ada).await.expect(200).json["url"], web.url("/new"));
    web.put("/new", "410 Gone", &[], "");
    assert_eq!(pass(&app, Duration::hours(2)).await, 1);
    let ada = app.member_again(&ada).await;
    let gone = app.get(&path, &ada).await.expect(200).json;
    assert_eq!(gone["disabled_reason"], "it is gone for good: it answered 410 Gone");
}

#[actix_web::test]
async fn feeds_of_a_person_follow_a_merge_and_go_with_the_person() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    web.put("/rss", "200 OK", RSS, feed(&[("1", "One", "")]));
    let mut people = Vec::new();
    for name in ["Tom", "Thomas"] {
        people.push(app.post("/v1/contacts", &ada, json!({ "given_name": name })).await.expect(201).id());
    }
    let company = app.post("/v1/companies", &ada, json!({ "name": "Lechwerke" })).await.expect(201).id();
    let input = json!({ "url": web.url("/rss"), "contact_id": people[0], "company_id": company });
    let path = format!("/v1/feeds/{}", app.post("/v1/feeds", &ada, input).await.expect(201).id());
    let merge = json!({ "survivor_id": people[1], "merged_ids": [people[0]] });
    app.post("/v1/contacts/merge", &ada, merge).await.expect(200);
    assert_eq!(app.get(&path, &ada).await.expect(200).json["contact_id"], people[1]);
    // What was kept of it belongs to what happened with the person; what nobody kept does not.
    let timeline = async || {
        let told = app.get(&format!("/v1/contacts/{}/timeline", people[1]), &ada).await.expect(200).json;
        let told = told["data"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "alert.created");
        told.map(|entry| entry["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(timeline().await.is_empty());
    let alert = app.get("/v1/alerts", &ada).await.expect(200).json["data"][0]["id"].as_str().unwrap().to_owned();
    app.patch(&format!("/v1/alerts/{alert}"), &ada, json!({ "state": "kept" })).await.expect(200);
    assert_eq!(timeline().await, ["In the news: One"]);
    // A company goes, and the feed stays.
    app.delete(&format!("/v1/companies/{company}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{company}"), &ada).await.expect(204);
    assert_eq!(app.get(&path, &ada).await.expect(200).json["company_id"], Value::Null);
    app.delete(&format!("/v1/contacts/{}", people[1]), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{}", people[1]), &ada).await.expect(204);
    assert_eq!((app.count("feeds").await, app.count("alerts").await), (0, 0));
}

#[actix_web::test]
async fn alerts_are_found_by_what_their_feed_is_about_and_change_with_it() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    for (path, about) in [("/a", json!({ "industry": "Energy" })), ("/b", json!({ "saved_search": "engineer, Graz" }))]
    {
        web.put(path, "200 OK", RSS, feed(&[(path, &format!("News of {path}"), "")]));
        let mut input = json!({ "url": web.url(path), "kind": if path == "/b" { "jobs" } else { "news" } });
        input.as_object_mut().unwrap().extend(about.as_object().unwrap().clone());
        app.post("/v1/feeds", &ada, input).await.expect(201);
    }
    assert_eq!(titles(&app, &ada, "?industry=ENERGY").await, ["News of /a"]);
    assert_eq!(titles(&app, &ada, "?saved_search=engineer,+Graz").await, ["News of /b"]);
    for (query, name) in [("industry=energy&industry=food", "/a"), ("saved_search=engineer,+Graz", "/b")] {
        let feeds = app.get(&format!("/v1/feeds?{query}"), &ada).await.expect(200).json["data"].clone();
        assert_eq!((feeds.as_array().unwrap().len(), &feeds[0]["url"]), (1, &json!(web.url(name))), "{query}");
    }

    let alert = app.get("/v1/alerts?industry=energy", &ada).await.expect(200).json["data"][0].clone();
    let feed = format!("/v1/feeds/{}", alert["feed_id"].as_str().unwrap());
    app.patch(&feed, &ada, json!({ "industry": "power" })).await.expect(200);
    let path = format!("/v1/alerts/{}", alert["id"].as_str().unwrap());
    let known = app.request(Method::GET, &path).bearer_auth(&ada.token).header("if-none-match", "\"1\"");
    let read = app.send(known).await.expect(200).json;
    assert_eq!((&read["industry"], &read["version"]), (&json!("power"), &json!(2)));
    app.patch(&feed, &ada, json!({ "match": { "any": ["dam"] } })).await.expect(200);
    assert_eq!(app.get(&path, &ada).await.expect(200).json["version"], 2, "that is nothing that it shows");
}

#[actix_web::test]
async fn one_host_that_is_slow_keeps_no_other_waiting() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    for number in 0..30 {
        let path = format!("/{number}");
        web.put(&path, "200 OK", RSS, feed(&[(&path[1..], &format!("Number {number}"), "")]));
        app.post("/v1/feeds", &ada, json!({ "url": web.url(&path) })).await.expect(201);
    }
    // Of one host some are asked at a time, and the others a little later.
    let mut asked = pass(&app, Duration::hours(2)).await;
    assert!((4..30).contains(&asked), "{asked}");
    for _ in 0..20 {
        asked += pass(&app, Duration::seconds(6)).await;
    }
    assert_eq!(asked, 30);
    assert_eq!(app.count("alerts").await, 30);
}

#[actix_web::test]
async fn rules_look_through_all_of_an_item() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    let long = format!("<p>{}</p><p>Hydropower in C++</p>", "word ".repeat(20_000));
    let item = |title: &str, date: &str, content: &str| {
        format!(
            "<item><title>{title}</title><pubDate>{date}</pubDate><description>Елки: Ёлка</description>\
             <content:encoded><![CDATA[{content}]]></content:encoded></item>"
        )
    };
    let text = format!(
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>T</title>{}{}\
         </channel></rss>",
        item("Wanted", "2026-03-02 08:00:00", &long),
        item("Other", "2026-03-02T07:00:00", "<p>Hydropower in C</p>"),
    );
    web.put("/rss", "200 OK", RSS, text);
    for (phrase, found) in [("hydropower", 2), ("c++", 1), ("елка", 2), ("C#", 0)] {
        let rules = json!({ "all": [phrase] });
        let input = json!({ "url": web.url("/rss"), "match": rules, "saved_search": phrase });
        let made = app.post("/v1/feeds", &ada, input).await.expect(201);
        let alerts = app.get(&format!("/v1/alerts?feed_id={}", made.id()), &ada).await.expect(200).json;
        let alerts = alerts["data"].as_array().unwrap();
        assert_eq!(alerts.len(), found, "{phrase}");
        if phrase == "c++" {
            assert_eq!(alerts[0]["published_at"], "2026-03-02T08:00:00Z");
            assert!(alerts[0]["summary"].as_str().unwrap().len() <= 4_000);
        }
    }
}

#[actix_web::test]
async fn lists_of_other_readers_come_in_and_go_out() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    web.put("/rss", "200 OK", RSS, feed(&[("1", "One", "")]));
    let list = |folder: &str| {
        format!(
            "<opml version='2.0'><body><outline text='{folder}'><outline text='Lech' xmlUrl='{}'/>\
             <outline text='Twice' xmlUrl='{}'/></outline><outline xmlUrl='ftp://x.example.org/'/></body></opml>",
            web.url("/rss"),
            web.url("/rss/#again")
        )
    };
    let send = async |text: String| {
        let request = app.request(Method::POST, "/v1/feeds/opml?kind=jobs").bearer_auth(&ada.token);
        app.send(request.header("content-type", "text/x-opml").body(text)).await
    };
    let report = send(list("Energy &amp; water")).await.expect(200).json;
    assert_eq!((report["created"].as_array().unwrap().len(), &report["existing"]), (1, &json!(1)));
    assert_eq!(report["refused"][0]["url"], "ftp://x.example.org/");
    assert!(web.requests().is_empty());
    let path = format!("/v1/feeds/{}", report["created"][0].as_str().unwrap());
    let read = app.get(&path, &ada).await.expect(200).json;
    assert_eq!(
        (&read["name"], &read["industry"], &read["kind"], &read["polled_at"]),
        (&json!("Lech"), &json!("Energy & water"), &json!("jobs"), &Value::Null)
    );
    assert_eq!(send(list("Energy")).await.expect(200).json["existing"], 2);
    assert_eq!(pass(&app, Duration::zero()).await, 1);
    assert_eq!(titles(&app, &ada, "?kind=jobs").await, ["One"]);
    let read = app.get(&path, &ada).await.expect(200).json;
    assert_eq!((&read["name"], &read["title"]), (&json!("Lech"), &json!("Lech News")));
    let out = app.get("/v1/feeds/opml", &ada).await.expect(200);
    assert!(out.header("content-type").starts_with("text/x-opml"));
    assert!(out.text.contains("category=\"Energy &amp; water\""), "{}", out.text);
    assert_eq!(send(out.text).await.expect(200).json["existing"], 1);
    // What other readers have no word for comes back to us all the same, in whatever letters.
    let own = json!({ "name": "Mine", "industry": "Oil, gas", "saved_search": "wind" });
    app.patch(&path, &ada, own.clone()).await.expect(200);
    let out = app.get("/v1/feeds/opml", &ada).await.expect(200).text.replace("UTF-8", "UTF-16");
    let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(out.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let bob = app.seeker().await;
    let request = app.request(Method::POST, "/v1/feeds/opml").bearer_auth(&bob.token);
    let copied = app.send(request.header("content-type", "application/opml+xml").body(wide)).await.expect(200).json;
    let copy = app.get(&format!("/v1/feeds/{}", copied["created"][0].as_str().unwrap()), &bob).await.expect(200).json;
    assert_eq!(copy["kind"], "jobs");
    for (field, value) in own.as_object().unwrap() {
        assert_eq!(&copy[field], value, "{field}");
    }
    // So does all that was said of a feed, where it is from the same workspace.
    let company = app.post("/v1/companies", &ada, json!({ "name": "Lechwerke" })).await.expect(201).id();
    let rules = json!({ "any": ["\"wind\" & <water>", "Łódź"], "all": [], "none": ["horoscope"], "in": "title" });
    app.patch(&path, &ada, json!({ "company_id": company, "match": rules, "enabled": false })).await.expect(200);
    let before = app.get(&path, &ada).await.expect(200).json;
    let out = app.get("/v1/feeds/opml", &ada).await.expect(200).text;
    app.delete(&path, &ada).await.expect(204);
    let back = send(out.clone()).await.expect(200).json;
    let back = app.get(&format!("/v1/feeds/{}", back["created"][0].as_str().unwrap()), &ada).await.expect(200).json;
    let kept = "url given_url name title kind company_id contact_id industry saved_search match enabled";
    for field in kept.split(' ') {
        assert_eq!(back[field], before[field], "{field}");
    }
    // Rules that cannot be read would make alerts of everything.
    assert_eq!(send(out.replace("&quot;any&quot;", "any")).await.expect(422).code(), "unreadable_file");
    // What others show is the name, beside the title.
    let other =
        "<opml version='2.0'><body><outline text='Shown' title='Own' xmlUrl='https://x.example.org/'/></body></opml>";
    let other = send(other.to_owned()).await.expect(200).json;
    let other = app.get(&format!("/v1/feeds/{}", other["created"][0].as_str().unwrap()), &ada).await.expect(200).json;
    assert_eq!((&other["name"], &other["title"]), (&json!("Shown"), &json!("Own")));
    for wrong in ["<html/>", "<opml><body>", "{}", "<opml><outline></opml>"] {
        assert_eq!(send(wrong.to_owned()).await.expect(422).code(), "unreadable_file", "{wrong}");
    }
}

#[actix_web::test]
async fn a_kept_alert_becomes_a_research_note() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    let company = app.post("/v1/companies", &ada, json!({ "name": "Lechwerke" })).await.expect(201).id();
    web.put("/rss", "200 OK", RSS, feed(&[("1", "New turbine", "Big")]));
    let input = json!({ "url": web.url("/rss"), "company_id": company });
    app.post("/v1/feeds", &ada, input).await.expect(201);
    let alert = app.get("/v1/alerts", &ada).await.expect(200).json["data"][0].clone();
    let path = format!("/v1/alerts/{}", alert["id"].as_str().unwrap());
    let note = app.post(&format!("{path}/research-note"), &ada, json!({ "industry": "energy" })).await.expect(201);
    for (field, value) in [
        ("kind", json!("news")),
        ("title", json!("New turbine")),
        ("excerpt", json!("Big")),
        ("source_url", json!("https://news.example.org/1")),
        ("site", json!("Lech News")),
        ("company_id", json!(company)),
        ("industry", json!("energy")),
    ] {
        assert_eq!(note.json[field], value, "{field}");
    }
    assert_eq!(app.get(note.header("location"), &ada).await.expect(200).json["id"], note.json["id"]);
    let kept = app.get(&path, &ada).await.expect(200).json;
    assert_eq!((&kept["state"], &kept["research_note_id"]), (&json!("kept"), &note.json["id"]));
    // Once: the note is named, until it is deleted.
    let again = app.post(&format!("{path}/research-note"), &ada, json!({})).await.expect(409);
    assert!(again.json["errors"][0]["detail"].as_str().unwrap().contains(&note.id()), "{}", again.text);
    app.delete(note.header("location"), &ada).await.expect(204);
    let other = app.post(&format!("{path}/research-note"), &ada, json!({})).await.expect(201).id();
    assert_eq!(app.get(&path, &ada).await.expect(200).json["research_note_id"], json!(other));
}

#[actix_web::test]
async fn a_feed_lies_in_the_trash_and_what_was_kept_of_it_stays() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    web.put("/rss", "200 OK", RSS, feed(&[("1", "Kept", ""), ("2", "Unread", "")]));
    let input = json!({ "url": web.url("/rss"), "name": "Lech", "industry": "energy" });
    let made = app.post("/v1/feeds", &ada, input.clone()).await.expect(201);
    let path = format!("/v1/feeds/{}", made.id());
    let kept = app.get("/v1/alerts", &ada).await.expect(200).json["data"].as_array().unwrap().clone();
    let kept = kept.iter().find(|alert| alert["title"] == "Kept").unwrap()["id"].as_str().unwrap().to_owned();
    app.patch(&format!("/v1/alerts/{kept}"), &ada, json!({ "state": "kept" })).await.expect(200);

    app.delete(&path, &ada).await.expect(204);
    app.get(&path, &ada).await.expect(404);
    assert_eq!(app.get("/v1/feeds", &ada).await.expect(200).json["data"], json!([]));
    let trash = app.get("/v1/trash?kind=feed", &ada).await.expect(200).json["data"].clone();
    assert_eq!((&trash[0]["id"], &trash[0]["title"]), (&made.json["id"], &json!("Lech")));
    assert_eq!(titles(&app, &ada, "").await, ["Kept"]);
    assert_eq!(pass(&app, Duration::hours(2)).await, 0, "nobody asks it");
    let ada = app.member_again(&ada).await;

    // It comes back as it was, unless another one is there that is about the same.
    let other = app.post("/v1/feeds", &ada, input).await.expect(201).id();
    let restore = format!("/v1/trash/{}/restore", made.id());
    assert_eq!(app.post(&restore, &ada, json!({})).await.expect(409).code(), "restore_conflict");
    app.delete(&format!("/v1/feeds/{other}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{other}"), &ada).await.expect(204);
    app.post(&restore, &ada, json!({})).await.expect(204);
    assert_eq!(app.get(&path, &ada).await.expect(200).json["enabled"], true);
    assert_eq!(pass(&app, Duration::hours(2)).await, 1);
    assert_eq!(titles(&app, &ada, "").await, ["Kept"], "what it brought before is known");

    // Gone for good, it is still what the alert is from.
    let ada = app.member_again(&ada).await;
    app.delete(&path, &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{}", made.id()), &ada).await.expect(204);
    let alert = app.get(&format!("/v1/alerts/{kept}"), &ada).await.expect(200).json;
    assert_eq!((&alert["feed_name"], &alert["industry"]), (&json!("Lech"), &json!("energy")));
    assert_eq!(titles(&app, &ada, "?industry=Energy&state=kept").await, ["Kept"]);
    app.post(&restore, &ada, json!({})).await.expect(404);
    let kinds = app.get("/v1/changes?kind=feed.*&limit=200", &ada).await.expect(200).text;
    assert!(kinds.contains("feed.restored") && kinds.contains("feed.purged"), "{kinds}");
    // Until it is kept no more.
    app.patch(&format!("/v1/alerts/{kept}"), &ada, json!({ "state": "dismissed" })).await.expect(200);
    app.pass(Duration::days(181));
    assert_eq!(inroad::alerts::forget_old(&app.app).await.unwrap(), 1);
    assert_eq!((app.count("alerts").await, app.count("feeds").await), (0, 0));
}

#[actix_web::test]
async fn new_alerts_are_mailed_once_a_week_at_the_members_hour() {
    let (app, web) = app().await;
    let mut ada = app.seeker().await;
    web.put("/rss", "200 OK", RSS, feed(&[("1", "Before", "")]));
    app.post("/v1/feeds", &ada, json!({ "url": web.url("/rss") })).await.expect(201);
    let off = app.get("/v1/alerts/digest", &ada).await.expect(200).json;
    assert_eq!((&off["frequency"], &off["next_at"], &off["version"]), (&json!("off"), &Value::Null, &json!(0)));
    // It is Monday, 9:00; on Wednesdays at 7:30 in New York it is to come.
    let on = json!({ "frequency": "weekly", "weekday": 3, "send_time": "07:30", "time_zone": "America/New_York" });
    let on = app.patch("/v1/alerts/digest", &ada, on).await.expect(200).json;
    assert_eq!(on["next_at"], "2026-03-04T12:30:00Z");
    let bad = app.patch("/v1/alerts/digest", &ada, json!({ "weekday": 0 })).await.expect(422);
    assert_eq!(bad.faults(), ["/weekday"]);
    web.put(
        "/rss",
        "200 OK",
        RSS,
        feed(&[("2", "Turbine & dam".replace('&', "&amp;").as_str(), ""), ("1", "Before", "")]),
    );
    pass(&app, Duration::hours(2)).await;
    let send = async || inroad::alerts::send_due_digests(&app.app).await.unwrap();
    assert_eq!(send().await, 0, "not yet");
    app.pass(Duration::hours(50));
    let (one, other) = futures_util::join!(send(), send());
    assert_eq!(one + other, 1, "of two that run at once one sends it");
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    let mail = mails[0].replace("\r\n ", " ");
    for part in ["Subject: Turbine & dam", "- Turbine & dam (Lech News)", "https://news.example.org/2", "once a week"] {
        assert!(mail.contains(part), "{part} is not in {mail}");
    }
    assert!(!mail.contains("Before"), "{mail}");
    assert!(mail.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{mail}");
    ada = app.member_again(&ada).await;
    // The clock is put forward on Sunday.
    let next = app.get("/v1/alerts/digest", &ada).await.expect(200).json["next_at"].clone();
    assert_eq!(next, "2026-03-11T11:30:00Z");
    // Later on the same day it does not come again.
    for (send_time, next_at) in [("23:00", "2026-03-12T03:00:00Z"), ("07:30", "2026-03-11T11:30:00Z")] {
        let changed = app.patch("/v1/alerts/digest", &ada, json!({ "send_time": send_time })).await.expect(200);
        assert_eq!(changed.json["next_at"], next_at);
    }
    app.pass(Duration::days(7));
    assert_eq!(send().await, 0, "nothing is new");
    let link =
        mail.lines().map(str::trim).find(|line| line.starts_with("http") && line.contains("/unsubscribe/")).unwrap();
    let path = &link[link.find("/unsubscribe/").unwrap()..];
    assert_eq!(app.send_freely(app.request(Method::GET, path)).await.unwrap().status, 200);
    let one_click = app.request(Method::POST, path).body("List-Unsubscribe=One-Click");
    let one_click = one_click.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(app.send_freely(one_click).await.unwrap().status, 200);
    let ada = app.member_again(&ada).await;
    assert_eq!(app.get("/v1/alerts/digest", &ada).await.expect(200).json["frequency"], "off");
    let forged = app.request(Method::POST, &format!("{}x", &path[..path.len() - 1]));
    assert_eq!(app.send_freely(forged).await.unwrap().status, 404);
}

#[actix_web::test]
async fn items_that_lead_to_one_page_are_told_apart_and_one_that_moves_is_the_same() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    let item = |guid: &str, title: &str, link: &str| {
        let guid = if guid.is_empty() { String::new() } else { format!("<guid isPermaLink='false'>{guid}</guid>") };
        format!("<item>{guid}<title>{title}</title><link>https://cloud.example{link}</link></item>")
    };
    let rss =
        |items: &[String]| format!("<rss version='2.0'><channel><title>T</title>{}</channel></rss>", items.concat());
    let count = async |path: &str, kind: &str, files: [&[String]; 2]| {
        web.put(path, "200 OK", RSS, rss(files[0]));
        let made = app.post("/v1/feeds", &ada, json!({ "url": web.url(path), "kind": kind })).await.expect(201).id();
        web.put(path, "200 OK", RSS, rss(files[1]));
        app.post(&format!("/v1/feeds/{made}/refresh"), &ada, json!({})).await.expect(200);
        titles(&app, &ada, &format!("?feed_id={made}")).await.len()
    };
    let notes = [item("r1", "March 1", "/notes#March_01"), item("r2", "March 2", "/notes#March_02")];
    assert_eq!(count("/notes", "news", [&notes[..1], &notes]).await, 2);
    let page = [item("a", "One", "/changes"), item("b", "Two", "/changes")];
    assert_eq!(count("/page", "news", [&page[..1], &page]).await, 2);
    let jobs = [item("j1", "Engineer", "/careers"), item("j2", "Engineer", "/careers"), item("j3", "Cook", "/careers")];
    assert_eq!(count("/jobs", "jobs", [&jobs[..1], &jobs]).await, 3);
    let single = [item("", "One", "/#/news/1"), item("", "Two", "/#/news/2")];
    assert_eq!(count("/single", "news", [&single[..1], &single]).await, 2);
    // The same under another guid is no news, nor is what has another title at a link of its own.
    assert_eq!(count("/guid", "news", [&[item("x1", "One", "/1")], &[item("x2", "One", "/1")]]).await, 1);
    assert_eq!(count("/link", "news", [&[item("", "One", "/1")], &[item("", "One, corrected", "/1")]]).await, 1);
}

#[actix_web::test]
async fn a_file_that_is_the_same_asks_for_as_much_rest_as_before() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    let file = feed(&[("1", "One", "")]).replace("<title>Lech", "<ttl>360</ttl><title>Lech");
    for (path, headers) in [("/tagged", vec![RSS[0], ("etag", "\"1\"")]), ("/plain", RSS.to_vec())] {
        web.put(path, "200 OK", &headers, file.clone());
        let made = app.post("/v1/feeds", &ada, json!({ "url": web.url(path) })).await.expect(201);
        let again = app.post(&format!("/v1/feeds/{}/refresh", made.id()), &ada, json!({})).await.expect(200);
        for feed in [&made.json, &again.json] {
            let next: chrono::DateTime<chrono::Utc> = feed["next_poll_at"].as_str().unwrap().parse().unwrap();
            assert!(next - app.app.now() >= Duration::hours(6), "{path}: {feed}");
        }
    }
    // What it asked for before is over when it says nothing of it any more.
    web.put("/plain", "200 OK", RSS, feed(&[("1", "One", "")]));
    assert_eq!(pass(&app, Duration::hours(7)).await, 2);
    assert_eq!(pass(&app, Duration::hours(2)).await, 1);
}

#[actix_web::test]
async fn of_a_long_file_the_newest_items_are_seen_whatever_its_order() {
    let (app, web) = app().await;
    let ada = app.seeker().await;
    let file = |most: usize| {
        let item = |n: usize| {
            let at = chrono::DateTime::from_timestamp(1_700_000_000 + 3_600 * i64::try_from(n).unwrap(), 0).unwrap();
            format!("<item><guid>{n}</guid><title>n{n}</title><pubDate>{}</pubDate></item>", at.to_rfc2822())
        };
        let items: String = (0..most).map(item).collect();
        format!("<rss version='2.0'><channel><title>T</title>{items}</channel></rss>")
    };
    web.put("/log", "200 OK", RSS, file(600));
    let id = app.post("/v1/feeds", &ada, json!({ "url": web.url("/log") })).await.expect(201).id();
    assert_eq!(titles(&app, &ada, "?limit=2").await, ["n599", "n598"]);
    web.put("/log", "200 OK", RSS, file(602));
    app.post(&format!("/v1/feeds/{id}/refresh"), &ada, json!({})).await.expect(200);
    assert_eq!(titles(&app, &ada, "?limit=3").await, ["n601", "n600", "n599"]);
    assert_eq!(app.count("alerts").await, 502);
}
