//! What replaying and skipping share: finding the refused message. The event is written here; the reader of the log
//! carries it out (`deliver::Marks`), so that it is done once even when this process dies in between.

use crate::{commands::card, context::store_error, work::Work};
use siaga_domain::{
    ErrorKind, SiagaError,
    incident::{HubAction, Incident, IncidentEvent},
    limits,
};
use siaga_proto::v1;
use siaga_store::HubCaseState;

/// Of a case number.
const NUMBER_CHARS: usize = 64;

/// Records what becomes of the refused message of a case.
pub(super) async fn settle(
    work: &mut Work<'_>,
    case_number: &str,
    action: HubAction,
    reason: String,
) -> Result<Option<v1::Changed>, SiagaError> {
    let number = limits::required("case_number", case_number, NUMBER_CHARS)?;
    let case = work.context.store.hub_case(&number).await.map_err(store_error)?;
    let case = case.ok_or_else(|| SiagaError::not_found("Kasus", "The case").field("case_number"))?;
    let refused = case.refused_position.filter(|_| case.state == HubCaseState::Dead);
    let Some(message) = refused else {
        return Err(SiagaError::new(
            "SIAGA-1704",
            ErrorKind::Conflict,
            "Kasus ini tidak menunggu keputusan: pusat data tidak menolak apa pun.",
            "This case waits for no decision: the hub refused nothing of it.",
        )
        .field("case_number"));
    };
    work.get::<Incident>(case.incident_id, ("Kejadian", "The incident")).await?;
    let meta = work.meta();
    work.emit::<Incident>(case.incident_id, IncidentEvent::HubSettled { action, message, reason }, &meta).await?;
    card::changed(work, case.incident_id).await
}
