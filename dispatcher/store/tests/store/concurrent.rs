//! Several writers at once, and a reader who follows them.

use std::collections::BTreeSet;
use std::sync::Arc;

use siaga_store::testing::{TestStore, postgres_database};
use siaga_store::{Store, StoreError};
use sqlx::{Connection, PgConnection, Row};

use crate::common::{id, request, step, unit};

crate::on_both!(
    a_reader_skips_nothing_while_several_write,
    one_of_many_makes_a_new_stream,
    one_of_many_sends_of_a_request_counts,
);

const WRITERS: u128 = 4;
const GROUPS: u64 = 40;

/// A reader as all of the system's are: it remembers the last position it saw and asks for what
/// comes after.
#[derive(Default)]
struct Follower {
    position: u64,
    seen: BTreeSet<u64>,
}

impl Follower {
    fn take(&mut self, positions: &[u64]) {
        self.seen.extend(positions);
        self.position = positions.last().copied().unwrap_or(self.position);
    }

    /// What is there in the end, and the follower never saw.
    fn skipped(&self, all: &[u64]) -> Vec<u64> {
        all.iter().copied().filter(|position| !self.seen.contains(position)).collect()
    }
}

async fn positions(store: &Arc<dyn Store>, after: u64) -> Vec<u64> {
    store.events_after(after, 500).await.unwrap().iter().map(|row| row.position).collect()
}

/// Takes the shared stream one version further, however often others were faster.
async fn step_shared(store: &Arc<dyn Store>) {
    loop {
        let found = store.load_streams(&[unit(1)]).await.unwrap();
        let version = found.first().map_or(0, |row| row.version);
        match store.append(&[step(&unit(1), version)]).await {
            Ok(_) => return,
            Err(StoreError::Conflict { keys }) => assert_eq!(keys, [unit(1)]),
            Err(error) => panic!("{error}"),
        }
    }
}

async fn a_reader_skips_nothing_while_several_write(test: TestStore) {
    let mut writers = Vec::new();
    for writer in 1..=WRITERS {
        let store = test.another().await;
        writers.push(tokio::spawn(async move {
            let own = unit(100 + writer);
            for number in 0..GROUPS {
                let group = [step(&own, number * 2), step(&own, number * 2 + 1)];
                store.append(&group).await.unwrap();
                if number % 4 == 0 {
                    step_shared(&store).await;
                }
            }
        }));
    }
    let total = WRITERS as u64 * (GROUPS * 2 + GROUPS / 4);
    let mut follower = Follower::default();
    let mut wake = test.store.wake();
    while follower.position < total {
        let found = positions(&test.store, follower.position).await;
        follower.take(&found);
        if found.is_empty() {
            // Woken, or by the timer: on SQLite other handles' appends give no signal.
            let patience = std::time::Duration::from_millis(5);
            let _ = tokio::time::timeout(patience, wake.changed()).await;
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let mut all = Vec::new();
    while let found = positions(&test.store, all.last().copied().unwrap_or(0)).await
        && !found.is_empty()
    {
        all.extend(found);
    }
    assert_eq!(all, (1..=total).collect::<Vec<_>>(), "no gap");
    assert_eq!(follower.skipped(&all), Vec::<u64>::new(), "nothing skipped");
    let report = test.store.verify(&|_, _| {}).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
    let shared = test.store.load_streams(&[unit(1)]).await.unwrap();
    assert_eq!(shared[0].version, WRITERS as u64 * GROUPS / 4, "no update was lost");
}

/// The check above is worth something only if it fails for numbers from a plain sequence, which
/// are taken before the commit: here is one, and the follower skips an event.
#[tokio::test]
async fn a_plain_sequence_would_be_skipped_and_the_check_finds_it() {
    let url = postgres_database().await;
    let mut slow = PgConnection::connect(&url).await.unwrap();
    let mut quick = PgConnection::connect(&url).await.unwrap();
    let mut reader = PgConnection::connect(&url).await.unwrap();
    sqlx::query("CREATE TABLE plain (position BIGSERIAL PRIMARY KEY, note TEXT)").execute(&mut quick).await.unwrap();
    let read = "SELECT position FROM plain WHERE position > $1 ORDER BY position";
    let mut follower = Follower::default();
    let mut all = Vec::new();

    let mut open = slow.begin().await.unwrap();
    sqlx::query("INSERT INTO plain (note) VALUES ('slow')").execute(&mut *open).await.unwrap();
    sqlx::query("INSERT INTO plain (note) VALUES ('quick')").execute(&mut quick).await.unwrap();
    for round in 0..2 {
        let rows = sqlx::query(read).bind(follower.position as i64).fetch_all(&mut reader).await.unwrap();
        let found: Vec<u64> = rows.iter().map(|row| row.get::<i64, _>(0) as u64).collect();
        follower.take(&found);
        if round == 0 {
            assert_eq!(follower.position, 2, "the reader saw the quick writer's event first");
            open = {
                open.commit().await.unwrap();
                slow.begin().await.unwrap()
            };
        }
    }
    let rows = sqlx::query(read).bind(0_i64).fetch_all(&mut reader).await.unwrap();
    all.extend(rows.iter().map(|row| row.get::<i64, _>(0) as u64));
    assert_eq!(all, [1, 2]);
    assert_eq!(follower.skipped(&all), [1], "the check finds what a plain sequence makes a reader skip");
}

async fn one_of_many_makes_a_new_stream(test: TestStore) {
    let mut handles = Vec::new();
    for _ in 0..WRITERS {
        handles.push(test.another().await);
    }
    for round in 1..=20 {
        let tries = handles.iter().map(|store| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.append(&[step(&unit(round), 0)]).await })
        });
        let mut won = 0;
        for result in futures_util::future::join_all(tries).await {
            match result.unwrap() {
                Ok(_) => won += 1,
                Err(StoreError::Conflict { keys }) => assert_eq!(keys, [unit(round)]),
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(won, 1);
    }
    assert_eq!(test.store.head().await.unwrap().position, 20);
}

async fn one_of_many_sends_of_a_request_counts(test: TestStore) {
    let mut handles = Vec::new();
    for _ in 0..WRITERS {
        handles.push(test.another().await);
    }
    for round in 1..=20_u128 {
        let tries = handles.iter().zip(0..).map(|(store, handle)| {
            let store = Arc::clone(store);
            // The same two requests, in another order in each process.
            let mut group = [step(&unit(round * 100 + handle), 0), step(&unit(round * 100 + 50 + handle), 0)];
            group[(handle % 2) as usize].request = Some(request(round * 2));
            group[((handle + 1) % 2) as usize].request = Some(request(round * 2 + 1));
            tokio::spawn(async move { store.append(&group).await })
        });
        let mut won = 0;
        for result in futures_util::future::join_all(tries).await {
            match result.unwrap() {
                Ok(_) => won += 1,
                Err(StoreError::DuplicateRequest { index: 0 | 1 }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(won, 1);
        assert!(test.store.find_request(id(900), id(round * 2)).await.unwrap().is_some());
    }
    assert_eq!(test.store.head().await.unwrap().position, 40);
}
