//! The facts at the head and at the end of the document: what, where, who called, how it ended.

use siaga_domain::Timestamp;
use siaga_domain::report::{IncidentReport, ReportCaller};

use crate::format;
use crate::view::{Context, Fact};

/// Up to this many calls are told beside the caller; more get a table.
pub(crate) const CALLS_INLINE_MAX: usize = 2;

/// The moment whose day the document's times belong to: the first that is known.
pub(crate) fn reference(report: &IncidentReport) -> Option<Timestamp> {
    let stamp = report.stamps.iter().flatten().next().map(|stamp| stamp.at);
    let call = report.calls.first().map(|call| call.at);
    let entry = report.timeline.first().map(|entry| entry.at);
    stamp.or(call).or(entry)
}

/// Date, type, priority, caller.
pub(crate) fn event(report: &IncidentReport, context: &Context) -> Vec<Fact> {
    let texts = context.texts;
    let date = reference(report).map(|at| format::weekday_date(texts, at));
    let kind = &report.kind;
    let priority = kind.priority.map(|priority| match &kind.override_reason {
        Some(reason) => format!("{priority} ({}: {reason})", texts.override_reason),
        None => priority.to_string(),
    });
    vec![
        context.fact(texts.date, date.as_deref(), texts.not_recorded),
        context.fact(texts.kind, Some(&kind.type_name), texts.not_recorded),
        context.fact(texts.category, Some(&kind.category), texts.not_recorded),
        context.fact(texts.priority, priority.as_deref(), texts.not_recorded),
        context.personal(texts.caller, &report.caller, caller),
    ]
}

fn caller(caller: &ReportCaller) -> String {
    let parts = [&caller.name, &caller.phone, &caller.relation];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    parts.join(" · ")
}

/// The count, and each call while they are few.
fn calls(report: &IncidentReport, context: &Context) -> Option<String> {
    let texts = context.texts;
    let listed = u32::try_from(report.calls.len()).unwrap_or(u32::MAX);
    let count = report.call_count.max(listed);
    if count == 0 {
        return None;
    }
    let unit = if count == 1 { texts.call_unit } else { texts.calls_unit };
    let mut text = format!("{count} {unit}");
    if report.calls.len() <= CALLS_INLINE_MAX {
        for call in &report.calls {
            let at = format::clock(texts, call.at, context.day);
            let parts = [call.line.as_str(), at.as_str(), call.disposition.as_str()];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            text.push('\n');
            text.push_str(&parts.join(" · "));
        }
    }
    Some(text)
}

/// Place, area, point, verification, calls.
pub(crate) fn place(report: &IncidentReport, context: &Context) -> Vec<Fact> {
    let texts = context.texts;
    let place = &report.place;
    let kelurahan = place.kelurahan.as_ref().map(|name| format!("{} {name}", texts.kelurahan));
    let kecamatan = place.kecamatan.as_ref().map(|name| format!("{} {name}", texts.kecamatan));
    let area: Vec<String> = kelurahan.into_iter().chain(kecamatan).collect();
    vec![
        context.personal(texts.place, &place.text, Clone::clone),
        context.fact(texts.area, Some(&area.join(", ")), texts.not_recorded),
        context.personal(texts.point, &place.point, |point| format::point(texts, *point)),
        context.fact(texts.verified, place.verified.as_deref(), texts.not_verified),
        context.fact(texts.calls, calls(report, context).as_deref(), texts.not_recorded),
    ]
}

/// The four counts; unknown is not 0.
pub(crate) fn victims(report: &IncidentReport, context: &Context) -> Vec<Fact> {
    let texts = context.texts;
    let victims = report.result.victims;
    let counts = [
        (texts.dead, victims.dead),
        (texts.injured, victims.injured),
        (texts.missing, victims.missing),
        (texts.evacuated, victims.evacuated),
    ];
    counts
        .into_iter()
        .map(|(label, count)| {
            let count = count.map(|count| format!("{count} {}", texts.people));
            context.fact(label, count.as_deref(), texts.unknown)
        })
        .collect()
}

/// Outcome, cause, damage, hospital always; other cases and the closing note only where there are any.
pub(crate) fn result(report: &IncidentReport, context: &Context) -> Vec<Fact> {
    let texts = context.texts;
    let result = &report.result;
    let mut facts = vec![
        context.fact(texts.outcome, result.outcome.as_deref(), texts.not_closed),
        context.fact(texts.cause, result.cause.as_deref(), texts.not_recorded),
        context.fact(texts.damage, result.damage.as_deref(), texts.not_recorded),
        context.fact(texts.hospital, result.hospital.as_deref(), texts.not_recorded),
    ];
    if let Some(handover) = &result.handed_over {
        let at = format::clock(texts, handover.at, context.day);
        let taken_by = handover.taken_by.as_deref().unwrap_or(texts.unknown);
        let value = format!("{} · {at} · {}: {taken_by}", handover.to, texts.taken_by);
        facts.push(context.fact(texts.handed_over, Some(&value), texts.none));
    }
    let merged_into: Vec<String> = result.merged_into.iter().cloned().collect();
    for (label, numbers) in
        [(texts.merged_into, &merged_into), (texts.merged, &result.merged), (texts.linked, &result.linked)]
    {
        if !numbers.is_empty() {
            facts.push(context.fact(label, Some(&numbers.join(", ")), texts.none));
        }
    }
    if let Some(note) = &report.closing_note {
        facts.push(context.fact(texts.closing_note, Some(note), texts.none));
    }
    facts
}
