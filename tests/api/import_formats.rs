//! Every format on files as the programs write them. Everyone in them is invented.
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

const FILES: [(&str, &str); 25] = [
    ("google/contacts.csv", "google_contacts"),
    ("google/contacts-old.csv", "google_contacts"),
    ("outlook/contacts-windows-1252.csv", "outlook_contacts"),
    ("outlook/contacts-utf16.csv", "outlook_contacts"),
    ("outlook/contacts-utf8-bom.csv", "outlook_contacts"),
    ("outlook/outlook-com.csv", "outlook_contacts"),
    ("vcard/v2.1.vcf", "vcard"),
    ("vcard/v3.0.vcf", "vcard"),
    ("vcard/v4.0.vcf", "vcard"),
    ("vcard/apple.vcf", "vcard"),
    ("vcard/android.vcf", "vcard"),
    ("vcard/cjk.vcf", "vcard"),
    ("vcard/nextcloud.vcf", "vcard"),
    ("vcard/nokia.vcf", "vcard"),
    ("vcard/thunderbird.vcf", "vcard"),
    ("vcard/broken.vcf", "vcard"),
    ("csv/alumni.csv", "csv"),
    ("csv/plain.tsv", "csv"),
    ("csv/outlook-german.csv", "csv"),
    ("csv/outlook-french.csv", "csv"),
    ("csv/japanese.csv", "csv"),
    ("linkedin/Connections.csv", "linkedin_connections"),
    ("linkedin/messages.csv", "linkedin_messages"),
    ("linkedin/Invitations.csv", "linkedin_invitations"),
    ("linkedin/archive-with-messages.zip", "linkedin_archive"),
];

fn data(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

async fn import(app: &TestApp, member: &Member, query: &str, body: Vec<u8>) -> Reply {
    let request = app.request(Method::POST, &format!("/v1/imports{query}")).bearer_auth(&member.token);
    app.send(request.header("content-type", "application/octet-stream").body(body)).await
}

async fn contacts(app: &TestApp, member: &Member) -> Vec<Value> {
    app.get("/v1/contacts?sort=name&limit=200", member).await.expect(200).json["data"].as_array().unwrap().clone()
}

/// The contact with this name.
async fn contact(app: &TestApp, member: &Member, name: &str) -> Value {
    let all = contacts(app, member).await;
    let found = all.iter().find(|contact| contact["name"] == name);
    found.cloned().unwrap_or_else(|| panic!("no {name} in {:?}", all.iter().map(|c| &c["name"]).collect::<Vec<_>>()))
}

fn texts<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|item| item[field].as_str().unwrap_or("")).collect()
}

fn problems(report: &Reply) -> Vec<(i64, String)> {
    let mut found = Vec::new();
    for row in report.json["rows"].as_array().unwrap() {
        for problem in row["problems"].as_array().unwrap() {
            found.push((row["line"].as_i64().unwrap(), problem["code"].as_str().unwrap().to_owned()));
        }
    }
    found
}

#[actix_web::test]
async fn every_format_is_recognised_and_changes_nothing_a_second_time() {
    let app = TestApp::new().await;
    for (name, kind) in FILES {
        let ada = app.seeker().await;
        let tried = import(&app, &ada, "?dry_run=true", data(name)).await.expect(201);
        assert!(contacts(&app, &ada).await.is_empty(), "{name}");
        let first = import(&app, &ada, "", data(name)).await.expect(201);
        assert_eq!(first.json["kind"], kind, "{name}");
        assert_eq!(first.json["counts"], tried.json["counts"], "{name}");
        assert!(first.json["counts"]["created"].as_i64().unwrap() > 0, "{name}: {}", first.text);
        let before = contacts(&app, &ada).await;
        let second = import(&app, &ada, &format!("?kind={kind}"), data(name)).await.expect(201);
        let counts = &second.json["counts"];
        assert_eq!((&counts["created"], &counts["updated"]), (&json!(0), &json!(0)), "{name}: {}", second.text);
        assert_eq!(contacts(&app, &ada).await, before, "{name}");
        // What an import makes, a client may send back.
        for contact in &before {
            let path = format!("/v1/contacts/{}", contact["id"].as_str().unwrap());
            app.patch(&path, &ada, json!({ "strength": 3 })).await.expect(200);
            app.patch(&path, &ada, json!({ "strength": contact["strength"] })).await.expect(200);
        }
    }
}

