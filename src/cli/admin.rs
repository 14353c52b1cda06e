//! `inroad admin`.
use clap::{Args, Subcommand};

use super::CliResult;
use crate::config::Config;

#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the configuration as it was understood, without secrets
    Config,
}

pub fn run(config: Config, options: Options) -> CliResult<()> {
    match options.command {
        Command::Config => println!("{config:#?}"),
    }
    Ok(())
}
