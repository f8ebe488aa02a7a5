//! The queries over a core with a few cases.

use crate::{
    access::Caller,
    queries,
    testing::{self, CALLER, TestCore},
};
use siaga_domain::unit::Unit;
use siaga_proto::v1;
use siaga_store::StreamKey;

testing::on_each!(
    a_case_is_found_by_id_and_number_and_reading_a_sensitive_one_is_logged,
    search_finds_by_each_field_and_never_a_sensitive_case_by_what_is_masked,
    a_callers_history_is_logged_newest_first_and_without_the_call_itself,
    units_are_listed_for_those_who_may_see_them_with_their_newest_position,
    the_catalog_tells_whom_to_call_only_to_those_who_call,
);

async fn search(core: &TestCore, who: &Caller, request: v1::SearchIncidentsRequest) -> Vec<String> {
    let found = queries::search_incidents(core, who, request).await.unwrap().incidents;
    found.into_iter().map(|view| view.number).collect()
}

/// Types of the events of an account.
async fn events_of(core: &TestCore, who: &Caller) -> Vec<String> {
    let key = StreamKey::new("account", who.account_id.unwrap());
    let rows = core.context.store.events_of_stream(&key, 0, 100).await.unwrap();
    rows.into_iter().map(|row| row.event_type).collect()
}

async fn a_case_is_found_by_id_and_number_and_reading_a_sensitive_one_is_logged() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let reader = testing::supervisor(&core, "penyelia").await;
    let (plain, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let (sensitive, call_id) = testing::open(&core, &operator, "kekerasan-anak").await;
    let by_id = |id: uuid::Uuid| v1::GetIncidentRequest { incident_id: id.to_string(), ..Default::default() };

    let card = queries::get_incident(&core, &reader, by_id(plain)).await.unwrap();
    let incident = card.incident.unwrap();
    assert_eq!((card.calls.len(), incident.caller_name.as_str()), (1, CALLER[0]));
    assert!(card.timeline.len() >= 4, "{:?}", card.timeline);
    let by_number = v1::GetIncidentRequest { number: incident.number.to_lowercase(), ..Default::default() };
    assert_eq!(queries::get_incident(&core, &reader, by_number).await.unwrap().incident.unwrap().id, plain.to_string());
    assert_eq!(events_of(&core, &reader).await, ["account.created"], "an ordinary case is read without a note");

    let card = queries::get_incident(&core, &reader, by_id(sensitive)).await.unwrap().incident.unwrap();
    assert_eq!((card.caller_name.as_str(), card.masked), (CALLER[0], false));
    assert_eq!(events_of(&core, &reader).await, ["account.created", "account.sensitive_case_read"]);

    let get_call = v1::GetCallRequest { call_id: call_id.to_string() };
    let call = queries::get_call(&core, &reader, get_call.clone()).await.unwrap().call.unwrap();
    assert_eq!(call.number, "", "the call of a sensitive case is masked for others");
    let call = queries::get_call(&core, &operator, get_call).await.unwrap().call.unwrap();
    assert_eq!(call.number, CALLER[1], "and not for the operator who has it");

    for (missing, code) in [(uuid::Uuid::nil().to_string(), "SIAGA-1002"), ("x".into(), "SIAGA-1001")] {
        let request = v1::GetIncidentRequest { incident_id: missing, ..Default::default() };
        assert_eq!(queries::get_incident(&core, &reader, request).await.unwrap_err().code, code);
    }
    let nothing = v1::GetIncidentRequest::default();
    assert_eq!(queries::get_incident(&core, &reader, nothing).await.unwrap_err().code, "SIAGA-1001");
}

