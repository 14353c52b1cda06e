//! From a token to a caller. A verified token is remembered until it expires; what may be revoked (the session, the
//! role, the key) is asked for again every few seconds, so that a revocation takes effect within five on every instance.
mod store;

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use uuid::Uuid;

use super::access::{Caller, CredentialKind};
use super::device::Device;
use super::jwt::Claims;
use super::scope::{Role, Scopes};
use super::token::{self, Prefix};
use super::{api_keys, sha256};
use crate::app::App;
use crate::db::WorkspaceId;
use crate::error::ApiResult;

const STANDING_FOR: Duration = Duration::from_secs(4);
/// How long a key that was good is taken for no guess.
const KNOWN_FOR: Duration = Duration::from_secs(3600);

/// How long a key is good for what it has begun, such as a stream: so long, at most, one that was opened with a secret
/// that has been replaced goes on.
pub const KEY_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// How often it is noted that a key is used.
const NOTED: TimeDelta = TimeDelta::minutes(1);

/// What a signature, a ticket or a key vouches for.
#[derive(Debug, Clone, Copy)]
pub struct Credential {
    pub user: Uuid,
    pub workspace: Uuid,
    /// The session or the key.
    pub id: Uuid,
    pub scopes: Scopes,
    pub expires_at: DateTime<Utc>,
}

/// What the database says of a session or a key in a workspace.
#[derive(Debug, Clone, Copy)]
struct Standing {
    kind: CredentialKind,
    user: Uuid,
    role: Role,
    /// What it may at most.
    scopes: Scopes,
    signed_in_at: DateTime<Utc>,
    revision: i32,
}

/// What this process remembers of credentials.
pub struct Verified {
    tokens: Cache<[u8; 32], (u64, Credential)>,
    /// Which signing keys the tokens above were verified by.
    signing_keys: AtomicU64,
    keys: Cache<[u8; 32], Option<Credential>>,
    /// Keys that were good a while ago: they are looked up whatever else comes from their address.
    known_keys: Cache<[u8; 32], ()>,
    standings: Cache<(Uuid, Uuid), Option<Standing>>,
}

impl Default for Verified {
    fn default() -> Self {
        Self {
            tokens: Cache::builder().max_capacity(50_000).time_to_live(Duration::from_secs(24 * 3600)).build(),
            signing_keys: AtomicU64::new(0),
            keys: Cache::builder().max_capacity(50_000).time_to_live(STANDING_FOR).build(),
            known_keys: Cache::builder().max_capacity(50_000).time_to_live(KNOWN_FOR).build(),
            standings: Cache::builder().max_capacity(50_000).time_to_live(STANDING_FOR).build(),
        }
    }
}

impl Verified {
    /// After a change to a session, a member or a key in this process: looks again at once.
    pub fn forget(&self) {
        self.standings.invalidate_all();
        self.keys.invalidate_all();
    }

    /// After a signing key went: no token is good any more because it once was.
    pub fn forget_tokens(&self) {
        // What is being verified right now, by the keys of before, is not kept either.
        self.signing_keys.fetch_add(1, Ordering::AcqRel);
    }
}

/// `None` when the token is not valid, for whatever reason: the log knows it, the client need not.
pub async fn caller(app: &App, text: &str, device: Device) -> ApiResult<Option<Rc<Caller>>> {
    let found = match Prefix::of(text) {
        Some(Prefix::LiveKey) => key(app, text, &device).await?,
        _ => token(app, text).await?,
    };
    match found {
        Some(credential) => standing_caller(app, credential, device).await,
        None => Ok(None),
    }
}

/// Whether a caller whose request takes its time is still one, with the same scopes, and by a key that was not rotated
/// meanwhile: its secret may be known to somebody else.
pub async fn still_stands(app: &App, caller: &Caller) -> ApiResult<bool> {
    let Caller { workspace, user, credential: id, scopes, expires_at, revision, .. } = *caller;
    let credential = Credential { workspace: workspace.into(), user, id, scopes, expires_at };
    let now = standing_caller(app, credential, caller.device.clone()).await?;
    Ok(now.is_some_and(|now| (now.scopes, now.revision) == (scopes, revision)))
}

/// The caller of a credential that is genuine, if it still stands.
pub async fn standing_caller(app: &App, token: Credential, device: Device) -> ApiResult<Option<Rc<Caller>>> {
    if token.expires_at <= app.now() {
        return Ok(None);
    }
    let key = (token.id, token.workspace);
    let standing = match app.verified.standings.get(&key) {
        Some(known) => known,
        None => {
            let now = app.now();
            let found = app.db.lookup(async |conn| store::standing(conn, token.id, token.workspace, now).await).await?;
            app.verified.standings.insert(key, found);
            found
        }
    };
    let Some(standing) = standing.filter(|standing| standing.user == token.user) else { return Ok(None) };
    Ok(Some(Rc::new(Caller {
        workspace: WorkspaceId::vouched(token.workspace),
        user: token.user,
        credential: token.id,
        kind: standing.kind,
        role: standing.role,
        scopes: token.scopes.and(standing.scopes),
        signed_in_at: standing.signed_in_at,
        revision: standing.revision,
        expires_at: token.expires_at,
        device,
    })))
}

/// The credential of an API key. What is no key is not asked for again at once, either.
async fn key(app: &App, text: &str, device: &Device) -> ApiResult<Option<Credential>> {
    if !token::well_formed(Prefix::LiveKey, text) {
        return Ok(None);
    }
    let digest = sha256(text.as_bytes());
    if let Some(known) = app.verified.keys.get(&digest) {
        return Ok(known);
    }
    if !app.verified.known_keys.contains_key(&digest) {
        app.rate_limits.may_guess(device.address)?;
    }
    let now = app.now();
    let found = app.db.lookup(async |conn| api_keys::credential(conn, text, now).await).await?;
    if let Some((credential, last_used_at)) = found
        && last_used_at.is_none_or(|at| now - at > NOTED)
    {
        app.db.single(async |conn| api_keys::note_use(conn, &credential, now).await).await?;
    }
    let credential = found.map(|(credential, _)| credential);
    app.verified.keys.insert(digest, credential);
    match credential {
        Some(_) => app.verified.known_keys.insert(digest, ()),
        None => app.verified.known_keys.invalidate(&digest),
    }
    Ok(credential)
}

async fn token(app: &App, text: &str) -> ApiResult<Option<Credential>> {
    let digest = sha256(text.as_bytes());
    let now = app.now();
    let signing_keys = app.verified.signing_keys.load(Ordering::Acquire);
    if let Some((by, known)) = app.verified.tokens.get(&digest)
        && by == signing_keys
    {
        return Ok(Some(known));
    }
    let claims = match app.keys.verify(app, text, now).await? {
        Ok(claims) => claims,
        Err(reason) => {
            tracing::info!("an access token was refused: {reason}");
            return Ok(None);
        }
    };
    let Some(credential) = read(&claims) else { return Ok(None) };
    app.verified.tokens.insert(digest, (signing_keys, credential));
    Ok(Some(credential))
}

fn read(claims: &Claims) -> Option<Credential> {
    Some(Credential {
        user: Uuid::try_parse(&claims.sub).ok()?,
        workspace: claims.wsp?,
        id: claims.sid?,
        scopes: Scopes::parse(&claims.scope),
        expires_at: DateTime::from_timestamp(claims.exp, 0)?,
    })
}
