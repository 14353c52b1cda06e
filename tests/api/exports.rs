use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use inroad::attachments::Staged;
use inroad::changes::Actor;
use inroad::db::WorkspaceId;
use inroad::error::ApiError;
use inroad::exports::restore;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{Member, TestApp};
use crate::walk::{self, root};

async fn contact(app: &TestApp, member: &Member, body: Value) -> String {
    app.post("/v1/contacts", member, body).await.expect(201).id()
}

/// Somebody of whom everything is known, in words that try every rule of escaping.
fn rich() -> Value {
    json!({
        "given_name": "Ada, \"the\" first", "additional_name": "King; Noel", "family_name": "Lovelace\\Byron",
        "name_prefix": "Dr", "name_suffix": "PhD", "preferred_name": "Adä 🧮", "pronunciation": "AY-duh",
        "pronouns": "she/her", "headline": "Counts; and, computes",
        "emails": [{ "address": "ada@engines.example", "label": "work" }, { "address": "ada@home.example", "label": "Chess club", "is_primary": true }],
        "phones": [{ "number": "+44 20 7946 0958", "label": "mobile" }],
        "links": [{ "url": "https://engines.example/a,b;c?d=e", "label": "portfolio" }],
        "addresses": [{ "street": "12 St James's Square\nFloor 2", "locality": "London", "region": "Greater London",
            "postal_code": "SW1Y 4JH", "country": "GB", "label": "home" }],
        "positions": [
            { "company_name": "Old; Mills", "title": "Weaver", "started_on": "1830-01-02", "ended_on": "1833-04-05" },
            { "company_name": "Analytical Engines, Ltd", "title": "Head of Computing" }],
        "education": [{ "school": "Home", "degree": "None", "field_of_study": "Mathematics", "start_year": 2001 }],
        "location": "London", "time_zone": "Europe/London", "industries": ["computing"], "expertise": ["looms", "numbers"],
        "how_found": "alumni", "how_found_detail": "reunion", "how_found_on": "2026-01-02", "relationship": "friend",
        "shared_ground": ["chess"], "strength": 4, "stage": "closed", "stage_reason": "declined",
        "preferred_channel": "phone", "do_not_contact": true, "last_touch_at": "2026-02-03T04:05:06Z",
        "tags": ["a,b", "c;d", "é"], "notes": format!("First line\nSecond, line; with \\ and {}", "ü".repeat(200)),
        "custom_fields": { "cohort": "2026; spring", "score": 7, "ok": true }, "external_ids": { "crm": "4,711" },
    })
}

/// The lines of a card, unfolded; each is short enough before.
fn lines(text: &str) -> Vec<String> {
    assert!(text.ends_with("\r\n"));
    let raw: Vec<&str> = text.trim_end_matches("\r\n").split("\r\n").collect();
    assert!(raw.iter().all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");
    text.replace("\r\n ", "").trim_end_matches("\r\n").split("\r\n").map(str::to_owned).collect()
}

#[actix_web::test]
async fn a_card_says_everything() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let ada = app.seeker().await;
    let id = contact(&app, &ada, rich()).await;
    let reply = app.get(&format!("/v1/contacts/{id}/vcard"), &ada).await.expect(200);
    assert_eq!(reply.header("content-type"), "text/vcard; charset=utf-8");
    let card = lines(&reply.text);
    for line in [
        "BEGIN:VCARD",
        "VERSION:4.0",
        &format!("UID:urn:uuid:{id}"),
        "REV:20260302T090000Z",
        "FN:Ada\\, \"the\" first King\\; Noel Lovelace\\\\Byron",
        "N:Lovelace\\\\Byron;Ada\\, \"the\" first;King\\; Noel;Dr;PhD",
        "NICKNAME:Adä 🧮",
        "EMAIL;TYPE=work:ada@engines.example",
        "item1.EMAIL;PREF=1:ada@home.example",
        "item1.X-ABLabel:Chess club",
        "TEL;TYPE=cell;PREF=1:+44 20 7946 0958",
        "ADR;TYPE=home;PREF=1:;;12 St James's Square\\nFloor 2;London;Greater London;SW1Y 4JH;GB",
        "item2.URL;PREF=1:https://engines.example/a,b;c?d=e",
        "position1.ORG:Analytical Engines\\, Ltd",
        "position1.TITLE:Head of Computing",
        "position2.ORG:Old\\; Mills",
        "position2.X-INROAD-ENDED-ON:1833-04-05",
        "CATEGORIES:a\\,b,c\\;d,é",
        "TZ:Europe/London",
        "PRONOUNS:she/her",
        "EXPERTISE:looms",
        "X-INROAD-EDUCATION:Home;None;Mathematics;2001;",
        "X-INROAD-STAGE-REASON:declined",
        "X-INROAD-CUSTOM-FIELD:cohort;2026\\; spring",
        "X-INROAD-EXTERNAL-ID:crm;4\\,711",
        "END:VCARD",
    ] {
        assert!(card.iter().any(|own| own == line), "{line} is not in {card:#?}");
    }
    let old = app.get(&format!("/v1/contacts/{id}/vcard?version=3.0"), &ada).await.expect(200);
    let card = lines(&old.text);
    for line in [
        "VERSION:3.0",
        "REV:2026-03-02T09:00:00Z",
        "TEL;TYPE=cell,pref:+44 20 7946 0958",
        "TZ;VALUE=text:Europe/London",
        "X-INROAD-PRONOUNS:she/her",
    ] {
        assert!(card.iter().any(|own| own == line), "{line} is not in {card:#?}");
    }
    assert_eq!(app.get(&format!("/v1/contacts/{id}/vcard?version=2.1"), &ada).await.expect(400).faults(), ["version"]);
    let bob = app.seeker().await;
    app.get(&format!("/v1/contacts/{id}/vcard"), &bob).await.expect(404);
}

