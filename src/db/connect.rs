//! How a connection is made: TLS by `sslmode`, and what each is set to.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::connection::CacheSize;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, Connection, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls::Tls;

/// Where the database is and how to get there. Cheap to clone.
#[derive(Clone)]
pub struct Connector {
    config: Arc<Config>,
    tls: Option<MakeRustlsConnect>,
    /// Off behind poolers that hand each transaction another server connection.
    prepared_statements: bool,
}

impl Connector {
    /// `url` as libpq understands it: `postgres://user:password@host:port/database?sslmode=verify-full`.
    pub fn new(url: &str, prepared_statements: bool) -> Result<Self, String> {
        let (url, tls) = Tls::split(url)?;
        let mut config: Config = url.parse().map_err(|error| describe(&error))?;
        config.application_name("inroad").connect_timeout(Duration::from_secs(5));
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(MakeRustlsConnect::new(tls.config()?)),
        };
        Ok(Self { config: Arc::new(config), tls, prepared_statements })
    }

    /// Whether each transaction may meet another server connection, as behind a pooler in transaction mode. Statements
    /// outside of transactions cannot be sent then: they are prepared in one message and run in the next.
    pub fn in_transactions_only(&self) -> bool {
        !self.prepared_statements
    }

    pub async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
        if self.in_transactions_only() {
            return self.connect_through_pooler().await;
        }
        match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await.map_err(bad)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await.map_err(bad)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await
            }
        }
    }

    /// What diesel sets up a connection with is prepared, too: it runs in one transaction, and leaves nothing behind.
    async fn connect_through_pooler(&self) -> ConnectionResult<AsyncPgConnection> {
        let (client, _) = match &self.tls {
            Some(tls) => drive(self.config.connect(tls.clone()).await.map_err(bad)?),
            None => drive(self.config.connect(NoTls).await.map_err(bad)?),
        };
        client.batch_execute("BEGIN").await.map_err(bad)?;
        let mut conn = AsyncPgConnection::try_from(client).await?;
        conn.batch_execute("DEALLOCATE ALL; COMMIT").await.map_err(ConnectionError::CouldntSetupConfiguration)?;
        conn.set_prepared_statement_cache_size(CacheSize::Disabled);
        Ok(conn)
    }

    /// A connection that many requests share: only for single statements, and where no pooler stands between. The flag
    /// rises when the server goes.
    pub async fn connect_lane(&self, statement_timeout: Duration) -> ConnectionResult<(AsyncPgConnection, Closed)> {
        let (client, closed) = match &self.tls {
            Some(tls) => drive(self.config.connect(tls.clone()).await.map_err(bad)?),
            None => drive(self.config.connect(NoTls).await.map_err(bad)?),
        };
        let mut conn = AsyncPgConnection::try_from(client).await?;
        let set = format!("SET statement_timeout = {}", statement_timeout.as_millis());
        conn.batch_execute(&set).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok((conn, closed))
    }
}

/// Whether the server has hung up.
#[derive(Clone, Default)]
pub struct Closed(Arc<AtomicBool>);

impl Closed {
    /// Gives the connection up.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

fn drive<S>(parts: (Client, Connection<Socket, S>)) -> (Client, Closed)
where
    S: tokio_postgres::tls::TlsStream + Unpin + Send + 'static,
{
    let (client, connection) = parts;
    let closed = Closed::default();
    let flag = closed.clone();
    tokio::spawn(async move {
        // Each statement in flight is told of the failure by the client.
        let _ = connection.await;
        flag.0.store(true, Ordering::Relaxed);
    });
    (client, closed)
}

fn bad(error: tokio_postgres::Error) -> ConnectionError {
    ConnectionError::BadConnection(describe(&error))
}

/// The error with its causes: tokio-postgres's own text says only "error connecting to server".
pub fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
