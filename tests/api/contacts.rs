use futures_util::future::join_all;
use inroad::auth::{Role, Scopes};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, TestApp};

async fn named(app: &TestApp, member: &Member, given: &str, family: &str) -> String {
    app.post("/v1/contacts", member, json!({ "given_name": given, "family_name": family })).await.expect(201).id()
}

fn names(page: &Value) -> Vec<&str> {
    page["data"].as_array().unwrap().iter().map(|contact| contact["name"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_contact_is_stored_as_sent_and_tidied() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let made = app
        .post(
            "/v1/contacts",
            &ada,
            json!({
                "given_name": " Ada ", "family_name": "Lovelace", "pronouns": "she/her",
                "emails": [{ "address": "Ada@Engines.example" }, { "address": "a@l.example", "label": "home" }],
                "phones": [{ "number": "020 7946 0958" }],
                "addresses": [{ "locality": "London", "country": "GB" }],
                "links": [{ "url": "https://www.linkedin.com/in/ada" }],
                "positions": [
                    { "company_name": "Analytical Engines", "title": "Head" },
                    { "company_name": "ANALYTICAL  engines", "title": "Fellow", "started_on": "1840-01-01", "ended_on": "1842-01-01" },
                ],
                "tags": ["maths", " maths", "history"], "custom_fields": { "cohort": 3 },
            }),
        )
        .await
        .expect(201);
    let contact = &made.json;
    assert_eq!(made.header("location"), format!("/v1/contacts/{}", made.id()));
    assert_eq!(made.header("etag"), "\"1\"");
    assert_eq!(contact["name"], "Ada Lovelace");
    assert_eq!(contact["given_name"], "Ada");
    assert_eq!(contact["emails"][0]["is_primary"], true);
    assert_eq!(contact["emails"][1]["is_primary"], false);
    assert_eq!(contact["phones"][0]["e164"], "+442079460958");
    assert_eq!(contact["tags"], json!(["maths", "history"]));
    assert_eq!(contact["stage"], "identified");
    assert_eq!(contact["notes"], Value::Null);
    let (first, second) = (&contact["positions"][0], &contact["positions"][1]);
    assert_eq!(first["company_id"], second["company_id"], "a company is known by its name, whatever its case");
    assert_eq!(second["company_name"], "Analytical Engines");
    assert_eq!((&first["is_current"], &second["is_current"]), (&json!(true), &json!(false)));
    let read = app.get(&format!("/v1/contacts/{}", made.id()), &ada).await.expect(200);
    assert_eq!(read.json, made.json);
}

#[actix_web::test]
async fn every_fault_is_named_at_once() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let reply = app
        .post(
            "/v1/contacts",
            &ada,
            json!({
                "given_nmae": "Ada", "strength": 9, "emails": [{ "address": "nobody" }], "time_zone": "Mars/Olympus",
                "stage": "loved", "positions": [{ "started_on": "2025-02-30" }],
            }),
        )
        .await
        .expect(422);
    let mut faults = reply.faults();
    faults.sort_unstable();
    assert_eq!(
        faults,
        ["/emails/0/address", "/given_nmae", "/positions/0/started_on", "/stage", "/strength", "/time_zone"]
    );
    let empty = app.post("/v1/contacts", &ada, json!({ "notes": "who?" })).await.expect(422);
    assert_eq!(empty.faults(), [""]);
    let closed = app.post("/v1/contacts", &ada, json!({ "given_name": "A", "stage": "closed" })).await.expect(422);
    assert_eq!(closed.faults(), ["/stage_reason"]);
    let twice =
        json!([{ "address": "a@b.example", "is_primary": true }, { "address": "c@d.example", "is_primary": true }]);
    let twice = app.post("/v1/contacts", &ada, json!({ "emails": twice })).await.expect(422);
    assert_eq!(twice.faults(), ["/emails/1/is_primary"]);
    assert_eq!(app.get("/v1/contacts", &ada).await.json["data"], json!([]));
}

#[actix_web::test]
async fn a_patch_changes_what_it_names_and_nothing_else() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let made = app
        .post("/v1/contacts", &ada, json!({ "given_name": "Ada", "notes": "n", "custom_fields": { "a": 1, "b": 2 } }))
        .await;
    let path = format!("/v1/contacts/{}", made.id());
    let patched = app
        .patch(&path, &ada, json!({ "notes": null, "family_name": "L", "custom_fields": { "a": null, "c": 3 } }))
        .await
        .expect(200);
    assert_eq!(patched.header("etag"), "\"2\"");
    assert_eq!(patched.json["given_name"], "Ada");
    assert_eq!(patched.json["notes"], Value::Null);
    assert_eq!(patched.json["custom_fields"], json!({ "b": 2, "c": 3 }));
    let again = app.patch(&path, &ada, json!({ "family_name": "L" })).await.expect(200);
    assert_eq!(again.json["version"], 2, "a patch that changes nothing is no change");
    app.patch(&path, &ada, json!({ "given_name": null, "family_name": null })).await.expect(422);
    let plain = app.request(Method::PATCH, &path).bearer_auth(&ada.token).body("x");
    let plain = app.send(plain).await.expect(415);
    assert_eq!(plain.header("accept-patch"), "application/merge-patch+json, application/json");
}

