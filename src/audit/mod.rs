//! The audit log: what matters for security, append-only, each entry hashing the one before.
//!
//! A workspace has a chain of its own; what belongs to accounts rather than to a workspace is in one more. An entry
//! commits in the transaction of what it tells; what has none, such as a refusal, is entered by itself. It has the names
//! of changed fields, never values.
mod chain;
mod kinds;
mod model;
mod refusals;
mod routes;
mod store;

use chrono::{DateTime, Utc};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub use self::chain::{Broken, Summary};
pub use self::kinds::Kind;
pub use self::refusals::Refusals;
pub use self::store::{chains, hash_of, verify};
use crate::app::App;
use crate::auth::Caller;
use crate::auth::device::Device;
use crate::changes;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

/// The chain of accounts, which has no workspace.
pub fn accounts() -> WorkspaceId {
    WorkspaceId::vouched(Uuid::nil())
}

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::list_audit_log);
}

/// Who did it.
#[derive(Debug, Clone, Copy)]
pub enum Actor {
    User(Uuid),
    /// An API key.
    Key(Uuid),
    /// Whoever was not signed in.
    Anonymous,
    Job,
    /// Whoever runs the service, by its command line.
    Operator,
}

impl From<changes::Actor> for Actor {
    fn from(actor: changes::Actor) -> Self {
        match actor {
            changes::Actor::Member(user) => Self::User(user),
            changes::Actor::Key(key) => Self::Key(key),
            changes::Actor::InvitedPerson => Self::Anonymous,
            changes::Actor::Job => Self::Job,
        }
    }
}

/// Something to enter. `Event::new(kind, actor)`, then what else is known.
#[derive(Debug, Clone)]
pub struct Event {
    kind: Kind,
    actor: Actor,
    subject: Option<Uuid>,
    fields: Vec<String>,
    operation: Option<String>,
    reason: Option<&'static str>,
    repeated: i32,
    device: Option<Device>,
}

impl Event {
    pub fn new(kind: Kind, actor: Actor) -> Self {
        let (subject, fields, operation, reason, device) = (None, Vec::new(), None, None, None);
        Self { kind, actor, subject, fields, operation, reason, repeated: 1, device }
    }

    /// What it happened to.
    pub fn of(mut self, subject: impl Into<Uuid>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// The names of the fields that changed, as the API has them.
    pub fn fields(mut self, fields: Vec<String>) -> Self {
        self.fields = fields;
        self
    }

    /// Which operation was refused (`GET /v1/contacts/{id}`), and the code of the error.
    pub fn refused(mut self, operation: String, reason: &'static str) -> Self {
        self.operation = Some(operation);
        self.reason = Some(reason);
        self
    }

    /// How many events like it this one stands for.
    pub fn times(mut self, repeated: i32) -> Self {
        self.repeated = repeated;
        self
    }

    /// From where.
    pub fn from(mut self, device: Option<&Device>) -> Self {
        self.device = device.cloned();
        self
    }
}

/// Enters events at the end of a chain, in the caller's transaction; the end stays locked until its commit. Who appends
/// to several chains does so in the order of workspaces, with that of accounts last.
pub async fn append(conn: &Conn, chain: WorkspaceId, now: DateTime<Utc>, events: &[Event]) -> ApiResult<()> {
    if events.is_empty() { Ok(()) } else { store::append(conn, chain, now, events).await }
}

/// What has no transaction of its own, in the chain of a workspace, if it concerns one, and in that of accounts, if it
/// concerns them. The answer does not depend on it: a failure is logged.
pub async fn enter(app: &App, workspace: Option<WorkspaceId>, accounts_too: bool, event: Event) {
    if let Err(error) = try_enter(app, workspace, accounts_too, &event).await {
        tracing::warn!(kind = event.kind.name(), "an event could not be entered in the audit log: {error}");
    }
}

async fn try_enter(app: &App, workspace: Option<WorkspaceId>, accounts_too: bool, event: &Event) -> ApiResult<()> {
    let now = app.now();
    let chains = workspace.into_iter().chain(accounts_too.then(accounts));
    let enter = async |conn: &mut Conn| {
        for chain in chains {
            append(conn, chain, now, std::slice::from_ref(event)).await?;
        }
        Ok(())
    };
    app.db.transaction(enter).await
}

/// Something of the workspace is about to be handed out to a caller. Without its entry it stays here.
pub async fn taken(app: &App, caller: &Caller, kind: Kind, subject: impl Into<Uuid>) -> ApiResult<()> {
    let event = Event::new(kind, caller.actor().into()).of(subject).from(Some(&caller.device));
    try_enter(app, Some(caller.workspace), false, &event).await
}

/// Forgets addresses and user agents, and lets entries go, when their time is over.
pub async fn forget_old(app: &App) -> ApiResult<usize> {
    let now = app.now();
    let origins =
        app.db.single(async |conn| store::forget_origins(conn, now - app.config.audit_address_retention).await).await?;
    let Some(retention) = app.config.audit_retention else { return Ok(origins) };
    let due = app.db.lookup(async |conn| store::with_entries_before(conn, now - retention).await).await?;
    let mut count = origins;
    for chain in due {
        count += app.db.transaction(async |conn| store::let_go(conn, chain, now - retention).await).await?;
    }
    Ok(count)
}
