//! How the runner shares its workers out.
use std::net::TcpListener;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use uuid::Uuid;

use crate::support::TestApp;

/// A mail of a workspace, which has waited for so many minutes.
async fn mail(app: &TestApp, workspace: Uuid, minutes: i64) {
    let at = (app.app.now() - chrono::Duration::minutes(minutes)).to_rfc3339();
    let payload = r#"{"to": "ada@engines.example", "to_name": null, "subject": "S", "text": "T"}"#;
    app.sql(&format!(
        "INSERT INTO jobs (id, workspace_id, kind, payload, created_at, run_at) \
         VALUES ('{}', '{workspace}', 'send_mail', '{payload}', '{at}', '{at}')",
        Uuid::now_v7()
    ))
    .await;
}

/// How many jobs of a workspace are in hand.
async fn in_hand(app: &TestApp, workspace: Uuid) -> usize {
    let sql = format!(
        "SELECT id::text AS text FROM jobs WHERE workspace_id = '{workspace}' AND claimed_until > '{}'",
        app.app.now().to_rfc3339()
    );
    app.texts(&sql).await.len()
}

#[actix_web::test]
async fn slow_jobs_of_one_workspace_leave_room_for_anothers() {
    // A server of mail that takes calls and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", silent.local_addr().unwrap());
    let (sender, calls) = std::sync::mpsc::channel();
    let listening = silent.try_clone().unwrap();
    std::thread::spawn(move || listening.incoming().flatten().all(|call| sender.send(call).is_ok()));
    let app = TestApp::with(&["--smtp-url", &url, "--job-workers", "4", "--job-poll", "20"]).await;
    let (busy, other) = (app.seeker().await.workspace, app.seeker().await.workspace);
    for count in 0..30 {
        mail(&app, busy, 100 - count).await;
    }
    let runner = inroad::jobs::start(app.app.clone(), Some(inroad::server::work));
    let began = Instant::now();
    while in_hand(&app, busy).await < 2 && began.elapsed() < Duration::from_secs(10) {
        sleep(Duration::from_millis(20)).await;
    }
    // All others of the busy one have waited for longer.
    mail(&app, other, 0).await;
    let began = Instant::now();
    while in_hand(&app, other).await < 1 && began.elapsed() < Duration::from_secs(10) {
        sleep(Duration::from_millis(20)).await;
    }
    sleep(Duration::from_millis(300)).await;
    assert_eq!((in_hand(&app, busy).await, in_hand(&app, other).await), (2, 1));
    // Who calls is hung up on, so that the runner comes to its end.
    drop(silent);
    drop(calls);
    actix_web::rt::task::spawn_blocking(|| runner.stop()).await.unwrap();
}
