//! The service under test, with its private PostgreSQL, in a folder that goes away with it.
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

const NO_LIMITS: [&str; 4] = ["--rate-limit", "--rate-limit-workspace", "--rate-limit-anonymous", "--sign-in-limit"];

pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// The folder of psql and pgbench.
    programs: PathBuf,
    data: PathBuf,
    /// Open to the end: the server may have more to say.
    _output: Lines<BufReader<ChildStdout>>,
    /// Removed with the server, unless it is to be kept.
    _folder: Option<TempDir>,
}

/// What `/proc` says of the server's process. PostgreSQL's processes are others.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    pub cpu: Duration,
    pub resident_kib: u64,
    pub peak_kib: u64,
}

impl Server {
    /// Starts the binary of this build, with nothing of this process's environment but the search path, in a folder of
    /// its own or in one that is kept.
    pub fn start(kept: Option<&Path>) -> Result<Self> {
        let folder = match kept {
            Some(folder) => {
                fs::create_dir_all(folder)?;
                None
            }
            None => Some(tempfile::Builder::new().prefix("inroad-load-").tempdir()?),
        };
        let path = folder.as_ref().map(TempDir::path).or(kept).context("no folder")?.canonicalize()?;
        // As root, PostgreSQL runs as somebody else, who must get through.
        fs::set_permissions(&path, Permissions::from_mode(0o711))?;
        let data = path.join("data");
        let mut command = Command::new(env!("CARGO_BIN_EXE_inroad"));
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").current_dir(&path);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--data-dir"]).arg(&data);
        command.args(NO_LIMITS.iter().flat_map(|limit| [limit, "0"]));
        // The feeds' hosts.
        command.args(["--outgoing-hosts", "127.0.0.0/8"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("the server's output is gone")?).lines();
        let mut address = None;
        for line in lines.by_ref() {
            if let Some(found) = line?.strip_prefix("Inroad is listening on http://") {
                address = Some(found.parse()?);
                break;
            }
        }
        let Some(address) = address else { bail!("the server ended with {}", child.wait()?) };
        // PostgreSQL writes down how it was started: its programs are side by side.
        let started = fs::read_to_string(data.join("postgres/postmaster.opts"))?;
        let postgres = started.split(" \"").next().unwrap_or_default().trim();
        let programs = PathBuf::from(postgres).parent().context("no folder of programs")?.to_path_buf();
        Ok(Self { child, address, programs, data, _output: lines, _folder: folder })
    }

    /// One of PostgreSQL's client programs, set to connect to the private cluster.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.env_clear().env("LC_ALL", "C.UTF-8").current_dir(&self.data);
        command.env("PGHOST", self.data.join("run")).env("PGUSER", "inroad").env("PGDATABASE", "inroad");
        command
    }

    /// Runs statements as the owner of the database; the answer is their rows, columns separated by `|`.
    pub fn psql(&self, sql: &str) -> Result<String> {
        let mut psql = self.program("psql");
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = psql.spawn().context("psql")?;
        child.stdin.take().context("psql takes no input")?.write_all(sql.as_bytes())?;
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "psql failed ({})", output.status);
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }

    /// PostgreSQL's log, as a place to read on from.
    pub fn log(&self) -> Result<fs::File> {
        let mut log = fs::File::open(self.data.join("postgres.log"))?;
        log.read_to_end(&mut Vec::new())?;
        Ok(log)
    }

    pub fn usage(&self) -> Result<Usage> {
        let pid = self.child.id();
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The name in brackets may hold anything; utime and stime are the 12th and 13th field behind it.
        let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2);
        let ticks: u64 = fields.map(|field| field.parse::<u64>().unwrap_or(0)).sum();
        // SAFETY: it takes and gives numbers.
        let per_second = u64::try_from(unsafe { libc::sysconf(libc::_SC_CLK_TCK) }).unwrap_or(100);
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let kib = |name: &str| -> Option<u64> {
            status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
        };
        let (resident_kib, peak_kib) = (kib("VmRSS:"), kib("VmHWM:"));
        Ok(Usage {
            cpu: Duration::from_millis(ticks * 1000 / per_second),
            resident_kib: resident_kib.context("no VmRSS")?,
            peak_kib: peak_kib.context("no VmHWM")?,
        })
    }

    /// Lets the peak of resident memory begin anew.
    pub fn forget_peak(&self) -> Result<()> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5")?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SAFETY: it takes numbers; the process is our child, and not yet waited for.
        unsafe { libc::kill(self.child.id().cast_signed(), libc::SIGTERM) };
        let _ = self.child.wait();
    }
}
