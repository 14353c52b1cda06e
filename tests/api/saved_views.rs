use serde_json::{Value, json};

use crate::support::{Member, TestApp};

async fn names(app: &TestApp, member: &Member, path: &str) -> Vec<String> {
    let page = app.get(path, member).await.expect(200);
    let list = page.json["data"].as_array().unwrap().iter();
    list.map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

async fn save(app: &TestApp, member: &Member, body: Value) -> Value {
    app.post("/v1/saved-views", member, body).await.expect(201).json
}

#[actix_web::test]
async fn a_view_is_a_list() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for (name, stage, tags) in
        [("Ann", "met", json!(["energy"])), ("Bea", "met", json!(["law"])), ("Cid", "identified", json!(["energy"]))]
    {
        let body = json!({ "given_name": name, "stage": stage, "tags": tags });
        app.post("/v1/contacts", &ada, body).await.expect(201);
    }
    let filter = json!({ "tag": ["energy", "law"], "stage": "met", "do_not_contact": false });
    let view =
        save(&app, &ada, json!({ "name": "Met", "resource": "contacts", "filter": filter, "sort": "-name" })).await;
    let results = view["results_url"].as_str().unwrap();
    assert_eq!(names(&app, &ada, results).await, ["Bea", "Ann"]);
    // What the request says itself goes first; the rest of the view stays.
    assert_eq!(names(&app, &ada, &format!("{results}&sort=name")).await, ["Ann", "Bea"]);
    assert_eq!(names(&app, &ada, &format!("{results}&tag=energy")).await, ["Ann"]);
    assert_eq!(names(&app, &ada, &format!("{results}&stage=identified")).await, ["Cid"]);
    let first = app.get(&format!("{results}&limit=1"), &ada).await.expect(200);
    let cursor = first.json["next_cursor"].as_str().unwrap();
    let next = format!("{results}&limit=1&cursor={cursor}");
    assert_eq!(names(&app, &ada, &next).await, ["Ann"]);
    // A cursor of the view as it was is not one of the view as it is.
    let id = view["id"].as_str().unwrap();
    app.patch(&format!("/v1/saved-views/{id}"), &ada, json!({ "sort": "created_at" })).await.expect(200);
    assert_eq!(app.get(&next, &ada).await.expect(400).code(), "invalid_cursor");
    app.post("/v1/companies", &ada, json!({ "name": "Wind", "is_target": true })).await.expect(201);
    app.post("/v1/companies", &ada, json!({ "name": "Coal" })).await.expect(201);
    let body = json!({ "name": "Met", "resource": "companies", "filter": { "is_target": true } });
    let companies = save(&app, &ada, body).await;
    assert_eq!(names(&app, &ada, companies["results_url"].as_str().unwrap()).await, ["Wind"]);
}

#[actix_web::test]
async fn what_is_not_there_cannot_be_applied() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let view = save(&app, &ada, json!({ "name": "All", "resource": "contacts" })).await;
    let id = view["id"].as_str().unwrap();
    for (path, member) in [
        (format!("/v1/contacts?view={id}"), &bob),
        (format!("/v1/companies?view={id}"), &ada),
        (format!("/v1/contacts?view={}", uuid::Uuid::now_v7()), &ada),
        ("/v1/contacts?view=all".to_owned(), &ada),
    ] {
        assert_eq!(app.get(&path, member).await.expect(400).faults(), ["view"], "{path}");
    }
    app.delete(&format!("/v1/saved-views/{id}"), &ada).await.expect(204);
    app.get(&format!("/v1/saved-views/{id}"), &ada).await.expect(404);
    app.get(&format!("/v1/contacts?view={id}"), &ada).await.expect(400);
}

#[actix_web::test]
async fn a_filter_is_checked_as_the_list_checks_its_own() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for (filter, sort, fault) in [
        (json!({ "stage": "asleep" }), json!(null), "/filter/stage"),
        (json!({ "colour": "red" }), json!(null), "/filter/colour"),
        (json!({ "limit": 10 }), json!(null), "/filter/limit"),
        (json!({ "sort": "name" }), json!(null), "/filter/sort"),
        (json!({ "view": "x" }), json!(null), "/filter/view"),
        (json!({ "do_not_contact": "maybe" }), json!(null), "/filter/do_not_contact"),
        (json!({ "company": ["a", "b"] }), json!(null), "/filter/company"),
        (json!({ "q": "" }), json!(null), "/filter/q"),
        (json!({ "created_after": "yesterday" }), json!(null), "/filter/created_after"),
        (json!({ "tag": { "a": 1 } }), json!(null), "/filter/tag"),
        (json!({ "tag": null }), json!(null), "/filter/tag"),
        (json!({}), json!("colour"), "/sort"),
    ] {
        let body = json!({ "name": "X", "resource": "contacts", "filter": filter, "sort": sort });
        let refused = app.post("/v1/saved-views", &ada, body).await.expect(422);
        assert_eq!(refused.faults()[0], fault, "{filter}: {}", refused.text);
    }
    let body = json!({ "name": "X", "resource": "companies", "filter": { "stage": "met" } });
    assert_eq!(app.post("/v1/saved-views", &ada, body).await.expect(422).faults(), ["/filter/stage"]);
    let body = json!({ "name": "X", "resource": "planets" });
    assert_eq!(app.post("/v1/saved-views", &ada, body).await.expect(422).faults(), ["/resource"]);
}

#[actix_web::test]
async fn views_have_versions_and_one_name_each() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let view = save(&app, &ada, json!({ "name": "Zed", "resource": "contacts", "filter": { "tag": ["a"] } })).await;
    let path = format!("/v1/saved-views/{}", view["id"].as_str().unwrap());
    let taken = app.post("/v1/saved-views", &ada, json!({ "name": " zed ", "resource": "contacts" })).await.expect(409);
    assert_eq!((taken.code(), taken.faults()), ("saved_view_exists", vec!["/name"]));
    save(&app, &ada, json!({ "name": "zed", "resource": "companies" })).await;
    save(&app, &ada, json!({ "name": "Äa", "resource": "companies" })).await;
    assert_eq!(app.patch(&path, &ada, json!({ "name": "Zed" })).await.expect(200).json["version"], 1);
    let changed = app.patch(&path, &ada, json!({ "filter": { "tag": null, "q": "x" } })).await.expect(200);
    assert_eq!((&changed.json["version"], &changed.json["filter"]), (&json!(2), &json!({ "q": "x" })));
    let stale = app.request(reqwest::Method::PATCH, &path).bearer_auth(&ada.token).header("if-match", "\"1\"");
    app.send(stale.json(&json!({ "name": "Y" }))).await.expect(412);
    let conflict = app.patch(&path, &ada, json!({ "resource": "companies" })).await.expect(409);
    assert_eq!(conflict.code(), "saved_view_exists");
    assert_eq!(names(&app, &ada, "/v1/saved-views?limit=2").await, ["Äa", "zed"]);
    assert_eq!(names(&app, &ada, "/v1/saved-views?resource=contacts").await, ["Zed"]);
}
