//! ResumeCall: speaks with the caller again.

use crate::{command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, call::Call};
use siaga_proto::v1::{ResumeCallRequest, ResumeCallResponse};

#[async_trait]
impl Command for ResumeCallRequest {
    type Reply = ResumeCallResponse;
    const NAME: &'static str = "ResumeCall";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<ResumeCallResponse, SiagaError> {
        let call_id = convert::id("call_id", &self.call_id)?;
        let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
        let meta = work.meta();
        work.emit::<Call>(call_id, call.resume()?, &meta).await?;
        Ok(ResumeCallResponse { changed: convert::changed(call_id, work.version::<Call>(call_id)) })
    }
}
