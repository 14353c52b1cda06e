use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

pub async fn contact(app: &TestApp, member: &Member, body: Value) -> Value {
    app.post("/v1/contacts", member, body).await.expect(201).json
}

fn id(contact: &Value) -> &str {
    contact["id"].as_str().unwrap()
}

fn path(contact: &Value) -> String {
    format!("/v1/contacts/{}", id(contact))
}

async fn merge(app: &TestApp, member: &Member, survivor: &Value, merged: &[&Value]) -> Reply {
    let merged: Vec<&str> = merged.iter().map(|contact| id(contact)).collect();
    app.post("/v1/contacts/merge", member, json!({ "survivor_id": id(survivor), "merged_ids": merged })).await
}

async fn undo(app: &TestApp, member: &Member, merge: &Reply) -> Reply {
    app.post(&format!("/v1/contacts/merges/{}/undo", merge.id()), member, json!({})).await
}

/// But for what every write changes.
fn lasting(contact: &Value) -> Value {
    let mut contact = contact.clone();
    for field in ["version", "updated_at", "stage_changed_at"] {
        contact[field] = Value::Null;
    }
    contact
}

/// Two contacts with much to unite, and somebody whom the second introduced.
async fn pair(app: &TestApp, member: &Member) -> [Value; 3] {
    let one = json!({
        "given_name": "Ada", "emails": [{ "address": "ada@a.example" }], "tags": ["one"], "notes": "first",
        "positions": [{ "company_name": "Acme", "title": "Head" }], "external_ids": { "crm": "1" },
        "custom_fields": { "cohort": 1 },
    });
    let two = json!({
        "given_name": "Augusta", "family_name": "Lovelace", "headline": "Countess", "stage": "met", "tags": ["two"],
        "emails": [{ "address": "ADA@a.example" }, { "address": "ada@b.example", "label": "home" }], "notes": "second",
        "positions": [{ "company_name": "ACME", "title": "head" }, { "company_name": "Other" }],
        "external_ids": { "crm": "2", "roster": "7" }, "custom_fields": { "cohort": 2, "group": "b" },
        "phones": [{ "number": "+43 1 234567" }], "education": [{ "school": "Home" }],
    });
    let (one, two) = (contact(app, member, one).await, contact(app, member, two).await);
    let led = contact(app, member, json!({ "given_name": "Led", "connector_id": id(&two) })).await;
    [one, two, led]
}

#[actix_web::test]
async fn a_merge_keeps_everything_and_its_undo_gives_everything_back() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let [one, two, led] = pair(&app, &ada).await;
    let merged = merge(&app, &ada, &one, &[&two]).await.expect(200);
    let whole = &merged.json["contact"];
    assert_eq!((&whole["id"], &whole["name"]), (&one["id"], &json!("Ada Lovelace")));
    assert_eq!(
        (&whole["headline"], &whole["stage"], &whole["tags"]),
        (&json!("Countess"), &json!("met"), &json!(["one", "two"]))
    );
    let emails: Vec<_> =
        whole["emails"].as_array().unwrap().iter().map(|mail| (&mail["address"], &mail["is_primary"])).collect();
    assert_eq!(emails, [(&json!("ada@a.example"), &json!(true)), (&json!("ada@b.example"), &json!(false))]);
    let companies: Vec<_> = whole["positions"].as_array().unwrap().iter().map(|at| &at["company_name"]).collect();
    assert_eq!(companies, ["Acme", "Other"], "the same position is one");
    assert_eq!(whole["notes"], "first\n\nsecond");
    assert_eq!(whole["custom_fields"], json!({ "cohort": 1, "group": "b" }));
    assert_eq!(whole["external_ids"], json!({ "crm": "1", "roster": "7" }));
    let fields: Vec<_> =
        merged.json["conflicts"].as_array().unwrap().iter().map(|conflict| &conflict["field"]).collect();
    assert_eq!(fields, ["custom_fields", "external_ids", "given_name", "notes"]);
    assert_eq!(merged.json["moved"]["connectors"], 1);
    assert_eq!(app.get(&path(&one), &ada).await.expect(200).json, *whole);
    assert_eq!(app.get(&path(&led), &ada).await.json["connector_id"], one["id"]);
    let list = app.get("/v1/contacts", &ada).await.json;
    assert_eq!(list["data"].as_array().unwrap().len(), 2, "the merged one is in no list");
    assert_eq!(app.get("/v1/trash", &ada).await.json["data"], json!([]), "and in no trash");
    let merges = app.get("/v1/contacts/merges", &ada).await.expect(200).json;
    assert_eq!((merges["data"].as_array().unwrap().len(), &merges["data"][0]["id"]), (1, &merged.json["id"]));

    let undone = undo(&app, &ada, &merged).await.expect(200);
    assert_eq!(undone.json["not_restored"], json!([]));
    assert!(undone.json["undone_at"].is_string());
    assert_eq!(lasting(&app.get(&path(&one), &ada).await.expect(200).json), lasting(&one));
    assert_eq!(lasting(&app.get(&path(&two), &ada).await.expect(200).json), lasting(&two));
    assert_eq!(lasting(&undone.json["restored"][0]), lasting(&two));
    assert_eq!(lasting(&app.get(&path(&led), &ada).await.json), lasting(&led));
    let crm = app.put("/v1/contacts/by-external-id/crm/2", &ada, json!({ "pronouns": "she/her" })).await.expect(200);
    assert_eq!(crm.json["id"], two["id"]);
    assert_eq!(undo(&app, &ada, &merged).await.expect(409).code(), "merge_not_undoable");
    let kinds = app
        .texts("SELECT kind AS text FROM changes WHERE kind IN ('contact.merged', 'contact.unmerged') ORDER BY seq")
        .await;
    assert_eq!(kinds, ["contact.merged", "contact.unmerged"]);
}