#[actix_web::test]
async fn an_undo_takes_every_format_back() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let mine = json!({ "given_name": "Ada", "emails": [{ "address": "ada@engines.example" }], "notes": "mine" });
    let mine = app.post("/v1/contacts", &ada, mine).await.expect(201);
    for (name, _) in FILES {
        let report = import(&app, &ada, "", data(name)).await.expect(201);
        let undone = app.post(&format!("{}/undo", report.header("location")), &ada, json!({})).await.expect(200);
        assert_eq!(undone.json["kept"], 0, "{name}: {}", undone.text);
        let left = contacts(&app, &ada).await;
        assert_eq!(left.len(), 1, "{name}");
        for field in ["given_name", "family_name", "emails", "phones", "links", "notes", "positions", "custom_fields"] {
            assert_eq!(left[0][field], mine.json[field], "{name}: {field}");
        }
        assert_eq!(app.get("/v1/companies", &ada).await.json["data"], json!([]), "{name}");
    }
    for table in ["import_keys", "contact_extras"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
}

#[actix_web::test]
async fn google_contacts_say_all_that_they_have() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let report = import(&app, &ada, "", data("google/contacts.csv")).await.expect(201);
    let counts = &report.json["counts"];
    assert_eq!((&counts["created"], &counts["skipped"]), (&json!(8), &json!(1)), "{}", report.text);
    let stored = contact(&app, &ada, "Ada Augusta Lovelace").await;
    assert_eq!(
        texts(&stored["emails"], "address"),
        ["ada@engines.example", "ada.l@engines.example", "ada@home.example"]
    );
    assert_eq!(texts(&stored["emails"], "label"), ["work", "work", "home"]);
    assert_eq!(stored["emails"][0]["is_primary"], true);
    assert_eq!(texts(&stored["phones"], "number"), ["+44 20 7946 0958", "+44 20 7946 0959", "+44 20 7946 0111"]);
    assert_eq!(stored["phones"][0]["e164"], "+442079460958");
    assert_eq!(
        (&stored["addresses"][0]["country"], &stored["addresses"][0]["locality"]),
        (&json!("GB"), &json!("London"))
    );
    assert_eq!(stored["tags"], json!(["Alumni", "Energy"]));
    assert_eq!(stored["notes"], "Met at the fair.\nLikes \"numbers\", and tea.");
    assert_eq!(stored["preferred_name"], "Addie");
    assert_eq!(
        stored["custom_fields"],
        json!({ "Anniversary": "2015-07-08", "Birthday": "1990-12-10", "Cohort": "2026 spring", "Department": "Research", "Spouse": "William King" })
    );
    assert_eq!(stored["links"][0]["url"], "https://www.linkedin.com/in/ada-lovelace");
    let stored = contact(&app, &ada, "田中美咲").await;
    assert_eq!(
        (&stored["pronunciation"], &stored["custom_fields"]["Birthday"]),
        (&json!("みさき たなか"), &json!("--04-12"))
    );
    assert_eq!(stored["phones"][0]["e164"], "+819012345678");
    assert_eq!(contact(&app, &ada, "Jörg Müßigbrodt").await["tags"], json!(["starred"]));
    let stored = contact(&app, &ada, "info@central.example").await;
    assert_eq!(stored["positions"][0]["company_name"], "Café Central");
    for name in ["Olga Brandt", "Peter Reiter"] {
        assert_eq!(contact(&app, &ada, name).await["emails"][0]["address"], "family@brandt.example");
    }
    assert_eq!(contact(&app, &ada, "+1 555 0100").await["phones"][0]["label"], "mobile");
    let codes: Vec<_> = problems(&report).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["invalid_email", "invalid_phone", "no_identity"]);
    // The layout before names the same people otherwise.
    let old = import(&app, &ada, "", data("google/contacts-old.csv")).await.expect(201);
    assert_eq!(old.json["encoding"], "UTF-16LE");
    assert_eq!(old.json["rows"][0]["outcome"], "updated", "{}", old.text);
    let stored = contact(&app, &ada, "Ada Augusta Lovelace").await;
    assert_eq!(stored["custom_fields"]["Chat (Skype)"], "ada.lovelace");
    assert_eq!(contact(&app, &ada, "Grace Hopper").await["family_name"], "Hopper");
}

