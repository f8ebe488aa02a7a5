//! The store on one SQLite file: one write connection, a few to read.

mod dialect;
mod open;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::watch;

use crate::{StoreError, StoredEvent, tail::Tail};

pub use open::SqliteOptions;

// The statements that both databases share. They are compiled once for each, against the names
// `Backend`, `Db` and `dialect` of the module that includes them.
#[path = "../sql/access.rs"]
mod access;
#[path = "../sql/append.rs"]
mod append;
#[path = "../sql/batch.rs"]
mod batch;
#[path = "../sql/facts.rs"]
mod facts;
#[path = "../sql/hub.rs"]
mod hub;
#[path = "../sql/maintain.rs"]
mod maintain;
#[path = "../sql/read.rs"]
mod read;
#[path = "../sql/reconcile.rs"]
mod reconcile;
#[path = "../sql/search.rs"]
mod search;
#[path = "../sql/side.rs"]
mod side;
#[path = "../sql/telemetry.rs"]
mod telemetry;

type Backend = SqliteStore;
type Db = sqlx::Sqlite;
type DbRow = sqlx::sqlite::SqliteRow;
type Pool = sqlx::SqlitePool;
type Transaction = sqlx::Transaction<'static, Db>;

/// The store on SQLite.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    path: PathBuf,
    /// One connection: several would only wait for each other's lock, and stall.
    writer: Pool,
    readers: Pool,
    background_readers: Pool,
    wake: Arc<watch::Sender<u64>>,
    tail: Arc<Tail>,
}

impl SqliteStore {
    fn writer(&self) -> &Pool {
        &self.writer
    }

    fn reader(&self) -> &Pool {
        &self.readers
    }

    fn for_background(&self) -> Self {
        Self { readers: self.background_readers.clone(), ..self.clone() }
    }

    fn subscribe(&self) -> watch::Receiver<u64> {
        self.wake.subscribe()
    }

    /// The events after a position, if this process knows them all.
    fn tail_after(&self, position: i64, limit: u32) -> Option<Vec<StoredEvent>> {
        self.tail.after(position, limit, *self.wake.borrow())
    }

    /// Keeps what was committed at hand for the readers.
    fn keep(&self, committed: Vec<StoredEvent>) {
        self.tail.push(committed);
    }

    /// Wakes the readers after an own append.
    fn appended(&self, last_position: u64) {
        self.wake.send_if_modified(|known| {
            let grown = *known < last_position;
            *known = last_position.max(*known);
            grown
        });
    }

    /// Copies any SQLite database, also one that another process uses, into a fresh file, and checks the copy. For
    /// the data hub's, which lies beside the log and belongs to the same back-up.
    ///
    /// # Errors
    /// [`StoreError::File`] when the file exists or cannot be written, [`StoreError::Damaged`] for a copy that is not
    /// whole.
    pub async fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
        dialect::copy(from, to).await
    }

    /// Closes all connections, after those that work have finished. The last one to go folds the
    /// write-ahead log into the file.
    pub async fn close(&self) {
        self.background_readers.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }
}
