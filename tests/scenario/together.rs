//! Two people at once, and the same thing twice.

use siaga_proto::v1;
use siaga_tests::{Server, clients, request_id, sign_in};

/// Races for one unit.
const RACES: usize = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn two_dispatchers_who_race_for_one_unit_never_both_get_it() {
    let server = Server::start().await;
    let mut operator = sign_in(&server.url, "operator1").await;
    let desks = [sign_in(&server.url, "damkar").await, sign_in(&server.url, "damkar").await];
    let mut assignments = Vec::new();
    for _ in 0..2 {
        let (incident_id, _) = operator.open("kebakaran-bangunan", "Rumah terbakar").await;
        assignments.extend(operator.dispatch(&incident_id, &["damkar"]).await);
    }
    let mut damkar = desks[0].clone();
    let units = damkar.units.list_units(v1::ListUnitsRequest::default()).await.unwrap().into_inner().units;
    let unit_id = units[0].id.clone();

    let mut wins = [0, 0];
    for _ in 0..RACES {
        let attempt = |side: usize| {
            let (mut desk, unit_id) = (desks[side].clone(), unit_id.clone());
            let assignment_id = assignments[side].clone();
            async move {
                let request = v1::AssignUnitsRequest {
                    request_id: request_id(),
                    assignment_id,
                    unit_ids: vec![unit_id],
                    on_behalf: None,
                };
                desk.dispatch.assign_units(request).await
            }
        };
        let answers: [_; 2] = tokio::join!(attempt(0), attempt(1)).into();
        let winners: Vec<usize> = (0..2).filter(|side| answers[*side].is_ok()).collect();
        assert_eq!(winners.len(), 1, "one wins, the other is told");
        let refusal = answers[1 - winners[0]].as_ref().unwrap_err();
        assert_eq!(clients::code(refusal), "SIAGA-1501");
        wins[winners[0]] += 1;
        let release = v1::ReleaseUnitRequest {
            request_id: request_id(),
            assignment_id: assignments[winners[0]].clone(),
            unit_id: unit_id.clone(),
            reason: "ulang".into(),
            on_behalf: None,
        };
        damkar.dispatch.release_unit(release).await.unwrap();
    }
    assert_eq!(wins[0] + wins[1], RACES);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_command_twice_is_one_incident() {
    let mut server = Server::start().await;
    let mut operator = sign_in(&server.url, "operator1").await;
    let request = v1::OpenIncidentRequest {
        request_id: request_id(),
        narrative: "Pohon tumbang menutup jalan".into(),
        ..Default::default()
    };
    let (mut one, mut two) = (operator.clone(), operator.clone());
    let (first, second) =
        tokio::join!(one.incidents.open_incident(request.clone()), two.incidents.open_incident(request.clone()));
    let (first, second) = (first.unwrap().into_inner(), second.unwrap().into_inner());
    assert_eq!(first, second, "at the same time");
    let again = operator.incidents.open_incident(request.clone()).await.unwrap().into_inner();
    assert_eq!(first, again, "a moment later");

    let other = v1::OpenIncidentRequest { narrative: "Lain".into(), ..request.clone() };
    let refusal = operator.incidents.open_incident(other).await.unwrap_err();
    assert_eq!(clients::code(&refusal), "SIAGA-1003", "the same id with another body");

    server.kill();
    server.start_again().await;
    let mut operator = sign_in(&server.url, "operator1").await;
    let after = operator.incidents.open_incident(request).await.unwrap().into_inner();
    assert_eq!(first, after, "after a power cut");
    let found = v1::SearchIncidentsRequest { words: "tumbang".into(), ..Default::default() };
    let found = operator.incidents.search_incidents(found).await.unwrap().into_inner();
    assert_eq!(found.incidents.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_operators_edit_one_card_and_the_second_is_told_what_changed() {
    let server = Server::start().await;
    let mut one = sign_in(&server.url, "operator1").await;
    let mut two = sign_in(&server.url, "operator2").await;
    let (incident_id, _) = one.open("kebakaran-bangunan", "Api kecil").await;
    let version = one.case(&incident_id).await.incident.unwrap().card_version;
    let edit = |narrative: &str| v1::EditIncidentRequest {
        request_id: request_id(),
        incident_id: incident_id.clone(),
        version,
        narrative: Some(narrative.into()),
        ..Default::default()
    };
    one.incidents.edit_incident(edit("Api sudah ke atap")).await.unwrap();
    let refusal = two.incidents.edit_incident(edit("Asap tebal")).await.unwrap_err();
    assert_eq!(clients::code(&refusal), "SIAGA-1004");
    let detail = clients::detail(&refusal);
    assert_eq!(detail.current_version, version + 1);
    let [conflict] = detail.conflicts.as_slice() else { panic!("{detail:?}") };
    assert_eq!((conflict.current.as_str(), conflict.wanted.as_str()), ("Api sudah ke atap", "Asap tebal"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_operators_answer_one_call_and_one_gets_it() {
    let server = Server::start().await;
    let mut one = sign_in(&server.url, "operator1").await;
    let mut two = sign_in(&server.url, "operator2").await;
    for _ in 0..50 {
        let ring = v1::RingCallRequest { request_id: request_id(), ..Default::default() };
        let call_id = one.calls.ring_call(ring).await.unwrap().into_inner().changed.unwrap().id;
        let answer = || v1::AnswerCallRequest { request_id: request_id(), call_id: call_id.clone() };
        let (first, second) = tokio::join!(one.calls.answer_call(answer()), two.calls.answer_call(answer()));
        assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
        let refusal = first.err().or(second.err()).unwrap();
        assert_eq!(clients::code(&refusal), "SIAGA-1201");
    }
}
