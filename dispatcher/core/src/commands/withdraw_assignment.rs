//! WithdrawAssignment: the centre takes it back; its units are free again.

use crate::{command::Command, commands::task, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, assignment::Assignment, limits};
use siaga_proto::v1::{WithdrawAssignmentRequest, WithdrawAssignmentResponse};

#[async_trait]
impl Command for WithdrawAssignmentRequest {
    type Reply = WithdrawAssignmentResponse;
    const NAME: &'static str = "WithdrawAssignment";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<WithdrawAssignmentResponse, SiagaError> {
        let (assignment_id, assignment) = task::named(work, &self.assignment_id).await?;
        let reason = limits::required("reason", &self.reason, limits::REASON_CHARS)?;
        let units = assignment.units_at_work();
        let meta = work.meta();
        work.emit::<Assignment>(assignment_id, assignment.withdraw(reason)?, &meta).await?;
        task::free_units(work, assignment_id, &units, &meta).await?;
        Ok(WithdrawAssignmentResponse { changed: task::changed(work, assignment_id) })
    }
}
