//! One case, from the first ring of its calls to its end. It comes alone: its events are found by themselves, however
//! long it took and however much else happened meanwhile.

use super::{Past, Scene, Scope, head, hour::of_call};
use crate::{
    context::{Context, store_error},
    timeline,
    views::load::{Histories, Loaded, Wanted},
};
use siaga_domain::{
    Aggregate, SiagaError, Timestamp,
    aggregate::from_log,
    alarm::Alarm,
    assignment::{Assignment, AssignmentEvent},
    incident::Incident,
    unit::Unit,
};
use siaga_store::{EventRow, Store, StreamKey};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Events read at once.
const PAGE: u32 = 1_000;
/// The last picture stands for so long, in ms: the close itself is to be seen.
const AFTER_END_MS: i64 = 60_000;

/// From its first ring to its end, or to now.
pub(super) async fn window(context: &Context, id: Uuid) -> Result<(Timestamp, Timestamp), SiagaError> {
    let (events, ended_at) = own_events(context, id).await?;
    let now = context.now();
    let from = events.first().map_or(now, |event| event.recorded_at);
    let last = events.iter().filter(|event| ends(event)).map(|event| event.recorded_at).max();
    let to = ended_at.and(last).map_or(now, |last| last.plus_ms(AFTER_END_MS)).min(now);
    Ok((from, to.max(from.plus_ms(1))))
}

fn ends(event: &EventRow) -> bool {
    matches!(event.event_type.as_str(), "incident.closed" | "incident.cancelled" | "incident.merged")
}

/// A page of it.
pub(super) async fn scene(
    context: &Context,
    id: Uuid,
    scope: &Scope,
    after: Option<u64>,
    events_max: u32,
) -> Result<Scene, SiagaError> {
    let store = &*context.background;
    let head = head(context).await?;
    let (own, _) = own_events(context, id).await?;
    let begin = own.first().map_or(head, |event| event.position.saturating_sub(1));
    let mut events: BTreeMap<u64, EventRow> = own.into_iter().map(|event| (event.position, event)).collect();
    let mut past = Past::at(begin);
    for unit_id in units(events.values())? {
        unit(store, &mut past, unit_id, &mut events).await?;
    }
    events.retain(|position, event| *position <= head && event.recorded_at < scope.to);
    let total = events.len();
    // What the pages before told.
    let mut at = scope.from;
    let coming = match after {
        Some(after) => events.split_off(&after.saturating_add(1)),
        None => std::mem::take(&mut events),
    };
    let told = events.len();
    for event in events.values() {
        at = at.max(event.recorded_at);
        past.take(event)?;
    }
    past.loaded.whole = past.loaded.incidents.keys().copied().collect();
    past.loaded.note_holders();
    let events: Vec<EventRow> = coming.into_values().take(events_max as usize).collect();
    Ok(Scene { past, at, told: (told + events.len()) as u64, total: total as u64, events })
}

/// The events of the case, its duplicates, its calls and their alarms, in order; and when it ended.
async fn own_events(context: &Context, id: Uuid) -> Result<(Vec<EventRow>, Option<Timestamp>), SiagaError> {
    let store = &*context.background;
    let wanted = Wanted { incidents: [id].into(), ..Wanted::default() };
    let loaded = Loaded::load_from(store, &wanted, 0, Histories::None).await?;
    let Some(row) = loaded.incidents.get(&id) else { return Ok((Vec::new(), None)) };
    let case: &Incident = &row.state;
    let (mut events, _) = timeline::events(store, id, case).await?;
    for alarm in case.calls.iter().flat_map(|call| of_call(*call)) {
        let key = StreamKey::new(Alarm::KIND, alarm);
        events.extend(store.events_of_stream(&key, 0, PAGE).await.map_err(store_error)?);
    }
    events.sort_unstable_by_key(|event| event.position);
    events.dedup_by_key(|event| event.position);
    Ok((events, case.ended_at))
}

/// The units that were put on it.
fn units<'e>(events: impl Iterator<Item = &'e EventRow>) -> Result<BTreeSet<Uuid>, SiagaError> {
    let mut units = BTreeSet::new();
    for event in events.filter(|event| event.stream.kind == Assignment::KIND) {
        if let AssignmentEvent::UnitAssigned { unit_id, .. } = from_log(&event.event_type, &event.data)? {
            units.insert(unit_id);
        }
    }
    Ok(units)
}

/// A unit as it was at the beginning, and what happened to it since.
async fn unit(
    store: &dyn Store,
    past: &mut Past,
    id: Uuid,
    events: &mut BTreeMap<u64, EventRow>,
) -> Result<(), SiagaError> {
    let key = StreamKey::new(Unit::KIND, id);
    let mut after = past.stream(store, &key).await?;
    loop {
        let rows = store.events_of_stream(&key, after, PAGE).await.map_err(store_error)?;
        let full = rows.len() == PAGE as usize;
        after = rows.last().map_or(after, |row| row.version);
        events.extend(rows.into_iter().map(|row| (row.position, row)));
        if !full {
            return Ok(());
        }
    }
}
