//! Settings: flags and environment → [`Config`], all mistakes at once. Nothing else reads the environment.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::Resettable;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::auth::jwt::Algorithm;
use crate::auth::secrets::KeyRing;
use crate::db::Connector;
use crate::http::schema::nearest;
use crate::mail::smtp::Server;
use crate::outgoing::Allowed;

/// Every setting as it is written. Values are read in [`Config::read`], so that all mistakes are told at once.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Where to listen; port 0 picks a free one
    #[arg(long, env = "INROAD_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS", global = true)]
    pub listen: String,
    /// The URL by which clients reach this service, for links and token issuer [default: http://INROAD_LISTEN]
    #[arg(long, env = "INROAD_PUBLIC_URL", value_name = "URL", global = true)]
    pub public_url: Option<String>,
    /// Where people use Inroad, for the links in mails: a frontend of yours [default: none; mails hold the token alone]
    #[arg(long, env = "INROAD_APP_URL", value_name = "URL", global = true)]
    pub app_url: Option<String>,
    /// Private cluster, generated secret and unsent mail [default: the XDG data home, for root /var/lib/inroad]
    #[arg(long, env = "INROAD_DATA_DIR", value_name = "FOLDER", global = true)]
    pub data_dir: Option<PathBuf>,
    /// The PostgreSQL to use, 14 or newer; without it a private one is kept in the data directory
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// The same database without a pooler between, for migrations [default: DATABASE_URL]
    #[arg(long, env = "DATABASE_DIRECT_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database_direct_url: Option<String>,
    /// The folder of PostgreSQL's programs, for the private cluster [default: searched]
    #[arg(long, env = "INROAD_PG_BIN", value_name = "FOLDER", global = true)]
    pub pg_bin: Option<PathBuf>,
    /// Keys that protect secrets at rest: 32 random bytes in base64, several separated by commas, the first
    /// encrypts [default: made on first start, in the data directory]
    // Base64 for URLs may begin with a hyphen.
    #[arg(
        long,
        env = "INROAD_SECRET",
        value_name = "KEYS",
        hide_env_values = true,
        allow_hyphen_values = true,
        global = true
    )]
    pub secret: Option<String>,
    /// Threads that serve requests [default: the number of cores]
    #[arg(long, env = "INROAD_WORKERS", value_name = "N", global = true)]
    pub workers: Option<String>,
    /// Database connections for transactions, over all threads [default: 16, or four for each thread]
    #[arg(long, env = "INROAD_POOL_SIZE", value_name = "N", global = true)]
    pub pool_size: Option<String>,
    /// Shared database connections for reads, for each thread, at most
    #[arg(long, env = "INROAD_READ_LANES", default_value = "4", value_name = "N", global = true)]
    pub read_lanes: String,
    /// `standard`: transactions run under row security; `strict`: single reads too
    #[arg(long, env = "INROAD_ROW_SECURITY", default_value = "standard", value_name = "MODE", global = true)]
    pub row_security: String,
    /// `off` behind poolers that do not keep prepared statements
    #[arg(long, env = "INROAD_PREPARED_STATEMENTS", default_value = "on", value_name = "on|off", global = true)]
    pub prepared_statements: String,
    /// How long a statement may run, in seconds
    #[arg(long, env = "INROAD_STATEMENT_TIMEOUT", default_value = "10", value_name = "SECONDS", global = true)]
    pub statement_timeout: String,
    /// How long a request may take to arrive, in seconds
    #[arg(long, env = "INROAD_REQUEST_TIMEOUT", default_value = "30", value_name = "SECONDS", global = true)]
    pub request_timeout: String,
    /// How long imports that were accepted, and then requests in flight, may take to finish at a stop, in seconds
    #[arg(long, env = "INROAD_SHUTDOWN_TIMEOUT", default_value = "30", value_name = "SECONDS", global = true)]
    pub shutdown_timeout: String,
    /// Requests a minute for one credential; 0 for no limit
    #[arg(long, env = "INROAD_RATE_LIMIT", default_value = "600", value_name = "N", global = true)]
    pub rate_limit: String,
    /// Requests a minute for one workspace; 0 for no limit
    #[arg(long, env = "INROAD_RATE_LIMIT_WORKSPACE", default_value = "3000", value_name = "N", global = true)]
    pub rate_limit_workspace: String,
    /// Requests a minute for one address without a credential; 0 for no limit
    #[arg(long, env = "INROAD_RATE_LIMIT_ANONYMOUS", default_value = "120", value_name = "N", global = true)]
    pub rate_limit_anonymous: String,
    /// Sign-ins, registrations and password resets a minute for one address; 0 for no limit
    #[arg(long, env = "INROAD_SIGN_IN_LIMIT", default_value = "20", value_name = "N", global = true)]
    pub sign_in_limit: String,
    /// Take the client's address from the last `X-Forwarded-For` entry, which a proxy of yours writes
    #[arg(long, env = "INROAD_TRUST_PROXY", default_value = "off", value_name = "on|off", global = true)]
    pub trust_proxy: String,
    /// Lifetime of access tokens, in minutes
    #[arg(long, env = "INROAD_ACCESS_TOKEN_MINUTES", default_value = "15", value_name = "N", global = true)]
    pub access_token_minutes: String,
    /// A session ends when it is not used for so many days
    #[arg(long, env = "INROAD_REFRESH_TOKEN_DAYS", default_value = "30", value_name = "N", global = true)]
    pub refresh_token_days: String,
    /// A session ends after so many days in any case
    #[arg(long, env = "INROAD_SESSION_DAYS", default_value = "90", value_name = "N", global = true)]
    pub session_days: String,
    /// The audit log keeps addresses and user agents for so many days
    #[arg(long, env = "INROAD_AUDIT_ADDRESS_DAYS", default_value = "90", value_name = "N", global = true)]
    pub audit_address_days: String,
    /// The audit log keeps entries for so many days; 0 for ever
    #[arg(long, env = "INROAD_AUDIT_DAYS", default_value = "730", value_name = "N", global = true)]
    pub audit_days: String,
    /// Algorithm of new signing keys: ES256, EdDSA or RS256
    #[arg(long, env = "INROAD_TOKEN_ALGORITHM", default_value = "ES256", value_name = "NAME", global = true)]
    pub token_algorithm: String,
    /// Passwords hashed at once, 19 MiB each [default: the number of cores]
    #[arg(long, env = "INROAD_PASSWORD_HASHERS", value_name = "N", global = true)]
    pub password_hashers: Option<String>,
    /// Largest JSON body, in KiB
    #[arg(long, env = "INROAD_BODY_LIMIT", default_value = "1024", value_name = "KIB", global = true)]
    pub body_limit: String,
    /// Largest file to import, in MiB
    #[arg(long, env = "INROAD_IMPORT_LIMIT", default_value = "32", value_name = "MIB", global = true)]
    pub import_limit: String,
    /// Where attachments are kept: a bucket that speaks S3, as s3://bucket or s3://bucket/folder; without it, the data
    /// directory
    #[arg(long, env = "INROAD_ATTACHMENTS_URL", value_name = "URL", global = true)]
    pub attachments_url: Option<String>,
    /// Where that bucket is served, if not by Amazon: `https://s3.example.org`
    #[arg(long, env = "INROAD_ATTACHMENTS_ENDPOINT", value_name = "URL", global = true)]
    pub attachments_endpoint: Option<String>,
    /// The bucket's region
    #[arg(long, env = "INROAD_ATTACHMENTS_REGION", default_value = "us-east-1", value_name = "NAME", global = true)]
    pub attachments_region: String,
    /// The bucket's access key, as id:secret; without it, what the machine's own role may do
    #[arg(long, env = "INROAD_ATTACHMENTS_KEY", value_name = "ID:SECRET", hide_env_values = true, global = true)]
    pub attachments_key: Option<String>,
    /// What the attachments of one workspace may take together, in MiB
    #[arg(long, env = "INROAD_ATTACHMENT_QUOTA", default_value = "1024", value_name = "MIB", global = true)]
    pub attachment_quota: String,
    /// Browser origins that may call the API, separated by commas
    #[arg(long, env = "INROAD_CORS_ORIGINS", default_value = "", value_name = "ORIGINS", global = true)]
    pub cors_origins: String,
    /// Where mail goes: smtp://user:password@host:587?tls=required or smtps://…; without it mail is written into the data directory
    #[arg(long, env = "INROAD_SMTP_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<String>,
    /// Sender of mail
    #[arg(
        long,
        env = "INROAD_MAIL_FROM",
        default_value = "Inroad <inroad@localhost>",
        value_name = "MAILBOX",
        global = true
    )]
    pub mail_from: String,
    /// Messages that a workspace may send on a day
    #[arg(long, env = "INROAD_DAILY_MESSAGES", default_value = "50", value_name = "N", global = true)]
    pub daily_messages: String,
    /// How long a message that no mail server takes is tried again, in minutes
    #[arg(long, env = "INROAD_SEND_PATIENCE", default_value = "1440", value_name = "MINUTES", global = true)]
    pub send_patience: String,
    /// Largest mail that is taken in, in MiB
    #[arg(long, env = "INROAD_INBOUND_LIMIT", default_value = "10", value_name = "MIB", global = true)]
    pub inbound_limit: String,
    /// Hosts that workspaces may name as their own mail server although they are in a private network, at any port and
    /// without TLS, separated by commas
    #[arg(long, env = "INROAD_MAIL_HOSTS", default_value = "", value_name = "HOSTS", global = true)]
    pub mail_hosts: String,
    /// Places in private networks that feeds, pages, calendars and webhooks may be at, at any port and without TLS: names,
    /// addresses, networks such as 10.0.0.0/8, and host:port, separated by commas
    #[arg(long, env = "INROAD_OUTGOING_HOSTS", default_value = "", value_name = "HOSTS", global = true)]
    pub outgoing_hosts: String,
    /// Jobs that run at once, and as many again of those that wait for other machines
    #[arg(long, env = "INROAD_JOB_WORKERS", default_value = "4", value_name = "N", global = true)]
    pub job_workers: String,
    /// How often each looks for the next job when there was none, in milliseconds
    #[arg(long, env = "INROAD_JOB_POLL", default_value = "1000", value_name = "MILLISECONDS", global = true)]
    pub job_poll: String,
    /// Webhook endpoints that are told of changes at once; a quarter as many more, of those that fail
    #[arg(long, env = "INROAD_WEBHOOK_LANES", default_value = "64", value_name = "N", global = true)]
    pub webhook_lanes: String,
    /// A second listener for Prometheus, with /metrics alone [default: none]
    #[arg(long, env = "INROAD_METRICS_LISTEN", value_name = "ADDRESS", global = true)]
    pub metrics_listen: Option<String>,
    /// What is logged: error, warn, info, debug, trace, or tracing's filter syntax
    #[arg(long, env = "INROAD_LOG", default_value = "info", value_name = "FILTER", global = true)]
    pub log: String,
    /// `text` or `json`
    #[arg(long, env = "INROAD_LOG_FORMAT", default_value = "text", value_name = "FORMAT", global = true)]
    pub log_format: String,
}

