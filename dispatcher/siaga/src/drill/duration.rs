//! Durations as a scenario writes them, and the speed that divides them.

use std::time::Duration;

/// The longest duration of a scenario: a week.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);
/// The highest speed; beyond it the computer, not the scenario, sets the pace.
const SPEED_MAX: f64 = 100_000.0;

/// Reads `"5s"`, `"2m"`, `"1h30m"`, `"250ms"`, `"0s"`.
///
/// # Errors
/// What is wrong with it and how to write it.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("\"{text}\" is not a duration; write e.g. \"5s\", \"2m\", \"1h30m\" or \"250ms\"");
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let unit = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_lowercase()).len();
        let unit_ms: u64 = match &rest[..unit] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(wrong()),
        };
        rest = &rest[unit..];
        total = number
            .checked_mul(unit_ms)
            .and_then(|ms| total.checked_add(Duration::from_millis(ms)))
            .filter(|total| *total <= LONGEST)
            .ok_or_else(|| format!("\"{text}\" is longer than a week"))?;
    }
    Ok(total)
}

/// How many times faster than life a scenario is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed(f64);

impl Speed {
    /// As in life.
    pub const REAL: Self = Self(1.0);

    /// # Errors
    /// When it is not above 0 or beyond the highest.
    pub fn new(factor: f64) -> Result<Self, String> {
        if factor.is_finite() && factor > 0.0 && factor <= SPEED_MAX {
            Ok(Self(factor))
        } else {
            Err(format!(
                "the speed is a number above 0 and at most {SPEED_MAX}: 1 plays as in life, 60 an hour in a minute"
            ))
        }
    }

    /// The factor.
    pub const fn factor(self) -> f64 {
        self.0
    }

    /// How long a duration of the scenario takes now.
    pub fn real(self, duration: Duration) -> Duration {
        duration.div_f64(self.0)
    }
}

impl std::str::FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.trim().parse().map_err(|_| format!("\"{text}\" is not a number")).and_then(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, ms) in [
            ("0s", 0),
            ("5s", 5_000),
            ("2m", 120_000),
            ("1h30m", 5_400_000),
            ("250ms", 250),
            (" 1m5s ", 65_000),
            ("168h", 604_800_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
    }

    #[test]
    fn bad_durations_are_refused_with_how_to_write_them() {
        for text in ["", "5", "s", "5 s", "-5s", "1.5m", "5d", "5S", "٥s", "5s m", "99999999999999999999s"] {
            assert!(parse_duration(text).unwrap_err().contains("write e.g."), "{text}");
        }
        assert!(parse_duration("169h").unwrap_err().contains("a week"));
        assert!(parse_duration("18446744073709551615h").unwrap_err().contains("a week"));
    }

    #[test]
    fn the_speed_divides() {
        assert_eq!(Speed::REAL.real(Duration::from_secs(5)), Duration::from_secs(5));
        assert_eq!("60".parse::<Speed>().unwrap().real(Duration::from_secs(120)), Duration::from_secs(2));
        assert_eq!("0.5".parse::<Speed>().unwrap().real(Duration::from_secs(1)), Duration::from_secs(2));
    }

    #[test]
    fn a_speed_that_is_none_is_refused() {
        for text in ["0", "-1", "nan", "inf", "1e9", "fast", ""] {
            assert!(text.parse::<Speed>().is_err(), "{text}");
        }
    }
}
