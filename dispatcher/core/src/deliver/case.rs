//! A case folded from its events up to a point: what a message says must not depend on when it is sent.

use crate::{context::store_error, history};
use siaga_domain::{Aggregate, SiagaError, assignment::Assignment, incident::Incident, step::Step};
use siaga_store::{EventRow, Store, StreamKey};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Events read at once.
const PAGE: u32 = 1000;

/// The case as it was after some event.
#[derive(Default)]
pub(super) struct Case {
    pub(super) incident: Incident,
    /// Its own assignments; those of duplicates are read when the record needs them.
    pub(super) assignments: BTreeMap<Uuid, Assignment>,
    /// Closed, and opened again at some time.
    pub(super) reopened: bool,
}

impl Case {
    /// Takes an event of the case in.
    pub(super) fn take(&mut self, row: &EventRow) -> Result<(), SiagaError> {
        match row.stream.kind.as_str() {
            Incident::KIND => {
                history::apply(&mut self.incident, row)?;
                self.reopened |= row.event_type == "incident.reopened";
            }
            Assignment::KIND => {
                if let Some(id) = assignment_id(row) {
                    history::apply(self.assignments.entry(id).or_default(), row)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Where the case is as a whole.
    pub(super) fn status(&self) -> &'static str {
        let state = self.incident.state.name();
        if state != "open" {
            return state;
        }
        let reached = |step| self.assignments.values().any(|assignment| assignment.stamps.reached(step).is_some());
        match () {
            () if self.incident.handed_over.is_some() => "handed_over",
            () if reached(Step::EnRoute) => "handling",
            () if self.incident.dispatched.is_some() => "dispatched",
            () => "opened",
        }
    }

    /// All assignments that count for the case, as they were at `position`, in the order sent.
    pub(super) async fn all_assignments(
        &self,
        store: &dyn Store,
        position: u64,
    ) -> Result<Vec<Assignment>, SiagaError> {
        let mut all = Vec::with_capacity(self.incident.assignments.len());
        for id in &self.incident.assignments {
            match self.assignments.get(id) {
                Some(assignment) => all.push(assignment.clone()),
                None => all.push(assignment_at(store, *id, position).await?),
            }
        }
        Ok(all)
    }
}

pub(super) fn assignment_id(row: &EventRow) -> Option<Uuid> {
    (row.stream.kind == Assignment::KIND).then(|| Uuid::parse_str(&row.stream.id).ok()).flatten()
}

async fn assignment_at(store: &dyn Store, id: Uuid, position: u64) -> Result<Assignment, SiagaError> {
    let key = StreamKey::new(Assignment::KIND, id);
    let mut assignment = Assignment::default();
    let mut version = 0;
    loop {
        let rows = store.events_of_stream(&key, version, PAGE).await.map_err(store_error)?;
        for row in rows.iter().take_while(|row| row.position <= position) {
            history::apply(&mut assignment, row)?;
        }
        match rows.last() {
            Some(last) if rows.len() == PAGE as usize => version = last.version,
            _ => return Ok(assignment),
        }
    }
}
