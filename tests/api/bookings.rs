use std::collections::HashMap;

use actix_web::rt::time::sleep;
use chrono::Duration;
use futures_util::future::join_all;
use inroad::auth::{Role, Scopes};
use reqwest::Method;
use serde_json::{Value, json};

use crate::process::{Folder, Server, get, register};
use crate::support::{Member, Reply, TestApp};

/// Between an answer that says to come back and the next attempt.
const BREATH: std::time::Duration = std::time::Duration::from_millis(300);

/// A contact in New York and a meeting with them, which is a proposal.
async fn proposal(app: &TestApp, member: &Member, more: Value) -> String {
    let body = json!({ "given_name": "Tom", "time_zone": "America/New_York" });
    let contact = app.post("/v1/contacts", member, body).await.expect(201).id();
    let mut body = json!({ "contact_ids": [contact], "medium": "phone", "title": "Not for the page" });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    app.post("/v1/meetings", member, body).await.expect(201).id()
}

async fn offer(app: &TestApp, member: &Member, meeting: &str, body: Value) -> Reply {
    app.post(&format!("/v1/meetings/{meeting}/offers"), member, body).await
}

fn two() -> Value {
    json!([{ "starts_at": "2026-03-05T15:00:00Z" }, { "starts_at": "2026-03-04T14:30:00Z" }])
}

async fn visit(app: &TestApp, token: &str) -> Reply {
    app.send(app.request(Method::GET, &format!("/v1/bookings/{token}"))).await
}

async fn act(app: &TestApp, token: &str, verb: &str, body: Value) -> Reply {
    app.post_publicly(&format!("/v1/bookings/{token}/{verb}"), body).await
}

/// Books as people do: who is told to come back, for the machine is busy, comes back.
async fn book(app: &TestApp, token: &str, body: &Value) -> Reply {
    loop {
        let reply = act(app, token, "book", body.clone()).await;
        if reply.status != 503 {
            return reply;
        }
        sleep(BREATH).await;
    }
}

fn token_of(offer: &Reply) -> String {
    offer.json["token"].as_str().unwrap().to_owned()
}

fn times(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|slot| slot["starts_at"].as_str().unwrap()).collect()
}

async fn meeting(app: &TestApp, member: &Member, id: &str) -> Value {
    app.get(&format!("/v1/meetings/{id}"), member).await.expect(200).json
}

/// Somebody with a token that is still good, in the same workspace.
async fn renewed(app: &TestApp, member: &Member) -> Member {
    app.member(Some(member.workspace), Role::Owner, Scopes::all()).await
}

