//! Migrations, embedded in the binary.
use diesel::prelude::*;
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Connector;

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("the database cannot be reached: {0}")]
    Connect(#[from] diesel::ConnectionError),
    #[error("a migration failed: {0}")]
    Failed(String),
    #[error("the database was migrated by a newer Inroad (its {0} is unknown to this one); start the newer binary")]
    Newer(String),
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
}

/// Runs what is pending and says how many that were. On a thread with a runtime of its own, for the harness blocks
/// in place, which a current-thread runtime forbids.
pub fn run(connector: &Connector) -> Result<usize, MigrateError> {
    on_own_runtime(|| async {
        let mut conn = connector.connect().await?;
        refuse_newer(&mut conn).await?;
        // Two instances that start at once migrate one after the other. The lock goes with the connection.
        conn.batch_execute("SELECT pg_advisory_lock(7310447120)").await?;
        conn.batch_execute("SET lock_timeout = '20s'").await?;
        AsyncMigrationHarness::new(conn)
            .run_pending_migrations(MIGRATIONS)
            .map(|versions| versions.len())
            .map_err(|error| MigrateError::Failed(error.to_string()))
    })
}

/// Takes back the newest migration.
pub fn revert(connector: &Connector) -> Result<String, MigrateError> {
    on_own_runtime(|| async {
        let conn = connector.connect().await?;
        AsyncMigrationHarness::new(conn)
            .revert_last_migration(MIGRATIONS)
            .map(|version| version.to_string())
            .map_err(|error| MigrateError::Failed(error.to_string()))
    })
}

/// Whether the schema is the one this binary was built with.
pub async fn is_current(conn: &mut AsyncPgConnection) -> Result<bool, MigrateError> {
    let applied = applied(conn).await?;
    Ok(known().iter().all(|version| applied.contains(version)))
}

async fn refuse_newer(conn: &mut AsyncPgConnection) -> Result<(), MigrateError> {
    let known = known();
    match applied(conn).await?.into_iter().find(|version| !known.contains(version)) {
        Some(version) => Err(MigrateError::Newer(version)),
        None => Ok(()),
    }
}

fn known() -> Vec<String> {
    use diesel::migration::{Migration, MigrationSource};
    let all: Vec<Box<dyn Migration<diesel::pg::Pg>>> = MIGRATIONS.migrations().unwrap_or_default();
    all.iter().map(|migration| migration.name().version().to_string()).collect()
}

async fn applied(conn: &mut AsyncPgConnection) -> Result<Vec<String>, MigrateError> {
    #[derive(QueryableByName)]
    struct Version {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let exists = "SELECT to_regclass('__diesel_schema_migrations')::text AS version";
    #[derive(QueryableByName)]
    struct Table {
        #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
        version: Option<String>,
    }
    let table: Table = diesel::sql_query(exists).get_result(conn).await?;
    if table.version.is_none() {
        return Ok(Vec::new());
    }
    let rows: Vec<Version> =
        diesel::sql_query("SELECT version::text FROM __diesel_schema_migrations").load(conn).await?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

fn on_own_runtime<T: Send, F: Future<Output = Result<T, MigrateError>>>(
    work: impl FnOnce() -> F + Send,
) -> Result<T, MigrateError> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .map_err(|error| MigrateError::Failed(error.to_string()))?;
            runtime.block_on(work())
        });
        thread.join().unwrap_or_else(|_| Err(MigrateError::Failed("the migration panicked".into())))
    })
}
