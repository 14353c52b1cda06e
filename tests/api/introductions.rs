use chrono::Duration;
use inroad::auth::{Role, Scopes};
use inroad::changes::Actor;
use inroad::contacts::ContactId;
use inroad::db::WorkspaceId;
use inroad::{circle_requests, introductions};
use serde_json::{Value, json};

use crate::support::{Member, TestApp};

async fn contact(app: &TestApp, member: &Member, body: Value) -> String {
    app.post("/v1/contacts", member, body).await.expect(201).id()
}

async fn named(app: &TestApp, member: &Member, name: &str) -> String {
    contact(app, member, json!({ "given_name": name })).await
}

#[actix_web::test]
async fn a_name_becomes_a_contact_and_the_introduction_is_made() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let aunt = named(&app, &ada, "Miriam").await;
    let body = json!({ "introducer_id": aunt, "introduced_name": " Tom ", "introduced_company_name": "Northwind",
        "introduced_email": "tom@northwind.example", "may_use_name": true });
    let made = app.post("/v1/introductions", &ada, body).await.expect(201);
    let path = made.header("location").to_owned();
    assert_eq!(path, format!("/v1/introductions/{}", made.id()));
    assert_eq!(
        (&made.json["introduced_name"], &made.json["introducer_name"], &made.json["state"], &made.json["remind_at"]),
        (&json!("Tom"), &json!("Miriam"), &json!("named"), &Value::Null)
    );
    assert_eq!(made.json["named_at"], made.json["created_at"]);
    let companies = app.get("/v1/companies", &ada).await;
    assert_eq!(companies.json["data"][0]["id"], made.json["introduced_company_id"]);

    let promised = app.post(&format!("{path}/promise"), &ada, json!({})).await.expect(200);
    assert_eq!((promised.header("etag"), &promised.json["state"]), ("\"2\"", &json!("promised")));
    assert_eq!(promised.json["remind_at"], "2026-03-09T09:00:00Z");
    let again = app.post(&format!("{path}/promise"), &ada, json!({})).await.expect(200);
    assert_eq!(again.json["version"], 2, "a step that was taken changes nothing");

    let tom = named(&app, &ada, "Tom").await;
    let linked = app.patch(&path, &ada, json!({ "introduced_id": tom })).await.expect(200);
    assert_eq!((&linked.json["introduced_id"], &linked.json["state"]), (&json!(tom), &json!("promised")));
    let made = app.post(&format!("{path}/make"), &ada, json!({ "at": "2026-03-01T12:00:00Z" })).await.expect(200);
    assert_eq!((&made.json["made_at"], &made.json["remind_at"]), (&json!("2026-03-01T12:00:00Z"), &Value::Null));
    let tom = app.get(&format!("/v1/contacts/{tom}"), &ada).await.expect(200);
    assert_eq!((&tom.json["connector_id"], &tom.json["version"]), (&json!(aunt), &json!(2)));

    app.post(&format!("{path}/thank"), &ada, json!({})).await.expect(200);
    let closed = app.post(&format!("{path}/close-loop"), &ada, json!({})).await.expect(200);
    assert!(closed.json["thanked_at"].is_string() && closed.json["loop_closed_at"].is_string(), "{}", closed.text);
    assert_eq!(closed.text, app.get(&path, &ada).await.expect(200).text);
    let kinds = app.texts("SELECT kind AS text FROM changes WHERE kind LIKE 'introduction.%' ORDER BY seq").await;
    assert_eq!(kinds[0], "introduction.created");
    assert_eq!(kinds[1..], ["introduction.updated"; 5]);
}

#[actix_web::test]
async fn a_connector_who_is_there_already_stays() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (aunt, other) = (named(&app, &ada, "Aunt").await, named(&app, &ada, "Other").await);
    let tom = contact(&app, &ada, json!({ "given_name": "Tom", "connector_id": other })).await;
    let body = json!({ "introducer_id": aunt, "introduced_id": tom, "state": "made" });
    app.post("/v1/introductions", &ada, body).await.expect(201);
    assert_eq!(app.get(&format!("/v1/contacts/{tom}"), &ada).await.json["connector_id"], json!(other));
}