#[actix_web::test]
async fn a_preview_changes_nothing_and_says_what_the_merge_says() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let [one, two, led] = pair(&app, &ada).await;
    let body = json!({
        "survivor_id": id(&one), "merged_ids": [id(&two)],
        "fields": { "given_name": { "from": id(&two) }, "headline": { "value": "Both" }, "notes": { "value": null } },
    });
    let changes = app.count("changes").await;
    let preview = app.post("/v1/contacts/merge/preview", &ada, body.clone()).await.expect(200);
    for before in [&one, &two, &led] {
        assert_eq!(app.get(&path(before), &ada).await.expect(200).json, *before);
    }
    assert_eq!((app.count("changes").await, app.count("contact_merges").await), (changes, 0));
    let merged = app.post("/v1/contacts/merge", &ada, body).await.expect(200);
    assert_eq!(preview.json["conflicts"], merged.json["conflicts"]);
    assert_eq!(preview.json["moved"], merged.json["moved"]);
    let contact = &merged.json["contact"];
    assert_eq!(
        (&contact["given_name"], &contact["headline"], &contact["notes"]),
        (&json!("Augusta"), &json!("Both"), &Value::Null)
    );
    let told = |contact: &Value| {
        let mut contact = lasting(contact);
        contact["positions"][1]["id"] = Value::Null;
        contact
    };
    assert_eq!(told(&preview.json["contact"]), told(contact));
}

