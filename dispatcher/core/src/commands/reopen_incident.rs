//! ReopenIncident: takes a closed or cancelled case in hand again.

use crate::{command::Command, commands::card, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, incident::Incident, limits};
use siaga_proto::v1::{ReopenIncidentRequest, ReopenIncidentResponse};

#[async_trait]
impl Command for ReopenIncidentRequest {
    type Reply = ReopenIncidentResponse;
    const NAME: &'static str = "ReopenIncident";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<ReopenIncidentResponse, SiagaError> {
        let incident_id = convert::id("incident_id", &self.incident_id)?;
        let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
        let reason = limits::required("reason", &self.reason, limits::REASON_CHARS)?;
        let meta = work.meta();
        work.emit::<Incident>(incident_id, incident.reopen(reason)?, &meta).await?;
        Ok(ReopenIncidentResponse { changed: card::changed(work, incident_id).await? })
    }
}