#[actix_web::test]
async fn impossible_steps_say_which_are_possible() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (aunt, tom) = (named(&app, &ada, "Aunt").await, named(&app, &ada, "Tom").await);
    let body = json!({ "introducer_id": aunt, "introduced_id": tom, "state": "declined" });
    let path = format!("/v1/introductions/{}", app.post("/v1/introductions", &ada, body).await.expect(201).id());
    let refused = app.patch(&path, &ada, json!({ "state": "named" })).await.expect(409);
    assert_eq!((refused.code(), refused.faults()), ("impossible_transition", vec!["/state"]));
    assert!(refused.json["detail"].as_str().unwrap().ends_with("promised, made"), "{}", refused.text);
    app.post(&format!("{path}/make"), &ada, json!({})).await.expect(200);
    for step in ["promise", "decline"] {
        let refused = app.post(&format!("{path}/{step}"), &ada, json!({})).await.expect(409);
        assert_eq!(refused.code(), "impossible_transition", "{step}");
    }
    assert_eq!(app.get(&path, &ada).await.json["version"], 2);
}

#[actix_web::test]
async fn all_faults_come_at_once() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let (aunt, foreign) = (named(&app, &ada, "Aunt").await, named(&app, &bob, "Foreign").await);
    let gone = named(&app, &ada, "Gone").await;
    app.delete(&format!("/v1/contacts/{gone}"), &ada).await.expect(204);
    let cases = [
        (json!({ "introducer_id": aunt }), vec!["/introduced_name"]),
        (json!({ "introducer_id": aunt, "introduced_name": " \t" }), vec!["/introduced_name"]),
        (json!({ "introducer_id": aunt, "introduced_id": aunt }), vec!["/introduced_id"]),
        (json!({ "introducer_id": foreign, "introduced_id": gone }), vec!["/introducer_id", "/introduced_id"]),
        (
            json!({ "introducer_id": aunt, "introduced_name": "T", "introduced_company_id": foreign }),
            vec!["/introduced_company_id"],
        ),
        (
            json!({ "introducer_id": aunt, "introduced_name": "T", "circle_request_id": aunt }),
            vec!["/circle_request_id"],
        ),
        (
            json!({ "introducer_id": aunt, "introduced_name": "T", "made_at": "2026-01-01T00:00:00Z",
                "promised_at": "2027-01-01T00:00:00Z" }),
            vec!["/promised_at", "/promised_at", "/made_at"],
        ),
        (json!({ "introducer_id": 7, "introduced_name": "T", "state": "gone" }), vec!["/introducer_id", "/state"]),
    ];
    for (body, faults) in cases {
        let refused = app.post("/v1/introductions", &ada, body.clone()).await.expect(422);
        assert_eq!(refused.faults(), faults, "{body}: {}", refused.text);
    }
    let (uncle, tom) = (named(&app, &ada, "Uncle").await, named(&app, &ada, "Tom").await);
    let pair = app.post("/v1/introductions", &ada, json!({ "introducer_id": uncle, "introduced_id": tom })).await;
    let pair = format!("/v1/introductions/{}", pair.expect(201).id());
    for (patch, pointer) in
        [(json!({ "introducer_id": tom }), "/introducer_id"), (json!({ "introduced_id": uncle }), "/introduced_id")]
    {
        assert_eq!(app.patch(&pair, &ada, patch).await.expect(422).faults(), [pointer]);
    }
    let late = json!({ "introducer_id": aunt, "introduced_name": "T" });
    let path = format!("/v1/introductions/{}", app.post("/v1/introductions", &ada, late).await.expect(201).id());
    let late = app.post(&format!("{path}/thank"), &ada, json!({ "at": "2030-01-01T00:00:00Z" })).await.expect(422);
    assert_eq!(late.faults(), ["/at"]);
    assert_eq!(app.count("introductions").await, 2);
    assert_eq!(app.count("companies").await, 0);
}

