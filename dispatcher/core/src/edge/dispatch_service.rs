//! DispatchService: assignments, their steps and units. Each RPC is the command of its name.

use super::Edge;
use siaga_proto::v1::{self, dispatch_service_server::DispatchService};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl DispatchService for Edge {
    async fn dispatch_incident(
        &self,
        request: Request<v1::DispatchIncidentRequest>,
    ) -> Result<Response<v1::DispatchIncidentResponse>, Status> {
        self.run(request).await
    }

    async fn withdraw_assignment(
        &self,
        request: Request<v1::WithdrawAssignmentRequest>,
    ) -> Result<Response<v1::WithdrawAssignmentResponse>, Status> {
        self.run(request).await
    }

    async fn share_caller(
        &self,
        request: Request<v1::ShareCallerRequest>,
    ) -> Result<Response<v1::ShareCallerResponse>, Status> {
        self.run(request).await
    }

    async fn record_receipt(
        &self,
        request: Request<v1::RecordReceiptRequest>,
    ) -> Result<Response<v1::RecordReceiptResponse>, Status> {
        self.run(request).await
    }

    async fn acknowledge_assignment(
        &self,
        request: Request<v1::AcknowledgeAssignmentRequest>,
    ) -> Result<Response<v1::AcknowledgeAssignmentResponse>, Status> {
        self.run(request).await
    }

    async fn confirm_readiness(
        &self,
        request: Request<v1::ConfirmReadinessRequest>,
    ) -> Result<Response<v1::ConfirmReadinessResponse>, Status> {
        self.run(request).await
    }

    async fn accept_assignment(
        &self,
        request: Request<v1::AcceptAssignmentRequest>,
    ) -> Result<Response<v1::AcceptAssignmentResponse>, Status> {
        self.run(request).await
    }

    async fn decline_assignment(
        &self,
        request: Request<v1::DeclineAssignmentRequest>,
    ) -> Result<Response<v1::DeclineAssignmentResponse>, Status> {
        self.run(request).await
    }

    async fn assign_units(
        &self,
        request: Request<v1::AssignUnitsRequest>,
    ) -> Result<Response<v1::AssignUnitsResponse>, Status> {
        self.run(request).await
    }

    async fn release_unit(
        &self,
        request: Request<v1::ReleaseUnitRequest>,
    ) -> Result<Response<v1::ReleaseUnitResponse>, Status> {
        self.run(request).await
    }

    async fn divert_unit(
        &self,
        request: Request<v1::DivertUnitRequest>,
    ) -> Result<Response<v1::DivertUnitResponse>, Status> {
        self.run(request).await
    }

    async fn report_status(
        &self,
        request: Request<v1::ReportStatusRequest>,
    ) -> Result<Response<v1::ReportStatusResponse>, Status> {
        self.run(request).await
    }

    async fn correct_status(
        &self,
        request: Request<v1::CorrectStatusRequest>,
    ) -> Result<Response<v1::CorrectStatusResponse>, Status> {
        self.run(request).await
    }

    async fn request_help(
        &self,
        request: Request<v1::RequestHelpRequest>,
    ) -> Result<Response<v1::RequestHelpResponse>, Status> {
        self.run(request).await
    }

    async fn send_message(
        &self,
        request: Request<v1::SendMessageRequest>,
    ) -> Result<Response<v1::SendMessageResponse>, Status> {
        self.run(request).await
    }

    async fn mark_messages_read(
        &self,
        request: Request<v1::MarkMessagesReadRequest>,
    ) -> Result<Response<v1::MarkMessagesReadResponse>, Status> {
        self.run(request).await
    }
}
