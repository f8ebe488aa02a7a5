//! `siaga drill`: plays a scenario through the public contract, as operators, agencies and units do.
//!
//! Operators and units speak gRPC, the agencies' dispatchers the WebSocket. [`play`] signs everybody in, checks the
//! scenario against the city's catalog, plays each call in a task of its own, waits for the hub, and then holds what the
//! server has on record against what the scenario says. `docs/drills.md` describes the files.

pub mod accounts;
mod agency;
pub mod cli;
mod desk;
pub mod duration;
mod expect;
mod operator;
mod play;
pub mod progress;
mod report;
pub mod scenario;
#[cfg(test)]
mod scenarios_test;
mod stage;

pub use accounts::Accounts;
pub use duration::Speed;
pub use play::play;
pub use report::{AgencyReport, CallReport, CaseReport, DrillReport, Missing};
pub use scenario::Scenario;

use crate::agency_client::{live::ServerAddress, rpc::Sources};
use progress::Progress;
use std::{sync::Arc, time::Duration};

/// How long a drill waits for a server that went away.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How long a drill waits for the hub after the last case was closed.
pub const HUB_WAIT: Duration = Duration::from_secs(30);

/// How a scenario is played.
#[derive(Clone)]
pub struct DrillOptions {
    /// The server.
    pub address: ServerAddress,
    /// Who plays.
    pub accounts: Accounts,
    /// How many times faster than life.
    pub speed: Speed,
    /// How long one step is repeated without an answer.
    pub patience: Duration,
    /// How long T13 is waited for.
    pub hub_wait: Duration,
    /// Clock and ids.
    pub sources: Sources,
    /// Is told what happens.
    pub progress: Arc<dyn Progress>,
}

/// A drill that could not begin.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// The scenario names what the city or the accounts do not have; each problem in a sentence.
    #[error("the scenario does not fit this city\n{}", .0.join("\n"))]
    Scenario(Vec<String>),
    /// Somebody cannot sign in or connect.
    #[error("{0}")]
    Cannot(String),
}
