//! The report holds what its reader may see, and says why where it does not.

use super::{build, get_report, load, sight_of};
use crate::{
    access::Caller,
    testing::{self, INSIDE, TestCore, dispatcher, operator},
    writer::Lane,
};
use siaga_domain::report::{IncidentReport, OnBehalfMeans, Personal, ReportAgencyRole, ReportLanguage, ReportStep};
use siaga_proto::v1;
use uuid::Uuid;

testing::on_each!(
    the_centre_gets_the_whole_case,
    an_agency_gets_the_report_of_its_own_cases_for_a_day,
    erased_people_are_said_to_be_erased_and_sensitive_reading_is_on_record,
    no_report_is_without_its_timeline,
);

/// A closed case: damkar leads and did it by radio, psc119 supported and declined.
async fn case(core: &TestCore, type_code: &str) -> (Caller, String, String) {
    let who = operator(core, "operator1").await;
    let lane = Lane::Emergency;
    let open = v1::OpenIncidentRequest {
        request_id: core.request_id(),
        caller_name: "Warga Contoh".into(),
        caller_number: "0812 0000 0001".into(),
        narrative: "asap tebal".into(),
        place: Some(v1::PlaceInput {
            text: "Jalan Contoh 1".into(),
            point: Some(v1::Point { latitude: INSIDE.0, longitude: INSIDE.1, accuracy_m: 5.0 }),
            ..Default::default()
        }),
        type_code: type_code.into(),
        ..Default::default()
    };
    let opened = core.writer.command(lane, who.clone(), open).await.unwrap();
    let incident_id = opened.changed.unwrap().id;
    let dispatch = v1::DispatchIncidentRequest {
        request_id: core.request_id(),
        incident_id: incident_id.clone(),
        agency_codes: vec!["psc119".into(), "damkar".into()],
        ..Default::default()
    };
    let sent = core.writer.command(lane, who.clone(), dispatch).await.unwrap().assignment_ids;
    core.clock.advance_ms(300_000);
    let said = v1::OnBehalf {
        channel: v1::Channel::Radio.into(),
        contact: "Posko".into(),
        said_at: Some(crate::convert::timestamp(core.context.now().plus_ms(-200_000))),
    };
    let done = v1::ReportStatusRequest {
        request_id: core.request_id(),
        assignment_id: sent[0].clone(),
        step: v1::Step::Completed.into(),
        on_behalf: Some(said),
        ..Default::default()
    };
    core.writer.command(lane, who.clone(), done).await.unwrap();
    let withdraw = v1::WithdrawAssignmentRequest {
        request_id: core.request_id(),
        assignment_id: sent[1].clone(),
        reason: "tidak perlu".into(),
    };
    core.writer.command(lane, who.clone(), withdraw).await.unwrap();
    let close = v1::CloseIncidentRequest {
        request_id: core.request_id(),
        incident_id: incident_id.clone(),
        outcome_code: "handled".into(),
        actions: "pendinginan".into(),
        ..Default::default()
    };
    core.writer.command(lane, who.clone(), close).await.unwrap();
    (who, incident_id, opened.number)
}

async fn built(core: &TestCore, who: &Caller, incident_id: &str, language: ReportLanguage) -> IncidentReport {
    let id = Uuid::parse_str(incident_id).unwrap();
    let loaded = load(&core.context, id).await.unwrap();
    let sight = sight_of(&core.context, who, id, &loaded).unwrap();
    build::report(&core.context, who, id, &loaded, sight, language).await.unwrap()
}

fn ask(incident_id: &str) -> v1::GetReportRequest {
    v1::GetReportRequest { incident_id: incident_id.into(), language: String::new() }
}

async fn the_centre_gets_the_whole_case() {
    let core = testing::core().await;
    let (who, incident_id, number) = case(&core, "kebakaran-bangunan").await;
    let report = built(&core, &who, &incident_id, ReportLanguage::Indonesian).await;
    assert_eq!(report.number, number);
    assert_eq!(report.kind.type_name, "Kebakaran bangunan");
    let Personal::Shown(caller) = &report.caller else { panic!("{:?}", report.caller) };
    assert_eq!((caller.name.as_deref(), caller.phone.as_deref()), (Some("Warga Contoh"), Some("0812 0000 0001")));
    assert_eq!(report.place.text, Personal::Shown("Jalan Contoh 1".into()));
    assert_eq!(report.place.kelurahan.as_deref(), Some("Pasiran"));
    assert_eq!(report.result.outcome.as_deref(), Some("Ditangani"));
    assert!(report.is_closed() && report.revision == 1);
    assert!(report.stamps[6].is_none(), "none is made up");
    let completed = report.stamps[11].as_ref().unwrap();
    assert_eq!(completed.mark.on_behalf, Some(OnBehalfMeans::Radio));
    assert!(completed.mark.recorded_later_at.is_some(), "entered more than a minute after it was said");
    let lead = &report.agencies[0];
    assert_eq!((lead.role, lead.name.as_str()), (ReportAgencyRole::Lead, "Pemadam Kebakaran"));
    assert_eq!(lead.steps.last().unwrap().step, ReportStep::Completed);
    assert!(report.agencies[1].ended.is_some());
    assert_eq!(report.closing_note.as_deref(), Some("pendinginan"));
    assert!(report.timeline.is_sorted_by_key(|entry| entry.at));
    let told: Vec<_> = report.timeline.iter().filter(|entry| entry.text.contains("radio")).collect();
    assert_eq!(told.len(), 1, "{:?}", report.timeline);
    assert_eq!(told[0].text, "Damkar: selesai (via radio, disampaikan oleh Posko).");
    assert_eq!(told[0].mark.on_behalf, None, "it is said once");
    assert!(told[0].mark.recorded_later_at.is_some());
    let english = built(&core, &who, &incident_id, ReportLanguage::English).await;
    assert_eq!(
        (english.kind.type_name.as_str(), english.agencies[0].name.as_str()),
        ("Structure fire", "Fire service")
    );
}

