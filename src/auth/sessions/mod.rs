//! Sessions: one sign-in on one device, with its family of refresh tokens.
mod model;
mod routes;
mod store;

use secrecy::SecretString;
use utoipa_actix_web::service_config::ServiceConfig;

use self::model::SessionRow;
pub use self::model::{Grant, SignedIn};
pub use self::store::{end_others, forget_old};
use super::device::Device;
use super::password::Verdict;
use super::throttle::Attempt;
use super::token::{OpaqueToken, Prefix};
use super::users::UserRow;
use super::workspaces::MyWorkspace;
use crate::app::App;
use crate::audit::{self, Event};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::http::rate_limit;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::login)
        .service(routes::refresh_session)
        .service(routes::switch_workspace)
        .service(routes::logout)
        .service(routes::list_sessions)
        .service(routes::end_other_sessions)
        .service(routes::end_session);
}

/// Opens a session of a user who has just proven who they are.
pub async fn open(app: &App, conn: &Conn, user: UserRow, workspace: MyWorkspace, device: &Device) -> ApiResult<Grant> {
    let now = app.now();
    let row = SessionRow {
        id: app.new_id(),
        user_id: user.id,
        workspace_id: WorkspaceId::vouched(workspace.id),
        created_at: now,
        signed_in_at: now,
        last_used_at: now,
        expires_at: now + app.config.refresh_token_lifetime.min(app.config.session_lifetime),
        ended_at: None,
        ip_address: Some(device.address.to_string()),
        user_agent: device.user_agent.clone(),
        version: 1,
    };
    store::insert(conn, &row).await?;
    let refresh = add_token(app, conn, &row).await?;
    let event = Event::new(audit::Kind::SignInSucceeded, audit::Actor::User(user.id)).of(row.id).from(Some(device));
    for chain in [row.workspace_id, audit::accounts()] {
        audit::append(conn, chain, now, std::slice::from_ref(&event)).await?;
    }
    Ok(Grant { session: row.id, user, workspace, refresh })
}

/// A new member of the session's family of refresh tokens.
async fn add_token(app: &App, conn: &Conn, session: &SessionRow) -> ApiResult<OpaqueToken> {
    let token = OpaqueToken::generate(Prefix::Refresh).map_err(|error| ApiError::internal(&error))?;
    store::insert_token(conn, &token.hash(), session.id, app.now(), session.expires_at).await?;
    Ok(token)
}

/// Tells the audit log of a wrong password: of an account it is bounded by the throttle, of none by count.
async fn enter_failure(app: &App, user: Option<UserRow>, device: &Device) -> ApiResult<()> {
    let event = Event::new(audit::Kind::SignInFailed, audit::Actor::Anonymous).from(Some(device));
    let Some(user) = user else {
        let source = rate_limit::address_key(device.address);
        if let Some(repeated) = app.refusals.of_address(source, app.now()) {
            audit::enter(app, None, true, event.times(repeated)).await;
        }
        return Ok(());
    };
    let last = app.db.lookup(async |conn| store::last_workspace(conn, user.id).await).await?;
    audit::enter(app, last, true, event.of(user.id)).await;
    Ok(())
}

/// Compares a password with the account's. Without an account it takes as long.
pub async fn verify(app: &App, attempt: Attempt, password: SecretString, user: Option<&UserRow>) -> ApiResult<Verdict> {
    match app.passwords.verify(password, user.map(|user| user.password_hash.as_str())).await {
        Ok(verdict) => {
            if verdict.ok {
                attempt.succeed(app).await?;
            }
            Ok(verdict)
        }
        Err(busy) => {
            attempt.take_back(app).await?;
            Err(ApiError::unavailable(&busy))
        }
    }
}
