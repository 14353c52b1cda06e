use inroad::auth::{Role, Scopes};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

fn simple(name: &str) -> Value {
    json!({ "name": name, "purpose": "introduction", "channel": "linkedin_note", "body": "Hi {{ contact.first_name }}!" })
}

async fn add(app: &TestApp, member: &Member, body: Value) -> Reply {
    app.post("/v1/templates", member, body).await.expect(201)
}

async fn names(app: &TestApp, member: &Member, path: &str) -> Vec<String> {
    let page = app.get(path, member).await.expect(200);
    page.json["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn an_edit_makes_a_version_and_any_version_can_be_restored() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let made = add(&app, &ada, simple("Note")).await;
    let (id, path) = (made.id(), format!("/v1/templates/{}", made.id()));
    assert_eq!((made.header("location"), &made.json["language"]), (path.as_str(), &json!("en")));
    assert_eq!((&made.json["version"], &made.json["text_version"]), (&json!(1), &json!(1)));

    let edited = app.patch(&path, &ada, json!({ "body": "Hello {{ contact.name }}!" })).await.expect(200);
    assert_eq!((&edited.json["version"], &edited.json["text_version"]), (&json!(2), &json!(2)));
    let same = app.patch(&path, &ada, json!({ "name": "Note" })).await.expect(200);
    assert_eq!(same.json["version"], 2);
    // What it is called, or for whom it is, is in no message.
    let cold_path = format!("/v1/templates/{}", add(&app, &ada, simple("Cold")).await.id());
    let renamed = json!({ "name": "Warm", "audience": "warm", "description": "For friends of friends" });
    let renamed = app.patch(&cold_path, &ada, renamed).await.expect(200);
    assert_eq!((&renamed.json["version"], &renamed.json["text_version"]), (&json!(2), &json!(1)));
    app.patch(&cold_path, &ada, json!({ "body": "Hello!" })).await.expect(200);
    let again = app.post(&format!("{cold_path}/versions/1/restore"), &ada, json!(null)).await.expect(200);
    assert_eq!((&again.json["name"], &again.json["text_version"]), (&json!("Warm"), &json!(4)));
    let versions = app.get(&format!("{cold_path}/versions"), &ada).await.expect(200);
    assert_eq!(versions.json["data"].as_array().unwrap().len(), 3);
    app.delete(&cold_path, &ada).await.expect(204);
    let away = app.post(&format!("{path}/archive"), &ada, json!(null)).await.expect(200);
    assert_eq!((&away.json["version"], &away.json["text_version"]), (&json!(3), &json!(2)));
    assert_eq!(app.post(&format!("{path}/archive"), &ada, json!(null)).await.expect(200).json["version"], 3);
    for query in ["", "?archived=false"] {
        assert_eq!(names(&app, &ada, &format!("/v1/templates{query}")).await, [""; 0], "{query}");
    }
    assert_eq!(names(&app, &ada, "/v1/templates?archived=any").await, ["Note"]);
    assert_eq!(app.get("/v1/templates?archived=perhaps", &ada).await.expect(400).code(), "invalid_parameter");
    assert_eq!(names(&app, &ada, "/v1/templates?archived=true").await, ["Note"]);
    let back = app.post(&format!("{path}/unarchive"), &ada, json!(null)).await.expect(200);
    assert_eq!(back.json["archived_at"], Value::Null);

    let restored = app.post(&format!("{path}/versions/1/restore"), &ada, json!(null)).await.expect(200);
    assert_eq!(
        (&restored.json["body"], &restored.json["version"]),
        (&json!("Hi {{ contact.first_name }}!"), &json!(5))
    );
    let versions = app.get(&format!("{path}/versions?limit=2"), &ada).await.expect(200);
    let numbers =
        |page: &Value| page["data"].as_array().unwrap().iter().map(|one| one["version"].clone()).collect::<Vec<_>>();
    assert_eq!(numbers(&versions.json), [5, 2]);
    let next = format!("{path}/versions?limit=2&cursor={}", versions.json["next_cursor"].as_str().unwrap());
    assert_eq!(numbers(&app.get(&next, &ada).await.expect(200).json), [1]);
    let second = app.get(&format!("{path}/versions/2"), &ada).await.expect(200);
    assert_eq!(second.json["body"], "Hello {{ contact.name }}!");
    app.get(&format!("{path}/versions/4"), &ada).await.expect(404);
    assert_eq!(app.get(&format!("{path}/versions/x"), &ada).await.expect(400).code(), "invalid_parameter");
    app.post(&format!("{path}/versions/9/restore"), &ada, json!(null)).await.expect(404);
    let stale = app.request(Method::POST, &format!("{path}/versions/1/restore")).header("if-match", "\"1\"");
    app.send(stale.bearer_auth(&ada.token)).await.expect(412);

    let twin = app.post(&format!("{path}/duplicate"), &ada, json!(null)).await.expect(201);
    assert_eq!((&twin.json["name"], &twin.json["version"]), (&json!("Note (copy)"), &json!(1)));
    assert_ne!(twin.id(), id);
}

#[actix_web::test]
async fn faults_of_a_text_are_told_with_their_places() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({
        "name": " ", "purpose": "introduction", "channel": "email", "subject": "{{ seeker.shcool }}",
        "body": "Hi {{ contact.first_name|shout }},\n\n  {% include \"x\" %}"
    });
    let wrong = app.post("/v1/templates", &ada, body).await.expect(422);
    assert_eq!(wrong.code(), "invalid_fields");
    let told: Vec<_> = wrong.json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| {
            (fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap(), &fault["line"], &fault["column"])
        })
        .collect();
    assert_eq!(told[0].0, "/name");
    assert_eq!(told[1], ("/subject", "unknown_variable", &json!(1), &json!(4)));
    assert!(told.contains(&("/body", "template_syntax", &json!(3), &json!(6))), "{}", wrong.text);
    assert!(told.contains(&("/body", "unknown_filter", &json!(1), &json!(26))), "{}", wrong.text);
    assert!(wrong.text.contains("did you mean `seeker.school`?"), "{}", wrong.text);

    let mut open = simple("Open");
    open["body"] =
        json!("Hi {{ contact.first_name }},\n\n  {% if company %}I read about {{ company.name }}.\n\nBest,\nSam");
    let open = app.post("/v1/templates", &ada, open).await.expect(422);
    let fault = &open.json["errors"][0];
    assert_eq!((&fault["line"], &fault["column"]), (&json!(3), &json!(3)), "where the `if` begins: {}", open.text);
    assert!(fault["detail"].as_str().unwrap().contains("endif"), "{}", open.text);

    let made = add(&app, &ada, simple("Note")).await;
    let path = format!("/v1/templates/{}", made.id());
    let patch =
        app.patch(&path, &ada, json!({ "body": "{{ nobody }} {{ contact.first_name|shout }}", "subject": "x" })).await;
    let patch = patch.expect(422);
    assert_eq!(patch.faults(), ["/subject", "/body", "/body"]);
    assert_eq!(app.get(&path, &ada).await.json["version"], 1);
    let text = json!({ "purpose": "update", "channel": "email", "body": "{{ 1 + }}" });
    let text = app.post("/v1/templates/render", &ada, text).await.expect(422);
    assert_eq!((text.faults(), &text.json["errors"][0]["line"]), (vec!["/body"], &json!(1)));
}

