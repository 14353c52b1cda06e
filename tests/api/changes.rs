//! The change log, as those who follow it see it.
use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use inroad::auth::{Role, Scopes};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, TestApp};

async fn latest(app: &TestApp, member: &Member) -> String {
    app.get("/v1/changes/latest", member).await.expect(200).json["cursor"].as_str().unwrap().to_owned()
}

async fn page(app: &TestApp, member: &Member, query: &str) -> Value {
    app.get(&format!("/v1/changes?{query}"), member).await.expect(200).json
}

/// Everything after a cursor, and where that ends.
async fn follow(app: &TestApp, member: &Member, cursor: &str) -> (Vec<Value>, String) {
    let (mut all, mut cursor) = (Vec::new(), cursor.to_owned());
    loop {
        let page = page(app, member, &format!("limit=7&cursor={cursor}")).await;
        all.extend(page["data"].as_array().unwrap().iter().cloned());
        cursor = page["next_cursor"].as_str().unwrap().to_owned();
        if page["has_more"] == false {
            return (all, cursor);
        }
    }
}

fn kinds(changes: &[Value]) -> Vec<&str> {
    changes.iter().map(|change| change["kind"].as_str().unwrap()).collect()
}

async fn contact(app: &TestApp, member: &Member, name: &str) -> String {
    app.post("/v1/contacts", member, json!({ "given_name": name })).await.expect(201).id()
}

#[actix_web::test]
async fn each_write_leaves_what_happened_in_order() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let start = latest(&app, &ada).await;
    let id = contact(&app, &ada, "Grace").await;
    let path = format!("/v1/contacts/{id}");
    app.patch(&path, &ada, json!({ "headline": "Admiral", "tags": ["navy"] })).await.expect(200);
    app.patch(&path, &ada, json!({ "headline": "Admiral" })).await.expect(200);
    app.patch(&path, &ada, json!({ "headline": 5 })).await.expect(422);
    app.patch(&path, &ada, json!({ "stage": "contacted" })).await.expect(200);
    app.delete(&path, &ada).await.expect(204);
    let (changes, end) = follow(&app, &ada, &start).await;
    let expected = ["contact.created", "contact.updated", "contact.stage_changed", "contact.deleted"];
    assert_eq!(kinds(&changes), expected);
    assert_eq!(changes[1]["resource"], json!({ "type": "contact", "id": id, "version": 2 }));
    assert_eq!(changes[1]["fields"], json!(["headline", "tags"]));
    assert_eq!(changes[1]["actor"], json!({ "kind": "member", "id": ada.user }));
    // The cursor of a change leads to those after it; the end stays the end until something is written.
    let from_second = page(&app, &ada, &format!("cursor={}", changes[1]["cursor"].as_str().unwrap())).await;
    assert_eq!(kinds(from_second["data"].as_array().unwrap()), expected[2..]);
    assert_eq!(
        page(&app, &ada, &format!("cursor={end}")).await,
        json!({
            "data": [], "next_cursor": end, "has_more": false
        })
    );
    assert_eq!(latest(&app, &ada).await, end);
}

#[actix_web::test]
async fn what_the_service_does_by_itself_leaves_what_happened_as_well() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let invitation = json!({ "email": "grace@example.org", "role": "editor" });
    let invitation = app.post("/v1/invitations", &ada, invitation).await.expect(201).id();
    let (gone, tom, thomas) =
        (contact(&app, &ada, "Gone").await, contact(&app, &ada, "Tom").await, contact(&app, &ada, "Thomas").await);
    app.delete(&format!("/v1/contacts/{gone}"), &ada).await.expect(204);
    let merge = json!({ "survivor_id": tom, "merged_ids": [thomas] });
    let merge = app.post("/v1/contacts/merge", &ada, merge).await.expect(200).json["id"].as_str().unwrap().to_owned();
    app.post(&format!("/v1/contacts/merges/{merge}/undo"), &ada, json!({})).await.expect(200);
    let cursor = latest(&app, &ada).await;
    // An import that nobody waits for.
    let row = |row: usize| {
        format!("First{row},Last{row},https://www.linkedin.com/in/p{row},a{row}@example.org,,,02 Mar 2024\n")
    };
    let rows: String = (0..1_500).map(row).collect();
    let table = format!("First Name,Last Name,URL,Email Address,Company,Position,Connected On\n{rows}");
    let request = app.request(reqwest::Method::POST, "/v1/imports").bearer_auth(&ada.token);
    let request = request.header("content-type", "text/csv").header("prefer", "respond-async").body(table);
    let begun = app.send(request).await.expect(202);
    let path = begun.header("location").to_owned();
    while app.get(&path, &ada).await.expect(200).json["state"] == "running" {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let (changes, _) = follow(&app, &ada, &cursor).await;
    let of = |kind: &str| changes.iter().filter(|change| change["kind"] == kind).count();
    assert_eq!((of("contact.created"), of("import.finished")), (1_500, 1));
    app.pass(chrono::Duration::days(31));
    let ada = app.member_again(&ada).await;
    let cursor = latest(&app, &ada).await;
    inroad::auth::forget_old(&app.app).await.unwrap();
    inroad::trash::purge_old(&app.app).await.unwrap();
    let (changes, _) = follow(&app, &ada, &cursor).await;
    for (kind, id) in [("invitation.deleted", &invitation), ("contact.purged", &gone)] {
        let of: Vec<_> = changes.iter().filter(|change| change["kind"] == kind).collect();
        assert_eq!(of.len(), 1, "{kind}: {changes:?}");
        assert_eq!((&of[0]["resource"]["id"], &of[0]["actor"]["kind"]), (&json!(id), &json!("job")));
    }
}

