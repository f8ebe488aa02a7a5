//! Delivery to the data hub: in order, for ever, and never in anybody's way.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use siaga_gateway::{AllowedOrigins, GatewayError, GatewayOptions, GatewayState, HubOptions, Limits};
use siaga_proto::v1::{Delivery, DeliveryResult};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

use crate::support::{Core, Gateway, NOW_MS, call_entity, client::at, connect_as, gateway_with, soon};

const KEYS: [&[u8]; 2] = [b"the new key, 24 bytes xx", b"the old key, 24 bytes xx"];

#[derive(Clone)]
enum Says {
    Status(u16, &'static str),
    Nothing,
}

/// A delivery as the hub got it.
#[derive(Clone)]
struct Got {
    headers: HeaderMap,
    body: String,
}

/// A hub that says what the story says, and otherwise 202.
#[derive(Clone)]
struct Hub {
    address: SocketAddr,
    says: Arc<Mutex<VecDeque<Says>>>,
    got: watch::Sender<Vec<Got>>,
    at_once: watch::Sender<(usize, usize)>,
    /// While set, every answer waits.
    hold: Arc<Mutex<Option<Arc<Notify>>>>,
}

impl Hub {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hub = Self {
            address: listener.local_addr().unwrap(),
            says: Arc::default(),
            got: watch::Sender::new(vec![]),
            at_once: watch::Sender::new((0, 0)),
            hold: Arc::default(),
        };
        let taking = hub.clone();
        let handler = move |request: Request| taking.clone().take(request);
        let app = axum::Router::new().route("/hub/events", axum::routing::post(handler));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        hub
    }

    async fn take(self, request: Request) -> Response {
        let headers = request.headers().clone();
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        self.got.send_modify(|got| got.push(Got { headers, body }));
        self.at_once.send_modify(|(now, most)| {
            *now += 1;
            *most = (*most).max(*now);
        });
        let hold = self.hold.lock().unwrap().clone();
        if let Some(hold) = hold {
            hold.notified().await;
        }
        let says = self.says.lock().unwrap().pop_front().unwrap_or(Says::Status(202, "{}"));
        self.at_once.send_modify(|(now, _)| *now -= 1);
        match says {
            Says::Status(status, body) => {
                Response::builder().status(StatusCode::from_u16(status).unwrap()).body(Body::from(body)).unwrap()
            }
            Says::Nothing => std::future::pending().await,
        }
    }

    fn says(&self, answers: impl IntoIterator<Item = Says>) {
        self.says.lock().unwrap().extend(answers);
    }

    async fn bodies(&self, count: usize) -> Vec<String> {
        let mut got = self.got.subscribe();
        let got = soon("the hub gets it", got.wait_for(|got| got.len() >= count)).await.unwrap();
        got.iter().map(|one| one.body.clone()).collect()
    }
}

fn options(core: &Core, hub: &Hub) -> HubOptions {
    HubOptions {
        url: format!("http://{}/", hub.address),
        keys: KEYS.iter().map(|key| format!("whsec_{}", STANDARD.encode(key))).collect(),
        client: reqwest::Client::new(),
        channel: core.channel(),
        timeout_ms: 500,
        cases_at_once: 4,
        lease_wait_ms: 1_000,
    }
}

async fn deliver(core: &Core, hub: &Hub) -> Gateway {
    gateway_with(core, Limits::default(), Some(options(core, hub))).await
}

fn delivery(case: &str, sequence: u64) -> Delivery {
    Delivery {
        case_number: case.into(),
        sequence,
        position: 100 + sequence,
        mark: 200 + 2 * sequence,
        body: format!("{case} {sequence}").into(),
        event_id: format!("{case}:{sequence}"),
    }
}

#[tokio::test]
async fn a_delivery_is_signed_with_every_key_and_recorded() {
    let (core, hub) = (Core::start().await, Hub::start().await);
    core.due([delivery("SKW-1", 1)]);
    let _gateway = deliver(&core, &hub).await;
    let record = core.records(1).await.remove(0);
    assert_eq!(record.result(), DeliveryResult::Accepted);
    assert_eq!((record.case_number.as_str(), record.sequence, record.position), ("SKW-1", 1, 101));
    assert_eq!(record.answered_at.unwrap().seconds, NOW_MS / 1_000);
    let got = hub.got.borrow()[0].clone();
    assert_eq!(got.headers["content-type"], "application/cloudevents+json");
    assert_eq!(got.headers["webhook-id"], "SKW-1:1");
    let timestamp = (NOW_MS / 1_000).to_string();
    assert_eq!(got.headers["webhook-timestamp"], timestamp.as_str());
    let expected: Vec<String> = KEYS
        .iter()
        .map(|key| {
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
            mac.update(format!("SKW-1:1.{timestamp}.SKW-1 1").as_bytes());
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        })
        .collect();
    assert_eq!(got.headers["webhook-signature"], expected.join(" ").as_str());
}

