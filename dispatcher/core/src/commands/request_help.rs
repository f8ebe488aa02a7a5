//! RequestHelp: the agency or a crew asks for more.

use crate::{command::Command, commands::task, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, assignment::Assignment, limits};
use siaga_proto::v1::{RequestHelpRequest, RequestHelpResponse};

#[async_trait]
impl Command for RequestHelpRequest {
    type Reply = RequestHelpResponse;
    const NAME: &'static str = "RequestHelp";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<RequestHelpResponse, SiagaError> {
        let (assignment_id, assignment) = task::named(work, &self.assignment_id).await?;
        let mut meta = work.meta_on_behalf(convert::on_behalf(self.on_behalf.as_ref(), work.now)?)?;
        // What somebody told was asked when it was told.
        if self.on_behalf.is_none()
            && let Some(occurred_at) = convert::time("occurred_at", self.occurred_at)?
        {
            meta.occurred_at = limits::recent("occurred_at", occurred_at, work.now)?;
        }
        let what = limits::required("what", &self.what, limits::REASON_CHARS)?;
        work.emit::<Assignment>(assignment_id, assignment.request_help(what)?, &meta).await?;
        Ok(RequestHelpResponse { changed: task::changed(work, assignment_id) })
    }
}
