//! A sentence for every event, and the history of a whole case.

use super::{Names, Sentence, alarm, assignment, call, incident, with_bracket};
use crate::{
    city::City,
    testing::{self, CALLER},
    timeline,
    views::load::{Loaded, Row},
};
use siaga_domain::{
    PersonalRef, Timestamp,
    alarm::{Alarm, AlarmEvent, AlarmKind, AlarmSubject},
    assignment::{AgencyRole, Assignment, AssignmentEvent, Readiness, Side, UnitProgress},
    call::{CallEvent, Disposition},
    incident::{
        CardChange, Classification, HandOver, HubAction, IncidentEvent, Outcome, PhotoFile, PlaceChange,
        PlaceVerification,
    },
    step::{Stamps, Step},
};
use siaga_proto::v1;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};
use uuid::Uuid;

testing::on_each!(
    a_case_tells_its_whole_history_and_who_said_what_for_whom,
    a_duplicates_history_is_told_with_its_number,
    alarms_do_not_push_the_case_out_of_its_history,
);

const ID: Uuid = Uuid::from_u128(7);
const UNIT: Uuid = Uuid::from_u128(8);

fn personal() -> PersonalRef {
    PersonalRef { personal_id: ID, digest: String::new() }
}

fn calls() -> Vec<CallEvent> {
    let dispositions = [
        Disposition::Normal,
        Disposition::Ghost,
        Disposition::Prank,
        Disposition::Information,
        Disposition::WrongNumber,
        Disposition::Abandoned,
    ];
    let mut events: Vec<CallEvent> =
        dispositions.into_iter().map(|disposition| CallEvent::Disposed { disposition }).collect();
    events.extend([
        CallEvent::Ringing { line: "112-1".into(), number: None, recording_reference: None },
        CallEvent::Ringing { line: String::new(), number: None, recording_reference: None },
        CallEvent::Answered { operator: ID, label: "Operator 1".into() },
        CallEvent::Held {},
        CallEvent::Resumed {},
        CallEvent::Ended {},
        CallEvent::CalledBack { reached: true },
        CallEvent::CalledBack { reached: false },
        CallEvent::CallerIdentified { name: Some(personal()), number: None, language: Some("id".into()) },
        CallEvent::Attached { incident_id: ID },
        CallEvent::HandedOver { operator: ID, label: "Operator 2".into() },
        CallEvent::LegalHoldPlaced { reason: "penyidikan".into() },
        CallEvent::LegalHoldLifted { reason: "selesai".into() },
        CallEvent::PersonalErased { personal_ids: vec![], reason: "permohonan".into() },
    ]);
    events
}

#[expect(clippy::too_many_lines, reason = "each event there is")]
fn incidents() -> Vec<IncidentEvent> {
    let verifications = [
        PlaceVerification::CallerConfirmed,
        PlaceVerification::CallerLink,
        PlaceVerification::Landmark,
        PlaceVerification::SecondCaller,
        PlaceVerification::Agency,
        PlaceVerification::Network,
    ];
    let place = PlaceChange { exact: None, kelurahan_code: None, neighbour_code: None, outside_city: false };
    let card = CardChange { narrative: Some(personal()), place: Some(place.clone()), ..CardChange::default() };
    let classification = Classification {
        type_code: "kebakaran-bangunan".into(),
        category: "kebakaran".into(),
        priority: 2,
        priority_reason: "sudah padam".into(),
        sensitive: false,
    };
    let file =
        PhotoFile { picture: personal(), thumbnail: None, size_bytes: 181_204, width_px: 1_600, height_px: 1_200 };
    let reason = || "alasan".to_owned();
    let number = || "SKW-20261122-0002".to_owned();
    let mut events: Vec<IncidentEvent> = verifications
        .into_iter()
        .map(|verification| IncidentEvent::PlaceVerified { place: None, verification })
        .collect();
    events.extend([
        IncidentEvent::Opened {
            number: number(),
            owner: Some(ID),
            owner_label: "Operator 1".into(),
            call_id: None,
            first_ring_at: None,
            answered_at: None,
            card: CardChange::default(),
        },
        IncidentEvent::EnteredFromPaper { sheet: "K-0007".into() },
        IncidentEvent::EnteredFromPaper { sheet: String::new() },
        IncidentEvent::CardEdited { card },
        IncidentEvent::PlaceVerified { place: Some(place), verification: PlaceVerification::Agency },
        IncidentEvent::Classified { classification },
        IncidentEvent::NoteAdded { text: personal() },
        IncidentEvent::PhotoAdded { file },
        IncidentEvent::CallAttached { call_id: ID },
        IncidentEvent::Dispatched { assignments: vec![ID], agencies: vec!["damkar".into(), "hilang".into()] },
        IncidentEvent::OwnerChanged { owner: Some(ID), label: "Operator 2".into() },
        IncidentEvent::OwnerChanged { owner: None, label: String::new() },
        IncidentEvent::Linked { incident_id: ID, number: number() },
        IncidentEvent::Merged { into: ID, number: number() },
        IncidentEvent::DuplicateTaken {
            incident_id: ID,
            number: number(),
            calls: vec![],
            assignments: vec![],
            notes: vec![],
            photos: vec![],
        },
        IncidentEvent::HandedOver {
            hand_over: HandOver {
                centre_code: "sambas-112".into(),
                taken_by: "Operator piket".into(),
                taken_at: Timestamp::default(),
            },
        },
        IncidentEvent::Cancelled { reason: reason() },
        IncidentEvent::Closed { outcome: Outcome { outcome_code: "handled".into(), ..Outcome::default() } },
        IncidentEvent::Reopened { reason: reason() },
        IncidentEvent::HubAccepted { revision: 1 },
        IncidentEvent::HubSettled { action: HubAction::Replayed, message: 4, reason: String::new() },
        IncidentEvent::HubSettled { action: HubAction::Skipped, message: 4, reason: reason() },
        IncidentEvent::HoldPlaced { reason: reason() },
        IncidentEvent::HoldLifted { reason: reason() },
        IncidentEvent::PersonalErased { personal_ids: vec![], reason: reason() },
    ]);
    events
}

