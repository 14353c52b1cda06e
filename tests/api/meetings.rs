use chrono::Duration;
use futures_util::future::join_all;
use inroad::auth::{Role, Scopes};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

/// Somebody with a token that is still good, in the same workspace.
async fn renewed(app: &TestApp, member: &Member) -> Member {
    app.member(Some(member.workspace), Role::Owner, Scopes::all()).await
}

async fn contact(app: &TestApp, member: &Member, name: &str) -> String {
    let body = json!({ "given_name": name, "time_zone": "America/New_York" });
    app.post("/v1/contacts", member, body).await.expect(201).id()
}

async fn propose(app: &TestApp, member: &Member, contact: &str, starts_at: &str) -> Reply {
    let body = json!({ "contact_ids": [contact], "medium": "phone", "starts_at": starts_at });
    app.post("/v1/meetings", member, body).await
}

async fn act(app: &TestApp, member: &Member, meeting: &str, verb: &str, body: Value) -> Reply {
    app.post(&format!("/v1/meetings/{meeting}/{verb}"), member, body).await
}

async fn stage(app: &TestApp, member: &Member, contact: &str) -> String {
    app.get(&format!("/v1/contacts/{contact}"), member).await.expect(200).json["stage"].as_str().unwrap().to_owned()
}

fn steps(meeting: &Value) -> Vec<&str> {
    meeting["history"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect()
}

fn warnings(meeting: &Value) -> Vec<&str> {
    meeting["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_meeting_is_proposed_confirmed_and_takes_place() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = contact(&app, &ada, "Tom").await;
    let body = json!({
        "contact_ids": [tom], "medium": "coffee", "title": " Site operations ", "place": { "name": "Café", "address": "Ring 4" },
        "starts_local": { "time": "2026-03-10T08:30", "zone": "America/New_York" }, "seeker_zone": "Europe/Vienna",
        "cost": { "amount_minor": 450, "currency": "EUR" }, "bring": "Notebook", "dress": "Boots",
        "arrive_minutes_before": 10, "notes": "First one"
    });
    let made = app.post("/v1/meetings", &ada, body).await.expect(201);
    let id = made.id();
    assert_eq!(made.header("location"), format!("/v1/meetings/{id}"));
    let meeting = &made.json;
    assert_eq!(
        (&meeting["state"], &meeting["next_states"]),
        (&json!("proposed"), &json!(["confirmed", "completed", "cancelled"]))
    );
    assert_eq!(
        (&meeting["title"], &meeting["duration_minutes"], &meeting["payer"]),
        (&json!("Site operations"), &json!(15), &json!("seeker"))
    );
    assert_eq!(
        (&meeting["starts_at"], &meeting["ends_at"]),
        (&json!("2026-03-10T12:30:00Z"), &json!("2026-03-10T12:45:00Z"))
    );
    assert_eq!(meeting["contact_zone"], "America/New_York");
    assert_eq!(
        meeting["contact_local"],
        json!({ "starts": "2026-03-10T08:30:00-04:00", "ends": "2026-03-10T08:45:00-04:00", "abbreviation": "EDT" })
    );
    // America has changed its clocks already, Europe has not.
    assert_eq!(meeting["seeker_local"]["starts"], "2026-03-10T13:30:00+01:00");
    assert_eq!(meeting["arrive_by_at"], "2026-03-10T12:20:00Z");
    assert_eq!(meeting["contacts"], json!([{ "id": tom, "name": "Tom" }]));
    assert_eq!(meeting["warnings"], json!([]));
    assert_eq!(app.get(&format!("/v1/meetings/{id}"), &ada).await.expect(200).json, *meeting);
    assert_eq!(stage(&app, &ada, &tom).await, "identified");

    let early = act(&app, &ada, &id, "no-show", json!({ "by": "contact" })).await.expect(409);
    assert_eq!(early.code(), "impossible_transition");
    // Without a body, too.
    let confirm = app.request(Method::POST, &format!("/v1/meetings/{id}/confirm")).bearer_auth(&ada.token);
    let confirmed = app.send(confirm).await.expect(200);
    assert_eq!(
        (&confirmed.json["state"], &confirmed.json["version"], &confirmed.json["sequence"]),
        (&json!("confirmed"), &json!(2), &json!(1))
    );
    assert_eq!(stage(&app, &ada, &tom).await, "scheduled");
    act(&app, &ada, &id, "confirm", json!({})).await.expect(409);
    let not_yet = act(&app, &ada, &id, "complete", Value::Null).await.expect(409);
    assert!(not_yet.json["detail"].as_str().unwrap().contains("2026-03-10T12:30:00"), "{}", not_yet.text);

    app.pass(Duration::days(7));
    let ada = renewed(&app, &ada).await;
    let again = act(&app, &ada, &id, "reconfirm", json!({})).await.expect(200);
    assert_eq!(again.json["reconfirmed_at"], "2026-03-09T09:00:00Z");
    let ahead = act(&app, &ada, &id, "reconfirm", json!({ "reconfirmed_at": "2026-03-10T00:00:00Z" })).await;
    assert_eq!(ahead.expect(422).faults(), ["/reconfirmed_at"]);
    app.pass(Duration::hours(28));
    let ada = renewed(&app, &ada).await;
    let done = act(&app, &ada, &id, "complete", Value::Null).await.expect(200);
    assert_eq!(steps(&done.json), ["proposed", "confirmed", "reconfirmed", "completed"]);
    assert_eq!(stage(&app, &ada, &tom).await, "met");
    assert_eq!(app.get(&format!("/v1/contacts/{tom}"), &ada).await.json["last_touch_at"], "2026-03-10T12:30:00Z");
    act(&app, &ada, &id, "cancel", json!({})).await.expect(409);

    let told = app.get(&format!("/v1/contacts/{tom}/timeline"), &ada).await.expect(200);
    let told: Vec<&str> =
        told.json["data"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    for kind in ["meeting.proposed", "meeting.confirmed", "meeting.reconfirmed", "meeting.completed"] {
        assert!(told.contains(&kind), "{kind}: {told:?}");
    }
    let changes = app.get("/v1/changes?kind=meeting.*", &ada).await.expect(200);
    let changes: Vec<&str> =
        changes.json["data"].as_array().unwrap().iter().map(|change| change["kind"].as_str().unwrap()).collect();
    assert_eq!(changes, ["meeting.created", "meeting.confirmed", "meeting.updated", "meeting.completed"]);
}

#[actix_web::test]
async fn a_wall_clock_that_shows_a_time_never_or_twice_is_asked_back() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = contact(&app, &ada, "Tom").await;
    let said = async |time: &str, zone: &str| {
        let body = json!({ "contact_ids": [tom], "medium": "phone", "starts_local": { "time": time, "zone": zone } });
        app.post("/v1/meetings", &ada, body).await
    };
    let gap = said("2026-03-29T02:30", "Europe/Vienna").await.expect(422);
    let fault = &gap.json["errors"][0];
    assert_eq!((&fault["pointer"], &fault["code"]), (&json!("/starts_local/time"), &json!("nonexistent_time")));
    assert_eq!(fault["alternatives"], json!(["2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"]));
    let twice = said("2026-11-01T01:15", "America/New_York").await.expect(422);
    let fault = &twice.json["errors"][0];
    assert_eq!(
        (&fault["code"], &fault["alternatives"]),
        (&json!("ambiguous_time"), &json!(["2026-11-01T05:15:00Z", "2026-11-01T06:15:00Z"]))
    );
    // What is offered is taken.
    let meant = propose(&app, &ada, &tom, "2026-11-01T06:15:00Z").await.expect(201);
    assert_eq!(meant.json["contact_local"]["starts"], "2026-11-01T01:15:00-05:00");
    assert_eq!(said("2026-02-30T10:00", "Europe/Vienna").await.expect(422).faults(), ["/starts_local/time"]);
    assert_eq!(said("2026-03-30T10:00", "Europe/Wien").await.expect(422).faults(), ["/starts_local/zone"]);
    let both = json!({
        "contact_ids": [tom, tom], "medium": "phone", "starts_at": "2026-03-30T10:00:00Z",
        "starts_local": { "time": "2026-03-30T10:00", "zone": "UTC" }
    });
    assert_eq!(app.post("/v1/meetings", &ada, both).await.expect(422).faults(), ["/contact_ids/1", "/starts_local"]);
    // Rescheduling and patching ask back alike.
    let id = meant.id();
    let wall = json!({ "starts_local": { "time": "2026-03-29T02:30", "zone": "Europe/Vienna" } });
    assert_eq!(
        act(&app, &ada, &id, "reschedule", wall.clone()).await.expect(422).json["errors"][0]["code"],
        "nonexistent_time"
    );
    let path = format!("/v1/meetings/{id}");
    assert_eq!(app.patch(&path, &ada, wall).await.expect(422).json["errors"][0]["code"], "nonexistent_time");
    let wall = json!({ "starts_local": { "time": "2026-03-30T10:00", "zone": "Europe/Vienna" } });
    assert_eq!(app.patch(&path, &ada, wall).await.expect(200).json["starts_at"], "2026-03-30T08:00:00Z");
}

#[actix_web::test]
async fn another_time_is_kept_in_the_history_with_its_reason() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = contact(&app, &ada, "Tom").await;
    let open = json!({ "contact_ids": [tom], "medium": "video" });
    let id = app.post("/v1/meetings", &ada, open).await.expect(201).id();
    let nowhen = act(&app, &ada, &id, "confirm", json!({})).await.expect(409);
    assert_eq!(nowhen.code(), "impossible_transition");
    assert_eq!(act(&app, &ada, &id, "reschedule", json!({})).await.expect(422).faults(), ["/starts_at"]);
    let first = json!({ "starts_at": "2026-03-10T10:00:00Z", "confirmed": true });
    let first = act(&app, &ada, &id, "reschedule", first).await.expect(200);
    assert_eq!(
        (&first.json["state"], steps(&first.json)),
        (&json!("confirmed"), vec!["proposed", "rescheduled", "confirmed"])
    );
    assert_eq!(warnings(&first.json), ["unusual_hour", "place_missing"]);
    assert_eq!(stage(&app, &ada, &tom).await, "scheduled");
    act(&app, &ada, &id, "reconfirm", json!({})).await.expect(200);
    let moved = json!({ "starts_at": "2026-03-11T10:00:00Z", "duration_minutes": 20, "by": "contact", "reason": " A site visit " });
    let moved = act(&app, &ada, &id, "reschedule", moved).await.expect(200);
    assert_eq!((&moved.json["state"], &moved.json["reconfirmed_at"]), (&json!("confirmed"), &Value::Null));
    let step = &moved.json["history"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&step["by"], &step["reason"], &step["starts_at"]),
        (&json!("contact"), &json!("A site visit"), &json!("2026-03-11T10:00:00Z"))
    );
    assert_eq!(moved.json["ends_at"], "2026-03-11T10:20:00Z");
    // A patch keeps it, too, and cannot take the time away.
    let patched = app.patch(&format!("/v1/meetings/{id}"), &ada, json!({ "duration_minutes": 25 })).await.expect(200);
    assert_eq!(steps(&patched.json).last(), Some(&"rescheduled"));
    let same = app.patch(&format!("/v1/meetings/{id}"), &ada, json!({ "duration_minutes": 25 })).await.expect(200);
    assert_eq!(same.json["version"], patched.json["version"]);
    let timeless = app.patch(&format!("/v1/meetings/{id}"), &ada, json!({ "starts_at": null })).await;
    assert_eq!(timeless.expect(422).faults(), ["/starts_at"]);
    let called_off = act(&app, &ada, &id, "cancel", json!({ "by": "seeker", "reason": "Ill" })).await.expect(200);
    assert_eq!(called_off.json["next_states"], json!(["proposed", "confirmed"]));
    assert_eq!(stage(&app, &ada, &tom).await, "scheduled", "nobody is moved back");
    let revived = act(&app, &ada, &id, "reschedule", json!({ "starts_at": "2026-03-12T10:00:00Z" })).await.expect(200);
    assert_eq!(revived.json["state"], "proposed");
    act(&app, &ada, &id, "confirm", json!({})).await.expect(200);
    app.pass(Duration::days(11));
    let ada = renewed(&app, &ada).await;
    assert_eq!(act(&app, &ada, &id, "no-show", json!({})).await.expect(422).faults(), ["/by"]);
    let missed = act(&app, &ada, &id, "no-show", json!({ "by": "contact" })).await.expect(200);
    assert_eq!(missed.json["history"].as_array().unwrap().last().unwrap()["by"], "contact");
    // Noted by mistake.
    act(&app, &ada, &id, "complete", Value::Null).await.expect(200);
    let stale = app.request(Method::POST, &format!("/v1/meetings/{id}/no-show")).bearer_auth(&ada.token);
    app.send(stale.header("if-match", "\"1\"").json(&json!({ "by": "seeker" }))).await.expect(412);
}