#[actix_web::test]
async fn the_same_two_are_introduced_once() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (aunt, tom) = (named(&app, &ada, "Aunt").await, named(&app, &ada, "Tom").await);
    let pair = json!({ "introducer_id": aunt, "introduced_id": tom });
    let first = app.post("/v1/introductions", &ada, pair.clone()).await.expect(201).id();
    let again = app.post("/v1/introductions", &ada, pair.clone()).await.expect(409);
    assert_eq!((again.code(), again.faults()), ("introduction_exists", vec!["/introduced_id"]));
    assert!(again.text.contains(&first), "{}", again.text);
    // The other way round is another introduction.
    app.post("/v1/introductions", &ada, json!({ "introducer_id": tom, "introduced_id": aunt })).await.expect(201);

    let by_name = |name: &str, company: &str| json!({ "introducer_id": aunt, "introduced_name": name, "introduced_company_name": company });
    let name = app.post("/v1/introductions", &ada, by_name("Zoë Smith", "Acme")).await.expect(201).id();
    app.post("/v1/introductions", &ada, by_name(" ZOË  smith", "ACME")).await.expect(409);
    app.post("/v1/introductions", &ada, by_name("Zoe Smith", "Acme")).await.expect(201);
    app.post("/v1/introductions", &ada, by_name("Zoë Smith", "Other")).await.expect(201);
    let taken =
        app.patch(&format!("/v1/introductions/{name}"), &ada, json!({ "introduced_id": tom })).await.expect(409);
    assert_eq!(taken.code(), "introduction_exists");

    // Deleted, it is out of the way; restored, it is not.
    app.delete(&format!("/v1/introductions/{first}"), &ada).await.expect(204);
    let trash = app.get("/v1/trash?kind=introduction", &ada).await;
    assert_eq!(trash.json["data"][0]["title"], "Aunt → Tom");
    app.post("/v1/introductions", &ada, pair).await.expect(201);
    let conflict = app.post(&format!("/v1/trash/{first}/restore"), &ada, json!({})).await.expect(409);
    assert_eq!(conflict.code(), "restore_conflict");
}

#[actix_web::test]
async fn of_many_at_once_one_is_stored() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (aunt, tom) = (named(&app, &ada, "Aunt").await, named(&app, &ada, "Tom").await);
    let body = json!({ "introducer_id": aunt, "introduced_id": tom });
    let all = futures_util::future::join_all((0..8).map(|_| app.post("/v1/introductions", &ada, body.clone()))).await;
    let mut statuses: Vec<u16> = all.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
}

#[actix_web::test]
async fn a_promise_is_given_up_after_seven_days() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let aunt = named(&app, &ada, "Aunt").await;
    let body = json!({ "introducer_id": aunt, "introduced_name": "Tom", "state": "promised" });
    let path = format!("/v1/introductions/{}", app.post("/v1/introductions", &ada, body).await.expect(201).id());
    app.pass(Duration::days(7) - Duration::seconds(1));
    assert_eq!(inroad::introductions::let_go_stale(&app.app).await.unwrap(), 0);
    app.pass(Duration::seconds(1));
    assert_eq!(inroad::introductions::let_go_stale(&app.app).await.unwrap(), 1);
    assert_eq!(inroad::introductions::let_go_stale(&app.app).await.unwrap(), 0);
    // The first token is long out of date.
    let ada = app.member(Some(ada.workspace), Role::Owner, Scopes::all()).await;
    let stale = app.get(&path, &ada).await.expect(200);
    assert_eq!((&stale.json["state"], &stale.json["stale_at"]), (&json!("stale"), &json!("2026-03-09T09:00:00Z")));
    let again = app.post(&format!("{path}/promise"), &ada, json!({})).await.expect(200);
    assert_eq!(again.json["promised_at"], "2026-03-09T09:00:00Z", "a new promise has a new date");
    assert_eq!(app.get("/v1/introductions?state=promised", &ada).await.json["data"][0]["id"], stale.json["id"]);
}

