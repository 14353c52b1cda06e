//! What is noted after a meeting, and what becomes of it.
use chrono::Duration;
use inroad::auth::{FollowUpsWrite, MessagesWrite, Role, Scopes};
use serde_json::{Value, json};

use crate::support::{Member, TestApp};

/// A meeting with somebody called Tom that is just over.
async fn held(app: &TestApp, member: &Member) -> (String, String) {
    let tom = json!({ "given_name": "Tom", "emails": [{ "address": "tom@northwind.example" }] });
    let tom = app.post("/v1/contacts", member, tom).await.expect(201).id();
    let body = json!({ "contact_ids": [tom], "medium": "phone" });
    let meeting = app.post("/v1/meetings", member, body).await.expect(201).id();
    app.post(&format!("/v1/meetings/{meeting}/start"), member, json!({})).await.expect(200);
    app.pass(Duration::minutes(4));
    app.post(&format!("/v1/meetings/{meeting}/finish"), member, json!({})).await.expect(200);
    (tom, meeting)
}

fn ids(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one[field].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_debrief_becomes_follow_ups_contacts_introductions_and_insights() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let (tom, meeting) = held(&app, &ada).await;
    let url = format!("/v1/meetings/{meeting}/debrief");
    let none = app.get(&url, &ada).await.expect(200);
    assert_eq!((&none.json["written_at"], &none.json["promises"]), (&Value::Null, &json!([])));
    let goal = app.post("/v1/goals", &ada, json!({ "text": "The week", "meeting_id": meeting })).await.expect(201).id();
    let question = json!({ "meeting_id": meeting, "text": "And the nights?", "goal_id": goal });
    let question = app.post("/v1/meeting-questions", &ada, question).await.expect(201).id();
    let body = json!({
        "notes": "He was glad to talk.", "thanks_for": "your advice to spend a day on site", "usefulness": 5, "energy": 4,
        "insights": [
            { "topic": "night shifts", "stance": "mixed", "confidence": "high", "text": "Nights pay a fifth more.",
              "quote": "You never get used to it.", "question_id": question },
            { "topic": "training", "text": "The course is not needed." }
        ],
        "promises": [
            { "by": "seeker", "text": "Send the article", "due_on": "2026-03-06" },
            { "by": "contact", "text": "Ask the plant manager" }
        ],
        "names": [{ "name": "Priya Raman", "company_name": "Northwind", "title": "Analyst",
            "email": "priya@northwind.example", "may_use_name": true, "promised": true }]
    });
    let written = app.put(&url, &ada, body.clone()).await.expect(200);
    let debrief = &written.json;
    assert_eq!((&debrief["usefulness"], &debrief["energy"]), (&json!(5), &json!(4)));

    let promises = ids(&debrief["promises"], "follow_up_id");
    let mine = app.get(&format!("/v1/follow-ups/{}", promises[0]), &ada).await.expect(200).json;
    assert_eq!(
        (&mine["kind"], &mine["title"], &mine["due_on"], &mine["contact_id"]),
        (&json!("promise_mine"), &json!("Send the article"), &json!("2026-03-06"), &json!(tom))
    );
    let theirs = app.get(&format!("/v1/follow-ups/{}", promises[1]), &ada).await.expect(200).json;
    assert_eq!((&theirs["kind"], &theirs["due_on"]), (&json!("promise_theirs"), &json!("2026-03-09")));

    let name = &debrief["names"][0];
    let introduction = app.get(&format!("/v1/introductions/{}", name["introduction_id"].as_str().unwrap()), &ada).await;
    let introduction = introduction.expect(200).json;
    assert_eq!(
        (&introduction["introducer_id"], &introduction["state"], &introduction["may_use_name"]),
        (&json!(tom), &json!("promised"), &json!(true))
    );
    let priya = app.get(&format!("/v1/contacts/{}", name["contact_id"].as_str().unwrap()), &ada).await.expect(200).json;
    assert_eq!(
        (&priya["given_name"], &priya["family_name"], &priya["positions"][0]["company_name"], &priya["how_found"]),
        (&json!("Priya"), &json!("Raman"), &json!("Northwind"), &json!("referral"))
    );

    // The goal of the question is that of what was learned by it.
    assert_eq!(debrief["insights"][0]["goal_id"], json!(goal));
    let listed = app.get(&format!("/v1/insights?topic=NIGHT SHIFTS&contact_id={tom}"), &ada).await.expect(200).json;
    assert_eq!(ids(&listed["data"], "id"), ids(&json!([debrief["insights"][0]]), "id"));
    let found = app.get("/v1/search?q=fifth", &ada).await.expect(200).json;
    assert_eq!((&found["data"][0]["kind"], &found["data"][0]["title"]), (&json!("insight"), &json!("night shifts")));
    let noted = app.get("/v1/search?q=glad", &ada).await.expect(200).json;
    assert_eq!((&noted["data"][0]["kind"], &noted["data"][0]["id"]), (&json!("meeting"), &json!(meeting)));
    app.get(&url, &bob).await.expect(404);

    // Once more, it changes nothing; nor does what is read, written back.
    let again = app.put(&url, &ada, body).await.expect(200);
    assert_eq!(again.json, written.json);
    let patched = app.patch(&url, &ada, json!({})).await.expect(200);
    assert_eq!(patched.json, written.json);
    for (table, count) in [("follow_ups", 2), ("introductions", 1), ("contacts", 2), ("insights", 2)] {
        let live = format!("{table} WHERE deleted_at IS NULL AND id IS NOT NULL");
        let rows = if table == "follow_ups" {
            format!("{live} AND kind LIKE 'promise%' AND introduction_id IS NULL")
        } else {
            live
        };
        assert_eq!(app.count(&rows).await, count, "{table}");
    }
    assert_eq!(
        app.get(&format!("/v1/contacts/{tom}/timeline"), &ada).await.expect(200).json["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["kind"] == "meeting.debriefed")
            .count(),
        1
    );
}

#[actix_web::test]
async fn of_several_with_an_address_a_name_is_the_one_who_is_called_so() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (_, meeting) = held(&app, &ada).await;
    let person = |name: &str, address: &str| json!({ "given_name": name, "emails": [{ "address": address }] });
    let known = app.post("/v1/contacts", &ada, person("Priya", "priya@x.example")).await.expect(201).id();
    app.post("/v1/contacts", &ada, person("Sam", "team@x.example")).await.expect(201);
    let kim = app.post("/v1/contacts", &ada, person("Kim", "team@x.example")).await.expect(201).id();
    let names =
        json!([{ "name": "Priya R.", "email": "Priya@X.example" }, { "name": "kim", "email": "team@x.example" }]);
    let debrief = app.put(&format!("/v1/meetings/{meeting}/debrief"), &ada, json!({ "names": names })).await;
    assert_eq!(ids(&debrief.expect(200).json["names"], "contact_id"), [known, kim]);
    assert_eq!(app.get("/v1/contacts", &ada).await.expect(200).json["data"].as_array().unwrap().len(), 4);
}

