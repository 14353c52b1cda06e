//! What it costs that others hear of each change: listeners of the stream, and webhook endpoints.
use std::collections::HashMap;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::client::{Connection, Timings, drive, once, runtime};
use crate::requests::Bench;
use crate::server::Server;
use crate::short;
use crate::user::{JSON, User, text};

pub const COST_HEADING: &str = "| create, heard by | requests/s | p50 | p99 | server CPU per 1,000 |\n\
    | --- | ---: | ---: | ---: | ---: |";

const BODY: &str = r#"{"given_name": "Nora", "family_name": "Sørensen", "headline": "Lead Engineer at Harbor Labs"}"#;
const CONNECTIONS: usize = 16;
/// Listeners and endpoints that hear of the changes.
const HEARERS: usize = 20;
const WRITERS: usize = 4;
/// Between two changes of one writer: together they make a hundred a second.
const PAUSE: Duration = Duration::from_millis(40);
/// What a listener's memory is to have settled in, and the last change to have arrived.
const SETTLE: Duration = Duration::from_secs(3);

/// Creates alone, with listeners, with endpoints, and alone again.
pub fn costs(bench: &Bench<'_>) -> Result<Vec<String>> {
    let user = User::register(bench.server, &format!("heard-{}", std::process::id()))?;
    let alone = create(bench, &user, "nobody")?;
    let open = listen(bench.server, &user, HEARERS)?;
    let listening: Vec<_> = open.iter().map(|stream| Ok(drain(stream.try_clone()?))).collect::<Result<_>>()?;
    let listened = create(bench, &user, &format!("{HEARERS} listeners"))?;
    close(&open)?;
    listening.into_iter().for_each(|thread| drop(thread.join()));
    let url = receive()?;
    for _ in 0..HEARERS {
        let body = json!({ "url": url, "events": ["contact.*"] }).to_string();
        once(bench.server.address, &user.post("/v1/webhook-endpoints", JSON, body.as_bytes()))?;
    }
    let told = create(bench, &user, &format!("{HEARERS} webhook endpoints"))?;
    bench.server.psql(&format!("DELETE FROM webhook_endpoints WHERE workspace_id = '{}'", user.workspace))?;
    Ok(vec![alone, listened, told, create(bench, &user, "nobody, again")?])
}

fn create(bench: &Bench<'_>, user: &User, heard_by: &str) -> Result<String> {
    let request = user.post("/v1/contacts", JSON, BODY.as_bytes());
    let before = bench.server.usage()?;
    let timings = drive(bench.server.address, CONNECTIONS, bench.over, |_, _| request.clone())?;
    let cpu = (bench.server.usage()?.cpu - before.cpu).as_secs_f64() * 1e6 / timings.count() as f64;
    let (middle, late) = (short(timings.percentile(50)), short(timings.percentile(99)));
    Ok(format!("| {heard_by} | {:.0} | {middle} | {late} | {cpu:.0} ms |", timings.per_second()))
}

/// Streams on which nothing happens, and beside them a hundred changes a second that others listen to.
pub fn streams(bench: &Bench<'_>, count: usize) -> Result<String> {
    let server = bench.server;
    // What the first ones make is for all.
    let mut open = listen(server, bench.user, count / 10)?;
    thread::sleep(SETTLE);
    let before = server.usage()?;
    open.extend(listen(server, bench.user, count)?);
    thread::sleep(SETTLE);
    let after = server.usage()?;
    let quiet = Duration::from_secs(5);
    thread::sleep(quiet);
    let cpu = server.usage()?.cpu - after.cpu;
    let grown = after.resident_kib.saturating_sub(before.resident_kib);
    let delays = delays(bench)?;
    drop(open);
    Ok(format!(
        "| idle streams | resident, before / after | each | CPU while idle | delay of 100 changes/s beside them, p50 / p99 / \
         most |\n| ---: | ---: | ---: | ---: | ---: |\n\
         | {count} | {} / {} MiB | {:.1} KiB | {:.1} % of a core | {} / {} / {} |",
        before.resident_kib / 1024,
        after.resident_kib / 1024,
        grown as f64 / count as f64,
        cpu.as_secs_f64() / quiet.as_secs_f64() * 100.0,
        short(delays.percentile(50)),
        short(delays.percentile(99)),
        short(delays.percentile(100)),
    ))
}

