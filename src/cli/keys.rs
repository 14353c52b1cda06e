//! `inroad keys`.
use actix_web::rt::System;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use diesel_async::AsyncConnection;

use super::database::{self, Source};
use super::{CliResult, system_clock, text};
use crate::audit::{self, Event};
use crate::auth::keys;
use crate::config::Config;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::{busy, inbound, mail, mail_accounts, webhooks};

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
        /// Sign with it at once, and take the others away, for a key that has leaked: within seconds everybody has to
        /// refresh their token
        #[arg(long)]
        now: bool,
    },
    /// Encrypt every secret under the first key of INROAD_SECRET
    Rekey,
}

pub fn run(config: Config, options: Options) -> CliResult<()> {
    let source = Source::share(&config)?;
    let connector = source.connector()?;
    let now = system_clock()();
    System::new().block_on(async {
        source.require_current(&connector).await?;
        let ring = database::key_ring(&config)?;
        let mut conn = connector.connect().await.map_err(text)?;
        match options.command {
            Command::List => {
                for key in keys::list(&conn, now).await.map_err(text)? {
                    let until = key.published_until.map_or_else(|| "-".to_owned(), |until| until.to_rfc3339());
                    println!("{} {} signs from {} published until {until}", key.kid, key.algorithm, key.signs_from);
                }
            }
            Command::Rotate { now: at_once } => {
                let lifetime = config.access_token_lifetime;
                let rotate = async |conn: &mut Conn| {
                    let key = keys::rotate(conn, &ring, config.token_algorithm, at_once, lifetime, now).await?;
                    enter(conn, audit::Kind::SigningKeyRotated, now).await?;
                    Ok::<_, ApiError>(key)
                };
                let key = conn.transaction(rotate).await.map_err(text)?;
                println!("{} {} signs from {}", key.kid, key.algorithm, key.signs_from);
            }
            Command::Rekey => {
                let rekey = async |conn: &mut Conn| {
                    let count = keys::rekey(conn, &ring, now).await?
                        + mail::rekey(conn, &ring).await?
                        + inbound::rekey(conn, &ring).await?
                        + mail_accounts::rekey(conn, &ring).await?
                        + busy::rekey(conn, &ring).await?
                        + webhooks::rekey(conn, &ring).await?;
                    enter(conn, audit::Kind::SecretsRekeyed, now).await?;
                    Ok::<_, ApiError>(count)
                };
                let count = conn.transaction(rekey).await.map_err(text)?;
                println!("{count} secrets encrypted anew");
            }
        }
        Ok(())
    })
}

async fn enter(conn: &Conn, kind: audit::Kind, now: DateTime<Utc>) -> ApiResult<()> {
    audit::append(conn, audit::accounts(), now, &[Event::new(kind, audit::Actor::Operator)]).await
}
