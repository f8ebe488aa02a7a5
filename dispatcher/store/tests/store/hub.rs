//! The table of the hub's delivery.

use siaga_store::testing::TestStore;
use siaga_store::{CommandCommit, HubCaseState, HubPending, HubSummary, SideWrite, StoreError};

use crate::common::{at, id};

crate::on_both!(
    a_case_is_delivered_bit_by_bit,
    an_unreachable_hub_never_makes_a_dead_letter,
    a_refusal_holds_its_own_case_back,
    a_dead_case_goes_on_after_replay_or_skip,
    a_case_goes_back_and_never_forward,
    all_that_waits_is_woken,
    idle_cases_are_asked_about_one_after_the_other,
    many_cases_are_marked_at_once,
);

fn pending(number: &str, latest_position: u64) -> HubPending {
    HubPending { number: number.into(), incident_id: id(1), latest_position }
}

async fn mark(test: &TestStore, cases: &[HubPending], now: i64) {
    let mark = SideWrite::HubPending { cases: cases.to_vec(), at: at(now) };
    test.store.append(&[CommandCommit { extra: vec![mark], ..CommandCommit::default() }]).await.unwrap();
}

async fn due(test: &TestStore, now: i64) -> Vec<String> {
    test.store.hub_due(at(now), 100).await.unwrap().into_iter().map(|case| case.number).collect()
}

async fn a_case_is_delivered_bit_by_bit(test: TestStore) {
    mark(&test, &[pending("A", 5)], 100).await;
    assert_eq!(due(&test, 99).await, Vec::<String>::new());
    assert_eq!(due(&test, 100).await, ["A"]);
    mark(&test, &[pending("A", 9)], 200).await;
    mark(&test, &[pending("A", 7)], 300).await;
    let case = test.store.hub_case("A").await.unwrap().unwrap();
    assert_eq!((case.latest_position, case.next_attempt_at, case.pending_since), (9, at(100), Some(at(100))));
    assert_eq!((case.delivered_position, case.delivered_sequence, case.incident_id), (0, 0, id(1)));

    test.store.hub_delivered("A", 5, 1, at(400)).await.unwrap();
    let case = test.store.hub_case("A").await.unwrap().unwrap();
    assert_eq!((case.state, case.delivered_position, case.delivered_sequence), (HubCaseState::Pending, 5, 1));
    let number = "A".to_owned();
    let delivered = SideWrite::HubDelivered { number, position: 9, sequence: 2, at: at(500) };
    test.store.append(&[CommandCommit { extra: vec![delivered], ..CommandCommit::default() }]).await.unwrap();
    let case = test.store.hub_case("A").await.unwrap().unwrap();
    assert_eq!((case.state, case.pending_since), (HubCaseState::Idle, None));
    assert_eq!(due(&test, 9999).await, Vec::<String>::new());
    // What the hub has is nothing new, and it never goes back.
    mark(&test, &[pending("A", 9)], 600).await;
    assert_eq!(due(&test, 9999).await, Vec::<String>::new());
    assert!(matches!(test.store.hub_delivered("A", 5, 1, at(600)).await, Err(StoreError::NotFound { .. })));
    mark(&test, &[pending("A", 12)], 700).await;
    assert_eq!(due(&test, 700).await, ["A"]);
    assert_eq!(test.store.hub_case("B").await.unwrap(), None);
    assert!(matches!(test.store.hub_delivered("B", 5, 1, at(600)).await, Err(StoreError::NotFound { .. })));
}

async fn an_unreachable_hub_never_makes_a_dead_letter(test: TestStore) {
    mark(&test, &[pending("A", 5), pending("B", 6)], 100).await;
    for attempt in 1..=50 {
        test.store.hub_unreachable("A", at(100 + attempt), &"lang ".repeat(1000)).await.unwrap();
    }
    let case = test.store.hub_case("A").await.unwrap().unwrap();
    assert_eq!((case.state, case.attempts, case.next_attempt_at), (HubCaseState::Pending, 50, at(150)));
    assert_eq!(case.last_error.map(|error| error.len()), Some(500));
    assert_eq!(due(&test, 149).await, ["B"]);
    assert_eq!(due(&test, 150).await, ["B", "A"], "the longest due first");
    assert!(test.store.hub_summary().await.unwrap().failing);
    test.store.hub_delivered("A", 5, 1, at(200)).await.unwrap();
    assert!(!test.store.hub_summary().await.unwrap().failing);
    let case = test.store.hub_case("A").await.unwrap().unwrap();
    assert_eq!((case.attempts, case.last_error), (0, None));
}

async fn a_refusal_holds_its_own_case_back(test: TestStore) {
    mark(&test, &[pending("A", 5), pending("B", 6)], 100).await;
    test.store.hub_refused("A", 5, "HTTP 422").await.unwrap();
    assert_eq!(due(&test, 9999).await, ["B"]);
    mark(&test, &[pending("A", 8)], 300).await;
    assert_eq!(due(&test, 9999).await, ["B"], "a dead case stays dead");
    let case = test.store.hub_case("A").await.unwrap().unwrap();
    assert_eq!((case.state, case.refused_position, case.latest_position), (HubCaseState::Dead, Some(5), 8));
    let summary = test.store.hub_summary().await.unwrap();
    assert_eq!(summary, HubSummary { pending: 1, dead: 1, oldest_pending_since: Some(at(100)), failing: false });
    let dead = test.store.hub_cases(Some(HubCaseState::Dead), None, 10).await.unwrap();
    assert_eq!(dead, [case]);
}

