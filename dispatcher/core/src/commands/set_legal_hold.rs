//! SetLegalHold: personal data of the case must not be erased, or may be again.

use crate::{command::Command, commands::card, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
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
        let incident_id = convert::id("incident_id", &self.incident_id)?;
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
