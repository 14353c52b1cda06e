//! Feeds that are watched, of five hundred hosts, while one host in twenty takes requests and never answers.
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::server::Server;

pub const HEADING: &str = "| feeds, 5 % of them hanging | requests/s | healthy ones: delay, p50 / p99 / most | \
     server CPU | peak of resident memory, above before |\n| --- | ---: | ---: | ---: | ---: |";

/// Of them the first 25 hang. Each is an address of the loopback network.
const HOSTS: usize = 500;
const ITEMS: usize = 20;
/// What is done with those that hang takes as long, at most.
const PATIENCE: Duration = Duration::from_secs(600);

/// Reads as many feeds for the first time, all due at once, and again, due one after another during this time.
pub fn read(server: &Server, count: usize, during: Duration) -> Result<[String; 2]> {
    let port = serve()?;
    server.psql(&fill(count, port))?;
    let first = round(server, "all due at once, each item new", Duration::ZERO)?;
    let title = format!("due within {} s, nothing new (304)", during.as_secs());
    Ok([first, round(server, &title, during)?])
}

fn fill(count: usize, port: u16) -> String {
    format!(
        "DELETE FROM feeds WHERE host LIKE '127.%';
         INSERT INTO feeds (workspace_id, id, version, created_at, updated_at, url, url_key, given_key, host, kind, rules,
             enabled, next_poll_at, failures)
         SELECT w.id, gen_random_uuid(), 1, now(), now(), 'http://' || host || '/' || n, host || '/' || n,
             host || '/' || n, host, 'news', '{{\"any\": [\"turbine\"]}}', true, now() + interval '1 day', 0
         FROM generate_series(0, {count} - 1) n
         CROSS JOIN LATERAL (SELECT format('127.%s.%s.%s:{port}', CASE WHEN n % {HOSTS} < {HOSTS} / 20 THEN 2 ELSE 1 END,
             n % {HOSTS} / 250, n % 250 + 1) AS host) h
         JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS total FROM workspaces) w
             ON w.place = n % w.total;
         ANALYZE feeds;"
    )
}

fn round(server: &Server, title: &str, during: Duration) -> Result<String> {
    server.forget_peak()?;
    let before = server.usage()?;
    let began = Instant::now();
    // Where nothing is read from: when it was due.
    server.psql(&format!(
        "UPDATE feeds SET polled_at = NULL, failures = 0, failing_since = NULL, next_poll_at = due,
             saved_search = extract(epoch FROM due)::text
         FROM (SELECT id AS own, now() + interval '1 second' * (random() * {}) AS due FROM feeds) d
         WHERE id = own AND host LIKE '127.%'",
        during.as_secs()
    ))?;
    while server.psql("SELECT count(*) FROM feeds WHERE host LIKE '127.%' AND polled_at IS NULL")? != "0" {
        if began.elapsed() > during + PATIENCE {
            bail!("feeds were not read in time");
        }
        thread::sleep(Duration::from_millis(500));
    }
    let after = server.usage()?;
    let failed = server.psql("SELECT count(*) FROM feeds WHERE host LIKE '127.1.%' AND error IS NOT NULL")?;
    if failed != "0" {
        bail!("{failed} healthy feeds could not be read");
    }
    let figures = server.psql(
        "SELECT count(*) / extract(epoch FROM max(polled_at) - to_timestamp(min(saved_search::float))),
             percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM polled_at) - saved_search::float),
             percentile_disc(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM polled_at) - saved_search::float),
             max(extract(epoch FROM polled_at) - saved_search::float)
         FROM feeds WHERE host LIKE '127.1.%'",
    )?;
    let figures = figures.split('|').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    let [rate, middle, late, most] = figures[..] else { bail!("other figures than expected: {figures:?}") };
    Ok(format!(
        "| {title} | {rate:.0} | {middle:.1} s / {late:.1} s / {most:.1} s | {:.1} s | {} MiB (to {} MiB) |",
        (after.cpu - before.cpu).as_secs_f64(),
        after.peak_kib.saturating_sub(before.resident_kib) / 1024,
        after.peak_kib / 1024,
    ))
}

/// Serves feeds at all loopback addresses, and says at which port.
fn serve() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).context("the feeds' server")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let thread = thread::Builder::new().stack_size(128 * 1024);
            // A connection that gets no thread is a failure of the run: its feed has an error.
            let _ = thread.spawn(move || answer(stream));
        }
    });
    Ok(port)
}

/// Answers what comes over a connection, unless its address is one that hangs.
fn answer(stream: TcpStream) -> std::io::Result<()> {
    let hangs = stream.local_addr()?.to_string().starts_with("127.2.");
    let (mut lines, mut stream) = (BufReader::new(stream.try_clone()?).lines(), stream);
    loop {
        let (mut path, mut known) = (String::new(), false);
        loop {
            let line = lines.next().ok_or(ErrorKind::UnexpectedEof)??;
            known |= line.to_ascii_lowercase().starts_with("if-none-match:");
            match line.strip_prefix("GET ").and_then(|rest| rest.split(' ').next()) {
                Some(asked) => path = asked.to_owned(),
                None if line.is_empty() => break,
                None => {}
            }
        }
        if hangs {
            continue;
        }
        let answer = if known {
            "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n".to_owned()
        } else {
            let text = feed(&path);
            let head = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Type: application/rss+xml\r\nContent-Length:";
            format!("{head} {}\r\n\r\n{text}", text.len())
        };
        stream.write_all(answer.as_bytes())?;
    }
}

fn feed(path: &str) -> String {
    let word = |item: usize| if item == 0 { "turbine" } else { "plant" };
    let item = |item: usize| {
        format!(
            "<item><guid>{path}-{item}</guid><title>A new {} of {path}, {item}</title><link>https://news.example.org{path}\
             /{item}</link><pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate><description>{}</description></item>",
            word(item),
            "It is said to be large. ".repeat(20)
        )
    };
    let items: String = (0..ITEMS).map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>News {path}</title>{items}</channel></rss>")
}
