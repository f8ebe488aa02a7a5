//! The sections of the configuration, with their defaults.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize, Serializer};
use siaga_core::statistics::{calendar::Shift, levels::ServiceLevel};
use siaga_domain::alarm::{AlarmKind, AlarmLimits};

/// A part of the system that a process can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The core: calls, incidents, dispatch and the log.
    Dispatcher,
    /// WebSocket sessions and delivery to the data hub.
    Gateway,
    /// The web and the one origin.
    Console,
    /// Receives, keeps and serves case data.
    Hub,
}

impl Role {
    /// All roles, the default.
    pub const ALL: [Self; 4] = [Self::Dispatcher, Self::Gateway, Self::Console, Self::Hub];
}

/// A value that is never printed or logged.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value that must not be shown.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that uses it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(set, not shown)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("(set, not shown)")
    }
}

/// PEM files of the server's certificate chain and its private key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// Certificate chain, leaf first.
    pub certificate: PathBuf,
    /// Private key: PKCS#8, PKCS#1 or SEC1.
    pub key: PathBuf,
}

/// The city that the centre answers for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct City {
    /// Name on screens and reports.
    pub name: String,
    /// First part of case numbers: `SKW` in `SKW-20261122-0042`. Two to five capital letters.
    pub number_prefix: String,
    /// Local time minus UTC, in minutes; WIB is 420. Indonesia has no summer time.
    pub utc_offset_minutes: i32,
}

impl Default for City {
    fn default() -> Self {
        Self { name: "Kota Singkawang".into(), number_prefix: "SKW".into(), utc_offset_minutes: 7 * 60 }
    }
}

/// A limit in seconds for each of the priorities 1 to 4; one number stands for all four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "OneOrFour", into = "OneOrFour")]
pub struct ByPriority(pub [u32; 4]);

impl ByPriority {
    /// The same limit for every priority.
    #[must_use]
    pub const fn same(limit_s: u32) -> Self {
        Self([limit_s; 4])
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a number of seconds, or four of them for the priorities 1 to 4")]
enum OneOrFour {
    One(u32),
    Four([u32; 4]),
}

impl From<OneOrFour> for ByPriority {
    fn from(value: OneOrFour) -> Self {
        match value {
            OneOrFour::One(limit_s) => Self::same(limit_s),
            OneOrFour::Four(limits_s) => Self(limits_s),
        }
    }
}

impl From<ByPriority> for OneOrFour {
    fn from(value: ByPriority) -> Self {
        if value.0.iter().all(|limit_s| *limit_s == value.0[0]) { Self::One(value.0[0]) } else { Self::Four(value.0) }
    }
}

/// When each step is late, in seconds; by priority where the incident has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alarms {
    /// A call rings and nobody answers.
    pub call_unanswered_s: u32,
    /// A caller hung up before an answer and was not called back.
    pub call_not_called_back_s: u32,
    /// An incident is open and no agency was sent.
    pub not_dispatched_s: ByPriority,
    /// An assignment was sent and no session of the agency has drawn it.
    pub not_delivered_s: ByPriority,
    /// An assignment was delivered and no person has taken it.
    pub not_acknowledged_s: ByPriority,
    /// An assignment was acknowledged and has no unit.
    pub without_unit_s: ByPriority,
    /// A unit was assigned and is not en route.
    pub not_en_route_s: ByPriority,
    /// A unit is en route and not on scene.
    pub not_on_scene_s: ByPriority,
    /// Nothing was heard of a unit at work.
    pub unit_silent_s: ByPriority,
    /// The operator who owns an open incident has no live session.
    pub owner_gone_s: u32,
    /// All agencies have finished and the incident is not closed.
    pub not_closed_s: ByPriority,
    /// The oldest case record that the data hub has not accepted.
    pub hub_behind_s: u32,
    /// An alarm that nobody took goes to all operators, with the agency's duty contact.
    pub escalate_after_s: u32,
}

impl Default for Alarms {
    /// The domain's own limits, so that each stands in one place.
    fn default() -> Self {
        let limits = |kind| ByPriority(AlarmLimits::default_s(kind));
        let limit = |kind| AlarmLimits::default_s(kind)[0];
        Self {
            call_unanswered_s: limit(AlarmKind::CallUnanswered),
            call_not_called_back_s: limit(AlarmKind::AbandonedNotCalledBack),
            not_dispatched_s: limits(AlarmKind::NotDispatched),
            not_delivered_s: limits(AlarmKind::NotDelivered),
            not_acknowledged_s: limits(AlarmKind::NotAcknowledged),
            without_unit_s: limits(AlarmKind::NoUnit),
            not_en_route_s: limits(AlarmKind::NotEnRoute),
            not_on_scene_s: limits(AlarmKind::NotOnScene),
            unit_silent_s: limits(AlarmKind::UnitSilent),
            owner_gone_s: limit(AlarmKind::OwnerGone),
            not_closed_s: limits(AlarmKind::NotClosed),
            hub_behind_s: limit(AlarmKind::HubBehind),
            escalate_after_s: AlarmLimits::default().escalate_after_s,
        }
    }
}

impl Alarms {
    /// The limits as the domain takes them. The kinds that are left out rise at once.
    #[must_use]
    pub fn limits(&self) -> AlarmLimits {
        let after_s = [
            (AlarmKind::CallUnanswered, ByPriority::same(self.call_unanswered_s)),
            (AlarmKind::AbandonedNotCalledBack, ByPriority::same(self.call_not_called_back_s)),
            (AlarmKind::NotDispatched, self.not_dispatched_s),
            (AlarmKind::NotDelivered, self.not_delivered_s),
            (AlarmKind::NotAcknowledged, self.not_acknowledged_s),
            (AlarmKind::NoUnit, self.without_unit_s),
            (AlarmKind::NotEnRoute, self.not_en_route_s),
            (AlarmKind::NotOnScene, self.not_on_scene_s),
            (AlarmKind::UnitSilent, self.unit_silent_s),
            (AlarmKind::OwnerGone, ByPriority::same(self.owner_gone_s)),
            (AlarmKind::NotClosed, self.not_closed_s),
            (AlarmKind::HubBehind, ByPriority::same(self.hub_behind_s)),
        ];
        let after_s = after_s.into_iter().map(|(kind, limits)| (kind, limits.0)).collect();
        AlarmLimits { after_s, escalate_after_s: self.escalate_after_s }
    }
}

/// What the centre is measured by, and how its day is cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Statistics {
    /// The service levels; given at all, they replace the published ones.
    pub levels: Vec<ServiceLevel>,
    /// The shifts of a day; each lasts until the next one begins.
    pub shifts: Vec<Shift>,
}