#[actix_web::test]
async fn kinds_can_be_chosen() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    contact(&app, &ada, "Grace").await;
    app.post("/v1/companies", &ada, json!({ "name": "Engines" })).await.expect(201);
    let some = page(&app, &ada, "kind=company.*&kind=contact.deleted").await;
    assert_eq!(kinds(some["data"].as_array().unwrap()), ["company.created"]);
    for wrong in ["kind=contact", "kind=contact.exploded", "kind=*"] {
        let refused = app.get(&format!("/v1/changes?{wrong}"), &ada).await.expect(400);
        assert_eq!(refused.faults(), ["kind"], "{wrong}: {}", refused.text);
    }
}

#[actix_web::test]
async fn a_cursor_of_another_workspace_is_none() {
    let app = TestApp::new().await;
    let (ada, eve) = (app.seeker().await, app.seeker().await);
    let foreign = latest(&app, &ada).await;
    for cursor in [foreign.as_str(), "AAAA", "nonsense"] {
        for path in ["/v1/changes", "/v1/changes/stream"] {
            let refused = app.get(&format!("{path}?cursor={cursor}"), &eve).await.expect(400);
            assert_eq!(refused.code(), "invalid_cursor", "{}", refused.text);
        }
    }
}

/// Numbers are given in the order of commit: whoever reads while sixteen write misses nothing and sees nothing twice.
#[actix_web::test]
async fn a_reader_among_many_writers_misses_nothing() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let start = latest(&app, &ada).await;
    let writer = async |_| {
        let mut ids = Vec::new();
        for _ in 0..6 {
            ids.push(contact(&app, &ada, "Grace").await);
        }
        ids
    };
    let reader = async {
        let (mut seen, mut cursor) = (Vec::new(), start.clone());
        while seen.len() < 16 * 6 {
            let (more, end) = follow(&app, &ada, &cursor).await;
            seen.extend(more.iter().map(|change| change["resource"]["id"].as_str().unwrap().to_owned()));
            cursor = end;
        }
        seen
    };
    let (written, seen) = futures_util::join!(join_all((0..16).map(writer)), reader);
    let mut written: Vec<String> = written.concat();
    let (again, _) = follow(&app, &ada, &start).await;
    let order: Vec<&str> = again.iter().map(|change| change["resource"]["id"].as_str().unwrap()).collect();
    assert_eq!(seen, order, "the order that was seen is the order that stays");
    let mut seen = seen.clone();
    written.sort();
    seen.sort();
    assert_eq!(seen, written);
}

