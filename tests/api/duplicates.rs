use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, TestApp};

async fn contact(app: &TestApp, member: &Member, body: Value) -> String {
    app.post("/v1/contacts", member, body).await.expect(201).id()
}

/// Ids of the groups' contacts, group by group.
fn groups(page: &Value) -> Vec<Vec<&str>> {
    let ids = |group: &'_ Value| -> Vec<usize> { (0..group["contacts"].as_array().unwrap().len()).collect() };
    let data = page["data"].as_array().unwrap();
    data.iter()
        .map(|group| ids(group).iter().map(|at| group["contacts"][at]["id"].as_str().unwrap()).collect())
        .collect()
}

#[actix_web::test]
async fn likely_duplicates_are_told_with_their_reasons() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let at = |company: &str| json!([{ "company_name": company }]);
    let link = |slug: &str| json!([{ "url": format!("https://www.linkedin.com/in/{slug}") }]);
    let bodies = [
        json!({ "given_name": "Ada", "family_name": "Lovelace", "links": link("ada") }),
        json!({ "given_name": "A", "family_name": "Byron", "links": link("ADA") }),
        json!({ "given_name": "Grace", "family_name": "Hopper", "emails": [{ "address": "Grace@navy.example" }] }),
        json!({ "given_name": "Grace", "family_name": "Murray", "emails": [{ "address": "grace@NAVY.example" }] }),
        json!({ "given_name": "Jürgen", "family_name": "Müller", "positions": at("Acme") }),
        json!({ "given_name": "MULLER", "family_name": "Jurgen", "positions": at("ACME") }),
        json!({ "given_name": "Robert", "family_name": "Miller", "positions": at("Acme") }),
        json!({ "given_name": "Bob", "family_name": "Miller", "positions": at("Acme") }),
        json!({ "given_name": "Bob", "family_name": "Miller", "positions": at("Other"), "phones": [{ "number": "+43 1 234567890" }] }),
        json!({ "given_name": "Zoe", "phones": [{ "number": "0043 1 234567890" }, { "number": "+431234567890" }] }),
        json!({ "given_name": "Alone", "family_name": "Again", "positions": at("Acme") }),
    ];
    let mut ids = Vec::new();
    for body in bodies {
        ids.push(contact(&app, &ada, body).await);
    }
    let page = app.get("/v1/contacts/duplicates", &ada).await.expect(200).json;
    let told: Vec<(i64, &Value)> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (group["score"].as_i64().unwrap(), &group["reasons"]))
        .collect();
    assert_eq!(
        told,
        [
            (98, &json!(["same_profile"])),
            (95, &json!(["same_email"])),
            (90, &json!(["same_name_and_company"])),
            (75, &json!(["close_name_and_company", "same_name"])),
        ]
    );
    let close = &groups(&page)[3];
    assert_eq!(close, &[ids[6].as_str(), &ids[7], &ids[8]], "what hangs together is one group");
    assert_eq!(page["data"][0]["id"], page["data"][0]["contacts"][0]["id"]);
    assert_eq!(page["data"][0]["size"], 2);
    assert_eq!(page["data"][0]["pairs"][0]["contact_ids"], json!([ids[0], ids[1]]));

    let strong = app.get("/v1/contacts/duplicates?min_score=90", &ada).await.expect(200).json;
    assert_eq!(strong["data"].as_array().unwrap().len(), 3);
    let weak = app.get("/v1/contacts/duplicates?min_score=40", &ada).await.expect(200).json;
    assert_eq!(weak["data"][3]["size"], 4, "a number alone, of somebody of another name, is weak");
    let own = app.get(&format!("/v1/contacts/duplicates?contact_id={}", ids[7]), &ada).await.expect(200).json;
    assert_eq!(groups(&own).len(), 1);
    let none = app.get(&format!("/v1/contacts/duplicates?contact_id={}", ids[10]), &ada).await.expect(200).json;
    assert_eq!(none["data"], json!([]));
    for wrong in ["min_score=0", "min_score=100", "min_score=x", "contact_id=x", "nonsense=1"] {
        app.get(&format!("/v1/contacts/duplicates?{wrong}"), &ada).await.expect(400);
    }

    app.delete(&format!("/v1/contacts/{}", ids[0]), &ada).await.expect(204);
    let left = app.get("/v1/contacts/duplicates", &ada).await.expect(200).json;
    assert_eq!(left["data"].as_array().unwrap().len(), 3, "what was deleted is nobody's duplicate");
    let stranger = app.seeker().await;
    assert_eq!(app.get("/v1/contacts/duplicates", &stranger).await.json["data"], json!([]));
}