#[actix_web::test]
async fn what_a_card_said_and_inroad_has_no_field_for_comes_back() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let ada = app.seeker().await;
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:4711@phone\r\nFN:The Countess Lovelace\r\nN:Lovelace;Ada;;;\r\n\
        NICKNAME:Adä,Countess\r\nORG:Engines\\, Ltd;Research;Looms\r\nTITLE:Analyst\r\nBDAY:1815-12-10\r\n\
        item1.X-ABDATE;TYPE=pref:1835-07-08\r\nitem1.X-ABLabel:_$!<Anniversary>!$_\r\n\
        RELATED;TYPE=spouse:William\\; Earl\r\nPHOTO;ENCODING=b;TYPE=PNG:QUJD\r\nX-ODD;X-P=\"a;b\":v\r\n\
        CATEGORIES;X-FROM=phone:Looms,Engines\r\nCATEGORIES:Poets\r\nTZ;X-SET=by hand:Europe/London\r\n\
        X-SOCIALPROFILE;TYPE=mastodon;X-USER=ada:https://social.example/@ada\r\nEND:VCARD\r\n";
    let request = app.request(Method::POST, "/v1/imports").bearer_auth(&ada.token).header("content-type", "text/vcard");
    let report = app.send(request.body(card)).await.expect(201);
    let id = report.json["rows"][0]["contact_id"].as_str().unwrap().to_owned();
    for path in [format!("/v1/contacts/{id}/vcard?version=3.0"), "/v1/exports/contacts.vcf?version=3.0".to_owned()] {
        let told = lines(&app.get(&path, &ada).await.expect(200).text);
        for line in [
            "UID:4711@phone",
            &format!("X-INROAD-ID:{id}"),
            "FN:The Countess Lovelace",
            "NICKNAME:Adä,Countess",
            "position1.ORG:Engines\\, Ltd;Research;Looms",
            "position1.TITLE:Analyst",
            "BDAY:1815-12-10",
            "kept1-item1.X-ABDATE;TYPE=pref:1835-07-08",
            "kept1-item1.X-ABLABEL:_$!<Anniversary>!$_",
            "RELATED;TYPE=spouse:William\\; Earl",
            "PHOTO;ENCODING=b;TYPE=PNG:QUJD",
            "X-ODD;X-P=\"a;b\":v",
            "CATEGORIES;X-FROM=phone:Looms,Engines",
            "CATEGORIES:Poets",
            "TZ;VALUE=text;X-SET=by hand:Europe/London",
            "item1.X-SOCIALPROFILE;X-USER=ada;TYPE=pref:https://social.example/@ada",
        ] {
            assert_eq!(told.iter().filter(|own| *own == line).count(), 1, "{line} in {told:#?}");
        }
    }
    let new = lines(&app.get(&format!("/v1/contacts/{id}/vcard"), &ada).await.expect(200).text);
    assert!(new.iter().any(|line| line == "PHOTO:data:image/png;base64,QUJD"), "{new:#?}");
    // The same card out of another workspace: nothing is lost on the way, and nothing comes twice.
    let whole = app.get(&format!("/v1/contacts/{id}/vcard"), &ada).await.expect(200).text;
    let bob = app.seeker().await;
    let request = app.request(Method::POST, "/v1/imports").bearer_auth(&bob.token).header("content-type", "text/vcard");
    let copy = app.send(request.body(whole.clone())).await.expect(201).json["rows"][0]["contact_id"].clone();
    let again = app.get(&format!("/v1/contacts/{}/vcard", copy.as_str().unwrap()), &bob).await.expect(200).text;
    let told = |text: &str| -> std::collections::BTreeSet<String> {
        lines(text)
            .into_iter()
            .filter(|line| !["REV:", "X-INROAD-ID:", "X-INROAD-HOW"].iter().any(|own| line.starts_with(own)))
            .collect()
    };
    assert_eq!(told(&again), told(&whole));
}

#[actix_web::test]
async fn exports_take_the_filters_of_the_list() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let ada = app.seeker().await;
    contact(&app, &ada, json!({ "given_name": "Zoe", "tags": ["energy"] })).await;
    contact(&app, &ada, json!({ "given_name": "Ann", "tags": ["energy"], "notes": "=HYPERLINK(\"x\")" })).await;
    contact(&app, &ada, json!({ "given_name": "Bob", "phones": [{ "number": "+44 20 7946 0958" }] })).await;
    let cards = app.get("/v1/exports/contacts.vcf?tag=energy&sort=name&version=3.0", &ada).await.expect(200);
    let names: Vec<String> = lines(&cards.text).into_iter().filter(|line| line.starts_with("FN:")).collect();
    assert_eq!(names, ["FN:Ann", "FN:Zoe"]);
    let table = app.get("/v1/exports/contacts.csv?sort=name", &ada).await.expect(200);
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(table.header("content-disposition"), "attachment; filename=\"contacts.csv\"");
    let rows: Vec<&str> = table.text.trim_end().split("\r\n").collect();
    assert_eq!(rows.len(), 4);
    assert!(rows[0].starts_with("id,created_at,updated_at,name,") && rows[0].contains(",notes,"));
    assert!(rows[1].contains(",\"'=HYPERLINK(\"\"x\"\")\","), "{}", rows[1]);
    assert!(rows[2].contains(",'+44 20 7946 0958,"), "{}", rows[2]);
    let body = json!({ "name": "E", "resource": "contacts", "filter": { "tag": ["energy"] }, "sort": "-name" });
    let view = app.post("/v1/saved-views", &ada, body).await.expect(201).id();
    let table = app.get(&format!("/v1/exports/contacts.csv?view={view}"), &ada).await.expect(200);
    assert_eq!(table.text.trim_end().split("\r\n").count(), 3);
    for (path, fault) in [
        ("/v1/exports/contacts.csv?limit=1", "limit"),
        ("/v1/exports/contacts.vcf?cursor=x", "cursor"),
        ("/v1/exports/contacts.vcf?version=2.1", "version"),
        ("/v1/exports/contacts.vcf?stage=asleep", "stage"),
        ("/v1/exports/workspace.zip?tag=x", "tag"),
    ] {
        assert_eq!(app.get(path, &ada).await.expect(400).faults(), [fault], "{path}");
    }
    let bob = app.seeker().await;
    assert_eq!(app.get("/v1/exports/contacts.csv", &bob).await.expect(200).text.trim_end().split("\r\n").count(), 1);
    assert_eq!(app.get("/v1/exports/contacts.vcf", &bob).await.expect(200).text, "");
}

