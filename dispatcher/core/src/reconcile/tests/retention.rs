//! Retention: what is forgotten, when, and what is held.

use super::{Desk, SECOND_MS, desk_with};
use crate::{
    CoreConfig,
    access::Caller,
    reconcile::{Reconciler, emergency, routine},
    testing::{self, emit, operator},
};
use siaga_domain::{
    account::{Account, AccountEvent, DutyState},
    call::{Call, CallEvent},
    incident::{CardChange, Incident, IncidentEvent, Outcome},
    unit::Unit,
};
use siaga_proto::v1;
use siaga_store::{PersonalIndex, UnitPosition, Viewing};
use uuid::Uuid;

testing::on_each!(
    every_reconciler_run_again_finds_nothing_to_do,
    personal_data_under_a_legal_hold_stay,
    a_call_without_a_case_is_forgotten_in_its_time,
    a_call_under_a_legal_hold_keeps_its_data_also_with_a_case,
    traces_of_erased_rows_are_cleared_once_an_hour_whoever_erased,
);

const DAY_S: i64 = 24 * 3600;
/// An invented number.
const PRANKSTER: &str = "0562 0000 333";

/// A story in which every reconciler has something to do.
async fn a_story_for_all() -> Desk {
    let config = CoreConfig { personal_days: 30, calls_without_case_days: 30, ..CoreConfig::default() };
    let desk = desk_with(config).await;
    let core = &desk.core;
    let (store, now) = (&core.context.store, core.context.now());
    // Requests, a session, presence, an open card, positions, and a case whose data are due to go.
    let who = operator(core, "operator2").await;
    prank(&desk, &who).await;
    let ring = v1::RingCallRequest { request_id: core.request_id(), line: "1".into(), ..Default::default() };
    testing::run(core, &who, ring).await.unwrap();
    desk.online(&["damkar"]).await;
    let unit_id = Unit::id_of("DAMKAR-01");
    for second in 0..5 {
        let at = now.plus_ms(second * SECOND_MS);
        let position = UnitPosition { unit_id, lat: 0.9, lon: 108.98, accuracy_m: None, speed_mps: None, at };
        store.record_positions(&[position]).await.unwrap();
    }
    sign_in(&desk, &who).await;
    let incident_id = desk.incident_id;
    let (account_id, label) = (who.account_id.unwrap(), who.label.clone());
    let viewing = Viewing { incident_id, account_id, label, editing: false, seen_at: now };
    store.set_viewing(&viewing).await.unwrap();
    let row =
        testing::personal(core, ("incident", incident_id), Some(incident_id), "narrative", "api", PersonalIndex::Words);
    let card = CardChange { narrative: Some(row.await), ..CardChange::default() };
    let closed = IncidentEvent::Closed { outcome: Outcome::default() };
    emit::<Incident>(core, incident_id, [IncidentEvent::CardEdited { card }, closed]).await;
    desk.passes_s(40 * 24 * 3600);
    desk
}

/// A call that never became a case, from [`PRANKSTER`].
async fn prank(desk: &Desk, who: &Caller) -> Uuid {
    let core = &desk.core;
    let ring = v1::RingCallRequest {
        request_id: core.request_id(),
        line: "1".into(),
        number: PRANKSTER.into(),
        ..Default::default()
    };
    let call_id = testing::run(core, who, ring).await.unwrap().changed.unwrap().id;
    let answer = v1::AnswerCallRequest { request_id: core.request_id(), call_id: call_id.clone() };
    testing::run(core, who, answer).await.unwrap();
    let end = v1::EndCallRequest { request_id: core.request_id(), call_id: call_id.clone() };
    testing::run(core, who, end).await.unwrap();
    let disposition = v1::Disposition::Prank.into();
    let dispose = v1::SetDispositionRequest { request_id: core.request_id(), call_id: call_id.clone(), disposition };
    testing::run(core, who, dispose).await.unwrap();
    call_id.parse().unwrap()
}

