//! Tells the core which audiences have somebody at a screen here.

use std::time::Duration;

use siaga_proto::v1::{ReportPresenceRequest, feed_service_client::FeedServiceClient};

use crate::state::Shared;

/// A burst of sessions that come or go is one report.
const SETTLE: Duration = Duration::from_millis(20);

/// Reports on change and every few seconds; a failed report is made good by the next.
pub(crate) async fn report(shared: &Shared) {
    let every = Duration::from_millis(shared.limits.presence_interval_ms);
    let mut client = FeedServiceClient::new(shared.channel.clone());
    loop {
        let request =
            ReportPresenceRequest { gateway_id: shared.gateway_id.clone(), audiences: shared.fanout.presence() };
        let answer = client.report_presence(shared.own.request(request));
        match tokio::time::timeout(shared.core_timeout(), answer).await {
            Ok(Ok(_)) => {}
            Ok(Err(status)) => tracing::debug!(code = ?status.code(), "presence could not be reported"),
            Err(_) => tracing::debug!("presence could not be reported in time"),
        }
        // Changes during the report are kept by the Notify, so none waits for the timer.
        if tokio::time::timeout(every, shared.fanout.presence_changed.notified()).await.is_ok() {
            tokio::time::sleep(SETTLE).await;
        }
    }
}
