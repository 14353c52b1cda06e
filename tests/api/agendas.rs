use chrono::Duration;
use inroad::auth::{Role, Scopes};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

/// Somebody with a token that is still good, in the same workspace.
async fn renewed(app: &TestApp, member: &Member) -> Member {
    app.member(Some(member.workspace), Role::Owner, Scopes::all()).await
}

async fn meeting(app: &TestApp, member: &Member, minutes: i64) -> String {
    let tom = app.post("/v1/contacts", member, json!({ "given_name": "Tom" })).await.expect(201).id();
    let body = json!({ "contact_ids": [tom], "medium": "phone", "duration_minutes": minutes });
    app.post("/v1/meetings", member, body).await.expect(201).id()
}

async fn question(app: &TestApp, member: &Member, body: Value) -> Reply {
    app.post("/v1/meeting-questions", member, body).await
}

fn minutes(agenda: &Value) -> Vec<u64> {
    agenda["items"].as_array().unwrap().iter().map(|item| item["minutes"].as_u64().unwrap()).collect()
}

#[actix_web::test]
async fn a_question_is_asked_and_answered_by_the_clients_clock() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let meeting = meeting(&app, &ada, 15).await;
    let bank = app.get("/v1/questions?category=trends&limit=1", &ada).await.expect(200).json["data"][0].clone();
    let goal = app.post("/v1/goals", &ada, json!({ "text": "A" })).await.expect(201).id();
    let first = json!({ "meeting_id": meeting, "question_id": bank["id"], "goal_id": goal });
    let first = question(&app, &ada, first).await.expect(201);
    assert_eq!((&first.json["text"], &first.json["position"]), (&bank["text"], &json!(1)));
    let second = question(&app, &ada, json!({ "meeting_id": meeting, "text": " And you? " })).await.expect(201);
    assert_eq!(
        (&second.json["text"], &second.json["position"], &second.json["asked_at"]),
        (&json!("And you?"), &json!(2), &Value::Null)
    );
    let url = format!("/v1/meeting-questions/{}", first.id());
    app.pass(Duration::minutes(20));
    let ada = renewed(&app, &ada).await;
    let asked = app.post(&format!("{url}/ask"), &ada, json!({ "asked_at": "2026-03-02T09:12:30Z" })).await.expect(200);
    assert_eq!((&asked.json["asked_at"], &asked.json["answered_at"]), (&json!("2026-03-02T09:12:30Z"), &Value::Null));
    let ahead = app.post(&format!("{url}/ask"), &ada, json!({ "asked_at": "2026-03-02T10:00:00Z" })).await.expect(422);
    assert_eq!(ahead.faults(), ["/asked_at"]);
    let answer = json!({ "answered_at": "2026-03-02T09:14:00Z", "answer": "Everything", "usefulness": 4 });
    let answered = app.post(&format!("{url}/answer"), &ada, answer).await.expect(200);
    assert_eq!(
        (&answered.json["answer"], &answered.json["asked_at"]),
        (&json!("Everything"), &json!("2026-03-02T09:12:30Z"))
    );
    // What was answered was asked; the body may be left out.
    let other =
        app.request(Method::POST, &format!("/v1/meeting-questions/{}/answer", second.id())).bearer_auth(&ada.token);
    assert_eq!(app.send(other).await.expect(200).json["asked_at"], "2026-03-02T09:20:00Z");
    let bob = app.member_again(&bob).await;
    let used = app.get(&format!("/v1/questions/{}", bank["id"].as_str().unwrap()), &ada).await.expect(200);
    assert_eq!((&used.json["asked_count"], &used.json["usefulness"]), (&json!(1), &json!(4.0)));
    let unused = app.get(&format!("/v1/questions/{}", bank["id"].as_str().unwrap()), &bob).await.expect(200);
    assert_eq!((&unused.json["asked_count"], &unused.json["usefulness"]), (&json!(0), &Value::Null));
    app.patch(&url, &ada, json!({ "position": 3 })).await.expect(200);
    let listed = app.get(&format!("/v1/meeting-questions?meeting_id={meeting}&asked=true"), &ada).await.expect(200);
    let order: Vec<_> = listed.json["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(order, [second.id(), first.id()]);
    for (body, faults) in [
        (json!({ "meeting_id": meeting }), vec!["/text"]),
        (json!({ "meeting_id": goal, "text": "x" }), vec!["/meeting_id"]),
        (json!({ "meeting_id": meeting, "question_id": goal, "goal_id": meeting }), vec!["/question_id", "/goal_id"]),
    ] {
        assert_eq!(question(&app, &ada, body.clone()).await.expect(422).faults(), faults, "{body}");
    }
    assert_eq!(
        question(&app, &bob, json!({ "meeting_id": meeting, "text": "x" })).await.expect(422).faults(),
        ["/meeting_id"]
    );
    // The goal goes, the question stays; with the meeting it goes.
    app.delete(&format!("/v1/goals/{goal}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{goal}"), &ada).await.expect(204);
    assert_eq!(app.get(&url, &ada).await.expect(200).json["goal_id"], Value::Null);
    app.delete(&url, &ada).await.expect(204);
    app.get(&url, &ada).await.expect(404);
    app.delete(&format!("/v1/meetings/{meeting}"), &ada).await.expect(204);
    app.post(&format!("/v1/meeting-questions/{}/ask", second.id()), &ada, json!({})).await.expect(404);
    app.delete(&format!("/v1/trash/{meeting}"), &ada).await.expect(204);
    assert_eq!(app.count("meeting_questions").await, 0);
}

