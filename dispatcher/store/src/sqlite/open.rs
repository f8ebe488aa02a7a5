//! Opening the file: settings, checks, migrations.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row};
use tokio::sync::watch;
use uuid::Uuid;

use super::{SqliteStore, maintain};
use crate::StoreError;

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// Larger files are not read through at the start; `siaga audit verify` does that.
const QUICK_CHECK_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// How to open a store on SQLite.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// The file; made if it is not there, its folder must be.
    pub path: PathBuf,
    /// The identity of the log, if it is made now.
    pub new_log_id: Uuid,
    /// Connections for reading.
    pub readers: u32,
    /// Connections for reading that may wait (reports, exports, verification).
    pub background_readers: u32,
    /// How long to wait for a lock of another process, or for a free connection.
    pub patience: Duration,
}

impl SqliteOptions {
    /// The usual settings.
    pub fn new(path: impl Into<PathBuf>, new_log_id: Uuid) -> Self {
        Self { path: path.into(), new_log_id, readers: 4, background_readers: 2, patience: Duration::from_secs(5) }
    }

    fn connection(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(&self.path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(self.patience)
            .pragma("secure_delete", "ON")
            .pragma("temp_store", "MEMORY")
            // Fewer checkpoints: a page that changes often is copied back less often.
            .pragma("wal_autocheckpoint", "4000")
            .pragma("journal_size_limit", "67108864")
            .statement_cache_capacity(256)
            .disable_statement_logging()
    }

    async fn pool(&self, connections: u32, connection: SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
        SqlitePoolOptions::new()
            .max_connections(connections)
            // A file does not go away: connections are kept, with what they have prepared.
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(self.patience)
            .connect_with(connection)
            .await
            .map_err(|error| of_file(&self.path, error))
    }
}

impl SqliteStore {
    /// Opens the file, makes it or brings it to this version's schema if need be.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a file that is no database or a broken one,
    /// [`StoreError::NewerSchema`] for one of a newer program.
    pub async fn open(options: SqliteOptions) -> Result<Self, StoreError> {
        check_file(&options).await?;
        let connection = options.connection();
        let writer = options.pool(1, connection.clone().pragma("cache_size", "-32768")).await?;
        MIGRATIONS.run(&writer).await.map_err(|error| of_migration(&options.path, error))?;
        maintain::ensure_head(&writer, options.new_log_id).await?;
        let reading = connection.pragma("query_only", "ON");
        let store = Self {
            readers: options.pool(options.readers, reading.clone()).await?,
            background_readers: options.pool(options.background_readers, reading).await?,
            writer,
            wake: Arc::new(watch::Sender::new(0)),
            tail: Arc::default(),
            path: options.path,
        };
        maintain::check_end(&store, &store.path.display().to_string()).await?;
        Ok(store)
    }
}

/// Looks at an existing file before anything writes to it.
async fn check_file(options: &SqliteOptions) -> Result<(), StoreError> {
    let path = &options.path;
    let bytes = match tokio::fs::metadata(path).await {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(StoreError::File { path: path.clone(), source }),
    };
    let mut connection = options.connection().connect().await.map_err(|error| of_file(path, error))?;
    if bytes <= QUICK_CHECK_BYTES_MAX {
        let row = sqlx::query("PRAGMA quick_check(1)")
            .fetch_one(&mut connection)
            .await
            .map_err(|error| of_file(path, error))?;
        let verdict: String = row.try_get(0)?;
        if verdict != "ok" {
            return Err(StoreError::Damaged { path: path.display().to_string(), detail: verdict });
        }
    }
    Ok(connection.close().await?)
}

/// An error while opening, with the name of the file.
pub(super) fn of_file(path: &Path, error: sqlx::Error) -> StoreError {
    match StoreError::from(error) {
        StoreError::Damaged { detail, .. } => StoreError::Damaged { path: path.display().to_string(), detail },
        StoreError::Unavailable { detail } => {
            StoreError::Unavailable { detail: format!("{}: {detail}", path.display()) }
        }
        other => other,
    }
}

fn of_migration(path: &Path, error: MigrateError) -> StoreError {
    crate::error::of_migration(path.display().to_string(), &MIGRATIONS, error)
}
