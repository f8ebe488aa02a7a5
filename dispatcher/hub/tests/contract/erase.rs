//! What is erased is gone: from every answer, and from the bytes of the file.

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

/// How often the words occur in the database file and everything beside it.
fn occurrences(hub: &TestHub, word: &str) -> usize {
    let mut found = 0;
    for file in std::fs::read_dir(hub.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        found += bytes.windows(word.len()).filter(|window| *window == word.as_bytes()).count();
    }
    found
}

/// Many cases of many sizes, so that pages were split and cells moved: there the traces are that
/// `secure_delete` alone does not reach.
#[tokio::test]
async fn erased_data_are_gone_from_the_bytes_of_the_file() {
    let hub = TestHub::on_sqlite().await;
    let HubDatabase::Sqlite(path) = &hub.database else {
        panic!("a hub on SQLite has a file");
    };
    assert!(path.starts_with(hub.folder.path()));
    let case = |number: usize| format!("SKW-20261122-{number:04}");
    let padding = |number: usize| "z".repeat(number * 97 % 3_000);
    for number in 0..120 {
        let personal = json!({"name": format!("{NAME} {number}."), "padding": padding(number)});
        let told = with(status(&case(number), 1, "opened"), "personal", personal.clone());
        hub.deliver(&told).await.is(202);
        let closed = with(record(&case(number), 2), "personal", personal);
        hub.deliver(&closed).await.is(202);
    }
    assert!(occurrences(&hub, NAME) >= 240);
    for number in (0..120).filter(|number| number % 2 == 0) {
        hub.deliver(&erasure(&case(number), 3, &[])).await.is(202);
    }
    assert!(hub.state.scrub().await.unwrap(), "no reader is in the way");
    for number in 0..120 {
        let left = occurrences(&hub, &format!("{NAME} {number}."));
        if number % 2 == 0 {
            assert_eq!(left, 0, "case {number} was erased");
        } else {
            assert!(left >= 2, "case {number} was not erased");
        }
    }
    assert!(hub.state.scrub().await.unwrap(), "there is nothing left to do");
}
