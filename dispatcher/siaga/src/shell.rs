//! What every server process has around its roles: its data folder, its port, signals, health, metrics, the watch on the
//! disk, and the web.
//!
//! The order at the start: everything that can refuse (configuration, folder, port) comes before anything is written;
//! the port is taken early, so that a second server fails at once, and answers only when the roles are ready.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use siaga_console::PassOn;
use siaga_store::DataFolder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::cli::Failure;
use crate::config::{Config, Role};
use crate::server::disk::DiskSpace;
use crate::server::health::{self, Check};
use crate::server::{Server, metrics};
use crate::stores;

/// What a shell ends with when a second signal asks it to hurry: 128 and the number of SIGINT.
const EXIT_HURRIED: i32 = 130;

/// A process that has its folder and its port, and does not answer yet.
pub struct Shell {
    /// Cancelled at Ctrl-C or SIGTERM: every task of the process ends by it.
    pub stop: CancellationToken,
    config: Config,
    // Held as long as the process serves: no second server writes into the folder. A gateway or a console alone keeps
    // nothing.
    folder: Option<DataFolder>,
    server: Server,
    metrics: PrometheusHandle,
}

impl Shell {
    /// Takes the data folder and the port, and starts to listen to signals.
    ///
    /// # Errors
    /// Another server has the folder or the port, or one of them cannot be had.
    pub fn start(config: Config) -> Result<Self, Failure> {
        let keeps = config.runs(Role::Dispatcher) || config.runs(Role::Hub);
        let folder = keeps.then(|| stores::take_folder(&config.data)).transpose()?;
        let server = Server::bind(&config).map_err(|error| Failure::failed(error, "nothing was started"))?;
        let metrics = metrics::install()
            .map_err(|error| Failure::failed(error, "this process has a metrics recorder already; start a new one"))?;
        let stop = CancellationToken::new();
        let asked = || signal(SignalKind::interrupt()).and_then(|int| Ok((int, signal(SignalKind::terminate())?)));
        let signals =
            asked().map_err(|error| Failure::failed(error, "this system gives no signals; start it elsewhere"))?;
        tokio::spawn(listen_to_signals(signals, stop.clone()));
        Ok(Self { stop, config, folder, server, metrics })
    }

    /// The address that is listened on, with the real port.
    ///
    /// # Errors
    /// The operating system refuses to tell.
    pub fn address(&self) -> Result<SocketAddr, Failure> {
        self.server.local_addr().map_err(|error| Failure::failed(error, "start the server again"))
    }

    /// Serves the roles' router, and health, metrics and the web beside it, until [`Shell::stop`]; then lets requests
    /// end. `pass_on` is what the console passes to other processes. `checks` are the roles' own; the disk's is added.
    pub async fn serve(self, roles: Router, pass_on: PassOn, mut checks: Vec<Arc<dyn Check>>) {
        let disk = self.folder.as_ref().map(|_| Arc::new(DiskSpace::new(&self.config)));
        checks.extend(disk.clone().map(|disk| disk as Arc<dyn Check>));
        let mut router = roles
            .merge(health::router(checks))
            .merge(metrics::router(self.metrics.clone(), self.config.access.metrics_readers.clone()));
        if self.config.runs(Role::Console) {
            router = router.fallback_service(siaga_console::router(pass_on));
        }
        let upkeep = tokio::spawn(metrics::upkeep(self.metrics, self.stop.clone()));
        let watch = tokio::spawn({
            let stop = self.stop.clone();
            async move {
                if let Some(disk) = disk {
                    disk.watch(stop).await;
                }
            }
        });
        self.server.run(router, self.stop).await;
        // Both end by the same token; a panic in one of them was logged by the runtime.
        let _ = tokio::join!(upkeep, watch);
        drop(self.folder);
    }
}

async fn listen_to_signals((mut interrupt, mut terminate): (Signal, Signal), stop: CancellationToken) {
    one_of(&mut interrupt, &mut terminate).await;
    tracing::info!("asked to end: no new work, letting requests end; ask again to end at once");
    stop.cancel();
    one_of(&mut interrupt, &mut terminate).await;
    tracing::warn!("asked again: ending at once");
    std::process::exit(EXIT_HURRIED);
}

async fn one_of(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;

    use super::*;
    use crate::config::Disk;

    #[tokio::test]
    async fn it_serves_roles_health_metrics_and_web_and_frees_folder_and_port() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            data: folder.path().join("data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            disk: Disk { warn_free_mib: 1, not_ready_free_mib: 0 },
            ..Config::default()
        };
        let shell = Shell::start(config.clone()).unwrap();
        let (address, stop) = (shell.address().unwrap(), shell.stop.clone());
        let again = Shell::start(config.clone()).err().unwrap().to_string();
        assert!(again.contains("stop the other server first"), "{again}");
        let served = tokio::spawn(shell.serve(
            Router::new().route("/siaga.v1.X/Y", get(|| async { "role" })),
            PassOn::default(),
            Vec::new(),
        ));

        let ask = async |path: &str| reqwest::get(format!("http://{address}{path}")).await.unwrap();
        assert_eq!(ask("/siaga.v1.X/Y").await.text().await.unwrap(), "role");
        assert_eq!(ask("/siaga.v1.X/Z").await.status(), 404);
        assert_eq!(ask("/healthz").await.status(), 200);
        let ready = ask("/readyz").await;
        assert_eq!(ready.status(), 200);
        assert!(ready.text().await.unwrap().contains("\"disk\""));
        let counted = ask("/metrics").await.text().await.unwrap();
        assert!(counted.contains("siaga_http_requests_total{surface=\"operations\",status=\"200\"}"), "{counted}");
        // The page, or the page that says that it was not built.
        let page = ask("/operator").await;
        assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));

        stop.cancel();
        served.await.unwrap();
        stores::take_folder(&config.data).unwrap();
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
    }
}
