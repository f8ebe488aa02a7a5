//! Time as the city cuts it: hours, days, shifts, weeks and months at its offset from UTC. Pure.

use serde::{Deserialize, Serialize};
use siaga_domain::{SiagaError, Timestamp};
use siaga_proto::v1;
use time::{Date, Month, macros::format_description};

pub(crate) const HOUR_MS: i64 = 3_600_000;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;
/// The longest window, in days: a quarter with room.
pub(crate) const WINDOW_DAYS_MAX: i64 = 100;
/// The longest window that is given by hours, in days.
pub(crate) const HOURLY_DAYS_MAX: i64 = 8;

/// A shift of every day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// What the city calls it.
    pub name: String,
    /// When it begins, in minutes after midnight, local time. It lasts until the next one begins.
    pub starts_minute: u32,
}

impl Shift {
    /// Three shifts, as the city's service keeps them.
    pub fn usual() -> Vec<Self> {
        [("Pagi", 7 * 60), ("Siang", 14 * 60), ("Malam", 21 * 60)]
            .map(|(name, starts_minute)| Self { name: name.into(), starts_minute })
            .into()
    }
}

/// From a moment up to, not including, another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

impl Window {
    pub(crate) fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    pub(crate) fn length_ms(&self) -> i64 {
        self.to.ms_since(self.from)
    }
}

/// The city's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    offset_ms: i64,
}

impl Calendar {
    pub(crate) fn new(utc_offset_minutes: i32) -> Self {
        Self { offset_ms: i64::from(utc_offset_minutes) * 60_000 }
    }

    /// The beginning of the local unit of `length_ms` that a moment lies in.
    fn floor(&self, at: Timestamp, length_ms: i64) -> Timestamp {
        let local = at.unix_ms() + self.offset_ms;
        at.plus_ms(-local.rem_euclid(length_ms))
    }

    pub(crate) fn day_of(&self, at: Timestamp) -> Timestamp {
        self.floor(at, DAY_MS)
    }

    /// The local days or hours that a window touches, cut at its ends, in order.
    pub(crate) fn spans(&self, window: Window, length_ms: i64) -> Vec<Window> {
        let mut spans = Vec::new();
        let mut start = self.floor(window.from, length_ms);
        while start < window.to {
            let next = start.plus_ms(length_ms);
            spans.push(Window { from: start.max(window.from), to: next.min(window.to) });
            start = next;
        }
        spans
    }

    /// The shifts that a window touches, cut at its ends, in order. None without shifts.
    pub(crate) fn shifts(&self, window: Window, shifts: &[Shift]) -> Vec<(String, Window)> {
        let mut shifts: Vec<&Shift> = shifts.iter().collect();
        shifts.sort_by_key(|shift| shift.starts_minute);
        let mut starts: Vec<(String, Timestamp)> = Vec::new();
        // The night shift began the day before.
        let mut day = self.day_of(window.from).plus_ms(-DAY_MS);
        while day < window.to.plus_ms(DAY_MS) {
            starts.extend(
                shifts.iter().map(|shift| (shift.name.clone(), day.plus_ms(i64::from(shift.starts_minute) * 60_000))),
            );
            day = day.plus_ms(DAY_MS);
        }
        let ends: Vec<Timestamp> = starts.iter().skip(1).map(|(_, start)| *start).collect();
        starts
            .into_iter()
            .zip(ends)
            .filter(|((_, start), end)| *start < window.to && window.from < *end)
            .map(|((name, start), end)| (name, Window { from: start.max(window.from), to: end.min(window.to) }))
            .collect()
    }