#[actix_web::test]
async fn an_agenda_fits_its_meeting() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let meeting = meeting(&app, &ada, 20).await;
    let url = format!("/v1/meetings/{meeting}/agenda");
    let none = app.get(&url, &ada).await.expect(200);
    assert_eq!((&none.json["version"], &none.json["items"]), (&json!(0), &json!([])));
    let mut ids = Vec::new();
    for number in 0..6 {
        let body = json!({ "meeting_id": meeting, "text": format!("Question {number}?") });
        ids.push(question(&app, &ada, body).await.expect(201).id());
    }
    let preset = app.post(&format!("{url}/preset"), &ada, json!({})).await.expect(200);
    assert_eq!((minutes(&preset.json), &preset.json["total_minutes"]), (vec![1, 14, 3, 1, 1], &json!(20)));
    assert_eq!(preset.json["items"][1]["question_ids"], json!(ids[..5]));
    let short = app.post(&format!("{url}/preset"), &ada, json!({ "minutes": 15 })).await.expect(200);
    assert_eq!((minutes(&short.json), &short.json["version"]), (vec![1, 10, 2, 1, 1], &json!(2)));
    for wrong in [16, 30] {
        assert_eq!(
            app.post(&format!("{url}/preset"), &ada, json!({ "minutes": wrong })).await.expect(422).faults(),
            ["/minutes"]
        );
    }
    let items = json!([{ "kind": "questions", "minutes": 25, "question_ids": [ids[0], ids[0], meeting] }]);
    let long = app.put(&url, &ada, json!({ "items": items })).await.expect(422);
    assert_eq!(long.faults(), ["/items/0/question_ids/1", "/items/0/question_ids/2", "/items"]);
    let fault = &long.json["errors"][2];
    assert_eq!(
        (&fault["code"], &fault["detail"]),
        (&json!("does_not_fit"), &json!("takes 25 minutes, 5 more than the meeting's 20"))
    );
    let items = json!({ "items": [{ "kind": "thanks", "minutes": 1 }, { "kind": "questions", "minutes": 19, "question_ids": [ids[5]] }] });
    let put = app.put(&url, &ada, items.clone()).await.expect(200);
    assert_eq!((put.header("etag"), &put.json["over_minutes"]), ("\"3\"", &json!(0)));
    assert_eq!(app.put(&url, &ada, items).await.expect(200).json["version"], 3);
    let short =
        app.patch(&format!("/v1/meetings/{meeting}"), &ada, json!({ "duration_minutes": 15 })).await.expect(200);
    assert!(
        short.json["warnings"].as_array().unwrap().iter().any(|one| one["code"] == "agenda_does_not_fit"),
        "{}",
        short.text
    );
    assert_eq!(app.get(&url, &ada).await.expect(200).json["over_minutes"], 5);
    let stale = app.request(Method::PUT, &url).bearer_auth(&ada.token).header("if-match", "\"1\"");
    app.send(stale.json(&json!({ "items": [] }))).await.expect(412);
}

