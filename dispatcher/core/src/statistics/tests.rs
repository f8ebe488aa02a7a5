//! Levels are judged as their documents say, a list is what its figure counted, and a core's own story comes out right.

use super::{
    export::{Language, csv, tables},
    levels::{Measure, ServiceLevel, Verdict, count, items, judge},
    list::{self, Wanted},
    read::{Counted, CountedCase, together},
};
use crate::{
    queries, report,
    testing::{self, START, TestCore},
};
use proptest::prelude::*;
use siaga_domain::{
    Timestamp,
    report::activity::{ActivityCount, ActivityPeriod, ActivityReport},
};
use siaga_proto::v1;
use siaga_store::{AssignmentFact, CallFact, CaseFact};
use uuid::Uuid;

const NOW: Timestamp = START;

fn ago(seconds: i64) -> Timestamp {
    NOW.plus_ms(-seconds * 1000)
}

fn level(measure: Measure, within_s: u32) -> ServiceLevel {
    let published = ServiceLevel::published().remove(0);
    ServiceLevel { measure, within_s, category: String::new(), ..published }
}

/// A call that rang so many seconds ago, entered when it rang.
fn call(rang: i64, answered: Option<i64>, ended: Option<i64>) -> CallFact {
    let ringing_at = ago(rang);
    let ms = u64::try_from(ringing_at.unix_ms()).unwrap();
    CallFact {
        call_id: uuid::Builder::from_unix_timestamp_millis(ms, &[0; 10]).into_uuid(),
        ringing_at,
        answered_at: answered.map(ago),
        ended_at: ended.map(ago),
        disposition: None,
        incident_id: None,
        operator_id: None,
    }
}

fn case(number: u128, answered: Option<i64>, opened: i64) -> CountedCase {
    let fact = CaseFact {
        incident_id: Uuid::from_u128(number),
        number: format!("SKW-20261122-{number:04}"),
        status: "open".into(),
        type_code: Some("kebakaran-bangunan".into()),
        category: Some("kebakaran".into()),
        priority: Some(1),
        sensitive: false,
        kelurahan_code: None,
        opened_at: ago(opened),
        rang_at: answered.map(|answered| ago(answered + 5)),
        answered_at: answered.map(ago),
        verified_at: None,
        classified_at: None,
        dispatched_at: None,
        ended_at: None,
        hub_accepted_at: None,
        outcome_code: None,
        merged_into: None,
    };
    CountedCase { fact, assignments: Vec::new() }
}

fn assignment(number: u128, sent: i64) -> AssignmentFact {
    AssignmentFact {
        assignment_id: Uuid::from_u128(number),
        incident_id: Uuid::from_u128(1),
        agency: "damkar".into(),
        lead: true,
        step: "sent".into(),
        sent_at: Some(ago(sent)),
        delivered_at: None,
        acknowledged_at: None,
        ready_at: None,
        accepted_at: None,
        unit_assigned_at: None,
        en_route_at: None,
        on_scene_at: None,
        under_control_at: None,
        completed_at: None,
        declined_at: None,
    }
}

fn verdict(level: &ServiceLevel, counted: &Counted) -> Verdict {
    let items = items(counted, level.subject());
    assert_eq!(items.len(), 1);
    judge(level, &items[0], NOW)
}

fn of_call(call: CallFact) -> Verdict {
    verdict(&level(Measure::Answer, 15), &Counted { calls: vec![call], cases: Vec::new() })
}

#[test]
fn an_answer_is_measured_from_the_first_ring_and_an_early_hang_up_is_nobody_s_fault() {
    assert_eq!(of_call(call(60, Some(45), None)), Verdict::Within(15_000), "the limit itself is in time");
    assert_eq!(of_call(call(60, Some(44), Some(10))), Verdict::Missed(Some(16_000)));
    assert_eq!(of_call(call(60, None, Some(50))), Verdict::LeftOut, "hung up after 10 s");
    assert_eq!(of_call(call(60, None, Some(40))), Verdict::Missed(None), "hung up after 20 s");
    assert_eq!(of_call(call(10, None, None)), Verdict::Running);
    assert_eq!(of_call(call(16, None, None)), Verdict::Missed(None), "it rings and is late already");
    let from_paper = CallFact { call_id: call(0, None, None).call_id, ..call(3_600, Some(3_590), None) };
    assert_eq!(of_call(from_paper), Verdict::LeftOut, "entered an hour later");
}

