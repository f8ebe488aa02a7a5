//! A tiny server for tests, which loses connections when it is told to.

use super::{Backoff, Credential, LiveOptions, ServerAddress};
use crate::agency_client::rpc::Sources;
use futures_util::{SinkExt, StreamExt};
use siaga_domain::{Clock, IdSource, Timestamp};
use siaga_proto::v1::{Change, ClientFrame, Entity, ServerFrame, Welcome, client_frame, server_frame::Frame};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
    },
};

struct Counted(AtomicU64);

impl Clock for Counted {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(1_790_000_000_000)
    }
}

impl IdSource for Counted {
    fn new_id(&self, _: Timestamp) -> uuid::Uuid {
        uuid::Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed)))
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

pub(crate) fn sources() -> Sources {
    Sources { clock: Arc::new(Counted(AtomicU64::new(0))), ids: Arc::new(Counted(AtomicU64::new(1))) }
}

pub(crate) fn options(port: u16) -> LiveOptions {
    LiveOptions {
        address: ServerAddress::parse(&format!("http://127.0.0.1:{port}"), None).unwrap(),
        credential: Credential::Token("rahasia".into()),
        audience: "agency:damkar".into(),
        cursor: String::new(),
        client: "test".into(),
        patience: Some(Duration::from_secs(20)),
        backoff: Backoff::new(Duration::from_millis(10), Duration::from_millis(40)),
        sources: sources(),
    }
}

/// One accepted connection of the fake server.
pub(crate) struct Peer(pub(crate) WebSocketStream<TcpStream>);

impl Peer {
    // The shape of the callback's error is the library's.
    #[allow(clippy::result_large_err)]
    pub(crate) async fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().await.unwrap();
        let check = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
            assert_eq!(request.uri().path(), "/ws");
            assert_eq!(request.headers()["authorization"], "Bearer rahasia");
            Ok(response)
        };
        Self(accept_hdr_async(stream, check).await.unwrap())
    }

    pub(crate) async fn send(&mut self, frame: Frame) {
        let json = serde_json::to_string(&ServerFrame { frame: Some(frame) }).unwrap();
        self.0.send(Message::text(json)).await.unwrap();
    }

    /// The next frame that is not a heartbeat.
    pub(crate) async fn hear(&mut self) -> client_frame::Frame {
        loop {
            let message = self.0.next().await.expect("a frame").unwrap();
            let frame: ClientFrame = serde_json::from_str(message.to_text().unwrap()).unwrap();
            match frame.frame.unwrap() {
                client_frame::Frame::Heartbeat(_) => {}
                frame => return frame,
            }
        }
    }

    /// Hears the hello, welcomes, and returns the cursor that was named.
    pub(crate) async fn welcome(&mut self, heartbeat_interval_ms: u32) -> String {
        let client_frame::Frame::Hello(hello) = self.hear().await else { panic!("hello comes first") };
        assert_eq!(hello.audience, "agency:damkar");
        let audience = hello.audience;
        self.send(Frame::Welcome(Welcome { heartbeat_interval_ms, audience, ..Welcome::default() })).await;
        hello.cursor
    }
}

pub(crate) fn change(key: &str, position: u64) -> Frame {
    let entity = Entity { key: key.into(), position, ..Entity::default() };
    Frame::Change(Change { cursor: format!("c{position}"), entity: Some(entity), server_time: None })
}
