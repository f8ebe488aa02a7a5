//! Delivery to the data hub: what of the log the hub gets, in which order, and how it went.
//!
//! The log is the truth. Each case's messages are made from its events, always the same ones; a table holds only how
//! far the hub has them. A message is named by its mark: the log position of its event times two, and one more for the
//! case record that follows a status update of the same event.

mod case;
mod lease;
mod marks;
mod message;
mod outcome;
mod rewind;
#[cfg(test)]
mod rewind_tests;
mod state;
#[cfg(test)]
mod tests;

pub use lease::lease;
pub use marks::Marks;
pub use outcome::record;
pub use state::{HubState, delivery_state, hub_state};

use siaga_domain::Timestamp;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A gateway that was given a case has it this long before it may be given out again, in ms.
const IN_FLIGHT_MS: i64 = 60_000;
/// While the hub does not answer, one case is tried so often whatever its own pause, in ms: it is noticed soon that it
/// is back.
const PROBE_EVERY_MS: i64 = 5_000;
/// The hub is asked whether it still has what it had at most so often, in ms.
const RECHECK_EVERY_MS: i64 = 60 * 60_000;
/// Cases whose going back is remembered; more than that are forgotten, which costs a pause.
const REWINDS_MAX: usize = 10_000;

/// The mark of an event's status update.
const fn status_mark(position: u64) -> u64 {
    position * 2
}

/// The mark of an event's case record.
const fn record_mark(position: u64) -> u64 {
    position * 2 + 1
}

/// What this process knows of deliveries under way; lost with it, which costs a repeated delivery.
#[derive(Debug, Default)]
pub struct Deliveries(Mutex<UnderWay>);

#[derive(Debug, Default)]
struct UnderWay {
    /// Case number to the last sequence given out, and when it may be given out again.
    cases: HashMap<String, (u64, Timestamp)>,
    /// The hub answered or did not, and since when it does so.
    hub: Option<(bool, Timestamp)>,
    /// When the hub last did not answer, or was asked whether it does.
    last_failed_at: Option<Timestamp>,
    /// Case number to how far the hub had it before it asked for earlier messages, and how often it did so.
    rewinds: HashMap<String, (u64, u64)>,
    /// When the hub was last asked whether it still has what it had, and since when that was delivered.
    rechecked: Option<(Timestamp, Timestamp)>,
}

impl Deliveries {
    fn lock(&self) -> MutexGuard<'_, UnderWay> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The case is with a gateway.
    fn is_out(&self, number: &str, now: Timestamp) -> bool {
        self.lock().cases.get(number).is_some_and(|(_, until)| now < *until)
    }

    /// Cases that are with a gateway, some of them perhaps for too long.
    fn count_out(&self) -> u32 {
        u32::try_from(self.lock().cases.len()).unwrap_or(u32::MAX)
    }

    fn give_out(&self, number: &str, last_sequence: u64, now: Timestamp) {
        let mut under_way = self.lock();
        under_way.cases.retain(|_, (_, until)| now < *until);
        under_way.cases.insert(number.to_owned(), (last_sequence, now.plus_ms(IN_FLIGHT_MS)));
    }

    /// One delivery ended; the case is free again after its last one, or the first that failed.
    fn settle(&self, number: &str, sequence: u64, accepted: bool) {
        let mut under_way = self.lock();
        let last = under_way.cases.get(number).map(|(last, _)| *last);
        if !accepted || last.is_some_and(|last| sequence >= last) {
            under_way.cases.remove(number);
        }
        if accepted && under_way.rewinds.get(number).is_some_and(|(had, _)| sequence >= *had) {
            under_way.rewinds.remove(number);
        }
    }

    /// True: it answers again after a while.
    fn heard(&self, up: bool, now: Timestamp) -> bool {
        let mut under_way = self.lock();
        let before = under_way.hub;
        if before.is_none_or(|(was_up, _)| was_up != up) {
            under_way.hub = Some((up, now));
        }
        if !up {
            under_way.last_failed_at = Some(now);
        }
        // A hub that fails for one case only must not let that case try each time that another one gets through.
        up && before.is_some_and(|(was_up, since)| !was_up && now.ms_since(since) >= PROBE_EVERY_MS)
    }

    /// Whether to ask the hub that is away if it is back; not again for a while.
    fn may_probe(&self, now: Timestamp) -> bool {
        let mut under_way = self.lock();
        let is_away = under_way.hub.is_some_and(|(up, _)| !up);
        let may = is_away && under_way.last_failed_at.is_none_or(|at| now.ms_since(at) >= PROBE_EVERY_MS);
        if may {
            under_way.last_failed_at = Some(now);
        }
        may
    }

    /// Whether to ask the hub if it still has what was delivered since; not again for a while.
    fn may_recheck(&self, since: Timestamp, now: Timestamp) -> bool {
        let mut under_way = self.lock();
        let is_done = |(at, from): (Timestamp, Timestamp)| now.ms_since(at) < RECHECK_EVERY_MS && from <= since;
        let may = !under_way.rechecked.is_some_and(is_done);
        if may {
            under_way.rechecked = Some((now, since));
        }
        may
    }

    /// The hub, which had messages of the case up to `had`, asks for earlier ones; returns how often it did that
    /// before without getting as far again.
    fn rewound(&self, number: &str, had: u64) -> u64 {
        let mut under_way = self.lock();
        if under_way.rewinds.len() >= REWINDS_MAX {
            under_way.rewinds.clear();
        }
        let (furthest, times) = under_way.rewinds.entry(number.to_owned()).or_insert((had, 0));
        *furthest = had.max(*furthest);
        *times += 1;
        *times - 1
    }

    fn hub(&self) -> Option<(bool, Timestamp)> {
        self.lock().hub
    }
}
