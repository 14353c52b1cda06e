use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

fn data(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/linkedin/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

async fn import(app: &TestApp, member: &Member, query: &str, kind: &str, body: Vec<u8>) -> Reply {
    let path = format!("/v1/imports?kind=linkedin_connections{query}");
    let request = app.request(Method::POST, &path).bearer_auth(&member.token).header("content-type", kind.to_owned());
    app.send(request.body(body)).await
}

fn csv(rows: &[&str]) -> Vec<u8> {
    let header = "Notes:\n\"When exporting, \"\"connections\"\" may lack addresses\"\n\n\
         First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";
    format!("{header}{}\n", rows.join("\n")).into_bytes()
}

const ADA: &str = "Ada,Lovelace,https://www.linkedin.com/in/ada,,Engines Ltd,Analyst,12 Mar 2025";
const BOB: &str = "Bob,Noyce,https://www.linkedin.com/in/bob,bob@intel.example,Intel,,01 Jan 2024";

async fn contacts(app: &TestApp, member: &Member) -> Vec<Value> {
    app.get("/v1/contacts?sort=name&limit=200", member).await.expect(200).json["data"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn a_file_becomes_contacts_and_a_second_time_changes_nothing() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    for name in ["Connections.csv", "Connections-utf16.csv", "Connections-windows-1252.csv", "Connections-old.csv"] {
        let first = import(&app, &ada, "", "text/csv", data(name)).await.expect(201);
        let counts = &first.json["counts"];
        assert!(
            counts["created"].as_i64().unwrap() + counts["updated"].as_i64().unwrap() > 0 || name != "Connections.csv",
            "{}",
            first.text
        );
        let before = contacts(&app, &ada).await;
        let second = import(&app, &ada, "", "text/csv", data(name)).await.expect(201);
        assert_eq!(
            (&second.json["counts"]["created"], &second.json["counts"]["updated"]),
            (&json!(0), &json!(0)),
            "{name}: {}",
            second.text
        );
        assert_eq!(contacts(&app, &ada).await, before, "{name}");
        let read = app.get(second.header("location"), &ada).await.expect(200);
        assert_eq!(read.json, second.json);
    }
}

#[actix_web::test]
async fn an_archive_and_its_file_are_the_same() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let file = import(&app, &ada, "", "text/csv", data("Connections.csv")).await.expect(201);
    let form = Form::new()
        .text("kind", "linkedin_connections")
        .part("file", Part::bytes(data("archive.zip")).file_name("Basic_LinkedInDataExport.zip"));
    let request = app.request(Method::POST, "/v1/imports").bearer_auth(&bob.token).multipart(form);
    let archive = app.send(request).await.expect(201);
    assert_eq!(archive.json["file_name"], "Basic_LinkedInDataExport.zip");
    assert!(archive.json["counts"]["created"].as_i64().unwrap() > 0);
    assert!(file.json["counts"]["created"].as_i64().unwrap() >= 30, "{}", file.text);
}

#[actix_web::test]
async fn rows_become_what_they_say() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let empty = ",,,,,,03 Feb 2021";
    let bad = "Cy,Dent,https://www.linkedin.com/in/cy,not-an-address,Acme,Boss,31 Foo 2025";
    let long = "Too,Many,https://www.linkedin.com/in/too,,A,B,01 Jan 2024,extra";
    let report = import(&app, &ada, "", "text/csv", csv(&[ADA, empty, bad, long, BOB, ADA])).await.expect(201);
    let rows = report.json["rows"].as_array().unwrap();
    let told: Vec<_> =
        rows.iter().map(|row| (row["line"].as_i64().unwrap(), row["outcome"].as_str().unwrap())).collect();
    assert_eq!(told, [(5, "created"), (6, "skipped"), (7, "created"), (8, "failed"), (9, "created"), (10, "skipped")]);
    assert_eq!(rows[1]["problems"][0]["code"], "no_identity");
    let codes: Vec<_> = rows[2]["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| (problem["code"].as_str().unwrap(), problem["column_number"].as_i64()))
        .collect();
    assert_eq!(codes, [("invalid_email", Some(4)), ("invalid_date", Some(7))]);
    assert_eq!(rows[3]["problems"][0]["code"], "too_many_columns");
    assert_eq!(rows[5]["problems"][0]["code"], "repeated");
    let stored =
        app.get(&format!("/v1/contacts/{}", rows[0]["contact_id"].as_str().unwrap()), &ada).await.expect(200).json;
    assert_eq!(
        (&stored["name"], &stored["how_found"], &stored["how_found_on"]),
        (&json!("Ada Lovelace"), &json!("linkedin"), &json!("2025-03-12"))
    );
    assert_eq!(stored["links"][0]["url"], "https://www.linkedin.com/in/ada");
    assert_eq!(
        (&stored["positions"][0]["company_name"], &stored["positions"][0]["title"]),
        (&json!("Engines Ltd"), &json!("Analyst"))
    );
    let failed = app
        .get(&format!("{}/rows?outcome=failed&outcome=skipped&limit=2", report.header("location")), &ada)
        .await
        .expect(200);
    assert_eq!(failed.json["data"].as_array().unwrap().len(), 2);
    assert!(failed.json["next_cursor"].is_string());
}

#[actix_web::test]
async fn a_dry_run_tells_what_would_happen_and_stores_no_contact() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let tried = import(&app, &ada, "&dry_run=true", "text/csv", csv(&[ADA, BOB])).await.expect(201);
    assert_eq!((&tried.json["dry_run"], &tried.json["counts"]["created"]), (&json!(true), &json!(2)));
    assert_eq!(tried.json["rows"][0]["contact_id"], Value::Null);
    assert!(contacts(&app, &ada).await.is_empty());
    assert_eq!(app.get("/v1/companies", &ada).await.json["data"], json!([]));
    let real = import(&app, &ada, "", "text/csv", csv(&[ADA, BOB])).await.expect(201);
    assert_eq!(real.json["counts"], tried.json["counts"]);
    app.post(&format!("{}/undo", tried.header("location")), &ada, json!({})).await.expect(409);
}

