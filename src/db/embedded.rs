//! The private PostgreSQL: a cluster in the data folder that lives as long as this process.
//!
//! It listens on a socket in a folder of mode 0700 and on no port; that folder is the whole guard,
//! there are no passwords. A lock on the data folder lets one process at a time own it.
mod layout;
mod process;
mod programs;

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use layout::{Layout, private_folder};
use process::{Postmaster, User, command, end_earlier_server, signal, wait_while};
use programs::Programs;

const OLDEST_MAJOR: u32 = 14;
const USER: &str = "inroad";
const POLL: Duration = Duration::from_millis(10);
/// A fast shutdown still writes a checkpoint.
const FAST_STOP: Duration = Duration::from_secs(30);
const HARD_STOP: Duration = Duration::from_secs(5);
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "no PostgreSQL {OLDEST_MAJOR} or later in {looked_in}. Install it (Debian, Ubuntu: `apt-get \
         install postgresql`; Fedora: `dnf install postgresql-server postgresql-contrib`; macOS: \
         `brew install postgresql@17`), or set DATABASE_URL to a server of yours, or use `docker \
         compose up`"
    )]
    NoPrograms { looked_in: String },
    #[error(
        "{} was made by PostgreSQL {made_by}; found {found}: install the programs of {made_by} or \
         move the data with pg_upgrade. Nothing was changed", .dir.display()
    )]
    OtherMajor { dir: PathBuf, made_by: String, found: String },
    #[error("{} is neither empty nor a PostgreSQL cluster; move it away", .0.display())]
    NotACluster(PathBuf),
    #[error("{} is in use by {owner}: stop that, or choose another data folder", .dir.display())]
    InUse { dir: PathBuf, owner: String },
    #[error(
        "{} can't be entered by user id {uid}, as whom PostgreSQL runs since it refuses root: \
         `chmod o+x` it, or choose another data folder", .dir.display()
    )]
    Unreachable { dir: PathBuf, uid: u32 },
    #[error("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`")]
    NoUser,
    #[error("{} must be a folder of user id {uid} with mode 0700; remove it", .dir.display())]
    NotPrivate { dir: PathBuf, uid: u32 },
    #[error("{program} failed ({status}). Its last words:\n{output}")]
    Program { program: String, status: ExitStatus, output: String },
    #[error("PostgreSQL did not start ({status}). The end of {}:\n{output}", .log.display())]
    Exited { status: ExitStatus, log: PathBuf, output: String },
    #[error("PostgreSQL was not ready after {after:?}. The end of {}:\n{output}", .log.display())]
    NotReady { after: Duration, log: PathBuf, output: String },
    #[error("an earlier PostgreSQL in {} does not stop: end process {pid}", .dir.display())]
    Lingers { dir: PathBuf, pid: libc::pid_t },
    #[error("{}: {source}", .path.display())]
    Io { path: PathBuf, source: io::Error },
}

type Result<T, E = Error> = std::result::Result<T, E>;

fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io { path: path.to_path_buf(), source }
}

#[derive(Debug, Clone)]
pub struct Options {
    /// The service's own folder; the cluster is `postgres` in it.
    pub data_dir: PathBuf,
    /// `INROAD_PG_BIN`: look for the programs here and nowhere else.
    pub pg_bin: Option<PathBuf>,
    /// `PATH`
    pub path: Option<OsString>,
    /// `SUDO_UID`: whom to run PostgreSQL as when we are root and the cluster is new.
    pub sudo_uid: Option<u32>,
    /// False only for throw-away clusters: a crash of the machine may then lose everything.
    pub durable: bool,
    pub max_connections: u32,
    /// Recovery after a crash counts towards it.
    pub start_timeout: Duration,
    /// Further server settings; they win over ours.
    pub extra: Vec<(String, String)>,
}

impl Options {
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            pg_bin: None,
            path: None,
            sudo_uid: None,
            durable: true,
            max_connections: 100,
            start_timeout: Duration::from_secs(60),
            extra: Vec::new(),
        }
    }

    fn settings(&self, socket_dir: &Path) -> Vec<(String, String)> {
        // PostgreSQL reads a list of names, where spaces and quotes count.
        let socket_dir = socket_dir.display().to_string().replace('"', "\"\"");
        let mut all = vec![
            ("listen_addresses", String::new()),
            ("unix_socket_directories", format!("\"{socket_dir}\"")),
            ("port", "5432".into()),
            ("cluster_name", "inroad".into()),
            ("max_connections", self.max_connections.to_string()),
            ("shared_buffers", "128MB".into()),
            // Compiling a statement takes longer than running one of ours.
            ("jit", "off".into()),
            ("timezone", "UTC".into()),
            ("log_timezone", "UTC".into()),
            ("log_destination", "stderr".into()),
            ("logging_collector", "off".into()),
            ("log_checkpoints", "off".into()),
            // Failed statements come back to us; their text and keys are people's data.
            ("log_min_messages", "log".into()),
            ("log_min_error_statement", "panic".into()),
        ];
        if !self.durable {
            let unsafe_ones = ["fsync", "synchronous_commit", "full_page_writes", "autovacuum"];
            all.extend(unsafe_ones.map(|name| (name, "off".into())));
        }
        let ours = all.into_iter().map(|(name, value)| (name.to_owned(), value));
        ours.chain(self.extra.iter().cloned()).collect()
    }
}

