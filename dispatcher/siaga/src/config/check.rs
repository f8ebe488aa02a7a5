//! What types cannot say: ranges, formats, and values that do not go together.

mod roles;

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::layers::Layers;
use super::{ByPriority, Config, Place, Problem, Problems, Role, Secret};
use crate::server::tls;

const DAY_S: u32 = 24 * 60 * 60;

/// Collects what is wrong, with the place of each key.
struct Findings<'a> {
    layers: &'a Layers,
    problems: Vec<Problem>,
}

impl Findings<'_> {
    fn add(&mut self, key: &str, message: impl Into<String>) {
        let place = self.layers.place(key);
        self.problems.push(Problem { place, key: key.to_owned(), message: message.into() });
    }

    fn in_range<T: PartialOrd + Display + Copy>(&mut self, key: &str, value: T, range: RangeInclusive<T>) {
        if !range.contains(&value) {
            self.add(key, format!("{value} is out of range; give {} to {}", range.start(), range.end()));
        }
    }

    fn limits(&mut self, key: &str, limits: ByPriority) {
        if let Some(limit_s) = limits.0.iter().find(|limit_s| !(1..=DAY_S).contains(*limit_s)) {
            self.add(key, format!("{limit_s} is out of range; give 1 to {DAY_S} seconds"));
        }
    }

    fn database_url(&mut self, key: &str, url: Option<&Secret>) {
        let Some(url) = url else { return };
        if !(url.expose().starts_with("postgres://") || url.expose().starts_with("postgresql://")) {
            self.add(
                key,
                "is no PostgreSQL address; give postgres://USER:PASSWORD@HOST:5432/DATABASE, \
                           or leave it out for SQLite in the data folder",
            );
        }
    }
}

/// Checks a merged configuration.
///
/// # Errors
/// All problems that were found.
pub(super) fn check(config: &Config, layers: &Layers) -> Result<(), Problems> {
    let mut findings = Findings { layers, problems: Vec::new() };
    exposure(config, &mut findings);
    process(config, &mut findings);
    roles::check(config, &mut findings);
    city(config, &mut findings);
    alarms(config, &mut findings);
    statistics(config, &mut findings);
    hub(config, &mut findings);
    bounds(config, &mut findings);
    if findings.problems.is_empty() { Ok(()) } else { Err(Problems(findings.problems)) }
}

/// Off loopback, callers' data and passwords would cross the network in the clear.
fn exposure(config: &Config, findings: &mut Findings<'_>) {
    let loopback = config.listen.ip().is_loopback();
    if !loopback && config.demo {
        // The other rule would only repeat it: with demo accounts nothing but loopback is right.
        findings.add(
            "listen",
            format!(
                "{} is not loopback, and the passwords of the demo accounts are public; \
            listen on 127.0.0.1, or start without --demo in a fresh data folder",
                config.listen
            ),
        );
    } else if !loopback && config.tls.is_none() && config.trusted_proxy.is_empty() {
        findings.add(
            "listen",
            format!(
                "{} is not loopback and there is no TLS; set [tls] certificate and key, \
            or name the reverse proxy that ends TLS in trusted_proxy, or listen on 127.0.0.1",
                config.listen
            ),
        );
    }
    if let Some(tls) = &config.tls {
        if tls.certificate.as_os_str().is_empty() {
            findings.add("tls.certificate", "is missing; name the PEM file of the certificate chain");
        } else if tls.key.as_os_str().is_empty() {
            findings.add("tls.key", "is missing; name the PEM file of the private key");
        } else if let Err(error) = tls::load(tls) {
            findings.add(error.key, error.message);
        }
    }
}

fn process(config: &Config, findings: &mut Findings<'_>) {
    if config.roles.is_empty() {
        findings.add("roles", "names no role; give some of dispatcher, gateway, console, hub, or leave it out for all");
    }
    for role in Role::ALL {
        if config.roles.iter().filter(|named| **named == role).count() > 1 {
            findings.add("roles", format!("names {role:?} twice; name each role once").to_lowercase());
        }
    }
    if config.data.as_os_str().is_empty() {
        findings.add("data", "is empty; name a folder");
    }
    findings.database_url("database_url", config.database_url.as_ref());
    findings.database_url("hub_store.database_url", config.hub_store.database_url.as_ref());
    if !is_log_level(&config.log.level) {
        findings.add(
            "log.level",
            format!(
                "`{}` is no level; give error, warn, info, debug or trace, or directives such as \
                 info,siaga_store=debug",
                config.log.level
            ),
        );
    }
}

/// A level, or levels by module. A bare word that is no level would silently mean a module, so a
/// typing error in the level would switch the log off.
fn is_log_level(text: &str) -> bool {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    let levels = text.split(',').all(|part| {
        let level = part.rsplit('=').next().unwrap_or_default().trim();
        !level.is_empty() && level.parse::<LevelFilter>().is_ok()
    });
    levels && text.parse::<Targets>().is_ok()
}

