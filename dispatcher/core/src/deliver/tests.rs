//! The hub gets each case's messages once each, in order, the same at every attempt, and without the people in them.

use super::{Marks, delivery_state, hub_state, lease, record};
use crate::{
    CoreConfig,
    access::Caller,
    reconcile::Reconciler,
    testing::{self, INSIDE, TestCore, operator, supervisor},
    writer::Lane,
};
use serde_json::Value;
use siaga_domain::incident::Incident;
use siaga_proto::v1::{self, Delivery, DeliveryResult};
use siaga_store::{HubCaseState, StreamKey};
use std::collections::BTreeSet;
use uuid::Uuid;

testing::on_each!(
    a_case_arrives_step_by_step_with_its_record_at_the_close_and_t13_follows,
    a_message_is_the_same_at_every_attempt_whatever_happened_meanwhile,
    pauses_grow_to_a_minute_and_never_end_in_a_dead_letter,
    one_gateway_has_a_case_at_a_time,
    a_refused_message_holds_its_case_until_a_person_replays_or_skips_it,
    a_case_closed_again_sends_a_new_record_and_gets_its_own_t13,
    an_erasure_is_told_and_personal_data_go_only_where_the_law_asks,
);

pub(super) struct Case {
    pub(super) core: TestCore,
    who: Caller,
    incident_id: String,
    pub(super) number: String,
}

/// An open case with a place, a type, a caller and an assignment to damkar.
async fn case_with(config: CoreConfig) -> (Case, String) {
    let core = testing::core_with(testing::fresh().await, config).await;
    let who = operator(&core, "operator1").await;
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
        type_code: "kebakaran-bangunan".into(),
        ..Default::default()
    };
    let opened = core.writer.command(Lane::Emergency, who.clone(), open).await.unwrap();
    let incident_id = opened.changed.unwrap().id;
    let dispatch = v1::DispatchIncidentRequest {
        request_id: core.request_id(),
        incident_id: incident_id.clone(),
        ..Default::default()
    };
    let sent = core.writer.command(Lane::Emergency, who.clone(), dispatch).await.unwrap();
    let assignment_id = sent.assignment_ids[0].clone();
    (Case { core, who, incident_id, number: opened.number }, assignment_id)
}

pub(super) async fn case() -> (Case, String) {
    case_with(CoreConfig::default()).await
}

impl Case {
    pub(super) async fn completed(&self, assignment_id: &str) {
        let report = v1::ReportStatusRequest {
            request_id: self.core.request_id(),
            assignment_id: assignment_id.into(),
            step: v1::Step::Completed.into(),
            on_behalf: Some(v1::OnBehalf {
                channel: v1::Channel::Radio.into(),
                contact: "Posko".into(),
                said_at: None,
            }),
            ..Default::default()
        };
        self.core.writer.command(Lane::Emergency, self.who.clone(), report).await.unwrap();
    }

    pub(super) async fn close(&self) {
        let close = v1::CloseIncidentRequest {
            request_id: self.core.request_id(),
            incident_id: self.incident_id.clone(),
            outcome_code: "handled".into(),
            victims: Some(v1::Victims { injured: Some(2), ..Default::default() }),
            ..Default::default()
        };
        self.core.writer.command(Lane::Emergency, self.who.clone(), close).await.unwrap();
    }

    pub(super) async fn reopen(&self) {
        let reopen = v1::ReopenIncidentRequest {
            request_id: self.core.request_id(),
            incident_id: self.incident_id.clone(),
            reason: "menyala lagi".into(),
        };
        self.core.writer.command(Lane::Emergency, self.who.clone(), reopen).await.unwrap();
    }

    /// What is due, as a gateway gets it.
    pub(super) async fn leased(&self) -> Vec<Delivery> {
        Marks.run(&self.core).await.unwrap();
        let request = v1::LeaseDeliveriesRequest { gateway_id: "g1".into(), limit: 10, wait_ms: 0 };
        lease(&self.core, request).await.unwrap().deliveries
    }

    pub(super) async fn told(&self, delivery: &Delivery, result: DeliveryResult) {
        record(&self.core, answer(delivery, result)).await.unwrap();
    }

