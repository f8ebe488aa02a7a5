//! What the hub runs on: its store, keys, clock, limits and those it asks.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};

use crate::access::{HubAccess, HubClock, KelurahanLookup};
use crate::limit::ReadLimit;
use crate::store::{HubDatabase, HubOpenError, Store};
use crate::webhook::WebhookKey;

/// Unfinished erasures are tried again after this even when nothing wakes the scrubber.
const SCRUB_EVERY: Duration = Duration::from_secs(60);
/// Erasures that come in a row are scrubbed together, this long after the first.
const SCRUB_AFTER: Duration = Duration::from_secs(2);

/// What the hub allows at once. [`Default`] has the values of the documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubLimits {
    /// The largest delivery, bytes.
    pub body_bytes_max: usize,
    /// How long a delivery may take to arrive, milliseconds.
    pub body_timeout_ms: u64,
    /// Deliveries that are received at once; more get 503.
    pub deliveries_in_flight_max: usize,
    /// Reads that are answered at once; more get 429.
    pub reads_in_flight_max: usize,
    /// Exports that run at once; more get 429.
    pub exports_in_flight_max: usize,
    /// Reads of one account a minute; more get 429.
    pub reads_per_minute_max: u32,
}

impl Default for HubLimits {
    fn default() -> Self {
        Self {
            body_bytes_max: 256 * 1024,
            body_timeout_ms: 10_000,
            deliveries_in_flight_max: 64,
            reads_in_flight_max: 16,
            exports_in_flight_max: 2,
            reads_per_minute_max: 300,
        }
    }
}

/// Everything the hub is opened with.
pub struct HubConfig {
    /// Where it stores.
    pub database: HubDatabase,
    /// The keys senders sign with; any of them is believed. Without a key nothing is.
    pub keys: Vec<WebhookKey>,
    /// What it allows at once.
    pub limits: HubLimits,
    /// The time.
    pub clock: Arc<dyn HubClock>,
    /// Who may read.
    pub access: Arc<dyn HubAccess>,
    /// Where the kelurahan are.
    pub kelurahan: Arc<dyn KelurahanLookup>,
}

impl fmt::Debug for HubConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A database URL may hold a password.
        formatter
            .debug_struct("HubConfig")
            .field("keys", &self.keys)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// The open hub. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct HubState {
    pub(crate) inner: Arc<Inner>,
}

impl fmt::Debug for HubState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HubState").finish_non_exhaustive()
    }
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) keys: Vec<WebhookKey>,
    pub(crate) limits: HubLimits,
    pub(crate) clock: Arc<dyn HubClock>,
    pub(crate) access: Arc<dyn HubAccess>,
    pub(crate) kelurahan: Arc<dyn KelurahanLookup>,
    pub(crate) deliveries: Semaphore,
    pub(crate) reads: Semaphore,
    pub(crate) exports: Arc<Semaphore>,
    pub(crate) read_limit: ReadLimit,
    pub(crate) scrub_wanted: Arc<Notify>,
}

/// Why the hub is not ready. The text is for the log and `/readyz`, without data of any case.
#[derive(Debug, thiserror::Error)]
#[error("the data hub's store fails: {0}")]
pub struct HubUnhealthy(#[from] sqlx::Error);

impl HubState {
    /// Opens the store, brings its tables to this version and starts the scrubber, which ends with the last clone.
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`HubOpenError`] when the database cannot be reached or holds something else.
    pub async fn open(config: HubConfig) -> Result<Self, HubOpenError> {
        let store = Store::open(&config.database).await?;
        let limits = config.limits;
        let scrub_wanted = Arc::new(Notify::new());
        let inner = Arc::new(Inner {
            store,
            keys: config.keys,
            clock: config.clock,
            access: config.access,
            kelurahan: config.kelurahan,
            deliveries: Semaphore::new(limits.deliveries_in_flight_max),
            reads: Semaphore::new(limits.reads_in_flight_max),
            exports: Arc::new(Semaphore::new(limits.exports_in_flight_max)),
            read_limit: ReadLimit::new(limits.reads_per_minute_max),
            limits,
            scrub_wanted: Arc::clone(&scrub_wanted),
        });
        tokio::spawn(scrub_loop(Arc::downgrade(&inner), scrub_wanted));
        Ok(Self { inner })
    }

    /// Whether the store answers reads and takes writes now; for `/readyz`.
    ///
    /// # Errors
    /// [`HubUnhealthy`] with the database's own words.
    pub async fn health(&self) -> Result<(), HubUnhealthy> {
        Ok(self.inner.store.check().await?)
    }

    /// Finishes erasures now: after `true` nothing of an erased field is left in the database's files (SQLite).
    /// The hub does this by itself soon after each erasure and again until it succeeds; `false` means a reader was in
    /// the way.
    ///
    /// # Errors
    /// [`HubUnhealthy`] when the database fails, for example because the disk is full.
    pub async fn scrub(&self) -> Result<bool, HubUnhealthy> {
        Ok(self.inner.store.scrub().await?)
    }

    /// Closes the store; later requests are answered 503.
    pub async fn close(&self) {
        self.inner.store.close().await;
    }
}

async fn scrub_loop(hub: Weak<Inner>, wanted: Arc<Notify>) {
    loop {
        // Woken by signal or by timer; a lost signal costs time, never the work.
        if tokio::time::timeout(SCRUB_EVERY, wanted.notified()).await.is_ok() {
            tokio::time::sleep(SCRUB_AFTER).await;
        }
        let Some(hub) = hub.upgrade() else { return };
        match hub.store.scrub().await {
            Ok(true) => {}
            Ok(false) => tracing::warn!("an erasure waits for readers to finish before it is scrubbed"),
            // Not an error of any request: the hub is closing, or /readyz shows the same failure.
            Err(error) => tracing::warn!(%error, "scrubbing erased data failed; it is tried again"),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Lets the scrubber see that there is nothing left to scrub.
        self.scrub_wanted.notify_one();
    }
}
