//! A core that does what the story says: real gRPC over loopback, no rules of its own.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use prost::Message as _;
use siaga_proto::v1::feed_service_server::{FeedService, FeedServiceServer};
use siaga_proto::v1::hub_delivery_service_server::{HubDeliveryService, HubDeliveryServiceServer};
use siaga_proto::v1::{
    AccountView, AcknowledgeAssignmentResponse, AudienceChange, AudiencePresence, CallView, Changed, Delivery,
    EndedSession, Entity, ErrorDetail, FeedItem, FollowRequest, GetDeliveryStateRequest, GetDeliveryStateResponse,
    LeaseDeliveriesRequest, LeaseDeliveriesResponse, OpenViewRequest, OpenViewResponse, RecordDeliveryRequest,
    RecordDeliveryResponse, ReplayDeliveryRequest, ReplayDeliveryResponse, ReportPresenceRequest,
    ReportPresenceResponse, SkipDeliveryRequest, SkipDeliveryResponse, entity,
};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Status};

/// An entity as the stories use it: a call, its number is its content.
pub fn call_entity(key: &str, position: u64, number: &str) -> Entity {
    let call = CallView { id: key.into(), number: number.into(), position, ..Default::default() };
    Entity { key: format!("call:{key}"), position, value: Some(entity::Value::Call(call)), removed: false }
}

/// "Forget it."
pub fn gone(key: &str, position: u64) -> Entity {
    Entity { key: format!("call:{key}"), position, value: None, removed: true }
}

/// How the core answers a command.
#[derive(Clone)]
pub enum Reply {
    Ok,
    Refuse(Code, ErrorDetail),
    /// As when nobody is there.
    Down,
    Hang,
}

/// A command as it came.
#[derive(Debug, Clone)]
pub struct Call {
    pub rpc: String,
    pub credential: String,
    pub body: Bytes,
}

/// Something that the core does once.
pub type Act = Box<dyn FnOnce(&Core) + Send>;

pub struct View {
    pub log_id: String,
    pub position: u64,
    pub parts: Vec<Vec<Entity>>,
    pub expires_at: Option<pbjson_types::Timestamp>,
    /// What happens after the snapshot was taken and before anything of it is sent.
    pub meanwhile: Option<Act>,
}

struct Script {
    view: View,
    feed: Option<mpsc::Sender<Result<FeedItem, Status>>>,
    refuse_follow: Option<Status>,
    refuse_views: Option<Status>,
    follows: Vec<FollowRequest>,
    views: Vec<OpenViewRequest>,
    replies: VecDeque<Reply>,
    always: Reply,
    calls: Vec<Call>,
    cases: BTreeMap<String, VecDeque<Delivery>>,
    leased: BTreeSet<String>,
    records: Vec<RecordDeliveryRequest>,
    refuse_records: usize,
}

#[derive(Clone)]
pub struct Core {
    script: Arc<Mutex<Script>>,
    /// Counts everything that comes in, so that stories can wait for it.
    pub seen: watch::Sender<u64>,
    due: Arc<Notify>,
    pub presence: watch::Sender<Vec<AudiencePresence>>,
    address: SocketAddr,
}

