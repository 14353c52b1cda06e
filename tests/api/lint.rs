use inroad::server;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

async fn lint(app: &TestApp, member: &Member, body: Value) -> Reply {
    app.post("/v1/lint", member, body).await
}

fn rules(report: &Value) -> Vec<&str> {
    report["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn findings_say_where_in_both_ways_of_counting() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = "Hi Ada, 👩‍🔬 are you hiring?";
    let report = lint(&app, &ada, json!({ "channel": "linkedin_note", "body": body })).await.expect(200);
    assert_eq!(rules(&report.json), ["asks_for_job"]);
    let finding = &report.json["findings"][0];
    assert_eq!(finding["severity"], "error");
    let span = &finding["spans"][0];
    let at = |key: &str| usize::try_from(span[key].as_u64().unwrap()).unwrap();
    let utf16: Vec<u16> = body.encode_utf16().collect();
    assert_eq!(String::from_utf16(&utf16[at("start_utf16")..at("end_utf16")]).unwrap(), "are you hiring");
    let scalars: String = body.chars().skip(at("start_scalar")).take(at("end_scalar") - at("start_scalar")).collect();
    assert_eq!(scalars, "are you hiring");
    assert_eq!(report.json["errors"], 1);

    let praised = json!({ "channel": "linkedin_note", "body": "Hi Ada, I am not asking for a job." });
    let praised = lint(&app, &ada, praised).await.expect(200);
    assert_eq!((rules(&praised.json), &praised.json["praise"][0]["rule"]), (vec![], &json!("asks_for_job")));
}

#[actix_web::test]
async fn the_contact_is_known_by_name_and_by_who_introduces() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({ "given_name": "Grace", "family_name": "Hopper" });
    let connector = app.post("/v1/contacts", &ada, body).await.expect(201).id();
    let body = json!({ "given_name": "Ada", "preferred_name": "Augusta", "connector_id": connector });
    let contact = app.post("/v1/contacts", &ada, body).await.expect(201).id();
    let text = |text: &str| json!({ "channel": "linkedin_note", "body": text, "contact_id": contact });
    let wrong = lint(&app, &ada, text("Hi Mary, Grace Hopper told me about you.")).await.expect(200);
    assert_eq!(rules(&wrong.json), ["mutual_contact_without_permission", "greeting_wrong_name"]);
    let titled = lint(&app, &ada, text("Hi Augusta, Dr Hopper gave me your address.")).await.expect(200);
    assert_eq!(rules(&titled.json), ["mutual_contact_without_permission"]);
    let mut allowed = text("Hi Augusta, Grace Hopper told me about you.");
    allowed["mutual_contacts"] = json!([{ "name": "Grace Hopper", "may_use_name": true }]);
    let allowed = lint(&app, &ada, allowed).await.expect(200);
    assert_eq!(rules(&allowed.json), [""; 0]);

    let drafted = json!({ "contact_id": contact, "channel": "linkedin_note", "body": "Hi Mary, hello" });
    let drafted = app.post("/v1/messages", &ada, drafted).await.expect(201);
    assert_eq!(rules(&drafted.json["lint"]), ["greeting_wrong_name"]);
    let mended = app.patch(&format!("/v1/messages/{}", drafted.id()), &ada, json!({ "body": "Hi Ada, hello" })).await;
    assert_eq!(rules(&mended.expect(200).json["lint"]), [""; 0]);
}

#[actix_web::test]
async fn names_are_right_in_other_spellings() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({ "given_name": "Jörg", "family_name": "Müller", "preferred_name": "Jogi" });
    let contact = app.post("/v1/contacts", &ada, body).await.expect(201).id();
    let text = |text: &str| json!({ "channel": "linkedin_note", "body": text, "contact_id": contact });
    for right in
        ["Lieber Herr Mueller, hallo", "Hi Jorg!", "Hi Jogi - hello", "Jörg — hello", "Dear Joerg Muller, hello"]
    {
        assert_eq!(rules(&lint(&app, &ada, text(right)).await.expect(200).json), [""; 0], "{right}");
    }
    for wrong in ["Lieber Herr Miller, hallo", "Hi Jürgen!", "Dear Jörg Meier, hello"] {
        let report = lint(&app, &ada, text(wrong)).await.expect(200);
        assert_eq!(rules(&report.json), ["greeting_wrong_name"], "{wrong}");
    }
}