#[actix_web::test]
async fn a_debrief_is_corrected_in_place() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (tom, meeting) = held(&app, &ada).await;
    let url = format!("/v1/meetings/{meeting}/debrief");
    let body = json!({
        "insights": [{ "topic": "pay", "text": "It is low." }, { "topic": "hours", "text": "They are long." }],
        "promises": [{ "by": "seeker", "text": "Send the article" }, { "by": "contact", "text": "Call back" }],
        "names": [{ "name": "Priya Raman" }]
    });
    let first = app.put(&url, &ada, body).await.expect(200);
    let (insight, promise) = (first.json["insights"][0]["id"].clone(), first.json["promises"][0].clone());
    let change = json!({
        "insights": [{ "id": insight, "topic": "pay", "stance": "negative", "text": "It is very low." }],
        "promises": [{ "follow_up_id": promise["follow_up_id"], "by": "seeker", "text": "Send two articles", "due_on": "2026-03-20" }]
    });
    let changed = app.patch(&url, &ada, change).await.expect(200);
    assert_eq!(
        (&changed.json["insights"][0]["id"], &changed.json["insights"][0]["version"], &changed.json["names"]),
        (&insight, &json!(2), &first.json["names"])
    );
    assert_eq!(changed.json["promises"].as_array().unwrap().len(), 1);
    let kept =
        app.get(&format!("/v1/follow-ups/{}", promise["follow_up_id"].as_str().unwrap()), &ada).await.expect(200);
    assert_eq!((&kept.json["title"], &kept.json["due_on"]), (&json!("Send two articles"), &json!("2026-03-20")));
    // What was left out lies in the trash.
    let trash = app.get("/v1/trash", &ada).await.expect(200).json;
    let mut kinds = ids(&trash["data"], "kind");
    kinds.sort();
    assert_eq!(kinds, ["follow_up", "insight"]);

    // Other people's and other meetings' things are not this debrief's.
    for (body, faults) in [
        (json!({ "insights": [{ "id": meeting, "topic": "a", "text": "b" }] }), vec!["/insights/0/id"]),
        (json!({ "insights": [{ "topic": "a", "text": "b", "goal_id": meeting }] }), vec!["/insights/0/goal_id"]),
        (
            json!({ "promises": [{ "by": "seeker", "text": "x", "contact_id": meeting }] }),
            vec!["/promises/0/contact_id"],
        ),
        (
            json!({ "promises": [{ "by": "seeker", "text": "x", "follow_up_id": tom }] }),
            vec!["/promises/0/follow_up_id"],
        ),
        (json!({ "names": [{}] }), vec!["/names/0/name"]),
        (json!({ "names": [{ "contact_id": meeting }] }), vec!["/names/0/contact_id"]),
        (json!({ "names": [{ "contact_id": tom }] }), vec!["/names/0/contact_id"]),
        (json!({ "names": [{ "name": "A", "named_by_id": meeting }] }), vec!["/names/0/named_by_id"]),
        (json!({ "usefulness": 6, "energy": 0 }), vec!["/usefulness", "/energy"]),
    ] {
        let refused = app.put(&url, &ada, body.clone()).await.expect(422);
        let mut told = refused.faults();
        told.sort_unstable();
        let mut faults = faults;
        faults.sort_unstable();
        assert_eq!(told, faults, "{body}");
    }
    // A name that is a contact already.
    let sam = app.post("/v1/contacts", &ada, json!({ "given_name": "Sam" })).await.expect(201).id();
    let named = app.put(&url, &ada, json!({ "names": [{ "contact_id": sam }] })).await.expect(200);
    assert_eq!((&named.json["names"][0]["contact_id"], &named.json["names"][0]["name"]), (&json!(sam), &json!("Sam")));
    let stale = app.request(reqwest::Method::PUT, &url).bearer_auth(&ada.token).header("if-match", "\"1\"");
    app.send(stale.json(&json!({}))).await.expect(412);
    // What is still to come has nothing to note, and whoever may not write follow-ups writes no promises.
    let body = json!({ "contact_ids": [tom], "medium": "phone" });
    let next = app.post("/v1/meetings", &ada, body).await.expect(201).id();
    assert_eq!(
        app.put(&format!("/v1/meetings/{next}/debrief"), &ada, json!({})).await.expect(409).code(),
        "impossible_transition"
    );
    let scopes = Scopes::all().without::<FollowUpsWrite>();
    let limited = app.member(Some(ada.workspace), Role::Owner, scopes).await;
    app.put(&url, &limited, json!({})).await.expect(403);
}

