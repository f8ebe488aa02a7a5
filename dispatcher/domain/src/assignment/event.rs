//! What may happen to an assignment, as the log keeps it.

use super::{AgencyRole, Readiness, Side};
use crate::step::Step;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What happened to an assignment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AssignmentEvent {
    /// Made and sent.
    Sent {
        /// The case.
        incident_id: Uuid,
        /// Agency code.
        agency: String,
        /// Lead or support.
        role: AgencyRole,
        /// May see the caller though it only supports.
        caller_shared: bool,
    },
    /// Stored and drawn by a session of the agency.
    Delivered {},
    /// A person has it.
    Acknowledged {},
    /// People, vehicles and equipment were checked.
    ReadinessConfirmed {
        /// What was found.
        readiness: Readiness,
    },
    /// The agency takes it.
    Accepted {},
    /// The agency does not take it.
    Declined {
        /// Why.
        reason: String,
    },
    /// The centre took it back.
    Withdrawn {
        /// Why.
        reason: String,
    },
    /// A unit goes.
    UnitAssigned {
        /// Unit.
        unit_id: Uuid,
        /// Call sign.
        code: String,
    },
    /// A unit was taken off.
    UnitReleased {
        /// Unit.
        unit_id: Uuid,
        /// Why.
        reason: String,
        /// It went to another incident.
        diverted: bool,
    },
    /// A step of one unit, or of the assignment as a whole.
    StepReached {
        /// None: the whole.
        unit_id: Option<Uuid>,
        /// The step.
        step: Step,
        /// It was reached already: a confirmation.
        confirmation: bool,
        /// Where the unit was: degrees north, east.
        point: Option<(f64, f64)>,
        /// A short word with it; a personal row.
        note: Option<crate::PersonalRef>,
    },
    /// A step was recorded by mistake.
    StepCorrected {
        /// None: the whole.
        unit_id: Option<Uuid>,
        /// Where it really is.
        step: Step,
        /// Why.
        reason: String,
    },
    /// More is needed.
    HelpRequested {
        /// What.
        what: String,
    },
    /// Further agencies were sent after help was asked for.
    HelpAnswered {},
    /// A support agency may see the caller from now on, or no more.
    CallerShared {
        /// May it.
        share: bool,
    },
    /// Centre or agency wrote to the other.
    MessageSent {
        /// Which of both.
        from: Side,
        /// What; a personal row.
        text: crate::PersonalRef,
    },
    /// What the other side wrote was on a person's screen.
    MessagesRead {
        /// Who read.
        by: Side,
        /// Number of the last one; those before it count as read too.
        up_to: u32,
    },
}
