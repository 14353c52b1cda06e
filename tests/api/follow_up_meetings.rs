//! What meetings make due, and what they make needless.
use serde_json::{Value, json};

use crate::follow_ups::{add, at, contact, list, read, send};
use crate::support::{Member, TestApp};

/// A meeting that is confirmed for this time.
async fn confirmed(app: &TestApp, who: &Member, with: &[&str], starts_at: &str) -> String {
    let body = json!({ "contact_ids": with, "medium": "phone", "starts_at": starts_at });
    let id = app.post("/v1/meetings", who, body).await.expect(201).id();
    act(app, who, &id, "confirm", json!({})).await;
    id
}

async fn act(app: &TestApp, who: &Member, meeting: &str, verb: &str, body: Value) {
    app.post(&format!("/v1/meetings/{meeting}/{verb}"), who, body).await.expect(200);
}

async fn open(app: &TestApp, who: &Member, kind: &str) -> Vec<Value> {
    list(app, who, &format!("state=open&kind={kind}&sort=due_at")).await
}

async fn reason(app: &TestApp, who: &Member, follow_up: &Value) -> Value {
    read(app, who, follow_up["id"].as_str().unwrap()).await["closed_reason"].clone()
}

async fn in_new_york(app: &TestApp, who: &Member) {
    app.patch("/v1/follow-ups/settings", who, json!({ "time_zone": "America/New_York" })).await.expect(200);
}

#[actix_web::test]
async fn a_meeting_is_confirmed_the_day_before() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    in_new_york(&app, &ada).await;
    let grace = contact(&app, &ada, "Grace").await;
    // The clock is put forward on the 8th: the day before begins four hours after midnight in Greenwich.
    let meeting = confirmed(&app, &ada, &[&grace], "2026-03-12T14:00:00Z").await;
    let due = open(&app, &ada, "confirm").await;
    let shown = (due.len(), &due[0]["due_on"], &due[0]["due_at"], &due[0]["source"], &due[0]["meeting_id"]);
    let wanted = (1, &json!("2026-03-11"), &json!("2026-03-11T04:00:00Z"), &json!("automatic"), &json!(meeting));
    assert_eq!(shown, wanted);
    assert_eq!(list(&app, &ada, &format!("meeting_id={meeting}")).await.len(), 1);

    // It moves with the meeting, and is there once.
    act(&app, &ada, &meeting, "reschedule", json!({ "starts_at": "2026-03-19T03:00:00Z" })).await;
    let moved = open(&app, &ada, "confirm").await;
    assert_eq!((moved.len(), &moved[0]["id"], &moved[0]["due_on"]), (1, &due[0]["id"], &json!("2026-03-17")));
    act(&app, &ada, &meeting, "reconfirm", json!({})).await;
    assert_eq!(reason(&app, &ada, &due[0]).await, "meeting_confirmed");
    // Another time asks for it anew, also by a change of the meeting itself.
    let path = format!("/v1/meetings/{meeting}");
    app.patch(&path, &ada, json!({ "starts_at": "2026-03-20T14:00:00Z" })).await.expect(200);
    let second = open(&app, &ada, "confirm").await;
    assert_eq!((second.len(), &second[0]["due_on"]), (1, &json!("2026-03-19")));
    app.patch(&path, &ada, json!({ "notes": "Bring the drawing" })).await.expect(200);
    assert_eq!(open(&app, &ada, "confirm").await.len(), 1);
    act(&app, &ada, &meeting, "cancel", json!({})).await;
    assert_eq!(reason(&app, &ada, &second[0]).await, "meeting_cancelled");
    act(&app, &ada, &meeting, "confirm", json!({})).await;
    let third = open(&app, &ada, "confirm").await;
    app.delete(&path, &ada).await.expect(204);
    assert_eq!(reason(&app, &ada, &third[0]).await, "meeting_cancelled");
    app.post(&format!("/v1/trash/{meeting}/restore"), &ada, json!({})).await.expect(204);
    assert_eq!(open(&app, &ada, "confirm").await.len(), 1);
    // Only a proposal again.
    let proposed = json!({ "starts_at": "2026-03-21T14:00:00Z", "confirmed": false });
    act(&app, &ada, &meeting, "reschedule", proposed).await;
    assert!(open(&app, &ada, "confirm").await.is_empty());
    // What is gone for good is named no more.
    app.delete(&path, &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{meeting}"), &ada).await.expect(204);
    assert_eq!(read(&app, &ada, third[0]["id"].as_str().unwrap()).await["meeting_id"], Value::Null);
}

