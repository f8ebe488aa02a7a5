//! ReplayDelivery: sends a message that the hub refused again.

use crate::{command::Command, commands::delivery, work::Work};
use async_trait::async_trait;
use siaga_domain::{SiagaError, incident::HubAction};
use siaga_proto::v1::{ReplayDeliveryRequest, ReplayDeliveryResponse};

#[async_trait]
impl Command for ReplayDeliveryRequest {
    type Reply = ReplayDeliveryResponse;
    const NAME: &'static str = "ReplayDelivery";

    fn request_id(&self) -> &str {
        &self.request_id
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<ReplayDeliveryResponse, SiagaError> {
        let changed = delivery::settle(work, &self.case_number, HubAction::Replayed, String::new()).await?;
        Ok(ReplayDeliveryResponse { changed })
    }
}
