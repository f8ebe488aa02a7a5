//! The hub comes back, or comes back with less than it had.

use super::{
    Deliveries, delivery_state, hub_state, record,
    tests::{Case, answer, body, case, stages},
};
use crate::testing;
use serde_json::Value;
use siaga_domain::Timestamp;
use siaga_proto::v1::{self, Delivery, DeliveryResult};
use siaga_store::{CommandCommit, HubCase, HubCaseState, HubPending, SideWrite};

testing::on_each!(
    a_hub_restored_from_an_older_copy_gets_again_what_it_lacks,
    a_hub_that_lost_everything_gets_everything_again,
    a_hub_that_forgets_again_and_again_gets_growing_pauses,
    a_skipped_message_stays_skipped_and_numbers_stay,
    what_makes_no_sense_as_a_wish_is_no_way_back,
    a_hub_that_was_away_is_asked_every_few_seconds_and_then_gets_all_that_waits,
    a_hub_that_still_has_a_closed_case_is_left_alone,
    a_hub_that_lost_a_closed_case_gets_it_again,
    a_hub_with_another_history_of_a_closed_case_is_a_matter_for_a_person,
    when_one_case_goes_back_the_hub_is_asked_about_the_others,
);

/// A case X-1 that waits.
async fn another_waits(case: &Case) {
    let other = HubPending { number: "X-1".into(), incident_id: uuid::Uuid::nil(), latest_position: 1 };
    let mark = SideWrite::HubPending { cases: vec![other], at: case.core.context.now() };
    let commit = CommandCommit { extra: vec![mark], ..CommandCommit::default() };
    case.core.context.store.append(&[commit]).await.unwrap();
}

async fn row(case: &Case) -> HubCase {
    case.core.context.store.hub_case(&case.number).await.unwrap().unwrap()
}

/// A closed case of which the hub has everything; what it got.
async fn delivered() -> (Case, Vec<Delivery>) {
    let (case, assignment) = case().await;
    case.completed(&assignment).await;
    case.close().await;
    let sent = case.leased().await;
    for delivery in &sent {
        case.told(delivery, DeliveryResult::Accepted).await;
    }
    (case, sent)
}

/// The message that a reopened case has for the hub.
async fn one_more(case: &Case) -> Delivery {
    case.reopen().await;
    let mut leased = case.leased().await;
    assert_eq!(leased.len(), 1);
    leased.remove(0)
}