#[actix_web::test]
async fn a_time_is_offered_and_booked() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = proposal(&app, &ada, json!({ "place": { "phone": "+43 1 24" } })).await;
    let body = json!({ "slots": two(), "note": " Whatever suits you. ", "choices": [
        { "medium": "phone" }, { "medium": "coffee", "place": { "name": "Café", "address": "Ring 4" } } ] });
    let made = offer(&app, &ada, &id, body).await.expect(201);
    assert_eq!(made.header("cache-control"), "no-store");
    let path = format!("/v1/meetings/{id}/offers/{}", made.id());
    assert_eq!(made.header("location"), path);
    assert_eq!(made.json["url"], format!("{}/book/{}", app.base, token_of(&made)));
    // The second travels half an hour; both are shown by the contact's clock.
    let read = app.get(&path, &ada).await.expect(200);
    assert_eq!((&read.json["state"], &read.json["time_zone"]), (&json!("open"), &json!("America/New_York")));
    assert_eq!(read.json["slots"], json!(["2026-03-04T14:30:00Z", "2026-03-05T15:00:00Z"]));
    assert_eq!(read.json["expires_at"], "2026-03-05T15:00:00Z");
    assert_eq!((&read.json["host_name"], &read.json["note"]), (&json!("Test Person"), &json!("Whatever suits you.")));
    assert!(read.json["token"].is_null() && !read.text.contains("inr_bk_"));
    let list = app.get(&format!("/v1/meetings/{id}/offers"), &ada).await.expect(200);
    assert_eq!(list.json["data"], json!([read.json]));

    let token = token_of(&made);
    let page = visit(&app, &token).await.expect(200);
    assert_eq!((page.header("cache-control"), page.header("x-robots-tag")), ("no-store", "noindex, nofollow"));
    assert_eq!((&page.json["state"], &page.json["meeting"]), (&json!("open"), &Value::Null));
    assert_eq!(times(&page.json["slots"]), ["2026-03-04T14:30:00Z", "2026-03-05T15:00:00Z"]);
    assert_eq!(page.json["slots"][0]["local"]["starts"], "2026-03-04T09:30:00-05:00");
    // Nothing of the seeker but what the offer says.
    for private in ["Not for the page", "Tom", "+43 1 24", &ada.user.to_string(), "example.org", "seeker"] {
        assert!(!page.text.contains(private), "{private}: {}", page.text);
    }
    let elsewhere = app.request(Method::GET, &format!("/v1/bookings/{token}?time_zone=Asia/Kathmandu"));
    assert_eq!(app.send(elsewhere).await.expect(200).json["slots"][0]["local"]["starts"], "2026-03-04T20:15:00+05:45");

    let odd = json!({ "starts_at": "2026-03-04T14:31:00Z", "choice": 3, "who": "me" });
    assert_eq!(act(&app, &token, "book", odd).await.expect(422).faults(), ["/who"]);
    let odd = json!({ "starts_at": "2026-03-04T14:31:00Z", "choice": 3 });
    assert_eq!(act(&app, &token, "book", odd).await.expect(422).faults(), ["/starts_at", "/choice"]);
    let body =
        json!({ "starts_at": "2026-03-04T14:30:00Z", "phone": "+1 212 555 0100", "time_zone": "America/Chicago" });
    let booked = act(&app, &token, "book", body.clone()).await.expect(200);
    assert_eq!((&booked.json["state"], &booked.json["meeting"]["medium"]), (&json!("booked"), &json!("phone")));
    assert_eq!(booked.json["meeting"]["local"]["starts"], "2026-03-04T08:30:00-06:00");
    assert_eq!(times(&booked.json["slots"]), ["2026-03-05T15:00:00Z"]);
    let again = act(&app, &token, "book", body).await.expect(409);
    assert_eq!(again.code(), "already_booked");

    let kept = meeting(&app, &ada, &id).await;
    assert_eq!((&kept["state"], &kept["starts_at"]), (&json!("confirmed"), &json!("2026-03-04T14:30:00Z")));
    assert_eq!(
        (&kept["contact_zone"], &kept["place"]["phone"]),
        (&json!("America/Chicago"), &json!("+1 212 555 0100"))
    );
    let steps = kept["history"].as_array().unwrap();
    assert_eq!((&steps[1]["kind"], &steps[1]["by"]), (&json!("confirmed"), &json!("contact")));
    let contact = kept["contact_ids"][0].as_str().unwrap();
    assert_eq!(app.get(&format!("/v1/contacts/{contact}"), &ada).await.json["stage"], "scheduled");
    let log = app.get("/v1/changes?kind=meeting.*&kind=meeting_offer.*", &ada).await.expect(200);
    let told: Vec<(&str, &str)> = log.json["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["kind"].as_str().unwrap(), change["actor"]["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("meeting.created", "member"),
            ("meeting_offer.created", "member"),
            ("meeting.confirmed", "invited_person"),
            ("meeting_offer.booked", "invited_person"),
        ]
    );
    let told = app.get(&format!("/v1/contacts/{contact}/timeline"), &ada).await.expect(200);
    assert!(told.text.contains("Times were offered"), "{}", told.text);
    assert_eq!(app.get(&path, &ada).await.expect(200).json["state"], "booked");
}

