//! AttachCall: the call is about an incident that is open already.

use crate::{command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, call::Call, incident::Incident};
use siaga_proto::v1::{AttachCallRequest, AttachCallResponse};
use siaga_store::SideWrite;
use uuid::Uuid;

#[async_trait]
impl Command for AttachCallRequest {
    type Reply = AttachCallResponse;
    const NAME: &'static str = "AttachCall";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<AttachCallResponse, SiagaError> {
        let call_id = convert::id("call_id", &self.call_id)?;
        let incident_id = convert::id("incident_id", &self.incident_id)?;
        let incident = work.get::<Incident>(incident_id, ("Kejadian", "The incident")).await?;
        let attached = incident.attach_call(call_id)?;
        if tie(work, call_id, incident_id).await? {
            let meta = work.meta();
            work.emit::<Incident>(incident_id, attached, &meta).await?;
        }
        Ok(AttachCallResponse { changed: convert::changed(call_id, work.version::<Call>(call_id)) })
    }
}

/// Ties a call to an incident: its personal rows are found with it from now on. False when it was tied already.
pub(super) async fn tie(work: &mut Work<'_>, call_id: Uuid, incident_id: Uuid) -> Result<bool, SiagaError> {
    let call = work.get::<Call>(call_id, ("Panggilan", "The call")).await?;
    let events = call.attach(incident_id)?;
    let meta = work.meta();
    let fresh = !events.is_empty();
    for event in events {
        work.emit::<Call>(call_id, event, &meta).await?;
    }
    if fresh {
        work.side(SideWrite::AttachPersonal { subject_kind: "call".into(), subject_id: call_id, incident_id });
    }
    Ok(fresh)
}