#[actix_web::test]
async fn known_people_are_found_and_what_a_person_wrote_stays() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let by_profile = json!({ "given_name": "Augusta", "links": [{ "url": "https://uk.linkedin.com/in/ADA/?trk=x" }] });
    let by_email = json!({ "given_name": "Robert", "emails": [{ "address": "BOB@intel.example" }], "notes": "n" });
    let by_name = json!({ "given_name": "Cy", "family_name": "Dent", "positions": [{ "company_name": "ACME" }] });
    let mut ids = Vec::new();
    for body in [by_profile, by_email, by_name] {
        ids.push(app.post("/v1/contacts", &ada, body).await.expect(201).id());
    }
    let cy = "Cy,Dent,https://www.linkedin.com/in/cy,,Acme,Boss,12 Mar 2025";
    let report = import(&app, &ada, "", "text/csv", csv(&[ADA, BOB, cy])).await.expect(201);
    let rows = report.json["rows"].as_array().unwrap();
    let found: Vec<_> = rows.iter().map(|row| row["contact_id"].as_str().unwrap()).collect();
    assert_eq!(found, ids, "{}", report.text);
    assert!(rows.iter().all(|row| row["outcome"] == "updated"), "{}", report.text);
    assert_eq!(rows[0]["problems"][0]["code"], "kept");
    let stored = app.get(&format!("/v1/contacts/{}", ids[0]), &ada).await.json;
    assert_eq!((&stored["given_name"], &stored["family_name"]), (&json!("Augusta"), &json!("Lovelace")));
    assert_eq!(stored["links"].as_array().unwrap().len(), 1);
    let stored = app.get(&format!("/v1/contacts/{}", ids[2]), &ada).await.json;
    assert_eq!(
        (&stored["positions"][0]["company_name"], &stored["positions"][0]["title"]),
        (&json!("ACME"), &json!("Boss"))
    );
    let again = import(&app, &ada, "", "text/csv", csv(&[ADA, BOB, cy])).await.expect(201);
    assert_eq!(again.json["counts"]["unchanged"], 3, "{}", again.text);

    app.patch(&format!("/v1/contacts/{}", ids[2]), &ada, json!({ "positions": [] })).await.expect(200);
    let again = import(&app, &ada, "", "text/csv", csv(&[cy])).await.expect(201);
    assert_eq!(again.json["counts"]["unchanged"], 1, "what a person removed stays away");
    let moved = "Cy,Dent,https://www.linkedin.com/in/cy,,Globex,Boss,12 Mar 2025";
    let news = import(&app, &ada, "", "text/csv", csv(&[moved])).await.expect(201);
    assert_eq!(news.json["counts"]["updated"], 1);
    let stored = app.get(&format!("/v1/contacts/{}", ids[2]), &ada).await.json;
    assert_eq!(stored["positions"][0]["company_name"], "Globex");
}