#[actix_web::test]
async fn what_was_booked_is_moved_and_called_off_by_the_same_link() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = proposal(&app, &ada, json!({})).await;
    let token = token_of(&offer(&app, &ada, &id, json!({ "slots": two() })).await.expect(201));
    let first = json!({ "starts_at": "2026-03-04T14:30:00Z", "phone": "+1 212 555 0100", "time_zone": "Asia/Tokyo" });
    let second = json!({ "starts_at": "2026-03-05T15:00:00Z" });
    assert_eq!(act(&app, &token, "reschedule", second.clone()).await.expect(409).code(), "impossible_transition");
    act(&app, &token, "book", first).await.expect(200);
    let moved = act(&app, &token, "reschedule", second).await.expect(200);
    assert_eq!(moved.json["meeting"]["starts_at"], "2026-03-05T15:00:00Z");
    assert_eq!(times(&moved.json["slots"]), ["2026-03-04T14:30:00Z"]);
    let kept = meeting(&app, &ada, &id).await;
    // What is not said anew stays as it was.
    assert_eq!((&kept["place"]["phone"], &kept["contact_zone"]), (&json!("+1 212 555 0100"), &json!("Asia/Tokyo")));
    assert_eq!((&kept["history"][2]["kind"], &kept["history"][2]["by"]), (&json!("rescheduled"), &json!("contact")));
    assert_eq!(act(&app, &token, "decline", json!({})).await.expect(409).code(), "already_booked");
    let off = act(&app, &token, "cancel", json!({ "note": "A site visit" })).await.expect(200);
    assert_eq!((&off.json["state"], &off.json["slots"]), (&json!("cancelled"), &json!([])));
    let kept = meeting(&app, &ada, &id).await;
    assert_eq!((&kept["state"], &kept["history"][3]["reason"]), (&json!("cancelled"), &json!("A site visit")));
    act(&app, &token, "cancel", json!({})).await.expect(409);
    act(&app, &token, "book", json!({ "starts_at": "2026-03-04T14:30:00Z" })).await.expect(409);
}

#[actix_web::test]
async fn an_invitation_is_declined_or_asked_for_other_times() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = proposal(&app, &ada, json!({})).await;
    let made = offer(&app, &ada, &id, json!({ "slots": two() })).await.expect(201);
    let (token, path) = (token_of(&made), format!("/v1/meetings/{id}/offers/{}", made.id()));
    let none = act(&app, &token, "none-suit", json!({ "note": "Fridays would do" })).await.expect(200);
    assert_eq!((&none.json["state"], &none.json["answered_at"]), (&json!("open"), &json!("2026-03-02T09:00:00Z")));
    let read = app.get(&path, &ada).await.expect(200);
    assert_eq!((&read.json["answer"], &read.json["version"]), (&json!("Fridays would do"), &json!(2)));
    let declined = app.send(app.request(Method::POST, &format!("/v1/bookings/{token}/decline"))).await.expect(200);
    assert_eq!(declined.json["state"], "declined");
    let kept = meeting(&app, &ada, &id).await;
    assert_eq!((&kept["state"], &kept["history"][1]["by"]), (&json!("cancelled"), &json!("contact")));
    assert_eq!(app.get(&path, &ada).await.json["state"], "declined");
    assert_eq!(act(&app, &token, "none-suit", json!({})).await.expect(409).code(), "impossible_transition");
    let log = app.get("/v1/changes?kind=meeting_offer.*", &ada).await;
    assert!(log.text.contains("meeting_offer.answered") && log.text.contains("meeting_offer.declined"), "{}", log.text);
    let contact = kept["contact_ids"][0].as_str().unwrap();
    let held = app.get(&format!("/v1/contacts/{contact}/export"), &ada).await.expect(200);
    assert_eq!(held.json["held"]["meeting_offers"][0]["answer"], Value::Null, "{}", held.text);
}