#[actix_web::test]
async fn templates_are_listed_by_what_they_are_for_and_found_by_their_words() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    for (name, purpose, channel, language, audience) in [
        ("Bees", "introduction", "email", "en", json!("cold")),
        ("ants", "introduction", "linkedin_note", "de", json!("alumni")),
        ("Cats", "thank_you", "email", "en-GB", Value::Null),
    ] {
        let body = format!("Grüße an {name}");
        let body = json!({ "name": name, "purpose": purpose, "channel": channel, "language": language, "audience": audience, "body": body });
        add(&app, &ada, body).await;
    }
    for (query, found) in [
        ("sort=name", vec!["ants", "Bees", "Cats"]),
        ("", vec!["Cats", "ants", "Bees"]),
        ("purpose=introduction&sort=name", vec!["ants", "Bees"]),
        ("purpose=introduction&purpose=thank_you&channel=email&sort=-name", vec!["Cats", "Bees"]),
        ("language=de", vec!["ants"]),
        ("audience=cold&audience=alumni&sort=name", vec!["ants", "Bees"]),
        ("q=grusse+bees", vec!["Bees"]),
        ("q=dogs", vec![]),
    ] {
        assert_eq!(names(&app, &ada, &format!("/v1/templates?{query}")).await, found, "{query}");
    }
    app.get("/v1/templates?purpose=nonsense", &ada).await.expect(400);
    let found = app.get("/v1/search?q=bees", &ada).await.expect(200);
    assert_eq!((&found.json["data"][0]["kind"], &found.json["data"][0]["title"]), (&json!("template"), &json!("Bees")));
    assert_eq!(names(&app, &bob, "/v1/templates").await, [""; 0]);
    let page = app.get("/v1/templates?sort=name&limit=2", &ada).await.expect(200);
    let cursor = page.json["next_cursor"].as_str().unwrap();
    assert_eq!(names(&app, &ada, &format!("/v1/templates?sort=name&limit=2&cursor={cursor}")).await, ["Cats"]);
}

