//! The guide for programs does what it shows: its blocks are run, one after the other, as a platform would.
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actix_web::rt::{task::spawn_blocking, time};
use serde_json::{Value, json};

use crate::support::TestApp;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/integrating.md");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The guide as prose and blocks in turn.
struct Guide {
    parts: Vec<String>,
}

impl Guide {
    fn read() -> Self {
        Self { parts: std::fs::read_to_string(GUIDE).unwrap().split("```").map(str::to_owned).collect() }
    }

    /// The places of the blocks that are run, each with its language and text.
    fn blocks(&self) -> Vec<(usize, String, String)> {
        let blocks = self.parts.iter().enumerate().skip(1).step_by(2);
        let blocks = blocks.map(|(place, block)| (place, block.split_once('\n').unwrap()));
        let run = blocks.filter(|(_, (language, _))| *language != "text");
        run.map(|(place, (language, text))| (place, language.to_owned(), text.to_owned())).collect()
    }

    /// With what the blocks printed behind them, in place of what stands there.
    fn with(&self, printed: &HashMap<usize, String>) -> String {
        let mut text = String::new();
        let mut parts = self.parts.iter().enumerate();
        while let Some((place, part)) = parts.next() {
            if place % 2 == 0 {
                text.push_str(part);
                continue;
            }
            text.push_str(&format!("```{part}```"));
            // An output is a block of text right behind.
            if self.parts.get(place + 2).is_some_and(|next| next.starts_with("text\n")) {
                parts.nth(1);
            }
            if let Some(printed) = printed.get(&place).filter(|printed| !printed.is_empty()) {
                text.push_str(&format!("\n\n```text\n{printed}\n```"));
            }
        }
        text
    }
}

/// As it is shown: laid out, and without secrets, which scanners would find.
fn shown(printed: &str) -> String {
    fn hide(value: &mut Value) {
        match value {
            Value::String(text) => {
                for prefix in ["inr_live_", "whsec_"] {
                    if text.starts_with(prefix) {
                        *text = format!("{prefix}…");
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(hide),
            Value::Object(fields) => fields.values_mut().for_each(hide),
            _ => {}
        }
    }
    let Ok(mut value) = serde_json::from_str::<Value>(printed) else { return printed.trim_end().to_owned() };
    hide(&mut value);
    serde_json::to_string_pretty(&value).unwrap()
}

/// Without what is new each time: all words with digits in them.
fn steady(text: &str) -> String {
    let steady =
        |word: &str| if word.contains(|c: char| c.is_ascii_digit()) { "…".to_owned() } else { word.to_owned() };
    let words = text.split_inclusive(|c: char| c.is_whitespace() || c == '"').map(steady);
    words.collect()
}

#[expect(clippy::disallowed_methods, reason = "a test reads its own environment")]
fn update() -> bool {
    std::env::var_os("UPDATE").is_some()
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
    let guide = Guide::read();
    let (mut receiver, mut printed) = (None, HashMap::new());
    let mut heard: Vec<String> = Vec::new();
    for (place, language, text) in guide.blocks() {
        let Some(mut command) = command(&language, &text, &variables) else { continue };
        if text.contains("serve_forever") {
            receiver = Some(Receiver::start(command, place, text));
            time::sleep(Duration::from_secs(2)).await;
            continue;
        }
        if text.contains("Grace") {
            // It is down for a while.
            heard.extend(receiver.as_mut().map(Receiver::stop).unwrap_or_default());
        }
        if text.contains("/replay\"")
            && let Some(down) = &mut receiver
        {
            down.start_again(&variables);
            time::sleep(Duration::from_secs(2)).await;
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
        if language != "sh" {
            assert_eq!(text_out, "2 contacts\n");
        }
        printed.insert(place, shown(&text_out));
        time::sleep(Duration::from_secs(2)).await;
    }
    if let Some(mut receiver) = receiver {
        heard.extend(receiver.stop());
        let kinds: Vec<_> = heard.iter().map(|line| line.split(' ').next().unwrap()).collect();
        // Those of the time before the endpoint was there are replayed, too.
        assert_eq!(kinds, ["webhook_endpoint.tested", "contact.created", "contact.created", "contact.created"]);
        printed.insert(receiver.place, heard.join("\n"));
        let (then, now) = (guide.parts.join("```"), guide.with(&printed));
        if update() {
            std::fs::write(GUIDE, now).unwrap();
        } else if steady(&then) != steady(&now) {
            panic!("the guide prints something else: run `UPDATE=1 cargo test integrating` and read the diff\n{now}");
        }
    }
    let ended = app.request(reqwest::Method::GET, "/v1/contacts").bearer_auth(&variables["INROAD_KEY"]);
    app.send(ended).await.expect(401);
}

/// The receiver of the guide, which can be down for a while.
struct Receiver {
    place: usize,
    text: String,
    running: Option<(Killed, std::sync::mpsc::Receiver<String>)>,
}

impl Receiver {
    fn start(command: Command, place: usize, text: String) -> Self {
        Self { place, text, running: Some(run(command)) }
    }

    fn start_again(&mut self, variables: &HashMap<String, String>) {
        self.running = command("python", &self.text, variables).map(run);
    }

    /// What it has heard.
    fn stop(&mut self) -> Vec<String> {
        self.running.take().map(|(_running, heard)| heard.try_iter().collect()).unwrap_or_default()
    }
}

fn run(mut command: Command) -> (Killed, std::sync::mpsc::Receiver<String>) {
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (sender, received) = std::sync::mpsc::channel();
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(sender.send(line))));
    (Killed(child), received)
}
