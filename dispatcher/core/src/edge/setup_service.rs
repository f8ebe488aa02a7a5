//! SetupService: the city's own data, edited by administrators.

use super::{Edge, admitted, status};
use crate::queries;
use siaga_proto::v1::{self, setup_service_server::SetupService};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl SetupService for Edge {
    async fn get_catalog_section(
        &self,
        request: Request<v1::GetCatalogSectionRequest>,
    ) -> Result<Response<v1::GetCatalogSectionResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::get_catalog_section(&self.core, &who, request.into_inner())
            .await
            .map(Response::new)
            .map_err(status::of)
    }

    async fn update_catalog_section(
        &self,
        request: Request<v1::UpdateCatalogSectionRequest>,
    ) -> Result<Response<v1::UpdateCatalogSectionResponse>, Status> {
        self.run(request).await
    }

    async fn restore_catalog_section(
        &self,
        request: Request<v1::RestoreCatalogSectionRequest>,
    ) -> Result<Response<v1::RestoreCatalogSectionResponse>, Status> {
        self.run(request).await
    }

    async fn list_catalog_versions(
        &self,
        request: Request<v1::ListCatalogVersionsRequest>,
    ) -> Result<Response<v1::ListCatalogVersionsResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::list_catalog_versions(&self.core, &who, request.into_inner())
            .await
            .map(Response::new)
            .map_err(status::of)
    }

    async fn register_unit(
        &self,
        request: Request<v1::RegisterUnitRequest>,
    ) -> Result<Response<v1::RegisterUnitResponse>, Status> {
        self.run(request).await
    }
}
