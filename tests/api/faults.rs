//! All faults of a body come in one answer, whichever check finds them.
use serde_json::json;

use crate::people::{PASSWORD, member};
use crate::support::TestApp;

#[actix_web::test]
async fn a_bad_address_and_a_weak_password_come_together() {
    let app = TestApp::new().await;
    let body = json!({ "email": "ada", "password": "short", "name": "Ada", "time_zone": "Moon/Base" });
    let reply = app.post_publicly("/v1/auth/register", body).await.expect(422);
    assert_eq!(reply.code(), "invalid_fields");
    let mut faults = reply.faults();
    faults.sort_unstable();
    assert_eq!(faults, ["/email", "/password", "/time_zone"]);
    // What is missing hides nothing of what is there.
    let reply = app.post_publicly("/v1/auth/reset-password", json!({ "token": 1, "password": "12345678" })).await;
    assert_eq!(reply.expect(422).faults(), ["/token", "/password"]);
    let reply = app.post_publicly("/v1/auth/reset-password", json!({ "token": "x".repeat(201), "password": "short" }));
    assert_eq!(reply.await.expect(422).faults(), ["/token", "/password"]);
}

#[actix_web::test]
async fn a_wrong_password_and_a_weak_one_come_together() {
    let app = TestApp::new().await;
    let ada = member(&app.register("ada@example.org").await);
    let both = json!({ "current_password": "not this one", "new_password": "lovelace1815" });
    let reply = app.post("/v1/me/password", &ada, both).await.expect(422);
    assert_eq!((reply.code(), reply.faults()), ("invalid_fields", vec!["/current_password", "/new_password"]));
    assert_eq!(reply.json["detail"], "2 fields are invalid");
    app.login("ada@example.org", PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn foreign_ids_and_wrong_fields_of_a_contact_come_together() {
    let app = TestApp::new().await;
    let (ada, other) = (app.seeker().await, app.seeker().await);
    let foreign = app.post("/v1/contacts", &other, json!({ "given_name": "Eve" })).await.expect(201).id();
    let company = app.post("/v1/companies", &other, json!({ "name": "Elsewhere" })).await.expect(201).id();
    let body = json!({
        "connector_id": foreign,
        "positions": [{ "title": "Engineer" }, { "company_id": company, "started_on": "2020-01-01", "ended_on": "2019-01-01" }],
        "addresses": [{ "label": "home", "street": "  " }],
        "education": [{ "school": "Oxford", "start_year": 2001, "end_year": 2000 }],
        "stage": "closed",
    });
    let expected = [
        "/addresses/0",
        "/connector_id",
        "/education/0/end_year",
        "/positions/1/company_id",
        "/positions/1/ended_on",
        "/stage_reason",
    ];
    let reply = app.post("/v1/contacts", &ada, body.clone()).await.expect(422);
    let mut faults = reply.faults();
    faults.sort_unstable();
    assert_eq!(faults, expected);
    let own = app.post("/v1/contacts", &ada, json!({ "given_name": "Ada" })).await.expect(201).id();
    let reply = app.patch(&format!("/v1/contacts/{own}"), &ada, body.clone()).await.expect(422);
    let mut faults = reply.faults();
    faults.sort_unstable();
    assert_eq!(faults, expected);
    let reply = app.post("/v1/contacts/batch", &ada, json!({ "items": [body], "atomic": true })).await.expect(422);
    assert_eq!(reply.faults().len(), expected.len());
    // What the schema refuses and what a rule refuses come together, too.
    let body = json!({ "strength": 9, "given_name": "Ada", "stage": "closed" });
    assert_eq!(app.post("/v1/contacts", &ada, body).await.expect(422).faults(), ["/strength", "/stage_reason"]);
    assert_eq!(app.count("contacts").await, 2);
    assert_eq!(app.count("companies").await, 1);
}

#[actix_web::test]
async fn connectors_may_lead_in_a_circle_but_not_to_oneself() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let mut ids = Vec::new();
    for name in ["A", "B", "C"] {
        let body = json!({ "given_name": name, "connector_id": ids.last() });
        ids.push(app.post("/v1/contacts", &ada, body).await.expect(201).id());
    }
    let first = format!("/v1/contacts/{}", ids[0]);
    assert_eq!(
        app.patch(&first, &ada, json!({ "connector_id": ids[0] })).await.expect(422).faults(),
        ["/connector_id"]
    );
    app.patch(&first, &ada, json!({ "connector_id": ids[2] })).await.expect(200);
    for (index, id) in ids.iter().enumerate() {
        let led = app.get(&format!("/v1/contacts?connector_id={id}"), &ada).await.expect(200);
        assert_eq!(led.json["data"][0]["id"].as_str(), Some(ids[(index + 1) % 3].as_str()));
    }
    for id in &ids {
        app.delete(&format!("/v1/contacts/{id}"), &ada).await.expect(204);
    }
}

#[actix_web::test]
async fn an_item_of_a_batch_that_is_no_object_fails_alone() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({ "items": [{ "given_name": "Ada" }, 1, null, ["x"], "x", { "given_name": "Grace" }] });
    let reply = app.post("/v1/contacts/batch", &ada, body).await.expect(207);
    let status = |index: usize| reply.json["results"][index]["status"].as_u64().unwrap_or_default();
    assert_eq!((0..6).map(status).collect::<Vec<_>>(), [201, 422, 422, 422, 422, 201]);
    assert_eq!(reply.json["results"][1]["error"]["errors"][0]["code"], "wrong_type");
    assert_eq!(app.count("contacts").await, 2);
    let atomic = json!({ "items": [{ "name": "A" }, 1], "atomic": true });
    assert_eq!(app.post("/v1/companies/batch", &ada, atomic).await.expect(422).faults(), ["/items/1"]);
    assert_eq!(app.post("/v1/contacts/batch", &ada, json!({ "items": [] })).await.expect(422).faults(), ["/items"]);
}
