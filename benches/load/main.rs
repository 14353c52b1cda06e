//! The load benchmark: what the service costs beside the database work itself. `docs/performance.md` tells how to run
//! and read it.
mod client;
mod data;
mod pgbench;
mod server;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use client::{Connection, Timings, drive, once, request};
use data::{CONTACTS, ID_PREFIX, SEARCHED};
use pgbench::{Script, Statement, capture};
use serde_json::{Value, json};
use server::{Server, Usage};

const CONNECTIONS: usize = 16;
const WARM_UP: Duration = Duration::from_millis(500);
/// Between two requests of the reader beside an import.
const PAUSE: Duration = Duration::from_millis(5);

/// Load on the service, beside pgbench with the same statements.
#[derive(Debug, Parser)]
struct Options {
    /// How long each figure is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// A smoke run: a second each, on 10 workspaces
    #[arg(long)]
    quick: bool,
    /// Also print the statements that the service sends
    #[arg(long)]
    statements: bool,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let options = Options::parse();
    if !options.bench {
        println!("Measure with `cargo bench --bench load`.");
        return Ok(());
    }
    let over = Duration::from_secs(if options.quick { 1 } else { options.seconds });
    let (workspaces, rows) = if options.quick { (10, 3_000) } else { (200, 30_000) };
    let server = Server::start()?;
    let (reader, importer) = (User::register(&server, "reader")?, User::register(&server, "importer")?);
    let filling = Instant::now();
    data::fill(&server, &reader.workspace, workspaces)?;
    eprintln!("{} contacts filled in {:.0?}", workspaces * CONTACTS, filling.elapsed());

    println!("{}", machine(&server)?);
    println!("{workspaces} workspaces of {CONTACTS} contacts, {CONNECTIONS} connections, {over:?} each\n");
    println!(
        "| | requests/s | p50 | p99 | server CPU per 1,000 | resident, after / peak | pgbench/s | statements | ratio |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let bench = Bench { server: &server, user: &reader, over, show: options.statements };
    bench.get()?;
    bench.list()?;
    bench.search("search", "/v1/contacts")?;
    bench.search("search everything", "/v1/search")?;
    bench.create()?;
    println!("\n{}", bench.import(&importer, rows)?);
    println!("\n| export | seconds | contacts/s | server CPU | peak of resident memory, above before |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for name in ["contacts.vcf", "contacts.csv", "workspace.zip"] {
        println!("{}", bench.export(&importer, name, rows)?);
    }
    Ok(())
}

/// What the figures were measured on.
fn machine(server: &Server) -> Result<String> {
    let info = std::fs::read_to_string("/proc/cpuinfo")?;
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = thread::available_parallelism()?;
    let version = server.psql("SHOW server_version")?;
    Ok(format!("{cores} cores ({}), PostgreSQL {version}", model.map_or("unknown", |(_, name)| name)))
}

struct User {
    token: String,
    workspace: String,
}

impl User {
    fn register(server: &Server, name: &str) -> Result<Self> {
        let body =
            json!({ "email": format!("{name}@example.com"), "password": "a bicycle made of rain", "name": name });
        let register = request("POST", "/v1/auth/register", None, JSON, body.to_string().as_bytes());
        let answer = once(server.address, &register)?;
        Ok(Self { token: text(&answer["access_token"])?, workspace: text(&answer["workspace"]["id"])? })
    }

    fn get(&self, path: &str) -> Vec<u8> {
        request("GET", path, Some(&self.token), "", b"")
    }
}

const JSON: &str = "Content-Type: application/json\r\n";

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("the answer is not as expected")?.to_owned())
}

struct Bench<'a> {
    server: &'a Server,
    user: &'a User,
    over: Duration,
    show: bool,
}

/// A number from a hat, the same in every run.
fn scattered(index: usize, turn: usize) -> usize {
    let mixed = ((index + 1) * 1_000_003 + turn).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) % CONTACTS
}