/// What the guides have clients export, perhaps in the shell that also starts the service.
const CLIENTS: [&str; 3] = ["INROAD_KEY", "INROAD_TOKEN", "INROAD_URL"];

/// Requests a minute; `None` is no limit.
pub type PerMinute = Option<std::num::NonZeroU32>;

/// The settings, read.
#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: Option<Url>,
    pub app_url: Option<Url>,
    pub data_dir: PathBuf,
    /// It may have a password in it.
    pub database_url: Option<SecretString>,
    pub database_direct_url: Option<SecretString>,
    pub pg_bin: Option<PathBuf>,
    /// Where programs are searched, as the shell has it.
    pub path: Option<OsString>,
    /// Who called `sudo`, for the user that runs the private cluster.
    pub sudo_uid: Option<u32>,
    pub secret: Option<SecretString>,
    pub workers: usize,
    pub pool_size: usize,
    pub read_lanes: usize,
    pub strict_row_security: bool,
    pub prepared_statements: bool,
    pub statement_timeout: Duration,
    pub request_timeout: Duration,
    pub shutdown_timeout: Duration,
    pub rate_limit: PerMinute,
    pub rate_limit_workspace: PerMinute,
    pub rate_limit_anonymous: PerMinute,
    pub sign_in_limit: PerMinute,
    pub trust_proxy: bool,
    pub access_token_lifetime: chrono::Duration,
    pub refresh_token_lifetime: chrono::Duration,
    pub session_lifetime: chrono::Duration,
    pub audit_address_retention: chrono::Duration,
    /// `None` is for ever.
    pub audit_retention: Option<chrono::Duration>,
    pub token_algorithm: Algorithm,
    pub password_hashers: usize,
    /// Bytes.
    pub body_limit: usize,
    /// Bytes.
    pub import_limit: usize,
    /// Where attachments are kept, if not in the data directory.
    pub attachments: Option<Bucket>,
    /// Bytes.
    pub attachment_quota: i64,
    /// This program, for what it does in a process of its own.
    pub program: PathBuf,
    pub cors_origins: Vec<String>,
    /// Pages on this machine may call the API, too: for demonstrations.
    pub cors_localhost: bool,
    pub smtp_url: Option<SecretString>,
    /// Always there in a configuration that was read without mistakes.
    pub mail_from: Option<lettre::message::Mailbox>,
    pub daily_messages: i32,
    /// How long a message that no mail server takes is tried again.
    pub send_patience: chrono::Duration,
    /// Bytes.
    pub inbound_limit: usize,
    /// Hosts that a workspace's mail account may name although they are in a private network.
    pub mail_hosts: Vec<String>,
    /// Places in private networks that users may have the service ask.
    pub outgoing_hosts: Allowed,
    pub job_workers: usize,
    pub job_poll: Duration,
    /// Endpoints that are told of changes at once.
    pub webhook_lanes: usize,
    pub metrics_listen: Option<SocketAddr>,
    pub log: String,
    pub log_json: bool,
}

