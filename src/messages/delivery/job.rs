//! The job that hands a message to a mail server.
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::attempt::{self, Going, Terms};
use super::request::Sender;
use super::store;
use crate::app::App;
use crate::auth::users;
use crate::changes::{Actor, Tx};
use crate::db::WorkspaceId;
use crate::error::{ApiResult, Code};
use crate::jobs::Job;
use crate::mail::letter::{self, Letter, Unsubscribe};
use crate::mail::smtp::Refusal;
use crate::mail_accounts::{self, OwnServer, WayOut};
use crate::messages::model::MessageId;
use crate::messages::words::MessagePurpose;

/// Sends a message that is due.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendMessage {
    pub workspace: Uuid,
    pub message: Uuid,
}

impl Job for SendMessage {
    const KIND: &'static str = "send_message";
    const SLOW: bool = true;

    async fn run(self, app: &App, id: Uuid) -> Result<(), String> {
        let (workspace, message) = (WorkspaceId::vouched(self.workspace), MessageId::from(self.message));
        run(app, workspace, message, id).await.map_err(|error| error.to_string())
    }
}

async fn run(app: &App, workspace: WorkspaceId, message: MessageId, job: Uuid) -> ApiResult<()> {
    let terms = Terms {
        daily_messages: app.config.daily_messages,
        patience: app.config.send_patience,
        random: app.random_u64(),
    };
    let sender = sender(app, workspace, message).await?;
    let begin = async |tx: &mut Tx<'_>| attempt::begin(tx, message, job, sender.as_ref(), terms).await;
    let going = app.write_as(workspace, Actor::Job, begin).await?;
    let (Some(going), Some(sender)) = (going, sender) else { return Ok(()) };
    let outcome = hand_over(app, &going, &sender).await;
    if let Err(refusal) = &outcome {
        tracing::warn!(message = %message, "the message {message} was not sent: {refusal}");
    }
    // The answer is known only here: what it takes to write it down is tried again.
    let mut tries = 0;
    loop {
        let outcome = outcome.clone();
        let settle = async |tx: &mut Tx<'_>| attempt::settle(tx, &going.delivery, outcome, terms).await;
        match app.write_as(workspace, Actor::Job, settle).await {
            Err(error) if tries < 10 => {
                tracing::error!(message = %message, "how the message {message} fared cannot be written: {error}");
                tries += 1;
                tokio::time::sleep(Duration::from_secs(tries)).await;
            }
            settled => return settled,
        }
    }
}

/// In whose name it goes; none when the account is gone, or the message.
async fn sender(app: &App, workspace: WorkspaceId, message: MessageId) -> ApiResult<Option<Sender>> {
    let found = async {
        let delivery = app.db.read(workspace, async |conn| store::find(conn, workspace, message).await).await?;
        app.db.lookup(async |conn| users::find(conn, delivery.sender_id).await).await
    };
    match found.await {
        Err(error) if error.code == Code::NotFound => Ok(None),
        found => found.map(|user| Some(Sender::from(user))),
    }
}

async fn hand_over(app: &App, going: &Going, sender: &Sender) -> Result<String, Refusal> {
    let workspace = going.delivery.workspace_id;
    let own = match mail_accounts::way_out(app, workspace).await {
        Ok(WayOut::Own(own)) => Some(own),
        Ok(WayOut::Service) => None,
        Ok(WayOut::Unverified(why)) => return Err(Refusal::Later(why)),
        Err(error) => return Err(Refusal::Later(error.to_string())),
    };
    let none = || Refusal::Never("no mail server is configured".to_owned());
    let server = own.as_ref().map(|own| &own.server).or(app.mailer.server()).ok_or_else(none)?;
    let letter = letter(app, going, sender, own.as_ref()).map_err(Refusal::Never)?;
    let mail = letter.message().map_err(Refusal::Never)?;
    let mut stopping = app.stopping();
    let ready = async || {
        if *stopping.borrow_and_update() {
            return Err("Inroad is stopping".to_owned());
        }
        let row = &going.delivery;
        let noted = app.db.write(workspace, async |conn| store::hand_over(conn, row, app.now()).await).await;
        match noted {
            Ok(true) => Ok(()),
            Ok(false) => Err("another attempt has begun".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    };
    server.send(&mail, ready).await
}

/// From the workspace's own account; else from the service's address, for it is the service that vouches for it, and
/// answers go to the sender's.
fn letter(app: &App, going: &Going, sender: &Sender, own: Option<&OwnServer>) -> Result<Letter, String> {
    let Going { row, delivery: _, contact_name, references } = going;
    let reply_to = letter::mailbox(Some(&sender.name), &sender.address)?;
    let from = match own {
        Some(own) => letter::mailbox(Some(own.name.as_deref().unwrap_or(&sender.name)), &own.address)?,
        None => app.mailer.in_the_name_of(&sender.name)?,
    };
    let answers = if own.is_some() { &from } else { &reply_to }.email.clone();
    let address = row.address.as_deref().ok_or("the message has no address")?;
    // Whoever is written to unasked is told how to be left alone.
    let unasked = matches!(
        row.purpose,
        None | Some(MessagePurpose::Introduction | MessagePurpose::FollowUp | MessagePurpose::IntroductionRequest)
    );
    Ok(Letter {
        from,
        reply_to: own.is_none().then_some(reply_to),
        to: letter::mailbox(contact_name.as_deref(), address)?,
        subject: row.subject.clone().unwrap_or_default(),
        text: row.body.clone(),
        date: app.now(),
        message_id: row.rfc_message_id.clone().ok_or("the message has no Message-ID")?,
        in_reply_to: references.last().cloned().filter(|_| row.in_reply_to_id.is_some()),
        references: references.clone(),
        unsubscribe: (unasked && row.in_reply_to_id.is_none()).then_some(Unsubscribe::Mail(answers)),
        unsent: false,
    })
}