async fn people(app: &TestApp, member: &Member, may_use_name: bool) -> (String, String) {
    let connector = json!({ "given_name": "Tom", "family_name": "Hargreaves" });
    let connector = app.post("/v1/contacts", member, connector).await.expect(201).id();
    let contact = json!({
        "given_name": "Ada", "family_name": "Lovelace", "name_prefix": "Dr", "time_zone": "America/New_York",
        "positions": [{ "company_name": "Analytical Engines", "title": "Head of Computing" }],
        "shared_ground": ["sang in the choir"], "custom_fields": { "cohort": "2026", "a b": true }
    });
    let contact = app.post("/v1/contacts", member, contact).await.expect(201).id();
    let introduction = json!({ "introducer_id": connector, "introduced_id": contact, "may_use_name": may_use_name });
    app.post("/v1/introductions", member, introduction).await.expect(201);
    app.patch("/v1/profile", member, json!({ "name": "Robin Okafor" })).await.expect(200);
    (contact, connector)
}

#[actix_web::test]
async fn a_rendering_tells_what_was_filled_from_where_and_what_is_missing() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (contact, connector) = people(&app, &ada, true).await;
    let body = "Dear {{ contact.formal_name }},\n\n{{ connector.first_name }} suggested that I write to you at \
        {{ company.name }} about {{ note.topic }}; we both {{ shared_ground }}. {{ contact.custom_fields.cohort }}\n\
        {{ seeker.school }}\n{{ seeker.school|default(\"Bye\") }},\n{{ seeker.signature }}";
    let template = json!({ "name": "First", "purpose": "introduction", "channel": "email", "subject": "{{ note.topic }}  now?", "body": body });
    let template = add(&app, &ada, template).await;
    let path = format!("/v1/templates/{}/render", template.id());
    let filling = json!({ "contact_id": contact, "values": { "note.topic": "engines" } });
    let made = app.post(&path, &ada, filling).await.expect(200);
    assert_eq!(made.json["subject"], "engines now?");
    assert_eq!(
        made.json["body"],
        "Dear Dr Lovelace,\n\nTom suggested that I write to you at Analytical Engines about engines; we both sang in the \
         choir. 2026\n{{ seeker.school }}\nBye,\nRobin Okafor"
    );
    assert_eq!((&made.json["complete"], &made.json["template_version"]), (&json!(false), &json!(1)));
    let missing = &made.json["missing"];
    assert_eq!(missing.as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &missing[0]["variable"],
            &missing[0]["line"],
            &missing[0]["column"],
            &missing[0]["resource"],
            &missing[0]["field"]
        ),
        (&json!("seeker.school"), &json!(4), &json!(4), &json!("profile"), &json!("/school"))
    );
    let filled = made.json["filled"].as_array().unwrap();
    let of = |name: &str| filled.iter().find(|one| one["variable"] == name).unwrap_or_else(|| panic!("{name}"));
    assert_eq!((&of("company.name")["resource"], &of("company.name")["field"]), (&json!("company"), &json!("/name")));
    assert_eq!(
        (&of("connector.first_name")["resource_id"], &of("connector.first_name")["value"]),
        (&json!(connector), &json!("Tom"))
    );
    assert_eq!(
        (&of("note.topic")["resource"], &of("note.topic")["field"]),
        (&json!("request"), &json!("/values/note.topic"))
    );
    assert_eq!(of("seeker.signature")["field"], "/name");
    let rules: Vec<_> =
        made.json["lint"]["findings"].as_array().unwrap().iter().map(|one| one["rule"].clone()).collect();
    assert!(rules.contains(&json!("placeholder_left")), "{rules:?}");
    assert!(!rules.contains(&json!("mutual_contact_without_permission")), "{rules:?}");

    // The message remembers the version that it was made from.
    app.patch(&format!("/v1/templates/{}", template.id()), &ada, json!({ "body": "Hi" })).await.expect(200);
    let draft = json!({
        "contact_id": contact, "channel": "email", "purpose": "introduction", "subject": made.json["subject"], "body": made.json["body"],
        "template_id": template.id(), "template_version": 1
    });
    let message = app.post("/v1/messages", &ada, draft.clone()).await.expect(201);
    assert_eq!((&message.json["template_id"], &message.json["template_version"]), (&json!(template.id()), &json!(1)));
    let mut newest = draft.clone();
    newest.as_object_mut().unwrap().remove("template_version");
    assert_eq!(app.post("/v1/messages", &ada, newest).await.expect(201).json["template_version"], 2);
    for (field, value, pointer) in [
        ("template_version", json!(7), "/template_version"),
        ("template_id", json!(uuid::Uuid::now_v7()), "/template_id"),
        ("template_id", Value::Null, "/template_version"),
    ] {
        let mut wrong = draft.clone();
        wrong[field] = value;
        assert_eq!(app.post("/v1/messages", &ada, wrong).await.expect(422).faults(), [pointer]);
    }
    let old = app.post(&path, &ada, json!({ "version": 1, "values": { "note.topic": "x" } })).await.expect(200);
    assert_eq!(old.json["template_version"], 1);
    assert_eq!(app.post(&path, &ada, json!({ "version": 9 })).await.expect(422).faults(), ["/version"]);

    // What goes for good leaves the message its text.
    let deleted = app.delete(&format!("/v1/templates/{}", template.id()), &ada).await;
    deleted.expect(204);
    app.post(&path, &ada, json!({})).await.expect(404);
    app.delete(&format!("/v1/trash/{}", template.id()), &ada).await.expect(204);
    let left = app.get(&format!("/v1/messages/{}", message.id()), &ada).await.expect(200);
    assert_eq!((&left.json["template_id"], &left.json["body"]), (&Value::Null, &made.json["body"]));
    assert_eq!(app.count("template_versions").await, 0);
}

