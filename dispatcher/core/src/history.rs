//! From rows of the log back to the domain's events.

use crate::context::store_error;
use siaga_domain::{Actor, Aggregate, EventMeta, SiagaError, Timestamp, aggregate::from_log};
use siaga_store::{EventRow, Store};

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

/// When the event at a position was recorded; none beyond the head.
///
/// # Errors
/// SIAGA-1901 when the store cannot be read.
pub(crate) async fn recorded_at(store: &dyn Store, position: u64) -> Result<Option<Timestamp>, SiagaError> {
    let rows = store.events_after(position.saturating_sub(1), 1).await.map_err(store_error)?;
    Ok(rows.first().map(|row| row.recorded_at))
}

/// The first position recorded at or after a time; beyond the head when there is none. Positions are the order of
/// recording but for a server clock that was set back.
///
/// # Errors
/// SIAGA-1901 when the store cannot be read.
pub(crate) async fn first_from(store: &dyn Store, at: Timestamp, head: u64) -> Result<u64, SiagaError> {
    let (mut low, mut high) = (1, head + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if recorded_at(store, middle).await?.is_some_and(|recorded| recorded < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}