#[actix_web::test]
async fn outlook_names_connectors_and_schools() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let report = import(&app, &ada, "", data("outlook/contacts-windows-1252.csv")).await.expect(201);
    assert_eq!(report.json["encoding"], "windows-1252");
    let (chloe, soren) = (contact(&app, &ada, "Chloé Lefèvre").await, contact(&app, &ada, "Søren Ågård").await);
    assert_eq!((&chloe["connector_id"], &chloe["how_found"]), (&soren["id"], &json!("referral")));
    assert_eq!(contact(&app, &ada, "Ana Núñez").await["connector_id"], chloe["id"]);
    assert_eq!(soren["connector_id"], Value::Null);
    assert_eq!(soren["how_found_detail"], "Referred by Nobody Known");
    assert_eq!(problems(&report).last().unwrap().1, "no_identity");
    assert!(problems(&report).iter().any(|(_, code)| code == "unknown_connector"), "{}", report.text);
    assert_eq!(chloe["notes"], "Parle à l'œuvre –\nvoir « notes ».");
    assert_eq!(chloe["custom_fields"], json!({ "Birthday": "1988-04-30", "Department": "Données", "Spouse": "Émile" }));
    assert_eq!(chloe["tags"], json!(["Alumni", "Énergie"]));
    assert_eq!(chloe["addresses"][0]["country"], "FR");
    assert_eq!(soren["custom_fields"], json!({ "Anniversary": "2010-06-01" }), "0/0/00 is no date");
    assert_eq!(soren["addresses"][0]["street"], "Østergade 1\n2. th.");
    for name in ["outlook/contacts-utf16.csv", "outlook/contacts-utf8-bom.csv"] {
        let again = import(&app, &ada, "", data(name)).await.expect(201);
        assert_eq!(
            (&again.json["counts"]["created"], &again.json["counts"]["updated"]),
            (&json!(0), &json!(0)),
            "{name}"
        );
    }
    import(&app, &ada, "", data("outlook/outlook-com.csv")).await.expect(201);
    let priya = contact(&app, &ada, "Priya Raghunathan").await;
    assert_eq!(texts(&priya["education"], "school"), ["University of Madras", "ETH Zürich"]);
    assert_eq!(priya["phones"][0]["e164"], "+14155552671");
}

