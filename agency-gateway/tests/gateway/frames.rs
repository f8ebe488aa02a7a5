//! Bad frames of every kind: answered, never fatal, unless they do not end.

use futures_util::SinkExt as _;
use serde_json::{Value, json};
use siaga_gateway::Limits;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::support::client::{at, dial};
use crate::support::{Core, call_entity, connect_as, gateway, gateway_with};

fn text(bytes: impl Into<Vec<u8>>) -> Message {
    Message::Frame(Frame::message(bytes.into(), OpCode::Data(Data::Text), true))
}

#[tokio::test]
async fn every_bad_frame_gets_its_error_and_the_socket_lives_on() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    let large = format!(r#"{{"heartbeat":{{"sequence":"1"}}}}{}"#, " ".repeat(70_000));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let bad = [
        (text(""), "SIAGA-1803"),
        (text("halo"), "SIAGA-1803"),
        (text(r#"{"heartbeat":"#), "SIAGA-1803"),
        (text(r#"{"heartbeat":{}} {}"#), "SIAGA-1803"),
        (text(deep), "SIAGA-1804"),
        (text("[]"), "SIAGA-1804"),
        (text("null"), "SIAGA-1804"),
        (text("{}"), "SIAGA-1804"),
        (text(r#"{"unknownThing":{}}"#), "SIAGA-1804"),
        (text(r#"{"command":{}}"#), "SIAGA-1804"),
        (text(r#"{"command":{"closeIncident":{}}}"#), "SIAGA-1804"),
        (text(r#"{"heartbeat":{"sequence":-1}}"#), "SIAGA-1804"),
        (text(r#"{"receipt":{"assignmentId":7}}"#), "SIAGA-1804"),
        (text(br#"{"hello":{"client":""#.iter().chain(b"\xff\xfe\"}}").copied().collect::<Vec<_>>()), "SIAGA-1802"),
        (text(large), "SIAGA-1805"),
        (Message::Binary(br#"{"heartbeat":{"sequence":"1"}}"#.to_vec().into()), "SIAGA-1801"),
        (text(json!({"hello": {"audience": "board"}}).to_string()), "SIAGA-1807"),
    ];
    for (frame, code) in bad {
        let shown = format!("{frame:?}").chars().take(80).collect::<String>();
        client.socket.send(frame).await.unwrap();
        let error = client.expect("error").await;
        assert_eq!(error["code"], code, "{shown}: {error}");
        assert!(error["messageId"].is_string() && error["messageEn"].is_string());
    }
    client.is_alive().await;
    core.change(11, "agency:damkar", call_entity("a", 11, "1"));
    assert_eq!(client.change().await.0, at("a", 11));
}

#[tokio::test]
async fn a_message_in_fragments_with_a_ping_between_is_one_frame() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    let piece = |bytes: &[u8], code, last| Message::Frame(Frame::message(bytes.to_vec(), OpCode::Data(code), last));
    client.socket.send(piece(br#"{"heartbeat":{"sequ"#, Data::Text, false)).await.unwrap();
    client.socket.send(Message::Ping(b"x".to_vec().into())).await.unwrap();
    client.socket.send(piece(br#"ence":"9"}}"#, Data::Continue, true)).await.unwrap();
    assert_eq!(client.expect("heartbeat").await["sequence"], "9");
}

#[tokio::test]
async fn a_message_over_the_hard_limit_ends_the_connection() {
    let core = Core::start().await;
    let limits = Limits { frame_bytes: 1_000, frame_bytes_hard: 10_000, ..Limits::default() };
    let gateway = gateway_with(&core, limits, None).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    client.socket.send(text(" ".repeat(10_001))).await.unwrap();
    let (frames, code) = client.end().await;
    assert_eq!(frames.last().unwrap()["error"]["code"], "SIAGA-1805");
    assert_eq!(code, Some(1009));
}

#[tokio::test]
async fn a_client_that_sends_nothing_else_is_ended() {
    let core = Core::start().await;
    let limits = Limits { bad_frames_per_minute: 5, ..Limits::default() };
    let gateway = gateway_with(&core, limits, None).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    for _ in 0..6 {
        client.socket.send(text("x")).await.unwrap();
    }
    let (frames, code) = client.end().await;
    let codes: Vec<&Value> = frames.iter().map(|frame| &frame["error"]["code"]).collect();
    assert_eq!(codes, ["SIAGA-1803", "SIAGA-1803", "SIAGA-1803", "SIAGA-1803", "SIAGA-1803", "SIAGA-1806"]);
    assert_eq!(code, Some(1008));
}

#[tokio::test]
async fn before_hello_everything_else_is_refused_and_hello_still_counts() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    let mut client = dial(&gateway, "damkar").await;
    client.socket.send(text("x")).await.unwrap();
    assert_eq!(client.expect("error").await["code"], "SIAGA-1803");
    client.send(json!({"receipt": {"assignmentId": "as-1", "requestId": "r-1"}})).await;
    assert_eq!(client.expect("error").await["code"], "SIAGA-1807");
    client.hello("agency:damkar", "").await;
    client.snapshot().await;
    assert_eq!(core.views().len(), 1);
}

#[tokio::test]
async fn heartbeats_go_both_ways_and_silence_ends_the_session() {
    let core = Core::start().await;
    let limits = Limits { heartbeat_interval_ms: 100, hello_timeout_ms: 200, ..Limits::default() };
    let gateway = gateway_with(&core, limits, None).await;
    let mut silent = connect_as(&gateway, "damkar", "agency:damkar").await;
    let mut mute = dial(&gateway, "damkar").await;
    let mut talking = connect_as(&gateway, "psc", "agency:psc119").await;
    silent.snapshot().await;
    talking.snapshot().await;
    // It answers the server's questions and says nothing else.
    for _ in 0..6 {
        assert_eq!(talking.expect("heartbeat").await["sequence"], Value::Null);
        talking.send(json!({"heartbeat": {}})).await;
    }
    talking.is_alive().await;

    let (frames, code) = silent.end().await;
    assert_eq!(frames.last().unwrap()["error"]["code"], "SIAGA-1809");
    assert!(frames.len() > 1 && frames[0]["heartbeat"].is_object(), "it was asked first");
    assert_eq!(code, Some(1013));
    let (frames, code) = mute.end().await;
    assert_eq!(frames.last().unwrap()["error"]["code"], "SIAGA-1808");
    assert_eq!(code, Some(1008));
    core.presence_is(&[("agency:psc119", 1)]).await;
}
