//! `/v1/auth/register` and `/v1/me`.
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use secrecy::SecretString;

use super::model::{
    MeInput, NewUser, PasswordInput, RegisterInput, User, UserRow, check_password, clean_name, weaknesses,
};
use super::store;
use crate::app::App;
use crate::audit::{self, Event};
use crate::auth::device::Device;
use crate::auth::sessions::{self, SignedIn};
use crate::auth::throttle::{self, Attempt};
use crate::auth::{Access, AccountRead, AccountWrite, Role, members, recovery, workspaces};
use crate::changes::{Actor, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code};
use crate::http::params::NoParams;
use crate::http::{Answer, IfMatch, Patch, Ruled};

/// Register
///
/// The account works at once, with a workspace of its own; a mail asks to verify the address, without which the
/// account can neither send nor invite.
#[utoipa::path(tag = "auth", request_body = RegisterInput, responses(
    (status = 201, description = "The account, signed in", body = SignedIn),
    (status = 409, description = "`email_taken`"),
    (status = 422, description = "`invalid_fields` or `weak_password`; `errors` names all of them"),
))]
#[post("/auth/register")]
pub async fn register(
    app: Data<App>,
    device: Device,
    _none: NoParams,
    Ruled(input): Ruled<RegisterInput>,
) -> ApiResult<Answer<SignedIn>> {
    throttle::count_address(&app, device.address).await?;
    let RegisterInput { email, password, name, time_zone, locale } = input;
    let name = clean_name(&name)?;
    check_password("/password", &password, &email, &name)?;
    let password_hash = super::hash(&app, &password).await?;
    let new = NewUser { email, name, password_hash, time_zone, locale };
    let grant = app
        .db
        .transaction(async |conn| {
            let (user, workspace) = super::create(&app, conn, new).await?;
            recovery::ask_to_verify(&app, conn, &user).await?;
            super::enter_registration(&app, conn, &user, audit::Actor::User(user.id), Some(&device)).await?;
            sessions::open(&app, conn, user, workspace, &device).await
        })
        .await?;
    let version = grant.user.version;
    Ok(Answer::created("/v1/me", version, &grant.sign(&app).await?)?.secret())
}

/// Read your account
#[utoipa::path(tag = "me", security(("bearer" = ["account:read"])), responses(
    (status = 200, description = "The account", body = User, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/me")]
pub async fn read_me(app: Data<App>, access: Access<AccountRead>, _none: NoParams) -> ApiResult<Answer<User>> {
    let user = access.user;
    let row = app.db.lookup(async |conn| store::find(conn, user).await).await?;
    Answer::resource(row.version, &User::from(row))
}

/// Change your account
#[utoipa::path(tag = "me", security(("bearer" = ["account:write"])), request_body = MeInput, responses(
    (status = 200, description = "The account as it is now", body = User,
        headers(("ETag" = String, description = "Its version"))),
))]
#[patch("/me")]
pub async fn patch_me(
    app: Data<App>,
    access: Access<AccountWrite>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<MeInput>,
) -> ApiResult<Answer<User>> {
    app.db
        .transaction(async |conn| {
            let mut row = locked(conn, access.user).await?;
            if_match.check(row.version)?;
            let MeInput { name, time_zone, locale } = patch.apply(&MeInput::from(&row))?;
            let name = clean_name(&name)?;
            if (&name, &time_zone, &locale) != (&row.name, &row.time_zone, &row.locale) {
                let renamed = name != row.name;
                (row.name, row.time_zone, row.locale) = (name, time_zone, locale);
                (row.version, row.updated_at) = (row.version + 1, app.now());
                store::set_profile(conn, &row).await?;
                if renamed {
                    members::account_changed(conn, row.id, row.updated_at, &["name"]).await?;
                }
            }
            Answer::resource(row.version, &User::from(row))
        })
        .await
}