#[actix_web::test]
async fn positions_keep_their_identity_through_a_patch() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let made = app
        .post(
            "/v1/contacts",
            &ada,
            json!({ "given_name": "A", "positions": [{ "company_name": "One" }, { "company_name": "Two" }] }),
        )
        .await;
    let path = format!("/v1/contacts/{}", made.id());
    let mut positions = made.json["positions"].clone();
    let unchanged = app.patch(&path, &ada, json!({ "positions": positions })).await.expect(200);
    assert_eq!(unchanged.json["version"], 1);
    positions.as_array_mut().unwrap().remove(0);
    positions[0]["title"] = json!("Chief");
    let changed = app.patch(&path, &ada, json!({ "positions": positions })).await.expect(200);
    assert_eq!(changed.json["positions"].as_array().unwrap().len(), 1);
    assert_eq!(changed.json["positions"][0]["id"], made.json["positions"][1]["id"]);
    assert_eq!(changed.json["positions"][0]["title"], "Chief");
    let twice = json!({ "positions": [changed.json["positions"][0], changed.json["positions"][0]] });
    assert_eq!(app.patch(&path, &ada, twice).await.expect(422).faults(), ["/positions/1/id"]);
}

#[actix_web::test]
async fn stale_writers_are_told() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let path = format!("/v1/contacts/{}", named(&app, &ada, "Ada", "L").await);
    let patch = |tag: &str, body: Value| {
        let request = app.request(Method::PATCH, &path).bearer_auth(&ada.token).header("if-match", tag.to_owned());
        app.send(request.json(&body))
    };
    patch("\"1\"", json!({ "notes": "one" })).await.expect(200);
    let stale = patch("\"1\"", json!({ "notes": "two" })).await.expect(412);
    assert_eq!(stale.code(), "precondition_failed");
    patch("W/\"2\"", json!({ "notes": "two" })).await.expect(412);
    patch("\"02\"", json!({ "notes": "two" })).await.expect(412);
    // What is wrong with the body itself is told first.
    let faulty = json!({ "notez": "two", "strength": "a", "name_prefix": null });
    assert_eq!(patch("\"1\"", faulty).await.expect(422).faults(), ["/strength", "/notez"]);
    patch("\"1\", \"2\"", json!({ "notes": "two" })).await.expect(200);
    let known = app.request(Method::GET, &path).bearer_auth(&ada.token).header("if-none-match", "W/\"3\"");
    let known = app.send(known).await.expect(304);
    assert_eq!((known.header("etag"), known.text.as_str()), ("\"3\"", ""));
    let delete = app.request(Method::DELETE, &path).bearer_auth(&ada.token).header("if-match", "\"1\"");
    app.send(delete).await.expect(412);
}

#[actix_web::test]
async fn what_is_deleted_can_be_restored_for_thirty_days() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({ "given_name": "Ada", "external_ids": { "crm": "7" }, "positions": [{ "company_name": "One" }] });
    let id = app.post("/v1/contacts", &ada, body).await.expect(201).id();
    let path = format!("/v1/contacts/{id}");
    app.delete(&path, &ada).await.expect(204);
    app.delete(&path, &ada).await.expect(404);
    app.get(&path, &ada).await.expect(404);
    let trash = app.get("/v1/trash", &ada).await.expect(200);
    assert_eq!((&trash.json["data"][0]["id"], &trash.json["data"][0]["title"]), (&json!(id), &json!("Ada")));
    app.post(&format!("/v1/trash/{id}/restore"), &ada, json!({})).await.expect(204);
    let back = app.get(&path, &ada).await.expect(200);
    assert_eq!((&back.json["version"], &back.json["external_ids"]["crm"]), (&json!(3), &json!("7")));
    assert_eq!(back.json["positions"][0]["company_name"], "One");

    app.delete(&path, &ada).await.expect(204);
    app.put("/v1/contacts/by-external-id/crm/7", &ada, json!({ "given_name": "Other" })).await.expect(201);
    let conflict = app.post(&format!("/v1/trash/{id}/restore"), &ada, json!({})).await.expect(409);
    assert_eq!(conflict.code(), "external_id_taken");
    app.delete(&format!("/v1/trash/{id}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{id}"), &ada).await.expect(404);
    assert_eq!(app.get("/v1/trash", &ada).await.json["data"], json!([]));
}