#[actix_web::test]
async fn an_undo_takes_back_what_nobody_edited() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let known = app
        .post("/v1/contacts", &ada, json!({ "given_name": "Bob", "emails": [{ "address": "bob@intel.example" }] }))
        .await
        .expect(201);
    let cy = "Cy,Dent,https://www.linkedin.com/in/cy,,Acme,Boss,12 Mar 2025";
    let report = import(&app, &ada, "", "text/csv", csv(&[ADA, BOB, cy])).await.expect(201);
    let edited = report.json["rows"][2]["contact_id"].as_str().unwrap();
    app.patch(&format!("/v1/contacts/{edited}"), &ada, json!({ "notes": "mine" })).await.expect(200);
    let undo = format!("{}/undo", report.header("location"));
    let undone = app.post(&undo, &ada, json!({})).await.expect(200);
    assert_eq!(
        (&undone.json["removed"], &undone.json["restored"], &undone.json["kept"]),
        (&json!(1), &json!(1), &json!(1)),
        "{}",
        undone.text
    );
    assert_eq!(undone.json["import"]["state"], "undone");
    app.post(&undo, &ada, json!({})).await.expect(409);
    let left = contacts(&app, &ada).await;
    assert_eq!(left.iter().map(|contact| contact["name"].as_str().unwrap()).collect::<Vec<_>>(), ["Bob", "Cy Dent"]);
    assert_eq!(left[0]["positions"], known.json["positions"]);
    let companies = app.get("/v1/companies", &ada).await.json;
    assert_eq!(
        companies["data"].as_array().unwrap().len(),
        1,
        "companies that only the import needed are gone: {companies}"
    );
    let again = import(&app, &ada, "", "text/csv", csv(&[ADA, BOB, cy])).await.expect(201);
    assert_eq!(again.json["counts"]["created"], 1);
}

#[actix_web::test]
async fn files_that_are_none_are_refused_whole() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let bomb = {
        use std::io::Write;
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        zip.start_file("Connections.csv", options).unwrap();
        zip.write_all(&vec![b'a'; 30 * 1024 * 1024]).unwrap();
        zip.finish().unwrap().into_inner()
    };
    for (kind, body, code) in [
        ("text/csv", data("no-header.csv"), "header_missing"),
        ("text/csv", Vec::new(), "empty"),
        ("application/zip", b"PK\x03\x04 not really".to_vec(), "archive_unreadable"),
        ("application/zip", bomb, "archive_too_large"),
    ] {
        let refused = import(&app, &ada, "", kind, body).await.expect(422);
        assert_eq!(
            (refused.code(), refused.json["errors"][0]["code"].as_str().unwrap()),
            ("unreadable_file", code),
            "{}",
            refused.text
        );
    }
    let large = import(&app, &ada, "", "text/csv", vec![b'a'; 33 * 1024 * 1024]).await;
    assert_eq!((large.status, large.code()), (413, "too_large"));
    let wrong = import(&app, &ada, "", "application/json", b"{}".to_vec()).await.expect(415);
    assert!(wrong.header("accept-post").contains("multipart/form-data"));
    let form = Form::new().text("kind", "facebook").text("nope", "1").text("file", "x");
    let form = app.send(app.request(Method::POST, "/v1/imports").bearer_auth(&ada.token).multipart(form)).await;
    assert_eq!(form.expect(422).faults(), ["/kind", "/nope"]);
    let none =
        app.request(Method::POST, "/v1/imports").bearer_auth(&ada.token).multipart(Form::new().text("kind", "x"));
    assert_eq!(app.send(none).await.expect(422).faults(), ["/file"]);
    assert_eq!(app.get("/v1/imports", &ada).await.json["data"], json!([]));
    assert!(contacts(&app, &ada).await.is_empty());
}

