//! ReleaseUnit: takes a unit off the assignment before it has completed.

use crate::{command::Command, commands::task, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, assignment::Assignment, limits};
use siaga_proto::v1::{ReleaseUnitRequest, ReleaseUnitResponse};

#[async_trait]
impl Command for ReleaseUnitRequest {
    type Reply = ReleaseUnitResponse;
    const NAME: &'static str = "ReleaseUnit";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<ReleaseUnitResponse, SiagaError> {
        let (assignment_id, assignment) = task::named(work, &self.assignment_id).await?;
        let meta = work.meta_on_behalf(convert::on_behalf(self.on_behalf.as_ref(), work.now)?)?;
        let unit_id = convert::id("unit_id", &self.unit_id)?;
        let reason = limits::text("reason", &self.reason, limits::REASON_CHARS)?;
        work.emit::<Assignment>(assignment_id, assignment.release_unit(unit_id, reason, false)?, &meta).await?;
        task::free_units(work, assignment_id, &[unit_id], &meta).await?;
        Ok(ReleaseUnitResponse { changed: task::changed(work, assignment_id) })
    }
}