#[actix_web::test]
async fn introductions_keep_their_shape_when_somebody_goes_for_good() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (aunt, tom) = (named(&app, &ada, "Aunt").await, named(&app, &ada, "Tom").await);
    let body = json!({ "introducer_id": aunt, "introduced_id": tom, "introduced_name": "Tom H", "notes": "n" });
    let first = format!("/v1/introductions/{}", app.post("/v1/introductions", &ada, body).await.expect(201).id());
    let body = json!({ "introducer_id": tom, "introduced_name": "Ingrid", "introduced_company_name": "Acme" });
    let second = format!("/v1/introductions/{}", app.post("/v1/introductions", &ada, body).await.expect(201).id());
    app.delete(&format!("/v1/contacts/{tom}"), &ada).await.expect(204);
    let read = app.get(&first, &ada).await.expect(200);
    // While Tom lies in the trash nobody is pointed to who is not there; what points is not lost.
    assert_eq!((&read.json["introduced_id"], &read.json["introduced_name"]), (&Value::Null, &json!("Tom H")));
    assert_eq!(app.get(&second, &ada).await.expect(200).json["introducer_id"], Value::Null);
    app.patch(&first, &ada, json!({ "notes": "m" })).await.expect(200);
    app.post(&format!("/v1/trash/{tom}/restore"), &ada, json!({})).await.expect(204);
    let read = app.get(&first, &ada).await.expect(200);
    assert_eq!((&read.json["introduced_id"], &read.json["introduced_name"]), (&json!(tom), &json!("Tom")));
    app.delete(&format!("/v1/contacts/{tom}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{tom}"), &ada).await.expect(204);
    let read = app.get(&first, &ada).await.expect(200);
    assert_eq!((&read.json["introduced_id"], &read.json["introduced_name"]), (&Value::Null, &Value::Null));
    let read = app.get(&second, &ada).await.expect(200);
    assert_eq!((&read.json["introducer_id"], &read.json["introduced_name"]), (&Value::Null, &json!("Ingrid")));
    // What is left of them can still be changed.
    for path in [&first, &second] {
        let read = app.patch(path, &ada, json!({ "notes": "still" })).await.expect(200);
        assert_eq!(read.json["notes"], "still");
    }
    let company = read.json["introduced_company_id"].as_str().unwrap().to_owned();
    app.delete(&format!("/v1/companies/{company}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{company}"), &ada).await.expect(204);
    let read = app.patch(&second, &ada, json!({ "notes": "more" })).await.expect(200);
    assert_eq!(
        (&read.json["introduced_company_id"], &read.json["introduced_company_name"]),
        (&Value::Null, &json!("Acme"))
    );
    assert_eq!(app.get("/v1/companies", &ada).await.json["data"], json!([]), "it does not come back by itself");
}