impl Core {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let view =
            View { log_id: "log-a".into(), position: 10, parts: vec![vec![]], expires_at: None, meanwhile: None };
        let script = Script {
            view,
            feed: None,
            refuse_follow: None,
            refuse_views: None,
            follows: vec![],
            views: vec![],
            replies: VecDeque::new(),
            always: Reply::Ok,
            calls: vec![],
            cases: BTreeMap::new(),
            leased: BTreeSet::new(),
            records: vec![],
            refuse_records: 0,
        };
        let core = Self {
            script: Arc::new(Mutex::new(script)),
            seen: watch::Sender::new(0),
            due: Arc::default(),
            presence: watch::Sender::new(vec![]),
            address: listener.local_addr().unwrap(),
        };
        let commands = core.clone();
        let router = Routes::new(FeedServiceServer::new(core.clone()))
            .add_service(HubDeliveryServiceServer::new(core.clone()))
            .into_axum_router()
            .fallback(move |request: Request| any_command(commands, request));
        let server = Server::builder().add_routes(Routes::from(router));
        tokio::spawn(async move { server.serve_with_incoming(TcpIncoming::from(listener)).await.unwrap() });
        core
    }

    pub fn channel(&self) -> Channel {
        Endpoint::from_shared(format!("http://{}", self.address)).unwrap().connect_lazy()
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    fn saw(&self) {
        self.seen.send_modify(|count| *count += 1);
    }

    async fn until(&self, what: impl Fn(&Script) -> bool) {
        let mut seen = self.seen.subscribe();
        let happened = async {
            while !what(&self.script()) {
                seen.changed().await.unwrap();
            }
        };
        super::soon("the core sees it", happened).await;
    }

    pub fn view(&self, change: impl FnOnce(&mut View)) {
        change(&mut self.script().view);
    }

    pub fn refuse_views(&self, status: Option<Status>) {
        self.script().refuse_views = status;
    }

    pub fn views(&self) -> Vec<OpenViewRequest> {
        self.script().views.clone()
    }

    /// Until the feed was asked for so often.
    pub async fn follows(&self, count: usize) -> FollowRequest {
        self.until(|script| script.follows.len() >= count && script.feed.is_some()).await;
        self.script().follows[count - 1].clone()
    }

    /// One item with one change.
    pub fn change(&self, position: u64, audience: &str, entity: Entity) {
        self.item("log-a", position, vec![(audience, entity)], vec![]);
    }

    pub fn item(&self, log_id: &str, position: u64, changes: Vec<(&str, Entity)>, ended: Vec<EndedSession>) {
        let change =
            |(audience, entity): (&str, Entity)| AudienceChange { audience: audience.into(), entity: Some(entity) };
        let item = FeedItem {
            position,
            log_id: log_id.into(),
            changes: changes.into_iter().map(change).collect(),
            ended,
            server_time: None,
        };
        self.script().feed.as_ref().expect("somebody follows").try_send(Ok(item)).unwrap();
    }

    /// The feed breaks; `refuse` is what the next who asks for it gets, until healed.
    pub fn lose_feed(&self, refuse: Option<Status>) {
        let mut script = self.script();
        script.feed = None;
        script.refuse_follow = refuse;
    }

    pub fn heal_feed(&self) {
        self.script().refuse_follow = None;
    }

    pub fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        self.script().replies.extend(replies);
    }

    pub fn always(&self, reply: Reply) {
        self.script().always = reply;
    }

    /// The commands so far, once there are so many.
    pub async fn calls(&self, count: usize) -> Vec<Call> {
        self.until(|script| script.calls.len() >= count).await;
        self.script().calls.clone()
    }

    pub fn due(&self, deliveries: impl IntoIterator<Item = Delivery>) {
        for delivery in deliveries {
            self.script().cases.entry(delivery.case_number.clone()).or_default().push_back(delivery);
        }
        self.due.notify_one();
    }

    pub fn refuse_records(&self, count: usize) {
        self.script().refuse_records = count;
    }

    pub async fn records(&self, count: usize) -> Vec<RecordDeliveryRequest> {
        self.until(|script| script.records.len() >= count).await;
        self.script().records.clone()
    }

    pub async fn presence_is(&self, expected: &[(&str, u32)]) {
        let as_pairs = |audiences: &[AudiencePresence]| -> Vec<(String, u32)> {
            audiences.iter().map(|one| (one.audience.clone(), one.sessions)).collect()
        };
        let expected: Vec<(String, u32)> = expected.iter().map(|(name, count)| ((*name).into(), *count)).collect();
        let mut presence = self.presence.subscribe();
        super::soon("presence is reported", presence.wait_for(|now| as_pairs(now) == expected)).await.unwrap();
    }
}

fn credential(metadata: &MetadataMap) -> String {
    let text = |name: &str| metadata.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    format!("{}{}", text("cookie"), text("authorization"))
}

fn own(metadata: &MetadataMap) -> Result<(), Status> {
    if credential(metadata) == "Bearer gateway-token" {
        Ok(())
    } else {
        Err(Status::permission_denied("not a gateway"))
    }
}

