//! ConfirmReadiness: people, vehicles and equipment were checked.

use crate::{command::Command, commands::task, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    assignment::{Assignment, AssignmentEvent, Readiness},
    limits,
    step::Step,
};
use siaga_proto::v1::{ConfirmReadinessRequest, ConfirmReadinessResponse};

#[async_trait]
impl Command for ConfirmReadinessRequest {
    type Reply = ConfirmReadinessResponse;
    const NAME: &'static str = "ConfirmReadiness";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<ConfirmReadinessResponse, SiagaError> {
        let (assignment_id, assignment) = task::named(work, &self.assignment_id).await?;
        let meta = work.meta_on_behalf(convert::on_behalf(self.on_behalf.as_ref(), work.now)?)?;
        let checked = self.readiness.clone().unwrap_or_default();
        let readiness = Readiness {
            people: checked.people,
            vehicles: checked.vehicles,
            equipment: checked.equipment,
            note: limits::text("readiness.note", &checked.note, limits::REASON_CHARS)?,
        };
        if let Some(event) = assignment.reach(Step::Ready, AssignmentEvent::ReadinessConfirmed { readiness })? {
            work.emit::<Assignment>(assignment_id, event, &meta).await?;
        }
        Ok(ConfirmReadinessResponse { changed: task::changed(work, assignment_id) })
    }
}
