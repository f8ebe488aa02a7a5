//! Hello, snapshot, changes, resume, receipts, revocation.

use serde_json::{Value, json};
use siaga_gateway::Limits;
use siaga_proto::v1::{EndedSession, ErrorDetail, RecordReceiptRequest};
use tonic::Code;

use crate::support::client::{at, dial};
use crate::support::{Client, Core, NOW_MS, Reply, call_entity, connect_as, gateway, gateway_with, gone};
use prost::Message as _;

#[tokio::test]
async fn a_snapshot_in_parts_then_every_change_of_the_audience_and_no_other() {
    let core = Core::start().await;
    core.view(|view| view.parts = vec![vec![call_entity("a", 3, "1")], vec![call_entity("b", 9, "2")], vec![]]);
    let gateway = gateway(&core).await;
    let mut client = dial(&gateway, "damkar").await;
    let welcome = client.hello("agency:damkar", "").await;
    assert_eq!(welcome["audience"], "agency:damkar");
    assert_eq!(welcome["sessionId"], "session-of-Bearer damkar");
    assert_eq!(welcome["account"]["id"], "Bearer damkar");
    assert_eq!(welcome["serverTime"], "2026-11-22T00:00:00+00:00");
    assert_eq!(welcome["heartbeatIntervalMs"], 5_000);
    let (entities, _) = client.snapshot().await;
    assert_eq!(entities, [at("a", 3), at("b", 9)]);

    core.change(11, "agency:psc119", call_entity("other", 11, "3"));
    core.item("log-a", 12, vec![("agency:damkar", call_entity("c", 12, "4")), ("board", gone("x", 12))], vec![]);
    core.change(13, "agency:damkar", gone("a", 13));
    assert_eq!(client.change().await.0, at("c", 12));
    let removed = client.expect("change").await;
    assert_eq!((&removed["entity"]["removed"], &removed["entity"]["key"]), (&json!(true), &json!("call:a")));
    assert_eq!(removed["serverTime"], "2026-11-22T00:00:00+00:00");
}

#[tokio::test]
async fn an_empty_audience_is_the_cores_to_choose() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    let mut client = dial(&gateway, "operator").await;
    assert_eq!(client.hello("", "").await["audience"], "board");
    client.snapshot().await;
    core.change(11, "board", call_entity("a", 11, "1"));
    assert_eq!(client.change().await.0, at("a", 11));
}

#[tokio::test]
async fn what_changes_while_the_snapshot_is_on_its_way_is_neither_lost_nor_stale() {
    let core = Core::start().await;
    core.view(|view| {
        view.parts = vec![vec![call_entity("a", 10, "1")], vec![call_entity("b", 9, "2")]];
        view.meanwhile = Some(Box::new(|core| {
            // What the snapshot has already, late; and what it does not have.
            core.change(10, "board", call_entity("a", 10, "1"));
            for position in 11..=40 {
                core.change(position, "board", call_entity("c", position, "3"));
            }
        }));
    });
    let gateway = gateway(&core).await;
    let mut client = dial(&gateway, "operator").await;
    client.hello("board", "").await;
    client.snapshot().await;
    let mut expected = 11;
    while expected <= 40 {
        let ((key, position), _) = client.change().await;
        if key == "call:c" {
            assert_eq!(position, expected.to_string(), "in order and without a gap");
            expected += 1;
        } else {
            // The first item of the feed may come again; the client drops it by its position.
            assert_eq!((key.as_str(), position.as_str(), expected), ("call:a", "10", 11));
        }
    }
}

#[tokio::test]
async fn a_client_that_comes_back_gets_what_it_missed_and_no_snapshot() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    let (_, mut cursor) = client.snapshot().await;
    for position in 11..=13 {
        core.change(position, "agency:damkar", call_entity("a", position, "1"));
        cursor = client.change().await.1;
    }
    drop(client);
    core.change(14, "agency:damkar", call_entity("a", 14, "1"));
    core.change(15, "board", call_entity("z", 15, "1"));
    core.change(16, "agency:damkar", call_entity("b", 16, "1"));
    // A board's session shows that the gateway has read that far.
    let mut board = connect_as(&gateway, "operator", "board").await;
    board.snapshot().await;
    core.change(17, "board", call_entity("z", 17, "1"));
    while board.change().await.0 != at("z", 17) {}

    let mut back = dial(&gateway, "damkar").await;
    let welcome = back.hello("agency:damkar", &cursor).await;
    assert_eq!(welcome["resumed"], true);
    assert_eq!(back.change().await.0, at("a", 14));
    assert_eq!(back.change().await.0, at("b", 16));
    core.change(18, "agency:damkar", call_entity("c", 18, "1"));
    assert_eq!(back.change().await.0, at("c", 18));
    assert!(core.views().last().unwrap().without_snapshot);
}

