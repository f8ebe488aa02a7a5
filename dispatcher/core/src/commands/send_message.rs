//! SendMessage: the centre writes to an agency about its assignment, or the agency's desk to the centre.

#[cfg(test)]
mod tests;

use crate::{command::Command, commands::task, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    assignment::{Assignment, Side, conversation_over},
    incident::{Incident, IncidentState},
    limits,
};
use siaga_proto::v1::{SendMessageRequest, SendMessageResponse};
use siaga_store::PersonalIndex;
use uuid::Uuid;

/// Merges of merges are followed this far; the commands make no longer ones, as a merged case takes no more.
const MERGES_MAX: usize = 16;

#[async_trait]
impl Command for SendMessageRequest {
    type Reply = SendMessageResponse;
    const NAME: &'static str = "SendMessage";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<SendMessageResponse, SiagaError> {
        let (assignment_id, assignment) = task::named(work, &self.assignment_id).await?;
        assignment.may_write()?;
        must_be_open(work, assignment.incident_id).await?;
        let text = limits::required("text", &self.text, limits::MESSAGE_CHARS)?;
        let subject = ("assignment", assignment_id);
        let text = work.put_personal(subject, Some(assignment.incident_id), "message", text, PersonalIndex::Words);
        let (meta, sent) = (work.meta(), assignment.send_message(side_of(work), text)?);
        work.emit::<Assignment>(assignment_id, sent, &meta).await?;
        let number = u32::try_from(assignment.messages.len() + 1).unwrap_or(u32::MAX);
        Ok(SendMessageResponse { changed: task::changed(work, assignment_id), number })
    }
}

/// For whom the asking person writes and reads.
pub(super) fn side_of(work: &Work<'_>) -> Side {
    if work.who.is_centre() { Side::Centre } else { Side::Agency }
}

/// The case that the assignment counts for, which after a merge is another one, is still in hand.
async fn must_be_open(work: &mut Work<'_>, incident_id: Uuid) -> Result<(), SiagaError> {
    let mut id = incident_id;
    for _ in 0..MERGES_MAX {
        let incident = work.get::<Incident>(id, ("Kejadian", "The incident")).await?;
        match (&incident.state, &incident.merged_into) {
            (IncidentState::Open, _) => return Ok(()),
            (IncidentState::Merged, Some((into, _))) => id = *into,
            _ => break,
        }
    }
    Err(conversation_over())
}
