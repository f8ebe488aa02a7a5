//! A gRPC channel to a router of the same process: the same bytes as over TCP, without a port.

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tonic::transport::{Channel, Endpoint};
use tower::{ServiceExt as _, service_fn};

/// Bytes that either side may be ahead of the other.
const BUFFER_BYTES: usize = 256 * 1024;
/// Streams at once: every session's command is one.
const STREAMS_MAX: u32 = 16_384;
/// Window of a connection and of a stream, in bytes: the feed and snapshots are large.
const WINDOW_BYTES: u32 = 4 * 1024 * 1024;

/// A channel whose connections end in `router`.
pub(super) fn in_process(router: Router) -> Channel {
    let connect = service_fn(move |_| {
        let (client, server) = tokio::io::duplex(BUFFER_BYTES);
        let router = router.clone();
        tokio::spawn(async move {
            let service = router.map_request(|request: http::Request<hyper::body::Incoming>| request.map(Body::new));
            let served = http2::Builder::new(TokioExecutor::new())
                .timer(TokioTimer::new())
                .max_concurrent_streams(STREAMS_MAX)
                .initial_connection_window_size(WINDOW_BYTES)
                .initial_stream_window_size(WINDOW_BYTES)
                .serve_connection(TokioIo::new(server), TowerToHyperService::new(service))
                .await;
            if let Err(error) = served {
                tracing::debug!(%error, "a connection within the process ended");
            }
        });
        async move { Ok::<_, std::io::Error>(TokioIo::new(client)) }
    });
    Endpoint::from_static("http://siaga.in-process")
        .initial_connection_window_size(WINDOW_BYTES)
        .initial_stream_window_size(WINDOW_BYTES)
        .connect_with_connector_lazy(connect)
}
