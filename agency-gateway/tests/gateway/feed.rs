//! The one feed: lost, healed, of another log.

use serde_json::json;
use siaga_gateway::Limits;
use tonic::{Code, Status};

use crate::support::client::{at, dial};
use crate::support::core::refusal;
use crate::support::{Core, call_entity, connect_as, gateway, gateway_with};

#[tokio::test]
async fn a_lost_feed_is_told_and_goes_on_where_it_was() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    core.change(11, "agency:damkar", call_entity("a", 11, "1"));
    client.change().await;
    core.lose_feed(Some(Status::unavailable("restarting")));
    let down = client.expect("feedState").await;
    assert!(down["up"].is_null() && down["since"].is_string(), "{down}");
    client.is_alive().await;

    // A client that comes while the feed is down hears of it too.
    let mut late = connect_as(&gateway, "operator", "board").await;
    late.snapshot().await;
    assert!(late.expect("feedState").await["up"].is_null());

    core.heal_feed();
    assert_eq!(client.expect("feedState").await["up"], true);
    assert_eq!(late.expect("feedState").await["up"], true);
    core.follows(2).await;
    core.change(12, "agency:damkar", call_entity("a", 12, "2"));
    assert_eq!(client.change().await.0, at("a", 12));
    let last = core.views().len();
    assert_eq!(last, 2, "nobody needed another snapshot");
}

#[tokio::test]
async fn the_feed_is_asked_for_from_the_last_position() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    assert_eq!(core.follows(1).await.after_position, 0);
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    core.change(25, "agency:damkar", call_entity("a", 25, "1"));
    client.change().await;
    core.lose_feed(None);
    let again = core.follows(2).await;
    assert_eq!((again.after_position, again.log_id.as_str()), (25, "log-a"));
    assert_eq!(again.gateway_id, "gateway-1");
}

#[tokio::test]
async fn another_log_gives_every_session_a_fresh_snapshot() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    let (_, old) = client.snapshot().await;
    core.view(|view| {
        view.log_id = "log-b".into();
        view.position = 4;
        view.parts = vec![vec![call_entity("restored", 4, "1")]];
    });
    core.lose_feed(Some(refusal(Code::FailedPrecondition, "SIAGA-1902")));
    assert!(client.expect("feedState").await["up"].is_null());
    let (entities, cursor) = client.snapshot_after_feed_state().await;
    assert_eq!(entities, [at("restored", 4)]);
    core.heal_feed();
    core.follows(3).await;
    core.item("log-b", 5, vec![("agency:damkar", call_entity("new", 5, "1"))], vec![]);
    client.expect_change_after_states(at("new", 5)).await;
    for (given, resumed) in [(old, json!(null)), (cursor, json!(true))] {
        let mut back = dial(&gateway, "damkar").await;
        assert_eq!(back.hello("agency:damkar", &given).await["resumed"], resumed);
    }
}

#[tokio::test]
async fn without_the_core_a_client_is_told_to_come_again() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    core.refuse_views(Some(Status::unavailable("restarting")));
    let mut client = dial(&gateway, "damkar").await;
    client.send(json!({"hello": {"audience": "agency:damkar"}})).await;
    let (frames, code) = client.end().await;
    assert_eq!(frames.last().unwrap()["error"]["code"], "SIAGA-1815");
    assert_eq!(code, Some(1013));
    core.refuse_views(None);
    connect_as(&gateway, "damkar", "agency:damkar").await.snapshot().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off_and_holds_nobody_up() {
    let core = Core::start().await;
    let limits = Limits { queue_bytes: 200_000, close_timeout_ms: 15_000, ..Limits::default() };
    let gateway = gateway_with(&core, limits, None).await;
    let mut slow = connect_as(&gateway, "slow", "agency:damkar").await;
    let mut quick = connect_as(&gateway, "quick", "agency:damkar").await;
    slow.snapshot().await;
    quick.snapshot().await;
    core.presence_is(&[("agency:damkar", 2)]).await;
    let large = "0".repeat(100_000);
    let mut cursor = String::new();
    // More than the machine's own buffers hold.
    for position in 11..=250 {
        core.change(position, "agency:damkar", call_entity("a", position, &large));
        let (place, at_position) = quick.change().await;
        assert_eq!(place, at("a", position), "the other gets everything, in order");
        cursor = at_position;
    }
    core.presence_is(&[("agency:damkar", 1)]).await;
    let (frames, code) = slow.end().await;
    assert!(frames.len() < 240, "it was cut off before the end");
    assert_eq!(frames.last().unwrap()["error"]["code"], "SIAGA-1813");
    assert_eq!(code, Some(1013));
    assert!(!cursor.is_empty());
    quick.is_alive().await;

    // It comes back where it was, and has lost nothing.
    let last = frames.iter().rev().find(|frame| frame["change"].is_object()).unwrap();
    let seen: u64 = last["change"]["entity"]["position"].as_str().unwrap().parse().unwrap();
    let mut back = dial(&gateway, "slow").await;
    let welcome = back.hello("agency:damkar", last["change"]["cursor"].as_str().unwrap()).await;
    assert_eq!(welcome["resumed"], true);
    for position in seen + 1..=250 {
        assert_eq!(back.change().await.0, at("a", position));
    }
}

#[tokio::test]
async fn a_core_that_lags_behind_the_feed_is_asked_again() {
    let core = Core::start().await;
    let gateway = gateway_with(&core, Limits { ring_changes: 2, ..Limits::default() }, None).await;
    let mut first = connect_as(&gateway, "operator", "board").await;
    first.snapshot().await;
    for position in 11..=20 {
        core.change(position, "board", call_entity("a", position, "1"));
        first.change().await;
    }
    // The view is still at 10: what came until 18 is gone from the ring.
    let mut late = connect_as(&gateway, "operator", "board").await;
    late.snapshot().await;
    core.view(|view| {
        view.position = 20;
        view.parts = vec![vec![call_entity("a", 20, "1")]];
    });
    while late.snapshot().await.0 != [at("a", 20)] {}
    core.change(21, "board", call_entity("a", 21, "1"));
    assert_eq!(late.change().await.0, at("a", 21));
}
