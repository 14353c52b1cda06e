use serde_json::{Value, json};

use crate::follow_ups::{add, at, contact, list, read, send};
use crate::support::{Member, TestApp};

const STANDARD: &str = "00000000-0000-7000-8000-000000000001";
const GENTLE: &str = "00000000-0000-7000-8000-000000000002";
const NONE: &str = "00000000-0000-7000-8000-000000000003";

async fn runs(app: &TestApp, who: &Member, query: &str) -> Vec<Value> {
    let reply = app.get(&format!("/v1/follow-up-runs?{query}"), who).await.expect(200);
    reply.json["data"].as_array().unwrap().clone()
}

/// The only plan at work to a contact that runs.
async fn running(app: &TestApp, who: &Member, contact: &str) -> Value {
    let found = runs(app, who, &format!("contact_id={contact}&state=running")).await;
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

async fn nudges(app: &TestApp, who: &Member, contact: &str) -> Vec<Value> {
    list(app, who, &format!("contact_id={contact}&kind=nudge&state=open")).await
}

/// How the last plan to a contact ended.
async fn ended(app: &TestApp, who: &Member, contact: &str) -> (String, Value) {
    let last = runs(app, who, &format!("contact_id={contact}")).await.remove(0);
    (last["state"].as_str().unwrap().to_owned(), last["stopped_reason"].clone())
}

async fn draft(app: &TestApp, who: &Member, contact: &str) -> String {
    let body = json!({ "contact_id": contact, "channel": "email", "purpose": "introduction", "subject": "Hello", "body": "Hi" });
    app.post("/v1/messages", who, body).await.expect(201).id()
}

async fn attach(app: &TestApp, who: &Member, message: &str, plan: &str) -> Value {
    let body = json!({ "message_id": message, "plan_id": plan });
    app.post("/v1/follow-up-runs", who, body).await.expect(201).json
}

#[actix_web::test]
async fn three_plans_are_built_in_and_others_can_be_added() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let body = json!({ "name": " Patient ", "steps": [{ "after_business_days": 10, "title": "Once more" }] });
    let made = app.post("/v1/follow-up-plans", &ada, body).await.expect(201);
    let path = format!("/v1/follow-up-plans/{}", made.id());
    assert_eq!((made.header("location"), &made.json["name"]), (path.as_str(), &json!("Patient")));
    let first = app.get("/v1/follow-up-plans?limit=2", &ada).await.expect(200);
    let cursor = first.json["next_cursor"].as_str().unwrap();
    let rest = app.get(&format!("/v1/follow-up-plans?limit=2&cursor={cursor}"), &ada).await.expect(200);
    assert_eq!(rest.json["next_cursor"], Value::Null);
    let plans: Vec<&Value> =
        [&first, &rest].into_iter().flat_map(|page| page.json["data"].as_array().unwrap()).collect();
    let told: Vec<(&str, usize)> =
        plans.iter().map(|plan| (plan["name"].as_str().unwrap(), plan["steps"].as_array().unwrap().len())).collect();
    assert_eq!(told, [("standard", 2), ("gentle", 1), ("none", 0), ("Patient", 1)]);
    assert_eq!(plans[0]["steps"][0]["after_business_days"], 7);
    assert_eq!(plans[0]["try_someone_else_after_business_days"], 3);
    assert_eq!(app.get(&format!("/v1/follow-up-plans/{STANDARD}"), &bob).await.expect(200).json["is_built_in"], true);
    app.get(&path, &bob).await.expect(404);

    for name in ["patient", "Standard"] {
        let taken = app.post("/v1/follow-up-plans", &ada, json!({ "name": name, "steps": [] })).await.expect(409);
        assert_eq!((taken.code(), taken.faults()), ("follow_up_plan_exists", vec!["/name"]));
    }
    let patched = app.patch(&path, &ada, json!({ "try_someone_else_after_business_days": 5 })).await.expect(200);
    assert_eq!((&patched.json["version"], &patched.json["steps"]), (&json!(2), &made.json["steps"]));
    let fixed = format!("/v1/follow-up-plans/{GENTLE}");
    assert_eq!(app.patch(&fixed, &ada, json!({ "name": "mine" })).await.expect(409).code(), "follow_up_plan_in_use");
    assert_eq!(app.delete(&fixed, &ada).await.expect(409).code(), "follow_up_plan_in_use");
    let bad = json!({ "name": "x", "steps": [{ "after_business_days": 0 }, { "after_business_days": 91 }] });
    let bad = app.post("/v1/follow-up-plans", &ada, bad).await.expect(422);
    assert_eq!(bad.faults(), ["/steps/0/after_business_days", "/steps/1/after_business_days"]);
    app.patch("/v1/follow-ups/settings", &ada, json!({ "default_plan_id": made.id() })).await.expect(200);
    assert_eq!(app.delete(&path, &ada).await.expect(409).code(), "follow_up_plan_in_use");
    app.patch("/v1/follow-ups/settings", &ada, json!({ "default_plan_id": null })).await.expect(200);
    app.delete(&path, &ada).await.expect(204);
}

