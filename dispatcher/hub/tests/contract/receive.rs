//! Every answer of `POST /hub/events`.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use siaga_hub::HubLimits;

use crate::support::{KEY, NEW_KEY, NOW_MS, STRANGE_KEY, TestHub, delivery, record, status, with};

const CASE: &str = "SKW-20261122-0042";

on_both_stores!(
    new_is_202_and_again_is_200,
    another_body_under_a_known_id_or_sequence_is_409,
    a_case_belongs_to_its_source,
    a_gap_is_425_and_says_what_is_expected,
    what_can_never_be_accepted_is_422_and_says_why,
    only_a_signature_of_a_known_key_in_time_is_believed,
    keys_can_be_changed_without_losing_a_delivery,
    the_size_is_limited,
    other_content_is_415_and_other_methods_405,
    a_failing_database_is_503_and_nothing_is_lost,
    too_many_at_once_are_503,
    a_second_opening_finds_what_was_accepted,
    concurrent_deliveries_of_one_event_store_it_once,
);

async fn new_is_202_and_again_is_200(hub: &TestHub) {
    let event = status(CASE, 1, "opened");
    let answer = hub.deliver(&event).await;
    let expected = json!({"answer": "accepted", "case_number": CASE, "sequence": "1"});
    assert_eq!(answer.is(202).json(), expected);
    let again = hub.deliver(&event).await;
    assert_eq!(again.is(200).json()["answer"], "already_have_it");
    // The same event written with other white space is the same event.
    let spaced = serde_json::to_vec_pretty(&event).unwrap();
    hub.deliver_raw(spaced).await.is(200);
    hub.deliver(&record(CASE, 2)).await.is(202);
    hub.deliver(&event).await.is(200);
}

async fn another_body_under_a_known_id_or_sequence_is_409(hub: &TestHub) {
    hub.deliver(&status(CASE, 1, "opened")).await.is(202);
    let changed = status(CASE, 1, "dispatched");
    hub.deliver(&changed).await.is_problem(409, "SIAGA-5008");
    let mut other_id = changed;
    other_id["id"] = json!("another");
    hub.deliver(&other_id).await.is_problem(409, "SIAGA-5009");
    let mut other_case = status("SKW-20261122-0043", 1, "opened");
    other_case["id"] = json!(format!("{CASE}/1"));
    hub.deliver(&other_case).await.is_problem(409, "SIAGA-5008");
    let shown = hub.get(&format!("/hub/cases/{CASE}"), "analyst").await.json();
    assert_eq!(shown["status"], "opened", "a refused event changes nothing");
    hub.get("/hub/cases/SKW-20261122-0043", "analyst").await.is_problem(404, "SIAGA-5024");
}

async fn a_case_belongs_to_its_source(hub: &TestHub) {
    hub.deliver(&status(CASE, 1, "opened")).await.is(202);
    let mut foreign = status(CASE, 2, "closed");
    foreign["source"] = json!("urn:siaga:elsewhere");
    hub.deliver(&foreign).await.is_problem(409, "SIAGA-5010");
}

async fn a_gap_is_425_and_says_what_is_expected(hub: &TestHub) {
    let problem = hub.deliver(&status(CASE, 3, "closed")).await.is_problem(425, "SIAGA-5011");
    assert_eq!(problem["expected_sequence"], "1");
    hub.deliver(&status(CASE, 1, "opened")).await.is(202);
    let problem = hub.deliver(&status(CASE, 3, "closed")).await.is_problem(425, "SIAGA-5011");
    assert_eq!(problem["expected_sequence"], "2");
    hub.deliver(&status(CASE, 2, "dispatched")).await.is(202);
    hub.deliver(&status(CASE, 3, "closed")).await.is(202);
}

