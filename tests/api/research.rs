//! Research notes: what they are about, how they are searched, and what becomes of them.
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, TestApp};
use crate::web::Web;

async fn contact(app: &TestApp, member: &Member, name: &str) -> String {
    app.post("/v1/contacts", member, json!({ "given_name": name })).await.expect(201).id()
}

async fn company(app: &TestApp, member: &Member, name: &str) -> String {
    app.post("/v1/companies", member, json!({ "name": name })).await.expect(201).id()
}

async fn meeting(app: &TestApp, member: &Member, contact: &str) -> String {
    let body = json!({ "contact_ids": [contact], "medium": "phone" });
    app.post("/v1/meetings", member, body).await.expect(201).id()
}

async fn note(app: &TestApp, member: &Member, mut body: Value) -> String {
    for (name, value) in [("kind", "news"), ("title", "Title")] {
        if body[name].is_null() {
            body[name] = json!(value);
        }
    }
    app.post("/v1/research-notes", member, body).await.expect(201).id()
}

/// The titles of all pages of a list.
async fn titles(app: &TestApp, member: &Member, query: &str) -> Vec<String> {
    let (mut found, mut next) = (Vec::new(), format!("/v1/research-notes?limit=2&{query}"));
    loop {
        let page = app.get(&next, member).await.expect(200);
        found.extend(page.json["data"].as_array().unwrap().iter().map(|n| n["title"].as_str().unwrap().to_owned()));
        let Some(cursor) = page.json["next_cursor"].as_str() else { return found };
        next = format!("/v1/research-notes?limit=2&{query}&cursor={cursor}");
    }
}

#[actix_web::test]
async fn a_note_is_written_read_changed_and_deleted() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let (tom, mill) = (contact(&app, &ada, "Tom").await, company(&app, &ada, "Mill").await);
    let body = json!({
        "contact_id": tom, "company_id": mill, "industry": " wind power ", "kind": "annual_report", "title": " Report 2025 ",
        "body": "# Sites\n\n![logo](https://mill.example/x.png) <script>alert(1)</script>", "excerpt": "Three sites.",
        "source_url": "https://mill.example/report", "site": "Mill", "author": "Grace", "published_on": "2026-01-31",
        "accessed_on": "2026-03-01", "importance": "high", "pinned": true, "tags": ["Wind", "wind", "north"], "language": "en-GB"
    });
    let made = app.post("/v1/research-notes", &ada, body).await.expect(201);
    let url = format!("/v1/research-notes/{}", made.id());
    assert_eq!((made.header("location"), made.header("etag")), (url.as_str(), "\"1\""));
    assert_eq!((&made.json["title"], &made.json["industry"]), (&json!("Report 2025"), &json!("wind power")));
    assert_eq!(made.json["tags"], json!(["Wind", "north"]));
    assert_eq!((&made.json["body_html"], &made.json["found"]), (&Value::Null, &Value::Null));
    let html = app.get(&format!("{url}?render=html"), &ada).await.expect(200).json["body_html"].clone();
    let html = html.as_str().unwrap();
    assert!(html.contains("<h1>Sites</h1>") && !html.contains("script") && !html.contains("<img"), "{html}");
    assert!(
        html.contains("<a href=\"https://mill.example/x.png\" rel=\"noopener noreferrer nofollow\">logo</a>"),
        "{html}"
    );
    app.get(&url, &bob).await.expect(404);
    app.get(&format!("{url}?render=pdf"), &ada).await.expect(400);

    let changed = app.patch(&url, &ada, json!({ "pinned": false, "industry": null, "body": " " })).await.expect(200);
    assert_eq!((&changed.json["version"], &changed.json["body"]), (&json!(2), &Value::Null));
    assert_eq!(app.patch(&url, &ada, json!({ "pinned": false })).await.expect(200).json["version"], 2);
    let nothing = json!({ "contact_id": null, "company_id": null });
    let refused = app.patch(&url, &ada, nothing).await.expect(422);
    assert_eq!(refused.json["errors"][0]["code"], "required", "{}", refused.text);

    app.delete(&url, &ada).await.expect(204);
    app.get(&url, &ada).await.expect(404);
    let kinds: Vec<String> = app.get("/v1/changes", &ada).await.json["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|change| change["kind"].as_str().filter(|kind| kind.starts_with("research")).map(str::to_owned))
        .collect();
    assert_eq!(kinds, ["research_note.created", "research_note.updated", "research_note.deleted"]);
    app.post(&format!("/v1/trash/{}/restore", made.id()), &ada, json!({})).await.expect(204);
    assert_eq!(app.get(&url, &ada).await.expect(200).json["version"], 4);
}