#[actix_web::test]
async fn confirmed_meetings_do_not_overlap_unless_they_may() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = contact(&app, &ada, "Tom").await;
    let first = propose(&app, &ada, &tom, "2026-03-10T10:00:00Z").await.expect(201).id();
    let second = propose(&app, &ada, &tom, "2026-03-10T10:10:00Z").await.expect(201).id();
    let behind = propose(&app, &ada, &tom, "2026-03-10T10:15:00Z").await.expect(201).id();
    act(&app, &ada, &first, "confirm", json!({})).await.expect(200);
    let refused = act(&app, &ada, &second, "confirm", json!({})).await.expect(409);
    assert_eq!((refused.code(), refused.faults()), ("meeting_overlaps", vec!["/starts_at"]));
    assert!(refused.json["detail"].as_str().unwrap().contains(&first), "{}", refused.text);
    act(&app, &ada, &behind, "confirm", json!({})).await.expect(200);
    // The way to a café takes its time, by a setting.
    let coffee = json!({ "contact_ids": [tom], "medium": "coffee", "starts_at": "2026-03-10T10:50:00Z", "place": { "name": "Café" } });
    let coffee = app.post("/v1/meetings", &ada, coffee).await.expect(201).id();
    assert_eq!(act(&app, &ada, &coffee, "confirm", json!({})).await.expect(409).code(), "meeting_overlaps");
    let settings = json!({ "travel_minutes": { "coffee": 20 } });
    let settings = app.patch("/v1/meetings/settings", &ada, settings).await.expect(200);
    assert_eq!((&settings.json["version"], &settings.json["travel_minutes"]["on_site"]), (&json!(1), &json!(30)));
    act(&app, &ada, &coffee, "reschedule", json!({ "starts_at": "2026-03-10T10:50:00Z", "confirmed": true }))
        .await
        .expect(200);
    // One that may overlap does; another next to it may not for that.
    act(&app, &ada, &second, "confirm", json!({ "allow_overlap": true })).await.expect(200);
    let strict =
        app.patch(&format!("/v1/meetings/{second}"), &ada, json!({ "allow_overlap": false })).await.expect(409);
    assert_eq!(strict.code(), "meeting_overlaps");
    app.patch(&format!("/v1/meetings/{first}"), &ada, json!({ "notes": "Mine" })).await.expect(200);
    act(&app, &ada, &first, "cancel", json!({})).await.expect(200);
    let again = act(&app, &ada, &first, "confirm", json!({})).await.expect(409);
    assert!(again.json["detail"].as_str().unwrap().contains(&second), "{}", again.text);
    // Of another workspace nothing is known.
    let bob = app.seeker().await;
    let kim = contact(&app, &bob, "Kim").await;
    let theirs = propose(&app, &bob, &kim, "2026-03-10T10:00:00Z").await.expect(201).id();
    act(&app, &bob, &theirs, "confirm", json!({})).await.expect(200);
    assert_eq!(
        app.post("/v1/meetings", &bob, json!({ "contact_ids": [tom], "medium": "phone" })).await.expect(422).faults(),
        ["/contact_ids/0"]
    );
    // What lies in the trash keeps no time, and comes back only if its time is free.
    app.delete(&format!("/v1/meetings/{coffee}"), &ada).await.expect(204);
    let trash = app.get("/v1/trash", &ada).await.expect(200);
    assert_eq!(trash.json["data"][0]["title"], "Coffee with Tom");
    let instead = propose(&app, &ada, &tom, "2026-03-10T10:55:00Z").await.expect(201).id();
    act(&app, &ada, &instead, "confirm", json!({})).await.expect(200);
    let taken = app.post(&format!("/v1/trash/{coffee}/restore"), &ada, json!({})).await.expect(409);
    assert_eq!(taken.code(), "restore_conflict");
    act(&app, &ada, &instead, "cancel", json!({})).await.expect(200);
    app.post(&format!("/v1/trash/{coffee}/restore"), &ada, json!({})).await.expect(204);
    // The database holds it by itself.
    let forced = format!("UPDATE meetings SET state = 'confirmed' WHERE id = '{instead}'");
    let mut conn = app.connection().await;
    let error = diesel_async::SimpleAsyncConnection::batch_execute(&mut conn, &forced).await.unwrap_err();
    assert!(error.to_string().contains("meetings_overlap_excl"), "{error}");
}

