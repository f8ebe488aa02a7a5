//! The machine's clock and randomness. This is the one place that takes them from the machine; everything else is handed
//! them, so that a test or a simulation can hand in its own.

use std::sync::Arc;

use rand::Rng as _;
use siaga_domain::{Clock, IdSource, Timestamp};
use uuid::Uuid;

use crate::agency_client::rpc::Sources;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the composition root is where the time comes from")]
    fn now(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        // A clock before 1970 is a broken one; the earliest time there is then says so on every screen.
        let unix_ms = since_epoch.map_or(0, |elapsed| i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX));
        Timestamp::from_unix_ms(unix_ms)
    }
}

/// The operating system's randomness, through a generator fit for keys.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl IdSource for SystemIds {
    fn new_id(&self, now: Timestamp) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        let unix_ms = u64::try_from(now.unix_ms()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid()
    }

    #[expect(clippy::disallowed_methods, reason = "the composition root is where randomness comes from")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// Clock and ids of the machine, for the clients.
#[must_use]
pub fn sources() -> Sources {
    Sources { clock: Arc::new(SystemClock), ids: Arc::new(SystemIds) }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_carry_their_time_and_are_never_the_same() {
        let now = SystemClock.now();
        assert!(now > Timestamp::from_unix_ms(1_700_000_000_000));
        let ids: HashSet<Uuid> = (0..1_000).map(|_| SystemIds.new_id(now)).collect();
        assert_eq!(ids.len(), 1_000);
        assert!(ids.iter().all(|id| Timestamp::of_uuid_v7(*id) == Some(now)));
    }

    #[test]
    fn bytes_are_filled() {
        let (mut one, mut two) = ([0; 32], [0; 32]);
        SystemIds.fill(&mut one);
        SystemIds.fill(&mut two);
        assert_ne!(one, two);
    }
}