#[actix_web::test]
async fn all_faults_are_told_at_once() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let foreign = contact(&app, &bob, "Tom").await;
    let other = company(&app, &bob, "Mill").await;
    let talk = meeting(&app, &bob, &foreign).await;
    let body = json!({ "contact_id": foreign, "company_id": other, "meeting_id": talk, "kind": "news", "title": "x" });
    let refused = app.post("/v1/research-notes", &ada, body).await.expect(422);
    assert_eq!(refused.faults(), ["/contact_id", "/company_id", "/meeting_id"]);
    let body = json!({ "kind": "gossip", "title": " ", "source_url": "javascript:alert(1)", "language": "english!",
        "published_on": "yesterday", "tags": [""], "colour": "red", "industry": "x" });
    let refused = app.post("/v1/research-notes", &ada, body).await.expect(422);
    let faults = refused.faults();
    for field in ["/kind", "/title", "/source_url", "/language", "/published_on", "/tags/0", "/colour"] {
        assert!(faults.contains(&field), "{field}: {}", refused.text);
    }
    let body = json!({ "kind": "news", "title": "x", "industry": "   " });
    let refused = app.post("/v1/research-notes", &ada, body).await.expect(422);
    assert_eq!(refused.json["errors"][0]["code"], "required");
}

#[actix_web::test]
async fn lists_are_filtered_and_sorted() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (tom, mill) = (contact(&app, &ada, "Tom").await, company(&app, &ada, "Mill").await);
    let talk = meeting(&app, &ada, &tom).await;
    let bio =
        json!({ "contact_id": tom, "kind": "biography", "title": "Bio", "pinned": true, "published_on": "2026-02-03" });
    note(&app, &ada, bio).await;
    note(&app, &ada, json!({ "company_id": mill, "title": "Mill", "tags": ["Wind"], "published_on": "2026-01-03" }))
        .await;
    note(&app, &ada, json!({ "industry": "Wind Power", "title": "Wind", "tags": ["wind"], "importance": "low" })).await;
    note(&app, &ada, json!({ "meeting_id": talk, "contact_id": tom, "title": "Talk", "kind": "own_thought" })).await;
    for (query, expected) in [
        ("", vec!["Talk", "Wind", "Mill", "Bio"]),
        ("sort=created_at", vec!["Bio", "Mill", "Wind", "Talk"]),
        ("sort=published_on", vec!["Mill", "Bio"]),
        ("sort=-published_on", vec!["Bio", "Mill"]),
        ("sort=updated_at&pinned=false", vec!["Mill", "Wind", "Talk"]),
        ("pinned=true", vec!["Bio"]),
        (&format!("contact_id={tom}"), vec!["Talk", "Bio"]),
        (&format!("company_id={mill}"), vec!["Mill"]),
        (&format!("meeting_id={talk}"), vec!["Talk"]),
        ("industry=wind%20POWER", vec!["Wind"]),
        ("tag=WIND", vec!["Wind", "Mill"]),
        ("kind=biography&kind=own_thought", vec!["Talk", "Bio"]),
        ("importance=low", vec!["Wind"]),
        // By its tag, too.
        ("q=wind", vec!["Wind", "Mill"]),
    ] {
        assert_eq!(titles(&app, &ada, query).await, expected, "{query}");
    }
    let tags = app.get("/v1/tags", &ada).await.expect(200);
    assert_eq!(tags.json["data"][0]["counts"], json!({ "contacts": 0, "companies": 0, "research_notes": 2 }));
    app.patch("/v1/tags/wind", &ada, json!({ "name": "gale" })).await.expect(200);
    assert_eq!(titles(&app, &ada, "tag=gale&kind=news").await, ["Wind", "Mill"]);
}