#[tonic::async_trait]
impl FeedService for Core {
    type FollowStream = ReceiverStream<Result<FeedItem, Status>>;
    type OpenViewStream = ReceiverStream<Result<OpenViewResponse, Status>>;

    async fn follow(
        &self,
        request: tonic::Request<FollowRequest>,
    ) -> Result<tonic::Response<Self::FollowStream>, Status> {
        own(request.metadata())?;
        let (sender, receiver) = mpsc::channel(10_000);
        {
            let mut script = self.script();
            script.follows.push(request.into_inner());
            if let Some(status) = script.refuse_follow.clone() {
                return Err(status);
            }
            script.feed = Some(sender);
        }
        self.saw();
        Ok(tonic::Response::new(ReceiverStream::new(receiver)))
    }

    /// The account is the credential; `session_id` is `session-of-<credential>`.
    async fn open_view(
        &self,
        request: tonic::Request<OpenViewRequest>,
    ) -> Result<tonic::Response<Self::OpenViewStream>, Status> {
        let who = credential(request.metadata());
        let request = request.into_inner();
        let (log_id, position, parts, expires_at, meanwhile) = {
            let mut script = self.script();
            script.views.push(request.clone());
            if let Some(status) = script.refuse_views.clone() {
                return Err(status);
            }
            let meanwhile = script.view.meanwhile.take();
            let view = &script.view;
            (view.log_id.clone(), view.position, view.parts.clone(), view.expires_at, meanwhile)
        };
        self.saw();
        if who.contains("revoked") {
            return Err(refusal(Code::Unauthenticated, "SIAGA-1102"));
        }
        let (sender, receiver) = mpsc::channel(1);
        let parts = if request.without_snapshot { vec![vec![]] } else { parts };
        let audience = if request.audience.is_empty() { "board".into() } else { request.audience };
        tokio::spawn(async move {
            let count = parts.len();
            for (index, entities) in parts.into_iter().enumerate() {
                let first = index == 0;
                let account = AccountView { id: who.clone(), username: who.clone(), ..Default::default() };
                let part = OpenViewResponse {
                    account: first.then_some(account),
                    session_id: if first { format!("session-of-{who}") } else { String::new() },
                    expires_at: if first { expires_at } else { None },
                    audience: if first { audience.clone() } else { String::new() },
                    position: if first { position } else { 0 },
                    log_id: if first { log_id.clone() } else { String::new() },
                    entities,
                    last: index + 1 == count,
                };
                if sender.send(Ok(part)).await.is_err() {
                    return;
                }
            }
        });
        if let Some(meanwhile) = meanwhile {
            meanwhile(self);
        }
        Ok(tonic::Response::new(ReceiverStream::new(receiver)))
    }

    async fn report_presence(
        &self,
        request: tonic::Request<ReportPresenceRequest>,
    ) -> Result<tonic::Response<ReportPresenceResponse>, Status> {
        own(request.metadata())?;
        self.presence.send_replace(request.into_inner().audiences);
        Ok(tonic::Response::new(ReportPresenceResponse {}))
    }
}

#[tonic::async_trait]
impl HubDeliveryService for Core {
    async fn lease_deliveries(
        &self,
        request: tonic::Request<LeaseDeliveriesRequest>,
    ) -> Result<tonic::Response<LeaseDeliveriesResponse>, Status> {
        own(request.metadata())?;
        let request = request.into_inner();
        let waited = tokio::time::sleep(std::time::Duration::from_millis(u64::from(request.wait_ms)));
        tokio::pin!(waited);
        loop {
            {
                let mut script = self.script();
                let free: Vec<String> = script
                    .cases
                    .iter()
                    .filter(|(case, queue)| !queue.is_empty() && !script.leased.contains(*case))
                    .map(|(case, _)| case.clone())
                    .take(request.limit as usize)
                    .collect();
                if !free.is_empty() {
                    let deliveries = free.iter().flat_map(|case| script.cases[case].iter().cloned()).collect();
                    script.leased.extend(free);
                    return Ok(tonic::Response::new(LeaseDeliveriesResponse { deliveries }));
                }
            }
            tokio::select! {
                () = self.due.notified() => {}
                () = &mut waited => return Ok(tonic::Response::new(LeaseDeliveriesResponse::default())),
            }
        }
    }

