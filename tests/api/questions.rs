use serde_json::{Value, json};

use crate::support::{Member, TestApp};

async fn listed(app: &TestApp, member: &Member, query: &str) -> Vec<Value> {
    let (mut found, mut next) = (Vec::new(), format!("/v1/questions?limit=30&{query}"));
    loop {
        let page = app.get(&next, member).await.expect(200);
        found.extend(page.json["data"].as_array().unwrap().clone());
        let Some(cursor) = page.json["next_cursor"].as_str() else { return found };
        next = format!("/v1/questions?limit=30&{query}&cursor={cursor}");
    }
}

fn rules(question: &Value) -> Vec<&str> {
    question["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn the_bank_and_ones_own_are_one_list() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let bank = listed(&app, &ada, "").await;
    assert!(bank.len() >= 80 && bank.iter().all(|one| one["source"] == "bank"), "{}", bank.len());
    let mut own = Vec::new();
    for number in 0..35 {
        let body = json!({ "category": "daily_work", "text": format!("What happens in shift {number}?"), "tags": ["Shifts", "shifts"] });
        own.push(app.post("/v1/questions", &ada, body).await.expect(201).id());
    }
    own.reverse();
    let all = listed(&app, &ada, "").await;
    let ids: Vec<&str> = all.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids[..35], own.iter().map(String::as_str).collect::<Vec<_>>()[..]);
    let rest: Vec<&str> = bank.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids[35..], rest[..], "each once, in order");
    assert_eq!(listed(&app, &bob, "").await, bank, "what is Ada's is not Bob's");
    assert_eq!(listed(&app, &ada, "source=own&q=SHIFT 3").await.len(), 6);
    assert_eq!(listed(&app, &ada, "tag=shifts").await.len(), 35);
    assert_eq!(listed(&app, &ada, "source=own&category=pay").await.len(), 0);
    let pay = listed(&app, &ada, "category=pay&category=who_else").await;
    assert!(pay.len() >= 14 && pay.iter().all(|one| one["category"] == "pay" || one["category"] == "who_else"));
    // What is for anyone is for peers, too.
    assert!(listed(&app, &ada, "audience=peer&source=own").await.len() == 35);
    let closing = listed(&app, &ada, "stage=closing&audience=connector").await;
    assert!(!closing.is_empty() && closing.iter().all(|one| one["stage"] == "closing"));
}

#[actix_web::test]
async fn a_question_of_the_bank_is_nobodys_to_change() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let bank = listed(&app, &ada, "category=trends").await;
    let url = format!("/v1/questions/{}", bank[0]["id"].as_str().unwrap());
    assert_eq!(app.get(&url, &ada).await.expect(200).json, bank[0]);
    assert_eq!(app.patch(&url, &ada, json!({ "text": "What?" })).await.expect(409).code(), "impossible_transition");
    app.delete(&url, &ada).await.expect(409);
    let body = json!({ "based_on_id": bank[0]["id"], "category": "trends", "text": "What changed last year?" });
    let own = app.post("/v1/questions", &ada, body).await.expect(201);
    assert_eq!(
        (&own.json["source"], &own.json["audience"], &own.json["stage"]),
        (&json!("own"), &json!(["anyone"]), &json!("core"))
    );
    let nowhere = json!({ "based_on_id": own.id(), "category": "trends", "text": "What?" });
    assert_eq!(app.post("/v1/questions", &ada, nowhere).await.expect(422).faults(), ["/based_on_id"]);
    let path = format!("/v1/questions/{}", own.id());
    let changed = app.patch(&path, &ada, json!({ "tags": ["a", "A"], "audience": ["peer", "peer"] })).await.expect(200);
    assert_eq!((&changed.json["tags"], &changed.json["audience"]), (&json!(["a"]), &json!(["peer"])));
    app.delete(&path, &ada).await.expect(204);
    app.get(&path, &ada).await.expect(404);
    app.post(&format!("/v1/trash/{}/restore", own.id()), &ada, json!({})).await.expect(204);
    app.delete(&path, &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{}", own.id()), &ada).await.expect(204);
    assert_eq!(app.count("questions").await, 0);
}

#[actix_web::test]
async fn what_speaks_against_a_question_is_told() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let lint = async |text: &str| app.post("/v1/questions/lint", &ada, json!({ "text": text })).await.expect(200).json;
    let job = lint("Are there any openings on your team?").await;
    assert_eq!(job["findings"][0]["rule"], "asks_for_job");
    assert_eq!(job["findings"][0]["severity"], "error");
    assert_eq!(job["findings"][0]["quote"], "Are there any openings");
    assert_eq!(lint("What does your company do?").await["findings"][0]["rule"], "web_would_answer");
    assert_eq!(lint("How did you come to do this?").await["findings"], json!([]));
    let own = json!({ "category": "pay", "text": "How much do you earn?" });
    assert_eq!(rules(&app.post("/v1/questions", &ada, own).await.expect(201).json), ["personal_pay"]);
}
