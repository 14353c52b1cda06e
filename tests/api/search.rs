use inroad::auth::{Role, Scopes};
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

async fn search(app: &TestApp, member: &Member, q: &str) -> Reply {
    search_with(app, member, &[("q", q)]).await
}

async fn search_with(app: &TestApp, member: &Member, pairs: &[(&str, &str)]) -> Reply {
    let request = app.request(reqwest::Method::GET, "/v1/search").query(pairs);
    app.send(request.bearer_auth(&member.token)).await
}

fn titles(reply: &Reply) -> Vec<&str> {
    let hits = reply.json["data"].as_array().unwrap_or_else(|| panic!("{}", reply.text));
    hits.iter().map(|hit| hit["title"].as_str().unwrap()).collect()
}

async fn contact(app: &TestApp, member: &Member, body: Value) -> String {
    app.post("/v1/contacts", member, body).await.expect(201).id()
}

#[actix_web::test]
async fn names_come_before_all_else() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    contact(&app, &ada, json!({ "given_name": "Energy", "family_name": "Jones" })).await;
    contact(&app, &ada, json!({ "given_name": "Energya", "family_name": "Smith" })).await;
    contact(&app, &ada, json!({ "given_name": "Nora", "notes": "knows about energy" })).await;
    contact(&app, &ada, json!({ "given_name": "Tom", "positions": [{ "title": "Head of energy" }] })).await;
    app.post("/v1/companies", &ada, json!({ "name": "Wind Ltd", "description": "Energy from wind" })).await.expect(201);
    let found = search(&app, &ada, "energy").await.expect(200);
    assert_eq!(titles(&found), ["Energy Jones", "Energya Smith", "Tom", "Wind Ltd", "Nora"]);
    let ranks: Vec<_> =
        found.json["data"].as_array().unwrap().iter().map(|hit| hit["rank"].as_i64().unwrap()).collect();
    assert_eq!(ranks, [4, 3, 2, 1, 1]);
    assert_eq!(titles(&search(&app, &ada, "energy ").await).len(), 4, "a space ends the word");
    assert_eq!(titles(&search_with(&app, &ada, &[("q", "energy"), ("kind", "company")]).await), ["Wind Ltd"]);
    assert_eq!(
        titles(&search_with(&app, &ada, &[("q", "energy"), ("kind", "company"), ("kind", "contact")]).await).len(),
        5
    );
}

#[actix_web::test]
async fn everything_about_somebody_is_found_without_accents_and_case() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({
        "given_name": "Łukasz", "family_name": "Müller-Groß", "preferred_name": "Luki", "headline": "Builds bridges",
        "emails": [{ "address": "lm@bruecken.example" }], "phones": [{ "number": "+44 20 7946 0958" }],
        "positions": [{ "company_name": "Ångström AG", "title": "Ingénieur" }], "tags": ["élève"],
        "education": [{ "school": "ETH Zürich", "degree": "MSc" }], "location": "São Paulo",
        "custom_fields": { "cohort": "Frühling", "year": 2026 }, "notes": "met at the *Café Central*",
    });
    contact(&app, &ada, body).await;
    for q in [
        "lukasz",
        "MULLER",
        "gross",
        "müller-groß",
        "groß",
        "luki",
        "bridges",
        "bruecken.example",
        "lm@bru",
        "angstrom",
        "INGENIEUR",
        "eleve",
        "zurich",
        "msc",
        "sao",
        "fruhling",
        "2026",
        "cafe",
        "+442079460958",
        "7946",
        "lukasz cafe angstr",
        "\"cafe central\"",
    ] {
        let found = search_with(&app, &ada, &[("q", q), ("kind", "contact")]).await.expect(200);
        assert_eq!(titles(&found), ["Łukasz Müller-Groß"], "{q}");
    }
    for q in [
        "\"central cafe\"",
        "\"luki builds\"",
        "lukasz -cafe",
        "lukasz -\"cafe central\"",
        "ukasz",
        "caf ",
        "%",
        "_",
        "-lukasz",
        "\"",
        "luk%",
    ] {
        assert!(titles(&search(&app, &ada, q).await.expect(200)).len() <= usize::from(q == "luk%"), "{q}");
    }
}