/// List once, remember the cursor, follow: that ends with the server's own state, whatever is written meanwhile.
#[actix_web::test]
async fn a_follower_ends_with_the_servers_state() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut dice = move |sides: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % sides as u64).unwrap()
    };
    let mut ids = Vec::new();
    let (mut copy, mut cursor) = (BTreeMap::new(), String::new());
    for step in 0..80 {
        if step == 20 {
            cursor = latest(&app, &ada).await;
            let list = app.get("/v1/contacts?limit=200", &ada).await.expect(200).json;
            for contact in list["data"].as_array().unwrap() {
                copy.insert(contact["id"].as_str().unwrap().to_owned(), contact.clone());
            }
        }
        match (dice(4), ids.len()) {
            (0 | 1, _) | (_, 0) => ids.push(contact(&app, &ada, &format!("Person {step}")).await),
            (2, count) => {
                let path = format!("/v1/contacts/{}", ids[dice(count)]);
                app.patch(&path, &ada, json!({ "headline": format!("Step {step}") })).await;
            }
            (_, count) => {
                let id = ids[dice(count)].clone();
                if app.delete(&format!("/v1/contacts/{id}"), &ada).await.status == 404 {
                    app.post(&format!("/v1/trash/{id}/restore"), &ada, json!({})).await;
                }
            }
        }
    }
    for change in follow(&app, &ada, &cursor).await.0 {
        let id = change["resource"]["id"].as_str().unwrap().to_owned();
        let now = app.get(&format!("/v1/contacts/{id}"), &ada).await;
        match now.status {
            200 => drop(copy.insert(id, now.json)),
            _ => drop(copy.remove(&id)),
        }
    }
    let list = app.get("/v1/contacts?limit=200", &ada).await.expect(200).json;
    let server: BTreeMap<_, _> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|contact| (contact["id"].as_str().unwrap().to_owned(), contact.clone()))
        .collect();
    assert_eq!(copy, server);
}

#[actix_web::test]
async fn after_thirty_days_the_log_says_where_to_begin_again() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let old = latest(&app, &ada).await;
    contact(&app, &ada, "Grace").await;
    app.pass(chrono::Duration::days(31));
    // The clock moved past the token, too.
    let ada = app.member(Some(ada.workspace), Role::Owner, Scopes::all()).await;
    assert!(inroad::changes::forget_old(&app.app).await.unwrap() > 0);
    for path in ["/v1/changes", "/v1/changes/stream"] {
        let gone = app.get(&format!("{path}?cursor={old}"), &ada).await.expect(410);
        assert_eq!(gone.code(), "changes_expired", "{}", gone.text);
    }
    let now = latest(&app, &ada).await;
    contact(&app, &ada, "Barbara").await;
    assert_eq!(kinds(&follow(&app, &ada, &now).await.0), ["contact.created"]);
    let kept = page(&app, &ada, "").await;
    assert_eq!(kinds(kept["data"].as_array().unwrap()).last(), Some(&"contact.created"));
}

/// An open stream, read as a browser reads it.
struct Listener {
    body: std::pin::Pin<Box<dyn futures_util::Stream<Item = Vec<u8>>>>,
    text: String,
}

impl Listener {
    async fn open(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let headers = response.headers();
        assert!(headers["content-type"].to_str().unwrap().starts_with("text/event-stream"), "{headers:?}");
        assert!(headers.get("content-encoding").is_none(), "{headers:?}");
        let body = response.bytes_stream().map(|part| part.map(|bytes| bytes.to_vec()).unwrap_or_default());
        Self { body: Box::pin(body), text: String::new() }
    }

    /// The next event: id, kind, data. `None` at the end of the stream.
    async fn event(&mut self) -> Option<(String, String, Value)> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned())) {
                self.text = rest;
                let field = |name: &str| {
                    let mut lines = block.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                    lines.next().map(str::to_owned)
                };
                if let Some(data) = field("data") {
                    return Some((field("id")?, field("event")?, serde_json::from_str(&data).unwrap()));
                }
            }
            let part = tokio::time::timeout(Duration::from_secs(20), self.body.next()).await.expect("nothing came");
            self.text.push_str(&String::from_utf8(part?).unwrap());
        }
    }
}

fn stream(app: &TestApp, member: &Member, query: &str) -> reqwest::RequestBuilder {
    app.request(Method::GET, &format!("/v1/changes/stream{query}")).bearer_auth(&member.token)
}

#[actix_web::test]
async fn a_stream_tells_what_happens_and_goes_on_where_it_broke() {
    let app = TestApp::new().await;
    let (ada, eve) = (app.seeker().await, app.seeker().await);
    contact(&app, &ada, "Before").await;
    let request = stream(&app, &ada, "?kind=contact.*").header("accept-encoding", "gzip");
    let mut listener = Listener::open(request).await;
    app.post("/v1/companies", &ada, json!({ "name": "Engines" })).await.expect(201);
    contact(&app, &eve, "Elsewhere").await;
    let id = contact(&app, &ada, "Grace").await;
    let (cursor, kind, data) = listener.event().await.unwrap();
    assert_eq!((kind.as_str(), data["resource"]["id"].as_str()), ("contact.created", Some(id.as_str())));
    assert_eq!(data["cursor"], json!(cursor));
    drop(listener);
    let missed = contact(&app, &ada, "Barbara").await;
    let mut again = Listener::open(stream(&app, &ada, "").header("last-event-id", &cursor)).await;
    assert_eq!(again.event().await.unwrap().2["resource"]["id"], json!(missed));
    let last = contact(&app, &ada, "Radia").await;
    assert_eq!(again.event().await.unwrap().2["resource"]["id"], json!(last));
}

