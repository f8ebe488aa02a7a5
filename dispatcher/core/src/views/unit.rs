//! Units.

use super::{Views, load::Row};
use crate::convert;
use siaga_domain::step::Step;
use siaga_proto::v1;
use siaga_store::UnitPosition;
use uuid::Uuid;

impl Views<'_> {
    /// A unit, the same for all who may see it.
    pub(crate) fn unit(&self, id: Uuid) -> Option<v1::UnitView> {
        let Row { state: unit, position } = self.loaded.units.get(&id)?;
        let at_work = unit.engaged.iter().filter_map(|(assignment_id, _)| self.loaded.assignments.get(assignment_id));
        // A unit that serves several cases at once is shown where it has come furthest.
        let step = at_work.clone().filter_map(|row| row.state.units.get(&id)).map(|progress| progress.step);
        let step = step.filter(|step| *step <= Step::Completed).max();
        let positions = at_work.map(|row| row.position).chain([*position]);
        Some(v1::UnitView {
            id: id.to_string(),
            code: unit.code.clone(),
            agency_code: unit.agency.clone(),
            kind: unit.kind.clone(),
            crew: unit.crew.clone(),
            equipment: unit.equipment.clone(),
            in_service: unit.in_service,
            out_of_service_reason: if unit.in_service { String::new() } else { unit.out_of_service_reason.clone() },
            shareable: unit.shareable,
            assignment_ids: unit.engaged.iter().map(|(assignment_id, _)| assignment_id.to_string()).collect(),
            step: step.map_or(v1::Step::Unspecified, convert::step).into(),
            position_now: self.loaded.positions.get(&id).map(position_now),
            position: self.loaded.position(positions),
            version: unit.version,
        })
    }
}

fn position_now(position: &UnitPosition) -> v1::UnitPosition {
    v1::UnitPosition {
        point: Some(v1::Point {
            latitude: position.lat,
            longitude: position.lon,
            accuracy_m: position.accuracy_m.unwrap_or(0.0),
        }),
        at: Some(convert::timestamp(position.at)),
    }
}
