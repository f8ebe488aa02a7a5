//! AssignUnits: adds units; each is exclusive to one incident unless it is shareable.

use crate::{command::Command, commands::task, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, limits};
use siaga_proto::v1::{AssignUnitsRequest, AssignUnitsResponse};

#[async_trait]
impl Command for AssignUnitsRequest {
    type Reply = AssignUnitsResponse;
    const NAME: &'static str = "AssignUnits";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<AssignUnitsResponse, SiagaError> {
        let (assignment_id, _) = task::named(work, &self.assignment_id).await?;
        let meta = work.meta_on_behalf(convert::on_behalf(self.on_behalf.as_ref(), work.now)?)?;
        if self.unit_ids.is_empty() || self.unit_ids.len() > limits::UNITS_A_COMMAND {
            return Err(SiagaError::invalid(
                "unit_ids",
                format!("Pilih 1 sampai {} unit.", limits::UNITS_A_COMMAND),
                format!("Choose 1 to {} units.", limits::UNITS_A_COMMAND),
            ));
        }
        for unit_id in &self.unit_ids {
            let unit_id = convert::id("unit_ids", unit_id)?;
            task::put_unit_on(work, assignment_id, unit_id, &meta).await?;
        }
        Ok(AssignUnitsResponse { changed: task::changed(work, assignment_id) })
    }
}
