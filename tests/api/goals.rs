use chrono::Duration;
use inroad::auth::{Role, Scopes};
use serde_json::{Value, json};

use crate::support::{Member, TestApp};

/// Somebody with a token that is still good, in the same workspace.
async fn renewed(app: &TestApp, member: &Member) -> Member {
    app.member(Some(member.workspace), Role::Owner, Scopes::all()).await
}

async fn meeting(app: &TestApp, member: &Member) -> String {
    let tom = app.post("/v1/contacts", member, json!({ "given_name": "Tom" })).await.expect(201).id();
    let body = json!({ "contact_ids": [tom], "medium": "phone" });
    app.post("/v1/meetings", member, body).await.expect(201).id()
}

async fn listed(app: &TestApp, member: &Member, query: &str) -> Vec<String> {
    let (mut found, mut next) = (Vec::new(), format!("/v1/goals?limit=2&{query}"));
    loop {
        let page = app.get(&next, member).await.expect(200);
        found
            .extend(page.json["data"].as_array().unwrap().iter().map(|goal| goal["text"].as_str().unwrap().to_owned()));
        let Some(cursor) = page.json["next_cursor"].as_str() else { return found };
        next = format!("/v1/goals?limit=2&{query}&cursor={cursor}");
    }
}

#[actix_web::test]
async fn goals_are_ranked_and_settled() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let search = json!({ "text": " Whether it suits me ", "how_known": "Three tasks" });
    let search = app.post("/v1/goals", &ada, search).await.expect(201);
    let url = format!("/v1/goals/{}", search.id());
    assert_eq!(search.header("location"), url);
    assert_eq!((&search.json["text"], &search.json["rank"]), (&json!("Whether it suits me"), &json!(1)));
    let meeting = meeting(&app, &ada).await;
    for text in ["The week", "The winter"] {
        let goal = json!({ "text": text, "meeting_id": meeting, "serves_id": search.id() });
        app.post("/v1/goals", &ada, goal).await.expect(201);
    }
    app.post("/v1/goals", &ada, json!({ "text": "Pay" })).await.expect(201);
    assert_eq!(listed(&app, &ada, "of_search=true&sort=rank").await, ["Whether it suits me", "Pay"]);
    assert_eq!(listed(&app, &ada, &format!("meeting_id={meeting}&sort=-rank")).await, ["The winter", "The week"]);
    assert_eq!(listed(&app, &ada, &format!("serves_id={}&sort=rank", search.id())).await, ["The week", "The winter"]);
    assert_eq!(listed(&app, &ada, "sort=rank").await.len(), 4);

    let why = app.patch(&url, &ada, json!({ "outcome_note": "He told me" })).await.expect(422);
    assert_eq!(why.faults(), ["/outcome_note"]);
    let settled = json!({ "outcome": "partly", "outcome_note": "Not the winter", "decision": "A day on site" });
    let settled = app.patch(&url, &ada, settled).await.expect(200);
    assert_eq!(
        (&settled.json["outcome_at"], &settled.json["decided_at"]),
        (&json!("2026-03-02T09:00:00Z"), &json!("2026-03-02T09:00:00Z"))
    );
    app.pass(Duration::days(1));
    let ada = renewed(&app, &ada).await;
    let met = app.patch(&url, &ada, json!({ "outcome": "met" })).await.expect(200);
    assert_eq!(
        (&met.json["outcome_at"], &met.json["decided_at"]),
        (&json!("2026-03-03T09:00:00Z"), &json!("2026-03-02T09:00:00Z"))
    );
    assert_eq!(
        app.patch(&url, &ada, json!({ "outcome": "met" })).await.expect(200).json["version"],
        met.json["version"]
    );
    assert_eq!(listed(&app, &ada, "settled=true&outcome=met").await, ["Whether it suits me"]);
    let undone = app.patch(&url, &ada, json!({ "outcome": null, "outcome_note": null })).await.expect(200);
    assert_eq!(undone.json["outcome_at"], Value::Null);
}

