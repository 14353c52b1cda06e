//! The change log: one entry per write, in the transaction of the write, numbered in commit order.
//!
//! `GET /v1/changes`, `GET /v1/changes/latest`, `GET /v1/changes/stream`, `POST /v1/changes/stream-tickets`.
pub mod feed;
mod kinds;
mod model;
mod routes;
mod store;
mod stream;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub use self::kinds::{Kind, resource_type};
pub use self::model::{Change as LoggedChange, ChangeActor, ChangeRow, ChangedResource, KindFilter};
pub use self::store::{Entry, after, history, numbered, reached, within};
use crate::app::App;
use crate::audit::{self, Event};
use crate::auth::device::Device;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::list_changes)
        .service(routes::read_latest_change)
        .service(routes::stream_changes)
        .service(routes::create_stream_ticket);
}

/// Forgets what is older than the log is kept for.
pub async fn forget_old(app: &App) -> ApiResult<usize> {
    let before = app.now() - KEPT;
    let mut count = 0;
    // A piece at a time, so that no transaction is long; what a busy service is behind with, all in one turn.
    loop {
        let some = app.db.transaction(async |conn| store::forget(conn, before).await).await?;
        count += some;
        if some == 0 {
            return Ok(count);
        }
    }
}

/// How long the log is kept.
const KEPT: chrono::Duration = chrono::Duration::days(30);

/// Who did it.
#[derive(Debug, Clone, Copy)]
pub enum Actor {
    Member(Uuid),
    /// An API key.
    Key(Uuid),
    /// Whoever has the link of an offer.
    InvitedPerson,
    Job,
}

impl Actor {
    /// The member, if it was one.
    pub fn member(self) -> Option<Uuid> {
        match self {
            Self::Member(user) => Some(user),
            Self::Key(_) | Self::InvitedPerson | Self::Job => None,
        }
    }
}

/// What happened to one resource.
#[derive(Debug, Clone)]
pub struct Change {
    pub kind: Kind,
    pub resource_id: Uuid,
    /// The version that the resource has now.
    pub version: i32,
    /// Names of the fields that changed, as the API has them; empty for a creation or a deletion.
    pub fields: Vec<String>,
    /// What else there is to tell.
    pub details: Option<Value>,
}

/// A write to one workspace: its connection, inside the transaction, and what it has changed so far.
pub struct Tx<'a> {
    pub conn: &'a mut Conn,
    pub workspace: WorkspaceId,
    /// One time for all that the write makes.
    pub now: DateTime<Utc>,
    pub actor: Actor,
    /// From where, for the audit log.
    device: Option<Device>,
    changes: Vec<Change>,
    events: Vec<Event>,
    is_copy: bool,
}

impl<'a> Tx<'a> {
    pub fn new(conn: &'a mut Conn, workspace: WorkspaceId, now: DateTime<Utc>, actor: Actor) -> Self {
        Self { conn, workspace, now, actor, device: None, changes: Vec::new(), events: Vec::new(), is_copy: false }
    }

    /// Tells the audit log from where it is done.
    pub fn on(mut self, device: Option<Device>) -> Self {
        self.device = device;
        self
    }

    /// Notes a change; it is written when the work is done, so that the workspace's counter is locked but briefly.
    pub fn record(&mut self, kind: Kind, resource_id: impl Into<Uuid>, version: i32, fields: Vec<String>) {
        self.changes.push(Change { kind, resource_id: resource_id.into(), version, fields, details: None });
    }

    /// Says more of the change that was noted last.
    pub fn detail(&mut self, details: Value) {
        if let Some(last) = self.changes.last_mut() {
            last.details = Some(details);
        }
    }

    /// Notes what the audit log shall tell, of this write and whoever does it; entered when the work is done.
    pub fn audit(&mut self, kind: audit::Kind, subject: impl Into<Uuid>, fields: Vec<String>) {
        let event = Event::new(kind, self.actor.into()).of(subject).fields(fields);
        self.events.push(event.from(self.device.as_ref()));
    }

    /// The resources of which this kind of change is noted.
    pub fn recorded(&self, kind: Kind) -> Vec<Uuid> {
        self.changes.iter().filter(|change| change.kind == kind).map(|change| change.resource_id).collect()
    }

    /// The resources of which one of these kinds of change is noted, of this field among others, or of nobody says which.
    pub fn altered(&self, kinds: &[Kind], field: &str) -> Vec<Uuid> {
        let of_field = |change: &&Change| change.fields.is_empty() || change.fields.iter().any(|name| name == field);
        let changes = self.changes.iter().filter(|change| kinds.contains(&change.kind)).filter(of_field);
        changes.map(|change| change.resource_id).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What the write has changed so far.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What is written comes from another workspace as it was there, with all that followed from it: nothing follows here.
    pub fn copy(&mut self) {
        self.is_copy = true;
    }

    pub fn is_copy(&self) -> bool {
        self.is_copy
    }

    /// A part that can fail alone, with its changes.
    pub async fn part<T>(&mut self, work: impl AsyncFnOnce(&mut Tx<'_>) -> ApiResult<T>) -> ApiResult<T> {
        let (workspace, now, actor, device) = (self.workspace, self.now, self.actor, self.device.clone());
        let (value, changes, events, is_copy) = crate::db::savepoint(self.conn, async |conn| {
            let mut part = Tx::new(conn, workspace, now, actor).on(device);
            let value = work(&mut part).await?;
            Ok((value, part.changes, part.events, part.is_copy))
        })
        .await?;
        self.changes.extend(changes);
        self.events.extend(events);
        self.is_copy |= is_copy;
        Ok(value)
    }

    /// Does the work and takes it back: what it would have done is what it says.
    pub async fn rehearse<T>(&mut self, work: impl AsyncFnOnce(&mut Tx<'_>) -> ApiResult<T>) -> ApiResult<T> {
        let (workspace, now, actor) = (self.workspace, self.now, self.actor);
        crate::db::rolled_back(self.conn, async |conn| work(&mut Tx::new(conn, workspace, now, actor)).await).await
    }

    /// Writes the noted changes and events. Called once, last, by whoever opened the transaction.
    pub async fn flush(self) -> ApiResult<()> {
        if !self.changes.is_empty() {
            store::append(self.conn, self.workspace, self.now, self.actor, &self.changes).await?;
        }
        audit::append(self.conn, self.workspace, self.now, &self.events).await
    }
}
