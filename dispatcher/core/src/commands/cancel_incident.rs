//! CancelIncident: ends a case without an outcome: a mistake, a false call.

use crate::{command::Command, commands::card, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, incident::Incident, limits};
use siaga_proto::v1::{CancelIncidentRequest, CancelIncidentResponse};

#[async_trait]
impl Command for CancelIncidentRequest {
    type Reply = CancelIncidentResponse;
    const NAME: &'static str = "CancelIncident";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<CancelIncidentResponse, SiagaError> {
        let incident_id = convert::id("incident_id", &self.incident_id)?;
        let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
        let reason = limits::required("reason", &self.reason, limits::REASON_CHARS)?;
        let running = card::agencies_at_work(work, &incident).await?;
        let meta = work.meta();
        work.emit::<Incident>(incident_id, incident.cancel(reason, &running)?, &meta).await?;
        Ok(CancelIncidentResponse { changed: card::changed(work, incident_id).await? })
    }
}
