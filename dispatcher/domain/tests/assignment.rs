//! Any sequence of reports leaves an assignment that makes sense.

use proptest::prelude::*;
use siaga_domain::{
    Actor, Aggregate, EventMeta, Timestamp,
    assignment::{Assignment, AssignmentEvent, Readiness},
    step::Step,
};
use uuid::Uuid;

#[derive(Debug, Clone)]
enum Act {
    Deliver,
    Acknowledge,
    Ready,
    Accept,
    Decline,
    Withdraw,
    Assign(u8),
    Release(u8),
    Report(Option<u8>, Step, i64),
    Correct(Option<u8>, Step),
    Help,
}

fn step() -> impl Strategy<Value = Step> {
    proptest::sample::select(Step::ORDER.to_vec())
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => Just(Act::Deliver),
        2 => Just(Act::Acknowledge),
        2 => Just(Act::Ready),
        2 => Just(Act::Accept),
        1 => Just(Act::Decline),
        1 => Just(Act::Withdraw),
        4 => (0..3_u8).prop_map(Act::Assign),
        2 => (0..3_u8).prop_map(Act::Release),
        8 => (proptest::option::of(0..3_u8), proptest::sample::select(Step::REPORTED.to_vec()), -50_i64..1)
            .prop_map(|(unit, step, back)| Act::Report(unit, step, back)),
        2 => (proptest::option::of(0..3_u8), step()).prop_map(|(unit, step)| Act::Correct(unit, step)),
        2 => Just(Act::Help),
    ]
}

fn unit_id(unit: u8) -> Uuid {
    Uuid::from_u128(u128::from(unit) + 1)
}

fn meta(at: i64, recorded_at: i64) -> EventMeta {
    EventMeta {
        occurred_at: Timestamp::from_unix_ms(at),
        recorded_at: Timestamp::from_unix_ms(recorded_at),
        actor: Actor::system(),
    }
}

fn sent() -> Assignment {
    let mut assignment = Assignment::default();
    let event = AssignmentEvent::Sent {
        incident_id: Uuid::from_u128(99),
        agency: "damkar".into(),
        role: siaga_domain::assignment::AgencyRole::Lead,
        caller_shared: false,
    };
    assignment.apply(&event, &meta(1_000, 1_000));
    assignment
}

