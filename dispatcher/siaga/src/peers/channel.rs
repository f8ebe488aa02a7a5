//! A gRPC channel over a [`Dialer`].

use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

use super::dial::Dialer;

/// How often the other side is asked whether it is there, and how long it may take. Without these a channel notices a
/// dead machine or a healed network only after most of a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(1);
/// Window of a connection and of a stream, in bytes: the feed and snapshots are large.
const WINDOW_BYTES: u32 = 4 * 1024 * 1024;

/// A channel that connects at its first use, and again by itself, each time to an address that answers.
pub fn over(dialer: Dialer) -> Channel {
    let dialer = Arc::new(dialer);
    let connect = service_fn(move |_| {
        let dialer = Arc::clone(&dialer);
        async move { dialer.dial().await.map(TokioIo::new) }
    });
    // The dialer knows addresses and TLS; this name only fills the requests' authority.
    Endpoint::from_static("http://siaga.peer")
        .initial_connection_window_size(WINDOW_BYTES)
        .initial_stream_window_size(WINDOW_BYTES)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .keep_alive_while_idle(true)
        .connect_with_connector_lazy(connect)
}