#[actix_web::test]
async fn vcards_of_all_versions_are_read() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for name in ["v2.1", "v3.0", "v4.0", "apple", "cjk"] {
        import(&app, &ada, "", data(&format!("vcard/{name}.vcf"))).await.expect(201);
    }
    let jorg = contact(&app, &ada, "Jörg Müßigbrodt").await;
    assert_eq!((&jorg["name_prefix"], &jorg["positions"][0]["title"]), (&json!("Dr."), &json!("Geschäftsführer")));
    assert_eq!(jorg["notes"], "Erste Zeile = 1\nZweite Zeile mit vielen Wörtern, damit sie umbrochen werden muss");
    assert_eq!(jorg["phones"][1]["is_primary"], true);
    let lovelace = contact(&app, &ada, "Ada Augusta Noel Lovelace").await;
    assert_eq!(lovelace["tags"], json!(["Energy", "Alumni, old"]));
    assert_eq!(lovelace["time_zone"], "Europe/London");
    assert_eq!(lovelace["links"][0]["url"], "https://www.engines.example/ada");
    let grace = contact(&app, &ada, "Grace Brewster Murray Hopper").await;
    assert_eq!((&grace["emails"][1]["is_primary"], &grace["pronouns"]), (&json!(true), &json!("she/her")));
    assert_eq!((&grace["expertise"], &grace["phones"][0]["e164"]), (&json!(["compilers"]), &json!("+12025550143")));
    assert_eq!(grace["positions"][0]["company_name"], "United States Navy");
    let amara = contact(&app, &ada, "Amara Okafor").await;
    assert_eq!(texts(&amara["emails"], "label"), ["home", "Conference"]);
    assert_eq!(texts(&amara["links"], "label"), ["home page", "linkedin", "twitter"]);
    assert_eq!(contact(&app, &ada, "Northwind Energy").await["given_name"], Value::Null);
    assert_eq!(contact(&app, &ada, "田中美咲").await["addresses"][0]["country"], "JP");
    let kept =
        app.texts("SELECT properties::text AS text FROM contact_extras ORDER BY properties::text").await.join("\n");
    for text in ["--0412", "Howard Aiken", "kept as it is", "x-apple:amara", "_$!<Anniversary>!$_", "joerg.m", "PHOTO"]
    {
        assert!(kept.contains(text), "{text}");
    }
}

#[actix_web::test]
async fn a_person_with_two_cards_is_one_contact() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let report = import(&app, &ada, "", data("vcard/android.vcf")).await.expect(201);
    assert_eq!(report.json["counts"]["created"], 3, "{}", report.text);
    assert_eq!(problems(&report), [(21, "repeated".to_owned())]);
    let jose = contact(&app, &ada, "José Núñez").await;
    assert_eq!(texts(&jose["phones"], "number"), ["+34 600 123 456", "+34 910 123 456"]);
    app.patch(&format!("/v1/contacts/{}", jose["id"].as_str().unwrap()), &ada, json!({ "phones": [] }))
        .await
        .expect(200);
    let again = import(&app, &ada, "", data("vcard/android.vcf")).await.expect(201);
    assert_eq!(again.json["counts"]["updated"], 0, "what a person removed stays away: {}", again.text);
}

#[actix_web::test]
async fn what_a_person_wrote_stays_and_conflicts_are_told() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({
        "given_name": "Ada", "family_name": "King", "emails": [{ "address": "ADA@engines.example", "label": "old" }],
        "positions": [{ "company_name": "Analytical Engines Ltd", "title": "Countess" }], "notes": "mine"
    });
    let mine = app.post("/v1/contacts", &ada, body).await.expect(201).id();
    let report = import(&app, &ada, "", data("google/contacts.csv")).await.expect(201);
    let row = &report.json["rows"][0];
    assert_eq!((&row["contact_id"], &row["outcome"]), (&json!(mine), &json!("updated")), "{}", report.text);
    let told = texts(&row["problems"], "detail").join("\n");
    for text in ["\"King\"", "\"Lovelace\"", "\"Countess\"", "\"mine\""] {
        assert!(told.contains(text), "{told}");
    }
    let stored = app.get(&format!("/v1/contacts/{mine}"), &ada).await.json;
    assert_eq!((&stored["family_name"], &stored["notes"]), (&json!("King"), &json!("mine")));
    assert_eq!(texts(&stored["emails"], "address").len(), 3);
    assert_eq!((&stored["emails"][0]["label"], &stored["emails"][0]["is_primary"]), (&json!("old"), &json!(true)));
    // A file that says less takes nothing away.
    let less = "First Name,Last Name,Organization Name,Labels,E-mail 1 - Label,E-mail 1 - Value\r\nAda,Lovelace,,,* Work,ada@engines.example\r\n";
    let second = import(&app, &ada, "", less.into()).await.expect(201);
    assert_eq!(second.json["counts"]["updated"], 0, "{}", second.text);
    assert_eq!(app.get(&format!("/v1/contacts/{mine}"), &ada).await.json, stored);
}

