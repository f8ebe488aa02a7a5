//! `siaga serve`: puts the roles of this process together and serves them on one port.
//!
//! Gateway, console and hub reach the core only through its gRPC contract: over a channel in memory beside a dispatcher
//! of the same process ([`core`]), over the network without one ([`apart`]).

mod apart;
mod channel;
mod console;
mod core;
mod dispatcher;
mod gateway;
mod hub;
mod seed;

use crate::cli::Failure;
use crate::config::{Config, Role};
use crate::shell::Shell;

/// Serves until it is asked to end.
///
/// # Errors
/// Something needed at the start is not there; nothing was confirmed to anybody.
pub async fn serve(config: Config) -> Result<(), Failure> {
    crate::logging::start(&config.log).map_err(|error| Failure::failed(error, "start it in a process of its own"))?;
    let shell = Shell::start(config.clone())?;
    if config.runs(Role::Dispatcher) { core::serve(&config, shell).await } else { apart::serve(&config, shell).await }
}
