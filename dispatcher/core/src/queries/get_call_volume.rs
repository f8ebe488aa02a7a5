//! GetCallVolume: calls by kind, by hour or day, with the share of nuisance.

use crate::{
    Core,
    access::Caller,
    convert,
    statistics::{
        calendar::{Calendar, DAY_MS, HOUR_MS, HOURLY_DAYS_MAX},
        read::{Want, read},
        volume,
    },
};
use siaga_domain::SiagaError;
use siaga_proto::v1;

/// Calls of the window.
///
/// # Errors
/// SIAGA-1001 for a window that is empty, too long or holds too much.
pub(crate) async fn get_call_volume(
    core: &Core,
    _: &Caller,
    request: v1::GetCallVolumeRequest,
) -> Result<v1::GetCallVolumeResponse, SiagaError> {
    let calendar = Calendar::new(core.context.config.utc_offset_minutes);
    let from = convert::time("from", request.from)?;
    let window = calendar.window(from, convert::time("to", request.to)?, core.context.now())?;
    let by_day = request.spans() == v1::SpanLength::Day;
    if !by_day && window.length_ms() > HOURLY_DAYS_MAX * DAY_MS {
        return Err(SiagaError::invalid(
            "spans",
            format!("Per jam paling lama {HOURLY_DAYS_MAX} hari; pilih per hari."),
            format!("By hour at most {HOURLY_DAYS_MAX} days; choose days."),
        ));
    }
    let counted = read(&*core.context.background, window, Want::Both).await?;
    let total = volume::count(&counted.calls);
    let spans = calendar.spans(window, if by_day { DAY_MS } else { HOUR_MS });
    let (from, to) = (Some(convert::timestamp(window.from)), Some(convert::timestamp(window.to)));
    Ok(v1::GetCallVolumeResponse {
        from,
        to,
        nuisance_percent: volume::nuisance_percent(&total),
        spans: volume::spans(&counted, &spans),
        total: Some(total),
        calls: Some(v1::FigureFilter {
            from,
            to,
            subject: v1::FigureSubject::Calls.into(),
            ..v1::FigureFilter::default()
        }),
    })
}
