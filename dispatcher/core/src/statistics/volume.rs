//! Calls by kind. Pure.

use super::{
    calendar::{Calendar, Window},
    read::Counted,
};
use crate::convert;
use siaga_domain::call::Disposition;
use siaga_proto::v1;
use siaga_store::CallFact;

/// The kind a call was marked as; none while it is not.
pub(crate) fn kind(call: &CallFact) -> Option<Disposition> {
    serde_json::from_value(serde_json::Value::String(call.disposition.clone()?)).ok()
}

/// Counts calls by kind.
pub(crate) fn count<'a>(calls: impl IntoIterator<Item = &'a CallFact>) -> v1::CallCounts {
    let mut counts = v1::CallCounts::default();
    for call in calls {
        counts.total += 1;
        *match kind(call) {
            Some(Disposition::Normal) => &mut counts.normal,
            Some(Disposition::Information) => &mut counts.information,
            Some(Disposition::Prank) => &mut counts.prank,
            Some(Disposition::Ghost) => &mut counts.ghost,
            Some(Disposition::WrongNumber) => &mut counts.wrong_number,
            Some(Disposition::Abandoned) => &mut counts.abandoned,
            None => &mut counts.unmarked,
        } += 1;
    }
    counts
}

/// The counts in the order of their words.
pub(crate) const fn by_kind(calls: &v1::CallCounts) -> [u32; 8] {
    [
        calls.total,
        calls.normal,
        calls.information,
        calls.prank,
        calls.ghost,
        calls.wrong_number,
        calls.abandoned,
        calls.unmarked,
    ]
}

/// Calls and opened cases of each hour of the clock, over all days.
pub(crate) fn hours(counted: &Counted, calendar: Calendar) -> Vec<v1::HourCount> {
    let mut hours = vec![v1::HourCount::default(); 24];
    for call in &counted.calls {
        hours[calendar.hour_of(call.ringing_at)].calls += 1;
    }
    for case in &counted.cases {
        hours[calendar.hour_of(case.fact.opened_at)].cases += 1;
    }
    hours
}

/// Prank and ghost of all calls, in percent; 0 without calls.
pub(crate) fn nuisance_percent(counts: &v1::CallCounts) -> f64 {
    if counts.total == 0 {
        return 0.0;
    }
    f64::from(counts.prank + counts.ghost) * 100.0 / f64::from(counts.total)
}

/// Calls and opened cases of each span.
pub(crate) fn spans(counted: &Counted, spans: &[Window]) -> Vec<v1::CallSpan> {
    let span = |window: &Window| {
        let cases = counted.cases.iter().filter(|case| window.contains(case.fact.opened_at)).count();
        v1::CallSpan {
            from: Some(convert::timestamp(window.from)),
            to: Some(convert::timestamp(window.to)),
            calls: Some(count(counted.calls.iter().filter(|call| window.contains(call.ringing_at)))),
            cases: u32::try_from(cases).unwrap_or(u32::MAX),
        }
    };
    spans.iter().map(span).collect()
}