    /// The hub lacks what comes before: it wants another message.
    pub(super) async fn wants(&self, delivery: &Delivery, expected_sequence: u64) {
        let gap = answer(delivery, DeliveryResult::OutOfOrder);
        record(&self.core, v1::RecordDeliveryRequest { expected_sequence, ..gap }).await.unwrap();
    }

    pub(super) async fn skip(&self, reason: &str) {
        let who = supervisor(&self.core, "supervisor1").await;
        let skip = v1::SkipDeliveryRequest {
            request_id: self.core.request_id(),
            case_number: self.number.clone(),
            reason: reason.into(),
        };
        self.core.writer.command(Lane::Routine, who, skip).await.unwrap();
    }

    /// Delivers all that is due and returns it.
    async fn deliver(&self) -> Vec<Value> {
        let leased = self.leased().await;
        for delivery in &leased {
            self.told(delivery, DeliveryResult::Accepted).await;
        }
        leased.iter().map(body).collect()
    }

    async fn incident(&self) -> Incident {
        let key = StreamKey::new("incident", &self.incident_id);
        let row = self.core.context.store.load_streams(&[key]).await.unwrap().remove(0);
        serde_json::from_value(row.state).unwrap()
    }

    async fn state(&self) -> HubCaseState {
        self.core.context.store.hub_case(&self.number).await.unwrap().unwrap().state
    }
}

pub(super) fn answer(delivery: &Delivery, result: DeliveryResult) -> v1::RecordDeliveryRequest {
    v1::RecordDeliveryRequest {
        case_number: delivery.case_number.clone(),
        sequence: delivery.sequence,
        position: delivery.position,
        mark: delivery.mark,
        result: result.into(),
        detail: "SIAGA-5007".into(),
        ..Default::default()
    }
}

pub(super) fn body(delivery: &Delivery) -> Value {
    serde_json::from_slice(&delivery.body).unwrap()
}

pub(super) fn stages(bodies: &[Value]) -> Vec<&str> {
    let name = |body: &'_ Value| match body["type"].as_str() {
        Some("siaga.case.record.v1") => "RECORD",
        Some("siaga.case.erased.v1") => "ERASED",
        _ => "",
    };
    bodies.iter().map(|body| body["data"]["stage"].as_str().unwrap_or(name(body))).collect()
}

async fn a_case_arrives_step_by_step_with_its_record_at_the_close_and_t13_follows() {
    let (case, assignment) = case().await;
    let first = case.deliver().await;
    assert_eq!(stages(&first), ["opened", "classified", "dispatched"]);
    assert!(case.leased().await.is_empty(), "once each");
    assert_eq!(case.state().await, HubCaseState::Idle);
    case.completed(&assignment).await;
    case.close().await;
    assert!(case.incident().await.hub_accepted.is_none());
    let last = case.deliver().await;
    assert_eq!(stages(&last), ["completed", "closed", "RECORD"]);
    assert_eq!(case.state().await, HubCaseState::Idle);
    assert!(case.incident().await.hub_accepted.is_some(), "T13");
    let all: Vec<Value> = first.into_iter().chain(last).collect();
    for (index, body) in all.iter().enumerate() {
        assert_eq!(body["sequence"], (index + 1).to_string());
        assert_eq!(body["specversion"], "1.0");
        assert_eq!(body["subject"], case.number);
        assert_eq!(body["source"], "urn:siaga:singkawang");
        assert_eq!(body["data"]["case_number"], case.number);
    }
    assert_eq!(all.iter().map(|body| body["id"].as_str().unwrap()).collect::<BTreeSet<_>>().len(), all.len());
    let (opened, dispatched, completed, record) = (&all[0]["data"], &all[2]["data"], &all[3]["data"], &all[5]["data"]);
    assert_eq!((&opened["sensitive"], &opened["status"]), (&Value::Bool(true), &"opened".into()), "not classified yet");
    assert_eq!((&dispatched["sensitive"], &dispatched["status"]), (&Value::Bool(false), &"dispatched".into()));
    assert_eq!((&completed["agency_code"], &completed["on_behalf"]), (&"damkar".into(), &Value::Bool(true)));
    assert_eq!(record["outcome"], "handled");
    assert_eq!(record["kecamatan_code"], "61.72.02");
    assert_eq!(record["victims"], serde_json::json!({"dead": null, "injured": 2, "missing": null, "evacuated": null}));
    assert_eq!(record["agencies"][0]["outcome"], "completed");
    assert!(record["stamps"]["T5"].is_string() && record["stamps"]["T6"].is_null());
    let words = serde_json::to_string(&all).unwrap();
    for secret in ["Warga", "0812", "asap", "Jalan", "108.98"] {
        assert!(!words.contains(secret), "{secret} must not leave");
    }
}