/// Nobody answers: two nudges, seven business days apart, and no third.
#[actix_web::test]
async fn the_standard_plan_asks_again_twice() {
    let app = TestApp::new().await;
    let mut ada = app.seeker().await;
    app.patch("/v1/follow-ups/settings", &ada, json!({ "country": "GB", "time_zone": "Europe/London" }))
        .await
        .expect(200);
    let grace = contact(&app, &ada, "Grace").await;
    // A Friday; Good Friday and Easter Monday lie before the second nudge.
    at(&app, &mut ada, "2026-03-20T10:00:00Z").await;
    let message = send(&app, &ada, &grace, json!("introduction")).await;
    let run = running(&app, &ada, &grace).await;
    assert_eq!((&run["plan_name"], &run["message_id"]), (&json!("standard"), &json!(message)));
    assert_eq!((&run["attempt"], &run["nudges_left"]), (&json!(1), &json!(2)));
    assert_eq!(run["try_someone_else_on"], "2026-03-25");
    let due = nudges(&app, &ada, &grace).await;
    let shown = (due.len(), &due[0]["due_on"], &due[0]["attempt"], &due[0]["source"], &due[0]["run_id"]);
    assert_eq!(shown, (1, &json!("2026-03-31"), &json!(2), &json!("plan"), &run["id"]));
    // Midnight of London, where the clock was put forward on the 29th.
    assert_eq!(due[0]["due_at"], "2026-03-30T23:00:00Z");

    at(&app, &mut ada, "2026-03-31T10:00:00Z").await;
    send(&app, &ada, &grace, json!("follow_up")).await;
    assert_eq!(read(&app, &ada, due[0]["id"].as_str().unwrap()).await["closed_reason"], "message_sent");
    let due = nudges(&app, &ada, &grace).await;
    assert_eq!((due.len(), &due[0]["due_on"], &due[0]["attempt"]), (1, &json!("2026-04-13"), &json!(3)));
    let run = running(&app, &ada, &grace).await;
    assert_eq!((&run["attempt"], &run["nudges_left"]), (&json!(2), &json!(1)));

    at(&app, &mut ada, "2026-04-13T10:00:00Z").await;
    send(&app, &ada, &grace, json!("follow_up")).await;
    assert_eq!(ended(&app, &ada, &grace).await, ("finished".to_owned(), Value::Null));
    assert!(nudges(&app, &ada, &grace).await.is_empty());
    // A fourth message begins nothing: the plan asks twice at most.
    send(&app, &ada, &grace, json!("follow_up")).await;
    assert_eq!(runs(&app, &ada, "").await.len(), 1);
}

