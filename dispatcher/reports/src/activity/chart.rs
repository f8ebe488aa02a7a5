//! Charts of when: bars as numbers, ticks at round values.

use serde::Serialize;
use siaga_domain::report::activity::{ActivityHour, ActivityPeriod, ActivityReport};

use super::texts::Words;
use crate::{format, texts::Texts};

/// Bars with a number of their own; more have the scale alone.
const NUMBERED_MAX: usize = 12;
/// Lines of the scale above zero, about.
const TICKS: u32 = 4;

/// One place on the time axis.
#[derive(Serialize)]
struct Bar {
    /// Empty where there is no room for one.
    label: String,
    calls: u32,
    nuisance: u32,
    cases: u32,
}

/// A chart with its scale and its key.
#[derive(Serialize)]
pub(super) struct Chart {
    title: &'static str,
    alt: &'static str,
    /// Calls, prank and ghost, cases; an empty one is not drawn.
    keys: [&'static str; 3],
    bars: Vec<Bar>,
    ticks: Vec<u32>,
    numbered: bool,
}

/// The charts of a report: over the period, and over the hours of the clock where the period has several days.
pub(super) fn charts(report: &ActivityReport, texts: &Texts, words: &'static Words) -> Vec<Chart> {
    let is_day = report.period == ActivityPeriod::Day;
    let spans = report.spans.iter().enumerate().map(|(index, span)| Bar {
        label: match report.period {
            ActivityPeriod::Day if index % 2 == 0 => format::hour(texts, span.from),
            ActivityPeriod::Day => String::new(),
            ActivityPeriod::Week => format::weekday_day(texts, span.from),
            ActivityPeriod::Month => format::day_of_month(span.from),
        },
        calls: span.calls,
        nuisance: span.nuisance.min(span.calls),
        cases: span.cases,
    });
    let title = if is_day { words.by_hour } else { words.by_day };
    let keys = [words.chart_normal, words.chart_nuisance, words.cases];
    let mut charts = vec![chart(title, words.chart_alt, keys, spans.collect())];
    if !is_day {
        let clock = report.hours.iter().enumerate().map(|(hour, count)| clock_bar(texts, hour, *count));
        charts.push(chart(words.by_clock, words.clock_alt, [words.chart_normal, "", words.cases], clock.collect()));
    }
    charts.retain(|chart| !chart.bars.is_empty());
    charts
}

fn clock_bar(texts: &Texts, hour: usize, count: ActivityHour) -> Bar {
    let label = if hour.is_multiple_of(2) { format!("{hour:02}{}00", texts.time_separator) } else { String::new() };
    Bar { label, calls: count.calls, nuisance: 0, cases: count.cases }
}

fn chart(title: &'static str, alt: &'static str, keys: [&'static str; 3], bars: Vec<Bar>) -> Chart {
    let max = bars.iter().map(|bar| bar.calls.max(bar.cases)).max().unwrap_or(0);
    Chart { title, alt, keys, ticks: ticks(max), numbered: bars.len() <= NUMBERED_MAX, bars }
}

/// Round values from 0 to at least `max`.
fn ticks(max: u32) -> Vec<u32> {
    let rough = max.div_ceil(TICKS).max(1);
    let mut power: u32 = 1;
    while rough > power.saturating_mul(10) {
        power = power.saturating_mul(10);
    }
    let steps = [1, 2, 5, 10].map(|factor: u32| factor.saturating_mul(power));
    let step = steps.into_iter().find(|step| *step >= rough).unwrap_or(rough);
    (0..=max.div_ceil(step).max(1)).map(|tick| tick.saturating_mul(step)).collect()
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn the_scale_is_round_and_holds_the_highest_bar() {
        assert_eq!(ticks(0), [0, 1]);
        assert_eq!(ticks(3), [0, 1, 2, 3]);
        assert_eq!(ticks(7), [0, 2, 4, 6, 8]);
        assert_eq!(ticks(143), [0, 50, 100, 150]);
        for max in 0..5_000 {
            let ticks = ticks(max);
            assert!(ticks.last().is_some_and(|last| *last >= max) && ticks.len() <= 6, "{max}: {ticks:?}");
        }
    }
}