#[actix_web::test]
async fn old_ids_lead_to_the_survivor_through_all_merges() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let named = async |name: &str| contact(&app, &ada, json!({ "given_name": name })).await;
    let (a, b, c) = (named("A").await, named("B").await, named("C").await);
    let first = merge(&app, &ada, &b, &[&a]).await.expect(200);
    let second = merge(&app, &ada, &c, &[&b]).await.expect(200);
    for old in [&a, &b] {
        let moved = app.get(&path(old), &ada).await.expect(308);
        assert_eq!((moved.header("location"), moved.text.as_str()), (path(&c).as_str(), ""));
        let patched = app.patch(&path(old), &ada, json!({ "notes": "x" })).await.expect(308);
        assert_eq!(patched.header("location"), path(&c));
        app.delete(&path(old), &ada).await.expect(404);
    }
    let head = app.send(app.request(Method::HEAD, &path(&a)).bearer_auth(&ada.token)).await;
    assert_eq!((head.status, head.header("location")), (308, path(&c).as_str()));
    let stranger = app.seeker().await;
    app.get(&path(&a), &stranger).await.expect(404);
    let powerless = app.member(Some(ada.workspace), inroad::auth::Role::Owner, inroad::auth::Scopes::NONE).await;
    app.get(&path(&a), &powerless).await.expect(403);
    let refused = merge(&app, &ada, &c, &[&a]).await.expect(422);
    assert_eq!(refused.faults(), ["/merged_ids/0"]);

    let early = undo(&app, &ada, &first).await.expect(409);
    assert!(early.json["detail"].as_str().unwrap().contains(&second.id()), "{}", early.text);
    undo(&app, &ada, &second).await.expect(200);
    assert_eq!(app.get(&path(&a), &ada).await.expect(308).header("location"), path(&b));
    undo(&app, &ada, &first).await.expect(200);
    app.get(&path(&a), &ada).await.expect(200);
    merge(&app, &ada, &a, &[&b, &c]).await.expect(200);
    assert_eq!(app.get(&path(&c), &ada).await.expect(308).header("location"), path(&a));
    app.delete(&path(&a), &ada).await.expect(204);
    app.get(&path(&b), &ada).await.expect(404);
}

#[actix_web::test]
async fn an_undo_keeps_what_was_changed_since_and_says_so() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let [one, two, led] = pair(&app, &ada).await;
    let merged = merge(&app, &ada, &one, &[&two]).await.expect(200);
    let elsewhere = contact(&app, &ada, json!({ "given_name": "New", "external_ids": { "new": "1" } })).await;
    app.patch(&path(&led), &ada, json!({ "connector_id": id(&elsewhere) })).await.expect(200);
    let edit = json!({ "headline": "Edited", "tags": ["one", "two", "three"], "external_ids": { "crm": null } });
    app.patch(&path(&one), &ada, edit).await.expect(200);
    app.put("/v1/contacts/by-external-id/crm/2", &ada, json!({ "pronouns": "she/her" })).await.expect(200);
    let undone = undo(&app, &ada, &merged).await.expect(200);
    let kept: Vec<_> = undone.json["not_restored"].as_array().unwrap().iter().map(|kept| &kept["field"]).collect();
    assert_eq!(kept, ["headline"]);
    let survivor = app.get(&path(&one), &ada).await.expect(200).json;
    assert_eq!((&survivor["headline"], &survivor["tags"]), (&json!("Edited"), &json!(["one", "three"])));
    assert_eq!(survivor["pronouns"], "she/her", "an old external id leads to the survivor");
    assert_eq!(survivor["external_ids"], json!({}));
    assert_eq!(app.get(&path(&led), &ada).await.json["connector_id"], elsewhere["id"], "what points elsewhere stays");
    assert_eq!(lasting(&app.get(&path(&two), &ada).await.expect(200).json), lasting(&two));
}

#[actix_web::test]
async fn an_external_id_that_was_taken_meanwhile_stays_where_it_is() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let [one, two, _] = pair(&app, &ada).await;
    let merged = merge(&app, &ada, &one, &[&two]).await.expect(200);
    app.patch(&path(&one), &ada, json!({ "external_ids": { "roster": null } })).await.expect(200);
    contact(&app, &ada, json!({ "given_name": "New", "external_ids": { "roster": "7" } })).await;
    let undone = undo(&app, &ada, &merged).await.expect(200);
    assert_eq!(undone.json["not_restored"][0]["field"], "external_ids/roster");
    assert_eq!(app.get(&path(&two), &ada).await.json["external_ids"], json!({ "crm": "2" }));
}

