//! Which database a command works on, and the secret that goes with it.
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use secrecy::{ExposeSecret, SecretString};

use super::{CliResult, text};
use crate::auth::secrets::KeyRing;
use crate::config::Config;
use crate::db::embedded::{self, Acquired, Cluster};
use crate::db::{Connector, migrate};

/// A database to use. A private cluster runs as long as this lives.
pub struct Source {
    url: String,
    direct_url: String,
    prepared_statements: bool,
    cluster: Option<Acquired>,
}

impl Source {
    /// For `serve`: a private cluster must be its own. To be called from the main thread, before any runtime: the
    /// cluster gets its death signal when the thread that started it ends.
    pub fn own(config: &Config) -> CliResult<Self> {
        Self::open(config, |options| Cluster::start(options).map(Acquired::Owned))
    }

    /// For one-shot commands: a private cluster may be in use by a server.
    pub fn share(config: &Config) -> CliResult<Self> {
        Self::open(config, embedded::attach_or_start)
    }

    fn open(
        config: &Config,
        acquire: impl FnOnce(&embedded::Options) -> Result<Acquired, embedded::Error>,
    ) -> CliResult<Self> {
        let prepared_statements = config.prepared_statements;
        if let Some(url) = &config.database_url {
            let direct_url = config.database_direct_url.as_ref().unwrap_or(url).expose_secret().to_owned();
            let url = url.expose_secret().to_owned();
            return Ok(Self { url, direct_url, prepared_statements, cluster: None });
        }
        let mut options = embedded::Options::new(&config.data_dir);
        options.pg_bin = config.pg_bin.clone();
        options.path = config.path.clone();
        options.sudo_uid = config.sudo_uid;
        options.max_connections = connections(config);
        let cluster = acquire(&options).map_err(text)?;
        let url = match &cluster {
            Acquired::Owned(cluster) => cluster.url("inroad"),
            Acquired::Attached(endpoint) => endpoint.url("inroad"),
        };
        Ok(Self { direct_url: url.clone(), url, prepared_statements, cluster: Some(cluster) })
    }

    pub fn connector(&self) -> CliResult<Connector> {
        Connector::new(&self.url, self.prepared_statements).map_err(|error| format!("DATABASE_URL: {error}"))
    }

    /// For commands that read and write what migrations make: says what to do when some are missing.
    pub async fn require_current(&self, connector: &Connector) -> CliResult<()> {
        let mut conn = connector.connect().await.map_err(text)?;
        if migrate::is_current(&mut conn).await.map_err(text)? {
            return Ok(());
        }
        Err("the database lacks migrations of this version: run `inroad migrate` first (`inroad serve` does it, too)"
            .to_owned())
    }

    /// Past any pooler.
    pub fn direct(&self) -> CliResult<Connector> {
        Connector::new(&self.direct_url, true).map_err(|error| format!("DATABASE_DIRECT_URL: {error}"))
    }

    /// Whether a private cluster ended by itself.
    pub fn has_failed(&mut self) -> bool {
        match &mut self.cluster {
            Some(Acquired::Owned(cluster)) => cluster.has_exited().is_some(),
            _ => false,
        }
    }
}

/// All workers' lanes and pools, the jobs' own, and some for people.
fn connections(config: &Config) -> u32 {
    let threads = config.workers + 2;
    let needed = threads * config.read_lanes + config.pool_size * threads / config.workers.max(1) + 20;
    u32::try_from(needed.max(60)).unwrap_or(u32::MAX)
}

/// The configured secret, or the one in the data directory, which is made when it is not there.
pub fn key_ring(config: &Config) -> CliResult<KeyRing> {
    if let Some(secret) = &config.secret {
        return KeyRing::parse(secret).map_err(|error| format!("INROAD_SECRET: {error}"));
    }
    let path = config.data_dir.join("secret");
    let secret = match std::fs::read_to_string(&path) {
        Ok(secret) => SecretString::from(secret.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let secret = SecretString::from(KeyRing::generate().map_err(text)?);
            std::fs::create_dir_all(&config.data_dir)
                .and_then(|()| {
                    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
                    file.write_all(secret.expose_secret().as_bytes())?;
                    file.sync_all()
                })
                .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
            tracing::info!("a new secret was written to {}: keep it with your backups", path.display());
            secret
        }
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
    };
    KeyRing::parse(&secret).map_err(|error| format!("{}: {error}", path.display()))
}
