//! Who is asking. [`Access`] is the handlers' only source of a [`WorkspaceId`], hence the only way to a row.
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::net::IpAddr;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::device::Device;
use super::scope::{Role, Scope, Scopes};
use super::{tickets, verify};
use crate::app::App;
use crate::audit::{self, Event};
use crate::changes::Actor;
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult, Code};

/// How long after a sign-in sensitive changes are allowed.
const RECENT: Duration = Duration::minutes(10);
/// The path that a ticket opens.
const TICKETED: &str = "/v1/changes/stream";

/// What somebody shows who they are with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// The access token of a session.
    Session,
    /// An API key.
    Key,
}

/// A verified credential, and what it may do now.
#[derive(Debug, Clone)]
pub struct Caller {
    pub workspace: WorkspaceId,
    /// Whose rights they are: who signed in, or made the key.
    pub user: Uuid,
    /// The session or the key; idempotency keys and rate limits are its own.
    pub credential: Uuid,
    pub kind: CredentialKind,
    pub role: Role,
    pub scopes: Scopes,
    pub signed_in_at: DateTime<Utc>,
    /// The version of the key; of a session 0.
    pub revision: i32,
    /// When the credential stops being one.
    pub expires_at: DateTime<Utc>,
    /// From where the request comes.
    pub device: Device,
}

/// What the middleware found: a caller, or why there is none.
#[derive(Clone)]
struct Identity(Result<Rc<Caller>, Code>);

impl Caller {
    pub fn of(request: &HttpRequest) -> ApiResult<Rc<Self>> {
        let identity = request.extensions().get::<Identity>().cloned();
        identity.map_or(Err(Code::CredentialMissing), |identity| identity.0).map_err(|code| match code {
            Code::CredentialMissing => ApiError::new(code, "send `Authorization: Bearer <access token>`"),
            code => ApiError::new(code, "the access token is altered, expired or revoked"),
        })
    }
}

/// Reads the credential once, before any handler: actix runs the extractors of a handler concurrently, and one that
/// waited for the database there would lose the race against a body that does not parse.
pub async fn authenticate<B: MessageBody + 'static>(
    app: Data<App>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let device = Device::of(&app, request.request());
    let found = match (bearer(&request), ticket(&request)) {
        (Some(token), _) => verify::caller(&app, token, device).await,
        (None, Some(ticket)) => tickets::redeem(&app, &ticket, device).await,
        (None, None) => Ok(None),
    };
    let identity = match found {
        Ok(Some(caller)) => Ok(caller),
        Ok(None) if bearer(&request).is_none() && ticket(&request).is_none() => Err(Code::CredentialMissing),
        Ok(None) => Err(Code::InvalidToken),
        Err(error) => return Ok(request.error_response(error).map_into_right_body()),
    };
    let counted = match &identity {
        Ok(caller) => app.rate_limits.credential(caller.credential.as_u128(), Uuid::from(caller.workspace).as_u128()),
        Err(_) => app.rate_limits.anonymous(address(&app, request.request())),
    };
    request.extensions_mut().insert(Identity(identity.clone()));
    match counted {
        Ok(Some(standing)) => {
            request.extensions_mut().insert(standing);
        }
        Ok(None) => {}
        Err(error) => return Ok(request.error_response(error).map_into_right_body()),
    }
    let response = next.call(request).await?;
    if response.status() == StatusCode::FORBIDDEN
        && let Ok(caller) = &identity
    {
        enter_refusal(&app, caller, &response).await;
    }
    Ok(response.map_into_left_body())
}

