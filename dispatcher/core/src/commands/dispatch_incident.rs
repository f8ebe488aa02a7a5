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
use uuid::Uuid;

#[async_trait]
impl Command for DispatchIncidentRequest {
    type Reply = DispatchIncidentResponse;
    const NAME: &'static str = "DispatchIncident";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<DispatchIncidentResponse, SiagaError> {
        let incident_id = convert::id("incident_id", &self.incident_id)?;
        let assignments = send(work, incident_id, &self.agency_codes, &self.share_caller_with).await?;
        Ok(DispatchIncidentResponse {
            changed: card::changed(work, incident_id).await?,
            assignment_ids: assignments.iter().map(ToString::to_string).collect(),
        })
    }
}

/// Sends a case to these agencies, none named: to the type's leads. Returns the assignments, in the order of the
/// agencies sent to.
pub(super) async fn send(
    work: &mut Work<'_>,
    incident_id: Uuid,
    agency_codes: &[String],
    share_caller_with: &[String],
) -> Result<Vec<Uuid>, SiagaError> {
    let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
    incident.may_dispatch(!agency_codes.is_empty())?;
    let agencies = agencies(agency_codes, work, &incident).await?;
    let meta = work.meta();
    let mut assignments = Vec::with_capacity(agencies.len());
    for (agency, role) in &agencies {
        let assignment_id = work.new_id();
        let sent = AssignmentEvent::Sent {
            incident_id,
            agency: agency.clone(),
            role: *role,
            caller_shared: share_caller_with.contains(agency),
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
    Ok(assignments)
}

/// The agencies to send to, with what each is on the case.
async fn agencies(
    agency_codes: &[String],
    work: &mut Work<'_>,
    incident: &Incident,
) -> Result<Vec<(String, AgencyRole)>, SiagaError> {
    let city = std::sync::Arc::clone(&work.city);
    let plan = incident.classification.as_ref().map(|classification| city.incident_type(&classification.type_code));
    // An import may have removed the type. Without its plan there is nobody to propose, but whom a person names is sent.
    let plan_is_gone = matches!(plan, Some(Err(_)));
    let leads = match plan {
        Some(Ok(kind)) => kind.lead_agencies.clone(),
        Some(Err(unknown)) if agency_codes.is_empty() => return Err(unknown),
        Some(Err(_)) | None => Vec::new(),
    };
    let mut at_work = Vec::new();
    let mut is_led = false;
    for assignment_id in &incident.assignments {
        let assignment = work.get::<Assignment>(assignment_id, ("Tugas", "The assignment")).await?;
        if assignment.is_running() {
            at_work.push(assignment.agency.clone());
            is_led |= assignment.role == AgencyRole::Lead;
        }
    }
    let mut named = if agency_codes.is_empty() { leads.clone() } else { agency_codes.to_vec() };
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
    // Whoever comes to a case without a plan leads it; somebody has to see the caller. Where the plan went later, that
    // may be somebody already.
    let role = |code: &String| {
        let leads_all = leads.is_empty() && !(plan_is_gone && is_led);
        if leads_all || leads.contains(code) { AgencyRole::Lead } else { AgencyRole::Support }
    };
    Ok(named.into_iter().map(|code| (code.clone(), role(&code))).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::testing::{self, emit, run};
    use siaga_domain::catalog::{Catalog, CatalogEvent, CatalogPart};

    testing::on_each!(a_case_whose_type_was_removed_goes_to_named_agencies);

    async fn a_case_whose_type_was_removed_goes_to_named_agencies() {
        let core = testing::core().await;
        let who = testing::operator(&core, "operator1").await;
        let (incident_id, _) = testing::open(&core, &who, "kebakaran-bangunan").await;
        let none = CatalogPart::Types(Vec::new());
        emit::<Catalog>(&core, none.stream_id(), [CatalogEvent::Imported { part: none, source: "tests".into() }]).await;
        core.context.reload_city().await.unwrap();
        let by_plan = DispatchIncidentRequest {
            request_id: core.request_id(),
            incident_id: incident_id.to_string(),
            ..Default::default()
        };
        assert_eq!(run(&core, &who, by_plan).await.unwrap_err().code, "SIAGA-1701", "there is no plan to follow");
        let mut roles = Vec::new();
        for agency in ["damkar", "psc119"] {
            let id = testing::dispatch(&core, &who, incident_id, &[agency], &[]).await.remove(0);
            let key = siaga_store::StreamKey::new("assignment", id);
            let row = core.context.store.load_streams(&[key]).await.unwrap().remove(0);
            roles.push(serde_json::from_value::<Assignment>(row.state).unwrap().role);
        }
        assert_eq!(roles, [AgencyRole::Lead, AgencyRole::Support], "one of them sees the caller");
    }
}
