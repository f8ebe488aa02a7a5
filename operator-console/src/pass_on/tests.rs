use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Mutex;

use axum::Router;
use axum::body::Body;
use axum::routing::any;
use http::{HeaderMap, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// Serves a router on a port of its own.
async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// Gateways, each asked once in this order.
struct InTurn(Mutex<VecDeque<SocketAddr>>);

#[async_trait]
impl Dial for InTurn {
    async fn dial(&self) -> io::Result<Box<dyn Wire>> {
        let next = self.0.lock().unwrap().pop_front().ok_or(io::ErrorKind::NotConnected)?;
        Ok(Box::new(TcpStream::connect(next).await?))
    }

    fn addresses(&self) -> usize {
        2
    }
}

async fn console(gateways: &[SocketAddr]) -> SocketAddr {
    let gateways = InTurn(Mutex::new(gateways.iter().copied().collect()));
    serve(crate::router(PassOn::default().to_gateways(Arc::new(gateways), 8))).await
}

/// Takes the session, says which host and cookie came, and then echoes.
async fn echo(mut request: Request) -> Response {
    let headers = request.headers().clone();
    let word = |name: &str| headers.get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
    let hello = format!("{} {} {}|", word("host"), word("origin"), word("cookie"));
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let mut wire = TokioIo::new(upgraded.await.unwrap());
        wire.write_all(hello.as_bytes()).await.unwrap();
        let mut bytes = [0; 64];
        while let Ok(read @ 1..) = wire.read(&mut bytes).await {
            wire.write_all(&bytes[..read]).await.unwrap();
        }
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    response.headers_mut().insert("connection", "upgrade".parse().unwrap());
    response.headers_mut().insert("upgrade", "websocket".parse().unwrap());
    response
}

/// Asks for a session as a browser does, and reads until the text ends with this.
async fn ask(console: SocketAddr, until: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(console).await.unwrap();
    let request = "GET /ws HTTP/1.1\r\nhost: siaga.example\r\norigin: https://siaga.example\r\ncookie: a=b\r\n\
                   connection: keep-alive, Upgrade\r\nupgrade: websocket\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = read_until(&mut stream, until).await;
    (stream, answer)
}

async fn read_until(stream: &mut TcpStream, until: &str) -> String {
    let mut text = String::new();
    let mut bytes = [0; 256];
    while !text.ends_with(until) {
        let read = stream.read(&mut bytes).await.unwrap();
        assert!(read > 0, "ended with {text}");
        text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    text
}

#[tokio::test]
async fn a_session_goes_to_the_gateway_that_has_room_as_the_browser_sent_it() {
    let full = serve(Router::new().route("/ws", any(|| async { StatusCode::SERVICE_UNAVAILABLE }))).await;
    let room = serve(Router::new().route("/ws", any(echo))).await;
    let (mut stream, answer) = ask(console(&[full, room]).await, "|").await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nsiaga.example https://siaga.example a=b|"), "{answer}");
    stream.write_all(b"halo!").await.unwrap();
    assert_eq!(read_until(&mut stream, "!").await, "halo!");
}

#[tokio::test]
async fn a_gateways_own_refusal_is_passed_on_and_none_at_all_has_a_code() {
    let strict = serve(Router::new().route("/ws", any(|| async { (StatusCode::FORBIDDEN, "asal|") }))).await;
    let (_, answer) = ask(console(&[strict]).await, "|").await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    let (_, answer) = ask(console(&[]).await, "}}").await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("SIAGA-1952"), "{answer}");
    assert!(answer.contains("messageId") && answer.contains("retry-after: 1"), "{answer}");
}

#[test]
fn what_is_between_neighbours_is_not_passed_on() {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("connection", "close, X-Hop"),
        ("x-hop", "1"),
        ("keep-alive", "5"),
        ("transfer-encoding", "chunked"),
        ("te", "trailers"),
        ("authorization", "Bearer x"),
        ("x-forwarded-for", "192.0.2.7"),
    ] {
        headers.append(name, value.parse().unwrap());
    }
    strip(&mut headers);
    let mut left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
    left.sort_unstable();
    assert_eq!(left, ["authorization", "te", "x-forwarded-for"]);
}
