//! EndCall: the line is closed; a call that still rang is abandoned.

use crate::{command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::{Account, DutyState},
    call::Call,
};
use siaga_proto::v1::{EndCallRequest, EndCallResponse};

#[async_trait]
impl Command for EndCallRequest {
    type Reply = EndCallResponse;
    const NAME: &'static str = "EndCall";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<EndCallResponse, SiagaError> {
        let call_id = convert::id("call_id", &self.call_id)?;
        let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
        let meta = work.meta();
        for event in call.end()? {
            work.emit::<Call>(call_id, event, &meta).await?;
        }
        if let Some(operator) = call.operator
            && let Some(account) = work.find::<Account>(operator).await?
            && account.duty == DutyState::InCall
            && let Some(wrap_up) = account.move_to(DutyState::WrapUp)
        {
            work.emit::<Account>(operator, wrap_up, &meta).await?;
        }
        Ok(EndCallResponse { changed: convert::changed(call_id, work.version::<Call>(call_id)) })
    }
}
