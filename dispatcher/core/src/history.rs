//! From rows of the log back to the domain's events.

use siaga_domain::{Actor, Aggregate, EventMeta, SiagaError, aggregate::from_log};
use siaga_store::EventRow;

/// When it happened, when it was recorded, and who did it.
///
/// # Errors
/// SIAGA-1900 when the actor is not understood.
pub(crate) fn meta(row: &EventRow) -> Result<EventMeta, SiagaError> {
    let actor: Actor = serde_json::from_value(row.actor.clone())
        .map_err(|error| SiagaError::internal(format!("actor of event {}: {error}", row.position)))?;
    Ok(EventMeta { occurred_at: row.occurred_at, recorded_at: row.recorded_at, actor })
}

/// Takes a row of its stream into a state.
///
/// # Errors
/// SIAGA-1900 when the row holds a type or shape that this version does not know.
pub(crate) fn apply<A: Aggregate>(state: &mut A, row: &EventRow) -> Result<(), SiagaError> {
    let event: A::Event = from_log(&row.event_type, &row.data)?;
    state.apply(&event, &meta(row)?);
    Ok(())
}
