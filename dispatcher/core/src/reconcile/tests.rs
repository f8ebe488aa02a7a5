//! Every reconciler: what it does, and that doing it again does nothing.

use super::{
    Cycle, Reconciler,
    alarms::{Senses, due, to_escalate},
    emergency,
    picture::Picture,
};
use crate::{
    CoreConfig,
    testing::{self, START, TestCore, emit, emit_as, operator},
};
use siaga_domain::{
    Timestamp,
    account::{Account, AccountEvent, DutyState},
    alarm::{Alarm, AlarmEvent, AlarmKind, AlarmLimits},
    assignment::{AgencyRole, Assignment, AssignmentEvent},
    call::{Call, CallEvent, Disposition},
    incident::{CardChange, Classification, Incident, IncidentEvent, Outcome},
    step::Step,
    unit::Unit,
};
use siaga_store::{HubSummary, PersonalIndex, UnitPosition};
use uuid::Uuid;

testing::on_each!(
    each_step_of_an_assignment_has_its_alarm_until_it_or_a_later_one_is_reached,
    an_agency_without_a_screen_is_said_at_once_and_until_somebody_has_it,
    a_refusal_is_answered_by_sending_somebody_else,
    an_owner_who_left_is_said,
    calls_that_ring_or_were_given_up_are_said,
    a_unit_that_sends_nothing_is_said_and_a_position_is_a_sign_of_life,
    an_alarm_nobody_takes_escalates_and_a_taken_one_only_ends,
    the_picture_followed_is_the_picture_loaded,
    one_process_is_at_work_and_another_takes_over_within_five_seconds,
    a_change_is_seen_without_waiting_for_the_timer,
);

mod retention;

const SECOND_MS: i64 = 1000;

/// A core with an operator at the desk who owns an open, classified incident.
struct Desk {
    core: TestCore,
    incident_id: Uuid,
    operator_id: Uuid,
}

async fn desk() -> Desk {
    desk_with(CoreConfig::default()).await
}

async fn desk_with(config: CoreConfig) -> Desk {
    let core = testing::core_with(testing::fresh().await, config).await;
    let who = operator(&core, "operator1").await;
    let operator_id = who.account_id.unwrap();
    emit::<Account>(&core, operator_id, [AccountEvent::DutyChanged { duty: DutyState::Ready }]).await;
    let incident_id = core.context.ids.new_id(core.context.now());
    let opened = IncidentEvent::Opened {
        number: "SKW-20261122-0001".into(),
        owner: Some(operator_id),
        owner_label: who.label.clone(),
        call_id: None,
        first_ring_at: None,
        answered_at: None,
        card: CardChange::default(),
    };
    let classified = IncidentEvent::Classified {
        classification: Classification {
            type_code: "kebakaran-bangunan".into(),
            category: "kebakaran".into(),
            priority: 1,
            priority_reason: String::new(),
            sensitive: false,
        },
    };
    emit_as::<Incident>(&core, &who, incident_id, [opened, classified]).await;
    Desk { core, incident_id, operator_id }
}

impl Desk {
    /// Sends the incident to an agency.
    async fn send(&self, agency: &str) -> Uuid {
        let id = self.core.context.ids.new_id(self.core.context.now());
        let sent = AssignmentEvent::Sent {
            incident_id: self.incident_id,
            agency: agency.into(),
            role: AgencyRole::Lead,
            caller_shared: false,
        };
        emit::<Assignment>(&self.core, id, [sent]).await;
        let dispatched = IncidentEvent::Dispatched { assignments: vec![id], agencies: vec![agency.into()] };
        emit::<Incident>(&self.core, self.incident_id, [dispatched]).await;
        id
    }

    async fn happens(&self, assignment_id: Uuid, event: AssignmentEvent) {
        emit::<Assignment>(&self.core, assignment_id, [event]).await;
    }

    async fn online(&self, agencies: &[&str]) {
        let audiences: Vec<(String, u32)> = agencies.iter().map(|code| (format!("agency:{code}"), 1)).collect();
        self.core.context.store.set_presence("g1", self.core.context.now(), &audiences).await.unwrap();
    }

    /// Names of the kinds that should be up now.
    async fn due(&self) -> Vec<&'static str> {
        let core = &self.core;
        let picture = Picture::load(&*core.context.store).await.unwrap();
        let presence = core.context.store.presence(START).await.unwrap();
        let online = presence.iter().filter_map(|row| row.audience.strip_prefix("agency:").map(str::to_owned));
        let senses = Senses { online: online.collect(), ..Senses::default() };
        let wants = due(core.context.now(), &picture, &senses, &core.context.config.alarms);
        wants.values().map(|want| want.kind.name()).collect()
    }

    fn passes_s(&self, seconds: i64) {
        self.core.clock.advance_ms(seconds * SECOND_MS);
    }
}