/// A bucket that speaks S3.
#[derive(Debug, Clone)]
pub struct Bucket {
    pub bucket: String,
    /// The folder in it.
    pub prefix: String,
    pub region: String,
    pub endpoint: Option<String>,
    /// Id and secret.
    pub key: Option<(String, SecretString)>,
}

/// Every setting that cannot be read, and why.
#[derive(Debug, thiserror::Error)]
#[error("the configuration has mistakes:\n{}", .0.iter().map(|m| format!("  - {m}")).collect::<Vec<_>>().join("\n"))]
pub struct Mistakes(Vec<String>);

impl Config {
    pub fn read(settings: Settings) -> Result<Self, Mistakes> {
        let mut reader = Reader::default();
        let r = &mut reader;
        let s = settings;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = s.workers.map_or(cores, |text| r.number("INROAD_WORKERS", &text, 1, 256));
        let config = Self {
            listen: r.parse("INROAD_LISTEN", &s.listen, "an address and a port, such as 127.0.0.1:8080"),
            public_url: s.public_url.as_deref().and_then(|text| r.base("INROAD_PUBLIC_URL", text)),
            app_url: s.app_url.as_deref().and_then(|text| r.base("INROAD_APP_URL", text)),
            data_dir: s.data_dir.or_else(default_data_dir).unwrap_or_else(|| {
                r.mistake("INROAD_DATA_DIR", "is needed, for neither XDG_DATA_HOME nor HOME is set");
                PathBuf::new()
            }),
            database_url: s.database_url.filter(|url| !url.is_empty()).map(SecretString::from),
            database_direct_url: s.database_direct_url.filter(|url| !url.is_empty()).map(SecretString::from),
            pg_bin: s.pg_bin,
            path: told("PATH"),
            sudo_uid: told("SUDO_UID").and_then(|uid| uid.to_str()?.parse().ok()),
            secret: s.secret.filter(|text| !text.is_empty()).map(SecretString::from),
            workers,
            pool_size: s
                .pool_size
                .map_or(workers.saturating_mul(4).max(16), |text| r.number("INROAD_POOL_SIZE", &text, 1, 1000)),
            read_lanes: r.number("INROAD_READ_LANES", &s.read_lanes, 1, 64),
            strict_row_security: r.one_of("INROAD_ROW_SECURITY", &s.row_security, "standard", "strict"),
            prepared_statements: r.one_of("INROAD_PREPARED_STATEMENTS", &s.prepared_statements, "off", "on"),
            statement_timeout: r.seconds("INROAD_STATEMENT_TIMEOUT", &s.statement_timeout),
            request_timeout: r.seconds("INROAD_REQUEST_TIMEOUT", &s.request_timeout),
            shutdown_timeout: r.seconds("INROAD_SHUTDOWN_TIMEOUT", &s.shutdown_timeout),
            rate_limit: r.per_minute("INROAD_RATE_LIMIT", &s.rate_limit),
            rate_limit_workspace: r.per_minute("INROAD_RATE_LIMIT_WORKSPACE", &s.rate_limit_workspace),
            rate_limit_anonymous: r.per_minute("INROAD_RATE_LIMIT_ANONYMOUS", &s.rate_limit_anonymous),
            sign_in_limit: r.per_minute("INROAD_SIGN_IN_LIMIT", &s.sign_in_limit),
            trust_proxy: r.one_of("INROAD_TRUST_PROXY", &s.trust_proxy, "off", "on"),
            access_token_lifetime: chrono::Duration::minutes(r.number(
                "INROAD_ACCESS_TOKEN_MINUTES",
                &s.access_token_minutes,
                1,
                1440,
            )),
            refresh_token_lifetime: r.days("INROAD_REFRESH_TOKEN_DAYS", &s.refresh_token_days),
            session_lifetime: r.days("INROAD_SESSION_DAYS", &s.session_days),
            audit_address_retention: r.days("INROAD_AUDIT_ADDRESS_DAYS", &s.audit_address_days),
            audit_retention: Some(r.number("INROAD_AUDIT_DAYS", &s.audit_days, 0, 36_500))
                .filter(|days| *days > 0)
                .map(chrono::Duration::days),
            token_algorithm: r.algorithm(&s.token_algorithm),
            password_hashers: s
                .password_hashers
                .map_or(cores, |text| r.number("INROAD_PASSWORD_HASHERS", &text, 1, 256)),
            body_limit: r.number("INROAD_BODY_LIMIT", &s.body_limit, 1, 65_536) * 1024,
            import_limit: r.number("INROAD_IMPORT_LIMIT", &s.import_limit, 1, 1024) * 1024 * 1024,
            attachments: r.bucket(s.attachments_url, s.attachments_endpoint, s.attachments_region, s.attachments_key),
            attachment_quota: r.number("INROAD_ATTACHMENT_QUOTA", &s.attachment_quota, 0, 1024 * 1024) * 1024 * 1024,
            program: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("inroad")),
            cors_origins: r.origins(&s.cors_origins),
            cors_localhost: false,
            smtp_url: s.smtp_url.filter(|url| !url.is_empty()).map(SecretString::from),
            mail_from: r.mailbox(&s.mail_from),
            daily_messages: r.number("INROAD_DAILY_MESSAGES", &s.daily_messages, 0, 100_000),
            send_patience: chrono::Duration::minutes(r.number("INROAD_SEND_PATIENCE", &s.send_patience, 0, 10_080)),
            inbound_limit: r.number("INROAD_INBOUND_LIMIT", &s.inbound_limit, 1, 64) * 1024 * 1024,
            mail_hosts: s
                .mail_hosts
                .split(',')
                .map(str::trim)
                .filter(|host| !host.is_empty())
                .map(str::to_owned)
                .collect(),
            outgoing_hosts: s.outgoing_hosts.parse().unwrap_or_else(|entry: String| {
                let wanted = "must list names, addresses, networks such as 10.0.0.0/8, and host:port";
                r.mistake("INROAD_OUTGOING_HOSTS", &format!("{wanted}, not `{entry}`"));
                Allowed::default()
            }),
            job_workers: r.number("INROAD_JOB_WORKERS", &s.job_workers, 1, 100),
            job_poll: Duration::from_millis(r.number("INROAD_JOB_POLL", &s.job_poll, 10, 60_000)),
            webhook_lanes: r.number("INROAD_WEBHOOK_LANES", &s.webhook_lanes, 1, 1000),
            metrics_listen: s
                .metrics_listen
                .as_deref()
                .map(|text| r.parse("INROAD_METRICS_LISTEN", text, "an address and a port, such as 127.0.0.1:9100")),
            log: r.log_filter(s.log),
            log_json: r.one_of("INROAD_LOG_FORMAT", &s.log_format, "text", "json"),
        };
        r.check_public(&config);
        r.check_secrets(&config);
        if reader.0.is_empty() { Ok(config) } else { Err(Mistakes(reader.0)) }
    }

    /// Whether any page in a browser may call the API.
    pub fn has_cors(&self) -> bool {
        self.cors_localhost || !self.cors_origins.is_empty()
    }

    /// The base of every link and the issuer of tokens: the configured URL, or where the service listens.
    pub fn base_url(&self, bound: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{bound}"),
        }
    }
}

