//! `/v1/auth/{login,refresh,switch,logout}` and `/v1/me/sessions`.
use actix_web::web::Data;
use actix_web::{delete, get, post};
use chrono::{DateTime, Duration, Utc};
use secrecy::SecretString;
use uuid::Uuid;

use super::model::{Grant, LoginInput, RefreshInput, Session, SessionRow, SignedIn, SwitchInput, Switched};
use super::store;
use crate::app::App;
use crate::audit::{self, Event};
use crate::auth::device::Device;
use crate::auth::throttle::{self, Attempt};
use crate::auth::token::{self, Prefix};
use crate::auth::workspaces::{self, MyWorkspace};
use crate::auth::{Access, AccountRead, AccountWrite, Caller, users};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code};
use crate::http::page::{self, PageQuery};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IfMatch, NoBody, Paging, Params};
use crate::page;

/// A refresh token may be used again for so long: its answer may have been lost, or two tabs may have sent it at once.
const GRACE: Duration = Duration::seconds(10);

page! {
    /// A page of sessions.
    SessionPage of Session
}

/// Sign in
///
/// After five failures in fifteen minutes the account waits, longer each time; `Retry-After` says how long.
#[utoipa::path(tag = "auth", request_body = LoginInput, responses(
    (status = 200, description = "Signed in", body = SignedIn),
    (status = 401, description = "`invalid_credentials`: the address or the password is wrong"),
))]
#[post("/auth/login")]
pub async fn login(
    app: Data<App>,
    device: Device,
    _none: NoParams,
    Body(input): Body<LoginInput>,
) -> ApiResult<Answer<SignedIn>> {
    let refused = || ApiError::new(Code::InvalidCredentials, "the e-mail address or the password is wrong");
    throttle::count_address(&app, device.address).await?;
    let email_key = users::email_key(&input.email);
    let attempt = Attempt::begin(&app, &email_key).await?;
    let user = app.db.lookup(async |conn| users::find_by_email(conn, &email_key).await).await?;
    let password = SecretString::from(input.password.as_str());
    let verdict = super::verify(&app, attempt, password, user.as_ref()).await?;
    let verified = match user {
        Some(user) if verdict.ok => user,
        other => {
            super::enter_failure(&app, other, &device).await?;
            return Err(refused());
        }
    };
    let stronger = if verdict.rehash { Some(users::hash(&app, &input.password).await?) } else { None };
    let grant = app
        .db
        .transaction(async |conn| {
            // A password that was changed meanwhile, by a reset for instance, opens no session any more.
            let current = users::lock(conn, verified.id).await?;
            let current = current.filter(|user| user.password_hash == verified.password_hash).ok_or_else(refused)?;
            if let Some(hash) = &stronger {
                users::set_password(conn, current.id, hash).await?;
            }
            let last = store::last_workspace(conn, current.id).await?.map(Uuid::from);
            let workspace = workspaces::pick(&app, conn, current.id, &current.name, input.workspace_id, last).await?;
            super::open(&app, conn, current, workspace, &device).await
        })
        .await?;
    Ok(Answer::ok(&grant.sign(&app).await?)?.secret())
}

/// Get a new access token
///
/// Each refresh token works once and gives the next; within ten seconds of its first use it works again. Later it
/// ends the session, since then somebody has a copy.
#[utoipa::path(tag = "auth", request_body = RefreshInput, responses(
    (status = 200, description = "New tokens", body = SignedIn),
    (status = 401, description = "`invalid_refresh_token`: sign in again"),
))]
#[post("/auth/refresh")]
pub async fn refresh_session(
    app: Data<App>,
    device: Device,
    _none: NoParams,
    Body(input): Body<RefreshInput>,
) -> ApiResult<Answer<SignedIn>> {
    let refused =
        || ApiError::new(Code::InvalidRefreshToken, "the refresh token is unknown, expired or used: sign in again");
    if !token::well_formed(Prefix::Refresh, &input.refresh_token) {
        return Err(refused());
    }
    let hash = token::hash(&input.refresh_token);
    let outcome = app.db.transaction(async |conn| rotate(&app, conn, &hash, input.workspace_id, &device).await).await?;
    match outcome {
        Rotation::Granted(grant) => Ok(Answer::ok(&grant.sign(&app).await?)?.secret()),
        Rotation::Refused => Err(refused()),
        Rotation::Ended(session) => {
            app.verified.forget();
            tracing::warn!(%session, "a refresh token came twice: the session {session} was ended");
            Err(refused())
        }
    }
}