#[actix_web::test]
async fn the_trash_empties_itself_after_thirty_days() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = named(&app, &ada, "Ada", "L").await;
    app.delete(&format!("/v1/contacts/{id}"), &ada).await.expect(204);
    app.pass(chrono::Duration::days(29));
    assert_eq!(inroad::trash::purge_old(&app.app).await.unwrap(), 0);
    app.pass(chrono::Duration::days(1));
    assert_eq!(inroad::trash::purge_old(&app.app).await.unwrap(), 1);
    assert_eq!(inroad::trash::purge_old(&app.app).await.unwrap(), 0);
}

#[actix_web::test]
async fn pages_follow_one_another_without_gap_or_repeat_in_every_order() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for n in 0..7 {
        let body = json!({ "given_name": format!("c{n}"), "strength": if n % 3 == 0 { Value::Null } else { json!(n % 3) },
            "last_touch_at": if n % 2 == 0 { Value::Null } else { json!(format!("2026-01-0{n}T00:00:00Z")) } });
        app.post("/v1/contacts", &ada, body).await.expect(201);
        app.pass(chrono::Duration::seconds(1));
    }
    for sort in ["created_at", "updated_at", "name", "last_touch_at", "strength"] {
        let mut forth = walk(&app, &ada, sort).await;
        let mut distinct = forth.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), 7, "{sort}: {forth:?}");
        let back = walk(&app, &ada, &format!("-{sort}")).await;
        forth.reverse();
        assert_eq!(back, forth, "{sort}");
    }
    assert_eq!(walk(&app, &ada, "name").await, ["c0", "c1", "c2", "c3", "c4", "c5", "c6"]);
}

async fn walk(app: &TestApp, member: &Member, sort: &str) -> Vec<String> {
    let (mut seen, mut next) = (Vec::new(), format!("/v1/contacts?limit=2&sort={sort}"));
    loop {
        let page = app.get(&next, member).await.expect(200);
        seen.extend(names(&page.json).into_iter().map(str::to_owned));
        match page.json["next_cursor"].as_str() {
            Some(cursor) => {
                let link = page.header("link").to_owned();
                assert!(link.contains(cursor) && link.ends_with("; rel=\"next\""), "{link}");
                next = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
            }
            None => return seen,
        }
    }
}

#[actix_web::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    for n in 0..3 {
        named(&app, &ada, &format!("c{n}"), "x").await;
    }
    let cursor = app.get("/v1/contacts?limit=1", &ada).await.json["next_cursor"].as_str().unwrap().to_owned();
    app.get(&format!("/v1/contacts?limit=2&cursor={cursor}"), &ada).await.expect(200);
    for (path, member) in [
        (format!("/v1/contacts?cursor={cursor}"), &bob),
        (format!("/v1/contacts?stage=met&cursor={cursor}"), &ada),
        (format!("/v1/contacts?sort=name&cursor={cursor}"), &ada),
        (format!("/v1/companies?cursor={cursor}"), &ada),
        (format!("/v1/contacts?cursor={}x", &cursor[..cursor.len() - 1]), &ada),
        ("/v1/contacts?cursor=forged".to_owned(), &ada),
    ] {
        let refused = app.get(&path, member).await.expect(400);
        assert_eq!((refused.code(), refused.faults()), ("invalid_cursor", vec!["cursor"]), "{path}");
    }
}

#[actix_web::test]
async fn search_finds_parts_without_accents_and_with_typos() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for body in [
        json!({ "given_name": "Łukasz", "family_name": "Müller-Groß" }),
        json!({ "given_name": "Katherine", "family_name": "Johnson", "positions": [{ "company_name": "NASA", "title": "Mathematician" }] }),
        json!({ "given_name": "小龍", "family_name": "李" }),
        json!({ "emails": [{ "address": "grace@navy.example" }] }),
    ] {
        app.post("/v1/contacts", &ada, body).await.expect(201);
    }
    for (q, expected) in [
        ("lukasz", "Łukasz Müller-Groß"),
        ("muller", "Łukasz Müller-Groß"),
        ("GROSS", "Łukasz Müller-Groß"),
        ("nas", "Katherine Johnson"),
        ("mathem john", "Katherine Johnson"),
        ("jonhson", "Katherine Johnson"),
        ("Katharine", "Katherine Johnson"),
        ("李", "李小龍"),
        ("navy.ex", "grace@navy.example"),
    ] {
        let page = app.send(app.request(Method::GET, "/v1/contacts").query(&[("q", q)]).bearer_auth(&ada.token)).await;
        assert_eq!(names(&page.expect(200).json), [expected], "{q}");
    }
    for q in ["zzzz", "%", "_", "\\"] {
        let page = app.send(app.request(Method::GET, "/v1/contacts").query(&[("q", q)]).bearer_auth(&ada.token)).await;
        assert_eq!(names(&page.expect(200).json), [""; 0], "{q}");
    }
}