#[actix_web::test]
async fn what_is_too_near_is_not_confirmed_again() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    // It is Monday, nine o'clock: the day before this one is over, the day before that one is today.
    let today = confirmed(&app, &ada, &[&grace], "2026-03-02T15:00:00Z").await;
    assert!(open(&app, &ada, "confirm").await.is_empty());
    confirmed(&app, &ada, &[&grace], "2026-03-03T15:00:00Z").await;
    assert_eq!(open(&app, &ada, "confirm").await[0]["due_on"], "2026-03-02");
    // Put off and drawn near again, it is due at once.
    act(&app, &ada, &today, "reschedule", json!({ "starts_at": "2026-03-10T15:00:00Z" })).await;
    act(&app, &ada, &today, "reschedule", json!({ "starts_at": "2026-03-02T16:00:00Z" })).await;
    let due = list(&app, &ada, &format!("state=open&meeting_id={today}")).await;
    assert_eq!((due.len(), &due[0]["due_on"]), (1, &json!("2026-03-02")));
    // A confirmation of one meeting says nothing of another.
    let body = json!({
        "contact_id": grace, "channel": "email", "purpose": "confirmation", "subject": "Today", "body": "See you",
        "meeting_id": today
    });
    let message = app.post("/v1/messages", &ada, body).await.expect(201).id();
    app.post(&format!("/v1/messages/{message}/mark-sent"), &ada, json!({})).await.expect(200);
    assert_eq!(reason(&app, &ada, &due[0]).await, "message_sent");
    assert_eq!(open(&app, &ada, "confirm").await.len(), 1);
}

