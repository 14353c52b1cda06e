//! Files that belong to research notes, from the upload to their end.
use std::path::PathBuf;

use chrono::Duration;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::exports;
use crate::support::{Member, Reply, TestApp};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

/// A PDF of one page with these words.
fn pdf(words: &str) -> Vec<u8> {
    let content = format!("BT /F1 12 Tf 72 720 Td ({words}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut text = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(text.len());
        text.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let table = text.len();
    text.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        text.push_str(&format!("{place:010} 00000 n \n"));
    }
    let size = objects.len() + 1;
    text.push_str(&format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    text.into_bytes()
}

async fn app(flags: &[&str]) -> TestApp {
    TestApp::with(flags).await
}

async fn note(app: &TestApp, member: &Member, title: &str) -> String {
    let body = json!({ "industry": "wind", "kind": "annual_report", "title": title, "language": "en" });
    app.post("/v1/research-notes", member, body).await.expect(201).id()
}

async fn attach(app: &TestApp, member: &Member, note: &str, name: &str, bytes: Vec<u8>) -> Reply {
    let form = Form::new()
        .text("research_note_id", note.to_owned())
        .part("file", Part::bytes(bytes).file_name(name.to_owned()).mime_str("text/html").unwrap());
    let request = app.request(Method::POST, "/v1/attachments").bearer_auth(&member.token);
    app.send(request.multipart(form)).await
}

async fn download(app: &TestApp, member: &Member, id: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let mut request = app.request(Method::GET, &format!("/v1/attachments/{id}/content")).bearer_auth(&member.token);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn work(app: &TestApp) {
    while inroad::jobs::run_one(&app.app, &inroad::server::jobs()).await.unwrap() {}
}

/// Files of all workspaces in the folder.
fn stored(app: &TestApp) -> Vec<PathBuf> {
    let folder = app.app.config.data_dir.join("attachments");
    let folders = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())).collect()
}

#[actix_web::test]
async fn a_file_comes_back_as_it_was() {
    let app = app(&[]).await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let note = note(&app, &ada, "Report").await;
    let mut picture = PNG.to_vec();
    picture.extend((0..700_000_u32).map(|n| (n % 251) as u8));
    let made = attach(&app, &ada, &note, "../Bücher \"1\".png", picture.clone()).await.expect(201);
    let id = made.id();
    assert_eq!(made.header("location"), format!("/v1/attachments/{id}"));
    assert_eq!((&made.json["media_type"], &made.json["file_name"]), (&json!("image/png"), &json!("Bücher \"1\".png")));
    assert_eq!((&made.json["size_bytes"], &made.json["text_state"]), (&json!(picture.len()), &json!("none")));
    let answer = download(&app, &ada, &id, &[]).await;
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((answer.status().as_u16(), header("content-type").as_str()), (200, "image/png"));
    let disposition = header("content-disposition");
    assert_eq!(disposition, "attachment; filename=\"B_cher _1_.png\"; filename*=UTF-8''B%C3%BCcher%20%221%22.png");
    assert_eq!((header("x-content-type-options").as_str(), header("accept-ranges").as_str()), ("nosniff", "bytes"));
    assert_eq!(header("content-length"), picture.len().to_string());
    let etag = header("etag");
    assert_eq!(etag, format!("\"{}\"", made.json["sha256"].as_str().unwrap()));
    assert_eq!(answer.bytes().await.unwrap(), picture);
    assert_eq!(download(&app, &ada, &id, &[("if-none-match", &etag)]).await.status(), 304);
    let part = download(&app, &ada, &id, &[("range", "bytes=8-15")]).await;
    assert_eq!(
        (part.status().as_u16(), part.headers()["content-range"].to_str().unwrap()),
        (206, format!("bytes 8-15/{}", picture.len()).as_str())
    );
    assert_eq!(part.bytes().await.unwrap(), &picture[8..16]);
    let beyond = download(&app, &ada, &id, &[("range", "bytes=9999999-")]).await;
    assert_eq!(
        (beyond.status().as_u16(), beyond.headers()["content-range"].to_str().unwrap()),
        (416, format!("bytes */{}", picture.len()).as_str())
    );
    let stale = download(&app, &ada, &id, &[("range", "bytes=0-1"), ("if-range", "\"other\"")]).await;
    assert_eq!(stale.status(), 200);

    for path in [format!("/v1/attachments/{id}"), format!("/v1/attachments/{id}/content")] {
        app.get(&path, &bob).await.expect(404);
    }
    app.delete(&format!("/v1/attachments/{id}"), &bob).await.expect(404);
    let listed = app.get(&format!("/v1/attachments?research_note_id={note}"), &ada).await.expect(200);
    assert_eq!(listed.json["data"][0], made.json);
    let usage = app.get("/v1/attachments/usage", &ada).await.expect(200);
    assert_eq!(usage.json, json!({ "files": 1, "bytes": picture.len(), "quota_bytes": 1_073_741_824_i64 }));

    // In the trash it is hidden with its note, and comes back with it.
    let path = format!("/v1/research-notes/{note}");
    app.delete(&path, &ada).await.expect(204);
    app.get(&format!("/v1/attachments/{id}"), &ada).await.expect(404);
    app.post(&format!("/v1/trash/{note}/restore"), &ada, json!({})).await.expect(204);
    app.get(&format!("/v1/attachments/{id}"), &ada).await.expect(200);
    app.delete(&path, &ada).await.expect(204);
    app.delete(&format!("/v1/trash/{note}"), &ada).await.expect(204);
    assert_eq!((stored(&app).len(), app.count("attachments").await), (1, 0));
    assert_eq!(inroad::attachments::settle(&app.app).await.unwrap(), 1);
    assert_eq!((stored(&app).len(), app.count("attachment_files").await), (0, 0));
}

