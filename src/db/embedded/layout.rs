//! The places in the data folder, and who may have them.
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, lchown};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::process::{Postmaster, User, command, effective_uid, is_root, tail};
use super::programs::Programs;
use super::{Endpoint, Error, Options, Result, at};

pub(super) const SOCKET: &str = ".s.PGSQL.5432";
/// What fits into `sun_path` beside its closing zero.
const SOCKET_PATH_MAX: usize = if cfg!(target_os = "linux") { 107 } else { 103 };
/// A larger server log is begun anew at the next start.
const LOG_MAX: u64 = 16 << 20;

/// The places in the data folder.
pub(super) struct Layout {
    pub(super) data: PathBuf,
    pub(super) cluster: PathBuf,
    pub(super) socket_dir: PathBuf,
    lock: PathBuf,
    pub(super) log: PathBuf,
}

impl Layout {
    pub(super) fn prepare(options: &Options) -> Result<Self> {
        // Others may pass through what root makes here: PostgreSQL runs as one of them.
        let mode = if is_root() { 0o711 } else { 0o700 };
        let made = DirBuilder::new().recursive(true).mode(mode).create(&options.data_dir);
        made.map_err(at(&options.data_dir))?;
        let data = options.data_dir.canonicalize().map_err(at(&options.data_dir))?;
        let mut socket_dir = data.join("run");
        let path = socket_dir.join(SOCKET);
        // libpq would take a comma for the end of a host.
        if path.as_os_str().len() > SOCKET_PATH_MAX || path.as_os_str().as_bytes().contains(&b',') {
            // Not TMPDIR, which may itself be too long, or closed to PostgreSQL's user.
            let folder = fs::metadata(&data).map_err(at(&data))?;
            socket_dir = format!("/tmp/inroad-{:x}-{:x}", folder.dev(), folder.ino()).into();
        }
        Ok(Self {
            cluster: data.join("postgres"),
            lock: data.join("postgres.lock"),
            log: data.join("postgres.log"),
            socket_dir,
            data,
        })
    }

    pub(super) fn endpoint(&self) -> Endpoint {
        Endpoint { socket_dir: self.socket_dir.clone() }
    }

    /// `None` while another process holds it. The file names its owner and socket folder.
    pub(super) fn lock(&self) -> Result<Option<File>> {
        let mut file = private_file().write(true).open(&self.lock).map_err(at(&self.lock))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(source)) => return Err(at(&self.lock)(source)),
        }
        let owner = format!("{}\n{}\n", std::process::id(), self.socket_dir.display());
        file.set_len(0).and_then(|()| file.write_all(owner.as_bytes())).map_err(at(&self.lock))?;
        Ok(Some(file))
    }

    pub(super) fn in_use(&self) -> Error {
        let pid = fs::read_to_string(&self.lock).ok().and_then(|t| Some(t.lines().next()?.to_owned()));
        let owner = pid.map_or_else(|| "another process".into(), |pid| format!("process {pid}"));
        Error::InUse { dir: self.data.clone(), owner }
    }

    /// The owner's cluster, once it takes connections.
    pub(super) fn answering(&self) -> Option<Endpoint> {
        let socket_dir = PathBuf::from(fs::read_to_string(&self.lock).ok()?.lines().nth(1)?);
        let ready = Postmaster::of(&self.cluster)?.ready;
        // The file may be of a server that was killed; its socket then refuses.
        let answers = ready && UnixStream::connect(socket_dir.join(SOCKET)).is_ok();
        answers.then_some(Endpoint { socket_dir })
    }

    /// The major that made the cluster, `None` when there is none yet.
    pub(super) fn made_by(&self) -> Result<Option<String>> {
        let path = self.cluster.join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(version) => return Ok(Some(version.trim().to_owned())),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&path)(error)),
            Err(_) => {}
        }
        match fs::read_dir(&self.cluster).map(|mut entries| entries.next().is_some()) {
            Ok(true) => Err(Error::NotACluster(self.cluster.clone())),
            _ => Ok(None),
        }
    }

    /// Refuses a cluster that is not ours to start before anything is written.
    pub(super) fn check_major(&self, options: &Options) -> Result<()> {
        match self.made_by()? {
            Some(made_by) => Programs::choose(options, &self.cluster, Some(&made_by)).map(drop),
            None => Ok(()),
        }
    }

    /// Lets the user's group, and nobody else, through a data folder that root has for itself alone, as `mktemp -d`
    /// makes it.
    pub(super) fn let_through(&self, user: Option<User>) -> Result<()> {
        let Some(User { gid, .. }) = user else { return Ok(()) };
        let found = fs::metadata(&self.data).map_err(at(&self.data))?;
        if found.uid() != effective_uid() || found.mode() & 0o077 != 0 {
            return Ok(());
        }
        lchown(&self.data, None, Some(gid)).map_err(at(&self.data))?;
        fs::set_permissions(&self.data, Permissions::from_mode(0o710)).map_err(at(&self.data))
    }

    /// Names the outermost folder that `user` can't pass through, asking as that user: mode bits
    /// alone don't tell, there are access lists.
    pub(super) fn check_reach(&self, user: Option<User>) -> Result<()> {
        let Some(User { uid, .. }) = user else { return Ok(()) };
        let passes = |dir: &Path| {
            let mut test = command(Path::new("/bin/sh"), user);
            test.args(["-c", "test -x \"$1\"", "sh"]).arg(dir).status().map_err(at(dir))
        };
        if passes(&self.data)?.success() {
            return Ok(());
        }
        let outer: Vec<_> = self.data.ancestors().collect();
        for dir in outer.into_iter().rev() {
            if !passes(dir)?.success() {
                return Err(Error::Unreachable { dir: dir.to_path_buf(), uid });
            }
        }
        Ok(())
    }

    /// The server's log, and where this run's part of it begins.
    pub(super) fn open_log(&self) -> Result<(File, u64)> {
        let log = private_file().append(true).open(&self.log).map_err(at(&self.log))?;
        let mut length = log.metadata().map_err(at(&self.log))?.len();
        if length > LOG_MAX {
            log.set_len(0).map_err(at(&self.log))?;
            length = 0;
        }
        Ok((log, length))
    }

    pub(super) fn log_tail(&self, start: u64) -> String {
        let mut bytes = Vec::new();
        let read = File::open(&self.log).and_then(|mut log| {
            log.seek(SeekFrom::Start(start))?;
            log.read_to_end(&mut bytes)
        });
        read.map_or_else(|error| error.to_string(), |_| tail(&bytes))
    }
}

/// Makes a folder for `user`, or takes one that root or `user` made for themselves.
pub(super) fn private_folder(dir: &Path, user: Option<User>) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(at(dir)(error)),
        _ => {}
    }
    let found = fs::symlink_metadata(dir).map_err(at(dir))?;
    let uid = user.map_or_else(effective_uid, |it| it.uid);
    let is_ours = found.uid() == uid || found.uid() == effective_uid();
    if !found.is_dir() || !is_ours || found.mode() & 0o077 != 0 {
        return Err(Error::NotPrivate { dir: dir.to_path_buf(), uid });
    }
    match user {
        Some(user) => lchown(dir, Some(user.uid), Some(user.gid)).map_err(at(dir)),
        None => Ok(()),
    }
}

/// No links: the data folder may belong to a user who has less rights than we.
fn private_file() -> OpenOptions {
    let mut file = OpenOptions::new();
    file.read(true).create(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
    file
}