    async fn record_delivery(
        &self,
        request: tonic::Request<RecordDeliveryRequest>,
    ) -> Result<tonic::Response<RecordDeliveryResponse>, Status> {
        own(request.metadata())?;
        let record = request.into_inner();
        {
            let mut script = self.script();
            if script.refuse_records > 0 {
                script.refuse_records -= 1;
                return Err(Status::unavailable("not now"));
            }
            let case = record.case_number.clone();
            let queue = script.cases.get_mut(&case).unwrap();
            match record.result().as_str_name() {
                "DELIVERY_RESULT_ACCEPTED" => drop(queue.pop_front()),
                // A dead letter holds its case back.
                "DELIVERY_RESULT_REFUSED" => queue.clear(),
                _ => {}
            }
            if record.result().as_str_name() != "DELIVERY_RESULT_ACCEPTED" || queue.is_empty() {
                script.leased.remove(&case);
            }
            script.records.push(record);
        }
        self.saw();
        self.due.notify_one();
        Ok(tonic::Response::new(RecordDeliveryResponse {}))
    }

    async fn get_delivery_state(
        &self,
        _: tonic::Request<GetDeliveryStateRequest>,
    ) -> Result<tonic::Response<GetDeliveryStateResponse>, Status> {
        Err(Status::permission_denied("not for a gateway"))
    }

    async fn replay_delivery(
        &self,
        _: tonic::Request<ReplayDeliveryRequest>,
    ) -> Result<tonic::Response<ReplayDeliveryResponse>, Status> {
        Err(Status::permission_denied("not for a gateway"))
    }

    async fn skip_delivery(
        &self,
        _: tonic::Request<SkipDeliveryRequest>,
    ) -> Result<tonic::Response<SkipDeliveryResponse>, Status> {
        Err(Status::permission_denied("not for a gateway"))
    }
}

/// A refusal as the core makes it.
pub fn refusal(code: Code, siaga_code: &str) -> Status {
    let detail = ErrorDetail { code: siaga_code.into(), message_en: "Refused.".into(), ..Default::default() };
    with_detail(code, &detail)
}

fn with_detail(code: Code, detail: &ErrorDetail) -> Status {
    let mut status = Status::new(code, "Ditolak.");
    status.metadata_mut().insert("siaga-error-code", detail.code.parse().unwrap());
    status.metadata_mut().insert_bin("siaga-error-detail-bin", MetadataValue::from_bytes(&detail.encode_to_vec()));
    status
}

/// Every RPC of every other service: noted, and answered as the story says.
async fn any_command(core: Core, request: Request) -> Response {
    let rpc = request.uri().path().to_owned();
    let credential = credential(&MetadataMap::from_headers(request.headers().clone()));
    let body = request.into_body().collect().await.unwrap().to_bytes().slice(5..);
    let reply = {
        let mut script = core.script();
        script.calls.push(Call { rpc, credential, body });
        let always = script.always.clone();
        script.replies.pop_front().unwrap_or(always)
    };
    core.saw();
    match reply {
        Reply::Ok => answer(),
        Reply::Refuse(code, detail) => with_detail(code, &detail).into_http(),
        Reply::Down => Status::unavailable("nobody there").into_http(),
        Reply::Hang => std::future::pending().await,
    }
}

/// All replies of commands begin with the same field.
fn answer() -> Response {
    let changed = Changed { id: "changed".into(), version: 77 };
    let message = AcknowledgeAssignmentResponse { changed: Some(changed) }.encode_to_vec();
    let mut bytes = vec![0];
    bytes.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    bytes.extend(message);
    let mut trailers = http::HeaderMap::new();
    trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
    let frames = [Ok::<_, std::convert::Infallible>(Frame::data(Bytes::from(bytes))), Ok(Frame::trailers(trailers))];
    let body = Body::new(StreamBody::new(tokio_stream::iter(frames)));
    Response::builder().header("content-type", "application/grpc").body(body).unwrap()
}
