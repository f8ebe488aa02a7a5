//! EditIncident: edits the card; one made on an old version is told what changed.

use crate::{command::Command, commands::card, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, incident::Incident};
use siaga_proto::v1::{EditIncidentRequest, EditIncidentResponse};

#[async_trait]
impl Command for EditIncidentRequest {
    type Reply = EditIncidentResponse;
    const NAME: &'static str = "EditIncident";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<EditIncidentResponse, SiagaError> {
        let incident_id = convert::id("incident_id", &self.incident_id)?;
        let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
        let input = card::Input {
            caller_name: self.caller_name.as_deref(),
            caller_number: self.caller_number.as_deref(),
            narrative: self.narrative.as_deref(),
            place: self.place.as_ref(),
        };
        card::must_be_at(work, &incident, self.version, &input).await?;
        let card = input.change(work, incident_id)?;
        if let Some(edited) = incident.edit_card(card)? {
            let meta = work.meta();
            work.emit::<Incident>(incident_id, edited, &meta).await?;
        }
        Ok(EditIncidentResponse { changed: card::changed(work, incident_id).await? })
    }
}
