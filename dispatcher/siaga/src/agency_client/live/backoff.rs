//! How long to wait before trying again.

use std::time::Duration;

/// Waits that double up to a longest one, each moved by chance so that many clients do not come back at once.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    attempts: u32,
}

impl Backoff {
    /// Waits from `first` up to `longest`.
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, attempts: 0 }
    }

    /// The next wait; `chance` is any random byte and moves it by up to a quarter either way.
    pub fn next(&mut self, chance: u8) -> Duration {
        let doubled = self.first.saturating_mul(1_u32 << self.attempts.min(16)).min(self.longest);
        self.attempts = self.attempts.saturating_add(1);
        doubled.mul_f64(0.75 + f64::from(chance) / 512.0)
    }

    /// It went well: the next trouble starts from the first wait again.
    pub const fn reset(&mut self) {
        self.attempts = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_start_again() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        let waits: Vec<u128> = (0..6).map(|_| backoff.next(128).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000]);
        backoff.reset();
        assert_eq!(backoff.next(128).as_millis(), 100);
    }

    #[test]
    fn chance_moves_a_wait_by_at_most_a_quarter() {
        let mut low = Backoff::new(Duration::from_millis(1000), Duration::from_secs(1));
        assert_eq!(low.next(0).as_millis(), 750);
        assert!(low.next(255).as_millis() < 1250);
    }
}
