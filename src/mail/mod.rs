//! Mail leaves through one job: by SMTP, or, where none is configured, as `.eml` files into the data directory.
pub mod letter;
pub mod smtp;
mod wire;

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretBox};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::letter::{Letter, Unsubscribe};
use self::smtp::Server;
use crate::app::App;
use crate::auth::secrets::{KeyRing, Place};
use crate::config::Config;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::jobs::{self, Job};

/// Where mail goes.
pub struct Mailer {
    /// Whom the service's own mail is from.
    pub from: Mailbox,
    way: Way,
}

enum Way {
    Smtp(Server),
    Folder(PathBuf),
}

impl Mailer {
    pub fn new(config: &Config) -> Result<Self, String> {
        let way = match &config.smtp_url {
            Some(url) => Way::Smtp(Server::from_url(url).map_err(|error| format!("INROAD_SMTP_URL {error}"))?),
            None => Way::Folder(config.data_dir.join("mail")),
        };
        let from = config.mail_from.clone().ok_or("INROAD_MAIL_FROM is missing")?;
        Ok(Self { from, way })
    }

    /// From the service's address, for it is the service that vouches for it, by the name of whoever has it sent.
    pub fn in_the_name_of(&self, name: &str) -> Result<Mailbox, String> {
        let name = match &self.from.name {
            Some(service) => format!("{name} via {service}"),
            None => name.to_owned(),
        };
        letter::mailbox(Some(&name), self.from.email.as_ref())
    }

    /// The service's own mail server, if it has one.
    pub fn server(&self) -> Option<&Server> {
        match &self.way {
            Way::Smtp(server) => Some(server),
            Way::Folder(_) => None,
        }
    }
}

/// A plain-text mail to one person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendMail {
    pub to: String,
    pub to_name: Option<String>,
    pub subject: String,
    pub text: String,
    /// Of a mail that comes again: what a POST to turns it off, by itself (RFC 8058).
    #[serde(default)]
    pub unsubscribe_url: Option<String>,
}

impl Job for SendMail {
    const KIND: &'static str = "send_mail";
    const SLOW: bool = true;

    async fn run(self, app: &App, id: Uuid) -> Result<(), String> {
        let message = self.letter(&app.mailer.from, id, app.now())?.message()?;
        match &app.mailer.way {
            Way::Smtp(server) => {
                server.send(&message, async || Ok(())).await.map(drop).map_err(|refusal| refusal.to_string())
            }
            Way::Folder(folder) => write(folder.clone(), id, message.formatted()).await,
        }
    }
}

impl SendMail {
    fn letter(self, from: &Mailbox, id: Uuid, date: DateTime<Utc>) -> Result<Letter, String> {
        Ok(Letter {
            from: from.clone(),
            reply_to: None,
            to: letter::mailbox(self.to_name.as_deref(), &self.to)?,
            subject: self.subject,
            text: self.text,
            date,
            message_id: format!("{id}@{}", from.email.domain()),
            in_reply_to: None,
            references: Vec::new(),
            unsubscribe: self.unsubscribe_url.map(Unsubscribe::OneClick),
            unsent: false,
        })
    }
}

/// A mail with a secret in it, encrypted while it waits.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendSealedMail {
    workspace: Uuid,
    /// A [`SendMail`] as JSON, sealed for this job, in base64.
    sealed: String,
}

/// Has a mail sent that holds a secret: in the table of jobs it is encrypted under the key ring.
pub async fn enqueue_sealed(
    app: &App,
    conn: &Conn,
    workspace: WorkspaceId,
    mail: &SendMail,
    now: DateTime<Utc>,
) -> ApiResult<()> {
    let id: Uuid = app.new_id();
    let plain = serde_json::to_vec(mail).map_err(|error| ApiError::internal(&error))?;
    let job = SendSealedMail::seal(&app.ring, workspace.into(), id, &plain)?;
    jobs::enqueue(conn, Some(workspace), &job, id, now).await
}

/// Seals every mail that waits under the first secret of the ring; tells how many were under another.
pub async fn rekey(conn: &Conn, ring: &KeyRing) -> ApiResult<usize> {
    jobs::rewrite(conn, |id, job: SendSealedMail| {
        let sealed = BASE64.decode(&job.sealed).map_err(|error| ApiError::internal(&error))?;
        if !ring.needs_rekey(&sealed) {
            return Ok(None);
        }
        let plain = job.open(ring, id).map_err(|error| ApiError::internal(&error))?;
        SendSealedMail::seal(ring, job.workspace, id, plain.expose_secret()).map(Some)
    })
    .await
}

impl SendSealedMail {
    /// `id` is the job's.
    fn seal(ring: &KeyRing, workspace: Uuid, id: Uuid, plain: &[u8]) -> ApiResult<Self> {
        let sealed =
            ring.seal(&place(workspace, &id.to_string()), plain).map_err(|error| ApiError::internal(&error))?;
        Ok(Self { workspace, sealed: BASE64.encode(sealed) })
    }

    fn open(&self, ring: &KeyRing, id: Uuid) -> Result<SecretBox<Vec<u8>>, String> {
        let sealed = BASE64.decode(&self.sealed).map_err(|error| error.to_string())?;
        ring.open(&place(self.workspace, &id.to_string()), &sealed).map_err(|error| error.to_string())
    }
}

fn place(workspace: Uuid, row: &str) -> Place<'_> {
    Place { table: "jobs", column: "payload", workspace: Some(workspace), row }
}

impl Job for SendSealedMail {
    const KIND: &'static str = "send_sealed_mail";
    const SLOW: bool = true;

    async fn run(self, app: &App, id: Uuid) -> Result<(), String> {
        let plain = self.open(&app.ring, id)?;
        let mail: SendMail = serde_json::from_slice(plain.expose_secret()).map_err(|error| error.to_string())?;
        mail.run(app, id).await
    }
}

async fn write(folder: PathBuf, id: Uuid, bytes: Vec<u8>) -> Result<(), String> {
    let written = tokio::task::spawn_blocking(move || {
        // Mails hold links that open accounts: they are for nobody else on this machine.
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let path = folder.join(format!("{id}.eml"));
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        file.write_all(&bytes)?;
        std::io::Result::Ok(path)
    });
    let path = written.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    tracing::info!("no SMTP server is configured: a mail was written to {}", path.display());
    Ok(())
}
