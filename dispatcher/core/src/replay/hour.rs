//! A stretch of the whole centre.

use super::{Past, Scene, Scope, head, too_much};
use crate::{
    access::sight::BOARD_AFTER_END_MS,
    context::{Context, store_error},
    history,
    views::load::{self, Loaded},
};
use siaga_domain::{
    Aggregate, Role, SiagaError, Timestamp,
    account::Account,
    alarm::{Alarm, AlarmKind},
    call::Call,
    incident::Incident,
    unit::Unit,
};
use siaga_store::{EventRow, FactPage, IncidentQuery, MAX_KEYS, Store, StreamKey, StreamRow};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Rows read at once.
const PAGE: u32 = 1_000;
/// A call that rang longer ago than this is on the boards only if it is open to this day, in ms: a day.
const RANG_MS: i64 = 24 * 3_600_000;
/// Cases or calls looked at for one page.
const LOOKED_AT_MAX: usize = 20_000;

/// A page of it.
pub(super) async fn scene(
    context: &Context,
    scope: &Scope,
    after: Option<u64>,
    events_max: u32,
) -> Result<Scene, SiagaError> {
    let store = &*context.background;
    let head = head(context).await?;
    let first = history::first_from(store, scope.from, head).await?;
    let end = history::first_from(store, scope.to, head).await?.saturating_sub(1);
    let begin = first.saturating_sub(1);
    let (position, at) = match after {
        Some(after) => {
            let after = after.clamp(begin, end.max(begin));
            let told = history::recorded_at(store, after).await?;
            (after, told.map_or(scope.from, |told| told.max(scope.from)))
        }
        None => (begin, scope.from),
    };
    let mut events = store.events_after(position, events_max).await.map_err(store_error)?;
    events.retain(|event| event.position <= end);
    let told = events.last().map_or(end, |event| event.position).saturating_sub(begin);
    let past = past(store, position, at, &events).await?;
    Ok(Scene { past, at, events, told, total: end.saturating_sub(begin) })
}

/// Everything that stood on the boards then, or that the events are about.
async fn past(store: &dyn Store, position: u64, at: Timestamp, events: &[EventRow]) -> Result<Past, SiagaError> {
    let mut past = Past::at(position);
    for id in cases(store, at, events).await? {
        past.case(store, id).await?;
    }
    calls(store, &mut past, at, events).await?;
    for row in all(store, Unit::KIND, false).await? {
        past.known(store, row).await?;
    }
    past.work_of_units(store).await?;
    for row in all(store, Account::KIND, false).await? {
        let account: Account = load::state(&row.key, row.state.clone())?;
        // Who never worked at a board is not worth folding.
        if matches!(account.role, Role::Operator | Role::Supervisor) || account.version > 0 {
            past.known(store, row).await?;
        }
    }
    alarms(store, &mut past, events).await?;
    past.loaded.whole = past.loaded.incidents.keys().copied().collect();
    past.loaded.note_holders();
    Ok(past)
}

/// The cases on the boards then, those that the events are about, and what each of them was merged with.
async fn cases(store: &dyn Store, at: Timestamp, events: &[EventRow]) -> Result<BTreeSet<Uuid>, SiagaError> {
    let mut query = IncidentQuery {
        opened_to: Some(at.plus_ms(1)),
        ended_from: Some(at.plus_ms(-BOARD_AFTER_END_MS)),
        limit: PAGE,
        ..IncidentQuery::default()
    };
    let mut ids: BTreeSet<Uuid> = events.iter().filter_map(|event| event.incident_id).collect();
    loop {
        let page = store.search_incidents(&query).await.map_err(store_error)?;
        ids.extend(page.rows.iter().map(|row| row.incident_id));
        if ids.len() > LOOKED_AT_MAX {
            return Err(too_much());
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    let mut today = Loaded::default();
    loop {
        today.fetch(store, ids.iter().map(|id| StreamKey::new(Incident::KIND, id)).collect()).await?;
        today.follow_merges(store).await?;
        let merged = today.incidents.values().flat_map(|row| row.state.merged.iter().map(|(id, _)| *id));
        let known = ids.len();
        ids = today.incidents.keys().copied().chain(merged).chain(ids.iter().copied()).collect();
        if ids.len() == known {
            return Ok(ids);
        }
    }
}

/// The calls that were open then, and those that the events are about.
async fn calls(store: &dyn Store, past: &mut Past, at: Timestamp, events: &[EventRow]) -> Result<(), SiagaError> {
    let mut ids: BTreeSet<Uuid> = BTreeSet::new();
    for event in events.iter().filter(|event| event.stream.kind == Call::KIND) {
        ids.insert(load::uuid(&event.stream)?);
    }
    for row in all(store, Call::KIND, true).await? {
        ids.insert(load::uuid(&row.key)?);
    }
    let mut page = FactPage { from: at.plus_ms(-RANG_MS), to: at.plus_ms(1), after: None, limit: PAGE };
    loop {
        let rang = store.call_facts(&page).await.map_err(store_error)?;
        page.after = rang.last().map(|call| (call.ringing_at, call.call_id));
        ids.extend(rang.iter().map(|call| call.call_id));
        if ids.len() > LOOKED_AT_MAX {
            return Err(too_much());
        }
        if rang.len() < PAGE as usize {
            break;
        }
    }
    let keys: Vec<StreamKey> = ids.iter().map(|id| StreamKey::new(Call::KIND, id)).collect();
    for chunk in keys.chunks(MAX_KEYS) {
        for row in store.load_streams(chunk).await.map_err(store_error)? {
            past.known(store, row).await?;
        }
    }
    Ok(())
}

/// The alarms that were up then besides those of cases, and those that the events are about.
async fn alarms(store: &dyn Store, past: &mut Past, events: &[EventRow]) -> Result<(), SiagaError> {
    let of_events = events.iter().filter(|event| event.stream.kind == Alarm::KIND).map(|event| event.stream.id.clone());
    let open = past.loaded.calls.iter().filter(|(_, row)| row.state.is_open());
    let of_calls = open.flat_map(|(id, _)| of_call(*id));
    let mut ids: BTreeSet<String> = of_events.chain(of_calls).collect();
    ids.insert(AlarmKind::HubBehind.id(crate::reconcile::alarms::HUB));
    ids.extend(all(store, Alarm::KIND, true).await?.into_iter().map(|row| row.key.id));
    ids.retain(|id| !past.loaded.alarms.contains_key(id));
    let keys: Vec<StreamKey> = ids.iter().map(|id| StreamKey::new(Alarm::KIND, id)).collect();
    for chunk in keys.chunks(MAX_KEYS) {
        for row in store.load_streams(chunk).await.map_err(store_error)? {
            past.known(store, row).await?;
        }
    }
    Ok(())
}

/// The alarms that a call may have.
pub(super) fn of_call(id: Uuid) -> [String; 2] {
    [AlarmKind::CallUnanswered, AlarmKind::AbandonedNotCalledBack].map(|kind| kind.id(&id.to_string()))
}

/// All streams of a kind, page by page.
async fn all(store: &dyn Store, kind: &str, open_only: bool) -> Result<Vec<StreamRow>, SiagaError> {
    let mut rows: Vec<StreamRow> = Vec::new();
    loop {
        let after = rows.last().map(|row| row.key.id.clone());
        let page = store.list_streams(kind, open_only, after.as_deref(), PAGE).await.map_err(store_error)?;
        let full = page.len() == PAGE as usize;
        rows.extend(page);
        if rows.len() > LOOKED_AT_MAX {
            return Err(too_much());
        }
        if !full {
            return Ok(rows);
        }
    }
}
