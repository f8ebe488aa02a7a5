//! A hub of a process of its own, and what it has.

use serde_json::Value;
use siaga_proto::v1;
use siaga_tests::{Database, Desk, Server, eventually, request_id};

const KEY: &str = "whsec_c2lhZ2EtdGVzdC1odWIta2V5LW9mLTMyLWJ5dGVzISE=";

/// A centre that delivers to a hub of another process.
pub(crate) async fn centre(database: Database, hub_port: u16) -> Server {
    let url = format!("http://127.0.0.1:{hub_port}");
    let roles = ("SIAGA_ROLES", "dispatcher,gateway,console");
    Server::start_with(database, &[roles, ("SIAGA_HUB_URL", &url), ("SIAGA_HUB_KEYS", KEY)]).await
}

/// The hub as a process of its own, with accounts of its own.
/// Its supervisor reads unmasked.
pub(crate) async fn hub(port: u16, database: &Database) -> Server {
    let mut settings = vec![("SIAGA_ROLES", "hub,dispatcher"), ("SIAGA_HUB_KEYS", KEY)];
    if let Database::Postgres(url) = database {
        settings.push(("SIAGA_HUB_STORE_DATABASE_URL", url.as_str()));
    }
    Server::start_at(port, &settings).await
}

/// What a reader of the hub sees at an address.
pub(crate) async fn read(hub: &str, reader: &Desk, path: &str) -> Value {
    let request = reqwest::Client::new().get(format!("{hub}{path}")).bearer_auth(&reader.token);
    let answer = request.send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{path}: {answer}"))
}

/// All that the hub has of a case, in its order.
pub(crate) async fn history(hub: &str, reader: &Desk, number: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut after = "0".to_owned();
    loop {
        let case = read(hub, reader, &format!("/hub/cases/{number}?after={after}")).await;
        all.extend(case["history"].as_array().unwrap_or_else(|| panic!("no history: {case}")).iter().cloned());
        match case["next_after"].as_str() {
            Some(next) => after = next.to_owned(),
            None => return all,
        }
    }
}

/// Once each, in order: without a gap, in the order of the log, with the record at the end.
pub(crate) fn is_whole(history: &[Value]) {
    let sequences: Vec<u64> =
        history.iter().map(|event| event["sequence"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(sequences, (1..=sequences.len() as u64).collect::<Vec<_>>(), "once each, in order");
    let statuses =
        || history.iter().filter(|event| event["type"] == "siaga.case.status.v1").map(|event| &event["data"]);
    // Without the Z the fractions of different lengths sort as text.
    let recorded: Vec<&str> =
        statuses().map(|data| data["recorded_at"].as_str().unwrap().trim_end_matches('Z')).collect();
    assert!(recorded.is_sorted(), "in the order of the log: {recorded:?}");
    assert_eq!(statuses().next().unwrap()["stage"], "opened");
    assert_eq!(statuses().next_back().unwrap()["stage"], "closed");
    assert_eq!(history.last().unwrap()["type"], "siaga.case.record.v1");
}

pub(crate) async fn has_stamp(operator: &mut Desk, incident_id: &str, code: &str) -> Option<()> {
    let case = operator.case(incident_id).await.incident?;
    case.stamps.iter().any(|stamp| stamp.code == code && stamp.at.is_some()).then_some(())
}

pub(crate) async fn gets_t13(operator: &Desk, incident_id: &str) {
    eventually("T13", || {
        let mut operator = operator.clone();
        async move { has_stamp(&mut operator, incident_id, "T13").await }
    })
    .await;
}

/// A case from its opening to its close, every command of which must succeed; returns id and number.
pub(crate) async fn handled_by_hand(operator: &mut Desk, words: &str) -> (String, String) {
    let (incident_id, number) = operator.open("sarang-tawon", words).await;
    let close = v1::CloseIncidentRequest {
        request_id: request_id(),
        incident_id: incident_id.clone(),
        outcome_code: "handled".into(),
        ..Default::default()
    };
    operator.incidents.close_incident(close).await.unwrap();
    has_stamp(operator, &incident_id, "T12").await.expect("closed without the hub");
    (incident_id, number)
}