/// Reads values and keeps what is wrong with them. A wrong value becomes a placeholder that nobody sees.
#[derive(Default)]
struct Reader(Vec<String>);

impl Reader {
    fn mistake(&mut self, name: &str, what: &str) {
        self.0.push(format!("{name} {what}"));
    }

    fn parse(&mut self, name: &str, text: &str, wanted: &str) -> SocketAddr {
        text.parse().unwrap_or_else(|_| {
            self.mistake(name, &format!("must be {wanted}, not `{text}`"));
            SocketAddr::from(([127, 0, 0, 1], 0))
        })
    }

    fn number<N>(&mut self, name: &str, text: &str, least: N, most: N) -> N
    where
        N: std::str::FromStr + PartialOrd + Copy + std::fmt::Display,
    {
        match text.trim().parse::<N>() {
            Ok(number) if number >= least && number <= most => number,
            _ => {
                self.mistake(name, &format!("must be a whole number from {least} to {most}, not `{text}`"));
                least
            }
        }
    }

    fn seconds(&mut self, name: &str, text: &str) -> Duration {
        Duration::from_secs(self.number(name, text, 1, 3600))
    }

    fn days(&mut self, name: &str, text: &str) -> chrono::Duration {
        chrono::Duration::days(self.number(name, text, 1, 3650))
    }

