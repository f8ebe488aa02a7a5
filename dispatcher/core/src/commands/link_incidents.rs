//! LinkIncidents: says that two incidents belong together, without merging.

use crate::{command::Command, commands::card, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, incident::Incident};
use siaga_proto::v1::{LinkIncidentsRequest, LinkIncidentsResponse};

#[async_trait]
impl Command for LinkIncidentsRequest {
    type Reply = LinkIncidentsResponse;
    const NAME: &'static str = "LinkIncidents";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<LinkIncidentsResponse, SiagaError> {
        let incident_id = convert::id("incident_id", &self.incident_id)?;
        let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
        let other_id = convert::id("other_incident_id", &self.other_incident_id)?;
        let other = work.get::<Incident>(other_id, ("Kejadian lain", "The other incident")).await?;
        let meta = work.meta();
        if let Some(linked) = incident.link(incident_id, other_id, &other.number)? {
            work.emit::<Incident>(incident_id, linked, &meta).await?;
        }
        if let Some(linked) = other.link(other_id, incident_id, &incident.number)? {
            work.emit::<Incident>(other_id, linked, &meta).await?;
        }
        Ok(LinkIncidentsResponse { changed: card::changed(work, incident_id).await? })
    }
}
