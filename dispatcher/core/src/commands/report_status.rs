//! ReportStatus: en route, on scene, under control or completed: of one unit, or of the assignment as a whole.

use crate::{access::scope, command::Command, commands::task, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, assignment::Assignment, limits};
use siaga_proto::v1::{ReportStatusRequest, ReportStatusResponse};
use siaga_store::PersonalIndex;

#[async_trait]
impl Command for ReportStatusRequest {
    type Reply = ReportStatusResponse;
    const NAME: &'static str = "ReportStatus";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<ReportStatusResponse, SiagaError> {
        let (assignment_id, assignment) = task::named(work, &self.assignment_id).await?;
        let unit_id = scope::unit_meant(work.who, convert::optional_id("unit_id", &self.unit_id)?)?;
        let step = convert::step_named(self.step())?;
        let point = convert::point("point", self.point.as_ref())?.map(|(latitude, longitude, _)| (latitude, longitude));
        let mut meta = work.meta_on_behalf(convert::on_behalf(self.on_behalf.as_ref(), work.now)?)?;
        if let Some(occurred_at) = convert::time("occurred_at", self.occurred_at)? {
            meta.occurred_at = limits::recent("occurred_at", occurred_at, work.now)?;
        }
        let note = limits::text("note", &self.note, limits::REPORT_CHARS)?;
        let note = (!note.is_empty()).then(|| {
            let subject = ("assignment", assignment_id);
            work.put_personal(subject, Some(assignment.incident_id), "note", note, PersonalIndex::Words)
        });
        let reached = assignment.report(unit_id, step, point, note)?;
        work.emit::<Assignment>(assignment_id, reached, &meta).await?;
        task::free_completed(work, assignment_id, &meta).await?;
        Ok(ReportStatusResponse { changed: task::changed(work, assignment_id) })
    }
}
