//! Configuration: one typed [`Config`], read from a TOML file, `SIAGA_*` variables and the command line, in rising
//! order of precedence, and checked whole before anything starts.
//!
//! A number that guards a call centre must not be misread: unknown keys are errors, every value has a range, and every
//! refusal names the place (file, line and column, variable or option), the key, and what would be right.

mod check;
mod layers;
mod peers;
mod problem;
mod sections;

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use check::{demo_accounts_need_loopback, signing_keys_in};
pub use layers::{Flag, Sources, load};
pub use peers::{Peers, token_in};
pub use problem::{Place, Problem, Problems};
pub use sections::{
    Access, Alarms, ByPriority, City, Disk, Hub, HubStore, Limits, Log, LogFormat, Retention, Role, Secret, Statistics,
    Tls,
};

/// The whole configuration of one process. Every key has a default, so an empty file is a valid one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address and port to serve on. Anything but loopback needs `[tls]` or `trusted_proxy`.
    pub listen: SocketAddr,
    /// Folder of the databases, keys and demo accounts; made when missing.
    pub data: PathBuf,
    /// PostgreSQL for the log and read models; without it SQLite in `data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<Secret>,
    /// Which parts this process runs.
    pub roles: Vec<Role>,
    /// Addresses of reverse proxies that end TLS before this server and may name the client's address.
    pub trusted_proxy: Vec<std::net::IpAddr>,
    /// Load the invented units, contacts and accounts on the first start. Loopback only.
    pub demo: bool,
    /// Certificate and key, to serve HTTPS without a proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// The city that this centre answers for.
    pub city: City,
    /// When a step is late.
    pub alarms: Alarms,
    /// What the centre is measured by.
    pub statistics: Statistics,
    /// Where case records are delivered.
    pub hub: Hub,
    /// Where the hub role keeps what it received.
    pub hub_store: HubStore,
    /// Where the other processes of the installation are, for one that does not run all roles.
    pub peers: Peers,
    /// Sessions and logins.
    pub access: Access,
    /// Upper bounds of what the server takes on.
    pub limits: Limits,
    /// How long data are kept.
    pub retention: Retention,
    /// Free space below which the server warns, and reports itself as not ready.
    pub disk: Disk,
    /// What the process writes about itself.
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 1120)),
            data: PathBuf::from("data"),
            database_url: None,
            roles: Role::ALL.to_vec(),
            trusted_proxy: Vec::new(),
            demo: false,
            tls: None,
            city: City::default(),
            alarms: Alarms::default(),
            statistics: Statistics::default(),
            hub: Hub::default(),
            hub_store: HubStore::default(),
            peers: Peers::default(),
            access: Access::default(),
            limits: Limits::default(),
            retention: Retention::default(),
            disk: Disk::default(),
            log: Log::default(),
        }
    }
}

impl Config {
    /// The effective configuration as TOML, with secrets hidden: what `siaga config show` prints.
    #[must_use]
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("every field of the configuration is a TOML value")
    }

    /// Whether this process runs `role`.
    #[must_use]
    pub fn runs(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// A configuration with every optional key set: the list of all keys, and the shape of each.
    fn with_every_key() -> Self {
        Self {
            database_url: Some(Secret::new("postgres://localhost/siaga")),
            tls: Some(Tls::default()),
            hub: Hub { url: Some(String::new()), keys_file: Some(PathBuf::new()), ..Hub::default() },
            hub_store: HubStore { database_url: Some(Secret::new("postgres://localhost/hub")) },
            peers: Peers::with_every_key(),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests;
