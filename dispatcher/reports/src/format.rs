//! Times, durations and positions as the document prints them.

use siaga_domain::Timestamp;
use siaga_domain::report::{IntervalValue, ReportPoint};
use time::{Date, OffsetDateTime, UtcOffset};

use crate::texts::Texts;

/// Western Indonesia Time, UTC+7 all year.
fn in_wib(at: Timestamp) -> Option<OffsetDateTime> {
    let offset = UtcOffset::from_hms(7, 0, 0).ok()?;
    let utc = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.unix_ms()) * 1_000_000).ok()?;
    utc.checked_to_offset(offset)
}

/// The day in WIB, to tell entries of another day from those of the report's own.
pub(crate) fn day(at: Timestamp) -> Option<Date> {
    in_wib(at).map(OffsetDateTime::date)
}

/// "22 November 2026".
pub(crate) fn date(texts: &Texts, at: Timestamp) -> String {
    let Some(local) = in_wib(at) else {
        return texts.bad_time.to_owned();
    };
    let month = texts.months[usize::from(u8::from(local.month())) - 1];
    format!("{} {month} {}", local.day(), local.year())
}

/// "Minggu, 22 November 2026".
pub(crate) fn weekday_date(texts: &Texts, at: Timestamp) -> String {
    let Some(local) = in_wib(at) else {
        return texts.bad_time.to_owned();
    };
    let weekday = texts.weekdays[usize::from(local.weekday().number_days_from_monday())];
    format!("{weekday}, {}", date(texts, at))
}

/// "21.46.24", led by "23/11" (and the year where that differs) on another day than `reference`.
pub(crate) fn clock(texts: &Texts, at: Timestamp, reference: Option<Date>) -> String {
    let Some(local) = in_wib(at) else {
        return texts.bad_time.to_owned();
    };
    let s = texts.time_separator;
    let time = format!("{:02}{s}{:02}{s}{:02}", local.hour(), local.minute(), local.second());
    let (day, month) = (local.day(), u8::from(local.month()));
    match reference {
        Some(reference) if reference == local.date() => time,
        Some(reference) if reference.year() == local.year() => {
            format!("{day:02}/{month:02} {time}")
        }
        _ => format!("{day:02}/{month:02}/{} {time}", local.year()),
    }
}

/// "21.00", the hour that a moment lies in.
pub(crate) fn hour(texts: &Texts, at: Timestamp) -> String {
    in_wib(at).map_or_else(String::new, |local| format!("{:02}{}00", local.hour(), texts.time_separator))
}

/// "Minggu 22/11".
pub(crate) fn weekday_day(texts: &Texts, at: Timestamp) -> String {
    let Some(local) = in_wib(at) else {
        return texts.bad_time.to_owned();
    };
    let weekday = texts.weekdays[usize::from(local.weekday().number_days_from_monday())];
    format!("{weekday} {}/{}", local.day(), u8::from(local.month()))
}

/// "22".
pub(crate) fn day_of_month(at: Timestamp) -> String {
    in_wib(at).map_or_else(String::new, |local| local.day().to_string())
}

/// "22 November 2026 21.46 WIB".
pub(crate) fn date_and_minute(texts: &Texts, at: Timestamp) -> String {
    let Some(local) = in_wib(at) else {
        return texts.bad_time.to_owned();
    };
    let s = texts.time_separator;
    format!("{} {:02}{s}{:02} WIB", date(texts, at), local.hour(), local.minute())
}

/// "6 dtk", "1 mnt 08 dtk", "2 jam 05 mnt", "3 hari 04 jam": the two largest units, cut off, not
/// rounded, so that a limit that was kept never looks broken.
pub(crate) fn duration(texts: &Texts, elapsed_ms: i64) -> String {
    let seconds = elapsed_ms / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    if elapsed_ms > 0 && seconds == 0 {
        format!("<1 {}", texts.second)
    } else if minutes == 0 {
        format!("{seconds} {}", texts.second)
    } else if hours == 0 {
        format!("{minutes} {} {:02} {}", texts.minute, seconds % 60, texts.second)
    } else if days == 0 {
        format!("{hours} {} {:02} {}", texts.hour, minutes % 60, texts.minute)
    } else {
        format!("{days} {} {:02} {}", texts.day, hours % 24, texts.hour)
    }
}

