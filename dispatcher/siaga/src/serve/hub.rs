//! The data hub's role in this process: its database, its keys, and who may read it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use base64::Engine as _;
use http::HeaderMap;
use siaga_console::PassOn;
use siaga_core::Core;
use siaga_domain::{Clock as _, IdSource as _};
use siaga_hub::{
    HubAccess, HubConfig, HubDatabase, HubDenied, HubLimits, HubReader, HubState, KelurahanLookup, LabelPoint,
};
use siaga_proto::v1::access_service_client::AccessServiceClient;
use siaga_proto::v1::catalog_service_client::CatalogServiceClient;
use siaga_proto::v1::{GetCatalogRequest, Role, WhoAmIRequest};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tonic::{Code, Request};

use crate::cli::Failure;
use crate::config::{self, Config, Role as Part};
use crate::peers::{self, Dialer};
use crate::server::health::{Check, Health};
use crate::system::{SystemClock, SystemIds};

/// The file in the data folder that keeps the key between this process's gateway and hub.
const KEY_FILE: &str = "hub.key";
/// How long a core on another machine may take to say who reads.
const CORE_TIMEOUT: Duration = Duration::from_secs(5);
/// The places of the kelurahan are read again after this.
const CATALOG_FOR: Duration = Duration::from_secs(600);

/// Opens the hub's database.
pub(super) async fn open(
    config: &Config,
    keys: &[String],
    access: Arc<dyn HubAccess>,
    kelurahan: Arc<dyn KelurahanLookup>,
) -> Result<HubState, Failure> {
    let database = match &config.hub_store.database_url {
        Some(url) => HubDatabase::Postgres(url.expose().to_owned()),
        None => HubDatabase::Sqlite(config.data.join("hub.db")),
    };
    let advice = "correct the section [hub] of the configuration, or the hub's database";
    let keys = keys.iter().map(|key| key.parse().map_err(|error| Failure::failed(error, advice)));
    let hub = HubConfig {
        database,
        keys: keys.collect::<Result<_, _>>()?,
        limits: HubLimits::default(),
        clock: Arc::new(|| SystemClock.now().unix_ms()),
        access,
        kelurahan,
    };
    HubState::open(hub).await.map_err(|error| Failure::failed(error, advice))
}

/// Where the kelurahan of a core in this process are.
pub(super) fn label_points(core: &Core) -> HashMap<String, LabelPoint> {
    let city = core.context.city();
    let point = |(lat_deg, lon_deg): (f64, f64)| LabelPoint { lat_deg, lon_deg };
    city.kelurahan.iter().map(|area| (area.code.clone(), point(area.label_point))).collect()
}

/// Where this process delivers: the configured hub, or its own.
pub(super) fn url(config: &Config, address: SocketAddr) -> Option<String> {
    if let Some(url) = &config.hub.url {
        return Some(url.clone());
    }
    config.runs(Part::Hub).then(|| {
        let ip = if address.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
        format!("http://{}", SocketAddr::new(ip, address.port()))
    })
}

/// A way to this process's own hub that needs no certificate: under TLS the gateway could not know a private CA. Only
/// this machine reaches it, and what comes in is signed all the same.
pub(super) async fn inner_door(hub: axum::Router, stop: CancellationToken) -> Result<String, Failure> {
    let advice = "the loopback interface gives no port; look what else runs on this machine";
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.map_err(|error| Failure::failed(error, advice))?;
    let address = listener.local_addr().map_err(|error| Failure::failed(error, advice))?;
    tokio::spawn(async move {
        let served = axum::serve(listener, hub).with_graceful_shutdown(stop.cancelled_owned()).await;
        if let Err(error) = served {
            tracing::error!(%error, "the inner door to the hub closed: cases wait until the next start");
        }
    });
    Ok(format!("http://{address}"))
}

/// Where the gateway posts: a hub under TLS is reached through a door on this machine, because the gateway's own client
/// speaks none. It leads to that hub alone, and what goes out is signed already.
pub(super) async fn reachable(url: String, config: &Config, stop: CancellationToken) -> Result<String, Failure> {
    if !url.starts_with("https://") {
        return Ok(url);
    }
    let dialer = Dialer::new("hub", &[url], config.peers.ca_file.as_deref(), "h2");
    let dialer = dialer.map_err(|error| Failure::failed(error, "correct hub.url, or peers.ca_file"))?;
    inner_door(siaga_console::router(PassOn::default().to_hub(peers::over(dialer))), stop).await
}

/// The keys in force: configured ones, or one that this installation has made for itself.
pub(super) fn keys(config: &Config) -> Result<Vec<String>, Failure> {
    let mut keys: Vec<String> = config.hub.keys.iter().map(|key| key.expose().to_owned()).collect();
    let advice = "give keys in [hub] of the configuration, or make the file readable";
    if let Some(file) = &config.hub.keys_file {
        let found = config::signing_keys_in(file).map_err(|error| Failure::failed(error, advice))?;
        keys.extend(found.iter().map(|key| key.expose().to_owned()));
    }
    if !keys.is_empty() {
        return Ok(keys);
    }
    let file = config.data.join(KEY_FILE);
    if !file.exists() {
        make_key(&file).map_err(|error| Failure::failed(format!("{}: {error}", file.display()), advice))?;
    }
    let found = config::signing_keys_in(&file).map_err(|error| Failure::failed(error, advice))?;
    Ok(found.iter().map(|key| key.expose().to_owned()).collect())
}

fn make_key(file: &Path) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut bytes = [0; 32];
    SystemIds.fill(&mut bytes);
    let key = format!("whsec_{}\n", base64::engine::general_purpose::STANDARD.encode(bytes));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    file.write_all(key.as_bytes())?;
    file.sync_all()
}