#[actix_web::test]
async fn plans_stop_when_there_is_nothing_to_wait_for() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let stopped = |reason: &str| ("stopped".to_owned(), json!(reason));
    let begun = async |name: &str| {
        let person = contact(&app, &ada, name).await;
        let message = send(&app, &ada, &person, json!("introduction")).await;
        assert_eq!(nudges(&app, &ada, &person).await.len(), 1);
        (person, message)
    };
    let over = async |person: &str, reason: &str| {
        assert_eq!(ended(&app, &ada, person).await, stopped(reason));
        let all = list(&app, &ada, &format!("contact_id={person}&kind=nudge")).await;
        let closed: Vec<&Value> = all.iter().map(|one| &one["closed_reason"]).collect();
        assert_eq!(closed, [&json!(reason)]);
    };
    let (replied, message) = begun("Replied").await;
    app.post(&format!("/v1/messages/{message}/reply"), &ada, json!({ "body": "Yes" })).await.expect(201);
    over(&replied, "replied").await;
    let kinds = app.get("/v1/changes?limit=200", &ada).await.expect(200);
    assert!(kinds.text.contains("follow_up_run.stopped"), "{}", kinds.text);

    let (bounced, message) = begun("Bounced").await;
    app.post(&format!("/v1/messages/{message}/mark-bounced"), &ada, json!({})).await.expect(200);
    over(&bounced, "bounced").await;

    let (unwanted, _) = begun("Unwanted").await;
    app.patch(&format!("/v1/contacts/{unwanted}"), &ada, json!({ "do_not_contact": true })).await.expect(200);
    over(&unwanted, "do_not_contact").await;

    let (listed, _) = begun("Listed").await;
    let entry = json!({ "kind": "address", "value": "Listed@Engines.example" });
    app.post("/v1/do-not-contact", &ada, entry).await.expect(201);
    over(&listed, "do_not_contact").await;

    let (met, _) = begun("Met").await;
    app.patch(&format!("/v1/contacts/{met}"), &ada, json!({ "stage": "scheduled" })).await.expect(200);
    over(&met, "meeting").await;

    let (closed, _) = begun("Closed").await;
    let body = json!({ "stage": "closed", "stage_reason": "no_response" });
    app.patch(&format!("/v1/contacts/{closed}"), &ada, body).await.expect(200);
    over(&closed, "contact_closed").await;

    let (deleted, _) = begun("Deleted").await;
    app.delete(&format!("/v1/contacts/{deleted}"), &ada).await.expect(204);
    over(&deleted, "contact_deleted").await;

    let (by_hand, _) = begun("Byhand").await;
    let run = running(&app, &ada, &by_hand).await["id"].as_str().unwrap().to_owned();
    app.post(&format!("/v1/follow-up-runs/{run}/stop"), &ada, json!({})).await.expect(200);
    over(&by_hand, "plan_stopped").await;
    app.post(&format!("/v1/follow-up-runs/{run}/stop"), &ada, json!({})).await.expect(409);

    let (erased, _) = begun("Erased").await;
    app.post(&format!("/v1/contacts/{erased}/erase"), &ada, json!({})).await.expect(200);
    assert!(runs(&app, &ada, &format!("contact_id={erased}")).await.is_empty());
}

#[actix_web::test]
async fn a_nudge_that_was_done_goes_on_and_one_that_need_not_be_stops() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (grace, alan) = (contact(&app, &ada, "Grace").await, contact(&app, &ada, "Alan").await);
    for person in [&grace, &alan] {
        send(&app, &ada, person, Value::Null).await;
    }
    let nudge = nudges(&app, &ada, &grace).await[0]["id"].as_str().unwrap().to_owned();
    app.post(&format!("/v1/follow-ups/{nudge}/done"), &ada, json!({})).await.expect(200);
    let next = nudges(&app, &ada, &grace).await;
    assert_eq!((next.len(), &next[0]["due_on"], &next[0]["attempt"]), (1, &json!("2026-03-11"), &json!(3)));
    let nudge = nudges(&app, &ada, &alan).await[0]["id"].as_str().unwrap().to_owned();
    app.post(&format!("/v1/follow-ups/{nudge}/dismiss"), &ada, json!({})).await.expect(200);
    assert_eq!(ended(&app, &ada, &alan).await, ("stopped".to_owned(), json!("plan_stopped")));
    assert!(nudges(&app, &ada, &alan).await.is_empty());
}

/// Whether it is marked as done before it is sent, or sent by what closes it: a try is one step.
#[actix_web::test]
async fn a_nudge_that_was_done_and_then_sent_is_one_step() {
    let app = TestApp::new().await;
    let mut ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    send(&app, &ada, &grace, json!("introduction")).await;
    at(&app, &mut ada, "2026-03-09T09:00:00Z").await;
    let nudge = nudges(&app, &ada, &grace).await[0]["id"].as_str().unwrap().to_owned();
    app.post(&format!("/v1/follow-ups/{nudge}/done"), &ada, json!({})).await.expect(200);
    at(&app, &mut ada, "2026-03-09T10:00:00Z").await;
    send(&app, &ada, &grace, json!("follow_up")).await;
    let run = running(&app, &ada, &grace).await;
    assert_eq!((&run["attempt"], &run["nudges_left"]), (&json!(2), &json!(1)));
    let next = nudges(&app, &ada, &grace).await;
    assert_eq!((next.len(), &next[0]["attempt"]), (1, &json!(3)));
    // The one after it is another.
    at(&app, &mut ada, "2026-03-20T10:00:00Z").await;
    send(&app, &ada, &grace, json!("follow_up")).await;
    assert_eq!(ended(&app, &ada, &grace).await, ("finished".to_owned(), Value::Null));
}

