//! From events to what the boards showed after each of them. Pure, by the views of the live boards.

use super::past::Past;
use crate::{
    access::sight::Reader,
    feed::{
        compose::{self, key},
        touched::Touched,
    },
};
use crate::{
    access::sight::{self, BOARD_AFTER_END_MS},
    context::Context,
    convert, history, timeline,
    views::{Views, common, load::Wanted, presence::Online},
};
use siaga_domain::{Aggregate, SiagaError, Timestamp, alarm::Alarm, call::Call};
use siaga_proto::v1::{Entity, ReplayStep, TimelineEntry, entity::Value};
use siaga_store::{EventRow, UnitPosition};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// The boards as they move on.
pub(super) struct Film<'a> {
    context: &'a Context,
    past: Past,
    /// Which agencies had a screen is in no log; nothing is claimed by showing all as being there.
    online: Online,
    /// What stands on the boards, without positions.
    shown: HashMap<String, Entity>,
    /// Cases on the boards that have ended.
    ended: BTreeMap<Uuid, Timestamp>,
    at: Timestamp,
    steps: Vec<ReplayStep>,
}

impl<'a> Film<'a> {
    /// The boards at a moment, and the picture of it.
    pub(super) fn open(context: &'a Context, past: Past, at: Timestamp) -> (Self, Vec<Entity>) {
        let agencies = context.city().agencies.keys().cloned().collect();
        let online = Online { agencies, gateway: true };
        let loaded = &past.loaded;
        let wanted = Wanted {
            calls: loaded.calls.keys().copied().collect(),
            incidents: loaded.incidents.keys().copied().collect(),
            units: loaded.units.keys().copied().collect(),
            alarms: loaded.alarms.keys().cloned().collect(),
            accounts: loaded.accounts.keys().copied().collect(),
            ..Wanted::default()
        };
        let entities = compose::board(&Views::at(context, loaded, &online, at), &wanted);
        let over = |(id, row): (&Uuid, &crate::views::load::Row<siaga_domain::incident::Incident>)| {
            Some((*id, row.state.ended_at.filter(|_| sight::case_on_board(&row.state, at))?))
        };
        let ended = loaded.incidents.iter().filter_map(over).collect();
        let shown = entities.iter().map(|entity| (entity.key.clone(), content(entity))).collect();
        (Self { context, past, online, shown, ended, at, steps: Vec::new() }, entities)
    }

    /// The units there are.
    pub(super) fn units(&self) -> Vec<Uuid> {
        self.past.loaded.units.keys().copied().collect()
    }

    /// What happened, and where units were with a status.
    pub(super) fn end(self) -> (Vec<ReplayStep>, Vec<UnitPosition>) {
        (self.steps, self.past.points)
    }

    /// Time passes until then: ended cases leave the boards.
    pub(super) fn pass(&mut self, until: Timestamp) {
        loop {
            let due = self.ended.iter().map(|(id, ended_at)| (ended_at.plus_ms(BOARD_AFTER_END_MS), *id)).min();
            let Some((at, id)) = due.filter(|(at, _)| *at <= until) else { break };
            self.ended.remove(&id);
            self.at = self.at.max(at);
            let Some(case) = self.past.loaded.incidents.get(&id) else { continue };
            let keys = case.state.assignments.iter().map(key::assignment).chain([key::incident(id)]);
            let gone: Vec<Entity> =
                keys.filter(|key| self.shown.remove(key).is_some()).map(|key| compose::removed(&key, 0)).collect();
            if !gone.is_empty() {
                self.steps.push(ReplayStep {
                    at: Some(convert::timestamp(self.at)),
                    incident_id: id.to_string(),
                    incident_number: case.state.number.clone(),
                    changes: gone,
                    ..ReplayStep::default()
                });
            }
        }
    }