#[actix_web::test]
async fn a_connector_is_named_only_by_permission() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (contact, connector) = people(&app, &ada, false).await;
    let text = json!({
        "purpose": "introduction", "channel": "linkedin_note", "contact_id": contact,
        "body": "Hi {{ contact.first_name }}, {% if connector %}{{ connector.name }} named you.{% else %}hello.{% endif %}"
    });
    let silent = app.post("/v1/templates/render", &ada, text.clone()).await.expect(200);
    assert_eq!((&silent.json["body"], &silent.json["complete"]), (&json!("Hi Ada, hello."), &json!(true)));
    let mut plain = text.clone();
    plain["body"] = json!("Hi {{ contact.first_name }}, {{ connector.first_name }} named you.");
    let refused = app.post("/v1/templates/render", &ada, plain.clone()).await.expect(200);
    assert_eq!(
        (&refused.json["missing"][0]["code"], &refused.json["missing"][0]["resource_id"]),
        (&json!("no_permission"), &json!(connector))
    );
    // Who gives the name all the same hears it from the rules.
    plain["values"] = json!({ "connector.first_name": "Tom Hargreaves" });
    let told = app.post("/v1/templates/render", &ada, plain.clone()).await.expect(200);
    assert!(told.text.contains("mutual_contact_without_permission"), "{}", told.text);

    let list = app.get("/v1/introductions", &ada).await.expect(200);
    let id = list.json["data"][0]["id"].as_str().unwrap();
    app.patch(&format!("/v1/introductions/{id}"), &ada, json!({ "may_use_name": true })).await.expect(200);
    let named = app.post("/v1/templates/render", &ada, text).await.expect(200);
    assert_eq!(named.json["body"], "Hi Ada, Tom Hargreaves named you.");
    assert!(!named.text.contains("mutual_contact_without_permission"), "{}", named.text);
    let lint =
        json!({ "channel": "linkedin_note", "body": "Hi Ada, Tom Hargreaves named you.", "contact_id": contact });
    assert!(!app.post("/v1/lint", &ada, lint).await.expect(200).text.contains("mutual_contact"));
    for (field, value) in [("contact_id", json!(uuid::Uuid::now_v7())), ("connector_id", json!(uuid::Uuid::now_v7()))] {
        let mut wrong = plain.clone();
        wrong[field] = value;
        assert_eq!(app.post("/v1/templates/render", &ada, wrong).await.expect(422).faults(), [format!("/{field}")]);
    }
    let mut unknown = plain;
    unknown["values"] = json!({ "contact.shoe_size": "44" });
    let unknown = app.post("/v1/templates/render", &ada, unknown).await.expect(422);
    assert_eq!(unknown.faults(), ["/values/contact.shoe_size"]);
}

