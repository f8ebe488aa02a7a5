//! Loads what a batch of views needs: one query for each kind of thing and step of reference, not one for each view.

use super::phones::{PastCalls, Phones, past_calls_in};
use crate::context::{Context, store_error};
use serde_json::Value;
use siaga_domain::{
    Aggregate, PersonalRef, SiagaError, account::Account, alarm::Alarm, assignment::Assignment, call::Call,
    incident::Incident, unit::Unit,
};
use siaga_store::{MAX_KEYS, Store, StreamKey, StreamRow, UnitPosition};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Merges of merges are followed this far; the commands make no longer ones, as a merged case takes no more.
const MERGES_MAX: usize = 16;

/// A state and where it is in the log.
#[derive(Debug, Clone)]
pub(crate) struct Row<T> {
    pub(crate) state: T,
    pub(crate) position: u64,
}

/// The things whose views are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) calls: BTreeSet<Uuid>,
    /// All calls of these incidents.
    pub(crate) calls_of: BTreeSet<Uuid>,
    /// With all their assignments.
    pub(crate) incidents: BTreeSet<Uuid>,
    /// With their case and all its assignments, and with their units.
    pub(crate) assignments: BTreeSet<Uuid>,
    pub(crate) units: BTreeSet<Uuid>,
    pub(crate) alarms: BTreeSet<String>,
    pub(crate) accounts: BTreeSet<Uuid>,
}

/// Where the numbers of callers are looked up.
#[derive(Clone, Copy)]
pub(crate) enum Histories<'a> {
    /// Nowhere: counts stay 0. For lists that do not show them.
    None,
    /// In the store.
    Fresh,
    /// In what is kept; in the store where nothing is.
    Kept(&'a Phones),
    /// In the store, and kept.
    Refresh(&'a Phones),
}

/// What was loaded.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// Everything up to here is in it; some things may be newer, and are told again when their turn comes.
    pub(crate) upto: u64,
    pub(crate) calls: BTreeMap<Uuid, Row<Call>>,
    pub(crate) incidents: BTreeMap<Uuid, Row<Incident>>,
    pub(crate) assignments: BTreeMap<Uuid, Row<Assignment>>,
    pub(crate) units: BTreeMap<Uuid, Row<Unit>>,
    pub(crate) alarms: BTreeMap<String, Row<Alarm>>,
    pub(crate) accounts: BTreeMap<Uuid, Row<Account>>,
    /// Contents by row; an erased one is missing.
    pub(crate) personal: HashMap<Uuid, String>,
    pub(crate) positions: HashMap<Uuid, UnitPosition>,
    /// Calls of the numbers of the calls wanted, by call.
    pub(crate) past_calls: HashMap<Uuid, PastCalls>,
    /// The incidents that are loaded with all their assignments.
    pub(crate) whole: BTreeSet<Uuid>,
    /// The case that each assignment counts for, where that case is loaded whole.
    pub(crate) held_by: HashMap<Uuid, Uuid>,
    /// What is sensitive although its state, which is one of the past, does not say so.
    pub(crate) known_sensitive: KnownSensitive,
}

/// Cases that are of a sensitive type by now, and their calls.
#[derive(Debug, Default)]
pub(crate) struct KnownSensitive {
    pub(crate) cases: BTreeSet<Uuid>,
    pub(crate) calls: BTreeSet<Uuid>,
}

impl Loaded {
    /// Loads what the views of `wanted` need. `upto` is a position that was in the log before this is called.
    pub(crate) async fn load(
        context: &Context,
        wanted: &Wanted,
        upto: u64,
        histories: Histories<'_>,
    ) -> Result<Self, SiagaError> {
        Self::load_from(&*context.store, wanted, upto, histories).await
    }

    /// The same with the connections of `store`, for work that can wait.
    pub(crate) async fn load_from(
        store: &dyn Store,
        wanted: &Wanted,
        upto: u64,
        histories: Histories<'_>,
    ) -> Result<Self, SiagaError> {
        Self { upto, ..Self::default() }.complete(store, wanted, histories).await
    }

