//! Signing keys: made on first start, kept encrypted in the database, published a day before they sign, and
//! published on until their last token has expired.
mod store;

use std::sync::{Arc, RwLock, Weak};

use actix_web::rt::time;
use chrono::{DateTime, Duration, Utc};
use secrecy::ExposeSecret;
use serde_json::Value;

use self::store::KeyRow;
use super::jwt::{self, Algorithm, Claims, SigningKey, TokenError, Verifier};
use super::secrets::{KeyRing, Place};
use crate::app::App;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};

/// How long a new key is published before it signs, so that everybody who keeps the key set has it by then.
const NOTICE: Duration = Duration::hours(24);
/// How often each instance reads the keys anew.
const REFRESH: Duration = Duration::seconds(5);
/// As [`REFRESH`], of an instance that verifies nothing new.
const WATCH: std::time::Duration = std::time::Duration::from_secs(2);
/// How soon after the last read an unknown key id may ask for another.
const PATIENCE: Duration = Duration::seconds(2);

/// The keys as this instance knows them.
#[derive(Default)]
pub struct Keys(RwLock<Arc<KeySet>>);

#[derive(Default)]
struct KeySet {
    read_at: Option<DateTime<Utc>>,
    /// Newest first.
    signing: Vec<(DateTime<Utc>, SigningKey)>,
    verifier: Verifier,
}

impl Keys {
    /// Reads them; called at the start, where it also makes the first one.
    pub async fn load(&self, app: &App) -> ApiResult<()> {
        let now = app.now();
        let first = async |conn: &mut Conn| {
            if store::published(conn, now).await?.is_empty() {
                create(conn, &app.ring, app.config.token_algorithm, now, now).await?;
            }
            Ok::<_, ApiError>(())
        };
        app.db.transaction(first).await?;
        self.reload(app).await
    }

    pub async fn reload(&self, app: &App) -> ApiResult<()> {
        let now = app.now();
        let rows = app.db.lookup(async |conn| store::published(conn, now).await).await?;
        let mut set = KeySet { read_at: Some(now), ..KeySet::default() };
        for row in &rows {
            set.signing.push((row.signs_from, open(&app.ring, row)?));
        }
        set.signing.sort_by_key(|(from, _)| std::cmp::Reverse(*from));
        set.verifier = Verifier::new(set.signing.iter().map(|(_, key)| key.public().clone()));
        let known = self.current();
        let went = known.signing.iter().any(|(_, old)| !set.signing.iter().any(|(_, key)| key.kid() == old.kid()));
        if let Ok(mut current) = self.0.write() {
            *current = Arc::new(set);
        }
        if went {
            app.verified.forget_tokens();
        }
        Ok(())
    }

    /// The published set (RFC 7517).
    pub async fn jwks(&self, app: &App) -> ApiResult<Value> {
        Ok(self.fresh(app, REFRESH).await?.verifier.jwks())
    }

    pub async fn sign(&self, app: &App, claims: &Claims) -> ApiResult<String> {
        let set = self.fresh(app, REFRESH).await?;
        let now = app.now();
        let key = set.signing.iter().find(|(from, _)| *from <= now).or(set.signing.last());
        let (_, key) = key.ok_or_else(|| ApiError::internal(&"there is no signing key"))?;
        jwt::sign(key, claims).map_err(|error| ApiError::internal(&error))
    }

    /// The claims, or why not. A key id that this instance does not know may be one that another has just made.
    pub async fn verify(&self, app: &App, token: &str, now: DateTime<Utc>) -> ApiResult<Result<Claims, TokenError>> {
        let check = |set: &KeySet| set.verifier.verify(token, now, &app.base_url, &app.base_url);
        match check(&*self.fresh(app, REFRESH).await?) {
            Err(TokenError::UnknownKey) => Ok(check(&*self.fresh(app, PATIENCE).await?)),
            outcome => Ok(outcome),
        }
    }

    async fn fresh(&self, app: &App, at_most: Duration) -> ApiResult<Arc<KeySet>> {
        let known = self.current();
        if known.read_at.is_some_and(|read_at| app.now() - read_at < at_most) {
            return Ok(known);
        }
        match self.reload(app).await {
            Ok(()) => Ok(self.current()),
            // Keys that were good a minute ago are better than no service.
            Err(error) if known.read_at.is_some() => {
                error.tell("signing keys cannot be read anew");
                Ok(known)
            }
            Err(error) => Err(error),
        }
    }

