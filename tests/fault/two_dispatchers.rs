//! Two dispatchers on one PostgreSQL decide as one.

use std::collections::BTreeSet;

use siaga_proto::v1;
use siaga_tests::{clients, eventually, process::Installation, request_id, sign_in};

/// Races for one unit.
const RACES: usize = 100;
/// Incidents opened at once at each of the two.
const AT_ONCE: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn who_races_for_one_unit_at_two_dispatchers_never_both_gets_it() {
    let (dispatchers, _) = Installation::dispatchers().await;
    let mut operator = sign_in(&dispatchers[0].url, "operator1").await;
    let desks = [sign_in(&dispatchers[0].url, "damkar").await, sign_in(&dispatchers[1].url, "damkar").await];
    let mut assignments = Vec::new();
    for _ in 0..2 {
        let (incident_id, _) = operator.open("kebakaran-bangunan", "Rumah terbakar").await;
        assignments.extend(operator.dispatch(&incident_id, &["damkar"]).await);
    }
    let units = desks[0].clone().units.list_units(v1::ListUnitsRequest::default()).await.unwrap().into_inner().units;
    let unit_id = units[0].id.clone();
    for race in 0..RACES {
        let attempt = |side: usize| {
            let mut desk = desks[side].clone();
            let request = v1::AssignUnitsRequest {
                request_id: request_id(),
                assignment_id: assignments[side].clone(),
                unit_ids: vec![unit_id.clone()],
                on_behalf: None,
            };
            async move { desk.dispatch.assign_units(request).await }
        };
        let answers: [_; 2] = tokio::join!(attempt(0), attempt(1)).into();
        let winners: Vec<usize> = (0..2).filter(|side| answers[*side].is_ok()).collect();
        // None would be a refusal by what a dispatcher remembers of a unit that the other has just released.
        assert_eq!(winners.len(), 1, "race {race}: {answers:?}");
        assert_eq!(clients::code(answers[1 - winners[0]].as_ref().unwrap_err()), "SIAGA-1501");
        let release = v1::ReleaseUnitRequest {
            request_id: request_id(),
            assignment_id: assignments[winners[0]].clone(),
            unit_id: unit_id.clone(),
            reason: "ulang".into(),
            on_behalf: None,
        };
        // Each time at another dispatcher than the one that gave it.
        desks[1 - winners[0]].clone().dispatch.release_unit(release).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_numbers_and_requests_are_one_over_both() {
    let (dispatchers, _) = Installation::dispatchers().await;
    let desks = [sign_in(&dispatchers[0].url, "operator1").await, sign_in(&dispatchers[1].url, "operator2").await];
    let mut opened = Vec::new();
    for round in 0..AT_ONCE {
        for desk in &desks {
            let mut desk = desk.clone();
            opened.push(tokio::spawn(async move { desk.open("sarang-tawon", &format!("Tawon {round}")).await.1 }));
        }
    }
    let mut numbers = BTreeSet::new();
    for number in opened {
        numbers.insert(number.await.unwrap());
    }
    let expected: Vec<String> = (1..=2 * AT_ONCE).map(|number| format!("-{number:04}")).collect();
    assert_eq!(numbers.len(), expected.len(), "each its own: {numbers:?}");
    assert!(numbers.iter().zip(&expected).all(|(number, end)| number.ends_with(end)), "without gaps: {numbers:?}");

    // One request at both at once, of one account.
    let mut sides = [desks[0].clone(), sign_in(&dispatchers[1].url, "operator1").await];
    let request = v1::OpenIncidentRequest {
        request_id: request_id(),
        type_code: "sarang-tawon".into(),
        narrative: "Dua kali".into(),
        ..Default::default()
    };
    let [one, other] = &mut sides;
    let (one, other) =
        tokio::join!(one.incidents.open_incident(request.clone()), other.incidents.open_incident(request));
    assert_eq!(one.unwrap().into_inner().number, other.unwrap().into_inner().number);

    // What is revoked at one ends at the other.
    let mut desk = sides[0].clone();
    desk.access.sign_out(v1::SignOutRequest::default()).await.unwrap();
    eventually("the session ends at the other dispatcher", || {
        let other = sign_in_with(&dispatchers[1].url, &sides[0]);
        async move {
            let refused = other.await.access.who_am_i(v1::WhoAmIRequest {}).await.err()?;
            (clients::code(&refused) == "SIAGA-1102").then_some(())
        }
    })
    .await;
}

/// The same session at another dispatcher.
async fn sign_in_with(url: &str, desk: &clients::Desk) -> clients::Desk {
    let channel = tonic::transport::Channel::from_shared(url.to_owned()).unwrap().connect().await.unwrap();
    clients::with_token(channel, desk.token.clone(), desk.account.clone())
}
