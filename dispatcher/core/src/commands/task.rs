//! What the commands on assignments share: finding one that the caller may touch, and keeping units and assignments in
//! step.

use crate::{access::scope, convert, work::Work};
use siaga_domain::{EventMeta, SiagaError, assignment::Assignment, step::Step, unit::Unit};
use siaga_proto::v1;
use std::sync::Arc;
use uuid::Uuid;

/// The assignment named, if the caller may act on it; else it looks as if there were none.
pub(super) async fn named(work: &mut Work<'_>, id: &str) -> Result<(Uuid, Arc<Assignment>), SiagaError> {
    let assignment_id = convert::id("assignment_id", id)?;
    let assignment = work.get::<Assignment>(assignment_id, ("Tugas", "The assignment")).await?;
    scope::may_act_on(work.who, &assignment)?;
    Ok((assignment_id, assignment))
}

/// The reply of a command on an assignment.
pub(super) fn changed(work: &Work<'_>, assignment_id: Uuid) -> Option<v1::Changed> {
    convert::changed(assignment_id, work.version::<Assignment>(assignment_id))
}

/// Puts a unit of the assignment's agency on it.
pub(super) async fn put_unit_on(
    work: &mut Work<'_>,
    assignment_id: Uuid,
    unit_id: Uuid,
    meta: &EventMeta,
) -> Result<(), SiagaError> {
    let assignment = work.get::<Assignment>(assignment_id, ("Tugas", "The assignment")).await?;
    let unit = work.get::<Unit>(unit_id, ("Unit", "The unit")).await?;
    if unit.agency != assignment.agency {
        return Err(SiagaError::not_found("Unit", "The unit").field("unit_ids"));
    }
    if let Some(assigned) = assignment.assign_unit(unit_id, &unit.code)? {
        work.emit::<Assignment>(assignment_id, assigned, meta).await?;
    }
    if let Some(engaged) = unit.engage(assignment_id, assignment.incident_id)? {
        work.emit::<Unit>(unit_id, engaged, meta).await?;
    }
    Ok(())
}

/// Frees units of an assignment.
pub(super) async fn free_units(
    work: &mut Work<'_>,
    assignment_id: Uuid,
    units: &[Uuid],
    meta: &EventMeta,
) -> Result<(), SiagaError> {
    for unit_id in units {
        let unit = work.get::<Unit>(unit_id, ("Unit", "The unit")).await?;
        if let Some(freed) = unit.free(assignment_id) {
            work.emit::<Unit>(unit_id, freed, meta).await?;
        }
    }
    Ok(())
}

/// Frees the units that have completed on an assignment.
pub(super) async fn free_completed(
    work: &mut Work<'_>,
    assignment_id: Uuid,
    meta: &EventMeta,
) -> Result<(), SiagaError> {
    let assignment = work.get::<Assignment>(assignment_id, ("Tugas", "The assignment")).await?;
    let done: Vec<Uuid> =
        assignment.units.iter().filter(|(_, unit)| unit.step == Step::Completed).map(|(id, _)| *id).collect();
    free_units(work, assignment_id, &done, meta).await
}

/// After a correction: units that are at work again must be engaged again, which another incident may forbid.
pub(super) async fn engage_again(work: &mut Work<'_>, assignment_id: Uuid, meta: &EventMeta) -> Result<(), SiagaError> {
    let assignment = work.get::<Assignment>(assignment_id, ("Tugas", "The assignment")).await?;
    for unit_id in assignment.units_at_work() {
        let unit = work.get::<Unit>(unit_id, ("Unit", "The unit")).await?;
        if let Some(engaged) = unit.engage(assignment_id, assignment.incident_id)? {
            work.emit::<Unit>(unit_id, engaged, meta).await?;
        }
    }
    Ok(())
}
