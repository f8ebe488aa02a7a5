//! What the hub is told of an event: a status update, at the close the case record as well, and erasures.

use super::{
    case::{Case, assignment_id},
    record_mark, status_mark,
};
use crate::{Context, city::City, context::store_error, history};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use siaga_domain::{
    PersonalRef, SiagaError, Timestamp,
    aggregate::from_log,
    assignment::{Assignment, AssignmentEvent},
    incident::{Incident, IncidentEvent, IncidentState, PlaceContent},
    stamps::CaseStamps,
    step::Step,
};
use siaga_store::EventRow;
use time::format_description::well_known::Rfc3339;

/// One message, but for its sequence.
pub(super) struct Message {
    pub(super) mark: u64,
    pub(super) position: u64,
    pub(super) event_id: String,
    event_type: &'static str,
    time: Timestamp,
    subject: String,
    data: Value,
}

impl Message {
    /// The CloudEvent, exactly as it is sent and signed.
    pub(super) fn body(&self, source: &str, sequence: u64) -> Vec<u8> {
        let event = json!({
            "specversion": "1.0",
            "id": self.event_id,
            "source": source,
            "type": self.event_type,
            "subject": self.subject,
            "time": rfc3339(self.time),
            "datacontenttype": "application/json",
            "sequence": sequence.to_string(),
            "data": self.data,
        });
        event.to_string().into_bytes()
    }
}

/// The word for an event in status updates; none for what the hub is not told. `Erased` is no status.
pub(super) fn stage(row: &EventRow) -> Option<&'static str> {
    Some(match row.event_type.as_str() {
        "incident.opened" => "opened",
        "incident.place_verified" => "place_verified",
        "incident.classified" => "classified",
        "incident.dispatched" => "dispatched",
        "incident.handed_over" => "handed_over",
        "incident.merged" => "merged",
        "incident.cancelled" => "cancelled",
        "incident.closed" => "closed",
        "incident.reopened" => "reopened",
        "incident.personal_erased" => "erased",
        "assignment.delivered" => "delivered",
        "assignment.acknowledged" => "acknowledged",
        "assignment.readiness_confirmed" => "ready",
        "assignment.accepted" => "accepted",
        "assignment.declined" => "declined",
        "assignment.withdrawn" => "withdrawn",
        "assignment.unit_assigned" => "unit_assigned",
        "assignment.unit_released" => "unit_released",
        "assignment.step_corrected" => "corrected",
        "assignment.step_reached" => row.data.get("step").and_then(Value::as_str).and_then(reported)?,
        _ => return None,
    })
}

fn reported(step: &str) -> Option<&'static str> {
    Step::REPORTED.iter().map(|step| step.name()).find(|name| *name == step)
}

/// The marks of an event's messages, after which the case is as given.
pub(super) fn marks(case: &Case, row: &EventRow) -> Vec<u64> {
    let Some(stage) = stage(row) else { return Vec::new() };
    // What is corrected or entered after the closing changes the record.
    if stage != "erased" && case.incident.state == IncidentState::Closed {
        vec![status_mark(row.position), record_mark(row.position)]
    } else {
        vec![status_mark(row.position)]
    }
}

/// The messages of an event, after which the case is as given.
pub(super) async fn of(context: &Context, case: &Case, row: &EventRow) -> Result<Vec<Message>, SiagaError> {
    let Some(stage) = stage(row) else { return Ok(Vec::new()) };
    let message = |mark: u64, event_type, data| Message {
        mark,
        position: row.position,
        event_id: event_id(row, mark),
        event_type,
        time: row.recorded_at,
        subject: case.incident.number.clone(),
        data,
    };
    if stage == "erased" {
        let data = json!({"case_number": case.incident.number, "fields": ["personal"]});
        return Ok(vec![message(status_mark(row.position), "siaga.case.erased.v1", data)]);
    }
    let city = context.city();
    let status = status(case, row, stage, &city)?;
    let mut messages = vec![message(status_mark(row.position), "siaga.case.status.v1", status)];
    if marks(case, row).contains(&record_mark(row.position)) {
        let record = record(context, case, row, &city).await?;
        messages.push(message(record_mark(row.position), "siaga.case.record.v1", record));
    }
    Ok(messages)
}

/// Made from the event's hash, which is made from everything before it: the same after a restore, and never that of
/// another history.
fn event_id(row: &EventRow, mark: u64) -> String {
    let digest = Sha256::digest(format!("{}:{mark}", row.hash));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

fn rfc3339(at: Timestamp) -> String {
    time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.unix_ms()) * 1_000_000)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}

/// What both kinds of message say of the case.
fn common(case: &Case, city: &City) -> Map<String, Value> {
    let incident = &case.incident;
    let mut data = Map::new();
    data.insert("case_number".into(), incident.number.clone().into());
    // Until it is classified nobody knows that it is not sensitive: a mistake must hide, not show.
    let sensitive = incident.classification.is_none() || incident.is_sensitive();
    data.insert("sensitive".into(), sensitive.into());
    if let Some(classification) = &incident.classification {
        data.insert("type_code".into(), classification.type_code.clone().into());
        data.insert("category".into(), classification.category.clone().into());
        data.insert("priority".into(), classification.priority.into());
    }
    if let Some(code) = &incident.place.kelurahan_code {
        data.insert("kelurahan_code".into(), code.clone().into());
        if let Some(area) = city.kelurahan(code).filter(|area| !area.kecamatan_code.is_empty()) {
            data.insert("kecamatan_code".into(), area.kecamatan_code.clone().into());
        }
    }
    data
}