#[actix_web::test]
async fn a_link_that_leads_nowhere_any_more_is_as_one_that_never_was() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = proposal(&app, &ada, json!({})).await;
    let made =
        offer(&app, &ada, &id, json!({ "slots": two(), "expires_at": "2026-03-03T09:00:00Z" })).await.expect(201);
    let expired = token_of(&made);
    let made = offer(&app, &ada, &id, json!({ "slots": two() })).await.expect(201);
    let (revoked, path) = (token_of(&made), format!("/v1/meetings/{id}/offers/{}", made.id()));
    let gone = app.post(&format!("{path}/revoke"), &ada, Value::Null).await.expect(200);
    assert_eq!(gone.json["state"], "revoked");
    app.post(&format!("{path}/revoke"), &ada, Value::Null).await.expect(409);
    // Of whom it is with nobody is left.
    let other = proposal(&app, &ada, json!({})).await;
    let orphaned = token_of(&offer(&app, &ada, &other, json!({ "slots": two() })).await.expect(201));
    let person = meeting(&app, &ada, &other).await["contact_ids"][0].as_str().unwrap().to_owned();
    app.delete(&format!("/v1/contacts/{person}"), &ada).await.expect(204);
    let third = proposal(&app, &ada, json!({})).await;
    let trashed = token_of(&offer(&app, &ada, &third, json!({ "slots": two() })).await.expect(201));
    app.delete(&format!("/v1/meetings/{third}"), &ada).await.expect(204);
    let never = format!("{}x", &expired[..expired.len() - 1]);
    let foreign = format!("{}{}", uuid::Uuid::now_v7().simple(), &expired[32..]);
    app.pass(Duration::days(1));
    let mut answers = Vec::new();
    for token in [&expired, &revoked, &orphaned, &trashed, &never, &foreign, "example", &"x".repeat(500)] {
        let read = visit(&app, token).await.expect(404);
        let page = app.send_freely(app.request(Method::GET, &format!("/book/{token}"))).await.unwrap();
        assert_eq!(page.status, 404);
        let sent = act(&app, token, "book", json!({ "starts_at": "2026-03-04T14:30:00Z" })).await.expect(404);
        assert_eq!(sent.json["detail"], read.json["detail"]);
        answers.push((read.json["detail"].clone(), page.text));
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:?}");
    let ada = renewed(&app, &ada).await;
    let list = app.get(&format!("/v1/meetings/{id}/offers"), &ada).await.expect(200);
    let states: Vec<_> = list.json["data"].as_array().unwrap().iter().map(|offer| offer["state"].clone()).collect();
    assert_eq!(states, ["revoked", "expired"]);
    let list = app.get(&format!("/v1/meetings/{other}/offers"), &ada).await.expect(200);
    assert_eq!(list.json["data"][0]["state"], "closed");
}

#[actix_web::test]
async fn whoever_has_a_link_to_what_was_agreed_in_another_way_is_told_so() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = proposal(&app, &ada, json!({})).await;
    let path = format!("/v1/meetings/{id}/offers");
    let first = token_of(&offer(&app, &ada, &id, json!({ "slots": two() })).await.expect(201));
    let second = token_of(&offer(&app, &ada, &id, json!({ "slots": two() })).await.expect(201));
    act(&app, &first, "book", json!({ "starts_at": "2026-03-04T14:30:00Z" })).await.expect(200);
    let told = visit(&app, &second).await.expect(200);
    assert_eq!((&told.json["state"], &told.json["slots"]), (&json!("closed"), &json!([])));
    assert_eq!(told.json["meeting"], Value::Null);
    for verb in ["book", "reschedule", "none-suit", "decline", "cancel"] {
        let body = if matches!(verb, "book" | "reschedule") { two()[0].clone() } else { json!({}) };
        assert_eq!(act(&app, &second, verb, body).await.expect(409).code(), "already_booked", "{verb}");
    }
    let page = app.send_freely(app.request(Method::GET, &format!("/book/{second}"))).await.unwrap();
    assert!(page.status == 200 && page.text.contains("The meeting was agreed in another way"), "{}", page.text);
    let list = app.get(&path, &ada).await.expect(200);
    let states: Vec<_> = list.json["data"].as_array().unwrap().iter().map(|offer| offer["state"].clone()).collect();
    assert_eq!(states, ["closed", "booked"]);
    // Revoked, it is as if it had never been.
    let closed = list.json["data"][0]["id"].as_str().unwrap();
    app.post(&format!("{path}/{closed}/revoke"), &ada, Value::Null).await.expect(200);
    visit(&app, &second).await.expect(404);
}