fn city(config: &Config, findings: &mut Findings<'_>) {
    let city = &config.city;
    if city.name.trim().is_empty() || city.name.chars().count() > 100 {
        findings.add("city.name", "must have 1 to 100 characters");
    }
    let letters = city.number_prefix.chars().all(|letter| letter.is_ascii_uppercase());
    if !letters || !(2..=5).contains(&city.number_prefix.len()) {
        findings.add(
            "city.number_prefix",
            format!(
                "`{}` cannot start a case number; give 2 to 5 capital letters, \
            such as SKW",
                city.number_prefix
            ),
        );
    }
    findings.in_range("city.utc_offset_minutes", city.utc_offset_minutes, -12 * 60..=14 * 60);
}

fn alarms(config: &Config, findings: &mut Findings<'_>) {
    let alarms = &config.alarms;
    for (key, limit_s) in [
        ("alarms.call_unanswered_s", alarms.call_unanswered_s),
        ("alarms.call_not_called_back_s", alarms.call_not_called_back_s),
        ("alarms.owner_gone_s", alarms.owner_gone_s),
        ("alarms.hub_behind_s", alarms.hub_behind_s),
        ("alarms.escalate_after_s", alarms.escalate_after_s),
    ] {
        findings.in_range(key, limit_s, 1..=DAY_S);
    }
    for (key, limits) in [
        ("alarms.not_dispatched_s", alarms.not_dispatched_s),
        ("alarms.not_delivered_s", alarms.not_delivered_s),
        ("alarms.not_acknowledged_s", alarms.not_acknowledged_s),
        ("alarms.without_unit_s", alarms.without_unit_s),
        ("alarms.not_en_route_s", alarms.not_en_route_s),
        ("alarms.not_on_scene_s", alarms.not_on_scene_s),
        ("alarms.unit_silent_s", alarms.unit_silent_s),
        ("alarms.not_closed_s", alarms.not_closed_s),
    ] {
        findings.limits(key, limits);
    }
}

/// A day has so many shifts at most, and a centre so many levels: more are a mistake in the file.
const LISTED_MAX: usize = 24;

fn statistics(config: &Config, findings: &mut Findings<'_>) {
    let statistics = &config.statistics;
    let mut codes: Vec<&str> = statistics.levels.iter().map(|level| level.code.as_str()).collect();
    codes.sort_unstable();
    if codes.windows(2).any(|pair| pair[0] == pair[1]) || codes.iter().any(|code| code.is_empty()) {
        findings.add("statistics.levels", "have a code that is missing or stands twice; give each one of its own");
    }
    for level in &statistics.levels {
        if !(1..=DAY_S).contains(&level.within_s) || !(1..=100).contains(&level.target_percent) {
            let message = format!("`{}`: give within_s from 1 to {DAY_S} and target_percent from 1 to 100", level.code);
            findings.add("statistics.levels", message);
        }
    }
    if statistics.levels.len() > LISTED_MAX || statistics.shifts.len() > LISTED_MAX {
        findings.add("statistics", format!("lists more than {LISTED_MAX} levels or shifts"));
    }
    if statistics.shifts.iter().any(|shift| shift.starts_minute >= DAY_S / 60 || shift.name.trim().is_empty()) {
        findings.add("statistics.shifts", "need a name, and starts_minute from 0 to 1439 after midnight");
    }
}

fn hub(config: &Config, findings: &mut Findings<'_>) {
    let hub = &config.hub;
    if let Some(url) = &hub.url {
        let parsed = url.parse::<http::Uri>().ok();
        let scheme = parsed.as_ref().and_then(http::Uri::scheme_str);
        let host = parsed.as_ref().and_then(http::Uri::host);
        if !matches!(scheme, Some("http" | "https")) || host.is_none() {
            findings.add("hub.url", format!("`{url}` is no address; give https://HOST"));
        } else if hub.keys.is_empty() && hub.keys_file.is_none() {
            findings.add(
                "hub.url",
                "the hub elsewhere cannot know a key that is made here; set hub.keys_file \
                                     to the key that both sides share",
            );
        }
    }
    if !(1..=200).contains(&hub.source.len()) || !hub.source.bytes().all(|byte| byte.is_ascii_graphic()) {
        findings.add("hub.source", "is no URI of 1 to 200 characters, such as urn:siaga:singkawang");
    }
    if hub.keys.len() > 8 {
        findings.add("hub.keys", "are more than 8; keep the newest and the one before");
    }
    // The key itself is never repeated in a message.
    if let Some(index) = hub.keys.iter().position(|key| !is_signing_key(key.expose())) {
        findings.add(
            "hub.keys",
            format!(
                "number {} is no signing key; give whsec_ and the base64 of 24 to 64 \
            random bytes",
                index + 1
            ),
        );
    }
    if let Some(path) = &hub.keys_file
        && let Err(message) = signing_keys_in(path)
    {
        findings.add("hub.keys_file", message);
    }
    findings.in_range("hub.timeout_ms", hub.timeout_ms, 100..=60_000);
}

