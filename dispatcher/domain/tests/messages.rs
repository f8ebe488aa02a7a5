//! The conversation of centre and agency: who may write until when, and what counts as read.

#![allow(clippy::unwrap_used, reason = "tests")]

use siaga_domain::{
    Actor, Aggregate, EventMeta, PersonalRef, Timestamp,
    assignment::{AgencyRole, Assignment, AssignmentEvent, Side},
    limits,
    step::Step,
};
use uuid::Uuid;

fn meta(at_ms: i64, label: &str) -> EventMeta {
    let at = Timestamp::from_unix_ms(at_ms);
    EventMeta { occurred_at: at, recorded_at: at, actor: Actor { label: label.into(), ..Actor::system() } }
}

fn text(number: u128) -> PersonalRef {
    PersonalRef { personal_id: Uuid::from_u128(number), digest: String::new() }
}

fn sent() -> Assignment {
    let mut assignment = Assignment::default();
    let event = AssignmentEvent::Sent {
        incident_id: Uuid::from_u128(1),
        agency: "damkar".into(),
        role: AgencyRole::Lead,
        caller_shared: false,
    };
    assignment.apply(&event, &meta(0, "Operator 1"));
    assignment
}

fn write(assignment: &mut Assignment, from: Side, number: u128) {
    let event = assignment.send_message(from, text(number)).unwrap();
    assignment.apply(&event, &meta(1, "Penulis"));
}

fn read_of(assignment: &Assignment) -> Vec<bool> {
    assignment.messages.iter().map(|one| one.read.is_some()).collect()
}

#[test]
fn only_what_the_other_side_wrote_is_read_and_only_once() {
    let mut assignment = sent();
    for (number, from) in [Side::Centre, Side::Agency, Side::Centre].into_iter().enumerate() {
        write(&mut assignment, from, number as u128);
    }
    let first = assignment.read_messages(Side::Agency, 1).unwrap().unwrap();
    assignment.apply(&first, &meta(5, "Dispatcher"));
    assert_eq!(read_of(&assignment), [true, false, false]);
    assert_eq!(assignment.messages[0].read, Some((Timestamp::from_unix_ms(5), "Dispatcher".into())));
    assert_eq!(assignment.read_messages(Side::Agency, 2).unwrap(), None, "number 2 is its own");
    let all = assignment.read_messages(Side::Agency, 3).unwrap().unwrap();
    assignment.apply(&all, &meta(9, "Dispatcher 2"));
    assert_eq!(read_of(&assignment), [true, false, true]);
    assert_eq!(assignment.messages[0].read.as_ref().unwrap().1, "Dispatcher", "the first reading counts");
    for up_to in [0, 4, u32::MAX] {
        let refused = assignment.read_messages(Side::Centre, up_to).unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("SIAGA-1001", Some("up_to")), "{up_to}");
    }
}

#[test]
fn messages_go_on_after_completion_and_end_with_decline_and_withdrawal() {
    let reached =
        |step| AssignmentEvent::StepReached { unit_id: None, step, confirmation: false, point: None, note: None };
    let mut completed = sent();
    completed.apply(&reached(Step::Completed), &meta(2, "Dispatcher"));
    assert!(completed.send_message(Side::Agency, text(1)).is_ok());
    for ending in [AssignmentEvent::Declined { reason: "x".into() }, AssignmentEvent::Withdrawn { reason: "x".into() }]
    {
        let mut assignment = sent();
        write(&mut assignment, Side::Agency, 1);
        assignment.apply(&ending, &meta(2, "Siapa"));
        for side in [Side::Centre, Side::Agency] {
            assert_eq!(assignment.send_message(side, text(2)).unwrap_err().code, "SIAGA-1407");
        }
        assert!(assignment.read_messages(Side::Centre, 1).unwrap().is_some(), "what was said before may be read");
    }
}

#[test]
fn the_limit_of_a_conversation_says_so() {
    let mut assignment = sent();
    for number in 0..limits::MESSAGES {
        write(&mut assignment, Side::Centre, number as u128);
    }
    let refused = assignment.send_message(Side::Agency, text(1)).unwrap_err();
    assert_eq!(refused.code, "SIAGA-1408");
    assert!(refused.id.contains("200") && refused.en.contains("200"));
}
