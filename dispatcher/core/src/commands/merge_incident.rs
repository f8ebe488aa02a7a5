//! MergeIncident: a duplicate's calls, notes and assignments count for the other from now on.

use crate::{command::Command, commands::card, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, incident::Incident};
use siaga_proto::v1::{MergeIncidentRequest, MergeIncidentResponse};

#[async_trait]
impl Command for MergeIncidentRequest {
    type Reply = MergeIncidentResponse;
    const NAME: &'static str = "MergeIncident";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<MergeIncidentResponse, SiagaError> {
        let duplicate_id = convert::id("duplicate_incident_id", &self.duplicate_incident_id)?;
        let incident_id = convert::id("into_incident_id", &self.into_incident_id)?;
        let duplicate = work.get::<Incident>(duplicate_id, ("Kejadian ganda", "The duplicate")).await?;
        let kept = work.get::<Incident>(incident_id, ("Kejadian tujuan", "The other incident")).await?;
        let (merged, taken) = duplicate.merge(duplicate_id, incident_id, &kept)?;
        let meta = work.meta();
        work.emit::<Incident>(duplicate_id, merged, &meta).await?;
        work.emit::<Incident>(incident_id, taken, &meta).await?;
        Ok(MergeIncidentResponse { changed: card::changed(work, incident_id).await? })
    }
}