#[actix_web::test]
async fn the_same_time_once_more_moves_nothing() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = proposal(&app, &ada, json!({})).await;
    let token = token_of(&offer(&app, &ada, &id, json!({ "slots": two() })).await.expect(201));
    let body = json!({ "starts_at": "2026-03-04T14:30:00Z", "phone": "+1 212 555 0100" });
    act(&app, &token, "book", body.clone()).await.expect(200);
    let (before, mails) = (meeting(&app, &ada, &id).await, app.mails().await.len());
    for same in [body, json!({ "starts_at": "2026-03-04T14:30:00Z" })] {
        let again = act(&app, &token, "reschedule", same).await.expect(200);
        assert_eq!(again.json["state"], "booked");
    }
    assert_eq!(meeting(&app, &ada, &id).await, before);
    assert_eq!(app.mails().await.len(), mails);
    // Another number is news.
    let other = json!({ "starts_at": "2026-03-04T14:30:00Z", "phone": "+1 212 555 0199" });
    act(&app, &token, "reschedule", other).await.expect(200);
    assert_eq!(meeting(&app, &ada, &id).await["place"]["phone"], "+1 212 555 0199");
}

#[actix_web::test]
async fn more_times_than_are_told_at_once_come_with_further_calls() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = proposal(&app, &ada, json!({})).await;
    // Of each of the three days, from eight to half past four, all five minutes.
    let hours = json!({ "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        "from": "08:00", "until": "16:40", "days": 3, "step_minutes": 5, "notice_hours": 0 });
    let made = offer(&app, &ada, &id, json!({ "availability": hours })).await.expect(201);
    let (token, path) = (token_of(&made), format!("/v1/meetings/{id}/offers/{}/slots", made.id()));
    let mut told = Vec::new();
    let mut from = String::new();
    let sizes = loop {
        let page = app.send(app.request(Method::GET, &format!("/v1/bookings/{token}{from}"))).await.expect(200).json;
        let own = app.get(&format!("{path}{from}"), &ada).await.expect(200).json;
        assert_eq!((&own["slots"], &own["next_slots_from"]), (&page["slots"], &page["next_slots_from"]));
        told.push(times(&page["slots"]).into_iter().map(str::to_owned).collect::<Vec<_>>());
        match page["next_slots_from"].as_str() {
            Some(next) => from = format!("?from={next}"),
            None => break told.iter().map(Vec::len).collect::<Vec<_>>(),
        }
    };
    assert_eq!(sizes, [200, 106]);
    let all = told.concat();
    assert!(all.is_sorted() && all.windows(2).all(|two| two[0] != two[1]));
    // The page leads on by links, and back.
    let open =
        async |query: &str| app.send_freely(app.request(Method::GET, &format!("/book/{token}{query}"))).await.unwrap();
    let first = open("").await;
    let later = format!("?zone=America%2FNew_York&amp;from={}", told[1][0].replace(':', "%3A"));
    assert!(first.text.contains(&later) && !first.text.contains("The first times"), "{}", first.text);
    let second = open(&later.replace("&amp;", "&")).await;
    assert!(second.text.contains(&told[1][105]) && !second.text.contains(&told[0][199]), "{}", second.text);
    assert!(second.text.contains("The first times") && !second.text.contains("Later times"));
    assert_eq!(open("?from=soon").await.text.matches("name=\"starts_at\"").count(), 200);
    app.send(app.request(Method::GET, &format!("/v1/bookings/{token}?from=soon"))).await.expect(400);
    // What is not among the first can be booked all the same.
    act(&app, &token, "book", json!({ "starts_at": told[1][105] })).await.expect(200);
}

#[actix_web::test]
async fn nobody_is_offered_times_who_asked_for_rest() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = proposal(&app, &ada, json!({})).await;
    let person = meeting(&app, &ada, &id).await["contact_ids"][0].as_str().unwrap().to_owned();
    let address = json!({ "emails": [{ "address": "tom@northwind.example" }] });
    app.patch(&format!("/v1/contacts/{person}"), &ada, address).await.expect(200);
    let entry = json!({ "kind": "domain", "value": "northwind.example" });
    let entry = app.post("/v1/do-not-contact", &ada, entry).await.expect(201).id();
    let refused = offer(&app, &ada, &id, json!({ "slots": two() })).await.expect(409);
    assert_eq!(refused.code(), "do_not_contact");
    app.delete(&format!("/v1/do-not-contact/{entry}"), &ada).await.expect(204);
    offer(&app, &ada, &id, json!({ "slots": two() })).await.expect(201);
}

