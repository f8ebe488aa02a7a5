//! The client against a tiny server that loses connections.

use super::{
    fake::{Peer, change, options},
    *,
};
use futures_util::{SinkExt, StreamExt};
use siaga_proto::v1::{
    AcknowledgeAssignmentRequest, ClientFrame, Heartbeat, ReceiptConfirmed, SessionEnded, Snapshot, client_frame,
    command, server_frame::Frame,
};
use std::collections::VecDeque;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::{Message, protocol::CloseFrame};

async fn until<T>(client: &mut LiveClient, wanted: impl Fn(&LiveEvent) -> Option<T>) -> T {
    loop {
        let event = client.next().await.expect("the connection goes on");
        if let Some(found) = wanted(&event) {
            return found;
        }
    }
}

fn acknowledge(request_id: String) -> Command {
    let request = AcknowledgeAssignmentRequest { request_id, assignment_id: "a".into(), on_behalf: None };
    Command { command: Some(command::Command::AcknowledgeAssignment(request)) }
}

#[tokio::test]
async fn it_resumes_by_cursor_and_repeats_what_was_not_answered_with_the_same_ids() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = LiveClient::start(options(listener.local_addr().unwrap().port()));
    let handle = client.handle();

    let mut peer = Peer::accept(&listener).await;
    assert_eq!(peer.welcome(60_000).await, "");
    peer.send(Frame::Snapshot(Snapshot { entities: vec![], cursor: "c1".into(), last: true })).await;
    peer.send(change("assignment:a", 2)).await;
    until(&mut client, |event| {
        matches!(event, LiveEvent::Frame(frame) if matches!(frame.frame, Some(Frame::Change(_)))).then_some(())
    })
    .await;
    handle.receipt("a").await.unwrap();
    let request_id = handle.request_id();
    let sent = acknowledge(request_id.clone());
    let command = tokio::spawn({
        let handle = handle.clone();
        async move { handle.command(sent, Duration::from_secs(20)).await }
    });
    let mut first: VecDeque<client_frame::Frame> = [peer.hear().await, peer.hear().await].into();
    drop(peer);

    let mut peer = Peer::accept(&listener).await;
    assert_eq!(peer.welcome(60_000).await, "c2", "it goes on where it was");
    let mut again: VecDeque<client_frame::Frame> = [peer.hear().await, peer.hear().await].into();
    let by_kind = |frame: &client_frame::Frame| matches!(frame, client_frame::Frame::Command(_));
    first.make_contiguous().sort_by_key(by_kind);
    again.make_contiguous().sort_by_key(by_kind);
    assert_eq!(first, again, "the same receipt and the same command");

    peer.send(Frame::ReceiptConfirmed(ReceiptConfirmed { assignment_id: "a".into() })).await;
    let changed = Changed { id: "a".into(), version: 3 };
    peer.send(Frame::CommandResult(CommandResult {
        request_id,
        ok: true,
        changed: Some(changed.clone()),
        error: None,
    }))
    .await;
    assert_eq!(command.await.unwrap().unwrap(), changed);
}

#[tokio::test]
async fn a_refusal_is_returned_and_a_busy_server_is_asked_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = LiveClient::start(options(listener.local_addr().unwrap().port()));
    let handle = client.handle();
    let command = tokio::spawn(async move {
        let request_id = handle.request_id();
        handle.command(acknowledge(request_id), Duration::from_secs(20)).await
    });
    let mut peer = Peer::accept(&listener).await;
    peer.welcome(60_000).await;
    for (code, retry_after_ms) in [("SIAGA-1901", 5), ("SIAGA-1401", 0)] {
        let client_frame::Frame::Command(sent) = peer.hear().await else { panic!("a command") };
        let error = ErrorDetail { code: code.into(), retry_after_ms, ..ErrorDetail::default() };
        let request_id = request_id_of(&sent).unwrap().to_owned();
        peer.send(Frame::CommandResult(CommandResult { request_id, ok: false, changed: None, error: Some(error) }))
            .await;
    }
    assert_eq!(command.await.unwrap().unwrap_err().code(), "SIAGA-1401");
    drop(client);
}

#[tokio::test]
async fn a_silent_server_is_left_after_three_heartbeats() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = LiveClient::start(options(listener.local_addr().unwrap().port()));
    let mut peer = Peer::accept(&listener).await;
    peer.welcome(100).await;
    let reason = until(&mut client, |event| match event {
        LiveEvent::Lost { reason, .. } => Some(reason.clone()),
        _ => None,
    })
    .await;
    assert!(reason.contains("silent"), "{reason}");
}

#[tokio::test]
async fn heartbeats_keep_a_quiet_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = LiveClient::start(options(listener.local_addr().unwrap().port()));
    let mut peer = Peer::accept(&listener).await;
    peer.welcome(100).await;
    for expected in 1..=5 {
        let message = peer.0.next().await.unwrap().unwrap();
        let frame: ClientFrame = serde_json::from_str(message.to_text().unwrap()).unwrap();
        let Some(client_frame::Frame::Heartbeat(heartbeat)) = frame.frame else { panic!("a heartbeat") };
        assert_eq!(heartbeat.sequence, expected);
        peer.send(Frame::Heartbeat(Heartbeat { sequence: expected })).await;
    }
    peer.send(change("assignment:a", 1)).await;
    let Some(LiveEvent::Connected(_)) = client.next().await else { panic!("connected") };
    let Some(LiveEvent::Frame(_)) = client.next().await else { panic!("and never lost") };
}

