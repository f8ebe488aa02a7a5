//! From what was touched to what each audience is told: every entity is made once for each audience that may have it.

use super::touched::Touched;
use crate::{
    access::sight::{self, Reader},
    views::{
        Views,
        load::{Row, Wanted},
    },
};
use siaga_domain::{assignment::Assignment, unit::Unit};
use siaga_proto::v1::{AudienceChange, Entity, entity::Value};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Changes in the making.
#[derive(Default)]
pub(crate) struct Changes(pub(crate) Vec<AudienceChange>);

/// What each audience is told of a batch. Assignments come first: somebody waits for them.
pub(crate) fn changes(views: &Views<'_>, touched: &Touched) -> Vec<AudienceChange> {
    let mut changes = Changes::default();
    let wanted = &touched.wanted;
    for id in &views.loaded.whole {
        changes.assignments(views, *id, &wanted.assignments);
    }
    for id in &views.loaded.whole {
        changes.incident(views, *id, wanted.incidents.contains(id));
    }
    let of_cases = wanted.calls_of.iter().filter_map(|id| views.loaded.incidents.get(id));
    let calls: BTreeSet<&Uuid> = of_cases.flat_map(|row| &row.state.calls).chain(&wanted.calls).collect();
    for id in calls {
        changes.call(views, *id, wanted.calls.contains(id));
    }
    for id in &wanted.alarms {
        changes.alarm(views, id);
    }
    let at_work = wanted.assignments.iter().filter_map(|id| views.loaded.assignments.get(id));
    let units: BTreeSet<Uuid> = at_work.flat_map(|row| row.state.units.keys()).chain(&wanted.units).copied().collect();
    for id in units {
        changes.unit(views, id);
    }
    for id in &wanted.accounts {
        changes.account(views, *id);
    }
    changes.0
}

/// Everything that the boards show of what is wanted and loaded, in the order to be drawn.
pub(crate) fn board(views: &Views<'_>, wanted: &Wanted) -> Vec<Entity> {
    let loaded = views.loaded;
    let mut entities: Vec<Entity> = wanted.alarms.iter().filter_map(|id| views.alarm(id)).map(alarm).collect();
    let calls =
        wanted.calls.iter().filter(|id| loaded.calls.get(id).is_some_and(|row| sight::call_on_board(&row.state)));
    entities.extend(calls.filter_map(|id| views.call(*id, &Reader::Board)).map(call));
    for id in &wanted.incidents {
        let shown = loaded.incidents.get(id).filter(|row| sight::case_on_board(&row.state, views.now));
        let Some(row) = shown else { continue };
        entities.extend(views.incident(*id, &Reader::Board).map(incident));
        let held = views.assignments_of(&row.state);
        entities.extend(held.iter().filter_map(|(id, _)| views.assignment(*id, &Reader::Board)).map(assignment));
    }
    entities.extend(wanted.units.iter().filter_map(|id| views.unit(*id)).map(unit));
    entities.extend(wanted.accounts.iter().filter_map(|id| views.account(*id)).map(account));
    entities
}

impl Changes {
    fn tell(&mut self, reader: &Reader, entity: Entity) {
        self.0.push(AudienceChange { audience: reader.audience(), entity: Some(entity) });
    }

    /// The assignments of a case: for boards, for their agencies, for the units on them. `touched` are those that
    /// changed themselves; the others may show other words of the case now.
    fn assignments(&mut self, views: &Views<'_>, incident_id: Uuid, touched: &BTreeSet<Uuid>) {
        let Some(case) = views.loaded.incidents.get(&incident_id) else { return };
        let on_board = sight::case_on_board(&case.state, views.now);
        for (id, row) in views.assignments_of(&case.state) {
            let changed = touched.contains(&id);
            let crews = row.state.units.keys().map(|unit_id| Reader::Unit(*unit_id));
            for reader in [Reader::Agency(row.state.agency.clone())].into_iter().chain(crews) {
                match views.assignment(id, &reader) {
                    Some(view) => self.tell(&reader, assignment(view)),
                    None if changed => self.tell(&reader, removed(&key::assignment(id), position(views, row))),
                    None => {}
                }
            }
            let on_board = on_board.then(|| views.assignment(id, &Reader::Board)).flatten();
            match on_board {
                Some(view) => self.tell(&Reader::Board, assignment(view)),
                None if changed => self.tell(&Reader::Board, removed(&key::assignment(id), position(views, row))),
                None => {}
            }
        }
    }

    fn incident(&mut self, views: &Views<'_>, id: Uuid, changed: bool) {
        let Some(row) = views.loaded.incidents.get(&id) else { return };
        let shown = sight::case_on_board(&row.state, views.now).then(|| views.incident(id, &Reader::Board)).flatten();
        match shown {
            Some(view) => self.tell(&Reader::Board, incident(view)),
            None if changed => {
                self.tell(&Reader::Board, removed(&key::incident(id), views.loaded.position([row.position])));
            }
            None => {}
        }
    }

