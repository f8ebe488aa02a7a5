//! From the log to the live screens.
//!
//! One task of each core reads the log in order ([`run`]), works out what each batch touches ([`touched`]), makes every
//! audience's view of it once ([`compose`]) and hands it to the gateways that follow ([`follow`]). A gateway that comes
//! back is told what it missed from the log itself. A screen begins with a snapshot ([`snapshot`]).

pub(crate) mod compose;
mod ended;
mod follow;
mod parts;
mod run;
mod snapshot;
pub(crate) mod touched;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use snapshot::Snapshot;

use crate::{
    access::{credentials::Credentials, sight::Reader},
    context::{Context, store_error},
    views::{phones::Phones, presence::Online},
};
use ended::EndedCases;
use parts::Parts;
use siaga_domain::{ErrorKind, SiagaError};
use siaga_proto::v1::{FeedItem, ViewersView};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::{
    sync::{Notify, broadcast, mpsc},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Items that a gateway may be behind before it is cut off.
const ITEMS_BEHIND_MAX: usize = 1_024;

/// One step of the feed.
#[derive(Debug, Clone)]
struct Step {
    /// Where the feed was before it.
    after: u64,
    /// Where it is with it.
    position: u64,
    /// What is told; none when nobody followed, and who comes now reads it from the log.
    item: Option<Arc<FeedItem>>,
}

/// Where the feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct At {
    position: u64,
    log_id: Uuid,
}

/// What the feed's task and its users share.
struct Shared {
    context: Arc<Context>,
    credentials: Arc<Credentials>,
    phones: Phones,
    steps: broadcast::Sender<Step>,
    at: Mutex<At>,
    parts: Mutex<Parts>,
    online: Mutex<Online>,
    /// The open cards, as the boards were told last.
    viewers: Mutex<ViewersView>,
    ended: Mutex<EndedCases>,
    snapshots: snapshot::Shelf,
    /// Something that is not in the log changed.
    signal: Notify,
    stopping: CancellationToken,
}

/// The feed of this core.
pub struct Feed {
    shared: Arc<Shared>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.shared.stopping.cancel();
    }
}

impl Feed {
    /// Starts reading at the log's end.
    ///
    /// # Errors
    /// SIAGA-1901 when the store cannot be read.
    pub async fn start(context: Arc<Context>, credentials: Arc<Credentials>) -> Result<Self, SiagaError> {
        Self::start_with(context, credentials, ITEMS_BEHIND_MAX).await
    }

    async fn start_with(
        context: Arc<Context>,
        credentials: Arc<Credentials>,
        items_behind_max: usize,
    ) -> Result<Self, SiagaError> {
        let head = context.store.head().await.map_err(store_error)?;
        let ended = EndedCases::load(&context).await?;
        let mut parts = Parts::default();
        parts.set("store", true, 0, context.now());
        let shared = Arc::new(Shared {
            credentials,
            phones: Phones::default(),
            steps: broadcast::Sender::new(items_behind_max),
            at: Mutex::new(At { position: head.position, log_id: head.log_id }),
            parts: Mutex::new(parts),
            online: Mutex::new(Online::default()),
            viewers: Mutex::new(ViewersView::default()),
            ended: Mutex::new(ended),
            snapshots: snapshot::Shelf::default(),
            signal: Notify::new(),
            stopping: CancellationToken::new(),
            context,
        });
        let task = tokio::spawn(run::run(Arc::clone(&shared)));
        Ok(Self { shared, task: Mutex::new(Some(task)) })
    }

    /// Ends the task and all who follow, and waits for it.
    pub async fn stop(&self) {
        self.shared.stopping.cancel();
        let task = lock(&self.task).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the feed ended badly");
        }
    }

    /// Who is connected, or which card is open, has changed: looks at once.
    pub fn presence_changed(&self) {
        self.shared.signal.notify_one();
    }

    /// Earlier calls by number, kept at hand.
    pub(crate) fn phones(&self) -> &Phones {
        &self.shared.phones
    }

    /// Everything after a position, in order; from now when it is 0. Ends with an error when the reader is too slow.
    ///
    /// # Errors
    /// SIAGA-1902 when the position is of another log, or too far back to be told again.
    pub(crate) async fn follow(
        &self,
        after_position: u64,
        log_id: &str,
    ) -> Result<mpsc::Receiver<Result<FeedItem, SiagaError>>, SiagaError> {
        follow::follow(&self.shared, after_position, log_id).await
    }

    /// What a reader may see now.
    ///
    /// # Errors
    /// SIAGA-1901 when the store cannot be read.
    pub(crate) async fn snapshot(&self, reader: &Reader) -> Result<Arc<Snapshot>, SiagaError> {
        snapshot::snapshot(&self.shared, reader).await
    }
}

/// SIAGA-1902: the position does not fit; a fresh snapshot is needed.
fn other_log() -> SiagaError {
    SiagaError::new(
        "SIAGA-1902",
        ErrorKind::Conflict,
        "Posisi ini milik log lain atau terlalu lama; ambil keadaan terbaru.",
        "This position is of another log or too long ago; take a fresh snapshot.",
    )
}

/// SIAGA-1903: the follower reads too slowly.
fn too_slow() -> SiagaError {
    SiagaError::new(
        "SIAGA-1903",
        ErrorKind::Exhausted,
        "Pembaca terlalu lambat; sambung lagi dari posisi terakhir.",
        "The reader is too slow; follow again from where it was.",
    )
}

/// No code under these locks leaves a half-done state behind when it panics.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
