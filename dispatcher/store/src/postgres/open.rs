//! Connecting: settings, migrations.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool};
use tokio::sync::watch;
use uuid::Uuid;

use super::{PostgresStore, listen, maintain};
use crate::StoreError;

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// How to open a store on PostgreSQL.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// `postgres://user:password@host:port/database`.
    pub url: String,
    /// The identity of the log, if it is made now.
    pub new_log_id: Uuid,
    /// Connections for emergency work.
    pub connections: u32,
    /// Connections for what may wait (reports, exports, verification, the hub's delivery).
    pub background_connections: u32,
    /// How long to wait for a free connection or for a lock.
    pub patience: Duration,
}

impl PostgresOptions {
    /// The usual settings.
    pub fn new(url: impl Into<String>, new_log_id: Uuid) -> Self {
        Self {
            url: url.into(),
            new_log_id,
            connections: 8,
            background_connections: 4,
            patience: Duration::from_secs(5),
        }
    }

    async fn pool(
        &self,
        connections: u32,
        connection: &PgConnectOptions,
        statement_timeout: &str,
    ) -> Result<PgPool, StoreError> {
        let lock_timeout_ms = self.patience.as_millis().to_string();
        let connection = connection
            .clone()
            .options([("statement_timeout", statement_timeout), ("lock_timeout", lock_timeout_ms.as_str())]);
        Ok(PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(self.patience)
            .connect_with(connection)
            .await?)
    }
}

impl PostgresStore {
    /// Connects, and brings the database to this version's schema if need be.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when nobody answers, [`StoreError::NewerSchema`] for a database
    /// of a newer program.
    pub async fn open(options: PostgresOptions) -> Result<Self, StoreError> {
        let connection = PgConnectOptions::from_str(&options.url)
            .map_err(StoreError::Database)?
            .application_name("siaga")
            .statement_cache_capacity(256)
            .disable_statement_logging();
        let shown = shown(&connection);
        let pool = options.pool(options.connections, &connection, "30s").await?;
        MIGRATIONS.run(&pool).await.map_err(|error| crate::error::of_migration(shown.clone(), &MIGRATIONS, error))?;
        maintain::ensure_head(&pool, options.new_log_id).await?;
        let background = options.pool(options.background_connections, &connection, "15min").await?;
        let wake = Arc::new(watch::Sender::new(0));
        // A pool of its own, which connects by itself when there is somebody to answer.
        let listening = PgPoolOptions::new().max_connections(1).connect_lazy_with(connection);
        let listener = Arc::new(listen::Listener::start(listening, background.clone(), wake.clone()));
        let store = Self { pool, background, wake, listener };
        maintain::check_end(&store, &shown).await?;
        Ok(store)
    }
}

/// The address without its password.
fn shown(connection: &PgConnectOptions) -> String {
    let database = connection.get_database().unwrap_or_else(|| connection.get_username());
    format!("{} on {}:{}", database, connection.get_host(), connection.get_port())
}