#[actix_web::test]
async fn an_import_whose_process_died_is_told_from_one_that_never_was() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = uuid::Uuid::now_v7();
    let now = app.app.now().to_rfc3339();
    app.sql(&format!(
        "INSERT INTO imports (workspace_id, id, version, created_at, updated_at, kind, dry_run, state, file_size, file_sha256, created_by)
         VALUES ('{}', '{id}', 1, '{now}', '{now}', 'linkedin_connections', false, 'running', 1, '', '{}')",
        ada.workspace, ada.user
    ))
    .await;
    let read = app.get(&format!("/v1/imports/{id}"), &ada).await.expect(200);
    assert_eq!((&read.json["state"], &read.json["failure"]["code"]), (&json!("failed"), &json!("interrupted")));
    assert_eq!(inroad::transfer::settle_interrupted(&app.app).await.unwrap(), 0);
}

#[actix_web::test]
async fn a_key_makes_an_import_happen_once() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let send = |body: Vec<u8>| {
        let request =
            app.request(Method::POST, "/v1/imports").bearer_auth(&ada.token).header("content-type", "text/csv");
        app.send(request.header("idempotency-key", "once").body(body))
    };
    let first = send(csv(&[ADA])).await.expect(201);
    let second = send(csv(&[ADA])).await.expect(201);
    assert_eq!((second.header("idempotency-replayed"), &second.json), ("true", &first.json));
    send(csv(&[BOB])).await.expect(422);
    assert_eq!(app.get("/v1/imports", &ada).await.json["data"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn one_file_four_times_at_once_is_imported_once() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let one = || import(&app, &ada, "", "text/csv", csv(&[ADA, BOB]));
    let all = futures_util::join!(one(), one(), one(), one());
    let created: i64 = [all.0, all.1, all.2, all.3]
        .into_iter()
        .filter(|reply| reply.status == 201)
        .map(|reply| reply.json["counts"]["created"].as_i64().unwrap())
        .sum();
    assert_eq!((created, contacts(&app, &ada).await.len()), (2, 2));
}

#[actix_web::test]
async fn who_was_deleted_stays_deleted() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let first = import(&app, &ada, "", "text/csv", csv(&[ADA, BOB])).await.expect(201);
    let id = first.json["rows"][0]["contact_id"].as_str().unwrap().to_owned();
    app.delete(&format!("/v1/contacts/{id}"), &ada).await.expect(204);
    let again = import(&app, &ada, "", "text/csv", csv(&[ADA, BOB])).await.expect(201);
    let row = &again.json["rows"][0];
    assert_eq!((&row["outcome"], &row["problems"][0]["code"]), (&json!("skipped"), &json!("in_trash")), "{row}");
    assert_eq!(again.json["rows"][1]["outcome"], "unchanged");
    assert_eq!(contacts(&app, &ada).await.len(), 1);
    // Somebody who was added by hand and deleted is known by the address.
    let body = json!({ "given_name": "Cy", "emails": [{ "address": "Cy@dent.example" }] });
    let cy = app.post("/v1/contacts", &ada, body).await.expect(201).id();
    app.delete(&format!("/v1/contacts/{cy}"), &ada).await.expect(204);
    let row = "Cy,Dent,,cy@dent.example,Acme,Boss,12 Mar 2025";
    let third = import(&app, &ada, "", "text/csv", csv(&[row])).await.expect(201);
    assert_eq!(third.json["rows"][0]["problems"][0]["code"], "in_trash");
    // Restored, the contact is the row's again; gone for good, it is new.
    app.post(&format!("/v1/trash/{id}/restore"), &ada, json!({})).await.expect(204);
    let back = import(&app, &ada, "", "text/csv", csv(&[ADA])).await.expect(201);
    assert_eq!(back.json["rows"][0]["contact_id"], json!(id));
    app.delete(&format!("/v1/trash/{cy}"), &ada).await.expect(204);
    let fresh = import(&app, &ada, "", "text/csv", csv(&[row])).await.expect(201);
    assert_eq!(fresh.json["counts"]["created"], 1);
}