#[actix_web::test]
async fn an_export_is_read_in_pages() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let ada = app.seeker().await;
    for batch in 0..3 {
        let items: Vec<Value> =
            (0..400).map(|n| json!({ "given_name": "N", "family_name": format!("{:04}", batch * 400 + n) })).collect();
        app.post("/v1/contacts/batch", &ada, json!({ "items": items })).await.expect(207);
    }
    for query in ["", "?sort=name", "?sort=-updated_at", "?q=N"] {
        let cards = app.get(&format!("/v1/exports/contacts.vcf{query}"), &ada).await.expect(200);
        let mut names: Vec<&str> = cards.text.lines().filter(|line| line.starts_with("FN:")).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 1200, "{query}");
    }
    let files = unzipped(&archive(&app, &ada).await);
    assert_eq!(files["contacts.jsonl"].lines().count(), 1200);
}

pub async fn archive(app: &TestApp, member: &Member) -> Vec<u8> {
    let request = app.request(Method::GET, "/v1/exports/workspace.zip").bearer_auth(&member.token);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/zip");
    assert!(response.headers().get("content-encoding").is_none());
    response.bytes().await.unwrap().to_vec()
}

pub fn unzipped_bytes(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.insert(file.name().unwrap().into_owned(), bytes);
    }
    files
}

/// Without the files of attachments.
fn unzipped(bytes: &[u8]) -> BTreeMap<String, String> {
    let files = unzipped_bytes(bytes).into_iter().filter(|(name, _)| !name.contains('/'));
    files.map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap())).collect()
}

#[actix_web::test]
async fn an_archive_holds_the_workspace() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let ada = app.seeker().await;
    full(&app, &ada).await;
    let bytes = archive(&app, &ada).await;
    assert_eq!(bytes, archive(&app, &ada).await, "the same workspace makes the same bytes");
    let files = unzipped(&bytes);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    for resource in restore::Resource::ALL {
        assert!(names.contains(&format!("{}.jsonl", resource.name()).as_str()), "{names:?}");
        let file = &files[&format!("{}.jsonl", resource.name())];
        assert!(!file.is_empty(), "nothing tests that {} is taken along", resource.name());
    }
    assert_eq!(names.len(), restore::Resource::ALL.len() + 1);
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    assert_eq!((&manifest["format"], &manifest["version"]), (&json!("inroad-workspace"), &json!(1)));
    for file in manifest["files"].as_array().unwrap() {
        let text = &files[file["name"].as_str().unwrap()];
        assert_eq!(file["count"], text.lines().count());
        assert_eq!(file["size"], text.len());
        assert!(text.lines().all(|line| line.starts_with('{') && serde_json::from_str::<Value>(line).is_ok()));
    }
    assert!(!files["contacts.jsonl"].contains("Deleted"));
}

/// The first file that two archives do not have alike, and its lines that the other has not.
pub fn difference(one: &[u8], other: &[u8]) -> Option<String> {
    let (one, other) = (unzipped(one), unzipped(other));
    let differs = |(name, text): &(&String, &String)| other.get(*name) != Some(text);
    let (name, text) = one.iter().filter(|(name, _)| name.as_str() != "manifest.json").find(differs)?;
    let have = other.get(name).cloned().unwrap_or_default();
    let missing = |one: &str, other: &str| {
        one.lines().filter(|line| !other.lines().any(|own| own == *line)).collect::<Vec<_>>().join("\n")
    };
    Some(format!("{name}:\n{}\ninstead of\n{}", missing(&have, text), missing(text, &have)))
}

/// Brings an archive into the member's workspace; how many of its lines were not there yet.
pub async fn restore(app: &TestApp, member: &Member, bytes: &[u8]) -> Result<usize, ApiError> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let mut opened = restore::open(&file)?;
    let workspace = WorkspaceId::vouched(member.workspace);
    opened.stage(&app.app, workspace, &mut Staged::default()).await?;
    let rows = app.app.write_as(workspace, Actor::Job, async |tx| restore::load(&app.app, tx, &opened).await).await?;
    Ok(rows.iter().filter(|row| row.is_new).count())
}

#[actix_web::test]
async fn an_archive_is_imported_like_any_file() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    full(&app, &ada).await;
    let first = archive(&app, &ada).await;
    let send = |query: &str| {
        let request = app.request(Method::POST, &format!("/v1/imports{query}")).bearer_auth(&bob.token);
        app.send(request.header("content-type", "application/zip").body(first.clone()))
    };
    let tried = send("?dry_run=true").await.expect(201);
    assert_eq!(tried.json["kind"], "inroad_archive");
    assert_eq!(app.get("/v1/contacts", &bob).await.json["data"], json!([]));
    let imported = send("").await.expect(201);
    assert_eq!(imported.json["counts"], tried.json["counts"]);
    assert_eq!((&imported.json["counts"]["unchanged"], &imported.json["counts"]["failed"]), (&json!(0), &json!(0)));
    assert!(
        imported.json["rows"].as_array().unwrap().iter().any(|row| row["file"] == "contacts.jsonl" && row["line"] == 1)
    );
    assert!(archive(&app, &bob).await == first, "an export of the copy equals the first");
    let again = send("?kind=inroad_archive").await.expect(201);
    assert_eq!(
        (&again.json["counts"]["created"], &again.json["counts"]["updated"]),
        (&json!(0), &json!(0)),
        "{}",
        again.text
    );
    app.post(&format!("{}/undo", imported.header("location")), &bob, json!({})).await.expect(409);
    let preview = app.request(Method::POST, "/v1/imports/preview").bearer_auth(&bob.token);
    let preview = app.send(preview.header("content-type", "application/zip").body(first.clone())).await.expect(200);
    assert_eq!(preview.json["kind"], "inroad_archive");
    // What is wrong with one is told, and nothing is stored.
    let eve = app.seeker().await;
    let mut files = unzipped(&first);
    files.insert("manifest.json".to_owned(), "{}".to_owned());
    let request =
        app.request(Method::POST, "/v1/imports").bearer_auth(&eve.token).header("content-type", "application/zip");
    let refused = app.send(request.body(zipped(&files))).await.expect(422);
    assert_eq!((refused.code(), &refused.json["errors"][0]["code"]), ("unreadable_file", &json!("invalid_manifest")));
    assert_eq!(app.get("/v1/companies", &eve).await.json["data"], json!([]));
}