#[actix_web::test]
async fn a_table_is_previewed_corrected_and_imported_by_a_saved_mapping() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let preview = async |query: &str, body: Vec<u8>| {
        let request = app.request(Method::POST, &format!("/v1/imports/preview{query}")).bearer_auth(&ada.token);
        app.send(request.header("content-type", "text/csv").body(body)).await
    };
    let seen = preview("", data("csv/alumni.csv")).await.expect(200);
    assert_eq!((&seen.json["kind"], &seen.json["encoding"]), (&json!("csv"), &json!("windows-1252")), "{}", seen.text);
    assert_eq!(seen.json["layout"]["delimiter"], ";");
    assert_eq!(
        seen.json["mapping"][2],
        json!({ "heading": "E-Mail (geschäftlich)", "number": null, "field": "email", "label": "work", "name": null })
    );
    assert_eq!(
        (&seen.json["columns"][5]["heading"], &seen.json["columns"][5]["field"]),
        (&json!("Abschlussjahr"), &Value::Null)
    );
    assert_eq!(seen.json["rows"][0]["contact"]["given_name"], "Änne");
    assert_eq!(contacts(&app, &ada).await.len(), 0);

    let mut columns = seen.json["mapping"].as_array().unwrap().clone();
    columns.push(json!({ "heading": "Seit", "field": "how_found_on" }));
    columns.push(json!({ "heading": "abschlussjahr ", "field": "custom_field", "name": "Graduated" }));
    let body = json!({ "name": "Alumni", "columns": columns });
    let saved = app.post("/v1/import-mappings", &ada, body.clone()).await.expect(201);
    app.post("/v1/import-mappings", &ada, json!({ "name": " alumni", "columns": columns })).await.expect(409);
    let seen = preview(&format!("?mapping_id={}", saved.id()), data("csv/alumni.csv")).await.expect(200);
    assert_eq!(seen.json["layout"]["date_order"], "day_month_year");
    assert_eq!(seen.json["rows"][0]["contact"]["how_found_on"], "2019-11-03");
    let report = import(&app, &ada, &format!("?mapping_id={}", saved.id()), data("csv/alumni.csv")).await.expect(201);
    assert_eq!(report.json["counts"]["created"], 3, "{}", report.text);
    assert_eq!(contact(&app, &ada, "Özgür Yilmaz").await["custom_fields"], json!({ "Graduated": "2011" }));

    // Headings that nobody knows: the preview shows them, an import asks for a mapping.
    let strange = data("csv/own-headings.csv");
    let refused = import(&app, &ada, "", strange.clone()).await.expect(422);
    assert_eq!(refused.json["errors"][0]["code"], "mapping_required", "{}", refused.text);
    let seen = preview("", strange.clone()).await.expect(200);
    assert_eq!(
        (&seen.json["layout"]["delimiter"], &seen.json["columns"][0]["samples"]),
        (&json!("|"), &json!(["Miriam Adler", "Ben Carter"]))
    );
    let mapping = json!({ "name": "x", "columns": [{ "number": 1, "field": "full_name" }, { "heading": "WO", "field": "company" }] });
    let form = Form::new().text("mapping", mapping.to_string()).part("file", Part::bytes(strange).file_name("own.csv"));
    let request = app.request(Method::POST, "/v1/imports").bearer_auth(&ada.token).multipart(form);
    let report = app.send(request).await.expect(201);
    assert_eq!(report.json["counts"]["created"], 2, "{}", report.text);
    assert_eq!(contact(&app, &ada, "Miriam Adler").await["positions"][0]["company_name"], "Adler | Partner");
}

