//! CatalogService: the city's own data.

use super::{Edge, admitted, status};
use crate::queries;
use siaga_proto::v1::{self, catalog_service_server::CatalogService};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl CatalogService for Edge {
    async fn get_catalog(
        &self,
        request: Request<v1::GetCatalogRequest>,
    ) -> Result<Response<v1::GetCatalogResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::get_catalog(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn locate_point(
        &self,
        request: Request<v1::LocatePointRequest>,
    ) -> Result<Response<v1::LocatePointResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::locate_point(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn search_places(
        &self,
        request: Request<v1::SearchPlacesRequest>,
    ) -> Result<Response<v1::SearchPlacesResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::search_places(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn get_map_data(
        &self,
        request: Request<v1::GetMapDataRequest>,
    ) -> Result<Response<v1::GetMapDataResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::get_map_data(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }
}