#[actix_web::test]
async fn thanks_are_due_within_a_day_and_a_sign_of_life_in_three_months() {
    let app = TestApp::new().await;
    let mut ada = app.seeker().await;
    in_new_york(&app, &ada).await;
    let (grace, alan) = (contact(&app, &ada, "Grace").await, contact(&app, &ada, "Alan").await);
    let unwanted = contact(&app, &ada, "Unwanted").await;
    // Saturday evening there; that night the clock is put forward.
    let meeting = confirmed(&app, &ada, &[&grace, &alan, &unwanted], "2026-03-07T23:00:00Z").await;
    app.patch(&format!("/v1/contacts/{unwanted}"), &ada, json!({ "do_not_contact": true })).await.expect(200);
    at(&app, &mut ada, "2026-03-07T23:20:00Z").await;
    act(&app, &ada, &meeting, "complete", json!({})).await;
    let confirm = list(&app, &ada, "kind=confirm").await;
    assert_eq!(confirm[0]["closed_reason"], "meeting_over");
    let thanks = open(&app, &ada, "thank_you").await;
    let mut whom: Vec<&str> = thanks.iter().map(|one| one["contact_name"].as_str().unwrap()).collect();
    whom.sort_unstable();
    assert_eq!(whom, ["Alan", "Grace"]);
    let first = &thanks[0];
    let shown = (&first["due_at"], &first["overdue_at"], &first["due_on"], &first["due_time"], &first["meeting_id"]);
    let wanted = ("2026-03-08T23:15:00Z", "2026-03-09T23:15:00Z", "2026-03-08", "19:15", meeting.as_str());
    assert_eq!(shown, (&json!(wanted.0), &json!(wanted.1), &json!(wanted.2), &json!(wanted.3), &json!(wanted.4)));
    let keep = open(&app, &ada, "keep_in_touch").await;
    let shown = (keep.len(), &keep[0]["due_on"], &keep[0]["after_days"], &keep[0]["repeat_after_days"]);
    assert_eq!(shown, (2, &json!("2026-06-05"), &json!(90), &json!(120)));
    // In another zone they are due at the same hour of the wall clock, and late as long after it.
    app.patch("/v1/follow-ups/settings", &ada, json!({ "time_zone": "Europe/London" })).await.expect(200);
    let moved = read(&app, &ada, first["id"].as_str().unwrap()).await;
    let shown = (&moved["due_time"], &moved["due_at"], &moved["overdue_at"]);
    assert_eq!(shown, (&json!("19:15"), &json!("2026-03-08T19:15:00Z"), &json!("2026-03-09T19:15:00Z")));
    in_new_york(&app, &ada).await;
    for (instant, due, late) in [
        ("2026-03-08T23:14:00Z", 0, 0),
        ("2026-03-08T23:15:00Z", 2, 0),
        ("2026-03-09T23:14:00Z", 2, 0),
        ("2026-03-09T23:15:00Z", 2, 2),
    ] {
        at(&app, &mut ada, instant).await;
        assert_eq!(list(&app, &ada, "kind=thank_you&due=true").await.len(), due, "{instant}");
        assert_eq!(list(&app, &ada, "kind=thank_you&overdue=true").await.len(), late, "{instant}");
    }
    send(&app, &ada, &grace, json!("thank_you")).await;
    let left = open(&app, &ada, "thank_you").await;
    assert_eq!((left.len(), &left[0]["contact_name"]), (1, &json!("Alan")));
    let stage = app.get(&format!("/v1/contacts/{grace}"), &ada).await.json["stage"].clone();
    assert_eq!(stage, "thanked");
    // A touch starts the quarter anew.
    let keep = list(&app, &ada, &format!("state=open&kind=keep_in_touch&contact_id={grace}")).await;
    assert_eq!(keep[0]["due_on"], "2026-06-07");
    // Noted by mistake: nobody came.
    act(&app, &ada, &meeting, "no-show", json!({ "by": "contact" })).await;
    assert!(open(&app, &ada, "thank_you").await.is_empty() && open(&app, &ada, "keep_in_touch").await.is_empty());
    // But somebody did, after all: who was thanked is not to be thanked again.
    act(&app, &ada, &meeting, "complete", json!({})).await;
    let again = open(&app, &ada, "thank_you").await;
    assert_eq!((again.len(), &again[0]["contact_name"]), (1, &json!("Alan")));
}

#[actix_web::test]
async fn thanks_are_due_a_day_after_the_conversation_was_over_whenever_it_was_planned() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    let meeting = confirmed(&app, &ada, &[&grace], "2026-03-12T14:00:00Z").await;
    // They talked ten days earlier, and a client without a net tells of it two hours later.
    act(&app, &ada, &meeting, "start", json!({ "started_at": "2026-03-02T06:40:00Z" })).await;
    act(&app, &ada, &meeting, "finish", json!({ "finished_at": "2026-03-02T07:00:00Z" })).await;
    let thanks = open(&app, &ada, "thank_you").await;
    assert_eq!((thanks.len(), &thanks[0]["due_at"]), (1, &json!("2026-03-03T07:00:00Z")));
    assert_eq!(thanks[0]["overdue_at"], "2026-03-04T07:00:00Z");
}