/// Faulty events: what is done to a good one, the code, and the pointer that the answer must name.
fn faulty() -> Vec<(Value, &'static str, &'static str)> {
    let envelope = |name: &str, value: Value| {
        let mut event = status(CASE, 1, "opened");
        event[name] = value;
        event
    };
    let data = |name, value| with(status(CASE, 1, "opened"), name, value);
    let mut stamps = record(CASE, 1);
    stamps["data"]["stamps"]["T5"] = json!("noon");
    let mut agency = record(CASE, 1);
    agency["data"]["agencies"][1]["code"] = json!("=cmd()");
    let mut victims = record(CASE, 1);
    victims["data"]["victims"]["dead"] = json!(-1);
    let erased = crate::support::erasure(CASE, 1, &[]);
    let erased = with(erased, "fields", json!(["cause", "status", 7]));
    vec![
        (json!([]), "SIAGA-5005", ""),
        (envelope("specversion", json!("0.3")), "SIAGA-5005", "/specversion"),
        (envelope("id", json!("")), "SIAGA-5005", "/id"),
        (envelope("id", json!("a\u{0}b")), "SIAGA-5005", "/id"),
        (envelope("source", Value::Null), "SIAGA-5005", "/source"),
        (envelope("subject", json!("kasus 42")), "SIAGA-5005", "/subject"),
        (envelope("time", json!("yesterday")), "SIAGA-5005", "/time"),
        (envelope("sequence", json!(1)), "SIAGA-5005", "/sequence"),
        (envelope("sequence", json!("0")), "SIAGA-5005", "/sequence"),
        (envelope("sequence", json!("01")), "SIAGA-5005", "/sequence"),
        (envelope("sequence", json!("9999999999999999999")), "SIAGA-5005", "/sequence"),
        (envelope("datacontenttype", json!("text/xml")), "SIAGA-5005", "/datacontenttype"),
        (envelope("data_base64", json!("e30=")), "SIAGA-5005", "/data_base64"),
        (envelope("type", json!("siaga.case.opened.v1")), "SIAGA-5006", ""),
        (envelope("data", json!("text")), "SIAGA-5007", "/data"),
        (data("case_number", json!("SKW-1")), "SIAGA-5007", "/data/case_number"),
        (data("status", Value::Null), "SIAGA-5007", "/data/status"),
        (data("priority", json!(5)), "SIAGA-5007", "/data/priority"),
        (data("sensitive", json!("no")), "SIAGA-5007", "/data/sensitive"),
        (data("occurred_at", json!(5)), "SIAGA-5007", "/data/occurred_at"),
        (stamps, "SIAGA-5007", "/data/stamps/T5"),
        (agency, "SIAGA-5007", "/data/agencies/1/code"),
        (victims, "SIAGA-5007", "/data/victims/dead"),
        (erased.clone(), "SIAGA-5007", "/data/fields/1"),
        (erased, "SIAGA-5007", "/data/fields/2"),
    ]
}

async fn what_can_never_be_accepted_is_422_and_says_why(hub: &TestHub) {
    for (event, code, pointer) in faulty() {
        let problem = hub.deliver(&event).await.is_problem(422, code);
        let errors = problem["errors"].as_array().into_iter().flatten();
        let pointers: Vec<&Value> = errors.map(|error| &error["pointer"]).collect();
        assert!(pointer.is_empty() || pointers.contains(&&json!(pointer)), "{pointer} is not among {pointers:?}");
    }
    for raw in [&b"{"[..], b"", b"\xff\xfe", b"null", &b"[".repeat(5_000)] {
        hub.deliver_raw(raw.to_vec()).await.is_problem(422, "SIAGA-5005");
    }
    // Nothing of all that was stored; unknown extra fields are no fault, and are kept.
    let extra = with(status(CASE, 1, "opened"), "later_field", json!({"any": ["thing", "\u{0}"]}));
    hub.deliver(&extra).await.is(202);
    let shown = hub.get(&format!("/hub/cases/{CASE}"), "auditor").await.json();
    assert_eq!(shown["history"][0]["data"], extra["data"]);
    assert_eq!(shown["last_sequence"], "1");
}

async fn only_a_signature_of_a_known_key_in_time_is_believed(hub: &TestHub) {
    let body = status(CASE, 1, "opened").to_string().into_bytes();
    let now_s = NOW_MS / 1_000;
    let strange = delivery(&[STRANGE_KEY], now_s, body.clone());
    hub.send(strange).await.is_problem(401, "SIAGA-5001");
    for timestamp_s in [now_s - 301, now_s + 301] {
        let late = delivery(&[KEY], timestamp_s, body.clone());
        hub.send(late).await.is_problem(401, "SIAGA-5002");
    }
    for header in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut bare = delivery(&[KEY], now_s, body.clone());
        bare.headers_mut().remove(header);
        hub.send(bare).await.is_problem(401, "SIAGA-5001");
        let mut odd = delivery(&[KEY], now_s, body.clone());
        odd.headers_mut().insert(header, "{}".parse().unwrap());
        hub.send(odd).await.is_problem(401, "SIAGA-5001");
    }
    let mut changed = delivery(&[KEY], now_s, body.clone());
    *changed.body_mut() = Body::from(status(CASE, 1, "closed").to_string());
    hub.send(changed).await.is_problem(401, "SIAGA-5001");
    // The same delivery was good all the time, and still is at the edge of the tolerance.
    hub.now_ms.store(NOW_MS + 300_000, Ordering::Relaxed);
    hub.send(delivery(&[KEY], now_s, body)).await.is(202);
}

async fn keys_can_be_changed_without_losing_a_delivery(hub: &TestHub) {
    let now_s = NOW_MS / 1_000;
    let steps: [&[&str]; 4] = [&[KEY], &[KEY, NEW_KEY], &[STRANGE_KEY, NEW_KEY], &[NEW_KEY]];
    for (sequence, keys) in (1..).zip(steps) {
        let body = status(CASE, sequence, "opened").to_string().into_bytes();
        hub.send(delivery(keys, now_s, body)).await.is(202);
    }
}

