//! IdentifyCaller: caller's name, number and language, as far as known.

use crate::{command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    call::{Call, CallEvent},
    limits,
};
use siaga_proto::v1::{IdentifyCallerRequest, IdentifyCallerResponse};
use siaga_store::PersonalIndex;

#[async_trait]
impl Command for IdentifyCallerRequest {
    type Reply = IdentifyCallerResponse;
    const NAME: &'static str = "IdentifyCaller";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<IdentifyCallerResponse, SiagaError> {
        let call_id = convert::id("call_id", &self.call_id)?;
        let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
        let subject = ("call", call_id);
        let name = match &self.name {
            Some(name) => {
                let name = limits::text("name", name, limits::NAME_CHARS)?;
                Some(work.put_personal(subject, call.incident_id, "name", name, PersonalIndex::Words))
            }
            None => None,
        };
        let number = match &self.number {
            Some(number) => {
                let number = limits::text("number", number, limits::NUMBER_CHARS)?;
                Some(work.put_personal(subject, call.incident_id, "number", number, PersonalIndex::Phone))
            }
            None => None,
        };
        let language = match &self.language {
            Some(language) => Some(limits::text("language", language, limits::NUMBER_CHARS)?),
            None => None,
        };
        let meta = work.meta();
        work.emit::<Call>(call_id, CallEvent::CallerIdentified { name, number, language }, &meta).await?;
        Ok(IdentifyCallerResponse { changed: convert::changed(call_id, work.version::<Call>(call_id)) })
    }
}