#[actix_web::test]
async fn each_note_is_searched_in_its_language() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let wind = |title: &str, body: &str, language: Value| json!({ "industry": "wind", "title": title, "body": body, "language": language });
    note(&app, &ada, wind("Offices abroad", "They are opening **new** offices, <b>offices</b>.", json!("en"))).await;
    note(&app, &ada, wind("Leeds", "🐶 Its offices are open; another office, and office.", json!("en-GB"))).await;
    note(&app, &ada, wind("Häuser", "Die Häuser am Fluss wurden verkauft, ein Haus blieb.", json!("de-AT"))).await;
    note(&app, &ada, wind("Haus", "Nobody knows which language this is.", json!("tlh"))).await;
    note(&app, &bob, wind("Office", "Bob's office", json!("en"))).await;
    assert_eq!(titles(&app, &ada, "q=office").await, ["Offices abroad", "Leeds"]);
    assert_eq!(titles(&app, &ada, "q=opened").await, ["Leeds", "Offices abroad"]);
    assert_eq!(titles(&app, &ada, "q=haus").await, ["Häuser", "Haus"].map(str::to_owned));
    assert_eq!(titles(&app, &ada, "q=languages").await, Vec::<String>::new());
    assert_eq!(titles(&app, &ada, "q=%22new+offices%22").await, ["Offices abroad"]);
    assert_eq!(titles(&app, &ada, "q=office+-leeds").await, ["Offices abroad"]);
    assert_eq!(titles(&app, &ada, "q=leeds+or+fluss&sort=created_at").await, ["Leeds", "Häuser"]);
    for odd in ["%22", "-", "or+or", "the", "%3C%3E", "%27%29%3B--", "a%26%7C%21", "%EF%BF%BE"] {
        titles(&app, &ada, &format!("q={odd}")).await;
    }

    let page = app.get("/v1/research-notes?q=office&kind=news", &ada).await.expect(200);
    let leeds = &page.json["data"][1]["found"];
    assert!(leeds["rank"].as_f64().unwrap() > 0.0);
    let found = &leeds["matches"][0];
    assert_eq!(
        (&found["field"], &found["text"]),
        (&json!("/body"), &json!("🐶 Its offices are open; another office, and office."))
    );
    let first = json!({ "start": 6, "end": 13, "utf16_start": 7, "utf16_end": 14 });
    assert_eq!((&found["highlights"][0], found["highlights"].as_array().unwrap().len()), (&first, 3));
    // What stands in angle brackets keeps its place.
    let abroad = &page.json["data"][0]["found"]["matches"][1];
    assert_eq!((&abroad["highlights"][0]["start"], &abroad["highlights"][1]["start"]), (&json!(25), &json!(37)));

    let everywhere = app.get("/v1/search?q=fluss&kind=research_note", &ada).await.expect(200);
    assert_eq!(everywhere.json["data"][0]["title"], "Häuser");
    // Both find words whatever their accents.
    note(&app, &ada, wind("Talk", "We met at the Café Łódź.", json!("en"))).await;
    assert_eq!(titles(&app, &ada, "q=cafe+lodz").await, ["Talk"]);
    assert_eq!(titles(&app, &ada, "q=cafe&sort=created_at").await, ["Talk"]);
    assert_eq!(titles(&app, &ada, "q=cafe+-talk").await, Vec::<String>::new());
    let talk = app.get("/v1/research-notes?q=cafe", &ada).await.expect(200).json;
    let place = &talk["data"][0]["found"]["matches"][0];
    assert_eq!((&place["field"], &place["highlights"][0]["start"]), (&json!("/body"), &json!(14)), "{talk}");
    // The title counts most there, too, and pages follow each other.
    note(&app, &ada, wind("Le Café", "Closed.", json!("tlh"))).await;
    note(&app, &ada, wind("Another", "A café, a café.", json!("tlh"))).await;
    assert_eq!(titles(&app, &ada, "q=cafe").await, ["Le Café", "Another", "Talk"]);
    let first = app.get("/v1/research-notes?q=cafe&limit=1", &ada).await.expect(200).json;
    assert!(first["data"][0]["found"]["rank"].as_f64().unwrap() > 0.0);
    let next = first["next_cursor"].as_str().unwrap();
    let rest = app.get(&format!("/v1/research-notes?q=cafe&limit=2&cursor={next}"), &ada).await.expect(200).json;
    assert_eq!((&rest["data"][0]["title"], &rest["data"][1]["title"]), (&json!("Another"), &json!("Talk")));
    let everywhere = app.get("/v1/search?q=cafe+lodz&kind=research_note", &ada).await.expect(200);
    assert_eq!(everywhere.json["data"][0]["title"], "Talk");
}