impl Default for Statistics {
    fn default() -> Self {
        Self { levels: ServiceLevel::published(), shifts: Shift::usual() }
    }
}

/// Delivery to the data hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hub {
    /// The data hub's address, without `/hub`; without it, the hub role of this process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `source` of the CloudEvents.
    pub source: String,
    /// Signing keys (`whsec_` and base64), the newest first; several while keys are changed. Better in `keys_file`.
    pub keys: Vec<Secret>,
    /// File with one signing key a line. Without any key one is made and kept in the data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys_file: Option<PathBuf>,
    /// Whether records carry the caller's name, number and narrative.
    pub include_personal: bool,
    /// How long one delivery may take.
    pub timeout_ms: u64,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            url: None,
            source: "urn:siaga:singkawang".into(),
            keys: Vec::new(),
            keys_file: None,
            include_personal: false,
            timeout_ms: 5_000,
        }
    }
}

/// The hub role's own store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HubStore {
    /// PostgreSQL of the hub; without it `hub.db` in the data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<Secret>,
}

/// Sessions and logins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// A session lasts a shift.
    pub session_hours: u32,
    /// Failed logins of one account before it must wait.
    pub login_attempts: u32,
    /// How long it then waits.
    pub login_wait_s: u32,
    /// An agency sees caller and narrative this long after a case is closed.
    pub agency_after_close_hours: u32,
    /// Origins such as `https://siaga.example`, besides the server's own name, whose pages may use a session's cookie.
    pub origins: Vec<String>,
    /// Addresses besides this machine that may read `/metrics`.
    pub metrics_readers: Vec<IpAddr>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            session_hours: 12,
            login_attempts: 8,
            login_wait_s: 60,
            agency_after_close_hours: 24,
            origins: Vec::new(),
            metrics_readers: Vec::new(),
        }
    }
}

/// Upper bounds of what the server takes on; beyond them the client gets a clear error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Open TCP connections.
    pub connections: u32,
    /// Live WebSocket sessions.
    pub sessions: u32,
    /// One request's body.
    pub body_bytes: u32,
    /// Commands that may wait for the log's writer, in each lane.
    pub queue_commands: u32,
    /// HTTP/2 streams on one connection.
    pub streams_per_connection: u32,
    /// How long a client may take to send its request's head, and its TLS handshake.
    pub header_timeout_ms: u64,
    /// How long requests may take to end after Ctrl-C or SIGTERM.
    pub shutdown_s: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16_384,
            sessions: 8_192,
            body_bytes: 1024 * 1024,
            queue_commands: 4_096,
            streams_per_connection: 2_048,
            header_timeout_ms: 30_000,
            shutdown_s: 10,
        }
    }
}

/// How long data are kept, in days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Callers' names, numbers, narratives and exact places, from the closing of the case; 0: until erased by hand. A
    /// legal hold stops it.
    pub personal_days: u32,
    /// Names and numbers of calls that never became a case (prank, silent, information, ...), from the end of the
    /// call; 0: until erased by hand. A number's history of nuisance calls ends with them. A legal hold stops it.
    pub calls_without_case_days: u32,
    /// Positions of units, which are no history.
    pub position_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { personal_days: 5 * 365, calls_without_case_days: 365, position_days: 7 }
    }
}

/// Free space in the data folder's file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Disk {
    /// Below it the server warns (log, metric, `/readyz`), long before writes fail.
    pub warn_free_mib: u64,
    /// Below it `/readyz` says not ready. Calls are still taken as long as the disk takes them.
    pub not_ready_free_mib: u64,
}

impl Default for Disk {
    fn default() -> Self {
        Self { warn_free_mib: 2_048, not_ready_free_mib: 256 }
    }
}

/// The shape of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What the process writes about itself, to standard error. Never personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Text or JSON.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,siaga_store=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Auto, level: "info".into() }
    }
}
