//! The application: what handlers and jobs share. It is told of its slices by `server`.
mod paths;

use std::sync::Arc;

use actix_web::web::Bytes;
use chrono::{DateTime, SubsecRound, Utc};
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

use self::paths::Paths;
use crate::audit::Refusals;
use crate::auth::device::Device;
use crate::auth::password::{Cost, Passwords};
use crate::auth::secrets::KeyRing;
use crate::auth::{Access, Caller, Keys, Scope, verify::Verified};
use crate::changes::feed::Hub;
use crate::changes::{Actor, Tx};
use crate::config::Config;
use crate::db::{Conn, Connector, Database, Settings, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::files::Files;
use crate::http::Answer;
use crate::http::cursor::CursorKey;
use crate::http::idempotency::{Claim, IdempotencyKey};
use crate::http::rate_limit::RateLimits;
use crate::http::schema::Schemas;
use crate::mail::Mailer;
use crate::outgoing::Outgoing;

/// Tells the time; tests move it.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What follows in one slice from what a write did in another, in the same transaction.
pub type React = for<'a> fn(&'a mut Tx<'_>) -> LocalBoxFuture<'a, ApiResult<()>>;

/// Tells Prometheus what waits in slices beside their jobs.
pub type Gauge = for<'a> fn(&'a App) -> LocalBoxFuture<'a, ApiResult<()>>;

/// What the application has to know of the slices, which know it.
pub struct Slices {
    /// The OpenAPI document.
    pub document: Value,
    /// The document as it is served.
    pub text: String,
    /// The names of its schemas that bodies are checked against.
    pub bodies: Vec<&'static str>,
    pub react: React,
    pub gauge: Gauge,
}

/// What handlers and jobs share.
pub struct App {
    pub db: Database,
    pub config: Config,
    /// Where clients reach the service; also the issuer and audience of its tokens.
    pub base_url: String,
    pub ring: KeyRing,
    pub keys: Keys,
    pub verified: Verified,
    pub passwords: Passwords,
    pub cursors: CursorKey,
    pub rate_limits: RateLimits,
    pub refusals: Refusals,
    pub mailer: Mailer,
    /// Requests to places that users have named.
    pub outgoing: Outgoing,
    /// What is kept outside the database.
    pub files: Files,
    /// Those who follow the change log.
    pub feed: Hub,
    /// The schemas of the document, compiled: bodies are checked against what is published.
    pub schemas: Schemas,
    document: Bytes,
    paths: Paths,
    react: React,
    gauge: Gauge,
    clock: Clock,
    stopping: watch::Sender<bool>,
}

/// The application could not be put together.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);

impl App {
    /// To be called inside a runtime. `base_url` is known only once the listener is bound.
    pub fn new(
        config: Config,
        connector: Connector,
        ring: KeyRing,
        base_url: String,
        clock: Clock,
        slices: Slices,
    ) -> Result<Self, StartError> {
        let fail = |error: &dyn std::fmt::Display| StartError(error.to_string());
        let settings = Settings {
            pool_per_worker: (config.pool_size / config.workers).max(1),
            lanes_per_worker: config.read_lanes,
            strict: config.strict_row_security,
            statement_timeout: config.statement_timeout,
        };
        Ok(Self {
            db: Database::new(connector, settings),
            cursors: CursorKey::new(ring.derive("cursors")),
            rate_limits: RateLimits::new(&config),
            refusals: Refusals::default(),
            mailer: Mailer::new(&config).map_err(|error| fail(&error))?,
            outgoing: Outgoing::new(&config).map_err(|error| fail(&error))?,
            files: Files::new(&config).map_err(|error| fail(&error))?,
            passwords: Passwords::new(Cost::default(), config.password_hashers).map_err(|error| fail(&error))?,
            schemas: Schemas::compile(&slices.document, &slices.bodies).map_err(|error| fail(&error))?,
            paths: Paths::of(&slices.document),
            document: Bytes::from(slices.text),
            keys: Keys::default(),
            verified: Verified::default(),
            ring,
            base_url,
            clock,
            react: slices.react,
            gauge: slices.gauge,
            stopping: watch::Sender::new(false),
            feed: Hub::default(),
            config,
        })
    }

    /// The OpenAPI document as it is served.
    pub fn document(&self) -> Bytes {
        Bytes::clone(&self.document)
    }

    /// The methods of a path, `HEAD` and `OPTIONS` included; none where there is no such path.
    pub fn methods(&self, path: &str) -> Vec<&str> {
        self.paths.methods(path)
    }

    /// Tells Prometheus what waits in slices beside their jobs.
    pub async fn gauge(&self) -> ApiResult<()> {
        (self.gauge)(self).await
    }

