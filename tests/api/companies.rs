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
    // Whether a letter is composed of two is a matter of who wrote it.
    app.post("/v1/companies", &ada, json!({ "name": "Ågren" })).await.expect(201);
    let composed = app.post("/v1/companies", &ada, json!({ "name": "A\u{30a}gren" })).await.expect(409);
    assert_eq!(composed.code(), "company_exists");
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
    assert_eq!((&read["version"], &read["positions"][0]["company_id"]), (&json!(4), &Value::Null));
    let log = app.get(&format!("/v1/changes?cursor={cursor}&kind=contact.*"), &ada).await.expect(200).json;
    let told: Vec<_> = log["data"].as_array().unwrap().iter().map(|one| (&one["kind"], &one["fields"])).collect();
    assert_eq!(told, [(&json!("contact.updated"), &json!(["positions"])); 3]);
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

/// People keep a company that lies in the trash: whoever restores it has everything as it was. They say that it is there.
#[actix_web::test]
async fn people_tell_that_their_company_lies_in_the_trash() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({ "given_name": "Grace", "positions": [{ "company_name": "Engines", "title": "Engineer" }] });
    let grace = app.post("/v1/contacts", &ada, body).await.expect(201);
    let path = format!("/v1/contacts/{}", grace.id());
    let company = grace.json["positions"][0]["company_id"].as_str().unwrap().to_owned();
    let place = async || {
        let read = app.get(&path, &ada).await.expect(200).json;
        let position = &read["positions"][0];
        let told = (position["company_id"] == company.as_str(), position["company_in_trash"] == true);
        (read["version"].clone(), told, position["company_name"].clone())
    };
    assert_eq!(place().await, (json!(1), (true, false), json!("Engines")));
    app.delete(&format!("/v1/companies/{company}"), &ada).await.expect(204);
    assert_eq!(place().await, (json!(2), (true, true), json!("Engines")));
    let listed = app.get("/v1/contacts", &ada).await.json["data"][0]["positions"][0].clone();
    assert_eq!(listed["company_in_trash"], true);
    // To change something else of them, or to send back what was read, changes nothing of it.
    app.patch(&path, &ada, json!({ "headline": "Captain" })).await.expect(200);
    let positions = app.get(&path, &ada).await.json["positions"].clone();
    app.patch(&path, &ada, json!({ "positions": positions })).await.expect(200);
    assert_eq!(place().await, (json!(3), (true, true), json!("Engines")));
    assert_eq!(app.get("/v1/companies", &ada).await.json["data"], json!([]), "no twin of it was made");
    app.post(&format!("/v1/trash/{company}/restore"), &ada, json!({})).await.expect(204);
    assert_eq!(place().await, (json!(4), (true, false), json!("Engines")));
    // What a client says of it is not believed.
    let mut said = app.get(&path, &ada).await.json["positions"].clone();
    said[0]["company_in_trash"] = json!(true);
    app.patch(&path, &ada, json!({ "positions": said })).await.expect(200);
    assert_eq!(place().await, (json!(4), (true, false), json!("Engines")));
}

/// Thousands work there: the statements are as many as there are thousands, and each row is written once.
#[actix_web::test]
async fn a_company_of_thousands_is_renamed() {
    let app = TestApp::with(&["--statement-timeout", "5"]).await;
    let ada = app.seeker().await;
    let mut file = String::from("First Name,Last Name,URL,Email Address,Company,Position,Connected On\n");
    for n in 0..10_000 {
        file +=
            &format!("Given{n},Family{n},https://www.linkedin.com/in/p-{n},,Engines,Title {},12 Mar 2025\n", n % 50);
    }
    let import = app.request(Method::POST, "/v1/imports?kind=linkedin_connections").bearer_auth(&ada.token);
    let import = import.header("content-type", "text/csv").header("prefer", "wait=60").body(file);
    app.send(import).await.expect(201);
    let company = app.get("/v1/companies?q=engines", &ada).await.json["data"][0]["id"].as_str().unwrap().to_owned();
    let begun = std::time::Instant::now();
    app.patch(&format!("/v1/companies/{company}"), &ada, json!({ "name": "Looms" })).await.expect(200);
    println!("a company of 10000 people was renamed in {} ms", begun.elapsed().as_millis());
    let found = app.get("/v1/contacts?q=looms&count=exact&limit=1", &ada).await.expect(200).json;
    assert_eq!((&found["total"], &found["data"][0]["version"]), (&json!(10_000), &json!(2)));
    assert_eq!(app.get("/v1/contacts?q=engines&count=exact", &ada).await.json["total"], 0);
    let words = app.get("/v1/search?q=looms+given777", &ada).await.expect(200).json;
    assert_eq!(words["data"][0]["kind"], "contact", "{words}");
    let told = app.texts("SELECT count(*)::text AS text FROM changes WHERE kind = 'contact.updated'").await;
    assert_eq!(told, ["10000"]);
    app.delete(&format!("/v1/companies/{company}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{company}"), &ada).await.expect(204);
    // Of as many the index finds those of a domain.
    let plan = app
        .explain(&format!(
            "ANALYZE contacts; EXPLAIN SELECT id FROM contacts WHERE workspace_id = '{}' AND deleted_at IS NULL
             AND (search_text LIKE E'%@engines.example\\n%' OR search_text LIKE E'%.engines.example\\n%')",
            ada.workspace
        ))
        .await;
    assert!(plan.contains("contacts_search_idx"), "{plan}");
}

/// An edit form sends the id beside the name that was changed: nobody can tell which of the two is meant.
#[actix_web::test]
async fn a_company_that_is_named_in_two_ways_is_refused() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = app.post("/v1/companies", &ada, json!({ "name": "OldCo" })).await.expect(201).id();
    let named = |name: &str| json!({ "given_name": "Ada", "positions": [{ "company_id": id, "company_name": name }] });
    let refused = app.post("/v1/contacts", &ada, named("NewCo")).await.expect(422);
    assert_eq!(refused.faults(), ["/positions/0/company_name"]);
    let made = app.post("/v1/contacts", &ada, named(" oldco ")).await.expect(201);
    let path = format!("/v1/contacts/{}", made.id());
    let mut positions = made.json["positions"].clone();
    positions[0]["company_name"] = json!("NewCo");
    let refused = app.patch(&path, &ada, json!({ "positions": positions, "strength": 3 })).await.expect(422);
    assert_eq!(refused.faults(), ["/positions/0/company_name"]);
    positions[0]["company_id"] = Value::Null;
    let moved = app.patch(&path, &ada, json!({ "positions": positions })).await.expect(200);
    assert_eq!(moved.json["positions"][0]["company_name"], "NewCo");
    assert_ne!(moved.json["positions"][0]["company_id"], id.as_str());
}
