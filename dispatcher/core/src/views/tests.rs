//! What each reader is shown, on cases that were made by commands.

use super::{
    Views,
    load::{Histories, Loaded, Wanted},
    presence::Online,
};
use crate::{
    access::sight::Reader,
    testing::{self, CALLER, TestCore},
};
use siaga_domain::unit::Unit;
use siaga_proto::v1;
use uuid::Uuid;

testing::on_each!(
    an_ordinary_case_shows_the_caller_to_the_centre_the_lead_and_whom_the_operator_ticks,
    a_sensitive_case_is_masked_on_boards_and_words_are_for_those_who_see_the_caller,
    after_decline_withdrawal_and_a_day_after_the_end_nothing_is_left_for_the_agency,
    a_crew_sees_what_its_agency_sees_while_it_is_on_the_assignment,
    a_duplicates_assignments_go_on_in_the_case_it_was_merged_into,
    earlier_calls_of_a_number_are_counted_for_thirty_days_and_not_the_call_itself,
    an_agency_without_a_session_is_shown_with_whom_to_call_by_the_hour,
);

async fn loaded(core: &TestCore, wanted: Wanted) -> Loaded {
    let head = core.context.store.head().await.unwrap();
    Loaded::load(&core.context, &wanted, head.position, Histories::Fresh).await.unwrap()
}

async fn of_incident(core: &TestCore, id: Uuid) -> Loaded {
    loaded(core, Wanted { incidents: [id].into(), calls_of: [id].into(), ..Wanted::default() }).await
}

fn board(core: &TestCore, loaded: &Loaded, id: Uuid, reader: &Reader) -> v1::IncidentView {
    Views::new(&core.context, loaded, &Online::default()).incident(id, reader).unwrap()
}

fn held(core: &TestCore, loaded: &Loaded, id: Uuid, reader: &Reader) -> Option<v1::AssignmentView> {
    Views::new(&core.context, loaded, &Online::default()).assignment(id, reader)
}

fn agency(code: &str) -> Reader {
    Reader::Agency(code.into())
}

/// Which of the card's personal texts a message holds anywhere: name, number, narrative, place.
fn leaks(message: &impl serde::Serialize) -> Vec<&'static str> {
    let text = serde_json::to_string(message).unwrap();
    CALLER.into_iter().filter(|personal| text.contains(personal)).collect()
}

const NUMBER: &str = CALLER[1];
const NARRATIVE: &str = CALLER[2];
const PLACE: &str = CALLER[3];

async fn an_ordinary_case_shows_the_caller_to_the_centre_the_lead_and_whom_the_operator_ticks() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let ids = testing::dispatch(&core, &operator, id, &["damkar", "polres", "psc119"], &["polres"]).await;
    let [damkar, polres, psc119] = ids[..] else { panic!("three assignments") };
    let loaded = of_incident(&core, id).await;

    for reader in [Reader::Board, Reader::Full] {
        let view = board(&core, &loaded, id, &reader);
        assert_eq!(leaks(&view), CALLER, "{reader:?}");
        assert_eq!((view.type_name.as_str(), view.masked, view.priority), ("Kebakaran bangunan", false, 1));
        assert_eq!(view.assignments.len(), 3);
        assert!(view.assignments.iter().all(|one| one.task.is_none() && leaks(one).is_empty()));
    }
    let lead = held(&core, &loaded, damkar, &agency("damkar")).unwrap();
    assert_eq!(leaks(&lead), CALLER);
    let ticked = held(&core, &loaded, polres, &agency("polres")).unwrap();
    assert_eq!(leaks(&ticked), CALLER);
    let support = held(&core, &loaded, psc119, &agency("psc119")).unwrap();
    assert_eq!(leaks(&support), [NARRATIVE, PLACE]);
    let task = support.task.unwrap();
    assert_eq!((task.kelurahan_name.as_str(), task.priority, task.others.len()), ("Pasiran", 1, 2));
    assert!(task.point.is_some() && !task.closed);
    for other in ["polres", "psc119", "bpbd"] {
        assert_eq!(held(&core, &loaded, damkar, &agency(other)), None, "{other} has nothing to see here");
    }
    assert_eq!(Views::new(&core.context, &loaded, &Online::default()).incident(id, &agency("damkar")), None);
}

