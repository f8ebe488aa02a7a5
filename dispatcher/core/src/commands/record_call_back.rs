//! RecordCallBack: one attempt to call back, reached or not.

use crate::{command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, call::Call};
use siaga_proto::v1::{RecordCallBackRequest, RecordCallBackResponse};

#[async_trait]
impl Command for RecordCallBackRequest {
    type Reply = RecordCallBackResponse;
    const NAME: &'static str = "RecordCallBack";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<RecordCallBackResponse, SiagaError> {
        let call_id = convert::id("call_id", &self.call_id)?;
        let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
        let meta = work.meta();
        work.emit::<Call>(call_id, call.call_back(self.reached)?, &meta).await?;
        Ok(RecordCallBackResponse { changed: convert::changed(call_id, work.version::<Call>(call_id)) })
    }
}