#[actix_web::test]
async fn mappings_are_checked_changed_and_deleted() {
    let app = TestApp::new().await;
    let (ada, eve) = (app.seeker().await, app.seeker().await);
    let bad = json!({
        "name": "x", "encoding": "klingon", "columns": [
            { "heading": "a", "number": 1, "field": "email" }, { "field": "phone" }, { "heading": "b", "field": "phone" },
            { "heading": " B ", "field": "link" }
        ]
    });
    let refused = app.post("/v1/import-mappings", &ada, bad).await.expect(422);
    assert_eq!(refused.faults(), ["/encoding", "/columns/0", "/columns/1", "/columns/3"]);
    let refused =
        app.post("/v1/import-mappings", &ada, json!({ "name": "x", "columns": [{ "number": 1, "field": "tags" }] }));
    assert_eq!(refused.await.expect(422).faults(), ["/columns"]);
    let body = json!({ "name": "Mine", "columns": [{ "number": 1, "field": "full_name" }], "has_header": false });
    let saved = app.post("/v1/import-mappings", &ada, body).await.expect(201);
    let path = format!("/v1/import-mappings/{}", saved.id());
    let changed = app.patch(&path, &ada, json!({ "delimiter": ";", "date_order": "year_month_day" })).await.expect(200);
    assert_eq!((&changed.json["version"], &changed.json["delimiter"]), (&json!(2), &json!(";")));
    assert_eq!(app.get("/v1/import-mappings", &ada).await.json["data"][0], changed.json);
    let report =
        import(&app, &ada, &format!("?mapping_id={}", saved.id()), b"Ada Lovelace;x\nGrace Hopper;y\n".to_vec())
            .await
            .expect(201);
    assert_eq!(report.json["counts"]["created"], 2);
    let foreign = import(&app, &eve, &format!("?mapping_id={}", saved.id()), b"a;b\n".to_vec()).await.expect(400);
    assert_eq!((foreign.code(), foreign.faults()), ("invalid_parameter", vec!["mapping_id"]));
    app.delete(&path, &ada).await.expect(204);
    app.get(&path, &ada).await.expect(404);
}

#[actix_web::test]
async fn files_of_no_format_and_wrong_words_are_refused() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for (query, body, code) in [
        ("", &b""[..], "empty"),
        ("", b"\x00\x01\x02binary", "not_csv"),
        ("?kind=vcard", b"First Name,Last Name\nA,B\n", "not_vcard"),
        ("?kind=google_contacts", b"First Name,Last Name\nA,B\n", "header_missing"),
        ("", b"Zahl,Wert\n1,2\n", "mapping_required"),
        ("", b"just some text", "header_missing"),
    ] {
        let refused = import(&app, &ada, query, body.to_vec()).await.expect(422);
        assert_eq!((refused.code(), &refused.json["errors"][0]["code"]), ("unreadable_file", &json!(code)), "{query}");
    }
    import(&app, &ada, "?kind=facebook", b"x".to_vec()).await.expect(400);
    import(&app, &ada, "?delimiter=x", b"x".to_vec()).await.expect(400);
    assert_eq!(import(&app, &ada, "?encoding=klingon", b"x".to_vec()).await.expect(400).faults(), ["encoding"]);
    let nobody = "?mapping_id=0198c6de-0000-7000-8000-000000000000";
    assert_eq!(import(&app, &ada, nobody, b"x".to_vec()).await.expect(400).faults(), ["mapping_id"]);
    assert_eq!(import(&app, &ada, "?owner=x", b"x".to_vec()).await.expect(400).faults(), ["owner"]);
    // In a form they are fields.
    let form = Form::new().text("mapping_id", nobody.split('=').next_back().unwrap().to_owned());
    let form = form.part("file", Part::bytes(b"x".to_vec()).file_name("x.csv"));
    let request = app.request(Method::POST, "/v1/imports").bearer_auth(&ada.token).multipart(form);
    assert_eq!(app.send(request).await.expect(422).faults(), ["/mapping_id"]);
    assert!(contacts(&app, &ada).await.is_empty());
}

