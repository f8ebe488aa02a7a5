//! What is counted of a stream's state: the rows of the facts tables.

use siaga_domain::{assignment::Assignment, call::Call, incident::Incident, step::Step};
use siaga_store::{AssignmentFact, CallFact, CaseFact, Fact, StreamKey};
use std::any::Any;
use uuid::Uuid;

/// What statistics count of a state; none of kinds that are not counted.
pub(crate) fn fact_of(key: &StreamKey, state: &dyn Any) -> Option<Fact> {
    let id = Uuid::parse_str(&key.id).ok()?;
    if let Some(call) = state.downcast_ref::<Call>() {
        return Some(Fact::Call(of_call(id, call)));
    }
    if let Some(incident) = state.downcast_ref::<Incident>() {
        return Some(Fact::Case(Box::new(of_case(id, incident))));
    }
    let assignment = state.downcast_ref::<Assignment>()?;
    Some(Fact::Assignment(Box::new(of_assignment(id, assignment))))
}

/// The name of an enum's value, as the log writes it.
fn name(value: &impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}

fn of_call(call_id: Uuid, call: &Call) -> CallFact {
    CallFact {
        call_id,
        ringing_at: call.ringing_at,
        answered_at: call.answered_at,
        ended_at: call.ended_at,
        disposition: call.disposition.as_ref().and_then(name),
        incident_id: call.incident_id,
        operator_id: call.operator,
    }
}

fn of_case(incident_id: Uuid, incident: &Incident) -> CaseFact {
    let classification = incident.classification.as_ref();
    CaseFact {
        incident_id,
        number: incident.number.clone(),
        status: incident.state.name().to_owned(),
        type_code: classification.map(|class| class.type_code.clone()),
        category: classification.map(|class| class.category.clone()),
        priority: incident.priority().map(i32::from),
        sensitive: incident.is_sensitive(),
        kelurahan_code: incident.place.kelurahan_code.clone(),
        opened_at: incident.opened_at,
        rang_at: incident.first_ring_at,
        answered_at: incident.answered_at,
        verified_at: incident.place.verified.map(|(_, stamp)| stamp.at),
        classified_at: incident.classified.map(|stamp| stamp.at),
        dispatched_at: incident.dispatched.map(|stamp| stamp.at),
        ended_at: incident.ended_at,
        hub_accepted_at: incident.hub_accepted.map(|stamp| stamp.at),
        outcome_code: incident.outcome.as_ref().map(|outcome| outcome.outcome_code.clone()),
        merged_into: incident.merged_into.as_ref().map(|(id, _)| *id),
    }
}

fn of_assignment(assignment_id: Uuid, assignment: &Assignment) -> AssignmentFact {
    let at = |step| assignment.stamps.at(step);
    AssignmentFact {
        assignment_id,
        incident_id: assignment.incident_id,
        agency: assignment.agency.clone(),
        lead: assignment.role == siaga_domain::assignment::AgencyRole::Lead,
        step: assignment.step.name().to_owned(),
        sent_at: at(Step::Sent),
        delivered_at: at(Step::Delivered),
        acknowledged_at: at(Step::Acknowledged),
        ready_at: at(Step::Ready),
        accepted_at: at(Step::Accepted),
        unit_assigned_at: at(Step::UnitAssigned),
        en_route_at: at(Step::EnRoute),
        on_scene_at: at(Step::OnScene),
        under_control_at: at(Step::UnderControl),
        completed_at: at(Step::Completed),
        declined_at: at(Step::Declined),
    }
}