#[actix_web::test]
async fn thanks_are_due_once() {
    let app = TestApp::new().await;
    let mut ada = app.seeker().await;
    let (grace, twin) = (contact(&app, &ada, "Grace").await, contact(&app, &ada, "Gracie").await);
    let mine =
        add(&app, &ada, json!({ "contact_id": grace, "kind": "keep_in_touch", "due_on": "2026-03-20" })).await.id();
    let meeting = confirmed(&app, &ada, &[&grace, &twin], "2026-03-02T10:00:00Z").await;
    at(&app, &mut ada, "2026-03-02T10:30:00Z").await;
    act(&app, &ada, &meeting, "complete", json!({})).await;
    // One was noted already, and starts anew with the conversation.
    let keep = list(&app, &ada, &format!("state=open&kind=keep_in_touch&contact_id={grace}")).await;
    assert_eq!((keep.len(), &keep[0]["id"], &keep[0]["due_on"]), (1, &json!(mine), &json!("2026-06-30")));
    // The two turn out to be one.
    let merge = json!({ "survivor_id": grace, "merged_ids": [twin] });
    let merge = app.post("/v1/contacts/merge", &ada, merge).await.expect(200).id();
    assert_eq!((open(&app, &ada, "thank_you").await.len(), open(&app, &ada, "keep_in_touch").await.len()), (1, 1));
    app.post(&format!("/v1/contacts/merges/{merge}/undo"), &ada, json!({})).await.expect(200);
    assert_eq!((open(&app, &ada, "thank_you").await.len(), open(&app, &ada, "keep_in_touch").await.len()), (2, 2));
    // Who comes to be in it is thanked, too; who was not in it is not.
    let late = contact(&app, &ada, "Late").await;
    let with = json!({ "contact_ids": [grace, late] });
    app.patch(&format!("/v1/meetings/{meeting}"), &ada, with).await.expect(200);
    let thanks = open(&app, &ada, "thank_you").await;
    let mut whom: Vec<&str> = thanks.iter().map(|one| one["contact_name"].as_str().unwrap()).collect();
    whom.sort_unstable();
    assert_eq!(whom, ["Grace", "Late"]);
    // Thanks that went out before anybody noted that the meeting took place.
    let mary = contact(&app, &ada, "Mary").await;
    let other = confirmed(&app, &ada, &[&mary], "2026-03-02T10:45:00Z").await;
    at(&app, &mut ada, "2026-03-02T11:30:00Z").await;
    send(&app, &ada, &mary, json!("thank_you")).await;
    act(&app, &ada, &other, "complete", json!({})).await;
    assert!(list(&app, &ada, &format!("contact_id={mary}&kind=thank_you")).await.is_empty());
    for (patch, pointer) in [
        (json!({ "thank_you_due_hours": 72 }), "/thank_you_overdue_hours"),
        (json!({ "thank_you_due_hours": 0 }), "/thank_you_due_hours"),
        (json!({ "keep_in_touch_first_days": 0 }), "/keep_in_touch_first_days"),
    ] {
        let refused = app.patch("/v1/follow-ups/settings", &ada, patch.clone()).await.expect(422);
        assert_eq!(refused.faults(), [pointer], "{patch}");
    }
}

/// Also of somebody who was met before, whose stage says nothing new.
#[actix_web::test]
async fn a_meeting_stops_a_plan() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    app.patch(&format!("/v1/contacts/{grace}"), &ada, json!({ "stage": "thanked" })).await.expect(200);
    send(&app, &ada, &grace, json!("follow_up")).await;
    let nudges = open(&app, &ada, "nudge").await;
    assert_eq!(nudges.len(), 1);
    let body = json!({ "contact_ids": [grace], "medium": "phone", "starts_at": "2026-03-12T14:00:00Z" });
    let meeting = app.post("/v1/meetings", &ada, body).await.expect(201).id();
    assert_eq!(open(&app, &ada, "nudge").await.len(), 1, "a proposal is no agreement");
    act(&app, &ada, &meeting, "confirm", json!({})).await;
    assert_eq!(reason(&app, &ada, &nudges[0]).await, "meeting");
    let run = app.get(&format!("/v1/follow-up-runs?contact_id={grace}"), &ada).await.expect(200);
    assert_eq!(run.json["data"][0]["stopped_reason"], "meeting");
}

