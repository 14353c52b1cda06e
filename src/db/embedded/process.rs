//! Processes: whom they run as, how they are started, found and ended.
use std::fs;
use std::io::{self, Write};
use std::os::unix::{ffi::OsStrExt, fs::MetadataExt, process::CommandExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::layout::{Layout, SOCKET};
use super::{Error, FAST_STOP, HARD_STOP, Options, POLL, Result, at};

/// Whom PostgreSQL runs as when we are root.
#[derive(Clone, Copy)]
pub(super) struct User {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl User {
    /// `None` for ourselves. A cluster's owner stays: PostgreSQL refuses all others.
    pub(super) fn choose(options: &Options, cluster: &Path) -> Result<Option<Self>> {
        if !is_root() {
            return Ok(None);
        }
        let owner = fs::metadata(cluster).ok().map(|it| Self { uid: it.uid(), gid: it.gid() });
        let user = owner.filter(|it| it.uid != 0);
        let user = user.or_else(|| Self::by_uid(options.sudo_uid.filter(|uid| *uid != 0)?));
        let user = user.or_else(|| Self::by_name(c"postgres")).or_else(|| Self::by_name(c"nobody"));
        user.map(Some).ok_or(Error::NoUser)
    }

    fn by_uid(uid: u32) -> Option<Self> {
        // SAFETY: `look_up` hands over valid pointers and the buffer's true length.
        Self::look_up(|entry, buffer, found| unsafe {
            libc::getpwuid_r(uid, entry, buffer.as_mut_ptr(), buffer.len(), found)
        })
    }

    fn by_name(name: &std::ffi::CStr) -> Option<Self> {
        // SAFETY: as above, and the name ends with a zero.
        Self::look_up(|entry, buffer, found| unsafe {
            libc::getpwnam_r(name.as_ptr(), entry, buffer.as_mut_ptr(), buffer.len(), found)
        })
    }

    fn look_up(
        find: impl FnOnce(&mut libc::passwd, &mut [libc::c_char], &mut *mut libc::passwd) -> i32,
    ) -> Option<Self> {
        // SAFETY: `passwd` is numbers and pointers, for which all zeros is a value.
        let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        let status = find(&mut entry, &mut [0; 16 * 1024], &mut found);
        // The numbers are in `entry` itself; the texts, in the buffer, are not looked at.
        (status == 0 && !found.is_null()).then_some(Self { uid: entry.pw_uid, gid: entry.pw_gid })
    }
}

/// What `postmaster.pid` says of the server in a cluster's folder, dead or alive.
pub(super) struct Postmaster {
    pub(super) pid: libc::pid_t,
    pub(super) ready: bool,
}

impl Postmaster {
    pub(super) fn of(cluster: &Path) -> Option<Self> {
        let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
        let pid = text.lines().next()?.trim().parse().ok()?;
        Some(Self { pid, ready: text.lines().nth(7).is_some_and(|it| it.trim() == "ready") })
    }
}

/// Waits for what a killed owner left: on Linux it is stopping already, elsewhere we stop it.
pub(super) fn end_earlier_server(layout: &Layout) -> Result<()> {
    let cluster = layout.cluster.as_path();
    for (how, patience) in [(libc::SIGINT, FAST_STOP), (libc::SIGQUIT, HARD_STOP)] {
        let alive = servers_in(cluster);
        // Sessions end by themselves once their postmaster has.
        if let Some(it) = Postmaster::of(cluster).filter(|it| alive.contains(&it.pid)) {
            tracing::warn!(pid = it.pid, "stopping the PostgreSQL of an owner that was killed");
            signal(it.pid, how);
        }
        wait_while(patience, || !servers_in(cluster).is_empty());
    }
    if let Some(&pid) = servers_in(cluster).first() {
        return Err(Error::Lingers { dir: cluster.to_path_buf(), pid });
    }
    // Their numbers may be another process's by now (in a container likely), even our child's, or
    // of a dead process that nobody has waited for: PostgreSQL would refuse to start.
    let socket_lock = layout.socket_dir.join(format!("{SOCKET}.lock"));
    for stale in [cluster.join("postmaster.pid"), socket_lock] {
        match fs::remove_file(&stale) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&stale)(error)),
            _ => {}
        }
    }
    Ok(())
}