#[actix_web::test]
async fn what_was_found_is_marked_by_offsets() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = contact(&app, &ada, json!({ "given_name": "🐶 Ödön", "notes": "odon said: <b>Odon</b>" })).await;
    let found = search(&app, &ada, "odo").await.expect(200);
    let hit = &found.json["data"][0];
    assert_eq!(
        (&hit["kind"], &hit["id"], &hit["url"]),
        (&json!("contact"), &json!(id), &json!(format!("/v1/contacts/{id}")))
    );
    assert_eq!(
        hit["matches"],
        json!([
            { "field": "/name", "text": "🐶 Ödön", "cut_before": false, "cut_after": false,
              "highlights": [{ "start": 2, "end": 5, "utf16_start": 3, "utf16_end": 6 }] },
            { "field": "/notes", "text": "odon said: <b>Odon</b>", "cut_before": false, "cut_after": false,
              "highlights": [
                { "start": 0, "end": 3, "utf16_start": 0, "utf16_end": 3 },
                { "start": 14, "end": 17, "utf16_start": 14, "utf16_end": 17 }] },
        ])
    );
}

#[actix_web::test]
async fn pages_follow_each_other_without_gaps_or_repetitions() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for index in 0..23 {
        let name = if index % 3 == 0 { "Grace" } else { "Graceful" };
        contact(&app, &ada, json!({ "given_name": name, "family_name": format!("Nr {index}") })).await;
        app.post("/v1/companies", &ada, json!({ "name": format!("Other {index}"), "notes": "grace" }))
            .await
            .expect(201);
    }
    let all = titles_of_pages(&app, &ada, 7).await;
    assert_eq!(all.len(), 46);
    assert_eq!(all, titles_of_pages(&app, &ada, 200).await);
    assert_eq!(all.iter().collect::<std::collections::HashSet<_>>().len(), 46);
    assert!(all[..8].iter().all(|title| title.starts_with("Grace N")), "{all:?}");
}

async fn titles_of_pages(app: &TestApp, member: &Member, limit: usize) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let limit = limit.to_string();
        let mut pairs = vec![("q", "grace"), ("limit", limit.as_str())];
        if !cursor.is_empty() {
            pairs.push(("cursor", &cursor));
        }
        let page = search_with(app, member, &pairs).await.expect(200);
        all.extend(titles(&page).into_iter().map(str::to_owned));
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return all,
        }
    }
}

#[actix_web::test]
async fn what_changes_is_found_as_it_is() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = contact(&app, &ada, json!({ "given_name": "Ada", "positions": [{ "company_name": "Facebook" }] })).await;
    app.patch(&format!("/v1/contacts/{id}"), &ada, json!({ "notes": "likes chess" })).await.expect(200);
    assert_eq!(titles(&search(&app, &ada, "chess").await), ["Ada"]);
    let company = titles(&search(&app, &ada, "facebook").await).len();
    assert_eq!(company, 2);
    let companies = app.get("/v1/companies", &ada).await;
    let company = companies.json["data"][0]["id"].as_str().unwrap();
    app.patch(&format!("/v1/companies/{company}"), &ada, json!({ "name": "Meta" })).await.expect(200);
    assert!(titles(&search(&app, &ada, "facebook").await).is_empty());
    assert_eq!(titles(&search(&app, &ada, "meta").await).len(), 2);
    assert_eq!(titles(&search(&app, &ada, "chess meta").await), ["Ada"], "the rest is still there");
    app.delete(&format!("/v1/contacts/{id}"), &ada).await.expect(204);
    assert!(titles(&search(&app, &ada, "chess").await).is_empty());
    app.post(&format!("/v1/trash/{id}/restore"), &ada, json!({})).await.expect(204);
    assert_eq!(titles(&search(&app, &ada, "chess").await), ["Ada"]);
    // A word that no index would take.
    let long = "x".repeat(60_000);
    app.patch(&format!("/v1/contacts/{id}"), &ada, json!({ "notes": long })).await.expect(200);
    assert_eq!(titles(&search(&app, &ada, &"x".repeat(100)).await), ["Ada"]);
    let many: String = (0..10_000).map(|index| format!("w{index} ")).collect();
    app.patch(&format!("/v1/contacts/{id}"), &ada, json!({ "notes": many })).await.expect(200);
    assert_eq!(titles(&search(&app, &ada, "\"w8000 w8001 w8002\"").await), ["Ada"]);
}

#[actix_web::test]
async fn nobody_finds_what_they_may_not_read() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    contact(&app, &ada, json!({ "given_name": "Grace", "positions": [{ "company_name": "Grace Ltd" }] })).await;
    let bob = app.seeker().await;
    assert!(titles(&search(&app, &bob, "grace").await).is_empty());
    let half = app.member(Some(ada.workspace), Role::Owner, Scopes::parse("search:read companies:read")).await;
    assert_eq!(titles(&search(&app, &half, "grace").await), ["Grace Ltd"]);
    let none = app.member(Some(ada.workspace), Role::Owner, Scopes::parse("search:read")).await;
    assert!(titles(&search(&app, &none, "grace").await).is_empty());
    assert_eq!(search_with(&app, &ada, &[]).await.expect(400).faults(), ["q"]);
    assert_eq!(search_with(&app, &ada, &[("q", "a"), ("kind", "spaceship")]).await.expect(400).faults(), ["kind"]);
    let page = search_with(&app, &ada, &[("q", "grace"), ("limit", "1")]).await;
    let cursor = page.json["next_cursor"].as_str().unwrap();
    assert_eq!(
        search_with(&app, &ada, &[("q", "other"), ("cursor", cursor)]).await.expect(400).code(),
        "invalid_cursor"
    );
}

