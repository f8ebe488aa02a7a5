//! SetLegalHold: personal data of the case, or of a call that never became one, must not be erased, or may be again.

use super::erase_personal_data::{Subject, subject};
use crate::{command::Command, commands::card, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    call::Call,
    incident::{Incident, IncidentEvent},
    limits,
};
use siaga_proto::v1::{SetLegalHoldRequest, SetLegalHoldResponse};

#[async_trait]
impl Command for SetLegalHoldRequest {
    type Reply = SetLegalHoldResponse;
    const NAME: &'static str = "SetLegalHold";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<SetLegalHoldResponse, SiagaError> {
        let incident_id = match subject(&self.incident_id, &self.call_id)? {
            Subject::Incident(incident_id) => incident_id,
            Subject::Call(call_id) => {
                let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
                let reason = limits::required("reason", &self.reason, limits::REASON_CHARS)?;
                if let Some(event) = call.set_legal_hold(self.hold, reason)? {
                    let meta = work.meta();
                    work.emit::<Call>(call_id, event, &meta).await?;
                }
                return Ok(SetLegalHoldResponse { changed: convert::changed(call_id, work.version::<Call>(call_id)) });
            }
        };
        let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
        let reason = limits::required("reason", &self.reason, limits::REASON_CHARS)?;
        if incident.legal_hold != self.hold {
            let meta = work.meta();
            let event =
                if self.hold { IncidentEvent::HoldPlaced { reason } } else { IncidentEvent::HoldLifted { reason } };
            work.emit::<Incident>(incident_id, event, &meta).await?;
        }
        Ok(SetLegalHoldResponse { changed: card::changed(work, incident_id).await? })
    }
}
