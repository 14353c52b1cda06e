//! What an export has said comes back by an import.
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

async fn import(app: &TestApp, member: &Member, body: &str) -> Reply {
    let request = app.request(Method::POST, "/v1/imports").bearer_auth(&member.token);
    app.send(request.header("content-type", "application/octet-stream").body(body.to_owned())).await
}

async fn export(app: &TestApp, member: &Member, path: &str) -> String {
    app.get(path, member).await.expect(200).text
}

async fn named(app: &TestApp, member: &Member, name: &str) -> Value {
    let found = app.get(&format!("/v1/contacts?q={name}"), member).await.expect(200);
    found.json["data"][0].clone()
}

fn codes(row: &Value) -> Vec<(&str, &str)> {
    let text = |problem: &'_ Value, field: &str| problem[field].as_str().unwrap_or_default().to_owned();
    let problems = row["problems"].as_array().unwrap();
    let told = problems.iter().map(|problem| (text(problem, "code"), text(problem, "column")));
    told.map(|(code, column)| (&*code.leak(), &*column.leak())).collect()
}

const DEALINGS: [&str; 9] = [
    "relationship",
    "strength",
    "stage",
    "stage_reason",
    "preferred_channel",
    "do_not_contact",
    "last_touch_at",
    "external_ids",
    "custom_fields",
];

/// Two people, of whom one leads to the other.
async fn two(app: &TestApp, member: &Member) -> [String; 2] {
    let lead = json!({ "given_name": "Zoe", "family_name": "Lead", "stage": "met" });
    let lead = app.post("/v1/contacts", member, lead).await.expect(201).id();
    let led = json!({
        "given_name": "Ann", "family_name": "Led", "connector_id": lead, "relationship": "friend", "strength": 4,
        "stage": "closed", "stage_reason": "declined", "preferred_channel": "phone", "do_not_contact": true,
        "last_touch_at": "2026-02-03T04:05:06Z", "external_ids": { "crm": "4,711", "hr": "a;b" },
        "custom_fields": { "cohort": "2026; spring" }, "tags": ["a, b", "c"], "expertise": ["looms, old"],
        "emails": [{ "address": "ann@x.example" }, { "address": "led@x.example", "is_primary": true }],
        "phones": [{ "number": "+44 20 7946 0958" }], "positions": [{ "company_name": "Engines", "title": "Boss" }],
        "notes": "=1+1", "addresses": [{ "street": "1 Street\nFloor 2", "locality": "London", "country": "GB" }],
        "shared_ground": ["chess"], "how_found": "alumni", "how_found_on": "2026-01-02",
    });
    [lead, app.post("/v1/contacts", member, led).await.expect(201).id()]
}

#[actix_web::test]
async fn what_is_between_the_two_comes_back_by_cards_and_tables() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let [lead, led] = two(&app, &ada).await;
    let first = app.get(&format!("/v1/contacts/{led}"), &ada).await.expect(200).json;
    let ways = ["vcf", "vcf?version=3.0", "csv"];
    for way in ways {
        let file = export(&app, &ada, &format!("/v1/exports/contacts.{way}")).await;
        let bob = app.seeker().await;
        let report = import(&app, &bob, &file).await.expect(201);
        assert_eq!(report.json["counts"]["created"], 2, "{way}: {}", report.text);
        assert!(report.json["rows"].as_array().unwrap().iter().all(|row| codes(row).is_empty()), "{}", report.text);
        let copy = named(&app, &bob, "ann").await;
        for field in
            DEALINGS.iter().chain(&["tags", "expertise", "shared_ground", "how_found", "how_found_on", "notes"])
        {
            assert_eq!(copy[field], first[field], "{way}: {field}");
        }
        let led_by = named(&app, &bob, "zoe").await;
        assert_eq!((&copy["connector_id"], &led_by["stage"]), (&led_by["id"], &json!("met")), "{way}");
        assert_eq!(copy["emails"][0]["address"], if way == "csv" { "led@x.example" } else { "ann@x.example" }, "{way}");
        assert_eq!(copy["addresses"][0]["street"], "1 Street\nFloor 2", "{way}");
        // Where they come from they change nothing.
        let again = import(&app, &ada, &file).await.expect(201);
        assert_eq!(again.json["counts"]["unchanged"], 2, "{way}: {}", again.text);
        let second = import(&app, &bob, &file).await.expect(201);
        assert_eq!(second.json["counts"]["unchanged"], 2, "{way}: {}", second.text);
    }
    assert_eq!(app.get(&format!("/v1/contacts/{led}"), &ada).await.json, first);
    app.get(&format!("/v1/contacts/{lead}"), &ada).await.expect(200);
}

