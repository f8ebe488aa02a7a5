//! How many commands a second the bare store takes: 64 callers, whose commands one task groups,
//! as the core's writer does. Figures for SQLite, and for PostgreSQL if SIAGA_TEST_POSTGRES_URL is
//! set. Build it with `--release` for figures that mean something.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use siaga_store::testing::{self, TestStore};
use siaga_store::{CommandCommit, Store};
use tokio::sync::{mpsc, oneshot};

const CALLERS: u64 = 64;
const COMMANDS_PER_CALLER: u64 = 200;

type Waiting = (CommandCommit, oneshot::Sender<()>);

async fn write_groups(store: Arc<dyn Store>, mut queue: mpsc::Receiver<Waiting>) -> u64 {
    let mut waiting = Vec::new();
    let mut groups = 0;
    while queue.recv_many(&mut waiting, CALLERS as usize).await > 0 {
        let (group, replies): (Vec<_>, Vec<_>) = waiting.drain(..).unzip();
        store.append(&group).await.expect("the group is appended");
        groups += 1;
        for reply in replies {
            let _ = reply.send(());
        }
    }
    groups
}

async fn measure(test: TestStore, callers: u64) {
    let (sender, queue) = mpsc::channel(CALLERS as usize);
    let writer = tokio::spawn(write_groups(test.store.clone(), queue));
    let started = Instant::now();
    let mut tasks = Vec::new();
    // Ids in the order of their making, as UUIDv7 are.
    let next = Arc::new(AtomicU64::new(0));
    for _ in 0..callers {
        let (sender, next) = (sender.clone(), next.clone());
        tasks.push(tokio::spawn(async move {
            let mut times = Vec::new();
            for _ in 0..COMMANDS_PER_CALLER {
                let command = testing::sample_command(next.fetch_add(1, Ordering::Relaxed));
                let sent = Instant::now();
                let (reply, done) = oneshot::channel();
                sender.send((command, reply)).await.expect("the writer listens");
                done.await.expect("the writer answers");
                times.push(sent.elapsed());
            }
            times
        }));
    }
    drop(sender);
    let mut times: Vec<Duration> = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("the caller ends"));
    }
    let took = started.elapsed();
    let groups = writer.await.expect("the writer ends");
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!(
        "{:8} {callers:3} callers: {:6.0} commands/s in groups of {:.1}, p50 {:.2} ms, p99 {:.2} ms",
        test.name,
        times.len() as f64 / took.as_secs_f64(),
        times.len() as f64 / groups as f64,
        at(0.5),
        at(0.99),
    );
    let report = test.store.verify(&|_, _| {}).await.expect("the log is read");
    assert!(report.is_sound());
}

#[tokio::main]
async fn main() {
    let with_postgres = std::env::var(testing::POSTGRES_VARIABLE).is_ok();
    for callers in [1, 16, CALLERS] {
        measure(testing::sqlite().await, callers).await;
        if with_postgres {
            measure(testing::postgres().await, callers).await;
        }
    }
}
