//! GetServiceLevels: how fast calls were answered and cases were sent, against the targets, over a window, by hour and
//! shift, and over the last hour.

use crate::{
    Core,
    access::Caller,
    convert,
    statistics::{
        calendar::{Calendar, DAY_MS, HOUR_MS, HOURLY_DAYS_MAX, Window},
        levels::{Spans, figure},
        read::{Counted, Want, read},
    },
};
use siaga_domain::{SiagaError, Timestamp};
use siaga_proto::v1;

/// Each level over the window.
///
/// # Errors
/// SIAGA-1001 for a window that is empty, too long or holds too much.
pub(crate) async fn get_service_levels(
    core: &Core,
    _: &Caller,
    request: v1::GetServiceLevelsRequest,
) -> Result<v1::GetServiceLevelsResponse, SiagaError> {
    let now = core.context.now();
    let calendar = Calendar::new(core.context.config.utc_offset_minutes);
    let from = convert::time("from", request.from)?;
    let window = calendar.window(from, convert::time("to", request.to)?, now)?;
    let counted = read(&*core.context.background, window, Want::Both).await?;
    Ok(v1::GetServiceLevelsResponse {
        from: Some(convert::timestamp(window.from)),
        to: Some(convert::timestamp(window.to)),
        levels: level_figures(core, window, &counted, now).await?,
    })
}

/// The figures of all levels over a window that was read.
///
/// # Errors
/// SIAGA-1901 when the last hour cannot be read.
pub(super) async fn level_figures(
    core: &Core,
    window: Window,
    counted: &Counted,
    now: Timestamp,
) -> Result<Vec<v1::LevelFigure>, SiagaError> {
    let config = &core.context.config;
    let calendar = Calendar::new(config.utc_offset_minutes);
    let hour = Window { from: now.plus_ms(-HOUR_MS), to: now.plus_ms(1) };
    let last_hour = read(&*core.context.background, hour, Want::Both).await?;
    let hourly = window.length_ms() <= HOURLY_DAYS_MAX * DAY_MS;
    let hours = if hourly { calendar.spans(window, HOUR_MS) } else { Vec::new() };
    let shifts = calendar.shifts(window, &config.shifts);
    let spans = Spans { hours: &hours, shifts: &shifts };
    Ok(config.service_levels.iter().map(|level| figure(level, window, counted, &last_hour, &spans, now)).collect())
}
