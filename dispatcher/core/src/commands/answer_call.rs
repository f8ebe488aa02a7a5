//! AnswerCall: takes a ringing call. Of two operators who press at once one gets it.

use crate::{
    command::{Command, account_of},
    convert,
    work::Work,
};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::{Account, DutyState},
    call::Call,
};
use siaga_proto::v1::{AnswerCallRequest, AnswerCallResponse};

#[async_trait]
impl Command for AnswerCallRequest {
    type Reply = AnswerCallResponse;
    const NAME: &'static str = "AnswerCall";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<AnswerCallResponse, SiagaError> {
        let operator = account_of(work.who)?;
        let call_id = convert::id("call_id", &self.call_id)?;
        let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
        let meta = work.meta();
        let answered = call.answer(operator, &work.who.label)?;
        work.emit::<Call>(call_id, answered, &meta).await?;
        let account = work.get::<Account>(operator, ("Akun", "The account")).await?;
        if let Some(in_call) = account.move_to(DutyState::InCall) {
            work.emit::<Account>(operator, in_call, &meta).await?;
        }
        Ok(AnswerCallResponse { changed: convert::changed(call_id, work.version::<Call>(call_id)) })
    }
}