/// Columns that are made anew from others in the copy, or are of no use there.
const DERIVED: [&str; 7] =
    ["workspace_id", "deleted_at", "search_words", "search_language", "language_words", "attached_words", "words"];
/// A secret, what came of trying it, and whom it belongs to.
const KEPT_BACK: [(&str, &str); 5] = [
    ("mail_accounts", "password"),
    ("mail_accounts", "verified_at"),
    ("mail_accounts", "failure"),
    ("meeting_offers", "token_hash"),
    ("meeting_offers", "made_by"),
];

#[actix_web::test]
async fn an_archive_forgets_no_column() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    for resource in restore::Resource::ALL {
        let restore::Resource::Rows(table) = resource else { continue };
        let columns = |and: &str| {
            format!(
                "SELECT column_name::text AS text FROM information_schema.columns WHERE table_schema = 'public' \
                 AND table_name = '{}' {and}",
                table.name
            )
        };
        for column in app.texts(&columns("")).await {
            let column = column.as_str();
            let is_left = DERIVED.contains(&column) || KEPT_BACK.contains(&(table.name, column));
            let known = table.columns.contains(&column) || is_left;
            assert!(known, "{}.{column} is neither taken along nor derived", table.name);
        }
        // The database takes any JSON: what reads it does not.
        for column in app.texts(&columns("AND data_type = 'jsonb'")).await {
            assert!(table.checks.iter().any(|(name, _)| *name == column), "{}.{column} is not checked", table.name);
        }
    }
}

#[actix_web::test]
async fn a_copy_is_as_the_first() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    full(&app, &ada).await;
    let first = archive(&app, &ada).await;
    let lines: usize =
        unzipped(&first).iter().filter(|(name, _)| name.ends_with("l")).map(|(_, text)| text.lines().count()).sum();
    app.pass(chrono::Duration::minutes(5));
    assert_eq!(restore(&app, &bob, &first).await.unwrap(), lines);
    assert_eq!(difference(&first, &archive(&app, &bob).await), None, "an export of the copy equals the first");
    assert!(archive(&app, &bob).await == first);
    assert_eq!(restore(&app, &bob, &first).await.unwrap(), 0, "a second time changes nothing");
    assert!(archive(&app, &bob).await == first);
    assert!(archive(&app, &ada).await == first, "the first workspace is as it was");
    // The copy is a workspace like any other: it is searched, filtered, changed.
    assert_eq!(app.get("/v1/search?q=lovelace", &bob).await.json["data"].as_array().unwrap().len(), 1);
    let page = app.get("/v1/contacts?company=mills", &bob).await.expect(200);
    let id = page.json["data"][0]["id"].as_str().unwrap();
    app.patch(&format!("/v1/contacts/{id}"), &bob, json!({ "headline": "new" })).await.expect(200);
    let found =
        app.put("/v1/contacts/by-external-id/crm/4,711", &bob, json!({ "headline": "by id" })).await.expect(200);
    assert_eq!(found.json["family_name"], "Lovelace\\Byron");
}

#[actix_web::test]
async fn an_archive_at_fault_is_refused_as_a_whole() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    full(&app, &ada).await;
    let files = unzipped(&archive(&app, &ada).await);
    let with = |name: &str, change: &dyn Fn(&str) -> String| {
        let mut files = files.clone();
        files.insert(name.to_owned(), change(&files[name]));
        zipped(&files)
    };
    let sealed = |name: &str, change: &dyn Fn(&str) -> String| sealed(&files, name, change);
    for (bytes, fault) in [
        (b"PK\x03\x04 nonsense".to_vec(), "archive_unreadable"),
        (zipped(&BTreeMap::<_, String>::new()), "no_manifest"),
        (with("manifest.json", &|_| "{".to_owned()), "invalid_manifest"),
        (with("manifest.json", &|text| text.replace("inroad-workspace", "other")), "unknown_format"),
        (with("manifest.json", &|text| text.replace("\"version\": 1", "\"version\": 2")), "unknown_format"),
        (with("manifest.json", &|text| text.replace("saved_views.jsonl", "spaceships.jsonl")), "unknown_file"),
        (with("contacts.jsonl", &|text| text.replace("Connie", "Ronnie")), "checksum"),
        (sealed("contacts.jsonl", &|text| text.replacen("Connie\",", "Connie\",\"age\":7,", 1)), "invalid"),
        (sealed("contacts.jsonl", &|text| text.replace("\"stage\":\"identified\"", "\"stage\":\"asleep\"")), "invalid"),
        (sealed("contacts.jsonl", &|text| text.replacen("\"id\":", "\"ident\":", 1)), "invalid"),
        (sealed("messages.jsonl", &|text| text.replacen("\"body\":", "\"boddy\":", 1)), "invalid"),
        (sealed("messages.jsonl", &|text| text.replace("\"outgoing\"", "\"sideways\"")), "invalid"),
        (sealed("messages.jsonl", &|text| text.replace("\"lint\":", "\"lint\":7,\"_\":")), "invalid"),
        (sealed("stage_moves.jsonl", &|text| text.replace("\"identified\"", "\"asleep\"")), "invalid"),
        (
            sealed("follow_up_plans.jsonl", &|text| {
                text.replace("\"after_business_days\":10", "\"after_business_days\":0")
            }),
            "invalid",
        ),
        (
            sealed("follow_up_plans.jsonl", &|text| {
                text.replace("\"name_key\":\"patient\"", "\"name_key\":\"standard\"")
            }),
            "invalid",
        ),
        (
            sealed("follow_up_settings.jsonl", &|text| {
                text.replace("\"promise_days\":7", "\"promise_days\":2147483647")
            }),
            "invalid",
        ),
        (sealed("meeting_settings.jsonl", &|text| text.replace("\"coffee\":45", "\"coffee\":4500")), "invalid"),
        (sealed("mail_accounts.jsonl", &|text| text.replace("\"host\":", "\"password\":\"x\",\"host\":")), "invalid"),
        (
            sealed("messages.jsonl", &|text| text.replace("\"contact_id\":\"0", "\"contact_id\":\"f")),
            "dangling_reference",
        ),
        (
            sealed("contacts.jsonl", &|text| text.replace("\"connector_id\":\"0", "\"connector_id\":\"f")),
            "dangling_reference",
        ),
        (sealed("contacts.jsonl", &|text| format!("{text}[]\n")), "invalid_json"),
        (sealed("contacts.jsonl", &|text| text.lines().next().unwrap().to_owned() + "\n"), "count"),
    ] {
        let error = restore(&app, &bob, &bytes).await.unwrap_err();
        assert_eq!((error.code.name(), error.errors[0].code.as_ref()), ("unreadable_file", fault), "{error}");
        assert_eq!(app.get("/v1/contacts", &bob).await.json["data"], json!([]), "{fault}: nothing was stored");
    }
}

