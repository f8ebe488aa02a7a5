//! What is served to whom.

use serde_json::{Value, json};
use siaga_hub::HubLimits;

use crate::support::{TestHub, record, status, with};

on_both_stores!(
    only_readers_read,
    lists_are_paged_newest_first_and_filtered,
    a_sensitive_case_is_masked_and_cannot_be_found_behind_its_mask,
    a_case_shows_history_and_record,
    a_long_history_is_paged,
    bad_questions_are_400,
    exports_are_masked,
    exports_go_over_many_pages,
    statistics_count_and_measure,
    reads_are_limited,
);

const FIRE: &str = "SKW-20261122-0042";
const SECRET: &str = "SKW-20261122-0050";

async fn only_readers_read(hub: &TestHub) {
    for path in ["/hub/cases", "/hub/cases/SKW-1", "/hub/cases.csv", "/hub/cases.geojson", "/hub/statistics"] {
        hub.get(path, "nobody").await.is_problem(401, "SIAGA-5020");
        hub.get(path, "crew").await.is_problem(403, "SIAGA-5021");
        hub.get(path, "core-down").await.is_problem(503, "SIAGA-5026");
    }
    let answer = hub.get("/hub/cases", "analyst").await;
    assert_eq!(answer.is(200).headers["cache-control"], "no-store");
    assert_eq!(answer.json(), json!({"cases": [], "next_cursor": null}));
}

/// A first status with its own time, type, agency and place.
fn opened(number: u32, minute: u32, type_code: &str, agency: &str, kelurahan: &str) -> Value {
    let mut event = status(&format!("SKW-20261122-{number:04}"), 1, "opened");
    event["data"]["occurred_at"] = json!(format!("2026-11-22T06:{minute:02}:00Z"));
    event["data"]["type_code"] = json!(type_code);
    event["data"]["agency_code"] = json!(agency);
    event["data"]["kelurahan_code"] = json!(kelurahan);
    event
}

fn numbers(page: &Value) -> Vec<&str> {
    let cases = page["cases"].as_array().unwrap();
    cases.iter().map(|case| case["case_number"].as_str().unwrap()).collect()
}

