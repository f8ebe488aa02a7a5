//! The hub goes away in a drill: calls go on, and all arrives afterwards, once each, in order per case.

use siaga_tests::{Database, Server, eventually, server, sign_in};

#[tokio::test(flavor = "multi_thread")]
async fn calls_go_on_and_everything_arrives_afterwards() {
    // The centre delivers to a hub of another process, which is not there yet.
    let hub_port = server::free_port();
    let hub_url = format!("http://127.0.0.1:{hub_port}");
    let key = "whsec_c2lhZ2EtdGVzdC1odWIta2V5LW9mLTMyLWJ5dGVzISE=";
    let centre = Server::start_with(
        Database::Sqlite,
        &[("SIAGA_ROLES", "dispatcher,gateway,console"), ("SIAGA_HUB_URL", &hub_url), ("SIAGA_HUB_KEYS", key)],
    )
    .await;
    let mut operator = sign_in(&centre.url, "operator1").await;
    let mut numbers = Vec::new();
    for round in 0..20 {
        let (incident_id, number) = operator.open("sarang-tawon", &format!("Sarang tawon {round}")).await;
        let close = siaga_proto::v1::CloseIncidentRequest {
            request_id: siaga_tests::request_id(),
            incident_id: incident_id.clone(),
            outcome_code: "handled".into(),
            ..Default::default()
        };
        operator.incidents.close_incident(close).await.unwrap();
        numbers.push((incident_id, number));
    }
    assert!(operator.case(&numbers[0].0).await.incident.unwrap().stamps.iter().all(|stamp| stamp.code != "T13"));

    // The hub comes back: a server of its own, with the same key.
    let hub =
        Server::start_at(hub_port, &[("SIAGA_ROLES", "hub,dispatcher,gateway,console"), ("SIAGA_HUB_KEYS", key)]).await;
    for (incident_id, number) in &numbers {
        eventually("T13", || {
            let (mut operator, incident_id) = (operator.clone(), incident_id.clone());
            async move {
                let case = operator.case(&incident_id).await.incident?;
                case.stamps.iter().any(|stamp| stamp.code == "T13").then_some(())
            }
        })
        .await;
        let analyst = sign_in(&hub.url, "analis1").await;
        let client = reqwest::Client::new();
        let answer = client.get(format!("{}/hub/cases/{number}", hub.url)).bearer_auth(&analyst.token).send().await;
        let case: serde_json::Value = serde_json::from_str(&answer.unwrap().text().await.unwrap()).unwrap();
        let history = case["history"].as_array().unwrap_or_else(|| panic!("no history: {case}"));
        let sequences: Vec<u64> = history
            .iter()
            .map(|event| {
                event["sequence"].as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{event}"))
            })
            .collect();
        assert_eq!(sequences, (1..=sequences.len() as u64).collect::<Vec<_>>(), "once each, in order");
    }
}