#[actix_web::test]
async fn people_are_told_of_only_to_those_who_may_read_them() {
    use inroad::auth::{Role, Scopes, TemplatesRead};
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let (contact, _) = people(&app, &ada, true).await;
    let narrow = app.member(Some(ada.workspace), Role::Owner, Scopes::NONE.with::<TemplatesRead>()).await;
    let text = json!({ "purpose": "update", "channel": "email", "body": "{{ contact.name }}" });
    let example = app.post("/v1/templates/render", &narrow, text.clone()).await.expect(200);
    assert_eq!(example.json["filled"][0]["resource"], "example");
    let mut theirs = text;
    theirs["contact_id"] = json!(contact);
    app.post("/v1/templates/render", &narrow, theirs).await.expect(403);
}

#[actix_web::test]
async fn the_library_is_copied_on_demand() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let all = app.get("/v1/templates/library", &ada).await.expect(200);
    let all = all.json["data"].as_array().unwrap().clone();
    assert!(all.len() >= 24, "{}", all.len());
    let notes = app.get("/v1/templates/library?channel=linkedin_note&audience=alumni", &ada).await.expect(200);
    assert!(!notes.json["data"].as_array().unwrap().is_empty());
    for one in &all {
        let slug = one["slug"].as_str().unwrap();
        assert_eq!(&app.get(&format!("/v1/templates/library/{slug}"), &ada).await.expect(200).json, one);
        let copy = app.post(&format!("/v1/templates/library/{slug}/copy"), &ada, json!(null)).await.expect(201);
        assert_eq!((&copy.json["library_slug"], &copy.json["body"]), (&json!(slug), &one["body"]));
        let example = app.post(&format!("/v1/templates/{}/render", copy.id()), &ada, json!({})).await.expect(200);
        assert_eq!(
            (&example.json["complete"], &example.json["lint"]["errors"]),
            (&json!(true), &json!(0)),
            "{}",
            example.text
        );
        assert_eq!(example.json["lint"]["warnings"], 0, "{}", example.text);
    }
    app.post("/v1/templates/library/none/copy", &ada, json!(null)).await.expect(404);
    let variables = app.get("/v1/templates/variables", &ada).await.expect(200);
    let variables = variables.json["data"].as_array().unwrap();
    // Each is as it says: its usage parses, and fills.
    for variable in variables {
        let text = json!({ "purpose": "update", "channel": "email", "body": variable["usage"] });
        let shown = app.post("/v1/templates/render", &ada, text).await.expect(200);
        assert_eq!(shown.json["complete"], true, "{}", shown.text);
    }
}