fn assignments() -> Vec<AssignmentEvent> {
    let reason = || "alasan".to_owned();
    let sent = |role| AssignmentEvent::Sent { incident_id: ID, agency: "damkar".into(), role, caller_shared: false };
    let ready = |people| AssignmentEvent::ReadinessConfirmed {
        readiness: Readiness { people, vehicles: true, equipment: true, note: "cukup".into() },
    };
    let released = |diverted| AssignmentEvent::UnitReleased { unit_id: UNIT, reason: reason(), diverted };
    let mut events = vec![
        sent(AgencyRole::Lead),
        sent(AgencyRole::Support),
        AssignmentEvent::Delivered {},
        AssignmentEvent::Acknowledged {},
        ready(true),
        ready(false),
        AssignmentEvent::Accepted {},
        AssignmentEvent::Declined { reason: reason() },
        AssignmentEvent::Withdrawn { reason: reason() },
        AssignmentEvent::UnitAssigned { unit_id: UNIT, code: "DAMKAR-01".into() },
        released(true),
        released(false),
        AssignmentEvent::HelpRequested { what: "dua mobil tangki".into() },
        AssignmentEvent::HelpAnswered {},
        AssignmentEvent::CallerShared { share: true },
        AssignmentEvent::CallerShared { share: false },
        AssignmentEvent::MessageSent { from: Side::Centre, text: personal() },
        AssignmentEvent::MessageSent { from: Side::Agency, text: personal() },
        AssignmentEvent::MessagesRead { by: Side::Centre, up_to: 1 },
        AssignmentEvent::MessagesRead { by: Side::Agency, up_to: 1 },
    ];
    for (step, confirmation, unit_id) in
        Step::REPORTED.into_iter().flat_map(|step| [(step, false, Some(UNIT)), (step, true, None)])
    {
        events.push(AssignmentEvent::StepReached { unit_id, step, confirmation, point: None, note: None });
    }
    events.extend(Step::ORDER.into_iter().map(|step| AssignmentEvent::StepCorrected {
        unit_id: None,
        step,
        reason: reason(),
    }));
    events
}

fn names<'a>(city: &'a City, loaded: &'a Loaded) -> Names<'a> {
    let texts = Cow::Owned(HashMap::from([(ID, "isi catatan".to_owned())]));
    Names { city, loaded, numbers: HashMap::new(), words: true, texts }
}

fn city() -> City {
    let mut city = City::default();
    testing::city().into_iter().for_each(|part| city.take(part));
    city
}

fn loaded() -> Loaded {
    let unit = UnitProgress { code: "DAMKAR-01".into(), step: Step::EnRoute, stamps: Stamps::default() };
    let held = Assignment { agency: "damkar".into(), units: [(UNIT, unit)].into(), ..Assignment::default() };
    let mut loaded = Loaded::default();
    loaded.assignments.insert(ID, Row { state: held, position: 1 });
    loaded
}