async fn search_finds_by_each_field_and_never_a_sensitive_case_by_what_is_masked() {
    let core = testing::core().await;
    let who = testing::operator(&core, "operator1").await;
    let (plain, _) = testing::open(&core, &who, "kebakaran-bangunan").await;
    core.clock.advance_ms(1_000);
    testing::open(&core, &who, "kekerasan-anak").await;
    let (one, two) = ("SKW-20261122-0001".to_owned(), "SKW-20261122-0002".to_owned());
    let request = v1::SearchIncidentsRequest::default;

    assert_eq!(search(&core, &who, request()).await, [two.clone(), one.clone()], "newest first");
    let words = v1::SearchIncidentsRequest { words: "asap tebal".into(), ..request() };
    assert_eq!(search(&core, &who, words).await, std::slice::from_ref(&one), "words do not find the sensitive one");
    let phone = v1::SearchIncidentsRequest { phone: "+62 562 0000-777".into(), ..request() };
    assert_eq!(search(&core, &who, phone).await, std::slice::from_ref(&one), "nor does the number");
    let kind = v1::SearchIncidentsRequest { type_code: "kekerasan-anak".into(), ..request() };
    assert_eq!(search(&core, &who, kind).await, Vec::<String>::new(), "nor does the type");
    for number in ["SKW-20261122-0002", "skw-20261122-0002", "20261122-0002", "0002", "2"] {
        let number = v1::SearchIncidentsRequest { number: number.into(), ..request() };
        assert_eq!(search(&core, &who, number.clone()).await, std::slice::from_ref(&two), "{number:?}");
    }
    let kelurahan = v1::SearchIncidentsRequest { kelurahan_code: testing::KELURAHAN.into(), ..request() };
    assert_eq!(search(&core, &who, kelurahan).await.len(), 2);
    let closed = v1::SearchIncidentsRequest { state: v1::IncidentState::Closed.into(), ..request() };
    assert_eq!(search(&core, &who, closed).await, Vec::<String>::new());

    let first = queries::search_incidents(&core, &who, v1::SearchIncidentsRequest { limit: 1, ..request() }).await;
    let first = first.unwrap();
    assert!(first.incidents[0].masked && first.incidents[0].caller_name.is_empty());
    let next = v1::SearchIncidentsRequest { limit: 1, page_token: first.next_page_token, ..request() };
    let second = queries::search_incidents(&core, &who, next).await.unwrap();
    assert_eq!((second.incidents[0].id.clone(), second.next_page_token.as_str()), (plain.to_string(), ""));

    for wrong in [
        v1::SearchIncidentsRequest { limit: 101, ..request() },
        v1::SearchIncidentsRequest { page_token: "x".into(), ..request() },
        v1::SearchIncidentsRequest { words: "x ".repeat(13), ..request() },
        v1::SearchIncidentsRequest { words: "x".repeat(300), ..request() },
    ] {
        assert_eq!(queries::search_incidents(&core, &who, wrong).await.unwrap_err().code, "SIAGA-1001");
    }
}

async fn a_callers_history_is_logged_newest_first_and_without_the_call_itself() {
    let core = testing::core().await;
    let who = testing::operator(&core, "operator1").await;
    let mut calls = Vec::new();
    for type_code in ["kebakaran-bangunan", "kekerasan-anak", "kebakaran-bangunan"] {
        core.clock.advance_ms(60_000);
        calls.push(testing::open(&core, &who, type_code).await.1.to_string());
    }
    let request = |limit| v1::GetCallerHistoryRequest { call_id: calls[2].clone(), limit };
    let history = queries::get_caller_history(&core, &who, request(0)).await.unwrap().calls;
    let ids: Vec<&str> = history.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids, [&calls[1], &calls[0]]);
    assert_eq!((history[0].number.as_str(), history[1].number.as_str()), ("", CALLER[1]));
    let events = events_of(&core, &who).await;
    assert_eq!(events.iter().filter(|one| *one == "account.caller_history_read").count(), 1);
    assert_eq!(queries::get_caller_history(&core, &who, request(1)).await.unwrap().calls.len(), 1);
    assert_eq!(queries::get_caller_history(&core, &who, request(101)).await.unwrap_err().code, "SIAGA-1001");
}

async fn units_are_listed_for_those_who_may_see_them_with_their_newest_position() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let dispatcher = testing::dispatcher(&core, "damkar1", "damkar").await;
    let crew = testing::crew(&core, "damkar-01", "DAMKAR-01").await;
    let codes = async |who: &Caller, agency: &str| -> Vec<String> {
        let request = v1::ListUnitsRequest { agency_code: agency.into() };
        let units = queries::list_units(&core, who, request).await.unwrap().units;
        units.into_iter().map(|unit| unit.code).collect()
    };
    assert_eq!(codes(&operator, "").await, ["DAMKAR-01", "DAMKAR-02", "POLRES-01", "PSC-01"]);
    assert_eq!(codes(&operator, "polres").await, ["POLRES-01"]);
    assert_eq!(codes(&dispatcher, "").await, ["DAMKAR-01", "DAMKAR-02"]);
    assert_eq!(codes(&dispatcher, "polres").await, Vec::<String>::new());
    assert_eq!(codes(&crew, "").await, ["DAMKAR-01"]);

    let id = Unit::id_of("DAMKAR-01").to_string();
    let position = |latitude, longitude| v1::ReportPositionRequest {
        unit_id: id.clone(),
        point: Some(v1::Point { latitude, longitude, accuracy_m: 5.0 }),
        ..Default::default()
    };
    queries::report_position(&core, &crew, position(0.9, 108.98)).await.unwrap();
    let request = v1::ListUnitsRequest::default();
    let units = queries::list_units(&core, &operator, request).await.unwrap().units;
    assert_eq!(units[0].position_now.unwrap().point.unwrap().latitude, 0.9);
    let admin = testing::account(&core, "admin", siaga_domain::Role::Administrator, None, None).await;
    let units = queries::list_units(&core, &admin, v1::ListUnitsRequest::default()).await.unwrap().units;
    assert_eq!((units.len(), units[0].position_now), (4, None), "an administrator sees what it is, not where it is");
    assert_eq!(queries::report_position(&core, &crew, position(0.0, 0.0)).await.unwrap_err().code, "SIAGA-1001");
    let other = v1::ReportPositionRequest { unit_id: Unit::id_of("POLRES-01").to_string(), ..position(0.9, 108.98) };
    assert_eq!(queries::report_position(&core, &crew, other).await.unwrap_err().code, "SIAGA-1002");
}

