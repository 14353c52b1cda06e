//! The tour of the README does what it shows. `UPDATE=1 cargo test readme` writes what it shows.
use std::io::Write;
use std::process::{Command, Stdio};

use inroad::jobs;

use crate::sink::Sink;
use crate::support::TestApp;
use crate::web::Web;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
const SHOWN: &str = "http://127.0.0.1:8080";
/// Where Mailpit shows the mails that it caught.
const CAUGHT: &str = "http://127.0.0.1:8025";
/// Where the folder of the feeds is served.
const SERVED: &str = "http://127.0.0.1:8000";
/// Printed between the outputs of the commands.
const MARK: &str = "=====";

#[actix_web::test]
async fn the_tour_does_what_it_shows() {
    let sink = Sink::start();
    let (mails, url) = (sink.page(), sink.url());
    let web = Web::start();
    let feed = include_str!("../data/feeds/rss-2.0.xml");
    web.put("/rss-2.0.xml", "200 OK", &[("content-type", "application/xml")], feed);
    let served = web.url("");
    let mail = ["--smtp-url", &url, "--mail-from", "Inroad <inroad@localhost>"];
    let app = TestApp::with(&[&mail[..], &["--outgoing-hosts", "127.0.0.1"]].concat()).await;
    let (worker, kinds) = (app.app.clone(), inroad::server::jobs());
    actix_web::rt::spawn(async move {
        loop {
            let _ = jobs::run_one(&worker, &kinds).await;
            actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    });
    let readme = std::fs::read_to_string(README).unwrap();
    let commands: Vec<&str> = tour(&readme).lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(commands.len() > 5);
    let script: String = commands.iter().map(|command| format!("{command}\necho; echo {MARK}\n")).collect();
    let base = app.base.clone();
    let told = actix_web::rt::task::spawn_blocking(move || {
        let told = run(&script.replace(SHOWN, &base).replace(CAUGHT, &mails).replace(SERVED, &served));
        told.replace(&base, SHOWN).replace(&mails, CAUGHT).replace(&served, SERVED)
    });
    let told = told.await.unwrap();
    let mut outputs = told.split(MARK).map(|output| output.trim().to_owned());

    let mut shown = String::new();
    let mut in_block = false;
    for line in tour(&readme).lines() {
        if line.starts_with("```") {
            in_block = line == "```console";
        }
        // What a block shows between its commands is written anew.
        if !in_block || line.starts_with("```") || line.starts_with("$ ") {
            shown.push_str(line);
            shown.push('\n');
        }
        if line.starts_with("$ ") {
            let output = outputs.next().unwrap();
            if !output.is_empty() {
                shown.push_str(&output);
                shown.push('\n');
            }
        }
    }
    if update() {
        std::fs::write(README, readme.replace(tour(&readme), &shown)).unwrap();
        return;
    }
    same(&steady(tour(&readme)), &steady(&shown));
}

#[expect(clippy::disallowed_methods, reason = "a test reads its own environment")]
fn update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

fn same(then: &str, now: &str) {
    for (then, now) in then.lines().zip(now.lines()) {
        assert_eq!(then, now, "the tour shows something else: run `UPDATE=1 cargo test readme` and read the diff");
    }
    assert_eq!(then.lines().count(), now.lines().count());
}

fn tour(readme: &str) -> &str {
    let start = readme.find("<!-- tour -->\n").unwrap() + "<!-- tour -->\n".len();
    &readme[start..readme.find("<!-- end of tour -->").unwrap()]
}

fn run(script: &str) -> String {
    let mut shell = Command::new("bash")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    String::from_utf8(shell.wait_with_output().unwrap().stdout).unwrap()
}

/// Without the ids, which are new each time.
fn steady(text: &str) -> String {
    let is_hex = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
    text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .map(|word| {
            let end = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(word.len());
            let parts: Vec<&str> = word[..end].split('-').collect();
            let is_id =
                parts.len() == 5 && parts.iter().zip([8, 4, 4, 4, 12]).all(|(part, length)| is_hex(part, length));
            if is_id { format!("<id>{}", &word[end..]) } else { word.to_owned() }
        })
        .collect()
}
