//! Which agency and unit may touch and see which assignment and case (law 11).

use super::Caller;
use siaga_domain::{Role, SiagaError, assignment::Assignment, unit::Unit};
use uuid::Uuid;

/// The live views a caller may follow, the usual one first.
pub fn audiences(who: &Caller) -> Vec<String> {
    match who.role {
        Role::Operator | Role::Supervisor => vec!["board".into()],
        Role::AgencyDispatcher => who.agency.iter().map(|agency| format!("agency:{agency}")).collect(),
        Role::FieldUnit => who.unit_id.iter().map(|unit_id| format!("unit:{unit_id}")).collect(),
        Role::HubAnalyst | Role::Administrator | Role::Gateway | Role::System => Vec::new(),
    }
}

/// May act on an assignment: the centre on behalf of the agency, the agency itself, a crew that is on it. An assignment
/// of others looks as if it did not exist.
///
/// # Errors
/// SIAGA-1002.
pub fn may_act_on(who: &Caller, assignment: &Assignment) -> Result<(), SiagaError> {
    let own = match who.role {
        Role::Operator | Role::Supervisor | Role::System => true,
        Role::AgencyDispatcher => who.agency.as_deref() == Some(assignment.agency.as_str()),
        Role::FieldUnit => who.unit_id.is_some_and(|unit_id| assignment.units.contains_key(&unit_id)),
        Role::HubAnalyst | Role::Administrator | Role::Gateway => false,
    };
    if own { Ok(()) } else { Err(SiagaError::not_found("Tugas", "The assignment")) }
}

/// The unit a step is about: a crew always means itself.
///
/// # Errors
/// SIAGA-1100 when a crew names another unit.
pub fn unit_meant(who: &Caller, named: Option<Uuid>) -> Result<Option<Uuid>, SiagaError> {
    match (who.role, named) {
        (Role::FieldUnit, Some(unit_id)) if Some(unit_id) != who.unit_id => Err(SiagaError::forbidden()),
        (Role::FieldUnit, _) => Ok(who.unit_id),
        _ => Ok(named),
    }
}

/// May see that a unit exists and what it is: who may act on it, and administrators.
pub fn may_see_unit(who: &Caller, unit_id: Uuid, unit: &Unit) -> bool {
    who.role == Role::Administrator || may_act_on_unit(who, unit_id, unit).is_ok()
}

/// May act on a unit: the centre, its agency, its crew.
///
/// # Errors
/// SIAGA-1002.
pub fn may_act_on_unit(who: &Caller, unit_id: Uuid, unit: &Unit) -> Result<(), SiagaError> {
    let own = match who.role {
        Role::Operator | Role::Supervisor | Role::System => true,
        Role::AgencyDispatcher => who.agency.as_deref() == Some(unit.agency.as_str()),
        Role::FieldUnit => who.unit_id == Some(unit_id),
        Role::HubAnalyst | Role::Administrator | Role::Gateway => false,
    };
    if own { Ok(()) } else { Err(SiagaError::not_found("Unit", "The unit")) }
}
