//! Reconcilers: what Siaga does by itself. Each is idempotent, woken by the log's signal and by a timer, and at work
//! once in the cluster; a lost signal costs time, never work.
//!
//! Emergencies have a task of their own, so that expiring old rows never holds up an alarm.

pub mod alarms;
mod duty;
pub mod picture;
mod retention;
mod settle;
#[cfg(test)]
mod tests;

pub use retention::clear_traces;

use crate::{Core, context::store_error, deliver};
use async_trait::async_trait;
use siaga_domain::{SiagaError, Timestamp};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};

/// Another process takes over when this one was silent for so long, in ms: with the second until it looks again that is
/// within 5 s.
const LEASE_MS: i64 = 3_500;
/// A lease is renewed this long after it was taken, in ms.
const RENEW_MS: i64 = 1_500;
/// A reconciler looks at least this often, signal or not.
const EVERY: Duration = Duration::from_secs(1);
/// Signals of this time are answered together: under load one look serves many commits. The shortest clock of an alarm
/// counts seconds, so nobody waits for it.
const SETTLE: Duration = Duration::from_millis(100);

/// Something that Siaga keeps right by itself.
#[async_trait]
pub trait Reconciler: Send {
    /// Its name, for logs and metrics.
    fn name(&self) -> &'static str;

    /// Time between two runs, in ms; 0: at every signal.
    fn every_ms(&self) -> i64;

    /// Looks at the state and puts right what is not; returns how much that was. A second run finds nothing.
    ///
    /// # Errors
    /// SIAGA-1901, SIAGA-1906 and the like; it is run again.
    async fn run(&mut self, core: &Core) -> Result<u64, SiagaError>;

    /// Another process was at work meanwhile: what is kept in memory no longer holds.
    fn forget(&mut self) {}
}

/// What concerns calls and incidents in hand.
pub fn emergency() -> Vec<Box<dyn Reconciler>> {
    vec![Box::new(settle::Alarms::default()), Box::new(duty::Desks)]
}

/// What can wait.
pub fn routine() -> Vec<Box<dyn Reconciler>> {
    let mut all: Vec<Box<dyn Reconciler>> = vec![Box::new(deliver::Marks)];
    all.extend(retention::all());
    all
}

/// One task's reconcilers, at work while it has the lease of their name.
pub struct Cycle {
    lease: &'static str,
    owner: String,
    renew_at: Option<Timestamp>,
    reconcilers: Vec<(Box<dyn Reconciler>, Timestamp)>,
}

impl Cycle {
    /// Reconcilers under one lease. `owner` differs between processes.
    pub fn new(lease: &'static str, owner: String, reconcilers: Vec<Box<dyn Reconciler>>) -> Self {
        let never = Timestamp::from_unix_ms(i64::MIN);
        let reconcilers = reconcilers.into_iter().map(|reconciler| (reconciler, never)).collect();
        Self { lease, owner, renew_at: None, reconcilers }
    }

    /// Runs what is due, if this process has the lease. Returns whether it has.
    ///
    /// # Errors
    /// SIAGA-1901 when the lease cannot be taken. A reconciler that fails is logged and run again.
    pub async fn tick(&mut self, core: &Core) -> Result<bool, SiagaError> {
        if !self.has_lease(core).await? {
            for (reconciler, _) in &mut self.reconcilers {
                reconciler.forget();
            }
            return Ok(false);
        }
        for (reconciler, next_at) in &mut self.reconcilers {
            let now = core.context.now();
            if now < *next_at {
                continue;
            }
            *next_at = now.plus_ms(reconciler.every_ms());
            match reconciler.run(core).await {
                Ok(effects) if effects > 0 => {
                    metrics::counter!("siaga_reconciler_effects_total", "name" => reconciler.name()).increment(effects);
                }
                Ok(_) => {}
                Err(error) => {
                    reconciler.forget();
                    tracing::warn!(reconciler = reconciler.name(), %error, private = ?error.private, "it is run again");
                    metrics::counter!("siaga_reconciler_failures_total", "name" => reconciler.name()).increment(1);
                }
            }
        }
        Ok(true)
    }

    async fn has_lease(&mut self, core: &Core) -> Result<bool, SiagaError> {
        let now = core.context.now();
        if self.renew_at.is_some_and(|renew_at| now < renew_at && now.plus_ms(RENEW_MS) >= renew_at) {
            return Ok(true);
        }
        let store = &core.context.store;
        let mine = store.take_lease(self.lease, &self.owner, now, now.plus_ms(LEASE_MS)).await.map_err(store_error)?;
        self.renew_at = mine.then(|| now.plus_ms(RENEW_MS));
        Ok(mine)
    }
}

/// Starts the reconcilers of this process. They end when the core is gone, or when the tasks are aborted.
pub fn start(core: &Arc<Core>) -> Vec<tokio::task::JoinHandle<()>> {
    let owner = core.context.ids.new_id(core.context.now()).to_string();
    [("reconcile-emergency", emergency()), ("reconcile-routine", routine())]
        .into_iter()
        .map(|(lease, reconcilers)| {
            let cycle = Cycle::new(lease, owner.clone(), reconcilers);
            tokio::spawn(run(Arc::downgrade(core), core.context.store.wake(), cycle))
        })
        .collect()
}

async fn run(core: Weak<Core>, mut wake: tokio::sync::watch::Receiver<u64>, mut cycle: Cycle) {
    loop {
        {
            let Some(core) = core.upgrade() else { return };
            if let Err(error) = cycle.tick(&core).await {
                tracing::warn!(%error, private = ?error.private, "the reconcilers could not look");
            }
        }
        tokio::time::sleep(SETTLE).await;
        if let Ok(Err(_)) = tokio::time::timeout(EVERY, wake.changed()).await {
            // The sender is gone; the timer alone wakes from now on.
            tokio::time::sleep(EVERY).await;
        }
    }
}

/// How much an internal command did, as its reply.
pub(crate) fn counted(effects: u64) -> Vec<u8> {
    effects.to_be_bytes().to_vec()
}

/// The same, read back.
pub(crate) fn count(reply: &[u8]) -> u64 {
    reply.try_into().map_or(0, u64::from_be_bytes)
}
