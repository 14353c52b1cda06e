use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;

#[actix_web::test]
async fn a_company_is_there_once() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let made = app.post("/v1/companies", &ada, json!({ "name": " Acme  Corp ", "size": "11_50" })).await.expect(201);
    assert_eq!((&made.json["name"], &made.json["size"]), (&json!("Acme  Corp"), &json!("11_50")));
    let again = app.post("/v1/companies", &ada, json!({ "name": "ACME corp" })).await.expect(409);
    assert_eq!((again.code(), again.faults()), ("company_exists", vec!["/name"]));
    assert!(again.json["errors"][0]["detail"].as_str().unwrap().contains(&made.id()), "{}", again.text);
    let missing = app.post("/v1/companies", &ada, json!({ "name": "  " })).await.expect(422);
    assert_eq!(missing.faults(), ["/name"]);
    assert_eq!(app.post("/v1/companies", &ada, json!({})).await.expect(422).faults(), ["/name"]);
    assert_eq!(
        app.patch(&format!("/v1/companies/{}", made.id()), &ada, json!({ "name": null })).await.expect(422).faults(),
        ["/name"]
    );
}

#[actix_web::test]
async fn a_renamed_company_is_found_by_its_new_name_in_its_people() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({ "given_name": "Ada", "positions": [{ "company_name": "Facebook" }] });
    let contact = app.post("/v1/contacts", &ada, body).await.expect(201);
    let company = contact.json["positions"][0]["company_id"].as_str().unwrap().to_owned();
    app.patch(&format!("/v1/companies/{company}"), &ada, json!({ "name": "Meta Platforms" })).await.expect(200);
    assert_eq!(app.get("/v1/contacts?q=meta", &ada).await.json["data"][0]["id"], contact.json["id"]);
    let read = app.get(&format!("/v1/contacts/{}", contact.id()), &ada).await;
    assert_eq!(read.json["positions"][0]["company_name"], "Meta Platforms");

    app.delete(&format!("/v1/companies/{company}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{company}"), &ada).await.expect(204);
    let read = app.get(&format!("/v1/contacts/{}", contact.id()), &ada).await;
    assert_eq!(
        (&read.json["positions"][0]["company_name"], &read.json["positions"][0]["company_id"]),
        (&json!("Meta Platforms"), &json!(null))
    );
}

#[actix_web::test]
async fn what_a_company_is_called_is_news_of_its_people() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = app.post("/v1/companies", &ada, json!({ "name": "Engines" })).await.expect(201).id();
    let body = json!({ "given_name": "Grace", "positions": [{ "company_id": id, "title": "Engineer" }] });
    let grace = app.post("/v1/contacts", &ada, body).await.expect(201).id();
    let path = format!("/v1/contacts/{grace}");
    let cursor = app.get("/v1/changes/latest", &ada).await.expect(200).json["cursor"].as_str().unwrap().to_owned();
    app.patch(&format!("/v1/companies/{id}"), &ada, json!({ "name": "Looms" })).await.expect(200);
    let known = app.request(Method::GET, &path).bearer_auth(&ada.token).header("if-none-match", "\"1\"");
    let read = app.send(known).await.expect(200);
    assert_eq!((&read.json["version"], &read.json["positions"][0]["company_name"]), (&json!(2), &json!("Looms")));
    app.delete(&format!("/v1/companies/{id}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{id}"), &ada).await.expect(204);
    let read = app.get(&path, &ada).await.expect(200).json;
    assert_eq!((&read["version"], &read["positions"][0]["company_id"]), (&json!(3), &Value::Null));
    let log = app.get(&format!("/v1/changes?cursor={cursor}&kind=contact.*"), &ada).await.expect(200).json;
    let told: Vec<_> = log["data"].as_array().unwrap().iter().map(|one| (&one["kind"], &one["fields"])).collect();
    assert_eq!(told, [(&json!("contact.updated"), &json!(["positions"])); 2]);
}

#[actix_web::test]
async fn a_restored_company_gives_way_to_its_successor() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let first = app.post("/v1/companies", &ada, json!({ "name": "Acme" })).await.expect(201).id();
    app.delete(&format!("/v1/companies/{first}"), &ada).await.expect(204);
    app.post("/v1/companies", &ada, json!({ "name": "acme" })).await.expect(201);
    let conflict = app.post(&format!("/v1/trash/{first}/restore"), &ada, json!({})).await.expect(409);
    assert_eq!(conflict.code(), "restore_conflict");
}

#[actix_web::test]
async fn companies_are_listed_sorted_and_found() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for (name, target) in [("Zeta", true), ("Älpha", false), ("beta", true)] {
        app.post("/v1/companies", &ada, json!({ "name": name, "is_target": target, "tags": [name] })).await.expect(201);
    }
    let names = async |query: &str| -> Vec<String> {
        let page = app.get(&format!("/v1/companies{query}"), &ada).await.expect(200);
        page.json["data"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("?sort=name").await, ["Älpha", "beta", "Zeta"]);
    assert_eq!(names("?is_target=true&sort=-name").await, ["Zeta", "beta"]);
    assert_eq!(names("?q=alph").await, ["Älpha"]);
    assert_eq!(names("?tag=beta").await, ["beta"]);
    assert_eq!(names("").await, ["beta", "Älpha", "Zeta"]);
}