/// For what everybody may see, whatever credential they have: counts them by their address.
pub async fn visit<B: MessageBody + 'static>(
    app: Data<App>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Err(error) = count_visitor(&app, request.request()) {
        return Ok(request.error_response(error).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// As [`visit`], for handlers that answer with a page of their own when there are too many. The answer tells how the
/// visitor stands.
pub fn count_visitor(app: &App, request: &HttpRequest) -> ApiResult<()> {
    if let Some(standing) = app.rate_limits.anonymous(address(app, request))? {
        request.extensions_mut().insert(standing);
    }
    Ok(())
}

/// Tells the audit log who was refused what. Of many in a minute it gets the first few, and the number of the others.
async fn enter_refusal<B>(app: &App, caller: &Caller, response: &ServiceResponse<B>) {
    let Some(repeated) = app.refusals.of_credential(caller.credential.as_u128(), app.now()) else { return };
    let request = response.request();
    let operation = format!("{} {}", request.method(), request.match_pattern().unwrap_or_default());
    let error = response.response().error().and_then(|error| error.as_error::<ApiError>());
    let reason = error.map_or(Code::ScopeMissing, |error| error.code).name();
    let event = Event::new(audit::Kind::AccessDenied, caller.actor().into());
    let event = event.refused(operation, reason).times(repeated).from(Some(&caller.device));
    audit::enter(app, Some(caller.workspace), false, event).await;
}

/// The address of the client, as far as it can be trusted.
pub fn address(app: &App, request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    if !app.config.trust_proxy {
        return peer;
    }
    // The last entry is the one that the proxy wrote; those before it are the client's own words.
    let forwarded = request.headers().get_all("x-forwarded-for").last().and_then(|value| value.to_str().ok());
    forwarded.and_then(|list| list.rsplit(',').next()?.trim().parse().ok()).unwrap_or(peer)
}

/// The ticket in the URL: only where a stream is opened, and never the bearer token itself.
fn ticket(request: &ServiceRequest) -> Option<String> {
    if request.path() != TICKETED {
        return None;
    }
    let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    pairs.find(|(name, _)| name == "ticket").map(|(_, value)| value.into_owned())
}

fn bearer(request: &ServiceRequest) -> Option<&str> {
    // Not `to_str`, which looks at each byte of a token of a thousand.
    let value = std::str::from_utf8(request.headers().get(AUTHORIZATION)?.as_bytes()).ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Proof that the caller holds the scope `S`.
pub struct Access<S> {
    caller: Rc<Caller>,
    scope: PhantomData<S>,
}

impl<S> std::ops::Deref for Access<S> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Caller {
    /// Who does what they do, as the logs have it.
    pub fn actor(&self) -> Actor {
        match self.kind {
            CredentialKind::Session => Actor::Member(self.user),
            CredentialKind::Key => Actor::Key(self.credential),
        }
    }

    /// 403 without the scope `S`: for what reads or writes more than the operation's own scope names.
    pub fn require<S: Scope>(&self) -> ApiResult<()> {
        if self.scopes.holds::<S>() {
            return Ok(());
        }
        let (name, role) = (S::NAME, self.role.name());
        let detail = if self.kind == CredentialKind::Key {
            format!("this needs the scope `{name}`, which your API key lacks")
        } else if self.role.scopes().holds::<S>() {
            format!(
                "this needs the scope `{name}`, which your role `{role}` allows, but your access token lacks: \
                 `POST /v1/auth/refresh` gives one with the scopes that the role has now"
            )
        } else {
            format!("this needs the scope `{name}`, which your role `{role}` does not allow")
        };
        Err(ApiError::new(Code::ScopeMissing, detail))
    }

    /// For sensitive changes: asks for a sign-in within the last ten minutes. Whoever made an API key gave it its scopes
    /// after one.
    pub fn require_recent(&self, now: DateTime<Utc>) -> ApiResult<()> {
        if self.kind == CredentialKind::Key || self.signed_in_at + RECENT >= now {
            return Ok(());
        }
        Err(ApiError::new(Code::ReauthenticationRequired, "sign in again: this change asks for a recent sign-in"))
    }
}

impl<S: Scope> FromRequest for Access<S> {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Caller::of(request).and_then(|caller| {
            caller.require::<S>()?;
            Ok(Self { caller, scope: PhantomData })
        }))
    }
}
