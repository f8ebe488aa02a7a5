//! RecordReceipt: the first of the agency's sessions has stored and drawn it; repeating it changes nothing.

use crate::{command::Command, commands::task, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, assignment::Assignment};
use siaga_proto::v1::{RecordReceiptRequest, RecordReceiptResponse};

#[async_trait]
impl Command for RecordReceiptRequest {
    type Reply = RecordReceiptResponse;
    const NAME: &'static str = "RecordReceipt";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<RecordReceiptResponse, SiagaError> {
        let (assignment_id, assignment) = task::named(work, &self.assignment_id).await?;
        if let Some(delivered) = assignment.deliver() {
            let meta = work.meta();
            work.emit::<Assignment>(assignment_id, delivered, &meta).await?;
        }
        Ok(RecordReceiptResponse { changed: task::changed(work, assignment_id) })
    }
}
