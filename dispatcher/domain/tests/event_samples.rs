//! Samples of every event of every schema version: what is in a log must be read for ever, and mean the same.
//!
//! The files in `testdata/events/v1/` were written once, by this test with `SIAGA_WRITE_SAMPLES=1`, and are never edited:
//! when a shape changes, `SCHEMA_VERSION` rises and a folder of that version is added beside them.

#![allow(clippy::unwrap_used, reason = "a sample that cannot be read fails the test")]

use serde_json::{Value, json};
use siaga_domain::{
    Actor, Aggregate, Channel, PersonalRef, Role, Stamp, Timestamp,
    account::{Account, AccountEvent, DutyState},
    aggregate::{from_log, to_log},
    alarm::{Alarm, AlarmEvent, AlarmKind, AlarmLimits, AlarmSubject},
    assignment::{AgencyRole, Assignment, AssignmentEvent, Readiness, Side},
    call::{Call, CallEvent, Disposition},
    catalog::{
        Agency, Area, AreaLevel, Catalog, CatalogEvent, CatalogPart, DutyContact, IncidentType, Letterhead, NamedPlace,
        OutcomeKind,
    },
    incident::{
        CardChange, Classification, HandOver, HubAction, Incident, IncidentEvent, Note, Outcome, PhotoFile,
        PlaceChange, PlaceVerification, Victims,
    },
    number_series::{NumberSeries, NumberSeriesEvent},
    step::Step,
    unit::{Unit, UnitEvent},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};
use uuid::Uuid;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/events/v1");
const AT: Timestamp = Timestamp::from_unix_ms(1_795_316_400_000);

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0000 + number)
}

fn personal(number: u128) -> PersonalRef {
    PersonalRef { personal_id: id(number), digest: "ab".repeat(32) }
}

fn place() -> PlaceChange {
    PlaceChange {
        exact: Some(personal(21)),
        kelurahan_code: Some("61.72.02.1002".into()),
        neighbour_code: Some("61.01".into()),
        outside_city: true,
    }
}

fn card() -> CardChange {
    CardChange {
        caller_name: Some(personal(22)),
        caller_number: Some(personal(23)),
        narrative: Some(personal(24)),
        place: Some(place()),
    }
}

