//! Maintenance: verifying, rebuilding, backing up.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::{Fact, IncidentIndexRow, Store, StoreError, StreamRow, VerifyReport};

/// Read models made afresh from the log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReadModelBatch {
    /// Streams.
    pub streams: Vec<StreamRow>,
    /// Incidents.
    pub incidents: Vec<IncidentIndexRow>,
    /// What statistics count.
    pub facts: Vec<Fact>,
}

/// What became of the traces of erased rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleared {
    /// They are gone.
    Done,
    /// Readers were in the way; it has to be tried again.
    ReadersInTheWay,
    /// The file is too large to be rewritten while writers wait.
    TooLarge {
        /// Its size.
        bytes: u64,
    },
}

/// What an administrator does with a store.
#[async_trait]
pub trait Maintenance: Send + Sync {
    /// The same store for work that may wait: its reads use connections of their own, so that
    /// reports and exports cannot hold up emergencies.
    fn background(&self) -> Arc<dyn Store>;

    /// Whether the store answers: reads the head within the pool's patience.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Walks the whole log and checks the hash chain, the head and the personal rows.
    /// `on_progress` is told `(position reached, position of the head)` after each batch. Writers
    /// go on meanwhile.
    ///
    /// # Errors
    /// Only when the database fails; what is wrong with the log stands in the report.
    async fn verify(&self, on_progress: &(dyn Fn(u64, u64) + Sync)) -> Result<VerifyReport, StoreError>;

    /// Empties the read models (streams, incidents, facts, word index). No server may run.
    async fn clear_read_models(&self) -> Result<(), StoreError>;

    /// Writes read models; later rows replace earlier ones of the same key.
    async fn write_read_models(&self, batch: &ReadModelBatch) -> Result<(), StoreError>;

    /// Fills the word index from the personal rows; returns how many rows it indexed.
    async fn rebuild_words(&self) -> Result<u64, StoreError>;

    /// Writes a checked copy of a running store to a file that must not exist yet.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] on PostgreSQL, which has its own tools for it.
    async fn backup(&self, path: &Path) -> Result<(), StoreError>;

    /// Gives the log a new identity, after a restore or a promotion: cursors of the old one no
    /// longer fit, and their holders get a fresh snapshot.
    async fn renew_log_id(&self, log_id: Uuid) -> Result<(), StoreError>;

    /// Clears what an erasure leaves behind outside the tables: the slack of SQLite's pages and its write-ahead log,
    /// PostgreSQL's dead rows. On SQLite that rewrites the whole file while every writer waits, so that one over
    /// `bytes_max` is left as it is; none: whatever its size.
    async fn after_erase(&self, bytes_max: Option<u64>) -> Result<Cleared, StoreError>;
}
