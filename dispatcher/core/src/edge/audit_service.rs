//! AuditService: who did what and when.

use super::{Edge, admitted, status};
use crate::queries;
use siaga_proto::v1::{self, audit_service_server::AuditService};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl AuditService for Edge {
    async fn search_audit(
        &self,
        request: Request<v1::SearchAuditRequest>,
    ) -> Result<Response<v1::SearchAuditResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::search_audit(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }
}