fn note() -> Note {
    let on_behalf =
        siaga_domain::OnBehalf { channel: Channel::Radio, contact: "Posko".into(), said_at: AT.plus_ms(-1) };
    let by = Actor {
        account_id: Some(id(1)),
        label: "Operator 1".into(),
        role: Role::Operator,
        agency: Some("damkar".into()),
        on_behalf: Some(on_behalf),
    };
    Note { text: personal(25), at: AT, by }
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn calls() -> Vec<CallEvent> {
    vec![
        CallEvent::Ringing {
            line: "112-3".into(),
            number: Some(personal(11)),
            recording_reference: Some("rekaman-1".into()),
        },
        CallEvent::Answered { operator: id(1), label: "Operator 1".into() },
        CallEvent::Held {},
        CallEvent::Resumed {},
        CallEvent::Ended {},
        CallEvent::CalledBack { reached: true },
        CallEvent::Disposed { disposition: Disposition::WrongNumber },
        CallEvent::CallerIdentified {
            name: Some(personal(12)),
            number: Some(personal(13)),
            language: Some("zh".into()),
        },
        CallEvent::Attached { incident_id: id(2) },
        CallEvent::HandedOver { operator: id(3), label: "Operator 2".into() },
        CallEvent::LegalHoldPlaced { reason: "penyidikan".into() },
        CallEvent::LegalHoldLifted { reason: "selesai".into() },
        CallEvent::PersonalErased { personal_ids: vec![id(11), id(12)], reason: "permintaan".into() },
    ]
}

fn incidents() -> Vec<IncidentEvent> {
    let outcome = Outcome {
        outcome_code: "handled".into(),
        victims: Victims { dead: Some(0), injured: Some(2), missing: None, evacuated: Some(11) },
        cause: "korsleting".into(),
        damage: "satu ruko".into(),
        hospital: "RSUD".into(),
        actions: "pemadaman".into(),
        closed: Some((AT, "Operator 1".into())),
    };
    let number = || "SKW-20261122-0042".to_owned();
    vec![
        IncidentEvent::Opened {
            number: number(),
            owner: Some(id(1)),
            owner_label: "Operator 1".into(),
            call_id: Some(id(4)),
            first_ring_at: Some(AT),
            answered_at: Some(AT.plus_ms(6_000)),
            card: card(),
        },
        IncidentEvent::EnteredFromPaper { sheet: "K-0007".into() },
        IncidentEvent::CardEdited { card: CardChange { narrative: Some(personal(26)), ..CardChange::default() } },
        IncidentEvent::PlaceVerified { place: Some(place()), verification: PlaceVerification::SecondCaller },
        IncidentEvent::Classified {
            classification: Classification {
                type_code: "kebakaran-bangunan".into(),
                category: "kebakaran".into(),
                priority: 2,
                priority_reason: "kecil".into(),
                sensitive: true,
            },
        },
        IncidentEvent::NoteAdded { text: personal(27) },
        IncidentEvent::PhotoAdded {
            file: PhotoFile {
                picture: personal(28),
                thumbnail: Some(personal(29)),
                size_bytes: 181_204,
                width_px: 1_600,
                height_px: 1_200,
            },
        },
        IncidentEvent::CallAttached { call_id: id(5) },
        IncidentEvent::Dispatched { assignments: vec![id(6), id(7)], agencies: texts(&["damkar", "psc119"]) },
        IncidentEvent::OwnerChanged { owner: Some(id(3)), label: "Operator 2".into() },
        IncidentEvent::Linked { incident_id: id(8), number: number() },
        IncidentEvent::Merged { into: id(8), number: number() },
        IncidentEvent::DuplicateTaken {
            incident_id: id(9),
            number: number(),
            calls: vec![id(4)],
            assignments: vec![id(6)],
            notes: vec![note()],
            photos: Vec::new(),
        },
        IncidentEvent::HandedOver {
            hand_over: HandOver { centre_code: "sambas-112".into(), taken_by: "Piket".into(), taken_at: AT },
        },
        IncidentEvent::Cancelled { reason: "laporan palsu".into() },
        IncidentEvent::Closed { outcome },
        IncidentEvent::Reopened { reason: "api menyala lagi".into() },
        IncidentEvent::HubAccepted { revision: 2 },
        IncidentEvent::HubSettled { action: HubAction::Skipped, message: 85, reason: "kode lama".into() },
        IncidentEvent::HoldPlaced { reason: "penyidikan".into() },
        IncidentEvent::HoldLifted { reason: "selesai".into() },
        IncidentEvent::PersonalErased { personal_ids: vec![id(22)], reason: "retensi 365 hari".into() },
    ]
}

fn assignments() -> Vec<AssignmentEvent> {
    vec![
        AssignmentEvent::Sent {
            incident_id: id(2),
            agency: "damkar".into(),
            role: AgencyRole::Lead,
            caller_shared: true,
        },
        AssignmentEvent::Delivered {},
        AssignmentEvent::Acknowledged {},
        AssignmentEvent::ReadinessConfirmed {
            readiness: Readiness { people: true, vehicles: true, equipment: false, note: "slang kurang".into() },
        },
        AssignmentEvent::Accepted {},
        AssignmentEvent::Declined { reason: "semua bertugas".into() },
        AssignmentEvent::Withdrawn { reason: "tidak perlu".into() },
        AssignmentEvent::UnitAssigned { unit_id: id(30), code: "DAMKAR-01".into() },
        AssignmentEvent::UnitReleased { unit_id: id(30), reason: "dialihkan".into(), diverted: true },
        AssignmentEvent::StepReached {
            unit_id: Some(id(30)),
            step: Step::OnScene,
            confirmation: true,
            point: Some((0.905, 108.985)),
            note: Some(personal(31)),
        },
        AssignmentEvent::StepCorrected { unit_id: Some(id(30)), step: Step::EnRoute, reason: "salah tekan".into() },
        AssignmentEvent::HelpRequested { what: "tangga".into() },
        AssignmentEvent::HelpAnswered {},
        AssignmentEvent::CallerShared { share: true },
        AssignmentEvent::MessageSent { from: Side::Agency, text: personal(32) },
        AssignmentEvent::MessagesRead { by: Side::Centre, up_to: 1 },
    ]
}

fn units() -> Vec<UnitEvent> {
    vec![
        UnitEvent::Registered {
            code: "DAMKAR-01".into(),
            agency: "damkar".into(),
            kind: "pemadam".into(),
            shareable: true,
            crew: texts(&["Komandan regu"]),
            equipment: texts(&["pompa"]),
        },
        UnitEvent::Updated { crew: texts(&["Sopir"]), equipment: texts(&["tangga"]) },
        UnitEvent::ServiceChanged { in_service: false, reason: "servis".into() },
        UnitEvent::Engaged { assignment_id: id(6), incident_id: id(2) },
        UnitEvent::Freed { assignment_id: id(6) },
    ]
}

fn accounts() -> Vec<AccountEvent> {
    vec![
        AccountEvent::Created {
            username: "damkar1".into(),
            label: "Unit Damkar 1".into(),
            role: Role::FieldUnit,
            agency: Some("damkar".into()),
            unit_id: Some(id(30)),
            demo: true,
        },
        AccountEvent::Updated { label: "Operator 3".into(), role: Role::Operator, agency: None, unit_id: None },
        AccountEvent::PasswordSet {},
        AccountEvent::Disabled { reason: "pindah".into() },
        AccountEvent::Enabled {},
        AccountEvent::SignedIn { session_id: id(40) },
        AccountEvent::SignedOut { session_id: Some(id(40)) },
        AccountEvent::TokenCreated { token_id: id(41), label: "layar".into() },
        AccountEvent::TokenRevoked { token_id: id(41) },
        AccountEvent::DutyChanged { duty: DutyState::WrapUp },
        AccountEvent::ShiftHandedOver {
            to: id(3),
            to_label: "Operator 2".into(),
            note: "pantau".into(),
            incidents: 2,
            calls: 1,
        },
        AccountEvent::CallerHistoryRead { call_id: id(4) },
        AccountEvent::SensitiveCaseRead { incident_id: id(2) },
        AccountEvent::ReplayRead { incident_id: Some(id(2)), from: AT, to: AT.plus_ms(3_600_000) },
    ]
}

fn alarms() -> Vec<AlarmEvent> {
    let subject = AlarmSubject {
        incident_id: Some(id(2)),
        incident_number: "SKW-20261122-0042".into(),
        assignment_id: Some(id(6)),
        call_id: Some(id(4)),
        unit_id: Some(id(30)),
        agency: Some("damkar".into()),
        owner: Some(id(1)),
        priority: Some(1),
    };
    vec![
        AlarmEvent::Raised { kind: AlarmKind::NotAcknowledged, subject },
        AlarmEvent::Escalated {},
        AlarmEvent::Taken { by: id(1), label: "Operator 1".into() },
        AlarmEvent::Ended {},
    ]
}

fn catalogs() -> Vec<(&'static str, CatalogPart)> {
    let name = || ("Nama".to_owned(), "Name".to_owned());
    let (name_id, name_en) = name();
    vec![
        (
            "agencies",
            CatalogPart::Agencies(vec![Agency { code: "damkar".into(), name_id, name_en, kind: "fire".into() }]),
        ),
        (
            "types",
            CatalogPart::Types(vec![IncidentType {
                code: "banjir".into(),
                name_id: name().0,
                name_en: name().1,
                category: "bencana".into(),
                default_priority: 2,
                lead_agencies: texts(&["bpbd"]),
                support_agencies: texts(&["polres"]),
                sensitive: false,
            }]),
        ),
        (
            "contacts",
            CatalogPart::Contacts(vec![DutyContact {
                agency: "damkar".into(),
                from_hour: 19,
                to_hour: 7,
                label: "Piket".into(),
                channel: Channel::Telephone,
                number: "0562 0000 011".into(),
            }]),
        ),
        (
            "outcomes",
            CatalogPart::Outcomes(vec![OutcomeKind { code: "handled".into(), name_id: name().0, name_en: name().1 }]),
        ),
        (
            "areas",
            CatalogPart::Areas(vec![Area {
                code: "61.72.02.1002".into(),
                name: "Pasiran".into(),
                level: AreaLevel::Kelurahan,
                kecamatan_code: "61.72.02".into(),
                kecamatan_name: "Singkawang Barat".into(),
                label_point: (0.905, 108.985),
                polygons: vec![vec![vec![[108.98, 0.9], [108.99, 0.9], [108.99, 0.91], [108.98, 0.9]]]],
            }]),
        ),
        (
            "places",
            CatalogPart::Places(vec![NamedPlace {
                name: "Jalan Contoh".into(),
                kind: "street".into(),
                point: (0.905, 108.985),
                kelurahan: "Pasiran".into(),
            }]),
        ),
        (
            "letterhead",
            CatalogPart::Letterhead(Letterhead {
                lines: texts(&["Kota Contoh"]),
                contacts: texts(&["Jalan Contoh 1"]),
                legal_basis: texts(&["Peraturan contoh"]),
                city_name: "Kota Contoh".into(),
                brand: "Sigap 112".into(),
                map_credits: Vec::new(),
            }),
        ),
    ]
}

fn clocks() -> CatalogPart {
    CatalogPart::Clocks(AlarmLimits {
        after_s: [(AlarmKind::NotDispatched, [60, 60, 120, 300])].into(),
        escalate_after_s: 60,
    })
}

/// One sample of every event, by file name.
fn samples() -> BTreeMap<String, Value> {
    let mut samples = BTreeMap::new();
    add::<Call>(&mut samples, calls());
    add::<Incident>(&mut samples, incidents());
    add::<Assignment>(&mut samples, assignments());
    add::<Unit>(&mut samples, units());
    add::<Account>(&mut samples, accounts());
    add::<Alarm>(&mut samples, alarms());
    add::<NumberSeries>(&mut samples, vec![NumberSeriesEvent::Given { number: 42 }]);
    for (name, part) in catalogs().into_iter().chain([("clocks", clocks())]) {
        let event = CatalogEvent::Imported { part, source: "agencies.csv".into() };
        let mut one = BTreeMap::new();
        add::<Catalog>(&mut one, vec![event]);
        samples.extend(one.into_values().map(|sample| (format!("catalog.imported.{name}"), sample)));
    }
    let outcomes = || {
        CatalogPart::Outcomes(vec![OutcomeKind {
            code: "handled".into(),
            name_id: "Ditangani".into(),
            name_en: "Handled".into(),
        }])
    };
    let edited = vec![
        CatalogEvent::Edited { part: outcomes(), note: "nama baru".into() },
        CatalogEvent::Restored { part: outcomes(), version: 1, note: String::new() },
    ];
    add::<Catalog>(&mut samples, edited);
    samples
}

fn add<A: Aggregate>(samples: &mut BTreeMap<String, Value>, events: Vec<A::Event>) {
    for event in events {
        let (event_type, data) = to_log(A::KIND, &event).unwrap();
        let sample = json!({"event_type": event_type, "schema_version": A::SCHEMA_VERSION, "data": data});
        assert!(samples.insert(event_type.clone(), sample).is_none(), "two samples of {event_type}");
    }
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(FOLDER).join(format!("{name}.json"))
}

/// Reads a sample as the log's reader does, and writes it again.
fn round_trip<A: Aggregate>(sample: &Value) -> Value {
    let event_type = sample["event_type"].as_str().unwrap();
    let event: A::Event = from_log(event_type, &sample["data"]).unwrap();
    let (event_type, data) = to_log(A::KIND, &event).unwrap();
    json!({"event_type": event_type, "schema_version": sample["schema_version"], "data": data})
}

fn round_trip_of(sample: &Value) -> Value {
    let event_type = sample["event_type"].as_str().unwrap();
    match event_type.split_once('.').unwrap().0 {
        Call::KIND => round_trip::<Call>(sample),
        Incident::KIND => round_trip::<Incident>(sample),
        Assignment::KIND => round_trip::<Assignment>(sample),
        Unit::KIND => round_trip::<Unit>(sample),
        Account::KIND => round_trip::<Account>(sample),
        Alarm::KIND => round_trip::<Alarm>(sample),
        Catalog::KIND => round_trip::<Catalog>(sample),
        NumberSeries::KIND => round_trip::<NumberSeries>(sample),
        kind => panic!("samples of an unknown kind: {kind}"),
    }
}

#[test]
fn events_of_version_1_are_read_and_written_the_same_for_ever() {
    if std::env::var_os("SIAGA_WRITE_SAMPLES").is_some() {
        for (name, sample) in samples() {
            if !file(&name).exists() {
                std::fs::write(file(&name), serde_json::to_string_pretty(&sample).unwrap() + "\n").unwrap();
            }
        }
    }
    let stored: BTreeMap<String, Value> = std::fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
        })
        .collect();
    for (name, sample) in &stored {
        assert_eq!(&round_trip_of(sample), sample, "{name}");
    }
    let known: BTreeSet<String> = samples().into_keys().collect();
    let names: BTreeSet<String> = stored.into_keys().collect();
    assert_eq!(names, known, "every event has a sample, and no sample goes");
}

