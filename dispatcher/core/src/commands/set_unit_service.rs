//! SetUnitService: takes a unit in or out of service.

use crate::{access::scope, command::Command, convert, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, limits, unit::Unit};
use siaga_proto::v1::{SetUnitServiceRequest, SetUnitServiceResponse};

#[async_trait]
impl Command for SetUnitServiceRequest {
    type Reply = SetUnitServiceResponse;
    const NAME: &'static str = "SetUnitService";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<SetUnitServiceResponse, SiagaError> {
        let unit_id = convert::id("unit_id", &self.unit_id)?;
        let unit = work.get::<Unit>(unit_id, ("Unit", "The unit")).await?;
        scope::may_act_on_unit(work.who, unit_id, &unit)?;
        let meta = work.meta_on_behalf(convert::on_behalf(self.on_behalf.as_ref(), work.now)?)?;
        let reason = limits::text("reason", &self.reason, limits::REASON_CHARS)?;
        if !self.in_service && reason.is_empty() {
            return Err(SiagaError::invalid("reason", "Tulis alasannya.", "Give the reason."));
        }
        if unit.in_service != self.in_service {
            work.emit::<Unit>(unit_id, unit.set_service(self.in_service, reason)?, &meta).await?;
        }
        Ok(SetUnitServiceResponse { changed: convert::changed(unit_id, work.version::<Unit>(unit_id)) })
    }
}