#[actix_web::test]
async fn introductions_are_listed_by_who_and_how_far() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (aunt, tom) = (named(&app, &ada, "Aunt").await, named(&app, &ada, "Tom").await);
    for (introducer, name, state) in [(&aunt, "A", "named"), (&aunt, "B", "promised"), (&tom, "C", "made")] {
        let body = json!({ "introducer_id": introducer, "introduced_name": name, "state": state });
        app.post("/v1/introductions", &ada, body).await.expect(201);
    }
    let body = json!({ "introducer_id": aunt, "introduced_id": tom, "thanked_at": "2026-02-01T00:00:00Z" });
    app.post("/v1/introductions", &ada, body).await.expect(201);
    let list = async |query: &str| -> Vec<String> {
        let page = app.get(&format!("/v1/introductions?{query}"), &ada).await.expect(200);
        let names = page.json["data"].as_array().unwrap().iter().map(|one| one["introduced_name"].as_str().unwrap());
        names.map(str::to_owned).collect()
    };
    assert_eq!(list("").await, ["Tom", "C", "B", "A"]);
    assert_eq!(list("sort=created_at&limit=2").await, ["A", "B"]);
    assert_eq!(list("state=made&state=promised").await, ["C", "B"]);
    assert_eq!(list(&format!("introducer_id={aunt}")).await, ["Tom", "B", "A"]);
    assert_eq!(list(&format!("contact_id={tom}")).await, ["Tom", "C"]);
    assert_eq!(list("thanked=true").await, ["Tom"]);
    assert_eq!(list("loop_closed=true").await, [""; 0]);
    assert_eq!(list(&format!("introduced_id={}", uuid::Uuid::now_v7())).await, [""; 0]);
}

#[actix_web::test]
async fn a_request_brings_names_in_one_call() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (aunt, tom) = (named(&app, &ada, "Aunt").await, named(&app, &ada, "Tom").await);
    let body = json!({ "connector_id": aunt, "topic": " renewable energy ", "channel": "in_person",
        "asked_at": "2026-02-27T18:00:00Z" });
    let asked = app.post("/v1/circle-requests", &ada, body).await.expect(201);
    let path = format!("/v1/circle-requests/{}", asked.id());
    assert_eq!((&asked.json["topic"], &asked.json["answer"]), (&json!("renewable energy"), &Value::Null));
    assert_eq!(asked.json["introduction_ids"], json!([]));
    app.post(&format!("{path}/answer"), &ada, json!({ "answer": "later" })).await.expect(200);
    let empty = app.post(&format!("{path}/answer"), &ada, json!({ "answer": "names" })).await.expect(422);
    assert_eq!(empty.faults(), ["/names"]);
    let idle = json!({ "answer": "none", "names": [{ "introduced_name": "X" }] });
    assert_eq!(app.post(&format!("{path}/answer"), &ada, idle).await.expect(422).faults(), ["/names"]);

    let names = json!([
        { "introduced_id": tom, "may_use_name": true, "state": "promised" },
        { "introduced_name": "Ingrid", "introduced_company_name": "Northwind" },
    ]);
    let body = json!({ "answer": "names", "answer_text": "Talk to Tom.", "names": names,
        "answered_at": "2026-03-01T10:00:00Z" });
    let answered = app.post(&format!("{path}/answer"), &ada, body.clone()).await.expect(200);
    assert_eq!(answered.json["introduction_ids"].as_array().unwrap().len(), 2);
    assert_eq!((&answered.json["answer"], &answered.json["version"]), (&json!("names"), &json!(3)));
    let brought = app.get(&format!("/v1/introductions?circle_request_id={}&sort=created_at", asked.id()), &ada).await;
    let first = &brought.json["data"][0];
    assert_eq!((&first["introducer_id"], &first["promised_at"]), (&json!(aunt), &json!("2026-03-01T10:00:00Z")));

    // The same names again: all or nothing, and it says which.
    let names = json!([{ "introduced_name": "New" }, { "introduced_id": tom }]);
    let twice = json!({ "answer": "names", "names": names });
    let twice = app.post(&format!("{path}/answer"), &ada, twice).await.expect(409);
    assert_eq!((twice.code(), twice.faults()), ("introduction_exists", vec!["/names/1/introduced_id"]));
    assert_eq!(app.count("introductions").await, 2);
    // Whatever is wrong with any of them is told at once.
    let names = json!([
        { "introduced_name": "New" }, { "introduced_name": " new" }, { "introduced_id": aunt }, { "introduced_id": tom },
    ]);
    let wrong = json!({ "answer": "names", "names": names });
    let wrong = app.post(&format!("{path}/answer"), &ada, wrong).await.expect(422);
    let places = ["/names/1", "/names/2/introduced_id", "/names/3/introduced_id"];
    assert_eq!((wrong.code(), wrong.faults()), ("invalid_fields", places.to_vec()));
    assert_eq!(app.count("introductions").await, 2);
    let back = app.post(&format!("{path}/answer"), &ada, json!({ "answer": "none" })).await.expect(409);
    assert_eq!(back.code(), "impossible_transition");
    let other = app.patch(&path, &ada, json!({ "connector_id": tom })).await.expect(422);
    assert_eq!(other.faults(), ["/connector_id"]);

    let open = app.get("/v1/circle-requests?answered=false", &ada).await;
    assert_eq!(open.json["data"], json!([]));
    let listed = app.get(&format!("/v1/circle-requests?answer=names&connector_id={aunt}&sort=-asked_at"), &ada).await;
    assert_eq!(listed.json["data"][0], answered.json);
}

