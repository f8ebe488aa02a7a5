//! SkipDelivery: gives up a message that the hub refused, with a reason; the case goes on with its next one.

use crate::{command::Command, commands::delivery, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, incident::HubAction, limits};
use siaga_proto::v1::{SkipDeliveryRequest, SkipDeliveryResponse};

#[async_trait]
impl Command for SkipDeliveryRequest {
    type Reply = SkipDeliveryResponse;
    const NAME: &'static str = "SkipDelivery";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<SkipDeliveryResponse, SiagaError> {
        let reason = limits::required("reason", &self.reason, limits::REASON_CHARS)?;
        let changed = delivery::settle(work, &self.case_number, HubAction::Skipped, reason).await?;
        Ok(SkipDeliveryResponse { changed })
    }
}
