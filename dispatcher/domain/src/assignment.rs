//! Assignments: one incident, one agency, and its units. The assignment follows its units' steps.

mod event;
mod messages;
mod unit_progress;

pub use event::AssignmentEvent;
pub use messages::{Message, Side, conversation_over};
pub use unit_progress::UnitProgress;

use crate::{
    Aggregate, EventMeta,
    error::{ErrorKind, SiagaError},
    step::{self, Progress, Stamps, Step},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What an agency is on the case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgencyRole {
    /// Leads, and sees the caller.
    Lead,
    /// Supports.
    #[default]
    Support,
}

/// What the agency found when it checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    /// Enough people.
    pub people: bool,
    /// Vehicles fit to go.
    pub vehicles: bool,
    /// Equipment complete.
    pub equipment: bool,
    /// What is missing.
    pub note: String,
}

/// An assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The case.
    pub incident_id: Uuid,
    /// Agency code.
    pub agency: String,
    /// Lead or support.
    pub role: AgencyRole,
    /// Where it is.
    pub step: Step,
    /// When it got there.
    pub stamps: Stamps,
    /// Its units.
    pub units: BTreeMap<Uuid, UnitProgress>,
    /// What the check found.
    pub readiness: Option<Readiness>,
    /// Why it was declined or withdrawn.
    pub ended_reason: String,
    /// What help was asked for, until a further dispatch.
    pub help_requested: Option<String>,
    /// A support agency may see the caller.
    pub caller_shared: bool,
    /// The agency reported steps of its own, not only through units.
    pub reported_whole: bool,
    /// What centre and agency wrote to each other, in order; the first is number 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
}

impl Default for Assignment {
    fn default() -> Self {
        Self {
            incident_id: Uuid::nil(),
            agency: String::new(),
            role: AgencyRole::Support,
            step: Step::Sent,
            stamps: Stamps::default(),
            units: BTreeMap::new(),
            readiness: None,
            ended_reason: String::new(),
            help_requested: None,
            caller_shared: false,
            reported_whole: false,
            messages: Vec::new(),
        }
    }
}

impl Assignment {
    /// Still being worked on.
    pub fn is_running(&self) -> bool {
        !self.step.is_final()
    }

    /// This agency may see the caller now.
    pub fn sees_caller(&self) -> bool {
        self.sees_case() && (self.role == AgencyRole::Lead || self.caller_shared)
    }

    /// This agency may see the case at all.
    pub fn sees_case(&self) -> bool {
        !matches!(self.step, Step::Declined | Step::Withdrawn)
    }

    /// The first session's receipt; none when there was one, or a person went ahead of it.
    pub fn deliver(&self) -> Option<AssignmentEvent> {
        let late = self.stamps.get(Step::Delivered).is_none() && self.sees_case();
        late.then_some(AssignmentEvent::Delivered {})
    }

    /// A step before the units': acknowledged, ready or accepted. Repeating one keeps nothing new.
    ///
    /// # Errors
    /// SIAGA-1401 after a final step.
    pub fn reach(&self, step: Step, event: AssignmentEvent) -> Result<Option<AssignmentEvent>, SiagaError> {
        step::progress(self.step, step)?;
        // Readiness may be checked again; the other two happen once.
        let again = self.stamps.get(step).is_some() && step != Step::Ready;
        Ok((!again).then_some(event))
    }

    /// The agency does not take it.
    ///
    /// # Errors
    /// SIAGA-1401 after a final step, SIAGA-1403 when units are on the way.
    pub fn decline(&self, reason: String) -> Result<AssignmentEvent, SiagaError> {
        if self.step.is_final() {
            return Err(step::no_sense(self.step, Step::Declined));
        }
        if self.step >= Step::EnRoute {
            return Err(SiagaError::new(
                "SIAGA-1403",
                ErrorKind::Conflict,
                "Unit sudah berangkat. Lepaskan unitnya atau minta operator menarik tugas ini.",
                "Units are on the way. Release them or ask the operator to withdraw the assignment.",
            ));
        }
        Ok(AssignmentEvent::Declined { reason })
    }

    /// The centre takes it back.
    ///
    /// # Errors
    /// SIAGA-1401 after a final step.
    pub fn withdraw(&self, reason: String) -> Result<AssignmentEvent, SiagaError> {
        if self.step.is_final() {
            return Err(step::no_sense(self.step, Step::Withdrawn));
        }
        Ok(AssignmentEvent::Withdrawn { reason })
    }

    /// Puts a unit on it; none when it is on it.
    ///
    /// # Errors
    /// SIAGA-1401 after a final step.
    pub fn assign_unit(&self, unit_id: Uuid, code: &str) -> Result<Option<AssignmentEvent>, SiagaError> {
        if self.step.is_final() {
            return Err(step::no_sense(self.step, Step::UnitAssigned));
        }
        let on_it = self.units.get(&unit_id).is_some_and(|unit| unit.step != Step::Released);
        Ok((!on_it).then(|| AssignmentEvent::UnitAssigned { unit_id, code: code.to_owned() }))
    }