async fn a_message_is_the_same_at_every_attempt_whatever_happened_meanwhile() {
    let (case, assignment) = case().await;
    let before = case.leased().await;
    case.told(&before[0], DeliveryResult::Unreachable).await;
    assert!(!hub_state(&case.core).await.unwrap().up);
    assert!(case.leased().await.is_empty(), "not before its time");
    case.completed(&assignment).await;
    case.close().await;
    case.core.clock.advance_ms(2_000);
    let after = case.leased().await;
    assert_eq!(after[..before.len()], before[..]);
    assert_eq!(after.len(), before.len() + 3);
    for delivery in &after {
        case.told(delivery, DeliveryResult::Accepted).await;
    }
    assert!(hub_state(&case.core).await.unwrap().up);
    // Told again: nothing changes.
    case.told(&after[0], DeliveryResult::Accepted).await;
    case.told(&after[1], DeliveryResult::Unreachable).await;
    assert_eq!(case.state().await, HubCaseState::Idle);
}

async fn pauses_grow_to_a_minute_and_never_end_in_a_dead_letter() {
    let (case, _) = case().await;
    let mut pauses = Vec::new();
    for _ in 0..9 {
        let leased = case.leased().await;
        case.told(&leased[0], DeliveryResult::Unreachable).await;
        let row = case.core.context.store.hub_case(&case.number).await.unwrap().unwrap();
        assert_eq!(row.state, HubCaseState::Pending);
        let pause_ms = row.next_attempt_at.ms_since(case.core.context.now());
        pauses.push(pause_ms);
        case.core.clock.advance_ms(pause_ms);
    }
    for (index, pause_ms) in pauses.iter().enumerate() {
        let least = (1_000_i64 << index).min(60_000);
        assert!((least..=least + least / 4).contains(pause_ms), "{pauses:?}");
    }
}

async fn one_gateway_has_a_case_at_a_time() {
    let (case, _) = case().await;
    let leased = case.leased().await;
    assert!(case.leased().await.is_empty(), "it is with the gateway");
    let other = v1::LeaseDeliveriesRequest { gateway_id: "g2".into(), limit: 10, wait_ms: 0 };
    assert!(lease(&case.core, other.clone()).await.unwrap().deliveries.is_empty());
    // The first gateway died.
    case.core.clock.advance_ms(61_000);
    assert_eq!(lease(&case.core, other).await.unwrap().deliveries, leased);
    let nameless = v1::LeaseDeliveriesRequest::default();
    assert_eq!(lease(&case.core, nameless).await.unwrap_err().code, "SIAGA-1001");
}