#[actix_web::test]
async fn what_cannot_be_merged_is_refused_whole() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let [one, two, led] = pair(&app, &ada).await;
    let foreign = contact(&app, &bob, json!({ "given_name": "X" })).await;
    app.delete(&path(&led), &ada).await.expect(204);
    let send = async |body: Value| app.post("/v1/contacts/merge", &ada, body).await;
    for (survivor, merged, faults) in [
        (&one, vec![id(&one)], vec!["/merged_ids/0"]),
        (&one, vec![id(&two), id(&two)], vec!["/merged_ids/1"]),
        (&one, vec![id(&foreign), id(&led)], vec!["/merged_ids/0", "/merged_ids/1"]),
        (&foreign, vec![id(&one)], vec!["/survivor_id"]),
        (&one, vec![], vec!["/merged_ids"]),
    ] {
        let refused = send(json!({ "survivor_id": id(survivor), "merged_ids": merged })).await.expect(422);
        assert_eq!(refused.faults(), faults);
    }
    let base = |fields: Value| json!({ "survivor_id": id(&one), "merged_ids": [id(&two)], "fields": fields });
    for (fields, faults) in [
        (json!({ "nonsense": { "value": 1 } }), vec!["/fields/nonsense"]),
        (json!({ "headline": {} }), vec!["/fields/headline"]),
        (json!({ "headline": { "from": id(&two), "value": "x" } }), vec!["/fields/headline"]),
        (json!({ "headline": { "from": id(&foreign) } }), vec!["/fields/headline/from"]),
        (json!({ "headline": { "value": 7 } }), vec!["/fields/headline"]),
        (json!({ "emails": { "value": [{ "address": "x" }] } }), vec!["/fields/emails/0/address"]),
        (json!({ "stage": { "value": "closed" } }), vec!["/fields/stage_reason"]),
        (json!({ "connector_id": { "value": id(&one) } }), vec!["/fields/connector_id"]),
        (json!({ "connector_id": { "value": id(&two) } }), vec!["/fields/connector_id"]),
    ] {
        let refused = send(base(fields.clone())).await.expect(422);
        assert_eq!(refused.faults(), faults, "{fields}");
    }
    let stale = app.request(Method::POST, "/v1/contacts/merge").bearer_auth(&ada.token).header("if-match", "\"7\"");
    app.send(stale.json(&base(json!({})))).await.expect(412);
    for before in [&one, &two] {
        assert_eq!(app.get(&path(before), &ada).await.expect(200).json, *before);
    }
    let merged = merge(&app, &ada, &one, &[&two]).await.expect(200);
    app.get(&format!("/v1/contacts/merges/{}", merged.id()), &bob).await.expect(404);
    undo(&app, &bob, &merged).await.expect(404);
    app.pass(Duration::days(31));
    assert_eq!(
        undo(
            &app,
            &app.member(Some(ada.workspace), inroad::auth::Role::Owner, inroad::auth::Scopes::all()).await,
            &merged
        )
        .await
        .expect(409)
        .code(),
        "merge_not_undoable"
    );
}

#[actix_web::test]
async fn who_knows_each_other_stays_apart_from_themselves() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let a = contact(&app, &ada, json!({ "given_name": "A" })).await;
    let b = contact(&app, &ada, json!({ "given_name": "B", "connector_id": id(&a) })).await;
    app.patch(&path(&a), &ada, json!({ "connector_id": id(&b) })).await.expect(200);
    let merged = merge(&app, &ada, &a, &[&b]).await.expect(200);
    assert_eq!(merged.json["contact"]["connector_id"], Value::Null);
    undo(&app, &ada, &merged).await.expect(200);
    assert_eq!(app.get(&path(&a), &ada).await.json["connector_id"], b["id"]);
    assert_eq!(app.get(&path(&b), &ada).await.json["connector_id"], a["id"]);
}

#[actix_web::test]
async fn merges_at_the_same_moment_leave_one_survivor() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let a = contact(&app, &ada, json!({ "given_name": "A" })).await;
    let b = contact(&app, &ada, json!({ "given_name": "B" })).await;
    let (first, second) = ([&b], [&a]);
    let (one, two) = futures_util::join!(merge(&app, &ada, &a, &first), merge(&app, &ada, &b, &second));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422], "{} {}", one.text, two.text);
}

#[actix_web::test]
async fn a_merge_ends_after_thirty_days_and_its_old_id_still_leads_on() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let [one, two, _] = pair(&app, &ada).await;
    let merged = merge(&app, &ada, &one, &[&two]).await.expect(200);
    app.pass(Duration::days(31));
    assert_eq!(inroad::merges::purge_old(&app.app).await.unwrap(), 1);
    let ada = app.member(Some(ada.workspace), inroad::auth::Role::Owner, inroad::auth::Scopes::all()).await;
    assert_eq!(app.get(&path(&two), &ada).await.expect(308).header("location"), path(&one));
    app.get(&format!("/v1/contacts/merges/{}", merged.id()), &ada).await.expect(404);
    assert_eq!(app.count(&format!("contacts WHERE id = '{}'", id(&two))).await, 0);
    app.delete(&path(&one), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{}", id(&one)), &ada).await.expect(204);
    assert_eq!(app.count("contact_redirects").await, 0);
}

