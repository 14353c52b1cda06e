//! A client that lists everything once, remembers the cursor and follows the log ends with the server's state, whatever
//! is written meanwhile, to whatever resource.
use std::collections::BTreeMap;

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, TestApp};

/// Types of resources, as the log names them, and where they are listed.
const RESOURCES: [(&str, &str); 11] = [
    ("circle_request", "circle-requests"),
    ("company", "companies"),
    ("contact", "contacts"),
    ("follow_up", "follow-ups"),
    ("goal", "goals"),
    ("insight", "insights"),
    ("introduction", "introductions"),
    ("meeting", "meetings"),
    ("meeting_question", "meeting-questions"),
    ("message", "messages"),
    ("research_note", "research-notes"),
];

/// How many kinds of writes there are.
const WRITES: usize = 34;

type State = BTreeMap<(String, String), Value>;

struct Random(u64);

impl Random {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    /// One of these; the nil id where there are none.
    fn one(&mut self, of: &[String]) -> String {
        match of.len() {
            0 => uuid::Uuid::nil().to_string(),
            count => of[self.below(count)].clone(),
        }
    }
}

async fn read(app: &TestApp, member: &Member, kind: &str, id: &str) -> Option<Value> {
    let path = RESOURCES.iter().find(|(name, _)| *name == kind)?.1;
    let answer = app.get(&format!("/v1/{path}/{id}"), member).await;
    // Whoever was merged into another is that one.
    (answer.status == 200 && answer.json["id"] == id).then_some(answer.json)
}

/// All that there is, as each resource says it of itself.
async fn listed(app: &TestApp, member: &Member) -> State {
    let mut state = State::new();
    for (kind, path) in RESOURCES {
        let mut cursor = String::new();
        loop {
            let page = app.get(&format!("/v1/{path}?limit=50{cursor}"), member).await.expect(200).json;
            for item in page["data"].as_array().unwrap() {
                let id = item["id"].as_str().unwrap();
                let own = read(app, member, kind, id).await.expect("what is listed can be read");
                state.insert((kind.to_owned(), id.to_owned()), own);
            }
            match page["next_cursor"].as_str() {
                Some(next) if page["has_more"] == true => cursor = format!("&cursor={next}"),
                _ => break,
            }
        }
    }
    state
}

/// Everything that was told after a cursor, in order: the type and the id of each resource.
async fn told(app: &TestApp, member: &Member, cursor: &str) -> Vec<(String, String)> {
    let (mut all, mut cursor) = (Vec::new(), cursor.to_owned());
    loop {
        let page = app.get(&format!("/v1/changes?limit=200&cursor={cursor}"), member).await.expect(200).json;
        for change in page["data"].as_array().unwrap() {
            let field = |name: &str| change["resource"][name].as_str().unwrap().to_owned();
            all.push((field("type"), field("id")));
        }
        cursor = page["next_cursor"].as_str().unwrap().to_owned();
        if page["has_more"] == false {
            return all;
        }
    }
}

