//! Time that stands, and ids in order.

use siaga_domain::{Clock, IdSource, Timestamp};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use uuid::Uuid;

/// When every test begins: 2026-11-22 10:00:00 WIB.
pub const START: Timestamp = Timestamp::from_unix_ms(1_795_316_400_000);

/// A clock that stands until a test moves it.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(START.unix_ms()))
    }
}

impl TestClock {
    /// Lets time pass.
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.load(Ordering::SeqCst))
    }
}

/// Ids in the order asked for, and bytes that differ each time.
#[derive(Debug, Default)]
pub struct TestIds(AtomicU64);

impl IdSource for TestIds {
    fn new_id(&self, now: Timestamp) -> Uuid {
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        let ms = u64::try_from(now.unix_ms()).expect("tests happen after 1970");
        uuid::Builder::from_unix_timestamp_millis(ms, &bytes).into_uuid()
    }

    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            chunk.copy_from_slice(&number.to_be_bytes()[..chunk.len()]);
        }
    }
}
