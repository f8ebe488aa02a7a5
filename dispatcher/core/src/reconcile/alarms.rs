//! Which alarms should be up: decided from the work in hand, the time and the limits, and from nothing else.
//!
//! A step that a later one makes moot counts as done (`Stamps::reached`); a step corrected back is missing again.

use super::picture::Picture;
use siaga_domain::{
    Timestamp,
    account::DutyState,
    alarm::{AlarmKind, AlarmLimits, AlarmSubject},
    assignment::Assignment,
    call::{Call, Disposition, Phase},
    incident::Incident,
    step::Step,
};
use siaga_store::HubSummary;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Subject of the one alarm about the hub.
pub(crate) const HUB: &str = "hub";

/// What is known beside the log.
#[derive(Debug, Clone, Default)]
pub struct Senses {
    /// Agencies with a live session now.
    pub online: HashSet<String>,
    /// When units last sent a position.
    pub heard: HashMap<Uuid, Timestamp>,
    /// How the delivery to the hub stands.
    pub hub: HubSummary,
}

/// An alarm that should be up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    /// Kind and subject.
    pub id: String,
    /// What is wrong.
    pub kind: AlarmKind,
    /// With what.
    pub subject: AlarmSubject,
}

/// The alarms that should be up, by id.
pub fn due(now: Timestamp, picture: &Picture, senses: &Senses, limits: &AlarmLimits) -> BTreeMap<String, Want> {
    let mut due = Due { now, picture, senses, limits, wants: BTreeMap::new() };
    for (call_id, call) in &picture.calls {
        due.call(*call_id, call);
    }
    for (incident_id, incident) in &picture.incidents {
        due.incident(*incident_id, incident);
    }
    due.hub();
    due.wants
}

/// Alarms that nobody took in time.
pub fn to_escalate(now: Timestamp, picture: &Picture, limits: &AlarmLimits) -> Vec<String> {
    let after_ms = i64::from(limits.escalate_after_s) * 1000;
    let late = |raised: Timestamp| now.ms_since(raised) >= after_ms;
    picture
        .alarms
        .iter()
        .filter(|(_, alarm)| alarm.escalate().is_some() && alarm.raised.is_some_and(|raised| late(raised.recorded_at)))
        .map(|(id, _)| id.clone())
        .collect()
}

/// Units at work whose last status is older than their limit: only of them the positions matter.
pub fn to_be_heard(now: Timestamp, picture: &Picture, limits: &AlarmLimits) -> Vec<Uuid> {
    let mut units = Vec::new();
    for incident in picture.incidents.values() {
        let limit_ms = limits.after_ms(AlarmKind::UnitSilent, incident.priority());
        for (_, assignment) in assignments_of(picture, incident) {
            let silent = moving(assignment).filter(|(_, last)| now.ms_since(*last) >= limit_ms);
            units.extend(silent.map(|(unit_id, _)| unit_id));
        }
    }
    units.sort_unstable();
    units.dedup();
    units
}

/// Units en route or on scene, and when they last reported a status.
fn moving(assignment: &Assignment) -> impl Iterator<Item = (Uuid, Timestamp)> + '_ {
    let running = assignment.is_running();
    assignment.units.iter().filter(move |(_, unit)| running && matches!(unit.step, Step::EnRoute | Step::OnScene)).map(
        |(unit_id, unit)| {
            let last = unit.stamps.0.values().map(|stamp| stamp.recorded_at).max();
            (*unit_id, last.unwrap_or_default())
        },
    )
}

fn assignments_of<'p>(
    picture: &'p Picture,
    incident: &'p Incident,
) -> impl Iterator<Item = (Uuid, &'p Assignment)> + 'p {
    incident.assignments.iter().filter_map(|id| picture.assignments.get(id).map(|assignment| (*id, assignment)))
}

struct Due<'p> {
    now: Timestamp,
    picture: &'p Picture,
    senses: &'p Senses,
    limits: &'p AlarmLimits,
    wants: BTreeMap<String, Want>,
}