#[actix_web::test]
async fn messages_are_found_by_whoever_may_read_them() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = contact(&app, &ada, json!({ "given_name": "Tom", "family_name": "Hargreaves" })).await;
    let body = json!({ "contact_id": tom, "channel": "email", "direction": "incoming", "subject": "Heat pumps",
        "body": "Our Wärmepumpen are quiet.", "address": "tom@warm.example" });
    let message = app.post("/v1/messages", &ada, body).await.expect(201).id();
    let found = search(&app, &ada, "warmepump").await.expect(200);
    let hit = &found.json["data"][0];
    assert_eq!((&hit["kind"], &hit["id"], &hit["title"]), (&json!("message"), &json!(message), &json!("Heat pumps")));
    assert_eq!((&hit["subtitle"], &hit["rank"]), (&json!("From Tom Hargreaves"), &json!(1)));
    assert_eq!(
        (&hit["url"], &hit["matches"][0]["field"]),
        (&json!(format!("/v1/messages/{message}")), &json!("/body"))
    );
    assert_eq!(hit["matches"][0]["highlights"][0], json!({ "start": 4, "end": 13, "utf16_start": 4, "utf16_end": 13 }));
    assert_eq!(search(&app, &ada, "heat").await.json["data"][0]["rank"], 4);
    assert_eq!(search(&app, &ada, "tom@warm.example").await.json["data"][0]["rank"], 2);
    assert_eq!(titles(&search_with(&app, &ada, &[("q", "tom"), ("kind", "message")]).await), ["Heat pumps"]);

    app.patch(&format!("/v1/messages/{message}"), &ada, json!({ "subject": "Cold pumps" })).await;
    let narrow = app.member(Some(ada.workspace), Role::Owner, Scopes::parse("search:read contacts:read")).await;
    assert_eq!(titles(&search(&app, &narrow, "pumps").await), [""; 0], "without messages:read");
    app.delete(&format!("/v1/messages/{message}"), &ada).await.expect(204);
    assert_eq!(titles(&search(&app, &ada, "pumps").await), [""; 0]);
    app.post(&format!("/v1/trash/{message}/restore"), &ada, json!({})).await.expect(204);
    assert_eq!(titles(&search(&app, &ada, "pumps").await).len(), 1);
}

#[actix_web::test]
async fn what_was_there_before_it_was_searched_is_found_after_a_while() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    for member in [&ada, &bob] {
        let tom = contact(&app, member, json!({ "given_name": "Tom", "notes": "knows of wind" })).await;
        app.post("/v1/companies", member, json!({ "name": "Wind Ltd" })).await.expect(201);
        let body = json!({ "contact_id": tom, "channel": "phone_script", "direction": "outgoing", "body": "Of wind" });
        app.post("/v1/messages", member, body).await.expect(201);
    }
    // As rows are that nobody has written since.
    let forget = "UPDATE contacts SET search_words = ''; UPDATE companies SET search_words = '';
        UPDATE messages SET search_words = ''";
    app.sql(forget).await;
    assert_eq!(titles(&search(&app, &ada, "wind").await), [""; 0]);
    let versions = "SELECT string_agg(version::text, ' ') AS text FROM contacts";
    let before = app.texts(versions).await;
    assert_eq!(inroad::search::walk(&app.app).await.unwrap(), 6);
    for member in [&ada, &bob] {
        assert_eq!(titles(&search(&app, member, "wind").await).len(), 3);
    }
    assert_eq!(app.texts(versions).await, before, "it is no change of theirs");
    // Once more when instances of before are gone, and then never again.
    app.sql(forget).await;
    assert_eq!(inroad::search::walk(&app.app).await.unwrap(), 0);
    app.pass(chrono::Duration::hours(1));
    assert_eq!(inroad::search::walk(&app.app).await.unwrap(), 6);
    assert_eq!(inroad::search::walk(&app.app).await.unwrap(), 0);
    app.pass(chrono::Duration::days(1));
    assert_eq!(inroad::search::walk(&app.app).await.unwrap(), 0);
    app.sql("UPDATE search_walks SET rules = 0").await;
    assert_eq!(inroad::search::walk(&app.app).await.unwrap(), 6, "by other rules all is read again");
}
