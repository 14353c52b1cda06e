//! PostgreSQL: connections, tenant transactions, the schema, and the types that columns share with the API.
pub mod columns;
pub mod connect;
pub mod embedded;
pub mod full_text;
pub mod ids;
mod json;
mod lanes;
pub mod migrate;
mod prebuilt;
pub mod schema;
mod tenant;
mod text_enum;
mod tls;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::{Object, Pool as Deadpool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};

pub use self::connect::{Closed, Connector};
pub use self::ids::WorkspaceId;
pub use self::json::Json;
use self::lanes::{Lanes, Ride};
pub use self::prebuilt::Prebuilt;
pub use self::tenant::{rolled_back, savepoint};
use crate::calm;
use crate::error::{ApiError, ApiResult, Code};

/// What store functions take: `&Conn` runs statements, `&mut Conn` opens (nested) transactions.
pub type Conn = AsyncPgConnection;
type Pool = Deadpool<AsyncPgConnection>;
pub type PooledConn = Object<AsyncPgConnection>;

/// How long a request waits for a connection before it is told to come back.
const POOL_WAIT: Duration = Duration::from_secs(3);

/// How much longer than a statement may run its answer is waited for.
const GRACE: Duration = Duration::from_secs(2);

/// Sizes and modes of the connections, from the configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Exclusive connections of one worker thread, for transactions.
    pub pool_per_worker: usize,
    /// Shared, pipelined connections of one worker thread, for single-statement reads: as many at most.
    pub lanes_per_worker: usize,
    /// Reads, too, run in a row-security transaction.
    pub strict: bool,
    /// How long a statement may run.
    pub statement_timeout: Duration,
}

/// The database as handlers see it. Connections belong to the worker thread that opened them, because one that is
/// driven by another thread's runtime costs two switches between threads for every statement.
pub struct Database {
    id: u64,
    connector: Connector,
    settings: Settings,
}

/// The connections of one worker thread to one database.
struct Local {
    pool: Pool,
    lanes: Lanes,
    opening: tokio::sync::Mutex<()>,
}

/// A pooled connection in a transaction. When its request is dropped half-way (the client hung up), so is the
/// connection: the server then rolls back, and nobody gets a connection in an unknown state.
struct Exclusive(Option<PooledConn>);

impl Exclusive {
    fn get(&mut self) -> ApiResult<&mut Conn> {
        match &mut self.0 {
            Some(conn) => Ok(conn),
            None => Err(ApiError::internal(&"the connection was given back before")),
        }
    }

    /// Gives the connection back, unless the database did not answer on it: then its state is unknown.
    fn settle<T>(mut self, outcome: &ApiResult<T>) {
        if !matches!(outcome, Err(error) if error.code == Code::Unavailable) {
            self.0.take();
            calm::answered();
        }
    }
}

impl Drop for Exclusive {
    fn drop(&mut self) {
        if let Some(conn) = self.0.take() {
            drop(Object::take(conn));
        }
    }
}

thread_local! {
    static LOCALS: RefCell<HashMap<u64, Rc<Local>>> = RefCell::default();
}