#[actix_web::test]
async fn only_certain_files_are_taken() {
    let app = app(&["--attachment-quota", "1"]).await;
    let ada = app.seeker().await;
    let note = note(&app, &ada, "Report").await;
    for hostile in [
        &b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"[..],
        b"<!doctype html><script>alert(1)</script>",
        b"MZ\x90\0\x03\0\0\0",
        b"",
    ] {
        let refused = attach(&app, &ada, &note, "picture.png", hostile.to_vec()).await.expect(422);
        assert_eq!((refused.code(), refused.faults()), ("unsupported_file", vec!["/file"]));
    }
    let unknown = attach(&app, &ada, "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e", "a.png", PNG.to_vec()).await.expect(422);
    assert_eq!(unknown.faults(), ["/research_note_id"]);
    let post = async |form: Form| {
        app.send(app.request(Method::POST, "/v1/attachments").bearer_auth(&ada.token).multipart(form)).await
    };
    let form = Form::new().part("file", Part::bytes(PNG).file_name("a.png"));
    assert_eq!(post(form).await.expect(422).faults(), ["/research_note_id"]);
    assert_eq!(post(Form::new().text("research_note_id", note.clone())).await.expect(422).faults(), ["/file"]);
    let form = Form::new().text("note", note.clone()).part("file", Part::bytes(PNG));
    assert_eq!(post(form).await.expect(422).faults(), ["/note"]);
    let mut large = PNG.to_vec();
    large.resize(700 * 1024, 0);
    attach(&app, &ada, &note, "a.png", large.clone()).await.expect(201);
    let over = attach(&app, &ada, &note, "b.png", large.clone()).await.expect(409);
    assert_eq!(over.code(), "attachment_quota");
    large.resize(26 * 1024 * 1024 + 1, 0);
    assert_eq!(attach(&app, &ada, &note, "c.png", large).await.expect(413).code(), "too_large");
    inroad::attachments::settle(&app.app).await.unwrap();
    assert_eq!((stored(&app).len(), app.count("attachment_files").await), (1, 1));
}

#[actix_web::test]
async fn the_same_key_keeps_one_file() {
    let app = app(&[]).await;
    let ada = app.seeker().await;
    let note = note(&app, &ada, "Report").await;
    let post = async |bytes: &'static [u8]| {
        let form =
            Form::new().text("research_note_id", note.clone()).part("file", Part::bytes(bytes).file_name("a.png"));
        let request = app.request(Method::POST, "/v1/attachments").bearer_auth(&ada.token);
        app.send(request.header("idempotency-key", "one").multipart(form)).await
    };
    let first = post(PNG).await.expect(201);
    let again = post(PNG).await.expect(201);
    assert_eq!((again.id(), again.header("idempotency-replayed")), (first.id(), "true"));
    assert_eq!(post(b"\x89PNG\r\n\x1a\nother").await.expect(422).code(), "idempotency_key_reused");
    inroad::attachments::settle(&app.app).await.unwrap();
    assert_eq!((stored(&app).len(), app.count("attachments").await), (1, 1));
}