fn reached(step: Step) -> AssignmentEvent {
    AssignmentEvent::StepReached { unit_id: None, step, confirmation: false, point: None, note: None }
}

fn with_unit() -> AssignmentEvent {
    AssignmentEvent::UnitAssigned { unit_id: Unit::id_of("DAMKAR-01"), code: "DAMKAR-01".into() }
}

async fn each_step_of_an_assignment_has_its_alarm_until_it_or_a_later_one_is_reached() {
    let desk = desk().await;
    assert_eq!(desk.due().await, [""; 0]);
    desk.passes_s(60);
    assert_eq!(desk.due().await, ["not-dispatched"]);
    desk.online(&["damkar"]).await;
    let assignment = desk.send("damkar").await;
    assert_eq!(desk.due().await, [""; 0]);
    desk.passes_s(5);
    assert_eq!(desk.due().await, ["not-delivered"]);
    desk.happens(assignment, AssignmentEvent::Delivered {}).await;
    assert_eq!(desk.due().await, [""; 0]);
    desk.passes_s(25);
    assert_eq!(desk.due().await, ["not-acknowledged"]);
    // A later step makes the earlier one moot.
    desk.happens(assignment, AssignmentEvent::Accepted {}).await;
    assert_eq!(desk.due().await, [""; 0]);
    desk.passes_s(90);
    assert_eq!(desk.due().await, ["no-unit"]);
    desk.happens(assignment, with_unit()).await;
    desk.passes_s(180);
    assert_eq!(desk.due().await, ["not-en-route"]);
    desk.happens(assignment, reached(Step::EnRoute)).await;
    desk.passes_s(600);
    assert_eq!(desk.due().await, ["not-on-scene"]);
    desk.happens(assignment, reached(Step::OnScene)).await;
    assert_eq!(desk.due().await, [""; 0]);
    // A step taken back is missing again.
    let back = AssignmentEvent::StepCorrected { unit_id: None, step: Step::UnitAssigned, reason: "salah".into() };
    desk.happens(assignment, back).await;
    assert_eq!(desk.due().await, ["not-en-route"]);
    desk.happens(assignment, reached(Step::Completed)).await;
    assert_eq!(desk.due().await, [""; 0]);
    desk.passes_s(1800);
    assert_eq!(desk.due().await, ["not-closed"]);
    emit::<Incident>(&desk.core, desk.incident_id, [IncidentEvent::Closed { outcome: Outcome::default() }]).await;
    assert_eq!(desk.due().await, [""; 0]);
}

async fn an_agency_without_a_screen_is_said_at_once_and_until_somebody_has_it() {
    let desk = desk().await;
    let assignment = desk.send("damkar").await;
    assert_eq!(desk.due().await, ["agency-offline"]);
    let mut alarms = super::settle::Alarms::default();
    assert_eq!(alarms.run(&desk.core).await.unwrap(), 1);
    // Its screen comes on, but does not have the assignment yet.
    desk.online(&["damkar"]).await;
    assert_eq!(desk.due().await, ["agency-offline"]);
    desk.happens(assignment, AssignmentEvent::Acknowledged {}).await;
    assert_eq!(desk.due().await, [""; 0]);
    assert_eq!(alarms.run(&desk.core).await.unwrap(), 1);
}

async fn a_refusal_is_answered_by_sending_somebody_else() {
    let desk = desk().await;
    desk.online(&["damkar", "psc119"]).await;
    let assignment = desk.send("damkar").await;
    desk.happens(assignment, AssignmentEvent::Declined { reason: "semua unit bertugas".into() }).await;
    assert_eq!(desk.due().await, ["declined", "no-agency-left"]);
    desk.passes_s(1);
    let other = desk.send("psc119").await;
    assert_eq!(desk.due().await, [""; 0]);
    desk.happens(other, AssignmentEvent::Delivered {}).await;
    desk.happens(other, AssignmentEvent::HelpRequested { what: "tangga".into() }).await;
    assert_eq!(desk.due().await, ["help-requested"]);
    desk.happens(other, AssignmentEvent::HelpAnswered {}).await;
    assert_eq!(desk.due().await, [""; 0]);
    desk.happens(other, AssignmentEvent::Withdrawn { reason: "tidak perlu".into() }).await;
    assert_eq!(desk.due().await, ["no-agency-left"]);
}

