//! Prometheus metrics of the process, and who may read them.

use std::net::IpAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use super::ClientAddress;

/// Upper bounds in seconds that tell a command of 2 ms from one of 5, and an alarm's minute from its hour.
const SECONDS: [f64; 15] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0];
/// Histograms collect samples until they are drained; without this they would grow as long as nobody scrapes.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Installs the recorder of this process: from here on `metrics::counter!` and its kin count.
///
/// # Errors
/// A recorder is installed already.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new().set_buckets(&SECONDS)?.install_recorder()?;
    metrics::describe_counter!("siaga_http_requests_total", "HTTP requests by surface and status");
    metrics::describe_histogram!("siaga_http_request_seconds", "time to the head of the response, by surface");
    metrics::describe_counter!("siaga_http_panics_total", "requests that ended in a panic");
    metrics::describe_gauge!("siaga_connections", "open connections");
    metrics::describe_counter!("siaga_connections_refused_total", "connections refused at limits.connections");
    metrics::describe_gauge!("siaga_disk_free_bytes", "free space in the data folder's file system");
    metrics::describe_gauge!("siaga_disk_low", "1 while free space is below disk.warn_free_mib");
    Ok(handle)
}

/// Keeps the histograms bounded until `stop`.
pub async fn upkeep(handle: PrometheusHandle, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(UPKEEP_EVERY);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        handle.run_upkeep();
    }
}

/// `/metrics`, for this machine and the addresses that are named. Counts of calls and alarms are nobody else's business.
pub fn router(handle: PrometheusHandle, readers: Vec<IpAddr>) -> Router {
    Router::new().route("/metrics", get(move |request: Request| async move { answer(&handle, &readers, &request) }))
}

fn answer(handle: &PrometheusHandle, readers: &[IpAddr], request: &Request) -> Response {
    let client = request.extensions().get::<ClientAddress>().map(|client| client.0);
    if !client.is_some_and(|client| client.is_loopback() || readers.contains(&client)) {
        return (StatusCode::FORBIDDEN, "name this address in access.metrics_readers to read the metrics\n")
            .into_response();
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
}