#[actix_web::test]
async fn lines_end_as_old_programs_ended_them() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let table = "First Name,Last Name,E-mail\rAda,Lovelace,ada@engines.example\rGrace,Hopper,\r";
    let report = import(&app, &ada, "", table.into()).await.expect(201);
    assert_eq!(report.json["counts"]["created"], 2, "{}", report.text);
    let lines: Vec<_> =
        report.json["rows"].as_array().unwrap().iter().map(|row| row["line"].as_i64().unwrap()).collect();
    assert_eq!(lines, [2, 3]);
    let cards = "BEGIN:VCARD\rVERSION:3.0\rFN:Grace Hopper\rEMAIL:grace@navy.example\rEND:VCARD\r";
    assert_eq!(import(&app, &ada, "", cards.into()).await.expect(201).json["counts"]["created"], 1);
}

#[actix_web::test]
async fn headings_of_other_languages_say_what_they_say() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for name in ["outlook-german", "outlook-french", "japanese"] {
        import(&app, &ada, "", data(&format!("csv/{name}.csv"))).await.expect(201);
    }
    let told = async |name: &str| {
        let contact = contact(&app, &ada, name).await;
        let position = &contact["positions"][0];
        let work = (position["company_name"].clone(), position["title"].clone());
        (work, texts(&contact["emails"], "address").join(" "), texts(&contact["phones"], "number").join(" "))
    };
    let work = |company: &str, title: &str| (json!(company), json!(title));
    let own = |text: &str| text.to_owned();
    let found = told("Käthe Groß").await;
    assert_eq!(
        found,
        (work("Bäckerei Groß", "Meisterin"), own("kaethe@gross.example"), own("0251 555-0 0171 5550100"))
    );
    let kaethe = contact(&app, &ada, "Käthe Groß").await;
    assert_eq!((&kaethe["addresses"][0]["country"], &kaethe["name_prefix"]), (&json!("DE"), &json!("Dr.")));
    assert_eq!(kaethe["custom_fields"], json!({ "Geburtstag": "1971-12-24" }));
    assert_eq!(kaethe["connector_id"], contact(&app, &ada, "Uwe Klein").await["id"]);
    // `Nom` beside `Prénom` is the family's.
    let helene = contact(&app, &ada, "Hélène Bœuf-Çelik").await;
    assert_eq!((&helene["given_name"], &helene["family_name"]), (&json!("Hélène"), &json!("Bœuf-Çelik")));
    assert_eq!(helene["addresses"][0]["locality"], "Béziers");
    assert_eq!(texts(&helene["phones"], "label"), ["work", "mobile"]);
    let found = told("高橋健一").await;
    let numbers = own("03-5555-0100 090-5555-0100");
    assert_eq!(found, (work("北斗電機株式会社", "課長"), own("takahashi@hokuto.example"), numbers));
}

#[actix_web::test]
async fn a_card_folded_inside_a_character_is_read_whole() {
    let app = TestApp::new().await;
    let card = [
        &b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:J\xC3\r\n \xB6rg M\xC3\xBCller\r\nNOTE:5 \xE2\x82\r\n \xAC\r\n"[..],
        b"EMAIL:none\r\nEND:VCARD\r\n",
    ];
    for query in ["", "?encoding=utf-8"] {
        let ada = app.seeker().await;
        let report = import(&app, &ada, query, card.concat()).await.expect(201);
        assert_eq!(report.json["encoding"], "UTF-8");
        let jorg = contact(&app, &ada, "Jörg Müller").await;
        assert_eq!(jorg["notes"], "5 €");
        assert_eq!(report.json["rows"][0]["problems"][0]["line"], 7, "{}", report.text);
    }
}

