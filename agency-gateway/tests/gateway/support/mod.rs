//! What all stories need.

pub mod client;
pub mod core;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use siaga_gateway::{AllowedOrigins, GatewayOptions, GatewayState, HubOptions, Limits, router};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use client::{Client, connect_as};
pub use core::{Core, Reply, call_entity, gone};

/// The fixed time of all stories: 2026-11-22T00:00:00Z, ms.
pub const NOW_MS: i64 = 1_795_305_600_000;

/// Nothing here takes this long; what does is broken.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for something that must happen.
pub async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("never happened: {what}"))
}

/// A running gateway.
pub struct Gateway {
    pub address: SocketAddr,
    pub stop: CancellationToken,
    pub running: JoinHandle<()>,
    server: JoinHandle<()>,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.stop.cancel();
        self.server.abort();
    }
}

pub async fn gateway(core: &Core) -> Gateway {
    gateway_with(core, Limits::default(), None).await
}

pub async fn gateway_with(core: &Core, limits: Limits, hub: Option<HubOptions>) -> Gateway {
    let options = GatewayOptions {
        channel: core.channel(),
        gateway_id: "gateway-1".into(),
        token: "gateway-token".into(),
        limits,
        origins: AllowedOrigins { also: vec!["https://siaga.example".into()] },
        clock: Arc::new(|| NOW_MS),
        hub,
    };
    let state = GatewayState::new(options).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let app = router(state.clone());
    let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let running = tokio::spawn({
        let stop = stop.clone();
        async move { state.run(stop).await }
    });
    soon("the gateway follows the feed", core.follows(1)).await;
    Gateway { address, stop, running, server }
}
