//! Whatever is done to the log past the store is found.

use siaga_store::testing::TestStore;
use siaga_store::{Head, VerifyProblem};

use crate::common::several;

crate::on_both!(
    a_sound_log_verifies_and_says_how_far_it_is,
    a_change_in_any_column_is_found,
    removed_and_inserted_rows_are_found,
    a_cut_tail_and_a_wrong_head_are_found,
    a_long_log_is_walked_in_batches,
    writers_go_on_while_it_is_verified,
);

/// The columns of `events` but `position`, and how to change each a little.
const CHANGES: [(&str, &str); 14] = [
    ("stream_kind", "stream_kind || 'x'"),
    ("stream_id", "'x' || stream_id"),
    ("stream_version", "stream_version + 1"),
    ("incident_id", "NULL"),
    ("event_type", "replace(event_type, 'e', 'E')"),
    ("schema_version", "schema_version + 1"),
    ("data", "data || ' '"),
    ("occurred_at_ms", "occurred_at_ms - 1"),
    ("recorded_at_ms", "recorded_at_ms + 1"),
    ("actor", "replace(actor, 'operator', 'Operator')"),
    ("account_id", "NULL"),
    ("request_id", "request_id || ' '"),
    ("prev_hash", "substr(prev_hash, 1, 63) || (CASE WHEN prev_hash LIKE '%0' THEN '1' ELSE '0' END)"),
    ("hash", "substr(hash, 1, 63) || (CASE WHEN hash LIKE '%0' THEN '1' ELSE '0' END)"),
];

async fn problem(test: &TestStore) -> Option<VerifyProblem> {
    test.store.verify(&|_, _| {}).await.unwrap().chain
}

