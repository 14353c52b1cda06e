//! A service that is killed in the middle of its work leaves nothing half done: no file without a row, no row without a
//! file, no item of a feed that is lost or told twice.
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use aws_lc_rs::digest::{SHA256, digest};
use futures_util::future::join_all;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use crate::process::Server;
use crate::support::TestApp;
use crate::web::Web;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
const KILLS: usize = 6;
const FEEDS: usize = 12;

/// A process on the database and the data directory of `app`.
fn start(app: &TestApp) -> Server {
    let flags = ["--database-url", &app.url, "--secret", &app.secret, "--outgoing-hosts", "127.0.0.1"];
    Server::start(
        &app.app.config.data_dir,
        &[&flags[..], &["--rate-limit", "0", "--rate-limit-workspace", "0"]].concat(),
    )
}

/// Uploads with a key to a service that may end at any time; every other file is deleted again.
async fn upload(url: &str, key: &str, note: &str, file: Vec<u8>, then_delete: bool) -> Option<()> {
    let client = reqwest::Client::new();
    let part = Part::bytes(file).file_name("a.png");
    let form = Form::new().text("research_note_id", note.to_owned()).part("file", part);
    let made = client.request(Method::POST, format!("{url}/v1/attachments")).bearer_auth(key).multipart(form);
    let made: serde_json::Value = made.send().await.ok()?.json().await.ok()?;
    if then_delete {
        let path = format!("{url}/v1/attachments/{}", made["id"].as_str()?);
        client.request(Method::DELETE, path).bearer_auth(key).send().await.ok()?;
    }
    Some(())
}

/// What lies in the folder, by name.
fn stored(app: &TestApp) -> BTreeMap<String, PathBuf> {
    let folder = app.app.config.data_dir.join("attachments");
    let folders = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path)).collect()
}

#[actix_web::test]
async fn no_upload_or_removal_that_is_cut_off_leaves_a_file_or_a_row() {
    let app = TestApp::with(&["--rate-limit", "0", "--rate-limit-workspace", "0"]).await;
    app.pass_to_the_present();
    let ada = app.seeker().await;
    // A token is of the address of the service that gave it; a key is of all.
    let key = json!({ "name": "uploads", "scopes": ["research:read", "research:write"] });
    let key = app.post("/v1/api-keys", &ada, key).await.expect(201).json["key"].as_str().unwrap().to_owned();
    let count = async |state: &str| {
        app.texts(&format!("SELECT id::text AS text FROM attachment_files WHERE state = '{state}'")).await.len()
    };
    for kill in 0..KILLS {
        let service = start(&app);
        let input = json!({ "industry": "wind", "kind": "annual_report", "title": "Report" });
        let note = app.post("/v1/research-notes", &ada, input).await.expect(201).id();
        let ended = AtomicBool::new(false);
        let writer = async |writer: usize| {
            for count in 0..5 {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let mut file = PNG.to_vec();
                file.resize(6 * 1024 * 1024 + writer * 1000 + count, u8::try_from(kill).unwrap());
                upload(&service.url, &key, &note, file, count % 2 == 1).await;
            }
        };
        let killer = async {
            // In the middle of an upload, or of a removal, and a moment later each time.
            let state = ["uploading", "removed"][kill % 2];
            let (before, began) = (count(state).await, Instant::now());
            while count(state).await <= before && began.elapsed() < Duration::from_secs(20) {
                sleep(Duration::from_millis(2)).await;
            }
            sleep(Duration::from_millis(10 * u64::try_from(kill).unwrap())).await;
            service.signal("-KILL");
            ended.store(true, Ordering::Relaxed);
        };
        futures_util::join!(join_all((0..4).map(writer)), killer);
    }
    assert!(count("uploading").await + count("removed").await > 0, "nothing was cut off: this tests nothing");
    app.pass(chrono::Duration::hours(2));
    inroad::attachments::find_left(&app.app).await.unwrap();
    while inroad::attachments::settle(&app.app).await.unwrap() > 0 {}
    let rows = app.texts("SELECT id::text || ' ' || sha256 AS text FROM attachments ORDER BY id").await;
    let files = stored(&app);
    let held = files
        .iter()
        .map(|(name, path)| format!("{name} {}", hex::encode(digest(&SHA256, &std::fs::read(path).unwrap()))));
    assert_eq!(held.collect::<BTreeSet<_>>(), rows.into_iter().collect::<BTreeSet<_>>());
    assert_eq!(app.count("attachment_files").await, i64::try_from(files.len()).unwrap());
}

#[actix_web::test]
async fn no_item_of_a_feed_is_lost_or_told_twice() {
    let (app, web) = (TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await, Web::start());
    app.pass_to_the_present();
    let ada = app.seeker().await;
    let publish = |most: usize| {
        for feed in 0..FEEDS {
            let items: String = (0..most)
                .map(|item| format!("<item><guid>{feed}-{item}</guid><title>Item {feed}-{item}</title></item>"))
                .collect();
            let text = format!("<rss version='2.0'><channel><title>F</title>{items}</channel></rss>");
            web.put(&format!("/{feed}"), "200 OK", &[("content-type", "application/rss+xml")], text);
        }
    };
    publish(1);
    for feed in 0..FEEDS {
        app.post("/v1/feeds", &ada, json!({ "url": web.url(&format!("/{feed}")) })).await.expect(201);
    }
    let mut most = 1;
    for kill in 0..KILLS {
        let service = start(&app);
        for _ in 0..=kill {
            most += 4;
            publish(most);
            app.sql("UPDATE feeds SET next_poll_at = now() - interval '1 second'").await;
            sleep(Duration::from_millis(330)).await;
        }
        service.signal("-KILL");
    }
    // Whoever took them is gone: they are due again after the lease, and asked by another.
    app.pass_to_the_present();
    app.pass(chrono::Duration::hours(3));
    // Few are asked of one host at once.
    for _ in 0..FEEDS {
        inroad::feeds::poll_due(&app.app).await.unwrap();
        app.pass(chrono::Duration::seconds(10));
    }
    let mut told = app.texts("SELECT title AS text FROM alerts").await;
    let count = told.len();
    told.sort();
    told.dedup();
    assert_eq!((told.len(), count), (FEEDS * most, FEEDS * most));
    let changes = app.texts("SELECT resource_id::text AS text FROM changes WHERE kind = 'alert.created'").await;
    assert_eq!(changes.len(), FEEDS * most);
}
