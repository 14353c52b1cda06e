//! The mails with links, and the job that sends them.
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::Purpose;
use super::{new_token, way_back};
use crate::app::App;
use crate::audit;
use crate::auth::users::{self, UserRow};
use crate::db::Conn;
use crate::jobs::Job;
use crate::mail::SendMail;

/// Sends a link to the account with this address, if there is one. A mail that has to be tried again gets a token of
/// its own: those before stay good.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendLink {
    pub(super) purpose: Purpose,
    pub(super) email_key: String,
    /// Where the link goes, if not to the account's present address.
    #[serde(default)]
    pub(super) new_email: Option<String>,
}

impl Job for SendLink {
    const KIND: &'static str = "send_link";
    const SLOW: bool = true;

    async fn run(self, app: &App, id: Uuid) -> Result<(), String> {
        let found = app.db.lookup(async |conn| users::find_by_email(conn, &self.email_key).await).await;
        let Some(user) = found.map_err(|error| error.to_string())? else { return Ok(()) };
        if self.purpose == Purpose::VerifyEmail && user.email_verified_at.is_some() {
            return Ok(());
        }
        let new_email = self.new_email.as_deref();
        let actor = audit::Actor::Anonymous;
        let make = async |conn: &mut Conn| new_token(app, conn, self.purpose, &user, new_email, actor).await;
        let token = app.db.transaction(make).await.map_err(|error| error.to_string())?;
        let mail = match self.purpose {
            Purpose::ChangeEmail => {
                SendMail { to: self.new_email.unwrap_or_default(), ..new_address(app, &user, token.expose()) }
            }
            Purpose::VerifyEmail => verify(app, &user, token.expose()),
            Purpose::ResetPassword => reset(app, &user, token.expose()),
        };
        mail.run(app, id).await
    }
}

fn to(user: &UserRow, subject: &str, text: String) -> SendMail {
    let (to, to_name) = (user.email.clone(), Some(user.name.clone()));
    SendMail { to, to_name, subject: subject.to_owned(), text, unsubscribe_url: None }
}

fn verify(app: &App, user: &UserRow, token: &str) -> SendMail {
    let text = format!(
        "Hello {},\n\nwelcome to Inroad. Please tell us that this address is yours.\n\n{}\n\n\
         That works for 24 hours. If you did not register, just leave this mail alone.\n",
        user.name,
        way_back(app, "verify-email", token)
    );
    to(user, "Is this your address?", text)
}

fn new_address(app: &App, user: &UserRow, token: &str) -> SendMail {
    let text = format!(
        "Hello {},\n\nyour Inroad account shall have this address from now on. Please confirm it.\n\n{}\n\n\
         That works for 24 hours. If you did not ask for this, just leave this mail alone: nothing changes.\n",
        user.name,
        way_back(app, "verify-email", token)
    );
    to(user, "Is this your new address?", text)
}

/// To the present address, before the new one is confirmed.
pub fn address_asked_for(user: &UserRow, new_email: &str) -> SendMail {
    let text = format!(
        "Hello {},\n\nsomebody who knows your password asked that your Inroad account have the address {new_email} from \
         now on. It has, as soon as that address is confirmed.\n\nIf that was not you, change your password at once, \
         and end your other sessions.\n",
        user.name
    );
    to(user, "Your address shall change", text)
}

/// To the address before.
pub fn address_changed(user: &UserRow, new_email: &str) -> SendMail {
    let text = format!(
        "Hello {},\n\nyour Inroad account has the address {new_email} from now on; this one is no longer used.\n\n\
         If that was not you, write to whoever runs this service.\n",
        user.name
    );
    to(user, "Your address was changed", text)
}

fn reset(app: &App, user: &UserRow, token: &str) -> SendMail {
    let text = format!(
        "Hello {},\n\nhere you can choose a new password.\n\n{}\n\nThat works once, within 30 minutes. If you did \
         not ask for this, just leave this mail alone: your password stays as it is.\n",
        user.name,
        way_back(app, "reset-password", token)
    );
    to(user, "A new password for Inroad", text)
}

pub fn password_changed(user: &UserRow) -> SendMail {
    let text = format!(
        "Hello {},\n\nthe password of your Inroad account was changed, and all other sessions have ended.\n\n\
         If that was not you, ask for a new password at once: only you get the mail with the link.\n",
        user.name
    );
    to(user, "Your password was changed", text)
}