#[actix_web::test]
async fn an_undo_names_whom_it_keeps() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let rows: Vec<String> = ["A", "B", "C", "D"]
        .iter()
        .map(|name| format!("{name},Undo,https://www.linkedin.com/in/u-{name},,Acme,Boss,12 Mar 2025"))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let report = import(&app, &ada, "", "text/csv", csv(&rows)).await.expect(201);
    let id = |row: usize| report.json["rows"][row]["contact_id"].as_str().unwrap().to_owned();
    app.patch(&format!("/v1/contacts/{}", id(0)), &ada, json!({ "notes": "mine" })).await.expect(200);
    let led = json!({ "given_name": "Led", "connector_id": id(1) });
    app.post("/v1/contacts", &ada, led).await.expect(201);
    app.delete(&format!("/v1/contacts/{}", id(2)), &ada).await.expect(204);
    let undone = app.post(&format!("{}/undo", report.header("location")), &ada, json!({})).await.expect(200);
    assert_eq!((&undone.json["removed"], &undone.json["kept"]), (&json!(1), &json!(3)), "{}", undone.text);
    let kept: Vec<_> =
        undone.json["kept_contacts"].as_array().unwrap().iter().map(|one| (&one["name"], &one["reason"])).collect();
    let expected =
        [("A Undo", "edited"), ("B Undo", "in_use"), ("C Undo", "in_trash")].map(|(n, r)| (json!(n), json!(r)));
    assert_eq!(kept, expected.iter().map(|(name, reason)| (name, reason)).collect::<Vec<_>>());
}

#[actix_web::test]
async fn titles_and_credentials_go_where_they_belong() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let row = "Dr. Ada,\"Lovelace, MBA, PMP\",https://www.linkedin.com/in/ada,,Engines,Boss,12 Mar 2025";
    import(&app, &ada, "", "text/csv", csv(&[row])).await.expect(201);
    let contact = &contacts(&app, &ada).await[0];
    let parts = ["name_prefix", "given_name", "family_name", "name_suffix", "name"].map(|field| contact[field].clone());
    assert_eq!(parts, ["Dr.", "Ada", "Lovelace", "MBA, PMP", "Ada Lovelace"].map(|text| json!(text)));
    let again = import(&app, &ada, "", "text/csv", csv(&[row])).await.expect(201);
    assert_eq!(again.json["rows"][0]["outcome"], "unchanged");
}

#[actix_web::test]
async fn a_fault_of_a_field_names_its_column() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let long = format!("Too,Long,https://www.linkedin.com/in/l,,{},Boss,12 Mar 2025", "x".repeat(300));
    let large = format!("Too,Large,,,,{},12 Mar 2025", "x".repeat(70_000));
    let rows = [long.as_str(), &large, "Nul,\0,,,,,", "Ann,Lee,,,\"open,,"];
    let report = import(&app, &ada, "", "text/csv", csv(&rows)).await.expect(201);
    let told = report.json["rows"].as_array().unwrap().iter().map(|row| {
        let problem = &row["problems"][0];
        let text = |field: &str| problem[field].as_str().unwrap_or_default().to_owned();
        (text("code"), text("column"), problem["column_number"].as_u64().unwrap_or_default())
    });
    let expected = [
        ("value_too_long", "Company", 5),
        ("field_too_large", "Position", 6),
        ("nul_character", "Last Name", 2),
        ("unclosed_quote", "Company", 5),
    ];
    let expected = expected.map(|(code, column, number)| (code.to_owned(), column.to_owned(), number));
    assert_eq!(told.collect::<Vec<_>>(), expected);
    let kept = &contacts(&app, &ada).await[0];
    assert_eq!((&kept["given_name"], &kept["positions"][0]["company_name"]), (&json!("Too"), &json!("x".repeat(200))));
}

