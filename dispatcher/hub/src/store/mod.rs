//! The hub's own database: SQLite or PostgreSQL behind the same SQL (sqlx's `Any` driver).

mod accept;
mod read;

use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::Migrator;
use sqlx::{AnyPool, Row};

pub(crate) use accept::Verdict;
pub(crate) use read::{CaseRow, Filter, Group, HOUR_MS, SENSITIVE, StoredEvent};

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/hub/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/hub/postgres");

/// Longer than this nobody waits for a connection: the answer is 503 and the sender comes again.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const SQLITE_READERS: u32 = 4;
const POSTGRES_WRITERS: u32 = 8;
const POSTGRES_READERS: u32 = 4;

/// Every connection of the one writer and of the readers. FULL: an answer 202 survives a power cut.
/// `secure_delete`: what an erasure removes is overwritten with zeros.
const SQLITE_SETUP: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;";
const SQLITE_READER_SETUP: &str = "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;";
const POSTGRES_SETUP: &str = "SET synchronous_commit = on; SET statement_timeout = '10s'; SET lock_timeout = '5s';";

/// Where the hub keeps what it received.
#[derive(Debug, Clone)]
pub enum HubDatabase {
    /// The path of `hub.db`; made when it is not there. Only one process may have it open.
    Sqlite(std::path::PathBuf),
    /// A `postgres://` URL of a database that belongs to the hub alone.
    Postgres(String),
}

/// Why the hub's database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum HubOpenError {
    /// The path cannot be written as text.
    #[error("the path of the hub's database is not UTF-8: {0:?}")]
    Path(std::path::PathBuf),
    /// The URL is not one of PostgreSQL.
    #[error("the hub's database URL must begin with postgres:// or postgresql://")]
    Url,
    /// The database cannot be reached or read.
    #[error("the hub's database cannot be opened: {0}")]
    Database(#[from] sqlx::Error),
    /// The database holds something else, or a newer version of the hub's tables.
    #[error("the hub's database cannot be brought to this version: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

/// The store. Cheap to clone; clones share the connections.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    engine: Engine,
    writer: AnyPool,
    reader: AnyPool,
}

fn sqlite_url(path: &Path) -> Result<String, HubOpenError> {
    let text = path.to_str().ok_or_else(|| HubOpenError::Path(path.to_path_buf()))?;
    let mut url = String::from("sqlite://");
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url.push_str("?mode=rwc");
    Ok(url)
}

async fn pool(url: &str, connections_max: u32, setup: &'static str) -> Result<AnyPool, HubOpenError> {
    let options: AnyConnectOptions = url.parse()?;
    let pool = AnyPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(setup).execute(connection).await?;
                Ok(())
            })
        })
        .connect_with(options)
        .await?;
    Ok(pool)
}

impl Store {
    /// Opens the database and brings its tables to this version.
    pub(crate) async fn open(database: &HubDatabase) -> Result<Self, HubOpenError> {
        sqlx::any::install_default_drivers();
        let store = match database {
            HubDatabase::Sqlite(path) => {
                let url = sqlite_url(path)?;
                let writer = pool(&url, 1, SQLITE_SETUP).await?;
                SQLITE_MIGRATIONS.run(&writer).await?;
                Self { engine: Engine::Sqlite, writer, reader: pool(&url, SQLITE_READERS, SQLITE_READER_SETUP).await? }
            }
            HubDatabase::Postgres(url) => {
                if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
                    return Err(HubOpenError::Url);
                }
                let writer = pool(url, POSTGRES_WRITERS, POSTGRES_SETUP).await?;
                POSTGRES_MIGRATIONS.run(&writer).await?;
                Self { engine: Engine::Postgres, writer, reader: pool(url, POSTGRES_READERS, POSTGRES_SETUP).await? }
            }
        };
        Ok(store)
    }

    /// Whether the store can be read and written: takes the write lock and gives it back.
    pub(crate) async fn check(&self) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT position FROM hub_events LIMIT 1").fetch_optional(&self.reader).await?;
        let mut transaction = self.writer.begin().await?;
        sqlx::query("UPDATE hub_state SET value = value WHERE name = 'write_check'").execute(&mut *transaction).await?;
        transaction.rollback().await
    }

    /// Finishes erasures: overwritten rows may have left copies in the slack of pages and in the
    /// write-ahead log, so the file is rewritten and the log emptied. Returns whether nothing is left to do;
    /// `false` when a reader was in the way, then it is tried again.
    pub(crate) async fn scrub(&self) -> Result<bool, sqlx::Error> {
        // Two counters that only grow: scrubs at the same time, by several processes too, do not disturb each other.
        let mut counters = [0_i64; 2];
        for (counter, name) in counters.iter_mut().zip(["erasures", "scrubbed"]) {
            *counter = sqlx::query("SELECT value FROM hub_state WHERE name = $1")
                .bind(name)
                .fetch_one(&self.reader)
                .await?
                .try_get(0)?;
        }
        let [erasures, scrubbed] = counters;
        if scrubbed >= erasures {
            return Ok(true);
        }
        match self.engine {
            Engine::Sqlite => {
                // secure_delete zeroes a removed cell, but not the copies that page splits left behind.
                sqlx::query("VACUUM").execute(&self.writer).await?;
                let busy: i64 =
                    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.writer).await?.try_get(0)?;
                if busy != 0 {
                    return Ok(false);
                }
            }
            Engine::Postgres => {
                for statement in ["VACUUM hub_events", "VACUUM hub_cases"] {
                    let mut connection = self.writer.acquire().await?;
                    sqlx::raw_sql("SET statement_timeout = 0").execute(&mut *connection).await?;
                    let vacuumed = sqlx::raw_sql(statement).execute(&mut *connection).await;
                    sqlx::raw_sql(POSTGRES_SETUP).execute(&mut *connection).await?;
                    vacuumed?;
                }
            }
        }
        sqlx::query("UPDATE hub_state SET value = $1 WHERE name = 'scrubbed' AND value < $1")
            .bind(erasures)
            .execute(&self.writer)
            .await?;
        Ok(true)
    }

    /// Closes every connection; a SQLite file is checkpointed by its last one.
    pub(crate) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_any_name_becomes_a_url_of_it() {
        let url = sqlite_url(Path::new("/data/kota singkawang?#%/hub.db")).unwrap();
        assert_eq!(url, "sqlite:///data/kota%20singkawang%3F%23%25/hub.db?mode=rwc");
    }
}
