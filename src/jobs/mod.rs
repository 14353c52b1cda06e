//! Work for later: written in the transaction that asks for it, done by a runner, retried, and never lost.
mod periodic;
mod runner;
mod store;

use std::collections::HashMap;
use std::pin::Pin;

use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

pub use self::periodic::Task;
pub use self::runner::{run_one, start};
pub use self::store::{Counts, DeadJob, KindCounts, counts, counts_of_kinds, list_dead, retry};
use crate::app::App;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code};

/// A piece of work. It may run more than once: a runner that dies is replaced within a minute.
pub trait Job: Serialize + DeserializeOwned + 'static {
    /// Its name in the table. Never renamed while one may be waiting.
    const KIND: &'static str;
    /// It waits for machines of others, which may take minutes: such jobs have workers of their own, so that the quick
    /// ones need not wait for them.
    const SLOW: bool = false;

    fn run(self, app: &App, id: Uuid) -> impl Future<Output = Result<(), String>>;
}

/// Writes the job in the caller's transaction: it is there when, and only when, the rest is.
pub async fn enqueue<J: Job>(
    conn: &Conn,
    workspace: Option<WorkspaceId>,
    job: &J,
    id: Uuid,
    run_at: DateTime<Utc>,
) -> ApiResult<()> {
    let payload = serde_json::to_value(job).map_err(|error| ApiError::internal(&error))?;
    store::insert(conn, id, workspace, J::KIND, &payload, run_at).await
}

/// Writes several jobs of one workspace and one kind, each with its id, in the caller's transaction.
pub async fn enqueue_many<J: Job>(
    conn: &Conn,
    workspace: WorkspaceId,
    jobs: &[(Uuid, J)],
    run_at: DateTime<Utc>,
) -> ApiResult<()> {
    let payload = |(id, job): &(Uuid, J)| {
        serde_json::to_value(job).map(|payload| (*id, payload)).map_err(|error| ApiError::internal(&error))
    };
    let rows: Vec<(Uuid, Value)> = jobs.iter().map(payload).collect::<ApiResult<_>>()?;
    store::insert_many(conn, workspace, J::KIND, &rows, run_at).await
}

/// Puts what `change` makes of them in the place of all jobs of one kind that it changes, in the caller's transaction;
/// tells how many those were.
pub async fn rewrite<J: Job>(conn: &Conn, change: impl Fn(Uuid, J) -> ApiResult<Option<J>>) -> ApiResult<usize> {
    let mut count = 0;
    for (id, payload) in store::payloads(conn, J::KIND).await? {
        let job = serde_json::from_value(payload).map_err(|error| ApiError::internal(&error))?;
        if let Some(job) = change(id, job)? {
            let payload = serde_json::to_value(job).map_err(|error| ApiError::internal(&error))?;
            store::set_payload(conn, id, &payload).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// What became of one thing of many that a periodic task looks after. One that fails says so in the log, and keeps none of
/// the others waiting; a database that is not there ends the turn.
pub fn went<T>(outcome: ApiResult<T>, id: impl Into<Uuid>) -> ApiResult<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.code == Code::Unavailable => Err(error),
        Err(error) => {
            let id = id.into();
            tracing::warn!(%id, "{id} is passed over until the next turn: {error}");
            Ok(None)
        }
    }
}

/// What runs all the time, until it is stopped.
pub type Loop = fn(Data<App>, watch::Receiver<bool>) -> Pin<Box<dyn Future<Output = ()>>>;

type LocalFuture = Pin<Box<dyn Future<Output = Result<(), String>>>>;
type Start = fn(Data<App>, Uuid, Value) -> LocalFuture;

/// What a runner does.
pub struct Work {
    pub jobs: Registry,
    pub loops: Vec<Loop>,
    pub periodic: Vec<Task>,
}

/// The kinds of job that this binary knows. `server` lists them.
#[derive(Default)]
pub struct Registry {
    kinds: HashMap<&'static str, Start>,
    slow: Vec<&'static str>,
    claims: Mutex<()>,
}

impl Registry {
    pub fn with<J: Job>(mut self) -> Self {
        self.kinds.insert(J::KIND, |app, id, payload| {
            Box::pin(async move {
                let job: J = serde_json::from_value(payload).map_err(|error| error.to_string())?;
                job.run(&app, id).await
            })
        });
        if J::SLOW {
            self.slow.push(J::KIND);
        }
        self
    }

    fn start(&self, kind: &str, app: Data<App>, id: Uuid, payload: Value) -> LocalFuture {
        match self.kinds.get(kind) {
            Some(start) => start(app, id, payload),
            None => Box::pin(std::future::ready(Err(format!("this binary knows no job of the kind {kind}")))),
        }
    }

    fn is_slow(&self, kind: &str) -> bool {
        self.slow.contains(&kind)
    }
}
