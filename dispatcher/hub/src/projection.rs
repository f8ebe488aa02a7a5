//! What the events of a case add up to: a pure fold, used for each new event and again, from the
//! beginning, after an erasure. It reads leniently: erased fields are simply not there.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::check::parse_time_ms;
use crate::event::Kind;

/// The durations that are counted: name, stamp of the start, stamp of the end.
pub(crate) const DURATIONS: &[(&str, &str, &str)] = &[
    ("ring_to_answered", "T0", "T1"),
    ("answered_to_opened", "T1", "T2"),
    ("answered_to_dispatched", "T1", "T5"),
    ("opened_to_dispatched", "T2", "T5"),
    ("dispatched_to_delivered", "T5", "T6"),
    ("dispatched_to_acknowledged", "T5", "T7"),
    ("dispatched_to_en_route", "T5", "T8"),
    ("en_route_to_on_scene", "T8", "T9"),
    ("ring_to_on_scene", "T0", "T9"),
    ("on_scene_to_under_control", "T9", "T10"),
    ("on_scene_to_completed", "T9", "T11"),
    ("opened_to_closed", "T2", "T12"),
];

/// The casualties of a record, in the order of the columns. `None` is unknown, which is not 0.
pub(crate) const VICTIMS: [&str; 4] = ["dead", "injured", "missing", "evacuated"];

/// A case as folded so far. Times are milliseconds since the epoch, UTC.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Case {
    pub(crate) type_code: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) priority: Option<i64>,
    pub(crate) kelurahan_code: Option<String>,
    pub(crate) kecamatan_code: Option<String>,
    pub(crate) sensitive: bool,
    pub(crate) status: Option<String>,
    pub(crate) stage: Option<String>,
    pub(crate) outcome: Option<String>,
    /// `None` until an event tells.
    pub(crate) opened_at_ms: Option<i64>,
    pub(crate) closed_at_ms: Option<i64>,
    pub(crate) reopened: bool,
    pub(crate) revision: Option<i64>,
    pub(crate) victims: [Option<i64>; 4],
    pub(crate) agencies: BTreeSet<String>,
    pub(crate) durations: Vec<(&'static str, i64)>,
    /// The data of the latest record.
    pub(crate) record: Option<Value>,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            type_code: None,
            category: None,
            priority: None,
            kelurahan_code: None,
            kecamatan_code: None,
            // Sensitive until an event says otherwise: a mistake must hide, not show.
            sensitive: true,
            status: None,
            stage: None,
            outcome: None,
            opened_at_ms: None,
            closed_at_ms: None,
            reopened: false,
            revision: None,
            victims: [None; 4],
            agencies: BTreeSet::new(),
            durations: Vec::new(),
            record: None,
        }
    }
}

fn text(data: &Value, name: &str) -> Option<String> {
    data[name].as_str().map(str::to_owned)
}

fn time_ms(data: &Value, name: &str) -> Option<i64> {
    data[name].as_str().and_then(parse_time_ms)
}

impl Case {
    /// Takes the next event of the case.
    pub(crate) fn apply(&mut self, kind: Kind, data: &Value) {
        match kind {
            Kind::Status => self.apply_status(data),
            Kind::Record => self.apply_record(data),
            // The erased fields are already gone from the events that are folded.
            Kind::Erased => {}
        }
    }

    /// What is left out keeps its last known value.
    fn apply_classification(&mut self, data: &Value) {
        for (slot, name) in [
            (&mut self.type_code, "type_code"),
            (&mut self.category, "category"),
            (&mut self.kelurahan_code, "kelurahan_code"),
            (&mut self.kecamatan_code, "kecamatan_code"),
        ] {
            if let Some(value) = text(data, name) {
                *slot = Some(value);
            }
        }
        self.priority = data["priority"].as_i64().or(self.priority);
        self.sensitive = data["sensitive"].as_bool().unwrap_or(self.sensitive);
    }

    fn apply_status(&mut self, data: &Value) {
        self.apply_classification(data);
        self.status = text(data, "status").or(self.status.take());
        self.stage = text(data, "stage").or(self.stage.take());
        self.agencies.extend(text(data, "agency_code"));
        if self.record.is_none()
            && let Some(occurred_at_ms) = time_ms(data, "occurred_at")
        {
            let earliest = self.opened_at_ms.unwrap_or(occurred_at_ms);
            self.opened_at_ms = Some(earliest.min(occurred_at_ms));
        }
    }

    fn apply_record(&mut self, data: &Value) {
        self.apply_classification(data);
        self.outcome = text(data, "outcome");
        self.opened_at_ms = time_ms(data, "opened_at").or(self.opened_at_ms);
        self.closed_at_ms = time_ms(data, "closed_at");
        self.reopened = data["reopened"].as_bool().unwrap_or(false);
        self.revision = data["revision"].as_i64();
        self.victims = VICTIMS.map(|name| data["victims"][name].as_i64());
        if let Some(agencies) = data["agencies"].as_array() {
            self.agencies.extend(agencies.iter().filter_map(|agency| text(agency, "code")));
        }
        let stamp = |name| time_ms(&data["stamps"], name);
        self.durations = DURATIONS
            .iter()
            .filter_map(|&(name, from, to)| Some((name, stamp(to)?.checked_sub(stamp(from)?)?)))
            // A stamp that was corrected to before its predecessor measures nothing.
            .filter(|&(_, duration_ms)| duration_ms >= 0)
            .collect();
        self.record = Some(data.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_status_that_leaves_a_field_out_keeps_it_and_the_earliest_time_opens_the_case() {
        let mut case = Case::default();
        assert!(case.sensitive, "unknown is sensitive");
        case.apply(
            Kind::Status,
            &json!({
                "status": "opened", "type_code": "banjir", "sensitive": false, "priority": 2,
                "occurred_at": "2026-11-22T08:00:10Z",
            }),
        );
        case.apply(
            Kind::Status,
            &json!({
                "status": "dispatched", "type_code": null, "sensitive": false, "agency_code": "bpbd",
                "occurred_at": "2026-11-22T08:00:00Z",
            }),
        );
        assert_eq!(case.type_code.as_deref(), Some("banjir"));
        assert_eq!(case.status.as_deref(), Some("dispatched"));
        assert_eq!((case.priority, case.sensitive), (Some(2), false));
        assert_eq!(case.opened_at_ms, parse_time_ms("2026-11-22T08:00:00Z"));
        assert!(case.agencies.contains("bpbd"));
    }

    #[test]
    fn unknown_victims_are_not_nil_and_impossible_durations_are_not_counted() {
        let mut case = Case::default();
        case.apply(
            Kind::Record,
            &json!({
                "victims": {"dead": 0, "injured": null, "missing": 3},
                "stamps": {"T0": "2026-11-22T08:00:00Z", "T1": "2026-11-22T08:00:07Z",
                           "T5": "2026-11-22T08:00:05Z", "T8": null},
            }),
        );
        assert_eq!(case.victims, [Some(0), None, Some(3), None]);
        assert_eq!(case.durations, [("ring_to_answered", 7_000)]);
    }
}