async fn sign_in(desk: &Desk, who: &Caller) {
    use crate::{command::Internal, work::Work};
    struct Session(Caller);
    #[async_trait::async_trait]
    impl Internal for Session {
        fn name(&self) -> &'static str {
            "test_session"
        }

        async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, siaga_domain::SiagaError> {
            let account_id = self.0.account_id.unwrap();
            work.side(siaga_store::SideWrite::CreateSession(siaga_store::Session {
                id: work.new_id(),
                token_hash: "0".repeat(64),
                account_id,
                kind: siaga_store::SessionKind::Cookie,
                label: None,
                created_at: work.now,
                expires_at: work.now.plus_ms(3_600_000),
                last_seen_at: work.now,
                revoked_at: None,
            }));
            let meta = work.meta();
            work.emit::<Account>(account_id, AccountEvent::DutyChanged { duty: DutyState::Ready }, &meta).await?;
            Ok(Vec::new())
        }
    }
    desk.core.writer.internal(crate::writer::Lane::Emergency, Session(who.clone())).await.unwrap();
}

async fn every_reconciler_run_again_finds_nothing_to_do() {
    let desk = a_story_for_all().await;
    let core = &desk.core;
    let fresh: Vec<Box<dyn Reconciler>> = emergency().into_iter().chain(routine()).collect();
    for (mut reconciler, mut another) in fresh.into_iter().zip(emergency().into_iter().chain(routine())) {
        let name = reconciler.name();
        let first = reconciler.run(core).await.unwrap();
        assert!(first > 0, "{name} had nothing to do: the story must give it something");
        let head = core.context.store.head().await.unwrap().position;
        assert_eq!(reconciler.run(core).await.unwrap(), 0, "{name} again");
        assert_eq!(another.run(core).await.unwrap(), 0, "{name} in another process");
        assert_eq!(core.context.store.head().await.unwrap().position, head, "{name} wrote again");
    }
}

async fn personal_data_under_a_legal_hold_stay() {
    let desk = a_story_for_all().await;
    let core = &desk.core;
    emit::<Incident>(core, desk.incident_id, [IncidentEvent::HoldPlaced { reason: "penyidikan".into() }]).await;
    let mut personal = routine().into_iter().find(|reconciler| reconciler.name() == "personal-data").unwrap();
    assert_eq!(personal.run(core).await.unwrap(), 0);
    emit::<Incident>(core, desk.incident_id, [IncidentEvent::HoldLifted { reason: "selesai".into() }]).await;
    personal.forget();
    assert_eq!(personal.run(core).await.unwrap(), 1);
    assert!(core.context.store.personal_of("incident", desk.incident_id).await.unwrap().is_empty());
}

async fn a_call_without_a_case_is_forgotten_in_its_time() {
    let config = CoreConfig { calls_without_case_days: 30, request_days: 400, ..CoreConfig::default() };
    let desk = desk_with(config).await;
    let core = &desk.core;
    let (store, who) = (&core.context.store, operator(core, "operator2").await);
    let forgotten = prank(&desk, &who).await;
    desk.passes_s(20 * DAY_S);
    let recent = prank(&desk, &who).await;
    // Still rings: nothing of it is over.
    let number =
        testing::personal(core, ("call", desk.incident_id), None, "number", PRANKSTER, PersonalIndex::Phone).await;
    let ringing = CallEvent::Ringing { line: "1".into(), number: Some(number), recording_reference: None };
    emit::<Call>(core, desk.incident_id, [ringing]).await;
    let mut calls = routine().into_iter().find(|one| one.name() == "personal-data-of-calls").unwrap();
    assert_eq!(calls.run(core).await.unwrap(), 0, "none is old enough");
    desk.passes_s(11 * DAY_S);
    assert_eq!(calls.run(core).await.unwrap(), 1);
    let left = async |call_id| store.personal_of("call", call_id).await.unwrap().len();
    assert_eq!((left(forgotten).await, left(recent).await, left(desk.incident_id).await), (0, 1, 1));
    let key = siaga_store::StreamKey::new("call", forgotten);
    let events = store.events_of_stream(&key, 0, 100).await.unwrap();
    let last = events.last().unwrap();
    assert_eq!(last.event_type, "call.personal_erased");
    assert!(last.data["reason"].as_str().unwrap().contains("30 hari"), "{}", last.data);
    // The requests that brought the number answer no more than that they were erased.
    let ring = events[0].account_id.zip(events[0].request_id).unwrap();
    assert_eq!(store.find_request(ring.0, ring.1).await.unwrap().unwrap().request_hash, siaga_store::ERASED);
    let report = store.verify(&|_, _| {}).await.unwrap();
    assert!(report.is_sound() && report.personal_erased == 1, "{report:?}");
    desk.passes_s(20 * DAY_S);
    assert_eq!(calls.run(core).await.unwrap(), 1, "the other one's time has come");
}

