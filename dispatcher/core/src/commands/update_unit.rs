//! UpdateUnit: crew and equipment, as of this shift.

use crate::{access::scope, command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    FieldConflict, SiagaError, limits,
    unit::{Unit, UnitEvent},
};
use siaga_proto::v1::{UpdateUnitRequest, UpdateUnitResponse};

/// Posts of a crew at most.
pub(super) const CREW_MAX: usize = 20;
/// Pieces of equipment at most.
pub(super) const EQUIPMENT_MAX: usize = 50;
/// Characters of one of them at most.
const ITEM_CHARS: usize = 100;

#[async_trait]
impl Command for UpdateUnitRequest {
    type Reply = UpdateUnitResponse;
    const NAME: &'static str = "UpdateUnit";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<UpdateUnitResponse, SiagaError> {
        let unit_id = convert::id("unit_id", &self.unit_id)?;
        let unit = work.get::<Unit>(unit_id, ("Unit", "The unit")).await?;
        scope::may_act_on_unit(work.who, unit_id, &unit)?;
        if unit.version != self.version {
            let conflicts = [("crew", &unit.crew, &self.crew), ("equipment", &unit.equipment, &self.equipment)]
                .into_iter()
                .filter(|(_, current, wanted)| current != wanted)
                .map(|(field, current, wanted)| FieldConflict {
                    field: field.into(),
                    current: current.join(", "),
                    wanted: wanted.join(", "),
                })
                .collect();
            return Err(SiagaError::stale(unit.version, conflicts));
        }
        let crew = list("crew", &self.crew, CREW_MAX)?;
        let equipment = list("equipment", &self.equipment, EQUIPMENT_MAX)?;
        let meta = work.meta();
        work.emit::<Unit>(unit_id, UnitEvent::Updated { crew, equipment }, &meta).await?;
        Ok(UpdateUnitResponse { changed: convert::changed(unit_id, unit.version + 1) })
    }
}

/// Texts of a list, trimmed, none empty.
pub(super) fn list(field: &str, items: &[String], items_max: usize) -> Result<Vec<String>, SiagaError> {
    if items.len() > items_max {
        return Err(SiagaError::invalid(field, format!("Paling banyak {items_max}."), format!("At most {items_max}.")));
    }
    items.iter().map(|item| limits::required(field, item, ITEM_CHARS)).collect()
}
