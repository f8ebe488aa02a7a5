//! AlarmService: what is late or wrong, and who has it.

use super::{Edge, admitted, status};
use crate::queries;
use siaga_proto::v1::{self, alarm_service_server::AlarmService};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl AlarmService for Edge {
    async fn list_alarms(
        &self,
        request: Request<v1::ListAlarmsRequest>,
    ) -> Result<Response<v1::ListAlarmsResponse>, Status> {
        let (who, _) = admitted(&request)?;
        queries::list_alarms(&self.core, &who, request.into_inner()).await.map(Response::new).map_err(status::of)
    }

    async fn take_alarm(
        &self,
        request: Request<v1::TakeAlarmRequest>,
    ) -> Result<Response<v1::TakeAlarmResponse>, Status> {
        self.run(request).await
    }
}
