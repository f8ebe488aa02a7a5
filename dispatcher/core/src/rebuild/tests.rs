//! The read models that the log comes to are the live ones, after any story.

use super::{KINDS, compare, rebuild};
use crate::{
    access::Caller,
    testing::{self, INSIDE, TestCore, dispatcher, operator},
    writer::Lane,
};
use rand::{RngExt as _, SeedableRng, rngs::StdRng};
use siaga_domain::unit::Unit;
use siaga_proto::v1;
use siaga_store::StreamKey;

testing::on_each!(
    the_live_read_models_are_what_the_log_comes_to,
    what_was_changed_by_hand_is_found,
    a_log_with_a_kind_that_is_not_known_is_refused_before_anything_is_cleared,
    the_migration_fills_the_statistics_as_the_log_says,
);

/// Things that may happen in a story; most are refused at times, which is part of it.
struct Story<'c> {
    core: &'c TestCore,
    who: Caller,
    agency: Caller,
    calls: Vec<String>,
    incidents: Vec<String>,
    assignments: Vec<String>,
}

impl Story<'_> {
    #[expect(clippy::too_many_lines, reason = "one arm for each command")]
    async fn happens(&mut self, random: &mut StdRng) {
        let request_id = self.core.request_id();
        let pick = |list: &[String], random: &mut StdRng| {
            if list.is_empty() { String::new() } else { list[random.random_range(0..list.len())].clone() }
        };
        let incident_id = pick(&self.incidents, random);
        let assignment_id = pick(&self.assignments, random);
        let call_id = pick(&self.calls, random);
        let writer = &self.core.writer;
        let (who, agency) = (self.who.clone(), self.agency.clone());
        let lane = Lane::Emergency;
        match random.random_range(0..14) {
            0 | 1 => {
                let ring = v1::RingCallRequest {
                    request_id,
                    line: "1".into(),
                    number: "0812 0000 0001".into(),
                    ..Default::default()
                };
                let reply = writer.command(lane, who, ring).await.unwrap();
                self.calls.push(reply.changed.unwrap().id);
            }
            2 => drop(writer.command(lane, who, v1::AnswerCallRequest { request_id, call_id }).await),
            3 => {
                let place = v1::PlaceInput {
                    text: "Jalan Diponegoro 1".into(),
                    point: Some(v1::Point { latitude: INSIDE.0, longitude: INSIDE.1, accuracy_m: 10.0 }),
                    ..Default::default()
                };
                let open = v1::OpenIncidentRequest {
                    request_id,
                    narrative: "asap tebal dari ruko".into(),
                    place: Some(place),
                    type_code: "kebakaran-bangunan".into(),
                    ..Default::default()
                };
                let reply = writer.command(lane, who, open).await.unwrap();
                self.incidents.push(reply.changed.unwrap().id);
            }
            4 | 5 => {
                let dispatch = v1::DispatchIncidentRequest { request_id, incident_id, ..Default::default() };
                if let Ok(reply) = writer.command(lane, who, dispatch).await {
                    self.assignments.extend(reply.assignment_ids);
                }
            }
            6 => {
                let accept = v1::AcceptAssignmentRequest { request_id, assignment_id, on_behalf: None };
                drop(writer.command(lane, agency, accept).await);
            }
            7 => {
                let unit_ids = vec![Unit::id_of("DAMKAR-01").to_string()];
                let assign = v1::AssignUnitsRequest { request_id, assignment_id, unit_ids, on_behalf: None };
                drop(writer.command(lane, agency, assign).await);
            }
            8 => {
                let step = if random.random() { v1::Step::OnScene } else { v1::Step::Completed };
                let report =
                    v1::ReportStatusRequest { request_id, assignment_id, step: step.into(), ..Default::default() };
                drop(writer.command(lane, agency, report).await);
            }
            9 => {
                let note =
                    v1::AddNoteRequest { request_id, incident_id, text: "api membesar".into(), occurred_at: None };
                drop(writer.command(lane, who, note).await);
            }
            10 => {
                let message = v1::SendMessageRequest { request_id, assignment_id, text: "lewat belakang".into() };
                drop(writer.command(lane, agency, message).await);
            }
            11 => {
                let read = v1::MarkMessagesReadRequest { request_id, assignment_id, up_to: 1 };
                drop(writer.command(lane, who, read).await);
            }
            12 => {
                let close = v1::CloseIncidentRequest {
                    request_id,
                    incident_id,
                    outcome_code: "handled".into(),
                    ..Default::default()
                };
                drop(writer.command(lane, who, close).await);
            }
            _ => {
                self.core.clock.advance_ms(40_000);
                let mut cycle = crate::reconcile::Cycle::new("story", "story".into(), crate::reconcile::emergency());
                cycle.tick(self.core).await.unwrap();
            }
        }
    }
}