#[test]
fn a_case_is_measured_by_its_first_call_and_its_first_agency_or_unit() {
    let of = |measure, within_s, case: CountedCase| {
        verdict(&level(measure, within_s), &Counted { calls: Vec::new(), cases: vec![case] })
    };
    let sent = |seconds_ago| {
        let mut case = case(1, Some(100), 90);
        case.fact.dispatched_at = Some(ago(seconds_ago));
        case
    };
    assert_eq!(of(Measure::AnsweredToSent, 60, sent(40)), Verdict::Within(60_000));
    assert_eq!(of(Measure::AnsweredToSent, 60, sent(39)), Verdict::Missed(Some(61_000)));
    assert_eq!(of(Measure::AnsweredToSent, 60, sent(101)), Verdict::LeftOut, "sent before the call that was attached");
    assert_eq!(of(Measure::AnsweredToSent, 60, case(1, Some(30), 20)), Verdict::Running);
    assert_eq!(of(Measure::AnsweredToSent, 60, case(1, Some(61), 20)), Verdict::Missed(None));
    assert_eq!(of(Measure::AnsweredToSent, 60, case(1, None, 20)), Verdict::LeftOut, "nobody called");
    let mut cancelled = case(1, Some(200), 190);
    cancelled.fact.ended_at = Some(ago(5));
    assert_eq!(of(Measure::AnsweredToSent, 60, cancelled.clone()), Verdict::LeftOut);
    cancelled.fact.merged_into = Some(Uuid::from_u128(2));
    cancelled.fact.dispatched_at = Some(ago(195));
    assert_eq!(of(Measure::AnsweredToSent, 60, cancelled), Verdict::LeftOut, "a duplicate counts for its case");

    let mut worked = sent(90);
    let unit = AssignmentFact { unit_assigned_at: Some(ago(50)), on_scene_at: Some(ago(20)), ..assignment(7, 90) };
    worked.assignments = vec![AssignmentFact { en_route_at: Some(ago(45)), ..assignment(8, 80) }, unit];
    assert_eq!(of(Measure::AnsweredToUnit, 60, worked.clone()), Verdict::Within(50_000));
    assert_eq!(of(Measure::ReportToArrival, 900, worked.clone()), Verdict::Within(85_000), "from the first ring");
    let floods = ServiceLevel { category: "banjir".into(), ..level(Measure::ReportToArrival, 900) };
    let counted = Counted { calls: Vec::new(), cases: vec![worked] };
    assert_eq!(verdict(&floods, &counted), Verdict::LeftOut, "a fire is no flood");
}

#[test]
fn an_agency_has_read_what_it_acted_on() {
    let of = |assignment: AssignmentFact| {
        let case = CountedCase { assignments: vec![assignment], ..case(1, Some(100), 90) };
        verdict(&level(Measure::SentToRead, 30), &Counted { calls: Vec::new(), cases: vec![case] })
    };
    let sent = || assignment(7, 80);
    assert_eq!(of(AssignmentFact { acknowledged_at: Some(ago(60)), ..sent() }), Verdict::Within(20_000));
    assert_eq!(of(AssignmentFact { accepted_at: Some(ago(40)), ..sent() }), Verdict::Missed(Some(40_000)));
    let declined = AssignmentFact { declined_at: Some(ago(70)), step: "declined".into(), ..sent() };
    assert_eq!(of(declined), Verdict::Within(10_000));
    assert_eq!(of(sent()), Verdict::Missed(None));
    assert_eq!(of(assignment(7, 12)), Verdict::Running);
    assert_eq!(of(AssignmentFact { step: "withdrawn".into(), ..sent() }), Verdict::LeftOut);
}