/// The events of an act at a state, if it is legal.
fn decide(assignment: &Assignment, act: &Act) -> Option<AssignmentEvent> {
    match act {
        Act::Deliver => assignment.deliver(),
        Act::Acknowledge => assignment.reach(Step::Acknowledged, AssignmentEvent::Acknowledged {}).ok()?,
        Act::Ready => {
            let readiness = Readiness::default();
            assignment.reach(Step::Ready, AssignmentEvent::ReadinessConfirmed { readiness }).ok()?
        }
        Act::Accept => assignment.reach(Step::Accepted, AssignmentEvent::Accepted {}).ok()?,
        Act::Decline => assignment.decline("penuh".into()).ok(),
        Act::Withdraw => assignment.withdraw("salah kirim".into()).ok(),
        Act::Assign(unit) => assignment.assign_unit(unit_id(*unit), "D").ok()?,
        Act::Release(unit) => assignment.release_unit(unit_id(*unit), String::new(), false).ok(),
        Act::Report(unit, step, _) => assignment.report(unit.map(unit_id), *step, None, None).ok(),
        Act::Correct(unit, step) => assignment.correct(unit.map(unit_id), *step, "keliru".into()).ok(),
        Act::Help => assignment.request_help("mobil tangki".into()).ok(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_sequence_makes_sense(acts in proptest::collection::vec(act(), 0..40)) {
        let mut assignment = sent();
        let mut now = 1_000;
        for act in &acts {
            now += 10;
            let before = assignment.clone();
            let Some(event) = decide(&assignment, act) else { continue };
            let at = if let Act::Report(_, _, back) = act { now + back } else { now };
            assignment.apply(&event, &meta(at, now));

            // A refused or final state moves only by a correction.
            if matches!(before.step, Step::Declined | Step::Withdrawn) {
                prop_assert!(matches!(act, Act::Correct(..)), "{act:?} moved a final assignment");
            }
            // Steps only go forward, but by a correction or a unit taken off.
            if !matches!(act, Act::Correct(..)) {
                prop_assert!(assignment.step >= before.step, "{act:?}: {:?} after {:?}", assignment.step, before.step);
                for (step, stamp) in &before.stamps.0 {
                    let kept = assignment.stamps.get(*step);
                    prop_assert!(kept.is_some_and(|kept| kept.at <= stamp.at), "{act:?} lost or delayed {step:?}");
                }
            }
            // What is said of the whole is said of the units that were on it.
            if let Act::Report(None, step, _) = act {
                for unit in assignment.units.values().filter(|unit| !unit.step.is_final()) {
                    let came_later = unit.stamps.at(Step::UnitAssigned).is_some_and(|assigned| assigned.unix_ms() > at);
                    prop_assert!(unit.step >= *step || came_later, "{act:?} left a unit at {:?}", unit.step);
                }
            }
            // No unit is at work on an assignment that has ended.
            if assignment.step.is_final() {
                prop_assert!(assignment.units_at_work().is_empty(), "{act:?}: units at work after the end");
            }
            // Nothing was reached that is later than where it is.
            for step in assignment.stamps.0.keys().filter(|step| **step <= Step::Completed) {
                let ended = matches!(assignment.step, Step::Declined | Step::Withdrawn);
                prop_assert!(ended || *step <= assignment.step, "{act:?}: {step:?} beyond {:?}", assignment.step);
            }
            prop_assert_eq!(assignment.is_open(), !assignment.step.is_final());
        }
    }

    #[test]
    fn what_is_stored_comes_back(acts in proptest::collection::vec(act(), 0..20)) {
        let mut assignment = sent();
        for act in &acts {
            if let Some(event) = decide(&assignment, act) {
                let (event_type, data) = siaga_domain::aggregate::to_log(Assignment::KIND, &event).unwrap();
                let read: AssignmentEvent = siaga_domain::aggregate::from_log(&event_type, &data).unwrap();
                prop_assert_eq!(&read, &event);
                assignment.apply(&event, &meta(2_000, 2_000));
            }
        }
        let stored = serde_json::to_value(&assignment).unwrap();
        prop_assert_eq!(serde_json::from_value::<Assignment>(stored).unwrap(), assignment);
    }
}

#[test]
fn a_repeated_step_keeps_the_earliest_time() {
    let mut assignment = sent();
    for at in [5_000, 3_000, 4_000] {
        let event = assignment.report(None, Step::OnScene, None, None).unwrap();
        assignment.apply(&event, &meta(at, 9_000));
    }
    assert_eq!(assignment.stamps.at(Step::OnScene), Some(Timestamp::from_unix_ms(3_000)));
    assert_eq!(assignment.stamps.get(Step::EnRoute), None, "a skipped step stays empty");
}

#[test]
fn an_impossible_step_names_the_possible_ones() {
    let mut assignment = sent();
    let declined = assignment.decline("penuh".into()).unwrap();
    assignment.apply(&declined, &meta(2_000, 2_000));
    let error = assignment.report(None, Step::EnRoute, None, None).unwrap_err();
    assert_eq!(error.code, "SIAGA-1401");
    assert!(error.allowed.is_empty());
    let error = sent().correct(None, Step::OnScene, "keliru".into()).unwrap_err();
    assert_eq!(error.code, "SIAGA-1402");
    assert_eq!(error.allowed, Vec::<String>::new());
    let error = sent().report(None, Step::Accepted, None, None).unwrap_err();
    assert_eq!(error.allowed, ["en_route", "on_scene", "under_control", "completed"]);
}

#[test]
fn a_step_of_the_whole_moves_its_units_but_not_one_that_came_later() {
    let mut assignment = sent();
    for (unit, at) in [(0, 2_000), (1, 2_000), (2, 4_000)] {
        let event = assignment.assign_unit(unit_id(unit), "D").unwrap().unwrap();
        assignment.apply(&event, &meta(at, at));
    }
    let released = assignment.release_unit(unit_id(1), String::new(), false).unwrap();
    assignment.apply(&released, &meta(2_500, 2_500));
    let on_scene = assignment.report(None, Step::OnScene, None, None).unwrap();
    assignment.apply(&on_scene, &meta(3_000, 5_000));
    let at = |assignment: &Assignment, unit| assignment.units[&unit_id(unit)].step;
    let steps = |assignment: &Assignment| [0, 1, 2].map(|unit| at(assignment, unit));
    assert_eq!(steps(&assignment), [Step::OnScene, Step::Released, Step::UnitAssigned]);
    let moved = &assignment.units[&unit_id(0)];
    assert_eq!(moved.stamps.at(Step::OnScene), Some(Timestamp::from_unix_ms(3_000)));
    assert_eq!(moved.stamps.get(Step::EnRoute), None, "a skipped step stays empty");

    // Said again, of all that are there now: no mere confirmation.
    let again = assignment.report(None, Step::OnScene, None, None).unwrap();
    assert!(matches!(again, AssignmentEvent::StepReached { confirmation: false, .. }), "{again:?}");
    assignment.apply(&again, &meta(6_000, 6_000));
    assert_eq!(steps(&assignment), [Step::OnScene, Step::Released, Step::OnScene]);
    let third = assignment.report(None, Step::OnScene, None, None).unwrap();
    assert!(matches!(third, AssignmentEvent::StepReached { confirmation: true, .. }), "{third:?}");
    // One unit is farther than the whole's next step.
    let control = assignment.report(Some(unit_id(2)), Step::UnderControl, None, None).unwrap();
    assignment.apply(&control, &meta(7_000, 7_000));
    let en_route = assignment.report(None, Step::EnRoute, None, None).unwrap();
    assignment.apply(&en_route, &meta(7_500, 7_500));
    assert_eq!(steps(&assignment), [Step::OnScene, Step::Released, Step::UnderControl], "none goes back");
}

#[test]
fn an_assignment_is_completed_when_its_last_unit_is() {
    let mut assignment = sent();
    for unit in 0..2 {
        let event = assignment.assign_unit(unit_id(unit), "D").unwrap().unwrap();
        assignment.apply(&event, &meta(2_000, 2_000));
    }
    for (unit, expected) in [(0, Step::UnderControl), (1, Step::Completed)] {
        let event = assignment.report(Some(unit_id(unit)), Step::Completed, None, None).unwrap();
        assignment.apply(&event, &meta(3_000, 3_000));
        assert_eq!(assignment.step, expected);
    }
}