fn status(case: &Case, row: &EventRow, stage: &str, city: &City) -> Result<Value, SiagaError> {
    let mut data = common(case, city);
    data.insert("status".into(), case.status().into());
    data.insert("stage".into(), stage.into());
    data.insert("occurred_at".into(), rfc3339(row.occurred_at).into());
    data.insert("recorded_at".into(), rfc3339(row.recorded_at).into());
    data.insert("on_behalf".into(), history::meta(row)?.actor.on_behalf.is_some().into());
    if let Some(assignment) = assignment_id(row).and_then(|id| case.assignments.get(&id)) {
        data.insert("agency_code".into(), assignment.agency.clone().into());
        let event: AssignmentEvent = from_log(&row.event_type, &row.data)?;
        let unit = unit_of(&event).and_then(|unit_id| assignment.units.get(&unit_id));
        if let Some(unit) = unit {
            data.insert("unit_code".into(), unit.code.clone().into());
        }
        if let AssignmentEvent::StepCorrected { step, .. } = event {
            data.insert("corrected_to".into(), step.name().into());
        }
    } else if let IncidentEvent::Dispatched { agencies, .. } = from_log(&row.event_type, &row.data)? {
        data.insert("agency_codes".into(), json!(agencies));
    }
    Ok(Value::Object(data))
}

fn unit_of(event: &AssignmentEvent) -> Option<uuid::Uuid> {
    match event {
        AssignmentEvent::UnitAssigned { unit_id, .. } | AssignmentEvent::UnitReleased { unit_id, .. } => Some(*unit_id),
        AssignmentEvent::StepReached { unit_id, .. } | AssignmentEvent::StepCorrected { unit_id, .. } => *unit_id,
        _ => None,
    }
}

async fn record(context: &Context, case: &Case, row: &EventRow, city: &City) -> Result<Value, SiagaError> {
    let incident = &case.incident;
    let assignments = case.all_assignments(&*context.background, row.position).await?;
    let outcome = incident.outcome.clone().unwrap_or_default();
    let stamps = CaseStamps::of(incident, &assignments).0;
    // The hub's own acceptance is not something to tell the hub.
    let stamps: Map<String, Value> = stamps
        .iter()
        .take(13)
        .enumerate()
        .map(|(index, stamp)| (format!("T{index}"), stamp.map_or(Value::Null, |stamp| rfc3339(stamp.at).into())))
        .collect();
    let text = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
    let mut data = common(case, city);
    data.insert("opened_at".into(), rfc3339(incident.opened_at).into());
    if let Some((closed_at, _)) = &outcome.closed {
        data.insert("closed_at".into(), rfc3339(*closed_at).into());
    }
    data.insert("outcome".into(), outcome.outcome_code.clone().into());
    data.insert("stamps".into(), Value::Object(stamps));
    data.insert("agencies".into(), assignments.iter().map(agency).collect());
    data.insert(
        "victims".into(),
        json!({
            "dead": outcome.victims.dead, "injured": outcome.victims.injured,
            "missing": outcome.victims.missing, "evacuated": outcome.victims.evacuated,
        }),
    );
    data.insert("cause".into(), text(&outcome.cause));
    data.insert("damage".into(), text(&outcome.damage));
    data.insert("hospital".into(), text(&outcome.hospital));
    data.insert("calls".into(), incident.calls.len().into());
    let merged: Vec<&String> = incident.merged.iter().map(|(_, number)| number).collect();
    data.insert("merged_numbers".into(), json!(merged));
    data.insert("reopened".into(), case.reopened.into());
    data.insert("revision".into(), incident.revision.into());
    if context.config.hub_include_personal {
        data.insert("personal".into(), personal(context, incident).await?);
    }
    Ok(Value::Object(data))
}

fn agency(assignment: &Assignment) -> Value {
    let outcome = if assignment.step.is_final() { assignment.step.name() } else { "running" };
    let units: Vec<&String> = assignment.units.values().map(|unit| &unit.code).collect();
    let stamps: Map<String, Value> = assignment
        .stamps
        .0
        .iter()
        .map(|(step, stamp)| (step.name().to_owned(), Value::from(rfc3339(stamp.at))))
        .collect();
    json!({"code": assignment.agency, "outcome": outcome, "units": units, "stamps": stamps})
}

/// What the installation was told to send by law.
async fn personal(context: &Context, incident: &Incident) -> Result<Value, SiagaError> {
    let ids = incident.personal_ids();
    let rows = context.background.personal(&ids).await.map_err(store_error)?;
    let content = |reference: &Option<PersonalRef>| {
        let id = reference.as_ref()?.personal_id;
        rows.iter().find(|row| row.id == id).map(|row| row.content.clone())
    };
    let place: Option<PlaceContent> =
        content(&incident.place.exact).and_then(|content| serde_json::from_str(&content).ok());
    Ok(json!({
        "caller_name": content(&incident.caller_name),
        "caller_number": content(&incident.caller_number),
        "narrative": content(&incident.narrative),
        "place_text": place.as_ref().map(|place| place.text.clone()),
        "point": place.and_then(|place| place.point).map(|(latitude, longitude, _)| [latitude, longitude]),
    }))
}
