//! A service that is killed in the middle of its work leaves nothing half done: no item of a feed is lost or told twice.
use std::time::Duration;

use actix_web::rt::time::sleep;
use serde_json::json;

use crate::process::Server;
use crate::support::TestApp;
use crate::web::Web;

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