#[actix_web::test]
async fn no_import_lets_somebody_be_written_to_or_moves_a_stage_back() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let mine = json!({
        "given_name": "Ann", "emails": [{ "address": "ann@x.example" }], "stage": "met", "do_not_contact": true,
        "relationship": "friend", "external_ids": { "crm": "1" },
    });
    let mine = app.post("/v1/contacts", &ada, mine).await.expect(201);
    app.post("/v1/contacts", &ada, json!({ "given_name": "Other", "external_ids": { "hr": "9" } })).await.expect(201);
    let card = |own: &str| {
        format!("BEGIN:VCARD\r\nVERSION:4.0\r\nUID:ann\r\nFN:Ann\r\nEMAIL:ann@x.example\r\n{own}END:VCARD\r\n")
    };
    let back = card(
        "X-INROAD-STAGE:contacted\r\nX-INROAD-DO-NOT-CONTACT:false\r\nX-INROAD-RELATIONSHIP:family\r\n\
        X-INROAD-EXTERNAL-ID:crm;2\r\nX-INROAD-EXTERNAL-ID:hr;9\r\nX-INROAD-STRENGTH:9\r\n\
        X-INROAD-CONNECTOR:urn:uuid:0198c6de-0000-7000-8000-000000000000\r\n",
    );
    let report = import(&app, &ada, &back).await.expect(201);
    let row = &report.json["rows"][0];
    assert_eq!(row["outcome"], "unchanged", "{}", report.text);
    let mut told = codes(row);
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("invalid_value", "X-INROAD-STRENGTH"),
            ("kept", "do_not_contact"),
            ("kept", "external_ids/crm"),
            ("kept", "relationship"),
            ("kept", "stage"),
            ("taken", "external_ids/hr"),
            ("unknown_connector", "connector_id"),
        ]
    );
    let path = format!("/v1/contacts/{}", mine.id());
    assert_eq!(app.get(&path, &ada).await.json, mine.json);
    // Forward it does, and an undo takes that back.
    let on = card("X-INROAD-STAGE:thanked\r\nX-INROAD-EXTERNAL-ID:hr;10\r\nX-INROAD-STRENGTH:2\r\n");
    let report = import(&app, &ada, &on).await.expect(201);
    let moved = app.get(&path, &ada).await.json;
    assert_eq!(
        (&moved["stage"], &moved["strength"], &moved["external_ids"]["hr"]),
        (&json!("thanked"), &json!(2), &json!("10"))
    );
    let upsert = app.request(Method::PUT, "/v1/contacts/by-external-id/hr/10").bearer_auth(&ada.token);
    assert_eq!(app.send(upsert.json(&json!({}))).await.expect(200).id(), mine.id());
    let timeline = app.get(&format!("{path}/timeline"), &ada).await.expect(200).text;
    assert!(timeline.contains("thanked"), "{timeline}");
    let undone = app.post(&format!("{}/undo", report.header("location")), &ada, json!({})).await.expect(200);
    assert_eq!(undone.json["restored"], 1, "{}", undone.text);
    let after = app.get(&path, &ada).await.json;
    for field in ["stage", "strength", "external_ids", "do_not_contact"] {
        assert_eq!(after[field], mine.json[field], "{field}");
    }
}

/// What is told of positions and schools, whatever their ids.
fn told_of(contact: &Value) -> (Value, Value) {
    let position = |one: &Value| {
        let fields = ["company_name", "title", "started_on", "ended_on", "is_current"];
        fields.map(|name| one[name].clone()).into_iter().collect::<Value>()
    };
    let positions = contact["positions"].as_array().unwrap().iter().map(position).collect();
    (positions, contact["education"].clone())
}

