//! DispatchIncident: sends the incident to agencies; names none: to the type's lead agencies.

use crate::{command::Command, commands::card, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    ErrorKind, SiagaError,
    assignment::{AgencyRole, Assignment, AssignmentEvent},
    incident::{Incident, IncidentEvent},
    limits,
};
use siaga_proto::v1::{DispatchIncidentRequest, DispatchIncidentResponse};

#[async_trait]
impl Command for DispatchIncidentRequest {
    type Reply = DispatchIncidentResponse;
    const NAME: &'static str = "DispatchIncident";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<DispatchIncidentResponse, SiagaError> {
        let incident_id = convert::id("incident_id", &self.incident_id)?;
        let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
        incident.may_dispatch(!self.agency_codes.is_empty())?;
        let agencies = agencies(self, work, &incident).await?;
        let meta = work.meta();
        let mut assignments = Vec::with_capacity(agencies.len());
        for (agency, role) in &agencies {
            let assignment_id = work.new_id();
            let sent = AssignmentEvent::Sent {
                incident_id,
                agency: agency.clone(),
                role: *role,
                caller_shared: self.share_caller_with.contains(agency),
            };
            work.emit::<Assignment>(assignment_id, sent, &meta).await?;
            assignments.push(assignment_id);
        }
        for earlier in &incident.assignments {
            let asked = work.get::<Assignment>(earlier, ("Tugas", "The assignment")).await?.help_requested.is_some();
            if asked {
                work.emit::<Assignment>(earlier, AssignmentEvent::HelpAnswered {}, &meta).await?;
            }
        }
        let dispatched = IncidentEvent::Dispatched {
            assignments: assignments.clone(),
            agencies: agencies.into_iter().map(|(agency, _)| agency).collect(),
        };
        work.emit::<Incident>(incident_id, dispatched, &meta).await?;
        Ok(DispatchIncidentResponse {
            changed: card::changed(work, incident_id).await?,
            assignment_ids: assignments.iter().map(ToString::to_string).collect(),
        })
    }
}

/// The agencies to send to, with what each is on the case.
async fn agencies(
    request: &DispatchIncidentRequest,
    work: &mut Work<'_>,
    incident: &Incident,
) -> Result<Vec<(String, AgencyRole)>, SiagaError> {
    let city = std::sync::Arc::clone(&work.city);
    let leads = match &incident.classification {
        Some(classification) => city.incident_type(&classification.type_code)?.lead_agencies.clone(),
        None => Vec::new(),
    };
    let mut at_work = Vec::new();
    for assignment_id in &incident.assignments {
        let assignment = work.get::<Assignment>(assignment_id, ("Tugas", "The assignment")).await?;
        if assignment.is_running() {
            at_work.push(assignment.agency.clone());
        }
    }
    let mut named = if request.agency_codes.is_empty() { leads.clone() } else { request.agency_codes.clone() };
    named.sort();
    named.dedup();
    if named.len() > limits::AGENCIES_A_COMMAND {
        return Err(SiagaError::invalid(
            "agency_codes",
            format!("Paling banyak {} instansi sekaligus.", limits::AGENCIES_A_COMMAND),
            format!("At most {} agencies at once.", limits::AGENCIES_A_COMMAND),
        ));
    }
    for code in &named {
        if city.agency(code)?.kind == "neighbour" {
            return Err(SiagaError::invalid(
                "agency_codes",
                "Pusat panggilan tetangga menerima serah terima, bukan tugas.",
                "A neighbouring centre is handed the case over, not dispatched to.",
            ));
        }
    }
    named.retain(|code| !at_work.contains(code));
    if named.is_empty() {
        return Err(SiagaError::new(
            "SIAGA-1406",
            ErrorKind::Conflict,
            "Semua instansi itu sudah menerima tugas kejadian ini.",
            "All these agencies already have this incident.",
        )
        .field("agency_codes"));
    }
    // Whoever comes to a case without a plan leads it; somebody has to see the caller.
    let role = |code: &String| {
        if leads.is_empty() || leads.contains(code) { AgencyRole::Lead } else { AgencyRole::Support }
    };
    Ok(named.into_iter().map(|code| (code.clone(), role(&code))).collect())
}