#[actix_web::test]
async fn thanks_are_drafted_with_one_specific_thing() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    app.patch("/v1/profile", &ada, json!({ "name": "Ada Byron" })).await.expect(200);
    let (tom, meeting) = held(&app, &ada).await;
    let url = format!("/v1/meetings/{meeting}/thank-you");
    let nothing = app.post(&url, &ada, json!({})).await.expect(422);
    assert_eq!(nothing.faults(), ["/takeaway"]);
    let debrief = json!({ "insights": [
        { "topic": "pay", "text": "It is low.", "confidence": "low" },
        { "topic": "night shifts", "text": "They pay more.", "quote": "You never get used to it.", "confidence": "high" }
    ] });
    app.put(&format!("/v1/meetings/{meeting}/debrief"), &ada, debrief).await.expect(200);
    let learned = app.post(&url, &ada, json!({})).await.expect(201);
    let body = learned.json["body"].as_str().unwrap();
    assert!(body.contains("above all what you said about night shifts: “You never get used to it”."), "{body}");
    let chosen =
        json!({ "thanks_for": "your advice to spend a day on site.", "next_step": "I have asked for one in May." });
    app.patch(&format!("/v1/meetings/{meeting}/debrief"), &ada, chosen).await.expect(200);
    let draft = app.post(&url, &ada, json!({})).await.expect(201);
    assert_eq!(draft.header("location"), format!("/v1/messages/{}", draft.id()));
    assert_eq!(
        (&draft.json["state"], &draft.json["purpose"], &draft.json["contact_id"], &draft.json["address"]),
        (&json!("draft"), &json!("thank_you"), &json!(tom), &json!("tom@northwind.example"))
    );
    assert_eq!(draft.json["subject"], "Thank you for Monday");
    assert_eq!(
        draft.json["body"],
        "Hi Tom,\n\nThank you for talking with me on Monday. What you said stays with me, above all your advice to spend a \
         day on site.\n\nI have asked for one in May. I will let you know how it goes.\n\nWith many thanks,\nAda Byron"
    );
    assert_eq!(draft.json["lint"]["findings"], json!([]), "{}", draft.json["lint"]);
    let short = app.post(&url, &ada, json!({ "channel": "text_message", "takeaway": "the tour" })).await.expect(201);
    assert_eq!(short.json["subject"], Value::Null);
    assert!(short.json["body"].as_str().unwrap().contains("above all the tour."));
    // Of a template of one's own.
    let template = app.post("/v1/templates/library/thank-you-email/copy", &ada, json!({})).await.expect(201);
    let own = app.post(&url, &ada, json!({ "template_id": template.id() })).await.expect(201);
    assert_eq!(own.json["template_id"], json!(template.id()));
    assert!(own.json["body"].as_str().unwrap().contains("your advice to spend a day on site"));
    for (body, fault) in
        [(json!({ "contact_id": meeting }), "/contact_id"), (json!({ "template_id": tom }), "/template_id")]
    {
        assert_eq!(app.post(&url, &ada, body).await.expect(422).faults(), [fault]);
    }
    let limited = app.member(Some(ada.workspace), Role::Owner, Scopes::all().without::<MessagesWrite>()).await;
    app.post(&url, &limited, json!({})).await.expect(403);
    // Who has said no other name signs with that of the account.
    app.patch("/v1/profile", &ada, json!({ "name": null })).await.expect(200);
    let signed = app.post(&url, &ada, json!({})).await.expect(201);
    assert!(
        signed.json["body"].as_str().unwrap().ends_with("With many thanks,\nTest Person"),
        "{}",
        signed.json["body"]
    );
}

