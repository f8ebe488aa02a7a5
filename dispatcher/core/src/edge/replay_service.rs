//! ReplayService: the boards as they were.

use super::{Edge, admitted, status};
use crate::queries;
use siaga_proto::v1::{self, replay_service_server::ReplayService};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl ReplayService for Edge {
    async fn get_replay(
        &self,
        request: Request<v1::GetReplayRequest>,
    ) -> Result<Response<v1::GetReplayResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::get_replay(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }
}
