//! `/v1/auth/{forgot-password,reset-password,verify-email}` and `/v1/me/verify-email`.
use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::Data;
use secrecy::SecretString;
use uuid::Uuid;

use super::model::{EmailInput, ForgotPasswordInput, MailRequested, Purpose, ResetPasswordInput, VerifyEmailInput};
use super::{mails, store};
use crate::app::App;
use crate::audit::{self, Event};
use crate::auth::device::Device;
use crate::auth::throttle::Attempt;
use crate::auth::token::{self, Prefix};
use crate::auth::{Access, AccountWrite, members, sessions, throttle, users};
use crate::db::Conn;
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, NoBody, Ruled};
use crate::jobs;

fn expired() -> ApiError {
    ApiError::new(Code::LinkExpired, "the token was used, has expired or is none of ours: ask for a new mail")
}

/// Tells the audit log what somebody did with a token of a mail.
async fn enter(app: &App, conn: &Conn, kind: audit::Kind, user: Uuid, device: &Device) -> ApiResult<()> {
    let event = Event::new(kind, audit::Actor::User(user)).of(user).from(Some(device));
    audit::append(conn, audit::accounts(), app.now(), &[event]).await
}

/// Ask for a new password
///
/// The answer is the same whether there is such an account or not. At most three mails in fifteen minutes are sent.
#[utoipa::path(tag = "auth", request_body = ForgotPasswordInput, responses(
    (status = 202, description = "A mail is on its way if there is such an account", body = MailRequested),
))]
#[post("/auth/forgot-password")]
pub async fn forgot_password(
    app: Data<App>,
    device: Device,
    _none: NoParams,
    Body(input): Body<ForgotPasswordInput>,
) -> ApiResult<Answer<MailRequested>> {
    throttle::count_address(&app, device.address).await?;
    let email_key = users::email_key(&input.email);
    // Nothing here looks at accounts: the job does.
    app.db
        .transaction(async |conn| match throttle::count_mail(conn, "reset", &email_key, app.now()).await? {
            Ok(()) => super::send(&app, conn, Purpose::ResetPassword, &email_key).await,
            Err(_) => Ok(()),
        })
        .await?;
    let detail = "If there is an account with this address, a mail is on its way.";
    Answer::status(StatusCode::ACCEPTED, &MailRequested { detail })
}

/// Set a new password with the token of the mail
///
/// All sessions of the account end, and its address counts as verified. The token works once, for thirty minutes.
#[utoipa::path(tag = "auth", request_body = ResetPasswordInput, responses(
    (status = 204, description = "It is set: sign in"),
    (status = 410, description = "`link_expired`"),
    (status = 422, description = "`invalid_fields` or `weak_password`; `errors` names all of them"),
))]
#[post("/auth/reset-password")]
pub async fn reset_password(
    app: Data<App>,
    device: Device,
    _none: NoParams,
    Ruled(input): Ruled<ResetPasswordInput>,
) -> ApiResult<Answer<()>> {
    if !token::well_formed(Prefix::PasswordReset, &input.token) {
        return Err(expired());
    }
    let (hash, purpose, now) = (token::hash(&input.token), Purpose::ResetPassword.name(), app.now());
    let owner = app.db.lookup(async |conn| store::find(conn, &hash, purpose, now).await).await?;
    let owner = owner.ok_or_else(expired)?;
    let user = app.db.lookup(async |conn| users::find(conn, owner.user).await).await?;
    users::check_password("/password", &input.password, &user.email, &user.name)?;
    let password_hash = users::hash(&app, &input.password).await?;
    app.db
        .transaction(async |conn| {
            // In the order of every other transaction: the user first.
            users::lock(conn, user.id).await?.ok_or_else(expired)?;
            store::take(conn, &hash, purpose, now).await?.ok_or_else(expired)?;
            users::set_password(conn, user.id, &password_hash).await?;
            users::set_verified(conn, user.id, now).await?;
            sessions::end_others(conn, user.id, None, now).await?;
            throttle::clear_failures(conn, &user.email_key).await?;
            super::password_changed(&app, conn, &user).await?;
            enter(&app, conn, audit::Kind::PasswordReset, user.id, &device).await
        })
        .await?;
    app.verified.forget();
    Ok(Answer::no_content())
}

