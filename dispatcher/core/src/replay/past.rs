//! States as they were at a position of the log.

use super::too_much;
use crate::{
    context::store_error,
    history,
    views::load::{self, Loaded, Row},
};
use serde_json::Value;
use siaga_domain::{
    Aggregate, SiagaError, Timestamp,
    account::Account,
    aggregate::from_log,
    alarm::Alarm,
    assignment::{Assignment, AssignmentEvent},
    call::Call,
    incident::Incident,
    unit::Unit,
};
use siaga_store::{EventRow, Store, StreamKey, StreamRow, UnitPosition};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Events read at once.
const PAGE: u32 = 1_000;
/// Events folded for one page at most: a few seconds of one processor.
const FOLDED_MAX: usize = 300_000;

/// States that are being moved from a position on.
#[derive(Default)]
pub(super) struct Past {
    /// The states, and what of their words is still kept.
    pub(super) loaded: Loaded,
    /// Where units said they were, with a status.
    pub(super) points: Vec<UnitPosition>,
    /// Everything up to here is folded in, and nothing beyond.
    upto: u64,
    folded: usize,
    /// Words that the states name, or once named.
    texts: BTreeSet<Uuid>,
    /// Erased by now: cases with the rule or request, and calls.
    erased_cases: HashMap<Uuid, String>,
    erased_calls: BTreeSet<Uuid>,
}

impl Past {
    /// Nothing yet, at a position.
    pub(super) fn at(upto: u64) -> Self {
        Self { upto, loaded: Loaded { upto: u64::MAX, ..Loaded::default() }, ..Self::default() }
    }

    /// Folds an event in.
    pub(super) fn take(&mut self, event: &EventRow) -> Result<(), SiagaError> {
        self.folded += 1;
        if self.folded > FOLDED_MAX {
            return Err(too_much());
        }
        texts_in(&event.data, &mut self.texts);
        let loaded = &mut self.loaded;
        match event.stream.kind.as_str() {
            Call::KIND => {
                let id = load::uuid(&event.stream)?;
                let row = fold(&mut loaded.calls, id, event)?;
                row.state.erased |= self.erased_calls.contains(&id);
            }
            Incident::KIND => {
                let id = load::uuid(&event.stream)?;
                let row = fold(&mut loaded.incidents, id, event)?;
                if let Some(by) = self.erased_cases.get(&id) {
                    row.state.erased = Some(by.clone());
                }
            }
            Assignment::KIND => {
                fold(&mut loaded.assignments, load::uuid(&event.stream)?, event)?;
                self.points.extend(point_of(event)?);
            }
            Unit::KIND => drop(fold(&mut loaded.units, load::uuid(&event.stream)?, event)?),
            Account::KIND => drop(fold(&mut loaded.accounts, load::uuid(&event.stream)?, event)?),
            Alarm::KIND => drop(fold(&mut loaded.alarms, event.stream.id.clone(), event)?),
            _ => {}
        }
        Ok(())
    }

    /// Folds one stream up to the position; returns the version it had there.
    pub(super) async fn stream(&mut self, store: &dyn Store, key: &StreamKey) -> Result<u64, SiagaError> {
        let mut after = 0;
        loop {
            let rows = store.events_of_stream(key, after, PAGE).await.map_err(store_error)?;
            let full = rows.len() == PAGE as usize;
            for row in &rows {
                if row.position > self.upto {
                    return Ok(after);
                }
                self.take(row)?;
                after = row.version;
            }
            if !full {
                return Ok(after);
            }
        }
    }

    /// A stream of which the state of today is at hand: as it is when nothing happened to it since, else folded.
    pub(super) async fn known(&mut self, store: &dyn Store, row: StreamRow) -> Result<(), SiagaError> {
        if row.position > self.upto {
            return self.stream(store, &row.key).await.map(drop);
        }
        texts_in(&row.state, &mut self.texts);
        self.loaded.take(row)
    }