#[actix_web::test]
async fn a_request_goes_with_its_connector_and_what_it_brought_stays() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let aunt = named(&app, &ada, "Aunt").await;
    let ask = async |topic: &str| {
        let body = json!({ "connector_id": aunt, "topic": topic });
        app.post("/v1/circle-requests", &ada, body).await.expect(201).id()
    };
    let (kept, dropped) = (ask("energy").await, ask("water").await);
    let names = json!({ "answer": "names", "names": [{ "introduced_name": "Tom" }] });
    app.post(&format!("/v1/circle-requests/{kept}/answer"), &ada, names).await.expect(200);
    app.delete(&format!("/v1/circle-requests/{dropped}"), &ada).await.expect(204);
    app.get(&format!("/v1/circle-requests/{dropped}"), &ada).await.expect(404);
    app.delete(&format!("/v1/contacts/{aunt}"), &ada).await.expect(204);
    let read = app.get(&format!("/v1/circle-requests/{kept}"), &ada).await.expect(200);
    assert_eq!((&read.json["connector_id"], &read.json["connector_name"]), (&json!(aunt), &Value::Null));
    app.delete(&format!("/v1/trash/{aunt}"), &ada).await.expect(204);
    app.get(&format!("/v1/circle-requests/{kept}"), &ada).await.expect(404);
    assert_eq!(app.count("circle_requests").await, 0);
    assert_eq!(app.get("/v1/trash", &ada).await.json["data"], json!([]));
    let left = app.get("/v1/introductions", &ada).await;
    assert_eq!(left.json["data"][0]["circle_request_id"], Value::Null);
    // The trash has nothing left that it could stumble over.
    app.pass(Duration::days(40));
    assert_eq!(inroad::trash::purge_old(&app.app).await.unwrap(), 0);
}

#[actix_web::test]
async fn an_import_that_is_undone_keeps_whom_somebody_introduced() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let file = std::fs::read(crate::walk::root().join("tests/data/linkedin/Connections.csv")).unwrap();
    let import = app.request(reqwest::Method::POST, "/v1/imports?kind=linkedin_connections").bearer_auth(&ada.token);
    let import = app.send(import.header("content-type", "text/csv").body(file)).await.expect(201);
    let people = app.get("/v1/contacts?sort=created_at", &ada).await;
    let (first, second) = (&people.json["data"][0]["id"], &people.json["data"][1]["id"]);
    app.post("/v1/introductions", &ada, json!({ "introducer_id": first, "introduced_name": "X" })).await.expect(201);
    app.post("/v1/circle-requests", &ada, json!({ "connector_id": second, "topic": "x" })).await.expect(201);
    app.post(&format!("/v1/imports/{}/undo", import.id()), &ada, json!({})).await.expect(200);
    for kept in [first, second] {
        app.get(&format!("/v1/contacts/{}", kept.as_str().unwrap()), &ada).await.expect(200);
    }
    assert_eq!(app.count("contacts").await, 2);
}

