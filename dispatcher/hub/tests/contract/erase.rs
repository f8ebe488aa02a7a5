//! What is erased is gone: from every answer, and from the bytes of the file.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use siaga_hub::HubDatabase;

use crate::support::{TestHub, erasure, record, status, with};

const CASE: &str = "SKW-20261122-0042";
const NAME: &str = "Nama Rekaan Satu";
const CAUSE: &str = "sebab yang harus hilang";

on_both_stores!(erased_fields_vanish_and_the_fact_stays, a_retry_of_an_erased_event_is_still_known,);

fn told() -> [Value; 3] {
    let personal = json!({"name": NAME, "number": "+62 800 0000 0001"});
    let closed = with(record(CASE, 2), "personal", personal);
    [
        with(status(CASE, 1, "opened"), "personal", json!({"name": NAME})),
        with(closed, "cause", json!(CAUSE)),
        status(CASE, 3, "closed"),
    ]
}

async fn erased_fields_vanish_and_the_fact_stays(hub: &TestHub) {
    hub.accept_all(&told()).await;
    let path = format!("/hub/cases/{CASE}");
    let before = hub.get(&path, "auditor").await;
    assert!(before.text.contains(NAME) && before.text.contains(CAUSE), "{}", before.text);
    hub.deliver(&erasure(CASE, 4, &["cause", "kelurahan_code"])).await.is(202);
    let after = hub.get(&path, "auditor").await;
    assert!(!after.text.contains(NAME) && !after.text.contains(CAUSE), "{}", after.text);
    let after = after.json();
    assert_eq!(after["kelurahan_code"], Value::Null, "what was folded from it goes too");
    assert_eq!(after["status"], "closed");
    assert_eq!(after["record"]["outcome"], "handled");
    assert_eq!(after["agencies"], json!(["damkar", "polres"]));
    assert_eq!(after["history"][3]["fields"], json!(["cause", "kelurahan_code"]));
    // The case goes on.
    hub.deliver(&with(record(CASE, 5), "revision", json!(2))).await.is(202);
    assert_eq!(hub.get(&path, "auditor").await.json()["revision"], 2);
}

async fn a_retry_of_an_erased_event_is_still_known(hub: &TestHub) {
    hub.accept_all(&told()).await;
    hub.deliver(&erasure(CASE, 4, &["cause"])).await.is(202);
    for event in told() {
        hub.deliver(&event).await.is(200);
    }
    hub.deliver(&erasure(CASE, 4, &["cause"])).await.is(200);
    let changed = with(told()[1].clone(), "outcome", json!("false_alarm"));
    hub.deliver(&changed).await.is_problem(409, "SIAGA-5008");
    let after = hub.get(&format!("/hub/cases/{CASE}"), "auditor").await;
    assert!(!after.text.contains(NAME) && !after.text.contains(CAUSE), "{}", after.text);
}

/// The bytes of the database file and everything beside it.
fn files(hub: &TestHub) -> Vec<u8> {
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(hub.folder.path()).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    bytes
}

/// The numbers of the cases whose invented name is somewhere in the bytes.
fn named_in(bytes: &[u8]) -> BTreeSet<usize> {
    let text = String::from_utf8_lossy(bytes);
    let after_names = text.split(NAME).skip(1);
    after_names.filter_map(|rest| rest.get(1..)?.split('.').next()?.parse().ok()).collect()
}

/// Rows that grow and shrink between others, so that pages are split and cells moved. That leaves copies in the slack
/// of pages which `secure_delete` alone does not reach: the file has to be rewritten.
#[tokio::test]
async fn erased_data_are_gone_from_the_bytes_of_the_file() {
    const CASES: usize = 400;
    let hub = TestHub::on_sqlite().await;
    let HubDatabase::Sqlite(path) = &hub.database else {
        panic!("a hub on SQLite has a file");
    };
    assert!(path.starts_with(hub.folder.path()));
    let case = |number: usize| format!("SKW-20261122-{number:04}");
    let name = |number: usize| format!("{NAME} {number}.");
    for number in 0..CASES {
        hub.deliver(&status(&case(number), 1, "opened")).await.is(202);
    }
    // The seed is one with which traces are left when the file is not rewritten.
    let mut random: u64 = 1;
    for round in 2..=4 {
        for step in 0..CASES {
            // 77 and 400 have no common factor: every case once, in a scattered order.
            let number = (step * 77 + round) % CASES;
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let padding = "z".repeat([0, 20, 100, 400, 900, 1_800][(random >> 33) as usize % 6]);
            let personal = json!({"name": name(number), "padding": padding});
            let sequence = u32::try_from(round).unwrap();
            let told = with(record(&case(number), sequence), "personal", personal);
            let told = with(with(told, "agencies", json!([])), "stamps", json!({}));
            hub.deliver(&told).await.is(202);
        }
    }
    assert_eq!(named_in(&files(&hub)), (0..CASES).collect());
    for number in (0..CASES).step_by(2) {
        hub.deliver(&erasure(&case(number), 5, &[])).await.is(202);
    }
    assert!(hub.state.scrub().await.unwrap(), "no reader is in the way");
    assert_eq!(named_in(&files(&hub)), (1..CASES).step_by(2).collect());
    assert!(hub.state.scrub().await.unwrap(), "there is nothing left to do");
}

/// Nobody has to ask for it: the hub scrubs by itself after an erasure.
#[tokio::test]
async fn the_hub_scrubs_by_itself() {
    let hub = TestHub::on_sqlite().await;
    hub.accept_all(&told()).await;
    hub.deliver(&erasure(CASE, 4, &["cause"])).await.is(202);
    let gone = async {
        let mut every = tokio::time::interval(Duration::from_millis(100));
        while String::from_utf8_lossy(&files(&hub)).contains(NAME) {
            every.tick().await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), gone).await;
    in_time.expect("the erased name leaves the files within 30 s");
}