/// An interval, or why there is none.
pub(crate) fn interval(texts: &Texts, value: IntervalValue) -> String {
    match value {
        IntervalValue::Measured(elapsed_ms) => duration(texts, elapsed_ms),
        IntervalValue::NotRecorded => texts.not_recorded.to_owned(),
        IntervalValue::OutOfOrder => texts.out_of_order.to_owned(),
    }
}

/// "0,90412° LU 108,98321° BT (±18 m)".
pub(crate) fn point(texts: &Texts, point: ReportPoint) -> String {
    let degrees = |value: f64| decimal(texts, format!("{:.5}", value.abs()));
    let northing = if point.lat < 0.0 { texts.south } else { texts.north };
    let easting = if point.lon < 0.0 { texts.west } else { texts.east };
    let accuracy = point.accuracy_m.map(|metres| format!(" (±{metres:.0} m)")).unwrap_or_default();
    format!("{}° {northing}, {}° {easting}{accuracy}", degrees(point.lat), degrees(point.lon))
}

pub(crate) fn decimal(texts: &Texts, number: String) -> String {
    number.replace('.', &texts.decimal_separator.to_string())
}

#[cfg(test)]
mod tests {
    use siaga_domain::report::ReportLanguage;

    use super::*;

    #[test]
    fn times_are_printed_in_wib_and_other_days_say_so() {
        let texts = Texts::of(ReportLanguage::Indonesian);
        // 2026-11-22T17:00:01Z is one second into the 23rd in WIB.
        let at = Timestamp::from_unix_ms(1_795_366_801_000);
        assert_eq!(weekday_date(texts, at), "Senin, 23 November 2026");
        assert_eq!(clock(texts, at, day(at)), "00.00.01");
        let day_before = Timestamp::from_unix_ms(1_795_366_799_000);
        assert_eq!(clock(texts, at, day(day_before)), "23/11 00.00.01");
        assert_eq!(clock(texts, at, None), "23/11/2026 00.00.01");
        let english = Texts::of(ReportLanguage::English);
        assert_eq!(clock(english, day_before, day(day_before)), "23:59:59");
    }

    #[test]
    fn times_beyond_the_calendar_are_called_invalid() {
        let texts = Texts::of(ReportLanguage::Indonesian);
        for unix_ms in [i64::MIN, i64::MAX] {
            let at = Timestamp::from_unix_ms(unix_ms);
            assert_eq!(clock(texts, at, None), "waktu tidak sah");
            assert_eq!(date_and_minute(texts, at), "waktu tidak sah");
        }
    }

    #[test]
    fn durations_keep_two_units_and_cut_off() {
        let texts = Texts::of(ReportLanguage::Indonesian);
        for (elapsed_ms, printed) in [
            (0, "0 dtk"),
            (999, "<1 dtk"),
            (59_999, "59 dtk"),
            (68_000, "1 mnt 08 dtk"),
            (7_500_000, "2 jam 05 mnt"),
            (273_600_000, "3 hari 04 jam"),
        ] {
            assert_eq!(duration(texts, elapsed_ms), printed);
        }
    }

    #[test]
    fn points_name_their_hemisphere() {
        let texts = Texts::of(ReportLanguage::Indonesian);
        let printed = point(texts, ReportPoint { lat: -0.904_12, lon: 108.983_21, accuracy_m: Some(18.4) });
        assert_eq!(printed, "0,90412° LS, 108,98321° BT (±18 m)");
    }
}