#[actix_web::test]
async fn hours_leave_out_what_is_taken() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let taken = proposal(&app, &ada, json!({ "starts_at": "2026-03-03T15:30:00Z", "duration_minutes": 30 })).await;
    app.post(&format!("/v1/meetings/{taken}/confirm"), &ada, json!({})).await.expect(200);
    let id = proposal(&app, &ada, json!({})).await;
    let hours = json!({ "availability": { "from": "10:00", "until": "12:00", "days": 2 } });
    let made = offer(&app, &ada, &id, hours).await.expect(201);
    assert_eq!(made.json["availability"]["first_on"], "2026-03-03");
    assert_eq!(made.json["availability"]["time_zone"], "America/New_York");
    let path = format!("/v1/meetings/{id}/offers/{}", made.id());
    let open = app.get(&format!("{path}/slots"), &ada).await.expect(200);
    let want = [
        "2026-03-03T15:00:00Z",
        "2026-03-03T16:00:00Z",
        "2026-03-03T16:30:00Z",
        "2026-03-04T15:00:00Z",
        "2026-03-04T15:30:00Z",
        "2026-03-04T16:00:00Z",
        "2026-03-04T16:30:00Z",
    ];
    assert_eq!(times(&open.json["slots"]), want);
    assert_eq!(times(&visit(&app, &token_of(&made)).await.expect(200).json["slots"]), want);
    // What is free again is on offer again.
    app.post(&format!("/v1/meetings/{taken}/cancel"), &ada, json!({})).await.expect(200);
    assert_eq!(visit(&app, &token_of(&made)).await.json["slots"].as_array().unwrap().len(), 8);
    // Half a day ahead.
    app.pass(Duration::hours(19));
    assert_eq!(times(&visit(&app, &token_of(&made)).await.json["slots"])[0], "2026-03-03T16:00:00Z");
}

#[actix_web::test]
async fn what_cannot_be_offered_is_refused_all_at_once() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = proposal(&app, &ada, json!({})).await;
    let neither = offer(&app, &ada, &id, json!({})).await.expect(422);
    assert_eq!(neither.faults(), ["/slots"]);
    let long = json!({ "availability": { "days": 100_000 } });
    assert_eq!(offer(&app, &ada, &id, long).await.expect(422).faults(), ["/availability/days"]);
    let both = json!({ "slots": two(), "availability": { "from": "12:00", "until": "11:00" } });
    assert_eq!(offer(&app, &ada, &id, both).await.expect(422).faults(), ["/availability", "/availability/until"]);
    let odd = json!({ "expires_at": "2026-03-01T00:00:00Z", "slots": [
        { "starts_at": "2026-03-01T14:30:00Z" }, {},
        { "starts_local": { "time": "2026-03-29T02:30", "zone": "Europe/Vienna" } },
        { "starts_at": "2026-03-05T15:00:00Z" }, { "starts_at": "2026-03-05T15:00:00Z" } ] });
    assert_eq!(
        offer(&app, &ada, &id, odd).await.expect(422).faults(),
        ["/slots/1/starts_at", "/slots/2/starts_local/time", "/slots/0/starts_at", "/slots/4/starts_at", "/expires_at"]
    );
    for body in
        [json!({ "slots": [{ "starts_at": "2026-03-05T15:00:00Z" }] }), json!({ "slots": two(), "choices": [] })]
    {
        offer(&app, &ada, &id, body).await.expect(422);
    }
    let other = proposal(&app, &ada, json!({ "starts_at": "2026-03-05T14:50:00Z" })).await;
    app.post(&format!("/v1/meetings/{other}/confirm"), &ada, json!({})).await.expect(200);
    let taken = offer(&app, &ada, &id, json!({ "slots": two() })).await.expect(422);
    assert_eq!((taken.faults(), taken.json["errors"][0]["code"].as_str()), (vec!["/slots/0/starts_at"], Some("taken")));
    let late = offer(&app, &ada, &other, json!({ "slots": two() })).await.expect(409);
    assert_eq!(late.code(), "impossible_transition");
    let stranger = app.seeker().await;
    offer(&app, &stranger, &id, json!({ "slots": two() })).await.expect(404);
}