#[actix_web::test]
async fn an_archive_in_which_somebody_introduces_themselves_says_who() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    full(&app, &ada).await;
    let files = unzipped(&archive(&app, &ada).await);
    let first = |name: &str, change: fn(&mut Value)| {
        sealed(&files, name, &|text| {
            let mut rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            change(&mut rows[0]);
            rows.iter().map(|row| format!("{row}\n")).collect()
        })
    };
    for (bytes, told) in [
        (
            first("contacts.jsonl", |row| row["connector_id"] = row["id"].clone()),
            "contacts.jsonl, line 1: /connector_id a contact cannot be its own connector",
        ),
        (
            first("introductions.jsonl", |row| row["introduced_id"] = row["introducer_id"].clone()),
            "introductions.jsonl, line 1: /introduced_id must be somebody else than `introducer_id`",
        ),
        (
            first("introductions.jsonl", |row| row["state"] = json!("asleep")),
            "introductions.jsonl, line 1 or one of the next: `state` is none of the values that it may have",
        ),
    ] {
        let error = restore(&app, &bob, &bytes).await.unwrap_err();
        assert_eq!((error.code.name(), error.detail.as_ref()), ("unreadable_file", told));
    }
}

/// With another text for one of the files, and what the manifest says of it.
fn sealed(files: &BTreeMap<String, String>, name: &str, change: &dyn Fn(&str) -> String) -> Vec<u8> {
    let mut files = files.clone();
    let text = change(&files[name]);
    let mut manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    for file in manifest["files"].as_array_mut().unwrap().iter_mut().filter(|file| file["name"] == name) {
        file["sha256"] = json!(sha256(text.as_bytes()));
    }
    files.insert("manifest.json".to_owned(), manifest.to_string());
    files.insert(name.to_owned(), text);
    zipped(&files)
}

pub fn zipped<T: AsRef<[u8]>>(files: &BTreeMap<String, T>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(name, stored).unwrap();
        zip.write_all(text.as_ref()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes))
}

