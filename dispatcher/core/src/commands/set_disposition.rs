//! SetDisposition: what kind of call it was.

use crate::{command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    call::{Call, Disposition},
};
use siaga_proto::v1;
use siaga_proto::v1::{SetDispositionRequest, SetDispositionResponse};

#[async_trait]
impl Command for SetDispositionRequest {
    type Reply = SetDispositionResponse;
    const NAME: &'static str = "SetDisposition";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<SetDispositionResponse, SiagaError> {
        let call_id = convert::id("call_id", &self.call_id)?;
        let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
        let disposition = match self.disposition() {
            v1::Disposition::Normal => Disposition::Normal,
            v1::Disposition::Ghost => Disposition::Ghost,
            v1::Disposition::Prank => Disposition::Prank,
            v1::Disposition::Information => Disposition::Information,
            v1::Disposition::WrongNumber => Disposition::WrongNumber,
            v1::Disposition::Abandoned => Disposition::Abandoned,
            v1::Disposition::Unspecified => {
                return Err(SiagaError::invalid("disposition", "Pilih jenis panggilan.", "Choose the kind of call."));
            }
        };
        let meta = work.meta();
        work.emit::<Call>(call_id, call.dispose(disposition)?, &meta).await?;
        Ok(SetDispositionResponse { changed: convert::changed(call_id, work.version::<Call>(call_id)) })
    }
}