#[test]
fn the_assignments_of_a_duplicate_count_for_its_case() {
    let mut duplicate = case(1, Some(100), 90).fact;
    duplicate.merged_into = Some(Uuid::from_u128(2));
    let target = case(2, Some(100), 95).fact;
    let counted = together(vec![duplicate.clone(), target], vec![assignment(7, 80)]);
    assert_eq!(counted.iter().map(|case| case.assignments.len()).collect::<Vec<_>>(), [0, 1]);
    let alone = together(vec![duplicate], vec![assignment(7, 80)]);
    assert_eq!(alone[0].assignments.len(), 1, "its case is of another day");
}

/// Sent, read and there, in seconds ago.
type Stamps = (Option<i64>, Option<i64>, Option<i64>);

fn any_counted() -> impl Strategy<Value = Counted> {
    let stamp = || prop::option::of(-100_i64..400);
    let calls = prop::collection::vec((0_i64..400, stamp(), stamp()), 0..20).prop_map(|calls| {
        let with_id = |(index, (rang, answered, ended)): (usize, (i64, Option<i64>, Option<i64>))| CallFact {
            call_id: Uuid::from_u128(index as u128 + 1),
            ..call(rang, answered, ended)
        };
        calls.into_iter().enumerate().map(with_id).collect::<Vec<_>>()
    });
    let parts = (stamp(), 0_i64..400, stamp(), stamp(), prop::collection::vec((stamp(), stamp(), stamp()), 0..4));
    let cases = prop::collection::vec(parts, 0..12).prop_map(|cases| {
        let make = |(index, (answered, opened, sent, ended, assignments)): (
            usize,
            (_, _, Option<i64>, Option<i64>, Vec<_>),
        )| {
            let mut case = case(index as u128 + 100, answered, opened);
            case.fact.dispatched_at = sent.map(ago);
            case.fact.ended_at = ended.map(ago);
            let make = |(at, (sent, read, there)): (usize, Stamps)| AssignmentFact {
                sent_at: sent.map(ago),
                acknowledged_at: read.map(ago),
                on_scene_at: there.map(ago),
                ..assignment((index * 10 + at) as u128 + 1_000, 0)
            };
            case.assignments = assignments.into_iter().enumerate().map(make).collect();
            case
        };
        cases.into_iter().enumerate().map(make).collect::<Vec<_>>()
    });
    (calls, cases).prop_map(|(calls, cases)| Counted { calls, cases })
}

proptest! {
    /// Whatever happened: each part of a level lists exactly as many as its figure counts, page by page, each once,
    /// newest first; and the share within the limit is what the percentile says.
    #[test]
    fn a_list_is_what_its_figure_counted(counted in any_counted(), page_size in 1_usize..7) {
        for level in &ServiceLevel::published() {
            let verdicts: Vec<Verdict> =
                items(&counted, level.subject()).iter().map(|item| judge(level, item, NOW)).collect();
            let figure = count(verdicts.iter().copied());
            let expected = [
                (v1::LevelPart::Within, figure.within),
                (v1::LevelPart::Missed, figure.measured - figure.within),
                (v1::LevelPart::Running, figure.running),
                (v1::LevelPart::LeftOut, figure.left_out),
            ];
            for (part, expected) in expected {
                let wanted = Wanted {
                    subject: level.subject(),
                    level: Some(level),
                    part,
                    disposition: v1::Disposition::Unspecified,
                    type_code: "",
                    kelurahan_code: "",
                    agency_code: "",
                };
                let (mut seen, mut after) = (Vec::new(), None);
                loop {
                    let (rows, total, next) = list::page(&counted, &wanted, after, page_size, NOW);
                    prop_assert_eq!(total, expected as usize);
                    prop_assert!(rows.len() <= page_size);
                    seen.extend(rows.into_iter().map(|row| row.id));
                    after = next;
                    if after.is_none() {
                        break;
                    }
                }
                prop_assert_eq!(seen.len(), expected as usize);
                seen.sort();
                seen.dedup();
                prop_assert_eq!(seen.len(), expected as usize, "each once");
            }
        }
    }
}