#[actix_web::test]
async fn who_is_out_of_office_is_asked_later() {
    let app = TestApp::new().await;
    let mut ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    let message = send(&app, &ada, &grace, json!("introduction")).await;
    assert_eq!(nudges(&app, &ada, &grace).await[0]["due_on"], "2026-03-11");
    at(&app, &mut ada, "2026-03-05T12:00:00Z").await;
    let away = json!({ "body": "I am away.", "reply_kind": "out_of_office" });
    app.post(&format!("/v1/messages/{message}/reply"), &ada, away).await.expect(201);
    assert_eq!(running(&app, &ada, &grace).await["attempt"], 1);
    let moved = nudges(&app, &ada, &grace).await;
    assert_eq!((moved.len(), &moved[0]["due_on"]), (1, &json!("2026-03-16")));
}

/// After a no, nothing begins by itself, and nothing that was meant before it.
#[actix_web::test]
async fn who_said_no_is_not_asked_again() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    let message = send(&app, &ada, &grace, json!("introduction")).await;
    let waiting = draft(&app, &ada, &grace).await;
    attach(&app, &ada, &waiting, GENTLE).await;
    app.pass(chrono::Duration::minutes(1));
    let no = json!({ "body": "No.", "reply_kind": "no" });
    app.post(&format!("/v1/messages/{message}/reply"), &ada, no).await.expect(201);
    app.pass(chrono::Duration::minutes(1));
    app.post(&format!("/v1/messages/{waiting}/mark-sent"), &ada, json!({})).await.expect(200);
    assert_eq!(ended(&app, &ada, &grace).await, ("stopped".to_owned(), json!("replied")));
    send(&app, &ada, &grace, json!("follow_up")).await;
    assert!(nudges(&app, &ada, &grace).await.is_empty());
    assert_eq!(runs(&app, &ada, "state=running").await.len(), 0);
    // Whoever wants to ask all the same says so.
    let again = draft(&app, &ada, &grace).await;
    attach(&app, &ada, &again, GENTLE).await;
    app.post(&format!("/v1/messages/{again}/mark-sent"), &ada, json!({})).await.expect(200);
    running(&app, &ada, &grace).await;
}

/// A machine's words that were taken for a person's, and the other way round.
#[actix_web::test]
async fn a_corrected_answer_sets_the_plan_right() {
    let app = TestApp::new().await;
    let mut ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    let message = send(&app, &ada, &grace, json!("introduction")).await;
    let nudge = nudges(&app, &ada, &grace).await[0].clone();
    at(&app, &mut ada, "2026-03-05T12:00:00Z").await;
    let answer = json!({ "body": "I am away until the ninth." });
    let answer = app.post(&format!("/v1/messages/{message}/reply"), &ada, answer).await.expect(201).id();
    let stage = async |ada: &Member| app.get(&format!("/v1/contacts/{grace}"), ada).await.json["stage"].clone();
    let state = async |ada: &Member| app.get(&format!("/v1/messages/{message}"), ada).await.json["state"].clone();
    assert_eq!(ended(&app, &ada, &grace).await, ("stopped".to_owned(), json!("replied")));
    at(&app, &mut ada, "2026-03-06T12:00:00Z").await;
    let path = format!("/v1/messages/{answer}");
    app.patch(&path, &ada, json!({ "reply_kind": "out_of_office" })).await.expect(200);
    assert_eq!((stage(&ada).await, state(&ada).await), (json!("contacted"), json!("sent")));
    assert_eq!(running(&app, &ada, &grace).await["stopped_reason"], Value::Null);
    let open = nudges(&app, &ada, &grace).await;
    assert_eq!((open.len(), &open[0]["id"], &open[0]["due_on"]), (1, &nudge["id"], &json!("2026-03-16")));
    assert_eq!(open[0]["closed_reason"], Value::Null);

    at(&app, &mut ada, "2026-03-06T12:30:00Z").await;
    app.patch(&path, &ada, json!({ "reply_kind": "yes" })).await.expect(200);
    assert_eq!((stage(&ada).await, state(&ada).await), (json!("replied"), json!("replied")));
    assert_eq!(ended(&app, &ada, &grace).await, ("stopped".to_owned(), json!("replied")));
    assert!(nudges(&app, &ada, &grace).await.is_empty());
    // However often somebody changes their mind.
    at(&app, &mut ada, "2026-03-06T13:00:00Z").await;
    app.patch(&path, &ada, json!({ "reply_kind": "out_of_office" })).await.expect(200);
    assert_eq!((stage(&ada).await, state(&ada).await), (json!("contacted"), json!("sent")));
    running(&app, &ada, &grace).await;
    assert_eq!(nudges(&app, &ada, &grace).await[0]["id"], nudge["id"]);
    at(&app, &mut ada, "2026-03-06T14:00:00Z").await;
    app.patch(&path, &ada, json!({ "reply_kind": "yes" })).await.expect(200);
    assert_eq!(ended(&app, &ada, &grace).await, ("stopped".to_owned(), json!("replied")));
    // Another word for the same answer changes nothing of what began since.
    at(&app, &mut ada, "2026-03-20T12:00:00Z").await;
    let next = draft(&app, &ada, &grace).await;
    attach(&app, &ada, &next, GENTLE).await;
    app.post(&format!("/v1/messages/{next}/mark-sent"), &ada, json!({})).await.expect(200);
    app.patch(&path, &ada, json!({ "reply_kind": "later" })).await.expect(200);
    running(&app, &ada, &grace).await;
}

