//! Appending and reading back.

use serde_json::json;
use siaga_store::testing::{LOG_ID, TestStore};
use siaga_store::{
    CommandCommit, EventSearch, GENESIS_HASH, MAX_GROUP_COMMANDS, MAX_PAGE, PositionRange, StoreError, StreamKey,
    event_hash,
};

use crate::common::{at, event, id, request, several, step, unit, write};

crate::on_both!(
    an_empty_log_has_a_head,
    what_is_appended_is_read_back,
    a_group_gets_gapless_positions_and_chains_its_streams,
    a_stale_version_is_a_conflict_and_writes_nothing,
    a_repeated_request_is_found_and_writes_nothing,
    contradictions_are_refused,
    bounds_are_said,
    streams_are_listed_page_by_page,
    events_are_found_by_incident_and_stream,
    events_are_searched_newest_first,
    requests_expire,
    readers_are_woken,
);

async fn an_empty_log_has_a_head(test: TestStore) {
    let head = test.store.head().await.unwrap();
    assert_eq!((head.position, head.hash.as_str(), head.log_id), (0, GENESIS_HASH, LOG_ID));
    assert!(test.store.events_after(0, 10).await.unwrap().is_empty());
    let nothing = test.store.append(&[]).await.unwrap();
    assert_eq!((nothing.first_position, nothing.last_position), (1, 0));
    assert!(test.store.verify(&|_, _| {}).await.unwrap().is_sound());
    test.store.ping().await.unwrap();
}

async fn what_is_appended_is_read_back(test: TestStore) {
    let mut command = step(&unit(1), 0);
    let new = &mut command.events[0];
    new.data = json!({"text": "api \u{0} \"besar\" 火", "number": 1.5, "list": [null, true, -7]});
    new.incident_id = Some(id(7));
    new.request_id = Some(id(8));
    command.streams[0].incident_id = Some(id(7));
    let appended = test.store.append(std::slice::from_ref(&command)).await.unwrap();
    assert_eq!((appended.first_position, appended.last_position), (1, 1));

    let rows = test.store.events_after(0, 10).await.unwrap();
    let (row, new) = (&rows[0], &command.events[0]);
    assert_eq!(rows.len(), 1);
    assert_eq!((row.position, &row.stream, row.version), (1, &new.stream, 1));
    assert_eq!((row.incident_id, row.account_id, row.request_id), (Some(id(7)), Some(id(900)), Some(id(8))));
    assert_eq!((row.event_type.as_str(), row.schema_version), ("noted", 1));
    assert_eq!((&row.data, &row.actor), (&new.data, &new.actor));
    assert_eq!((row.data_text.clone(), row.actor_text.clone()), (new.data.to_string(), new.actor.to_string()));
    assert_eq!((row.occurred_at, row.recorded_at), (at(1_000), at(2_000)));
    assert_eq!(row.prev_hash, GENESIS_HASH);
    let stored = test.store.stored_events_after(0, 10).await.unwrap();
    assert_eq!(row.hash, event_hash(&stored[0]));

    let unheard_of = StreamKey::new("unit", "\0");
    let streams = test.store.load_streams(&[unit(1), unit(1), unit(2), unheard_of]).await.unwrap();
    assert_eq!(streams.len(), 1);
    let stream = &streams[0];
    assert_eq!((&stream.key, stream.version, stream.position), (&unit(1), 1, 1));
    assert_eq!((stream.open, stream.incident_id, &stream.state), (true, Some(id(7)), &json!({"version": 1})));
    assert_eq!(test.store.head().await.unwrap().hash, row.hash);
}