#[actix_web::test]
async fn filters_narrow_a_list() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let connector = named(&app, &ada, "Con", "Nector").await;
    let acme = json!({ "company_name": "Acme", "ended_on": "2020-01-01" });
    let one = app
        .post(
            "/v1/contacts",
            &ada,
            json!({ "given_name": "One", "stage": "met", "tags": ["x"], "strength": 5,
            "industries": ["energy"], "how_found": "event", "connector_id": connector, "positions": [acme],
            "last_touch_at": "2026-02-01T00:00:00Z" }),
        )
        .await
        .expect(201);
    let company = one.json["positions"][0]["company_id"].as_str().unwrap().to_owned();
    app.post(
        "/v1/contacts",
        &ada,
        json!({ "given_name": "Two", "tags": ["y"], "positions": [{ "company_id": company }] }),
    )
    .await;
    for (filter, expected) in [
        ("stage=met", vec!["One"]),
        ("stage=met&stage=identified&sort=name", vec!["Con Nector", "One", "Two"]),
        ("tag=x&tag=y&sort=name", vec!["One", "Two"]),
        ("industry=energy", vec!["One"]),
        ("how_found=event", vec!["One"]),
        (&format!("connector_id={connector}"), vec!["One"]),
        ("strength=5", vec!["One"]),
        (&format!("company_id={company}&sort=name"), vec!["One", "Two"]),
        (&format!("company_id={company}&employment=former"), vec!["One"]),
        ("company=acm&employment=current", vec!["Two"]),
        ("employment=former", vec!["One"]),
        ("employment=current", vec!["Two"]),
        ("employment=any&sort=name", vec!["Con Nector", "One", "Two"]),
        ("last_touch_after=2026-01-31T00:00:00Z", vec!["One"]),
        ("last_touch_before=2026-01-31T00:00:00Z", vec![]),
        ("created_before=2026-01-01T00:00:00Z", vec![]),
        ("tag=%F0%9F%8E%89", vec![]),
    ] {
        let page = app.get(&format!("/v1/contacts?{filter}"), &ada).await.expect(200);
        assert_eq!(names(&page.json), expected, "{filter}");
    }
    let wrong = app.get("/v1/contacts?stage=loved&limit=0&sort=age&created_after=now&tga=x", &ada).await.expect(400);
    let mut faults = wrong.faults();
    faults.sort_unstable();
    assert_eq!(faults, ["created_after", "limit", "sort", "stage", "tga"]);
}

#[actix_web::test]
async fn an_idempotency_key_makes_a_retry_safe() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let send = |key: &str, body: Value| {
        let request = app.request(Method::POST, "/v1/contacts").bearer_auth(&ada.token);
        app.send(request.header("idempotency-key", key.to_owned()).json(&body))
    };
    let first = send("k1", json!({ "given_name": "Ada" })).await.expect(201);
    let second = send("\"k1\"", json!({ "given_name": "Ada" })).await.expect(201);
    assert_eq!((second.text.clone(), second.header("idempotency-replayed")), (first.text.clone(), "true"));
    assert_eq!((second.header("location"), second.header("etag")), (first.header("location"), first.header("etag")));
    let other = send("k1", json!({ "given_name": "Bob" })).await.expect(422);
    assert_eq!(other.code(), "idempotency_key_reused");
    let refused = send("k2", json!({ "given_name": "B", "connector_id": first.id(), "notes": " " })).await.expect(201);
    assert_eq!(refused.json["notes"], Value::Null);
    let nobody = json!({ "given_name": "C", "connector_id": uuid::Uuid::now_v7() });
    let refused = send("k3", nobody.clone()).await.expect(422);
    let again = send("k3", nobody).await.expect(422);
    assert_eq!((again.header("idempotency-replayed"), &again.json), ("true", &refused.json), "a refusal is an answer");
    assert_eq!(app.get("/v1/contacts", &ada).await.json["data"].as_array().unwrap().len(), 2);
    app.pass(chrono::Duration::hours(24));
    let fresh = app.member(Some(ada.workspace), Role::Owner, Scopes::all()).await;
    let request = app.request(Method::POST, "/v1/contacts").bearer_auth(&fresh.token).header("idempotency-key", "k1");
    app.send(request.json(&json!({ "given_name": "Ada" }))).await.expect(201);
}

