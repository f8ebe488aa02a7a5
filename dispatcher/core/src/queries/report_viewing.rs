//! ReportViewing: a card is open on a screen of the centre. Telemetry: known for seconds, no history.

#[cfg(test)]
mod tests;

use crate::{
    Core,
    access::Caller,
    command::account_of,
    context::store_error,
    convert,
    views::viewing::{self, VIEWING_MS},
};
use siaga_domain::{Aggregate, ErrorKind, SiagaError, incident::Incident};
use siaga_proto::v1;
use siaga_store::{StreamKey, Viewing};

/// Cards that one person may have open at once.
const CARDS_MAX: usize = 16;

/// Notes who looks at a card, or looks no more, and tells the other screens what is news of it.
///
/// # Errors
/// SIAGA-1002 for a case that is not there, SIAGA-1315 for more cards than a person has in hand.
pub(crate) async fn report_viewing(
    core: &Core,
    who: &Caller,
    request: v1::ReportViewingRequest,
) -> Result<v1::ReportViewingResponse, SiagaError> {
    let incident_id = convert::id("incident_id", &request.incident_id)?;
    let account_id = account_of(who)?;
    let context = &core.context;
    let own: Vec<Viewing> =
        viewing::rows(context).await?.into_iter().filter(|row| row.account_id == account_id).collect();
    let before = own.iter().find(|row| row.incident_id == incident_id);
    let is_news = if request.closed {
        context.store.end_viewing(incident_id, account_id).await.map_err(store_error)?;
        before.is_some()
    } else {
        if before.is_none() {
            must_exist(core, incident_id).await?;
            if own.len() >= CARDS_MAX {
                return Err(too_many());
            }
        }
        let (label, editing, seen_at) = (who.label.clone(), request.editing, context.now());
        let row = Viewing { incident_id, account_id, label, editing, seen_at };
        context.store.set_viewing(&row).await.map_err(store_error)?;
        before.is_none_or(|before| before.editing != editing)
    };
    if is_news {
        core.feed.presence_changed();
    }
    Ok(v1::ReportViewingResponse {})
}

async fn must_exist(core: &Core, incident_id: uuid::Uuid) -> Result<(), SiagaError> {
    let key = StreamKey::new(Incident::KIND, incident_id);
    let found = core.context.store.load_streams(&[key]).await.map_err(store_error)?;
    if found.is_empty() { Err(SiagaError::not_found("Kejadian", "The incident")) } else { Ok(()) }
}

/// SIAGA-1315: more cards than anybody looks at.
fn too_many() -> SiagaError {
    SiagaError::new(
        "SIAGA-1315",
        ErrorKind::Exhausted,
        format!("Paling banyak {CARDS_MAX} kartu terbuka sekaligus."),
        format!("At most {CARDS_MAX} cards open at once."),
    )
    .retry_after_ms(u64::try_from(VIEWING_MS).unwrap_or(0))
}