async fn a_group_gets_gapless_positions_and_chains_its_streams(test: TestStore) {
    test.store.append(&[step(&unit(1), 0)]).await.unwrap();
    let mut two_events = step(&unit(1), 2);
    two_events.events.push(event(&unit(1), 4, json!({})));
    two_events.streams[0] = write(&unit(1), 2, 4);
    let only_checked = CommandCommit { streams: vec![write(&unit(1), 4, 4)], ..CommandCommit::default() };
    let group = [step(&unit(1), 1), step(&unit(2), 0), only_checked.clone(), two_events, only_checked];
    // The third command expects what only the fourth leaves.
    let early = test.store.append(&group).await.unwrap_err();
    assert!(matches!(early, StoreError::Conflict { keys } if keys == [unit(1)]));

    let group = [group[0].clone(), group[1].clone(), group[3].clone(), group[4].clone()];
    let appended = test.store.append(&group).await.unwrap();
    let range = |first, last| Some(PositionRange { first, last });
    assert_eq!((appended.first_position, appended.last_position), (2, 5));
    assert_eq!(appended.commands, [range(2, 2), range(3, 3), range(4, 5), None]);

    let mut streams = test.store.load_streams(&[unit(1), unit(2)]).await.unwrap();
    streams.sort_by(|a, b| a.key.cmp(&b.key));
    let versions: Vec<_> = streams.iter().map(|row| (row.version, row.position)).collect();
    assert_eq!(versions, [(4, 5), (1, 3)]);
    assert_eq!(streams[0].state, json!({"version": 4}));
    assert!(test.store.verify(&|_, _| {}).await.unwrap().is_sound());
}

async fn a_stale_version_is_a_conflict_and_writes_nothing(test: TestStore) {
    test.store.append(&[step(&unit(1), 0), step(&unit(1), 1)]).await.unwrap();
    let head = test.store.head().await.unwrap();
    let mut stale = step(&unit(1), 1);
    stale.request = Some(request(1));
    let error = test.store.append(&[step(&unit(2), 0), stale, step(&unit(3), 5)]).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict { keys } if keys == [unit(1), unit(3)]));
    let again = test.store.append(&[step(&unit(1), 0)]).await.unwrap_err();
    assert!(matches!(again, StoreError::Conflict { keys } if keys == [unit(1)]));
    assert_eq!(test.store.head().await.unwrap(), head);
    assert!(test.store.load_streams(&[unit(2)]).await.unwrap().is_empty());
    assert!(test.store.find_request(id(900), id(1)).await.unwrap().is_none());

    // A stream may also be named only to hold still, or to stay away.
    let held =
        CommandCommit { streams: vec![write(&unit(1), 2, 2), write(&unit(9), 0, 0)], ..CommandCommit::default() };
    let appended = test.store.append(std::slice::from_ref(&held)).await.unwrap();
    assert_eq!((appended.first_position, appended.last_position), (3, 2));
    assert!(test.store.load_streams(&[unit(9)]).await.unwrap().is_empty());
    test.store.append(&[step(&unit(9), 0)]).await.unwrap();
    let moved = test.store.append(&[held]).await.unwrap_err();
    assert!(matches!(moved, StoreError::Conflict { keys } if keys == [unit(9)]));
}

async fn a_repeated_request_is_found_and_writes_nothing(test: TestStore) {
    let mut first = step(&unit(1), 0);
    first.request = Some(request(1));
    test.store.append(&[first]).await.unwrap();
    assert_eq!(test.store.find_request(id(900), id(1)).await.unwrap(), Some(request(1)));
    assert_eq!(test.store.find_request(id(901), id(1)).await.unwrap(), None);

    let mut fresh = step(&unit(2), 0);
    fresh.request = Some(request(0));
    // It is told apart from a conflict, though the stream moved on too: the retry gets its reply.
    let mut repeated = step(&unit(1), 0);
    repeated.request = Some(request(1));
    let error = test.store.append(&[fresh, step(&unit(3), 0), repeated]).await.unwrap_err();
    assert!(matches!(error, StoreError::DuplicateRequest { index: 2 }));
    assert!(test.store.find_request(id(900), id(0)).await.unwrap().is_none());
    assert_eq!(test.store.head().await.unwrap().position, 1);

    let twice = |stream: u128| CommandCommit { request: Some(request(5)), ..step(&unit(stream), 0) };
    let error = test.store.append(&[twice(4), twice(5)]).await.unwrap_err();
    assert!(matches!(error, StoreError::DuplicateRequest { index: 1 }));

    // Another account may have the same id.
    let mut other = step(&unit(6), 0);
    other.request = Some(siaga_store::StoredRequest { account_id: id(901), ..request(1) });
    test.store.append(&[other]).await.unwrap();
}