/// Every introduction as `introducer → introduced`, by ids, with its state; and what the trash calls the others.
async fn shape(app: &TestApp, member: &Member) -> (Vec<String>, Vec<String>) {
    let list = app.get("/v1/introductions?sort=created_at", member).await.expect(200);
    let edge = |one: &Value| format!("{} → {} ({})", one["introducer_name"], one["introduced_name"], one["state"]);
    let edges = list.json["data"].as_array().unwrap().iter().map(|one| edge(one).replace('"', "")).collect();
    let trash = app.get("/v1/trash?kind=introduction", member).await.expect(200);
    let titles = trash.json["data"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned());
    (edges, titles.collect())
}

#[actix_web::test]
async fn two_who_turn_out_to_be_one_keep_what_they_gave_and_got_and_get_it_back() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (tom, tom2) = (named(&app, &ada, "Tom").await, named(&app, &ada, "Tommy").await);
    let (aunt, ingrid) = (named(&app, &ada, "Aunt").await, named(&app, &ada, "Ingrid").await);
    for (from, to, state) in [
        (&aunt, &tom, "named"),
        (&aunt, &tom2, "made"),
        (&tom2, &ingrid, "promised"),
        (&tom2, &tom, "named"),
        (&ingrid, &tom2, "declined"),
        (&ingrid, &tom, "stale"),
    ] {
        let body = json!({ "introducer_id": from, "introduced_id": to, "state": state });
        app.post("/v1/introductions", &ada, body).await.expect(201);
    }
    app.post("/v1/circle-requests", &ada, json!({ "connector_id": tom2, "topic": "x" })).await.expect(201);
    let before = shape(&app, &ada).await;
    let workspace = WorkspaceId::vouched(ada.workspace);
    let (survivor, other): (ContactId, ContactId) = (uuid(&tom).into(), uuid(&tom2).into());
    let moved = app.app.write_as(workspace, Actor::Job, async |tx| {
        let edges = introductions::contact_merged(tx, &[other], survivor).await?;
        Ok((edges, circle_requests::contact_merged(tx, &[other], survivor).await?))
    });
    let (edges, requests) = moved.await.unwrap();
    let (live, trash) = shape(&app, &ada).await;
    assert_eq!(live, ["Aunt → Tom (made)", "Tom → Ingrid (promised)", "Ingrid → Tom (stale)"]);
    let mut trash = trash;
    trash.sort();
    assert_eq!(trash, ["Aunt → Tom", "Ingrid → Tom", "Tom → somebody"]);
    assert_eq!(app.get(&format!("/v1/circle-requests?connector_id={tom}"), &ada).await.json["data"][0]["topic"], "x");
    assert_eq!(app.count(&format!("introductions WHERE '{tom2}' IN (introducer_id, introduced_id)")).await, 0);
    assert_eq!(app.count("introductions WHERE introducer_id = introduced_id").await, 0);

    let back = app.app.write_as(workspace, Actor::Job, async |tx| {
        introductions::contact_unmerged(tx, edges, survivor).await?;
        circle_requests::contact_unmerged(tx, requests, survivor).await
    });
    back.await.unwrap();
    assert_eq!(shape(&app, &ada).await, before);
    assert_eq!(app.count(&format!("circle_requests WHERE connector_id = '{tom2}'")).await, 1);

    app.sql(&format!("DELETE FROM workspaces WHERE id = '{}'", ada.workspace)).await;
    assert_eq!((app.count("introductions").await, app.count("circle_requests").await), (0, 0));
}

fn uuid(text: &str) -> uuid::Uuid {
    text.parse().unwrap()
}

