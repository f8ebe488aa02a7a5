//! CorrectStatus: takes a step back, with a reason; units that are at work again must be free for it.

use crate::{access::scope, command::Command, commands::task, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, assignment::Assignment, limits};
use siaga_proto::v1::{CorrectStatusRequest, CorrectStatusResponse};

#[async_trait]
impl Command for CorrectStatusRequest {
    type Reply = CorrectStatusResponse;
    const NAME: &'static str = "CorrectStatus";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<CorrectStatusResponse, SiagaError> {
        let (assignment_id, assignment) = task::named(work, &self.assignment_id).await?;
        let unit_id = scope::unit_meant(work.who, convert::optional_id("unit_id", &self.unit_id)?)?;
        let step = convert::step_named(self.step())?;
        let reason = limits::required("reason", &self.reason, limits::REASON_CHARS)?;
        let meta = work.meta_on_behalf(convert::on_behalf(self.on_behalf.as_ref(), work.now)?)?;
        work.emit::<Assignment>(assignment_id, assignment.correct(unit_id, step, reason)?, &meta).await?;
        task::engage_again(work, assignment_id, &meta).await?;
        Ok(CorrectStatusResponse { changed: task::changed(work, assignment_id) })
    }
}