    /// Takes a unit off it.
    ///
    /// # Errors
    /// SIAGA-1404 when it is not on it, or has completed.
    pub fn release_unit(&self, unit_id: Uuid, reason: String, diverted: bool) -> Result<AssignmentEvent, SiagaError> {
        match self.units.get(&unit_id) {
            Some(unit) if !unit.step.is_final() => Ok(AssignmentEvent::UnitReleased { unit_id, reason, diverted }),
            _ => Err(not_on_it()),
        }
    }

    /// A step of a unit or of the whole. One of the whole moves the units that are on it and not as far.
    ///
    /// # Errors
    /// SIAGA-1401 after a final step, SIAGA-1404 for a unit that is not on it, SIAGA-1405 for a step that is not
    /// reported this way.
    pub fn report(
        &self,
        unit_id: Option<Uuid>,
        step: Step,
        point: Option<(f64, f64)>,
        note: Option<crate::PersonalRef>,
    ) -> Result<AssignmentEvent, SiagaError> {
        if !Step::REPORTED.contains(&step) {
            return Err(SiagaError::new(
                "SIAGA-1405",
                ErrorKind::Invalid,
                "Tahap ini punya tombolnya sendiri.",
                "This step has a command of its own.",
            )
            .field("step")
            .allowed(Step::REPORTED.iter().map(|step| step.name())));
        }
        let current = match unit_id {
            Some(unit_id) => self.units.get(&unit_id).ok_or_else(not_on_it)?.step,
            None => self.step,
        };
        if matches!(self.step, Step::Declined | Step::Withdrawn) {
            return Err(step::no_sense(self.step, step));
        }
        let whole_moves = || unit_id.is_none() && self.units.values().any(|unit| unit.is_behind(step));
        let confirmation = step::progress(current, step)? == Progress::Confirmation && !whole_moves();
        Ok(AssignmentEvent::StepReached { unit_id, step, confirmation, point, note })
    }

    /// Takes a step back.
    ///
    /// # Errors
    /// SIAGA-1402 when it is not back, SIAGA-1404 for a unit that is not on it.
    pub fn correct(&self, unit_id: Option<Uuid>, step: Step, reason: String) -> Result<AssignmentEvent, SiagaError> {
        let current = match unit_id {
            // An assignment that was declined or taken back has no unit at work: correct the assignment first.
            Some(_) if !self.sees_case() => return Err(step::no_sense(self.step, step)),
            Some(unit_id) => self.units.get(&unit_id).ok_or_else(not_on_it)?.step,
            None => self.step,
        };
        step::correction(current, step)?;
        if unit_id.is_some() && step < Step::UnitAssigned {
            return Err(SiagaError::new(
                "SIAGA-1402",
                ErrorKind::Conflict,
                "Untuk membatalkan penugasan unit, lepaskan unitnya.",
                "To undo a unit's assignment, release the unit.",
            )
            .field("step"));
        }
        Ok(AssignmentEvent::StepCorrected { unit_id, step, reason })
    }

    /// Asks for more.
    ///
    /// # Errors
    /// SIAGA-1401 after a final step.
    pub fn request_help(&self, what: String) -> Result<AssignmentEvent, SiagaError> {
        if self.step.is_final() {
            return Err(step::no_sense(self.step, Step::OnScene));
        }
        Ok(AssignmentEvent::HelpRequested { what })
    }

    /// Units that would be freed when the assignment ends now.
    pub fn units_at_work(&self) -> Vec<Uuid> {
        self.units.iter().filter(|(_, unit)| !unit.step.is_final()).map(|(id, _)| *id).collect()
    }

    fn advance(&mut self, step: Step) {
        if step > self.step || self.step.is_final() {
            self.step = step;
        }
    }

    /// The assignment is where its units are: as far as the first of them, completed when all are.
    fn follow_units(&mut self, meta: &EventMeta) {
        let at_work = || self.units.values().filter(|unit| unit.step != Step::Released);
        let Some(furthest) = at_work().map(|unit| unit.step).max() else { return };
        let all_completed = at_work().all(|unit| unit.step == Step::Completed);
        let step = if furthest == Step::Completed && !all_completed { Step::UnderControl } else { furthest };
        if step > self.step && self.step <= Step::Completed {
            if step == Step::Completed {
                self.stamps.keep(Step::Completed, meta.stamp());
            }
            self.step = step;
        }
    }

    fn step_reached(&mut self, unit_id: Option<Uuid>, step: Step, meta: &EventMeta) {
        match unit_id.and_then(|unit_id| self.units.get_mut(&unit_id)) {
            Some(unit) => {
                unit.stamps.keep(step, meta.stamp());
                unit.step = unit.step.max(step);
                if step != Step::Completed {
                    self.stamps.keep(step, meta.stamp());
                }
                self.follow_units(meta);
            }
            None => {
                self.stamps.keep(step, meta.stamp());
                self.reported_whole = true;
                self.advance(step.max(self.step));
                // "On scene", said for the agency, is said of all its units. One that was sent after that, and whose
                // agency's word comes in late, is not meant; but nothing is at work on what has ended.
                let ended = self.step == Step::Completed;
                let to = if ended { Step::Completed } else { step };
                let meant = |unit: &UnitProgress| ended || unit.was_on_it(meta.occurred_at);
                for unit in self.units.values_mut().filter(|unit| unit.is_behind(to) && meant(unit)) {
                    unit.stamps.keep(to, meta.stamp());
                    unit.step = to;
                }
            }
        }
    }