#[actix_web::test]
async fn of_many_who_confirm_one_time_at_once_one_gets_it() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = contact(&app, &ada, "Tom").await;
    let mut ids = Vec::new();
    for _ in 0..30 {
        ids.push(propose(&app, &ada, &tom, "2026-03-10T10:00:00Z").await.expect(201).id());
    }
    let all = join_all(ids.iter().map(|id| act(&app, &ada, id, "confirm", json!({})))).await;
    let won = all.iter().filter(|reply| reply.status == 200).count();
    assert!(won == 1 && all.iter().all(|reply| reply.status == 200 || reply.code() == "meeting_overlaps"), "{all:?}");
}

#[actix_web::test]
async fn warnings_keep_nobody_from_anything() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = contact(&app, &ada, "Tom").await;
    let body = json!({
        "contact_ids": [tom], "medium": "phone", "starts_at": "2026-03-10T08:00:00Z", "duration_minutes": 45,
        "place": { "phone": "+1 212 555 0100" }
    });
    let long = app.post("/v1/meetings", &ada, body).await.expect(201);
    assert_eq!(warnings(&long.json), ["long_meeting", "unusual_hour"]);
    assert_eq!(long.json["warnings"][1]["detail"], "begins at 04:00 in America/New_York");
    let settings = json!({ "duration_minutes": 20, "warn_above_minutes": 60, "payer": "each" });
    let changed = app.patch("/v1/meetings/settings", &ada, settings).await.expect(200);
    assert_eq!(changed.header("etag"), "\"1\"");
    assert_eq!(app.get("/v1/meetings/settings", &ada).await.expect(200).json, changed.json);
    let path = format!("/v1/meetings/{}", long.id());
    assert_eq!(warnings(&app.get(&path, &ada).await.expect(200).json), ["unusual_hour"]);
    let next = propose(&app, &ada, &tom, "2026-03-10T15:00:00Z").await.expect(201);
    assert_eq!((&next.json["duration_minutes"], &next.json["payer"]), (&json!(20), &json!("each")));
    let back = app.patch("/v1/meetings/settings", &ada, json!({ "payer": null })).await.expect(200);
    assert_eq!(back.json["payer"], "seeker");
    let far = json!({ "contact_ids": [tom], "medium": "phone", "starts_at": "3026-03-10T15:00:00Z" });
    assert_eq!(app.post("/v1/meetings", &ada, far).await.expect(422).faults(), ["/starts_at"]);
}

