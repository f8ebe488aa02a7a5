//! The gRPC edge: authentication and rules for every RPC, errors to statuses, and the services themselves.

mod access_service;
mod alarm_service;
mod audit_service;
mod call_service;
mod catalog_service;
mod dispatch_service;
mod feed_service;
pub mod guard;
mod hub_delivery_service;
mod incident_service;
mod replay_service;
mod router;
mod setup_service;
mod statistics_service;
pub mod status;
mod unit_service;

pub use router::router;

use crate::{Core, access::Caller, command::Command, writer::Lane};
use siaga_domain::SiagaError;
use std::sync::Arc;
use tonic::{Request, Response, Status};

/// The services of the contract over one core.
#[derive(Clone)]
pub struct Edge {
    pub(crate) core: Arc<Core>,
}

impl Edge {
    /// Runs a command for the caller that the guard let in.
    pub(crate) async fn run<C: Command>(&self, request: Request<C>) -> Result<Response<C::Reply>, Status> {
        let (who, lane) = admitted(&request)?;
        let reply = self.core.writer.command(lane, who, request.into_inner()).await.map_err(status::of)?;
        Ok(Response::new(reply))
    }
}

/// The caller and lane that the guard put into a request.
pub(crate) fn admitted<T>(request: &Request<T>) -> Result<(Caller, Lane), Status> {
    let admitted = request.extensions().get::<guard::Admitted>();
    let admitted = admitted.ok_or_else(|| status::of(SiagaError::internal("a request passed the guard unseen")))?;
    Ok((admitted.who.clone(), admitted.lane))
}
