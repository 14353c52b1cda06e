//! Transactions that see one workspace only: the second wall of tenancy.
use std::time::Duration;

use diesel::QueryResult;
use diesel_async::{AnsiTransactionManager, SimpleAsyncConnection, TransactionManager};

use super::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};

type Manager = AnsiTransactionManager;

/// A GIN index keeps what is new in a list that every search looks through, and that some unlucky write merges once it
/// has grown this long (kB). At PostgreSQL's 4 MB a search took five times as long. It is no option of the indexes, for
/// those would overrule what an import sets for itself.
const PENDING_LIST: u32 = 256;

/// `BEGIN` and the row-security settings in one round trip, then `work`, then `COMMIT` or `ROLLBACK`.
/// When the caller goes away meanwhile, the pool drops the connection, and with it the transaction.
pub async fn transaction<T>(
    conn: &mut Conn,
    workspace: WorkspaceId,
    statement_timeout: Duration,
    work: impl AsyncFnOnce(&mut Conn) -> ApiResult<T>,
) -> ApiResult<T> {
    // The id is a UUID of ours, not text of a client: nothing needs escaping.
    let begin = format!(
        "BEGIN; SET LOCAL ROLE inroad_tenant; SET LOCAL inroad.workspace_id = '{workspace}'; \
         {}",
        limits(statement_timeout)
    );
    run(conn, &begin, statement_timeout, work).await
}

/// A transaction of the service itself, with the owner's rights: accounts, and what crosses workspaces by nature.
pub async fn unbound<T>(
    conn: &mut Conn,
    statement_timeout: Duration,
    work: impl AsyncFnOnce(&mut Conn) -> ApiResult<T>,
) -> ApiResult<T> {
    let begin = format!("BEGIN; {}", limits(statement_timeout));
    run(conn, &begin, statement_timeout, work).await
}

fn limits(statement_timeout: Duration) -> String {
    let milliseconds = statement_timeout.as_millis();
    format!("SET LOCAL statement_timeout = {milliseconds}; SET LOCAL gin_pending_list_limit = {PENDING_LIST}")
}

async fn run<T>(
    conn: &mut Conn,
    begin: &str,
    statement_timeout: Duration,
    work: impl AsyncFnOnce(&mut Conn) -> ApiResult<T>,
) -> ApiResult<T> {
    in_time(statement_timeout, Manager::begin_transaction_sql(conn, begin)).await?;
    match work(conn).await {
        Ok(value) => {
            in_time(statement_timeout, Manager::commit_transaction(conn)).await?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one to tell; a connection that can't even roll back is dropped by the pool.
            let _ = in_time(statement_timeout, Manager::rollback_transaction(conn)).await;
            Err(error)
        }
    }
}

/// A part of a transaction that can fail alone.
pub async fn savepoint<T>(conn: &mut Conn, work: impl AsyncFnOnce(&mut Conn) -> ApiResult<T>) -> ApiResult<T> {
    conn.batch_execute("SAVEPOINT part").await?;
    let outcome = work(conn).await;
    let end = match &outcome {
        Ok(_) => "RELEASE SAVEPOINT part",
        Err(_) => "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part",
    };
    conn.batch_execute(end).await.map_err(ApiError::from)?;
    outcome
}

/// A part of a transaction that is taken back, whatever comes of it.
pub async fn rolled_back<T>(conn: &mut Conn, work: impl AsyncFnOnce(&mut Conn) -> ApiResult<T>) -> ApiResult<T> {
    conn.batch_execute("SAVEPOINT rehearsal").await?;
    let outcome = work(conn).await;
    conn.batch_execute("ROLLBACK TO SAVEPOINT rehearsal; RELEASE SAVEPOINT rehearsal").await?;
    outcome
}

/// A server that has stopped answering does not end its statements itself.
async fn in_time<T>(limit: Duration, work: impl Future<Output = QueryResult<T>>) -> ApiResult<T> {
    match tokio::time::timeout(limit + Duration::from_secs(2), work).await {
        Ok(outcome) => Ok(outcome?),
        Err(_) => Err(ApiError::database_away(&"the database does not answer")),
    }
}