#[actix_web::test]
async fn whatever_is_looked_for_is_looked_for() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for (title, body) in [("Offices", "The office, and office again: an office."), ("Other", "One office, worldwide.")]
    {
        note(&app, &ada, json!({ "industry": "wind", "title": title, "body": body, "language": "en" })).await;
    }
    note(&app, &ada, json!({ "industry": "wind", "title": "A house", "body": "With an office", "language": "en" }))
        .await;
    assert_eq!(titles(&app, &ada, "q=office%20-worldwide").await, ["Offices", "A house"], "the better fit comes first");
    for q in ["-".repeat(200), format!("{}x", "- ".repeat(99)), "\"".repeat(200), "or ".repeat(66), "-\"".repeat(99)] {
        for sort in ["", "&sort=-updated_at"] {
            let query: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
            app.get(&format!("/v1/research-notes?q={query}{sort}"), &ada).await.expect(200);
        }
    }
}

#[actix_web::test]
async fn notes_follow_what_they_are_about() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (tom, twin) = (contact(&app, &ada, "Tom").await, contact(&app, &ada, "Tom").await);
    let mill = company(&app, &ada, "Mill").await;
    let talk = meeting(&app, &ada, &tom).await;
    let bio = note(&app, &ada, json!({ "contact_id": twin, "title": "Bio" })).await;
    let both = note(&app, &ada, json!({ "company_id": mill, "industry": "wind", "title": "Both" })).await;
    note(&app, &ada, json!({ "company_id": mill, "title": "Mill" })).await;
    note(&app, &ada, json!({ "meeting_id": talk, "title": "Talk" })).await;
    let binned = note(&app, &ada, json!({ "contact_id": tom, "title": "Binned" })).await;
    app.delete(&format!("/v1/research-notes/{binned}"), &ada).await.expect(204);

    let merged = json!({ "survivor_id": tom, "merged_ids": [twin] });
    let merge = app.post("/v1/contacts/merge", &ada, merged).await.expect(200);
    assert_eq!(titles(&app, &ada, &format!("contact_id={tom}")).await, ["Bio"]);
    let told = app.get(&format!("/v1/contacts/{tom}/timeline"), &ada).await.expect(200);
    assert!(told.text.contains("You noted: Bio"), "{}", told.text);
    app.post(&format!("/v1/contacts/merges/{}/undo", merge.id()), &ada, json!({})).await.expect(200);
    assert_eq!(app.get(&format!("/v1/research-notes/{bio}"), &ada).await.expect(200).json["contact_id"], json!(twin));

    let held = app.get(&format!("/v1/contacts/{twin}/export"), &ada).await.expect(200);
    assert_eq!(held.json["held"]["research_notes"][0]["title"], "Bio", "{}", held.text);
    app.post(&format!("/v1/contacts/{twin}/erase"), &ada, json!({})).await.expect(200);
    app.get(&format!("/v1/research-notes/{bio}"), &ada).await.expect(404);

    app.delete(&format!("/v1/companies/{mill}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{mill}"), &ada).await.expect(204);
    assert_eq!(titles(&app, &ada, "sort=created_at").await, ["Both", "Talk"]);
    assert_eq!(app.get(&format!("/v1/research-notes/{both}"), &ada).await.expect(200).json["company_id"], Value::Null);
    app.delete(&format!("/v1/meetings/{talk}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{talk}"), &ada).await.expect(204);
    assert_eq!(titles(&app, &ada, "sort=created_at").await, ["Both"]);
    app.delete(&format!("/v1/contacts/{tom}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{tom}"), &ada).await.expect(204);
    assert_eq!(app.count("research_notes").await, 1);
    let trash = app.get("/v1/trash", &ada).await.expect(200);
    assert_eq!(trash.json["data"], json!([]), "{}", trash.text);
}

/// A page of the web with something to read.
fn page() -> String {
    let paragraph = "Three new sites were announced, two of them in the north, and work begins in spring. ".repeat(8);
    format!(
        "<html lang=en-GB><head><title>x</title><meta property=og:title content='Offshore d\u{e9}j\u{e0} vu'>
         <meta property=og:site_name content='The Example Times'><meta name=author content='Grace Hopper'>
         <meta property=og:description content='Three sites.'><meta property=article:published_time
         content='2026-02-20T08:00:00Z'></head><body><nav>Home</nav><article><h1>Offshore</h1><p>{paragraph}</p>
         <p>{paragraph}</p><script>alert(1)</script></article></body></html>"
    )
}

