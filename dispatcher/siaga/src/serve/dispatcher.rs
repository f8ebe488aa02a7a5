//! The core of this process, from the installation's configuration.

use std::sync::Arc;

use siaga_core::{Core, CoreConfig};
use siaga_domain::SiagaError;
use siaga_reports::TypstReportRenderer;
use siaga_store::Store;

use crate::cli::Failure;
use crate::config::Config;
use crate::system::{SystemClock, SystemIds};

/// Starts the core over a store.
pub(super) async fn start(config: &Config, store: Arc<dyn Store>) -> Result<Arc<Core>, Failure> {
    let renderer = Arc::new(TypstReportRenderer::new());
    let core = Core::start(store, Arc::new(SystemClock), Arc::new(SystemIds), core_config(config), renderer).await;
    core.map_err(|error| explain(&error))
}

/// The part of the configuration that is the core's.
pub(crate) fn core_config(config: &Config) -> CoreConfig {
    CoreConfig {
        number_prefix: config.city.number_prefix.clone(),
        utc_offset_minutes: config.city.utc_offset_minutes,
        alarms: config.alarms.limits(),
        service_levels: config.statistics.levels.clone(),
        shifts: config.statistics.shifts.clone(),
        session_hours: config.access.session_hours,
        login_attempts: config.access.login_attempts,
        login_wait_s: config.access.login_wait_s,
        agency_access_after_close_h: config.access.agency_after_close_hours,
        personal_days: config.retention.personal_days,
        calls_without_case_days: config.retention.calls_without_case_days,
        position_days: config.retention.position_days,
        hub_source: config.hub.source.clone(),
        hub_include_personal: config.hub.include_personal,
        queue_commands: config.limits.queue_commands as usize,
        // Behind a proxy that ends TLS the browser speaks TLS too.
        secure_cookies: config.tls.is_some() || !config.trusted_proxy.is_empty(),
        ..CoreConfig::default()
    }
}

/// What the administrator is told of an error of the core.
pub(crate) fn explain(error: &SiagaError) -> Failure {
    let what = error.private.as_ref().map_or_else(|| error.to_string(), |private| format!("{error} ({private})"));
    Failure::failed(what, "docs/errors.md says what to do about this code")
}
