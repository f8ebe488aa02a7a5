//! Who may connect, and how many.

use serde_json::json;
use siaga_gateway::Limits;
use tonic::Code;

use crate::support::client::{connect, dial, refused};
use crate::support::core::refusal;
use crate::support::{Core, connect_as, gateway, gateway_with};

#[tokio::test]
async fn without_a_credential_nobody_connects() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    assert_eq!(refused(&gateway, &[]).await, (401, "SIAGA-1817".into()));
    assert_eq!(refused(&gateway, &[("cookie", "theme=dark")]).await, (401, "SIAGA-1817".into()));
    let plain = reqwest::get(format!("http://{}/ws", gateway.address)).await.unwrap();
    assert_eq!(plain.status(), 426);
}

#[tokio::test]
async fn a_cookie_counts_only_from_our_own_pages_and_is_passed_on() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    let cookie = ("cookie", "theme=dark; siaga_session=abc");
    assert_eq!(refused(&gateway, &[cookie]).await, (403, "SIAGA-1816".into()));
    let elsewhere = [cookie, ("origin", "https://elsewhere.example")];
    assert_eq!(refused(&gateway, &elsewhere).await, (403, "SIAGA-1816".into()));
    for origin in [format!("http://{}", gateway.address), "https://siaga.example".into()] {
        let mut client = connect(&gateway, &[cookie, ("origin", &origin)]).await.unwrap();
        assert_eq!(client.hello("board", "").await["account"]["id"], "siaga_session=abc");
    }
}

#[tokio::test]
async fn what_the_core_refuses_is_refused() {
    let core = Core::start().await;
    let gateway = gateway(&core).await;
    let mut client = dial(&gateway, "revoked").await;
    client.send(json!({"hello": {"audience": "board"}})).await;
    let (frames, code) = client.end().await;
    assert_eq!((&frames[0]["error"]["code"], code), (&json!("SIAGA-1102"), Some(1008)));
    core.refuse_views(Some(refusal(Code::PermissionDenied, "SIAGA-1100")));
    let mut client = dial(&gateway, "damkar").await;
    client.send(json!({"hello": {"audience": "agency:psc119"}})).await;
    let (frames, code) = client.end().await;
    assert_eq!((&frames[0]["error"]["code"], code), (&json!("SIAGA-1100"), Some(1008)));
    core.presence_is(&[]).await;
}

#[tokio::test]
async fn sessions_are_limited_in_total_by_address_and_by_account() {
    let core = Core::start().await;
    let limits = Limits { sessions: 4, sessions_per_address: 2, sessions_per_account: 1, ..Limits::default() };
    let gateway = gateway_with(&core, limits, None).await;
    let from = |account: &str, address: &str| [format!("Bearer {account}"), address.to_owned()];
    let mut open = Vec::new();
    for (account, address) in [("a", "192.0.2.1"), ("b", "192.0.2.1"), ("c", "192.0.2.2")] {
        let [token, address] = from(account, address);
        let mut client = connect(&gateway, &[("authorization", &token), ("x-forwarded-for", &address)]).await.unwrap();
        client.hello("board", "").await;
        client.snapshot().await;
        open.push(client);
    }
    let third = [("authorization", "Bearer d"), ("x-forwarded-for", "192.0.2.1")];
    assert_eq!(refused(&gateway, &third).await, (429, "SIAGA-1811".into()));

    let mut again = dial(&gateway, "a").await;
    again.send(json!({"hello": {"audience": "board"}})).await;
    assert_eq!(refused(&gateway, &[("authorization", "Bearer e")]).await, (503, "SIAGA-1810".into()));
    let (frames, code) = again.end().await;
    assert_eq!((&frames[0]["error"]["code"], code), (&json!("SIAGA-1812"), Some(1013)));

    // Who leaves makes room.
    drop(open.remove(0));
    core.presence_is(&[("board", 2)]).await;
    let mut back = connect_as(&gateway, "a", "board").await;
    back.snapshot().await;
}

#[tokio::test]
async fn commands_that_find_no_room_are_told_so() {
    let core = Core::start().await;
    core.always(crate::support::Reply::Hang);
    let gateway = gateway_with(&core, Limits { commands: 2, ..Limits::default() }, None).await;
    let mut client = connect_as(&gateway, "damkar", "agency:damkar").await;
    client.snapshot().await;
    client.send(json!({"command": {"addNote": {"requestId": "c-0"}}})).await;
    core.calls(1).await;
    for number in 1..=3 {
        client.send(json!({"command": {"addNote": {"requestId": format!("c-{number}")}}})).await;
    }
    let result = client.expect("commandResult").await;
    assert_eq!((&result["requestId"], &result["error"]["code"]), (&json!("c-3"), &json!("SIAGA-1814")));
}
