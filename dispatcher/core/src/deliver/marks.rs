//! Reads the log and notes which cases have something new for the hub; and carries out what a person settled.

use super::{message, record_mark, status_mark};
use crate::{Core, command::Internal, context::store_error, reconcile::Reconciler, work::Work, writer::Lane};
use async_trait::async_trait;
use siaga_domain::{
    Aggregate, SiagaError,
    aggregate::from_log,
    incident::{HubAction, Incident, IncidentEvent, IncidentState},
};
use siaga_store::{EventRow, HubCaseState, HubPending, SideWrite, Store, StoreError, StreamKey};
use std::collections::HashMap;
use uuid::Uuid;

/// The reader's name.
const READER: &str = "hub";
/// Events read at once.
const PAGE: u32 = 1000;

/// Marks cases pending.
pub struct Marks;

#[async_trait]
impl Reconciler for Marks {
    fn name(&self) -> &'static str {
        "hub-marks"
    }

    fn every_ms(&self) -> i64 {
        0
    }

    async fn run(&mut self, core: &Core) -> Result<u64, SiagaError> {
        let store = &*core.context.store;
        let mut position = store.reader_position(READER).await.map_err(store_error)?;
        let mut marked = 0;
        loop {
            let events = store.events_after(position, PAGE).await.map_err(store_error)?;
            let Some(last) = events.last() else { return Ok(marked) };
            position = last.position;
            let pending = pending(core, &events).await?;
            marked += pending.len() as u64;
            for event in events.iter().filter(|event| event.event_type == "incident.hub_settled") {
                carry_out(core, event).await?;
            }
            core.writer.internal(Lane::Routine, MarkForHub { pending, position }).await?;
            if events.len() < PAGE as usize {
                return Ok(marked);
            }
        }
    }
}

/// Written by the log's writer, with whatever else is written just then: no commit of its own.
struct MarkForHub {
    pending: Vec<HubPending>,
    position: u64,
}

#[async_trait]
impl Internal for MarkForHub {
    fn name(&self) -> &'static str {
        "MarkForHub"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        if !self.pending.is_empty() {
            work.side(SideWrite::HubPending { cases: self.pending.clone(), at: work.now });
        }
        work.side(SideWrite::ReaderAt { name: READER.to_owned(), position: self.position });
        Ok(Vec::new())
    }
}

async fn pending(core: &Core, events: &[EventRow]) -> Result<Vec<HubPending>, SiagaError> {
    let store = &*core.context.store;
    let mut newest: HashMap<Uuid, &EventRow> = HashMap::new();
    for event in events.iter().filter(|event| message::stage(event).is_some()) {
        newest.extend(event.incident_id.map(|incident_id| (incident_id, event)));
    }
    let keys: Vec<StreamKey> = newest.keys().map(|id| StreamKey::new(Incident::KIND, id)).collect();
    let mut pending = Vec::with_capacity(keys.len());
    for (incident_id, incident) in incidents(store, &keys).await? {
        let event = newest[&incident_id];
        // Whether a record follows is decided on the case as it was then; one mark too high is settled by the lease.
        let record = incident.state == IncidentState::Closed || event.event_type == "incident.closed";
        let mark = if record { record_mark(event.position) } else { status_mark(event.position) };
        pending.push(HubPending { number: incident.number, incident_id, latest_position: mark });
    }
    Ok(pending)
}

async fn incidents(store: &dyn Store, keys: &[StreamKey]) -> Result<Vec<(Uuid, Incident)>, SiagaError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let rows = store.load_streams(keys).await.map_err(store_error)?;
    rows.into_iter()
        .map(|row| {
            let id =
                Uuid::parse_str(&row.key.id).map_err(|_| SiagaError::internal(format!("{} has no id", row.key)))?;
            let incident = serde_json::from_value(row.state)
                .map_err(|error| SiagaError::internal(format!("state of {}: {error}", row.key)))?;
            Ok((id, incident))
        })
        .collect()
}

/// The event is what counts; the table follows it. Only the very message that was settled: the case may be dead again
/// by another one.
async fn carry_out(core: &Core, event: &EventRow) -> Result<(), SiagaError> {
    let IncidentEvent::HubSettled { action, message, reason } = from_log(&event.event_type, &event.data)? else {
        return Ok(());
    };
    let (store, now) = (&*core.context.store, core.context.now());
    let Some(incident_id) = event.incident_id else { return Ok(()) };
    let found = incidents(store, &[StreamKey::new(Incident::KIND, incident_id)]).await?;
    let Some((_, incident)) = found.into_iter().next() else { return Ok(()) };
    let case = store.hub_case(&incident.number).await.map_err(store_error)?;
    let waits = case.is_some_and(|case| case.state == HubCaseState::Dead && case.refused_position == Some(message));
    if !waits {
        return Ok(());
    }
    let settled = match action {
        HubAction::Replayed => store.hub_replay(&incident.number, now).await,
        HubAction::Skipped => store.hub_skip(&incident.number, &reason, now).await,
    };
    match settled {
        Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
        Err(error) => Err(store_error(error)),
    }
}