#[actix_web::test]
async fn a_plan_is_chosen_for_a_message_or_for_the_workspace() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let grace = contact(&app, &ada, "Grace").await;
    let message = draft(&app, &ada, &grace).await;
    let run = attach(&app, &ada, &message, NONE).await;
    assert_eq!((&run["state"], &run["attempt"]), (&json!("waiting"), &json!(0)));
    // As long as it waits, another one takes its place.
    let other = attach(&app, &ada, &message, GENTLE).await;
    assert_eq!((&other["id"], &other["plan_name"], &other["nudges_left"]), (&run["id"], &json!("gentle"), &json!(1)));
    app.post(&format!("/v1/messages/{message}/mark-sent"), &ada, json!({})).await.expect(200);
    let now = running(&app, &ada, &grace).await;
    assert_eq!((&now["id"], &now["plan_name"]), (&run["id"], &json!("gentle")));
    let taken =
        app.post("/v1/follow-up-runs", &ada, json!({ "message_id": message, "plan_id": NONE })).await.expect(409);
    assert_eq!((taken.code(), taken.faults()), ("follow_up_run_exists", vec!["/message_id"]));
    send(&app, &ada, &grace, json!("follow_up")).await;
    assert_eq!(ended(&app, &ada, &grace).await, ("finished".to_owned(), Value::Null));

    app.patch("/v1/follow-ups/settings", &ada, json!({ "default_plan_id": NONE })).await.expect(200);
    let alan = contact(&app, &ada, "Alan").await;
    let message = send(&app, &ada, &alan, json!("introduction")).await;
    assert!(runs(&app, &ada, &format!("contact_id={alan}")).await.is_empty(), "none is no plan");
    // Afterwards, too: it begins when the message was sent.
    let late = attach(&app, &ada, &message, STANDARD).await;
    assert_eq!((&late["state"], &late["started_at"]), (&json!("running"), &json!("2026-03-02T09:00:00Z")));
    assert_eq!(nudges(&app, &ada, &alan).await.len(), 1);
    // What asks for nothing begins nothing.
    app.patch("/v1/follow-ups/settings", &ada, json!({ "default_plan_id": null })).await.expect(200);
    let mary = contact(&app, &ada, "Mary").await;
    for purpose in ["thank_you", "update", "congratulation"] {
        send(&app, &ada, &mary, json!(purpose)).await;
    }
    assert!(runs(&app, &ada, &format!("contact_id={mary}")).await.is_empty());
    let unknown = json!({ "message_id": grace, "plan_id": grace });
    let unknown = app.post("/v1/follow-up-runs", &ada, unknown).await.expect(422);
    assert_eq!(unknown.faults(), ["/plan_id", "/message_id"]);
}

