//! DivertUnit: releases a unit from its incident and assigns it to another in one step; both sides are told.

use crate::{command::Command, commands::task, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, assignment::Assignment, limits, unit::Unit};
use siaga_proto::v1::{DivertUnitRequest, DivertUnitResponse};

#[async_trait]
impl Command for DivertUnitRequest {
    type Reply = DivertUnitResponse;
    const NAME: &'static str = "DivertUnit";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<DivertUnitResponse, SiagaError> {
        let (assignment_id, target) = task::named(work, &self.to_assignment_id).await?;
        let meta = work.meta_on_behalf(convert::on_behalf(self.on_behalf.as_ref(), work.now)?)?;
        let unit_id = convert::id("unit_id", &self.unit_id)?;
        let reason = limits::required("reason", &self.reason, limits::REASON_CHARS)?;
        let unit = work.get::<Unit>(unit_id, ("Unit", "The unit")).await?;
        if unit.agency != target.agency {
            return Err(SiagaError::not_found("Unit", "The unit"));
        }
        for (from_id, _) in unit.engaged.iter().filter(|(from_id, _)| *from_id != assignment_id) {
            let from = work.get::<Assignment>(from_id, ("Tugas", "The assignment")).await?;
            work.emit::<Assignment>(from_id, from.release_unit(unit_id, reason.clone(), true)?, &meta).await?;
            task::free_units(work, *from_id, &[unit_id], &meta).await?;
        }
        task::put_unit_on(work, assignment_id, unit_id, &meta).await?;
        Ok(DivertUnitResponse { changed: task::changed(work, assignment_id) })
    }
}
