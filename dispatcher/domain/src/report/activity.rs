//! The report of a day, week or month as plain data. Names arrive in the report's language; sensitive types are
//! already counted together. All times are UTC and are printed in WIB.

use serde::{Deserialize, Serialize};

use super::Letterhead;
use crate::Timestamp;

/// What the report covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityPeriod {
    /// A day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A month.
    Month,
}

/// A count under its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityCount {
    /// What was counted.
    pub name: String,
    /// How many.
    pub count: u32,
}

/// Nearest-rank percentiles in ms; `None`: nothing was measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActivityDurations {
    /// How many were measured.
    pub count: u32,
    /// Half of them took no longer.
    pub p50_ms: Option<u64>,
    /// Nine in ten took no longer.
    pub p90_ms: Option<u64>,
    /// Nineteen in twenty took no longer.
    pub p95_ms: Option<u64>,
    /// The longest.
    pub longest_ms: Option<u64>,
}

/// How a service level was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityLevel {
    /// What is measured, with its limit.
    pub name: String,
    /// Who asks for it.
    pub source: String,
    /// Percent that should be within.
    pub target_percent: u32,
    /// How many could be judged.
    pub measured: u32,
    /// How many of them were within.
    pub within: u32,
    /// What was measured.
    pub durations: ActivityDurations,
}

/// One way between two stamps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityStage {
    /// From where to where.
    pub name: String,
    /// How long it took.
    pub durations: ActivityDurations,
}

/// The cases of a type or a kelurahan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityGroup {
    /// Code of the kelurahan, which the map is coloured by; of a type its own. Empty: not known.
    pub code: String,
    /// Its name, or the words for an unknown one.
    pub name: String,
    /// How many cases.
    pub count: u32,
    /// Report to first arrival.
    pub arrival: ActivityDurations,
}

/// The assignments of an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityAgency {
    /// Its name.
    pub name: String,
    /// How many assignments.
    pub count: u32,
    /// How many of them it declined.
    pub declined: u32,
    /// Sent to read by a person.
    pub read: ActivityDurations,
    /// Sent to arrival.
    pub arrival: ActivityDurations,
}

/// One bar of the chart of when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivitySpan {
    /// When it begins: an hour of a day, a day of a week or month.
    pub from: Timestamp,
    /// All calls.
    pub calls: u32,
    /// Prank and ghost among them.
    pub nuisance: u32,
    /// Cases opened.
    pub cases: u32,
}

/// One hour of the clock, over all days of the period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityHour {
    /// All calls.
    pub calls: u32,
    /// Cases opened.
    pub cases: u32,
}

/// A kelurahan with its border.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivityArea {
    /// Official code.
    pub code: String,
    /// Where its number stands: degrees east, north.
    pub label: (f64, f64),
    /// Polygons > rings (the outer one first) > corners as degrees east, north; the first corner is not repeated.
    pub polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

/// The whole document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivityReport {
    /// The issuing office.
    pub letterhead: Letterhead,
    /// What it covers.
    pub period: ActivityPeriod,
    /// From here ...
    pub from: Timestamp,
    /// ... to before here.
    pub to: Timestamp,
    /// When this copy was made; before `to` it is a preliminary one.
    pub printed_at: Timestamp,
    /// The role of the person who had it made.
    pub printed_by: String,
    /// All calls, then by kind.
    pub calls: Vec<ActivityCount>,
    /// Cases opened, then what became of them.
    pub cases: Vec<ActivityCount>,
    /// Prank and ghost of all calls; `None` without calls.
    pub nuisance_percent: Option<f64>,
    /// Service levels in their order.
    pub levels: Vec<ActivityLevel>,
    /// Durations of the stages in their order.
    pub stages: Vec<ActivityStage>,
    /// By type, the largest first.
    pub types: Vec<ActivityGroup>,
    /// By kelurahan, the largest first.
    pub kelurahan: Vec<ActivityGroup>,
    /// By agency, the largest first.
    pub agencies: Vec<ActivityAgency>,
    /// Hours of a day, days of a week or month.
    pub spans: Vec<ActivitySpan>,
    /// The 24 hours of the clock.
    pub hours: Vec<ActivityHour>,
    /// All kelurahan, for the map.
    pub areas: Vec<ActivityArea>,
    /// Whom a map of them has to name.
    pub credits: Vec<String>,
}