    fn per_minute(&mut self, name: &str, text: &str) -> PerMinute {
        std::num::NonZeroU32::new(self.number(name, text, 0, 1_000_000))
    }

    /// Whether it is `second`.
    fn one_of(&mut self, name: &str, text: &str, first: &str, second: &str) -> bool {
        if text != first && text != second {
            self.mistake(name, &format!("must be `{first}` or `{second}`, not `{text}`"));
        }
        text == second
    }

    fn algorithm(&mut self, text: &str) -> Algorithm {
        Algorithm::parse(text).unwrap_or_else(|| {
            self.mistake("INROAD_TOKEN_ALGORITHM", &format!("must be ES256, EdDSA or RS256, not `{text}`"));
            Algorithm::Es256
        })
    }

    fn base(&mut self, name: &str, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if url.is_none() {
            self.mistake(name, &format!("must be an http or https URL, not `{text}`"));
        }
        url
    }

    fn bucket(
        &mut self,
        url: Option<String>,
        endpoint: Option<String>,
        region: String,
        key: Option<String>,
    ) -> Option<Bucket> {
        let text = url.filter(|text| !text.is_empty())?;
        let url = Url::parse(&text).ok().filter(|url| url.scheme() == "s3" && url.has_host());
        let Some(url) = url else {
            self.mistake("INROAD_ATTACHMENTS_URL", &format!("must be such as s3://bucket/folder, not `{text}`"));
            return None;
        };
        let endpoint = endpoint.filter(|text| !text.is_empty());
        let endpoint = endpoint.and_then(|text| self.base("INROAD_ATTACHMENTS_ENDPOINT", &text));
        let key = key.filter(|text| !text.is_empty()).and_then(|text| match text.split_once(':') {
            Some((id, secret)) => Some((id.to_owned(), SecretString::from(secret))),
            None => {
                self.mistake("INROAD_ATTACHMENTS_KEY", "must be the key's id and its secret with a colon between");
                None
            }
        });
        Some(Bucket {
            bucket: url.host_str().unwrap_or_default().to_owned(),
            prefix: url.path().trim_matches('/').to_owned(),
            region,
            endpoint: endpoint.map(|url| url.as_str().trim_end_matches('/').to_owned()),
            key,
        })
    }

