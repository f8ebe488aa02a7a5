//! The store on PostgreSQL: connections of its own for emergency work, others for the rest.

mod dialect;
mod listen;
mod open;

use std::sync::Arc;

use tokio::sync::watch;

use crate::{StoredEvent, tail::Tail};

pub use open::PostgresOptions;

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

type Backend = PostgresStore;
type Db = sqlx::Postgres;
type DbRow = sqlx::postgres::PgRow;
type Pool = sqlx::PgPool;
type Transaction = sqlx::Transaction<'static, Db>;

/// The store on PostgreSQL.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    /// What this handle works with: the emergency pool, or the background pool.
    pool: Pool,
    background: Pool,
    wake: Arc<watch::Sender<u64>>,
    tail: Arc<Tail>,
    /// Ends with the last handle.
    listener: Arc<listen::Listener>,
}

impl PostgresStore {
    fn writer(&self) -> &Pool {
        &self.pool
    }

    fn reader(&self) -> &Pool {
        &self.pool
    }

    fn for_background(&self) -> Self {
        Self { pool: self.background.clone(), ..self.clone() }
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

    /// Wakes the readers after an own append, before the notification makes its way round.
    fn appended(&self, last_position: u64) {
        listen::wake(&self.wake, last_position);
    }

    /// Closes all connections, after those that work have finished.
    pub async fn close(&self) {
        self.listener.stop();
        self.background.close().await;
        self.pool.close().await;
    }
}