async fn a_sensitive_case_is_masked_on_boards_and_words_are_for_those_who_see_the_caller() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (id, call_id) = testing::open(&core, &operator, "kekerasan-anak").await;
    let note = v1::AddNoteRequest {
        request_id: core.request_id(),
        incident_id: id.to_string(),
        text: "Catatan rahasia".into(),
        occurred_at: None,
    };
    testing::run(&core, &operator, note).await.unwrap();
    let ids = testing::dispatch(&core, &operator, id, &["polres", "psc119"], &[]).await;
    let decline = v1::DeclineAssignmentRequest {
        request_id: core.request_id(),
        assignment_id: ids[1].to_string(),
        reason: "Alasan rahasia".into(),
        on_behalf: None,
    };
    let loaded_before = of_incident(&core, id).await;
    let support = held(&core, &loaded_before, ids[1], &agency("psc119")).unwrap();
    assert_eq!(leaks(&support), [PLACE], "a supporting agency gets place and kind of a sensitive case, no words");
    assert!(support.task.unwrap().notes.is_empty());
    testing::run(&core, &operator, decline).await.unwrap();

    let loaded = of_incident(&core, id).await;
    let masked = board(&core, &loaded, id, &Reader::Board);
    assert_eq!(leaks(&masked), Vec::<&str>::new());
    let text = serde_json::to_string(&masked).unwrap();
    assert!(!text.contains("rahasia") && !text.contains("kekerasan") && !text.contains("Kekerasan"), "{text}");
    assert_eq!((masked.type_name.as_str(), masked.type_code.as_str()), ("Kejadian sensitif", ""));
    assert!(masked.masked && masked.sensitive && masked.notes.is_empty());
    let place = masked.place.unwrap();
    assert_eq!((place.kelurahan_name.as_str(), place.point), ("Pasiran", None), "the kelurahan stays");
    assert_eq!(masked.priority, 1, "the priority stays");

    let full = board(&core, &loaded, id, &Reader::Full);
    assert_eq!(leaks(&full), CALLER);
    assert_eq!((full.type_code.as_str(), full.masked, full.notes.len()), ("kekerasan-anak", false, 1));
    let lead = held(&core, &loaded, ids[0], &agency("polres")).unwrap();
    assert_eq!(leaks(&lead), CALLER);
    let told = &lead.task.unwrap().notes[0];
    assert_eq!((told.text.as_str(), told.by.as_ref().unwrap().role()), ("Catatan rahasia", v1::Role::Operator));

    let views = Views::new(&core.context, &loaded, &Online::default()).call(call_id, &Reader::Board).unwrap();
    assert_eq!(leaks(&views), Vec::<&str>::new(), "its calls are masked as well");
    let own = Views::new(&core.context, &loaded, &Online::default()).call(call_id, &Reader::Full).unwrap();
    assert_eq!(leaks(&own), [NUMBER]);
}