async fn the_catalog_tells_whom_to_call_only_to_those_who_call() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let dispatcher = testing::dispatcher(&core, "damkar1", "damkar").await;
    let at = core.context.now();
    core.context.store.set_presence("g1", at, &[("agency:damkar".into(), 1)]).await.unwrap();
    let contacts = async |who: &Caller| {
        let catalog = queries::get_catalog(&core, who, v1::GetCatalogRequest {}).await.unwrap();
        assert_eq!((catalog.types.len(), catalog.outcomes.len(), catalog.kelurahan.len()), (3, 2, 2));
        let agency = catalog.agencies.into_iter().find(|agency| agency.code == "damkar").unwrap();
        (agency.online, agency.duty_contact.map(|contact| contact.label))
    };
    assert_eq!(contacts(&operator).await, (true, Some("Piket siang".into())));
    assert_eq!(contacts(&dispatcher).await.1, None);
    core.clock.advance_ms(15_001);
    assert!(!contacts(&operator).await.0, "what a gateway said is forgotten after 15 s");

    let point = |latitude, longitude| v1::LocatePointRequest {
        point: Some(v1::Point { latitude, longitude, accuracy_m: 0.0 }),
    };
    let inside = queries::locate_point(&core, &operator, point(testing::INSIDE.0, testing::INSIDE.1)).await.unwrap();
    assert_eq!((inside.kelurahan_name.as_str(), inside.outside_city), ("Pasiran", false));
    let beyond = queries::locate_point(&core, &operator, point(testing::NEIGHBOUR.0, testing::NEIGHBOUR.1)).await;
    let beyond = beyond.unwrap();
    assert_eq!((beyond.neighbour_name.as_str(), beyond.outside_city), ("Kabupaten Sambas", true));
}

#[tokio::test]
async fn the_map_is_sent_once_for_each_version_of_the_city() {
    let core = testing::core().await;
    let who = testing::dispatcher(&core, "damkar1", "damkar").await;
    let ask = async |version: &str| {
        queries::get_map_data(&core, &who, v1::GetMapDataRequest { version: version.into() }).await.unwrap()
    };
    let first = ask("").await;
    assert_eq!((first.areas.len(), first.places.len(), first.unchanged), (3, 3, false));
    let neighbour = first.areas.iter().find(|area| area.level() == v1::AreaLevel::Neighbour).unwrap();
    assert_eq!((neighbour.name.as_str(), neighbour.polygons[0].rings[0].deltas.len()), ("Kabupaten Sambas", 8));
    let again = ask(&first.version).await;
    assert_eq!((again.version.as_str(), again.unchanged, again.areas.len()), (first.version.as_str(), true, 0));
    assert_eq!(ask("another").await, first);
    let long = v1::GetMapDataRequest { version: "v".repeat(65) };
    assert_eq!(queries::get_map_data(&core, &who, long).await.unwrap_err().code, "SIAGA-1001");

    // Another import is another version.
    let places = siaga_domain::catalog::CatalogPart::Places(Vec::new());
    let import = crate::setup::ImportCatalog { part: places, source: "uji".into() };
    core.writer.internal(crate::writer::Lane::Routine, import).await.unwrap();
    core.context.reload_city().await.unwrap();
    let emptied = ask(&first.version).await;
    assert_eq!((emptied.places.len(), emptied.areas.len(), emptied.unchanged), (0, 3, false));
}