    fn current(&self) -> Arc<KeySet> {
        self.0.read().map(|set| Arc::clone(&set)).unwrap_or_default()
    }
}

/// Reads the keys anew every few seconds until the application is gone: one that was taken away verifies nothing on any
/// instance, not even tokens that it has verified before.
pub async fn watch(app: Weak<App>) {
    loop {
        time::sleep(WATCH).await;
        let Some(app) = app.upgrade().filter(|app| !app.is_stopping()) else { return };
        if let Err(error) = app.keys.reload(&app).await {
            error.tell("signing keys cannot be read anew");
        }
    }
}

/// A key as the command line shows it.
#[derive(Debug)]
pub struct KeyInfo {
    pub kid: String,
    pub algorithm: String,
    pub signs_from: DateTime<Utc>,
    pub published_until: Option<DateTime<Utc>>,
}

/// All published keys, newest first.
pub async fn list(conn: &Conn, now: DateTime<Utc>) -> ApiResult<Vec<KeyInfo>> {
    let mut rows = store::published(conn, now).await?;
    rows.sort_by_key(|row| std::cmp::Reverse(row.signs_from));
    let info = |KeyRow { kid, algorithm, signs_from, published_until, private_key: _, created_at: _ }| KeyInfo {
        kid,
        algorithm,
        signs_from,
        published_until,
    };
    Ok(rows.into_iter().map(info).collect())
}

/// Makes a key that signs from tomorrow on and lets the others go when their last token has expired; or one that signs
/// `at_once`, and takes the others away.
pub async fn rotate(
    conn: &Conn,
    ring: &KeyRing,
    algorithm: Algorithm,
    at_once: bool,
    token_lifetime: Duration,
    now: DateTime<Utc>,
) -> ApiResult<KeyInfo> {
    if at_once {
        store::delete_all(conn).await?;
        return create(conn, ring, algorithm, now, now).await;
    }
    let signs_from = now + NOTICE;
    // Each instance may sign with the old key until it has read the keys anew, and clocks may differ.
    let published_until = signs_from + REFRESH + token_lifetime + Duration::minutes(2);
    store::retire_all(conn, published_until).await?;
    create(conn, ring, algorithm, now, signs_from).await
}

/// Seals every key under the first secret of the ring; tells how many were under another.
pub async fn rekey(conn: &Conn, ring: &KeyRing, now: DateTime<Utc>) -> ApiResult<usize> {
    let mut count = 0;
    for row in store::published(conn, now).await?.into_iter().filter(|row| ring.needs_rekey(&row.private_key)) {
        let key = open(ring, &row)?;
        store::set_private_key(conn, &row.kid, seal(ring, &key)?).await?;
        count += 1;
    }
    Ok(count)
}

async fn create(
    conn: &Conn,
    ring: &KeyRing,
    algorithm: Algorithm,
    now: DateTime<Utc>,
    signs_from: DateTime<Utc>,
) -> ApiResult<KeyInfo> {
    let made = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm)).await;
    let key = made.map_err(|error| ApiError::internal(&error))?.map_err(|error| ApiError::internal(&error))?;
    let row = KeyRow {
        kid: key.kid().to_owned(),
        algorithm: algorithm.as_str().to_owned(),
        private_key: seal(ring, &key)?,
        created_at: now,
        signs_from,
        published_until: None,
    };
    store::insert(conn, &row).await?;
    Ok(KeyInfo { kid: row.kid, algorithm: row.algorithm, signs_from, published_until: None })
}

fn place(kid: &str) -> Place<'_> {
    Place { table: "signing_keys", column: "private_key", workspace: None, row: kid }
}

fn seal(ring: &KeyRing, key: &SigningKey) -> ApiResult<Vec<u8>> {
    ring.seal(&place(key.kid()), key.private_pkcs8()).map_err(|error| ApiError::internal(&error))
}

fn open(ring: &KeyRing, row: &KeyRow) -> ApiResult<SigningKey> {
    let opened = ring.open(&place(&row.kid), &row.private_key).map_err(|error| {
        ApiError::internal(&format!("the signing key {} cannot be decrypted with INROAD_SECRET: {error}", row.kid))
    })?;
    let algorithm = Algorithm::parse(&row.algorithm).ok_or_else(|| ApiError::internal(&"an unknown algorithm"))?;
    SigningKey::from_pkcs8(algorithm, opened.expose_secret()).map_err(|error| ApiError::internal(&error))
}