#[actix_web::test]
async fn a_batch_tells_of_each_item_or_does_all_or_nothing() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let items =
        json!([{ "given_name": "A" }, { "given_name": 1 }, { "given_name": "C", "nope": 1 }, { "given_name": "D" }]);
    let mixed = app.post("/v1/contacts/batch", &ada, json!({ "items": items })).await.expect(207);
    let statuses: Vec<&Value> =
        mixed.json["results"].as_array().unwrap().iter().map(|result| &result["status"]).collect();
    assert_eq!(statuses, [201, 422, 422, 201]);
    assert_eq!(mixed.json["results"][2]["error"]["errors"][0]["pointer"], "/nope");
    let atomic = app.post("/v1/contacts/batch", &ada, json!({ "items": items, "atomic": true })).await.expect(422);
    assert_eq!((atomic.code(), atomic.faults()), ("batch_failed", vec!["/items/1/given_name", "/items/2/nope"]));
    assert_eq!(app.get("/v1/contacts", &ada).await.json["data"].as_array().unwrap().len(), 2);
    let many: Vec<Value> = (0..501).map(|n| json!({ "given_name": format!("c{n}") })).collect();
    app.post("/v1/contacts/batch", &ada, json!({ "items": many })).await.expect(422);
}

#[actix_web::test]
async fn batches_that_name_the_same_new_companies_at_once_all_succeed() {
    let app = TestApp::with(&["--rate-limit", "0", "--rate-limit-workspace", "0"]).await;
    let ada = app.seeker().await;
    let items = |batch: usize| {
        let mut items: Vec<Value> = (0..40)
            .map(|n| {
                let positions = json!([{ "company_name": format!("Company {n}") }]);
                json!({ "given_name": format!("{batch}-{n}"), "positions": positions })
            })
            .collect();
        if batch % 2 == 1 {
            items.reverse();
        }
        items
    };
    let batches = (0..6).map(|batch| app.post("/v1/contacts/batch", &ada, json!({ "items": items(batch) })));
    for answer in futures_util::future::join_all(batches).await {
        let answer = answer.expect(207);
        let results = answer.json["results"].as_array().unwrap();
        assert!(results.len() == 40 && results.iter().all(|result| result["status"] == 201), "{}", answer.text);
    }
    assert_eq!((app.count("companies").await, app.count("contacts").await), (40, 240));
}

#[actix_web::test]
async fn an_upsert_finds_what_it_made_and_keeps_what_it_does_not_name() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let path = "/v1/contacts/by-external-id/crm/4711";
    let made = app.put(path, &ada, json!({ "given_name": "Ada", "notes": "n" })).await.expect(201);
    assert_eq!(made.json["external_ids"], json!({ "crm": "4711" }));
    let changed = app.put(path, &ada, json!({ "given_name": "Augusta" })).await.expect(200);
    assert_eq!((changed.id(), &changed.json["notes"]), (made.id(), &json!("n")));
    let same = app.put(path, &ada, json!({ "given_name": "Augusta" })).await.expect(200);
    assert_eq!(same.json["version"], 2);
    let taken = app.post("/v1/contacts", &ada, json!({ "given_name": "B", "external_ids": { "crm": "4711" } })).await;
    assert_eq!((taken.status, taken.code(), taken.faults()), (409, "external_id_taken", vec!["/external_ids/crm"]));
}

#[actix_web::test]
async fn a_connector_must_be_somebody_else_of_the_workspace() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let foreign = named(&app, &bob, "Bob", "B").await;
    let refused =
        app.post("/v1/contacts", &ada, json!({ "given_name": "A", "connector_id": foreign })).await.expect(422);
    assert_eq!(refused.faults(), ["/connector_id"]);
    let own = named(&app, &ada, "Own", "O").await;
    let itself = app.patch(&format!("/v1/contacts/{own}"), &ada, json!({ "connector_id": own })).await.expect(422);
    assert_eq!(itself.faults(), ["/connector_id"]);
    let company = app.post("/v1/companies", &bob, json!({ "name": "Theirs" })).await.id();
    let body = json!({ "given_name": "A", "positions": [{ "company_id": company }] });
    assert_eq!(app.post("/v1/contacts", &ada, body).await.expect(422).faults(), ["/positions/0/company_id"]);
}

#[actix_web::test]
async fn two_writers_keep_each_others_fields() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let path = format!("/v1/contacts/{}", named(&app, &ada, "Ada", "L").await);
    let (one, two) = (json!({ "notes": "mine" }), json!({ "headline": "theirs" }));
    let (one, two) = futures_util::join!(app.patch(&path, &ada, one), app.patch(&path, &ada, two));
    assert_eq!((one.status, two.status), (200, 200));
    let after = app.get(&path, &ada).await.json;
    assert_eq!((&after["notes"], &after["headline"], &after["version"]), (&json!("mine"), &json!("theirs"), &json!(3)));
}

