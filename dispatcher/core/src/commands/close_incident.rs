//! CloseIncident: closes with an outcome; agencies still at work are named.

use crate::{command::Command, commands::card, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    ErrorKind, SiagaError,
    incident::{Incident, Outcome, Victims},
    limits,
};
use siaga_proto::v1::{CloseIncidentRequest, CloseIncidentResponse};

#[async_trait]
impl Command for CloseIncidentRequest {
    type Reply = CloseIncidentResponse;
    const NAME: &'static str = "CloseIncident";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<CloseIncidentResponse, SiagaError> {
        let incident_id = convert::id("incident_id", &self.incident_id)?;
        let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
        if !work.city.outcomes.iter().any(|outcome| outcome.code == self.outcome_code) {
            return Err(SiagaError::new(
                "SIAGA-1703",
                ErrorKind::Invalid,
                "Pilih hasil penanganan dari daftar.",
                "Choose an outcome of the list.",
            )
            .field("outcome_code")
            .allowed(work.city.outcomes.iter().map(|outcome| outcome.code.clone())));
        }
        let victims = self.victims.unwrap_or_default();
        let outcome = Outcome {
            outcome_code: self.outcome_code.clone(),
            victims: Victims {
                dead: victims.dead,
                injured: victims.injured,
                missing: victims.missing,
                evacuated: victims.evacuated,
            },
            cause: limits::text("cause", &self.cause, limits::REPORT_CHARS)?,
            damage: limits::text("damage", &self.damage, limits::REPORT_CHARS)?,
            hospital: limits::text("hospital", &self.hospital, limits::REPORT_CHARS)?,
            actions: limits::text("actions", &self.actions, limits::REPORT_CHARS)?,
            closed: None,
        };
        let running = card::agencies_at_work(work, &incident).await?;
        let meta = work.meta();
        work.emit::<Incident>(incident_id, incident.close(outcome, &running)?, &meta).await?;
        Ok(CloseIncidentResponse { changed: card::changed(work, incident_id).await? })
    }
}
