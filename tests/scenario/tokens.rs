//! A machine's token: made by an administrator, used over gRPC, over the WebSocket and by the reference client, and of no
//! more use the moment it is revoked.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use siaga_proto::v1;
use siaga_tests::{
    Server,
    clients::{code, with_token},
    request_id, sign_in,
};
use std::time::Duration;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    sync::mpsc,
};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

/// Nothing here takes this long; a frame that never comes fails the test.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection that is kept up, whatever else the test waits for; the channel ends with it.
type Live = mpsc::UnboundedReceiver<Value>;

/// Connects with a token and says hello.
async fn connect(server: &Server, token: &str, audience: &str) -> Live {
    let mut request = format!("{}/ws", server.url.replacen("http", "ws", 1)).into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let hello = json!({"hello": {"audience": audience, "client": "damkar-bridge"}});
    socket.send(Message::text(hello.to_string())).await.unwrap();
    let (sender, frames) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = socket.next().await {
            let Message::Text(text) = message else { continue };
            let frame: Value = serde_json::from_str(&text).unwrap();
            if let Some(beat) = frame.get("heartbeat") {
                // Without a sequence it is the server that asks; with one it answers.
                if beat.get("sequence").is_some() {
                    continue;
                }
                let beat = json!({"heartbeat": {"sequence": "1"}}).to_string();
                // The end is seen by the next read.
                let _ = socket.send(Message::text(beat)).await;
            } else if sender.send(frame).is_err() {
                return;
            }
        }
    });
    frames
}

/// Reads on to the frame of a kind; none when the connection ends before.
async fn frame(live: &mut Live, kind: &str) -> Option<Value> {
    let read = async {
        while let Some(mut frame) = live.recv().await {
            if let Some(found) = frame.get_mut(kind) {
                return Some(found.take());
            }
        }
        None
    };
    tokio::time::timeout(PATIENCE, read).await.unwrap_or_else(|_| panic!("no {kind} came"))
}

/// Reads on to a line that holds a text.
async fn line(lines: &mut Lines<BufReader<tokio::process::ChildStdout>>, text: &str) -> String {
    let read = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains(text) {
                return line;
            }
        }
        panic!("the client ended before it said {text}");
    };
    tokio::time::timeout(PATIENCE, read).await.unwrap_or_else(|_| panic!("the client never said {text}"))
}

fn create(account_id: &str) -> v1::CreateTokenRequest {
    v1::CreateTokenRequest {
        request_id: request_id(),
        account_id: account_id.into(),
        label: "Jembatan Damkar".into(),
        valid_days: 30,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_works_with_its_token_until_it_is_revoked() {
    let server = Server::start().await;
    let mut administrator = sign_in(&server.url, "admin").await;
    let mut operator = sign_in(&server.url, "operator1").await;
    let damkar = sign_in(&server.url, "damkar").await.account;
    let refusal = operator.access.create_token(create(&damkar.id)).await.unwrap_err();
    assert_eq!(code(&refusal), "SIAGA-1100", "only an administrator makes tokens");
    let request = create(&damkar.id);
    let made = administrator.access.create_token(request.clone()).await.unwrap().into_inner();
    let again = administrator.access.create_token(request).await.unwrap().into_inner();
    assert_eq!((again.token_id, again.token.as_str()), (made.token_id.clone(), ""), "it is shown once");

    // Over gRPC it is the account, and no more.
    let channel = tonic::transport::Channel::from_shared(server.url.clone()).unwrap().connect().await.unwrap();
    let mut machine = with_token(channel, made.token.clone(), damkar.clone());
    let me = machine.access.who_am_i(v1::WhoAmIRequest {}).await.unwrap().into_inner().account.unwrap();
    assert_eq!(me.username, "damkar");
    let refusal = machine.access.create_token(create(&damkar.id)).await.unwrap_err();
    assert_eq!(code(&refusal), "SIAGA-1100");
    let ring = v1::RingCallRequest { request_id: request_id(), ..Default::default() };
    assert_eq!(code(&machine.calls.ring_call(ring).await.unwrap_err()), "SIAGA-1100");

    // Over the WebSocket it follows its own agency, and nobody else's.
    for other in ["agency:polres", "board"] {
        let mut socket = connect(&server, &made.token, other).await;
        let refused = frame(&mut socket, "error").await.unwrap();
        assert_eq!(refused["code"], "SIAGA-1100", "{other}: {refused}");
        assert!(frame(&mut socket, "snapshot").await.is_none(), "{other}: the connection ends");
    }
    let mut socket = connect(&server, &made.token, "agency:damkar").await;
    assert_eq!(frame(&mut socket, "welcome").await.unwrap()["account"]["username"], "damkar");
    frame(&mut socket, "snapshot").await.unwrap();

    // The reference client takes it from a file, so that it stands in no list of processes.
    let file = server.data.path().join("token");
    std::fs::write(&file, format!("{}\n", made.token)).unwrap();
    let mut client = tokio::process::Command::new(siaga_tests::server::binary());
    client.args(["agency-client", "--json", "--auto-acknowledge", "--server", &server.url, "--token-file"]).arg(&file);
    client.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).kill_on_drop(true);
    let mut client = client.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(client.stdout.take().unwrap()).lines();

    let (incident_id, number) = operator.open("kebakaran-bangunan", "Rumah terbakar").await;
    let assignment_id = operator.dispatch(&incident_id, &["damkar"]).await.remove(0);
    let said = line(&mut lines, &number).await;
    assert!(said.contains(&assignment_id), "{said}");
    loop {
        let change = frame(&mut socket, "change").await.unwrap().to_string();
        if change.contains(&assignment_id) && change.contains("STEP_ACKNOWLEDGED") {
            break;
        }
    }

    let revoke = v1::RevokeTokenRequest {
        request_id: request_id(),
        token_id: made.token_id.clone(),
        account_id: damkar.id.clone(),
    };
    assert_eq!(code(&machine.access.revoke_token(revoke.clone()).await.unwrap_err()), "SIAGA-1100");
    administrator.access.revoke_token(revoke).await.unwrap();
    assert!(frame(&mut socket, "sessionEnded").await.is_some(), "the live connection ends");
    assert!(frame(&mut socket, "change").await.is_none(), "and closes");
    let ended = tokio::time::timeout(PATIENCE, client.wait_with_output()).await.unwrap().unwrap();
    assert!(!ended.status.success(), "the reference client gives up");
    let why = String::from_utf8_lossy(&ended.stderr);
    assert!(why.contains("administrator") && !why.contains(&made.token), "{why}");
    let refusal = machine.access.who_am_i(v1::WhoAmIRequest {}).await.unwrap_err();
    assert_eq!(code(&refusal), "SIAGA-1102");
    let mut socket = connect(&server, &made.token, "").await;
    assert_eq!(frame(&mut socket, "error").await.unwrap()["code"], "SIAGA-1102");
}
