//! AcceptAssignment: the agency takes it.

use crate::{command::Command, commands::task, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    assignment::{Assignment, AssignmentEvent},
    step::Step,
};
use siaga_proto::v1::{AcceptAssignmentRequest, AcceptAssignmentResponse};

#[async_trait]
impl Command for AcceptAssignmentRequest {
    type Reply = AcceptAssignmentResponse;
    const NAME: &'static str = "AcceptAssignment";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<AcceptAssignmentResponse, SiagaError> {
        let (assignment_id, assignment) = task::named(work, &self.assignment_id).await?;
        let meta = work.meta_on_behalf(convert::on_behalf(self.on_behalf.as_ref(), work.now)?)?;
        if let Some(event) = assignment.reach(Step::Accepted, AssignmentEvent::Accepted {})? {
            work.emit::<Assignment>(assignment_id, event, &meta).await?;
        }
        Ok(AcceptAssignmentResponse { changed: task::changed(work, assignment_id) })
    }
}
