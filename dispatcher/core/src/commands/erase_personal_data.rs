//! ErasePersonalData: removes the personal data of a case, or of a call that never became one, for good; the log keeps
//! that it was done.

use crate::{
    command::Command,
    commands::{add_photo, card},
    context::store_error,
    convert,
    work::Work,
};
use async_trait::async_trait;
use siaga_domain::{SiagaError, call::Call, incident::Incident, limits};
use siaga_proto::v1::{ErasePersonalDataRequest, ErasePersonalDataResponse};
use uuid::Uuid;

/// Events read at once when looking for the requests that brought the data.
const PAGE: u32 = 1000;

#[async_trait]
impl Command for ErasePersonalDataRequest {
    type Reply = ErasePersonalDataResponse;
    const NAME: &'static str = "ErasePersonalData";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<ErasePersonalDataResponse, SiagaError> {
        let subject = subject(&self.incident_id, &self.call_id)?;
        let reason = limits::required("reason", &self.reason, limits::REASON_CHARS)?;
        match subject {
            Subject::Incident(incident_id) => {
                let erased = erase(work, incident_id, reason).await?;
                Ok(ErasePersonalDataResponse { changed: card::changed(work, incident_id).await?, erased })
            }
            Subject::Call(call_id) => {
                let erased = erase_call(work, call_id, reason).await?;
                let changed = convert::changed(call_id, work.version::<Call>(call_id));
                Ok(ErasePersonalDataResponse { changed, erased })
            }
        }
    }
}

/// Whose data a request means.
pub(super) enum Subject {
    /// A case with its calls and assignments.
    Incident(Uuid),
    /// A call without a case.
    Call(Uuid),
}

/// One of both, never both.
pub(super) fn subject(incident_id: &str, call_id: &str) -> Result<Subject, SiagaError> {
    match convert::optional_id("call_id", call_id)? {
        None => convert::id("incident_id", incident_id).map(Subject::Incident),
        Some(call_id) if incident_id.is_empty() => Ok(Subject::Call(call_id)),
        Some(_) => Err(SiagaError::invalid(
            "call_id",
            "Sebutkan kejadian atau panggilan, jangan keduanya.",
            "Name an incident or a call, not both.",
        )),
    }
}

/// Erases name and number of a call that never became a case, and the stored requests that brought them. Returns how
/// many rows.
pub(crate) async fn erase_call(work: &mut Work<'_>, call_id: Uuid, reason: String) -> Result<u32, SiagaError> {
    let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
    let rows = rows_of(work, "call", call_id).await?;
    let event = call.erase_personal(rows.clone(), reason)?;
    if rows.is_empty() {
        return Ok(0);
    }
    let meta = work.meta();
    work.emit::<Call>(call_id, event, &meta).await?;
    let mut requests = requests_of_call(work, call_id).await?;
    requests.sort_unstable();
    requests.dedup();
    let erased = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    work.erase(rows, requests);
    Ok(erased)
}

/// Erases what is known of people in a case: its own rows, also those that an edit has replaced, its calls' and its
/// assignments', and the stored requests that brought them. Returns how many rows.
pub(crate) async fn erase(work: &mut Work<'_>, incident_id: Uuid, reason: String) -> Result<u32, SiagaError> {
    let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
    let meta = work.meta();
    let mut all = rows_of(work, "incident", incident_id).await?;
    all.extend(rows_of(work, add_photo::SUBJECT, incident_id).await?);
    for assignment_id in &incident.assignments {
        all.extend(rows_of(work, "assignment", *assignment_id).await?);
    }
    work.emit::<Incident>(incident_id, incident.erase_personal(all.clone(), reason.clone())?, &meta).await?;
    for call_id in &incident.calls {
        let rows = rows_of(work, "call", *call_id).await?;
        if !rows.is_empty() {
            let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
            let erased = call.erase_with_incident(rows.clone(), reason.clone())?;
            work.emit::<Call>(call_id, erased, &meta).await?;
            all.extend(rows);
        }
    }
    let requests = requests_of(work, incident_id, &incident.calls).await?;
    let erased = u32::try_from(all.len()).unwrap_or(u32::MAX);
    work.erase(all, requests);
    Ok(erased)
}

async fn rows_of(work: &Work<'_>, kind: &str, id: Uuid) -> Result<Vec<Uuid>, SiagaError> {
    work.context.store.personal_ids_of(kind, id).await.map_err(store_error)
}

/// The requests whose bodies held the case's data: all that made its events or its calls'.
async fn requests_of(work: &Work<'_>, incident_id: Uuid, calls: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, SiagaError> {
    let store = &work.context.store;
    let mut requests = Vec::new();
    let mut after = 0;
    loop {
        let events = store.events_of_incident(incident_id, after, PAGE).await.map_err(store_error)?;
        requests.extend(events.iter().filter_map(|event| event.account_id.zip(event.request_id)));
        match events.last() {
            Some(last) if events.len() == PAGE as usize => after = last.position,
            _ => break,
        }
    }
    for call_id in calls {
        requests.extend(requests_of_call(work, *call_id).await?);
    }
    requests.sort_unstable();
    requests.dedup();
    Ok(requests)
}

async fn requests_of_call(work: &Work<'_>, call_id: Uuid) -> Result<Vec<(Uuid, Uuid)>, SiagaError> {
    let key = siaga_store::StreamKey::new("call", call_id);
    let events = work.context.store.events_of_stream(&key, 0, PAGE).await.map_err(store_error)?;
    Ok(events.iter().filter_map(|event| event.account_id.zip(event.request_id)).collect())
}