/// Where a running cluster listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    socket_dir: PathBuf,
}

impl Endpoint {
    /// The folder stands in place of the host: as a parameter, `?host=`, tokio-postgres would add
    /// it to the host of the authority, and the `url` crate refuses a user without a host.
    pub fn url(&self, database: &str) -> String {
        let host = percent_encode(self.socket_dir.as_os_str().as_bytes());
        format!("postgresql://{USER}@{host}/{}", percent_encode(database.as_bytes()))
    }
}

/// What a one-shot command works with.
#[derive(Debug)]
pub enum Acquired {
    Owned(Cluster),
    /// Another process owns the cluster and may stop it at any time.
    Attached(Endpoint),
}

impl Acquired {
    pub fn url(&self, database: &str) -> String {
        match self {
            Self::Owned(cluster) => cluster.url(database),
            Self::Attached(endpoint) => endpoint.url(database),
        }
    }
}

/// Attaches to the cluster of the process that owns the data folder, waiting while that one still
/// starts or stops; without such a process, starts the cluster, as [`Cluster::start`] does.
pub fn attach_or_start(options: &Options) -> Result<Acquired> {
    let layout = Layout::prepare(options)?;
    layout.check_major(options)?;
    let deadline = Instant::now() + options.start_timeout;
    loop {
        if let Some(lock) = layout.lock()? {
            return Cluster::launch(options, &layout, lock).map(Acquired::Owned);
        }
        if let Some(endpoint) = layout.answering() {
            return Ok(Acquired::Attached(endpoint));
        }
        if Instant::now() > deadline {
            return Err(layout.in_use());
        }
        std::thread::sleep(POLL);
    }
}

/// A running PostgreSQL, child of this process; dropping it stops it.
#[derive(Debug)]
pub struct Cluster {
    child: Child,
    endpoint: Endpoint,
    lock: File,
}

impl Cluster {
    /// Blocks until the cluster takes connections; the first time it makes the database `inroad`.
    ///
    /// Call it from `main`, before the async runtime: on Linux the kernel stops PostgreSQL when
    /// the *thread* that started it ends, be it a worker of a pool.
    pub fn start(options: &Options) -> Result<Self> {
        let layout = Layout::prepare(options)?;
        layout.check_major(options)?;
        let lock = layout.lock()?.ok_or_else(|| layout.in_use())?;
        Self::launch(options, &layout, lock)
    }

    fn launch(options: &Options, layout: &Layout, lock: File) -> Result<Self> {
        let made_by = layout.made_by()?;
        let programs = Programs::choose(options, &layout.cluster, made_by.as_deref())?;
        let user = User::choose(options, &layout.cluster)?;
        layout.let_through(user)?;
        layout.check_reach(user)?;
        private_folder(&layout.socket_dir, user)?;
        end_earlier_server(layout)?;
        if made_by.is_none() {
            programs.make_cluster(options, layout, user)?;
        }
        let (log, log_start) = layout.open_log()?;
        let mut postgres = command(&programs.bin.join("postgres"), user);
        postgres.arg("-D").arg(&layout.cluster).stderr(log).stdout(Stdio::null());
        for (name, value) in options.settings(&layout.socket_dir) {
            postgres.arg("-c").arg(format!("{name}={value}"));
        }
        let child = postgres.spawn().map_err(at(&programs.bin))?;
        let mut cluster = Self { child, endpoint: layout.endpoint(), lock };
        cluster.wait_until_ready(options, layout, log_start)?;
        Ok(cluster)
    }

    fn wait_until_ready(&mut self, options: &Options, layout: &Layout, log_start: u64) -> Result<()> {
        let deadline = Instant::now() + options.start_timeout;
        let log = layout.log.clone();
        while !Postmaster::of(&layout.cluster).is_some_and(|it| it.ready && it.pid == self.pid()) {
            if let Some(status) = self.has_exited() {
                return Err(Error::Exited { status, log, output: layout.log_tail(log_start) });
            }
            if Instant::now() > deadline {
                let (after, output) = (options.start_timeout, layout.log_tail(log_start));
                return Err(Error::NotReady { after, log, output });
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    pub fn url(&self, database: &str) -> String {
        self.endpoint.url(database)
    }

    pub fn pid(&self) -> libc::pid_t {
        self.child.id().cast_signed()
    }

    /// For supervision: a private PostgreSQL that ended by itself is not started again.
    pub fn has_exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Ends open sessions and blocks until PostgreSQL is gone; then others may own the folder.
    /// Close the pools before, or their connections report errors.
    pub fn stop(&mut self) {
        for (how, patience) in [(libc::SIGINT, FAST_STOP), (libc::SIGQUIT, HARD_STOP), (libc::SIGKILL, HARD_STOP)] {
            if self.has_exited().is_some() {
                break;
            }
            if how != libc::SIGINT {
                tracing::warn!(pid = self.pid(), signal = how, "PostgreSQL is slow to stop");
            }
            // Not yet waited for, so the number can't have gone to another process.
            signal(self.pid(), how);
            wait_while(patience, || self.has_exited().is_none());
        }
        if self.has_exited().is_some() {
            // Not left to closing the file: a child forked just now may hold a copy of it.
            let _ = self.lock.unlock();
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

fn percent_encode(bytes: &[u8]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encode = |&byte: &u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    bytes.iter().map(encode).collect()
}
