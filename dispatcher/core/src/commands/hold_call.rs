//! HoldCall: the caller waits on the line.

use crate::{command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, call::Call};
use siaga_proto::v1::{HoldCallRequest, HoldCallResponse};

#[async_trait]
impl Command for HoldCallRequest {
    type Reply = HoldCallResponse;
    const NAME: &'static str = "HoldCall";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<HoldCallResponse, SiagaError> {
        let call_id = convert::id("call_id", &self.call_id)?;
        let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
        let meta = work.meta();
        work.emit::<Call>(call_id, call.hold()?, &meta).await?;
        Ok(HoldCallResponse { changed: convert::changed(call_id, work.version::<Call>(call_id)) })
    }
}