impl Database {
    pub fn new(connector: Connector, settings: Settings) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), connector, settings }
    }

    pub fn strict(&self) -> bool {
        self.settings.strict
    }

    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// A connection for statements that belong to no workspace (accounts, keys, jobs), with the owner's rights. Better
    /// use [`single`](Self::single), which works behind every pooler and does not wait for ever.
    pub async fn global(&self) -> ApiResult<PooledConn> {
        let local = self.local()?;
        match tokio::time::timeout(POOL_WAIT, local.pool.get()).await {
            Ok(conn) => Ok(conn?),
            Err(_) => Err(ApiError::unavailable(&"no database connection became free in time")),
        }
    }

    /// Runs a statement that belongs to no workspace and to no transaction, with the owner's rights.
    pub async fn single<T>(&self, work: impl AsyncFnOnce(&Conn) -> ApiResult<T>) -> ApiResult<T> {
        if self.connector.in_transactions_only() {
            return self.transaction(async |conn| work(conn).await).await;
        }
        let mut conn = Exclusive(Some(self.global().await?));
        let answered = tokio::time::timeout(self.settings.statement_timeout + GRACE, work(conn.get()?)).await;
        let outcome = answered.unwrap_or_else(|_| Err(ApiError::database_away(&"the database does not answer")));
        conn.settle(&outcome);
        outcome
    }

    /// Runs single statements that read one workspace, on a connection shared with other requests of this worker.
    /// They rest on their own filters, unless the settings are strict.
    ///
    /// A read that fails because a migration changed what a prepared statement answers is done again, once.
    pub async fn read<T>(&self, workspace: WorkspaceId, work: impl AsyncFn(&Conn) -> ApiResult<T>) -> ApiResult<T> {
        if self.settings.strict || self.connector.in_transactions_only() {
            let once = || self.write(workspace, async |conn| work(conn).await);
            return match once().await {
                Err(error) if error.is_stale_plan() => once().await,
                outcome => outcome,
            };
        }
        self.on_lane(work).await
    }

    /// Single statements that read what belongs to no workspace, or decide which one the caller is in.
    pub async fn lookup<T>(&self, work: impl AsyncFn(&Conn) -> ApiResult<T>) -> ApiResult<T> {
        if self.connector.in_transactions_only() {
            return self.transaction(async |conn| work(conn).await).await;
        }
        self.on_lane(work).await
    }

    /// Runs `work` in a transaction that sees one workspace only. It commits when `work` succeeds, and only then.
    pub async fn write<T>(
        &self,
        workspace: WorkspaceId,
        work: impl AsyncFnOnce(&mut Conn) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let mut conn = Exclusive(Some(self.global().await?));
        let outcome = tenant::transaction(conn.get()?, workspace, self.settings.statement_timeout, work).await;
        conn.settle(&outcome);
        self.renew_after(&outcome);
        outcome
    }

    /// Runs `work` in a transaction with the owner's rights: for accounts and sessions, which belong to no workspace,
    /// and for what crosses workspaces by nature. It commits when `work` succeeds, and only then.
    pub async fn transaction<T>(&self, work: impl AsyncFnOnce(&mut Conn) -> ApiResult<T>) -> ApiResult<T> {
        let mut conn = Exclusive(Some(self.global().await?));
        let outcome = tenant::unbound(conn.get()?, self.settings.statement_timeout, work).await;
        conn.settle(&outcome);
        self.renew_after(&outcome);
        outcome
    }

    /// Reads of the workspace that need several statements to agree, or settings of their own.
    pub async fn snapshot<T>(
        &self,
        workspace: WorkspaceId,
        work: impl AsyncFnOnce(&mut Conn) -> ApiResult<T>,
    ) -> ApiResult<T> {
        self.write(workspace, work).await
    }

    async fn on_lane<T>(&self, work: impl AsyncFn(&Conn) -> ApiResult<T>) -> ApiResult<T> {
        let outcome = self.once_on_lane(&work).await;
        self.renew_after(&outcome);
        match outcome {
            Err(error) if error.is_stale_plan() => self.once_on_lane(&work).await,
            outcome => outcome,
        }
    }

    /// After a migration every connection of this thread has statements that no longer fit: all are opened anew, so
    /// that it is one request that fails, and not one for each of them. A write is told to come back, for what it
    /// works with is used up.
    fn renew_after<T>(&self, outcome: &ApiResult<T>) {
        if outcome.as_ref().is_err_and(ApiError::is_stale_plan)
            && let Ok(local) = self.local()
        {
            local.lanes.close();
            local.pool.retain(|_, _| false);
        }
    }

    /// A server that has stopped answering does not end its statements itself: whoever waits is told in time, and
    /// the lane is given up, for what was sent on it is in an unknown state.
    async fn once_on_lane<T>(&self, work: &impl AsyncFn(&Conn) -> ApiResult<T>) -> ApiResult<T> {
        let lane = self.lane().await?;
        match tokio::time::timeout(self.settings.statement_timeout + GRACE, work(lane.conn())).await {
            Ok(outcome) => outcome,
            Err(_) => {
                lane.close();
                Err(ApiError::database_away(&"the database does not answer"))
            }
        }
    }

    fn local(&self) -> ApiResult<Rc<Local>> {
        LOCALS.with_borrow_mut(|locals| {
            if let Some(local) = locals.get(&self.id) {
                return Ok(Rc::clone(local));
            }
            let local = Rc::new(self.open()?);
            locals.insert(self.id, Rc::clone(&local));
            Ok(local)
        })
    }

    fn open(&self) -> ApiResult<Local> {
        let mut config = ManagerConfig::default();
        // The default asks the server at every checkout; a closed connection shows itself soon enough.
        config.recycling_method = RecyclingMethod::Fast;
        let connector = self.connector.clone();
        config.custom_setup = Box::new(move |_| {
            let connector = connector.clone();
            Box::pin(async move { connector.connect().await })
        });
        let manager = AsyncDieselConnectionManager::new_with_config("", config);
        let pool = Pool::builder(manager)
            .max_size(self.settings.pool_per_worker)
            .build()
            .map_err(|error| ApiError::internal(&error))?;
        Ok(Local { pool, lanes: Lanes::default(), opening: tokio::sync::Mutex::new(()) })
    }

    async fn lane(&self) -> ApiResult<Ride> {
        let local = self.local()?;
        // While another is being opened, those that are there have to do.
        let most = local.opening.try_lock().map_or(0, |_free| self.settings.lanes_per_worker);
        if let Some(lane) = local.lanes.pick(most) {
            return Ok(lane);
        }
        let _one_at_a_time = local.opening.lock().await;
        if let Some(lane) = local.lanes.pick(self.settings.lanes_per_worker) {
            return Ok(lane);
        }
        let lane = self.connector.connect_lane(self.settings.statement_timeout);
        let lane = tokio::time::timeout(POOL_WAIT * 2, lane).await;
        let lane = lane.map_err(|_| ApiError::database_away(&"the database does not accept a connection in time"))?;
        let (conn, closed) = lane.map_err(|error| ApiError::database_away(&error))?;
        calm::answered();
        Ok(local.lanes.add(conn, closed))
    }
}