/// Two calls that are answered after 5 and 20 s; the first becomes a fire that is sent after 30 s and read after 10.
async fn an_hour(core: &TestCore) -> (Uuid, Uuid) {
    let operator = testing::operator(core, "operator1").await;
    let damkar = testing::dispatcher(core, "damkar1", "damkar").await;
    let run = async |who: &crate::access::Caller, waits_s: i64, answer: bool| {
        let ring = v1::RingCallRequest { request_id: core.request_id(), line: "112".into(), ..Default::default() };
        let call_id = testing::run(core, who, ring).await.unwrap().changed.unwrap().id;
        core.clock.advance_ms(waits_s * 1000);
        if answer {
            let answer = v1::AnswerCallRequest { request_id: core.request_id(), call_id: call_id.clone() };
            testing::run(core, who, answer).await.unwrap();
        }
        call_id
    };
    let first = run(&operator, 5, true).await;
    let open = v1::OpenIncidentRequest {
        request_id: core.request_id(),
        call_id: first,
        narrative: testing::CALLER[2].into(),
        type_code: "kebakaran-bangunan".into(),
        ..Default::default()
    };
    let fire: Uuid = testing::run(core, &operator, open).await.unwrap().changed.unwrap().id.parse().unwrap();
    core.clock.advance_ms(30_000);
    let assignment_id = testing::dispatch(core, &operator, fire, &["damkar"], &[]).await[0].to_string();
    core.clock.advance_ms(10_000);
    let read = v1::AcknowledgeAssignmentRequest { request_id: core.request_id(), assignment_id, on_behalf: None };
    testing::run(core, &damkar, read).await.unwrap();
    let second = run(&operator, 20, true).await;
    let end = v1::EndCallRequest { request_id: core.request_id(), call_id: second.clone() };
    testing::run(core, &operator, end).await.unwrap();
    let prank = v1::SetDispositionRequest {
        request_id: core.request_id(),
        call_id: second,
        disposition: v1::Disposition::Prank.into(),
    };
    testing::run(core, &operator, prank).await.unwrap();
    let (sensitive, _) = testing::open(core, &operator, "kekerasan-anak").await;
    // A window ends before the moment it is asked for.
    core.clock.advance_ms(1_000);
    (fire, sensitive)
}

#[tokio::test]
async fn levels_and_volume_come_from_the_log_and_lead_to_their_calls() {
    let core = testing::core().await;
    let who = testing::supervisor(&core, "penyelia").await;
    an_hour(&core).await;
    let levels = queries::get_service_levels(&core, &who, v1::GetServiceLevelsRequest::default()).await.unwrap().levels;
    let of = |code: &str| levels.iter().find(|figure| figure.level.as_ref().unwrap().code == code).unwrap();
    let counts =
        |count: Option<v1::LevelCount>| count.map(|count| (count.measured, count.within, count.running)).unwrap();
    assert_eq!(counts(of("answer-15").window), (3, 2, 0), "the third rang and was answered at once");
    assert_eq!(counts(of("answer-20").last_hour), (3, 3, 0));
    assert_eq!(counts(of("sent-60").window), (1, 1, 1), "the sensitive case may still be sent in time");
    assert_eq!(counts(of("read-30").window), (1, 1, 0));
    assert_eq!(of("read-30").durations.unwrap().p90_ms, Some(10_000));
    assert_eq!(counts(of("fire-arrival-15").window), (0, 0, 1), "on the way, and in time so far");
    let [hour] = of("answer-15").hours.as_slice() else { panic!("{:?}", of("answer-15").hours) };
    assert_eq!(counts(hour.count), (3, 2, 0));
    assert_eq!(of("answer-15").shifts.last().unwrap().shift, "Pagi");

    let missed = of("answer-15").missed.clone();
    let list = v1::ListFigureRequest { filter: missed, ..Default::default() };
    let listed = queries::list_figure(&core, &who, list).await.unwrap();
    assert_eq!((listed.rows.len(), listed.total, listed.rows[0].duration_ms), (1, 1, Some(20_000)));
    assert_eq!(listed.rows[0].disposition(), v1::Disposition::Prank);

    let volume = queries::get_call_volume(&core, &who, v1::GetCallVolumeRequest::default()).await.unwrap();
    let total = volume.total.unwrap();
    assert_eq!((total.total, total.normal, total.prank, total.unmarked), (3, 2, 1, 0));
    assert!((volume.nuisance_percent - 100.0 / 3.0).abs() < 1e-9);
    assert_eq!(volume.spans.len(), 11, "midnight to after ten, by the hour");
    let last = volume.spans.last().unwrap();
    assert_eq!((last.calls.unwrap().total, last.cases), (3, 2));
}

