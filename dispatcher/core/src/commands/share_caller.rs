//! ShareCaller: shows the caller to a support agency, or hides it again.

use crate::{command::Command, commands::task, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    assignment::{Assignment, AssignmentEvent},
};
use siaga_proto::v1::{ShareCallerRequest, ShareCallerResponse};

#[async_trait]
impl Command for ShareCallerRequest {
    type Reply = ShareCallerResponse;
    const NAME: &'static str = "ShareCaller";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<ShareCallerResponse, SiagaError> {
        let (assignment_id, assignment) = task::named(work, &self.assignment_id).await?;
        if assignment.caller_shared != self.share {
            let meta = work.meta();
            work.emit::<Assignment>(assignment_id, AssignmentEvent::CallerShared { share: self.share }, &meta).await?;
        }
        Ok(ShareCallerResponse { changed: task::changed(work, assignment_id) })
    }
}
