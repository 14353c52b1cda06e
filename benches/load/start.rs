//! How soon it listens, and what those cost who only wait.
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::server::Server;
use crate::user::User;

/// What a listener's memory is to have settled in.
const SETTLE: Duration = Duration::from_secs(3);

/// From the start of the process to the line that says it listens: with a new private cluster, and with one that is
/// there.
pub fn times() -> Result<String> {
    let folder = tempfile::Builder::new().prefix("inroad-load-").tempdir()?;
    let mut starts = Vec::new();
    for _ in 0..4 {
        let started = Instant::now();
        let server = Server::start(Some(folder.path()))?;
        starts.push(started.elapsed().as_secs_f64());
        drop(server);
    }
    let again: Vec<String> = starts[1..].iter().map(|seconds| format!("{seconds:.2}")).collect();
    Ok(format!(
        "| start to listening | seconds |\n| --- | ---: |\n| new private PostgreSQL | {:.2} |\n| existing one | {} |",
        starts[0],
        again.join(", "),
    ))
}

/// Opens streams of the change log on which nothing happens.
pub fn streams(server: &Server, user: &User, count: usize) -> Result<String> {
    let request = user.get("/v1/changes/stream");
    // What the first ones make is for all.
    let mut open = listen(server, &request, count / 10)?;
    thread::sleep(SETTLE);
    let before = server.usage()?;
    open.extend(listen(server, &request, count)?);
    thread::sleep(SETTLE);
    let after = server.usage()?;
    let quiet = Duration::from_secs(5);
    thread::sleep(quiet);
    let cpu = server.usage()?.cpu - after.cpu;
    let grown = after.resident_kib.saturating_sub(before.resident_kib);
    drop(open);
    Ok(format!(
        "| idle streams | resident, before / after | each | CPU while idle |\n| ---: | ---: | ---: | ---: |\n\
         | {count} | {} / {} MiB | {:.1} KiB | {:.1} % of a core |",
        before.resident_kib / 1024,
        after.resident_kib / 1024,
        grown as f64 / count as f64,
        cpu.as_secs_f64() / quiet.as_secs_f64() * 100.0,
    ))
}

fn listen(server: &Server, request: &[u8], count: usize) -> Result<Vec<TcpStream>> {
    (0..count)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address)?;
            stream.write_all(request)?;
            let mut answer = [0; 2048];
            let length = stream.read(&mut answer)?;
            ensure!(answer[..length].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..length]));
            Ok(stream)
        })
        .collect()
}