#[actix_web::test]
async fn a_severity_holds_on_both_sides_of_the_error_threshold() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let note = |length: usize| json!({ "channel": "linkedin_note", "body": format!("Hi Ada, {}", "é".repeat(length)) });
    let severity = async |length: usize| {
        let report = lint(&app, &ada, note(length)).await.expect(200);
        assert_eq!(rules(&report.json), ["too_long"]);
        report.json["findings"][0]["severity"].clone()
    };
    assert_eq!((severity(193).await, severity(293).await), (json!("warning"), json!("error")));
    let change = json!({ "rules": { "too_long": { "severity": "hint" } } });
    app.patch("/v1/lint/settings", &ada, change).await.expect(200);
    assert_eq!((severity(193).await, severity(293).await), (json!("hint"), json!("hint")));
    // Named without a severity, it is as in the catalogue.
    let change = json!({ "rules": { "too_long": { "severity": null } } });
    let back = app.patch("/v1/lint/settings", &ada, change).await.expect(200);
    assert_eq!(back.json["rules"]["too_long"]["enabled"], true);
    assert_eq!((severity(193).await, severity(293).await), (json!("warning"), json!("error")));
}

#[actix_web::test]
async fn a_workspace_has_its_own_rules() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let all = app.get("/v1/lint/rules", &ada).await.expect(200);
    let all = all.json["data"].as_array().unwrap().clone();
    assert!(all.len() >= 20 && all.iter().all(|rule| rule["enabled"] == true && rule["reason"] != ""));
    let untouched = app.get("/v1/lint/settings", &ada).await.expect(200);
    assert_eq!((&untouched.json["version"], &untouched.json["rules"]), (&json!(0), &json!({})));

    let text = json!({ "channel": "linkedin_note", "body": "Hi Ada, may I pick your brain? Are you hiring?" });
    let before = lint(&app, &ada, text.clone()).await.expect(200);
    assert_eq!(rules(&before.json), ["asks_for_job", "worn_phrase"]);
    let change = json!({
        "rules": { "asks_for_job": { "enabled": false }, "worn_phrase": { "severity": "error" } },
        "thresholds": { "linkedin_note_characters_warning": 10 }
    });
    let changed = app.patch("/v1/lint/settings", &ada, change).await.expect(200);
    assert_eq!((&changed.json["version"], &changed.json["thresholds"]["minutes"]), (&json!(1), &json!(30)));
    let after = lint(&app, &ada, text.clone()).await.expect(200);
    assert_eq!(rules(&after.json), ["worn_phrase", "too_long"]);
    assert_eq!(after.json["findings"][0]["severity"], "error");
    let listed = app.get("/v1/lint/rules", &ada).await.expect(200);
    let job =
        listed.json["data"].as_array().unwrap().iter().find(|rule| rule["rule"] == "asks_for_job").unwrap().clone();
    assert_eq!((&job["enabled"], &job["default_severity"]), (&json!(false), &json!("error")));

    let unknown = app.patch("/v1/lint/settings", &ada, json!({ "rules": { "no/such": {} } })).await.expect(422);
    assert_eq!(unknown.faults(), ["/rules/no~1such"]);
    let wrong = app.patch("/v1/lint/settings", &ada, json!({ "thresholds": { "minutes": -1, "x": 1 } })).await;
    let wrong = wrong.expect(422);
    assert!(
        wrong.faults().contains(&"/thresholds/minutes") && wrong.faults().contains(&"/thresholds/x"),
        "{}",
        wrong.text
    );
    // A warning that would come after its error, beside another fault.
    let change =
        json!({ "rules": { "x": {} }, "thresholds": { "first_email_words_warning": 151, "script_words_error": 149 } });
    let crossed = app.patch("/v1/lint/settings", &ada, change).await.expect(422);
    assert_eq!(
        crossed.faults(),
        ["/rules/x", "/thresholds/first_email_words_warning", "/thresholds/script_words_warning"]
    );
    let equal = json!({ "thresholds": { "script_words_warning": 100, "script_words_error": 100 } });
    app.patch("/v1/lint/settings", &ada, equal).await.expect(200);
    let back = app.patch("/v1/lint/settings", &ada, json!({ "rules": null, "thresholds": null })).await.expect(200);
    assert_eq!((&back.json["version"], &back.json["rules"]), (&json!(3), &json!({})));
    assert_eq!(rules(&lint(&app, &ada, text).await.json), ["asks_for_job", "worn_phrase"]);
    // Nobody else's.
    let other = app.seeker().await;
    assert_eq!(app.get("/v1/lint/settings", &other).await.json["version"], 0);
}

