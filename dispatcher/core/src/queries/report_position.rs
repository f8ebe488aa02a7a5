//! ReportPosition: where a unit is now. Telemetry: kept for a while, no history.

use crate::{
    Core,
    access::{Caller, scope},
    context::store_error,
    convert,
};
use siaga_domain::{Aggregate, SiagaError, limits, unit::Unit};
use siaga_proto::v1;
use siaga_store::{StreamKey, UnitPosition};

/// Faster than any unit goes, in m/s.
const SPEED_MAX_MPS: f64 = 200.0;

pub(crate) async fn report_position(
    core: &Core,
    who: &Caller,
    request: v1::ReportPositionRequest,
) -> Result<v1::ReportPositionResponse, SiagaError> {
    let unit_id = convert::id("unit_id", &request.unit_id)?;
    let store = &core.context.store;
    let rows = store.load_streams(&[StreamKey::new(Unit::KIND, unit_id)]).await.map_err(store_error)?;
    let row = rows.into_iter().next().ok_or_else(|| SiagaError::not_found("Unit", "The unit"))?;
    let unit: Unit = serde_json::from_value(row.state)
        .map_err(|error| SiagaError::internal(format!("state of {}: {error}", row.key)))?;
    scope::may_act_on_unit(who, unit_id, &unit)?;
    let (lat, lon, accuracy_m) = convert::point("point", request.point.as_ref())?
        .ok_or_else(|| SiagaError::invalid("point", "Posisi wajib diisi.", "The position must be given."))?;
    let now = core.context.now();
    let at = match convert::time("at", request.at)? {
        Some(at) => limits::recent("at", at, now)?,
        None => now,
    };
    let speed_mps = request.speed_mps;
    if speed_mps.is_some_and(|speed_mps| !(0.0..=SPEED_MAX_MPS).contains(&speed_mps)) {
        return Err(SiagaError::invalid("speed_mps", "Kecepatan tidak masuk akal.", "The speed makes no sense."));
    }
    let accuracy_m = (accuracy_m > 0.0).then_some(accuracy_m);
    let position = UnitPosition { unit_id, lat, lon, accuracy_m, speed_mps, at };
    store.record_positions(&[position]).await.map_err(store_error)?;
    Ok(v1::ReportPositionResponse {})
}
