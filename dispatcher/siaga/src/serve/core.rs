//! A process with a dispatcher: its other roles reach the core in memory.

use std::sync::Arc;

use siaga_gateway::GatewayState;
use tonic::transport::Channel;

use super::gateway::Way;
use super::{channel, console, dispatcher, gateway, hub, seed};
use crate::cli::Failure;
use crate::config::{Config, Role};
use crate::server::health::Check;
use crate::shell::Shell;
use crate::stores::{self, StoreCheck};

pub(super) async fn serve(config: &Config, shell: Shell) -> Result<(), Failure> {
    let address = shell.address()?;
    let store = stores::open(config).await?;
    let core = dispatcher::start(config, Arc::clone(&store)).await?;
    let accounts = seed::first_start(config, &core).await?;
    let has_demo = seed::demo_accounts_stay_home(config, &core).await?;
    // A real installation has none to announce, whatever its configuration says.
    let accounts = accounts.filter(|_| has_demo);
    let reconcilers = siaga_core::reconcile::start(&core);

    let contract = siaga_core::edge::router(Arc::clone(&core)).await.map_err(|error| dispatcher::explain(&error))?;
    let mut router = contract.clone();
    let mut checks: Vec<Arc<dyn Check>> = vec![Arc::new(StoreCheck(store))];
    let in_memory = || channel::in_process(contract.clone());
    let mut hub_url = hub::url(config, address);
    let keys = hub::keys(config)?;
    if config.runs(Role::Hub) {
        let kelurahan = Arc::new(hub::label_points(&core));
        let access = Arc::new(hub::CoreAccess(in_memory()));
        let state = hub::open(config, &keys, access, kelurahan).await?;
        checks.push(Arc::new(hub::HubCheck(state.clone())));
        let hub = siaga_hub::router(state);
        if config.tls.is_some() && config.hub.url.is_none() {
            hub_url = Some(hub::inner_door(hub.clone(), shell.stop.clone()).await?);
        }
        router = router.merge(hub);
    }
    let mut gateway_task = None;
    if config.runs(Role::Gateway) {
        let gateway = of_this_core(config, &core, &shell, keys, hub_url, in_memory).await?;
        router = router.merge(siaga_gateway::router(gateway.clone()));
        let stop = shell.stop.clone();
        gateway_task = Some(tokio::spawn(async move { gateway.run(stop).await }));
    }
    let pass_on = console::pass_on(config, &mut checks)?;
    let ending = tokio::spawn({
        let (core, stop) = (Arc::clone(&core), shell.stop.clone());
        async move {
            stop.cancelled().await;
            // Streams of gateways end here, so that open requests do not hold the server's end up.
            core.stop().await;
        }
    });
    seed::announce(config, address, accounts.as_deref());
    shell.serve(router, pass_on, checks).await;
    for task in reconcilers {
        task.abort();
    }
    // What failed in a task was logged by the runtime; the process ends all the same.
    let _ = ending.await;
    if let Some(task) = gateway_task {
        let _ = task.await;
    }
    Ok(())
}

async fn of_this_core(
    config: &Config,
    core: &Arc<siaga_core::Core>,
    shell: &Shell,
    keys: Vec<String>,
    hub_url: Option<String>,
    in_memory: impl Fn() -> Channel,
) -> Result<GatewayState, Failure> {
    let gateway_id = gateway::id(config, shell.address()?);
    let token = siaga_core::setup::issue_gateway_token(core, &gateway_id).await;
    let token = token.map_err(|error| dispatcher::explain(&error))?;
    let way = Way { sessions: in_memory(), hub: in_memory(), token, gateway_id };
    gateway::state(config, way, keys, hub_url, &shell.stop).await
}