#[tokio::test]
async fn what_the_hub_cannot_take_now_comes_again_until_it_has_it() {
    let (core, hub) = (Core::start().await, Hub::start().await);
    let busy = [500, 401, 425, 429, 503].map(|status| Says::Status(status, "later"));
    hub.says(busy.into_iter().chain([Says::Nothing, Says::Status(200, r#"{"answer":"already_have_it"}"#)]));
    core.due([delivery("SKW-1", 1), delivery("SKW-1", 2)]);
    let _gateway = deliver(&core, &hub).await;
    let records = core.records(8).await;
    for record in &records[..6] {
        assert_eq!((record.result(), record.sequence), (DeliveryResult::Unreachable, 1));
    }
    assert_eq!(records[0].detail, "500 later");
    assert_eq!(records[5].detail, "no answer within 500 ms");
    assert_eq!((records[6].result(), records[6].sequence), (DeliveryResult::Accepted, 1));
    assert_eq!((records[7].result(), records[7].sequence), (DeliveryResult::Accepted, 2));
    let bodies = hub.bodies(8).await;
    assert_eq!(bodies[..7], ["SKW-1 1"; 7]);
    assert_eq!(bodies[7], "SKW-1 2");
}

#[tokio::test]
async fn a_hub_that_is_not_there_is_unreachable_and_shows_no_address() {
    let (core, hub) = (Core::start().await, Hub::start().await);
    let mut nowhere = options(&core, &hub);
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    nowhere.url = format!("http://user:secret@{}", free.local_addr().unwrap());
    drop(free);
    core.due([delivery("SKW-1", 1)]);
    let _gateway = gateway_with(&core, Limits::default(), Some(nowhere)).await;
    let record = core.records(1).await.remove(0);
    assert_eq!(record.result(), DeliveryResult::Unreachable);
    assert!(record.detail.starts_with("no answer") && !record.detail.contains("secret"), "{}", record.detail);
}

#[tokio::test]
async fn a_refusal_holds_back_its_own_case_only() {
    for status in [400, 409, 413, 422] {
        let (core, hub) = (Core::start().await, Hub::start().await);
        hub.says([Says::Status(status, "SIAGA-5007:   never\n this one")]);
        core.due([delivery("SKW-1", 1), delivery("SKW-1", 2)]);
        let _gateway = deliver(&core, &hub).await;
        let record = core.records(1).await.remove(0);
        assert_eq!(record.result(), DeliveryResult::Refused);
        assert_eq!(record.detail, format!("{status} SIAGA-5007: never this one"));
        core.due([delivery("SKW-2", 1)]);
        let records = core.records(2).await;
        assert_eq!((records[1].case_number.as_str(), records[1].result()), ("SKW-2", DeliveryResult::Accepted));
        assert_eq!(hub.bodies(2).await, ["SKW-1 1", "SKW-2 1"]);
    }
}

#[tokio::test]
async fn each_case_keeps_its_order_while_several_go_at_once() {
    let (core, hub) = (Core::start().await, Hub::start().await);
    let hold = Arc::new(Notify::new());
    *hub.hold.lock().unwrap() = Some(Arc::clone(&hold));
    let cases: Vec<String> = (0..10).map(|case| format!("SKW-{case}")).collect();
    for case in &cases {
        core.due((1..=5).map(|sequence| delivery(case, sequence)));
    }
    let mut patient = options(&core, &hub);
    patient.timeout_ms = 20_000;
    let _gateway = gateway_with(&core, Limits::default(), Some(patient)).await;
    // Four are at the hub before the first is answered, and never more.
    soon("four at once", hub.at_once.subscribe().wait_for(|(now, _)| *now == 4)).await.unwrap();
    *hub.hold.lock().unwrap() = None;
    hold.notify_waiters();
    core.records(50).await;
    assert_eq!(hub.at_once.borrow().1, 4);
    let bodies = hub.bodies(50).await;
    assert_eq!(bodies.len(), 50, "each once");
    for case in &cases {
        let prefix = format!("{case} ");
        let sequences: Vec<&str> = bodies.iter().filter_map(|body| body.strip_prefix(&prefix)).collect();
        assert_eq!(sequences, ["1", "2", "3", "4", "5"], "{case}");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_recorded_is_told_again() {
    let (core, hub) = (Core::start().await, Hub::start().await);
    core.refuse_records(2);
    core.due([delivery("SKW-1", 1), delivery("SKW-1", 2)]);
    let _gateway = deliver(&core, &hub).await;
    let records = core.records(2).await;
    assert_eq!([records[0].sequence, records[1].sequence], [1, 2]);
    assert_eq!(hub.bodies(2).await, ["SKW-1 1", "SKW-1 2"], "the hub was not asked again");
}

#[tokio::test]
async fn a_hub_that_lacks_an_earlier_message_says_which_and_the_case_stops_there() {
    let (core, hub) = (Core::start().await, Hub::start().await);
    let gap = r#"{ "code": "SIAGA-5011",
        "expected_sequence": "3" }"#;
    hub.says([Says::Status(425, gap)]);
    core.due([delivery("SKW-1", 7), delivery("SKW-1", 8)]);
    let _gateway = deliver(&core, &hub).await;
    let record = core.records(1).await.remove(0);
    assert_eq!((record.result(), record.expected_sequence), (DeliveryResult::OutOfOrder, 3));
    assert_eq!((record.sequence, record.mark), (7, 214));
    let bodies = hub.bodies(2).await;
    assert_eq!(bodies[..2], ["SKW-1 7"; 2], "the next one is not sent before the core has decided");
}

/// A hub that writes what it likes on the connection, one script a connection and then nothing.
async fn scripted_hub(scripts: Vec<Vec<&'static str>>) -> SocketAddr {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut scripts = scripts.into_iter();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let answers = scripts.next().unwrap_or_default();
            tokio::spawn(async move {
                let mut answers = answers.into_iter();
                let mut read = Vec::new();
                let mut buffer = [0; 4096];
                while let Ok(1..) = stream.read(&mut buffer).await.inspect(|size| read.extend(&buffer[..*size])) {
                    // A body of these tests ends with the sequence number, after the empty line.
                    let text = String::from_utf8_lossy(&read).into_owned();
                    let whole = text.split_once("\r\n\r\n").is_some_and(|(_, body)| body.starts_with("SKW-1 "));
                    if !whole {
                        continue;
                    }
                    read.clear();
                    if let Some(answer) = answers.next() {
                        stream.write_all(answer.as_bytes()).await.unwrap();
                    }
                }
            });
        }
    });
    address
}

async fn deliver_to(core: &Core, hub: &Hub, address: SocketAddr) -> Gateway {
    let mut options = options(core, hub);
    options.url = format!("http://{address}");
    gateway_with(core, Limits::default(), Some(options)).await
}

#[tokio::test]
async fn an_answer_given_twice_counts_for_one_delivery_only() {
    let (core, hub) = (Core::start().await, Hub::start().await);
    let twice =
        "HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\n{}";
    let refusal = "HTTP/1.1 422 Unprocessable\r\ncontent-length: 2\r\n\r\n{}";
    // Whether the second delivery comes on the same connection or on a new one, it is refused.
    let address = scripted_hub(vec![vec![twice, refusal], vec![refusal]]).await;
    core.due([delivery("SKW-1", 1), delivery("SKW-1", 2)]);
    let _gateway = deliver_to(&core, &hub, address).await;
    let records = core.records(2).await;
    assert_eq!((records[0].sequence, records[0].result()), (1, DeliveryResult::Accepted));
    assert_eq!((records[1].sequence, records[1].result()), (2, DeliveryResult::Refused), "the rest is no answer to it");
}

#[tokio::test]
async fn a_hub_that_stops_in_the_middle_of_its_answer_is_believed_by_its_status() {
    let (core, hub) = (Core::start().await, Hub::start().await);
    let cut_words = "HTTP/1.1 202 Accepted\r\ncontent-length: 1000\r\n\r\n{";
    let cut_head = "HTTP/1.1 202 Acc";
    let address = scripted_hub(vec![vec![cut_head], vec![cut_words], vec![cut_words]]).await;
    core.due([delivery("SKW-1", 1)]);
    let _gateway = deliver_to(&core, &hub, address).await;
    let records = core.records(2).await;
    assert_eq!(
        (records[0].result(), records[0].detail.as_str()),
        (DeliveryResult::Unreachable, "no answer within 500 ms")
    );
    assert_eq!((records[1].sequence, records[1].result()), (1, DeliveryResult::Accepted));
}

#[tokio::test]
async fn sessions_do_not_notice_a_hub_that_hangs() {
    let (core, hub) = (Core::start().await, Hub::start().await);
    hub.says(std::iter::repeat_n(Says::Nothing, 100));
    for case in 0..20 {
        core.due([delivery(&format!("SKW-{case}"), 1)]);
    }
    let gateway = deliver(&core, &hub).await;
    hub.bodies(4).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    for position in 11..=60 {
        core.change(position, "agency:damkar", call_entity("a", position, "1"));
        assert_eq!(client.change().await.0, at("a", position));
    }
    client.is_alive().await;
}

#[tokio::test]
async fn what_cannot_work_is_said_at_the_start() {
    let (core, hub) = (Core::start().await, Hub::start().await);
    let start = |token: &str, change: fn(&mut HubOptions)| {
        let mut hub = options(&core, &hub);
        change(&mut hub);
        GatewayState::new(GatewayOptions {
            channel: core.channel(),
            gateway_id: "g".into(),
            token: token.into(),
            limits: Limits::default(),
            origins: AllowedOrigins::default(),
            clock: Arc::new(|| NOW_MS),
            hub: Some(hub),
        })
    };
    assert!(start("t", |_| {}).is_ok());
    assert!(matches!(start("a\nb", |_| {}), Err(GatewayError::Token)));
    assert!(matches!(start("t", |hub| hub.url = "no url".into()), Err(GatewayError::HubUrl(_))));
    assert!(matches!(start("t", |hub| hub.keys.clear()), Err(GatewayError::NoHubKey)));
    let Err(error) = start("t", |hub| hub.keys[1] = "geheim".into()) else { panic!("it was taken") };
    assert_eq!(error.to_string(), "hub key 2: a webhook key begins with \"whsec_\"");
}