    /// The same on top of rows that were taken in already.
    pub(crate) async fn complete(
        mut self,
        store: &dyn Store,
        wanted: &Wanted,
        histories: Histories<'_>,
    ) -> Result<Self, SiagaError> {
        self.fetch(store, wanted.keys()).await?;
        self.whole.extend(&wanted.incidents);
        for id in &wanted.assignments {
            self.whole.extend(self.assignments.get(id).map(|row| row.state.incident_id));
        }
        self.fetch(store, self.referred(wanted)).await?;
        self.follow_merges(store).await?;
        self.fetch(store, self.assignments_of_cases_and_units()).await?;
        self.note_holders();
        let mut calls = wanted.calls.clone();
        calls.extend(wanted.calls_of.iter().filter_map(|id| self.incidents.get(id)).flat_map(|row| &row.state.calls));
        self.fetch(store, calls.iter().map(|id| StreamKey::new(Call::KIND, id)).collect()).await?;
        if !wanted.calls_of.is_empty() {
            // A call that came with a duplicate names the duplicate.
            self.fetch(store, self.referred(wanted)).await?;
            self.follow_merges(store).await?;
        }
        self.fetch_personal(store, &calls).await?;
        self.fetch_positions(store).await?;
        self.fetch_histories(store, &calls, histories).await?;
        Ok(self)
    }

    /// Loads these incidents and their assignments, and nothing else.
    pub(crate) async fn with_assignments(
        mut self,
        store: &dyn Store,
        incidents: BTreeSet<Uuid>,
    ) -> Result<Self, SiagaError> {
        self.fetch(store, incidents.iter().map(|id| StreamKey::new(Incident::KIND, id)).collect()).await?;
        self.whole = incidents;
        self.fetch(store, self.assignments_of_cases_and_units()).await?;
        self.whole.clear();
        Ok(self)
    }

    fn assignments_of_cases_and_units(&self) -> Vec<StreamKey> {
        let cases = self.whole.iter().filter_map(|id| self.incidents.get(id));
        let of_units = self.units.values().flat_map(|row| row.state.engaged.iter().map(|(assignment, _)| assignment));
        let ids: BTreeSet<&Uuid> = cases.flat_map(|row| &row.state.assignments).chain(of_units).collect();
        ids.into_iter().map(|id| StreamKey::new(Assignment::KIND, id)).collect()
    }

    /// The things that the states loaded so far refer to.
    fn referred(&self, wanted: &Wanted) -> Vec<StreamKey> {
        let mut keys = BTreeSet::new();
        let mut want = |kind: &str, id: Uuid| {
            keys.insert(StreamKey::new(kind, id));
        };
        self.whole.iter().for_each(|id| want(Incident::KIND, *id));
        for held in wanted.assignments.iter().filter_map(|id| self.assignments.get(id)) {
            held.state.units.keys().for_each(|id| want(Unit::KIND, *id));
        }
        for call in self.calls.values() {
            call.state.incident_id.iter().for_each(|id| want(Incident::KIND, *id));
        }
        for unit in self.units.values() {
            unit.state.engaged.iter().for_each(|(assignment, _)| want(Assignment::KIND, *assignment));
        }
        for alarm in self.alarms.values() {
            alarm.state.subject.call_id.iter().for_each(|id| want(Call::KIND, *id));
            alarm.state.subject.unit_id.iter().for_each(|id| want(Unit::KIND, *id));
        }
        keys.into_iter().collect()
    }