#[actix_web::test]
async fn a_byte_that_was_lost_costs_its_row_and_no_other() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let rows = [
        "Jörg,Weiß,https://www.linkedin.com/in/joerg-w,,Straßenbau,Dev,12 Mar 2025",
        "美咲,田中,https://www.linkedin.com/in/misaki,,テレビ,,12 Mar 2025",
    ];
    let first = import(&app, &ada, "", "text/csv", csv(&rows)).await.expect(201);
    assert_eq!(first.json["counts"]["created"], 2, "{}", first.text);
    let before = contacts(&app, &ada).await;
    let mut cut = csv(&[rows[0], rows[1], "Zoë,Ende,,,Café"]);
    assert_eq!((cut.pop(), cut.pop()), (Some(b'\n'), Some(0xa9)));
    for query in ["", "&encoding=utf-8"] {
        let report = import(&app, &ada, query, "text/csv", cut.clone()).await.expect(201);
        assert_eq!(report.json["encoding"], "UTF-8", "{query}");
        let told = report.json["rows"].as_array().unwrap();
        let outcomes: Vec<_> = told.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["unchanged", "unchanged", "failed"], "{}", report.text);
        let problem = &told[2]["problems"][0];
        assert_eq!((&problem["code"], &problem["column"]), (&json!("unreadable_text"), &json!("Company")));
        assert_eq!(contacts(&app, &ada).await, before);
    }
    // What is said holds, also against what the bytes show.
    let said = import(&app, &ada, "&encoding=windows-1252&dry_run=true", "text/csv", csv(&rows)).await.expect(201);
    assert_eq!(said.json["encoding"], "windows-1252");
}

#[actix_web::test]
async fn a_form_that_says_otherwise_than_the_address_is_refused() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let send = |query: &str, words: &[(&'static str, &'static str)]| {
        let file = Form::new().part("file", Part::bytes(csv(&[ADA])).file_name("c.csv"));
        let form = words.iter().fold(file, |form, (name, value)| form.text(*name, *value));
        app.send(app.request(Method::POST, &format!("/v1/imports{query}")).bearer_auth(&ada.token).multipart(form))
    };
    for (query, words, fault) in [
        ("?dry_run=false", &[("dry_run", "true")][..], "/dry_run"),
        ("?kind=linkedin_connections", &[("kind", "vcard")], "/kind"),
        ("", &[("dry_run", "true"), ("dry_run", "false")], "/dry_run"),
    ] {
        assert_eq!(send(query, words).await.expect(422).faults(), [fault], "{query}");
    }
    assert_eq!(app.count("contacts").await, 0);
    let same = send("?dry_run=true", &[("dry_run", "true"), ("kind", "linkedin_connections")]).await.expect(201);
    assert_eq!(same.json["dry_run"], true);
}

#[actix_web::test]
async fn a_row_with_nothing_but_a_profile_is_skipped() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let rows = [",,https://www.linkedin.com/in/slug-only,,,,12 Mar 2025", ",,https://www.linkedin.com/in/two,,Acme,,"];
    let report = import(&app, &ada, "", "text/csv", csv(&rows)).await.expect(201);
    let outcomes: Vec<_> = report.json["rows"].as_array().unwrap().iter().map(|row| row["outcome"].clone()).collect();
    assert_eq!(outcomes, ["skipped", "created"], "{}", report.text);
}

#[actix_web::test]
async fn a_control_character_costs_its_cell_alone_wherever_it_stands() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let rows = ["Ann,Lee\u{7},https://www.linkedin.com/in/ann,,Acme,Boss,12 Mar 2025", "Bob,Roy,,,Acme,,"];
    let report = import(&app, &ada, "", "text/csv", csv(&rows)).await.expect(201);
    assert_eq!(report.json["counts"]["created"], 2, "{}", report.text);
    let picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    assert_eq!(import(&app, &ada, "", "text/csv", picture).await.expect(422).code(), "unreadable_file");
}