/// A bit of everything.
async fn full(app: &TestApp, member: &Member) {
    let connector =
        contact(app, member, json!({ "given_name": "Connie", "positions": [{ "company_name": "Mills" }] })).await;
    let mut body = rich();
    body["connector_id"] = json!(connector);
    let id = contact(app, member, body).await;
    app.patch(&format!("/v1/contacts/{id}"), member, json!({ "headline": "again" })).await.expect(200);
    // One that points to a younger one, one that was at a company that is gone, one that knew somebody who is gone.
    let young = contact(app, member, json!({ "given_name": "Young" })).await;
    app.patch(&format!("/v1/contacts/{connector}"), member, json!({ "connector_id": young })).await.expect(200);
    let gone = contact(app, member, json!({ "given_name": "Deleted" })).await;
    contact(app, member, json!({ "given_name": "Alone", "connector_id": gone })).await;
    app.delete(&format!("/v1/contacts/{gone}"), member).await.expect(204);
    let at = contact(
        app,
        member,
        json!({ "given_name": "At", "positions": [{ "company_name": "Lost Ltd", "title": "T" }] }),
    )
    .await;
    let lost = app.get(&format!("/v1/contacts/{at}"), member).await.json["positions"][0]["company_id"].clone();
    app.delete(&format!("/v1/companies/{}", lost.as_str().unwrap()), member).await.expect(204);
    let body =
        json!({ "name": "Wind", "tags": ["x"], "external_ids": { "crm": "1" }, "notes": "n", "is_target": true });
    app.post("/v1/companies", member, body).await.expect(201);
    let body = json!({
        "contact_ids": [id, connector], "medium": "coffee", "starts_at": "2026-03-10T10:00:00Z", "title": "T", "notes": "n",
        "place": { "name": "Café" }, "cost": { "amount_minor": 450, "currency": "EUR" }, "bring": "b", "dress": "d",
        "arrive_minutes_before": 5, "duration_minutes": 20
    });
    let meeting = app.post("/v1/meetings", member, body).await.expect(201).id();
    app.post(&format!("/v1/meetings/{meeting}/confirm"), member, json!({})).await.expect(200);
    let body = json!({ "contact_ids": [connector], "medium": "phone" });
    let proposal = app.post("/v1/meetings", member, body).await.expect(201).id();
    let hours = json!({ "note": "Any", "availability": { "from": "09:00", "until": "12:00", "days": 7 } });
    app.post(&format!("/v1/meetings/{proposal}/offers"), member, hours).await.expect(201);
    let event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260310T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT\r\n";
    // Longer than any other text.
    let ics = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{event}X-PAD:{}\r\nEND:VCALENDAR\r\n",
        (0..20_000u32).map(|n| format!("{:08x}", n.wrapping_mul(2_654_435_761))).collect::<String>()
    );
    app.post("/v1/busy", member, json!({ "name": "Work", "ics": ics, "time_zone": "Europe/Vienna" })).await.expect(201);
    let body = json!({ "warn_above_minutes": 10, "travel_minutes": { "coffee": 45 } });
    app.patch("/v1/meetings/settings", member, body).await.expect(200);
    let served = json!({ "text": "Whether it suits me", "how_known": "k", "outcome": "partly", "outcome_note": "o", "decision": "d" });
    let served = app.post("/v1/goals", member, served).await.expect(201).id();
    let goal = json!({ "text": "The week", "meeting_id": meeting, "rank": 3 });
    let goal = app.post("/v1/goals", member, goal).await.expect(201).id();
    app.patch(&format!("/v1/goals/{goal}"), member, json!({ "serves_id": served })).await.expect(200);
    let body = json!({ "meeting_id": meeting, "goal_id": goal, "text": "What?", "answer": "a", "usefulness": 4, "position": 7 });
    let asked = app.post("/v1/meeting-questions", member, body).await.expect(201).id();
    app.post(&format!("/v1/meeting-questions/{asked}/answer"), member, json!({})).await.expect(200);
    app.post(&format!("/v1/meetings/{meeting}/agenda/preset"), member, json!({})).await.expect(200);
    app.post(&format!("/v1/meetings/{meeting}/start"), member, json!({})).await.expect(200);
    let debrief = json!({ "notes": "n", "thanks_for": "t", "usefulness": 4, "energy": 3,
        "insights": [{ "topic": "Week", "text": "Long", "quote": "q", "question_id": asked }] });
    app.put(&format!("/v1/meetings/{meeting}/debrief"), member, debrief).await.expect(200);
    let body =
        json!({ "category": "pay", "text": "Which range?", "tags": ["a"], "audience": ["peer"], "follow_up": "f" });
    app.post("/v1/questions", member, body).await.expect(201);
    let body = json!({ "contact_id": connector, "channel": "in_person", "body": "I am glad", "meeting_id": meeting,
        "follow_up_plan_id": "00000000-0000-7000-8000-000000000002" });
    app.post("/v1/messages", member, body).await.expect(201);
    let body = json!({ "contact_id": id, "kind": "promise_mine", "title": "t", "notes": "n", "due_on": "2026-03-20",
        "due_time": "09:00", "own_time_zone": "Europe/London", "meeting_id": meeting });
    app.post("/v1/follow-ups", member, body).await.expect(201);
    let body = json!({ "contact_id": id, "company_id": app.get("/v1/companies", member).await.json["data"][0]["id"],
        "meeting_id": meeting, "industry": "wind", "kind": "news", "title": "T", "body": "*b*", "excerpt": "e",
        "source_url": "https://news.example/", "site": "s", "author": "a", "published_on": "2026-02-01",
        "accessed_on": "2026-03-01", "importance": "high", "pinned": true, "tags": ["x"], "language": "en" });
    let note = app.post("/v1/research-notes", member, body).await.expect(201).id();
    let picture = Part::bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice()).file_name("a.png");
    let form = Form::new().text("research_note_id", note).part("file", picture);
    let attached = app.request(Method::POST, "/v1/attachments").bearer_auth(&member.token).multipart(form);
    app.send(attached).await.expect(201);
    let body = json!({ "url": walk::FEEDS.url("/exported"), "name": "F", "kind": "jobs", "contact_id": id,
        "industry": "wind", "saved_search": "S", "match": { "any": ["something"], "none": ["x"] } });
    app.post("/v1/feeds", member, body).await.expect(201);
    let body = json!({ "name": "V", "resource": "contacts", "filter": { "tag": ["x"] }, "sort": "name" });
    app.post("/v1/saved-views", member, body).await.expect(201);
    app.patch("/v1/profile", member, json!({ "name": "Robin", "signature": "Robin\nLeeds" })).await.expect(200);
    let template = app.post("/v1/templates/library/thank-you-email/copy", member, json!({})).await.expect(201).id();
    app.pass(chrono::Duration::minutes(1));
    let path = format!("/v1/templates/{template}");
    app.patch(&path, member, json!({ "body": "Thank you, {{ contact.first_name }}." })).await.expect(200);
    app.pass(chrono::Duration::minutes(1));
    app.post(&format!("{path}/archive"), member, json!({})).await.expect(200);
    everything_else(app, member, &connector, &id, &gone).await;
    what_is_due(app, member, [&connector, &id, &gone], &meeting).await;
}

/// What is between the people: `gone` lies in the trash, as does what others say of them.
async fn everything_else(app: &TestApp, member: &Member, connector: &str, id: &str, gone: &str) {
    let post = |path: &'static str, body: Value| async move { app.post(path, member, body).await.expect(201).json };
    app.patch(&format!("/v1/contacts/{connector}"), member, json!({ "stage": "researching" })).await.expect(200);
    let asked = json!({ "connector_id": connector, "topic": "looms", "message": "Whom do you know?" });
    let request = post("/v1/circle-requests", asked).await["id"].as_str().unwrap().to_owned();
    let answer =
        json!({ "answer": "names", "names": [{ "introduced_name": "Tom", "introduced_company_name": "Mills" }] });
    app.post(&format!("/v1/circle-requests/{request}/answer"), member, answer).await.expect(200);
    post("/v1/introductions", json!({ "introducer_id": connector, "introduced_id": id, "state": "promised" })).await;
    app.post(&format!("/v1/trash/{gone}/restore"), member, json!({})).await.expect(204);
    post("/v1/introductions", json!({ "introducer_id": gone, "introduced_id": connector })).await;
    let draft = json!({ "contact_id": connector, "direction": "outgoing", "channel": "email", "subject": "S", "body": "Dear Connie" });
    let sent = post("/v1/messages", draft.clone()).await["id"].as_str().unwrap().to_owned();
    app.post(&format!("/v1/messages/{sent}/mark-sent"), member, json!({})).await.expect(200);
    app.post(&format!("/v1/messages/{sent}/reply"), member, json!({ "body": "Gladly" })).await.expect(201);
    let mut to_gone = draft;
    to_gone["contact_id"] = json!(gone);
    post("/v1/messages", to_gone).await;
    app.delete(&format!("/v1/contacts/{gone}"), member).await.expect(204);
    post("/v1/do-not-contact", json!({ "kind": "domain", "value": "spam.example" })).await;
    let rules = json!({ "rules": { "worn_phrase": { "enabled": false } } });
    app.patch("/v1/lint/settings", member, rules).await.expect(200);
    let columns = json!([{ "heading": "Vorname", "field": "given_name" }]);
    post("/v1/import-mappings", json!({ "name": "Own", "columns": columns })).await;
    let card = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:4711\r\nFN:Carda\r\nN:;Carda;;;\r\nBDAY:1815-12-10\r\nEND:VCARD\r\n";
    let request =
        app.request(Method::POST, "/v1/imports").bearer_auth(&member.token).header("content-type", "text/vcard");
    let carda = app.send(request.body(card)).await.expect(201).json["rows"][0]["contact_id"].clone();
    app.post("/v1/contacts/duplicates/dismiss", member, json!({ "contact_ids": [carda, connector] })).await.expect(200);
}