    /// The work of a duplicate goes on in the case it was merged into.
    pub(crate) async fn follow_merges(&mut self, store: &dyn Store) -> Result<(), SiagaError> {
        for _ in 0..MERGES_MAX {
            let merged = |(id, row): (&Uuid, &Row<Incident>)| Some((*id, row.state.merged_into.as_ref()?.0));
            let merges: Vec<(Uuid, Uuid)> = self.incidents.iter().filter_map(merged).collect();
            let (known, whole) = (self.incidents.len(), self.whole.len());
            self.fetch(store, merges.iter().map(|(_, into)| StreamKey::new(Incident::KIND, into)).collect()).await?;
            for (id, into) in merges {
                if self.whole.contains(&id) {
                    self.whole.insert(into);
                }
            }
            if (known, whole) == (self.incidents.len(), self.whole.len()) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Loads the streams that are not here yet.
    pub(crate) async fn fetch(&mut self, store: &dyn Store, mut keys: Vec<StreamKey>) -> Result<(), SiagaError> {
        keys.retain(|key| !self.has(key));
        for chunk in keys.chunks(MAX_KEYS) {
            for row in store.load_streams(chunk).await.map_err(store_error)? {
                self.take(row)?;
            }
        }
        Ok(())
    }

    fn has(&self, key: &StreamKey) -> bool {
        let id = Uuid::parse_str(&key.id).unwrap_or_default();
        match key.kind.as_str() {
            Call::KIND => self.calls.contains_key(&id),
            Incident::KIND => self.incidents.contains_key(&id),
            Assignment::KIND => self.assignments.contains_key(&id),
            Unit::KIND => self.units.contains_key(&id),
            Account::KIND => self.accounts.contains_key(&id),
            Alarm::KIND => self.alarms.contains_key(&key.id),
            _ => false,
        }
    }

    /// Takes a stream in.
    pub(crate) fn take(&mut self, stream: StreamRow) -> Result<(), SiagaError> {
        let StreamRow { key, position, state: value, .. } = stream;
        match key.kind.as_str() {
            Call::KIND => drop(self.calls.insert(uuid(&key)?, row(&key, position, value)?)),
            Incident::KIND => drop(self.incidents.insert(uuid(&key)?, row(&key, position, value)?)),
            Assignment::KIND => drop(self.assignments.insert(uuid(&key)?, row(&key, position, value)?)),
            Unit::KIND => drop(self.units.insert(uuid(&key)?, row(&key, position, value)?)),
            Account::KIND => drop(self.accounts.insert(uuid(&key)?, row(&key, position, value)?)),
            Alarm::KIND => {
                let alarm = row(&key, position, value)?;
                self.alarms.insert(key.id, alarm);
            }
            _ => {}
        }
        Ok(())
    }

    async fn fetch_personal(&mut self, store: &dyn Store, calls: &BTreeSet<Uuid>) -> Result<(), SiagaError> {
        let of_cases =
            self.whole.iter().filter_map(|id| self.incidents.get(id)).flat_map(|row| row.state.personal_ids());
        let of_calls = calls.iter().filter_map(|id| self.calls.get(id)).flat_map(|row| row.state.personal_ids());
        let assignments =
            self.whole.iter().filter_map(|id| self.incidents.get(id)).flat_map(|row| &row.state.assignments);
        let written = assignments.filter_map(|id| self.assignments.get(id)).flat_map(|row| row.state.message_texts());
        let ids: BTreeSet<Uuid> = of_cases.chain(of_calls).chain(written).collect();
        self.fetch_texts(store, ids).await
    }

    /// Loads personal texts by their rows.
    pub(crate) async fn fetch_texts(&mut self, store: &dyn Store, ids: BTreeSet<Uuid>) -> Result<(), SiagaError> {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        for chunk in ids.chunks(MAX_KEYS) {
            let rows = store.personal(chunk).await.map_err(store_error)?;
            self.personal.extend(rows.into_iter().map(|row| (row.id, row.content)));
        }
        Ok(())
    }

    async fn fetch_positions(&mut self, store: &dyn Store) -> Result<(), SiagaError> {
        let ids: Vec<Uuid> = self.units.keys().copied().collect();
        for chunk in ids.chunks(MAX_KEYS) {
            let found = store.latest_positions(Some(chunk)).await.map_err(store_error)?;
            self.positions.extend(found.into_iter().map(|position| (position.unit_id, position)));
        }
        Ok(())
    }

    async fn fetch_histories(
        &mut self,
        store: &dyn Store,
        calls: &BTreeSet<Uuid>,
        histories: Histories<'_>,
    ) -> Result<(), SiagaError> {
        for id in calls {
            let number = self.calls.get(id).and_then(|call| self.text(call.state.number.as_ref()));
            let Some(number) = number.map(str::to_owned) else { continue };
            let open = self.calls.get(id).is_some_and(|call| call.state.is_open());
            let past = match histories {
                Histories::None => continue,
                // It leaves the boards; nobody is told of it any more.
                Histories::Refresh(_) if !open => continue,
                Histories::Fresh => past_calls_in(store, &number).await?,
                Histories::Refresh(phones) => phones.look_up(store, &number).await?,
                Histories::Kept(phones) => match phones.kept(&number) {
                    Some(past) => past,
                    None => phones.look_up(store, &number).await?,
                },
            };
            self.past_calls.insert(*id, past);
        }
        Ok(())
    }

    /// A personal text; none when there is none, or it was erased.
    pub(crate) fn text(&self, reference: Option<&PersonalRef>) -> Option<&str> {
        self.personal.get(&reference?.personal_id).map(String::as_str)
    }

    /// The case that an incident counts for now: itself, or what it was merged into.
    pub(crate) fn case(&self, incident_id: Uuid) -> Option<(Uuid, &Row<Incident>)> {
        let mut id = incident_id;
        let mut row = self.incidents.get(&id)?;
        for _ in 0..MERGES_MAX {
            let Some((into, _)) = &row.state.merged_into else { break };
            let Some(next) = self.incidents.get(into) else { break };
            (id, row) = (*into, next);
        }
        Some((id, row))
    }

    /// The case that an assignment counts for now. A case that took duplicates over lists their assignments.
    pub(crate) fn case_of(&self, assignment_id: Uuid, held: &Assignment) -> Option<(Uuid, &Row<Incident>)> {
        let listed_by = self.held_by.get(&assignment_id).and_then(|id| Some((*id, self.incidents.get(id)?)));
        listed_by.or_else(|| self.case(held.incident_id))
    }

    /// A case is to be masked where sensitive ones are.
    pub(crate) fn is_sensitive(&self, id: Uuid, incident: &Incident) -> bool {
        incident.is_sensitive() || self.known_sensitive.cases.contains(&id)
    }

    /// Notes which case each assignment counts for; after the cases in `whole` changed.
    pub(crate) fn note_holders(&mut self) {
        for id in &self.whole {
            let Some(case) = self.incidents.get(id).filter(|row| row.state.merged_into.is_none()) else { continue };
            self.held_by.extend(case.state.assignments.iter().map(|assignment| (*assignment, *id)));
        }
    }

    /// The position that a view made of streams at these positions is at: never beyond what is complete, so that what
    /// comes later is always newer.
    pub(crate) fn position(&self, positions: impl IntoIterator<Item = u64>) -> u64 {
        positions.into_iter().max().unwrap_or(0).min(self.upto)
    }
}

impl Wanted {
    fn keys(&self) -> Vec<StreamKey> {
        let kinds = [
            (Call::KIND, &self.calls),
            (Incident::KIND, &self.incidents),
            (Assignment::KIND, &self.assignments),
            (Unit::KIND, &self.units),
            (Account::KIND, &self.accounts),
        ];
        let by_id = kinds.into_iter().flat_map(|(kind, ids)| ids.iter().map(move |id| StreamKey::new(kind, id)));
        by_id.chain(self.alarms.iter().map(|id| StreamKey::new(Alarm::KIND, id))).collect()
    }
}

fn row<T: Aggregate>(key: &StreamKey, position: u64, value: Value) -> Result<Row<T>, SiagaError> {
    Ok(Row { state: state(key, value)?, position })
}

/// The state of a stream as its type.
pub(crate) fn state<T: Aggregate>(key: &StreamKey, value: Value) -> Result<T, SiagaError> {
    serde_json::from_value(value).map_err(|error| SiagaError::internal(format!("state of {key}: {error}")))
}

/// The id of a stream.
pub(crate) fn uuid(key: &StreamKey) -> Result<Uuid, SiagaError> {
    Uuid::parse_str(&key.id).map_err(|error| SiagaError::internal(format!("id of {key}: {error}")))
}
