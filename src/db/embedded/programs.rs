//! Finding PostgreSQL's programs, and the first cluster made with them.
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::layout::{Layout, private_folder};
use super::process::{User, command, run};
use super::{Error, OLDEST_MAJOR, Options, Result, USER, at};

/// Collation stays bytewise, but `lower` and pg_trgm must know letters beyond ASCII.
const CTYPE: &str = if cfg!(target_os = "macos") { "UTF-8" } else { "C.UTF-8" };
/// The extensions are tried here so that a missing contrib package shows before there is data.
const FIRST_SQL: &str = "BEGIN;\nCREATE EXTENSION pg_trgm;\nCREATE EXTENSION btree_gin;\nROLLBACK;\n\
                         CREATE DATABASE inroad;\n";

/// One installation of PostgreSQL.
pub(super) struct Programs {
    pub(super) bin: PathBuf,
    pub(super) major: u32,
}

impl Programs {
    pub(super) fn choose(options: &Options, cluster: &Path, made_by: Option<&str>) -> Result<Self> {
        let mut found = Self::all(options);
        if found.is_empty() {
            let looked_in = match &options.pg_bin {
                Some(bin) => format!("{} (INROAD_PG_BIN)", bin.display()),
                None => "PATH and the usual folders".into(),
            };
            return Err(Error::NoPrograms { looked_in });
        }
        let Some(made_by) = made_by else { return Ok(found.swap_remove(0)) };
        let majors: Vec<_> = found.iter().map(|it| it.major.to_string()).collect();
        match majors.iter().position(|major| major == made_by) {
            Some(index) => Ok(found.swap_remove(index)),
            None => Err(Error::OtherMajor {
                dir: cluster.to_path_buf(),
                made_by: made_by.to_owned(),
                found: majors.join(", "),
            }),
        }
    }

    /// Newest first; among equals, in the order of the search.
    fn all(options: &Options) -> Vec<Self> {
        let folders = match &options.pg_bin {
            Some(bin) => vec![bin.clone()],
            None => usual_folders(options),
        };
        let mut bins = Vec::new();
        for bin in folders.iter().filter_map(|folder| resolve(folder)) {
            if !bins.contains(&bin) {
                bins.push(bin);
            }
        }
        let mut all: Vec<_> = bins.into_iter().filter_map(Self::ask_version).collect();
        all.retain(|it| it.major >= OLDEST_MAJOR);
        all.sort_by_key(|it| std::cmp::Reverse(it.major));
        all
    }

    fn ask_version(bin: PathBuf) -> Option<Self> {
        let mut postgres = command(&bin.join("postgres"), None);
        let answer = run(postgres.arg("--version"), "").ok()?;
        // `postgres (PostgreSQL) 17.2 (Debian …)`, `18beta1`
        let (_, version) = answer.split_once("(PostgreSQL) ")?;
        let major = version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        Some(Self { bin, major })
    }

    /// In a side folder, renamed when whole: a start that was killed leaves no half cluster.
    pub(super) fn make_cluster(&self, options: &Options, layout: &Layout, user: Option<User>) -> Result<()> {
        tracing::info!(major = self.major, dir = %layout.cluster.display(), "making a cluster");
        let side = layout.data.join("postgres.new");
        match fs::remove_dir_all(&side) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&side)(error)),
            _ => private_folder(&side, user)?,
        }
        let mut initdb = command(&self.bin.join("initdb"), user);
        initdb.args(["--encoding=UTF8", "--locale=C", "--auth-local=trust", "--auth-host=reject"]);
        initdb.arg(format!("--lc-ctype={CTYPE}")).arg(format!("--username={USER}"));
        if !options.durable {
            initdb.arg("--no-sync");
        }
        run(initdb.arg("-D").arg(&side), "")?;
        let mut single = command(&self.bin.join("postgres"), user);
        single.arg("--single").arg("-D").arg(&side).args(["-c", "exit_on_error=on"]);
        if !options.durable {
            single.arg("-F");
        }
        run(single.arg("template1"), FIRST_SQL)?;
        fs::rename(&side, &layout.cluster).map_err(at(&layout.cluster))?;
        File::open(&layout.data).and_then(|data| data.sync_all()).map_err(at(&layout.data))
    }
}

fn usual_folders(options: &Options) -> Vec<PathBuf> {
    let path = options.path.iter().flat_map(std::env::split_paths).filter(|it| it.is_absolute());
    let versioned = [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql"),
        ("/usr/local/opt", "postgresql"),
        ("/Applications/Postgres.app/Contents/Versions", ""),
    ];
    let versioned = versioned.into_iter().flat_map(|(parent, prefix)| {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        let ours = entries.filter(move |it| it.file_name().as_bytes().starts_with(prefix.as_bytes()));
        ours.map(|it| it.path().join("bin"))
    });
    path.chain(versioned).collect()
}

/// The folder with both programs. Packagers link one of them into `PATH` and not the other, which
/// is beside the link's target.
fn resolve(folder: &Path) -> Option<PathBuf> {
    let targets = ["postgres", "initdb"].map(|name| folder.join(name).canonicalize().ok());
    let bins = targets.into_iter().flatten().filter_map(|it| Some(it.parent()?.to_path_buf()));
    bins.into_iter().find(|bin| bin.join("postgres").is_file() && bin.join("initdb").is_file())
}