#[actix_web::test]
async fn those_in_whom_a_word_begins_with_it_are_found_first() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for name in ["Tom", "Automat", "Customer", "Anna Tomlin", "Stomp"] {
        app.post("/v1/contacts", &ada, json!({ "given_name": name })).await.expect(201);
    }
    let (mut seen, mut next) = (Vec::new(), "/v1/contacts?q=tom&limit=2".to_owned());
    loop {
        let page = app.get(&next, &ada).await.expect(200);
        seen.extend(names(&page.json).into_iter().map(str::to_owned));
        match page.json["next_cursor"].as_str() {
            Some(cursor) => next = format!("/v1/contacts?q=tom&limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, ["Anna Tomlin", "Tom", "Stomp", "Customer", "Automat"]);
    let sorted = app.get("/v1/contacts?q=tom&sort=name", &ada).await.expect(200);
    assert_eq!(names(&sorted.json), ["Anna Tomlin", "Automat", "Customer", "Stomp", "Tom"]);
}

#[actix_web::test]
async fn maps_hold_what_the_document_allows() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({ "given_name": "A", "strength": 9, "external_ids": { "a": 1, "b c": "x" },
        "custom_fields": { "list": [1], "nest": { "a": 1 }, "fine": true } });
    let refused = app.post("/v1/contacts", &ada, body).await.expect(422);
    let mut faults = refused.faults();
    faults.sort_unstable();
    assert_eq!(
        faults,
        ["/custom_fields/list", "/custom_fields/nest", "/external_ids/a", "/external_ids/b c", "/strength"]
    );
}

#[actix_web::test]
async fn a_closed_contact_opens_without_further_words() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let closed = json!({ "given_name": "A", "stage": "closed", "stage_reason": "no_response" });
    let path = format!("/v1/contacts/{}", app.post("/v1/contacts", &ada, closed).await.expect(201).id());
    let open = app.patch(&path, &ada, json!({ "stage": "met" })).await.expect(200);
    assert_eq!((&open.json["stage"], &open.json["stage_reason"]), (&json!("met"), &Value::Null));
    let wrong = json!({ "stage_reason": "declined" });
    assert_eq!(app.patch(&path, &ada, wrong).await.expect(422).faults(), ["/stage_reason"]);
}

/// The ids of a list, page by page.
async fn all_pages(app: &TestApp, member: &Member, query: &str) -> Vec<String> {
    let (mut names, mut path) = (Vec::new(), format!("/v1/contacts?{query}"));
    loop {
        let page = app.get(&path, member).await.expect(200);
        names.extend(page.json["data"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_owned()));
        match page.json["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/contacts?{query}&cursor={cursor}"),
            None => return names,
        }
    }
}

#[actix_web::test]
async fn labels_are_compared_without_regard_to_case() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({ "given_name": "A", "tags": ["Alumni", "alumni", "ÉCOLE", "école"], "industries": ["Energy"] });
    let stored = app.post("/v1/contacts", &ada, body).await.expect(201);
    assert_eq!(stored.json["tags"], json!(["Alumni", "ÉCOLE"]));
    let composed = json!({ "tags": ["Alumni", "E\u{301}COLE", "école"] });
    let same = app.patch(&format!("/v1/contacts/{}", stored.id()), &ada, composed).await.expect(200);
    assert_eq!((&same.json["tags"], &same.json["version"]), (&stored.json["tags"], &json!(1)));
    app.post("/v1/contacts", &ada, json!({ "given_name": "B", "tags": ["other"] })).await.expect(201);
    app.post("/v1/contacts", &ada, json!({ "given_name": "C" })).await.expect(201);
    let company = json!({ "name": "Acme", "tags": ["Target", "TARGET"], "industries": ["Energy"] });
    assert_eq!(app.post("/v1/companies", &ada, company).await.expect(201).json["tags"], json!(["Target"]));
    for query in [
        "tag=ALUMNI",
        "tag=%C3%A9cole",
        "tag=e%CC%81cole",
        "industry=eNeRgY",
        "tag=alumni&tag=x",
        "tag=alumni&industry=energy",
    ] {
        assert_eq!(all_pages(&app, &ada, query).await, ["A"], "{query}");
    }
    assert_eq!(all_pages(&app, &ada, "tag=none").await, Vec::<String>::new());
    for query in ["tag=tARGET", "industry=ENERGY"] {
        let page = app.get(&format!("/v1/companies?{query}"), &ada).await.expect(200);
        assert_eq!(page.json["data"].as_array().unwrap().len(), 1, "{query}");
    }
}

