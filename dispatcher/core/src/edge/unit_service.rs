//! UnitService: the agencies' units and where they are.

use super::{Edge, admitted, status};
use crate::queries;
use siaga_proto::v1::{self, unit_service_server::UnitService};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl UnitService for Edge {
    async fn list_units(
        &self,
        request: Request<v1::ListUnitsRequest>,
    ) -> Result<Response<v1::ListUnitsResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::list_units(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn set_unit_service(
        &self,
        request: Request<v1::SetUnitServiceRequest>,
    ) -> Result<Response<v1::SetUnitServiceResponse>, Status> {
        self.run(request).await
    }

    async fn update_unit(
        &self,
        request: Request<v1::UpdateUnitRequest>,
    ) -> Result<Response<v1::UpdateUnitResponse>, Status> {
        self.run(request).await
    }

    async fn report_position(
        &self,
        request: Request<v1::ReportPositionRequest>,
    ) -> Result<Response<v1::ReportPositionResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::report_position(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }
}