#[actix_web::test]
async fn the_longest_message_is_read_and_nothing_of_it_is_kept() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let long =
        lint(&app, &ada, json!({ "channel": "email", "body": "Are you hiring? ".repeat(1 << 12) })).await.expect(200);
    assert_eq!(long.json["words"], 3 << 12);
    // As long as the document says, whatever the letters are; what is longer is told as of a message.
    let widest =
        |count: usize| json!({ "channel": "email", "subject": "𝒳".repeat(1 << 16), "body": "𝒳".repeat(count) });
    lint(&app, &ada, widest(1 << 16)).await.expect(200);
    assert_eq!(lint(&app, &ada, widest((1 << 16) + 1)).await.expect(422).faults(), ["/body"]);
    assert!(rules(&long.json).contains(&"too_long"));
    assert!(long.json["findings"][0]["spans"].as_array().unwrap().len() <= 20);
    let empty = lint(&app, &ada, json!({ "channel": "email", "body": "" })).await.expect(200);
    assert!(rules(&empty.json).contains(&"subject_missing"));
    assert_eq!(app.count("changes").await, 0);
    assert!(server::document()["paths"]["/v1/lint"]["post"].is_object());
}

/// Forms send CRLF: the rules see the same text, and their spans are those of the text that was sent.
#[actix_web::test]
async fn line_breaks_of_any_system_are_taken() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let unix = "Hi Ada,\n\n👩‍🔬 I write to you.\n\nAre you hiring?\nCan I get a job?\n\nBest,\nSam";
    let spans = async |body: &str| {
        let input = json!({ "channel": "email", "subject": "A question", "body": body });
        let report = lint(&app, &ada, input).await.expect(200).json;
        let utf16: Vec<u16> = body.encode_utf16().collect();
        let mut found = Vec::new();
        for finding in report["findings"].as_array().unwrap() {
            for span in finding["spans"].as_array().unwrap().iter().filter(|span| span["field"] == "body") {
                let at = |key: &str| usize::try_from(span[key].as_u64().unwrap()).unwrap();
                let units = String::from_utf16(&utf16[at("start_utf16")..at("end_utf16")]).unwrap();
                let (start, end) = (at("start_scalar"), at("end_scalar"));
                assert_eq!(units, body.chars().skip(start).take(end - start).collect::<String>());
                found.push((finding["rule"].clone(), units.replace('\r', "")));
            }
        }
        (found, report["words"].clone(), report["characters"].clone())
    };
    let wanted = spans(unix).await;
    assert!(wanted.0.iter().any(|(rule, words)| rule == "asks_for_job" && words.contains("hiring")), "{wanted:?}");
    assert_eq!(spans(&unix.replace('\n', "\r\n")).await, wanted);
    assert_eq!(spans(&unix.replace('\n', "\r")).await, wanted);
    let rung = lint(&app, &ada, json!({ "channel": "email", "body": "ring\u{7}" })).await.expect(422);
    assert_eq!(rung.faults(), ["/body"]);
}

#[actix_web::test]
async fn what_sounds_alike_is_told_apart() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let found = async |body: &str, rule: &str| {
        let report =
            lint(&app, &ada, json!({ "channel": "email", "subject": "Reefs", "body": body })).await.expect(200);
        rules(&report.json).contains(&rule)
    };
    for (rule, body) in [
        ("attachment_in_first_message", "I attached great weight to what you said about storms."),
        ("attachment_in_first_message", "I enclose no CV and no agenda."),
        ("offers_resume", "People always tell me to send my résumé everywhere; I'd rather listen first."),
        ("how_found_missing", "In your IEEE Spectrum interview you describe three reefs."),
        ("how_found_missing", "Your chapter on interview technique in the handbook is the reason I took up this work."),
        ("no_way_out", "I realise you may be too busy; in that case, thank you anyway for the talk."),
        ("no_sign_off", "Hi Ada, could we talk? If not, I'd understand. - Ravi"),
    ] {
        assert!(!found(body, rule).await, "{rule}: {body}");
    }
    for (rule, body) in [
        ("attachment_in_first_message", "I attached my notes on reefs."),
        ("offers_resume", "My teacher told me to send you my résumé."),
        ("no_sign_off", "Hi Ada, could we talk at ten - or at noon?"),
        ("placeholder_left", "Hi Ada. Insert compliment here."),
    ] {
        assert!(found(body, rule).await, "{rule}: {body}");
    }
}