#[actix_web::test]
async fn words_of_a_pdf_are_searched_with_its_note() {
    let app = app(&[]).await;
    let ada = app.seeker().await;
    let note = note(&app, &ada, "Report").await;
    let file =
        attach(&app, &ada, &note, "report.pdf", pdf("Twelve offshore turbines stand off Grimsby")).await.expect(201);
    assert_eq!(file.json["text_state"], "waiting");
    let broken = attach(&app, &ada, &note, "broken.pdf", b"%PDF-1.7\nnothing follows".to_vec()).await.expect(201);
    work(&app).await;
    let state =
        async |id: String| app.get(&format!("/v1/attachments/{id}"), &ada).await.expect(200).json["text_state"].clone();
    assert_eq!((state(file.id()).await, state(broken.id()).await), (json!("read"), json!("failed")));
    let found = app.get("/v1/research-notes?q=turbine+grimsby", &ada).await.expect(200);
    assert_eq!(found.json["data"][0]["id"], json!(note));
    let place = &found.json["data"][0]["found"]["matches"][0];
    assert_eq!((&place["field"], &place["highlights"][0]["start"]), (&json!("/attachments"), &json!(16)), "{place}");
    // The search over everything finds them, too.
    let everywhere = async |ada: &Member| {
        let found = app.get("/v1/search?q=turbines+grimsby&kind=research_note", ada).await.expect(200).json;
        found["data"].as_array().unwrap().clone()
    };
    let found = everywhere(&ada).await;
    assert_eq!(
        (&found[0]["id"], &found[0]["matches"][0]["field"]),
        (&json!(note), &json!("/attachments")),
        "{found:?}"
    );
    // A change of the note keeps them, and the end of the file does not.
    app.patch(&format!("/v1/research-notes/{note}"), &ada, json!({ "pinned": true })).await.expect(200);
    assert_eq!(everywhere(&ada).await.len(), 1);
    assert_eq!(app.get("/v1/research-notes?q=grimsby", &ada).await.json["data"].as_array().unwrap().len(), 1);
    app.delete(&format!("/v1/attachments/{}", file.id()), &ada).await.expect(204);
    assert_eq!(app.get("/v1/research-notes?q=grimsby", &ada).await.json["data"], json!([]));
    assert!(everywhere(&ada).await.is_empty());
    // A name is read as it is written.
    let named = attach(&app, &ada, &note, "photo\u{202e}gpj.exe", pdf("x")).await.expect(201);
    assert_eq!(named.json["file_name"], "photogpj.exe");
    let named = attach(&app, &ada, &note, "the %22big%22 %0D%0Aone 100%25.pdf", pdf("x")).await.expect(201);
    assert_eq!(named.json["file_name"], "the \"big\" one 100%25.pdf");
}

#[actix_web::test]
async fn nothing_is_left_behind() {
    let app = app(&[]).await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let kept = note(&app, &ada, "Report").await;
    attach(&app, &ada, &kept, "a.png", PNG.to_vec()).await.expect(201);
    let gone = note(&app, &bob, "Report").await;
    attach(&app, &bob, &gone, "b.png", PNG.to_vec()).await.expect(201);
    // A service that is killed between its steps leaves a row, and it may be a file.
    let lost = "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e";
    let folder = app.app.config.data_dir.join("attachments").join(ada.workspace.to_string());
    std::fs::write(folder.join(lost), PNG).unwrap();
    let at = app.app.now().to_rfc3339();
    app.sql(&format!("INSERT INTO attachment_files VALUES ('{}', '{lost}', 'uploading', '{at}')", ada.workspace)).await;
    inroad::attachments::settle(&app.app).await.unwrap();
    assert_eq!(stored(&app).len(), 3);
    app.pass(Duration::hours(2));
    inroad::attachments::settle(&app.app).await.unwrap();
    assert_eq!(stored(&app).len(), 2);
    // A workspace that is deleted leaves its files.
    app.sql(&format!("DELETE FROM workspaces WHERE id = '{}'", bob.workspace)).await;
    inroad::attachments::find_left(&app.app).await.unwrap();
    inroad::attachments::settle(&app.app).await.unwrap();
    let left: Vec<Value> = stored(&app).iter().map(|path| json!(path.display().to_string())).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].as_str().unwrap().contains(&ada.workspace.to_string()));
}