async fn a_hub_restored_from_an_older_copy_gets_again_what_it_lacks() {
    let (case, sent) = delivered().await;
    assert_eq!(sent.len(), 6);
    let next = one_more(&case).await;
    assert_eq!(next.sequence, 7);
    case.wants(&next, 3).await;
    assert!(hub_state(&case.core).await.unwrap().up, "it answered");
    let again = case.leased().await;
    assert_eq!(again.iter().map(|delivery| delivery.sequence).collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
    assert_eq!(again[..4], sent[2..], "the same messages, byte for byte");
    assert_eq!(again[4], next);
    for delivery in &again {
        case.told(delivery, DeliveryResult::Accepted).await;
    }
    assert!(case.leased().await.is_empty());
    assert_eq!((row(&case).await.delivered_sequence, row(&case).await.last_error), (7, None));
}

async fn a_hub_that_lost_everything_gets_everything_again() {
    let (case, sent) = delivered().await;
    let next = one_more(&case).await;
    case.wants(&next, 1).await;
    let again = case.leased().await;
    assert_eq!(again[..6], sent[..]);
    assert_eq!(again[6], next);
}

async fn a_hub_that_forgets_again_and_again_gets_growing_pauses() {
    let (case, _) = delivered().await;
    let mut next = one_more(&case).await;
    let mut pauses = Vec::new();
    for _ in 0..9 {
        case.wants(&next, 2).await;
        let now = case.core.context.now();
        let pause_ms = row(&case).await.next_attempt_at.ms_since(now).max(0);
        pauses.push(pause_ms);
        case.core.clock.advance_ms(pause_ms);
        // It takes one and has forgotten it at the next.
        let leased = case.leased().await;
        assert_eq!(leased[0].sequence, 2);
        case.told(&leased[0], DeliveryResult::Accepted).await;
        next = leased[1].clone();
    }
    assert_eq!(pauses[0], 0, "at once for the first time");
    for (index, pause_ms) in pauses[1..].iter().enumerate() {
        let least = (1_000_i64 << index).min(60_000);
        assert!((least..=least + least / 4).contains(pause_ms), "{pauses:?}");
    }
    // Once it has what it had, the next loss counts afresh.
    case.core.clock.advance_ms(120_000);
    for delivery in case.leased().await {
        case.told(&delivery, DeliveryResult::Accepted).await;
    }
    case.close().await;
    let next = case.leased().await.remove(0);
    case.wants(&next, 2).await;
    assert_eq!(case.leased().await[0].sequence, 2);
}

async fn a_skipped_message_stays_skipped_and_numbers_stay() {
    let (case, assignment) = case().await;
    let leased = case.leased().await;
    case.told(&leased[0], DeliveryResult::Accepted).await;
    case.told(&leased[1], DeliveryResult::Refused).await;
    case.skip("kode lama").await;
    case.completed(&assignment).await;
    case.close().await;
    let rest = case.leased().await;
    for delivery in &rest {
        case.told(delivery, DeliveryResult::Accepted).await;
    }
    let next = one_more(&case).await;
    assert_eq!(next.sequence, 6);
    case.wants(&next, 1).await;
    let again = case.leased().await;
    let bodies: Vec<Value> = again.iter().map(body).collect();
    assert_eq!(stages(&bodies), ["opened", "dispatched", "completed", "closed", "RECORD", "reopened"]);
    assert_eq!(again[0], leased[0]);
    assert_eq!(again[1..5], rest[..]);
    for delivery in &again {
        case.told(delivery, DeliveryResult::Accepted).await;
    }
    assert_eq!(row(&case).await.delivered_sequence, 6);
}

async fn what_makes_no_sense_as_a_wish_is_no_way_back() {
    let (case, _) = delivered().await;
    let next = one_more(&case).await;
    let at = case.core.context.now();
    for (attempt, wish) in [0, 7, 8, u64::MAX].into_iter().enumerate() {
        case.wants(&next, wish).await;
        let row = row(&case).await;
        assert_eq!((row.delivered_sequence, row.attempts), (6, attempt as u64 + 1), "{wish}");
        assert!(row.next_attempt_at > at);
    }
    let foreign = v1::RecordDeliveryRequest { mark: next.mark + 2, ..answer(&next, DeliveryResult::Accepted) };
    assert_eq!(record(&case.core, foreign).await.unwrap_err().field.as_deref(), Some("mark"));
}

async fn a_hub_that_was_away_is_asked_every_few_seconds_and_then_gets_all_that_waits() {
    let (case, assignment) = case().await;
    // A pause of a minute has been reached.
    for _ in 0..8 {
        let leased = case.leased().await;
        case.told(&leased[0], DeliveryResult::Unreachable).await;
        case.core.clock.advance_ms(row(&case).await.next_attempt_at.ms_since(case.core.context.now()));
    }
    let leased = case.leased().await;
    case.told(&leased[0], DeliveryResult::Unreachable).await;
    let due: Timestamp = row(&case).await.next_attempt_at;
    assert!(case.leased().await.is_empty(), "not at once");
    case.core.clock.advance_ms(5_000);
    assert!(case.core.context.now() < due);
    let probe = case.leased().await;
    assert_eq!(probe, leased, "asked before the pause is over");
    assert!(case.leased().await.is_empty(), "one question at a time");
    case.completed(&assignment).await;
    // Another case waits out its pause.
    let store = &case.core.context.store;
    another_waits(&case).await;
    store.hub_unreachable("X-1", due, "no answer").await.unwrap();
    case.told(&probe[0], DeliveryResult::Accepted).await;
    assert!(store.hub_case("X-1").await.unwrap().unwrap().next_attempt_at < due, "woken");
    let ask = v1::GetDeliveryStateRequest::default();
    assert!(delivery_state(&case.core, ask).await.unwrap().hub_up);
}

/// What the hub is asked about a case of which it had everything.
async fn asked(case: &Case) -> Vec<Delivery> {
    assert!(case.leased().await.is_empty(), "nothing is new");
    let since = case.core.context.now();
    assert_eq!(case.core.context.store.hub_recheck(since, since, 20).await.unwrap(), 1);
    case.core.clock.advance_ms(20);
    case.leased().await
}

async fn a_hub_that_still_has_a_closed_case_is_left_alone() {
    let (case, sent) = delivered().await;
    let last = asked(&case).await;
    assert_eq!(last[..], sent[5..], "its last message, byte for byte");
    case.told(&last[0], DeliveryResult::Unreachable).await;
    assert_eq!(row(&case).await.attempts, 1);
    case.core.clock.advance_ms(2_000);
    case.told(&case.leased().await[0], DeliveryResult::Accepted).await;
    assert_eq!((row(&case).await.state, row(&case).await.delivered_sequence), (HubCaseState::Idle, 6));
    let next = one_more(&case).await;
    assert_eq!(next.sequence, 7);
}

async fn a_hub_that_lost_a_closed_case_gets_it_again() {
    let (case, sent) = delivered().await;
    let last = asked(&case).await;
    case.wants(&last[0], 2).await;
    let again = case.leased().await;
    assert_eq!(again, sent[1..]);
    for delivery in &again {
        case.told(delivery, DeliveryResult::Accepted).await;
    }
    assert_eq!(row(&case).await.state, HubCaseState::Idle);
}

async fn a_hub_with_another_history_of_a_closed_case_is_a_matter_for_a_person() {
    let (case, _) = delivered().await;
    let last = asked(&case).await;
    case.told(&last[0], DeliveryResult::Refused).await;
    assert_eq!((row(&case).await.state, row(&case).await.delivered_sequence), (HubCaseState::Dead, 5));
    assert!(case.leased().await.is_empty());
}

async fn when_one_case_goes_back_the_hub_is_asked_about_the_others() {
    let (case, _) = delivered().await;
    let store = &case.core.context.store;
    another_waits(&case).await;
    store.hub_delivered("X-1", 1, 1, case.core.context.now()).await.unwrap();
    assert_eq!(store.hub_case("X-1").await.unwrap().unwrap().state, HubCaseState::Idle);
    let next = one_more(&case).await;
    case.wants(&next, 3).await;
    assert_eq!(store.hub_case("X-1").await.unwrap().unwrap().state, HubCaseState::Pending);
}

#[test]
fn the_hub_is_asked_about_the_same_time_once_an_hour() {
    let at = Timestamp::from_unix_ms;
    let deliveries = Deliveries::default();
    for (since, now, expected) in
        [(1_000, 5_000, true), (1_000, 6_000, false), (2_000, 6_000, false), (500, 7_000, true), (500, 3_607_000, true)]
    {
        assert_eq!(deliveries.may_recheck(at(since), at(now)), expected, "{since} at {now}");
    }
}