/// Both languages, ready to be read, and no two events of a kind say the same.
fn check(kind: &str, sentences: Vec<Sentence>) {
    let mut said = BTreeSet::new();
    for sentence in sentences {
        for text in [&sentence.id, &sentence.en] {
            assert!(text.len() > 3 && !text.contains("  ") && !text.contains(" ."), "{kind}: {text:?}");
            assert!(!text.contains("_") && !text.contains("{"), "{kind}: a name of the code in {text:?}");
        }
        assert!(said.insert(sentence.id.clone()), "{kind} says twice: {}", sentence.id);
        assert!(said.insert(sentence.en.clone()), "{kind} says twice: {}", sentence.en);
    }
}

#[test]
fn every_event_is_a_sentence_in_two_languages() {
    let (city, loaded) = (city(), loaded());
    let names = names(&city, &loaded);
    check("call", calls().iter().map(|event| call::sentence("", event)).collect());
    check("incident", incidents().iter().map(|event| incident::sentence(&names, "", event)).collect());
    check("assignment", assignments().iter().map(|event| assignment::sentence(&names, ID, event)).collect());
    let mut alarms = Vec::new();
    for kind in AlarmKind::ALL {
        let raised = AlarmEvent::Raised { kind, subject: AlarmSubject::default() };
        let taken = AlarmEvent::Taken { by: ID, label: "Operator 1".into() };
        for event in [raised, AlarmEvent::Escalated {}, taken, AlarmEvent::Ended {}] {
            alarms.push(alarm::sentence(&names, "", &kind.id("x"), &event).unwrap());
        }
    }
    check("alarm", alarms);
}

#[test]
fn sentences_name_agencies_units_notes_and_corrections() {
    let (city, loaded) = (city(), loaded());
    let names = names(&city, &loaded);
    let step = AssignmentEvent::StepReached {
        unit_id: Some(UNIT),
        step: Step::OnScene,
        confirmation: false,
        point: None,
        note: Some(personal()),
    };
    let sentence = assignment::sentence(&names, ID, &step);
    assert_eq!(sentence.id, "Damkar: DAMKAR-01 di lokasi: isi catatan.");
    assert_eq!(sentence.en, "Damkar: DAMKAR-01 on scene: isi catatan.");
    assert_eq!((sentence.assignment_id, sentence.unit_id, sentence.correction), (Some(ID), Some(UNIT), false));
    let message = AssignmentEvent::MessageSent { from: Side::Centre, text: personal() };
    assert_eq!(assignment::sentence(&names, ID, &message).id, "Damkar: pesan dari 112: isi catatan");
    let back = AssignmentEvent::StepCorrected { unit_id: None, step: Step::EnRoute, reason: "salah tekan".into() };
    let sentence = assignment::sentence(&names, ID, &back);
    assert_eq!(sentence.id, "Damkar: koreksi, kembali ke \"berangkat\": salah tekan.");
    assert!(sentence.correction);
    let note = IncidentEvent::NoteAdded { text: personal() };
    assert_eq!(incident::sentence(&names, "", &note).id, "Catatan: isi catatan");
    let blind = Names { texts: Cow::Owned(HashMap::new()), ..names };
    assert_eq!(incident::sentence(&blind, "", &note).id, "Catatan", "who may not see it sees that there is one");
    let raised = |kind: AlarmKind, about: Uuid| {
        let raised = AlarmEvent::Raised { kind, subject: AlarmSubject::default() };
        alarm::sentence(&blind, "", &kind.id(&about.to_string()), &raised).unwrap()
    };
    assert_eq!(raised(AlarmKind::NotAcknowledged, ID).id, "Alarm: Damkar, tugas belum dibaca.");
    assert_eq!(raised(AlarmKind::UnitSilent, UNIT).en, "Alarm: Damkar (DAMKAR-01), unit not heard of.");
    assert_eq!(raised(AlarmKind::NotDispatched, Uuid::nil()).id, "Alarm: belum dikirim ke instansi.");
    let taken = AlarmEvent::Taken { by: ID, label: "Operator 1".into() };
    let taken = |by: &str| alarm::sentence(&blind, by, &AlarmKind::NoUnit.id(&ID.to_string()), &taken).unwrap().id;
    assert_eq!(taken("Operator 1"), "Alarm \"Damkar, belum ada unit\" diambil.");
    assert_eq!(taken("Siaga"), "Alarm \"Damkar, belum ada unit\" diambil oleh Operator 1.");
    let opened = &incidents().into_iter().find(|event| matches!(event, IncidentEvent::Opened { .. })).unwrap();
    let opened = |by: &str| incident::sentence(&blind, by, opened).id;
    assert_eq!(opened("Operator 1"), "Kejadian SKW-20261122-0002 dibuka.");
    assert_eq!(opened("Supervisor"), "Kejadian SKW-20261122-0002 dibuka untuk Operator 1.");
    assert_eq!(with_bracket("Tiba.", "via radio"), "Tiba (via radio).");
}