#[actix_web::test]
async fn a_page_becomes_a_note() {
    let (app, web) = (TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await, Web::start());
    let ada = app.seeker().await;
    let latin: Vec<u8> = page().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    web.put("/news", "301 Moved Permanently", &[("location", "/new")], "");
    web.put("/new", "200 OK", &[("content-type", "text/html; charset=iso-8859-1")], latin);
    web.put("/robots.txt", "200 OK", &[], "User-agent: *\nDisallow: /secret\n\nUser-agent: inroad\nDisallow: /private");
    let body =
        json!({ "url": web.url("/news"), "kind": "news", "industry": "wind", "tags": ["north"], "pinned": true });
    let note = app.post("/v1/research-notes/from-url", &ada, body).await.expect(201);
    assert_eq!(note.json["title"], "Offshore d\u{e9}j\u{e0} vu");
    for (field, value) in [
        ("site", json!("The Example Times")),
        ("author", json!("Grace Hopper")),
        ("excerpt", json!("Three sites.")),
        ("published_on", json!("2026-02-20")),
        ("accessed_on", json!("2026-03-02")),
        ("language", json!("en-GB")),
        ("source_url", json!(web.url("/new"))),
        ("tags", json!(["north"])),
        ("pinned", json!(true)),
    ] {
        assert_eq!(note.json[field], value, "{field}");
    }
    let text = note.json["body"].as_str().unwrap();
    assert!(text.contains("two of them in the north") && !text.contains("alert") && !text.contains("Home"), "{text}");
    let requests = web.requests();
    let paths: Vec<&str> = requests.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, ["/robots.txt", "/news", "/new"]);
    assert!(requests[1].headers["user-agent"].starts_with("Inroad/"), "{requests:?}");

    // The same again is answered from memory, whatever has become of the page.
    let again = |url: &str| {
        let body = json!({ "url": web.url(url), "kind": "news", "industry": "wind" });
        let request = app.request(Method::POST, "/v1/research-notes/from-url").bearer_auth(&ada.token);
        app.send(request.header("idempotency-key", "\"once\"").json(&body))
    };
    let first = again("/new").await.expect(201).id();
    web.put("/new", "404 Not Found", &[], "");
    assert_eq!(again("/new").await.expect(201).id(), first);
    assert_eq!(again("/other").await.expect(422).code(), "idempotency_key_reused");
    web.put("/new", "200 OK", &[("content-type", "text/html")], page());
    web.put("/detour", "302 Found", &[("location", "/private/x")], "");
    web.put("/private/x", "200 OK", &[("content-type", "text/html")], page());

    web.put("/file", "200 OK", &[("content-type", "application/zip")], "PK");
    web.put("/broken", "500 Internal Server Error", &[], "");
    web.put("/huge", "200 OK", &[("content-type", "text/html")], vec![b'x'; 3 * 1024 * 1024]);
    web.put("/deep", "200 OK", &[("content-type", "text/html")], "<div>".repeat(300_000));
    web.put(
        "/empty",
        "200 OK",
        &[("content-type", "text/html")],
        "<html><head><title>T</title></head><body> </body></html>",
    );
    for (path, why) in [
        ("/private/x", "robots.txt"),
        ("/detour", "robots.txt"),
        ("/file", "it is no page but application/zip"),
        ("/broken", "answers 500"),
        ("/missing", "answers 404"),
        ("/huge", "more than"),
        ("/deep", "nested too deeply"),
        ("/empty", "there is no text to be read"),
    ] {
        let body = json!({ "url": web.url(path), "kind": "news", "industry": "wind" });
        let refused = app.post("/v1/research-notes/from-url", &ada, body).await.expect(422);
        assert_eq!((refused.code(), refused.faults()), ("fetch_failed", vec!["/url"]), "{path}");
        assert!(refused.json["errors"][0]["detail"].as_str().unwrap().contains(why), "{}", refused.text);
    }
    for (url, fault) in
        [("http://169.254.169.254/latest/meta-data/", "not_allowed"), ("https://user:x@example.org/", "invalid_format")]
    {
        let body = json!({ "url": url, "kind": "news", "industry": "wind" });
        let refused = app.post("/v1/research-notes/from-url", &ada, body).await.expect(422);
        assert_eq!((refused.code(), &refused.json["errors"][0]["code"]), ("invalid_fields", &json!(fault)), "{url}");
    }
    // What the note is about is looked at before anything is asked.
    web.requests();
    let stranger =
        json!({ "url": web.url("/new"), "kind": "news", "contact_id": "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e" });
    let refused = app.post("/v1/research-notes/from-url", &ada, stranger).await.expect(422);
    assert_eq!(refused.faults(), ["/contact_id"]);
    let nothing = json!({ "url": web.url("/new"), "kind": "news" });
    assert_eq!(
        app.post("/v1/research-notes/from-url", &ada, nothing).await.expect(422).json["errors"][0]["code"],
        "required"
    );
    assert!(web.requests().is_empty(), "nobody was asked");
}