    fn step_corrected(&mut self, unit_id: Option<Uuid>, step: Step) {
        match unit_id.and_then(|unit_id| self.units.get_mut(&unit_id)) {
            Some(unit) => {
                unit.step = step;
                unit.stamps.back_to(step);
                let furthest = self.units.values().map(|unit| unit.step).filter(|s| *s <= Step::Completed).max();
                if !self.reported_whole && furthest.is_some_and(|furthest| furthest < self.step) {
                    let back = furthest.unwrap_or(step);
                    self.step = back;
                    self.stamps.back_to(back);
                } else if self.step == Step::Completed {
                    self.step = Step::UnderControl;
                    self.stamps.back_to(Step::UnderControl);
                }
            }
            None => {
                self.step = step;
                self.stamps.back_to(step);
                self.ended_reason.clear();
                for unit in self.units.values_mut().filter(|unit| unit.step != Step::Released && unit.step > step) {
                    unit.step = step.max(Step::UnitAssigned);
                    unit.stamps.back_to(unit.step);
                }
            }
        }
    }
}

fn not_on_it() -> SiagaError {
    SiagaError::new(
        "SIAGA-1404",
        ErrorKind::Conflict,
        "Unit ini tidak sedang bertugas di sini.",
        "This unit is not at work on this assignment.",
    )
    .field("unit_id")
}

impl Aggregate for Assignment {
    const KIND: &'static str = "assignment";
    type Event = AssignmentEvent;

    fn apply(&mut self, event: &AssignmentEvent, meta: &EventMeta) {
        match event {
            AssignmentEvent::Sent { incident_id, agency, role, caller_shared } => {
                self.incident_id = *incident_id;
                self.agency.clone_from(agency);
                self.role = *role;
                self.caller_shared = *caller_shared;
                self.stamps.keep(Step::Sent, meta.stamp());
            }
            AssignmentEvent::Delivered {} => self.reached(Step::Delivered, meta),
            AssignmentEvent::Acknowledged {} => self.reached(Step::Acknowledged, meta),
            AssignmentEvent::ReadinessConfirmed { readiness } => {
                self.readiness = Some(readiness.clone());
                self.reached(Step::Ready, meta);
            }
            AssignmentEvent::Accepted {} => self.reached(Step::Accepted, meta),
            AssignmentEvent::Declined { reason } => self.ended(Step::Declined, reason, meta),
            AssignmentEvent::Withdrawn { reason } => self.ended(Step::Withdrawn, reason, meta),
            AssignmentEvent::UnitAssigned { unit_id, code } => {
                let mut stamps = Stamps::default();
                stamps.keep(Step::UnitAssigned, meta.stamp());
                let unit = UnitProgress { code: code.clone(), step: Step::UnitAssigned, stamps };
                self.units.insert(*unit_id, unit);
                self.reached(Step::UnitAssigned, meta);
            }
            AssignmentEvent::UnitReleased { unit_id, .. } => {
                if let Some(unit) = self.units.get_mut(unit_id) {
                    unit.step = Step::Released;
                    unit.stamps.keep(Step::Released, meta.stamp());
                }
                self.follow_units(meta);
            }
            AssignmentEvent::StepReached { unit_id, step, .. } => self.step_reached(*unit_id, *step, meta),
            AssignmentEvent::StepCorrected { unit_id, step, .. } => self.step_corrected(*unit_id, *step),
            AssignmentEvent::HelpRequested { what } => self.help_requested = Some(what.clone()),
            AssignmentEvent::HelpAnswered {} => self.help_requested = None,
            AssignmentEvent::CallerShared { share } => self.caller_shared = *share,
            AssignmentEvent::MessageSent { from, text } => self.message_sent(*from, text, meta),
            AssignmentEvent::MessagesRead { by, up_to } => self.messages_read(*by, *up_to, meta),
        }
    }

    fn is_open(&self) -> bool {
        self.is_running()
    }

    fn incident(&self, _: &str) -> Option<Uuid> {
        Some(self.incident_id)
    }
}

impl Assignment {
    fn reached(&mut self, step: Step, meta: &EventMeta) {
        self.stamps.keep(step, meta.stamp());
        self.advance(step.max(self.step));
    }

    fn ended(&mut self, step: Step, reason: &str, meta: &EventMeta) {
        self.stamps.keep(step, meta.stamp());
        self.step = step;
        reason.clone_into(&mut self.ended_reason);
        for unit in self.units.values_mut().filter(|unit| !unit.step.is_final()) {
            unit.step = Step::Released;
            unit.stamps.keep(Step::Released, meta.stamp());
        }
    }
}