async fn a_dead_case_goes_on_after_replay_or_skip(test: TestStore) {
    mark(&test, &[pending("A", 8), pending("B", 5)], 100).await;
    assert!(matches!(test.store.hub_replay("A", at(1)).await, Err(StoreError::NotFound { .. })));
    test.store.hub_refused("A", 4, "HTTP 422").await.unwrap();
    test.store.hub_replay("A", at(200)).await.unwrap();
    assert_eq!(due(&test, 200).await, ["B", "A"]);
    assert!(matches!(test.store.hub_skip("A", "why", at(1)).await, Err(StoreError::NotFound { .. })));

    test.store.hub_refused("A", 4, "HTTP 422").await.unwrap();
    test.store.hub_skip("A", "tidak berlaku lagi", at(300)).await.unwrap();
    let case = test.store.hub_case("A").await.unwrap().unwrap();
    assert_eq!((case.state, case.delivered_position, case.delivered_sequence), (HubCaseState::Pending, 4, 0));
    assert_eq!(case.skip_reason.as_deref(), Some("tidak berlaku lagi"));
    test.store.hub_refused("B", 5, "HTTP 422").await.unwrap();
    test.store.hub_skip("B", "nothing follows", at(300)).await.unwrap();
    assert_eq!(test.store.hub_case("B").await.unwrap().unwrap().state, HubCaseState::Idle);
}

async fn a_case_goes_back_and_never_forward(test: TestStore) {
    mark(&test, &[pending("A", 9)], 100).await;
    test.store.hub_delivered("A", 6, 3, at(200)).await.unwrap();
    test.store.hub_rewind("A", 2, 1, at(300), "425").await.unwrap();
    let case = test.store.hub_case("A").await.unwrap().unwrap();
    assert_eq!((case.delivered_position, case.delivered_sequence, case.latest_position), (2, 1, 9));
    assert_eq!(
        (case.state, case.next_attempt_at, case.last_error.as_deref()),
        (HubCaseState::Pending, at(300), Some("425"))
    );
    for (position, sequence) in [(2, 1), (4, 2), (1, 1), (2, 0)] {
        let refused = test.store.hub_rewind("A", position, sequence, at(400), "425").await;
        assert!(matches!(refused, Err(StoreError::NotFound { .. })), "{position} {sequence}");
    }
    test.store.hub_rewind("A", 0, 0, at(400), "425").await.unwrap();
    test.store.hub_delivered("A", 9, 4, at(500)).await.unwrap();
    // Of an idle or a dead case nothing is under way that could be answered so.
    assert!(matches!(test.store.hub_rewind("A", 0, 0, at(600), "").await, Err(StoreError::NotFound { .. })));
    mark(&test, &[pending("A", 11)], 600).await;
    test.store.hub_refused("A", 11, "HTTP 422").await.unwrap();
    assert!(matches!(test.store.hub_rewind("A", 0, 0, at(700), "").await, Err(StoreError::NotFound { .. })));
}

async fn all_that_waits_is_woken(test: TestStore) {
    mark(&test, &[pending("A", 5), pending("B", 6), pending("C", 7)], 100).await;
    test.store.hub_unreachable("A", at(900), "away").await.unwrap();
    test.store.hub_unreachable("B", at(150), "away").await.unwrap();
    test.store.hub_refused("C", 7, "HTTP 422").await.unwrap();
    assert_eq!(test.store.hub_wake(at(200)).await.unwrap(), 1);
    assert_eq!(due(&test, 200).await, ["B", "A"]);
    assert_eq!(test.store.hub_case("A").await.unwrap().unwrap().attempts, 1, "its failures are remembered");
    assert_eq!(test.store.hub_wake(at(200)).await.unwrap(), 0);
}

async fn idle_cases_are_asked_about_one_after_the_other(test: TestStore) {
    let numbers = ["A", "B", "C", "D", "E"];
    mark(&test, &numbers.map(|number| pending(number, 5)), 1).await;
    for (number, delivered) in numbers[..3].iter().zip([100, 200, 300]) {
        test.store.hub_delivered(number, 5, 1, at(delivered)).await.unwrap();
    }
    test.store.hub_refused("D", 5, "HTTP 422").await.unwrap();
    assert_eq!(test.store.hub_recheck(at(200), at(1_000), 20).await.unwrap(), 2);
    assert_eq!(due(&test, 1_019).await, ["E"], "what is new goes first");
    assert_eq!(due(&test, 1_020).await, ["E", "C"]);
    assert_eq!(due(&test, 1_040).await, ["E", "C", "B"]);
    let case = test.store.hub_case("C").await.unwrap().unwrap();
    assert_eq!((case.state, case.delivered_sequence, case.pending_since), (HubCaseState::Pending, 1, Some(at(1_020))));
    test.store.hub_delivered("C", 5, 1, at(1_100)).await.unwrap();
    assert_eq!(test.store.hub_case("C").await.unwrap().unwrap().state, HubCaseState::Idle);
    assert_eq!(test.store.hub_recheck(at(9_000), at(9_000), 20).await.unwrap(), 0);
}

async fn many_cases_are_marked_at_once(test: TestStore) {
    let cases: Vec<_> = (0..300).map(|number| pending(&format!("C{:03}", number % 150), number)).collect();
    mark(&test, &cases, 100).await;
    assert_eq!(test.store.hub_summary().await.unwrap().pending, 150);
    let first = test.store.hub_cases(None, None, 100).await.unwrap();
    let rest = test.store.hub_cases(None, Some(&first[99].number), 100).await.unwrap();
    assert_eq!((first.len(), rest.len(), rest[49].latest_position), (100, 50, 299));
    assert_eq!(test.store.hub_due(at(100), 7).await.unwrap().len(), 7);
}
