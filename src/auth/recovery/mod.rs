//! Links by mail: to verify an address, to set a new password.
mod mails;
mod model;
mod routes;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub use self::mails::SendLink;
use self::model::Purpose;
pub use self::store::forget_old;
use super::token::{OpaqueToken, Prefix};
use super::users::UserRow;
use crate::app::App;
use crate::audit::{self, Event};
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::jobs;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::forgot_password)
        .service(routes::reset_password)
        .service(routes::verify_email)
        .service(routes::ask_for_verification)
        .service(routes::change_email);
}

/// Has a mail sent that asks to verify the account's address.
pub async fn ask_to_verify(app: &App, conn: &Conn, user: &UserRow) -> ApiResult<()> {
    send(app, conn, Purpose::VerifyEmail, &user.email_key).await
}

/// Has a link sent to the address that the account shall have, and a word to the one it has.
async fn ask_to_change(app: &App, conn: &Conn, user: &UserRow, new_email: &str) -> ApiResult<()> {
    let notice = mails::address_asked_for(user, new_email);
    jobs::enqueue(conn, None, &notice, app.new_id(), app.now()).await?;
    let new_email = Some(new_email.to_owned());
    let job = SendLink { purpose: Purpose::ChangeEmail, email_key: user.email_key.clone(), new_email };
    jobs::enqueue(conn, None, &job, app.new_id(), app.now()).await
}

/// Tells the owner of an account that its password was changed.
pub async fn password_changed(app: &App, conn: &Conn, user: &UserRow) -> ApiResult<()> {
    store::forget_of(conn, user.id, Purpose::ResetPassword.name()).await?;
    jobs::enqueue(conn, None, &mails::password_changed(user), app.new_id(), app.now()).await
}

/// A token that sets a new password, for whoever runs the service to hand on.
pub async fn reset_token(app: &App, conn: &Conn, user: &UserRow) -> ApiResult<String> {
    let token = new_token(app, conn, Purpose::ResetPassword, user, None, audit::Actor::Operator).await?;
    Ok(token.expose().to_owned())
}

/// The token is made by the job, so that it stands nowhere but in the mail.
async fn send(app: &App, conn: &Conn, purpose: Purpose, email_key: &str) -> ApiResult<()> {
    let job = SendLink { purpose, email_key: email_key.to_owned(), new_email: None };
    jobs::enqueue(conn, None, &job, app.new_id(), app.now()).await
}

/// In the caller's transaction. That somebody may set a new password is audited.
async fn new_token(
    app: &App,
    conn: &Conn,
    purpose: Purpose,
    user: &UserRow,
    new_email: Option<&str>,
    actor: audit::Actor,
) -> ApiResult<OpaqueToken> {
    let token = OpaqueToken::generate(purpose.prefix()).map_err(|error| ApiError::internal(&error))?;
    store::insert(conn, &token.hash(), user, purpose, new_email, app.now()).await?;
    if purpose == Purpose::ResetPassword {
        let event = Event::new(audit::Kind::PasswordResetRequested, actor).of(user.id);
        audit::append(conn, audit::accounts(), app.now(), &[event]).await?;
    }
    Ok(token)
}

/// What a mail says of where to go with its token: to a page of the frontend, where one is configured. The service
/// itself has no such page.
pub fn way_back(app: &App, page: &str, token: &str) -> String {
    match &app.config.app_url {
        Some(base) => {
            let base = base.as_str().trim_end_matches('/');
            format!("{base}/{page}?token={token}\n\nIf you are asked for a token, it is\n\n{token}")
        }
        None => format!("Give the program in which you use Inroad this token:\n\n{token}"),
    }
}

impl Purpose {
    fn prefix(self) -> Prefix {
        match self {
            Self::VerifyEmail | Self::ChangeEmail => Prefix::EmailVerification,
            Self::ResetPassword => Prefix::PasswordReset,
        }
    }
}

/// Whose token a row was.
struct Owner {
    user: Uuid,
    email_key: String,
    /// The address that the token proves, where that is not the account's present one.
    new_email: Option<String>,
}