/// What is due and asked for again, what goes out later, and how the workspace wants it.
async fn what_is_due(app: &TestApp, member: &Member, [connector, other, gone]: [&str; 3], meeting: &str) {
    let post = async |path: &str, body: Value, status| app.post(path, member, body).await.expect(status).json;
    let id_of = |reply: &Value| reply["id"].as_str().unwrap().to_owned();
    let plan = json!({ "name": "patient", "steps": [{ "after_business_days": 10, "title": "Again" }] });
    let plan = id_of(&post("/v1/follow-up-plans", plan, 201).await);
    let settings = json!({ "country": "AT", "days_off": ["2026-11-27"], "default_plan_id": plan });
    app.patch("/v1/follow-ups/settings", member, settings).await.expect(200);
    let asked = json!({ "contact_id": connector, "channel": "email", "purpose": "introduction", "subject": "S", "body": "B",
        "address": "connie@mills.example" });
    let first = id_of(&post("/v1/messages", asked.clone(), 201).await);
    post(&format!("/v1/messages/{first}/mark-sent"), json!({}), 200).await;
    let later = id_of(&post("/v1/messages", asked.clone(), 201).await);
    post("/v1/follow-up-runs", json!({ "message_id": later, "plan_id": plan }), 201).await;
    let at = json!({ "scheduled_at": "2026-03-09T12:00:00Z", "outside_hours": "allow" });
    post(&format!("/v1/messages/{later}/schedule"), at, 200).await;
    let named = json!({ "introducer_id": connector, "introduced_name": "Met there", "meeting_id": meeting, "state": "promised" });
    let named = id_of(&post("/v1/introductions", named, 201).await);
    let reminders = app.get(&format!("/v1/follow-ups?introduction_id={named}"), member).await.json;
    let reminder = id_of(&reminders["data"][0]);
    post(&format!("/v1/follow-ups/{reminder}/dismiss"), json!({}), 200).await;
    let due = json!({ "contact_id": connector, "kind": "keep_in_touch", "due_on": "2026-04-01", "due_time": "09:30",
        "own_time_zone": "Asia/Tokyo", "title": "T", "notes": "n", "repeat_after_days": 90 });
    post("/v1/follow-ups", due, 201).await;
    // With somebody who lies in the trash, alone and not, and what came up there.
    post(&format!("/v1/trash/{gone}/restore"), json!({}), 204).await;
    let alone = id_of(&post("/v1/meetings", json!({ "contact_ids": [gone], "medium": "phone" }), 201).await);
    post("/v1/meetings", json!({ "contact_ids": [gone, other], "medium": "video" }), 201).await;
    let lost = json!({ "introducer_id": connector, "introduced_name": "Heard of", "meeting_id": alone });
    post("/v1/introductions", lost, 201).await;
    post("/v1/follow-ups", json!({ "contact_id": gone, "kind": "other", "due_on": "2026-04-01" }), 201).await;
    app.delete(&format!("/v1/contacts/{gone}"), member).await.expect(204);
    app.patch("/v1/sending-settings", member, json!({ "daily_limit": 7 })).await.expect(200);
    let account = json!({ "host": "smtp.example.org", "port": 465, "security": "tls", "username": "ada", "password": "secret",
        "address": "ada@engines.example", "name": "Ada" });
    app.put("/v1/mail-account", member, account).await.expect(201);
}

#[actix_web::test]
async fn a_copy_sends_nothing_and_asks_for_nothing_anew() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    full(&app, &ada).await;
    let bytes = archive(&app, &ada).await;
    let files = unzipped(&bytes);
    assert!(!files["mail_accounts.jsonl"].contains("password"), "{}", files["mail_accounts.jsonl"]);
    let all = async |member: &Member, path: &str| app.get(path, member).await.expect(200).json["data"].clone();
    let scheduled = all(&ada, "/v1/messages?state=scheduled").await[0].clone();
    assert_eq!(scheduled["scheduled_at"], "2026-03-09T12:00:00Z");
    restore(&app, &bob, &bytes).await.unwrap();
    let path = format!("/v1/messages/{}", scheduled["id"].as_str().unwrap());
    let copy = app.get(&path, &bob).await.expect(200).json;
    assert_eq!(
        (&copy["state"], &copy["scheduled_at"], &copy["body"]),
        (&json!("draft"), &Value::Null, &scheduled["body"])
    );
    // It can leave from there like any draft.
    app.post(&format!("{path}/mark-sent"), &bob, json!({})).await.expect(200);
    let eve = app.seeker().await;
    let old = sealed(&files, "messages.jsonl", &|text| text.replace("\"state\":\"draft\"", "\"state\":\"scheduled\""));
    restore(&app, &eve, &old).await.unwrap();
    assert_eq!(
        all(&eve, "/v1/messages?state=scheduled").await,
        json!([]),
        "nor does one that an archive calls scheduled"
    );
    // What is due is due as it was, and the reminder that was dismissed does not come back.
    let told = |page: Value| {
        let rows = page.as_array().unwrap().iter();
        rows.map(|row| ["id", "state", "due_at", "title", "contact_id", "run_id"].map(|name| row[name].clone()))
            .collect()
    };
    let due: Vec<_> = told(all(&ada, "/v1/follow-ups").await);
    let gone: Vec<_> = told(all(&eve, "/v1/follow-ups").await);
    assert!(gone.iter().all(|row| due.contains(row)), "{gone:?} {due:?}");
    let left: Vec<_> = due.iter().filter(|row| !gone.contains(row)).collect();
    assert!(!left.is_empty() && left.iter().all(|row| row[1] == "closed"), "for somebody in the trash: {left:?}");
    let runs = all(&eve, "/v1/follow-up-runs").await;
    assert_eq!(runs, all(&ada, "/v1/follow-up-runs").await);
    assert!(runs.as_array().is_some_and(|runs| !runs.is_empty()));
    for path in ["/v1/follow-ups/settings", "/v1/sending-settings", "/v1/meetings/settings"] {
        assert_eq!(app.get(path, &eve).await.expect(200).json, app.get(path, &ada).await.json, "{path}");
    }
    // The account has all but its password, and is of no use without one.
    let account = app.get("/v1/mail-account", &eve).await.expect(200).json;
    assert_eq!((&account["host"], &account["verified_at"]), (&json!("smtp.example.org"), &Value::Null));
    assert!(account["failure"].as_str().unwrap().contains("no password"), "{account}");
    app.post("/v1/mail-account/verify", &eve, json!({})).await.expect(202);
    app.delete("/v1/mail-account", &ada).await.expect(204);
    while inroad::jobs::run_one(&app.app, &inroad::server::jobs()).await.unwrap() {}
    let account = app.get("/v1/mail-account", &eve).await.expect(200).json;
    assert!(account["failure"].as_str().unwrap().contains("no password"), "{account}");
}

