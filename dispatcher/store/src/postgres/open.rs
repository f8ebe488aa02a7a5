//! Connecting: settings, migrations.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool, Row};
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
    /// Take a server that may lose what it confirmed. For tests on throwaway servers.
    pub forgetful: bool,
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
            forgetful: false,
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
    /// [`StoreError::Unavailable`] when nobody answers, [`StoreError::NotDurable`] for a server that may lose what it
    /// confirmed, [`StoreError::NewerSchema`] for a database of a newer program.
    pub async fn open(options: PostgresOptions) -> Result<Self, StoreError> {
        let connection = PgConnectOptions::from_str(&options.url)
            .map_err(StoreError::Database)?
            .application_name("siaga")
            .statement_cache_capacity(256)
            .disable_statement_logging();
        let shown = shown(&connection);
        let connection = durable(connection, &shown, options.forgetful).await?;
        let pool = options.pool(options.connections, &connection, "30s").await?;
        MIGRATIONS.run(&pool).await.map_err(|error| crate::error::of_migration(shown.clone(), &MIGRATIONS, error))?;
        maintain::ensure_head(&pool, options.new_log_id).await?;
        let background = options.pool(options.background_connections, &connection, "15min").await?;
        let wake = Arc::new(watch::Sender::new(0));
        // A pool of its own, which connects by itself when there is somebody to answer.
        let listening = PgPoolOptions::new().max_connections(1).connect_lazy_with(connection);
        let listener = Arc::new(listen::Listener::start(listening, background.clone(), wake.clone()));
        let store = Self { pool, background, wake, tail: Arc::default(), listener };
        maintain::check_end(&store, &shown).await?;
        Ok(store)
    }
}

/// Law 1 on PostgreSQL: what is committed is on disk. Where a connection can see to that itself, ours do; what only the
/// server's configuration can change is refused.
async fn durable(connection: PgConnectOptions, shown: &str, forgetful: bool) -> Result<PgConnectOptions, StoreError> {
    const OF_THE_SERVER: [&str; 2] = ["fsync", "full_page_writes"];
    let mut one = connection.connect().await?;
    let rows = sqlx::query("SELECT name, setting FROM pg_settings WHERE name = ANY($1)")
        .bind(&["fsync", "full_page_writes", "synchronous_commit"][..])
        .fetch_all(&mut one)
        .await?;
    one.close().await?;
    let mut off = Vec::new();
    for row in &rows {
        if row.try_get::<&str, _>(1)? == "off" {
            off.push(row.try_get::<String, _>(0)?);
        }
    }
    let refused: Vec<String> =
        off.iter().filter(|name| OF_THE_SERVER.contains(&name.as_str())).map(|name| format!("{name} = off")).collect();
    if !refused.is_empty() && !forgetful {
        return Err(StoreError::NotDurable { path: shown.to_owned(), settings: refused.join(", ") });
    }
    if off.iter().any(|name| name == "synchronous_commit") {
        tracing::warn!(database = shown, "synchronous_commit is off on the server; Siaga's own connections turn it on");
        // Every other setting waits for the disk, and which one is the administrator's choice.
        return Ok(connection.options([("synchronous_commit", "on")]));
    }
    Ok(connection)
}

/// The address without its password.
fn shown(connection: &PgConnectOptions) -> String {
    let database = connection.get_database().unwrap_or_else(|| connection.get_username());
    format!("{} on {}:{}", database, connection.get_host(), connection.get_port())
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests {
    use super::*;
    use crate::testing::{LOG_ID, postgres_database};
    use sqlx::{AssertSqlSafe, PgConnection};

    async fn run(url: &str, sql: String) {
        let mut one = PgConnection::connect(url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut one).await.unwrap();
        one.close().await.unwrap();
    }

    #[tokio::test]
    async fn own_connections_wait_for_the_disk_whatever_the_server_says() {
        let url = postgres_database().await;
        let name = url.rsplit('/').next().unwrap().split('?').next().unwrap();
        run(&url, format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
        let options = PostgresOptions { forgetful: true, ..PostgresOptions::new(url.as_str(), LOG_ID) };
        let store = PostgresStore::open(options).await.unwrap();
        for pool in [&store.pool, &store.background] {
            let setting: String = sqlx::query_scalar("SHOW synchronous_commit").fetch_one(pool).await.unwrap();
            assert_eq!(setting, "on");
        }
        let timeout: String = sqlx::query_scalar("SHOW lock_timeout").fetch_one(&store.pool).await.unwrap();
        assert_eq!(timeout, "5s", "the other settings are kept");
        store.close().await;
    }

    #[tokio::test]
    async fn a_server_that_may_lose_what_it_confirmed_is_refused() {
        let url = postgres_database().await;
        run(&url, "ALTER SYSTEM SET full_page_writes = off".into()).await;
        run(&url, "SELECT pg_reload_conf()".into()).await;
        let refused = tokio::time::timeout(Duration::from_secs(60), async {
            // The server takes its configuration over in its own time.
            loop {
                match PostgresStore::open(PostgresOptions::new(url.as_str(), LOG_ID)).await {
                    Ok(store) => store.close().await,
                    Err(refused @ StoreError::NotDurable { .. })
                        if refused.to_string().contains("full_page_writes") =>
                    {
                        return refused.to_string();
                    }
                    Err(StoreError::NotDurable { .. }) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        })
        .await;
        let options = PostgresOptions { forgetful: true, ..PostgresOptions::new(url.as_str(), LOG_ID) };
        let knowingly = PostgresStore::open(options).await;
        run(&url, "ALTER SYSTEM RESET full_page_writes".into()).await;
        run(&url, "SELECT pg_reload_conf()".into()).await;
        let refused = refused.unwrap();
        assert!(refused.contains("full_page_writes = off") && refused.contains("restart it"), "{refused}");
        knowingly.unwrap().close().await;
    }
}
