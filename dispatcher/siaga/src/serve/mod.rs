//! `siaga serve`: puts the roles of this process together and serves them on one port.
//!
//! Gateway, console and hub reach the core through its gRPC contract also here, over a channel in memory.

mod channel;
mod dispatcher;
mod hub;
mod seed;

use std::sync::Arc;

use siaga_gateway::{AllowedOrigins, GatewayOptions, GatewayState, HubOptions, Limits};

use crate::cli::Failure;
use crate::config::{Config, Role};
use crate::shell::Shell;
use crate::stores::{self, StoreCheck};
use crate::system::SystemClock;
use siaga_domain::Clock as _;

/// Cases delivered to the hub at once.
const HUB_CASES_AT_ONCE: usize = 16;
/// How long the core may wait for deliveries before it answers.
const HUB_LEASE_WAIT_MS: u32 = 5_000;

/// Serves until it is asked to end.
///
/// # Errors
/// Something needed at the start is not there; nothing was confirmed to anybody.
pub async fn serve(config: Config) -> Result<(), Failure> {
    crate::logging::start(&config.log).map_err(|error| Failure::failed(error, "start it in a process of its own"))?;
    if !config.runs(Role::Dispatcher) {
        return Err(Failure::failed(
            "this version serves gateway, console and hub only beside a dispatcher in the same process",
            "add `dispatcher` to --roles",
        ));
    }
    let shell = Shell::start(config.clone())?;
    let address = shell.address()?;
    let store = stores::open(&config).await?;
    let core = dispatcher::start(&config, Arc::clone(&store)).await?;
    let accounts = seed::first_start(&config, &core).await?;
    let has_demo = seed::demo_accounts_stay_home(&config, &core).await?;
    // A real installation has none to announce, whatever its configuration says.
    let accounts = accounts.filter(|_| has_demo);
    let reconcilers = siaga_core::reconcile::start(&core);

    let contract = siaga_core::edge::router(Arc::clone(&core)).await.map_err(|error| dispatcher::explain(&error))?;
    let mut router = contract.clone();
    let mut checks: Vec<Arc<dyn crate::server::health::Check>> = vec![Arc::new(StoreCheck(store))];
    let keys = hub::keys(&config)?;
    let mut hub_url = hub::url(&config, address);
    if config.runs(Role::Hub) {
        let state = hub::open(&config, &keys, channel::in_process(contract.clone()), &core).await?;
        checks.push(Arc::new(hub::HubCheck(state.clone())));
        let hub = siaga_hub::router(state);
        if config.tls.is_some() && config.hub.url.is_none() {
            hub_url = Some(hub::inner_door(hub.clone(), shell.stop.clone()).await?);
        }
        router = router.merge(hub);
    }
    let mut gateway_task = None;
    if config.runs(Role::Gateway) {
        let gateway = gateway(&config, &core, &contract, keys, hub_url).await?;
        router = router.merge(siaga_gateway::router(gateway.clone()));
        let stop = shell.stop.clone();
        gateway_task = Some(tokio::spawn(async move { gateway.run(stop).await }));
    }
    let ending = tokio::spawn({
        let (core, stop) = (Arc::clone(&core), shell.stop.clone());
        async move {
            stop.cancelled().await;
            // Streams of gateways end here, so that open requests do not hold the server's end up.
            core.stop().await;
        }
    });
    seed::announce(&config, address, accounts.as_deref());
    shell.serve(router, checks).await;
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

async fn gateway(
    config: &Config,
    core: &Arc<siaga_core::Core>,
    contract: &axum::Router,
    keys: Vec<String>,
    hub_url: Option<String>,
) -> Result<GatewayState, Failure> {
    let gateway_id = format!("gateway-{}", config.listen.port());
    let token =
        siaga_core::setup::issue_gateway_token(core, &gateway_id).await.map_err(|error| dispatcher::explain(&error))?;
    let client = reqwest::Client::builder()
        .build()
        .map_err(|error| Failure::failed(error, "the TLS roots of this machine cannot be read"))?;
    let hub = hub_url.map(|url| HubOptions {
        url,
        keys,
        client,
        channel: channel::in_process(contract.clone()),
        timeout_ms: config.hub.timeout_ms,
        cases_at_once: HUB_CASES_AT_ONCE,
        lease_wait_ms: HUB_LEASE_WAIT_MS,
    });
    let options = GatewayOptions {
        channel: channel::in_process(contract.clone()),
        gateway_id,
        token,
        limits: Limits { sessions: config.limits.sessions as usize, ..Limits::default() },
        origins: AllowedOrigins { also: config.access.origins.clone() },
        clock: Arc::new(|| SystemClock.now().unix_ms()),
        hub,
    };
    GatewayState::new(options).map_err(|error| Failure::failed(error, "correct the section [hub] of the configuration"))
}
