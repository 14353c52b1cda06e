//! The guide for programs does what it shows: its blocks are run, one after the other, as a platform would.
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actix_web::rt::{task::spawn_blocking, time};
use serde_json::{Value, json};

use crate::support::TestApp;

const GUIDE: &str = include_str!("../../docs/integrating.md");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Language and text of each block.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let parts = GUIDE.split("```").skip(1).step_by(2);
    parts.map(|block| block.split_once('\n').unwrap()).collect()
}

/// With the libraries that the guide uses, where they are installed; `None` where the language or they are missing.
fn command(language: &str, text: &str, variables: &HashMap<String, String>) -> Option<Command> {
    let python = format!("{ROOT}/target/webhooks/bin/python");
    let (program, argument) = match language {
        "sh" => ("bash", "-c"),
        "python" => (python.as_str(), "-c"),
        "js" => ("node", "--input-type=module"),
        other => panic!("a block in {other}"),
    };
    let mut command = Command::new(program);
    command.envs(variables).stdin(Stdio::null()).stdout(Stdio::piped());
    command.arg(argument);
    if language == "js" {
        command.arg("-e");
    }
    command.arg(text);
    let there = language == "sh" || Command::new(program).arg("--version").output().is_ok();
    if !there {
        eprintln!("skipped: a block in {language}, for there is no {program}");
    }
    there.then_some(command)
}

/// Killed when the test ends.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[actix_web::test]
async fn a_platform_does_what_the_guide_shows() {
    let app = TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await;
    // The reference libraries refuse what is older than five minutes.
    app.pass_to_the_present();
    let ada = app.seeker().await;
    for name in ["Tom", "Mary"] {
        app.post("/v1/contacts", &ada, json!({ "given_name": name })).await.expect(201);
    }
    let service = app.app.clone();
    actix_web::rt::spawn(async move {
        loop {
            let _ = inroad::webhooks::work(&service).await;
            time::sleep(Duration::from_millis(100)).await;
        }
    });
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut variables: HashMap<String, String> = [
        ("INROAD_URL", app.base.clone()),
        ("INROAD_TOKEN", ada.token.clone()),
        ("PORT", port.to_string()),
        ("HOOK_URL", format!("http://127.0.0.1:{port}/hook")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let mut receiver = None;
    let mut told = Vec::new();
    for (language, text) in blocks() {
        let Some(mut command) = command(language, text, &variables) else { continue };
        if text.contains("serve_forever") {
            let mut child = command.spawn().unwrap();
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let (sender, received) = std::sync::mpsc::channel();
            std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(sender.send(line))));
            receiver = Some((Killed(child), received));
            time::sleep(Duration::from_secs(2)).await;
            continue;
        }
        let output = spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text_out = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text}\n{text_out}");
        let answer: Value = serde_json::from_str(&text_out).unwrap_or_default();
        let mut keep =
            |name: &str, value: &Value| variables.insert(name.to_owned(), value.as_str().unwrap().to_owned());
        if text.contains("/v1/api-keys\"") {
            keep("INROAD_KEY", &answer["key"]);
            keep("KEY_ID", &answer["id"]);
        } else if answer["secret"].is_string() && !text.contains("rotate") {
            keep("WEBHOOK_SECRET", &answer["secret"]);
            keep("ENDPOINT_ID", &answer["id"]);
        }
        if let Some((_, received)) =
            receiver.as_ref().filter(|_| text.contains("/test\"") || text.contains("/replay\""))
        {
            time::sleep(Duration::from_secs(2)).await;
            told.extend(received.try_iter().map(|line| line.split(' ').next().unwrap().to_owned()));
        }
        if language != "sh" {
            assert_eq!(text_out, "2 contacts\n");
        }
    }
    if receiver.is_some() {
        assert_eq!(told, ["webhook_endpoint.tested", "contact.created", "contact.created"]);
    }
    let ended = app.request(reqwest::Method::GET, "/v1/contacts").bearer_auth(&variables["INROAD_KEY"]);
    app.send(ended).await.expect(401);
}
