//! The gateway's role, beside a dispatcher or apart from it.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use siaga_domain::Clock as _;
use siaga_gateway::{AllowedOrigins, GatewayOptions, GatewayState, HubOptions, Limits};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use super::hub;
use crate::cli::Failure;
use crate::config::Config;
use crate::server::health::{Check, Health};
use crate::system::SystemClock;

/// Cases delivered to the hub at once.
const HUB_CASES_AT_ONCE: usize = 16;
/// How long the core may wait for deliveries before it answers.
const HUB_LEASE_WAIT_MS: u32 = 5_000;
/// Where Linux tells the machine's name.
const HOST_NAME: &str = "/proc/sys/kernel/hostname";

/// How a gateway reaches the core, and as whom.
pub(super) struct Way {
    /// For sessions and the feed.
    pub(super) sessions: Channel,
    /// For deliveries to the hub, which never wait for sessions nor hold them up.
    pub(super) hub: Channel,
    /// The gateway's own token.
    pub(super) token: String,
    /// Unlike every other gateway's.
    pub(super) gateway_id: String,
}

/// The gateway's name: the configured one, or the machine's name and the port, which stay the same over restarts.
pub(super) fn id(config: &Config, address: SocketAddr) -> String {
    if let Some(id) = &config.peers.gateway_id {
        return id.clone();
    }
    let machine = std::fs::read_to_string(HOST_NAME).unwrap_or_default();
    let machine: String = machine.trim().chars().filter(char::is_ascii_graphic).take(60).collect();
    format!("gateway-{}-{}", if machine.is_empty() { "unnamed" } else { &machine }, address.port())
}

/// A gateway that does nothing yet.
pub(super) async fn state(
    config: &Config,
    way: Way,
    keys: Vec<String>,
    hub_url: Option<String>,
    stop: &CancellationToken,
) -> Result<GatewayState, Failure> {
    let hub_url = match hub_url {
        Some(url) => Some(hub::reachable(url, config, stop.clone()).await?),
        None => None,
    };
    let client = reqwest::Client::builder()
        .build()
        .map_err(|error| Failure::failed(error, "the TLS roots of this machine cannot be read"))?;
    let hub = hub_url.map(|url| HubOptions {
        url,
        keys,
        client,
        channel: way.hub,
        timeout_ms: config.hub.timeout_ms,
        cases_at_once: HUB_CASES_AT_ONCE,
        lease_wait_ms: HUB_LEASE_WAIT_MS,
    });
    let options = GatewayOptions {
        channel: way.sessions,
        gateway_id: way.gateway_id,
        token: way.token,
        limits: Limits { sessions: config.limits.sessions as usize, ..Limits::default() },
        origins: AllowedOrigins { also: config.access.origins.clone() },
        clock: Arc::new(|| SystemClock.now().unix_ms()),
        hub,
    };
    GatewayState::new(options).map_err(|error| Failure::failed(error, "correct the section [hub] of the configuration"))
}

/// `/readyz`: whether the feed of changes comes in. Without it no screen here is live.
pub(super) struct FeedCheck(pub(super) GatewayState);

#[async_trait]
impl Check for FeedCheck {
    fn name(&self) -> &'static str {
        "feed"
    }

    async fn check(&self) -> Health {
        if self.0.feed_is_up() {
            Health::Ok
        } else {
            Health::Failed("no changes come in: is a dispatcher up, and is this gateway's token valid?".to_owned())
        }
    }
}
