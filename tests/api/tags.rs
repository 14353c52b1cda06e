use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, TestApp};

async fn tagged(app: &TestApp, member: &Member, name: &str, tags: Value) -> String {
    app.post("/v1/contacts", member, json!({ "given_name": name, "tags": tags })).await.expect(201).id()
}

/// Names with the counts of contacts and companies.
async fn tags(app: &TestApp, member: &Member) -> Vec<(String, i64, i64)> {
    let page = app.get("/v1/tags", member).await.expect(200);
    let tags = page.json["data"].as_array().unwrap().iter();
    tags.map(|tag| {
        let count = |kind: &str| tag["counts"][kind].as_i64().unwrap();
        assert_eq!(tag["total"].as_i64().unwrap(), count("contacts") + count("companies"));
        (tag["name"].as_str().unwrap().to_owned(), count("contacts"), count("companies"))
    })
    .collect()
}

fn tag(name: &str, contacts: i64, companies: i64) -> (String, i64, i64) {
    (name.to_owned(), contacts, companies)
}

#[actix_web::test]
async fn tags_are_listed_with_counts() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    assert!(tags(&app, &ada).await.is_empty());
    tagged(&app, &ada, "A", json!(["Energy", "zebra"])).await;
    tagged(&app, &ada, "B", json!(["energy", "Äpfel"])).await;
    let gone = tagged(&app, &ada, "C", json!(["energy", "gone"])).await;
    tagged(&app, &ada, "D", json!(["energy"])).await;
    app.post("/v1/companies", &ada, json!({ "name": "E", "tags": ["ENERGY"] })).await.expect(201);
    app.delete(&format!("/v1/contacts/{gone}"), &ada).await.expect(204);
    assert_eq!(tags(&app, &ada).await, [tag("Äpfel", 1, 0), tag("energy", 3, 1), tag("zebra", 1, 0)]);
    let bob = app.seeker().await;
    assert!(tags(&app, &bob).await.is_empty());
    let mut names = Vec::new();
    let mut path = "/v1/tags?limit=1".to_owned();
    loop {
        let page = app.get(&path, &ada).await.expect(200);
        names.push(page.json["data"][0]["name"].as_str().unwrap().to_owned());
        let Some(next) = page.json["next_cursor"].as_str() else { break };
        path = format!("/v1/tags?limit=1&cursor={next}");
    }
    assert_eq!(names, ["Äpfel", "energy", "zebra"]);
}

#[actix_web::test]
async fn a_tag_is_renamed_everywhere() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let first = tagged(&app, &ada, "A", json!(["x", "Green Energy", "y"])).await;
    let other = tagged(&app, &ada, "B", json!(["green energy"])).await;
    let untouched = tagged(&app, &ada, "C", json!(["y"])).await;
    let trashed = tagged(&app, &ada, "D", json!(["green energy"])).await;
    app.delete(&format!("/v1/contacts/{trashed}"), &ada).await.expect(204);
    tagged(&app, &bob, "E", json!(["green energy"])).await;
    let renamed = app.patch("/v1/tags/GREEN%20energy", &ada, json!({ "name": " Énergie/verte " })).await.expect(200);
    assert_eq!((&renamed.json["name"], &renamed.json["total"]), (&json!("Énergie/verte"), &json!(2)));
    let read = app.get(&format!("/v1/contacts/{first}"), &ada).await;
    assert_eq!((&read.json["tags"], &read.json["version"]), (&json!(["x", "Énergie/verte", "y"]), &json!(2)));
    assert_eq!(app.get(&format!("/v1/contacts/{other}"), &ada).await.json["tags"], json!(["Énergie/verte"]));
    assert_eq!(app.get(&format!("/v1/contacts/{untouched}"), &ada).await.json["version"], 1);
    app.post(&format!("/v1/trash/{trashed}/restore"), &ada, json!({})).await.expect(204);
    assert_eq!(app.get(&format!("/v1/contacts/{trashed}"), &ada).await.json["tags"], json!(["Énergie/verte"]));
    assert_eq!(tags(&app, &bob).await, [tag("green energy", 1, 0)]);
    // Searched by the new name, not by the old one.
    assert_eq!(app.get("/v1/search?q=verte", &ada).await.json["data"].as_array().unwrap().len(), 3);
    assert!(app.get("/v1/search?q=green", &ada).await.json["data"].as_array().unwrap().is_empty());
    let changes = app
        .texts(&format!(
            "SELECT count(*)::text AS text FROM changes WHERE workspace_id = '{}' AND kind = 'contact.updated'
             AND fields = '{{tags}}' AND resource_version = 2",
            ada.workspace
        ))
        .await;
    assert_eq!(changes, ["2"]);
    // Percent-encoded slash; another case is another spelling of the same tag.
    app.patch("/v1/tags/%C3%A9nergie%2Fverte", &ada, json!({ "name": "énergie/verte" })).await.expect(200);
    assert_eq!(app.get(&format!("/v1/contacts/{other}"), &ada).await.json["tags"], json!(["énergie/verte"]));
    let same = app.patch("/v1/tags/y", &ada, json!({ "name": "y" })).await.expect(200);
    assert_eq!(same.json["total"], 2);
    assert_eq!(app.get(&format!("/v1/contacts/{untouched}"), &ada).await.json["version"], 1);
}