#[actix_web::test]
async fn a_goal_fits_its_meeting_and_what_it_serves() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let meeting = meeting(&app, &ada).await;
    let search = app.post("/v1/goals", &ada, json!({ "text": "A" })).await.expect(201).id();
    let own = app.post("/v1/goals", &ada, json!({ "text": "B", "meeting_id": meeting })).await.expect(201).id();
    for (body, fault) in [
        (json!({ "text": "C", "serves_id": search }), "/serves_id"),
        (json!({ "text": "C", "meeting_id": meeting, "serves_id": own }), "/serves_id"),
        (json!({ "text": "C", "meeting_id": search }), "/meeting_id"),
        (json!({ "text": "  " }), "/text"),
        (json!({ "text": "C", "rank": 0 }), "/rank"),
    ] {
        assert_eq!(app.post("/v1/goals", &ada, body.clone()).await.expect(422).faults(), [fault], "{body}");
    }
    let foreign = app.post("/v1/goals", &bob, json!({ "text": "C", "meeting_id": meeting })).await.expect(422);
    assert_eq!(foreign.faults(), ["/meeting_id"]);
    let moved = app.patch(&format!("/v1/goals/{own}"), &ada, json!({ "meeting_id": null })).await.expect(422);
    assert_eq!(moved.faults(), ["/meeting_id"]);
    app.patch(&format!("/v1/goals/{own}"), &ada, json!({ "serves_id": search })).await.expect(200);

    // What is served can go; what serves it stays.
    app.delete(&format!("/v1/goals/{search}"), &ada).await.expect(204);
    assert_eq!(app.get("/v1/trash", &ada).await.expect(200).json["data"][0]["title"], "A");
    app.post(&format!("/v1/trash/{search}/restore"), &ada, json!({})).await.expect(204);
    app.get(&format!("/v1/goals/{search}"), &ada).await.expect(200);
    app.delete(&format!("/v1/goals/{search}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{search}"), &ada).await.expect(204);
    assert_eq!(app.get(&format!("/v1/goals/{own}"), &ada).await.expect(200).json["serves_id"], Value::Null);
    // With the meeting its goals go for good, those in the trash, too.
    app.delete(&format!("/v1/goals/{own}"), &ada).await.expect(204);
    app.delete(&format!("/v1/meetings/{meeting}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{meeting}"), &ada).await.expect(204);
    assert_eq!((app.count("goals").await, app.count("trash").await), (0, 0));
    // They are found by their words.
    let found =
        app.post("/v1/goals", &ada, json!({ "text": "Turbines in winter", "decision": "Go north" })).await.expect(201);
    let hit = app.get("/v1/search?q=north", &ada).await.expect(200);
    assert_eq!((&hit.json["data"][0]["kind"], &hit.json["data"][0]["id"]), (&json!("goal"), &json!(found.id())));
}

#[actix_web::test]
async fn goals_of_a_meeting_lie_in_the_trash_with_it() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = app.post("/v1/contacts", &ada, json!({ "given_name": "Tom" })).await.expect(201).id();
    let body = json!({ "contact_ids": [tom], "medium": "phone" });
    let meeting = app.post("/v1/meetings", &ada, body).await.expect(201).id();
    let goal = json!({ "text": "Learn about shifts", "meeting_id": meeting });
    let url = format!("/v1/goals/{}", app.post("/v1/goals", &ada, goal).await.expect(201).id());
    app.delete(&format!("/v1/meetings/{meeting}"), &ada).await.expect(204);
    app.get(&url, &ada).await.expect(404);
    app.patch(&url, &ada, json!({ "outcome": "met" })).await.expect(404);
    assert_eq!(app.get("/v1/goals", &ada).await.expect(200).json["data"], json!([]));
    app.post(&format!("/v1/trash/{meeting}/restore"), &ada, json!({})).await.expect(204);
    app.get(&url, &ada).await.expect(200);
    let told = app.get("/v1/changes?kind=goal.*", &ada).await.expect(200);
    let kinds: Vec<&str> =
        told.json["data"].as_array().unwrap().iter().map(|change| change["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["goal.created", "goal.deleted", "goal.restored"]);
}
