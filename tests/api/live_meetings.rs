//! Meetings under way: start, questions, time left, finish.
use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, TestApp};

/// With somebody called Tom, at nine in the morning of the next day.
async fn meeting(app: &TestApp, member: &Member) -> (String, String) {
    let tom = app.post("/v1/contacts", member, json!({ "given_name": "Tom" })).await.expect(201).id();
    let body = json!({ "contact_ids": [tom], "medium": "phone", "starts_at": "2026-03-03T09:00:00Z" });
    let meeting = app.post("/v1/meetings", member, body).await.expect(201).id();
    app.post(&format!("/v1/meetings/{meeting}/confirm"), member, json!({})).await.expect(200);
    (tom, meeting)
}

async fn run_jobs(app: &TestApp) {
    while inroad::jobs::run_one(&app.app, &inroad::server::jobs()).await.unwrap() {}
}

/// What the change log tells of this kind.
async fn told(app: &TestApp, member: &Member, kind: &str) -> Vec<Value> {
    let page = app.get(&format!("/v1/changes?limit=200&kind={kind}"), member).await.expect(200);
    page.json["data"].as_array().unwrap().iter().map(|change| change["details"].clone()).collect()
}

#[actix_web::test]
async fn a_meeting_runs_by_the_clients_clock() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (tom, meeting) = meeting(&app, &ada).await;
    let url = format!("/v1/meetings/{meeting}");
    let before = app.get(&format!("{url}/clock"), &ada).await.expect(200).json;
    assert_eq!((&before["started_at"], &before["seconds_left"]), (&Value::Null, &Value::Null));
    // Nothing is over that was not begun.
    assert_eq!(app.post(&format!("{url}/finish"), &ada, json!({})).await.expect(409).code(), "impossible_transition");

    app.pass(Duration::hours(24) + Duration::minutes(2));
    let ada = app.member_again(&ada).await;
    let started = json!({ "started_at": "2026-03-03T09:01:00Z" });
    let begun = app.post(&format!("{url}/start"), &ada, started.clone()).await.expect(200);
    assert_eq!(begun.header("etag"), format!("\"{}\"", begun.json["version"]));
    assert_eq!((&begun.json["state"], &begun.json["starts_at"]), (&json!("confirmed"), &json!("2026-03-03T09:00:00Z")));
    assert_eq!(
        (&begun.json["started_at"], &begun.json["time_up_at"], &begun.json["clock"]["seconds_left"]),
        (&json!("2026-03-03T09:01:00Z"), &json!("2026-03-03T09:16:00Z"), &json!(14 * 60))
    );
    // The same again is no news.
    let again = app.post(&format!("{url}/start"), &ada, started).await.expect(200);
    assert_eq!(again.json["version"], begun.json["version"]);
    let ahead = app.post(&format!("{url}/start"), &ada, json!({ "started_at": "2026-03-03T10:00:00Z" })).await;
    assert_eq!(ahead.expect(422).faults(), ["/started_at"]);

    let body = json!({ "meeting_id": meeting, "text": "What does the week look like?" });
    let question = app.post("/v1/meeting-questions", &ada, body).await.expect(201).id();
    app.pass(Duration::minutes(3));
    let asked = json!({ "asked_at": "2026-03-03T09:04:00Z" });
    let asked = app.post(&format!("/v1/meeting-questions/{question}/ask"), &ada, asked).await.expect(200);
    assert_eq!(
        (&asked.json["asked_at"], &asked.json["clock"]["seconds_left"]),
        (&json!("2026-03-03T09:04:00Z"), &json!(11 * 60))
    );
    let early = json!({ "answer": "Three days on site", "answered_at": "2026-03-03T09:03:00Z" });
    let early = app.post(&format!("/v1/meeting-questions/{question}/answer"), &ada, early).await;
    assert_eq!(early.expect(422).faults(), ["/answered_at"]);
    let answer = json!({ "answer": "Three days on site", "answered_at": "2026-03-03T09:05:00Z" });
    let answered = app.post(&format!("/v1/meeting-questions/{question}/answer"), &ada, answer).await.expect(200);
    assert_eq!(answered.json["clock"]["elapsed_seconds"], 4 * 60);
    assert_eq!(told(&app, &ada, "meeting_question.asked").await[0]["seconds_left"], 11 * 60);

    app.pass(Duration::minutes(13));
    let ada = app.member_again(&ada).await;
    let over = app.get(&format!("{url}/clock"), &ada).await.expect(200).json;
    assert_eq!(over["seconds_left"], -2 * 60);
    let early = app.post(&format!("{url}/finish"), &ada, json!({ "finished_at": "2026-03-03T09:00:00Z" })).await;
    assert_eq!(early.expect(422).faults(), ["/finished_at"]);
    let done =
        app.post(&format!("{url}/finish"), &ada, json!({ "finished_at": "2026-03-03T09:17:30Z" })).await.expect(200);
    assert_eq!((&done.json["state"], &done.json["finished_at"]), (&json!("completed"), &json!("2026-03-03T09:17:30Z")));
    assert_eq!(
        (&done.json["clock"]["elapsed_seconds"], &done.json["clock"]["seconds_left"]),
        (&json!(990), &Value::Null)
    );
    let kinds: Vec<_> = done.json["history"].as_array().unwrap().iter().map(|step| step["kind"].clone()).collect();
    assert_eq!(kinds, [json!("proposed"), json!("confirmed"), json!("started"), json!("completed")]);
    assert_eq!(app.get(&format!("/v1/contacts/{tom}"), &ada).await.expect(200).json["stage"], "met");
    // A wrong time stamp can be set right, and nothing begins once more.
    let right =
        app.post(&format!("{url}/finish"), &ada, json!({ "finished_at": "2026-03-03T09:16:30Z" })).await.expect(200);
    assert_eq!((&right.json["clock"]["elapsed_seconds"], &right.json["state"]), (&json!(930), &json!("completed")));
    assert_eq!(
        app.post(&format!("{url}/finish"), &ada, json!({})).await.expect(200).json["version"],
        right.json["version"]
    );
    let same = app.post(&format!("{url}/start"), &ada, json!({})).await.expect(200);
    assert_eq!(same.json["version"], right.json["version"]);
    // Nobody came, after all: then it was never begun.
    let missed = app.post(&format!("{url}/no-show"), &ada, json!({ "by": "contact" })).await.expect(200);
    assert_eq!((&missed.json["started_at"], &missed.json["finished_at"]), (&Value::Null, &Value::Null));
}

