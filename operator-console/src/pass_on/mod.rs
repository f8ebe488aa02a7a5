//! The one origin when the other roles run elsewhere: `/siaga.v1.*` and `/grpc.*` go to a dispatcher, `/ws` to a
//! gateway, `/hub/` to the data hub, as they came: with the client's own credential and address, which those judge.
//!
//! Bodies are streamed both ways and never held whole. What goes to the hub has places of its own, so that exports do
//! not take those of calls.

mod http2;
mod socket;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::Request;
use axum::response::Response;
use http::HeaderMap;
use http::header::{CONNECTION, HeaderName, TE, TRANSFER_ENCODING, UPGRADE};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tonic::transport::Channel;

use crate::codes::{CORE_AWAY, Form, HUB_AWAY};

/// Requests passed to dispatchers at once.
const CORE_REQUESTS_MAX: usize = 4_096;
/// Requests passed to the hub at once.
const HUB_REQUESTS_MAX: usize = 64;
/// How long the other side may take until it begins to answer: longer than its own limits, which say more.
const CORE_HEAD_TIMEOUT: Duration = Duration::from_secs(35);
const HUB_HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// A connection to another process.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// Connects to one of several processes of a kind.
#[async_trait]
pub trait Dial: Send + Sync {
    /// A new connection, to speak HTTP/1.1 on.
    ///
    /// # Errors
    /// None of them answers.
    async fn dial(&self) -> io::Result<Box<dyn Wire>>;
    /// How many there are.
    fn addresses(&self) -> usize;
}

/// What is passed on, and where to. [`Default`] passes nothing on: all roles are in this process.
#[derive(Clone, Default)]
pub struct PassOn {
    core: Option<http2::Target>,
    hub: Option<http2::Target>,
    gateways: Option<socket::Target>,
}

impl fmt::Debug for PassOn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PassOn")
            .field("core", &self.core.is_some())
            .field("hub", &self.hub.is_some())
            .field("gateways", &self.gateways.is_some())
            .finish()
    }
}

impl PassOn {
    /// Passes the contract's RPCs on over a channel to dispatchers.
    #[must_use]
    pub fn to_core(mut self, channel: Channel) -> Self {
        let places = Arc::new(Semaphore::new(CORE_REQUESTS_MAX));
        self.core = Some(http2::Target {
            channel,
            places,
            head_timeout: CORE_HEAD_TIMEOUT,
            away: &CORE_AWAY,
            form: Form::Grpc,
        });
        self
    }

    /// Passes `/hub/` on over a channel to the data hub.
    #[must_use]
    pub fn to_hub(mut self, channel: Channel) -> Self {
        let places = Arc::new(Semaphore::new(HUB_REQUESTS_MAX));
        self.hub = Some(http2::Target {
            channel,
            places,
            head_timeout: HUB_HEAD_TIMEOUT,
            away: &HUB_AWAY,
            form: Form::Problem,
        });
        self
    }

    /// Passes live sessions on to gateways, so many at once.
    #[must_use]
    pub fn to_gateways(mut self, gateways: Arc<dyn Dial>, sessions: usize) -> Self {
        self.gateways = Some(socket::Target { gateways, places: Arc::new(Semaphore::new(sessions)) });
        self
    }

    /// Passes a request on, or gives it back when it is not for another process.
    pub(crate) async fn pass(&self, request: Request) -> Result<Response, Request> {
        let path = request.uri().path();
        if path.starts_with("/siaga.v1.") || path.starts_with("/grpc.") {
            let Some(core) = &self.core else { return Err(request) };
            Ok(http2::pass(core, request).await)
        } else if path == "/ws" {
            let Some(gateways) = &self.gateways else { return Err(request) };
            Ok(socket::pass(gateways, request).await)
        } else if path.starts_with("/hub/") {
            let Some(hub) = &self.hub else { return Err(request) };
            Ok(http2::pass(hub, request).await)
        } else {
            Err(request)
        }
    }
}

/// Takes away what is between two neighbours only, not from end to end.
fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    // gRPC says by `te: trailers` that it takes trailers, which HTTP/2 allows.
    let trailers = headers.get(TE).is_some_and(|value| value == "trailers");
    for name in [CONNECTION, TRANSFER_ENCODING, UPGRADE, TE] {
        headers.remove(name);
    }
    for name in ["keep-alive", "proxy-connection", "proxy-authorization", "proxy-authenticate"] {
        headers.remove(name);
    }
    if trailers {
        headers.insert(TE, http::HeaderValue::from_static("trailers"));
    }
}

#[cfg(test)]
mod tests;
