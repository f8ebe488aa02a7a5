//! A process without a dispatcher: gateway, console and hub reach the core over the network. They start without it and
//! go on without it; `/readyz` says what is away.

use std::sync::Arc;

use axum::Router;

use super::gateway::{FeedCheck, Way};
use super::{console, gateway, hub, seed};
use crate::cli::Failure;
use crate::config::{Config, Role};
use crate::peers::PeerCheck;
use crate::server::health::Check;
use crate::shell::Shell;

pub(super) async fn serve(config: &Config, shell: Shell) -> Result<(), Failure> {
    let address = shell.address()?;
    let mut router = Router::new();
    // A hub alone receives and keeps without the core; only readers have to be asked for.
    let needed = config.runs(Role::Gateway) || config.runs(Role::Console);
    let core = PeerCheck { name: "dispatcher", channel: console::to_core(config)?, needed };
    let mut checks: Vec<Arc<dyn Check>> = vec![Arc::new(core)];
    let mut hub_url = hub::url(config, address);
    let delivers = config.runs(Role::Gateway) && hub_url.is_some();
    let keys = if delivers || config.runs(Role::Hub) { hub::keys(config)? } else { Vec::new() };
    if config.runs(Role::Hub) {
        let access = Arc::new(hub::RemoteCore::new(console::to_core(config)?));
        let state = hub::open(config, &keys, Arc::clone(&access) as _, access).await?;
        checks.push(Arc::new(hub::HubCheck(state.clone())));
        let hub = siaga_hub::router(state);
        if config.tls.is_some() && config.hub.url.is_none() && config.runs(Role::Gateway) {
            hub_url = Some(hub::inner_door(hub.clone(), shell.stop.clone()).await?);
        }
        router = router.merge(hub);
    }
    let mut gateway_task = None;
    if config.runs(Role::Gateway) {
        let gateway = gateway::state(config, way(config, &shell)?, keys, hub_url, &shell.stop).await?;
        checks.push(Arc::new(FeedCheck(gateway.clone())));
        router = router.merge(siaga_gateway::router(gateway.clone()));
        let stop = shell.stop.clone();
        gateway_task = Some(tokio::spawn(async move { gateway.run(stop).await }));
    }
    let pass_on = console::pass_on(config, &mut checks)?;
    seed::announce(config, address, None);
    shell.serve(router, pass_on, checks).await;
    if let Some(task) = gateway_task {
        // What failed in it was logged by the runtime; the process ends all the same.
        let _ = task.await;
    }
    Ok(())
}

fn way(config: &Config, shell: &Shell) -> Result<Way, Failure> {
    let advice = "make a token by `siaga account gateway-token NAME --file FILE` and name it in peers.token_file";
    let token = config.peers.gateway_token().map_err(|error| Failure::failed(error, advice))?;
    let token = token.ok_or_else(|| Failure::failed("this gateway has no token", advice))?;
    Ok(Way {
        sessions: console::to_core(config)?,
        hub: console::to_core(config)?,
        token: token.expose().to_owned(),
        gateway_id: gateway::id(config, shell.address()?),
    })
}