async fn an_owner_who_left_is_said() {
    let desk = desk().await;
    desk.online(&["damkar"]).await;
    let assignment = desk.send("damkar").await;
    desk.happens(assignment, AssignmentEvent::Acknowledged {}).await;
    emit::<Account>(&desk.core, desk.operator_id, [AccountEvent::DutyChanged { duty: DutyState::SignedOff }]).await;
    desk.passes_s(59);
    assert_eq!(desk.due().await, [""; 0]);
    desk.passes_s(1);
    assert_eq!(desk.due().await, ["owner-gone"]);
    emit::<Account>(&desk.core, desk.operator_id, [AccountEvent::DutyChanged { duty: DutyState::Ready }]).await;
    assert_eq!(desk.due().await, [""; 0]);
}

async fn calls_that_ring_or_were_given_up_are_said() {
    let desk = desk().await;
    let core = &desk.core;
    desk.online(&["damkar"]).await;
    let assignment = desk.send("damkar").await;
    desk.happens(assignment, AssignmentEvent::Acknowledged {}).await;
    let call_id = core.context.ids.new_id(core.context.now());
    let number =
        testing::personal(core, ("call", call_id), None, "number", "0812 0000 0001", PersonalIndex::Phone).await;
    let ringing = CallEvent::Ringing { line: "1".into(), number: Some(number), recording_reference: None };
    emit::<Call>(core, call_id, [ringing]).await;
    desk.passes_s(14);
    assert_eq!(desk.due().await, [""; 0]);
    desk.passes_s(1);
    assert_eq!(desk.due().await, ["call-unanswered"]);
    emit::<Call>(core, call_id, [CallEvent::Ended {}, CallEvent::Disposed { disposition: Disposition::Abandoned }])
        .await;
    assert_eq!(desk.due().await, [""; 0]);
    desk.passes_s(60);
    assert_eq!(desk.due().await, ["abandoned-not-called-back"]);
    emit::<Call>(core, call_id, [CallEvent::CalledBack { reached: false }]).await;
    assert_eq!(desk.due().await, [""; 0]);
}

async fn a_unit_that_sends_nothing_is_said_and_a_position_is_a_sign_of_life() {
    let desk = desk().await;
    let core = &desk.core;
    let assignment = desk.send("damkar").await;
    let unit_id = Unit::id_of("DAMKAR-01");
    desk.happens(assignment, with_unit()).await;
    let on_scene = AssignmentEvent::StepReached {
        unit_id: Some(unit_id),
        step: Step::OnScene,
        confirmation: false,
        point: None,
        note: None,
    };
    desk.happens(assignment, on_scene).await;
    let mut alarms = super::settle::Alarms::default();
    assert_eq!(alarms.run(core).await.unwrap(), 0);
    desk.passes_s(900);
    assert_eq!(alarms.run(core).await.unwrap(), 1);
    let at = core.context.now();
    let heard = UnitPosition { unit_id, lat: 0.9, lon: 108.98, accuracy_m: None, speed_mps: None, at };
    core.context.store.record_positions(&[heard]).await.unwrap();
    assert_eq!(alarms.run(core).await.unwrap(), 1, "it ends");
    assert_eq!(alarms.run(core).await.unwrap(), 0);
}

#[test]
fn a_hub_that_is_behind_or_refused_something_is_said() {
    let now = Timestamp::from_unix_ms(10_000_000);
    let limits = AlarmLimits::default();
    let kinds = |hub: HubSummary| {
        let senses = Senses { hub, ..Senses::default() };
        due(now, &Picture::default(), &senses, &limits).len()
    };
    assert_eq!(kinds(HubSummary::default()), 0);
    let since = |ago_s: i64| Some(now.plus_ms(-ago_s * SECOND_MS));
    assert_eq!(kinds(HubSummary { pending: 1, oldest_pending_since: since(299), ..HubSummary::default() }), 0);
    assert_eq!(kinds(HubSummary { pending: 1, oldest_pending_since: since(300), ..HubSummary::default() }), 1);
    assert_eq!(kinds(HubSummary { dead: 1, ..HubSummary::default() }), 1);
}