#[tokio::test]
async fn an_item_is_complete_only_with_its_last_change() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    core.change(11, "agency:damkar", call_entity("x", 11, "0"));
    client.change().await;
    let both = vec![("agency:damkar", call_entity("a", 12, "1")), ("agency:damkar", call_entity("b", 12, "2"))];
    core.item("log-a", 12, both, vec![]);
    let (first, cursor_between) = client.change().await;
    assert_eq!(first, at("a", 12));
    let (_, cursor_after) = client.change().await;
    drop(client);

    let mut between = dial(&gateway, "damkar").await;
    assert_eq!(between.hello("agency:damkar", &cursor_between).await["resumed"], true);
    assert_eq!(between.change().await.0, at("a", 12), "the item comes whole again");
    assert_eq!(between.change().await.0, at("b", 12));
    let mut after = dial(&gateway, "damkar").await;
    assert_eq!(after.hello("agency:damkar", &cursor_after).await["resumed"], true);
    core.change(13, "agency:damkar", call_entity("c", 13, "3"));
    assert_eq!(after.change().await.0, at("c", 13));
}

/// Follows until position 11 and gives the cursor there.
async fn cursor_at_11(core: &Core, client: &mut Client) -> String {
    client.snapshot().await;
    core.change(11, "agency:damkar", call_entity("a", 11, "1"));
    client.change().await.1
}

#[tokio::test]
async fn a_cursor_that_does_not_fit_gets_a_fresh_snapshot() {
    let core = Core::start().await;
    let limits = Limits { ring_changes: 3, ..Limits::default() };
    let gateway = gateway_with(&core, limits, None).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    let old = cursor_at_11(&core, &mut client).await;
    for position in 12..=20 {
        core.change(position, "agency:damkar", call_entity("a", position, "1"));
    }
    while client.change().await.0 != at("a", 20) {}
    core.view(|view| view.position = 20);
    let foreign = {
        let other = Core::start().await;
        other.view(|view| view.log_id = "log-of-another-time".into());
        let elsewhere = crate::support::gateway(&other).await;
        let mut client = connect_as(&elsewhere, "damkar", "agency:damkar").await;
        client.snapshot().await.1
    };
    for cursor in [old.as_str(), foreign.as_str(), "nonsense", "%%%"] {
        let mut back = dial(&gateway, "damkar").await;
        assert_eq!(back.hello("agency:damkar", cursor).await["resumed"], Value::Null, "{cursor}");
        back.snapshot().await;
    }
    // One that fits, but was of another audience.
    core.change(21, "agency:damkar", call_entity("a", 21, "1"));
    let (_, fits) = client.change().await;
    core.view(|view| view.position = 21);
    let mut board = dial(&gateway, "damkar").await;
    assert_eq!(board.hello("board", &fits).await["resumed"], Value::Null);
    board.snapshot().await;
}

#[tokio::test]
async fn a_receipt_is_confirmed_when_the_core_has_it_and_not_before() {
    let core = Core::start().await;
    core.reply([Reply::Down, Reply::Down]);
    let gateway = gateway(&core).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    let receipt = json!({"receipt": {"assignmentId": "as-1", "requestId": "r-1"}});
    for sent in 1..=2 {
        client.send(receipt.clone()).await;
        core.calls(sent).await;
        // Silence, not an error: the heartbeat's answer is the next that comes.
        client.is_alive().await;
    }
    client.send(receipt).await;
    assert_eq!(client.expect("receiptConfirmed").await["assignmentId"], "as-1");
    let calls = core.calls(3).await;
    for call in &calls {
        assert_eq!(call.rpc, "/siaga.v1.DispatchService/RecordReceipt");
        assert_eq!(call.credential, "Bearer damkar", "the client's own credential");
        let request = RecordReceiptRequest::decode(call.body.clone()).unwrap();
        assert_eq!((request.assignment_id.as_str(), request.request_id.as_str()), ("as-1", "r-1"));
    }
}

#[tokio::test]
async fn a_refused_receipt_says_which_and_why() {
    let core = Core::start().await;
    let why = ErrorDetail { code: "SIAGA-1002".into(), message_en: "Not found.".into(), ..Default::default() };
    core.reply([Reply::Refuse(Code::NotFound, why)]);
    let gateway = gateway(&core).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    client.send(json!({"receipt": {"assignmentId": "as-9", "requestId": "r-1"}})).await;
    let error = client.expect("error").await;
    assert_eq!((&error["code"], &error["field"]), (&json!("SIAGA-1002"), &json!("receipt:as-9")));
}

#[tokio::test]
async fn commands_keep_their_order_and_carry_the_cores_own_words() {
    let core = Core::start().await;
    let why = ErrorDetail { code: "SIAGA-1401".into(), allowed: vec!["STEP_ACCEPTED".into()], ..Default::default() };
    core.reply([Reply::Ok, Reply::Refuse(Code::FailedPrecondition, why), Reply::Down]);
    let gateway = gateway(&core).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    for request_id in ["c-1", "c-2", "c-3"] {
        let request = json!({"requestId": request_id, "assignmentId": "as-1"});
        client.send(json!({"command": {"acknowledgeAssignment": request}})).await;
    }
    let first = client.expect("commandResult").await;
    assert_eq!((&first["requestId"], &first["ok"]), (&json!("c-1"), &json!(true)));
    assert_eq!(first["changed"]["version"], "77");
    let second = client.expect("commandResult").await;
    assert_eq!(second["requestId"], "c-2");
    assert_eq!(second["error"]["code"], "SIAGA-1401");
    assert_eq!(second["error"]["allowed"], json!(["STEP_ACCEPTED"]));
    let third = client.expect("commandResult").await;
    assert_eq!((&third["requestId"], &third["error"]["code"]), (&json!("c-3"), &json!("SIAGA-1815")));
    assert!(third["error"]["retryAfterMs"].is_string());
}