#[actix_web::test]
async fn whoever_is_purged_takes_along_whom_they_took_up() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let [one, two, _] = pair(&app, &ada).await;
    merge(&app, &ada, &one, &[&two]).await.expect(200);
    app.delete(&path(&one), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{}", id(&one)), &ada).await.expect(204);
    assert_eq!(app.count("contacts").await, 1, "but for the one whom they led to");
    assert_eq!(app.count("contact_merges").await, 0);
}

/// A slice that is added tomorrow says what becomes of what it has about a contact.
#[actix_web::test]
async fn every_foreign_key_to_contacts_is_handled() {
    let app = TestApp::new().await;
    let mut known: Vec<&str> = inroad::merges::references::HANDLED.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    let sql = "SELECT conname::text AS text FROM pg_constraint WHERE contype = 'f' AND confrelid = 'contacts'::regclass
        ORDER BY conname::text COLLATE \"C\"";
    assert_eq!(app.texts(sql).await, known, "say in merges::references what becomes of it");
}

/// Messages go along with a merge, come back with its undo, and stay where a later change has put them.
#[actix_web::test]
async fn messages_go_along_and_come_back() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let mut people = Vec::new();
    for name in ["One", "Two"] {
        people.push(app.post("/v1/contacts", &ada, json!({ "given_name": name })).await.expect(201).json);
    }
    let draft = json!({ "contact_id": id(&people[1]), "channel": "email", "subject": "Hello", "body": "Hello" });
    let message = app.post("/v1/messages", &ada, draft).await.expect(201).id();
    let whose = async || app.get(&format!("/v1/messages/{message}"), &ada).await.expect(200).json["contact_id"].clone();
    let merged = merge(&app, &ada, &people[0], &[&people[1]]).await.expect(200);
    assert_eq!(whose().await, people[0]["id"]);
    undo(&app, &ada, &merged).await.expect(200);
    assert_eq!(whose().await, people[1]["id"]);
    let again = merge(&app, &ada, &people[0], &[&people[1]]).await.expect(200);
    app.delete(&format!("/v1/messages/{message}"), &ada).await.expect(204);
    undo(&app, &ada, &again).await.expect(200);
    app.post(&format!("/v1/trash/{message}/restore"), &ada, json!({})).await.expect(204);
    assert_eq!(whose().await, people[1]["id"], "also from the trash");
}

#[actix_web::test]
async fn of_two_introductions_of_the_same_two_one_stays_with_what_both_say() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let [aunt, one, two] = [
        contact(&app, &ada, json!({ "given_name": "Aunt" })).await,
        contact(&app, &ada, json!({ "given_name": "Tom" })).await,
        contact(&app, &ada, json!({ "given_name": "Thomas" })).await,
    ];
    let introduce = async |whom: &Value, more: Value| {
        let mut body = json!({ "introducer_id": id(&aunt), "introduced_id": id(whom) });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.post("/v1/introductions", &ada, body).await.expect(201).json
    };
    let named = json!({ "may_use_name": true, "notes": "over lunch", "named_at": "2026-01-01T00:00:00Z",
        "thanked_at": "2026-01-02T00:00:00Z" });
    let (named, made) =
        (introduce(&one, named).await, introduce(&two, json!({ "state": "made", "notes": "by mail" })).await);
    let merged = merge(&app, &ada, &one, &[&two]).await.expect(200);
    let list = app.get("/v1/introductions", &ada).await.json;
    let [stays] = list["data"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!((&stays["id"], &stays["state"], &stays["introduced_id"]), (&made["id"], &json!("made"), &one["id"]));
    assert_eq!((&stays["may_use_name"], &stays["notes"]), (&json!(true), &json!("by mail\n\nover lunch")));
    assert_eq!((&stays["named_at"], &stays["thanked_at"]), (&named["named_at"], &named["thanked_at"]));
    let kinds = app.get("/v1/trash", &ada).await.json;
    assert_eq!((&kinds["data"][0]["id"], kinds["data"].as_array().unwrap().len()), (&named["id"], 1));

    // What was said since stays; all else goes back.
    let path = format!("/v1/introductions/{}", id(&made));
    app.patch(&path, &ada, json!({ "notes": "by mail, in March" })).await.expect(200);
    undo(&app, &ada, &merged).await.expect(200);
    let back = app.get(&path, &ada).await.expect(200).json;
    assert_eq!((&back["may_use_name"], &back["thanked_at"]), (&json!(false), &Value::Null));
    assert_eq!((&back["notes"], &back["introduced_id"]), (&json!("by mail, in March"), &two["id"]));
    let other = app.get(&format!("/v1/introductions/{}", id(&named)), &ada).await.expect(200).json;
    assert_eq!(lasting(&other), lasting(&named));
}