impl Bench<'_> {
    fn get(&self) -> Result<()> {
        let requests: Vec<_> =
            (0..CONTACTS).map(|n| self.user.get(&format!("/v1/contacts/{ID_PREFIX}{}", 1000 + n))).collect();
        let probed = format!("{ID_PREFIX}1500");
        let statements = self.capture(&requests[500])?;
        let script = Script::new("get", "\\set n random(1000, 1999)", &statements, true, |_, _, value| {
            by_id(value, &probed, &format!("'{ID_PREFIX}'::text || :n"))
        })?;
        self.measure("get one", &[script], statements.len(), |index, turn| requests[scattered(index, turn)].clone())
    }

    fn list(&self) -> Result<()> {
        let list = self.user.get("/v1/contacts");
        let statements = self.capture(&list)?;
        let script = Script::new("list", "", &statements, false, |_, _, _| None)?;
        self.measure("list 50", &[script], statements.len(), |_, _| list.clone())
    }

    fn search(&self, title: &str, path: &str) -> Result<()> {
        let requests: Vec<_> = SEARCHED.iter().map(|name| self.user.get(&format!("{path}?q={name}"))).collect();
        let mut scripts = Vec::new();
        let mut count = 0;
        for (search, name) in requests.iter().zip(SEARCHED) {
            let statements = self.capture(search)?;
            count = statements.len();
            scripts.push(Script::new(name, "", &statements, false, |_, _, _| None)?);
        }
        let pick = |index, turn| requests[scattered(index, turn) % requests.len()].clone();
        self.measure(title, &scripts, count, pick)
    }

    fn create(&self) -> Result<()> {
        let body = json!({
            "given_name": "Nora", "family_name": "Sørensen", "headline": "Lead Engineer at Harbor Labs",
            "emails": [{ "address": "nora.sorensen@example.com", "label": "work" }],
            "positions": [{ "company_name": "Harbor Labs", "title": "Lead Engineer", "started_on": "2024-02-01" }],
            "links": [{ "url": "https://www.linkedin.com/in/nora-sorensen" }],
            "tags": ["mentor"], "how_found": "event", "notes": "Met at the meetup; asks to be called in the morning.",
        });
        let body = body.to_string();
        let create = |number: u64| {
            let headers = format!("{JSON}Idempotency-Key: \"load-{number}\"\r\n");
            request("POST", "/v1/contacts", Some(&self.user.token), &headers, body.as_bytes())
        };
        let number = AtomicU64::new(2);
        let next = |_, _| create(number.fetch_add(1, Ordering::Relaxed));
        self.warm_up(&next)?;
        let mut made = Value::Null;
        let statements = capture(self.server, "INSERT INTO \"contacts\"", || {
            made = once(self.server.address, &create(1))?;
            Ok(())
        })?;
        self.tell("create", &statements);
        let (contact, position) = (text(&made["id"])?, text(&made["positions"][0]["id"])?);
        let prelude = "\\set turn :turn + 1\n\\set own 100000000000 + :client_id * 1000000000 + :turn";
        let mut script = Script::new("create", prelude, &statements, false, |statement, index, value| {
            let fresh = |prefix: &str| format!("'{prefix}-0000-7000-8000-'::text || :own");
            let column = insert_column(statement, index);
            match (value, column) {
                ("load-1", _) => Some("('load-pgbench-'::text || :own)".into()),
                (_, Some("seq")) => Some(":change_seq".into()),
                _ if statement.text.contains("pg_try_advisory_xact_lock") => Some(":own".into()),
                _ => by_id(value, &contact, &fresh("01a00000")).or_else(|| by_id(value, &position, &fresh("01a00001"))),
            }
        })?;
        script.set("turn", "0");
        self.measure("create", &[script], statements.len(), next)
    }

    fn import(&self, importer: &User, rows: usize) -> Result<String> {
        let csv = data::connections(rows);
        let import = request(
            "POST",
            "/v1/imports?kind=linkedin_connections",
            Some(&importer.token),
            "Content-Type: text/csv\r\n",
            csv.as_bytes(),
        );
        let alone = self.read_until(|| {
            thread::sleep(self.over);
            Ok(())
        })?;
        let alone = alone.1;
        let before = self.server.usage()?;
        self.server.forget_peak()?;
        let started = Instant::now();
        let (answer, beside) = self.read_until(|| once(self.server.address, &import))?;
        let (took, after) = (started.elapsed(), self.server.usage()?);
        let created = answer["counts"]["created"].as_u64();
        ensure!(created == Some(rows as u64), "the import created {created:?} of {rows} rows");
        Ok(format!(
            "| import | seconds | rows/s | server CPU | peak of resident memory, above before | get one meanwhile, p50 / p99 / \
             slowest | get one alone, p50 / p99 |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n\
             | {rows} rows | {:.2} | {:.0} | {:.2} s | {} MiB (to {} MiB) | {} / {} / {} | {} / {} |",
            took.as_secs_f64(),
            rows as f64 / took.as_secs_f64(),
            (after.cpu - before.cpu).as_secs_f64(),
            after.peak_kib.saturating_sub(before.resident_kib) / 1024,
            after.peak_kib / 1024,
            short(beside.percentile(50)),
            short(beside.percentile(99)),
            short(beside.percentile(100)),
            short(alone.percentile(50)),
            short(alone.percentile(99)),
        ))
    }

    /// An export of all that was imported.
    fn export(&self, importer: &User, name: &str, rows: usize) -> Result<String> {
        let before = self.server.usage()?;
        self.server.forget_peak()?;
        let started = Instant::now();
        client::runtime()?.block_on(async {
            let mut connection = Connection::open(self.server.address).await?;
            connection.send(&importer.get(&format!("/v1/exports/{name}"))).await.map(drop)
        })?;
        let (took, after) = (started.elapsed(), self.server.usage()?);
        Ok(format!(
            "| {name}, {rows} contacts | {:.2} | {:.0} | {:.2} s | {} MiB (to {} MiB) |",
            took.as_secs_f64(),
            rows as f64 / took.as_secs_f64(),
            (after.cpu - before.cpu).as_secs_f64(),
            after.peak_kib.saturating_sub(before.resident_kib) / 1024,
            after.peak_kib / 1024,
        ))
    }

    /// Reads single contacts, one after the other with a pause, as long as `work` takes.
    fn read_until<T: Send>(&self, work: impl FnOnce() -> Result<T> + Send) -> Result<(T, Timings)> {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let reading = scope.spawn(|| -> Result<Timings> {
                client::runtime()?.block_on(async {
                    let mut connection = Connection::open(self.server.address).await?;
                    let (mut taken, started) = (Vec::new(), Instant::now());
                    while !done.load(Ordering::Relaxed) {
                        let id = 1000 + scattered(0, taken.len());
                        let get = self.user.get(&format!("/v1/contacts/{ID_PREFIX}{id}"));
                        let sent = Instant::now();
                        connection.send(&get).await?;
                        taken.push(sent.elapsed());
                        tokio::time::sleep(PAUSE).await;
                    }
                    Timings::new(taken, started.elapsed())
                })
            });
            let value = work();
            done.store(true, Ordering::Relaxed);
            let timings = reading.join().map_err(|_| anyhow::anyhow!("the reader panicked"))??;
            Ok((value?, timings))
        })
    }

    /// What the service sends for a read. Before, all of its connections are opened and know the statements.
    fn capture(&self, request: &[u8]) -> Result<Vec<Statement>> {
        self.warm_up(&|_, _| request.to_vec())?;
        let mut statements =
            capture(self.server, "FROM \"contacts\"", || once(self.server.address, request).map(drop))?;
        statements.retain(|statement| !statement.text.contains("\"sessions\""));
        self.tell("read", &statements);
        Ok(statements)
    }

    fn warm_up(&self, make: &(impl Fn(usize, usize) -> Vec<u8> + Sync)) -> Result<()> {
        drive(self.server.address, CONNECTIONS, WARM_UP, make).map(drop)
    }

    fn tell(&self, name: &str, statements: &[Statement]) {
        for statement in statements.iter().filter(|_| self.show) {
            let how = if statement.prepared { "prepared" } else { "each time" };
            eprintln!("{name}, {how}: {}", statement.text);
        }
    }

    fn measure(
        &self,
        name: &str,
        scripts: &[Script],
        statements: usize,
        make: impl Fn(usize, usize) -> Vec<u8> + Sync,
    ) -> Result<()> {
        let tps = pgbench::run(self.server, CONNECTIONS, self.over, scripts)?;
        self.warm_up(&make)?;
        let before = self.server.usage()?;
        let timings = drive(self.server.address, CONNECTIONS, self.over, &make)?;
        let Usage { cpu, resident_kib, peak_kib } = self.server.usage()?;
        let cpu = (cpu - before.cpu).as_secs_f64() * 1e6 / timings.count() as f64;
        println!(
            "| {name} | {:.0} | {} | {} | {cpu:.0} ms | {} / {} MiB | {tps:.0} | {statements} | {:.2} |",
            timings.per_second(),
            short(timings.percentile(50)),
            short(timings.percentile(99)),
            resident_kib / 1024,
            peak_kib / 1024,
            timings.per_second() / tps,
        );
        Ok(())
    }
}

/// The expression in place of the id `probed`, alone or as the only one of an array.
fn by_id(value: &str, probed: &str, expression: &str) -> Option<String> {
    if value == probed {
        return Some(format!("({expression})::uuid"));
    }
    let array = value.strip_prefix('{').and_then(|value| value.strip_suffix('}')) == Some(probed);
    array.then(|| format!("('{{' || {expression} || '}}')::uuid[]"))
}

/// The column that a parameter of an insert of one row goes into.
fn insert_column(statement: &Statement, index: usize) -> Option<&str> {
    let (_, columns) = statement.text.strip_prefix("INSERT INTO ")?.split_once('(')?;
    columns.split_once(')')?.0.split(", ").nth(index).map(|name| name.trim_matches('"'))
}

fn short(time: Duration) -> String {
    let micros = time.as_micros();
    if micros < 1000 { format!("{micros} µs") } else { format!("{:.1} ms", time.as_secs_f64() * 1000.0) }
}