async fn contradictions_are_refused(test: TestStore) {
    let mut no_write = step(&unit(1), 0);
    no_write.streams.clear();
    let mut skips = step(&unit(1), 0);
    skips.events[0].version = 2;
    let mut ends_elsewhere = step(&unit(1), 0);
    ends_elsewhere.streams[0].version = 2;
    let mut written_twice = step(&unit(1), 0);
    written_twice.streams.push(write(&unit(1), 1, 1));
    let mut nul = step(&StreamKey::new("unit", "a\0b"), 0);
    nul.events[0].event_type = "noted".into();
    for wrong in [no_write, skips, ends_elsewhere, written_twice, nul] {
        let error = test.store.append(&[step(&unit(2), 0), wrong]).await.unwrap_err();
        assert!(matches!(error, StoreError::InvalidCommit { index: 1, .. }), "{error}");
    }
    assert_eq!(test.store.head().await.unwrap().position, 0);
}

async fn bounds_are_said(test: TestStore) {
    let group = vec![CommandCommit::default(); MAX_GROUP_COMMANDS + 1];
    assert!(matches!(test.store.append(&group).await, Err(StoreError::TooMany { .. })));
    assert!(matches!(test.store.events_after(0, MAX_PAGE + 1).await, Err(StoreError::TooMany { .. })));
    assert!(matches!(test.store.events_after(u64::MAX, 1).await, Err(StoreError::TooMany { .. })));
    let keys = vec![unit(1); siaga_store::MAX_KEYS + 1];
    assert!(matches!(test.store.load_streams(&keys).await, Err(StoreError::TooMany { .. })));
    // As many as are allowed are also possible.
    test.store.append(&several(MAX_GROUP_COMMANDS as u64)).await.unwrap();
    assert_eq!(test.store.load_streams(&keys[1..]).await.unwrap().len(), 0);
    assert_eq!(test.store.head().await.unwrap().position, 2 * MAX_GROUP_COMMANDS as u64);
}

async fn streams_are_listed_page_by_page(test: TestStore) {
    let mut group: Vec<CommandCommit> = (1..=7).map(|number| step(&unit(number), 0)).collect();
    group[2].streams[0].open = false;
    group.push(step(&StreamKey::new("call", id(3)), 0));
    test.store.append(&group).await.unwrap();
    let first = test.store.list_streams("unit", false, None, 4).await.unwrap();
    let last = &first[3].key.id;
    let second = test.store.list_streams("unit", false, Some(last), 4).await.unwrap();
    let ids: Vec<_> = first.iter().chain(&second).map(|row| row.key.clone()).collect();
    assert_eq!(ids, (1..=7).map(unit).collect::<Vec<_>>());
    let open = test.store.list_streams("unit", true, None, 100).await.unwrap();
    assert_eq!(open.len(), 6);
    assert!(open.iter().all(|row| row.open && row.key != unit(3)));
}

async fn events_are_found_by_incident_and_stream(test: TestStore) {
    test.store.append(&several(5)).await.unwrap();
    let all = test.store.events_after(0, 100).await.unwrap();
    assert_eq!(all.iter().map(|row| row.position).collect::<Vec<_>>(), (1..=10).collect::<Vec<u64>>());
    let incident_id = all[4].incident_id.unwrap();
    let found = test.store.events_of_incident(incident_id, 0, 100).await.unwrap();
    assert_eq!(found, all[4..6]);
    assert_eq!(test.store.events_of_incident(incident_id, 5, 100).await.unwrap(), all[5..6]);
    assert_eq!(test.store.events_of_stream(&all[5].stream, 0, 100).await.unwrap(), all[5..6]);
    assert!(test.store.events_of_stream(&all[5].stream, 1, 100).await.unwrap().is_empty());
}

