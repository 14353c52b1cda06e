//! The binary as an operator meets it: one command, private PostgreSQL, killed and started again.
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use inroad::db::embedded::{Cluster, Options};
use serde_json::{Value, json};

pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("inroad-process-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn inroad(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_inroad"));
    command.current_dir(std::env::temp_dir()).args(arguments).arg("--data-dir").arg(folder);
    command.env_remove("DATABASE_URL").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn output(folder: &Path, arguments: &[&str]) -> (Output, String) {
    let output = inroad(folder, arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, told)
}

/// A serving process, killed when a test gives it up.
pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = inroad(folder, &[&["--listen", "127.0.0.1:0"], arguments].concat()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let listening = lines.by_ref().map_while(Result::ok).find(|line| line.starts_with("Inroad is listening on "));
        let Some(line) = listening else {
            let mut told = String::new();
            child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
            panic!("it did not start: {told}");
        };
        // Both pipes are read on, so that nothing blocks on them.
        let mut errors = child.stderr.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut errors, &mut std::io::sink()));
        std::thread::spawn(move || lines.for_each(drop));
        Self { url: line.trim_start_matches("Inroad is listening on ").to_owned(), child }
    }

    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a postmaster of this folder is alive.
fn has_postgres(folder: &Path) -> bool {
    let pid = std::fs::read_to_string(folder.join("postgres/postmaster.pid")).unwrap_or_default();
    let pid = pid.lines().next().unwrap_or_default().to_owned();
    !pid.is_empty() && std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

pub async fn register(url: &str) -> String {
    let body = json!({ "email": "ada@engines.example", "password": "correct horse battery", "name": "Ada" });
    let reply = reqwest::Client::new().post(format!("{url}/v1/auth/register")).json(&body).send().await.unwrap();
    let reply: Value = reply.json().await.unwrap();
    reply["access_token"].as_str().unwrap().to_owned()
}

pub async fn get(url: &str, path: &str, token: &str) -> Value {
    let request = reqwest::Client::new().get(format!("{url}{path}")).bearer_auth(token);
    request.send().await.unwrap().json().await.unwrap()
}

#[actix_web::test]
async fn one_command_serves_and_stops_cleanly() {
    let folder = Folder::new("serve");
    let mut server = Server::start(&folder.0, &[]);
    let token = register(&server.url).await;
    assert_eq!(get(&server.url, "/readyz", "").await["status"], "ok");

    let (second, told) = output(&folder.0, &["--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(told.contains("in use") && told.contains(&server.child.id().to_string()), "{told}");
    let port = server.url.trim_start_matches("http://").to_owned();
    let other = Folder::new("other");
    let (taken, told) = output(&other.0, &["--listen", &port]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(told.contains(&port) && told.contains("--listen"), "{told}");
    assert!(!other.0.join("postgres").exists(), "a taken port costs nothing");
    let (keys, _) = output(&folder.0, &["keys", "list"]);
    assert!(keys.status.success(), "one-shot commands use the running cluster");

    server.signal("-TERM");
    assert_eq!(server.wait(), Some(0));
    assert!(!has_postgres(&folder.0));
    let mut again = Server::start(&folder.0, &[]);
    assert_eq!(get(&again.url, "/v1/me", &token).await["email"], Value::Null, "another port is another issuer");
    again.signal("-INT");
    assert_eq!(again.wait(), Some(0));
}

#[actix_web::test]
async fn a_killed_import_is_whole_or_absent_and_says_which() {
    let folder = Folder::new("kill");
    // A fixed issuer, so that the token is good after the restart.
    let settings = ["--public-url", "http://inroad.example", "--rate-limit", "0"];
    let mut server = Server::start(&folder.0, &settings);
    let token = register(&server.url).await;
    let mut file = String::from("First Name,Last Name,URL,Email Address,Company,Position,Connected On\n");
    for n in 0..60_000 {
        file += &format!(
            "Given{n},Family{n},https://www.linkedin.com/in/person-{n},,Company {},Title,12 Mar 2025\n",
            n % 500
        );
    }
    let few: String = file.split_inclusive('\n').take(3_001).collect();
    let client = reqwest::Client::new();
    let request =
        client.post(format!("{}/v1/imports", server.url)).bearer_auth(&token).header("content-type", "text/csv");
    let request = request.header("prefer", "wait=60");
    let sending = actix_web::rt::spawn(async move { request.body(file).send().await.map(drop) });
    // Killed as soon as the import has begun.
    let begun = Instant::now();
    loop {
        let imports = get(&server.url, "/v1/imports", &token).await;
        if imports["data"][0]["state"] == "running" {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{imports}");
        actix_web::rt::time::sleep(Duration::from_millis(5)).await;
    }
    actix_web::rt::time::sleep(Duration::from_millis(300)).await;
    server.signal("-KILL");
    server.wait();
    assert!(sending.await.unwrap().is_err());

    let mut server = Server::start(&folder.0, &settings);
    let imports = get(&server.url, "/v1/imports", &token).await;
    let id = imports["data"][0]["id"].as_str().unwrap().to_owned();
    let import = get(&server.url, &format!("/v1/imports/{id}"), &token).await;
    assert_eq!((&import["state"], &import["failure"]["code"]), (&json!("failed"), &json!("interrupted")), "{import}");
    assert_eq!(get(&server.url, "/v1/contacts", &token).await["data"], json!([]));
    assert_eq!(get(&server.url, "/v1/companies", &token).await["data"], json!([]));

    // Asked to stop, it brings to its end what was accepted.
    let request =
        client.post(format!("{}/v1/imports", server.url)).bearer_auth(&token).header("content-type", "text/csv");
    let accepted = request.header("prefer", "respond-async").body(few).send().await.unwrap();
    assert_eq!(accepted.status(), 202);
    let path = accepted.headers()["location"].to_str().unwrap().to_owned();
    server.signal("-TERM");
    assert_eq!(server.wait(), Some(0));
    let server = Server::start(&folder.0, &settings);
    let import = get(&server.url, &path, &token).await;
    assert_eq!((&import["state"], &import["counts"]["created"]), (&json!("finished"), &json!(3_000)), "{import}");
}

#[actix_web::test]
async fn a_demo_tells_how_to_sign_in() {
    let folder = Folder::new("demo");
    let server = Server::start(&folder.0, &["serve", "--demo"]);
    let body = json!({ "email": "demo@inroad.example", "password": "walk-in-and-ask" });
    let signed = reqwest::Client::new().post(format!("{}/v1/auth/login", server.url)).json(&body).send().await.unwrap();
    let token = signed.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned();
    let contacts = get(&server.url, "/v1/contacts?limit=200", &token).await;
    let contacts = contacts["data"].as_array().unwrap();
    let stages: std::collections::HashSet<_> =
        contacts.iter().map(|contact| contact["stage"].as_str().unwrap()).collect();
    assert!(contacts.len() >= 20 && stages.len() >= 8, "{} contacts, {stages:?}", contacts.len());
    // Three feeds that ask nobody, and what they found.
    assert_eq!(get(&server.url, "/v1/feeds?enabled=false", &token).await["data"].as_array().unwrap().len(), 3);
    let alerts = get(&server.url, "/v1/alerts", &token).await;
    let states: Vec<&str> =
        alerts["data"].as_array().unwrap().iter().map(|alert| alert["state"].as_str().unwrap()).collect();
    assert_eq!(states.iter().filter(|state| **state == "kept").count(), 2, "{alerts}");
    assert_eq!(states.len(), 4, "{alerts}");
}

#[test]
fn all_mistakes_of_the_configuration_are_told_at_once() {
    let folder = Folder::new("mistakes");
    let (refused, told) =
        output(&folder.0, &["--listen", "0.0.0.0:0", "--row-security", "loose", "--database-url", "mysql://somewhere"]);
    assert_eq!(refused.status.code(), Some(1));
    for name in ["INROAD_PUBLIC_URL", "INROAD_ROW_SECURITY", "DATABASE_URL"] {
        assert!(told.contains(name), "{told}");
    }
}

#[test]
fn a_variable_without_a_value_is_one_that_is_not_set() {
    let folder = Folder::new("unset");
    let mut command = inroad(&folder.0, &["admin", "config"]);
    for name in ["INROAD_LISTEN", "INROAD_PG_BIN", "INROAD_WORKERS", "INROAD_PUBLIC_URL", "DATABASE_URL"] {
        command.env(name, "");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("listen: 127.0.0.1:8080"));
}

#[test]
fn a_file_of_settings_is_read_or_told_to_be_wrong() {
    let folder = Folder::new("env");
    std::fs::create_dir_all(&folder.0).unwrap();
    let config = |text: &str| {
        std::fs::write(folder.0.join(".env"), text).unwrap();
        let output = inroad(&folder.0, &["admin", "config"]).current_dir(&folder.0).output().unwrap();
        (output.status.code(), [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()))
    };
    let (code, [told, _]) = config("# a comment\nINROAD_LISTEN=127.0.0.1:81\nINROAD_RATE_LIMIT=\n");
    assert!(code == Some(0) && told.contains("listen: 127.0.0.1:81"), "{told}");
    let (code, [_, told]) = config("INROAD_LOG=info\nINROAD_SMTP_URL=smtp://user:two words@mail.example.org\n");
    assert!(code == Some(1) && told.contains("behind INROAD_LOG") && !told.contains("two"), "{told}");
}

#[test]
fn without_postgresql_it_says_what_to_do() {
    let folder = Folder::new("none");
    let empty = Folder::new("empty");
    std::fs::create_dir_all(&empty.0).unwrap();
    let (refused, told) = output(&folder.0, &["--listen", "127.0.0.1:0", "--pg-bin", empty.0.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    for hint in ["apt-get install postgresql", "dnf install", "brew install", "DATABASE_URL", "docker compose up"] {
        assert!(told.contains(hint), "{told}");
    }
}

#[test]
fn a_cluster_of_another_version_is_left_alone() {
    let folder = Folder::new("version");
    let cluster = folder.0.join("postgres");
    std::fs::create_dir_all(&cluster).unwrap();
    std::fs::write(cluster.join("PG_VERSION"), "11\n").unwrap();
    let (refused, told) = output(&folder.0, &["--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(told.contains("PostgreSQL 11"), "{told}");
    assert_eq!(std::fs::read_dir(&cluster).unwrap().count(), 1);
}

#[test]
fn a_command_says_that_migrations_are_missing() {
    let folder = Folder::new("pending");
    for arguments in [&["admin", "users"][..], &["keys", "list"]] {
        let (refused, told) = output(&folder.0, arguments);
        assert_eq!(refused.status.code(), Some(1));
        assert!(told.contains("run `inroad migrate`"), "{told}");
    }
    assert!(output(&folder.0, &["migrate"]).0.status.success());
    assert!(output(&folder.0, &["admin", "users"]).0.status.success());
}

#[actix_web::test]
async fn a_worker_does_the_jobs_that_a_service_leaves_to_it() {
    let folder = Folder::new("worker");
    let server = Server::start(&folder.0, &["serve", "--no-worker"]);
    register(&server.url).await;
    let jobs = || String::from_utf8(output(&folder.0, &["admin", "jobs"]).0.stdout).unwrap();
    assert!(jobs().starts_with("1 queued, the oldest due since "), "{}", jobs());
    // By kind, too, and with what waits to be told.
    let told = jobs();
    assert!(told.lines().any(|line| line.contains(": 1 queued, the oldest due since ")), "{told}");
    assert!(told.contains("webhooks: 0 deliveries pending, 0 changes to look through"), "{told}");
    let mut worker = inroad(&folder.0, &["worker"]).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !jobs().starts_with("0 queued; 0 running; 0 failed") {
        assert!(Instant::now() < deadline, "{}", jobs());
        std::thread::sleep(Duration::from_millis(300));
    }
    let mails = std::fs::read_dir(folder.0.join("mail")).unwrap().count();
    assert_eq!(mails, 1);
    assert!(Command::new("kill").args(["-TERM", &worker.id().to_string()]).status().unwrap().success());
    assert_eq!(worker.wait().unwrap().code(), Some(0));
}

/// A setting that is misspelt does nothing: it is told, with what may be meant.
#[test]
fn variables_that_are_no_settings_are_told() {
    let folder = Folder::new("misspelt");
    let mut command = inroad(&folder.0, &["admin", "config"]);
    command.env("INROAD_LISTN", "127.0.0.1:9").env("INROAD_COLOUR", "red").env("INROAD_TOKEN", "x");
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    assert!(told.contains("INROAD_LISTN is no setting and does nothing; did you mean INROAD_LISTEN?"), "{told}");
    assert!(told.contains("INROAD_COLOUR is no setting"), "{told}");
    assert!(!told.contains("INROAD_TOKEN"), "that one is a client's: {told}");
}

#[test]
fn no_secret_is_made_for_a_database_that_is_not_there() {
    let folder = Folder::new("nosecret");
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["worker"], &["keys", "list"], &["admin", "users"]] {
        let nowhere = ["--database-url", "postgres://nobody@127.0.0.1:1/nothing"];
        let (refused, told) = output(&folder.0, &[command, &nowhere].concat());
        assert_eq!(refused.status.code(), Some(1), "{told}");
        assert!(!folder.0.join("secret").exists(), "{command:?} made one");
    }
}

/// PostgreSQL goes away and comes back under a service that is asked all the while: the log says so in a few lines.
#[actix_web::test]
async fn an_outage_of_the_database_is_told_in_few_lines() {
    let folders = [Folder::new("outage-pg"), Folder::new("outage")];
    let pg = folders[0].0.clone();
    std::fs::create_dir_all(&pg).unwrap();
    let (go, steps) = std::sync::mpsc::channel::<()>();
    let (tell, told) = std::sync::mpsc::channel();
    // The cluster ends with the thread that started it.
    let cluster = std::thread::spawn(move || {
        for _ in 0..2 {
            let mut options = Options::new(&pg);
            #[expect(clippy::disallowed_methods, reason = "a test reads its own environment")]
            let (path, bin) = (std::env::var_os("PATH"), std::env::var_os("INROAD_PG_BIN"));
            (options.path, options.pg_bin) = (path, bin.map(PathBuf::from));
            let cluster = Cluster::start(&options).unwrap();
            tell.send(cluster.url("inroad")).unwrap();
            let _ = steps.recv();
            drop(cluster);
            let _ = tell.send(String::new());
            let _ = steps.recv();
        }
    });
    let url = told.recv().unwrap();
    let arguments = ["--listen", "127.0.0.1:0", "--database-url", &url, "--rate-limit", "0"];
    let mut child = inroad(&folders[1].0, &arguments).spawn().unwrap();
    let log = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let (kept, errors) = (log.clone(), BufReader::new(child.stderr.take().unwrap()));
    std::thread::spawn(move || {
        errors.lines().map_while(Result::ok).for_each(|line| *kept.lock().unwrap() += &(line + "\n"))
    });
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.starts_with("Inroad is listening on ")).unwrap();
    let mut server = Server { url: line.trim_start_matches("Inroad is listening on ").to_owned(), child };
    let token = register(&server.url).await;
    let client = reqwest::Client::new();
    let ask = async || client.get(format!("{}/v1/me", server.url)).bearer_auth(&token).send().await.unwrap().status();
    assert_eq!(ask().await, 200);
    go.send(()).unwrap();
    told.recv().unwrap();
    // What is known of a token lasts for seconds.
    let begun = Instant::now();
    let mut refused = 0;
    while begun.elapsed() < Duration::from_secs(9) {
        refused += usize::from(ask().await == 503);
        actix_web::rt::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(refused > 50, "{refused}");
    go.send(()).unwrap();
    told.recv().unwrap();
    let begun = Instant::now();
    while ask().await != 200 {
        assert!(begun.elapsed() < Duration::from_secs(20));
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
    server.signal("-TERM");
    server.wait();
    drop(go);
    cluster.join().unwrap();
    let log = log.lock().unwrap().clone();
    let beside: Vec<&str> = log.lines().filter(|line| !line.contains(" answered ")).collect();
    let failed = beside.iter().filter(|line| line.contains(" ERROR ")).count();
    assert!((1..=8).contains(&failed), "{failed} lines of {refused} requests:\n{}", beside.join("\n"));
    assert_eq!(beside.iter().filter(|line| line.contains("the database answers again")).count(), 1, "{beside:#?}");
    assert!(beside.iter().filter(|line| line.contains(" WARN ")).count() <= 3, "{beside:#?}");
    // Each request has the cause in its own line.
    let answered = log.lines().filter(|line| line.contains("with 503 in")).collect::<Vec<_>>();
    assert!(answered.len() >= refused && answered.iter().all(|line| line.contains(" ms: ")), "{:?}", answered.first());
}
