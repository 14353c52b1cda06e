//! `inroad keys`.
use actix_web::rt::System;
use clap::{Args, Subcommand};

use super::database::{self, Source};
use super::{CliResult, system_clock, text};
use crate::auth::keys;
use crate::config::Config;

#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the published signing keys
    List,
    /// Make a new signing key; it signs from tomorrow on, and the others go when their last token has expired
    Rotate {
        /// Sign with it at once, for a key that has leaked
        #[arg(long)]
        now: bool,
    },
    /// Encrypt every secret under the first key of INROAD_SECRET
    Rekey,
}

pub fn run(config: Config, options: Options) -> CliResult<()> {
    let source = Source::share(&config)?;
    let ring = database::key_ring(&config)?;
    let connector = source.connector()?;
    let now = system_clock()();
    System::new().block_on(async {
        source.require_current(&connector).await?;
        let conn = connector.connect().await.map_err(text)?;
        match options.command {
            Command::List => {
                for key in keys::list(&conn, now).await.map_err(text)? {
                    let until = key.published_until.map_or_else(|| "-".to_owned(), |until| until.to_rfc3339());
                    println!("{} {} signs from {} published until {until}", key.kid, key.algorithm, key.signs_from);
                }
            }
            Command::Rotate { now: at_once } => {
                let lifetime = config.access_token_lifetime;
                let key =
                    keys::rotate(&conn, &ring, config.token_algorithm, at_once, lifetime, now).await.map_err(text)?;
                println!("{} {} signs from {}", key.kid, key.algorithm, key.signs_from);
            }
            Command::Rekey => {
                let count = keys::rekey(&conn, &ring, now).await.map_err(text)?;
                println!("{count} secrets encrypted anew");
            }
        }
        Ok(())
    })
}