/// Writes something, somewhere: what, and whether it was taken.
async fn write(app: &TestApp, ada: &Member, random: &mut Random, step: usize) -> (usize, bool) {
    let ids = async |kind: &str| {
        let path = RESOURCES.iter().find(|(name, _)| *name == kind).unwrap().1;
        let list = app.get(&format!("/v1/{path}?limit=100"), ada).await.expect(200).json["data"].clone();
        list.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (contacts, companies) = (ids("contact").await, ids("company").await);
    let (contact, other) = (random.one(&contacts), random.one(&contacts));
    let company = random.one(&companies);
    let post = async |path: &str, input: Value| app.post(&format!("/v1/{path}"), ada, input).await;
    let patch = async |path: &str, input: Value| app.patch(&format!("/v1/{path}"), ada, input).await;
    // Half of the meetings are over.
    let soon = app.app.now()
        + Duration::hours(i64::try_from(step).unwrap() + if step.is_multiple_of(2) { 24 } else { -9_000 });
    let what = random.below(WRITES);
    let answer = match what {
        0..=3 => {
            let position = json!([{ "company_id": company, "title": "Engineer", "is_current": true }]);
            let positions = if companies.is_empty() { json!([]) } else { position };
            let email = json!([{ "address": format!("p{step}@example.com") }]);
            let tags = ["wind", "Sea", "hydro"][step % 3];
            let name = format!("Person {step}");
            post("contacts", json!({ "given_name": name, "emails": email, "positions": positions, "tags": [tags] }))
                .await
        }
        4 | 5 => post("companies", json!({ "name": format!("Company {step}"), "tags": ["wind"] })).await,
        6 | 7 => patch(&format!("contacts/{contact}"), json!({ "given_name": format!("Renamed {step}") })).await,
        8 => patch(&format!("contacts/{contact}"), json!({ "stage": "contacted", "connector_id": other })).await,
        9 => patch(&format!("companies/{company}"), json!({ "name": format!("Renamed {step}") })).await,
        10 => post("contacts/merge", json!({ "survivor_id": contact, "merged_ids": [other] })).await,
        11 => {
            let merges = app.get("/v1/contacts/merges", ada).await.expect(200).json;
            let merge = merges["data"][0]["id"].as_str().unwrap_or_default().to_owned();
            post(&format!("contacts/merges/{merge}/undo"), json!({})).await
        }
        12 | 13 => {
            let kind = RESOURCES[random.below(RESOURCES.len())];
            let id = random.one(&ids(kind.0).await);
            app.delete(&format!("/v1/{}/{id}", kind.1), ada).await
        }
        14 | 15 => {
            let trash = app.get("/v1/trash?limit=100", ada).await.expect(200).json["data"].clone();
            let trash = trash.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
            let id = random.one(&trash.collect::<Vec<_>>());
            match step % 3 {
                0 => app.delete(&format!("/v1/trash/{id}"), ada).await,
                _ => post(&format!("trash/{id}/restore"), json!({})).await,
            }
        }
        16 | 17 => {
            let known = json!({ "introducer_id": contact, "introduced_id": other });
            let there = json!({ "introducer_id": contact, "introduced_name": format!("At {step}"), "introduced_company_id": company });
            post("introductions", [known, there][step % 2].clone()).await
        }
        18 => post("introductions", json!({ "introducer_id": contact, "introduced_name": format!("N. {step}") })).await,
        19 => {
            let introduction = random.one(&ids("introduction").await);
            let verb = ["promise", "make", "decline", "thank", "close-loop"][step % 5];
            post(&format!("introductions/{introduction}/{verb}"), json!({})).await
        }
        20 => post("circle-requests", json!({ "connector_id": contact, "topic": format!("Wind {step}") })).await,
        21 => {
            let request = random.one(&ids("circle_request").await);
            let names = json!([{ "introduced_name": format!("Brought {step}") }]);
            post(&format!("circle-requests/{request}/answer"), json!({ "answer": "names", "names": names })).await
        }
        22 | 23 => {
            let kind = ["keep_in_touch", "nudge"][step % 2];
            let input = json!({ "contact_id": contact, "kind": kind, "title": "Write" });
            post("follow-ups", input).await
        }
        24 => {
            let id = random.one(&ids("follow_up").await);
            post(&format!("follow-ups/{id}/{}", ["done", "dismiss", "reopen"][step % 3]), json!({})).await
        }
        25 | 26 => {
            let people = if contact == other { json!([contact]) } else { json!([contact, other]) };
            post(
                "meetings",
                json!({ "contact_ids": people, "medium": "phone", "starts_at": soon, "allow_overlap": true }),
            )
            .await
        }
        27 => {
            let id = random.one(&ids("meeting").await);
            let (verb, input) = [
                ("confirm", json!({})),
                ("cancel", json!({ "by": "seeker" })),
                ("complete", json!({})),
                ("reschedule", json!({ "starts_at": soon, "by": "seeker" })),
                ("agenda/preset", json!({ "minutes": 15 })),
            ][random.below(5)]
            .clone();
            post(&format!("meetings/{id}/{verb}"), input).await
        }
        28 => {
            let id = random.one(&ids("meeting").await);
            let debrief = json!({
                "notes": "Long days", "thanks_for": "the map",
                "insights": [{ "topic": "work", "text": "It is windy" }],
                "names": [{ "name": format!("Named {step}") }],
                "promises": [{ "by": "seeker", "text": "Send the link" }],
            });
            app.send(
                app.request(Method::PUT, &format!("/v1/meetings/{id}/debrief")).bearer_auth(&ada.token).json(&debrief),
            )
            .await
        }
        29 => {
            let input = json!({
                "contact_id": contact, "channel": "linkedin_message", "purpose": "introduction",
                "body": "Hello, may I ask you about your work for fifteen minutes? If not, no harm. Ada",
            });
            post("messages", input).await
        }
        30 => {
            let id = random.one(&ids("message").await);
            let (verb, input) = [
                ("mark-sent", json!({})),
                ("cancel", json!({})),
                ("reply", json!({ "body": "Yes, gladly", "reply_kind": "yes" })),
            ][random.below(3)]
            .clone();
            post(&format!("messages/{id}/{verb}"), input).await
        }
        31 => {
            let about = [json!({ "contact_id": contact }), json!({ "company_id": company })][step % 2].clone();
            let mut input = json!({ "kind": "news", "title": format!("Note {step}"), "tags": ["Sea"] });
            input.as_object_mut().unwrap().extend(about.as_object().unwrap().clone());
            post("research-notes", input).await
        }
        32 => {
            let meeting = random.one(&ids("meeting").await);
            let goal = post("goals", json!({ "text": format!("Goal {step}"), "meeting_id": meeting })).await;
            post("meeting-questions", json!({ "meeting_id": meeting, "text": "What is a day like?" })).await;
            goal
        }
        _ => {
            patch(&format!("tags/{}", ["wind", "sea", "hydro"][step % 3]), json!({ "name": format!("tag {step}") }))
                .await
        }
    };
    assert!(answer.status < 500, "{}", answer.text);
    (what, answer.status < 300)
}

#[actix_web::test]
async fn whoever_follows_the_log_ends_with_the_servers_state() {
    let mut taken = [0; WRITES];
    for seed in [0x2545_F491_4F6C_DD1D_u64, 0x9E37_79B9_7F4A_7C15] {
        let app = TestApp::with(&["--rate-limit", "0", "--rate-limit-workspace", "0"]).await;
        app.pass_to_the_present();
        let ada = app.seeker().await;
        let mut random = Random(seed);
        for step in 0..120 {
            let (what, went) = write(&app, &ada, &mut random, step).await;
            taken[what] += usize::from(went);
        }
        let cursor = app.get("/v1/changes/latest", &ada).await.expect(200).json["cursor"].as_str().unwrap().to_owned();
        let mut copy = listed(&app, &ada).await;
        for step in 120..360 {
            let (what, went) = write(&app, &ada, &mut random, step).await;
            taken[what] += usize::from(went);
        }
        for (kind, id) in told(&app, &ada, &cursor).await {
            match read(&app, &ada, &kind, &id).await {
                Some(now) => drop(copy.insert((kind, id), now)),
                None => drop(copy.remove(&(kind, id))),
            }
        }
        let server = listed(&app, &ada).await;
        assert!(server.len() > 60, "too little was written: {}", server.len());
        let mut wrong = Vec::new();
        for key in copy.keys().chain(server.keys()).collect::<std::collections::BTreeSet<_>>() {
            if copy.get(key) != server.get(key) {
                wrong.push(format!("{key:?}: {:?}, not {:?}", copy.get(key), server.get(key)));
            }
        }
        assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), server.len(), wrong.join("\n"));
    }
    assert!(!taken.contains(&0), "some writes were never taken: {taken:?}");
}

