//! A service per test, on a port of its own and a database cloned from a template; requests go over real HTTP.
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use chrono::{DateTime, Duration, TimeZone, Utc};
use clap::Parser;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use inroad::app::App;
use inroad::auth::{Role, Scopes, secrets::KeyRing};
use inroad::config::{Config, Settings};
use inroad::db::embedded::{Cluster, Options};
use inroad::db::{Connector, WorkspaceId, migrate};
use inroad::server;
use reqwest::{Method, RequestBuilder, Response, header::HeaderMap};
use secrecy::SecretString;
use serde_json::Value;
use uuid::Uuid;

use crate::statements;

const TEMPLATE: &str = "inroad_template";
/// 9:00 on a Monday.
const START: (i32, u32, u32, u32) = (2026, 3, 2, 9);

/// The run's own PostgreSQL. Its thread never ends, for the server gets its death signal from the thread that
/// started it.
static CLUSTER: LazyLock<TestCluster> = LazyLock::new(|| {
    let (ready, started) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let cluster = TestCluster::start();
        ready.send(cluster).unwrap();
        loop {
            std::thread::park();
        }
    });
    started.recv().unwrap()
});

struct TestCluster {
    cluster: Cluster,
    folder: PathBuf,
}

impl TestCluster {
    fn start() -> Self {
        remove_left_over();
        let folder = std::env::temp_dir().join(format!("inroad-test-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut options = Options::new(&folder);
        options.durable = false;
        options.max_connections = 400;
        #[expect(clippy::disallowed_methods, reason = "a test reads its own environment")]
        let (path, bin) = (std::env::var_os("PATH"), std::env::var_os("INROAD_PG_BIN"));
        options.path = path;
        options.pg_bin = bin.map(PathBuf::from);
        let cluster = Cluster::start(&options).unwrap();
        let connector = Connector::new(&cluster.url("postgres"), true).unwrap();
        on_runtime(async move { execute(&connector, &format!("CREATE DATABASE {TEMPLATE}")).await });
        let template = Connector::new(&cluster.url(TEMPLATE), true).unwrap();
        migrate::run(&template).unwrap();
        Self { cluster, folder }
    }
}

/// Folders of runs that are over. A run cannot remove its own: it ends while its server still stops.
fn remove_left_over() {
    for entry in std::fs::read_dir(std::env::temp_dir()).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap_or_default();
        if let Some(pid) = name.strip_prefix("inroad-test-")
            && !PathBuf::from(format!("/proc/{pid}")).exists()
        {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn on_runtime(work: impl Future<Output = ()> + Send + 'static) {
    std::thread::spawn(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work))
        .join()
        .unwrap();
}

async fn create_database(template: &str) -> (String, Connector) {
    statements::watch();
    let cluster = &CLUSTER.cluster;
    let name = format!("t_{}", Uuid::now_v7().simple());
    let admin = Connector::new(&cluster.url("postgres"), true).unwrap();
    execute(&admin, &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")).await;
    let connector = Connector::new(&cluster.url(&name), true).unwrap();
    (name, connector)
}

/// A database without a schema.
pub async fn empty_database() -> Connector {
    create_database("template0").await.1
}

async fn execute(connector: &Connector, sql: &str) {
    let mut conn = statements::unwatched(connector.connect()).await.unwrap();
    conn.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// A running service. Its clock stands still unless a test moves it.
pub struct TestApp {
    pub app: Data<App>,
    pub base: String,
    /// `postgres://…` of this test's database.
    pub connector: Connector,
    pub url: String,
    /// `INROAD_SECRET`.
    pub secret: String,
    client: reqwest::Client,
    document: Value,
    clock: Arc<Mutex<DateTime<Utc>>>,
    handle: ServerHandle,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // The server's threads end by themselves; nobody waits for them.
        drop(self.handle.stop(false));
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_else(|| panic!("no id in {}", self.text)).to_owned()
    }

    /// `pointer` or `parameter` or `header` of each fault, in order.
    pub fn faults(&self) -> Vec<&str> {
        let faults = self.json["errors"].as_array().map_or(&[][..], Vec::as_slice);
        let place = |fault: &'_ Value| {
            ["pointer", "parameter", "header"].iter().find_map(|key| fault[*key].as_str().map(str::len))
        };
        faults
            .iter()
            .filter(|fault| place(fault).is_some())
            .filter_map(|fault| ["pointer", "parameter", "header"].iter().find_map(|key| fault[*key].as_str()))
            .collect()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Member {
    pub token: String,
    pub user: Uuid,
    pub workspace: Uuid,
    pub session: Uuid,
}

impl TestApp {
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With settings of its own, as flags.
    pub async fn with(flags: &[&str]) -> Self {
        let (name, connector) = create_database(TEMPLATE).await;
        Self::on(&name, connector, flags).await
    }

    /// On a database whose schema was made by this SQL.
    pub async fn with_schema(sql: &str, flags: &[&str]) -> Self {
        let (name, connector) = create_database("template0").await;
        execute(&connector, sql).await;
        Self::on(&name, connector, flags).await
    }

    async fn on(name: &str, connector: Connector, flags: &[&str]) -> Self {
        let mut config = Config::read(settings(name, flags)).unwrap();
        // What reads strangers' files in a process of its own is not this binary.
        config.program = env!("CARGO_BIN_EXE_inroad").into();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (year, month, day, hour) = START;
        let clock = Arc::new(Mutex::new(Utc.with_ymd_and_hms(year, month, day, hour, 0, 0).unwrap()));
        let reading = Arc::clone(&clock);
        let secret = KeyRing::generate().unwrap();
        let ring = KeyRing::parse(&SecretString::from(secret.clone())).unwrap();
        let now = Arc::new(move || *reading.lock().unwrap());
        let app = Data::new(App::new(config, connector.clone(), ring, base.clone(), now, server::slices()).unwrap());
        app.keys.load(&app).await.unwrap();
        let running = server::serve(app.clone(), listener).unwrap();
        let handle = running.server.handle();
        actix_web::rt::spawn(running.server);
        let client = reqwest::Client::builder().no_gzip().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let url = CLUSTER.cluster.url(name);
        Self { app, base, connector, url, secret, client, document: server::document(), clock, handle }
    }

    /// Moves the clock of the service.
    pub fn pass(&self, time: Duration) {
        *self.clock.lock().unwrap() += time;
    }

    /// Sets the clock of the service right, for what others hold against theirs.
    #[expect(clippy::disallowed_methods, reason = "others have no other clock")]
    pub fn pass_to_the_present(&self) {
        *self.clock.lock().unwrap() = Utc::now();
    }

    /// Runs SQL with the owner's rights.
    pub async fn sql(&self, sql: &str) {
        execute(&self.connector, sql).await;
    }

    /// Rows of a table, with the owner's rights.
    pub async fn count(&self, table: &str) -> i64 {
        let count = self.texts(&format!("SELECT count(*)::text AS text FROM {table}")).await;
        count[0].parse().unwrap()
    }

    /// The column `text` of a query, with the owner's rights.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        #[derive(diesel::QueryableByName)]
        #[diesel(check_for_backend(diesel::pg::Pg))]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Text)]
            text: String,
        }
        let mut conn = self.connection().await;
        let rows: Vec<Row> = diesel_async::RunQueryDsl::load(diesel::sql_query(sql), &mut conn).await.unwrap();
        rows.into_iter().map(|row| row.text).collect()
    }

    /// How the database would go about the last of these statements, with the owner's rights.
    pub async fn explain(&self, sql: &str) -> String {
        #[derive(diesel::QueryableByName)]
        #[diesel(check_for_backend(diesel::pg::Pg))]
        struct Line {
            #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
            text: String,
        }
        let mut conn = self.connection().await;
        let (before, last) = sql.rsplit_once("; ").unwrap_or(("SELECT 1", sql));
        conn.batch_execute(before).await.unwrap();
        let lines: Vec<Line> = diesel_async::RunQueryDsl::load(diesel::sql_query(last), &mut conn).await.unwrap();
        lines.into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
    }

    pub async fn connection(&self) -> AsyncPgConnection {
        statements::unwatched(self.connector.connect()).await.unwrap()
    }

    /// An owner of a new workspace.
    pub async fn seeker(&self) -> Member {
        self.member(None, Role::Owner, Scopes::all()).await
    }

    /// Somebody with a role in a workspace (a new one when none is given), whose token has these scopes.
    pub async fn member(&self, workspace: Option<Uuid>, role: Role, scopes: Scopes) -> Member {
        let (user, session) = (Uuid::now_v7(), Uuid::now_v7());
        let now = self.app.now().to_rfc3339();
        let mut sql = format!(
            "INSERT INTO users VALUES ('{user}', 1, '{now}', '{now}', '{user}@example.org', '{user}@example.org',
                 '{now}', 'Test Person', '', 'UTC', 'en');"
        );
        let id = workspace.unwrap_or_else(Uuid::now_v7);
        if workspace.is_none() {
            sql += &format!("INSERT INTO workspaces VALUES ('{id}', 1, '{now}', '{now}', 'Test', 0);");
        }
        let role = role.name();
        sql += &format!(
            "INSERT INTO members VALUES ('{id}', '{user}', 1, '{now}', '{now}', '{role}');
             INSERT INTO sessions VALUES ('{session}', '{user}', '{id}', '{now}', '{now}', '{now}', '2030-01-01');"
        );
        self.sql(&sql).await;
        let vouched = WorkspaceId::vouched(id);
        let token = inroad::auth::access_token(&self.app, user, vouched, session, scopes).await.unwrap();
        Member { token, user, workspace: id, session }
    }

    /// A fresh token of the same.
    pub async fn member_again(&self, member: &Member) -> Member {
        let vouched = WorkspaceId::vouched(member.workspace);
        let token = inroad::auth::access_token(&self.app, member.user, vouched, member.session, Scopes::all()).await;
        Member { token: token.unwrap(), ..member.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Sends it and reads the answer, which the document must describe.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let request = request.build().unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let reply = read(self.client.execute(request).await.unwrap()).await;
        self.hold_against_document(&method, &path, &reply);
        reply
    }

    /// Sends what the server may hang up on.
    pub async fn send_freely(&self, request: RequestBuilder) -> Option<Reply> {
        Some(read(self.client.execute(request.build().unwrap()).await.ok()?).await)
    }

    pub async fn get(&self, path: &str, member: &Member) -> Reply {
        self.send(self.request(Method::GET, path).bearer_auth(&member.token)).await
    }

    pub async fn delete(&self, path: &str, member: &Member) -> Reply {
        self.send(self.request(Method::DELETE, path).bearer_auth(&member.token)).await
    }

    pub async fn post(&self, path: &str, member: &Member, body: Value) -> Reply {
        self.send(self.request(Method::POST, path).bearer_auth(&member.token).json(&body)).await
    }

    pub async fn put(&self, path: &str, member: &Member, body: Value) -> Reply {
        self.send(self.request(Method::PUT, path).bearer_auth(&member.token).json(&body)).await
    }

    pub async fn patch(&self, path: &str, member: &Member, body: Value) -> Reply {
        let request = self.request(Method::PATCH, path).bearer_auth(&member.token).json(&body);
        self.send(request.header("content-type", "application/merge-patch+json")).await
    }

    /// Without a credential.
    pub async fn post_publicly(&self, path: &str, body: Value) -> Reply {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// The document may not be silent about what the service does.
    fn hold_against_document(&self, method: &Method, path: &str, reply: &Reply) {
        let fits = |pattern: &str| {
            let (want, have): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
            want.len() == have.len() && want.iter().zip(&have).all(|(want, have)| want == have || want.starts_with('{'))
        };
        let paths = self.document["paths"].as_object().unwrap();
        // A literal path goes before a pattern, as in the router.
        let item = paths.get(path).or_else(|| paths.iter().find(|(pattern, _)| fits(pattern)).map(|(_, item)| item));
        let Some(operation) = item.and_then(|item| item.get(method.as_str().to_lowercase())) else { return };
        let status = reply.status.to_string();
        assert!(
            operation["responses"][&status].is_object(),
            "{method} {path} does not document {status}: {}",
            reply.text
        );
        if reply.status >= 400 {
            assert_eq!(reply.header("content-type"), "application/problem+json", "{method} {path}: {}", reply.text);
            assert!(reply.json["code"].is_string() && reply.json["errors"].is_array(), "{}", reply.text);
        }
    }
}

async fn read(response: Response) -> Reply {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let json = serde_json::from_str(&text).unwrap_or(Value::Null);
    Reply { status, headers, text, json }
}

#[derive(Parser)]
#[command(args_override_self = true)]
struct Flags {
    #[command(flatten)]
    settings: Settings,
}

fn settings(name: &str, flags: &[&str]) -> Settings {
    let folder = CLUSTER.folder.join(name);
    let always = ["test", "--workers", "1", "--pool-size", "4", "--read-lanes", "2", "--rate-limit", "0"];
    let rest = ["--rate-limit-workspace", "0", "--rate-limit-anonymous", "0", "--sign-in-limit", "0", "--data-dir"];
    let folder = folder.to_str().unwrap().to_owned();
    let all = always.iter().chain(&rest).copied().chain([folder.as_str()]).chain(flags.iter().copied());
    Flags::parse_from(all).settings
}