#[actix_web::test]
async fn what_happened_before_a_merge_is_told_after_it_for_good() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let one = contact(&app, &ada, json!({ "given_name": "Ada" })).await;
    let two = contact(&app, &ada, json!({ "given_name": "Augusta" })).await;
    for stage in ["contacted", "replied"] {
        app.pass(Duration::minutes(1));
        app.patch(&path(&two), &ada, json!({ "stage": stage })).await.expect(200);
    }
    app.pass(Duration::minutes(1));
    let merged = merge(&app, &ada, &one, &[&two]).await.expect(200);
    let told = async || -> Vec<String> {
        let page = app.get(&format!("{}/timeline", path(&one)), &ada).await.expect(200).json;
        page["data"].as_array().unwrap().iter().map(|entry| entry["title"].as_str().unwrap().to_owned()).collect()
    };
    let all = told().await;
    for title in ["Became one with Augusta", "Augusta was added", "Ada was added", "Moved from contacted to replied"] {
        assert!(all.iter().any(|told| told == title), "{title}: {all:?}");
    }
    assert!(!all.iter().any(|told| told.contains("trash")), "{all:?}");
    let page = app.get(&format!("{}/timeline", path(&one)), &ada).await.json;
    let told_of_it = page["data"].as_array().unwrap().iter().find(|entry| entry["kind"] == "contact.merged").unwrap();
    assert_eq!(told_of_it["details"]["merged_ids"], json!([id(&two)]));
    undo(&app, &ada, &merged).await.expect(200);
    let all = told().await;
    assert!(
        !all.iter().any(|told| told == "Moved from contacted to replied")
            && all.iter().any(|told| told.starts_with("Was parted from")),
        "{all:?}"
    );

    merge(&app, &ada, &one, &[&two]).await.expect(200);
    app.pass(Duration::days(31));
    inroad::merges::purge_old(&app.app).await.unwrap();
    assert_eq!(app.count("contacts").await, 1);
    let moves = app.texts("SELECT from_stage || ' ' || to_stage AS text FROM stage_moves ORDER BY moved_at").await;
    assert!(moves.starts_with(&["identified contacted".to_owned(), "contacted replied".to_owned()]), "{moves:?}");
}

#[actix_web::test]
async fn a_card_of_a_contact_that_was_merged_is_about_the_survivor() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (rob, bob) = (json!({ "given_name": "Robert" }), json!({ "given_name": "Bob", "headline": "Weaver" }));
    let (rob, bob) = (contact(&app, &ada, rob).await, contact(&app, &ada, bob).await);
    let card = app.get(&format!("{}/vcard", path(&bob)), &ada).await.expect(200).text;
    merge(&app, &ada, &rob, &[&bob]).await.expect(200);
    let request = app.request(Method::POST, "/v1/imports").bearer_auth(&ada.token).header("content-type", "text/vcard");
    let report = app.send(request.body(card)).await.expect(201);
    assert_eq!((&report.json["counts"]["created"], &report.json["rows"][0]["contact_id"]), (&json!(0), &rob["id"]));
}

