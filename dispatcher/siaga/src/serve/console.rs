//! The console's role: what its one origin passes on to processes elsewhere.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use siaga_console::{Dial, PassOn, Wire};
use tonic::transport::Channel;

use crate::cli::Failure;
use crate::config::{Config, Role};
use crate::peers::{self, Dialer, PeerCheck};
use crate::server::health::Check;

const ADVICE: &str = "correct the section [peers] of the configuration";

/// A channel to the dispatchers.
pub(super) fn to_core(config: &Config) -> Result<Channel, Failure> {
    channel("dispatcher", &config.peers.dispatchers, config)
}

/// What the console of this process passes on, with a check of each; nothing without that role.
pub(super) fn pass_on(config: &Config, checks: &mut Vec<Arc<dyn Check>>) -> Result<PassOn, Failure> {
    let mut pass_on = PassOn::default();
    if !config.runs(Role::Console) {
        return Ok(pass_on);
    }
    let peers = &config.peers;
    if !config.runs(Role::Dispatcher) {
        pass_on = pass_on.to_core(to_core(config)?);
    }
    if !config.runs(Role::Gateway) && !peers.gateways.is_empty() {
        let dialer = Dialer::new("gateway", &peers.gateways, peers.ca_file.as_deref(), "http/1.1");
        let dialer = dialer.map_err(|error| Failure::failed(error, ADVICE))?;
        pass_on = pass_on.to_gateways(Arc::new(Gateways(dialer)), config.limits.sessions as usize);
        let channel = channel("gateway", &peers.gateways, config)?;
        checks.push(Arc::new(PeerCheck { name: "gateway", channel, needed: false }));
    }
    if let Some(url) = peers.hub.as_ref().filter(|_| !config.runs(Role::Hub)) {
        let channel = channel("hub", std::slice::from_ref(url), config)?;
        checks.push(Arc::new(PeerCheck { name: "hub", channel: channel.clone(), needed: false }));
        pass_on = pass_on.to_hub(channel);
    }
    Ok(pass_on)
}

fn channel(what: &'static str, urls: &[String], config: &Config) -> Result<Channel, Failure> {
    let dialer = Dialer::new(what, urls, config.peers.ca_file.as_deref(), "h2");
    Ok(peers::over(dialer.map_err(|error| Failure::failed(error, ADVICE))?))
}

struct Gateways(Dialer);

#[async_trait]
impl Dial for Gateways {
    async fn dial(&self) -> io::Result<Box<dyn Wire>> {
        Ok(Box::new(self.0.dial().await?))
    }

    fn addresses(&self) -> usize {
        self.0.addresses()
    }
}