#[actix_web::test]
async fn those_most_like_what_is_searched_for_come_first() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for family in ["Catharinason", "Katarinen", "Katharina", "Katherine", "Catarina", "Bob"] {
        app.post("/v1/contacts", &ada, json!({ "given_name": "X", "family_name": family })).await.expect(201);
    }
    let whole = all_pages(&app, &ada, "q=katharina").await;
    assert_eq!(whole[0], "X Katharina");
    let fuzzy = all_pages(&app, &ada, "q=katharyna").await;
    assert_eq!(fuzzy[0], "X Katharina", "{fuzzy:?}");
    assert!(fuzzy.len() > 2 && !fuzzy.contains(&"X Bob".to_owned()), "{fuzzy:?}");
    assert_eq!(all_pages(&app, &ada, "q=katharyna&limit=1").await, fuzzy);
    assert_eq!(all_pages(&app, &ada, "q=katharyna&limit=2").await, fuzzy);
    let mut by_name = fuzzy.clone();
    by_name.sort();
    let mut sorted = all_pages(&app, &ada, "q=katharyna&sort=name&limit=2").await;
    assert_eq!(sorted.len(), by_name.len());
    sorted.sort();
    assert_eq!(sorted, by_name);
    let page = app.get("/v1/contacts?q=katharyna&limit=1&count=exact", &ada).await.expect(200);
    assert_eq!(page.json["total"].as_u64(), Some(fuzzy.len() as u64));
}

#[actix_web::test]
async fn a_list_is_counted_when_asked() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    app.post("/v1/contacts", &app.seeker().await, json!({ "given_name": "Foreign" })).await.expect(201);
    let tag = |n: u32| if n.is_multiple_of(2) { "even" } else { "odd" };
    let items: Vec<_> = (0..7).map(|n| json!({ "given_name": format!("c{n}"), "tags": [tag(n)] })).collect();
    app.post("/v1/contacts/batch", &ada, json!({ "items": items })).await.expect(207);
    let gone = app.post("/v1/contacts", &ada, json!({ "given_name": "gone" })).await.expect(201).id();
    app.delete(&format!("/v1/contacts/{gone}"), &ada).await.expect(204);
    let plain = app.get("/v1/contacts?limit=2", &ada).await.expect(200);
    assert_eq!(plain.json["total"], Value::Null);
    let counted = app.get("/v1/contacts?limit=2&count=exact", &ada).await.expect(200);
    assert_eq!(counted.json["total"], 7);
    // The cursor of the one is good for the other.
    let cursor = plain.json["next_cursor"].as_str().unwrap();
    let next = app.get(&format!("/v1/contacts?limit=2&count=exact&cursor={cursor}"), &ada).await.expect(200);
    assert_eq!((next.json["total"].as_u64(), next.json["data"].as_array().unwrap().len()), (Some(7), 2));
    assert_eq!(app.get("/v1/contacts?tag=EVEN&count=exact", &ada).await.expect(200).json["total"], 4);
    assert_eq!(app.get("/v1/contacts?q=c3&count=exact", &ada).await.expect(200).json["total"], 1);
    assert_eq!(app.get("/v1/companies?count=exact", &ada).await.expect(200).json["total"], 0);
    assert_eq!(app.get("/v1/contacts?count=all", &ada).await.expect(400).faults(), ["count"]);
}

#[actix_web::test]
async fn upserts_of_one_new_id_at_once_all_succeed() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for (list, body) in [
        ("contacts", json!({ "given_name": "Ada", "positions": [{ "company_name": "Engines" }] })),
        ("companies", json!({ "name": "Upserted" })),
    ] {
        for round in 0..5 {
            let path = format!("/v1/{list}/by-external-id/crm/{round}");
            let mut body = body.clone();
            if list == "companies" {
                body["name"] = json!(format!("Upserted {round}"));
            }
            let replies = join_all((0..8).map(|_| app.put(&path, &ada, body.clone()))).await;
            let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
            assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{list}: {statuses:?}");
            assert!(statuses.iter().all(|status| [200, 201].contains(status)), "{list}: {statuses:?}");
        }
    }
    let taken = json!({ "given_name": "Eve", "external_ids": { "crm": "0" } });
    assert_eq!(app.post("/v1/contacts", &ada, taken.clone()).await.expect(409).code(), "external_id_taken");
    let other = json!({ "given_name": "Eve", "external_ids": { "mail": "1" } });
    app.put("/v1/contacts/by-external-id/crm/new", &ada, other.clone()).await.expect(201);
    let reply = app.put("/v1/contacts/by-external-id/crm/newer", &ada, other).await.expect(409);
    assert_eq!((reply.code(), reply.faults()), ("external_id_taken", vec!["/external_ids/mail"]));
}

