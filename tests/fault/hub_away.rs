//! The hub goes away: calls go on, and all arrives afterwards, once each, in order per case.

use crate::hub::{centre, gets_t13, handled_by_hand, has_stamp, history, hub, is_whole, read};
use serde_json::Value;
use siaga_proto::v1;
use siaga_tests::{Database, Desk, eventually, server, sign_in};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

/// Cases that operators handle by hand while the hub is away.
const BY_HAND: usize = 5;
/// Agencies that the fire drill sends to.
const AGENCIES: usize = 8;

/// How fast the drill is played.
fn speed() -> String {
    std::env::var("HUB_OUTAGE_SPEED").unwrap_or_else(|_| "100".into())
}

/// The hub is away at least this long: `HUB_OUTAGE_S=60 HUB_OUTAGE_SPEED=60` plays the whole minute.
fn outage() -> Duration {
    let outage_s = std::env::var("HUB_OUTAGE_S").ok().map_or(0, |text| text.parse().unwrap());
    Duration::from_secs(outage_s)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_was_never_there_gets_everything_when_it_comes() {
    let hub_port = server::free_port();
    let centre = centre(Database::Sqlite, hub_port).await;
    let mut operator = sign_in(&centre.url, "operator1").await;
    let mut cases = Vec::new();
    for round in 0..20 {
        cases.push(handled_by_hand(&mut operator, &format!("Sarang tawon {round}")).await);
    }
    assert!(has_stamp(&mut operator, &cases[0].0, "T13").await.is_none());
    let hub = hub(hub_port, &Database::Sqlite).await;
    let reader = sign_in(&hub.url, "supervisor1").await;
    for (incident_id, number) in &cases {
        gets_t13(&operator, incident_id).await;
        is_whole(&history(&hub.url, &reader, number).await);
    }
}

/// The fire drill, in the middle of which the hub is killed. It comes back when the first agencies are on the scene, so
/// that it is there before the drill waits for T13; until then the drill and the operators go on without it.
async fn a_hub_that_goes_away_in_a_drill(database: Database, hub_database: Database) {
    let hub_port = server::free_port();
    let mut hub = hub(hub_port, &hub_database).await;
    let centre = centre(database, hub_port).await;
    let reader = sign_in(&hub.url, "supervisor1").await;
    let drill = tokio::spawn(server::drill_at(centre.url.clone(), "kebakaran-ruko.toml", speed()));
    let fire_number = eventually("the hub hears of the fire", || async {
        let cases = read(&hub.url, &reader, "/hub/cases").await;
        Some(cases["cases"].get(0)?["case_number"].as_str()?.to_owned())
    })
    .await;
    hub.kill();
    let away_since = Instant::now();

    let mut operator = sign_in(&centre.url, "supervisor1").await;
    let found = v1::GetIncidentRequest { incident_id: String::new(), number: fire_number.clone() };
    let fire = operator.incidents.get_incident(found).await.unwrap().into_inner().incident.unwrap();
    let mut by_hand = Vec::new();
    for round in 0..BY_HAND {
        by_hand.push(handled_by_hand(&mut operator, &format!("Tanpa pusat data {round}")).await);
    }
    eventually("the first agencies are on the scene", || {
        let (mut operator, fire_id) = (operator.clone(), fire.id.clone());
        async move {
            let case = operator.case(&fire_id).await.incident?;
            let on_scene = |assignment: &&v1::AssignmentView| {
                assignment.stamps.iter().any(|stamp| stamp.step() == v1::Step::OnScene)
            };
            case.assignments.iter().any(|assignment| on_scene(&assignment)).then_some(())
        }
    })
    .await;
    for (incident_id, _) in &by_hand {
        assert!(has_stamp(&mut operator, incident_id, "T13").await.is_none(), "the hub was away");
    }
    tokio::time::sleep(outage().saturating_sub(away_since.elapsed())).await;
    hub.start_again().await;
    eprintln!("the hub was away for {:.1} s", away_since.elapsed().as_secs_f64());

    let output = drill.await.unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}\n{told}", output.status);
    let reader = sign_in(&hub.url, "supervisor1").await;
    let of_fire = history(&hub.url, &reader, &fire_number).await;
    is_whole(&of_fire);
    every_step_arrived(&mut operator, &fire.id, &of_fire).await;
    for (incident_id, number) in &by_hand {
        gets_t13(&operator, incident_id).await;
        is_whole(&history(&hub.url, &reader, number).await);
    }
    let state = operator.hub.get_delivery_state(v1::GetDeliveryStateRequest::default()).await.unwrap().into_inner();
    assert!(state.hub_up && state.waiting_cases == 0 && state.dead_cases == 0, "{state:?}");
}

/// Each step of each agency that the centre knows is a status in the hub.
async fn every_step_arrived(operator: &mut Desk, incident_id: &str, history: &[Value]) {
    let arrived: BTreeSet<(&str, &str)> = history
        .iter()
        .filter_map(|event| Some((event["data"]["agency_code"].as_str()?, event["data"]["stage"].as_str()?)))
        .collect();
    let case = operator.case(incident_id).await.incident.unwrap();
    assert_eq!(case.assignments.len(), AGENCIES);
    for assignment in &case.assignments {
        for stage in ["delivered", "acknowledged", "accepted", "unit_assigned", "en_route", "on_scene", "completed"] {
            assert!(
                arrived.contains(&(assignment.agency_code.as_str(), stage)),
                "{stage} of {}",
                assignment.agency_code
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_goes_away_in_a_drill_gets_everything_afterwards_on_sqlite() {
    a_hub_that_goes_away_in_a_drill(Database::Sqlite, Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_goes_away_in_a_drill_gets_everything_afterwards_on_postgres() {
    a_hub_that_goes_away_in_a_drill(Database::postgres().await, Database::postgres().await).await;
}