#[actix_web::test]
async fn others_at_the_company_are_named() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let at_work = async |name: &str, company: &str, more: Value| {
        let mut body = json!({
            "given_name": name, "emails": [{ "address": format!("{}@engines.example", name.to_lowercase()) }],
            "positions": [{ "company_name": company, "title": "Engineer", "is_current": true }]
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.post("/v1/contacts", &ada, body).await.expect(201).id()
    };
    let grace = at_work("Grace", "Engines", json!({})).await;
    let asked = at_work("Asked", "Engines", json!({ "last_touch_at": "2026-02-01T00:00:00Z" })).await;
    let fresh = at_work("Fresh", "Engines", json!({})).await;
    at_work("Unwanted", "Engines", json!({ "do_not_contact": true })).await;
    at_work("Elsewhere", "Looms", json!({})).await;
    send(&app, &ada, &grace, json!("introduction")).await;
    let run = running(&app, &ada, &grace).await["id"].as_str().unwrap().to_owned();
    let told = app.get(&format!("/v1/follow-up-runs/{run}/alternatives"), &ada).await.expect(200);
    assert_eq!(told.json["try_someone_else_on"], "2026-03-05");
    let found = told.json["candidates"].as_array().unwrap();
    let ids: Vec<&Value> = found.iter().map(|one| &one["contact_id"]).collect();
    assert_eq!(ids, [&json!(fresh), &json!(asked)]);
    let shown = (&found[0]["name"], &found[0]["company_name"], &found[0]["title"], &found[0]["stage"]);
    assert_eq!(shown, (&json!("Fresh"), &json!("Engines"), &json!("Engineer"), &json!("identified")));
}

/// A nudge that waits for its time has no reason any more when the plan has none.
#[actix_web::test]
async fn a_scheduled_nudge_does_not_outlive_its_reason() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let begun = async |name: &str| {
        let person = contact(&app, &ada, name).await;
        let first = send(&app, &ada, &person, json!("introduction")).await;
        let body = json!({ "contact_id": person, "channel": "email", "purpose": "follow_up", "subject": "Again",
            "body": "Hi" });
        let nudge = app.post("/v1/messages", &ada, body).await.expect(201).id();
        let later = json!({ "scheduled_at": "2026-03-04T15:00:00Z", "outside_hours": "allow" });
        app.post(&format!("/v1/messages/{nudge}/schedule"), &ada, later).await.expect(200);
        (person, first, nudge)
    };
    let state = async |nudge: &str| {
        let told = app.get(&format!("/v1/messages/{nudge}"), &ada).await.expect(200).json;
        (told["state"].as_str().unwrap().to_owned(), told["failure"].as_str().unwrap_or_default().to_owned())
    };
    let cancelled = |why: &str| ("cancelled".to_owned(), why.to_owned());
    let (_, first, answered) = begun("Answered").await;
    let no = json!({ "body": "No, thank you.", "reply_kind": "no" });
    app.post(&format!("/v1/messages/{first}/reply"), &ada, no).await.expect(201);
    assert_eq!(state(&answered).await, cancelled("the contact answered meanwhile"));
    let changes = app.get("/v1/changes?limit=200", &ada).await.expect(200);
    assert!(changes.text.contains("message.cancelled"), "{}", changes.text);
    let (_, first, bounced) = begun("Bounced").await;
    app.post(&format!("/v1/messages/{first}/mark-bounced"), &ada, json!({})).await.expect(200);
    assert_eq!(state(&bounced).await, cancelled("a message to the contact came back meanwhile"));
    let (person, _, met) = begun("Met").await;
    app.patch(&format!("/v1/contacts/{person}"), &ada, json!({ "stage": "scheduled" })).await.expect(200);
    assert_eq!(state(&met).await, cancelled("a meeting with the contact was agreed on meanwhile"));
    let (person, _, closed) = begun("Closed").await;
    let body = json!({ "stage": "closed", "stage_reason": "no_response" });
    app.patch(&format!("/v1/contacts/{person}"), &ada, body).await.expect(200);
    assert_eq!(state(&closed).await, cancelled("the contact was closed meanwhile"));
    // Whoever stops a plan by hand may have nudges of their own.
    let (person, first, kept) = begun("Kept").await;
    app.delete(&format!("/v1/messages/{first}"), &ada).await.expect(204);
    assert_eq!(ended(&app, &ada, &person).await, ("stopped".to_owned(), json!("plan_stopped")));
    assert!(nudges(&app, &ada, &person).await.is_empty());
    assert_eq!(state(&kept).await.0, "scheduled");
}