#[actix_web::test]
async fn an_archive_takes_files_along_and_brings_them_back() {
    let app = app(&["--attachment-quota", "2"]).await;
    let (ada, bob, eve) = (app.seeker().await, app.seeker().await, app.seeker().await);
    let note = note(&app, &ada, "Report").await;
    let mut picture = PNG.to_vec();
    picture.resize(700 * 1024, 7);
    let pictured = attach(&app, &ada, &note, "Grid \u{fc}ber.png", picture.clone()).await.expect(201).id();
    let report = attach(&app, &ada, &note, "report.pdf", pdf("Twelve offshore turbines")).await.expect(201).id();
    work(&app).await;
    let first = exports::archive(&app, &ada).await;
    let import = async |member: &Member, query: &str, bytes: Vec<u8>| {
        let request = app.request(Method::POST, &format!("/v1/imports{query}")).bearer_auth(&member.token);
        app.send(request.header("content-type", "application/zip").body(bytes)).await
    };
    // Tried, nothing is kept.
    let tried = import(&bob, "?dry_run=true", first.clone()).await.expect(201);
    assert_eq!(app.count("attachment_files").await, 2);
    let imported = import(&bob, "", first.clone()).await.expect(201);
    assert_eq!(imported.json["counts"], tried.json["counts"]);
    assert_eq!(imported.json["counts"]["failed"], 0, "{}", imported.text);
    work(&app).await;
    let body = download(&app, &bob, &pictured, &[]).await;
    assert_eq!((body.status().as_u16(), body.bytes().await.unwrap()), (200, picture.into()));
    let got = app.get(&format!("/v1/attachments/{report}"), &bob).await.expect(200).json;
    assert_eq!(got, app.get(&format!("/v1/attachments/{report}"), &ada).await.expect(200).json);
    let found = app.get("/v1/research-notes?q=offshore", &bob).await.expect(200).json;
    assert_eq!(found["data"][0]["id"], json!(note), "the words of the copy are read anew");
    assert!(exports::archive(&app, &bob).await == first, "an export of the copy equals the first");
    let again = import(&bob, "", first.clone()).await.expect(201);
    assert_eq!(again.json["counts"]["created"], 0);
    assert_eq!((stored(&app).len(), app.count("attachments").await), (4, 4));
    // A file that is not what its line says brings nothing, and leaves nothing.
    let mut forged = exports::unzipped_bytes(&first);
    forged.get_mut(&format!("attachments/{pictured}")).unwrap()[100] = 8;
    let refused = import(&eve, "", exports::zipped(&forged)).await.expect(422);
    assert_eq!((refused.code(), &refused.json["errors"][0]["code"]), ("unreadable_file", &json!("attachment")));
    // One that has no file is left out.
    forged.remove(&format!("attachments/{pictured}"));
    import(&eve, "", exports::zipped(&forged)).await.expect(201);
    app.get(&format!("/v1/attachments/{pictured}"), &eve).await.expect(404);
    app.get(&format!("/v1/attachments/{report}"), &eve).await.expect(200);
    while inroad::attachments::settle(&app.app).await.unwrap() > 0 {}
    assert_eq!((stored(&app).len(), app.count("attachment_files").await), (5, 5));
    // More than the workspace may have.
    let full = self::note(&app, &eve, "Own").await;
    let mut large = PNG.to_vec();
    large.resize(1_600 * 1024, 0);
    attach(&app, &eve, &full, "large.png", large).await.expect(201);
    app.delete(&format!("/v1/attachments/{report}"), &eve).await.expect(204);
    let over = import(&eve, "", first).await.expect(409);
    assert_eq!(over.code(), "attachment_quota");
    while inroad::attachments::settle(&app.app).await.unwrap() > 0 {}
    assert_eq!((stored(&app).len(), app.count("attachment_files").await), (5, 5));
}
