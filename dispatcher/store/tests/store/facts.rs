//! Facts: written with a group, read in pages, and filled from the states by their migration.

use serde_json::{Value, json};
use siaga_store::{
    AssignmentFact, CallFact, CaseFact, CommandCommit, Fact, FactPage, ReadModelBatch, Store, StreamKey, StreamRow,
    Timestamp, testing::TestStore,
};
use uuid::Uuid;

use crate::common::{at, id};

crate::on_both!(pages_give_every_fact_once_and_the_newer_replaces_the_older, the_migration_fills_what_is_there);

fn call(number: u128, ringing_at: i64) -> CallFact {
    CallFact {
        call_id: id(number),
        ringing_at: at(ringing_at),
        answered_at: None,
        ended_at: None,
        disposition: None,
        incident_id: None,
        operator_id: None,
    }
}

fn page(after: Option<(Timestamp, Uuid)>, limit: u32) -> FactPage {
    FactPage { from: at(0), to: at(1_000_000), after, limit }
}

async fn all_calls(store: &dyn Store, limit: u32) -> Vec<CallFact> {
    let mut found: Vec<CallFact> = Vec::new();
    loop {
        let after = found.last().map(|last| (last.ringing_at, last.call_id));
        let more = store.call_facts(&page(after, limit)).await.unwrap();
        let full = more.len() == limit as usize;
        found.extend(more);
        if !full {
            return found;
        }
    }
}

async fn pages_give_every_fact_once_and_the_newer_replaces_the_older(test: TestStore) {
    let store = &*test.store;
    // Several of one moment: the id decides.
    let calls: Vec<CallFact> = (1..=300).map(|number| call(number, 1_000 * (number as i64 / 7))).collect();
    let commit = |facts: Vec<Fact>| CommandCommit { facts, ..CommandCommit::default() };
    store.append(&[commit(calls.iter().cloned().map(Fact::Call).collect())]).await.unwrap();
    for limit in [7, 300, 5_000] {
        assert_eq!(all_calls(store, limit).await, calls, "{limit} a page");
    }
    let answered = CallFact { answered_at: Some(at(9)), disposition: Some("prank".into()), ..calls[3].clone() };
    let twice = [commit(vec![Fact::Call(calls[3].clone())]), commit(vec![Fact::Call(answered.clone())])];
    store.append(&twice).await.unwrap();
    assert_eq!(all_calls(store, 100).await[3], answered, "the last of a group counts");
    let window = FactPage { from: at(2_000), to: at(3_000), ..page(None, 100) };
    let inside = store.call_facts(&window).await.unwrap();
    assert!(inside.iter().all(|call| call.ringing_at == at(2_000)) && inside.len() == 7, "{inside:?}");
    store.clear_read_models().await.unwrap();
    assert_eq!(all_calls(store, 100).await, []);
}

fn stream(kind: &str, number: u128, state: Value) -> StreamRow {
    let key = StreamKey::new(kind, id(number));
    StreamRow { key, version: 1, position: 1, open: true, incident_id: None, state }
}

/// States as they are stored, whole and with as little as they may have.
fn states() -> Vec<StreamRow> {
    let stamp = |at: i64| json!({"at": at, "recorded_at": at, "on_behalf": false});
    vec![
        stream(
            "call",
            1,
            json!({"phase": "ended", "ringing_at": 10, "answered_at": 20, "ended_at": 30, "disposition": "normal",
                "incident_id": id(2), "operator": id(9)}),
        ),
        stream("call", 11, json!({"phase": "ringing", "ringing_at": 11, "answered_at": null})),
        stream(
            "incident",
            2,
            json!({"number": "SKW-20261122-0001", "state": "merged", "opened_at": 25, "first_ring_at": 10,
                "answered_at": 20, "classification": {"type_code": "t", "category": "c", "priority": 2,
                "sensitive": true}, "place": {"kelurahan_code": "61.72.02.1002",
                "verified": ["caller_confirmed", stamp(26)]}, "classified": stamp(27), "dispatched": stamp(28),
                "ended_at": 90, "hub_accepted": stamp(95), "outcome": {"outcome_code": "handled"},
                "merged_into": [id(3), "SKW-20261122-0002"]}),
        ),
        stream("incident", 3, json!({"number": "SKW-20261122-0002", "state": "open", "opened_at": 26, "place": {}})),
        stream(
            "assignment",
            4,
            json!({"incident_id": id(2), "agency": "damkar", "role": "lead", "step": "completed",
                "stamps": {"sent": stamp(28), "acknowledged": stamp(31), "on_scene": stamp(60),
                "completed": stamp(80)}}),
        ),
        stream(
            "assignment",
            5,
            json!({"incident_id": id(2), "agency": "psc119", "role": "support", "step": "declined",
                "stamps": {"sent": stamp(29), "declined": stamp(33)}}),
        ),
        stream("unit", 6, json!({"code": "DAMKAR-01"})),
    ]
}