/// Whatever else the table holds: the lists, the search, and all that a brief asks for at once.
#[actix_web::test]
async fn the_statements_are_served_by_indexes() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (workspace, id) = (ada.workspace, uuid::Uuid::now_v7());
    app.sql(&format!(
        "INSERT INTO research_notes (workspace_id, id, version, created_at, updated_at, industry, kind, title, importance, \
         pinned, tags, language) SELECT '{workspace}', gen_random_uuid(), 1, now(), now(), 'industry ' || n, \
         (ARRAY['news', 'talk', 'other', 'portfolio', 'brochure'])[n % 5 + 1], 'Title ' || n, 'normal', false, \
         CASE WHEN n % 9 = 0 THEN ARRAY['tag ' || n] ELSE '{{}}' END, 'en' FROM generate_series(1, 3000) n"
    ))
    .await;
    // What is new is sorted into the indexes.
    app.sql("VACUUM ANALYZE research_notes").await;
    let about = format!(
        "contact_id = ANY(ARRAY(SELECT contact_id FROM meeting_contacts)) OR meeting_id = '{id}' OR company_id = \
         ANY(ARRAY(SELECT company_id FROM positions)) OR inroad_lower(industry) = ANY(ARRAY(SELECT tag FROM (SELECT 'x' AS tag) t))"
    );
    let own = |column: &str| format!("{column} = '{id}'");
    for (condition, indexes) in [
        (own("contact_id"), vec!["contact"]),
        (own("company_id"), vec!["company"]),
        (own("meeting_id"), vec!["meeting"]),
        ("inroad_lower(industry) IN ('wind')".to_owned(), vec!["industry"]),
        ("kind IN ('news')".to_owned(), vec!["kind"]),
        ("tags <> '{}' AND inroad_lowered(tags) && ARRAY['wind']".to_owned(), vec!["tag_keys"]),
        ("language_words @@ inroad_language_query('english', 'wind')".to_owned(), vec!["language_words"]),
        (about, vec!["contact", "company", "meeting", "industry"]),
    ] {
        let plan = app
            .explain(&format!(
                "SET enable_seqscan = off; SET enable_indexscan = off; EXPLAIN SELECT * FROM research_notes WHERE \
                 workspace_id = '{workspace}' AND deleted_at IS NULL AND ({condition})"
            ))
            .await;
        for index in indexes {
            assert!(plan.contains(&format!("research_notes_{index}_idx")), "{condition}:\n{plan}");
        }
    }
}

#[actix_web::test]
async fn a_site_has_no_more_time_for_many_redirects_than_for_one_answer() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let ada = app.seeker().await;
    let slow = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/page", slow.local_addr().unwrap());
    let answer = format!("HTTP/1.1 302 Found\r\nlocation: {url}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    std::thread::spawn(move || {
        for mut call in slow.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_secs(3));
                let _ = std::io::Write::write_all(&mut call, answer.as_bytes());
            });
        }
    });
    let began = std::time::Instant::now();
    let body = json!({ "url": url, "kind": "news", "industry": "wind" });
    let refused = app.post("/v1/research-notes/from-url", &ada, body).await.expect(422);
    assert_eq!((refused.code(), refused.faults()), ("fetch_failed", vec!["/url"]), "{}", refused.text);
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
}
