//! RingCall: telephony, or an operator by hand, announces a call.

use crate::{command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{EventMeta, SiagaError, call::Call, limits};
use siaga_proto::v1::{RingCallRequest, RingCallResponse};
use siaga_store::PersonalIndex;

#[async_trait]
impl Command for RingCallRequest {
    type Reply = RingCallResponse;
    const NAME: &'static str = "RingCall";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<RingCallResponse, SiagaError> {
        let line = limits::text("line", &self.line, limits::REFERENCE_CHARS)?;
        let number = limits::text("number", &self.number, limits::NUMBER_CHARS)?;
        let recording = limits::text("recording_reference", &self.recording_reference, limits::REFERENCE_CHARS)?;
        let occurred_at = match convert::time("ringing_at", self.ringing_at)? {
            Some(ringing_at) => limits::recent("ringing_at", ringing_at, work.now)?,
            None => work.now,
        };
        let call_id = work.new_id();
        let number = (!number.is_empty())
            .then(|| work.put_personal(("call", call_id), None, "number", number, PersonalIndex::Phone));
        let meta = EventMeta { occurred_at, ..work.meta() };
        let ringing = Call::ring(line, number, (!recording.is_empty()).then_some(recording));
        work.emit::<Call>(call_id, ringing, &meta).await?;
        Ok(RingCallResponse { changed: convert::changed(call_id, work.version::<Call>(call_id)) })
    }
}
