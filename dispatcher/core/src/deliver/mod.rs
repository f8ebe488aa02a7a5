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
    }

    fn heard(&self, up: bool, now: Timestamp) {
        let mut under_way = self.lock();
        if under_way.hub.is_none_or(|(was_up, _)| was_up != up) {
            under_way.hub = Some((up, now));
        }
    }

    fn hub(&self) -> Option<(bool, Timestamp)> {
        self.lock().hub
    }
}
