//! What an installation sets of the core.

use crate::statistics::{calendar::Shift, levels::ServiceLevel};
use serde::{Deserialize, Serialize};
use siaga_domain::alarm::AlarmLimits;

/// The core's configuration; every field has a default that fits Singkawang.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CoreConfig {
    /// Before every case number, e.g. "SKW".
    pub number_prefix: String,
    /// Offset of the city's time from UTC in minutes; WIB is 420.
    pub utc_offset_minutes: i32,
    /// Points this far off the city's border, over the sea, still count as inside, in m.
    pub shoreline_m: f64,
    /// When each alarm rises.
    pub alarms: AlarmLimits,
    /// A session ends after this, in h: a shift.
    pub session_hours: u32,
    /// Failed sign-ins of one name before it has to wait.
    pub login_attempts: u32,
    /// How long it then waits, in s.
    pub login_wait_s: u32,
    /// The site is served under TLS: cookies are `Secure` and named `__Host-`.
    pub secure_cookies: bool,
    /// Replies are kept for retries this long, in days.
    pub request_days: u32,
    /// Agencies see caller and narrative of a closed case this long, in h.
    pub agency_access_after_close_h: u32,
    /// Personal data of a closed case are erased after this, in days; 0: never by itself.
    pub personal_days: u32,
    /// Personal data of a call that never became a case are erased after this, in days; 0: never by itself.
    pub calls_without_case_days: u32,
    /// Positions of units are kept this long, in days.
    pub position_days: u32,
    /// The `source` of CloudEvents sent to the hub.
    pub hub_source: String,
    /// Send caller and narrative to the hub with the record. Off unless a law asks for it.
    pub hub_include_personal: bool,
    /// The service levels that the centre is measured by.
    pub service_levels: Vec<ServiceLevel>,
    /// The shifts of a day.
    pub shifts: Vec<Shift>,
    /// Commands that may wait for the log's writer, of each lane.
    pub queue_commands: usize,
}

impl Default for CoreConfig {
    fn default() -> Self {
        Self {
            number_prefix: "SKW".into(),
            utc_offset_minutes: 420,
            shoreline_m: 500.0,
            alarms: AlarmLimits::default(),
            session_hours: 12,
            login_attempts: 8,
            login_wait_s: 60,
            secure_cookies: false,
            request_days: 30,
            agency_access_after_close_h: 24,
            personal_days: 0,
            calls_without_case_days: 0,
            position_days: 7,
            hub_source: "urn:siaga:singkawang".into(),
            hub_include_personal: false,
            service_levels: ServiceLevel::published(),
            shifts: Shift::usual(),
            queue_commands: 4096,
        }
    }
}