#[tokio::test]
async fn sensitive_types_stand_apart_only_for_the_supervisor_and_nowhere_in_a_list() {
    let core = testing::core().await;
    let who = testing::supervisor(&core, "penyelia").await;
    let (fire, _) = an_hour(&core).await;
    let day = |who: crate::access::Caller| {
        let request = v1::GetActivityRequest { period: v1::Period::Day.into(), ..Default::default() };
        let core = &core;
        async move { queries::get_activity(core, &who, request).await.unwrap() }
    };
    let codes =
        |report: &v1::GetActivityResponse| -> Vec<String> { report.types.iter().map(|row| row.code.clone()).collect() };
    let own = day(who.clone()).await;
    assert_eq!(codes(&own), ["kebakaran-bangunan", "kekerasan-anak"]);
    assert!(own.types[0].filter.is_some() && own.types[1].filter.is_none(), "no list of a sensitive type");
    let analyst = testing::account(&core, "analis", siaga_domain::Role::HubAnalyst, None, None).await;
    assert_eq!(codes(&day(analyst).await), ["kebakaran-bangunan", "sensitive"]);
    assert_eq!(own.agencies.iter().map(|row| (row.code.as_str(), row.count)).collect::<Vec<_>>(), [("damkar", 1)]);

    let cases = v1::FigureFilter { subject: v1::FigureSubject::Cases.into(), ..Default::default() };
    let list = async |filter: v1::FigureFilter| {
        let request = v1::ListFigureRequest { filter: Some(filter), ..Default::default() };
        queries::list_figure(&core, &who, request).await
    };
    let rows = list(cases.clone()).await.unwrap().rows;
    let told: Vec<(&str, bool)> = rows.iter().map(|row| (row.type_code.as_str(), row.masked)).collect();
    assert_eq!(told, [("", true), ("kebakaran-bangunan", false)]);
    assert_eq!(rows[1].incident_id, fire.to_string());
    let of_type = v1::FigureFilter { type_code: "kekerasan-anak".into(), ..cases.clone() };
    assert_eq!(list(of_type).await.unwrap(), v1::ListFigureResponse::default());
    let no_level = v1::FigureFilter { level_code: "nothing".into(), ..cases };
    assert_eq!(list(no_level).await.unwrap_err().code, "SIAGA-1001");
    assert_eq!(list(v1::FigureFilter::default()).await.unwrap_err().code, "SIAGA-1001");
}

#[tokio::test]
async fn a_file_holds_the_same_figures_without_sensitive_types_or_formulas() {
    let core = testing::core().await;
    let who = testing::supervisor(&core, "penyelia").await;
    an_hour(&core).await;
    let request = v1::ExportActivityRequest { period: v1::Period::Month.into(), ..Default::default() };
    let file = queries::export_activity(&core, &who, request).await.unwrap();
    assert_eq!(file.file_name, "siaga-laporan-bulan-2026-11-01");
    let text = String::from_utf8(file.csv).unwrap();
    assert!(text.starts_with("\u{feff}Ringkasan\r\nApa;Jumlah\r\nDari;2026-11-01 00:00\r\n"), "{text}");
    assert!(text.contains("Panggilan;3\r\n") && text.contains("Jenis yang dilindungi;1"), "{text}");
    assert!(!text.contains("kekerasan-anak") && !text.contains(testing::CALLER[2]), "{text}");
    let names: Vec<&str> = file.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["Ringkasan", "Tingkat layanan", "Lama tahap", "Jenis", "Kelurahan", "SKPD", "Menurut waktu"]);
    assert!(file.tables.iter().all(|table| table.rows.iter().all(|row| row.cells.len() == table.header.len())));
    let wrong =
        v1::ExportActivityRequest { period: v1::Period::Day.into(), language: "de".into(), ..Default::default() };
    assert_eq!(queries::export_activity(&core, &who, wrong).await.unwrap_err().code, "SIAGA-1001");

    let row = v1::ActivityRow { code: "=1+1".into(), name_id: "@x".into(), ..Default::default() };
    let report = v1::GetActivityResponse { types: vec![row], ..Default::default() };
    let tables = tables(&report, super::calendar::Calendar::new(420), Language::Indonesian);
    let text = String::from_utf8(csv(&tables).unwrap()).unwrap();
    assert!(text.contains("'=1+1;'@x;0"), "{text}");
}

