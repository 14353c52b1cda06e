//! Accounts: registration, the profile, the password, deletion.
mod model;
mod routes;
mod store;

use secrecy::SecretString;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub use self::model::{NewUser, User, UserRow, check_password, clean_name, email_key, weaknesses};
pub use self::store::{find, find_by_email, list, lock, lock_by_email, set_email, set_password, set_verified};
use super::device::Device;
use super::workspaces::{self, MyWorkspace};
use crate::app::App;
use crate::audit::{self, Event};
use crate::db::Conn;
use crate::error::{ApiError, ApiResult, Code, Fault};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::register)
        .service(routes::read_me)
        .service(routes::patch_me)
        .service(routes::delete_me)
        .service(routes::change_password);
}

/// Makes an account with a workspace of its own, in a transaction of the service itself.
pub async fn create(app: &App, conn: &mut Conn, new: NewUser) -> ApiResult<(UserRow, MyWorkspace)> {
    let user = new.into_row(app.new_id::<Uuid>(), app.now());
    store::insert(conn, &user).await?;
    let workspace = workspaces::found(app, conn, user.id, &workspaces::default_name(&user.name)).await?;
    Ok((user, workspace))
}

/// Another account has the address.
pub fn email_taken() -> ApiError {
    let detail = "an account with this e-mail address exists";
    ApiError::new(Code::EmailTaken, detail).with(Fault::field("/email", "taken", detail))
}

/// What was given as the present password is not.
pub fn wrong_password() -> Fault {
    Fault::field("/current_password", "wrong_password", "is not your present password")
}

/// Tells the audit log of a new account.
pub async fn enter_registration(
    app: &App,
    conn: &Conn,
    user: &UserRow,
    actor: audit::Actor,
    device: Option<&Device>,
) -> ApiResult<()> {
    let event = Event::new(audit::Kind::AccountRegistered, actor).of(user.id).from(device);
    audit::append(conn, audit::accounts(), app.now(), &[event]).await
}

/// Hashes a password off the async threads; 503 when too many wait.
pub async fn hash(app: &App, password: &str) -> ApiResult<String> {
    app.passwords.hash(SecretString::from(password)).await.map_err(|busy| ApiError::unavailable(&busy))
}