async fn a_refused_message_holds_its_case_until_a_person_replays_or_skips_it() {
    let (case, _) = case().await;
    let who = supervisor(&case.core, "supervisor1").await;
    let leased = case.leased().await;
    case.told(&leased[0], DeliveryResult::Refused).await;
    assert_eq!(case.state().await, HubCaseState::Dead);
    assert!(case.leased().await.is_empty());
    let ask = v1::GetDeliveryStateRequest { limit: 10, ..Default::default() };
    let shown = delivery_state(&case.core, ask.clone()).await.unwrap();
    assert_eq!((shown.dead_cases, shown.cases[0].state.as_str()), (1, "dead"));
    assert_eq!((shown.cases[0].last_error.as_str(), shown.cases[0].refused.as_str()), ("SIAGA-5007", "opened"));
    assert!(shown.cases[0].refused_recorded_at.is_some() && shown.cases[0].waiting_since.is_some());
    for (state, after, expected) in [("dead", "", 1), ("pending", "", 0), ("dead", case.number.as_str(), 0)] {
        let page = v1::GetDeliveryStateRequest { state: state.into(), after_case_number: after.into(), limit: 1 };
        assert_eq!(delivery_state(&case.core, page).await.unwrap().cases.len(), expected, "{state} after {after}");
    }
    for (state, after) in [("asleep", ""), ("", "SKW-1"), ("dead", &*"9".repeat(65))] {
        let bad = v1::GetDeliveryStateRequest { state: state.into(), after_case_number: after.into(), limit: 1 };
        assert_eq!(delivery_state(&case.core, bad).await.unwrap_err().code, "SIAGA-1001", "{state} after {after}");
    }

    let replay = v1::ReplayDeliveryRequest { request_id: case.core.request_id(), case_number: case.number.clone() };
    case.core.writer.command(Lane::Routine, who.clone(), replay.clone()).await.unwrap();
    let again = case.leased().await;
    assert_eq!(again, leased, "the same messages again");
    // The same request again after it was carried out changes nothing.
    case.core.writer.command(Lane::Routine, who.clone(), replay).await.unwrap();

    case.told(&again[0], DeliveryResult::Refused).await;
    let skip = |reason: &str| v1::SkipDeliveryRequest {
        request_id: case.core.request_id(),
        case_number: case.number.clone(),
        reason: reason.into(),
    };
    let refused = case.core.writer.command(Lane::Routine, who.clone(), skip("")).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), ("SIAGA-1001", Some("reason")));
    case.core.writer.command(Lane::Routine, who.clone(), skip("kode lama")).await.unwrap();
    let rest = case.deliver().await;
    assert_eq!(stages(&rest), ["classified", "dispatched"]);
    assert_eq!(rest[0]["sequence"], "1", "the hub sees no gap");
    let nothing = case.core.writer.command(Lane::Routine, who, skip("lagi")).await.unwrap_err();
    assert_eq!(nothing.code, "SIAGA-1704");
    let events = case.core.context.store.events_of_incident(Uuid::parse_str(&case.incident_id).unwrap(), 0, 100);
    let settled = events.await.unwrap().into_iter().filter(|event| event.event_type == "incident.hub_settled");
    assert_eq!(settled.count(), 2);
}

async fn a_case_closed_again_sends_a_new_record_and_gets_its_own_t13() {
    let (case, assignment) = case().await;
    case.completed(&assignment).await;
    case.close().await;
    let first = case.leased().await;
    case.reopen().await;
    case.close().await;
    for delivery in &first {
        case.told(delivery, DeliveryResult::Accepted).await;
    }
    assert!(case.incident().await.hub_accepted.is_none(), "the record of an earlier closing says nothing of this one");
    let second = case.deliver().await;
    assert_eq!(stages(&second), ["reopened", "closed", "RECORD"]);
    assert_eq!((&second[2]["data"]["revision"], &second[2]["data"]["reopened"]), (&2.into(), &true.into()));
    assert!(case.incident().await.hub_accepted.is_some());
    // A step corrected after the closing changes the record.
    let correct = v1::CorrectStatusRequest {
        request_id: case.core.request_id(),
        assignment_id: assignment,
        step: v1::Step::OnScene.into(),
        reason: "salah catat".into(),
        ..Default::default()
    };
    case.core.writer.command(Lane::Emergency, case.who.clone(), correct).await.unwrap();
    let third = case.deliver().await;
    assert_eq!(stages(&third), ["corrected", "RECORD"]);
    assert_eq!(third[0]["data"]["corrected_to"], "on_scene");
}

async fn an_erasure_is_told_and_personal_data_go_only_where_the_law_asks() {
    let config = CoreConfig { hub_include_personal: true, ..CoreConfig::default() };
    let (case, assignment) = case_with(config).await;
    case.completed(&assignment).await;
    case.close().await;
    let bodies = case.deliver().await;
    let record = bodies.last().unwrap();
    assert_eq!(record["data"]["personal"]["caller_name"], "Warga Contoh");
    let who = supervisor(&case.core, "supervisor1").await;
    let erase = v1::ErasePersonalDataRequest {
        request_id: case.core.request_id(),
        incident_id: case.incident_id.clone(),
        reason: "permintaan".into(),
        ..Default::default()
    };
    case.core.writer.command(Lane::Routine, who, erase).await.unwrap();
    let told = case.deliver().await;
    assert_eq!(stages(&told), ["ERASED"]);
    assert_eq!(told[0]["data"]["fields"], serde_json::json!(["personal"]));
}
