//! What all parts of one gateway share, and its running.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use crate::counted::Counted;
use crate::credential::Credential;
use crate::fanout::Fanout;
use crate::hub::HubWorker;
use crate::options::{AllowedOrigins, Clock, GatewayError, GatewayOptions, Limits};
use crate::{feed, presence};

pub(crate) struct Shared {
    pub(crate) channel: Channel,
    pub(crate) gateway_id: String,
    pub(crate) own: Credential,
    pub(crate) limits: Limits,
    pub(crate) origins: AllowedOrigins,
    clock: Clock,
    pub(crate) fanout: Arc<Fanout>,
    pub(crate) sessions: Arc<Semaphore>,
    pub(crate) of_address: Arc<Counted>,
    pub(crate) of_account: Arc<Counted>,
    /// Sessions end and no new one begins.
    pub(crate) stopping: CancellationToken,
}

impl Shared {
    /// Milliseconds since the epoch, UTC.
    pub(crate) fn now_ms(&self) -> i64 {
        (self.clock)()
    }

    pub(crate) fn core_timeout(&self) -> Duration {
        Duration::from_millis(self.limits.core_timeout_ms)
    }
}

/// One gateway: to be given to [`crate::router`] and to be run. Clones are the same gateway.
#[derive(Clone)]
pub struct GatewayState {
    pub(crate) shared: Arc<Shared>,
    hub: Option<Arc<HubWorker>>,
}

impl fmt::Debug for GatewayState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("GatewayState").field("gateway_id", &self.shared.gateway_id).finish_non_exhaustive()
    }
}

impl GatewayState {
    /// A gateway that does nothing yet.
    ///
    /// # Errors
    /// The token, the data hub's address or a key of it cannot be used.
    pub fn new(options: GatewayOptions) -> Result<Self, GatewayError> {
        let own = Credential::own(&options.token)?;
        let limits = options.limits;
        let hub = options.hub.map(|hub| {
            HubWorker::new(hub, options.gateway_id.clone(), own.clone(), Arc::clone(&options.clock)).map(Arc::new)
        });
        let shared = Shared {
            fanout: Arc::new(Fanout::new(&limits, (options.clock)())),
            sessions: Arc::new(Semaphore::new(limits.sessions)),
            of_address: Arc::new(Counted::new(limits.sessions_per_address)),
            of_account: Arc::new(Counted::new(limits.sessions_per_account)),
            stopping: CancellationToken::new(),
            channel: options.channel,
            gateway_id: options.gateway_id,
            own,
            limits,
            origins: options.origins,
            clock: options.clock,
        };
        Ok(Self { shared: Arc::new(shared), hub: hub.transpose()? })
    }

    /// Whether the core's changes come in now; for `/readyz`.
    #[must_use]
    pub fn feed_is_up(&self) -> bool {
        *self.shared.fanout.feed_up().borrow()
    }

    /// Follows the feed, reports presence and delivers to the data hub until `shutdown`; then ends all sessions and
    /// returns when they are closed, at the latest after the time a socket may take to close.
    pub async fn run(&self, shutdown: CancellationToken) {
        let mut tasks = vec![
            until(&shutdown, {
                let shared = Arc::clone(&self.shared);
                async move { feed::follow(&shared).await }
            }),
            until(&shutdown, {
                let shared = Arc::clone(&self.shared);
                async move { presence::report(&shared).await }
            }),
        ];
        if let Some(hub) = self.hub.clone() {
            // Tasks of its own, and a channel of its own where one is handed in: it never waits for sessions, nor they
            // for it. It ends what it has begun, so that an answer of the hub is not forgotten.
            let stop = shutdown.clone();
            tasks.push(tokio::spawn(async move { hub.run(stop).await }));
        }
        shutdown.cancelled().await;
        self.shared.stopping.cancel();
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a part of the gateway ended badly");
            }
        }
        let all = u32::try_from(self.shared.limits.sessions).unwrap_or(u32::MAX);
        let patience = Duration::from_millis(self.shared.limits.close_timeout_ms);
        if tokio::time::timeout(patience, self.shared.sessions.acquire_many(all)).await.is_err() {
            tracing::warn!("some sessions did not close in time");
        }
    }
}

fn until(stop: &CancellationToken, work: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
    let stop = stop.clone();
    tokio::spawn(async move {
        stop.run_until_cancelled(work).await;
    })
}