#[actix_web::test]
async fn all_positions_and_schools_come_back_by_cards_and_tables() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({
        "given_name": "Ann", "family_name": "Led", "emails": [{ "address": "ann@x.example" }],
        "positions": [
            { "company_name": "Engines, Ltd; Leeds", "title": "Head", "started_on": "2020-01-01" },
            { "company_name": "Engines, Ltd; Leeds", "title": "Analyst", "started_on": "2017-02-01", "ended_on": "2019-12-31" },
            { "company_name": "Engines, Ltd; Leeds", "title": "Trainee", "ended_on": "2017-01-31" },
            { "company_name": "Mills", "is_current": false }],
        "education": [
            { "school": "MIT", "degree": "BSc", "field_of_study": "Mathematics", "start_year": 2001, "end_year": 2004 },
            { "school": "MIT", "degree": "MSc, honours", "end_year": 2006 },
            { "school": "Leeds; City" }],
    });
    let first = app.post("/v1/contacts", &ada, body).await.expect(201);
    for way in ["vcf", "vcf?version=3.0", "csv"] {
        let file = export(&app, &ada, &format!("/v1/exports/contacts.{way}")).await;
        let bob = app.seeker().await;
        let report = import(&app, &bob, &file).await.expect(201);
        assert_eq!(codes(&report.json["rows"][0]), [], "{way}: {}", report.text);
        assert_eq!(told_of(&named(&app, &bob, "ann").await), told_of(&first.json), "{way}: {file}");
        for member in [&bob, &ada] {
            let again = import(&app, member, &file).await.expect(201);
            assert_eq!(again.json["counts"]["unchanged"], 1, "{way}: {}", again.text);
            assert_eq!(codes(&again.json["rows"][0]), [], "{way}: {}", again.text);
        }
    }
    assert_eq!(app.get(&format!("/v1/contacts/{}", first.id()), &ada).await.json, first.json);
    // Whoever edits the table does so in the columns that people read.
    let file = export(&app, &ada, "/v1/exports/contacts.csv").await.replacen(",Head,", ",Chief,", 1);
    let carl = app.seeker().await;
    import(&app, &carl, &file).await.expect(201);
    let edited = named(&app, &carl, "ann").await;
    let titles: Vec<_> = edited["positions"].as_array().unwrap().iter().map(|one| one["title"].clone()).collect();
    assert_eq!(titles, [json!("Chief"), json!("Analyst"), json!("Trainee"), Value::Null]);
}

#[actix_web::test]
async fn what_a_card_says_in_several_languages_is_one_thing() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let card = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:4711\r\nFN;ALTID=1;LANGUAGE=en:Ada Lovelace\r\n\
        FN;ALTID=1;LANGUAGE=ja:エイダ\r\nN;ALTID=1;LANGUAGE=en:Lovelace;Ada;;;\r\nN;ALTID=1;LANGUAGE=ja:ラブレス;エイダ;;;\r\n\
        ORG;ALTID=a;LANGUAGE=fr:Machines\r\nORG;ALTID=a;LANGUAGE=en;PREF=1:Engines\r\n\
        TITLE;ALTID=1;LANGUAGE=fr:Patronne\r\nTITLE;ALTID=1;LANGUAGE=en;PREF=1:Boss\r\nTITLE;ALTID=2:Weaver\r\nEND:VCARD\r\n";
    import(&app, &ada, card).await.expect(201);
    let contact = named(&app, &ada, "lovelace").await;
    let positions = contact["positions"].as_array().unwrap().iter();
    let positions: Vec<_> = positions.map(|one| (one["company_name"].clone(), one["title"].clone())).collect();
    assert_eq!(positions, [(json!("Engines"), json!("Boss")), (Value::Null, json!("Weaver"))]);
    assert_eq!(contact["name"], "Ada Lovelace");
    let told = export(&app, &ada, "/v1/exports/contacts.vcf").await;
    for line in [
        "FN;ALTID=1;LANGUAGE=en:Ada Lovelace",
        "FN;ALTID=1;LANGUAGE=ja:エイダ",
        "N;ALTID=1;LANGUAGE=ja:ラブレス;エイダ;;;",
        "ORG;ALTID=a;LANGUAGE=fr:Machines",
        "position1.ORG;ALTID=a;LANGUAGE=en:Engines",
        "position1.TITLE;ALTID=1;LANGUAGE=en:Boss",
        "TITLE;ALTID=1;LANGUAGE=fr:Patronne",
        "position2.TITLE;ALTID=2:Weaver",
    ] {
        assert_eq!(told.split("\r\n").filter(|own| *own == line).count(), 1, "{line}: {told}");
    }
    let again = import(&app, &ada, &told).await.expect(201);
    assert_eq!(again.json["counts"]["unchanged"], 1, "{}", again.text);
    let bob = app.seeker().await;
    import(&app, &bob, &told).await.expect(201);
    assert_eq!(told_of(&named(&app, &bob, "lovelace").await), told_of(&contact));
}