#[actix_web::test]
async fn what_cannot_be_renamed_says_why() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    tagged(&app, &ada, "A", json!(["x", "y", "100%"])).await;
    let taken = app.patch("/v1/tags/x", &ada, json!({ "name": "Y" })).await.expect(409);
    assert_eq!((taken.code(), taken.faults()), ("tag_exists", vec!["/name"]));
    for path in ["/v1/tags/nothing", "/v1/tags/%00", "/v1/tags/merge"] {
        app.patch(path, &ada, json!({ "name": "z" })).await.expect(404);
        app.delete(path, &ada).await.expect(404);
    }
    for body in [json!({ "name": "" }), json!({ "name": "  " }), json!({ "name": null }), json!({ "name": 1 })] {
        assert_eq!(app.patch("/v1/tags/x", &ada, body).await.expect(422).faults(), ["/name"]);
    }
    assert_eq!(app.patch("/v1/tags/x", &ada, json!({ "color": "red" })).await.expect(422).faults(), ["/color"]);
    app.patch("/v1/tags/100%25", &ada, json!({ "name": "half" })).await.expect(200);
    assert_eq!(tags(&app, &ada).await, [tag("half", 1, 0), tag("x", 1, 0), tag("y", 1, 0)]);
    app.delete("/v1/tags/X", &ada).await.expect(204);
    app.delete("/v1/tags/X", &ada).await.expect(404);
    assert_eq!(tags(&app, &ada).await, [tag("half", 1, 0), tag("y", 1, 0)]);
}

#[actix_web::test]
async fn tags_are_merged() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let all = tagged(&app, &ada, "A", json!(["a", "b", "c", "d"])).await;
    let some = tagged(&app, &ada, "B", json!(["C"])).await;
    app.post("/v1/companies", &ada, json!({ "name": "E", "tags": ["b", "x"] })).await.expect(201);
    let missing = app.post("/v1/tags/merge", &ada, json!({ "from": ["a", "nobody"], "into": "c" })).await.expect(422);
    assert_eq!(missing.faults(), ["/from/1"]);
    let send = || {
        let request = app.request(Method::POST, "/v1/tags/merge").bearer_auth(&ada.token);
        app.send(request.header("idempotency-key", "k1").json(&json!({ "from": ["A", "b"], "into": "C" })))
    };
    let merged = send().await.expect(200);
    assert_eq!(
        merged.json,
        json!({ "name": "C", "total": 3, "counts": { "contacts": 2, "companies": 1, "research_notes": 0 } })
    );
    assert_eq!(send().await.expect(200).header("idempotency-replayed"), "true");
    assert_eq!(app.get(&format!("/v1/contacts/{all}"), &ada).await.json["tags"], json!(["C", "d"]));
    assert_eq!(app.get(&format!("/v1/contacts/{some}"), &ada).await.json["version"], 1, "it was spelled so already");
    assert_eq!(tags(&app, &ada).await, [tag("C", 2, 1), tag("d", 1, 0), tag("x", 0, 1)]);
    // A tag into itself, and into a new one.
    app.post("/v1/tags/merge", &ada, json!({ "from": ["d"], "into": "d" })).await.expect(200);
    let new = app.post("/v1/tags/merge", &ada, json!({ "from": ["d", "x"], "into": "new" })).await.expect(200);
    assert_eq!(new.json["total"], 2);
}

#[actix_web::test]
async fn saved_views_follow_their_tags() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    tagged(&app, &ada, "A", json!(["energy", "wind", "old"])).await;
    let view = json!({ "name": "V", "resource": "contacts", "filter": { "tag": ["Energy", "wind", "old"] } });
    let view = app.post("/v1/saved-views", &ada, view).await.expect(201).id();
    let told = async || {
        let view = app.get(&format!("/v1/saved-views/{view}"), &ada).await.expect(200).json;
        (view["filter"]["tag"].clone(), view["version"].clone())
    };
    app.patch("/v1/tags/energy", &ada, json!({ "name": "power" })).await.expect(200);
    assert_eq!(told().await, (json!(["power", "wind", "old"]), json!(2)));
    app.post("/v1/tags/merge", &ada, json!({ "from": ["wind"], "into": "power" })).await.expect(200);
    assert_eq!(told().await, (json!(["power", "old"]), json!(3)));
    app.delete("/v1/tags/old", &ada).await.expect(204);
    assert_eq!(told().await, (json!(["power"]), json!(4)));
    // Without its only tag the view would show everybody.
    app.delete("/v1/tags/power", &ada).await.expect(204);
    assert_eq!(told().await, (json!(["power"]), json!(4)));
}
