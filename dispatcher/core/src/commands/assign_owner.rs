//! AssignOwner: another operator takes the case, or is given it.

use crate::{
    command::{Command, account_of},
    commands::card,
    convert,
    work::Work,
};
use async_trait::async_trait;
use siaga_domain::{
    Role, SiagaError,
    account::Account,
    incident::{Incident, IncidentEvent},
};
use siaga_proto::v1::{AssignOwnerRequest, AssignOwnerResponse};

#[async_trait]
impl Command for AssignOwnerRequest {
    type Reply = AssignOwnerResponse;
    const NAME: &'static str = "AssignOwner";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<AssignOwnerResponse, SiagaError> {
        let incident_id = convert::id("incident_id", &self.incident_id)?;
        let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
        incident.must_be_open()?;
        let to = match convert::optional_id("to_account_id", &self.to_account_id)? {
            Some(to) => to,
            None => account_of(work.who)?,
        };
        let account = work.get::<Account>(to, ("Operator", "The operator")).await?;
        if account.disabled || !matches!(account.role, Role::Operator | Role::Supervisor) {
            return Err(SiagaError::invalid(
                "to_account_id",
                "Pilih operator yang aktif.",
                "Choose an operator who is active.",
            ));
        }
        if incident.owner != Some(to) {
            let meta = work.meta();
            let changed = IncidentEvent::OwnerChanged { owner: Some(to), label: account.label.clone() };
            work.emit::<Incident>(incident_id, changed, &meta).await?;
        }
        Ok(AssignOwnerResponse { changed: card::changed(work, incident_id).await? })
    }
}
