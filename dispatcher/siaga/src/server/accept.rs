//! Takes connections, bounded in number and in time, and ends them in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::Terms;

/// How often a silent HTTP/2 peer is asked whether it is still there, and how long it may take to answer.
const HTTP2_PING_EVERY: Duration = Duration::from_secs(20);
const HTTP2_PING_TIMEOUT: Duration = Duration::from_secs(10);
/// Window sizes that let one feed stream fill a fast link.
const HTTP2_STREAM_WINDOW_BYTES: u32 = 1024 * 1024;
const HTTP2_CONNECTION_WINDOW_BYTES: u32 = 8 * 1024 * 1024;
/// Pause when the system has no more file descriptors: taking the next connection would fail the same way.
const PAUSE_AFTER_ACCEPT_ERROR: Duration = Duration::from_millis(100);
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-length: 49\r\n\r\nserver penuh, coba lagi / server full, try again\n";

/// Serves until `stop`, then ends within `limits.shutdown_s`.
pub(super) async fn run(listener: TcpListener, terms: Arc<Terms>, router: Router, stop: CancellationToken) {
    let graceful = GracefulShutdown::new();
    let builder = Arc::new(connection_builder(&terms));
    let places = Arc::new(Semaphore::new(terms.limits.connections as usize));
    // What is still open when the time is up: cancelled then, so that no connection outlives the server.
    let abandon = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE_AFTER_ACCEPT_ERROR).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            metrics::counter!("siaga_connections_refused_total").increment(1);
            tracing::warn!(connections = terms.limits.connections, "connection refused: limits.connections is reached");
            refuse(stream, terms.acceptor.is_some()).await;
            continue;
        };
        let connection = Connection {
            terms: Arc::clone(&terms),
            router: router.clone(),
            builder: Arc::clone(&builder),
            watcher: graceful.watcher(),
            peer,
            _place: place,
        };
        let abandon = abandon.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = abandon.cancelled() => {}
                () = connection.serve(stream) => {}
            }
        });
    }
    // The port is free from here on: a client that comes now is refused at once rather than left waiting.
    drop(listener);
    let open = graceful.count();
    tracing::info!(open, "no new connections; letting requests end");
    let patience = Duration::from_secs(u64::from(terms.limits.shutdown_s));
    if tokio::time::timeout(patience, graceful.shutdown()).await.is_err() {
        tracing::warn!(limit_s = terms.limits.shutdown_s, "closing connections that did not end in time");
    }
    abandon.cancel();
}

fn connection_builder(terms: &Terms) -> Builder<TokioExecutor> {
    let header_timeout = Duration::from_millis(terms.limits.header_timeout_ms);
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(header_timeout).keep_alive(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(terms.limits.streams_per_connection)
        .initial_stream_window_size(HTTP2_STREAM_WINDOW_BYTES)
        .initial_connection_window_size(HTTP2_CONNECTION_WINDOW_BYTES)
        .keep_alive_interval(HTTP2_PING_EVERY)
        .keep_alive_timeout(HTTP2_PING_TIMEOUT)
        .max_header_list_size(64 * 1024);
    builder
}

/// Tells a client in the clear why it is turned away; under TLS there is nobody to talk to yet.
async fn refuse(mut stream: TcpStream, tls: bool) {
    if !tls {
        // One small write into an empty socket buffer does not block; a client that is gone is no matter.
        let _ = tokio::time::timeout(Duration::from_millis(50), stream.write_all(FULL)).await;
    }
}

/// One connection and what it needs to be served.
struct Connection {
    terms: Arc<Terms>,
    router: Router,
    builder: Arc<Builder<TokioExecutor>>,
    watcher: Watcher,
    peer: SocketAddr,
    /// Given back when the connection ends.
    _place: OwnedSemaphorePermit,
}

impl Connection {
    async fn serve(self, stream: TcpStream) {
        let _counted = Counted::new();
        // Frames are small and urgent: none waits for another to fill a packet.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
        match self.terms.acceptor.clone() {
            None => self.speak(stream).await,
            Some(acceptor) => {
                let limit = Duration::from_millis(self.terms.limits.header_timeout_ms);
                match tokio::time::timeout(limit, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => self.speak(stream).await,
                    Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
                    Err(_) => tracing::debug!("TLS handshake took too long"),
                }
            }
        }
    }

    async fn speak<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: S) {
        let (peer, router, terms) = (self.peer, self.router.clone(), Arc::clone(&self.terms));
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            terms.proxies.stamp(&mut request, peer.ip());
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        let connection = self.builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        if let Err(error) = self.watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// Counts one open connection until it is dropped, however it ends.
struct Counted;

impl Counted {
    fn new() -> Self {
        metrics::gauge!("siaga_connections").increment(1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("siaga_connections").decrement(1);
    }
}
