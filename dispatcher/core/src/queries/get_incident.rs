//! GetIncident: the whole card with calls, assignments, stamps and timeline. Reading a sensitive one is logged.

use super::viewed;
use crate::{
    Core,
    access::{Caller, sight::Reader},
    command::{Internal, account_of},
    context::store_error,
    convert, timeline,
    views::load::{Histories, Wanted},
    work::Work,
    writer::Lane,
};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::{Account, AccountEvent},
};
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
    let missing = || SiagaError::not_found("Kejadian", "The incident");
    let incident_id = if request.incident_id.is_empty() {
        let number = request.number.trim().to_uppercase();
        core.context.store.incident_by_number(&number).await.map_err(store_error)?.ok_or_else(missing)?.incident_id
    } else {
        convert::id("incident_id", &request.incident_id)?
    };
    let wanted =
        Wanted { incidents: [incident_id].into(), calls_of: [incident_id].into(), ..Wanted::default() };
    let (incident, calls) = viewed(&core.context, &wanted, Histories::Fresh, |views| {
        let incident = views.incident(incident_id, &Reader::Full);
        let ids = views.loaded.incidents.get(&incident_id).map(|row| row.state.calls.clone()).unwrap_or_default();
        let calls = ids.iter().filter_map(|id| views.call(*id, &Reader::Full)).collect();
        (incident, calls)
    })
    .await?;
    let incident = incident.ok_or_else(missing)?;
    if incident.sensitive {
        let read = CaseRead { account_id: account_of(who)?, incident_id };
        core.writer.internal_as(Lane::Emergency, who.clone(), read).await?;
    }
    let timeline = timeline::of_incident(&core.context, incident_id).await?;
    Ok(v1::GetIncidentResponse { incident: Some(incident), calls, timeline })
}

struct CaseRead {
    account_id: Uuid,
    incident_id: Uuid,
}

#[async_trait]
impl Internal for CaseRead {
    fn name(&self) -> &'static str {
        "CaseRead"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let meta = work.meta();
        let read = AccountEvent::SensitiveCaseRead { incident_id: self.incident_id };
        work.emit::<Account>(self.account_id, read, &meta).await?;
        Ok(Vec::new())
    }
}
