//! Typed clients of the contract with a credential.

use crate::request_id;
use siaga_proto::v1::{
    self, access_service_client::AccessServiceClient, alarm_service_client::AlarmServiceClient,
    call_service_client::CallServiceClient, dispatch_service_client::DispatchServiceClient,
    hub_delivery_service_client::HubDeliveryServiceClient, incident_service_client::IncidentServiceClient,
    statistics_service_client::StatisticsServiceClient, unit_service_client::UnitServiceClient,
};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};

/// Adds the bearer token.
#[derive(Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

type Authed = InterceptedService<Channel, Bearer>;

/// Everything that one signed-in person may call.
#[derive(Clone)]
pub struct Desk {
    /// The account.
    pub account: v1::AccountView,
    /// Bearer token of the session.
    pub token: String,
    /// Accounts and sessions.
    pub access: AccessServiceClient<Authed>,
    /// Calls.
    pub calls: CallServiceClient<Authed>,
    /// Incidents.
    pub incidents: IncidentServiceClient<Authed>,
    /// Assignments.
    pub dispatch: DispatchServiceClient<Authed>,
    /// Units.
    pub units: UnitServiceClient<Authed>,
    /// Alarms.
    pub alarms: AlarmServiceClient<Authed>,
    /// Delivery to the data hub.
    pub hub: HubDeliveryServiceClient<Authed>,
    /// Figures and reports.
    pub statistics: StatisticsServiceClient<Authed>,
}

/// Signs a demonstration account in.
///
/// # Panics
/// When the server refuses.
pub async fn sign_in(url: &str, username: &str) -> Desk {
    let channel = Channel::from_shared(url.to_owned()).unwrap().connect().await.unwrap();
    let reply = AccessServiceClient::new(channel.clone())
        .sign_in(v1::SignInRequest { username: username.into(), password: format!("demo-{username}-112") })
        .await
        .unwrap()
        .into_inner();
    with_token(channel, reply.token, reply.account.unwrap())
}

/// The clients of a token.
pub fn with_token(channel: Channel, token: String, account: v1::AccountView) -> Desk {
    let bearer = Bearer(format!("Bearer {token}").parse().unwrap());
    macro_rules! client {
        ($client:ident) => {
            $client::with_interceptor(channel.clone(), bearer.clone()).max_decoding_message_size(64 * 1024 * 1024)
        };
    }
    Desk {
        account,
        token,
        access: client!(AccessServiceClient),
        calls: client!(CallServiceClient),
        incidents: client!(IncidentServiceClient),
        dispatch: client!(DispatchServiceClient),
        units: client!(UnitServiceClient),
        alarms: client!(AlarmServiceClient),
        hub: client!(HubDeliveryServiceClient),
        statistics: client!(StatisticsServiceClient),
    }
}

impl Desk {
    /// A call that rang and was answered here; returns its id.
    pub async fn answered_call(&mut self, number: &str) -> String {
        let rung = self
            .calls
            .ring_call(v1::RingCallRequest { request_id: request_id(), number: number.into(), ..Default::default() })
            .await
            .unwrap()
            .into_inner();
        let call_id = rung.changed.unwrap().id;
        let answer = v1::AnswerCallRequest { request_id: request_id(), call_id: call_id.clone() };
        self.calls.answer_call(answer).await.unwrap();
        call_id
    }

    /// An incident of a type, opened without a call; returns id and number.
    pub async fn open(&mut self, type_code: &str, narrative: &str) -> (String, String) {
        let opened = self
            .incidents
            .open_incident(v1::OpenIncidentRequest {
                request_id: request_id(),
                type_code: type_code.into(),
                narrative: narrative.into(),
                place: Some(v1::PlaceInput {
                    text: "Jl. Niaga".into(),
                    point: Some(v1::Point { latitude: 0.9065, longitude: 108.9845, accuracy_m: 20.0 }),
                    kelurahan_code: String::new(),
                }),
                ..Default::default()
            })
            .await
            .unwrap()
            .into_inner();
        (opened.changed.unwrap().id, opened.number)
    }

    /// Sends an incident to agencies; returns the assignments in their order.
    pub async fn dispatch(&mut self, incident_id: &str, agencies: &[&str]) -> Vec<String> {
        let request = v1::DispatchIncidentRequest {
            request_id: request_id(),
            incident_id: incident_id.into(),
            agency_codes: agencies.iter().map(|code| (*code).to_owned()).collect(),
            share_caller_with: Vec::new(),
        };
        self.dispatch.dispatch_incident(request).await.unwrap().into_inner().assignment_ids
    }

    /// The whole case.
    pub async fn case(&mut self, incident_id: &str) -> v1::GetIncidentResponse {
        let request = v1::GetIncidentRequest { incident_id: incident_id.into(), number: String::new() };
        self.incidents.get_incident(request).await.unwrap().into_inner()
    }
}

/// The stable code of a refusal, e.g. "SIAGA-1004".
pub fn code(status: &Status) -> String {
    status.metadata().get("siaga-error-code").map(|code| code.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// The machine-readable part of a refusal.
pub fn detail(status: &Status) -> v1::ErrorDetail {
    use prost::Message;
    let bytes = status.metadata().get_bin("siaga-error-detail-bin").unwrap().to_bytes().unwrap();
    v1::ErrorDetail::decode(bytes).unwrap()
}