/// Asks the core who reads.
pub(super) struct CoreAccess(pub(super) Channel);

#[async_trait]
impl HubAccess for CoreAccess {
    async fn reader(&self, headers: &HeaderMap) -> Result<HubReader, HubDenied> {
        let request = as_reader(WhoAmIRequest {}, headers)?;
        let answer = AccessServiceClient::new(self.0.clone()).who_am_i(request).await;
        let account = match answer {
            Ok(answer) => answer.into_inner().account.unwrap_or_default(),
            Err(status) if status.code() == Code::Unauthenticated => return Err(HubDenied::SignedOut),
            Err(status) if status.code() == Code::PermissionDenied => return Err(HubDenied::Forbidden),
            Err(_) => return Err(HubDenied::Unavailable),
        };
        let sees_unmasked = match account.role() {
            Role::Supervisor => true,
            Role::HubAnalyst | Role::Administrator => false,
            _ => return Err(HubDenied::Forbidden),
        };
        Ok(HubReader { account: account.id, sees_unmasked })
    }
}

/// A request to the core with the reader's own credential.
fn as_reader<T>(message: T, headers: &HeaderMap) -> Result<Request<T>, HubDenied> {
    let mut request = Request::new(message);
    for name in ["authorization", "cookie"] {
        if let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()) {
            let value = value.parse().map_err(|_| HubDenied::SignedOut)?;
            request.metadata_mut().insert(name, value);
        }
    }
    Ok(request)
}

/// A core on another machine. It is asked who reads, as the reader, and with the same credential where the kelurahan
/// are: the hub needs no right of its own.
pub(super) struct RemoteCore {
    access: CoreAccess,
    catalog: RwLock<Catalog>,
}

#[derive(Default)]
struct Catalog {
    points: HashMap<String, LabelPoint>,
    read_at: Option<Instant>,
}

impl RemoteCore {
    pub(super) fn new(channel: Channel) -> Self {
        Self { access: CoreAccess(channel), catalog: RwLock::default() }
    }

    /// Reads the catalog when that is some time ago; what is known stays in use when it cannot be read.
    async fn refresh(&self, headers: &HeaderMap) -> Result<(), HubDenied> {
        let read_at = self.catalog.read().unwrap_or_else(PoisonError::into_inner).read_at;
        if read_at.is_some_and(|at| at.elapsed() < CATALOG_FOR) {
            return Ok(());
        }
        let request = as_reader(GetCatalogRequest {}, headers)?;
        let answer = CatalogServiceClient::new(self.access.0.clone()).get_catalog(request).await;
        let areas = match answer {
            Ok(answer) => answer.into_inner().kelurahan,
            Err(status) => {
                tracing::warn!(code = ?status.code(), "the kelurahan could not be read from the core");
                // Exports without any place would be wrong silently.
                return if read_at.is_some() { Ok(()) } else { Err(HubDenied::Unavailable) };
            }
        };
        let points = areas.into_iter().filter_map(|area| {
            let point = area.label_point?;
            Some((area.code, LabelPoint { lat_deg: point.latitude, lon_deg: point.longitude }))
        });
        let catalog = Catalog { points: points.collect(), read_at: Some(Instant::now()) };
        *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = catalog;
        Ok(())
    }
}

#[async_trait]
impl HubAccess for RemoteCore {
    async fn reader(&self, headers: &HeaderMap) -> Result<HubReader, HubDenied> {
        let asked = async {
            let reader = self.access.reader(headers).await?;
            self.refresh(headers).await?;
            Ok(reader)
        };
        tokio::time::timeout(CORE_TIMEOUT, asked).await.unwrap_or(Err(HubDenied::Unavailable))
    }
}

impl KelurahanLookup for RemoteCore {
    fn label_point(&self, kelurahan_code: &str) -> Option<LabelPoint> {
        self.catalog.read().unwrap_or_else(PoisonError::into_inner).points.get(kelurahan_code).copied()
    }
}

/// `/readyz`: the hub's database. Calls and dispatch do without it.
pub(super) struct HubCheck(pub(super) HubState);

#[async_trait]
impl Check for HubCheck {
    fn name(&self) -> &'static str {
        "hub"
    }

    async fn check(&self) -> Health {
        match self.0.health().await {
            Ok(()) => Health::Ok,
            Err(error) => Health::Warn(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::post;

    use super::*;
    use crate::config::Tls;
    use crate::server::Server;

    #[tokio::test]
    async fn deliveries_reach_a_hub_under_tls() {
        let folder = tempfile::tempdir().unwrap();
        let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let tls = Tls { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
        std::fs::write(&tls.certificate, pair.cert.pem()).unwrap();
        std::fs::write(&tls.key, pair.signing_key.serialize_pem()).unwrap();
        let mut config = Config { listen: "127.0.0.1:0".parse().unwrap(), tls: Some(tls.clone()), ..Config::default() };
        config.peers.ca_file = Some(tls.certificate);
        let server = Server::bind(&config).unwrap();
        let url = format!("https://localhost:{}", server.local_addr().unwrap().port());
        let router = axum::Router::new()
            .route("/hub/events", post(|body: String| async move { (http::StatusCode::ACCEPTED, body) }));
        let stop = CancellationToken::new();
        let served = tokio::spawn(server.run(router, stop.clone()));

        let door = reachable(url, &config, CancellationToken::new()).await.unwrap();
        let send = async || reqwest::Client::new().post(format!("{door}/hub/events")).body("{}").send().await.unwrap();
        let taken = send().await;
        assert_eq!((taken.status().as_u16(), taken.text().await.unwrap().as_str()), (202, "{}"));
        stop.cancel();
        served.await.unwrap();
        let away = send().await;
        assert_eq!(away.status().as_u16(), 503, "which is no refusal of the hub: it is sent again");
    }
}
