//! Accounts, reconcilers, telemetry, rebuilding.

use siaga_store::testing::TestStore;
use siaga_store::{
    CommandCommit, IncidentQuery, Presence, ReadModelBatch, Revoke, Session, SessionKind, SideWrite, StreamKey,
    UnitPosition, Viewing,
};

use crate::common::{at, id, several, step, unit};

crate::on_both!(
    credentials_are_set_and_taken_away,
    sessions_are_found_touched_and_revoked,
    tokens_of_machines_are_listed,
    sessions_expire,
    a_refused_group_writes_no_side_rows,
    readers_keep_their_positions,
    a_lease_has_one_owner,
    the_latest_position_of_a_unit_is_known,
    positions_are_thinned_and_expire,
    presence_is_replaced_gateway_by_gateway,
    open_cards_are_kept_by_card_and_person_and_expire,
    read_models_are_rebuilt,
    background_work_reads_the_same,
);

fn only(extra: Vec<SideWrite>) -> CommandCommit {
    CommandCommit { extra, ..CommandCommit::default() }
}

fn session(number: u128, account: u128) -> Session {
    Session {
        id: id(number),
        token_hash: format!("hash {number}"),
        account_id: id(account),
        kind: if number.is_multiple_of(2) { SessionKind::Machine } else { SessionKind::Cookie },
        label: number.is_multiple_of(2).then(|| "gateway".to_owned()),
        created_at: at(number as i64),
        expires_at: at(1000 + number as i64),
        last_seen_at: at(number as i64),
        revoked_at: None,
    }
}

async fn credentials_are_set_and_taken_away(test: TestStore) {
    let put = |hash: &str| SideWrite::PutCredential { account_id: id(1), password_hash: hash.into() };
    assert_eq!(test.store.credential(id(1)).await.unwrap(), None);
    test.store.append(&[only(vec![put("one"), put("two")])]).await.unwrap();
    assert_eq!(test.store.credential(id(1)).await.unwrap().as_deref(), Some("two"));
    test.store.append(&[only(vec![SideWrite::RemoveCredential { account_id: id(1) }])]).await.unwrap();
    assert_eq!(test.store.credential(id(1)).await.unwrap(), None);
}

async fn sessions_are_found_touched_and_revoked(test: TestStore) {
    let sessions: Vec<Session> = (1..=4).map(|number| session(number, 50)).chain([session(5, 60)]).collect();
    test.store.append(&[only(sessions.iter().cloned().map(SideWrite::CreateSession).collect())]).await.unwrap();
    assert_eq!(test.store.session_by_token("hash 2").await.unwrap(), Some(sessions[1].clone()));
    assert_eq!(test.store.session_by_token("hash 9").await.unwrap(), None);
    test.store.touch_sessions(&[(id(2), at(40)), (id(1), at(30)), (id(1), at(20)), (id(99), at(1))]).await.unwrap();
    let seen = test.store.session_by_token("hash 1").await.unwrap().unwrap().last_seen_at;
    assert_eq!(seen, at(30));

    let revoke = |which, ms| only(vec![SideWrite::RevokeSessions { which, at: at(ms) }]);
    test.store.append(&[revoke(Revoke::Session(id(3)), 70)]).await.unwrap();
    let keep = Revoke::AccountExcept { account_id: id(50), session_id: id(4) };
    test.store.append(&[revoke(keep, 80)]).await.unwrap();
    let revoked = async || -> Vec<_> {
        let mut found = test.store.sessions_of_account(id(50)).await.unwrap();
        found.sort_by_key(|session| session.id);
        found.iter().map(|session| session.revoked_at).collect()
    };
    assert_eq!(revoked().await, [Some(at(80)), Some(at(80)), Some(at(70)), None]);
    test.store.append(&[revoke(Revoke::Account(id(50)), 90)]).await.unwrap();
    assert_eq!(revoked().await, [Some(at(80)), Some(at(80)), Some(at(70)), Some(at(90))]);
    assert_eq!(test.store.session_by_token("hash 5").await.unwrap().unwrap().revoked_at, None);
}

async fn tokens_of_machines_are_listed(test: TestStore) {
    let sessions = (1..=6).map(|number| session(number, u128::from(number > 3) + 50));
    test.store.append(&[only(sessions.map(SideWrite::CreateSession).collect())]).await.unwrap();
    let ids = async |limit| -> Vec<_> {
        test.store.machine_sessions(limit).await.unwrap().iter().map(|session| session.id).collect()
    };
    assert_eq!(ids(10).await, [id(6), id(4), id(2)]);
    assert_eq!(ids(2).await, [id(6), id(4)]);
    assert!(test.store.machine_sessions(u32::MAX).await.is_err());
}