/// Verify an e-mail address with the token of the mail
///
/// A new address of an account (`POST /v1/me/email`) becomes its address by this.
#[utoipa::path(tag = "auth", request_body = VerifyEmailInput, responses(
    (status = 204, description = "It is verified"),
    (status = 409, description = "`email_taken`: another account has got the new address meanwhile"),
    (status = 410, description = "`link_expired`"),
))]
#[post("/auth/verify-email")]
pub async fn verify_email(
    app: Data<App>,
    device: Device,
    _none: NoParams,
    Body(input): Body<VerifyEmailInput>,
) -> ApiResult<Answer<()>> {
    if !token::well_formed(Prefix::EmailVerification, &input.token) {
        return Err(expired());
    }
    let (hash, now) = (token::hash(&input.token), app.now());
    let (verify, change) = (Purpose::VerifyEmail.name(), Purpose::ChangeEmail.name());
    app.db
        .transaction(async |conn| {
            let owner = match store::take(conn, &hash, verify, now).await? {
                Some(owner) => owner,
                None => store::take(conn, &hash, change, now).await?.ok_or_else(expired)?,
            };
            // The account had this address when the mail was asked for.
            let user = users::lock_by_email(conn, &owner.email_key).await?.filter(|user| user.id == owner.user);
            let user = user.ok_or_else(expired)?;
            let Some(new_email) = owner.new_email else {
                users::set_verified(conn, user.id, now).await?;
                store::forget_of(conn, user.id, verify).await?;
                return enter(&app, conn, audit::Kind::EmailVerified, user.id, &device).await;
            };
            users::set_email(conn, user.id, &new_email, now).await?;
            members::account_changed(conn, user.id, now, &["email"]).await?;
            // Links in mails to the address before are good for nothing any more.
            for purpose in [verify, change, Purpose::ResetPassword.name()] {
                store::forget_of(conn, user.id, purpose).await?;
            }
            jobs::enqueue(conn, None, &mails::address_changed(&user, &new_email), app.new_id(), now).await?;
            enter(&app, conn, audit::Kind::EmailChanged, user.id, &device).await
        })
        .await?;
    Ok(Answer::no_content())
}

/// Change your e-mail address
///
/// A mail with a link goes to the new address, and a word of it to the present one. The new one counts once its link
/// was used, within 24 hours (`POST /v1/auth/verify-email`); until then everything stays. Sessions stay, too: nobody
/// has learned a password.
#[utoipa::path(tag = "me", security(("bearer" = ["account:write"])), request_body = EmailInput, responses(
    (status = 202, description = "A mail is on its way", body = MailRequested),
    (status = 409, description = "`email_taken`"),
    (status = 422, description = "`invalid_fields`: the present password is wrong, too"),
))]
#[post("/me/email")]
pub async fn change_email(
    app: Data<App>,
    access: Access<AccountWrite>,
    _none: NoParams,
    Body(input): Body<EmailInput>,
) -> ApiResult<Answer<MailRequested>> {
    let user = app.db.lookup(async |conn| users::find(conn, access.user).await).await?;
    let attempt = Attempt::begin(&app, &user.email_key).await?;
    let new_email = input.email.trim();
    let mut faults = Vec::new();
    if new_email == user.email {
        faults.push(Fault::field("/email", "unchanged", "is your address already"));
    }
    if !sessions::verify(&app, attempt, SecretString::from(input.current_password), Some(&user)).await?.ok {
        faults.push(users::wrong_password());
    }
    ApiError::check(faults)?;
    app.db
        .transaction(async |conn| {
            let other = users::find_by_email(conn, &users::email_key(new_email)).await?;
            if other.is_some_and(|other| other.id != user.id) {
                return Err(users::email_taken());
            }
            throttle::count_mail(conn, "change", &user.email_key, app.now()).await??;
            super::ask_to_change(&app, conn, &user, new_email).await?;
            enter(&app, conn, audit::Kind::EmailChangeRequested, user.id, &access.device).await
        })
        .await?;
    let detail = "A mail is on its way to the new address.";
    Answer::status(StatusCode::ACCEPTED, &MailRequested { detail })
}

/// Ask for another mail to verify your address
///
/// At most three in fifteen minutes. None is sent when the address is verified already.
#[utoipa::path(tag = "me", security(("bearer" = ["account:write"])), responses(
    (status = 202, description = "A mail is on its way", body = MailRequested),
))]
#[post("/me/verify-email")]
pub async fn ask_for_verification(
    app: Data<App>,
    access: Access<AccountWrite>,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<MailRequested>> {
    let user = app.db.lookup(async |conn| users::find(conn, access.user).await).await?;
    if user.email_verified_at.is_some() {
        let detail = "Your address is verified already.";
        return Answer::status(StatusCode::ACCEPTED, &MailRequested { detail });
    }
    app.db
        .transaction(async |conn| {
            throttle::count_mail(conn, "verify", &user.email_key, app.now()).await??;
            super::ask_to_verify(&app, conn, &user).await
        })
        .await?;
    let detail = "A mail is on its way.";
    Answer::status(StatusCode::ACCEPTED, &MailRequested { detail })
}