/// A new offer of one time, for a meeting of its own, among many.
async fn rivals(app: &TestApp, member: &Member, count: usize) -> Vec<String> {
    let mut tokens = Vec::new();
    for _ in 0..count {
        let id = proposal(app, member, json!({})).await;
        tokens.push(token_of(&offer(app, member, &id, json!({ "slots": two() })).await.expect(201)));
    }
    tokens
}

/// Of the answers to as many bookings of one time one is a success; the others say what is left.
fn one_wins(answers: &[Reply], left: &[&str]) {
    let mut counts: HashMap<u16, usize> = HashMap::new();
    answers.iter().for_each(|reply| *counts.entry(reply.status).or_default() += 1);
    assert_eq!(counts, HashMap::from([(200, 1), (409, answers.len() - 1)]));
    for refused in answers.iter().filter(|reply| reply.status == 409 && reply.code() == "slot_taken") {
        assert_eq!(refused.json["errors"][0]["alternatives"], json!(left));
        // Of the other meeting nothing is told.
        assert!(!refused.text.contains("meeting_overlaps") && !refused.text.contains("way to it"), "{}", refused.text);
    }
}

#[actix_web::test]
async fn of_fifty_visitors_with_one_link_one_books() {
    let app = TestApp::with(&["--pool-size", "8"]).await;
    let ada = app.seeker().await;
    let token = rivals(&app, &ada, 1).await.remove(0);
    let body = json!({ "starts_at": "2026-03-04T14:30:00Z" });
    let answers = join_all((0..50).map(|_| book(&app, &token, &body))).await;
    one_wins(&answers, &[]);
    assert!(answers.iter().all(|reply| reply.status == 200 || reply.code() == "already_booked"));
}

#[actix_web::test]
async fn of_fifty_visitors_with_links_of_their_own_one_gets_the_time() {
    let app = TestApp::with(&["--pool-size", "8"]).await;
    let ada = app.seeker().await;
    let tokens = rivals(&app, &ada, 50).await;
    let body = json!({ "starts_at": "2026-03-04T14:30:00Z" });
    let answers = join_all(tokens.iter().map(|token| book(&app, token, &body))).await;
    one_wins(&answers, &["2026-03-05T15:00:00Z"]);
    let confirmed = app.get("/v1/meetings?state=confirmed", &renewed(&app, &ada).await).await.expect(200);
    assert_eq!(confirmed.json["data"].as_array().unwrap().len(), 1);
    // Whoever lost takes what is left: again one of all.
    let losers = tokens.iter().zip(&answers).filter(|(_, reply)| reply.status == 409).map(|(token, _)| token);
    let body = json!({ "starts_at": "2026-03-05T15:00:00Z" });
    let answers = join_all(losers.take(10).map(|token| book(&app, token, &body))).await;
    one_wins(&answers, &[]);
}