async fn tell(seed: u64) -> TestCore {
    let core = testing::core().await;
    let who = operator(&core, "operator1").await;
    let agency = dispatcher(&core, "damkar1", "damkar").await;
    let mut random = StdRng::seed_from_u64(seed);
    let mut story =
        Story { core: &core, who, agency, calls: Vec::new(), incidents: Vec::new(), assignments: Vec::new() };
    for _ in 0..150 {
        story.happens(&mut random).await;
    }
    assert!(!story.incidents.is_empty() && !story.assignments.is_empty() && !story.calls.is_empty(), "seed {seed}");
    core
}

async fn the_live_read_models_are_what_the_log_comes_to() {
    for seed in 1..=4 {
        let core = tell(seed).await;
        let store = &*core.context.store;
        assert_eq!(compare(store).await.unwrap(), [], "seed {seed}");
        let rebuilt = rebuild(store, &|at, head| assert!(at <= head)).await.unwrap();
        assert_eq!(rebuilt.events, store.head().await.unwrap().position);
        assert_eq!(compare(store).await.unwrap(), [], "seed {seed}, rebuilt");
        let query = siaga_store::IncidentQuery { words: Some("asap".into()), ..Default::default() };
        assert!(!store.search_incidents(&query).await.unwrap().rows.is_empty(), "words are found again");
    }
}

async fn what_was_changed_by_hand_is_found() {
    let core = tell(5).await;
    core.store.execute("UPDATE streams SET open = NOT open WHERE kind = 'number_series'").await;
    core.store.execute("DELETE FROM streams WHERE kind = 'call'").await;
    core.store.execute("UPDATE incidents SET status = 'x'").await;
    let found = compare(&*core.context.store).await.unwrap();
    let has = |what: &str, how: &str| found.iter().any(|found| found.what.starts_with(what) && found.how.contains(how));
    assert!(has("number_series", "open"), "{found:?}");
    assert!(has("call", "is missing"), "{found:?}");
    assert!(has("index of", "differs"), "{found:?}");
    rebuild(&*core.context.store, &|_, _| {}).await.unwrap();
    assert_eq!(compare(&*core.context.store).await.unwrap(), []);
}

async fn a_log_with_a_kind_that_is_not_known_is_refused_before_anything_is_cleared() {
    let core = testing::core().await;
    let row = core.context.store.events_after(0, 1).await.unwrap().remove(0);
    let mut models = super::Models::default();
    let unknown = siaga_store::EventRow { stream: StreamKey::new("service_request", 1), ..row };
    let refused = models.take(&unknown).unwrap_err();
    assert!(refused.private.as_ref().unwrap().contains("service_request"));
    let names: std::collections::BTreeSet<&str> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), KINDS.len());
}

/// A database of before the statistics gets their rows from its states, by the migration itself.
async fn the_migration_fills_the_statistics_as_the_log_says() {
    let core = tell(7).await;
    let migration = match core.store.name {
        "sqlite" => include_str!("../../../../migrations/sqlite/0004_statistics.sql"),
        _ => include_str!("../../../../migrations/postgres/0004_statistics.sql"),
    };
    let fill = migration.split_once("INSERT INTO").unwrap().1;
    core.store.execute("DELETE FROM call_facts; DELETE FROM case_facts; DELETE FROM assignment_facts").await;
    let lost = compare(&*core.context.store).await.unwrap();
    assert!(lost.len() > 10 && lost.iter().all(|one| one.how == "are missing"), "{lost:?}");
    core.store.execute(&format!("INSERT INTO{fill}")).await;
    assert_eq!(compare(&*core.context.store).await.unwrap(), []);
}
