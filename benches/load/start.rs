//! How soon it listens.
use std::time::Instant;

use anyhow::Result;

use crate::server::Server;

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