async fn sessions_expire(test: TestStore) {
    let make = (1..=4).map(|number| SideWrite::CreateSession(session(number, 50))).collect();
    test.store.append(&[only(make)]).await.unwrap();
    let revoke = SideWrite::RevokeSessions { which: Revoke::Session(id(4)), at: at(10) };
    test.store.append(&[only(vec![revoke])]).await.unwrap();
    assert_eq!(test.store.expire_sessions(at(1003), 100).await.unwrap(), 3);
    let left = test.store.sessions_of_account(id(50)).await.unwrap();
    assert_eq!(left.iter().map(|session| session.id).collect::<Vec<_>>(), [id(3)]);
}

async fn a_refused_group_writes_no_side_rows(test: TestStore) {
    let put = SideWrite::PutCredential { account_id: id(1), password_hash: "x".into() };
    assert!(test.store.append(&[only(vec![put]), step(&unit(1), 7)]).await.is_err());
    assert_eq!(test.store.credential(id(1)).await.unwrap(), None);
}

async fn readers_keep_their_positions(test: TestStore) {
    assert_eq!(test.store.reader_position("hub").await.unwrap(), 0);
    for position in [7, 5] {
        let read = SideWrite::ReaderAt { name: "hub".into(), position };
        test.store.append(&[only(vec![read])]).await.unwrap();
    }
    assert_eq!(test.store.reader_position("hub").await.unwrap(), 7, "it never goes back");
    assert_eq!(test.store.reader_position("gateway").await.unwrap(), 0);
}

async fn a_lease_has_one_owner(test: TestStore) {
    let take =
        async |owner: &str, now, until| test.store.take_lease("alarms", owner, at(now), at(until)).await.unwrap();
    assert!(take("one", 0, 100).await);
    assert!(!take("two", 50, 150).await);
    assert!(take("one", 60, 160).await, "the owner renews");
    assert!(!take("two", 159, 200).await);
    assert!(take("two", 160, 260).await, "it has run out");
    test.store.release_lease("alarms", "one").await.unwrap();
    assert!(!take("one", 170, 270).await);
    test.store.release_lease("alarms", "two").await.unwrap();
    assert!(take("one", 170, 270).await);
}

fn position(unit_id: u128, ms: i64) -> UnitPosition {
    UnitPosition {
        unit_id: id(unit_id),
        lat: 0.9 + ms as f64 / 1e6,
        lon: 108.98,
        accuracy_m: (ms % 2 == 0).then_some(5.5),
        speed_mps: None,
        at: at(ms),
    }
}

async fn the_latest_position_of_a_unit_is_known(test: TestStore) {
    test.store.record_positions(&[position(1, 100), position(1, 300), position(2, 50)]).await.unwrap();
    test.store.record_positions(&[position(1, 200), position(1, 300)]).await.unwrap();
    let mut all = test.store.latest_positions(None).await.unwrap();
    all.sort_by_key(|position| position.unit_id);
    assert_eq!(all, [position(1, 300), position(2, 50)]);
    assert_eq!(test.store.latest_positions(Some(&[id(2), id(9)])).await.unwrap(), [position(2, 50)]);
    let history = test.store.position_history(id(1), at(100), at(300), 10).await.unwrap();
    assert_eq!(history, [position(1, 100), position(1, 200)]);
}

async fn positions_are_thinned_and_expire(test: TestStore) {
    let many: Vec<_> = (0..100).flat_map(|second| [position(1, second * 1000), position(2, second * 1000)]).collect();
    test.store.record_positions(&many).await.unwrap();
    let count = async |unit| test.store.position_history(id(unit), at(0), at(i64::MAX), 1000).await.unwrap().len();
    let mut thinned = 0;
    while let removed = test.store.thin_positions(at(50_000), 10_000, 25).await.unwrap()
        && removed > 0
    {
        assert!(removed <= 25);
        thinned += removed;
    }
    assert_eq!((thinned, count(1).await, count(2).await), (90, 55, 55));
    let kept = test.store.position_history(id(1), at(0), at(50_000), 10).await.unwrap();
    assert_eq!(kept.iter().map(|p| p.at).collect::<Vec<_>>(), [0, 10_000, 20_000, 30_000, 40_000].map(at));
    assert_eq!(test.store.expire_positions(at(60_000), 1000).await.unwrap(), 30);
    assert_eq!(count(1).await, 40);
    assert_eq!(test.store.latest_positions(None).await.unwrap().len(), 2, "the latest one stays");
}