    /// The next event.
    pub(super) fn event(&mut self, event: &EventRow) -> Result<(), SiagaError> {
        self.pass(event.recorded_at);
        self.at = self.at.max(event.recorded_at);
        self.past.take(event)?;
        let mut touched = Touched::of(std::slice::from_ref(event));
        self.look_at(&touched);
        // A call tells its case's number: it may have named the case before the case was there, in the same command.
        touched.wanted.calls_of.extend(&self.past.loaded.whole);
        let views = Views::at(self.context, &self.past.loaded, &self.online, self.at);
        let changes = compose::changes(&views, &touched);
        let board = Reader::Board.audience();
        let told = changes.into_iter().filter(|change| change.audience == board).filter_map(|change| change.entity);
        let changes: Vec<Entity> = told.filter(|entity| is_news(&mut self.shown, entity)).collect();
        for (id, ended_at) in &touched.cases {
            match ended_at {
                Some(at) => drop(self.ended.insert(*id, *at)),
                None => drop(self.ended.remove(id)),
            }
        }
        let masked = self.is_masked(event);
        let line = match masked {
            true => None,
            false => timeline::line(&self.context.city(), &self.past.loaded, event)?,
        };
        if line.is_none() && !masked && changes.is_empty() {
            return Ok(());
        }
        let entry = line.map_or_else(|| bare(event), Ok)?;
        let number = event.incident_id.and_then(|id| self.past.loaded.incidents.get(&id));
        self.steps.push(ReplayStep {
            at: Some(convert::timestamp(self.at)),
            entry: Some(entry),
            incident_id: common::id_text(event.incident_id),
            incident_number: number.map(|row| row.state.number.clone()).unwrap_or_default(),
            masked,
            changes,
        });
        Ok(())
    }

    /// Only the cases that an event is about are looked at anew.
    fn look_at(&mut self, touched: &Touched) {
        let loaded = &self.past.loaded;
        let mut whole: BTreeSet<Uuid> = touched.wanted.incidents.clone();
        for id in &touched.wanted.assignments {
            let held = loaded.assignments.get(id);
            whole.extend(held.map(|row| row.state.incident_id));
            whole.extend(held.and_then(|row| loaded.case_of(*id, &row.state)).map(|(case, _)| case));
        }
        let into: Vec<Uuid> = whole.iter().filter_map(|id| loaded.case(*id)).map(|(id, _)| id).collect();
        whole.extend(into);
        self.past.loaded.whole = whole;
        self.past.loaded.note_holders();
    }

    /// What was done in a sensitive case is not said, as it is not on the boards. An alarm never says what a case is
    /// about.
    fn is_masked(&self, event: &EventRow) -> bool {
        let loaded = &self.past.loaded;
        if event.stream.kind == Alarm::KIND {
            return false;
        }
        let of_call = event.stream.kind == Call::KIND
            && Uuid::parse_str(&event.stream.id).is_ok_and(|id| loaded.known_sensitive.calls.contains(&id));
        let own = event.incident_id.and_then(|id| Some((id, loaded.incidents.get(&id)?)));
        let about = event.incident_id.and_then(|id| loaded.case(id));
        of_call || own.into_iter().chain(about).any(|(id, row)| loaded.is_sensitive(id, &row.state))
    }
}

/// An event without a sentence.
fn bare(event: &EventRow) -> Result<TimelineEntry, SiagaError> {
    let meta = history::meta(event)?;
    Ok(TimelineEntry {
        position: event.position,
        event: event.event_type.clone(),
        occurred_at: Some(convert::timestamp(meta.occurred_at)),
        recorded_at: Some(convert::timestamp(meta.recorded_at)),
        by: Some(common::actor(&meta.actor)),
        ..TimelineEntry::default()
    })
}

/// Takes an entity in; false when the boards look the same with it.
fn is_news(shown: &mut HashMap<String, Entity>, entity: &Entity) -> bool {
    if entity.removed {
        return shown.remove(&entity.key).is_some();
    }
    let content = content(entity);
    if shown.get(&entity.key) == Some(&content) {
        return false;
    }
    shown.insert(entity.key.clone(), content);
    true
}

/// An entity without where it is in the log, which moves without anything to be seen.
fn content(entity: &Entity) -> Entity {
    let mut entity = entity.clone();
    entity.position = 0;
    match &mut entity.value {
        Some(Value::Call(view)) => view.position = 0,
        Some(Value::Incident(view)) => {
            view.position = 0;
            view.assignments.iter_mut().for_each(|held| held.position = 0);
        }
        Some(Value::Assignment(view)) => view.position = 0,
        Some(Value::Unit(view)) => view.position = 0,
        Some(Value::Alarm(view)) => view.position = 0,
        Some(Value::Account(view)) => view.position = 0,
        Some(Value::Parts(_) | Value::Viewers(_)) | None => {}
    }
    entity
}
