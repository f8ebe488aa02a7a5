//! What the machine gives without Siaga.

use crate::Times;
use siaga_store::{
    CommandCommit,
    testing::{self, TestStore},
};
use siaga_tests::Database;
use std::{
    fs::File,
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};
use tokio::sync::{mpsc, oneshot};

/// Appends measured.
const APPENDS: usize = 2_000;
/// Commands of each caller.
const COMMANDS: usize = 200;

/// A 4 KiB append and fdatasync, one after the other.
pub(crate) fn append_and_sync() -> Times {
    let mut file: File = tempfile::tempfile().unwrap();
    let block = [7; 4096];
    let started = Instant::now();
    let times = (0..APPENDS)
        .map(|_| {
            let sent = Instant::now();
            file.write_all(&block).unwrap();
            file.sync_data().unwrap();
            sent.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    Times::new(times, started.elapsed().as_secs_f64())
}

/// The store alone: callers whose commands one task groups into commits, as the core's writer does.
pub(crate) async fn bare_append(database: &Database, callers: usize) -> Times {
    let test: TestStore = match database {
        Database::Sqlite => testing::sqlite().await,
        Database::Postgres(_) => testing::postgres().await,
    };
    let (sender, mut queue) = mpsc::channel::<(CommandCommit, oneshot::Sender<()>)>(callers);
    let store = Arc::clone(&test.store);
    let writer = tokio::spawn(async move {
        let mut waiting = Vec::new();
        while queue.recv_many(&mut waiting, 256).await > 0 {
            let (group, replies): (Vec<_>, Vec<_>) = waiting.drain(..).unzip();
            store.append(&group).await.unwrap();
            for reply in replies {
                reply.send(()).unwrap();
            }
        }
    });
    let next = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (sender, next) = (sender.clone(), Arc::clone(&next));
            tokio::spawn(async move {
                let mut times = Vec::with_capacity(COMMANDS);
                for _ in 0..COMMANDS {
                    let command = testing::sample_command(next.fetch_add(1, Ordering::Relaxed));
                    let sent = Instant::now();
                    let (reply, done) = oneshot::channel();
                    sender.send((command, reply)).await.unwrap();
                    done.await.unwrap();
                    times.push(sent.elapsed().as_secs_f64() * 1e3);
                }
                times
            })
        })
        .collect();
    drop(sender);
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    let took_s = started.elapsed().as_secs_f64();
    writer.await.unwrap();
    Times::new(times, took_s)
}
