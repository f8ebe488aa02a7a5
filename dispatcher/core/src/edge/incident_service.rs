//! IncidentService: the case from opening to the report. Each RPC is the command or query of its name.

use super::{Edge, admitted, status};
use crate::queries;
use siaga_proto::v1::{self, incident_service_server::IncidentService};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl IncidentService for Edge {
    async fn open_incident(
        &self,
        request: Request<v1::OpenIncidentRequest>,
    ) -> Result<Response<v1::OpenIncidentResponse>, Status> {
        self.run(request).await
    }

    async fn enter_paper_form(
        &self,
        request: Request<v1::EnterPaperFormRequest>,
    ) -> Result<Response<v1::EnterPaperFormResponse>, Status> {
        self.run(request).await
    }

    async fn edit_incident(
        &self,
        request: Request<v1::EditIncidentRequest>,
    ) -> Result<Response<v1::EditIncidentResponse>, Status> {
        self.run(request).await
    }

    async fn verify_place(
        &self,
        request: Request<v1::VerifyPlaceRequest>,
    ) -> Result<Response<v1::VerifyPlaceResponse>, Status> {
        self.run(request).await
    }

    async fn classify_incident(
        &self,
        request: Request<v1::ClassifyIncidentRequest>,
    ) -> Result<Response<v1::ClassifyIncidentResponse>, Status> {
        self.run(request).await
    }

    async fn add_note(&self, request: Request<v1::AddNoteRequest>) -> Result<Response<v1::AddNoteResponse>, Status> {
        self.run(request).await
    }

    async fn add_photo(&self, request: Request<v1::AddPhotoRequest>) -> Result<Response<v1::AddPhotoResponse>, Status> {
        self.run(request).await
    }

    async fn get_photo(&self, request: Request<v1::GetPhotoRequest>) -> Result<Response<v1::GetPhotoResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::get_photo(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn cancel_incident(
        &self,
        request: Request<v1::CancelIncidentRequest>,
    ) -> Result<Response<v1::CancelIncidentResponse>, Status> {
        self.run(request).await
    }

    async fn merge_incident(
        &self,
        request: Request<v1::MergeIncidentRequest>,
    ) -> Result<Response<v1::MergeIncidentResponse>, Status> {
        self.run(request).await
    }

    async fn link_incidents(
        &self,
        request: Request<v1::LinkIncidentsRequest>,
    ) -> Result<Response<v1::LinkIncidentsResponse>, Status> {
        self.run(request).await
    }

    async fn hand_over_to_centre(
        &self,
        request: Request<v1::HandOverToCentreRequest>,
    ) -> Result<Response<v1::HandOverToCentreResponse>, Status> {
        self.run(request).await
    }

    async fn assign_owner(
        &self,
        request: Request<v1::AssignOwnerRequest>,
    ) -> Result<Response<v1::AssignOwnerResponse>, Status> {
        self.run(request).await
    }

    async fn close_incident(
        &self,
        request: Request<v1::CloseIncidentRequest>,
    ) -> Result<Response<v1::CloseIncidentResponse>, Status> {
        self.run(request).await
    }

    async fn reopen_incident(
        &self,
        request: Request<v1::ReopenIncidentRequest>,
    ) -> Result<Response<v1::ReopenIncidentResponse>, Status> {
        self.run(request).await
    }

    async fn report_viewing(
        &self,
        request: Request<v1::ReportViewingRequest>,
    ) -> Result<Response<v1::ReportViewingResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::report_viewing(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn get_incident(
        &self,
        request: Request<v1::GetIncidentRequest>,
    ) -> Result<Response<v1::GetIncidentResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::get_incident(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn search_incidents(
        &self,
        request: Request<v1::SearchIncidentsRequest>,
    ) -> Result<Response<v1::SearchIncidentsResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::search_incidents(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn get_report(
        &self,
        request: Request<v1::GetReportRequest>,
    ) -> Result<Response<v1::GetReportResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::get_report(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn erase_personal_data(
        &self,
        request: Request<v1::ErasePersonalDataRequest>,
    ) -> Result<Response<v1::ErasePersonalDataResponse>, Status> {
        self.run(request).await
    }

    async fn set_legal_hold(
        &self,
        request: Request<v1::SetLegalHoldRequest>,
    ) -> Result<Response<v1::SetLegalHoldResponse>, Status> {
        self.run(request).await
    }
}