/// The columns that the table really has: one that is added must be added to `CHANGES` too.
async fn columns(test: &TestStore) -> Vec<String> {
    use sqlx::{ConnectOptions, Row};
    let sqlite = "SELECT name FROM pragma_table_info('events')";
    let postgres = "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'events'";
    if test.name == "sqlite" {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&test.place);
        let rows = sqlx::query(sqlite).fetch_all(&mut options.connect().await.unwrap()).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    } else {
        let options: sqlx::postgres::PgConnectOptions = test.place.parse().unwrap();
        let rows = sqlx::query(postgres).fetch_all(&mut options.connect().await.unwrap()).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

async fn a_sound_log_verifies_and_says_how_far_it_is(test: TestStore) {
    test.store.append(&several(3)).await.unwrap();
    let told = std::sync::Mutex::new(Vec::new());
    let report = test.store.verify(&|at, of| told.lock().unwrap().push((at, of))).await.unwrap();
    assert!(report.is_sound());
    assert_eq!((report.events, report.personal_rows), (6, 6));
    assert_eq!(report.head, test.store.head().await.unwrap());
    assert_eq!(told.lock().unwrap().last(), Some(&(6, 6)));
}

async fn a_change_in_any_column_is_found(test: TestStore) {
    let mut changed: Vec<&str> = CHANGES.iter().map(|(column, _)| *column).collect();
    changed.push("position");
    changed.sort_unstable();
    let mut columns = columns(&test).await;
    columns.sort_unstable();
    assert_eq!(columns, changed);

    test.store.append(&several(3)).await.unwrap();
    test.execute("CREATE TABLE kept AS SELECT * FROM events").await;
    for (column, change) in CHANGES {
        for position in [1, 4, 6] {
            test.execute(&format!("UPDATE events SET {column} = {change} WHERE position = {position}")).await;
            let found = problem(&test).await;
            assert_eq!(found, Some(VerifyProblem::Hash { position }), "{column} of {position}");
            test.execute(&format!(
                "DELETE FROM events WHERE position = {position}; \
                 INSERT INTO events SELECT * FROM kept WHERE position = {position}"
            ))
            .await;
        }
    }
    assert_eq!(problem(&test).await, None, "everything was put back");
    for (from, to, found) in [(4, 40, 4), (6, 7, 6), (1, 77, 1)] {
        test.execute(&format!("UPDATE events SET position = {to} WHERE position = {from}")).await;
        assert_eq!(problem(&test).await, Some(VerifyProblem::Gap { position: found }));
        test.execute(&format!("UPDATE events SET position = {from} WHERE position = {to}")).await;
    }
    for position in [0, -3] {
        test.execute(&format!("UPDATE events SET position = {position} WHERE position = 2")).await;
        assert_eq!(problem(&test).await, Some(VerifyProblem::Position { position }));
        test.execute(&format!("UPDATE events SET position = 2 WHERE position = {position}")).await;
    }
    assert_eq!(problem(&test).await, None, "everything was put back");
}

async fn removed_and_inserted_rows_are_found(test: TestStore) {
    test.store.append(&several(3)).await.unwrap();
    test.execute("CREATE TABLE kept AS SELECT * FROM events").await;
    test.execute("DELETE FROM events WHERE position = 3").await;
    assert_eq!(problem(&test).await, Some(VerifyProblem::Gap { position: 3 }));
    // Closing the gap does not help: the positions are under the hash.
    test.execute("UPDATE events SET position = 3 WHERE position = 4").await;
    assert_eq!(problem(&test).await, Some(VerifyProblem::Hash { position: 3 }));

    test.execute("DELETE FROM events; INSERT INTO events SELECT * FROM kept").await;
    test.execute(
        "INSERT INTO events SELECT 7, stream_kind, 'another', stream_version, incident_id, event_type, \
         schema_version, data, occurred_at_ms, recorded_at_ms, actor, account_id, request_id, prev_hash, hash \
         FROM kept WHERE position = 6",
    )
    .await;
    assert_eq!(problem(&test).await, Some(VerifyProblem::Hash { position: 7 }));
    assert!(test.reopens().await.is_err(), "the end is looked at when the store is opened");

    // A row with a right hash that follows from another row than the one before it.
    let mut forged = test.store.stored_events_after(2, 1).await.unwrap().remove(0);
    forged.prev_hash = siaga_store::GENESIS_HASH.to_owned();
    let hash = siaga_store::event_hash(&forged);
    test.execute(&format!(
        "DELETE FROM events; INSERT INTO events SELECT * FROM kept; \
         UPDATE events SET prev_hash = '{}', hash = '{hash}' WHERE position = 3",
        forged.prev_hash
    ))
    .await;
    assert_eq!(problem(&test).await, Some(VerifyProblem::PreviousHash { position: 3 }));
}

async fn a_cut_tail_and_a_wrong_head_are_found(test: TestStore) {
    test.store.append(&several(3)).await.unwrap();
    let Head { hash, log_id, .. } = test.store.head().await.unwrap();
    test.execute("CREATE TABLE kept AS SELECT * FROM events; DELETE FROM events WHERE position > 4").await;
    assert_eq!(problem(&test).await, Some(VerifyProblem::Head { position: 6, found: 4 }));
    test.execute("DELETE FROM events").await;
    assert_eq!(problem(&test).await, Some(VerifyProblem::Head { position: 6, found: 0 }));
    assert!(test.reopens().await.is_err());

    test.execute("INSERT INTO events SELECT * FROM kept; UPDATE log_head SET position = 5").await;
    assert!(matches!(problem(&test).await, Some(VerifyProblem::Head { .. })));
    test.execute("UPDATE log_head SET position = 9").await;
    assert_eq!(problem(&test).await, Some(VerifyProblem::Head { position: 9, found: 6 }));
    let other = "f".repeat(64);
    test.execute(&format!("UPDATE log_head SET position = 6, hash = '{other}'")).await;
    assert_eq!(problem(&test).await, Some(VerifyProblem::Head { position: 6, found: 6 }));
    test.execute(&format!("UPDATE log_head SET hash = '{hash}'")).await;
    assert_eq!(problem(&test).await, None);
    assert!(test.reopens().await.is_ok());
    // The identity is no part of the chain: it is renewed on purpose.
    test.store.renew_log_id(crate::common::id(5)).await.unwrap();
    assert_ne!(test.store.head().await.unwrap().log_id, log_id);
    assert_eq!(problem(&test).await, None);
}

async fn a_long_log_is_walked_in_batches(test: TestStore) {
    for chunk in several(1300).chunks(650) {
        test.store.append(chunk).await.unwrap();
    }
    let report = test.store.verify(&|_, _| {}).await.unwrap();
    assert!(report.is_sound());
    assert_eq!((report.events, report.personal_rows), (2600, 2600));
    test.execute("UPDATE events SET data = '{}' WHERE position = 2001").await;
    assert_eq!(problem(&test).await, Some(VerifyProblem::Hash { position: 2001 }));
}

async fn writers_go_on_while_it_is_verified(test: TestStore) {
    let commands = several(90);
    let (written, verified) = tokio::join!(
        async {
            for command in commands.chunks(3) {
                test.store.append(command).await.unwrap();
            }
        },
        async {
            let mut events = 0;
            while events < 180 {
                let report = test.store.verify(&|_, _| {}).await.unwrap();
                assert!(report.is_sound(), "{report:?}");
                events = report.events;
            }
            events
        }
    );
    let () = written;
    assert_eq!(verified, 180);
}