async fn after_decline_withdrawal_and_a_day_after_the_end_nothing_is_left_for_the_agency() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let ids = testing::dispatch(&core, &operator, id, &["damkar", "polres", "psc119"], &[]).await;
    let decline = v1::DeclineAssignmentRequest {
        request_id: core.request_id(),
        assignment_id: ids[1].to_string(),
        reason: "Tidak ada personel".into(),
        on_behalf: None,
    };
    testing::run(&core, &operator, decline).await.unwrap();
    let withdraw = v1::WithdrawAssignmentRequest {
        request_id: core.request_id(),
        assignment_id: ids[2].to_string(),
        reason: "Tidak perlu lagi".into(),
    };
    testing::run(&core, &operator, withdraw).await.unwrap();
    let completed = v1::ReportStatusRequest {
        request_id: core.request_id(),
        assignment_id: ids[0].to_string(),
        step: v1::Step::Completed.into(),
        ..v1::ReportStatusRequest::default()
    };
    testing::run(&core, &operator, completed).await.unwrap();
    let close = v1::CloseIncidentRequest {
        request_id: core.request_id(),
        incident_id: id.to_string(),
        outcome_code: "handled".into(),
        ..v1::CloseIncidentRequest::default()
    };
    testing::run(&core, &operator, close).await.unwrap();

    let loaded = of_incident(&core, id).await;
    assert_eq!(held(&core, &loaded, ids[1], &agency("polres")), None, "declined");
    assert_eq!(held(&core, &loaded, ids[2], &agency("psc119")), None, "withdrawn");
    let lead = held(&core, &loaded, ids[0], &agency("damkar")).unwrap();
    assert_eq!(leaks(&lead), CALLER);
    let task = lead.task.unwrap();
    assert!(task.closed);
    assert_eq!(task.others, [], "who declined or was withdrawn is not on the case");
    let reasons: Vec<(String, String)> = board(&core, &loaded, id, &Reader::Board)
        .assignments
        .into_iter()
        .map(|one| (one.decline_reason, one.withdraw_reason))
        .collect();
    assert_eq!(reasons[1], ("Tidak ada personel".into(), String::new()));
    assert_eq!(reasons[2], (String::new(), "Tidak perlu lagi".into()));

    core.clock.advance_ms(24 * 3_600_000 - 1);
    assert!(held(&core, &loaded, ids[0], &agency("damkar")).is_some());
    core.clock.advance_ms(1);
    assert_eq!(held(&core, &loaded, ids[0], &agency("damkar")), None, "a day after the end");
    assert_eq!(leaks(&board(&core, &loaded, id, &Reader::Full)), CALLER, "the centre keeps its case");
}

async fn a_crew_sees_what_its_agency_sees_while_it_is_on_the_assignment() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let ids = testing::dispatch(&core, &operator, id, &["damkar"], &[]).await;
    let [first, second] = ["DAMKAR-01", "DAMKAR-02"].map(Unit::id_of);
    let assign = v1::AssignUnitsRequest {
        request_id: core.request_id(),
        assignment_id: ids[0].to_string(),
        unit_ids: vec![first.to_string()],
        on_behalf: None,
    };
    testing::run(&core, &operator, assign).await.unwrap();
    let on_it = loaded(&core, Wanted { assignments: ids.iter().copied().collect(), ..Wanted::default() }).await;
    assert_eq!(leaks(&held(&core, &on_it, ids[0], &Reader::Unit(first)).unwrap()), CALLER);
    assert_eq!(held(&core, &on_it, ids[0], &Reader::Unit(second)), None);
    let unit = Views::new(&core.context, &on_it, &Online::default()).unit(first).unwrap();
    assert_eq!((unit.step(), unit.assignment_ids.as_slice()), (v1::Step::UnitAssigned, &[ids[0].to_string()][..]));

    let release = v1::ReleaseUnitRequest {
        request_id: core.request_id(),
        assignment_id: ids[0].to_string(),
        unit_id: first.to_string(),
        reason: "Rusak".into(),
        on_behalf: None,
    };
    testing::run(&core, &operator, release).await.unwrap();
    let off_it = loaded(&core, Wanted { assignments: ids.iter().copied().collect(), ..Wanted::default() }).await;
    assert_eq!(held(&core, &off_it, ids[0], &Reader::Unit(first)), None);
    let unit = Views::new(&core.context, &off_it, &Online::default()).unit(first).unwrap();
    assert_eq!((unit.step(), unit.assignment_ids.len()), (v1::Step::Unspecified, 0));
}