#[actix_web::test]
async fn columns_that_nobody_knows_are_told() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let file = b"First Name,Last Name,Shoe size,Email,,Room\nAda,Lovelace,37,ada@x.example,x,4\n".to_vec();
    let request = app.request(Method::POST, "/v1/imports/preview").bearer_auth(&ada.token);
    let seen = app.send(request.header("content-type", "text/csv").body(file.clone())).await.expect(200);
    assert_eq!(seen.json["ignored_columns"], json!(["Shoe size", "Room"]));
    let report = import(&app, &ada, "", file).await.expect(201);
    assert_eq!(report.json["ignored_columns"], json!(["Shoe size", "Room"]));
    let read = app.get(report.header("location"), &ada).await.expect(200);
    assert_eq!(read.json["ignored_columns"], json!(["Shoe size", "Room"]));
    // Of known formats all that is left is kept, and Inroad's own table says everything in other columns.
    for file in [data("google/contacts.csv"), data("outlook/outlook-com.csv")] {
        assert_eq!(import(&app, &ada, "", file).await.expect(201).json["ignored_columns"], json!([]));
    }
    let own = app.get("/v1/exports/contacts.csv", &ada).await.expect(200).text;
    assert_eq!(import(&app, &ada, "", own.into_bytes()).await.expect(201).json["ignored_columns"], json!([]));
}

#[actix_web::test]
async fn the_order_of_dates_holds_for_every_date() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let mapping = json!({ "name": "Touches", "date_order": "day_month_year", "columns": [
        { "heading": "Who", "field": "full_name" }, { "heading": "Spoke", "field": "last_touch_at" } ] });
    let saved = app.post("/v1/import-mappings", &ada, mapping).await.expect(201).id();
    let file =
        b"Who,Spoke\nAda Lovelace,03/04/2025\nGrace Hopper,2025-04-03T10:00:00Z\nAlan Turing,2025-13-40\n".to_vec();
    let report = import(&app, &ada, &format!("?mapping_id={saved}"), file.clone()).await.expect(201);
    assert_eq!(report.json["rows"][2]["problems"][0]["code"], "invalid_date", "{}", report.text);
    assert_eq!(contact(&app, &ada, "Ada Lovelace").await["last_touch_at"], "2025-04-03T00:00:00Z");
    assert_eq!(contact(&app, &ada, "Grace Hopper").await["last_touch_at"], "2025-04-03T10:00:00Z");
    // What is said outright goes before the mapping.
    let bob = app.seeker().await;
    let columns = json!([{ "heading": "Who", "field": "full_name" }, { "heading": "Spoke", "field": "last_touch_at" }]);
    let saved =
        app.post("/v1/import-mappings", &bob, json!({ "name": "T", "columns": columns })).await.expect(201).id();
    import(&app, &bob, &format!("?mapping_id={saved}&date_order=month_day_year"), file).await.expect(201);
    assert_eq!(contact(&app, &bob, "Ada Lovelace").await["last_touch_at"], "2025-03-04T00:00:00Z");

    let invitations = "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl\n\
        Sam Seeker,Amara Okafor,\"3/11/25, 9:33 AM\",Dear Amara,OUTGOING,https://www.linkedin.com/in/sam,https://www.linkedin.com/in/amara\n";
    for (order, at) in [("month_day_year", "2025-03-11T09:33:00Z"), ("day_month_year", "2025-11-03T09:33:00Z")] {
        let eve = app.seeker().await;
        import(&app, &eve, &format!("?date_order={order}"), invitations.as_bytes().to_vec()).await.expect(201);
        let messages = app.get("/v1/messages", &eve).await.expect(200);
        assert_eq!(messages.json["data"][0]["occurred_at"], at, "{order}: {}", messages.text);
    }
}
