//! AcknowledgeAssignment: a person at the agency has it.

use crate::{command::Command, commands::task, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    assignment::{Assignment, AssignmentEvent},
    step::Step,
};
use siaga_proto::v1::{AcknowledgeAssignmentRequest, AcknowledgeAssignmentResponse};

#[async_trait]
impl Command for AcknowledgeAssignmentRequest {
    type Reply = AcknowledgeAssignmentResponse;
    const NAME: &'static str = "AcknowledgeAssignment";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<AcknowledgeAssignmentResponse, SiagaError> {
        let (assignment_id, assignment) = task::named(work, &self.assignment_id).await?;
        let meta = work.meta_on_behalf(convert::on_behalf(self.on_behalf.as_ref(), work.now)?)?;
        if let Some(event) = assignment.reach(Step::Acknowledged, AssignmentEvent::Acknowledged {})? {
            work.emit::<Assignment>(assignment_id, event, &meta).await?;
        }
        Ok(AcknowledgeAssignmentResponse { changed: task::changed(work, assignment_id) })
    }
}