#[actix_web::test]
async fn each_minute_the_log_tells_how_much_time_is_left() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (_, meeting) = meeting(&app, &ada).await;
    let url = format!("/v1/meetings/{meeting}");
    app.post(&format!("{url}/start"), &ada, json!({ "started_at": "2026-03-02T08:59:30Z" })).await.expect(200);
    assert_eq!(told(&app, &ada, "meeting.started").await[0]["seconds_left"], 870);
    run_jobs(&app).await;
    assert_eq!(told(&app, &ada, "meeting.time_left").await, Vec::<Value>::new());
    for _ in 0..2 {
        app.pass(Duration::seconds(30));
        run_jobs(&app).await;
    }
    app.pass(Duration::seconds(30));
    run_jobs(&app).await;
    let left = told(&app, &ada, "meeting.time_left").await;
    let left: Vec<i64> = left.iter().map(|clock| clock["seconds_left"].as_i64().unwrap()).collect();
    assert_eq!(left, [840, 780]);
    // Of a start that was corrected, only the new one tells.
    app.post(&format!("{url}/start"), &ada, json!({ "started_at": "2026-03-02T09:00:30Z" })).await.expect(200);
    app.pass(Duration::seconds(60));
    run_jobs(&app).await;
    assert_eq!(told(&app, &ada, "meeting.time_left").await.len(), 3);
    app.pass(Duration::minutes(20));
    let ada = app.member_again(&ada).await;
    run_jobs(&app).await;
    let last = told(&app, &ada, "meeting.time_left").await.pop().unwrap();
    assert!(last["seconds_left"].as_i64().unwrap() < 0, "{last}");
    app.post(&format!("{url}/finish"), &ada, json!({})).await.expect(200);
    let count = told(&app, &ada, "meeting.time_left").await.len();
    app.pass(Duration::minutes(5));
    run_jobs(&app).await;
    assert_eq!(told(&app, &ada, "meeting.time_left").await.len(), count);
}

#[actix_web::test]
async fn a_talk_that_nobody_planned_has_the_time_at_which_it_began() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let tom = app.post("/v1/contacts", &ada, json!({ "given_name": "Tom" })).await.expect(201).id();
    let body = json!({ "contact_ids": [tom], "medium": "phone" });
    let meeting = app.post("/v1/meetings", &ada, body).await.expect(201).id();
    // Many clients name the type of a body that is not there.
    let start = app.request(Method::POST, &format!("/v1/meetings/{meeting}/start")).bearer_auth(&ada.token);
    let start = start.header("content-type", "application/json");
    let begun = app.send(start).await.expect(200);
    assert_eq!((&begun.json["starts_at"], &begun.json["state"]), (&json!("2026-03-02T09:00:00Z"), &json!("proposed")));
    app.post(&format!("/v1/meetings/{meeting}/start"), &bob, json!({})).await.expect(404);
    app.get(&format!("/v1/meetings/{meeting}/clock"), &bob).await.expect(404);
    // What is called off was never begun.
    let off = app.post(&format!("/v1/meetings/{meeting}/cancel"), &ada, json!({})).await.expect(200);
    assert_eq!(off.json["started_at"], Value::Null);
    app.post(&format!("/v1/meetings/{meeting}/start"), &ada, json!({})).await.expect(409);
}