#[actix_web::test]
async fn a_goal_can_be_traced_to_what_was_decided_and_back() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let (tom, meeting) = held(&app, &ada).await;
    let search = app.post("/v1/goals", &ada, json!({ "text": "Whether it suits me" })).await.expect(201).id();
    let own = json!({ "text": "The nights", "meeting_id": meeting, "serves_id": search });
    let own = app.post("/v1/goals", &ada, own).await.expect(201).id();
    let question = json!({ "meeting_id": meeting, "text": "And the nights?", "goal_id": own });
    let question = app.post("/v1/meeting-questions", &ada, question).await.expect(201).id();
    let answer = json!({ "answer": "They are hard." });
    app.post(&format!("/v1/meeting-questions/{question}/answer"), &ada, answer).await.expect(200);
    let insight = json!({ "meeting_id": meeting, "topic": "nights", "text": "Hard.", "question_id": question });
    let insight = app.post("/v1/insights", &ada, insight).await.expect(201).id();
    let aside = json!({ "meeting_id": meeting, "topic": "pay", "text": "Low.", "goal_id": search });
    let aside = app.post("/v1/insights", &ada, aside).await.expect(201).id();
    app.patch(&format!("/v1/goals/{search}"), &ada, json!({ "decision": "I stay with days." })).await.expect(200);

    let trace = app.get(&format!("/v1/goals/{search}/trace"), &ada).await.expect(200).json;
    assert_eq!((&trace["goal"]["id"], &trace["served_by"][0]["id"]), (&json!(search), &json!(own)));
    let step = &trace["steps"][0];
    assert_eq!((&step["meeting"]["id"], &step["meeting"]["contact_ids"]), (&json!(meeting), &json!([tom])));
    assert_eq!(
        (&step["questions"][0]["question"]["answer"], &step["questions"][0]["insights"][0]["id"]),
        (&json!("They are hard."), &json!(insight))
    );
    assert_eq!(step["insights"][0]["id"], json!(aside));
    assert_eq!((&trace["decisions"][0]["text"], &trace["complete"]), (&json!("I stay with days."), &json!(true)));
    let own_trace = app.get(&format!("/v1/goals/{own}/trace"), &ada).await.expect(200).json;
    assert_eq!((&own_trace["serves"]["id"], &own_trace["steps"][0]["insights"]), (&json!(search), &json!([])));

    let back = app.get(&format!("/v1/insights/{insight}/trace"), &ada).await.expect(200).json;
    assert_eq!(
        (&back["question"]["id"], &back["goal"]["id"], &back["serves"]["id"], &back["meeting"]["id"]),
        (&json!(question), &json!(own), &json!(search), &json!(meeting))
    );
    assert_eq!(back["decisions"][0]["goal_id"], json!(search));
    for path in [format!("/v1/goals/{search}/trace"), format!("/v1/insights/{insight}/trace")] {
        app.get(&path, &bob).await.expect(404);
    }
    // What goes lets go of the rest.
    app.delete(&format!("/v1/meeting-questions/{question}"), &ada).await.expect(204);
    assert_eq!(app.get(&format!("/v1/insights/{insight}"), &ada).await.expect(200).json["question_id"], Value::Null);
    app.delete(&format!("/v1/goals/{own}"), &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{own}"), &ada).await.expect(204);
    assert_eq!(app.get(&format!("/v1/insights/{insight}"), &ada).await.expect(200).json["goal_id"], Value::Null);
    // What is held about Tom has what he said.
    let person = app.get(&format!("/v1/contacts/{tom}/export"), &ada).await;
    assert!(person.status != 200 || person.text.contains("Hard."), "{}", person.text);
    app.delete(&format!("/v1/insights/{insight}"), &ada).await.expect(204);
    app.get(&format!("/v1/insights/{insight}"), &ada).await.expect(404);
    app.post(&format!("/v1/trash/{insight}/restore"), &ada, json!({})).await.expect(204);
    app.delete(&format!("/v1/meetings/{meeting}"), &ada).await.expect(204);
    app.get(&format!("/v1/insights/{insight}"), &ada).await.expect(404);
    app.delete(&format!("/v1/trash/{meeting}"), &ada).await.expect(204);
    assert_eq!((app.count("insights").await, app.count("trash").await), (0, 0));
}

