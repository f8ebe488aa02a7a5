//! How many requests a minute one account may make.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// More accounts than this are not remembered: the one that was quiet longest is forgotten, which only gives it back
/// its full allowance.
const ACCOUNTS_MAX: usize = 1_024;

/// A bucket of tokens for each account, filled evenly over the minute.
#[derive(Debug)]
pub(crate) struct ReadLimit {
    per_minute: u32,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at_ms: i64,
}

impl ReadLimit {
    pub(crate) fn new(per_minute: u32) -> Self {
        Self { per_minute, buckets: Mutex::new(HashMap::new()) }
    }

    /// Whether the account may make one more request now.
    pub(crate) fn take(&self, account: &str, now_ms: i64) -> bool {
        // A poisoned lock holds whole buckets all the same: each is written in one assignment.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if !buckets.contains_key(account) && buckets.len() >= ACCOUNTS_MAX {
            let quietest = buckets.iter().min_by_key(|(_, bucket)| bucket.at_ms).map(|(account, _)| account.clone());
            if let Some(quietest) = quietest {
                buckets.remove(&quietest);
            }
        }
        let full = f64::from(self.per_minute);
        let bucket = buckets.entry(account.to_owned()).or_insert(Bucket { tokens: full, at_ms: now_ms });
        // A clock that was set back gives nothing, and takes nothing away.
        let minutes = (now_ms - bucket.at_ms).max(0) as f64 / 60_000.0;
        let tokens = (bucket.tokens + minutes * full).min(full);
        let granted = tokens >= 1.0;
        *bucket = Bucket { tokens: if granted { tokens - 1.0 } else { tokens }, at_ms: now_ms };
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_gets_its_allowance_back_over_the_minute_and_others_keep_theirs() {
        let limit = ReadLimit::new(2);
        assert!(limit.take("a", 0) && limit.take("a", 0) && !limit.take("a", 0));
        assert!(limit.take("b", 0));
        assert!(!limit.take("a", 29_000) && limit.take("a", 30_000) && !limit.take("a", 30_001));
        assert!(!limit.take("a", 0), "a clock set back gives nothing");
    }

    #[test]
    fn the_number_of_remembered_accounts_is_bounded() {
        let limit = ReadLimit::new(1);
        for number in 0..2_000 {
            assert!(limit.take(&number.to_string(), number));
        }
        assert_eq!(limit.buckets.lock().unwrap().len(), ACCOUNTS_MAX);
    }
}
