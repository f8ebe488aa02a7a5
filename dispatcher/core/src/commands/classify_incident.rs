//! ClassifyIncident: sets type and priority; a priority other than the type's needs a reason.

use crate::{command::Command, commands::card, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    FieldConflict, SiagaError,
    incident::{Classification, Incident},
    limits,
};
use siaga_proto::v1::{ClassifyIncidentRequest, ClassifyIncidentResponse};
use uuid::Uuid;

#[async_trait]
impl Command for ClassifyIncidentRequest {
    type Reply = ClassifyIncidentResponse;
    const NAME: &'static str = "ClassifyIncident";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<ClassifyIncidentResponse, SiagaError> {
        let incident_id = convert::id("incident_id", &self.incident_id)?;
        let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
        if self.version != incident.card_version {
            let current = incident.classification.as_ref().map(|now| now.type_code.clone()).unwrap_or_default();
            let conflicts = if current == self.type_code {
                Vec::new()
            } else {
                vec![FieldConflict { field: "type_code".into(), current, wanted: self.type_code.clone() }]
            };
            return Err(SiagaError::stale(incident.card_version, conflicts));
        }
        classify(work, incident_id, &self.type_code, self.priority, &self.priority_reason).await?;
        Ok(ClassifyIncidentResponse { changed: card::changed(work, incident_id).await? })
    }
}

/// Sets type and priority (0: the type's) of an incident.
pub(super) async fn classify(
    work: &mut Work<'_>,
    incident_id: Uuid,
    type_code: &str,
    priority: u32,
    reason: &str,
) -> Result<(), SiagaError> {
    let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
    let city = std::sync::Arc::clone(&work.city);
    let kind = city.incident_type(type_code)?;
    let priority = if priority == 0 { kind.default_priority } else { u8::try_from(priority).unwrap_or(u8::MAX) };
    let classification = Classification {
        type_code: kind.code.clone(),
        category: kind.category.clone(),
        priority,
        priority_reason: limits::text("priority_reason", reason, limits::REASON_CHARS)?,
        sensitive: kind.sensitive,
    };
    let classified = incident.classify(classification, kind.default_priority)?;
    let meta = work.meta();
    work.emit::<Incident>(incident_id, classified, &meta).await
}
