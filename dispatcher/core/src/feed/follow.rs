//! One gateway's way through the feed: what it missed, from the log, and then all that comes.

use super::{
    At, Shared, Step, lock, other_log,
    run::{BATCH, item_of},
    too_slow,
};
use crate::{context::store_error, convert};
use siaga_domain::{ErrorKind, SiagaError};
use siaga_proto::v1::FeedItem;
use std::sync::Arc;
use tokio::sync::{broadcast, mpsc};
use uuid::Uuid;

/// Items ready for the wire at most; more wait in the feed.
const READY_MAX: usize = 8;
/// Events told again at most. Who has been away longer is better off with a snapshot.
const MISSED_MAX: u64 = 50_000;

/// A follower on its way.
struct Follower {
    shared: Arc<Shared>,
    steps: broadcast::Receiver<Step>,
    out: mpsc::Sender<Result<FeedItem, SiagaError>>,
    log_id: Uuid,
    /// Everything up to here was told.
    told: u64,
}

/// Why a follower ends.
enum End {
    /// It is told so.
    Error(SiagaError),
    /// It went away, or the feed stops.
    Silent,
}

impl From<SiagaError> for End {
    fn from(error: SiagaError) -> Self {
        Self::Error(error)
    }
}

pub(super) async fn follow(
    shared: &Arc<Shared>,
    after_position: u64,
    log_id: &str,
) -> Result<mpsc::Receiver<Result<FeedItem, SiagaError>>, SiagaError> {
    let (at, steps) = {
        let at = lock(&shared.at);
        (*at, shared.steps.subscribe())
    };
    let told = if after_position == 0 { at.position } else { after_position };
    if after_position > 0 {
        check(shared, at, after_position, log_id).await?;
    }
    let (out, items) = mpsc::channel(READY_MAX);
    let follower = Follower { shared: Arc::clone(shared), steps, out, log_id: at.log_id, told };
    tokio::spawn(follower.run(at.position));
    Ok(items)
}

async fn check(shared: &Shared, at: At, after_position: u64, log_id: &str) -> Result<(), SiagaError> {
    let known = log_id.is_empty() || log_id == at.log_id.to_string();
    // The feed of another core may be ahead of this one, but nobody is ahead of the log.
    let head = shared.context.store.head().await.map_err(store_error)?;
    if !known || after_position > head.position || at.position.saturating_sub(after_position) > MISSED_MAX {
        return Err(other_log());
    }
    Ok(())
}

impl Follower {
    async fn run(mut self, feed_position: u64) {
        let (stopping, out) = (self.shared.stopping.clone(), self.out.clone());
        let end = tokio::select! {
            end = self.tell_all(feed_position) => end,
            () = stopping.cancelled() => End::Silent,
            () = out.closed() => End::Silent,
        };
        if let End::Error(error) = end {
            tracing::warn!(%error, "a follower of the feed is cut off");
            // It may be gone already.
            let _ = out.send(Err(error)).await;
        }
    }

    async fn tell_all(&mut self, feed_position: u64) -> End {
        match self.steps_forever(feed_position).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn steps_forever(&mut self, feed_position: u64) -> Result<std::convert::Infallible, End> {
        // At once, so that the gateway knows where its feed begins.
        self.send(FeedItem {
            position: self.told,
            log_id: self.log_id.to_string(),
            server_time: Some(convert::timestamp(self.shared.context.now())),
            ..FeedItem::default()
        })
        .await?;
        self.tell_missed(feed_position).await?;
        loop {
            let step = match self.steps.recv().await {
                Ok(step) => step,
                Err(broadcast::error::RecvError::Lagged(steps)) => {
                    metrics::counter!("siaga_feed_followers_cut_off_total").increment(1);
                    tracing::warn!(steps, "a follower of the feed reads too slowly");
                    return Err(too_slow().into());
                }
                Err(broadcast::error::RecvError::Closed) => return Err(End::Silent),
            };
            self.tell(step).await?;
        }
    }

    async fn tell(&mut self, step: Step) -> Result<(), End> {
        if let Some(item) = &step.item
            && item.log_id != self.log_id.to_string()
        {
            return Err(other_log().into());
        }
        // Told from the log already; what has no place of its own in it comes at the position itself.
        if step.position < self.told {
            return Ok(());
        }
        match step.item {
            Some(item) if step.after <= self.told => {
                self.told = step.position;
                self.send(FeedItem::clone(&item)).await
            }
            _ => self.tell_missed(step.position).await,
        }
    }

    /// Tells from the log what lies between here and `upto`.
    async fn tell_missed(&mut self, upto: u64) -> Result<(), End> {
        while self.told < upto {
            let mut events = self.shared.context.store.events_after(self.told, BATCH).await.map_err(store_error)?;
            events.retain(|event| event.position <= upto);
            let Some(last) = events.last() else {
                return Err(SiagaError::new(
                    "SIAGA-1902",
                    ErrorKind::Conflict,
                    "Log berakhir sebelum posisi ini; ambil keadaan terbaru.",
                    "The log ends before this position; take a fresh snapshot.",
                )
                .into());
            };
            let to = last.position;
            let item = item_of(&self.shared, &events, to, self.log_id).await?;
            self.told = to;
            self.send(item).await?;
        }
        Ok(())
    }

    async fn send(&self, item: FeedItem) -> Result<(), End> {
        self.out.send(Ok(item)).await.map_err(|_| End::Silent)
    }
}
