//! The job that hands a mail about a meeting to a mail server.
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::InviteMethod;
use crate::app::App;
use crate::db::WorkspaceId;
use crate::jobs::Job;
use crate::mail::letter::{self, Letter};
use crate::mail::smtp::Refusal;
use crate::mail_accounts::{self, WayOut};

/// A mail about a meeting, as it was when it was put on its way.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendInvite {
    pub workspace: Uuid,
    pub to: String,
    pub to_name: Option<String>,
    /// In whose name; answers go there.
    pub sender_name: String,
    pub sender_address: String,
    pub subject: String,
    pub text: String,
    pub method: InviteMethod,
    /// iCalendar.
    pub calendar: String,
}

impl Job for SendInvite {
    const KIND: &'static str = "send_invite";
    const SLOW: bool = true;

    /// Sent again, it is the same mail by its `Message-ID`, and its `SEQUENCE` makes it one for calendars, too.
    async fn run(self, app: &App, id: Uuid) -> Result<(), String> {
        let way_out = mail_accounts::way_out(app, WorkspaceId::vouched(self.workspace)).await;
        let own = match way_out.map_err(|error| error.to_string())? {
            WayOut::Own(own) => Some(own),
            WayOut::Service => None,
            WayOut::Unverified(why) => return Err(why),
        };
        let Some(server) = own.as_ref().map(|own| &own.server).or(app.mailer.server()) else {
            tracing::warn!("a mail about a meeting was not sent: there is no mail server any more");
            return Ok(());
        };
        let sender = letter::mailbox(Some(&self.sender_name), &self.sender_address)?;
        let from = match &own {
            Some(own) => letter::mailbox(Some(own.name.as_deref().unwrap_or(&self.sender_name)), &own.address)?,
            None => app.mailer.in_the_name_of(&self.sender_name)?,
        };
        let letter = Letter {
            message_id: format!("{id}@{}", from.email.domain()),
            from,
            reply_to: Some(sender),
            to: letter::mailbox(self.to_name.as_deref(), &self.to)?,
            subject: self.subject,
            text: self.text,
            date: app.now(),
            in_reply_to: None,
            references: Vec::new(),
            unsubscribe: None,
            unsent: false,
        };
        let method = match self.method {
            InviteMethod::Request => "REQUEST",
            InviteMethod::Cancel => "CANCEL",
        };
        match server.send(&letter.about_a_meeting(method, &self.calendar)?, async || Ok(())).await {
            Ok(_) => Ok(()),
            Err(Refusal::Later(why)) => Err(why),
            Err(refusal) => {
                tracing::warn!("a mail about a meeting was refused: {refusal}");
                Ok(())
            }
        }
    }
}
