//! GetMapData: borders, streets and places as a map draws them.

use crate::{Core, access::Caller};
use siaga_domain::{SiagaError, limits};
use siaga_proto::v1;

/// Characters of a version; ours have 24.
const VERSION_CHARS: usize = 64;

/// The map's data, or that the caller has them already.
///
/// # Errors
/// SIAGA-1001 when the version is too long.
pub(crate) async fn get_map_data(
    core: &Core,
    _: &Caller,
    request: v1::GetMapDataRequest,
) -> Result<v1::GetMapDataResponse, SiagaError> {
    let version = limits::text("version", &request.version, VERSION_CHARS)?;
    let city = core.context.city();
    let reply = city.map.reply();
    if version == reply.version {
        return Ok(v1::GetMapDataResponse { version, unchanged: true, ..v1::GetMapDataResponse::default() });
    }
    Ok(reply.clone())
}