/// Whoever books a time by the link has agreed like one who wrote back.
#[actix_web::test]
async fn a_meeting_booked_by_its_contact_stops_a_plan_too() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    send(&app, &ada, &grace, json!("introduction")).await;
    let nudge = open(&app, &ada, "nudge").await.remove(0);
    let body = json!({ "contact_ids": [grace], "medium": "phone", "place": { "phone": "+1 212 555 0100" } });
    let meeting = app.post("/v1/meetings", &ada, body).await.expect(201).id();
    let slots = json!({ "slots": [{ "starts_at": "2026-03-12T14:00:00Z" }, { "starts_at": "2026-03-13T14:00:00Z" }] });
    let offer = app.post(&format!("/v1/meetings/{meeting}/offers"), &ada, slots).await.expect(201);
    assert_eq!(read(&app, &ada, nudge["id"].as_str().unwrap()).await["state"], "open");
    let path = format!("/v1/bookings/{}/book", offer.json["token"].as_str().unwrap());
    app.post_publicly(&path, json!({ "starts_at": "2026-03-12T14:00:00Z" })).await.expect(200);
    assert_eq!(reason(&app, &ada, &nudge).await, "meeting");
    let due = open(&app, &ada, "confirm").await;
    assert_eq!((due.len(), &due[0]["due_on"], &due[0]["meeting_id"]), (1, &json!("2026-03-11"), &json!(meeting)));
}

#[actix_web::test]
async fn a_follow_up_is_about_a_meeting_of_its_contact() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let (grace, other) = (contact(&app, &ada, "Grace").await, contact(&app, &ada, "Other").await);
    let foreign = contact(&app, &bob, "Foreign").await;
    let meeting = confirmed(&app, &ada, &[&grace], "2026-03-12T14:00:00Z").await;
    let theirs = confirmed(&app, &bob, &[&foreign], "2026-03-12T14:00:00Z").await;
    let body = |contact: &str, meeting: &str| json!({ "contact_id": contact, "kind": "promise_mine", "due_on": "2026-03-20", "meeting_id": meeting });
    for (contact, meeting) in [(&other, &meeting), (&grace, &theirs), (&grace, &grace)] {
        let refused = app.post("/v1/follow-ups", &ada, body(contact, meeting)).await.expect(422);
        assert_eq!(refused.faults(), ["/meeting_id"]);
    }
    let made = add(&app, &ada, body(&grace, &meeting)).await;
    assert_eq!(made.json["meeting_id"], json!(meeting));
    let path = format!("/v1/follow-ups/{}", made.id());
    app.delete(&format!("/v1/meetings/{meeting}"), &ada).await.expect(204);
    // A promise outlives the meeting, and what is gone by now may still be named.
    let kept = app.patch(&path, &ada, json!({ "title": "Send the drawing" })).await.expect(200);
    assert_eq!((&kept.json["state"], &kept.json["meeting_id"]), (&json!("open"), &json!(meeting)));
}

/// The profile's zone is that of the days, where the settings name none.
#[actix_web::test]
async fn days_begin_where_the_profile_says() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    let id = add(&app, &ada, json!({ "contact_id": grace, "kind": "other", "due_on": "2026-03-20" })).await.id();
    app.patch("/v1/profile", &ada, json!({ "time_zone": "Australia/Sydney" })).await.expect(200);
    let settings = app.get("/v1/follow-ups/settings", &ada).await.expect(200);
    assert_eq!(settings.json["effective_time_zone"], "Australia/Sydney");
    assert_eq!(read(&app, &ada, &id).await["due_at"], "2026-03-19T13:00:00Z");
    in_new_york(&app, &ada).await;
    app.patch("/v1/profile", &ada, json!({ "time_zone": "Europe/London" })).await.expect(200);
    assert_eq!(read(&app, &ada, &id).await["due_at"], "2026-03-20T04:00:00Z");
    app.patch("/v1/follow-ups/settings", &ada, json!({ "time_zone": null })).await.expect(200);
    assert_eq!(read(&app, &ada, &id).await["due_at"], "2026-03-20T00:00:00Z");
}
