//! StatisticsService: what the centre did and how fast.

use super::{Edge, admitted, status};
use crate::queries;
use siaga_proto::v1::{self, statistics_service_server::StatisticsService};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl StatisticsService for Edge {
    async fn get_service_levels(
        &self,
        request: Request<v1::GetServiceLevelsRequest>,
    ) -> Result<Response<v1::GetServiceLevelsResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::get_service_levels(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn get_call_volume(
        &self,
        request: Request<v1::GetCallVolumeRequest>,
    ) -> Result<Response<v1::GetCallVolumeResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::get_call_volume(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn get_activity(
        &self,
        request: Request<v1::GetActivityRequest>,
    ) -> Result<Response<v1::GetActivityResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::get_activity(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn export_activity(
        &self,
        request: Request<v1::ExportActivityRequest>,
    ) -> Result<Response<v1::ExportActivityResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::export_activity(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn get_activity_report(
        &self,
        request: Request<v1::GetActivityReportRequest>,
    ) -> Result<Response<v1::GetActivityReportResponse>, Status> {
        let (who, _) = admitted(&request)?;
        let reply = queries::get_activity_report(&self.core, &who, request.into_inner()).await;
        reply.map(Response::new).map_err(status::of)
    }

    async fn list_figure(
        &self,
        request: Request<v1::ListFigureRequest>,
    ) -> Result<Response<v1::ListFigureResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::list_figure(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }
}