#[actix_web::test]
async fn what_shows_a_name_is_another_version_under_another_name() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let jon = app.post("/v1/contacts", &ada, json!({ "given_name": "Jon" })).await.expect(201).id();
    let company = app.post("/v1/companies", &ada, json!({ "name": "Windwerk" })).await.expect(201).id();
    let named = json!({ "introducer_id": jon, "introduced_name": "Eva", "introduced_company_id": company });
    let mut shown = Vec::new();
    for (path, input) in [
        ("introductions", named),
        ("circle-requests", json!({ "connector_id": jon, "topic": "Wind" })),
        ("follow-ups", json!({ "contact_id": jon, "kind": "keep_in_touch", "title": "Write" })),
        ("meetings", json!({ "contact_ids": [jon], "medium": "phone" })),
    ] {
        let made = app.post(&format!("/v1/{path}"), &ada, input).await.expect(201);
        shown.push((format!("/v1/{path}/{}", made.id()), made.header("etag").to_owned()));
    }
    app.patch(&format!("/v1/contacts/{jon}"), &ada, json!({ "headline": "Engineer" })).await.expect(200);
    for (path, etag) in &shown {
        let known = app.request(Method::GET, path).bearer_auth(&ada.token).header("if-none-match", etag);
        app.send(known).await.expect(304);
    }
    app.patch(&format!("/v1/contacts/{jon}"), &ada, json!({ "given_name": "John" })).await.expect(200);
    for (path, etag) in &shown {
        let known = app.request(Method::GET, path).bearer_auth(&ada.token).header("if-none-match", etag);
        let read = app.send(known).await.expect(200);
        assert!(read.text.contains("John"), "{path}: {}", read.text);
    }
    let before = app.get(&shown[0].0, &ada).await.expect(200).header("etag").to_owned();
    app.patch(&format!("/v1/companies/{company}"), &ada, json!({ "name": "Seewerk" })).await.expect(200);
    let after = app.get(&shown[0].0, &ada).await.expect(200);
    assert_eq!(after.json["introduced_company_name"], "Seewerk");
    assert_ne!(after.header("etag"), before);
}
