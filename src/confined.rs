//! Reading what strangers have made, in a process of its own: a file that was made to take all memory, or to go on for ever,
//! or to crash whoever reads it, harms that process alone.
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Bytes of data that such a process may have in memory.
const MEMORY: u64 = 512 * 1024 * 1024;
const PROCESSOR_SECONDS: u64 = 10;
/// Bytes of its answer.
const ANSWER: u64 = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(15);
/// Between two looks whether it is done.
const LOOK: Duration = Duration::from_millis(10);

/// What the process does: its limits, which it sets for itself before it reads anything, then from all of its standard
/// input an answer on its standard output.
pub fn answer(work: impl FnOnce(Vec<u8>) -> Result<Vec<u8>, String>) -> ExitCode {
    let done = confine().and_then(|()| {
        let mut input = Vec::new();
        std::io::stdin().lock().read_to_end(&mut input)?;
        let answer = work(input).map_err(std::io::Error::other)?;
        std::io::stdout().lock().write_all(&answer)
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("inroad: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(unix)]
fn confine() -> std::io::Result<()> {
    let limits = [
        (libc::RLIMIT_DATA, MEMORY),
        (libc::RLIMIT_CPU, PROCESSOR_SECONDS),
        (libc::RLIMIT_FSIZE, ANSWER),
        (libc::RLIMIT_CORE, 0),
    ];
    for (limit, most) in limits {
        let value = libc::rlimit { rlim_cur: most, rlim_max: most };
        // SAFETY: the pointer is to a value that lives for the call.
        if unsafe { libc::setrlimit(limit, &raw const value) } != 0 {
            return Err(std::io::Error::last_os_error());
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn confine() -> std::io::Result<()> {
    Ok(())
}

/// Has a process of `program`, called with `command`, read a file, and waits for its answer. It blocks until then.
///
/// # Errors
/// Why there is none: what it reads is broken, or took too much.
pub fn ask(program: &Path, command: &str, input: File) -> Result<Vec<u8>, String> {
    let mut output = tempfile::tempfile().map_err(|error| error.to_string())?;
    let written = output.try_clone().map_err(|error| error.to_string())?;
    let mut process = Command::new(program);
    // Else the allocator has a gibibyte from its start, which the limit does not reach.
    process.env_clear().env("MIMALLOC_ARENA_EAGER_COMMIT", "0");
    process.arg(command).stdin(input).stdout(written).stderr(Stdio::null());
    let mut child = process.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
    let status = wait(&mut child)?;
    if !status.success() {
        return Err(format!("it cannot be read ({status})"));
    }
    let mut answer = Vec::new();
    output.rewind().and_then(|()| output.read_to_end(&mut answer)).map_err(|error| error.to_string())?;
    Ok(answer)
}

fn wait(child: &mut Child) -> Result<ExitStatus, String> {
    let until = Instant::now() + PATIENCE;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(LOOK),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err("it takes too long".to_owned());
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}