async fn presence_is_replaced_gateway_by_gateway(test: TestStore) {
    let audience = |name: &str, sessions| (name.to_owned(), sessions);
    let row = |gateway: &str, audience: &str, sessions, ms| Presence {
        gateway_id: gateway.into(),
        audience: audience.into(),
        sessions,
        seen_at: at(ms),
    };
    test.store.set_presence("g1", at(10), &[audience("board", 3), audience("agency:damkar", 1)]).await.unwrap();
    test.store.set_presence("g2", at(20), &[audience("board", 2)]).await.unwrap();
    test.store.set_presence("g1", at(30), &[audience("board", 4)]).await.unwrap();
    let all = test.store.presence(at(0)).await.unwrap();
    assert_eq!(all, [row("g1", "board", 4, 30), row("g2", "board", 2, 20)]);
    assert_eq!(test.store.presence(at(25)).await.unwrap(), [row("g1", "board", 4, 30)]);
    assert_eq!(test.store.expire_presence(at(25)).await.unwrap(), 1);
    test.store.set_presence("g1", at(40), &[]).await.unwrap();
    assert!(test.store.presence(at(0)).await.unwrap().is_empty());
}

async fn open_cards_are_kept_by_card_and_person_and_expire(test: TestStore) {
    let row = |incident, account, editing, ms| Viewing {
        incident_id: id(incident),
        account_id: id(account),
        label: format!("Operator {account}"),
        editing,
        seen_at: at(ms),
    };
    for one in [row(2, 1, false, 10), row(1, 2, true, 20), row(1, 1, false, 30)] {
        test.store.set_viewing(&one).await.unwrap();
    }
    let all = test.store.viewing(at(0)).await.unwrap();
    assert_eq!(all, [row(1, 1, false, 30), row(1, 2, true, 20), row(2, 1, false, 10)]);
    test.store.set_viewing(&row(2, 1, true, 40)).await.unwrap();
    assert_eq!(test.store.viewing(at(25)).await.unwrap(), [row(1, 1, false, 30), row(2, 1, true, 40)]);
    test.store.end_viewing(id(1), id(1)).await.unwrap();
    test.store.end_viewing(id(1), id(1)).await.unwrap();
    assert_eq!(test.store.expire_viewing(at(25)).await.unwrap(), 1);
    assert_eq!(test.store.viewing(at(0)).await.unwrap(), [row(2, 1, true, 40)]);
}

async fn read_models_are_rebuilt(test: TestStore) {
    test.store.append(&several(40)).await.unwrap();
    let streams = test.store.list_streams("call", false, None, 1000).await.unwrap();
    let incidents = test.store.search_incidents(&IncidentQuery::default()).await.unwrap().rows;
    let by_words = IncidentQuery { words: Some("asap".into()), ..IncidentQuery::default() };
    assert_eq!((streams.len(), incidents.len()), (40, 40));

    test.store.clear_read_models().await.unwrap();
    assert!(test.store.list_streams("call", false, None, 1000).await.unwrap().is_empty());
    assert!(test.store.search_incidents(&IncidentQuery::default()).await.unwrap().rows.is_empty());
    let mut stale = streams[0].clone();
    stale.version = 99;
    let first = ReadModelBatch { streams: vec![stale], incidents: incidents[..1].to_vec(), ..Default::default() };
    test.store.write_read_models(&first).await.unwrap();
    let batch = ReadModelBatch { streams: streams.clone(), incidents: incidents.clone(), ..Default::default() };
    test.store.write_read_models(&batch).await.unwrap();
    assert!(test.store.search_incidents(&by_words).await.unwrap().rows.is_empty());
    assert_eq!(test.store.rebuild_words().await.unwrap(), 80);
    assert_eq!(test.store.list_streams("call", false, None, 1000).await.unwrap(), streams);
    assert_eq!(test.store.search_incidents(&IncidentQuery::default()).await.unwrap().rows, incidents);
    assert_eq!(test.store.search_incidents(&by_words).await.unwrap().rows, incidents);
    assert!(test.store.verify(&|_, _| {}).await.unwrap().is_sound(), "the log is not touched");
}

async fn background_work_reads_the_same(test: TestStore) {
    test.store.append(&[step(&unit(1), 0)]).await.unwrap();
    let background = test.store.background();
    assert_eq!(background.head().await.unwrap(), test.store.head().await.unwrap());
    let mut wake = background.wake();
    background.append(&[step(&StreamKey::new("report", "a"), 0)]).await.unwrap();
    assert_eq!(*wake.borrow_and_update(), 2);
    assert_eq!(test.store.head().await.unwrap().position, 2);
}