#[actix_web::test]
async fn what_matters_least_is_proposed_to_go() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let meeting = meeting(&app, &ada, 15).await;
    let url = format!("/v1/meetings/{meeting}/agenda/fit");
    let mut ids = Vec::new();
    for rank in [1, 2] {
        let goal = json!({ "text": format!("Goal {rank}"), "rank": rank, "meeting_id": meeting });
        let goal = app.post("/v1/goals", &ada, goal).await.expect(201).id();
        let body = json!({ "meeting_id": meeting, "text": format!("Question {rank}?"), "goal_id": goal });
        ids.push(question(&app, &ada, body).await.expect(201).id());
    }
    let items = json!([
        { "kind": "thanks", "minutes": 1 }, { "kind": "questions", "minutes": 8, "question_ids": [ids[1]] },
        { "kind": "questions", "minutes": 8, "question_ids": [ids[0]] }, { "kind": "who_else", "minutes": 2 },
        { "kind": "next_step", "minutes": 1 }, { "kind": "spare", "minutes": 2 }
    ]);
    let fit = app.post(&url, &ada, json!({ "items": items })).await.expect(200);
    assert_eq!(
        (&fit.json["fits"], &fit.json["over_minutes"], minutes(&fit.json)),
        (&json!(true), &json!(7), vec![1, 3, 8, 2, 1])
    );
    let actions: Vec<_> =
        fit.json["steps"].as_array().unwrap().iter().map(|step| step["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["keep", "shorten", "keep", "keep", "keep", "drop"]);
    assert_eq!(fit.json["steps"][1]["goal_rank"], 2);
    // What is proposed can be had.
    let put = app.put(&format!("/v1/meetings/{meeting}/agenda"), &ada, json!({ "items": fit.json["items"] })).await;
    put.expect(200);
    let tight = app.post(&url, &ada, json!({ "duration_minutes": 5 })).await.expect(200);
    assert_eq!(minutes(&tight.json), [1, 2, 1, 1]);
    // Of one item the least important question goes first.
    let both = json!([{ "kind": "thanks", "minutes": 1 }, { "kind": "questions", "minutes": 8, "question_ids": ids }]);
    let one = app.post(&url, &ada, json!({ "items": both, "duration_minutes": 4 })).await;
    assert_eq!(one.status, 422, "a meeting has five minutes at least");
    let both = json!([{ "kind": "thanks", "minutes": 2 }, { "kind": "who_else", "minutes": 2 }, { "kind": "next_step", "minutes": 1 },
        { "kind": "questions", "minutes": 8, "question_ids": ids }]);
    let one = app.post(&url, &ada, json!({ "items": both, "duration_minutes": 6 })).await.expect(200);
    assert_eq!(one.json["steps"][3]["dropped_question_ids"], json!([ids[1]]), "{}", one.text);
    assert_eq!(one.json["items"][3]["question_ids"], json!([ids[0]]));
    let nothing = app.request(Method::POST, &url).bearer_auth(&ada.token);
    assert_eq!(app.send(nothing).await.expect(200).json["over_minutes"], 0);
    app.post(&url, &bob, json!({})).await.expect(404);
}