#[actix_web::test]
async fn other_systems_know_a_meeting_by_their_ids() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = app.post("/v1/contacts", &ada, json!({ "given_name": "Tom" })).await.expect(201).id();
    let body = |id: &str| json!({ "contact_ids": [tom], "medium": "phone", "external_ids": { "calendar": id } });
    let first = app.post("/v1/meetings", &ada, body("7")).await.expect(201);
    assert_eq!(first.json["external_ids"], json!({ "calendar": "7" }));
    let taken = app.post("/v1/meetings", &ada, body("7")).await.expect(409);
    assert_eq!((taken.code(), taken.faults()), ("external_id_taken", vec!["/external_ids/calendar"]));
    let second = app.post("/v1/meetings", &ada, body("8")).await.expect(201).id();
    let url = format!("/v1/meetings/{second}");
    assert_eq!(
        app.patch(&url, &ada, json!({ "external_ids": { "calendar": "7" } })).await.expect(409).code(),
        "external_id_taken"
    );
    // In the trash it has none, and takes its own back.
    app.delete(&format!("/v1/meetings/{}", first.id()), &ada).await.expect(204);
    app.patch(&url, &ada, json!({ "external_ids": { "calendar": "7" } })).await.expect(200);
    app.post(&format!("/v1/trash/{}/restore", first.id()), &ada, json!({})).await.expect(409);
    app.patch(&url, &ada, json!({ "external_ids": { "calendar": null } })).await.expect(200);
    app.post(&format!("/v1/trash/{}/restore", first.id()), &ada, json!({})).await.expect(204);
    app.delete(&format!("/v1/meetings/{}", first.id()), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{}", first.id()), &ada).await.expect(204);
    assert_eq!(app.count("external_ids").await, 0);
}

#[actix_web::test]
async fn whoever_joins_a_meeting_while_contacts_are_merged_waits_and_does_not_block() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let mut people = Vec::new();
    for name in ["A", "B", "C"] {
        people.push(app.post("/v1/contacts", &ada, json!({ "given_name": name })).await.expect(201).id());
    }
    for _ in 0..10 {
        let body = json!({ "contact_ids": [people[0]], "medium": "phone" });
        let meeting = app.post("/v1/meetings", &ada, body).await.expect(201).id();
        let twin = app.post("/v1/contacts", &ada, json!({ "given_name": "B" })).await.expect(201).id();
        let (url, join) =
            (format!("/v1/meetings/{meeting}"), json!({ "contact_ids": [people[0], people[1], people[2]] }));
        let merge = json!({ "survivor_id": people[1], "merged_ids": [twin] });
        let (joined, merged) =
            futures_util::join!(app.patch(&url, &ada, join), app.post("/v1/contacts/merge", &ada, merge));
        joined.expect(200);
        merged.expect(200);
    }
}

#[actix_web::test]
async fn what_was_noted_without_a_network_is_handed_in_later() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = app.post("/v1/contacts", &ada, json!({ "given_name": "Tom" })).await.expect(201).id();
    let body = json!({ "contact_ids": [tom], "medium": "phone" });
    let url = format!("/v1/meetings/{}", app.post("/v1/meetings", &ada, body).await.expect(201).id());
    let now = app.app.now();
    let at = |minutes: i64| json!({ "started_at": now + Duration::minutes(minutes) });
    let start = async |minutes| app.post(&format!("{url}/start"), &ada, at(minutes)).await;
    // A time that was noted wrong is corrected, and with it that of a meeting that had none.
    start(-600).await.expect(200);
    let begun = start(-10).await.expect(200);
    assert_eq!(begun.json["started_at"], at(-10)["started_at"]);
    assert_eq!(begun.json["starts_at"], begun.json["started_at"]);
    app.post(&format!("{url}/finish"), &ada, json!({})).await.expect(200);
    let again = start(-10).await.expect(200);
    assert_eq!(again.json["state"], "completed");
    let earlier = start(-11).await.expect(200);
    assert_eq!((&earlier.json["started_at"], &earlier.json["state"]), (&at(-11)["started_at"], &json!("completed")));
    assert_eq!(start(1).await.expect(422).faults(), ["/started_at"]);
    let later = app.patch(&url, &ada, json!({ "starts_at": now + Duration::days(9) })).await;
    assert_eq!(later.expect(422).faults(), ["/starts_at"]);
}

#[actix_web::test]
async fn a_question_of_a_meeting_is_looked_at_as_one_of_the_bank_is() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (_, meeting) = meeting(&app, &ada).await;
    let body = json!({ "meeting_id": meeting, "text": "Are you hiring?" });
    let asked = app.post("/v1/meeting-questions", &ada, body).await.expect(201);
    assert_eq!(asked.json["findings"][0]["rule"], "asks_for_job");
}