#[actix_web::test]
async fn lists_are_filtered_and_sorted() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (tom, kim) = (contact(&app, &ada, "Tom").await, contact(&app, &ada, "Kim").await);
    let mut ids = Vec::new();
    for day in ["12", "10", "11"] {
        ids.push(propose(&app, &ada, &tom, &format!("2026-03-{day}T10:00:00Z")).await.expect(201).id());
    }
    let open = json!({ "contact_ids": [kim, tom], "medium": "video", "title": "Anything", "notes": "turbines" });
    let open = app.post("/v1/meetings", &ada, open).await.expect(201).id();
    let listed = async |query: &str| {
        let (mut found, mut next) = (Vec::new(), format!("/v1/meetings?limit=2&{query}"));
        loop {
            let page = app.get(&next, &ada).await.expect(200);
            found
                .extend(page.json["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            let Some(cursor) = page.json["next_cursor"].as_str() else { return found };
            next = format!("/v1/meetings?limit=2&{query}&cursor={cursor}");
        }
    };
    assert_eq!(listed("sort=starts_at").await, [&ids[1], &ids[2], &ids[0]].map(String::clone));
    assert_eq!(
        listed("sort=-starts_at&starts_after=2026-03-10T12:00:00Z").await,
        [&ids[0], &ids[2]].map(String::clone)
    );
    assert_eq!(listed("").await.first(), Some(&open));
    assert_eq!(listed(&format!("contact_id={kim}")).await, std::slice::from_ref(&open));
    assert_eq!(listed(&format!("contact_id={tom}")).await.len(), 4);
    assert_eq!(listed("medium=video&state=proposed").await, std::slice::from_ref(&open));
    assert_eq!(listed("state=confirmed").await, Vec::<String>::new());
    let found = app.get("/v1/search?q=turbines", &ada).await.expect(200);
    let hit = &found.json["data"][0];
    assert_eq!((&hit["kind"], &hit["id"], &hit["title"]), (&json!("meeting"), &json!(open), &json!("Anything")));
    app.delete(&format!("/v1/meetings/{open}"), &ada).await.expect(204);
    app.get(&format!("/v1/meetings/{open}"), &ada).await.expect(404);
    app.delete(&format!("/v1/meetings/{open}"), &ada).await.expect(404);
    assert_eq!(app.get("/v1/search?q=turbines", &ada).await.expect(200).json["data"], json!([]));
    assert_eq!(app.get("/v1/trash", &ada).await.expect(200).json["data"][0]["title"], "Anything");
    app.delete(&format!("/v1/trash/{open}"), &ada).await.expect(204);
    assert_eq!(app.count("meeting_contacts").await, 3);
}

#[actix_web::test]
async fn meetings_follow_the_people_in_them() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (tom, thomas, kim) =
        (contact(&app, &ada, "Tom").await, contact(&app, &ada, "Thomas").await, contact(&app, &ada, "Kim").await);
    let with = async |ids: &[&String]| {
        let body = json!({ "contact_ids": ids, "medium": "phone", "notes": "Tom was early" });
        app.post("/v1/meetings", &ada, body).await.expect(201).id()
    };
    let (alone, both, three) = (with(&[&thomas]).await, with(&[&thomas, &tom]).await, with(&[&kim, &thomas]).await);
    let who =
        async |id: &str| app.get(&format!("/v1/meetings/{id}"), &ada).await.expect(200).json["contact_ids"].clone();
    let merge = json!({ "survivor_id": tom, "merged_ids": [thomas] });
    let merge = app.post("/v1/contacts/merge", &ada, merge).await.expect(200);
    assert_eq!(merge.json["moved"]["meetings"], 3);
    assert_eq!(
        (who(&alone).await, who(&both).await, who(&three).await),
        (json!([tom]), json!([tom]), json!([kim, tom]))
    );
    app.post(&format!("/v1/contacts/merges/{}/undo", merge.id()), &ada, json!({})).await.expect(200);
    assert_eq!(
        (who(&alone).await, who(&both).await, who(&three).await),
        (json!([thomas]), json!([thomas, tom]), json!([kim, thomas]))
    );
    // Another in the place of the first.
    let swapped = app.patch(&format!("/v1/meetings/{alone}"), &ada, json!({ "contact_ids": [tom] })).await.expect(200);
    assert_eq!(swapped.json["contacts"][0]["name"], "Tom");
    // Whoever comes to a meeting that is agreed is as far as the others.
    act(&app, &ada, &three, "reschedule", json!({ "starts_at": "2026-03-10T10:00:00Z", "confirmed": true }))
        .await
        .expect(200);
    let lee = contact(&app, &ada, "Lee").await;
    app.patch(&format!("/v1/meetings/{three}"), &ada, json!({ "contact_ids": [kim, thomas, lee] })).await.expect(200);
    assert_eq!(stage(&app, &ada, &lee).await, "scheduled");
    app.patch(&format!("/v1/meetings/{three}"), &ada, json!({ "contact_ids": [kim, thomas] })).await.expect(200);
    // In the trash they stay in the meeting, without their name.
    app.delete(&format!("/v1/contacts/{tom}"), &ada).await.expect(204);
    let nameless = app.get(&format!("/v1/meetings/{alone}"), &ada).await.expect(200);
    assert_eq!(nameless.json["contacts"], json!([{ "id": tom, "name": null }]));
    act(&app, &ada, &alone, "cancel", json!({})).await.expect(200);
    app.post(&format!("/v1/trash/{tom}/restore"), &ada, json!({})).await.expect(204);
    let export = app.get(&format!("/v1/contacts/{thomas}/export"), &ada).await.expect(200);
    assert_eq!(export.json["held"]["meetings"].as_array().unwrap().len(), 2);
    app.delete(&format!("/v1/meetings/{both}"), &ada).await.expect(204);
    app.post(&format!("/v1/contacts/{tom}/erase"), &ada, json!({})).await.expect(200);
    app.get(&format!("/v1/meetings/{alone}"), &ada).await.expect(404);
    assert_eq!(app.get("/v1/trash", &ada).await.expect(200).json["data"][0]["title"], "Phone call with Thomas");
    assert_eq!(who(&three).await, json!([kim, thomas]));
}