async fn wait_until(app: &TestApp, member: &Member, path: &str, done: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let read = app.get(path, member).await.expect(200).json;
        if done(&read) {
            return read;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{path} does not get there");
}

fn people(count: usize) -> Vec<u8> {
    let rows: Vec<String> = (0..count)
        .map(|n| format!("G{n},F{n},https://www.linkedin.com/in/p-{n},,Company {},Boss,01 Jan 2024", n % 50))
        .collect();
    csv(&rows.iter().map(String::as_str).collect::<Vec<_>>())
}

async fn in_background(app: &TestApp, member: &Member, body: Vec<u8>) -> Reply {
    let request =
        app.request(Method::POST, "/v1/imports").bearer_auth(&member.token).header("content-type", "text/csv");
    app.send(request.header("prefer", "respond-async").body(body)).await
}

#[actix_web::test]
async fn a_long_import_is_answered_at_once_and_tells_how_far_it_is() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let begun = in_background(&app, &ada, people(4_000)).await.expect(202);
    assert_eq!((begun.header("preference-applied"), begun.header("retry-after")), ("respond-async", "1"));
    assert_eq!((&begun.json["state"], begun.json["rows"].as_array().unwrap().len()), (&json!("running"), 0));
    let path = begun.header("location").to_owned();
    let seen = wait_until(&app, &ada, &path, |import| import["counts"]["total"].as_i64().unwrap() > 0).await;
    assert!(seen["counts"]["total"].as_i64().unwrap() <= 4_000);
    let end = wait_until(&app, &ada, &path, |import| import["state"] != "running").await;
    assert_eq!((&end["state"], &end["counts"]["created"]), (&json!("finished"), &json!(4_000)));
    app.post(&format!("{path}/cancel"), &ada, json!({})).await.expect(409);
    let waited = app.request(Method::POST, "/v1/imports").bearer_auth(&ada.token).header("content-type", "text/csv");
    let waited = app.send(waited.header("prefer", "wait=50").body(people(4_000))).await.expect(201);
    assert_eq!(waited.json["counts"]["unchanged"], 4_000);
}

#[actix_web::test]
async fn a_cancelled_import_leaves_nothing() {
    let app = TestApp::new().await;
    let (ada, eve) = (app.seeker().await, app.seeker().await);
    // Another import of the workspace, so that this one waits for its turn.
    let mut other = app.connection().await;
    let (high, low) = ada.workspace.as_u64_pair();
    let key = i64::from_be_bytes((high ^ low.rotate_left(1)).to_be_bytes());
    let lock = format!("BEGIN; SELECT pg_advisory_xact_lock({key})");
    diesel_async::SimpleAsyncConnection::batch_execute(&mut other, &lock).await.unwrap();
    let begun = in_background(&app, &ada, csv(&[ADA, BOB])).await.expect(202);
    let path = begun.header("location").to_owned();
    app.post(&format!("{path}/cancel"), &eve, json!({})).await.expect(404);
    let asked = app.post(&format!("{path}/cancel"), &ada, json!({})).await.expect(202);
    assert_eq!(asked.json["state"], "running");
    diesel_async::SimpleAsyncConnection::batch_execute(&mut other, "COMMIT").await.unwrap();
    let end = wait_until(&app, &ada, &path, |import| import["state"] != "running").await;
    assert_eq!((&end["state"], &end["failure"]["code"]), (&json!("cancelled"), &json!("import_cancelled")));
    assert!(contacts(&app, &ada).await.is_empty());
    app.post(&format!("{path}/undo"), &ada, json!({})).await.expect(409);
    assert_eq!(import(&app, &ada, "", "text/csv", csv(&[ADA, BOB])).await.expect(201).json["counts"]["created"], 2);
}

