//! GetActivity: what a day, week or month was.

use super::get_service_levels::level_figures;
use crate::{
    Core,
    access::Caller,
    statistics::{
        activity::Activity,
        calendar::{Calendar, DAY_MS, HOUR_MS},
        read::{Want, read},
        volume,
    },
};
use siaga_domain::{Role, SiagaError};
use siaga_proto::v1;

/// Counts and durations of a period.
///
/// # Errors
/// SIAGA-1001 for a period that does not exist or holds too much.
pub(crate) async fn get_activity(
    core: &Core,
    who: &Caller,
    request: v1::GetActivityRequest,
) -> Result<v1::GetActivityResponse, SiagaError> {
    activity(core, request.period(), &request.day, who.role != Role::Supervisor).await
}

/// The report; `masked` counts all sensitive types together.
///
/// # Errors
/// As [`get_activity`].
pub(super) async fn activity(
    core: &Core,
    period: v1::Period,
    day: &str,
    masked: bool,
) -> Result<v1::GetActivityResponse, SiagaError> {
    let now = core.context.now();
    let calendar = Calendar::new(core.context.config.utc_offset_minutes);
    let window = calendar.period(period, day, now)?;
    let counted = read(&*core.context.background, window, Want::Both).await?;
    let city = core.context.city();
    let figures = Activity { counted: &counted, window, city: &city, masked }.figures();
    let length = if period == v1::Period::Day { HOUR_MS } else { DAY_MS };
    Ok(v1::GetActivityResponse {
        spans: volume::spans(&counted, &calendar.spans(window, length)),
        hours: volume::hours(&counted, calendar),
        levels: level_figures(core, window, &counted, now).await?,
        ..figures
    })
}
