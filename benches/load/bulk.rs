//! Imports, exports, and single requests that look at much.
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::client::{self, Connection, Timings, once};
use crate::data::{ID_PREFIX, Size};
use crate::files::Format;
use crate::requests::{Bench, scattered};
use crate::server::Server;
use crate::short;
use crate::user::{JSON, User, text};

/// Between two requests of the reader beside an import.
const PAUSE: Duration = Duration::from_millis(5);
/// How often one request is repeated.
const TIMES: usize = 20;

pub const IMPORT_HEADING: &str = "| import | seconds | rows/s | server CPU | peak of resident memory, above before | \
    get one meanwhile, p50 / p99 / slowest | get one alone, p50 / p99 |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |";
pub const EXPORT_HEADING: &str = "| export | seconds | contacts/s | server CPU | peak of resident memory, above before |\n\
    | --- | ---: | ---: | ---: | ---: |";
pub const SINGLE_HEADING: &str = "| one request at a time | first | p50 | slowest |\n| --- | ---: | ---: | ---: |";

/// A file into a new workspace, while somebody else reads.
pub fn import(bench: &Bench<'_>, format: &Format, rows: usize) -> Result<String> {
    let server = bench.server;
    let importer =
        User::register(server, &format!("importer-{}-{}", format.name.replace(' ', "-"), std::process::id()))?;
    let file = (format.make)(rows);
    let headers = format!("Content-Type: {}\r\nPrefer: wait=60\r\n", format.media_type);
    let post = importer.post("/v1/imports", &headers, file.as_bytes());
    let pause = || -> Result<()> {
        thread::sleep(bench.over);
        Ok(())
    };
    let ((), alone) = read_until(bench, pause)?;
    let before = server.usage()?;
    server.forget_peak()?;
    let started = Instant::now();
    let (created, beside) = read_until(bench, || finished(server, &importer, &post))?;
    let (took, after) = (started.elapsed(), server.usage()?);
    ensure!(created == rows as u64, "the import of {} created {created} of {rows} rows", format.name);
    Ok(format!(
        "| {}, {rows} rows, {:.1} MiB | {:.2} | {:.0} | {:.2} s | {} MiB (to {} MiB) | {} / {} / {} | {} / {} |",
        format.name,
        file.len() as f64 / 1_048_576.0,
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

/// How many contacts an import created, once it has ended.
fn finished(server: &Server, importer: &User, post: &[u8]) -> Result<u64> {
    let mut import = once(server.address, post)?;
    while import["state"] == "running" {
        thread::sleep(Duration::from_millis(100));
        import = once(server.address, &importer.get(&format!("/v1/imports/{}", text(&import["id"])?)))?;
    }
    import["counts"]["created"].as_u64().with_context(|| format!("no count in {import}"))
}

/// Reads single contacts, one after the other with a pause, as long as `work` takes.
fn read_until<T: Send>(bench: &Bench<'_>, work: impl FnOnce() -> Result<T> + Send) -> Result<(T, Timings)> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reading = scope.spawn(|| -> Result<Timings> {
            client::runtime()?.block_on(async {
                let mut connection = Connection::open(bench.server.address).await?;
                let (mut taken, started) = (Vec::new(), Instant::now());
                while !done.load(Ordering::Relaxed) {
                    let id = 1000 + scattered(0, taken.len());
                    let get = bench.user.get(&format!("/v1/contacts/{ID_PREFIX}{id}"));
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

/// An export of a whole workspace.
pub fn export(server: &Server, user: &User, name: &str, contacts: usize) -> Result<String> {
    let before = server.usage()?;
    server.forget_peak()?;
    let started = Instant::now();
    let bytes = client::runtime()?.block_on(async {
        let mut connection = Connection::open(server.address).await?;
        connection.send(&user.get(&format!("/v1/exports/{name}"))).await.map(<[u8]>::len)
    })?;
    let (took, after) = (started.elapsed(), server.usage()?);
    Ok(format!(
        "| {name}, {contacts} contacts, {:.1} MiB | {:.2} | {:.0} | {:.2} s | {} MiB (to {} MiB) |",
        bytes as f64 / 1_048_576.0,
        took.as_secs_f64(),
        contacts as f64 / took.as_secs_f64(),
        (after.cpu - before.cpu).as_secs_f64(),
        after.peak_kib.saturating_sub(before.resident_kib) / 1024,
        after.peak_kib / 1024,
    ))
}

/// Requests that look at all of a large workspace, or at a long text.
pub fn singles(server: &Server, [small, middle, big]: [&User; 3], size: &Size) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut time = |name: String, request: &[u8]| -> Result<()> {
        let (first, timings) = repeat(server, request)?;
        let (half, slowest) = (timings.percentile(50), timings.percentile(100));
        lines.push(format!("| {name} | {} | {} | {} |", short(first), short(half), short(slowest)));
        Ok(())
    };
    time("get one".to_owned(), &small.get(&format!("/v1/contacts/{ID_PREFIX}1500")))?;
    time("`GET /v1/search?q=lindqvist`".to_owned(), &small.get("/v1/search?q=lindqvist"))?;
    time(format!("`GET /v1/search?q=lindqvist`, {} contacts", size.big), &big.get("/v1/search?q=lindqvist"))?;
    time("`?q=lindqvsit`, misspelt".to_owned(), &small.get("/v1/contacts?q=lindqvsit"))?;
    time(format!("the same of {} contacts", size.big), &big.get("/v1/contacts?q=lindqvsit"))?;
    time(format!("`?q=exmaple`, like half of {} contacts", size.big), &big.get("/v1/contacts?q=exmaple"))?;
    time(format!("duplicates among {} contacts", size.middle), &middle.get("/v1/contacts/duplicates"))?;
    time("lint of 150 words".to_owned(), &lint(small, MESSAGE))?;
    for (what, piece) in ADVERSARIES {
        // As JSON has it, for the body as a whole may be of 1 MiB.
        let length = serde_json::to_string(piece)?.len() - 2;
        time(format!("lint of 1 MB of {what}"), &lint(small, &piece.repeat(1_040_000 / length)))?;
    }
    Ok(lines)
}

fn lint(user: &User, body: &str) -> Vec<u8> {
    let input: Value = json!({
        "channel": "email", "purpose": "introduction", "subject": "Fifteen minutes about computing?", "body": body,
        "contact_name": "Ada Lovelace",
    });
    user.post("/v1/lint", JSON, input.to_string().as_bytes())
}

/// The first answer to a request, and the times of those after it.
fn repeat(server: &Server, request: &[u8]) -> Result<(Duration, Timings)> {
    client::runtime()?.block_on(async {
        let mut connection = Connection::open(server.address).await?;
        let (started, mut taken) = (Instant::now(), Vec::with_capacity(TIMES + 1));
        for _ in 0..=TIMES {
            let sent = Instant::now();
            connection.send(request).await?;
            taken.push(sent.elapsed());
        }
        let first = taken.swap_remove(0);
        Ok((first, Timings::new(taken, started.elapsed())?))
    })
}

/// A hundred and fifty words.
const MESSAGE: &str = "Hi Ada,\n\nI came across your talk on analytical engines at the London Computing Meetup last month, \
and your point about punched cards as a contract between people and machines has stayed with me since. I am a data \
analyst at a small energy firm and I am thinking about moving towards computing research over the next two years. Before \
I decide anything I would like to understand what the work is really like from somebody who does it every day: how you \
choose problems, what a good week looks like, and what you wish you had known when you started.\n\nWould you have fifteen \
minutes for a call in the week of 9 March? I am free on Tuesday and Thursday afternoons, and I am glad to work around your \
calendar. I will send three questions beforehand, and I will not ask you for a job.\n\nThank you for reading this, and for \
the talk.\n\nBest wishes,\nSam Okafor\n";

/// Texts that make careless rules slow.
const ADVERSARIES: [(&str, &str); 9] = [
    ("words", "would you have fifteen minutes for a call about your work "),
    ("one letter", "a"),
    ("blanks", " "),
    ("line ends", "\n"),
    ("opening brackets", "[{(<"),
    ("at signs", "a@"),
    ("quotes", "> \"a' "),
    ("placeholders", "[name] {{x}} <y> "),
    ("links", "https://a.b/?c "),
];