#[actix_web::test]
async fn who_was_merged_and_let_go_again_can_be_erased_though_somebody_answered() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let one = app.post("/v1/contacts", &ada, json!({ "given_name": "One" })).await.expect(201).json;
    let two = app.post("/v1/contacts", &ada, json!({ "given_name": "Two" })).await.expect(201).json;
    let body = json!({ "contact_id": two["id"], "channel": "in_person", "body": "Hello" });
    let said = app.post("/v1/messages", &ada, body).await.expect(201).id();
    app.post(&format!("/v1/messages/{said}/mark-sent"), &ada, json!({})).await.expect(200);
    let merged = merge(&app, &ada, &one, &[&two]).await.expect(200);
    let body = json!({ "contact_id": one["id"], "channel": "in_person", "direction": "incoming", "body": "Hi", "in_reply_to_id": said });
    let answer = app.post("/v1/messages", &ada, body).await.expect(201).id();
    undo(&app, &ada, &merged).await.expect(200);
    app.post(&format!("/v1/contacts/{}/erase", id(&two)), &ada, json!({})).await.expect(200);
    let answer = app.get(&format!("/v1/messages/{answer}"), &ada).await.expect(200);
    assert_eq!(answer.json["in_reply_to_id"], Value::Null);
}

#[actix_web::test]
async fn who_is_purged_leaves_no_meeting_without_anybody() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let one = app.post("/v1/contacts", &ada, json!({ "given_name": "One" })).await.expect(201).id();
    let body = json!({ "contact_ids": [one], "medium": "phone" });
    let meeting = app.post("/v1/meetings", &ada, body).await.expect(201).id();
    app.delete(&format!("/v1/contacts/{one}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{one}"), &ada).await.expect(204);
    app.get(&format!("/v1/meetings/{meeting}"), &ada).await.expect(404);
}

#[actix_web::test]
async fn filters_follow_who_was_merged_and_a_connector_in_the_trash_is_none() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let add = async |body: Value| app.post("/v1/contacts", &ada, body).await.expect(201).id();
    let (old, new) = (add(json!({ "given_name": "Old" })).await, add(json!({ "given_name": "New" })).await);
    let led = add(json!({ "given_name": "Led", "connector_id": old })).await;
    let body = json!({ "introducer_id": old, "introduced_id": led });
    app.post("/v1/introductions", &ada, body).await.expect(201);
    app.post("/v1/contacts/merge", &ada, json!({ "survivor_id": new, "merged_ids": [old] })).await.expect(200);
    let count = async |path: String| {
        let reply = app.get(&path, &ada).await.expect(200).json;
        let list = if reply["data"].is_array() { &reply["data"] } else { &reply["nodes"] };
        list.as_array().unwrap().len()
    };
    let nobody = uuid::Uuid::now_v7().to_string();
    for (filter, found) in [
        ("contacts?connector_id", 1),
        ("exports/contacts.csv?connector_id", 2),
        ("introductions?contact_id", 1),
        ("introductions?introducer_id", 1),
        ("network/graph?contact_id", 2),
    ] {
        for id in [&old, &new] {
            let path = format!("/v1/{filter}={id}");
            if filter.starts_with("exports") {
                assert_eq!(app.get(&path, &ada).await.expect(200).text.lines().count(), found, "{path}");
            } else {
                assert_eq!(count(path.clone()).await, found, "{path}");
                assert_eq!(count(format!("/v1/{filter}={nobody}")).await, 0, "{path}");
            }
        }
    }
    let path = format!("/v1/contacts/{led}");
    assert_eq!(app.get(&path, &ada).await.expect(200).json["connector_id"], json!(new));
    app.delete(&format!("/v1/contacts/{new}"), &ada).await.expect(204);
    assert_eq!(app.get(&path, &ada).await.expect(200).json["connector_id"], Value::Null);
    assert_eq!(app.get("/v1/contacts", &ada).await.expect(200).json["data"][0]["connector_id"], Value::Null);
    app.patch(&path, &ada, json!({ "notes": "n" })).await.expect(200);
    app.post(&format!("/v1/trash/{new}/restore"), &ada, json!({})).await.expect(204);
    assert_eq!(app.get(&path, &ada).await.expect(200).json["connector_id"], json!(new), "it comes back");
}