    fn call(&mut self, views: &Views<'_>, id: Uuid, changed: bool) {
        let Some(row) = views.loaded.calls.get(&id) else { return };
        match sight::call_on_board(&row.state).then(|| views.call(id, &Reader::Board)).flatten() {
            Some(view) => self.tell(&Reader::Board, call(view)),
            None if changed => {
                self.tell(&Reader::Board, removed(&key::call(id), views.loaded.position([row.position])));
            }
            None => {}
        }
    }

    fn alarm(&mut self, views: &Views<'_>, id: &str) {
        let Some(row) = views.loaded.alarms.get(id) else { return };
        let entity = match views.alarm(id) {
            Some(view) => alarm(view),
            None => removed(&key::alarm(id), views.loaded.position([row.position])),
        };
        self.tell(&Reader::Board, entity);
    }

    /// A unit: for boards, its agency and itself.
    pub(crate) fn unit(&mut self, views: &Views<'_>, id: Uuid) {
        let (Some(Row { state: Unit { agency, .. }, .. }), Some(view)) = (views.loaded.units.get(&id), views.unit(id))
        else {
            return;
        };
        for reader in [Reader::Board, Reader::Agency(agency.clone()), Reader::Unit(id)] {
            self.tell(&reader, unit(view.clone()));
        }
    }

    fn account(&mut self, views: &Views<'_>, id: Uuid) {
        let Some(row) = views.loaded.accounts.get(&id) else { return };
        if let Some(view) = views.account(id) {
            self.tell(&Reader::Board, account(view));
        } else if row.state.disabled {
            self.tell(&Reader::Board, removed(&key::account(id), views.loaded.position([row.position])));
        }
    }

    /// Takes an ended case off the boards, or off its agencies' screens. No event says so, only time: position 0.
    pub(crate) fn take_off(&mut self, views: &Views<'_>, incident_id: Uuid, everywhere: bool) {
        let Some(case) = views.loaded.incidents.get(&incident_id) else { return };
        self.tell(&Reader::Board, removed(&key::incident(incident_id), 0));
        for (id, row) in views.assignments_of(&case.state) {
            self.tell(&Reader::Board, removed(&key::assignment(id), 0));
            if everywhere {
                self.tell(&Reader::Agency(row.state.agency.clone()), removed(&key::assignment(id), 0));
                for unit_id in row.state.units.keys() {
                    self.tell(&Reader::Unit(*unit_id), removed(&key::assignment(id), 0));
                }
            }
        }
    }
}

/// Where an assignment is of which nothing is shown: its own last event.
fn position(views: &Views<'_>, row: &Row<Assignment>) -> u64 {
    views.loaded.position([row.position])
}

/// Names of entities.
pub(crate) mod key {
    use uuid::Uuid;

    pub(crate) const PARTS: &str = "parts";
    pub(crate) const VIEWERS: &str = "viewers";

    pub(crate) fn call(id: impl std::fmt::Display) -> String {
        format!("call:{id}")
    }

    pub(crate) fn incident(id: impl std::fmt::Display) -> String {
        format!("incident:{id}")
    }

    pub(crate) fn assignment(id: impl std::fmt::Display) -> String {
        format!("assignment:{id}")
    }

    pub(crate) fn unit(id: impl std::fmt::Display) -> String {
        format!("unit:{id}")
    }

    pub(crate) fn alarm(id: &str) -> String {
        format!("alarm:{id}")
    }

    pub(crate) fn account(id: Uuid) -> String {
        format!("account:{id}")
    }
}

fn entity(key: String, position: u64, value: Value) -> Entity {
    Entity { key, position, value: Some(value), removed: false }
}

pub(crate) fn removed(key: &str, position: u64) -> Entity {
    Entity { key: key.to_owned(), position, value: None, removed: true }
}

pub(crate) fn call(view: siaga_proto::v1::CallView) -> Entity {
    entity(key::call(&view.id), view.position, Value::Call(view))
}

pub(crate) fn incident(view: siaga_proto::v1::IncidentView) -> Entity {
    entity(key::incident(&view.id), view.position, Value::Incident(view))
}

pub(crate) fn assignment(view: siaga_proto::v1::AssignmentView) -> Entity {
    entity(key::assignment(&view.id), view.position, Value::Assignment(view))
}

pub(crate) fn unit(view: siaga_proto::v1::UnitView) -> Entity {
    entity(key::unit(&view.id), view.position, Value::Unit(view))
}

pub(crate) fn alarm(view: siaga_proto::v1::AlarmView) -> Entity {
    entity(key::alarm(&view.id), view.position, Value::Alarm(view))
}

pub(crate) fn account(view: siaga_proto::v1::AccountView) -> Entity {
    entity(format!("account:{}", view.id), view.position, Value::Account(view))
}

/// Which parts are well. No event says so: position 0.
pub(crate) fn parts(view: siaga_proto::v1::PartsView) -> Entity {
    entity(key::PARTS.to_owned(), 0, Value::Parts(view))
}

/// Which cards are open where. No event says so: position 0.
pub(crate) fn viewers(view: siaga_proto::v1::ViewersView) -> Entity {
    entity(key::VIEWERS.to_owned(), 0, Value::Viewers(view))
}
