//! HubDeliveryService: what is due for the data hub, how it went, and what a person settles.

use super::{Edge, status};
use crate::deliver;
use siaga_proto::v1::{self, hub_delivery_service_server::HubDeliveryService};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl HubDeliveryService for Edge {
    async fn lease_deliveries(
        &self,
        request: Request<v1::LeaseDeliveriesRequest>,
    ) -> Result<Response<v1::LeaseDeliveriesResponse>, Status> {
        deliver::lease(&self.core, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn record_delivery(
        &self,
        request: Request<v1::RecordDeliveryRequest>,
    ) -> Result<Response<v1::RecordDeliveryResponse>, Status> {
        deliver::record(&self.core, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn get_delivery_state(
        &self,
        request: Request<v1::GetDeliveryStateRequest>,
    ) -> Result<Response<v1::GetDeliveryStateResponse>, Status> {
        deliver::delivery_state(&self.core, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn replay_delivery(
        &self,
        request: Request<v1::ReplayDeliveryRequest>,
    ) -> Result<Response<v1::ReplayDeliveryResponse>, Status> {
        self.run(request).await
    }

    async fn skip_delivery(
        &self,
        request: Request<v1::SkipDeliveryRequest>,
    ) -> Result<Response<v1::SkipDeliveryResponse>, Status> {
        self.run(request).await
    }
}
