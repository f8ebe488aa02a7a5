//! Whatever the network does to the order of deliveries: in the end each is there once, in order.

use proptest::prelude::*;
use serde_json::Value;

use crate::support::{TestHub, record, status};

const CASES: [&str; 3] = ["SKW-20261122-0001", "SKW-20261122-0002", "SKW-20261122-0003"];
const EVENTS_PER_CASE: u32 = 4;

fn all_events() -> Vec<Value> {
    CASES
        .iter()
        .flat_map(|case| {
            (1..EVENTS_PER_CASE)
                .map(|sequence| status(case, sequence, &format!("status-{sequence}")))
                .chain([record(case, EVENTS_PER_CASE)])
        })
        .collect()
}

/// Delivers in the given order; what is told to come again does, until nothing is left.
async fn deliver_in(hub: &TestHub, order: &[usize]) {
    let events = all_events();
    let mut waiting: Vec<usize> = order.to_vec();
    let mut accepted = 0;
    while !waiting.is_empty() {
        let mut again = Vec::new();
        for &index in &waiting {
            let answer = hub.deliver(&events[index]).await;
            match answer.status.as_u16() {
                202 => accepted += 1,
                200 => {}
                425 => again.push(index),
                _ => panic!("{}", answer.text),
            }
        }
        assert!(again.len() < waiting.len(), "a round without progress");
        waiting = again;
    }
    assert_eq!(accepted, events.len(), "each was new exactly once");
    for case in CASES {
        let shown = hub.get(&format!("/hub/cases/{case}"), "auditor").await.json();
        let sequences: Vec<u32> = shown["history"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["sequence"].as_str().unwrap().parse().unwrap())
            .collect();
        assert_eq!(sequences, (1..=EVENTS_PER_CASE).collect::<Vec<_>>());
        assert_eq!(shown["status"], format!("status-{}", EVENTS_PER_CASE - 1));
        assert_eq!(shown["record"], record(case, EVENTS_PER_CASE)["data"]);
    }
}

/// Every event at least once, some several times, in any order.
fn orders() -> impl Strategy<Value = Vec<usize>> {
    let count = CASES.len() * EVENTS_PER_CASE as usize;
    prop::collection::vec(0..count, 0..20)
        .prop_map(move |repeated| (0..count).chain(repeated).collect::<Vec<_>>())
        .prop_shuffle()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}

fn config(cases: u32) -> ProptestConfig {
    // The failing order is printed; a file of old ones would need the path of the sources.
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(32))]
    #[test]
    fn any_order_with_repeats_ends_well_on_sqlite(order in orders()) {
        runtime().block_on(async { deliver_in(&TestHub::on_sqlite().await, &order).await });
    }
}

proptest! {
    #![proptest_config(config(8))]
    #[test]
    fn any_order_with_repeats_ends_well_on_postgres(order in orders()) {
        runtime().block_on(async { deliver_in(&TestHub::on_postgres().await, &order).await });
    }
}