async fn lists_are_paged_newest_first_and_filtered(hub: &TestHub) {
    // Two at the same minute: the page boundary falls between them.
    for (number, minute) in [(1, 10), (2, 30), (3, 20), (4, 20), (5, 0)] {
        let (kind, agency, place) = match number {
            2 => ("banjir", "bpbd", "61.72.02.1001"),
            _ => ("kebakaran-bangunan", "damkar", "61.72.01.1001"),
        };
        hub.deliver(&opened(number, minute, kind, agency, place)).await.is(202);
    }
    let mut seen = Vec::new();
    let mut path = "/hub/cases?limit=2".to_owned();
    loop {
        let page = hub.get(&path, "analyst").await.is(200).json();
        seen.extend(numbers(&page).into_iter().map(|number| number[13..].to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/hub/cases?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, ["0002", "0004", "0003", "0001", "0005"]);
    for (filter, expected) in [
        ("type=banjir", 1),
        ("type=kebakaran-bangunan", 4),
        ("agency=bpbd", 1),
        ("kelurahan=61.72.01.1001", 4),
        ("status=opened", 5),
        ("status=closed", 0),
        ("from=2026-11-22T06:20:00Z", 3),
        ("to=2026-11-22T06:20:00Z", 2),
        ("from=2026-11-22T13:10:00%2B07:00&to=2026-11-22T06:30:00Z", 3),
        ("agency=damkar&type=banjir", 0),
    ] {
        let page = hub.get(&format!("/hub/cases?{filter}"), "analyst").await.json();
        assert_eq!(numbers(&page).len(), expected, "{filter}");
    }
}

/// A sensitive case with a record.
async fn deliver_secret(hub: &TestHub) {
    let mut first = status(SECRET, 1, "opened");
    let mut last = record(SECRET, 2);
    for event in [&mut first, &mut last] {
        event["data"]["sensitive"] = json!(true);
        event["data"]["type_code"] = json!("kekerasan-seksual");
        event["data"]["category"] = json!("kriminal");
    }
    hub.accept_all(&[first, last]).await;
}

async fn a_sensitive_case_is_masked_and_cannot_be_found_behind_its_mask(hub: &TestHub) {
    deliver_secret(hub).await;
    let path = format!("/hub/cases/{SECRET}");
    for path in ["/hub/cases", &path] {
        let masked = hub.get(path, "analyst").await;
        for hidden in ["kekerasan", "kriminal", "damkar", "handled", "korsleting", "07:10"] {
            assert!(!masked.is(200).text.contains(hidden), "{hidden} in {}", masked.text);
        }
        assert!(masked.text.contains("\"sensitif\"") && masked.text.contains("07:00:00Z"));
        let whole = hub.get(path, "auditor").await;
        assert!(whole.is(200).text.contains("kekerasan-seksual"));
    }
    for (filter, masked, unmasked) in [
        ("type=kekerasan-seksual", 0, 1),
        ("type=sensitif", 1, 0),
        ("agency=damkar", 0, 1),
        // Opened at 07:10: to a masked reader that is "in the hour of seven".
        ("from=2026-11-22T07:05:00Z", 0, 1),
        ("from=2026-11-22T07:00:00Z", 1, 1),
        ("to=2026-11-22T07:05:00Z", 1, 0),
        ("to=2026-11-22T07:00:00Z", 0, 0),
    ] {
        for (reader, expected) in [("analyst", masked), ("auditor", unmasked)] {
            let page = hub.get(&format!("/hub/cases?{filter}"), reader).await.json();
            assert_eq!(numbers(&page).len(), expected, "{filter} as {reader}");
        }
    }
    // A case that turns out not to be sensitive keeps its first status masked.
    hub.deliver(&status(SECRET, 3, "closed")).await.is(202);
    let shown = hub.get(&path, "analyst").await.json();
    assert_eq!(shown["history"][0]["data"]["masked"], true);
    assert_eq!(shown["history"][2]["data"]["type_code"], "kebakaran-bangunan");
    assert_eq!(shown["record"], Value::Null, "the record was made when it was sensitive");
}

async fn a_case_shows_history_and_record(hub: &TestHub) {
    let closed = with(record(FIRE, 2), "personal", json!({"name": "Nama Rekaan"}));
    hub.accept_all(&[status(FIRE, 1, "opened"), closed, status(FIRE, 3, "closed")]).await;
    let path = format!("/hub/cases/{FIRE}");
    let shown = hub.get(&path, "analyst").await.is(200).json();
    assert_eq!(shown["opened_at"], "2026-11-22T07:10:00Z");
    assert_eq!(shown["agencies"], json!(["damkar", "polres"]));
    assert_eq!(shown["history"][0]["data"]["occurred_at"], "2026-11-22T07:10:20.500Z");
    assert_eq!(shown["history"][1]["type"], "siaga.case.record.v1");
    assert_eq!(shown["record"], record(FIRE, 2)["data"], "without the personal object");
    let whole = hub.get(&path, "auditor").await.json();
    assert_eq!(whole["record"]["personal"]["name"], "Nama Rekaan");
    for unknown in ["SKW-20261122-9999", "a%00b", "%ff", "a%20b", "%27%20OR%201=1"] {
        let path = format!("/hub/cases/{unknown}");
        hub.get(&path, "analyst").await.is_problem(404, "SIAGA-5024");
    }
}

async fn a_long_history_is_paged(hub: &TestHub) {
    for sequence in 1..=205 {
        hub.deliver(&status(FIRE, sequence, "handling")).await.is(202);
    }
    let first = hub.get(&format!("/hub/cases/{FIRE}"), "analyst").await.json();
    assert_eq!(first["history"].as_array().unwrap().len(), 200);
    assert_eq!(first["next_after"], "200");
    let rest = hub.get(&format!("/hub/cases/{FIRE}?after=200"), "analyst").await.json();
    assert_eq!(rest["history"].as_array().unwrap().len(), 5);
    assert_eq!(rest["next_after"], Value::Null);
}

async fn bad_questions_are_400(hub: &TestHub) {
    for question in [
        "cases?kelurahn=1",
        "cases?from=yesterday",
        "cases?from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z",
        "cases?limit=0",
        "cases?limit=501",
        "cases?limit=many",
        "cases?type=a%20b",
        "cases?agency=%27%3B--",
        "cases.csv?limit=5",
        "cases.geojson?cursor=x",
        "statistics?type=banjir",
        "cases/SKW-1?after=-1",
    ] {
        let answer = hub.get(&format!("/hub/{question}"), "analyst").await;
        answer.is_problem(400, "SIAGA-5022");
    }
    for cursor in ["nonsense", "aHViMTo5OQ"] {
        let path = format!("/hub/cases?cursor={cursor}");
        hub.get(&path, "analyst").await.is_problem(400, "SIAGA-5023");
    }
}

async fn exports_are_masked(hub: &TestHub) {
    hub.accept_all(&[status(FIRE, 1, "opened"), record(FIRE, 2)]).await;
    let mut at_sea = with(status("SKW-20261122-0060", 1, "opened"), "kelurahan_code", Value::Null);
    at_sea["data"]["occurred_at"] = json!("2026-11-22T05:00:00Z");
    hub.deliver(&at_sea).await.is(202);
    deliver_secret(hub).await;
    for reader in ["analyst", "auditor"] {
        let csv = hub.get("/hub/cases.csv", reader).await;
        assert!(csv.is(200).headers["content-type"].to_str().unwrap().starts_with("text/csv"));
        let lines: Vec<&str> = csv.text.lines().collect();
        assert_eq!(
            lines,
            [
                "case_number,type_code,category,priority,status,outcome,kelurahan_code,kecamatan_code,\
                 opened_hour,closed_hour,agencies,reopened,victims_dead,victims_injured,victims_missing,\
                 victims_evacuated",
                "sensitif,sensitif,sensitif,,opened,sensitif,61.72.01.1001,61.72.01,\
                 2026-11-22T14:00:00+07:00,2026-11-22T15:00:00+07:00,,false,,,,",
                "SKW-20261122-0042,kebakaran-bangunan,kebakaran,1,opened,handled,61.72.01.1001,61.72.01,\
                 2026-11-22T14:00:00+07:00,2026-11-22T15:00:00+07:00,damkar|polres,false,0,2,,11",
                "SKW-20261122-0060,kebakaran-bangunan,kebakaran,1,opened,,,61.72.01,\
                 2026-11-22T12:00:00+07:00,,damkar,false,,,,",
            ],
        );
    }
    let geojson = hub.get("/hub/cases.geojson?kelurahan=61.72.01.1001", "auditor").await;
    assert_eq!(geojson.is(200).headers["content-type"], "application/geo+json");
    let collection = geojson.json();
    assert_eq!(collection["type"], "FeatureCollection");
    let features = collection["features"].as_array().unwrap();
    assert_eq!(features.len(), 2);
    for feature in features {
        let point = json!({"type": "Point", "coordinates": [109.012_123, 0.908_559]});
        assert_eq!(feature["geometry"], point, "the label point, nothing finer");
    }
    assert_eq!(features[0]["properties"]["type_code"], "sensitif");
    let nowhere = hub.get("/hub/cases.geojson?to=2026-11-22T06:00:00Z", "analyst").await.json();
    assert_eq!(nowhere["features"][0]["geometry"], Value::Null);
    let empty = hub.get("/hub/cases.geojson?status=none", "analyst").await.json();
    assert_eq!(empty, json!({"type": "FeatureCollection", "features": []}));
}

async fn exports_go_over_many_pages(hub: &TestHub) {
    for number in 0..1_001 {
        let event = opened(number, number % 60, "banjir", "bpbd", "61.72.01.1001");
        hub.deliver(&event).await.is(202);
    }
    let csv = hub.get("/hub/cases.csv", "analyst").await;
    let mut lines: Vec<&str> = csv.is(200).text.lines().skip(1).collect();
    assert_eq!(lines.len(), 1_001);
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 1_001, "each case once");
    let collection = hub.get("/hub/cases.geojson", "analyst").await.json();
    assert_eq!(collection["features"].as_array().unwrap().len(), 1_001);
}

async fn statistics_count_and_measure(hub: &TestHub) {
    deliver_secret(hub).await;
    for number in 1..=10 {
        let mut closed = record(&format!("SKW-20261122-1{number:02}"), 1);
        closed["data"]["stamps"] = json!({
            "T1": "2026-11-22T07:00:00Z", "T5": format!("2026-11-22T07:00:{:02}Z", number * 5),
        });
        hub.deliver(&closed).await.is(202);
    }
    hub.deliver(&opened(2, 30, "banjir", "bpbd", "61.72.02.1001")).await.is(202);
    let counted = hub.get("/hub/statistics", "auditor").await.is(200).json();
    assert_eq!(counted["cases"], 12);
    let group = |name: &str| -> Vec<(Value, i64)> {
        let groups = counted[name].as_array().unwrap().iter();
        groups.map(|group| (group["code"].clone(), group["cases"].as_i64().unwrap())).collect()
    };
    let code = |text: &str| json!(text);
    assert_eq!(group("by_type"), [(code("kebakaran-bangunan"), 10), (code("banjir"), 1), (code("sensitif"), 1)]);
    assert_eq!(group("by_kelurahan"), [(code("61.72.01.1001"), 11), (code("61.72.02.1001"), 1)]);
    assert_eq!(
        group("by_agency"),
        [(code("damkar"), 10), (code("polres"), 10), (code("bpbd"), 1), (code("sensitif"), 1)]
    );
    assert_eq!(group("by_outcome"), [(code("handled"), 10), (code("sensitif"), 1), (Value::Null, 1)]);
    let durations = counted["durations"].as_array().unwrap();
    let dispatch = durations.iter().find(|entry| entry["name"] == "answered_to_dispatched").unwrap();
    // 5 to 50 s in the ten, 30 s in the sensitive one: eleven values.
    assert_eq!(
        dispatch,
        &json!({"name": "answered_to_dispatched", "from": "T1", "to": "T5", "cases": 11,
                "p50_ms": 30_000, "p90_ms": 45_000})
    );
    let empty = "/hub/statistics?from=2027-01-01T00:00:00Z&to=2027-02-01T00:00:00Z";
    let empty = hub.get(empty, "analyst").await.json();
    assert_eq!(empty["cases"], 0);
    assert_eq!(empty["durations"][0]["p50_ms"], Value::Null);
}

async fn reads_are_limited(hub: &TestHub) {
    let limits = HubLimits { reads_per_minute_max: 2, ..HubLimits::default() };
    let strict = hub.with_limits(limits).await;
    strict.get("/hub/cases", "analyst").await.is(200);
    strict.get("/hub/cases", "analyst").await.is(200);
    let refused = strict.get("/hub/cases", "analyst").await;
    refused.is_problem(429, "SIAGA-5025");
    assert!(refused.headers.contains_key("retry-after"));
    strict.get("/hub/cases", "auditor").await.is(200);
    let limits = HubLimits { exports_in_flight_max: 0, ..HubLimits::default() };
    let full = hub.with_limits(limits).await;
    full.get("/hub/cases.csv", "analyst").await.is_problem(429, "SIAGA-5025");
    let limits = HubLimits { reads_in_flight_max: 0, ..HubLimits::default() };
    let full = hub.with_limits(limits).await;
    full.get("/hub/cases", "analyst").await.is_problem(429, "SIAGA-5025");
}
