//! SetDutyState: the own standing: ready, wrap-up or pause.

use crate::{
    command::{Command, account_of},
    convert,
    work::Work,
};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::{Account, DutyState},
};
use siaga_proto::v1;
use siaga_proto::v1::{SetDutyStateRequest, SetDutyStateResponse};

#[async_trait]
impl Command for SetDutyStateRequest {
    type Reply = SetDutyStateResponse;
    const NAME: &'static str = "SetDutyState";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<SetDutyStateResponse, SiagaError> {
        let account_id = account_of(work.who)?;
        let account = work.get::<Account>(account_id, ("Akun", "The account")).await?;
        let duty = match self.state() {
            v1::DutyState::SignedOff => DutyState::SignedOff,
            v1::DutyState::Ready => DutyState::Ready,
            v1::DutyState::InCall => DutyState::InCall,
            v1::DutyState::WrapUp => DutyState::WrapUp,
            v1::DutyState::Pause => DutyState::Pause,
            v1::DutyState::Unspecified => {
                return Err(SiagaError::invalid("state", "Pilih keadaan.", "Choose a state."));
            }
        };
        if let Some(changed) = account.set_duty(duty)? {
            let meta = work.meta();
            work.emit::<Account>(account_id, changed, &meta).await?;
        }
        Ok(SetDutyStateResponse { changed: convert::changed(account_id, work.version::<Account>(account_id)) })
    }
}