async fn a_case_tells_its_whole_history_and_who_said_what_for_whom() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let ids = testing::dispatch(&core, &operator, id, &["damkar"], &[]).await;
    let acknowledge = v1::AcknowledgeAssignmentRequest {
        request_id: core.request_id(),
        assignment_id: ids[0].to_string(),
        on_behalf: Some(v1::OnBehalf {
            channel: v1::Channel::Telephone.into(),
            contact: "Komandan jaga".into(),
            said_at: None,
        }),
    };
    testing::run(&core, &operator, acknowledge).await.unwrap();
    core.clock.advance_ms(10 * 60_000);
    let late = v1::ReportStatusRequest {
        request_id: core.request_id(),
        assignment_id: ids[0].to_string(),
        step: v1::Step::OnScene.into(),
        occurred_at: Some(crate::convert::timestamp(testing::START.plus_ms(60_000))),
        note: "Lewat gang".into(),
        ..Default::default()
    };
    testing::run(&core, &operator, late).await.unwrap();
    let lines = timeline::of_incident(&core.context, id).await.unwrap();
    let texts: Vec<&str> = lines.iter().map(|line| line.text_id.as_str()).collect();
    let expected = [
        "Panggilan masuk di jalur 112-1.",
        "Panggilan dijawab.",
        "Panggilan dihubungkan ke kejadian ini.",
        "Jenis panggilan: darurat.",
        "Kejadian SKW-20261122-0001 dibuka.",
        "Jenis: Kebakaran bangunan, prioritas 1.",
        "Damkar: tugas dikirim sebagai pemimpin.",
        "Dikirim ke Damkar.",
        "Damkar: tugas dibaca (via telepon, disampaikan oleh Komandan jaga).",
        "Damkar: di lokasi: Lewat gang.",
    ];
    assert_eq!(texts, expected);
    assert!(lines.is_sorted_by_key(|line| line.position));
    assert_eq!(lines[8].text_en, "Damkar: the assignment was acknowledged (by telephone, as told by Komandan jaga).");
    assert!(lines[9].correction && !lines[8].correction, "what is entered later is marked");
    assert_eq!(lines[8].by.as_ref().unwrap().label, "Operator operator1");
    let everything = serde_json::to_string(&lines).unwrap();
    assert!(CALLER.iter().all(|personal| !everything.contains(personal)), "the card's texts are not repeated here");
}

async fn a_duplicates_history_is_told_with_its_number() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (duplicate, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let (kept, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    testing::dispatch(&core, &operator, duplicate, &["damkar"], &[]).await;
    let merge = v1::MergeIncidentRequest {
        request_id: core.request_id(),
        duplicate_incident_id: duplicate.to_string(),
        into_incident_id: kept.to_string(),
    };
    testing::run(&core, &operator, merge).await.unwrap();
    let lines = timeline::of_incident(&core.context, kept).await.unwrap();
    let sent = lines.iter().find(|line| line.event == "assignment.sent").unwrap();
    assert_eq!(sent.text_id, "(SKW-20261122-0001) Damkar: tugas dikirim sebagai pemimpin.");
    assert!(lines.iter().any(|line| line.text_id == "Kejadian ganda SKW-20261122-0001 digabungkan ke sini."));
}

async fn alarms_do_not_push_the_case_out_of_its_history() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let about = AlarmKind::NotDispatched.id(&id.to_string());
    let subject = AlarmSubject { incident_id: Some(id), ..AlarmSubject::default() };
    for _ in 0..5 {
        let raised = AlarmEvent::Raised { kind: AlarmKind::NotDispatched, subject: subject.clone() };
        testing::emit::<Alarm>(&core, &about, [raised, AlarmEvent::Ended {}]).await;
    }
    let rows = core.context.store.events_of_incident(id, 0, 100).await.unwrap();
    let all: BTreeMap<u64, _> = rows.into_iter().map(|row| (row.position, row)).collect();
    let (alarms, case): (Vec<u64>, Vec<u64>) =
        all.keys().copied().partition(|position| all[position].stream.kind == "alarm");
    assert_eq!(alarms.len(), 10);
    let kept = |max: usize| {
        let mut kept = all.clone();
        timeline::keep_newest(&mut kept, max);
        kept.into_keys().collect::<Vec<u64>>()
    };
    assert_eq!(kept(case.len()), case, "the alarms went");
    assert_eq!(kept(case.len() + 2).iter().filter(|position| alarms[8..].contains(position)).count(), 2, "the oldest");
    assert_eq!(kept(1), case[case.len() - 1..], "the newest stays");
}