#[actix_web::test]
async fn filters_leave_out_whom_they_do_not_mean() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({ "given_name": "A", "how_found": "newspaper", "relationship": "teacher", "strength": 4,
        "last_touch_at": "2026-01-10T00:00:00Z", "do_not_contact": true });
    app.post("/v1/contacts", &ada, body).await.expect(201);
    app.pass(chrono::Duration::minutes(10));
    app.post("/v1/contacts", &ada, json!({ "given_name": "B" })).await.expect(201);
    for (query, found) in [
        ("how_found=newspaper", &["A"][..]),
        ("relationship=teacher&relationship=friend", &["A"]),
        ("strength=4&strength=5", &["A"]),
        ("do_not_contact=true", &["A"]),
        ("do_not_contact=false", &["B"]),
        ("last_touch_before=2026-01-11T00:00:00Z", &["A"]),
        ("last_touch_after=2026-01-11T00:00:00Z", &[]),
        ("last_touch_after=2026-01-09T00:00:00Z", &["A"]),
        ("created_after=2026-03-02T09:05:00Z", &["B"]),
        ("created_before=2026-03-02T09:05:00Z", &["A"]),
        ("updated_before=2026-03-02T09:05:00Z&sort=-updated_at", &["A"]),
    ] {
        assert_eq!(all_pages(&app, &ada, query).await, found, "{query}");
    }
}

#[actix_web::test]
async fn a_connector_in_the_trash_is_none_and_that_is_a_new_version() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let connector = app.post("/v1/contacts", &ada, json!({ "given_name": "Connie" })).await.expect(201).id();
    let led = json!({ "given_name": "Led", "connector_id": connector });
    let led = app.post("/v1/contacts", &ada, led).await.expect(201);
    let path = format!("/v1/contacts/{}", led.id());
    let known = |tag: String| app.request(Method::GET, &path).bearer_auth(&ada.token).header("if-none-match", tag);
    app.delete(&format!("/v1/contacts/{connector}"), &ada).await.expect(204);
    let without = app.send(known(led.header("etag").to_owned())).await.expect(200);
    assert_eq!((&without.json["connector_id"], &without.json["version"]), (&Value::Null, &json!(2)));
    // Another field changes: the connector is as little there as before, and stays kept.
    let patched = app.patch(&path, &ada, json!({ "headline": "new" })).await.expect(200);
    assert_eq!((&patched.json["connector_id"], &patched.json["version"]), (&Value::Null, &json!(3)));
    assert_eq!(app.get(&path, &ada).await.json, patched.json);
    let same = app.patch(&path, &ada, json!({ "headline": "new" })).await.expect(200);
    assert_eq!(same.json, patched.json);
    let list = async || {
        app.get(&format!("/v1/contacts?connector_id={connector}"), &ada).await.expect(200).json["data"].clone()
    };
    assert_eq!(list().await, json!([]));
    app.post(&format!("/v1/trash/{connector}/restore"), &ada, json!({})).await.expect(204);
    assert_eq!(list().await[0]["id"], led.id());
    let back = app.send(known(patched.header("etag").to_owned())).await.expect(200);
    assert_eq!((&back.json["connector_id"], &back.json["version"]), (&json!(connector), &json!(4)));
    let log = app.get("/v1/changes?kind=contact.updated", &ada).await.expect(200);
    let fields: Vec<_> = log.json["data"].as_array().unwrap().iter().map(|one| one["fields"].clone()).collect();
    assert_eq!(fields, [json!(["connector_id"]), json!(["headline"]), json!(["connector_id"])], "{}", log.text);
    // Merged and undone it is the same again.
    let other = app.post("/v1/contacts", &ada, json!({ "given_name": "Other" })).await.expect(201).id();
    let merge = json!({ "survivor_id": other, "merged_ids": [connector] });
    let merge = app.post("/v1/contacts/merge", &ada, merge).await.expect(200).id();
    assert_eq!(app.get(&path, &ada).await.json["connector_id"], json!(other));
    app.delete(&format!("/v1/contacts/{other}"), &ada).await.expect(204);
    assert_eq!(app.get(&path, &ada).await.json["connector_id"], Value::Null);
    app.post(&format!("/v1/trash/{other}/restore"), &ada, json!({})).await.expect(204);
    app.post(&format!("/v1/contacts/merges/{merge}/undo"), &ada, json!({})).await.expect(200);
    assert_eq!(app.get(&path, &ada).await.json["connector_id"], json!(connector));
    // Another connector meanwhile stays; and one that goes for good comes back to nobody.
    app.delete(&format!("/v1/contacts/{connector}"), &ada).await.expect(204);
    app.patch(&path, &ada, json!({ "connector_id": other })).await.expect(200);
    app.post(&format!("/v1/trash/{connector}/restore"), &ada, json!({})).await.expect(204);
    assert_eq!(app.get(&path, &ada).await.json["connector_id"], json!(other));
    app.delete(&format!("/v1/contacts/{other}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{other}"), &ada).await.expect(204);
    assert_eq!(app.get(&path, &ada).await.json["connector_id"], Value::Null);
}