/// What the test's printer was given.
fn printed(pdf: &[u8]) -> ActivityReport {
    serde_json::from_slice(pdf.strip_prefix(b"%PDF ").unwrap()).unwrap()
}

#[tokio::test]
async fn a_printed_report_holds_the_same_figures_without_sensitive_types_or_people() {
    let core = testing::core().await;
    let who = testing::supervisor(&core, "penyelia").await;
    an_hour(&core).await;
    let request = |period: v1::Period, language: &str| v1::GetActivityReportRequest {
        period: period.into(),
        day: String::new(),
        language: language.into(),
    };
    let file = queries::get_activity_report(&core, &who, request(v1::Period::Week, "")).await.unwrap();
    assert_eq!(file.file_name, "siaga-laporan-minggu-2026-11-16.pdf");
    let text = String::from_utf8(file.pdf.clone()).unwrap();
    assert!(
        !text.contains("kekerasan-anak") && testing::CALLER.iter().all(|personal| !text.contains(personal)),
        "{text}"
    );
    let report = printed(&file.pdf);
    assert_eq!((report.period, report.spans.len()), (ActivityPeriod::Week, 7));
    assert_eq!(report.printed_by, who.label);
    let told = |counts: &[ActivityCount]| counts.iter().map(|one| (one.name.clone(), one.count)).next().unwrap();
    assert_eq!(told(&report.calls), ("Panggilan".into(), 3));
    assert_eq!(told(&report.cases), ("Kejadian dibuka".into(), 2));
    let names: Vec<&str> = report.types.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(names, ["Kebakaran bangunan", "Jenis yang dilindungi"]);
    let at_ten = report.hours[10];
    assert_eq!((report.hours.len(), at_ten.calls, at_ten.cases), (24, 3, 2));
    assert_eq!(report.levels[0].measured, 3);
    // Every kelurahan that was counted is on the map, inside its own border's box.
    for group in report.kelurahan.iter().filter(|group| !group.code.is_empty()) {
        let area = report.areas.iter().find(|area| area.code == group.code).unwrap();
        let corners: Vec<[f64; 2]> = area.polygons.iter().flatten().flatten().copied().collect();
        assert!(corners.len() >= 3 && corners.iter().any(|corner| corner[0] <= area.label.0));
        assert!(corners.iter().all(|corner| (corner[0] - area.label.0).abs() < 1.0), "{corners:?}");
    }
    let english = queries::get_activity_report(&core, &who, request(v1::Period::Day, "en")).await.unwrap();
    assert_eq!(told(&printed(&english.pdf).calls).0, "Calls");
    for wrong in [request(v1::Period::Unspecified, ""), request(v1::Period::Day, "de")] {
        assert_eq!(queries::get_activity_report(&core, &who, wrong).await.unwrap_err().code, "SIAGA-1001");
    }
    let turns: Vec<_> = std::iter::from_fn(|| report::PERIODS.try_wait()).collect();
    let busy = queries::get_activity_report(&core, &who, request(v1::Period::Day, "")).await.unwrap_err();
    assert_eq!(busy.code, "SIAGA-1907");
    drop(turns);
    assert!(queries::get_activity_report(&core, &who, request(v1::Period::Day, "")).await.is_ok());
}
