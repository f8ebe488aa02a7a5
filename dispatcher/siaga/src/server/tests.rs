use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use axum::routing::get;
use http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Barrier, Notify};
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use super::health::{Check, Health};
use super::*;
use crate::config::Tls;

struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

fn start(mut config: Config, router: Router) -> Running {
    config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server::bind(&config).unwrap();
    let address = server.local_addr().unwrap();
    let stop = CancellationToken::new();
    let task = tokio::spawn(server.run(router, stop.clone()));
    Running { address, stop, task }
}

fn with_limits(change: impl FnOnce(&mut Limits)) -> Config {
    let mut config = Config::default();
    change(&mut config.limits);
    config
}

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" })).route("/panic", get(|| async { panic_now() }))
}

fn panic_now() -> &'static str {
    panic!("a bug")
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn http_1_and_2_are_answered_with_the_security_headers() {
    let running = start(Config::default(), hello());
    let url = format!("http://{}/", running.address);
    for client in [reqwest::Client::new(), reqwest::Client::builder().http2_prior_knowledge().build().unwrap()] {
        let response = client.get(&url).send().await.unwrap();
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert!(response.headers()["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
        assert!(response.headers().contains_key("referrer-policy"));
        // The crew's screen asks the phone where it is, and opens by a service worker of this origin.
        let allowed = response.headers()["permissions-policy"].to_str().unwrap();
        assert!(allowed.contains("geolocation=(self)") && allowed.contains("camera=(self)"), "{allowed}");
        let content = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(content.contains("worker-src 'self'") && content.contains("default-src 'self'"), "{content}");
        assert!(!response.headers().contains_key("strict-transport-security"));
        assert_eq!(response.text().await.unwrap(), "hello");
    }
    running.stop.cancel();
    running.task.await.unwrap();
}

#[tokio::test]
async fn a_panic_ends_only_its_own_request() {
    let running = start(Config::default(), hello());
    let client = reqwest::Client::new();
    let failed = client.get(format!("http://{}/panic", running.address)).send().await.unwrap();
    assert_eq!(failed.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let after = client.get(format!("http://{}/", running.address)).send().await.unwrap();
    assert_eq!(after.status(), StatusCode::OK);
}

#[tokio::test]
async fn one_connection_carries_more_than_two_hundred_streams() {
    const STREAMS: usize = 300;
    // Nobody gets an answer before all have arrived, so fewer streams at once would hang.
    let all_here = Arc::new(Barrier::new(STREAMS));
    let router = Router::new().route(
        "/wait",
        get(move || {
            let all_here = Arc::clone(&all_here);
            async move {
                all_here.wait().await;
            }
        }),
    );
    let running = start(Config::default(), router);
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let requests = (0..STREAMS).map(|_| client.get(format!("http://{}/wait", running.address)).send());
    for response in futures_util::future::join_all(requests).await {
        assert_eq!(response.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn a_connection_over_the_limit_is_told_so() {
    let running = start(with_limits(|limits| limits.connections = 1), hello());
    let mut first = TcpStream::connect(running.address).await.unwrap();
    first.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(first.read_u8().await.is_ok(), "the first one is served");
    let mut second = TcpStream::connect(running.address).await.unwrap();
    let answer = read_all(&mut second).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("server full"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(answer.contains(&format!("content-length: {}\r\n", body.len())), "{answer}");
}

#[tokio::test]
async fn a_client_that_never_finishes_its_request_is_cut_off() {
    let running = start(with_limits(|limits| limits.header_timeout_ms = 100), hello());
    let mut slow = TcpStream::connect(running.address).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
    // Ends only because the server closes.
    read_all(&mut slow).await;
}

#[tokio::test]
async fn stopping_lets_requests_end_and_takes_no_new_ones() {
    let (arrived, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&arrived), Arc::clone(&finish));
    let router = Router::new().route(
        "/slow",
        get(move || async move {
            tell.notify_one();
            wait.notified().await;
            "done"
        }),
    );
    let running = start(Config::default(), router);
    let url = format!("http://{}/slow", running.address);
    let request = tokio::spawn(async move { reqwest::get(url).await.unwrap().text().await.unwrap() });
    arrived.notified().await;
    running.stop.cancel();
    // The listener closes while the request is still at work.
    while TcpStream::connect(running.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!request.is_finished());
    finish.notify_one();
    assert_eq!(request.await.unwrap(), "done");
    running.task.await.unwrap();
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let arrived = Arc::new(Notify::new());
    let tell = Arc::clone(&arrived);
    let router = Router::new().route(
        "/endless",
        get(move || async move {
            tell.notify_one();
            std::future::pending::<()>().await;
        }),
    );
    let running = start(with_limits(|limits| limits.shutdown_s = 1), router);
    let url = format!("http://{}/endless", running.address);
    let request = tokio::spawn(reqwest::get(url));
    arrived.notified().await;
    running.stop.cancel();
    running.task.await.unwrap();
    assert!(request.await.unwrap().is_err());
}

#[tokio::test]
async fn tls_is_served_with_http_2_offered() {
    let folder = tempfile::tempdir().unwrap();
    let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let tls = Tls { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    std::fs::write(&tls.certificate, pair.cert.pem()).unwrap();
    std::fs::write(&tls.key, pair.signing_key.serialize_pem()).unwrap();
    let running = start(Config { tls: Some(tls), ..Config::default() }, hello());

    let mut roots = rustls::RootCertStore::empty();
    roots.add(pair.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    let stream = TcpStream::connect(running.address).await.unwrap();
    let mut stream = connector.connect("localhost".try_into().unwrap(), stream).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"), "{answer}");
    assert!(answer.contains("strict-transport-security"), "{answer}");
    // A client that speaks no TLS is turned away, and the next one is served.
    let mut plain = TcpStream::connect(running.address).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    plain.read_to_end(&mut rest).await.unwrap();
}

#[tokio::test]
async fn a_taken_port_is_explained() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = Config { listen: taken.local_addr().unwrap(), ..Config::default() };
    let error = Server::bind(&config).err().unwrap().to_string();
    assert!(error.contains("another program has this port"), "{error}");
}

struct Fixed(&'static str, Health);

#[async_trait]
impl Check for Fixed {
    fn name(&self) -> &'static str {
        self.0
    }

    async fn check(&self) -> Health {
        self.1.clone()
    }
}

async fn ask(router: Router, path: &str, client: Option<&str>) -> (StatusCode, String) {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = path.parse().unwrap();
    if let Some(client) = client {
        request.extensions_mut().insert(ClientAddress(client.parse().unwrap()));
    }
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn readiness_names_each_part() {
    let fine: Arc<dyn Check> = Arc::new(Fixed("store", Health::Ok));
    let warned: Arc<dyn Check> = Arc::new(Fixed("hub", Health::Warn("unreachable".into())));
    let failed: Arc<dyn Check> = Arc::new(Fixed("disk", Health::Failed("full".into())));
    let (status, body) = ask(health::router(vec![Arc::clone(&fine), Arc::clone(&warned)]), "/readyz", None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        body,
        r#"{"ready":true,"checks":[{"name":"store","state":"ok"},{"name":"hub","state":"warn","detail":"unreachable"}]}"#
    );
    let (status, body) = ask(health::router(vec![fine, failed]), "/readyz", None).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains(r#""ready":false"#) && body.contains("full"), "{body}");
    assert_eq!(ask(health::router(Vec::new()), "/healthz", None).await.0, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_does_not_answer_has_failed() {
    struct Stuck;
    #[async_trait]
    impl Check for Stuck {
        fn name(&self) -> &'static str {
            "stuck"
        }
        async fn check(&self) -> Health {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            Health::Ok
        }
    }
    let (status, body) = ask(health::router(vec![Arc::new(Stuck)]), "/readyz", None).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("no answer within 2 s"), "{body}");
}

#[tokio::test]
async fn metrics_are_for_this_machine_and_those_named() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let readers = vec!["192.0.2.9".parse().unwrap()];
    let router = metrics::router(recorder.handle(), readers);
    for (client, expected) in [
        (Some("127.0.0.1"), StatusCode::OK),
        (Some("192.0.2.9"), StatusCode::OK),
        (Some("192.0.2.10"), StatusCode::FORBIDDEN),
        (None, StatusCode::FORBIDDEN),
    ] {
        assert_eq!(ask(router.clone(), "/metrics", client).await.0, expected, "{client:?}");
    }
}