/// Every process of PostgreSQL that works in this folder, its sessions too.
#[cfg(target_os = "linux")]
fn servers_in(cluster: &Path) -> Vec<libc::pid_t> {
    let Ok(folder) = fs::metadata(cluster) else { return Vec::new() };
    let path = cluster.as_os_str().as_bytes();
    let works_there = |process: &fs::DirEntry| match fs::metadata(process.path().join("cwd")) {
        Ok(cwd) => (cwd.dev(), cwd.ino()) == (folder.dev(), folder.ino()),
        // In a container root may lack the right to look; then the arguments tell, if only of
        // the postmaster. Those of a dead process are empty.
        Err(_) => fs::read(process.path().join("cmdline"))
            .is_ok_and(|arguments| arguments.split(|byte| *byte == 0).any(|it| it == path)),
    };
    let is_server = |process: &fs::DirEntry| {
        let name = fs::read_to_string(process.path().join("comm"));
        name.is_ok_and(|it| it.trim_end() == "postgres") && works_there(process)
    };
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten().filter(is_server);
    processes.filter_map(|it| it.file_name().to_str()?.parse().ok()).collect()
}

/// The postmaster that `postmaster.pid` names, if that number is still a PostgreSQL's.
#[cfg(not(target_os = "linux"))]
fn servers_in(cluster: &Path) -> Vec<libc::pid_t> {
    let is_postgres = |pid: &libc::pid_t| {
        let ps = Command::new("/bin/ps").args(["-o", "comm=", "-p", &pid.to_string()]).output();
        ps.is_ok_and(|it| String::from_utf8_lossy(&it.stdout).trim_end().ends_with("postgres"))
    };
    Postmaster::of(cluster).map(|it| it.pid).filter(is_postgres).into_iter().collect()
}

/// A program without our environment, which holds secrets, and out of reach of the terminal's
/// Ctrl-C. For another user the standard library also clears the supplementary groups.
pub(super) fn command(program: &Path, user: Option<User>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C").current_dir("/").stdin(Stdio::null()).process_group(0);
    if let Some(User { uid, gid }) = user {
        command.uid(uid).gid(gid);
    }
    #[cfg(target_os = "linux")]
    die_with_us(&mut command);
    command
}

/// SIGINT, the fast shutdown: unlike SIGQUIT it leaves a clean folder, without recovery to do.
#[cfg(target_os = "linux")]
fn die_with_us(command: &mut Command) {
    let us = std::process::id();
    let ask = move || {
        // SAFETY: both are plain system calls, fit for a process just forked.
        let (asked, parent) = unsafe { (libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT), libc::getppid()) };
        match asked {
            0 if parent.cast_unsigned() == us => Ok(()),
            // We died before the child could ask.
            0 => Err(io::Error::from_raw_os_error(libc::ESRCH)),
            _ => Err(io::Error::last_os_error()),
        }
    };
    // SAFETY: the closure allocates nothing and takes no lock. It runs after the change of user,
    // which would clear the death signal.
    unsafe { command.pre_exec(ask) };
}

/// Runs a program to its end; what it says goes into the error.
pub(super) fn run(command: &mut Command, input: &str) -> Result<String> {
    let program = PathBuf::from(command.get_program());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(at(&program))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ended early tells why by its status.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(at(&program))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let output_tail = tail(&[output.stdout, output.stderr].concat());
    let program = program.display().to_string();
    Err(Error::Program { program, status: output.status, output: output_tail })
}

pub(super) fn wait_while(patience: Duration, mut busy: impl FnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while busy() && Instant::now() < deadline {
        std::thread::sleep(POLL);
    }
}

pub(super) fn signal(pid: libc::pid_t, how: libc::c_int) {
    // SAFETY: takes numbers only. A process that is gone is what we want anyway.
    unsafe { libc::kill(pid, how) };
}

pub(super) fn effective_uid() -> u32 {
    // SAFETY: it can't fail.
    unsafe { libc::geteuid() }
}

pub(super) fn is_root() -> bool {
    effective_uid() == 0
}

pub(super) fn tail(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<_> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}