/// From when a change is asked for until each listener has it.
fn delays(bench: &Bench<'_>) -> Result<Timings> {
    let user = User::register(bench.server, &format!("listened-{}", std::process::id()))?;
    let open = listen(bench.server, &user, HEARERS)?;
    let hear = |stream: &TcpStream| -> Result<_> {
        let stream = stream.try_clone()?;
        Ok(thread::spawn(move || hear(stream)))
    };
    let hearing: Vec<_> = open.iter().map(hear).collect::<Result<_>>()?;
    let (server, user, over) = (bench.server, &user, bench.over);
    let asked: HashMap<String, Instant> = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(move || write(server, user, over))).collect();
        let done = writers.into_iter().map(|writer| writer.join().map_err(|_| anyhow::anyhow!("a writer panicked"))?);
        Ok::<_, anyhow::Error>(done.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    })?;
    thread::sleep(SETTLE);
    close(&open)?;
    let mut delays = Vec::new();
    for listener in hearing {
        let heard = listener.join().map_err(|_| anyhow::anyhow!("a listener panicked"))??;
        let known = heard.iter().filter_map(|(id, at)| Some(at.saturating_duration_since(*asked.get(id)?)));
        let before = delays.len();
        delays.extend(known);
        ensure!(delays.len() - before == asked.len(), "a listener missed changes");
    }
    Timings::new(delays, over)
}

/// Creates contacts, one each [`PAUSE`], and says when each was asked for.
fn write(server: &Server, user: &User, over: Duration) -> Result<Vec<(String, Instant)>> {
    let request = user.post("/v1/contacts", JSON, BODY.as_bytes());
    runtime()?.block_on(async {
        let mut connection = Connection::open(server.address).await?;
        let (began, mut made) = (Instant::now(), Vec::new());
        for turn in 0.. {
            let due = PAUSE * turn;
            if due >= over {
                break;
            }
            thread::sleep(due.saturating_sub(began.elapsed()));
            let asked = Instant::now();
            let answer: Value = serde_json::from_slice(connection.send(&request).await?)?;
            made.push((text(&answer["id"])?, asked));
        }
        Ok(made)
    })
}

/// The contacts that are told of, and when; ends with the stream.
fn hear(stream: TcpStream) -> Result<Vec<(String, Instant)>> {
    let mut heard = Vec::new();
    for line in BufReader::new(stream).lines() {
        if let Some(data) = line?.strip_prefix("data: ") {
            let at = Instant::now();
            let change: Value = serde_json::from_str(data)?;
            if change["kind"] == "contact.created" {
                heard.push((text(&change["resource"]["id"]).context("a change without a resource")?, at));
            }
        }
    }
    Ok(heard)
}

fn drain(mut stream: TcpStream) -> thread::JoinHandle<()> {
    thread::spawn(move || drop(std::io::copy(&mut stream, &mut std::io::sink())))
}

fn close(streams: &[TcpStream]) -> Result<()> {
    streams.iter().try_for_each(|stream| stream.shutdown(Shutdown::Both)).context("a stream cannot be closed")
}

fn listen(server: &Server, user: &User, count: usize) -> Result<Vec<TcpStream>> {
    let request = user.get("/v1/changes/stream");
    (0..count)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address)?;
            stream.write_all(&request)?;
            let mut answer = [0; 2048];
            let length = stream.read(&mut answer)?;
            ensure!(answer[..length].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..length]));
            Ok(stream)
        })
        .collect()
}

/// A receiver of webhooks that takes all that comes.
fn receive() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("the receiver of webhooks")?;
    let url = format!("http://{}/", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || take(stream));
        }
    });
    Ok(url)
}

fn take(stream: TcpStream) -> std::io::Result<()> {
    let (mut reader, mut stream) = (BufReader::new(stream.try_clone()?), stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if line == "\r\n" {
                break;
            }
            let header = line.to_ascii_lowercase();
            length = header.strip_prefix("content-length:").and_then(|rest| rest.trim().parse().ok()).unwrap_or(length);
        }
        std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink())?;
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n")?;
    }
}