#[actix_web::test]
async fn others_write_what_they_like_while_an_import_runs() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let first = import(&app, &ada, "", "text/csv", csv(&[ADA])).await.expect(201);
    let id = first.json["rows"][0]["contact_id"].as_str().unwrap();
    let mut other = app.connection().await;
    let lock =
        format!("BEGIN; SELECT 1 FROM contacts WHERE workspace_id = '{}' AND id = '{id}' FOR UPDATE", ada.workspace);
    diesel_async::SimpleAsyncConnection::batch_execute(&mut other, &lock).await.unwrap();
    let moved = ADA.replace("Engines Ltd", "Globex");
    let path = in_background(&app, &ada, csv(&[&moved, BOB])).await.expect(202).header("location").to_owned();
    wait_for_lock(&app).await;
    // Companies that the import is about to add, and a change of another contact, wait for nothing.
    let named = json!({ "given_name": "Cy", "positions": [{ "company_name": "Globex" }, { "company_name": "intel" }] });
    let quick = std::time::Duration::from_secs(8);
    let cy = tokio::time::timeout(quick, app.post("/v1/contacts", &ada, named)).await.expect("it waits").expect(201);
    app.patch(&format!("/v1/contacts/{}", cy.id()), &ada, json!({ "notes": "mine" })).await.expect(200);
    let running = app.get(&path, &ada).await.expect(200).json;
    assert_eq!(running["state"], "running");
    // A second import waits for its turn, and is told so.
    let second = in_background(&app, &ada, csv(&["Eve,Berg,,,Acme,Boss,12 Mar 2025"])).await.expect(202);
    diesel_async::SimpleAsyncConnection::batch_execute(&mut other, "COMMIT").await.unwrap();
    let end = wait_until(&app, &ada, &path, |import| import["state"] != "running").await;
    assert_eq!(
        (&end["state"], &end["counts"]["updated"], &end["counts"]["created"]),
        (&json!("finished"), &json!(1), &json!(1))
    );
    let after = wait_until(&app, &ada, second.header("location"), |import| import["state"] != "running").await;
    assert_eq!(after["counts"]["created"], 1);
    let companies = app.get("/v1/companies?sort=name", &ada).await.expect(200).json;
    let names: Vec<&Value> = companies["data"].as_array().unwrap().iter().map(|company| &company["name"]).collect();
    assert_eq!(names, ["Acme", "Engines Ltd", "Globex", "intel"], "each company is there once");
    let bob = app.get("/v1/contacts?q=noyce", &ada).await.expect(200).json["data"][0].clone();
    assert_eq!(bob["positions"][0]["company_id"], cy.json["positions"][1]["company_id"]);
}

async fn wait_for_lock(app: &TestApp) {
    let waits = "SELECT count(*)::text AS text FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()";
    for _ in 0..600 {
        if app.texts(waits).await != ["0"] {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("nobody waits");
}

#[actix_web::test]
async fn a_contact_that_goes_while_the_file_is_read_costs_its_row_only() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let first = import(&app, &ada, "", "text/csv", csv(&[ADA])).await.expect(201);
    let id = first.json["rows"][0]["contact_id"].as_str().unwrap();
    let mut other = app.connection().await;
    let purge = format!("BEGIN; DELETE FROM contacts WHERE workspace_id = '{}' AND id = '{id}'", ada.workspace);
    diesel_async::SimpleAsyncConnection::batch_execute(&mut other, &purge).await.unwrap();
    let moved = ADA.replace("Engines Ltd", "Globex");
    let begun = in_background(&app, &ada, csv(&[&moved, BOB])).await.expect(202);
    wait_for_lock(&app).await;
    diesel_async::SimpleAsyncConnection::batch_execute(&mut other, "COMMIT").await.unwrap();
    let end = wait_until(&app, &ada, begun.header("location"), |import| import["state"] != "running").await;
    assert_eq!(
        (&end["rows"][0]["outcome"], &end["rows"][0]["problems"][0]["code"]),
        (&json!("skipped"), &json!("in_trash"))
    );
    assert_eq!((&end["rows"][1]["outcome"], &end["counts"]["total"]), (&json!("created"), &json!(2)));
}

#[actix_web::test]
async fn an_undo_keeps_who_is_met_or_to_be_reminded_of() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let cy = "Cy,Dent,https://www.linkedin.com/in/cy,,Acme,Boss,12 Mar 2025";
    let report = import(&app, &ada, "", "text/csv", csv(&[ADA, BOB, cy])).await.expect(201);
    let of = |row: usize| report.json["rows"][row]["contact_id"].clone();
    let meeting = json!({ "contact_ids": [of(0)], "medium": "phone" });
    app.post("/v1/meetings", &ada, meeting).await.expect(201);
    let due = json!({ "contact_id": of(1), "kind": "other", "due_on": "2026-03-09" });
    let due = app.post("/v1/follow-ups", &ada, due).await.expect(201).id();
    let undone = app.post(&format!("{}/undo", report.header("location")), &ada, json!({})).await.expect(200);
    assert_eq!((&undone.json["removed"], &undone.json["kept"]), (&json!(1), &json!(2)), "{}", undone.text);
    assert!(undone.json["kept_contacts"].as_array().unwrap().iter().all(|one| one["reason"] == "in_use"));
    app.get(&format!("/v1/follow-ups/{due}"), &ada).await.expect(200);
}