#[actix_web::test]
async fn a_name_with_the_address_of_a_contact_is_that_contact() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let old = json!({ "given_name": "Old", "family_name": "Friend", "emails": [{ "address": "old@x.example" }] });
    let old = app.post("/v1/contacts", &ada, old).await.expect(201).id();
    let tom = app.post("/v1/contacts", &ada, json!({ "given_name": "Tom" })).await.expect(201).id();
    let meeting =
        app.post("/v1/meetings", &ada, json!({ "contact_ids": [tom], "medium": "phone" })).await.expect(201).id();
    app.post(&format!("/v1/meetings/{meeting}/start"), &ada, json!({})).await.expect(200);
    let names = json!({ "names": [{ "name": "O. Friend", "email": "Old@X.example" }] });
    for _ in 0..2 {
        let told = app.put(&format!("/v1/meetings/{meeting}/debrief"), &ada, names.clone()).await.expect(200);
        assert_eq!(told.json["names"][0]["contact_id"], old, "{}", told.text);
    }
    let people = app.get("/v1/contacts", &ada).await.expect(200).json["data"].as_array().unwrap().len();
    let introductions = app.get("/v1/introductions", &ada).await.expect(200).json["data"].as_array().unwrap().len();
    assert_eq!((people, introductions), (2, 1));
}

#[actix_web::test]
async fn somebody_who_was_named_before_is_the_same_introduction() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (tom, meeting) = held(&app, &ada).await;
    let (url, bob) = (format!("/v1/meetings/{meeting}/debrief"), json!({ "given_name": "Bob" }));
    let bob = app.post("/v1/contacts", &ada, bob).await.expect(201).id();
    let by_hand = json!({ "introducer_id": tom, "introduced_id": bob });
    let by_hand = app.post("/v1/introductions", &ada, by_hand).await.expect(201).id();
    let body = json!({ "notes": "Long", "names": [{ "contact_id": bob, "may_use_name": true, "promised": true }] });
    let written = app.put(&url, &ada, body).await.expect(200);
    assert_eq!(
        (&written.json["notes"], ids(&written.json["names"], "introduction_id")),
        (&json!("Long"), vec![by_hand])
    );
    let one = &written.json["names"][0];
    assert_eq!((&one["may_use_name"], &one["promised"]), (&json!(true), &json!(true)));
    // Dropped by mistake, and written again.
    app.put(&url, &ada, json!({ "notes": "Long" })).await.expect(200);
    let again = app.put(&url, &ada, json!({ "names": [{ "contact_id": bob }] })).await.expect(200);
    assert_eq!(again.json["names"], written.json["names"]);
}