#[actix_web::test]
async fn pages_of_groups_lose_and_repeat_nothing() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for index in 0..7 {
        for _ in 0..2 {
            let address = format!("p{index}@example.org");
            contact(&app, &ada, json!({ "given_name": "P", "emails": [{ "address": address }] })).await;
        }
    }
    let whole = app.get("/v1/contacts/duplicates", &ada).await.expect(200).json;
    let whole = groups(&whole);
    let mut path = "/v1/contacts/duplicates?limit=3".to_owned();
    let mut seen: Vec<Vec<String>> = Vec::new();
    for _ in 0..3 {
        let page = app.get(&path, &ada).await.expect(200);
        seen.extend(groups(&page.json).iter().map(|ids| ids.iter().map(|id| (*id).to_owned()).collect()));
        match page.json["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/contacts/duplicates?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, whole);
    let elsewhere = path.replace("limit=3", "min_score=60");
    assert_eq!(app.get(&elsewhere, &ada).await.expect(400).code(), "invalid_cursor");
}

#[actix_web::test]
async fn what_is_no_duplicate_is_remembered_until_it_is_revoked() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(contact(&app, &ada, json!({ "given_name": "Ada", "emails": [{ "address": "a@b.example" }] })).await);
    }
    let dismiss =
        async |ids: &[&str]| app.post("/v1/contacts/duplicates/dismiss", &ada, json!({ "contact_ids": ids })).await;
    let said = dismiss(&[&ids[1], &ids[0]]).await.expect(200);
    assert_eq!(said.json["data"][0]["contact_ids"], json!([ids[0], ids[1]]));
    assert_eq!(said.json["data"][0]["dismissed_by"], json!(ada.user));
    let page = app.get("/v1/contacts/duplicates", &ada).await.json;
    assert_eq!(page["data"][0]["size"], 3, "each of them may still be the third");
    assert_eq!(page["data"][0]["pairs"].as_array().unwrap().len(), 2);
    let all = dismiss(&[&ids[0], &ids[1], &ids[2]]).await.expect(200);
    assert_eq!(all.json["data"].as_array().unwrap().len(), 3);
    assert_eq!(all.json["data"][0], said.json["data"][0], "what was said before is not said anew");
    assert_eq!(app.get("/v1/contacts/duplicates", &ada).await.json["data"], json!([]));

    let list = app.get("/v1/contacts/duplicates/dismissals?limit=2", &ada).await.expect(200);
    assert_eq!(list.json["data"].as_array().unwrap().len(), 2);
    let rest =
        format!("/v1/contacts/duplicates/dismissals?limit=2&cursor={}", list.json["next_cursor"].as_str().unwrap());
    let rest = app.get(&rest, &ada).await.expect(200).json;
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null));
    let one = format!("/v1/contacts/duplicates/dismissals/{}", rest["data"][0]["id"].as_str().unwrap());
    let stranger = app.seeker().await;
    app.delete(&one, &stranger).await.expect(404);
    app.delete(&one, &ada).await.expect(204);
    app.delete(&one, &ada).await.expect(404);
    assert_eq!(app.get("/v1/contacts/duplicates", &ada).await.json["data"][0]["size"], 2);
    let kinds = app.texts("SELECT kind AS text FROM changes WHERE kind LIKE 'duplicate.%' ORDER BY seq").await;
    assert_eq!(kinds.len(), 4);
}

#[actix_web::test]
async fn only_ones_own_contacts_can_be_dismissed() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let mine = contact(&app, &ada, json!({ "given_name": "Ada" })).await;
    let gone = contact(&app, &ada, json!({ "given_name": "Ada" })).await;
    app.delete(&format!("/v1/contacts/{gone}"), &ada).await.expect(204);
    let foreign = contact(&app, &bob, json!({ "given_name": "Ada" })).await;
    for (ids, faults) in [
        (json!([mine]), vec!["/contact_ids"]),
        (json!([]), vec!["/contact_ids"]),
        (json!([mine, mine]), vec!["/contact_ids/1"]),
        (json!([foreign, mine, gone]), vec!["/contact_ids/0", "/contact_ids/2"]),
        (json!([mine, "x"]), vec!["/contact_ids/1"]),
    ] {
        let refused =
            app.post("/v1/contacts/duplicates/dismiss", &ada, json!({ "contact_ids": ids })).await.expect(422);
        assert_eq!(refused.faults(), faults, "{ids}");
    }
    app.send(app.request(Method::GET, "/v1/contacts/duplicates")).await.expect(401);
}