async fn a_duplicates_assignments_go_on_in_the_case_it_was_merged_into() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (duplicate, call_id) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    let (kept, _) = testing::open(&core, &operator, "kekerasan-anak").await;
    let ids = testing::dispatch(&core, &operator, duplicate, &["damkar"], &[]).await;
    let merge = v1::MergeIncidentRequest {
        request_id: core.request_id(),
        duplicate_incident_id: duplicate.to_string(),
        into_incident_id: kept.to_string(),
    };
    testing::run(&core, &operator, merge).await.unwrap();
    let wanted = Wanted { assignments: ids.iter().copied().collect(), calls: [call_id].into(), ..Wanted::default() };
    let loaded = loaded(&core, wanted).await;
    let call = Views::new(&core.context, &loaded, &Online::default()).call(call_id, &Reader::Board).unwrap();
    assert_eq!((call.incident_id, call.number.as_str()), (kept.to_string(), ""), "and its calls are masked with it");
    let kept_view = board(&core, &loaded, kept, &Reader::Board);
    let duplicate_view = board(&core, &loaded, duplicate, &Reader::Board);
    assert_eq!(kept_view.assignments.len(), 1);
    assert_eq!(kept_view.merged_numbers, std::slice::from_ref(&duplicate_view.number));
    assert_eq!((duplicate_view.assignments.len(), duplicate_view.merged_into_id), (0, kept.to_string()));
    let lead = held(&core, &loaded, ids[0], &agency("damkar")).unwrap();
    assert_eq!((lead.incident_id, lead.incident_number), (kept.to_string(), kept_view.number));
}

async fn earlier_calls_of_a_number_are_counted_for_thirty_days_and_not_the_call_itself() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let ring = async |number: &str| -> Uuid {
        let ring = v1::RingCallRequest {
            request_id: core.request_id(),
            number: number.into(),
            ..v1::RingCallRequest::default()
        };
        core.clock.advance_ms(1_000);
        testing::run(&core, &operator, ring).await.unwrap().changed.unwrap().id.parse().unwrap()
    };
    let dispose = async |id: Uuid, disposition: v1::Disposition| {
        let answer = v1::AnswerCallRequest { request_id: core.request_id(), call_id: id.to_string() };
        testing::run(&core, &operator, answer).await.unwrap();
        let dispose = v1::SetDispositionRequest {
            request_id: core.request_id(),
            call_id: id.to_string(),
            disposition: disposition.into(),
        };
        testing::run(&core, &operator, dispose).await.unwrap();
    };
    let first = ring("0562 0000 500").await;
    core.clock.advance_ms(2 * 24 * 3_600_000);
    dispose(ring("+62 562 0000 500").await, v1::Disposition::Prank).await;
    dispose(ring("05620000500").await, v1::Disposition::Information).await;
    ring("0562 0000 501").await;
    let last = ring("0562-0000-500").await;
    let counts = async |id: Uuid| {
        let loaded = loaded(&core, Wanted { calls: [id].into(), ..Wanted::default() }).await;
        let view = Views::new(&core.context, &loaded, &Online::default()).call(id, &Reader::Board).unwrap();
        (view.earlier_calls, view.earlier_nuisance_calls)
    };
    assert_eq!(counts(last).await, (3, 1));
    assert_eq!(counts(first).await, (0, 0), "later calls are not earlier ones");
    core.clock.advance_ms(29 * 24 * 3_600_000);
    assert_eq!(counts(ring("0562 0000 500").await).await, (3, 1), "the first is more than thirty days old");
}

async fn an_agency_without_a_session_is_shown_with_whom_to_call_by_the_hour() {
    let core = testing::core().await;
    let operator = testing::operator(&core, "operator1").await;
    let (id, _) = testing::open(&core, &operator, "kebakaran-bangunan").await;
    testing::dispatch(&core, &operator, id, &["damkar"], &[]).await;
    let loaded = of_incident(&core, id).await;
    let one = |online: &Online| {
        let view = Views::new(&core.context, &loaded, online).incident(id, &Reader::Board).unwrap();
        let held = view.assignments.into_iter().next().unwrap();
        (held.agency_online, held.duty_contact.map(|contact| contact.label))
    };
    assert_eq!(one(&Online::default()), (false, Some("Piket siang".into())));
    core.clock.advance_ms(10 * 3_600_000);
    assert_eq!(one(&Online::default()), (false, Some("Piket malam".into())), "20:00 in the city");
    let online = Online { agencies: ["damkar".to_owned()].into(), gateway: true };
    assert_eq!(one(&online), (true, None));
}
