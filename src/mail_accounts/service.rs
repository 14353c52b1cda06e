//! Keeping, trying and using the account.
use std::net::IpAddr;

use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Host;
use uuid::Uuid;

use super::model::{AccountRow, MailAccount, MailAccountInput, NO_PASSWORD};
use super::store;
use crate::app::App;
use crate::auth::secrets::{KeyRing, Place};
use crate::changes::{Actor, Kind, Tx};
use crate::config::Config;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::IfMatch;
use crate::jobs::{self, Job};
use crate::mail::letter::{self, Letter};
use crate::mail::smtp::{MailSecurity, Server};
use crate::text::filled;
use crate::{audit, fields, outgoing};

/// Where mail servers listen.
const PORTS: [i32; 4] = [25, 465, 587, 2525];

/// A mail server of a workspace's own, and whom its mail is from.
pub struct OwnServer {
    pub server: Server,
    pub address: String,
    pub name: Option<String>,
}

/// How the mail of a workspace leaves.
pub enum WayOut {
    /// Through the service's server, if it has one.
    Service,
    /// Through the workspace's own account.
    Own(OwnServer),
    /// The workspace wants it to go through an account of its own, and no test mail went through that. From another address
    /// it does not go behind anybody's back.
    Unverified(String),
}

/// How the workspace's mail leaves now.
pub async fn way_out(app: &App, workspace: WorkspaceId) -> ApiResult<WayOut> {
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace).await).await?;
    Ok(match row {
        None => WayOut::Service,
        Some(row) if row.verified_at.is_some() => WayOut::Own(open(app, row)?),
        Some(row) => {
            let why = MailAccount::from(row).failure.unwrap_or_else(|| "its test mail is on the way".to_owned());
            WayOut::Unverified(format!("the workspace's mail account is not verified: {why}"))
        }
    })
}

impl WayOut {
    /// Refuses to begin what could not leave.
    pub fn check(&self, app: &App) -> Result<(), Barred> {
        match self {
            Self::Own(_) => Ok(()),
            Self::Service if app.mailer.server().is_some() => Ok(()),
            Self::Service => {
                let detail = "there is no mail server: set INROAD_SMTP_URL, give the workspace an account \
                              (`/v1/mail-account`), or use your own mail program";
                Err(Barred(Code::MailNotConfigured, detail.to_owned()))
            }
            Self::Unverified(why) => {
                let detail = format!("{why}; mend it, try it again (`/v1/mail-account/verify`), or delete it");
                Err(Barred(Code::MailAccountUnverified, detail))
            }
        }
    }
}

/// Why no mail leaves.
#[derive(Debug, Clone)]
pub struct Barred(Code, String);

impl From<Barred> for ApiError {
    fn from(Barred(code, detail): Barred) -> Self {
        Self::new(code, detail)
    }
}

fn open(app: &App, row: AccountRow) -> ApiResult<OwnServer> {
    let key = Uuid::from(row.workspace_id).to_string();
    let plain = app.ring.open(&place(row.workspace_id, &key), &row.password);
    let plain = plain.map_err(|error| ApiError::internal(&error))?;
    let password = String::from_utf8_lossy(plain.expose_secret()).into_owned();
    let server = Server {
        guarded: !is_named(&app.config, &row.host),
        host: row.host,
        port: u16::try_from(row.port).unwrap_or_default(),
        security: row.security,
        opportunistic: false,
        username: Some(row.username),
        password: Some(SecretString::from(password)),
        hello: None,
    };
    Ok(OwnServer { server, address: row.address, name: row.name })
}

/// Whether the operator has named the host as one that may be in a network of the operator's.
fn is_named(config: &Config, host: &str) -> bool {
    config.mail_hosts.iter().any(|named| named.eq_ignore_ascii_case(host))
}

fn place(workspace: WorkspaceId, row: &str) -> Place<'_> {
    Place { table: "mail_accounts", column: "password", workspace: Some(workspace.into()), row }
}

/// Keeps the account, and has it tried. Says whether there was none before.
pub async fn put(
    tx: &mut Tx<'_>,
    app: &App,
    if_match: &IfMatch,
    input: MailAccountInput,
) -> ApiResult<(MailAccount, bool)> {
    ApiError::check(faults(&app.config, &input))?;
    let before = store::lock(tx.conn, tx.workspace).await?;
    match &before {
        Some(row) => if_match.check(row.version)?,
        None => if_match.check_absent()?,
    }
    let MailAccountInput { host, port, security, username, password, address, name } = input;
    let key = Uuid::from(tx.workspace).to_string();
    let sealed = app.ring.seal(&place(tx.workspace, &key), password.as_bytes());
    let row = AccountRow {
        workspace_id: tx.workspace,
        version: before.as_ref().map_or(1, |row| row.version + 1),
        created_at: before.as_ref().map_or(tx.now, |row| row.created_at),
        updated_at: tx.now,
        host,
        port,
        security,
        username,
        password: sealed.map_err(|error| ApiError::internal(&error))?,
        address,
        name: filled(name),
        verified_at: None,
        failure: None,
    };
    store::put(tx.conn, &row).await?;
    let changed = match before.clone() {
        Some(before) => fields::changed(&MailAccount::from(before), &MailAccount::from(row.clone())),
        None => Vec::new(),
    };
    tx.record(Kind::MailAccountUpdated, tx.workspace, row.version, changed);
    tx.audit(audit::Kind::MailAccountChanged, tx.workspace, Vec::new());
    verify(tx, &row).await?;
    Ok((row.into(), before.is_none()))
}