    /// The window that was asked for: today up to now where nothing is said.
    ///
    /// # Errors
    /// SIAGA-1001 for a window that is empty or too long.
    pub(crate) fn window(
        &self,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Window, SiagaError> {
        let to = to.unwrap_or(now);
        let from = from.unwrap_or_else(|| self.day_of(to));
        let window = Window { from, to };
        if from > to || window.length_ms() > WINDOW_DAYS_MAX * DAY_MS {
            return Err(SiagaError::invalid(
                "from",
                format!("Pilih rentang paling lama {WINDOW_DAYS_MAX} hari, awal sebelum akhir."),
                format!("Choose at most {WINDOW_DAYS_MAX} days, the beginning before the end."),
            ));
        }
        Ok(window)
    }

    /// The whole day, week (from Monday) or month of a day, "2026-11-22"; an empty one is today's.
    ///
    /// # Errors
    /// SIAGA-1001 for a day that does not exist or no period.
    pub(crate) fn period(&self, period: v1::Period, day: &str, now: Timestamp) -> Result<Window, SiagaError> {
        let wrong = || SiagaError::invalid("day", "Tulis tanggal seperti 2026-11-22.", "Write a day as 2026-11-22.");
        let date = if day.is_empty() {
            self.date(now).ok_or_else(wrong)?
        } else {
            Date::parse(day, format_description!("[year]-[month]-[day]")).map_err(|_| wrong())?
        };
        let (first, days) = match period {
            v1::Period::Day => (date, 1),
            v1::Period::Week => {
                let back = i64::from(date.weekday().number_days_from_monday());
                (date.checked_sub(time::Duration::days(back)).ok_or_else(wrong)?, 7)
            }
            v1::Period::Month => {
                let first = date.replace_day(1).map_err(|_| wrong())?;
                (first, i64::from(days_of(first.month(), first.year())))
            }
            v1::Period::Unspecified => {
                return Err(SiagaError::invalid(
                    "period",
                    "Pilih hari, minggu, atau bulan.",
                    "Choose day, week or month.",
                ));
            }
        };
        let from_ms = first.midnight().assume_utc().unix_timestamp() * 1000 - self.offset_ms;
        let from = Timestamp::from_unix_ms(from_ms);
        Ok(Window { from, to: from.plus_ms(days * DAY_MS) })
    }

    /// The local hour of the clock that a moment lies in, 0 to 23.
    pub(crate) fn hour_of(&self, at: Timestamp) -> usize {
        usize::try_from((at.unix_ms() + self.offset_ms).rem_euclid(DAY_MS) / HOUR_MS).unwrap_or(0)
    }

    /// The local date of a moment, "2026-11-22".
    pub(crate) fn day_text(&self, at: Timestamp) -> String {
        self.date(at).map_or_else(String::new, |date| {
            format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
        })
    }

    /// The local time of a moment, "21:47".
    pub(crate) fn minute_text(&self, at: Timestamp) -> String {
        let minutes = (at.unix_ms() + self.offset_ms).rem_euclid(DAY_MS) / 60_000;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    fn date(&self, at: Timestamp) -> Option<Date> {
        let seconds = (at.unix_ms() + self.offset_ms).div_euclid(1000);
        time::OffsetDateTime::from_unix_timestamp(seconds).ok().map(time::OffsetDateTime::date)
    }
}

const fn days_of(month: Month, year: i32) -> u8 {
    month.length(year)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WIB: i32 = 420;
    /// 2026-11-22 10:00:00 WIB, a Sunday.
    const NOW: Timestamp = crate::testing::START;

    fn at(text: &str) -> Timestamp {
        let format = format_description!("[year]-[month]-[day] [hour]:[minute]");
        let local = time::PrimitiveDateTime::parse(text, format).unwrap().assume_utc();
        Timestamp::from_unix_ms(local.unix_timestamp() * 1000 - i64::from(WIB) * 60_000)
    }

    fn period(period: v1::Period, day: &str) -> Window {
        Calendar::new(WIB).period(period, day, NOW).unwrap()
    }

    #[test]
    fn periods_are_the_city_s() {
        let window = |from, to| Window { from: at(from), to: at(to) };
        assert_eq!(period(v1::Period::Day, ""), window("2026-11-22 00:00", "2026-11-23 00:00"));
        assert_eq!(period(v1::Period::Week, "2026-11-22"), window("2026-11-16 00:00", "2026-11-23 00:00"));
        assert_eq!(period(v1::Period::Month, "2028-02-10"), window("2028-02-01 00:00", "2028-03-01 00:00"));
        let calendar = Calendar::new(WIB);
        for (kind, day) in
            [(v1::Period::Day, "22-11-2026"), (v1::Period::Day, "2026-02-30"), (v1::Period::Unspecified, "")]
        {
            assert_eq!(calendar.period(kind, day, NOW).unwrap_err().code, "SIAGA-1001", "{day}");
        }
        assert_eq!((calendar.day_text(NOW), calendar.minute_text(NOW)), ("2026-11-22".into(), "10:00".into()));
        assert_eq!([-1, 0, 14 * HOUR_MS].map(|ms| calendar.hour_of(NOW.plus_ms(ms))), [9, 10, 0]);
    }

    #[test]
    fn a_window_is_today_where_nothing_is_said_and_neither_backwards_nor_endless() {
        let calendar = Calendar::new(WIB);
        assert_eq!(calendar.window(None, None, NOW).unwrap(), Window { from: at("2026-11-22 00:00"), to: NOW });
        for from in [NOW.plus_ms(1), NOW.plus_ms(-101 * DAY_MS)] {
            assert_eq!(calendar.window(Some(from), Some(NOW), NOW).unwrap_err().code, "SIAGA-1001");
        }
    }

    #[test]
    fn the_night_shift_began_the_day_before() {
        let window = Window { from: at("2026-11-22 00:00"), to: at("2026-11-22 15:00") };
        let found = Calendar::new(WIB).shifts(window, &Shift::usual());
        let told: Vec<(&str, Timestamp, Timestamp)> =
            found.iter().map(|(name, span)| (name.as_str(), span.from, span.to)).collect();
        assert_eq!(
            told,
            [
                ("Malam", at("2026-11-22 00:00"), at("2026-11-22 07:00")),
                ("Pagi", at("2026-11-22 07:00"), at("2026-11-22 14:00")),
                ("Siang", at("2026-11-22 14:00"), at("2026-11-22 15:00")),
            ]
        );
        assert_eq!(Calendar::new(WIB).shifts(window, &[]), []);
        let one = [Shift { name: "Sehari".into(), starts_minute: 480 }];
        assert_eq!(Calendar::new(WIB).shifts(window, &one).len(), 2);
    }

    proptest! {
        /// Whatever the window, its hours, days and shifts are it, without gap or overlap.
        #[test]
        fn spans_are_the_window(from in 0_i64..4_000_000_000_000, length in 1_i64..(9 * DAY_MS), offset in -720_i32..840) {
            let calendar = Calendar::new(offset);
            let from = Timestamp::from_unix_ms(from);
            let window = Window { from, to: from.plus_ms(length) };
            let shifts = calendar.shifts(window, &Shift::usual()).into_iter().map(|(_, span)| span).collect();
            for spans in [calendar.spans(window, HOUR_MS), calendar.spans(window, DAY_MS), shifts] {
                prop_assert_eq!(spans.first().map(|span| span.from), Some(window.from));
                prop_assert_eq!(spans.last().map(|span| span.to), Some(window.to));
                for pair in spans.windows(2) {
                    prop_assert_eq!(pair[0].to, pair[1].from);
                    prop_assert!(pair[0].from < pair[0].to);
                }
            }
        }
    }
}