/// The variants of an event, as serde names them: it lists them when it meets one that it does not know.
fn variants<A: Aggregate>() -> BTreeSet<String> {
    let error = from_log::<A::Event>("x.no_such_event", &json!({})).unwrap_err();
    let words = error.private.clone().unwrap();
    let list = words.split_once("expected").unwrap().1;
    list.split('`').skip(1).step_by(2).map(|name| format!("{}.{name}", A::KIND)).collect()
}

#[test]
fn no_variant_is_without_a_sample() {
    let mut all = BTreeSet::new();
    all.extend(variants::<Call>());
    all.extend(variants::<Incident>());
    all.extend(variants::<Assignment>());
    all.extend(variants::<Unit>());
    all.extend(variants::<Account>());
    all.extend(variants::<Alarm>());
    all.extend(variants::<Catalog>());
    all.extend(variants::<NumberSeries>());
    assert!(all.len() > 60, "{all:?}");
    let sampled: BTreeSet<String> =
        samples().values().map(|sample| sample["event_type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sampled, all);
}

/// `Stamp` is part of stored states, not of events; its shape is kept with them.
#[test]
fn a_stamp_without_the_younger_field_is_read() {
    let stamp: Stamp = serde_json::from_value(json!({"at": 1, "recorded_at": 2})).unwrap();
    assert_eq!(
        stamp,
        Stamp { at: Timestamp::from_unix_ms(1), recorded_at: Timestamp::from_unix_ms(2), on_behalf: false }
    );
}