async fn the_migration_fills_what_is_there(test: TestStore) {
    let migration = if test.name == "sqlite" {
        include_str!("../../../../migrations/sqlite/0004_statistics.sql")
    } else {
        include_str!("../../../../migrations/postgres/0004_statistics.sql")
    };
    let store = &*test.store;
    let batch = ReadModelBatch { streams: states(), ..ReadModelBatch::default() };
    store.write_read_models(&batch).await.unwrap();
    let (_, fill) = migration.split_once("INSERT INTO").unwrap();
    test.execute(&format!("INSERT INTO{fill}")).await;

    let rung = CallFact {
        answered_at: Some(at(20)),
        ended_at: Some(at(30)),
        disposition: Some("normal".into()),
        incident_id: Some(id(2)),
        operator_id: Some(id(9)),
        ..call(1, 10)
    };
    assert_eq!(store.call_facts(&page(None, 10)).await.unwrap(), [rung, call(11, 11)]);
    assert_eq!(store.case_facts(&page(None, 10)).await.unwrap(), [whole_case(), bare_case()]);
    assert_eq!(store.assignment_facts(&[id(2), id(3)]).await.unwrap(), [completed(), declined()]);
}

fn bare_case() -> CaseFact {
    CaseFact {
        incident_id: id(3),
        number: "SKW-20261122-0002".into(),
        status: "open".into(),
        type_code: None,
        category: None,
        priority: None,
        sensitive: false,
        kelurahan_code: None,
        opened_at: at(26),
        rang_at: None,
        answered_at: None,
        verified_at: None,
        classified_at: None,
        dispatched_at: None,
        ended_at: None,
        hub_accepted_at: None,
        outcome_code: None,
        merged_into: None,
    }
}

fn whole_case() -> CaseFact {
    CaseFact {
        incident_id: id(2),
        number: "SKW-20261122-0001".into(),
        status: "merged".into(),
        type_code: Some("t".into()),
        category: Some("c".into()),
        priority: Some(2),
        sensitive: true,
        kelurahan_code: Some("61.72.02.1002".into()),
        opened_at: at(25),
        rang_at: Some(at(10)),
        answered_at: Some(at(20)),
        verified_at: Some(at(26)),
        classified_at: Some(at(27)),
        dispatched_at: Some(at(28)),
        ended_at: Some(at(90)),
        hub_accepted_at: Some(at(95)),
        outcome_code: Some("handled".into()),
        merged_into: Some(id(3)),
    }
}

fn completed() -> AssignmentFact {
    AssignmentFact {
        assignment_id: id(4),
        incident_id: id(2),
        agency: "damkar".into(),
        lead: true,
        step: "completed".into(),
        sent_at: Some(at(28)),
        delivered_at: None,
        acknowledged_at: Some(at(31)),
        ready_at: None,
        accepted_at: None,
        unit_assigned_at: None,
        en_route_at: None,
        on_scene_at: Some(at(60)),
        under_control_at: None,
        completed_at: Some(at(80)),
        declined_at: None,
    }
}

fn declined() -> AssignmentFact {
    AssignmentFact {
        assignment_id: id(5),
        agency: "psc119".into(),
        lead: false,
        step: "declined".into(),
        sent_at: Some(at(29)),
        acknowledged_at: None,
        on_scene_at: None,
        completed_at: None,
        declined_at: Some(at(33)),
        ..completed()
    }
}
