//! DeclineAssignment: the agency does not take it; its units are free again.

use crate::{command::Command, commands::task, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, assignment::Assignment, limits};
use siaga_proto::v1::{DeclineAssignmentRequest, DeclineAssignmentResponse};

#[async_trait]
impl Command for DeclineAssignmentRequest {
    type Reply = DeclineAssignmentResponse;
    const NAME: &'static str = "DeclineAssignment";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<DeclineAssignmentResponse, SiagaError> {
        let (assignment_id, assignment) = task::named(work, &self.assignment_id).await?;
        let meta = work.meta_on_behalf(convert::on_behalf(self.on_behalf.as_ref(), work.now)?)?;
        let reason = limits::required("reason", &self.reason, limits::REASON_CHARS)?;
        let units = assignment.units_at_work();
        work.emit::<Assignment>(assignment_id, assignment.decline(reason)?, &meta).await?;
        task::free_units(work, assignment_id, &units, &meta).await?;
        Ok(DeclineAssignmentResponse { changed: task::changed(work, assignment_id) })
    }
}
