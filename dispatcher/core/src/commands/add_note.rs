//! AddNote: a note on the case; agencies and crews note on cases they are on.

use crate::{access::scope, command::Command, commands::card, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, assignment::Assignment, incident::Incident, limits};
use siaga_proto::v1::{AddNoteRequest, AddNoteResponse};
use siaga_store::PersonalIndex;

#[async_trait]
impl Command for AddNoteRequest {
    type Reply = AddNoteResponse;
    const NAME: &'static str = "AddNote";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<AddNoteResponse, SiagaError> {
        let incident_id = convert::id("incident_id", &self.incident_id)?;
        let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
        may_note(work, &incident).await?;
        let text = limits::required("text", &self.text, limits::NARRATIVE_CHARS)?;
        let text = work.put_personal(("incident", incident_id), Some(incident_id), "note", text, PersonalIndex::Words);
        let mut meta = work.meta();
        if let Some(occurred_at) = convert::time("occurred_at", self.occurred_at)? {
            meta.occurred_at = limits::recent("occurred_at", occurred_at, work.now)?;
        }
        work.emit::<Incident>(incident_id, incident.add_note(text)?, &meta).await?;
        Ok(AddNoteResponse { changed: card::changed(work, incident_id).await? })
    }
}

/// The centre, or an agency or crew that is on the case; to others it does not exist.
pub(super) async fn may_note(work: &mut Work<'_>, incident: &Incident) -> Result<(), SiagaError> {
    if work.who.is_centre() {
        return Ok(());
    }
    for assignment_id in &incident.assignments {
        let assignment = work.get::<Assignment>(assignment_id, ("Tugas", "The assignment")).await?;
        if assignment.sees_case() && scope::may_act_on(work.who, &assignment).is_ok() {
            return Ok(());
        }
    }
    Err(SiagaError::not_found("Kejadian", "The incident"))
}