    fn origins(&mut self, text: &str) -> Vec<String> {
        let given: Vec<&str> = text.split(',').map(str::trim).filter(|origin| !origin.is_empty()).collect();
        for origin in &given {
            let exact = Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == *origin);
            if !exact {
                self.mistake(
                    "INROAD_CORS_ORIGINS",
                    &format!("must list exact origins such as https://app.example.org, not `{origin}`"),
                );
            }
        }
        given.into_iter().map(str::to_owned).collect()
    }

    fn mailbox(&mut self, text: &str) -> Option<lettre::message::Mailbox> {
        let mailbox = text.parse();
        if mailbox.is_err() {
            self.mistake("INROAD_MAIL_FROM", &format!("must be like `Inroad <inroad@example.org>`, not `{text}`"));
        }
        mailbox.ok()
    }

    fn log_filter(&mut self, text: String) -> String {
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&text) {
            self.mistake("INROAD_LOG", &format!("is not a log filter: {error}"));
        }
        text
    }

    fn check_secrets(&mut self, config: &Config) {
        if let Some(Err(error)) = config.secret.as_ref().map(KeyRing::parse) {
            self.mistake("INROAD_SECRET", &format!("cannot be read: {error}"));
        }
        for (name, url) in
            [("DATABASE_URL", &config.database_url), ("DATABASE_DIRECT_URL", &config.database_direct_url)]
        {
            if let Some(Err(error)) = url.as_ref().map(|url| Connector::new(url.expose_secret(), true)) {
                self.mistake(name, &format!("must be like postgres://user:password@host:5432/database: {error}"));
            }
        }
        if config.database_url.is_none() && config.database_direct_url.is_some() {
            self.mistake("DATABASE_DIRECT_URL", "is of use beside DATABASE_URL only");
        }
        if let Some(Err(error)) = config.smtp_url.as_ref().map(Server::from_url) {
            self.mistake("INROAD_SMTP_URL", &format!("cannot be read: {error}"));
        }
    }

    /// A service that others reach must know its own URL: links and tokens are built from it, never from `Host`.
    fn check_public(&mut self, config: &Config) {
        if !config.listen.ip().is_loopback() && config.public_url.is_none() {
            self.mistake(
                "INROAD_PUBLIC_URL",
                "is needed when INROAD_LISTEN is not a loopback address, for links and tokens are built from it",
            );
        }
        let per_worker = config.pool_size / config.workers.max(1);
        // An import has one for its transaction, and tells by another how far it is.
        if per_worker < 2 {
            self.mistake("INROAD_POOL_SIZE", "must be at least twice INROAD_WORKERS");
        }
    }
}