/// The signing keys of a file, one a line; empty lines are passed over.
///
/// # Errors
/// Says what is wrong with the file or the line; never repeats a key.
pub fn signing_keys_in(path: &std::path::Path) -> Result<Vec<Secret>, String> {
    let path_shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path_shown} cannot be read: {error}"))?;
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
    let mut keys = Vec::new();
    for (index, line) in lines {
        if !is_signing_key(line) {
            return Err(format!(
                "line {} of {path_shown} is no signing key; give one a line: whsec_ and the \
                 base64 of 24 to 64 random bytes",
                index + 1
            ));
        }
        keys.push(Secret::new(line));
    }
    if keys.is_empty() { Err(format!("{path_shown} holds no key")) } else { Ok(keys) }
}

/// `whsec_` and the base64 of 24 to 64 bytes, as Standard Webhooks asks.
fn is_signing_key(key: &str) -> bool {
    use base64::Engine as _;
    key.strip_prefix("whsec_")
        .and_then(|encoded| base64::engine::general_purpose::STANDARD.decode(encoded).ok())
        .is_some_and(|bytes| (24..=64).contains(&bytes.len()))
}

fn bounds(config: &Config, findings: &mut Findings<'_>) {
    let access = &config.access;
    findings.in_range("access.session_hours", access.session_hours, 1..=24);
    findings.in_range("access.login_attempts", access.login_attempts, 1..=1_000);
    findings.in_range("access.login_wait_s", access.login_wait_s, 1..=DAY_S);
    findings.in_range("access.agency_after_close_hours", access.agency_after_close_hours, 0..=24 * 365);
    if let Some(origin) = access.origins.iter().find(|origin| !is_origin(origin)) {
        findings.add(
            "access.origins",
            format!("`{origin}` is no origin; give scheme and host, such as https://siaga.example"),
        );
    }
    let limits = &config.limits;
    findings.in_range("limits.connections", limits.connections, 16..=1_000_000);
    findings.in_range("limits.sessions", limits.sessions, 8..=1_000_000);
    findings.in_range("limits.body_bytes", limits.body_bytes, 64 * 1024..=64 * 1024 * 1024);
    findings.in_range("limits.queue_commands", limits.queue_commands, 16..=1_000_000);
    findings.in_range("limits.streams_per_connection", limits.streams_per_connection, 1_024..=1_000_000);
    findings.in_range("limits.header_timeout_ms", limits.header_timeout_ms, 100..=120_000);
    findings.in_range("limits.shutdown_s", limits.shutdown_s, 1..=300);
    if limits.sessions > limits.connections {
        findings.add(
            "limits.sessions",
            format!(
                "{} is more than limits.connections ({}), and each session needs a \
            connection",
                limits.sessions, limits.connections
            ),
        );
    }
    let retention = &config.retention;
    findings.in_range("retention.personal_days", retention.personal_days, 0..=36_500);
    findings.in_range("retention.calls_without_case_days", retention.calls_without_case_days, 0..=36_500);
    findings.in_range("retention.position_days", retention.position_days, 1..=3_650);
    if config.disk.not_ready_free_mib >= config.disk.warn_free_mib {
        findings.add(
            "disk.warn_free_mib",
            format!(
                "{} must be more than disk.not_ready_free_mib ({}): the warning \
            comes long before",
                config.disk.warn_free_mib, config.disk.not_ready_free_mib
            ),
        );
    }
}

/// Scheme, host and perhaps a port, and nothing after it: what browsers send in `Origin`.
fn is_origin(text: &str) -> bool {
    text.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some()
            && uri.path() == "/"
            && !text.ends_with('/')
    })
}

/// Refuses to serve demo accounts, whose passwords are public, to anything but this machine. For a data folder that has
/// them from an earlier start, which the configuration alone cannot show.
///
/// # Errors
/// The problem with `listen`.
pub fn demo_accounts_need_loopback(config: &Config) -> Result<(), Problems> {
    if config.listen.ip().is_loopback() {
        return Ok(());
    }
    let message = format!(
        "{} is not loopback, and the data folder {} holds demo accounts with public passwords; \
        listen on 127.0.0.1, or use a fresh folder made by `siaga init`",
        config.listen,
        config.data.display()
    );
    Err(Problem { place: Place::Default, key: "listen".to_owned(), message }.into())
}