#[tokio::test]
async fn an_ended_session_ends_a_token_client() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = LiveClient::start(options(listener.local_addr().unwrap().port()));
    let mut peer = Peer::accept(&listener).await;
    peer.welcome(60_000).await;
    let ended = SessionEnded { reason_id: "Token dicabut.".into(), reason_en: "Token revoked.".into() };
    peer.send(Frame::SessionEnded(ended)).await;
    let reason = until(&mut client, |event| match event {
        LiveEvent::Ended(reason) => Some(reason.clone()),
        _ => None,
    })
    .await;
    assert!(reason.contains("Token revoked."));
    assert!(client.next().await.is_none());
}

#[tokio::test]
async fn a_refused_token_ends_the_client_at_once() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = LiveClient::start(options(listener.local_addr().unwrap().port()));
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = [0; 4096];
    assert!(stream.read(&mut request).await.unwrap() > 0);
    stream.write_all(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 5\r\n\r\nTidak").await.unwrap();
    let Some(LiveEvent::Ended(reason)) = client.next().await else { panic!("ends") };
    assert!(reason.contains("401"), "{reason}");
}

#[tokio::test]
async fn without_a_server_it_gives_up_when_its_patience_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mut client = LiveClient::start(LiveOptions { patience: Some(Duration::from_millis(100)), ..options(port) });
    let handle = client.handle();
    let reason = until(&mut client, |event| match event {
        LiveEvent::Ended(reason) => Some(reason.clone()),
        _ => None,
    })
    .await;
    assert!(reason.contains("no connection"), "{reason}");
    assert!(matches!(handle.receipt("a").await, Err(LiveError::Ended)));
}

#[tokio::test]
async fn an_unreadable_frame_is_told_and_ends_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = LiveClient::start(options(listener.local_addr().unwrap().port()));
    let mut peer = Peer::accept(&listener).await;
    peer.welcome(60_000).await;
    peer.0.send(Message::text("{\"change\": 5}")).await.unwrap();
    peer.send(change("assignment:a", 1)).await;
    let Some(LiveEvent::Connected(_)) = client.next().await else { panic!("connected") };
    let Some(LiveEvent::Problem(_)) = client.next().await else { panic!("told") };
    let Some(LiveEvent::Frame(_)) = client.next().await else { panic!("and goes on") };
}

async fn closed_with(code: &str, close_code: u16) -> LiveEvent {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = LiveClient::start(options(listener.local_addr().unwrap().port()));
    let mut peer = Peer::accept(&listener).await;
    let client_frame::Frame::Hello(_) = peer.hear().await else { panic!("hello") };
    peer.send(Frame::Error(ErrorDetail { code: code.into(), ..ErrorDetail::default() })).await;
    let close = CloseFrame { code: close_code.into(), reason: "".into() };
    peer.0.send(Message::Close(Some(close))).await.unwrap();
    client.next().await.unwrap()
}

#[tokio::test]
async fn the_close_code_says_whether_to_come_back() {
    let LiveEvent::Ended(reason) = closed_with("SIAGA-1100", 1008).await else { panic!("refused") };
    assert!(reason.contains("SIAGA-1100"));
    let LiveEvent::Ended(_) = closed_with("SIAGA-1102", 1008).await else { panic!("a token that is not valid") };
    let LiveEvent::Lost { reason, .. } = closed_with("SIAGA-1815", 1013).await else { panic!("comes back") };
    assert!(reason.contains("SIAGA-1815"));
    let LiveEvent::Lost { .. } = closed_with("SIAGA-1820", 1001).await else { panic!("comes back") };
}

#[tokio::test]
async fn a_question_for_a_sign_of_life_is_answered_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let _client = LiveClient::start(options(listener.local_addr().unwrap().port()));
    let mut peer = Peer::accept(&listener).await;
    peer.welcome(60_000).await;
    peer.send(Frame::Heartbeat(Heartbeat { sequence: 0 })).await;
    let message = peer.0.next().await.unwrap().unwrap();
    assert!(message.to_text().unwrap().contains("heartbeat"));
}

#[tokio::test]
async fn a_refused_receipt_is_not_repeated() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = LiveClient::start(options(listener.local_addr().unwrap().port()));
    let mut peer = Peer::accept(&listener).await;
    peer.welcome(60_000).await;
    client.handle().receipt("a").await.unwrap();
    let client_frame::Frame::Receipt(_) = peer.hear().await else { panic!("a receipt") };
    let refused = ErrorDetail { code: "SIAGA-1002".into(), field: "receipt:a".into(), ..ErrorDetail::default() };
    peer.send(Frame::Error(refused)).await;
    drop(peer);
    let mut peer = Peer::accept(&listener).await;
    peer.welcome(60_000).await;
    client.handle().receipt("b").await.unwrap();
    let client_frame::Frame::Receipt(receipt) = peer.hear().await else { panic!("a receipt") };
    assert_eq!(receipt.assignment_id, "b", "only what was not refused");
}