#[actix_web::test]
async fn what_two_cards_say_otherwise_is_told() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let card = |uid: &str, more: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:{uid}\r\nN:Lovelace;Ada;;;\r\nEMAIL:ada@x.example\r\n{more}END:VCARD\r\n"
        )
    };
    let one = card("a", "FN:The Countess\r\nNICKNAME:Ada,Lady A\r\nORG:Engines;Research\r\nBDAY:1815-12-10\r\n");
    let other = card("b", "FN:The Enchantress\r\nNICKNAME:Ada,Lady L\r\nORG:Engines;Looms\r\nBDAY:1815-12-11\r\n");
    import(&app, &ada, &one).await.expect(201);
    let report = import(&app, &ada, &other).await.expect(201);
    let mut told = codes(&report.json["rows"][0]);
    told.sort_unstable();
    let names = ["BDAY", "FN", "NICKNAME", "ORG"].map(|name| ("kept", name));
    assert_eq!(told, names, "{}", report.text);
    let again = import(&app, &ada, &other).await.expect(201);
    assert_eq!((&again.json["counts"]["unchanged"], codes(&again.json["rows"][0])), (&json!(1), Vec::new()));
}

#[actix_web::test]
async fn a_card_with_several_names_to_be_shown_gives_them_back() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let card = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:4711\r\nFN;LANGUAGE=en:Taro Yamada\r\nFN;LANGUAGE=ja;PREF=1:山田 太郎\r\n\
        N:山田;太郎;;;\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nUID:4712\r\nKIND:org\r\nFN:Engines Ltd\r\nEND:VCARD\r\n";
    import(&app, &ada, card).await.expect(201);
    let told = export(&app, &ada, "/v1/exports/contacts.vcf").await;
    for line in ["FN;LANGUAGE=ja:山田 太郎", "FN;LANGUAGE=en:Taro Yamada", "KIND:org", "FN:Engines Ltd"] {
        assert_eq!(told.split("\r\n").filter(|own| *own == line).count(), 1, "{line}: {told}");
    }
    let old = export(&app, &ada, "/v1/exports/contacts.vcf?version=3.0").await;
    assert_eq!(old.split("\r\n").filter(|line| line.starts_with("FN")).count(), 2, "one each: {old}");
    assert_eq!(import(&app, &ada, card).await.expect(201).json["counts"]["unchanged"], 2);
}

#[actix_web::test]
async fn what_other_programs_escape_in_inroads_own_properties_is_read() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nN:;Ann;;;\r\nX-INROAD-EDUCATION:MIT\\;BSc\\;\\;1999\\;\r\n\
        X-INROAD-EDUCATION:A\\\\\\;B\\;\\;\\;\\;\r\nX-INROAD-CUSTOM-FIELD:k\\;v\r\nX-INROAD-EXTERNAL-ID:crm\\;7\r\nEND:VCARD\r\n";
    import(&app, &ada, card).await.expect(201);
    let contact = named(&app, &ada, "ann").await;
    let education = contact["education"].as_array().unwrap();
    assert_eq!(
        (&education[0]["school"], &education[0]["degree"], &education[0]["start_year"]),
        (&json!("MIT"), &json!("BSc"), &json!(1999))
    );
    assert_eq!(education[1]["school"], "A;B");
    assert_eq!((&contact["custom_fields"]["k"], &contact["external_ids"]["crm"]), (&json!("v"), &json!("7")));
}

#[actix_web::test]
async fn what_other_programs_make_alike_or_write_their_own_way_is_not_lost() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let card = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ty Pe\r\nFN:Tee Pee\r\nN:Pe;Ty;;;\r\n\
        X-INROAD-EDUCATION:Uni\\; Bonn\\;MSc\\, hons\\;Physics\\;1998\\;2000\r\nX-INROAD-CUSTOM-FIELD:k\\;v\\;1\r\n\
        X-INROAD-EXTERNAL-ID:crm\\;a\\;b\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nN:Iwan;Iwan\r\n\
        TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=D0=94=D0=B0=D1=87=D0=B0):+7 900 000-11-33\r\nEND:VCARD\r\n";
    import(&app, &ada, card).await.expect(201);
    let contact = named(&app, &ada, "pe").await;
    let education = &contact["education"][0];
    assert_eq!((&education["school"], &education["degree"]), (&json!("Uni; Bonn"), &json!("MSc, hons")));
    assert_eq!((&education["field_of_study"], &education["end_year"]), (&json!("Physics"), &json!(2000)));
    assert_eq!((&contact["custom_fields"]["k"], &contact["external_ids"]["crm"]), (&json!("v;1"), &json!("a;b")));
    assert_eq!(named(&app, &ada, "iwan").await["phones"][0]["label"], "дача");
    let told = export(&app, &ada, "/v1/exports/contacts.vcf").await;
    let count = |line: &str| told.split("\r\n").filter(|own| *own == line).count();
    assert_eq!((count("FN:Ty Pe"), count("FN:Tee Pee"), told.contains("X-CUSTOM(")), (1, 1, false), "{told}");
}
