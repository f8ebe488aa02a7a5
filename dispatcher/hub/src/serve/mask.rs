//! What is shown of a case to whom.

use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use crate::check::parse_time_ms;
use crate::store::{CaseRow, HOUR_MS, SENSITIVE};

/// What a reader of ordinary rights sees of a status; what a sender adds beyond it may be anything.
const STATUS_FIELDS: &[&str] = &[
    "status",
    "stage",
    "agency_code",
    "unit_code",
    "type_code",
    "category",
    "priority",
    "kelurahan_code",
    "kecamatan_code",
    "sensitive",
    "occurred_at",
    "recorded_at",
    "on_behalf",
];
/// The same of a record. `agencies`, `stamps` and `victims` are cut to their own lists.
const RECORD_FIELDS: &[&str] = &[
    "case_number",
    "type_code",
    "category",
    "priority",
    "kelurahan_code",
    "kecamatan_code",
    "sensitive",
    "opened_at",
    "closed_at",
    "outcome",
    "cause",
    "damage",
    "hospital",
    "calls",
    "merged_numbers",
    "reopened",
    "revision",
];
const AGENCY_FIELDS: &[&str] = &["code", "outcome", "stamps", "units"];

fn rfc3339(time_ms: i64, offset: UtcOffset) -> Value {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(time_ms) * 1_000_000)
        .ok()
        .and_then(|instant| instant.to_offset(offset).format(&Rfc3339).ok())
        .map_or(Value::Null, Value::String)
}

/// A time as RFC 3339 in UTC; null when it is out of the calendar's range.
pub(crate) fn time_text(time_ms: i64) -> Value {
    rfc3339(time_ms, UtcOffset::UTC)
}

/// The start of the hour, in the city's own time (WIB, UTC+7, without summer time).
pub(crate) fn hour_wib(time_ms: i64) -> Value {
    let wib = UtcOffset::from_hms(7, 0, 0).expect("seven hours is an offset");
    rfc3339(hour_ms(time_ms), wib)
}

fn hour_ms(time_ms: i64) -> i64 {
    time_ms.div_euclid(HOUR_MS) * HOUR_MS
}

fn hour_text(time_ms: i64) -> Value {
    time_text(hour_ms(time_ms))
}

fn pick(data: &Value, fields: &[&str]) -> Map<String, Value> {
    fields.iter().filter_map(|&field| Some((field.to_owned(), data.get(field)?.clone()))).collect()
}

/// A case as it stands in a list.
pub(crate) fn case_summary(row: &CaseRow, sees_unmasked: bool) -> Value {
    let masked = row.sensitive && !sees_unmasked;
    let known = json!({
        "case_number": row.case_number,
        "status": row.status,
        "kelurahan_code": row.kelurahan_code,
        "kecamatan_code": row.kecamatan_code,
        "sensitive": row.sensitive,
        "masked": masked,
    });
    let rest = if masked {
        json!({
            "type_code": SENSITIVE,
            "category": SENSITIVE,
            "opened_at": hour_text(row.opened_at_ms),
            "closed_at": row.closed_at_ms.map(hour_text),
            "updated_at": hour_text(row.updated_at_ms),
        })
    } else {
        json!({
            "source": row.source,
            "type_code": row.type_code,
            "category": row.category,
            "priority": row.priority,
            "stage": row.stage,
            "outcome": row.outcome,
            "opened_at": time_text(row.opened_at_ms),
            "closed_at": row.closed_at_ms.map(time_text),
            "updated_at": time_text(row.updated_at_ms),
            "agencies": row.agencies,
            "reopened": row.reopened,
            "revision": row.revision,
        })
    };
    merge(known, rest)
}

fn merge(mut into: Value, more: Value) -> Value {
    if let (Value::Object(into), Value::Object(more)) = (&mut into, more) {
        into.extend(more);
    }
    into
}

/// One status of a case's history.
pub(crate) fn status(data: &Value, case_is_sensitive: bool, sees_unmasked: bool) -> Value {
    if sees_unmasked {
        return data.clone();
    }
    // A type that was sensitive at the time stays masked, whatever the case became.
    let sensitive = case_is_sensitive || data["sensitive"].as_bool().unwrap_or(true);
    if !sensitive {
        return Value::Object(pick(data, STATUS_FIELDS));
    }
    let hour = |name: &str| data[name].as_str().and_then(parse_time_ms).map(hour_text);
    json!({
        "status": data["status"],
        "occurred_at": hour("occurred_at"),
        "recorded_at": hour("recorded_at"),
        "masked": true,
    })
}

/// The record of a case; null when it is masked.
pub(crate) fn record(data: &Value, case_is_sensitive: bool, sees_unmasked: bool) -> Value {
    if sees_unmasked {
        return data.clone();
    }
    if case_is_sensitive || data["sensitive"].as_bool().unwrap_or(true) {
        return Value::Null;
    }
    let mut shown = pick(data, RECORD_FIELDS);
    let stamps: Vec<String> = (0..=13).map(|number| format!("T{number}")).collect();
    let stamps: Vec<&str> = stamps.iter().map(String::as_str).collect();
    shown.insert("stamps".to_owned(), pick(&data["stamps"], &stamps).into());
    let victims = pick(&data["victims"], &crate::projection::VICTIMS);
    shown.insert("victims".to_owned(), victims.into());
    let agencies = data["agencies"].as_array().into_iter().flatten();
    let agencies = agencies.map(|agency| Value::Object(pick(agency, AGENCY_FIELDS)));
    shown.insert("agencies".to_owned(), agencies.collect());
    Value::Object(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_cut_in_utc_and_written_in_wib() {
        let time_ms = parse_time_ms("2026-11-22T17:59:59.999Z").unwrap();
        assert_eq!(hour_text(time_ms), "2026-11-22T17:00:00Z");
        assert_eq!(hour_wib(time_ms), "2026-11-23T00:00:00+07:00");
        assert_eq!(time_text(i64::MAX), Value::Null);
    }

    #[test]
    fn an_ordinary_reader_sees_known_fields_only() {
        let data = json!({"sensitive": false, "outcome": "handled", "personal": {"name": "x"},
            "extra": 1, "stamps": {"T0": null, "T99": "x"}, "victims": {"dead": 0, "names": "x"},
            "agencies": [{"code": "damkar", "phone": "x"}]});
        let shown = record(&data, false, false);
        assert_eq!(
            shown,
            json!({"sensitive": false, "outcome": "handled", "stamps": {"T0": null},
            "victims": {"dead": 0}, "agencies": [{"code": "damkar"}]})
        );
        assert_eq!(record(&data, false, true), data);
        assert_eq!(record(&data, true, false), Value::Null);
    }
}