#[actix_web::test]
async fn of_visitors_of_two_processes_on_one_database_one_gets_the_time() {
    // A database of its own, with the service's schema.
    let app = TestApp::new().await;
    let folders = [Folder::new("booking-one"), Folder::new("booking-two")];
    let flags =
        ["--database-url", &app.url, "--secret", &app.secret, "--rate-limit", "0", "--rate-limit-workspace", "0"];
    let flags = [&flags[..], &["--rate-limit-anonymous", "0"]].concat();
    let servers = folders.each_ref().map(|folder| Server::start(&folder.0, &flags));
    let token = register(&servers[0].url).await;
    let client = reqwest::Client::new();
    let post = async |server: usize, path: &str, body: Value| {
        let request = client.post(format!("{}{path}", servers[server].url)).bearer_auth(&token).json(&body);
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let contact = post(0, "/v1/contacts", json!({ "given_name": "Tom" })).await["id"].clone();
    let hours = json!({ "availability": { "weekdays": ["monday", "wednesday"], "from": "09:00", "until": "10:00" } });
    let mut tokens = Vec::new();
    for _ in 0..50 {
        let meeting = post(0, "/v1/meetings", json!({ "contact_ids": [contact], "medium": "phone" })).await;
        let path = format!("/v1/meetings/{}/offers", meeting["id"].as_str().unwrap());
        tokens.push(post(0, &path, hours.clone()).await["token"].as_str().unwrap().to_owned());
    }
    let shown = get(&servers[1].url, &format!("/v1/bookings/{}", tokens[0]), "").await;
    let body = json!({ "starts_at": shown["slots"][0]["starts_at"] });
    let book = async |(place, token): (usize, &String)| {
        loop {
            let request = client.post(format!("{}/v1/bookings/{token}/book", servers[place % 2].url)).json(&body);
            let reply = request.send().await.unwrap();
            let (status, told) = (reply.status().as_u16(), reply.json::<Value>().await.unwrap());
            if status != 503 {
                return (place % 2, status, told);
            }
            sleep(BREATH).await;
        }
    };
    let answers = join_all(tokens.iter().enumerate().map(book)).await;
    let won = answers.iter().filter(|(_, status, _)| *status == 200).count();
    assert_eq!(won, 1, "{answers:?}");
    assert!(answers.iter().all(|(_, status, told)| *status == 200 || told["code"] == "slot_taken"), "{answers:?}");
    let confirmed = get(&servers[0].url, "/v1/meetings?state=confirmed", &token).await;
    assert_eq!(confirmed["data"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn the_secret_of_a_link_is_kept_nowhere() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = proposal(&app, &ada, json!({ "place": { "phone": "+43 1 24", "name": "Desk" } })).await;
    let choices = json!([{ "medium": "phone" }, { "medium": "coffee", "place": { "name": "Café" } }]);
    let made = offer(&app, &ada, &id, json!({ "slots": two(), "choices": choices })).await.expect(201);
    let token = token_of(&made);
    let book = async || {
        let request = app.request(Method::POST, &format!("/v1/bookings/{token}/book"));
        let body = json!({ "starts_at": "2026-03-04T14:30:00Z", "choice": 0 });
        app.send(request.header("idempotency-key", "once").json(&body)).await.expect(200)
    };
    let booked = book().await;
    assert_eq!(booked.json, book().await.json);
    let routes = app.texts("SELECT route AS text FROM idempotency_keys").await;
    assert!(routes.iter().any(|route| route.ends_with("/book")), "{routes:?}");
    assert!(!routes.iter().any(|route| route.contains("inr_bk_")), "{routes:?}");
    // Of the meeting's own place, which the invitation does not name, the visitor learns nothing.
    for private in ["Desk", "+43 1 24"] {
        assert!(!booked.text.contains(private), "{private}: {}", booked.text);
    }
    // Once it has begun it is moved by no link.
    app.post(&format!("/v1/meetings/{id}/start"), &ada, json!({})).await.expect(200);
    let moved = json!({ "starts_at": "2026-03-05T15:00:00Z" });
    assert_eq!(act(&app, &token, "reschedule", moved).await.expect(409).code(), "impossible_transition");
    act(&app, &token, "cancel", json!({})).await.expect(409);
    assert!(!meeting(&app, &ada, &id).await["started_at"].is_null());
}