#[actix_web::test]
async fn a_template_in_the_trash_comes_back_with_its_versions() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let made = add(&app, &ada, simple("Note")).await;
    let path = format!("/v1/templates/{}", made.id());
    app.delete(&path, &ada).await.expect(204);
    app.delete(&path, &ada).await.expect(404);
    app.get(&format!("{path}/versions"), &ada).await.expect(404);
    let trash = app.get("/v1/trash?kind=template", &ada).await.expect(200);
    assert_eq!(trash.json["data"][0]["title"], "Note");
    app.post(&format!("/v1/trash/{}/restore", made.id()), &ada, json!(null)).await.expect(204);
    assert_eq!(app.get(&path, &ada).await.expect(200).json["version"], 3);
    assert_eq!(app.get(&format!("{path}/versions"), &ada).await.expect(200).json["data"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_meeting_fills_what_is_said_of_it() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let grace = json!({ "given_name": "Grace", "time_zone": "America/New_York" });
    let grace = app.post("/v1/contacts", &ada, grace).await.expect(201).id();
    let alan = app.post("/v1/contacts", &ada, json!({ "given_name": "Alan", "time_zone": "Europe/London" })).await.id();
    let other = app.post("/v1/contacts", &ada, json!({ "given_name": "Other" })).await.expect(201).id();
    let body = json!({
        "contact_ids": [grace, alan], "medium": "coffee", "starts_at": "2026-03-12T18:30:00Z", "duration_minutes": 20,
        "title": "Compilers", "place": { "name": "Café Landtmann", "address": "Universitätsring 4", "phone": "+43 1 24 100" }
    });
    let meeting = app.post("/v1/meetings", &ada, body).await.expect(201).id();
    let text = "Hi {{ contact.first_name }}, our {{ meeting.medium }} on {{ meeting.starts_at|date }} at {{ meeting.time }} \
        ({{ meeting.date|date(\"short\") }}, {{ meeting.ends_at|time }}), {{ meeting.place }}: {{ meeting.title }}, \
        {{ meeting.duration_minutes }} minutes";
    let template =
        add(&app, &ada, json!({ "name": "n", "purpose": "confirmation", "channel": "text_message", "body": text }));
    let path = format!("/v1/templates/{}/render", template.await.id());
    let render = async |body: Value| app.post(&path, &ada, body).await;
    // The first whom it is with, by the clock that was agreed on with them.
    let told = render(json!({ "meeting_id": meeting })).await.expect(200);
    assert_eq!(
        told.json["body"],
        "Hi Grace, our coffee on Thursday 12 March at 14:30 EDT (12 Mar, 14:50 EDT), Café Landtmann, Universitätsring 4: \
         Compilers, 20 minutes"
    );
    assert_eq!((&told.json["complete"], &told.json["contact_id"]), (&json!(true), &json!(grace)));
    let place = told.json["filled"].as_array().unwrap().iter().find(|one| one["variable"] == "meeting.place").unwrap();
    let from = (&place["resource"], &place["resource_id"], &place["field"]);
    assert_eq!(from, (&json!("meeting"), &json!(meeting), &json!("/place")));
    let told = render(json!({ "meeting_id": meeting, "contact_id": alan })).await.expect(200);
    assert!(told.json["body"].as_str().unwrap().contains("at 18:30 GMT"), "{}", told.text);
    let own = json!({ "meeting_id": meeting, "values": { "meeting.place": "my office" } });
    assert!(render(own).await.json["body"].as_str().unwrap().contains("my office"));
    // Whose it is not, and what is not known of it.
    for body in [json!({ "meeting_id": meeting, "contact_id": other }), json!({ "meeting_id": grace })] {
        assert_eq!(render(body).await.expect(422).faults(), ["/meeting_id"]);
    }
    app.post(&path, &bob, json!({ "meeting_id": meeting })).await.expect(404);
    let bare = json!({ "contact_ids": [other], "medium": "video" });
    let bare = app.post("/v1/meetings", &ada, bare).await.expect(201).id();
    let told = render(json!({ "meeting_id": bare })).await.expect(200);
    let missing: Vec<&str> =
        told.json["missing"].as_array().unwrap().iter().map(|one| one["variable"].as_str().unwrap()).collect();
    let wanted =
        ["meeting.starts_at", "meeting.time", "meeting.date", "meeting.ends_at", "meeting.place", "meeting.title"];
    assert_eq!(missing, wanted);
    assert_eq!(told.json["missing"][1]["resource_id"], json!(bare));
    let told = render(json!({ "contact_id": other })).await.expect(200);
    assert!(told.json["missing"][0]["detail"].as_str().unwrap().contains("`meeting_id`"), "{}", told.text);
    let narrow = Scopes::parse("templates:read contacts:read");
    let narrow = app.member(Some(ada.workspace), Role::Owner, narrow).await;
    assert_eq!(app.post(&path, &narrow, json!({ "meeting_id": meeting })).await.expect(403).code(), "scope_missing");
}

/// What is wrong whatever the text is filled with is told when it is kept.
#[actix_web::test]
async fn a_filter_that_can_never_work_is_refused() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let post = async |body: &str| {
        let body = json!({ "name": "n", "purpose": "update", "channel": "text_message", "body": body });
        app.post("/v1/templates", &ada, body).await
    };
    for (body, detail) in [
        ("Hi {{ contact.name|date }}", "`date` takes a date or a time"),
        ("Hi\n{{ contact.how_found_on|time }}", "a date has no time of day"),
        ("{{ contact.expertise|upper }}", "of a list take one item first"),
        ("{{ meeting.duration_minutes|join(\", \") }}", "`join` takes a list"),
        ("{{ meeting.starts_at|date(\"full\") }}", "`long`, `short` or `iso`"),
        ("{{ meeting.starts_at|time(13) }}", "twice `12`"),
        ("{{ contact.name|truncate }}", "`truncate` takes one argument"),
        ("{{ contact.name|upper(1) }}", "`upper` takes no argument"),
        ("{{ contact.last_contacted_on|default(\"recently\")|date }}", "goes behind it"),
        ("{{ meeting.starts_at|date|weekday }}", "`weekday` takes a date or a time"),
    ] {
        let refused = post(body).await.expect(422);
        let fault = &refused.json["errors"][0];
        assert_eq!((&fault["pointer"], &fault["code"]), (&json!("/body"), &json!("wrong_filter")), "{body}");
        assert!(fault["detail"].as_str().unwrap().contains(detail), "{body}: {fault}");
    }
    for body in [
        "{{ contact.custom_fields.since|date }}",
        "{{ note.times|date }}",
        "{{ contact.last_contacted_on|date|default(\"recently\") }}",
        "{{ contact.last_contacted_on|default(\"2026-01-01\")|date }}",
        "{{ contact.name|first }} {{ contact.expertise|first|upper }} {{ contact.expertise|and_list|default(\"x\") }}",
    ] {
        post(body).await.expect(201);
    }
    // What depends on the value is told when it is known.
    let id = post("{{ note.times|date }}").await.id();
    let body = json!({ "contact_id": app.post("/v1/contacts", &ada, json!({ "given_name": "G" })).await.id(),
        "values": { "note.times": "some day" } });
    let refused = app.post(&format!("/v1/templates/{id}/render"), &ada, body).await.expect(422);
    assert_eq!(refused.code(), "template_failed");
}