async fn a_call_under_a_legal_hold_keeps_its_data_also_with_a_case() {
    let desk = a_story_for_all().await;
    let core = &desk.core;
    let who = testing::supervisor(core, "supervisor1").await;
    let call_id = prank(&desk, &operator(core, "operator3").await).await;
    let hold = |hold| v1::SetLegalHoldRequest {
        request_id: core.request_id(),
        call_id: call_id.to_string(),
        hold,
        reason: "penyidikan".into(),
        ..Default::default()
    };
    testing::run(core, &who, hold(true)).await.unwrap();
    desk.passes_s(40 * DAY_S);
    let mut reconcilers = routine();
    for reconciler in &mut reconcilers {
        reconciler.run(core).await.unwrap();
    }
    let left = async || core.context.store.personal_of("call", call_id).await.unwrap().len();
    assert_eq!(left().await, 1);
    let erase = || v1::ErasePersonalDataRequest {
        request_id: core.request_id(),
        call_id: call_id.to_string(),
        reason: "permohonan".into(),
        ..Default::default()
    };
    assert_eq!(testing::run(core, &who, erase()).await.unwrap_err().code, "SIAGA-1310");
    let both = v1::ErasePersonalDataRequest { incident_id: desk.incident_id.to_string(), ..erase() };
    assert_eq!(testing::run(core, &who, both).await.unwrap_err().code, "SIAGA-1001");
    testing::run(core, &who, hold(false)).await.unwrap();
    assert_eq!(testing::run(core, &who, erase()).await.unwrap().erased, 1);
    assert_eq!((left().await, testing::run(core, &who, erase()).await.unwrap().erased), (0, 0));

    // A held call that comes to a case holds the case's data.
    let second = prank(&desk, &operator(core, "operator4").await).await;
    testing::run(core, &who, v1::SetLegalHoldRequest { call_id: second.to_string(), ..hold(true) }).await.unwrap();
    let (case, _) = testing::open(core, &who, "kebakaran-bangunan").await;
    let attach = v1::AttachCallRequest {
        request_id: core.request_id(),
        call_id: second.to_string(),
        incident_id: case.to_string(),
    };
    testing::run(core, &who, attach).await.unwrap();
    emit::<Incident>(core, case, [IncidentEvent::Closed { outcome: Outcome::default() }]).await;
    let with_case = v1::ErasePersonalDataRequest { incident_id: case.to_string(), call_id: String::new(), ..erase() };
    assert_eq!(testing::run(core, &who, with_case).await.unwrap_err().code, "SIAGA-1310");
    let of_case = v1::ErasePersonalDataRequest { call_id: second.to_string(), ..erase() };
    assert_eq!(testing::run(core, &who, of_case).await.unwrap_err().code, "SIAGA-1207");
}

async fn traces_of_erased_rows_are_cleared_once_an_hour_whoever_erased() {
    let desk = a_story_for_all().await;
    let core = &desk.core;
    let traces = || routine().into_iter().find(|one| one.name() == "erased-traces").unwrap();
    let mut first = traces();
    assert_eq!(first.run(core).await.unwrap(), 0, "nothing was erased");
    let erased = || IncidentEvent::PersonalErased { personal_ids: Vec::new(), reason: "x".into() };
    emit::<Incident>(core, desk.incident_id, [erased()]).await;
    assert_eq!(first.run(core).await.unwrap(), 1);
    emit::<Incident>(core, desk.incident_id, [erased()]).await;
    assert_eq!(first.run(core).await.unwrap(), 0, "writers are not held up again so soon");
    desk.passes_s(3600);
    assert_eq!(first.run(core).await.unwrap(), 1);
    assert_eq!(traces().run(core).await.unwrap(), 0, "another process knows that it is done");
}
