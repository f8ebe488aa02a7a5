//! ListUnits: units of the agency, or of all agencies for the centre.

use super::{ids, limit_text, uuids, viewed};
use crate::{
    Core,
    access::{Caller, scope},
    views::load::{Histories, Wanted},
};
use siaga_domain::{Aggregate, Role, SiagaError, unit::Unit};
use siaga_proto::v1;

/// The units that the caller may see, by code.
///
/// # Errors
/// SIAGA-1702 for an agency that is not known.
pub(crate) async fn list_units(
    core: &Core,
    who: &Caller,
    request: v1::ListUnitsRequest,
) -> Result<v1::ListUnitsResponse, SiagaError> {
    let agency = limit_text("agency_code", &request.agency_code)?;
    if let Some(agency) = &agency {
        core.context.city().agency(agency).map_err(|error| error.field("agency_code"))?;
    }
    let wanted = Wanted { units: uuids(ids(&core.context, Unit::KIND, false).await?).collect(), ..Wanted::default() };
    let units = viewed(&core.context, &wanted, Histories::None, |views| {
        let seen = views.loaded.units.iter().filter(|(id, row)| {
            let asked_for = agency.as_ref().is_none_or(|agency| row.state.agency == *agency);
            asked_for && scope::may_see_unit(who, **id, &row.state)
        });
        let mut units: Vec<v1::UnitView> = seen.filter_map(|(id, _)| views.unit(*id)).collect();
        if who.role == Role::Administrator {
            units.iter_mut().for_each(without_work);
        }
        units.sort_by(|a, b| a.code.cmp(&b.code));
        units
    });
    Ok(v1::ListUnitsResponse { units: units.await? })
}

/// An administrator looks after what a unit is; where it is and what it works on are no part of that.
fn without_work(unit: &mut v1::UnitView) {
    unit.assignment_ids.clear();
    unit.step = v1::Step::Unspecified.into();
    unit.position_now = None;
}
