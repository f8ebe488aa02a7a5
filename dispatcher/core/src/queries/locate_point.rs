//! LocatePoint: which kelurahan or neighbour a point lies in.

use crate::{Core, access::Caller, convert};
use siaga_domain::SiagaError;
use siaga_proto::v1;

/// Where the point lies.
///
/// # Errors
/// SIAGA-1001 when it is no point.
pub(crate) async fn locate_point(
    core: &Core,
    _: &Caller,
    request: v1::LocatePointRequest,
) -> Result<v1::LocatePointResponse, SiagaError> {
    let (latitude, longitude, _) = convert::point("point", request.point.as_ref())?
        .ok_or_else(|| SiagaError::invalid("point", "Titik wajib diisi.", "A point is needed."))?;
    let located = core.context.city().locate(latitude, longitude);
    let outside_city = located.is_outside();
    let (neighbour_code, neighbour_name) = located.neighbour.unwrap_or_default();
    Ok(v1::LocatePointResponse {
        kelurahan_code: located.kelurahan_code.unwrap_or_default(),
        kelurahan_name: located.kelurahan_name,
        kecamatan_name: located.kecamatan_name,
        outside_city,
        neighbour_code,
        neighbour_name,
    })
}