async fn an_alarm_nobody_takes_escalates_and_a_taken_one_only_ends() {
    let desk = desk().await;
    let core = &desk.core;
    let mut alarms = super::settle::Alarms::default();
    desk.passes_s(60);
    assert_eq!(alarms.run(core).await.unwrap(), 1);
    let id = AlarmKind::NotDispatched.id(&desk.incident_id.to_string());
    let picture = Picture::load(&*core.context.store).await.unwrap();
    assert_eq!(picture.alarms[&id].level, 1);
    desk.passes_s(60);
    assert_eq!(alarms.run(core).await.unwrap(), 1, "escalated");
    let picture = Picture::load(&*core.context.store).await.unwrap();
    assert_eq!(picture.alarms[&id].level, 2);
    assert_eq!(to_escalate(core.context.now(), &picture, &AlarmLimits::default()), [""; 0]);
    emit::<Alarm>(core, &id, [AlarmEvent::Taken { by: desk.operator_id, label: "Operator".into() }]).await;
    assert_eq!(alarms.run(core).await.unwrap(), 0);
    desk.online(&["damkar"]).await;
    desk.send("damkar").await;
    assert_eq!(alarms.run(core).await.unwrap(), 1, "its cause is gone");
    assert!(Picture::load(&*core.context.store).await.unwrap().alarms.is_empty());
}

async fn the_picture_followed_is_the_picture_loaded() {
    let desk = desk().await;
    let core = &desk.core;
    let mut followed = Picture::load(&*core.context.store).await.unwrap();
    let first = desk.send("damkar").await;
    let second = desk.send("psc119").await;
    desk.happens(first, AssignmentEvent::Declined { reason: "x".into() }).await;
    desk.happens(second, AssignmentEvent::Acknowledged {}).await;
    followed.follow(&*core.context.store).await.unwrap();
    assert_eq!(followed, Picture::load(&*core.context.store).await.unwrap());
    assert_eq!(followed.assignments.len(), 2);
    emit::<Incident>(core, desk.incident_id, [IncidentEvent::Cancelled { reason: "x".into() }]).await;
    followed.follow(&*core.context.store).await.unwrap();
    assert!(followed.incidents.is_empty() && followed.assignments.is_empty());
    emit::<Incident>(core, desk.incident_id, [IncidentEvent::Reopened { reason: "x".into() }]).await;
    followed.follow(&*core.context.store).await.unwrap();
    assert_eq!(followed, Picture::load(&*core.context.store).await.unwrap());
    assert_eq!(followed.assignments.len(), 2);
}

async fn one_process_is_at_work_and_another_takes_over_within_five_seconds() {
    let desk = desk().await;
    let core = &desk.core;
    let mut first = Cycle::new("reconcile-emergency", "first".into(), emergency());
    let mut second = Cycle::new("reconcile-emergency", "second".into(), emergency());
    assert!(first.tick(core).await.unwrap());
    assert!(!second.tick(core).await.unwrap());
    desk.passes_s(3);
    assert!(!second.tick(core).await.unwrap());
    assert!(first.tick(core).await.unwrap(), "it renews");
    // The timer's second may come on top.
    desk.passes_s(4);
    assert!(second.tick(core).await.unwrap(), "the first was silent");
    assert!(!first.tick(core).await.unwrap());
    desk.passes_s(53);
    assert!(second.tick(core).await.unwrap());
    let picture = Picture::load(&*core.context.store).await.unwrap();
    assert!(picture.alarms.values().any(|alarm| alarm.kind == AlarmKind::NotDispatched), "the second does the work");
}

async fn a_change_is_seen_without_waiting_for_the_timer() {
    let desk = desk().await;
    let tasks = super::start(&desk.core.core);
    let mut wake = desk.core.context.store.wake();
    desk.send("damkar").await;
    let raised = async {
        loop {
            let picture = Picture::load(&*desk.core.context.store).await.unwrap();
            if !picture.alarms.is_empty() {
                return;
            }
            wake.changed().await.unwrap();
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), raised).await.unwrap();
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
}

#[test]
fn every_one_of_a_thousand_late_incidents_is_said() {
    let mut picture = Picture::default();
    for number in 0..1000_u128 {
        let mut incident = Incident { number: number.to_string(), ..Incident::default() };
        for agency in 0..3 {
            let id = Uuid::from_u128(number * 10 + agency);
            incident.assignments.push(id);
            picture.assignments.insert(id, Assignment::default());
        }
        picture.incidents.insert(Uuid::from_u128(number), incident);
    }
    let wants = due(START, &picture, &Senses::default(), &AlarmLimits::default());
    assert!(wants.len() >= 1000);
}