#[actix_web::test]
async fn another_system_writes_a_meeting_by_its_own_id() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = app.post("/v1/contacts", &ada, json!({ "given_name": "Tom" })).await.expect(201).id();
    let path = "/v1/meetings/by-external-id/crm/47%2F11";
    let empty = app.put(path, &ada, json!({})).await.expect(422);
    assert_eq!(empty.faults(), ["/contact_ids", "/medium"], "{}", empty.text);
    let body = json!({ "contact_ids": [tom], "medium": "phone", "starts_at": "2026-03-10T13:30:00Z" });
    let made = app.put(path, &ada, body.clone()).await.expect(201);
    assert_eq!((&made.json["external_ids"], &made.json["version"]), (&json!({ "crm": "47/11" }), &json!(1)));
    assert_eq!(made.header("location"), format!("/v1/meetings/{}", made.id()));
    // The same again changes nothing; a part of it changes that part.
    assert_eq!(app.put(path, &ada, body).await.expect(200).json["version"], 1);
    let moved = app.put(path, &ada, json!({ "starts_at": "2026-03-11T13:30:00Z" })).await.expect(200).json;
    assert_eq!((&moved["id"], &moved["contact_ids"], &moved["version"]), (&made.json["id"], &json!([tom]), &json!(2)));
    assert_eq!(moved["history"].as_array().unwrap().last().unwrap()["kind"], "rescheduled");
    let mary = app.seeker().await;
    app.put(path, &mary, json!({ "medium": "phone" })).await.expect(422);
}