#[actix_web::test]
async fn values_have_the_line_breaks_of_any_system() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for breaks in ["\n", "\r\n", "\r"] {
        let body = json!({
            "purpose": "update", "channel": "email", "subject": "{{ note.topic }}", "body": "So:\n{{ note.topic }}",
            "values": { "note.topic": format!("one{breaks}two") }
        });
        let filled = app.post("/v1/templates/render", &ada, body).await.expect(200).json;
        assert_eq!((&filled["body"], &filled["subject"]), (&json!("So:\none\ntwo"), &json!("one two")), "{breaks:?}");
    }
}

#[actix_web::test]
async fn what_is_no_text_is_refused_with_its_place() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for tag in
        ["{{ company.name|default(none) }}", "{{ not company.name }}", "{{ company.name == \"x\" }}", "{{ none }}"]
    {
        let body = json!({ "name": "x", "purpose": "update", "channel": "email", "body": format!("Hi,\n{tag}") });
        let refused = app.post("/v1/templates", &ada, body).await.expect(422);
        assert_eq!(refused.faults(), ["/body"], "{tag}");
        let fault = &refused.json["errors"][0];
        assert_eq!(fault["code"], "not_text", "{tag}");
        assert!(fault["detail"].as_str().unwrap().contains("line 2"), "{fault}");
    }
}
