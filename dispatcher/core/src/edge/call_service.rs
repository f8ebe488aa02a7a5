//! CallService: calls and the operators' standing. Each RPC is the command or query of its name.

use super::{Edge, admitted, status};
use crate::queries;
use siaga_proto::v1::{self, call_service_server::CallService};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl CallService for Edge {
    async fn ring_call(&self, request: Request<v1::RingCallRequest>) -> Result<Response<v1::RingCallResponse>, Status> {
        self.run(request).await
    }

    async fn answer_call(
        &self,
        request: Request<v1::AnswerCallRequest>,
    ) -> Result<Response<v1::AnswerCallResponse>, Status> {
        self.run(request).await
    }

    async fn hold_call(&self, request: Request<v1::HoldCallRequest>) -> Result<Response<v1::HoldCallResponse>, Status> {
        self.run(request).await
    }

    async fn resume_call(
        &self,
        request: Request<v1::ResumeCallRequest>,
    ) -> Result<Response<v1::ResumeCallResponse>, Status> {
        self.run(request).await
    }

    async fn end_call(&self, request: Request<v1::EndCallRequest>) -> Result<Response<v1::EndCallResponse>, Status> {
        self.run(request).await
    }

    async fn record_call_back(
        &self,
        request: Request<v1::RecordCallBackRequest>,
    ) -> Result<Response<v1::RecordCallBackResponse>, Status> {
        self.run(request).await
    }

    async fn set_disposition(
        &self,
        request: Request<v1::SetDispositionRequest>,
    ) -> Result<Response<v1::SetDispositionResponse>, Status> {
        self.run(request).await
    }

    async fn identify_caller(
        &self,
        request: Request<v1::IdentifyCallerRequest>,
    ) -> Result<Response<v1::IdentifyCallerResponse>, Status> {
        self.run(request).await
    }

    async fn attach_call(
        &self,
        request: Request<v1::AttachCallRequest>,
    ) -> Result<Response<v1::AttachCallResponse>, Status> {
        self.run(request).await
    }

    async fn get_call(&self, request: Request<v1::GetCallRequest>) -> Result<Response<v1::GetCallResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::get_call(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn get_caller_history(
        &self,
        request: Request<v1::GetCallerHistoryRequest>,
    ) -> Result<Response<v1::GetCallerHistoryResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::get_caller_history(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn set_duty_state(
        &self,
        request: Request<v1::SetDutyStateRequest>,
    ) -> Result<Response<v1::SetDutyStateResponse>, Status> {
        self.run(request).await
    }

    async fn hand_over_shift(
        &self,
        request: Request<v1::HandOverShiftRequest>,
    ) -> Result<Response<v1::HandOverShiftResponse>, Status> {
        self.run(request).await
    }
}
