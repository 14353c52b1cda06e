//! The stream of changes as a browser's `EventSource` follows it, from a page of another origin.
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::booking_page::browser;
use crate::support::TestApp;
use crate::web::Web;

/// Says what happens by asking its own server, where the test hears of it.
const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><title>A frontend</title><script>
const say = what => fetch("/said?" + encodeURIComponent(what));
const headers = { Authorization: "Bearer TOKEN", "Content-Type": "application/json" };
let last = "";
async function follow() {
  const answer = await fetch("BASE/v1/changes/stream-tickets", { method: "POST", headers });
  const { ticket } = await answer.json();
  const events = new EventSource(`BASE/v1/changes/stream?ticket=${ticket}${last && `&cursor=${last}`}`);
  events.addEventListener("contact.created", event => {
    last = event.lastEventId;
    events.close();
    say("heard " + JSON.parse(event.data).resource.id);
    new EventSource(`BASE/v1/changes/stream?ticket=${ticket}`).onerror = () => say("refused");
    if (!follow.again) { follow.again = true; follow(); }
  });
  events.onopen = () => say("open " + (last ? "again" : "first"));
}
follow().catch(error => say("failed " + error));
</script>"#;

#[actix_web::test]
async fn a_page_of_another_origin_follows_the_changes() {
    let Some(browser) = browser() else { return };
    let web = Web::start();
    let origin = web.url("");
    let app = TestApp::with(&["--cors-origins", &origin]).await;
    let ada = app.seeker().await;
    let page = PAGE.replace("BASE", &app.base).replace("TOKEN", &ada.token);
    web.put("/page", "200 OK", &[("content-type", "text/html")], page);
    web.put("*", "204 No Content", &[], "");
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new(&browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]);
    command.arg(format!("--user-data-dir={}", profile.path().display())).arg(web.url("/page"));
    let _open = Open(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());

    assert_eq!(said(&web, "open").await, "open first");
    let first = app.post("/v1/contacts", &ada, json!({ "given_name": "Grace" })).await.expect(201).id();
    assert_eq!(said(&web, "heard").await, format!("heard {first}"));
    // A ticket is for one stream alone; the next stream goes on where the first ended.
    assert_eq!(said(&web, "refused").await, "refused");
    assert_eq!(said(&web, "open").await, "open again");
    let second = app.post("/v1/contacts", &ada, json!({ "given_name": "Edsger" })).await.expect(201).id();
    assert_eq!(said(&web, "heard").await, format!("heard {second}"));
}

/// What the page says next that begins so.
async fn said(web: &Web, beginning: &str) -> String {
    for _ in 0..300 {
        if let Some(said) = web.take(|request| request.path.starts_with(&format!("/said?{beginning}"))) {
            return said.path["/said?".len()..].replace("%20", " ");
        }
        let failed = web.take(|request| request.path.starts_with("/said?failed"));
        assert!(failed.is_none(), "{failed:?}");
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the page does not say `{beginning}`");
}

/// Ends with the test.
struct Open(Child);

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