    /// From now on `/readyz` fails, so that a balancer sends nobody here any more.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Becomes true when the service stops.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// To the microsecond, as PostgreSQL keeps it: what was written is what is read.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)().trunc_subsecs(6)
    }

    /// A new UUIDv7, in the order of creation within this process.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        Uuid::now_v7().into()
    }

    /// For jitter, never for secrets.
    pub fn random_u64(&self) -> u64 {
        Uuid::new_v4().as_u64_pair().1
    }

    /// Runs a write of the caller's workspace in one transaction, with its changes.
    pub async fn write<T>(&self, caller: &Caller, work: impl AsyncFnOnce(&mut Tx<'_>) -> ApiResult<T>) -> ApiResult<T> {
        self.write_from(caller.workspace, caller.actor(), Some(caller.device.clone()), work).await
    }

    /// As [`write`](Self::write), for work that can lose a race against a write like it: done again, up to two times,
    /// when it fails in a way that `overtaken` knows.
    pub async fn write_again<T>(
        &self,
        caller: &Caller,
        overtaken: impl Fn(&ApiError) -> bool,
        work: impl AsyncFn(&mut Tx<'_>) -> ApiResult<T>,
    ) -> ApiResult<T> {
        for _ in 0..2 {
            match self.write(caller, &work).await {
                Err(error) if overtaken(&error) => {}
                outcome => return outcome,
            }
        }
        self.write(caller, work).await
    }

    pub async fn write_as<T>(
        &self,
        workspace: WorkspaceId,
        actor: Actor,
        work: impl AsyncFnOnce(&mut Tx<'_>) -> ApiResult<T>,
    ) -> ApiResult<T> {
        self.write_from(workspace, actor, None, work).await
    }

    async fn write_from<T>(
        &self,
        workspace: WorkspaceId,
        actor: Actor,
        device: Option<Device>,
        work: impl AsyncFnOnce(&mut Tx<'_>) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let now = self.now();
        let value = self
            .db
            .write(workspace, async |conn| {
                let mut tx = Tx::new(conn, workspace, now, actor).on(device);
                // In a box: what follows of one write in other slices nests deeper than the compiler lays out.
                let value = Box::pin(work(&mut tx)).await?;
                (self.react)(&mut tx).await?;
                tx.flush().await?;
                Ok(value)
            })
            .await?;
        self.feed.hint();
        Ok(value)
    }

    /// As [`write`](Self::write), for a `POST`: with an `Idempotency-Key`, the first answer is kept in the same
    /// transaction, and replayed. Refusals are kept, too, without their effect.
    pub async fn post<S: Scope, T>(
        &self,
        access: &Access<S>,
        key: &IdempotencyKey,
        fingerprint: &[u8],
        work: impl AsyncFnOnce(&mut Tx<'_>) -> ApiResult<Answer<T>>,
    ) -> ApiResult<Answer<T>> {
        let Some(claim) = key.claim(&self.ring, access.workspace, access.credential, fingerprint) else {
            return self.write(access, work).await;
        };
        self.write(access, async |tx| self.kept(tx, &claim, work).await).await?
    }

    /// As [`post`](Self::post), for whoever has no access but what they hold in hand: the link of an offer, say.
    pub async fn post_as<T>(
        &self,
        workspace: WorkspaceId,
        actor: Actor,
        claim: Option<Claim<'_>>,
        work: impl AsyncFnOnce(&mut Tx<'_>) -> ApiResult<Answer<T>>,
    ) -> ApiResult<Answer<T>> {
        match claim {
            None => self.write_as(workspace, actor, work).await,
            Some(claim) => self.write_as(workspace, actor, async |tx| self.kept(tx, &claim, work).await).await?,
        }
    }

    /// The answer that was kept, or that of the work, which is kept. What is refused is rolled back, and kept all the same.
    async fn kept<T>(
        &self,
        tx: &mut Tx<'_>,
        claim: &Claim<'_>,
        work: impl AsyncFnOnce(&mut Tx<'_>) -> ApiResult<Answer<T>>,
    ) -> ApiResult<ApiResult<Answer<T>>> {
        let now = tx.now;
        if let Some(answer) = claim.replay(tx.conn, now).await? {
            return Ok(Ok(answer));
        }
        let outcome = tx.part(work).await;
        match &outcome {
            Ok(answer) => claim.keep(tx.conn, now, answer).await?,
            Err(error) => claim.keep_refusal(tx.conn, now, error, &self.base_url).await?,
        }
        Ok(outcome)
    }

    /// The answer that was kept for the key of a `POST` whose transaction is not to begin yet.
    pub async fn replay<S: Scope, T>(
        &self,
        access: &Access<S>,
        key: &IdempotencyKey,
        fingerprint: &[u8],
    ) -> ApiResult<Option<Answer<T>>> {
        let Some(claim) = key.claim(&self.ring, access.workspace, access.credential, fingerprint) else {
            return Ok(None);
        };
        let now = self.now();
        self.db.write(access.workspace, async |conn| claim.replay(conn, now).await).await
    }

    /// As [`post`](Self::post), for a `POST` whose effect is not in the caller's workspace: a new workspace, say.
    pub async fn post_outside<S: Scope, T>(
        &self,
        access: &Access<S>,
        key: &IdempotencyKey,
        fingerprint: &[u8],
        work: impl AsyncFnOnce(&mut Conn) -> ApiResult<Answer<T>>,
    ) -> ApiResult<Answer<T>> {
        let claim = key.claim(&self.ring, access.workspace, access.credential, fingerprint);
        let now = self.now();
        self.db
            .transaction(async |conn| {
                let Some(claim) = claim else { return work(conn).await };
                if let Some(answer) = claim.replay(conn, now).await? {
                    return Ok(answer);
                }
                let answer = work(conn).await?;
                claim.keep(conn, now, &answer).await?;
                Ok(answer)
            })
            .await
    }
}