async fn events_are_searched_newest_first(test: TestStore) {
    let account = StreamKey::new("account", id(50));
    let mut steps = vec![step(&unit(1), 0), step(&unit(2), 0), step(&account, 0), step(&unit(1), 1)];
    steps[1].events[0].account_id = Some(id(50));
    steps[3].events[0].incident_id = Some(id(7));
    steps[3].events[0].event_type = "unit.engaged".into();
    for (number, step) in steps.iter_mut().enumerate() {
        step.events[0].recorded_at = at(1_000 * (number as i64 + 1));
    }
    test.store.append(&steps).await.unwrap();
    let positions = async |search: EventSearch| -> Vec<u64> {
        test.store.search_events(&search).await.unwrap().iter().map(|row| row.position).collect()
    };
    let all = EventSearch { before: 5, limit: 10, ..EventSearch::default() };
    assert_eq!(positions(all.clone()).await, [4, 3, 2, 1]);
    assert_eq!(positions(EventSearch { limit: 2, ..all.clone() }).await, [4, 3]);
    assert_eq!(positions(EventSearch { before: 4, floor: 2, ..all.clone() }).await, [3, 2]);
    assert_eq!(positions(EventSearch { from: Some(at(2_000)), to: Some(at(4_000)), ..all.clone() }).await, [3, 2]);
    assert_eq!(positions(EventSearch { account_id: Some(id(50)), ..all.clone() }).await, [3, 2], "by it and about it");
    assert_eq!(positions(EventSearch { incident_id: Some(id(7)), ..all.clone() }).await, [4]);
    let kinds = |kinds: &[&str]| kinds.iter().map(|kind| (*kind).to_owned()).collect();
    assert_eq!(positions(EventSearch { kinds: kinds(&["account", "unit.engaged"]), ..all.clone() }).await, [4, 3]);
    assert_eq!(positions(EventSearch { kinds: kinds(&["call"]), ..all.clone() }).await, [0_u64; 0]);
    assert!(test.store.search_events(&EventSearch { limit: u32::MAX, ..all }).await.is_err());
}

async fn requests_expire(test: TestStore) {
    let mut group: Vec<CommandCommit> = (1..=5).map(|number| step(&unit(number), 0)).collect();
    for (command, number) in group.iter_mut().zip(1..) {
        command.request = Some(request(number));
    }
    test.store.append(&group).await.unwrap();
    assert_eq!(test.store.expire_requests(at(4), 2).await.unwrap(), 2);
    assert_eq!(test.store.expire_requests(at(4), 2).await.unwrap(), 1);
    assert_eq!(test.store.expire_requests(at(4), 2).await.unwrap(), 0);
    assert!(test.store.find_request(id(900), id(3)).await.unwrap().is_none());
    assert!(test.store.find_request(id(900), id(4)).await.unwrap().is_some());
}

async fn readers_are_woken(test: TestStore) {
    let mut wake = test.store.wake();
    wake.mark_unchanged();
    test.store.append(&[step(&unit(1), 0)]).await.unwrap();
    wake.wait_for(|position| *position >= 1).await.unwrap();
    if test.name == "postgres" {
        // By another process too.
        let other = test.another().await;
        other.append(&[step(&unit(2), 0)]).await.unwrap();
        wake.wait_for(|position| *position >= 2).await.unwrap();
        // Also when the connections that listen are lost, and with them the signal.
        let listeners = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        test.execute(&format!("SELECT pg_terminate_backend(pid) {listeners}")).await;
        other.append(&[step(&unit(3), 0)]).await.unwrap();
        wake.wait_for(|position| *position >= 3).await.unwrap();
    }
}