async fn an_agency_gets_the_report_of_its_own_cases_for_a_day() {
    let core = testing::core().await;
    let (_, incident_id, number) = case(&core, "kebakaran-bangunan").await;
    let damkar = dispatcher(&core, "damkar1", "damkar").await;
    let polres = dispatcher(&core, "polres1", "polres").await;
    let psc = dispatcher(&core, "psc1", "psc119").await;
    let reply = get_report(&core, &damkar, ask(&incident_id)).await.unwrap();
    assert_eq!(reply.file_name, format!("Laporan-{number}.pdf"));
    assert_eq!(reply.pdf, format!("%PDF {number}").into_bytes());
    for other in [&polres, &psc] {
        let refused = get_report(&core, other, ask(&incident_id)).await.unwrap_err();
        assert_eq!(refused.code, "SIAGA-1002", "{}", other.label);
    }
    core.clock.advance_ms(24 * 3_600_000);
    assert_eq!(get_report(&core, &damkar, ask(&incident_id)).await.unwrap_err().code, "SIAGA-1002");
    let unknown = get_report(&core, &damkar, ask(&Uuid::from_u128(1).to_string())).await.unwrap_err();
    assert_eq!(unknown.code, "SIAGA-1002");
}

async fn erased_people_are_said_to_be_erased_and_sensitive_reading_is_on_record() {
    let core = testing::core().await;
    let (who, incident_id, _) = case(&core, "kekerasan-anak").await;
    get_report(&core, &who, ask(&incident_id)).await.unwrap();
    let events = core.context.store.events_after(0, 1000).await.unwrap();
    assert!(events.iter().any(|event| event.event_type == "account.sensitive_case_read"));
    let erase = v1::ErasePersonalDataRequest {
        request_id: core.request_id(),
        incident_id: incident_id.clone(),
        reason: "permintaan".into(),
        ..Default::default()
    };
    core.writer.command(Lane::Routine, who.clone(), erase).await.unwrap();
    let report = built(&core, &who, &incident_id, ReportLanguage::Indonesian).await;
    assert_eq!((report.caller, report.narrative), (Personal::Erased, Personal::Erased));
    assert_eq!(report.place.text, Personal::Erased);
    let refused = get_report(&core, &who, v1::GetReportRequest { incident_id, language: "xx".into() }).await;
    assert_eq!(refused.unwrap_err().allowed, ["id", "en"]);
}

async fn no_report_is_without_its_timeline() {
    let core = testing::core().await;
    let (who, duplicate, _) = case(&core, "kebakaran-bangunan").await;
    let (kept, _) = testing::open(&core, &who, "kebakaran-bangunan").await;
    let kept = kept.to_string();
    let lines = async |who: &Caller, incident_id: &str| {
        let texts = built(&core, who, incident_id, ReportLanguage::Indonesian).await.timeline;
        texts.into_iter().map(|entry| entry.text).collect::<Vec<_>>()
    };
    let opened = lines(&who, &kept).await;
    assert!(
        opened[0].contains("Panggilan masuk") && opened.concat().contains("dibuka."),
        "a case just opened: {opened:?}"
    );
    let reopen = v1::ReopenIncidentRequest {
        request_id: core.request_id(),
        incident_id: duplicate.clone(),
        reason: "ternyata ganda".into(),
    };
    testing::run(&core, &who, reopen).await.unwrap();
    let merge = v1::MergeIncidentRequest {
        request_id: core.request_id(),
        duplicate_incident_id: duplicate.clone(),
        into_incident_id: kept.clone(),
    };
    testing::run(&core, &who, merge).await.unwrap();
    let damkar = dispatcher(&core, "damkar1", "damkar").await;
    for reader in [&who, &damkar] {
        for incident_id in [&duplicate, &kept] {
            let lines = lines(reader, incident_id).await;
            assert!(lines.iter().any(|line| line.contains("Damkar")), "{}: {lines:?}", reader.label);
        }
    }
    let close = v1::CloseIncidentRequest {
        request_id: core.request_id(),
        incident_id: kept.clone(),
        outcome_code: "handled".into(),
        ..Default::default()
    };
    testing::run(&core, &who, close).await.unwrap();
    let before = lines(&who, &kept).await.concat();
    let erase = v1::ErasePersonalDataRequest {
        request_id: core.request_id(),
        incident_id: kept.clone(),
        reason: "permintaan".into(),
        ..Default::default()
    };
    testing::run(&core, &who, erase).await.unwrap();
    let after = lines(&who, &kept).await.concat();
    assert!(
        after.starts_with(&before) && after.len() > before.len(),
        "what people said goes, not what happened: {after}"
    );
}
