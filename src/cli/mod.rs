//! The command line.
mod admin;
mod audit;
mod database;
mod demo;
mod healthcheck;
mod keys;
mod metrics;
mod migrate;
mod serve;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::app::{self, Clock};
use crate::config::{self, Config, Settings};
use crate::{attachments, research_notes};

/// A REST API for informational interviews.
///
/// Without a command it serves. Settings are flags or environment variables; a file `.env` in the current folder is
/// read, too.
#[derive(Debug, Parser)]
#[command(name = "inroad", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default)
    Serve(serve::Options),
    /// Do the jobs, beside services that run with --no-worker
    Worker,
    /// Bring the database's schema up to date
    Migrate(migrate::Options),
    /// Print the OpenAPI document
    Openapi,
    /// Signing keys: list, rotate, re-encrypt
    Keys(keys::Options),
    /// Look after accounts and jobs
    Admin(admin::Options),
    /// Ask the service that listens on INROAD_LISTEN whether it is ready
    Healthcheck,
}

/// What a command failed with, for a person.
pub type CliResult<T> = Result<T, String>;

/// Runs the command line; the exit code says whether it went well.
pub fn run() -> ExitCode {
    // Before anything else is read: what comes on the standard input is not to be trusted.
    match std::env::args().nth(1).as_deref() {
        Some(attachments::READ_PDF) => return attachments::read_pdf(),
        Some(research_notes::READ_PAGE) => return research_notes::read_page(),
        _ => {}
    }
    let outcome = config::read_env_file().and_then(|()| {
        let command = config::ignore_empty_variables(Cli::command());
        let cli = Cli::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit());
        execute(cli)
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("inroad: {error}");
            ExitCode::FAILURE
        }
    }
}

fn execute(cli: Cli) -> CliResult<()> {
    if let Some(Command::Openapi) = cli.command {
        // Whoever reads it may have seen enough: `inroad openapi | head`.
        let printed = std::io::stdout().write_all(app::document_text(&app::document()).as_bytes());
        return printed.or_else(|error| match error.kind() {
            std::io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(error.to_string()),
        });
    }
    let config = Config::read(cli.settings).map_err(|mistakes| mistakes.to_string())?;
    start_log(&config);
    for unknown in config::unknown_variables(&Cli::command()) {
        tracing::warn!("{unknown}");
    }
    match cli.command.unwrap_or(Command::Serve(serve::Options::default())) {
        Command::Serve(options) => serve::run(config, options),
        Command::Worker => serve::work(config),
        Command::Migrate(options) => migrate::run(config, options),
        Command::Keys(options) => keys::run(config, options),
        Command::Admin(options) => admin::run(config, options),
        Command::Healthcheck => healthcheck::run(&config),
        Command::Openapi => Ok(()),
    }
}

fn start_log(config: &Config) {
    // actix announces its workers; what the service does is announced by the service. What is no HTTP is the client's fault.
    let filter = tracing_subscriber::EnvFilter::new(format!("actix_server=warn,actix_http::h1=off,{}", config.log));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let log = log.with_ansi(std::io::stderr().is_terminal());
    if config.log_json { log.json().init() } else { log.with_target(false).init() }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the clock of the machine is read")]
pub fn system_clock() -> Clock {
    Arc::new(chrono::Utc::now)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