#[actix_web::test]
async fn an_introduction_can_come_from_a_meeting() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let (miriam, other) = (named(&app, &ada, "Miriam").await, named(&app, &ada, "Miriam O.").await);
    let tom = named(&app, &ada, "Tom").await;
    let meet = async |with: &str| {
        let body = json!({ "contact_ids": [with], "medium": "coffee" });
        app.post("/v1/meetings", &ada, body).await.expect(201).id()
    };
    let (meeting, second) = (meet(&tom).await, meet(&miriam).await);
    let body = json!({ "introducer_id": miriam, "introduced_name": "Una", "meeting_id": meeting });
    let made = app.post("/v1/introductions", &ada, body.clone()).await.expect(201);
    let path = made.header("location").to_owned();
    assert_eq!(made.json["meeting_id"], json!(meeting));
    let unknown = json!({ "introducer_id": miriam, "introduced_name": "Ulf", "meeting_id": tom });
    assert_eq!(app.post("/v1/introductions", &ada, unknown).await.expect(422).faults(), ["/meeting_id"]);
    // Nobody finds out whether another's workspace has a meeting.
    let foreign = named(&app, &bob, "F").await;
    let body = json!({ "introducer_id": foreign, "introduced_name": "Una", "meeting_id": meeting });
    assert_eq!(app.post("/v1/introductions", &bob, body).await.expect(422).faults(), ["/meeting_id"]);
    let found = async |meeting: &str| {
        let page = app.get(&format!("/v1/introductions?meeting_id={meeting}"), &ada).await.expect(200).json;
        page["data"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(found(&meeting).await, [made.json["id"].clone()]);
    assert_eq!(found(&second).await, Vec::<Value>::new());
    let timeline = app.get(&format!("/v1/contacts/{miriam}/timeline"), &ada).await.expect(200).json;
    let told = timeline["data"].as_array().unwrap().iter().find(|entry| entry["kind"] == "introduction.named");
    assert_eq!(told.unwrap()["details"]["meeting_id"], json!(meeting));
    // While it lies in the trash, what came up in it can be changed; once it is gone, that stays.
    app.delete(&format!("/v1/meetings/{meeting}"), &ada).await.expect(204);
    let noted = app.patch(&path, &ada, json!({ "notes": "n" })).await.expect(200);
    assert_eq!(noted.json["meeting_id"], json!(meeting));
    let again = json!({ "introducer_id": miriam, "introduced_name": "Ute", "meeting_id": meeting });
    assert_eq!(app.post("/v1/introductions", &ada, again).await.expect(422).faults(), ["/meeting_id"]);
    app.delete(&format!("/v1/trash/{meeting}"), &ada).await.expect(204);
    let left = app.get(&path, &ada).await.expect(200).json;
    assert_eq!((&left["meeting_id"], &left["version"]), (&Value::Null, &json!(3)));
    // Of two that become one by a merge, the one that goes tells it to the one that stays, until the merge is undone.
    app.patch(&path, &ada, json!({ "meeting_id": second })).await.expect(200);
    let twin = json!({ "introducer_id": other, "introduced_name": "Una", "state": "promised" });
    let twin = app.post("/v1/introductions", &ada, twin).await.expect(201).header("location").to_owned();
    let merge = json!({ "survivor_id": miriam, "merged_ids": [other] });
    let merge = app.post("/v1/contacts/merge", &ada, merge).await.expect(200).id();
    assert_eq!(app.get(&twin, &ada).await.expect(200).json["meeting_id"], json!(second));
    app.post(&format!("/v1/contacts/merges/{merge}/undo"), &ada, json!({})).await.expect(200);
    assert_eq!(app.get(&twin, &ada).await.expect(200).json["meeting_id"], Value::Null);
    assert_eq!(app.get(&path, &ada).await.expect(200).json["meeting_id"], json!(second));
    // The meeting goes with the only one whom it was with.
    let body = json!({ "introducer_id": tom, "introduced_name": "Ugo", "meeting_id": second });
    let heard = app.post("/v1/introductions", &ada, body).await.expect(201).header("location").to_owned();
    app.post(&format!("/v1/contacts/{miriam}/erase"), &ada, json!({})).await.expect(200);
    assert_eq!(app.get(&heard, &ada).await.expect(200).json["meeting_id"], Value::Null);
}