#[tokio::test]
async fn a_command_that_gets_no_answer_is_told_so_and_does_not_hold_up_receipts() {
    let core = Core::start().await;
    core.reply([Reply::Hang]);
    let limits = Limits { core_timeout_ms: 1_000, ..Limits::default() };
    let gateway = gateway_with(&core, limits, None).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    client.send(json!({"command": {"acceptAssignment": {"requestId": "c-1"}}})).await;
    core.calls(1).await;
    client.send(json!({"receipt": {"assignmentId": "as-1", "requestId": "r-1"}})).await;
    client.expect("receiptConfirmed").await;
    let result = client.expect("commandResult").await;
    assert_eq!((&result["requestId"], &result["error"]["code"]), (&json!("c-1"), &json!("SIAGA-1815")));
}

#[tokio::test]
async fn a_revoked_credential_ends_its_own_sessions_at_once() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    let mut revoked = connect_as(&gateway, "damkar", "agency:damkar").await;
    let mut same_account = connect_as(&gateway, "damkar", "agency:damkar").await;
    let mut other = connect_as(&gateway, "psc", "agency:psc119").await;
    for client in [&mut revoked, &mut same_account, &mut other] {
        client.snapshot().await;
    }
    let of_another_session =
        EndedSession { account_id: "Bearer damkar".into(), session_id: "some-older-session".into() };
    core.item("log-a", 11, vec![], vec![of_another_session]);
    core.change(12, "agency:damkar", call_entity("a", 12, "1"));
    assert_eq!(revoked.change().await.0, at("a", 12));
    let all = EndedSession { account_id: "Bearer damkar".into(), session_id: String::new() };
    core.item("log-a", 13, vec![], vec![all]);
    for client in [&mut revoked, &mut same_account] {
        let (frames, code) = client.end().await;
        assert!(frames.last().unwrap()["sessionEnded"]["reasonEn"].is_string(), "{frames:?}");
        assert_eq!(code, Some(1008));
    }
    core.change(14, "agency:psc119", call_entity("b", 14, "1"));
    assert_eq!(other.change().await.0, at("b", 14));
}

#[tokio::test]
async fn a_credential_that_ends_while_its_view_is_opened_gets_nothing_live() {
    let core = Core::start().await;
    core.view(|view| {
        view.meanwhile = Some(Box::new(|core| {
            let ended =
                EndedSession { account_id: "Bearer damkar".into(), session_id: "session-of-Bearer damkar".into() };
            core.item("log-a", 11, vec![], vec![ended]);
        }));
    });
    let gateway = gateway(&core).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    let (frames, code) = client.end().await;
    assert!(frames.last().unwrap()["sessionEnded"].is_object(), "{frames:?}");
    assert_eq!(code, Some(1008));
}

#[tokio::test]
async fn a_session_ends_when_its_credential_expires() {
    let core = Core::start().await;
    let at_ms = NOW_MS + 300;
    let expires_at = pbjson_types::Timestamp { seconds: at_ms / 1_000, nanos: (at_ms % 1_000) as i32 * 1_000_000 };
    core.view(|view| view.expires_at = Some(expires_at));
    let gateway = gateway(&core).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    let (frames, code) = client.end().await;
    assert!(frames.last().unwrap()["sessionEnded"].is_object(), "{frames:?}");
    assert_eq!(code, Some(1008));
}

#[tokio::test]
async fn presence_follows_the_sessions() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    let mut one = connect_as(&gateway, "damkar", "agency:damkar").await;
    one.snapshot().await;
    core.presence_is(&[("agency:damkar", 1)]).await;
    let mut two = connect_as(&gateway, "damkar", "agency:damkar").await;
    let mut board = connect_as(&gateway, "operator", "board").await;
    two.snapshot().await;
    board.snapshot().await;
    core.presence_is(&[("agency:damkar", 2), ("board", 1)]).await;
    drop(one);
    drop(board);
    core.presence_is(&[("agency:damkar", 1)]).await;
}

#[tokio::test]
async fn a_stopping_gateway_says_so_and_ends() {
    let core = Core::start().await;
    let mut gateway = gateway(&core).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    gateway.stop.cancel();
    let (frames, code) = client.end().await;
    assert_eq!(frames.last().unwrap()["error"]["code"], "SIAGA-1820");
    assert_eq!(code, Some(1001));
    crate::support::soon("the gateway ends", &mut gateway.running).await.unwrap();
}
