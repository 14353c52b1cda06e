//! `inroad admin`.
use actix_web::rt::System;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::audit::Noted;
use super::database::{self, Source};
use super::{CliResult, system_clock, text};
use crate::app::App;
use crate::audit;
use crate::auth::{self, recovery, users};
use crate::config::Config;
use crate::db::Conn;
use crate::jobs::{self, Counts, KindCounts};
use crate::server;
use crate::webhooks::{self, Backlog};

/// Accounts of one read.
const PAGE: i64 = 500;
/// Dead jobs that are shown.
const SHOWN: i64 = 100;

#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the configuration as it was understood, without secrets
    Config,
    /// List the accounts
    Users,
    /// Make an account, and print the password that was generated for it
    CreateUser {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
    },
    /// Print a link by which an account's owner can set a new password within 30 minutes
    ResetPassword {
        #[arg(long)]
        email: String,
    },
    /// Count the jobs that wait, and list those that have failed for good
    Jobs,
    /// Let a failed job run again
    RetryJob { id: Uuid },
    /// The audit log
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Hold every entry against the hash of the one after, and name the first that does not fit
    Verify {
        /// The end of a chain as it was printed before, which must still be there
        #[arg(long, value_name = "CHAIN:SEQ:HASH")]
        expect: Vec<Noted>,
    },
}

pub fn run(config: Config, options: Options) -> CliResult<()> {
    if matches!(options.command, Command::Config) {
        println!("{config:#?}");
        return Ok(());
    }
    let source = Source::share(&config)?;
    let connector = source.connector()?;
    System::new().block_on(async {
        source.require_current(&connector).await?;
        let ring = database::key_ring(&config)?;
        let base_url = config.base_url(config.listen);
        let app =
            App::new(config, connector.clone(), ring, base_url, system_clock(), server::slices()).map_err(text)?;
        match options.command {
            Command::Config => Ok(()),
            Command::Users => list_users(&app).await,
            Command::CreateUser { email, name } => create_user(&app, email, &name).await,
            Command::ResetPassword { email } => reset_password(&app, &email).await,
            Command::Jobs => list_jobs(&app).await,
            Command::Audit { command: AuditCommand::Verify { expect } } => super::audit::verify(&app, &expect).await,
            Command::RetryJob { id } => {
                let found = jobs::retry(&*app.db.global().await.map_err(text)?, id, app.now()).await.map_err(text)?;
                if !found {
                    return Err(format!("there is no failed job {id}"));
                }
                println!("{id} will run again");
                Ok(())
            }
        }
    })
}

async fn list_users(app: &App) -> CliResult<()> {
    let conn = app.db.global().await.map_err(text)?;
    let mut after = None;
    loop {
        let page = users::list(&conn, after, PAGE).await.map_err(text)?;
        let Some(last) = page.last().map(|user| user.id) else { return Ok(()) };
        for user in page {
            let verified = if user.email_verified_at.is_some() { "verified" } else { "unverified" };
            println!("{} {} {verified} {} {}", user.id, user.email, user.created_at.to_rfc3339(), user.name);
        }
        after = Some(last);
    }
}

async fn create_user(app: &App, email: String, name: &str) -> CliResult<()> {
    if !crate::http::schema::formats::email(&email) {
        return Err(format!("`{email}` is not an e-mail address"));
    }
    let name = users::clean_name(name).map_err(text)?;
    let random = auth::random::<15>().map_err(text)?;
    let password = URL_SAFE_NO_PAD.encode(random.as_slice());
    let password_hash = users::hash(app, &password).await.map_err(text)?;
    let new = users::NewUser { email, name, password_hash, time_zone: None, locale: None };
    let made = app
        .db
        .transaction(async |conn| {
            let (user, _) = users::create(app, conn, new).await?;
            recovery::ask_to_verify(app, conn, &user).await?;
            users::enter_registration(app, conn, &user, audit::Actor::Operator, None).await?;
            Ok(user)
        })
        .await
        .map_err(|error| error.detail.into_owned())?;
    println!("{} {}\npassword: {password}", made.id, made.email);
    Ok(())
}

async fn reset_password(app: &App, email: &str) -> CliResult<()> {
    let conn = app.db.global().await.map_err(text)?;
    let user = users::find_by_email(&conn, &users::email_key(email)).await.map_err(text)?;
    let user = user.ok_or_else(|| format!("there is no account with the address {email}"))?;
    drop(conn);
    let make = async |conn: &mut Conn| recovery::reset_token(app, conn, &user).await;
    let token = app.db.transaction(make).await.map_err(text)?;
    println!("{}", recovery::way_back(app, "reset-password", &token));
    Ok(())
}

fn counted(counts: Counts, now: DateTime<Utc>) -> String {
    let Counts { queued, running, failed, oldest_due_at } = counts;
    format!("{queued} queued{}; {running} running; {failed} failed for good", since(oldest_due_at, now))
}

/// How long what has waited for longest is due.
fn since(oldest_due_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    let Some(at) = oldest_due_at else { return String::new() };
    format!(", the oldest due since {}, for {} s", at.to_rfc3339(), (now - at).num_seconds())
}

async fn list_jobs(app: &App) -> CliResult<()> {
    let conn = app.db.global().await.map_err(text)?;
    let now = app.now();
    println!("{}", counted(jobs::counts(&conn, now).await.map_err(text)?, now));
    for KindCounts { kind, counts } in jobs::counts_of_kinds(&conn, now).await.map_err(text)? {
        println!("{kind}: {}", counted(counts, now));
    }
    let Backlog { pending, behind, oldest_due_at } = webhooks::backlog(&conn, now).await.map_err(text)?;
    println!("webhooks: {pending} deliveries pending, {behind} changes to look through{}", since(oldest_due_at, now));
    for job in jobs::list_dead(&conn, SHOWN).await.map_err(text)? {
        let error = job.last_error.unwrap_or_default();
        println!("{} {} since {} after {} attempts: {error}", job.id, job.kind, job.dead_at, job.attempts);
    }
    Ok(())
}