enum Rotation {
    Granted(Box<Grant>),
    Refused,
    Ended(Uuid),
}

/// Locks the user, then the session, as a sign-in does: rotations of one family go one after the other.
async fn rotate(app: &App, conn: &mut Conn, hash: &[u8], wanted: Option<Uuid>, device: &Device) -> ApiResult<Rotation> {
    let now = app.now();
    let Some((session, user)) = store::session_of_token(conn, hash).await? else { return Ok(Rotation::Refused) };
    let Some(user) = users::lock(conn, user).await? else { return Ok(Rotation::Refused) };
    let Some(mut session) = store::lock(conn, session).await? else { return Ok(Rotation::Refused) };
    let Some(token) = store::find_token(conn, hash).await? else { return Ok(Rotation::Refused) };
    if session.ended_at.is_some() || session.expires_at <= now || token.expires_at <= now {
        return Ok(Rotation::Refused);
    }
    match token.used_at {
        None => store::use_token(conn, hash, now).await?,
        Some(used_at) if now - used_at <= GRACE => {}
        Some(_) => {
            store::end(conn, user.id, session.id, now).await?;
            let event = Event::new(audit::Kind::SessionReused, audit::Actor::Anonymous).of(session.id);
            let event = [event.from(Some(device))];
            for chain in [session.workspace_id, audit::accounts()] {
                audit::append(conn, chain, now, &event).await?;
            }
            return Ok(Rotation::Ended(session.id));
        }
    }
    let last = Some(Uuid::from(session.workspace_id));
    let workspace = workspaces::pick(app, conn, user.id, &user.name, wanted, last).await?;
    if last != Some(workspace.id) {
        enter_switch(conn, &workspace, user.id, session.id, now, device).await?;
    }
    session.workspace_id = WorkspaceId::vouched(workspace.id);
    session.last_used_at = now;
    session.expires_at =
        (now + app.config.refresh_token_lifetime).min(session.created_at + app.config.session_lifetime);
    session.ip_address = Some(device.address.to_string());
    session.user_agent.clone_from(&device.user_agent);
    store::touch(conn, &session).await?;
    let refresh = super::add_token(app, conn, &session).await?;
    Ok(Rotation::Granted(Box::new(Grant { session: session.id, user, workspace, refresh })))
}

/// Tells the workspace's audit log that a session came to it.
async fn enter_switch(
    conn: &Conn,
    to: &MyWorkspace,
    user: Uuid,
    session: Uuid,
    now: DateTime<Utc>,
    device: &Device,
) -> ApiResult<()> {
    let event = Event::new(audit::Kind::SessionSwitched, audit::Actor::User(user)).of(session).from(Some(device));
    audit::append(conn, WorkspaceId::vouched(to.id), now, &[event]).await
}

