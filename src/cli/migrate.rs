//! `inroad migrate`.
use clap::Args;

use super::database::Source;
use super::{CliResult, text};
use crate::config::Config;
use crate::db::migrate;

#[derive(Debug, Args)]
pub struct Options {
    /// Take back the newest migration instead
    #[arg(long)]
    revert: bool,
}

pub fn run(config: Config, options: Options) -> CliResult<()> {
    let source = Source::share(&config)?;
    let connector = source.direct()?;
    if options.revert {
        let version = migrate::revert(&connector).map_err(text)?;
        println!("took back {version}");
    } else {
        let applied = migrate::run(&connector).map_err(text)?;
        println!("{applied} migrations applied");
    }
    Ok(())
}
