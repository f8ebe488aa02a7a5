//! A simple case as it comes from a real flow, kept for the printer: `dispatcher/reports` sees to it that it is one page.
//!
//! `SIAGA_WRITE_SAMPLES=1` writes the file anew after a change of what a report says.

use super::{build, load, sight_of};
use crate::{
    access::Caller,
    command::Command,
    testing::{self, TestCore, dispatcher, operator, run},
};
use siaga_domain::{report::ReportLanguage, unit::Unit};
use siaga_proto::v1::{self, Step};
use uuid::Uuid;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../reports/testdata/simple-case.json");

/// Lets so many seconds pass and does something.
async fn after<C: Command>(core: &TestCore, seconds: i64, who: &Caller, command: C) {
    core.clock.advance_ms(seconds * 1000);
    run(core, who, command).await.unwrap();
}

/// An agency takes its assignment and sends a unit.
async fn take(core: &TestCore, who: &Caller, assignment: Uuid, unit: &str) {
    let (request_id, assignment_id) = (|| core.request_id(), assignment.to_string());
    let receipt = v1::RecordReceiptRequest { request_id: request_id(), assignment_id: assignment_id.clone() };
    after(core, 1, who, receipt).await;
    let acknowledge = v1::AcknowledgeAssignmentRequest {
        request_id: request_id(),
        assignment_id: assignment_id.clone(),
        on_behalf: None,
    };
    after(core, 5, who, acknowledge).await;
    let readiness = v1::Readiness { people: true, vehicles: true, equipment: true, note: "satu regu lengkap".into() };
    let ready = v1::ConfirmReadinessRequest {
        request_id: request_id(),
        assignment_id: assignment_id.clone(),
        readiness: Some(readiness),
        on_behalf: None,
    };
    after(core, 12, who, ready).await;
    let accept =
        v1::AcceptAssignmentRequest { request_id: request_id(), assignment_id: assignment_id.clone(), on_behalf: None };
    after(core, 0, who, accept).await;
    let assign = v1::AssignUnitsRequest {
        request_id: request_id(),
        assignment_id,
        unit_ids: vec![Unit::id_of(unit).to_string()],
        on_behalf: None,
    };
    after(core, 9, who, assign).await;
}

async fn step(core: &TestCore, seconds: i64, who: &Caller, assignment: Uuid, unit: &str, step: Step, note: &str) {
    let report = v1::ReportStatusRequest {
        request_id: core.request_id(),
        assignment_id: assignment.to_string(),
        unit_id: Unit::id_of(unit).to_string(),
        step: step.into(),
        note: note.into(),
        ..Default::default()
    };
    after(core, seconds, who, report).await;
}

/// A house on fire: two agencies with a unit each, every step taken, an hour from ring to closing.
async fn case(core: &TestCore) -> (Caller, Uuid) {
    let who = Caller { label: "Operator 112 meja 2".into(), ..operator(core, "operator1").await };
    let fire = dispatcher(core, "damkar", "damkar").await;
    let fire = Caller { label: "Dispatcher Pemadam Kebakaran".into(), ..fire };
    let medics = Caller { label: "Dispatcher PSC 119".into(), ..dispatcher(core, "psc119", "psc119").await };
    let engine = testing::crew(core, "damkar-01", "DAMKAR-01").await;
    let ambulance = testing::crew(core, "psc-01", "PSC-01").await;
    let (engine, ambulance) =
        (Caller { label: "Regu DAMKAR-01".into(), ..engine }, Caller { label: "Regu PSC-01".into(), ..ambulance });
    let (incident, call) = testing::open(core, &who, "kebakaran-bangunan").await;
    core.clock.advance_ms(40_000);
    let version = load(&core.context, incident).await.unwrap().incidents[&incident].state.card_version;
    let verify = v1::VerifyPlaceRequest {
        request_id: core.request_id(),
        incident_id: incident.to_string(),
        version,
        place: None,
        verification: v1::PlaceVerification::CallerConfirmed.into(),
    };
    after(core, 3, &who, verify).await;
    let sent = testing::dispatch(core, &who, incident, &["damkar", "psc119"], &[]).await;
    take(core, &fire, sent[0], "DAMKAR-01").await;
    take(core, &medics, sent[1], "PSC-01").await;
    after(core, 20, &who, v1::EndCallRequest { request_id: core.request_id(), call_id: call.to_string() }).await;
    let crews = [(&engine, sent[0], "DAMKAR-01"), (&ambulance, sent[1], "PSC-01")];
    for (crew, assignment, unit) in crews {
        step(core, 31, crew, assignment, unit, Step::EnRoute, "").await;
    }
    let note = v1::AddNoteRequest {
        request_id: core.request_id(),
        incident_id: incident.to_string(),
        text: "Pelapor kedua menyebut satu orang terlihat di jendela lantai dua.".into(),
        occurred_at: None,
    };
    after(core, 120, &who, note).await;
    for (crew, assignment, unit) in crews {
        step(core, 150, crew, assignment, unit, Step::OnScene, "Api dari dapur, satu orang sudah di luar").await;
    }
    step(core, 1200, &engine, sent[0], "DAMKAR-01", Step::UnderControl, "").await;
    for (crew, assignment, unit) in crews {
        step(core, 600, crew, assignment, unit, Step::Completed, "").await;
    }
    let close = v1::CloseIncidentRequest {
        request_id: core.request_id(),
        incident_id: incident.to_string(),
        outcome_code: "handled".into(),
        victims: Some(v1::Victims { dead: Some(0), injured: Some(1), missing: Some(0), evacuated: None }),
        cause: "Diduga hubungan arus pendek di dapur".into(),
        damage: "Dapur terbakar, dua ruang terkena asap".into(),
        actions: "Pemadaman, pendinginan, pertolongan pertama".into(),
        hospital: "RSUD dr. Abdul Aziz".into(),
    };
    after(core, 300, &who, close).await;
    (who, incident)
}

#[tokio::test]
async fn a_simple_case_reads_as_the_printer_s_sample() {
    let core = testing::core().await;
    let (who, incident) = case(&core).await;
    let loaded = load(&core.context, incident).await.unwrap();
    let sight = sight_of(&core.context, &who, incident, &loaded).unwrap();
    let report =
        build::report(&core.context, &who, incident, &loaded, sight, ReportLanguage::Indonesian).await.unwrap();
    let told = serde_json::to_string_pretty(&report).unwrap() + "\n";
    if std::env::var_os("SIAGA_WRITE_SAMPLES").is_some() {
        std::fs::write(FILE, &told).unwrap();
    }
    assert_eq!(told, std::fs::read_to_string(FILE).unwrap());
    let whos: Vec<&str> = report.timeline.iter().map(|entry| entry.who.as_str()).collect();
    assert!(whos.contains(&"Dispatcher Damkar"), "{whos:?}");
    let events = crate::timeline::of_incident(&core.context, incident).await.unwrap().len();
    assert!(events >= 25 && report.timeline.len() < events, "{} rows of {events} events", report.timeline.len());
}