async fn the_size_is_limited(hub: &TestHub) {
    let bare = status(CASE, 1, "opened");
    let of_size = |size: usize| {
        let empty = with(bare.clone(), "extra", json!("")).to_string().len();
        with(bare.clone(), "extra", json!("x".repeat(size - empty))).to_string().into_bytes()
    };
    let limit = HubLimits::default().body_bytes_max;
    let problem = hub.deliver_raw(of_size(limit + 1)).await.is_problem(413, "SIAGA-5003");
    assert_eq!(problem["bytes_max"], limit);
    // A sender that announces more than it sends is refused before anything is read.
    let mut announced = delivery(&[KEY], NOW_MS / 1_000, of_size(limit));
    announced.headers_mut().insert("content-length", "999999999999".parse().unwrap());
    hub.send(announced).await.is_problem(413, "SIAGA-5003");
    hub.deliver_raw(of_size(limit)).await.is(202);
}

async fn other_content_is_415_and_other_methods_405(hub: &TestHub) {
    let mut plain = delivery(&[KEY], NOW_MS / 1_000, status(CASE, 1, "opened").to_string().into());
    plain.headers_mut().insert("content-type", "application/json".parse().unwrap());
    hub.send(plain).await.is_problem(415, "SIAGA-5004");
    hub.get("/hub/events", "analyst").await.is_problem(405, "SIAGA-5028");
    let post = Request::post("/hub/cases").body(Body::empty()).unwrap();
    hub.send(post).await.is_problem(405, "SIAGA-5028");
    hub.get("/hub/nothing/here", "analyst").await.is_problem(404, "SIAGA-5027");
}

async fn a_failing_database_is_503_and_nothing_is_lost(hub: &TestHub) {
    hub.deliver(&status(CASE, 1, "opened")).await.is(202);
    hub.state.health().await.unwrap();
    hub.sql("ALTER TABLE hub_events RENAME TO taken_away").await;
    let answer = hub.deliver(&status(CASE, 2, "closed")).await;
    answer.is_problem(503, "SIAGA-5012");
    assert!(answer.headers.contains_key("retry-after"));
    assert!(!answer.text.contains("taken_away") && !answer.text.contains("hub_events"));
    assert!(hub.state.health().await.is_err());
    let path = format!("/hub/cases/{CASE}");
    hub.get(&path, "analyst").await.is_problem(503, "SIAGA-5012");
    hub.sql("ALTER TABLE taken_away RENAME TO hub_events").await;
    hub.state.health().await.unwrap();
    hub.deliver(&status(CASE, 2, "closed")).await.is(202);
    assert_eq!(hub.get(&path, "analyst").await.json()["status"], "closed");
    hub.state.close().await;
    hub.deliver(&status(CASE, 3, "closed")).await.is_problem(503, "SIAGA-5012");
}

async fn too_many_at_once_are_503(hub: &TestHub) {
    let limits = HubLimits { deliveries_in_flight_max: 0, ..HubLimits::default() };
    let full = hub.with_limits(limits).await;
    let answer = full.deliver(&status(CASE, 1, "opened")).await;
    answer.is_problem(503, "SIAGA-5013");
    assert!(answer.headers.contains_key("retry-after"));
    // A body that never ends holds its place for a limited time only.
    let limits = HubLimits { body_timeout_ms: 1, ..HubLimits::default() };
    let hasty = hub.with_limits(limits).await;
    let mut endless = delivery(&[KEY], NOW_MS / 1_000, Vec::new());
    let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    *endless.body_mut() = Body::from_stream(never);
    hasty.send(endless).await.is_problem(408, "SIAGA-5014");
}

async fn a_second_opening_finds_what_was_accepted(hub: &TestHub) {
    hub.accept_all(&[status(CASE, 1, "opened"), record(CASE, 2)]).await;
    hub.state.close().await;
    let again = hub.with_limits(HubLimits::default()).await;
    again.deliver(&status(CASE, 1, "opened")).await.is(200);
    let shown = again.get(&format!("/hub/cases/{CASE}"), "auditor").await.json();
    assert_eq!(shown["record"], record(CASE, 2)["data"]);
    again.deliver(&status(CASE, 3, "closed")).await.is(202);
}

async fn concurrent_deliveries_of_one_event_store_it_once(hub: &TestHub) {
    let event = status(CASE, 1, "opened");
    let answers = futures_util::future::join_all((0..16).map(|_| hub.deliver(&event))).await;
    let new = answers.iter().filter(|answer| answer.status == 202).count();
    let known = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((new, known), (1, 15), "{answers:?}");
    // Two cases that claim the same id at the same time: one gets it.
    let claims: Vec<Value> = (0..8)
        .map(|number| {
            let mut claim = status(&format!("SKW-20261122-1{number}"), 1, "opened");
            claim["id"] = json!("claimed");
            claim
        })
        .collect();
    let answers = futures_util::future::join_all(claims.iter().map(|claim| hub.deliver(claim))).await;
    let new = answers.iter().filter(|answer| answer.status == 202).count();
    let refused = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((new, refused), (1, 7), "{answers:?}");
}
