//! The one feed from the core, followed for ever.

use std::time::Duration;

use siaga_proto::v1::{FollowRequest, feed_service_client::FeedServiceClient};
use tonic::Status;

use crate::state::Shared;
use crate::status;

/// The core's "that position is of another log".
const OTHER_LOG: &str = "SIAGA-1902";
const BACKOFF_MIN: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(2);
/// One item may carry a whole incident to many audiences.
const ITEM_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Follows until the gateway stops; a lost feed is told to all sessions, and found again where it was.
pub(crate) async fn follow(shared: &Shared) {
    let mut backoff = BACKOFF_MIN;
    loop {
        let mut items = 0;
        let ended = follow_once(shared, &mut items).await;
        shared.fanout.set_feed(false, shared.now_ms());
        metrics::counter!("siaga_gateway_feed_lost_total").increment(1);
        match ended {
            Ok(()) => tracing::warn!("the core ended the feed"),
            Err(status) if status::code(&status) == Some(OTHER_LOG) => {
                tracing::warn!("the log is another one; all sessions start afresh");
                shared.fanout.resync();
            }
            Err(status) => tracing::warn!(code = ?status.code(), message = status.message(), "the feed is lost"),
        }
        backoff = if items > 0 { BACKOFF_MIN } else { (backoff * 2).min(BACKOFF_MAX) };
        tokio::time::sleep(backoff).await;
    }
}

async fn follow_once(shared: &Shared, items: &mut u64) -> Result<(), Status> {
    let mut client = FeedServiceClient::new(shared.channel.clone()).max_decoding_message_size(ITEM_BYTES_MAX);
    let (after_position, log_id) = shared.fanout.follow_from();
    let request = FollowRequest { gateway_id: shared.gateway_id.clone(), after_position, log_id };
    let answer = tokio::time::timeout(shared.core_timeout(), client.follow(shared.own.request(request)));
    let mut stream = answer.await.map_err(|_| status::too_late())??.into_inner();
    shared.fanout.set_feed(true, shared.now_ms());
    if after_position == 0 && shared.fanout.has_begun() {
        // "From now" leaves out what happened since the feed was lost.
        shared.fanout.resync();
    }
    while let Some(item) = stream.message().await? {
        *items += 1;
        let now_ms = shared.now_ms();
        if let Some(at) = item.server_time {
            let sent_ms = at.seconds.saturating_mul(1_000) + i64::from(at.nanos / 1_000_000);
            // Clocks of two machines differ; what lies in the future is no lag.
            #[allow(clippy::cast_precision_loss)]
            metrics::histogram!("siaga_gateway_feed_lag_seconds").record((now_ms - sent_ms).max(0) as f64 / 1_000.0);
        }
        if shared.fanout.is_foreign(&item) {
            tracing::warn!("the feed changed to another log; all sessions start afresh");
            shared.fanout.resync();
        }
        shared.fanout.publish(item, now_ms);
    }
    Ok(())
}