impl Due<'_> {
    /// Wants an alarm when its limit has passed since `since`.
    fn after(&mut self, since: Timestamp, kind: AlarmKind, about: &str, subject: AlarmSubject) {
        if self.now.ms_since(since) >= self.limits.after_ms(kind, subject.priority) {
            let id = kind.id(about);
            self.wants.insert(id.clone(), Want { id, kind, subject });
        }
    }

    fn call(&mut self, call_id: Uuid, call: &Call) {
        let subject = || AlarmSubject { call_id: Some(call_id), ..AlarmSubject::default() };
        if call.phase == Phase::Ringing {
            self.after(call.ringing_at, AlarmKind::CallUnanswered, &call_id.to_string(), subject());
        }
        // Nobody can call back where there is no number.
        let to_call_back = call.disposition == Some(Disposition::Abandoned)
            && call.call_backs.is_empty()
            && call.incident_id.is_none()
            && call.number.is_some();
        if let Some(ended_at) = call.ended_at.filter(|_| to_call_back) {
            self.after(ended_at, AlarmKind::AbandonedNotCalledBack, &call_id.to_string(), subject());
        }
    }

    fn incident(&mut self, incident_id: Uuid, incident: &Incident) {
        let subject = AlarmSubject {
            incident_id: Some(incident_id),
            incident_number: incident.number.clone(),
            owner: incident.owner,
            priority: incident.priority(),
            ..AlarmSubject::default()
        };
        let about = incident_id.to_string();
        if incident.assignments.is_empty() && incident.handed_over.is_none() {
            self.after(incident.opened_at, AlarmKind::NotDispatched, &about, subject.clone());
        }
        if let Some(since) = self.owner_gone_since(incident) {
            self.after(since, AlarmKind::OwnerGone, &about, subject.clone());
        }
        self.ends(incident, &about, &subject);
        for (assignment_id, assignment) in assignments_of(self.picture, incident) {
            let subject = AlarmSubject {
                assignment_id: Some(assignment_id),
                agency: Some(assignment.agency.clone()),
                ..subject.clone()
            };
            if assignment.is_running() {
                self.running(&assignment_id.to_string(), assignment, &subject);
                self.silent_units(assignment, &subject);
            } else {
                self.declined(incident, &assignment_id.to_string(), assignment, subject);
            }
        }
    }

    /// Nobody works on the case any more: it has to be closed, or somebody else sent.
    fn ends(&mut self, incident: &Incident, about: &str, subject: &AlarmSubject) {
        let all: Vec<&Assignment> = assignments_of(self.picture, incident).map(|(_, assignment)| assignment).collect();
        if all.iter().any(|assignment| assignment.is_running()) {
            return;
        }
        let handed_over = incident.handed_over.as_ref().map(|hand_over| hand_over.taken_at);
        let ended = |assignment: &&Assignment| assignment.stamps.at(assignment.step);
        let last = all.iter().filter_map(ended).chain(handed_over).max();
        let Some(last) = last else { return };
        let somebody_did_it = all.iter().any(|assignment| assignment.step == Step::Completed);
        if somebody_did_it || handed_over.is_some() {
            self.after(last, AlarmKind::NotClosed, about, subject.clone());
        } else {
            self.after(last, AlarmKind::NoAgencyLeft, about, subject.clone());
        }
    }

    fn running(&mut self, about: &str, assignment: &Assignment, subject: &AlarmSubject) {
        let stamps = &assignment.stamps;
        let missing = |step: Step| stamps.reached(step).is_none();
        let Some(sent_at) = stamps.at(Step::Sent) else { return };
        if missing(Step::Delivered) {
            self.after(sent_at, AlarmKind::NotDelivered, about, subject.clone());
            // Once raised it stays until somebody has it: that a screen came on says nothing of this assignment.
            let up = self.picture.alarms.contains_key(&AlarmKind::AgencyOffline.id(about));
            if up || !self.senses.online.contains(&assignment.agency) {
                self.after(sent_at, AlarmKind::AgencyOffline, about, subject.clone());
            }
        }
        if missing(Step::Acknowledged) {
            self.after(sent_at, AlarmKind::NotAcknowledged, about, subject.clone());
        }
        let at_work = assignment.units.values().any(|unit| unit.step != Step::Released);
        // An agency that reports steps without naming units has sent somebody.
        let unnamed = assignment.reported_whole && !missing(Step::EnRoute)
            || assignment.units.is_empty() && !missing(Step::UnitAssigned);
        if !at_work && !unnamed {
            let released = assignment.units.values().filter_map(|unit| unit.stamps.at(Step::Released)).max();
            self.after(released.unwrap_or(sent_at), AlarmKind::NoUnit, about, subject.clone());
        } else if missing(Step::EnRoute) {
            self.after(sent_at, AlarmKind::NotEnRoute, about, subject.clone());
        } else if missing(Step::OnScene) {
            // The service level counts from the report to the arrival, not from the start of the drive.
            self.after(sent_at, AlarmKind::NotOnScene, about, subject.clone());
        }
        if assignment.help_requested.is_some() {
            self.after(sent_at, AlarmKind::HelpRequested, about, subject.clone());
        }
    }

    fn silent_units(&mut self, assignment: &Assignment, subject: &AlarmSubject) {
        for (unit_id, last_status) in moving(assignment) {
            let heard = self.senses.heard.get(&unit_id).copied().unwrap_or_default().max(last_status);
            let subject = AlarmSubject { unit_id: Some(unit_id), ..subject.clone() };
            self.after(heard, AlarmKind::UnitSilent, &unit_id.to_string(), subject);
        }
    }

    /// A refusal is answered by sending somebody else afterwards.
    fn declined(&mut self, incident: &Incident, about: &str, assignment: &Assignment, subject: AlarmSubject) {
        if assignment.step != Step::Declined {
            return;
        }
        let Some(declined) = assignment.stamps.get(Step::Declined) else { return };
        let answered = assignments_of(self.picture, incident)
            .filter_map(|(_, other)| other.stamps.get(Step::Sent))
            .any(|sent| sent.recorded_at > declined.recorded_at);
        if !answered && incident.handed_over.is_none() {
            self.after(declined.at, AlarmKind::Declined, about, subject);
        }
    }

    /// Since when nobody at a desk is responsible for the case.
    fn owner_gone_since(&self, incident: &Incident) -> Option<Timestamp> {
        let Some(owner) = incident.owner else { return Some(incident.opened_at) };
        let Some(account) = self.picture.accounts.get(&owner) else { return Some(incident.opened_at) };
        let gone = account.disabled || account.duty == DutyState::SignedOff;
        // A case that was opened on behalf of somebody absent starts its clock when it was opened.
        gone.then(|| account.duty_since.max(incident.opened_at))
    }

    fn hub(&mut self) {
        let summary = self.senses.hub;
        if let Some(since) = summary.oldest_pending_since {
            self.after(since, AlarmKind::HubBehind, HUB, AlarmSubject::default());
        }
        if summary.dead > 0 {
            // A dead letter waits for a person, however long it has waited.
            self.after(Timestamp::from_unix_ms(i64::MIN), AlarmKind::HubBehind, HUB, AlarmSubject::default());
        }
    }
}