fn faults(config: &Config, input: &MailAccountInput) -> Vec<Fault> {
    let mut faults = Vec::new();
    if literal(&input.host).is_none() && Host::parse(&input.host).is_err() {
        faults.push(Fault::field(
            "/host",
            "invalid_format",
            "must be a name or an address; the port is a field of its own",
        ));
    }
    if !is_named(config, &input.host) {
        // A name is looked up, and held to the same, when there is something to send.
        if literal(&input.host).is_some_and(|ip| !outgoing::is_public(ip)) {
            faults.push(Fault::field("/host", "not_allowed", "is not a public address"));
        }
        if input.security == MailSecurity::None {
            let why = "the password would go in the clear: use `tls` or `starttls`";
            faults.push(Fault::field("/security", "not_allowed", why));
        }
        if !PORTS.contains(&input.port) {
            faults.push(Fault::field("/port", "not_allowed", "must be one of 25, 465, 587, 2525"));
        }
    }
    faults
}

/// The address that a host is, in any of the ways in which systems take one: `127.1`, `0x7f000001`, `[::1]`.
fn literal(host: &str) -> Option<IpAddr> {
    let plain = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    plain.or(match Host::parse(host) {
        Ok(Host::Ipv4(ip)) => Some(ip.into()),
        Ok(Host::Ipv6(ip)) => Some(ip.into()),
        _ => None,
    })
}

pub async fn delete(tx: &mut Tx<'_>, if_match: &IfMatch) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace).await?.ok_or_else(ApiError::not_found)?;
    if_match.check(row.version)?;
    store::delete(tx.conn, tx.workspace).await?;
    tx.record(Kind::MailAccountDeleted, tx.workspace, row.version + 1, Vec::new());
    tx.audit(audit::Kind::MailAccountDeleted, tx.workspace, Vec::new());
    Ok(())
}

/// Has a test mail sent through the account.
pub async fn try_again(tx: &mut Tx<'_>) -> ApiResult<MailAccount> {
    let row = store::lock(tx.conn, tx.workspace).await?.ok_or_else(ApiError::not_found)?;
    verify(tx, &row).await?;
    Ok(row.into())
}

async fn verify(tx: &mut Tx<'_>, row: &AccountRow) -> ApiResult<()> {
    let job = VerifyMailAccount { workspace: tx.workspace.into(), version: row.version };
    jobs::enqueue(tx.conn, Some(tx.workspace), &job, Uuid::now_v7(), tx.now).await
}

/// Sends a test mail through an account to its own address. What comes of it stands at the account.
#[derive(Debug, Serialize, Deserialize)]
pub struct VerifyMailAccount {
    workspace: Uuid,
    /// Of the account as it was meant.
    version: i32,
}

impl Job for VerifyMailAccount {
    const KIND: &'static str = "verify_mail_account";
    const SLOW: bool = true;

    async fn run(self, app: &App, id: Uuid) -> Result<(), String> {
        let workspace = WorkspaceId::vouched(self.workspace);
        let found = app.db.read(workspace, async |conn| store::find(conn, workspace).await).await;
        let found = found.map_err(|error| error.to_string())?.filter(|row| row.version == self.version);
        let Some(row) = found else { return Ok(()) };
        let outcome = if row.password.is_empty() {
            Err(NO_PASSWORD.to_owned())
        } else {
            let own = open(app, row).map_err(|error| error.to_string())?;
            test(app, &own, id).await
        };
        let note = async |tx: &mut Tx<'_>| note(tx, self.version, outcome).await;
        app.write_as(workspace, Actor::Job, note).await.map_err(|error| error.to_string())
    }
}

async fn test(app: &App, own: &OwnServer, id: Uuid) -> Result<(), String> {
    let mailbox: Mailbox = letter::mailbox(own.name.as_deref(), &own.address)?;
    let letter = Letter {
        from: mailbox.clone(),
        reply_to: None,
        to: mailbox,
        subject: "Inroad can send through this account".to_owned(),
        text: "This mail came through the account that you gave to Inroad. From now on your messages go through it.\n"
            .to_owned(),
        date: app.now(),
        message_id: format!("{id}@inroad"),
        in_reply_to: None,
        references: Vec::new(),
        unsubscribe: None,
        unsent: false,
    };
    own.server.send(&letter.message()?, async || Ok(())).await.map(drop).map_err(|refusal| refusal.to_string())
}

async fn note(tx: &mut Tx<'_>, version: i32, outcome: Result<(), String>) -> ApiResult<()> {
    let found = store::lock(tx.conn, tx.workspace).await?.filter(|row| row.version == version);
    let Some(before) = found else { return Ok(()) };
    let mut row = before.clone();
    match outcome {
        Ok(()) => {
            row.verified_at = Some(tx.now);
            row.failure = None;
        }
        Err(words) => {
            row.verified_at = None;
            row.failure = Some(words.chars().filter(|c| !c.is_control()).take(4096).collect());
        }
    }
    row.version += 1;
    row.updated_at = tx.now;
    store::put(tx.conn, &row).await?;
    let (version, changed) = (row.version, fields::changed(&MailAccount::from(before), &MailAccount::from(row)));
    tx.record(Kind::MailAccountUpdated, tx.workspace, version, changed);
    Ok(())
}

/// Encrypts under the first key what is not, and says how many that were.
pub async fn rekey(conn: &Conn, ring: &KeyRing) -> ApiResult<usize> {
    let mut count = 0;
    for mut row in store::all(conn).await?.into_iter().filter(|row| ring.needs_rekey(&row.password)) {
        let key = Uuid::from(row.workspace_id).to_string();
        let place = place(row.workspace_id, &key);
        let plain = ring.open(&place, &row.password).map_err(|error| ApiError::internal(&error))?;
        row.password = ring.seal(&place, plain.expose_secret()).map_err(|error| ApiError::internal(&error))?;
        store::put(conn, &row).await?;
        count += 1;
    }
    Ok(count)
}
