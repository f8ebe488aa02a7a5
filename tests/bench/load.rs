//! What a caller of the real binary waits for.

use crate::Times;
use futures_util::{SinkExt, StreamExt};
use siaga_proto::v1;
use siaga_tests::sign_in;
use std::time::Instant;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

/// Incidents that all callers of a step open together.
const INCIDENTS: usize = 6_400;
/// The fewest of one caller.
const INCIDENTS_OF_ONE: usize = 500;
/// Dispatches measured, one after the other.
const DISPATCHES: usize = 200;

/// Opens incidents over gRPC with so many callers, each on a connection of its own.
pub(crate) async fn open_incidents(url: &str, callers: usize) -> Times {
    let each = if callers == 1 { INCIDENTS_OF_ONE } else { INCIDENTS / callers };
    let mut desks = Vec::new();
    let first = sign_in(url, "operator1").await;
    for _ in 0..callers {
        let channel = tonic::transport::Channel::from_shared(url.to_owned()).unwrap().connect().await.unwrap();
        desks.push(siaga_tests::clients::with_token(channel, first.token.clone(), first.account.clone()));
    }
    let started = Instant::now();
    let tasks: Vec<_> = desks
        .into_iter()
        .map(|mut desk| {
            tokio::spawn(async move {
                let mut times = Vec::with_capacity(each);
                for _ in 0..each {
                    let sent = Instant::now();
                    desk.open("kebakaran-bangunan", "Rumah terbakar di dekat pasar, api dari dapur").await;
                    times.push(sent.elapsed().as_secs_f64() * 1e3);
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    Times::new(times, started.elapsed().as_secs_f64())
}

/// From the operator's dispatch command, sent, to the frame with the assignment at the agency.
pub(crate) async fn dispatch_to_frame(url: &str) -> Times {
    let mut operator = sign_in(url, "operator1").await;
    let agency = sign_in(url, "damkar").await;
    let mut request = format!("{}/ws", url.replacen("http", "ws", 1)).into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {}", agency.token).parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let hello = v1::client_frame::Frame::Hello(v1::Hello { client: "bench".into(), ..Default::default() });
    let hello = serde_json::to_string(&v1::ClientFrame { frame: Some(hello) }).unwrap();
    socket.send(Message::text(hello)).await.unwrap();
    loop {
        let frame = next_frame(&mut socket).await;
        if matches!(&frame.frame, Some(v1::server_frame::Frame::Snapshot(snapshot)) if snapshot.last) {
            break;
        }
    }
    let started = Instant::now();
    let mut times = Vec::with_capacity(DISPATCHES);
    for _ in 0..DISPATCHES {
        let (incident_id, _) = operator.open("kebakaran-bangunan", "Rumah terbakar").await;
        let sent = Instant::now();
        let (mut desk, dispatched_id) = (operator.clone(), incident_id.clone());
        let dispatched = tokio::spawn(async move { desk.dispatch(&dispatched_id, &["damkar"]).await });
        let arrived = loop {
            let frame = next_frame(&mut socket).await;
            let Some(v1::server_frame::Frame::Change(change)) = frame.frame else { continue };
            // Earlier cases' assignments may be told again meanwhile.
            if let Some(v1::entity::Value::Assignment(view)) = change.entity.and_then(|entity| entity.value)
                && view.incident_id == incident_id
            {
                break (view.id, sent.elapsed());
            }
        };
        let assignments = dispatched.await.unwrap();
        assert!(assignments.contains(&arrived.0), "a frame of another dispatch");
        times.push(arrived.1.as_secs_f64() * 1e3);
    }
    Times::new(times, started.elapsed().as_secs_f64())
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// The next frame; a heartbeat goes back for each, so that the session stays.
async fn next_frame(socket: &mut Socket) -> v1::ServerFrame {
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Text(text) => {
                let beat = v1::client_frame::Frame::Heartbeat(v1::Heartbeat { sequence: 1 });
                let beat = serde_json::to_string(&v1::ClientFrame { frame: Some(beat) }).unwrap();
                let frame: v1::ServerFrame = serde_json::from_str(&text).unwrap();
                if !matches!(frame.frame, Some(v1::server_frame::Frame::Heartbeat(_))) {
                    socket.send(Message::text(beat)).await.unwrap();
                    return frame;
                }
            }
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("the agency's connection ended: {other:?}"),
        }
    }
}