    /// Folds a case with its assignments and alarms up to the position.
    pub(super) async fn case(&mut self, store: &dyn Store, id: Uuid) -> Result<(), SiagaError> {
        let mut after = 0;
        loop {
            let rows = store.events_of_incident(id, after, PAGE).await.map_err(store_error)?;
            let full = rows.len() == PAGE as usize;
            for row in &rows {
                if row.position > self.upto {
                    return Ok(());
                }
                // A call has a life before its case, and is folded by itself.
                if row.stream.kind != Call::KIND {
                    self.take(row)?;
                }
                after = row.position;
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// Loads the assignments that units are on and that no case on the boards has brought.
    pub(super) async fn work_of_units(&mut self, store: &dyn Store) -> Result<(), SiagaError> {
        let engaged = self.loaded.units.values().flat_map(|row| row.state.engaged.iter().map(|(id, _)| *id));
        let missing: BTreeSet<Uuid> = engaged.filter(|id| !self.loaded.assignments.contains_key(id)).collect();
        for id in missing {
            self.stream(store, &StreamKey::new(Assignment::KIND, id)).await?;
        }
        Ok(())
    }

    /// What is known today of these states and of those that the events will bring: which words are kept, what was
    /// erased, and what is of a sensitive type. It holds for every moment of the past.
    pub(super) async fn know(&mut self, store: &dyn Store, events: &[EventRow]) -> Result<(), SiagaError> {
        let mut cases: BTreeSet<Uuid> = self.loaded.incidents.keys().copied().collect();
        let mut calls: BTreeSet<Uuid> = self.loaded.calls.keys().copied().collect();
        for event in events {
            texts_in(&event.data, &mut self.texts);
            cases.extend(event.incident_id);
            if event.stream.kind == Call::KIND {
                calls.insert(load::uuid(&event.stream)?);
            }
        }
        let key = |kind: &'static str| move |id: &Uuid| StreamKey::new(kind, id);
        let mut today = Loaded::default();
        today.fetch(store, calls.iter().map(key(Call::KIND)).collect()).await?;
        cases.extend(today.calls.values().filter_map(|row| row.state.incident_id));
        today.fetch(store, cases.iter().map(key(Incident::KIND)).collect()).await?;
        today.follow_merges(store).await?;
        self.note(&today);
        self.loaded.fetch_texts(store, std::mem::take(&mut self.texts)).await
    }

    fn note(&mut self, today: &Loaded) {
        for (id, row) in &today.incidents {
            if row.state.is_sensitive() {
                self.loaded.known_sensitive.cases.insert(*id);
            }
            if let Some(by) = &row.state.erased {
                self.erased_cases.insert(*id, by.clone());
                if let Some(then) = self.loaded.incidents.get_mut(id) {
                    then.state.erased = Some(by.clone());
                }
            }
        }
        for (id, row) in &today.calls {
            let own = row.state.incident_id.and_then(|case| today.incidents.get(&case));
            let about = row.state.incident_id.and_then(|case| today.case(case)).map(|(_, case)| case);
            if own.into_iter().chain(about).any(|case| case.state.is_sensitive()) {
                self.loaded.known_sensitive.calls.insert(*id);
            }
            if row.state.erased {
                self.erased_calls.insert(*id);
                if let Some(then) = self.loaded.calls.get_mut(id) {
                    then.state.erased = true;
                }
            }
        }
    }
}

fn fold<'r, A: Aggregate, K: Ord>(
    rows: &'r mut BTreeMap<K, Row<A>>,
    id: K,
    event: &EventRow,
) -> Result<&'r mut Row<A>, SiagaError> {
    let row = rows.entry(id).or_insert_with(|| Row { state: A::default(), position: 0 });
    history::apply(&mut row.state, event)?;
    row.position = event.position;
    Ok(row)
}

/// Where a unit was when it reported a status.
fn point_of(event: &EventRow) -> Result<Option<UnitPosition>, SiagaError> {
    Ok(match from_log(&event.event_type, &event.data)? {
        AssignmentEvent::StepReached { unit_id: Some(unit_id), point: Some((lat, lon)), .. } => {
            let at: Timestamp = event.occurred_at;
            Some(UnitPosition { unit_id, lat, lon, accuracy_m: None, speed_mps: None, at })
        }
        _ => None,
    })
}

/// Fields that name photos, which nobody looks at in a replay's sentences and boards: they are large.
const PICTURES: [&str; 2] = ["picture", "thumbnail"];

/// The rows of personal texts that stored JSON names, wherever it does.
pub(super) fn texts_in(value: &Value, found: &mut BTreeSet<Uuid>) {
    match value {
        Value::Object(object) => {
            let named = object.get("personal_id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
            found.extend(named);
            let others = object.iter().filter(|(field, _)| !PICTURES.contains(&field.as_str()));
            others.for_each(|(_, part)| texts_in(part, found));
        }
        Value::Array(list) => list.iter().for_each(|part| texts_in(part, found)),
        _ => {}
    }
}
