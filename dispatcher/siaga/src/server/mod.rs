//! The HTTP server: one port for gRPC, gRPC-web, WebSockets and the web, over HTTP/1 and HTTP/2, with or without TLS.
//!
//! Not `axum::serve`: that has no TLS, no limit of connections, no header timeout and hyper's 200 streams a connection.

mod accept;
mod client_address;
pub mod disk;
pub mod health;
pub mod metrics;
mod security;
pub mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use crate::config::{Config, Limits};

pub use client_address::{ClientAddress, TrustedProxies};

/// A bound server: the port is taken, nothing is answered yet.
pub struct Server {
    listener: TcpListener,
    terms: Terms,
}

/// What every connection is served by.
struct Terms {
    acceptor: Option<TlsAcceptor>,
    limits: Limits,
    proxies: TrustedProxies,
}

impl Server {
    /// Takes the port, and reads certificate and key when there are any.
    ///
    /// # Errors
    /// The port is taken, not allowed, or the certificate cannot be read; the message says what to do.
    pub fn bind(config: &Config) -> io::Result<Self> {
        let acceptor = match &config.tls {
            Some(files) => {
                let tls = tls::load(files).map_err(|problem| io::Error::other(problem.message))?;
                Some(TlsAcceptor::from(tls))
            }
            None => None,
        };
        Ok(Self {
            listener: listen(config.listen).map_err(|error| explain(config.listen, &error))?,
            terms: Terms {
                acceptor,
                limits: config.limits.clone(),
                proxies: TrustedProxies::new(&config.trusted_proxy),
            },
        })
    }

    /// The address it listens on; the port is the real one when 0 was asked for.
    ///
    /// # Errors
    /// The operating system refuses to tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Whether clients speak TLS to this server.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.terms.acceptor.is_some()
    }

    /// Serves `router` until `stop` is cancelled; then takes no more connections, lets requests end for at most
    /// `limits.shutdown_s`, and closes what is left. WebSockets watch the same token and close by themselves.
    pub async fn run(self, router: Router, stop: CancellationToken) {
        let router = security::layer(router, self.is_tls())
            .layer(CatchPanicLayer::custom(panicked))
            .layer(middleware::from_fn(measure));
        accept::run(self.listener, Arc::new(self.terms), router, stop).await;
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restart must not wait for the old connections' TIME_WAIT. It does not let two servers share the port.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    // A burst of reconnecting screens after a restart waits in the backlog rather than being refused.
    socket.listen(4_096)
}

fn explain(address: SocketAddr, error: &io::Error) -> io::Error {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program has this port, perhaps Siaga itself; stop it, or choose another with --listen"
        }
        io::ErrorKind::PermissionDenied => "this port needs more rights; choose one above 1023 with --listen",
        io::ErrorKind::AddrNotAvailable => "this machine has no such address; name one of its own with --listen",
        _ => "choose another address with --listen",
    };
    io::Error::new(error.kind(), format!("cannot listen on {address} ({error}): {advice}"))
}

/// A panic ends its own request only. What it said is logged without the request's data.
fn panicked(payload: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let said = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = said, "a request ended in a panic");
    ::metrics::counter!("siaga_http_panics_total").increment(1);
    let mut response = Response::new(axum::body::Body::from("kesalahan di server / internal error\n"));
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// Counts requests and times their heads by surface and status: few labels, none of them personal.
async fn measure(request: Request, next: Next) -> Response {
    let surface = surface(request.uri().path());
    let started = std::time::Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    ::metrics::counter!("siaga_http_requests_total", "surface" => surface, "status" => status).increment(1);
    ::metrics::histogram!("siaga_http_request_seconds", "surface" => surface).record(started.elapsed().as_secs_f64());
    response
}

/// Which part of the one origin a path belongs to.
fn surface(path: &str) -> &'static str {
    match path {
        "/healthz" | "/readyz" | "/metrics" => "operations",
        "/ws" => "socket",
        _ if path.starts_with("/siaga.v1.") || path.starts_with("/grpc.") => "grpc",
        _ if path.starts_with("/hub") => "hub",
        _ => "web",
    }
}

#[cfg(test)]
mod tests;
