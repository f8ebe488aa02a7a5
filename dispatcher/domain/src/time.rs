//! Points in time and the sources that hand them in.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A moment: milliseconds since 1970-01-01T00:00:00Z. Times are UTC everywhere; WIB is a matter of screens and paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_unix_ms(unix_ms: i64) -> Self {
        Self(unix_ms)
    }

    /// Milliseconds since the epoch.
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// This moment and `ms` milliseconds; stops at the ends of the range.
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment; negative when `earlier` is later.
    pub const fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The calendar day at a fixed offset from UTC, as `YYYYMMDD`.
    pub fn day_at_offset(self, utc_offset_minutes: i32) -> String {
        let local_s = self.0.div_euclid(1000) + i64::from(utc_offset_minutes) * 60;
        match time::OffsetDateTime::from_unix_timestamp(local_s) {
            Ok(day) => format!("{:04}{:02}{:02}", day.year(), u8::from(day.month()), day.day()),
            // Beyond the year 9999 no calendar applies; a number is still unique.
            Err(_) => local_s.to_string(),
        }
    }

    /// The time a UUIDv7 was made, if it is one.
    pub fn of_uuid_v7(id: Uuid) -> Option<Self> {
        if id.get_version_num() != 7 {
            return None;
        }
        let (seconds, nanos) = id.get_timestamp()?.to_unix();
        i64::try_from(seconds).ok().map(|s| Self(s.saturating_mul(1000) + i64::from(nanos / 1_000_000)))
    }
}

/// Where the time comes from. The binary takes it from the machine, tests and simulations from their script.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// Where ids and randomness come from.
pub trait IdSource: Send + Sync {
    /// A new id: a UUIDv7 of the given time, so that ids sort by when they were made.
    fn new_id(&self, now: Timestamp) -> Uuid;
    /// Fills with unpredictable bytes, fit for salts and tokens.
    fn fill(&self, bytes: &mut [u8]);
}
