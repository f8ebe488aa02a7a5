//! GetIncident: the whole card with calls, assignments, stamps and timeline. Reading a sensitive one is logged, before
//! it is shown.

use super::{note_reading, viewed};
use crate::{
    Core,
    access::{Caller, sight::Reader},
    context::store_error,
    convert, timeline,
    views::load::{Histories, Wanted},
};
use siaga_domain::{SiagaError, account::AccountEvent, limits};
use siaga_proto::v1;
use uuid::Uuid;

/// The case by its id or number.
///
/// # Errors
/// SIAGA-1002 when there is none.
pub(crate) async fn get_incident(
    core: &Core,
    who: &Caller,
    request: v1::GetIncidentRequest,
) -> Result<v1::GetIncidentResponse, SiagaError> {
    let id = named(core, &request).await?;
    let wanted = Wanted { incidents: [id].into(), calls_of: [id].into(), ..Wanted::default() };
    let card = viewed(&core.context, &wanted, Histories::Kept(core.feed.phones()), |views| {
        let calls = &views.loaded.incidents.get(&id)?.state.calls;
        let calls = calls.iter().filter_map(|call_id| views.call(*call_id, &Reader::Full)).collect();
        Some((views.incident(id, &Reader::Full)?, calls))
    });
    let (incident, calls) = card.await?.ok_or_else(missing)?;
    if incident.sensitive {
        note_reading(core, who, AccountEvent::SensitiveCaseRead { incident_id: id }).await?;
    }
    let timeline = timeline::of_incident(&core.context, id).await?;
    Ok(v1::GetIncidentResponse { incident: Some(incident), calls, timeline })
}

async fn named(core: &Core, request: &v1::GetIncidentRequest) -> Result<Uuid, SiagaError> {
    if !request.incident_id.is_empty() {
        return convert::id("incident_id", &request.incident_id);
    }
    let number = limits::required("number", &request.number, limits::REFERENCE_CHARS)?.to_uppercase();
    let found = core.context.store.incident_by_number(&number).await.map_err(store_error)?;
    found.map(|row| row.incident_id).ok_or_else(missing)
}

fn missing() -> SiagaError {
    SiagaError::not_found("Kejadian", "The incident")
}