fn default_data_dir() -> Option<PathBuf> {
    // SAFETY: geteuid has no preconditions and cannot fail.
    #[expect(unsafe_code, reason = "the standard library does not tell the effective user")]
    let root = unsafe { libc::geteuid() } == 0;
    if root && told("XDG_DATA_HOME").is_none() {
        return Some(PathBuf::from("/var/lib/inroad"));
    }
    let home = |name: &str| told(name).map(PathBuf::from);
    home("XDG_DATA_HOME").or_else(|| home("HOME").map(|home| home.join(".local/share"))).map(|dir| dir.join("inroad"))
}

/// Reads a file `.env` in the current folder or one above it into the environment; what is set there already stays.
pub fn read_env_file() -> Result<(), String> {
    match dotenvy::dotenv() {
        Ok(_) => Ok(()),
        Err(error) if error.not_found() => Ok(()),
        // The line itself is not repeated: it may hold a secret.
        Err(dotenvy::Error::LineParse(..)) => {
            let read = dotenvy::dotenv_iter().ok().and_then(|lines| lines.map_while(Result::ok).last());
            let place = read.map_or("its beginning".to_owned(), |(name, _)| format!("the line behind {name}"));
            let hint = "put values with blanks or special characters into quotes";
            Err(format!("the file .env cannot be read from {place} on: {hint}"))
        }
        Err(error) => Err(format!("the file .env cannot be read: {error}")),
    }
}

/// A variable that is set to nothing is one that is not set: that is how files of settings leave something out.
pub fn ignore_empty_variables(command: clap::Command) -> clap::Command {
    command.mut_args(|argument| match argument.get_env().and_then(variable) {
        Some(value) if value.is_empty() => argument.env(Resettable::Reset),
        _ => argument,
    })
}

/// Variables that are named like settings and are none, each with what may be meant: a setting that is misspelt would
/// otherwise do nothing, without a word.
pub fn unknown_variables(command: &clap::Command) -> Vec<String> {
    let known: Vec<String> =
        command.get_arguments().filter_map(|argument| argument.get_env()?.to_str()).map(str::to_owned).collect();
    let mut unknown: Vec<String> = names().filter(|name| is_like_a_setting(name) && !known.contains(name)).collect();
    unknown.sort();
    let tell = |name: &String| match nearest(name, known.iter()) {
        Some(meant) => format!("{name} is no setting and does nothing; did you mean {meant}?"),
        None => format!("{name} is no setting and does nothing; `inroad --help` lists them"),
    };
    unknown.iter().map(tell).collect()
}

fn is_like_a_setting(name: &str) -> bool {
    name.starts_with("INROAD_") && !CLIENTS.contains(&name)
}

fn names() -> impl Iterator<Item = String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())
}

/// What clap does not read: it is no setting of the service's own.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn variable(name: impl AsRef<OsStr>) -> Option<OsString> {
    std::env::var_os(name)
}

fn told(name: &str) -> Option<OsString> {
    variable(name).filter(|value| !value.is_empty())
}