#[actix_web::test]
async fn a_stream_ends_with_its_credential() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let bad = stream(&app, &ada, "").header("last-event-id", "garbage");
    let refused = app.send(bad).await.expect(400);
    assert_eq!(
        (&refused.json["errors"][0]["header"], &refused.json["errors"][0]["parameter"]),
        (&json!("Last-Event-ID"), &Value::Null)
    );
    let mut listener = Listener::open(stream(&app, &ada, "")).await;
    let ended = std::time::Instant::now();
    app.sql(&format!("UPDATE sessions SET ended_at = now() WHERE id = '{}'", ada.session)).await;
    assert!(listener.event().await.is_none());
    assert!(ended.elapsed() < Duration::from_secs(6), "{:?}", ended.elapsed());
}

#[actix_web::test]
async fn a_ticket_opens_one_stream() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let issued = app.post("/v1/changes/stream-tickets", &ada, json!(null)).await.expect(200);
    assert_eq!(issued.header("cache-control"), "no-store");
    let ticket = issued.json["ticket"].as_str().unwrap().to_owned();
    let open = |ticket: &str| app.request(Method::GET, &format!("/v1/changes/stream?ticket={ticket}"));
    let mut listener = Listener::open(open(&ticket)).await;
    let id = contact(&app, &ada, "Grace").await;
    assert_eq!(listener.event().await.unwrap().2["resource"]["id"], json!(id));
    // Neither once more, nor elsewhere, nor too late, nor altered.
    let late = app.post("/v1/changes/stream-tickets", &ada, json!(null)).await.expect(200);
    let elsewhere = app.request(Method::GET, &format!("/v1/changes?ticket={ticket}"));
    assert_eq!(app.send(elsewhere).await.expect(401).code(), "credential_missing");
    app.pass(chrono::Duration::seconds(31));
    for spent in [ticket.as_str(), late.json["ticket"].as_str().unwrap(), "inr_st_x", &ticket[..20]] {
        assert_eq!(app.send(open(spent)).await.expect(401).code(), "invalid_token");
    }
}

#[actix_web::test]
async fn what_goes_with_a_contact_and_what_is_counted_elsewhere_is_told() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tom = app.post("/v1/contacts", &ada, json!({ "given_name": "Tom" })).await.expect(201).id();
    let body = json!({ "contact_ids": [tom], "medium": "phone" });
    let meeting = app.post("/v1/meetings", &ada, body).await.expect(201).id();
    let own = json!({ "text": "What does the week look like?", "category": "daily_work" });
    let own = app.post("/v1/questions", &ada, own).await.expect(201).id();
    let body = json!({ "meeting_id": meeting, "question_id": own });
    let asked = app.post("/v1/meeting-questions", &ada, body).await.expect(201).id();
    let url = format!("/v1/questions/{own}");
    let before = app.get(&url, &ada).await.expect(200);
    app.post(&format!("/v1/meeting-questions/{asked}/ask"), &ada, json!({})).await.expect(200);
    let request = app.request(Method::GET, &url).bearer_auth(&ada.token);
    let after = app.send(request.header("if-none-match", before.header("etag"))).await.expect(200);
    assert_eq!((&after.json["asked_count"], &after.json["version"]), (&json!(1), &json!(2)));
    let request = app.request(Method::PATCH, &url).bearer_auth(&ada.token).header("if-match", after.header("etag"));
    app.send(request.json(&json!({ "text": "What does the month look like?" }))).await.expect(200);
    app.patch("/v1/profile", &ada, json!({ "time_zone": "Asia/Tokyo" })).await.expect(200);
    app.delete(&format!("/v1/contacts/{tom}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{tom}"), &ada).await.expect(204);
    let told = app.get("/v1/changes?limit=200", &ada).await.expect(200);
    let kinds: Vec<&str> =
        told.json["data"].as_array().unwrap().iter().map(|change| change["kind"].as_str().unwrap()).collect();
    for kind in ["question.updated", "follow_up_settings.updated", "meeting.purged", "meeting_question.purged"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
}

#[actix_web::test]
async fn a_stream_that_is_only_asked_about_leaves_its_connection_free() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let head = app.send(app.request(Method::HEAD, "/v1/changes/stream").bearer_auth(&ada.token)).await.expect(200);
    assert_eq!((head.header("content-type"), head.text.as_str()), ("text/event-stream", ""));
}