/// Two that turn out to be one are asked by one plan.
#[actix_web::test]
async fn a_merge_leaves_one_plan_at_work() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (grace, twin) = (contact(&app, &ada, "Grace").await, contact(&app, &ada, "Gracie").await);
    let first = send(&app, &ada, &grace, json!("introduction")).await;
    app.pass(chrono::Duration::minutes(1));
    let second = send(&app, &ada, &twin, json!("introduction")).await;
    let merge = json!({ "survivor_id": grace, "merged_ids": [twin] });
    app.post("/v1/contacts/merge", &ada, merge).await.expect(200);
    assert_eq!(running(&app, &ada, &grace).await["message_id"], json!(second));
    let stopped = runs(&app, &ada, &format!("message_id={first}")).await;
    assert_eq!(stopped[0]["stopped_reason"], "superseded");
    assert_eq!(nudges(&app, &ada, &grace).await.len(), 1);
    add(&app, &ada, json!({ "contact_id": grace, "kind": "other", "due_on": "2026-03-06" })).await;
}

/// A message says itself which plan begins when it leaves, however it does.
#[actix_web::test]
async fn a_message_names_its_plan() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let grace = contact(&app, &ada, "Grace").await;
    let named = |plan: &str| {
        json!({ "contact_id": grace, "channel": "email", "purpose": "introduction", "subject": "S", "body": "B",
            "follow_up_plan_id": plan })
    };
    let sent = async |body: Value, how: Value| {
        let id = app.post("/v1/messages", &ada, body).await.expect(201).id();
        app.post(&format!("/v1/messages/{id}/mark-sent"), &ada, how).await.expect(200)
    };
    assert_eq!(sent(named(GENTLE), json!({})).await.json["follow_up_plan_id"], GENTLE);
    let first = running(&app, &ada, &grace).await;
    assert_eq!((&first["plan_name"], &first["nudges_left"]), (&json!("gentle"), &json!(1)));
    // What is said last goes before, and takes the place of what runs.
    let plan = json!({ "name": "Patient", "steps": [{ "after_business_days": 10 }, { "after_business_days": 10 }] });
    let plan = app.post("/v1/follow-up-plans", &ada, plan).await.expect(201).id();
    let now = sent(named(GENTLE), json!({ "follow_up_plan_id": plan })).await;
    assert_eq!(now.json["follow_up_plan_id"], json!(plan));
    let second = running(&app, &ada, &grace).await;
    assert_eq!((&second["plan_name"], &second["message_id"]), (&json!("Patient"), &now.json["id"]));
    let before = app.get(&format!("/v1/follow-up-runs/{}", first["id"].as_str().unwrap()), &ada).await;
    assert_eq!(before.json["stopped_reason"], "superseded");
    assert_eq!(nudges(&app, &ada, &grace).await.len(), 1);
    // One that waits for the message was chosen for it, too, and later.
    let draft = app.post("/v1/messages", &ada, named(GENTLE)).await.expect(201).id();
    attach(&app, &ada, &draft, STANDARD).await;
    app.post(&format!("/v1/messages/{draft}/mark-sent"), &ada, json!({})).await.expect(200);
    assert_eq!(running(&app, &ada, &grace).await["plan_name"], "standard");
    // None is a choice as well.
    sent(named(NONE), json!({})).await;
    assert!(runs(&app, &ada, "state=running").await.is_empty() && nudges(&app, &ada, &grace).await.is_empty());
    // A plan that is gone when the message leaves is as good as the default.
    let draft = app.post("/v1/messages", &ada, named(&plan)).await.expect(201).id();
    app.delete(&format!("/v1/follow-up-plans/{plan}"), &ada).await.expect(204);
    app.patch(&format!("/v1/messages/{draft}"), &ada, json!({ "body": "Other" })).await.expect(200);

    for (who, path, body) in [
        (&ada, "/v1/messages".to_owned(), named(&grace)),
        (&ada, format!("/v1/messages/{draft}/mark-sent"), json!({ "follow_up_plan_id": plan })),
        (&bob, "/v1/messages".to_owned(), {
            let person = contact(&app, &bob, "Person").await;
            let mut body = named(&plan);
            body["contact_id"] = json!(person);
            body
        }),
    ] {
        assert_eq!(app.post(&path, who, body).await.expect(422).faults(), ["/follow_up_plan_id"]);
    }
    let incoming =
        json!({ "contact_id": grace, "channel": "email", "direction": "incoming", "follow_up_plan_id": GENTLE });
    assert_eq!(app.post("/v1/messages", &ada, incoming).await.expect(422).faults(), ["/follow_up_plan_id"]);
}
