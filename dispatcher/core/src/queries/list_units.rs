//! ListUnits: units of the agency, or of all agencies for the centre.

use super::{ids, uuids, viewed};
use crate::{
    Core,
    access::Caller,
    views::load::{Histories, Wanted},
};
use siaga_domain::{Aggregate, Role, SiagaError, unit::Unit};
use siaga_proto::v1;

/// The units that the caller may see, by code.
///
/// # Errors
/// SIAGA-1901 when the store cannot be read.
pub(crate) async fn list_units(
    core: &Core,
    who: &Caller,
    request: v1::ListUnitsRequest,
) -> Result<v1::ListUnitsResponse, SiagaError> {
    let wanted =
        Wanted { units: uuids(ids(&core.context, Unit::KIND, false).await?).collect(), ..Wanted::default() };
    let mut units: Vec<v1::UnitView> = viewed(&core.context, &wanted, Histories::None, |views| {
        wanted.units.iter().filter_map(|id| views.unit(*id)).collect()
    })
    .await?;
    units.retain(|unit| {
        let named = request.agency_code.is_empty() || request.agency_code == unit.agency_code;
        let may = match who.role {
            Role::AgencyDispatcher | Role::FieldUnit => who.agency.as_deref() == Some(unit.agency_code.as_str()),
            _ => who.is_centre(),
        };
        named && may
    });
    units.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(v1::ListUnitsResponse { units })
}
