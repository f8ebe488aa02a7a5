//! Waking the readers when any process has appended.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgListener;
use sqlx::{PgPool, Row};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// The channel of the notifications.
pub(super) const CHANNEL: &str = "siaga_log";

/// How long to wait before connecting again; readers look by their timers meanwhile.
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

/// The task that listens. It ends with this value.
#[derive(Debug)]
pub(super) struct Listener(AbortHandle);

impl Listener {
    /// Listens on a connection of `listening`, and looks up what it missed on one of `reading`.
    pub(super) fn start(listening: PgPool, reading: PgPool, sender: Arc<watch::Sender<u64>>) -> Self {
        Self(tokio::spawn(listen(listening, reading, sender)).abort_handle())
    }

    pub(super) fn stop(&self) {
        self.0.abort();
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Tells the readers that the log reaches this far, if they do not know yet.
pub(super) fn wake(sender: &watch::Sender<u64>, position: u64) {
    sender.send_if_modified(|known| {
        let grown = *known < position;
        *known = position.max(*known);
        grown
    });
}

async fn listen(listening: PgPool, reading: PgPool, sender: Arc<watch::Sender<u64>>) {
    loop {
        if let Err(error) = follow(&listening, &reading, &sender).await {
            tracing::warn!(%error, "the notifications of the database are interrupted");
        }
        tokio::time::sleep(RECONNECT_AFTER).await;
    }
}

async fn follow(listening: &PgPool, reading: &PgPool, sender: &watch::Sender<u64>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(listening).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // Something may have come while nobody listened.
        let row = sqlx::query("SELECT position FROM log_head WHERE id = 1").fetch_one(reading).await?;
        wake(sender, u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default());
        // None when the connection was lost; it is made again by the next call.
        while let Some(notification) = listener.try_recv().await? {
            if let Ok(position) = notification.payload().parse() {
                wake(sender, position);
            }
        }
    }
}