#[actix_web::test]
async fn a_copy_has_offers_without_links_and_follows_calendars_itself() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    full(&app, &ada).await;
    let bytes = archive(&app, &ada).await;
    let files = unzipped(&bytes);
    assert!(!files["meeting_offers.jsonl"].contains("token"), "{}", files["meeting_offers.jsonl"]);
    restore(&app, &bob, &bytes).await.unwrap();
    let proposal = app.get("/v1/meetings?state=proposed&sort=created_at", &bob).await.expect(200);
    let offers = async |member: &Member| {
        let mut all = Vec::new();
        for meeting in proposal.json["data"].as_array().unwrap() {
            let path = format!("/v1/meetings/{}/offers", meeting["id"].as_str().unwrap());
            all.extend(app.get(&path, member).await.expect(200).json["data"].as_array().unwrap().clone());
        }
        all
    };
    let (first, mut copy) = (offers(&ada).await, offers(&bob).await);
    assert_eq!((&first[0]["state"], &copy[0]["state"]), (&json!("open"), &json!("revoked")), "no link leads to it");
    copy[0]["state"] = json!("open");
    assert_eq!(first, copy);
    // What is busy is found out when the import is through.
    let busy = async |member: &Member| {
        let path = "/v1/free-busy?from=2026-03-12T00:00:00Z&until=2026-06-01T00:00:00Z";
        app.get(path, member).await.expect(200).json["busy"].clone()
    };
    let calendars = async |member: &Member| {
        let mut calendar = app.get("/v1/busy", member).await.expect(200).json["data"][0].clone();
        // Each is followed from when it was imported.
        calendar["expanded_until"].take();
        calendar
    };
    assert_ne!(busy(&bob).await, busy(&ada).await);
    while inroad::jobs::run_one(&app.app, &inroad::server::jobs()).await.unwrap() {}
    assert_eq!(busy(&bob).await, busy(&ada).await);
    assert_eq!(calendars(&bob).await, calendars(&ada).await);
    let eve = app.seeker().await;
    let endless =
        sealed(&files, "meeting_offers.jsonl", &|text| text.replace("\"step_minutes\":30", "\"step_minutes\":0"));
    let error = restore(&app, &eve, &endless).await.unwrap_err();
    assert!(error.detail.contains("/invitation"), "{error}");
}

#[actix_web::test]
async fn settings_that_nobody_has_changed_give_way_and_others_stay() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    full(&app, &ada).await;
    let bytes = archive(&app, &ada).await;
    // Reading what is the default, and changing nothing, makes them nobody's.
    app.patch("/v1/meetings/settings", &bob, json!({})).await.expect(200);
    app.patch("/v1/sending-settings", &bob, json!({ "daily_limit": 3 })).await.expect(200);
    restore(&app, &bob, &bytes).await.unwrap();
    assert_eq!(app.get("/v1/meetings/settings", &bob).await.json["warn_above_minutes"], 10);
    assert_eq!(app.get("/v1/sending-settings", &bob).await.json["daily_limit"], 3);
}

/// A Python that has `vobject`, if this machine has one: `.ci/run` makes it.
fn python() -> Option<PathBuf> {
    let python = root().join("target/vobject/bin/python");
    python.exists().then_some(python)
}

#[actix_web::test]
async fn another_implementation_reads_what_was_meant() {
    let Some(python) = python() else {
        eprintln!(
            "skipped: no target/vobject (python3 -m venv target/vobject && target/vobject/bin/pip install vobject)"
        );
        return;
    };
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    let ada = app.seeker().await;
    let id = contact(&app, &ada, rich()).await;
    for version in ["3.0", "4.0"] {
        let card = app.get(&format!("/v1/contacts/{id}/vcard?version={version}"), &ada).await.expect(200).text;
        let script = root().join("tests/vcard_round_trip.py");
        let mut child = Command::new(&python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(card.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let read: Value = serde_json::from_slice(&output.stdout).unwrap();
        let wanted = rich();
        assert_eq!(read["fn"], "Ada, \"the\" first King; Noel Lovelace\\Byron", "{version}");
        let name = json!([wanted["family_name"], wanted["given_name"], wanted["additional_name"], "Dr", "PhD"]);
        assert_eq!(read["n"], name, "{version}");
        assert_eq!(read["nickname"], json!(["Adä 🧮"]));
        assert_eq!(read["email"], json!(["ada@engines.example", "ada@home.example"]));
        assert_eq!(read["tel"], json!(["+44 20 7946 0958"]));
        let address = json!(["12 St James's Square\nFloor 2", "London", "Greater London", "SW1Y 4JH", "GB"]);
        assert_eq!(read["adr"], json!([address]), "{version}");
        assert_eq!(read["org"], json!([["Analytical Engines, Ltd"], ["Old; Mills"]]));
        assert_eq!(read["title"], json!(["Head of Computing", "Weaver"]));
        assert_eq!(read["note"], json!([wanted["notes"]]));
        assert_eq!(read["categories"], json!([["a,b", "c;d", "é"]]));
        assert_eq!(read["again"], read["first"], "{version}: written by the other one, it still says the same");
    }
}
