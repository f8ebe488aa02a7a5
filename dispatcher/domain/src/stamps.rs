//! The stamps T0 to T13 of a case, all from events; none is made up.

use crate::{actor::Stamp, assignment::Assignment, incident::Incident, step::Step};

/// A case's moments: T0 call arrives, T1 answered, T2 opened, T3 place verified, T4 classified, T5 dispatched, T6
/// delivered, T7 acknowledged, T8 unit en route, T9 on scene, T10 under control, T11 completed, T12 closed, T13 accepted
/// by the hub.
///
/// T6 to T10 are the first over all agencies; T11 is the last agency's completion, once none is at work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CaseStamps(pub [Option<Stamp>; 14]);

impl CaseStamps {
    /// Reads the stamps off a case and its assignments.
    pub fn of(incident: &Incident, assignments: &[Assignment]) -> Self {
        let recorded = |at, recorded_at| Stamp { at, recorded_at, on_behalf: false };
        // Taken on a screen, these three were recorded as they happened.
        let entered_at = incident.paper.as_ref().map(|(_, entered_at)| *entered_at);
        let at = |at| recorded(at, entered_at.unwrap_or(at));
        let first = |step: Step| {
            assignments.iter().filter_map(|assignment| assignment.stamps.get(step)).min_by_key(|stamp| stamp.at)
        };
        let at_work = assignments.iter().any(Assignment::is_running);
        let completed = assignments
            .iter()
            .filter_map(|assignment| assignment.stamps.get(Step::Completed))
            .max_by_key(|stamp| stamp.at)
            .filter(|_| !at_work);
        let closed = incident.outcome.as_ref().and_then(|outcome| outcome.closed.as_ref());
        Self([
            incident.first_ring_at.map(at),
            incident.answered_at.map(at),
            Some(at(incident.opened_at)),
            incident.place.verified.map(|(_, stamp)| stamp),
            incident.classified,
            incident.dispatched,
            first(Step::Delivered),
            first(Step::Acknowledged),
            first(Step::EnRoute),
            first(Step::OnScene),
            first(Step::UnderControl),
            completed,
            closed.map(|(closed_at, _)| recorded(*closed_at, incident.closed_recorded_at.unwrap_or(*closed_at))),
            incident.hub_accepted,
        ])
    }

    /// Code and stamp of those that are known, in order.
    pub fn known(&self) -> impl Iterator<Item = (String, Stamp)> + '_ {
        self.0.iter().enumerate().filter_map(|(index, stamp)| stamp.map(|stamp| (format!("T{index}"), stamp)))
    }
}
