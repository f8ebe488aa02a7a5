//! MarkMessagesRead: the other side's messages are on the screen of a person; repeating it changes nothing.

use crate::{
    command::Command,
    commands::{send_message::side_of, task},
    work::Work,
};
use async_trait::async_trait;
use siaga_domain::{SiagaError, assignment::Assignment};
use siaga_proto::v1::{MarkMessagesReadRequest, MarkMessagesReadResponse};

#[async_trait]
impl Command for MarkMessagesReadRequest {
    type Reply = MarkMessagesReadResponse;
    const NAME: &'static str = "MarkMessagesRead";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<MarkMessagesReadResponse, SiagaError> {
        let (assignment_id, assignment) = task::named(work, &self.assignment_id).await?;
        if !work.who.is_centre() && !assignment.sees_case() {
            // It is off the agency's screens: nobody there can have read it.
            return Err(SiagaError::not_found("Tugas", "The assignment"));
        }
        if let Some(read) = assignment.read_messages(side_of(work), self.up_to)? {
            let meta = work.meta();
            work.emit::<Assignment>(assignment_id, read, &meta).await?;
        }
        Ok(MarkMessagesReadResponse { changed: task::changed(work, assignment_id) })
    }
}
