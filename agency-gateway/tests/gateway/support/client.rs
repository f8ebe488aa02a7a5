//! A WebSocket client as a stranger would write it.

use futures_util::{SinkExt as _, StreamExt as _};
use http::Request;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Gateway, soon};

pub struct Client {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// The upgrade with these headers.
pub async fn connect(gateway: &Gateway, headers: &[(&'static str, &str)]) -> Result<Client, Error> {
    let mut request: Request<()> = format!("ws://{}/ws", gateway.address).into_client_request()?;
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let (socket, _) = soon("the upgrade is answered", connect_async(request)).await?;
    Ok(Client { socket })
}

/// The status and code that an upgrade is refused with.
pub async fn refused(gateway: &Gateway, headers: &[(&'static str, &str)]) -> (u16, String) {
    let Err(Error::Http(response)) = connect(gateway, headers).await else { panic!("it was not refused") };
    let body: Value = serde_json::from_slice(response.body().as_deref().unwrap_or_default()).unwrap_or_default();
    (response.status().as_u16(), body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

/// A machine that is connected and has not said Hello.
pub async fn dial(gateway: &Gateway, account: &str) -> Client {
    connect(gateway, &[("authorization", &format!("Bearer {account}"))]).await.unwrap()
}

/// A machine that follows an audience; returns with its Welcome read.
pub async fn connect_as(gateway: &Gateway, account: &str, audience: &str) -> Client {
    let mut client = dial(gateway, account).await;
    let welcome = client.hello(audience, "").await;
    assert_eq!(welcome["resumed"], Value::Null);
    client
}

impl Client {
    pub async fn send(&mut self, frame: Value) {
        self.socket.send(Message::Text(frame.to_string().into())).await.unwrap();
    }

    /// Says Hello, returns the Welcome.
    pub async fn hello(&mut self, audience: &str, cursor: &str) -> Value {
        self.send(json!({"hello": {"audience": audience, "cursor": cursor, "client": "story"}})).await;
        let frame = self.next().await;
        assert!(frame["welcome"].is_object(), "{frame}");
        frame["welcome"].clone()
    }

    /// The next frame.
    pub async fn next(&mut self) -> Value {
        loop {
            match soon("a frame comes", self.socket.next()).await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no frame but {other:?}"),
            }
        }
    }

    /// The next frame of a kind; heartbeats in between are passed over, nothing else.
    pub async fn expect(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["heartbeat"].is_object() && kind != "heartbeat" {
                continue;
            }
            assert!(frame[kind].is_object(), "expected {kind}, got {frame}");
            return frame[kind].clone();
        }
    }

    /// The whole snapshot: keys with positions, and its cursor.
    pub async fn snapshot(&mut self) -> (Vec<(String, String)>, String) {
        let mut entities = Vec::new();
        loop {
            let part = self.expect("snapshot").await;
            entities.extend(part["entities"].as_array().into_iter().flatten().map(place));
            if part["last"] == true {
                return (entities, part["cursor"].as_str().unwrap().to_owned());
            }
            assert_eq!(part["cursor"], Value::Null, "a part is no place to go on from");
        }
    }

    /// The next change: its entity's key and position, and its cursor.
    pub async fn change(&mut self) -> ((String, String), String) {
        let change = self.expect("change").await;
        (place(&change["entity"]), change["cursor"].as_str().unwrap().to_owned())
    }

    /// Reads to the end: the frames that still come, and the close code if one was sent.
    pub async fn end(&mut self) -> (Vec<Value>, Option<u16>) {
        let mut frames = Vec::new();
        loop {
            match soon("the connection ends", self.socket.next()).await {
                Some(Ok(Message::Text(text))) => frames.push(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => return (frames, frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return (frames, None),
            }
        }
    }

    /// Shows that the connection lives: a heartbeat is answered.
    pub async fn is_alive(&mut self) {
        self.send(json!({"heartbeat": {"sequence": "4242"}})).await;
        while self.expect("heartbeat").await["sequence"] != "4242" {}
    }
}

fn place(entity: &Value) -> (String, String) {
    (entity["key"].as_str().unwrap().to_owned(), entity["position"].as_str().unwrap().to_owned())
}

/// A key with a position, as [`Client::change`] and [`Client::snapshot`] give it.
pub fn at(key: &str, position: u64) -> (String, String) {
    (format!("call:{key}"), position.to_string())
}

impl Client {
    /// A fresh snapshot in the middle of a session; the feed's ups and downs before it are passed over.
    pub async fn snapshot_after_feed_state(&mut self) -> (Vec<(String, String)>, String) {
        loop {
            let frame = self.next().await;
            if frame["feedState"].is_object() || frame["heartbeat"].is_object() {
                continue;
            }
            let part = &frame["snapshot"];
            assert!(part["last"] == true, "one part: {frame}");
            let entities = part["entities"].as_array().into_iter().flatten().map(place).collect();
            return (entities, part["cursor"].as_str().unwrap().to_owned());
        }
    }

    /// This change; the feed's ups and downs, and repeated snapshots, before it are passed over.
    pub async fn expect_change_after_states(&mut self, expected: (String, String)) {
        loop {
            let frame = self.next().await;
            if frame["change"].is_object() {
                assert_eq!(place(&frame["change"]["entity"]), expected);
                return;
            }
            assert!(frame["feedState"].is_object() || frame["snapshot"].is_object(), "{frame}");
        }
    }
}