/// Go to another workspace
///
/// Answers an access token for it; the session and its refresh token stay, and go on there. The access token that you
/// sent stays valid in its own workspace until it expires.
#[utoipa::path(tag = "auth", security(("bearer" = ["account:write"])), request_body = SwitchInput, responses(
    (status = 200, description = "An access token for that workspace", body = Switched),
))]
#[post("/auth/switch")]
pub async fn switch_workspace(
    app: Data<App>,
    access: Access<AccountWrite>,
    _none: NoParams,
    Body(input): Body<SwitchInput>,
) -> ApiResult<Answer<Switched>> {
    let gone = || ApiError::new(Code::InvalidToken, "the session has ended");
    let (user, workspace) = app
        .db
        .transaction(async |conn| {
            let user = users::lock(conn, access.user).await?.ok_or_else(gone)?;
            let session = store::lock(conn, access.credential).await?;
            let mut session: SessionRow = session.filter(|row| row.ended_at.is_none()).ok_or_else(gone)?;
            let wanted = Some(input.workspace_id);
            let workspace = workspaces::pick(&app, conn, user.id, &user.name, wanted, None).await?;
            session.workspace_id = WorkspaceId::vouched(workspace.id);
            session.last_used_at = app.now();
            store::touch(conn, &session).await?;
            enter_switch(conn, &workspace, user.id, session.id, app.now(), &access.device).await?;
            Ok((user, workspace))
        })
        .await?;
    Ok(Answer::ok(&Switched::sign(&app, access.credential, user, workspace).await?)?.secret())
}

/// Tells the audit log that one session or several have ended.
async fn enter_end(app: &App, conn: &Conn, by: &Caller, session: Option<Uuid>, count: i32) -> ApiResult<()> {
    let event = Event::new(audit::Kind::SessionEnded, audit::Actor::User(by.user)).times(count).from(Some(&by.device));
    let event = session.map_or(event.clone(), |session| event.of(session));
    audit::append(conn, audit::accounts(), app.now(), &[event]).await
}

/// Sign out
///
/// Ends the session of the access token, with all its tokens.
#[utoipa::path(tag = "auth", security(("bearer" = ["account:write"])), responses(
    (status = 204, description = "The session has ended"),
))]
#[post("/auth/logout")]
pub async fn logout(
    app: Data<App>,
    access: Access<AccountWrite>,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<()>> {
    app.db
        .transaction(async |conn| match store::end(conn, access.user, access.credential, app.now()).await? {
            true => enter_end(&app, conn, &access, Some(access.credential), 1).await,
            false => Ok(()),
        })
        .await?;
    app.verified.forget();
    Ok(Answer::no_content())
}

/// List your sessions, the newest first
#[utoipa::path(tag = "me", security(("bearer" = ["account:read"])), params(PageQuery), responses(
    (status = 200, description = "A page of sessions", body = SessionPage),
))]
#[get("/me/sessions")]
pub async fn list_sessions(
    app: Data<App>,
    access: Access<AccountRead>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<SessionPage>> {
    let from = paging.position(query.cursor.as_deref())?;
    let (user, limit, now) = (access.user, query.fetch(), app.now());
    let mut rows = app.db.lookup(async |conn| store::list(conn, user, from, limit, now).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| row.id)?;
    let data = rows.into_iter().map(|row| Session::new(row, access.credential)).collect();
    paging.answer(&SessionPage { data, next_cursor })
}

/// End a session
///
/// Its access token is refused within five seconds.
#[utoipa::path(tag = "me", security(("bearer" = ["account:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It has ended"),
))]
#[delete("/me/sessions/{id}")]
pub async fn end_session(
    app: Data<App>,
    access: Access<AccountWrite>,
    Id(id): Id<Uuid>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    let now = app.now();
    app.db
        .transaction(async |conn| {
            if_match.check(store::lock_version(conn, access.user, id, now).await?)?;
            store::end(conn, access.user, id, now).await?;
            enter_end(&app, conn, &access, Some(id), 1).await
        })
        .await?;
    app.verified.forget();
    Ok(Answer::no_content())
}

/// End all sessions but this one
#[utoipa::path(tag = "me", security(("bearer" = ["account:write"])), responses(
    (status = 204, description = "They have ended"),
))]
#[post("/me/sessions/end-others")]
pub async fn end_other_sessions(
    app: Data<App>,
    access: Access<AccountWrite>,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<()>> {
    app.db
        .transaction(async |conn| {
            match store::end_others(conn, access.user, Some(access.credential), app.now()).await? {
                0 => Ok(()),
                count => enter_end(&app, conn, &access, None, i32::try_from(count).unwrap_or(i32::MAX)).await,
            }
        })
        .await?;
    app.verified.forget();
    Ok(Answer::no_content())
}