/// Change your password
///
/// All your other sessions end.
#[utoipa::path(tag = "me", security(("bearer" = ["account:write"])), request_body = PasswordInput, responses(
    (status = 204, description = "It is changed"),
    (status = 422, description = "`invalid_fields` (the present password is wrong, too) or `weak_password`"),
))]
#[post("/me/password")]
pub async fn change_password(
    app: Data<App>,
    access: Access<AccountWrite>,
    _none: NoParams,
    Ruled(input): Ruled<PasswordInput>,
) -> ApiResult<Answer<()>> {
    let user = app.db.lookup(async |conn| store::find(conn, access.user).await).await?;
    let mut faults = weaknesses("/new_password", &input.new_password, &user.email, &user.name);
    let attempt = Attempt::begin(&app, &user.email_key).await?;
    let present = SecretString::from(input.current_password);
    if !sessions::verify(&app, attempt, present, Some(&user)).await?.ok {
        faults.insert(0, super::wrong_password());
        return Err(ApiError::faults(Code::InvalidFields, "field", faults));
    }
    if !faults.is_empty() {
        return Err(ApiError::faults(Code::WeakPassword, "field", faults));
    }
    let hash = super::hash(&app, &input.new_password).await?;
    app.db
        .transaction(async |conn| {
            // Unchanged since it was verified.
            if locked(conn, user.id).await?.password_hash != user.password_hash {
                return ApiError::check(vec![super::wrong_password()]);
            }
            store::set_password(conn, user.id, &hash).await?;
            sessions::end_others(conn, user.id, Some(access.credential), app.now()).await?;
            recovery::password_changed(&app, conn, &user).await?;
            let event = Event::new(audit::Kind::PasswordChanged, audit::Actor::User(user.id)).of(user.id);
            audit::append(conn, audit::accounts(), app.now(), &[event.from(Some(&access.device))]).await
        })
        .await?;
    app.verified.forget();
    Ok(Answer::no_content())
}

/// Delete your account
///
/// For good, with everything in the workspaces of which you are the only member; others you leave. Asks for a sign-in
/// within the last ten minutes.
#[utoipa::path(tag = "me", security(("bearer" = ["account:write"])), responses(
    (status = 204, description = "It is gone"),
    (status = 401, description = "`credential_missing`, `invalid_token` or `reauthentication_required`"),
    (status = 409, description = "`last_owner`: others would be left in a workspace without an owner"),
))]
#[delete("/me")]
pub async fn delete_me(
    app: Data<App>,
    access: Access<AccountWrite>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    access.require_recent(app.now())?;
    app.db
        .transaction(async |conn| {
            let user = locked(conn, access.user).await?;
            if_match.check(user.version)?;
            let mut events = leave_all(&app, conn, &user, &access.device).await?;
            events.push(Event::new(audit::Kind::AccountDeleted, audit::Actor::User(user.id)).of(user.id));
            let events: Vec<Event> = events.into_iter().map(|event| event.from(Some(&access.device))).collect();
            audit::append(conn, audit::accounts(), app.now(), &events).await?;
            store::delete(conn, user.id).await
        })
        .await?;
    app.verified.forget();
    Ok(Answer::no_content())
}

/// Leaves every workspace, and deletes those in which nobody else is: the audit log of accounts shall tell which.
async fn leave_all(app: &App, conn: &mut Conn, user: &UserRow, device: &Device) -> ApiResult<Vec<Event>> {
    let mut deleted = Vec::new();
    let mut stuck: Vec<WorkspaceId> = Vec::new();
    for (workspace, role) in members::lock_roles(conn, user.id).await? {
        if workspaces::lock_alone(conn, workspace).await? {
            deleted.push(workspaces::delete(app, conn, workspace, user.id, device).await?);
        } else if role == Role::Owner.name() && members::lock_owners(conn, workspace).await? == [user.id] {
            stuck.push(workspace);
        } else {
            let mut tx = Tx::new(conn, workspace, app.now(), Actor::Member(user.id)).on(Some(device.clone()));
            members::remove(&mut tx, user.id).await?;
            tx.flush().await?;
        }
    }
    if stuck.is_empty() {
        return Ok(deleted);
    }
    let list: Vec<String> = stuck.iter().map(ToString::to_string).collect();
    let list = list.join(", ");
    Err(ApiError::new(
        Code::LastOwner,
        format!(
            "you are the last owner of workspaces with other members: hand them over or delete them first ({list})"
        ),
    ))
}

/// A caller whose account went a moment ago has no account.
async fn locked(conn: &Conn, user: uuid::Uuid) -> ApiResult<UserRow> {
    let gone = || ApiError::new(Code::InvalidToken, "the account is gone");
    store::lock(conn, user).await?.ok_or_else(gone)
}
