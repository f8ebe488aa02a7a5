//! The data hub's role in this process: its database, its keys, and who may read it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use http::HeaderMap;
use siaga_core::Core;
use siaga_domain::{Clock as _, IdSource as _};
use siaga_hub::{HubAccess, HubConfig, HubDatabase, HubDenied, HubLimits, HubReader, HubState, LabelPoint};
use siaga_proto::v1::access_service_client::AccessServiceClient;
use siaga_proto::v1::{Role, WhoAmIRequest};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tonic::{Code, Request};

use crate::cli::Failure;
use crate::config::{self, Config, Role as Part};
use crate::server::health::{Check, Health};
use crate::system::{SystemClock, SystemIds};

/// The file in the data folder that keeps the key between this process's gateway and hub.
const KEY_FILE: &str = "hub.key";

/// Opens the hub's database.
pub(super) async fn open(
    config: &Config,
    keys: &[String],
    core: Channel,
    dispatcher: &Arc<Core>,
) -> Result<HubState, Failure> {
    let database = match &config.hub_store.database_url {
        Some(url) => HubDatabase::Postgres(url.expose().to_owned()),
        None => HubDatabase::Sqlite(config.data.join("hub.db")),
    };
    let advice = "correct the section [hub] of the configuration, or the hub's database";
    let keys = keys.iter().map(|key| key.parse().map_err(|error| Failure::failed(error, advice)));
    let city = dispatcher.context.city();
    let kelurahan: HashMap<String, LabelPoint> = city
        .kelurahan
        .iter()
        .map(|area| (area.code.clone(), LabelPoint { lat_deg: area.label_point.0, lon_deg: area.label_point.1 }))
        .collect();
    let hub = HubConfig {
        database,
        keys: keys.collect::<Result<_, _>>()?,
        limits: HubLimits::default(),
        clock: Arc::new(|| SystemClock.now().unix_ms()),
        access: Arc::new(CoreAccess(core)),
        kelurahan: Arc::new(kelurahan),
    };
    HubState::open(hub).await.map_err(|error| Failure::failed(error, advice))
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
struct CoreAccess(Channel);

#[async_trait]
impl HubAccess for CoreAccess {
    async fn reader(&self, headers: &HeaderMap) -> Result<HubReader, HubDenied> {
        let mut request = Request::new(WhoAmIRequest {});
        for name in ["authorization", "cookie"] {
            if let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()) {
                let value = value.parse().map_err(|_| HubDenied::SignedOut)?;
                request.metadata_mut().insert(name, value);
            }
        }
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
