//! What came of a drill: for programs as JSON, for people as tables.

use super::duration::Speed;
use pbjson_types::Timestamp;
use serde::Serialize;
use siaga_proto::v1::{Disposition, IncidentView, Step};
use std::{
    collections::BTreeMap,
    fmt::{self, Write},
};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339, macros::format_description};

/// Names of the stamps T0 to T13.
const STAMPS: [&str; 14] = [
    "panggilan masuk (rang)",
    "dijawab (answered)",
    "kejadian dibuka (opened)",
    "lokasi diverifikasi (place verified)",
    "diklasifikasi (classified)",
    "dikirim ke instansi (dispatched)",
    "sampai di instansi (delivered)",
    "dibaca petugas (acknowledged)",
    "unit berangkat (en route)",
    "di lokasi (on scene)",
    "terkendali (under control)",
    "selesai (completed)",
    "ditutup (closed)",
    "diterima pusat data (accepted by the hub)",
];

/// A step that was refused or got no answer while the drill was played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) call: usize,
    /// The agency, when it was one's.
    pub(super) agency: Option<String>,
    /// What was tried.
    pub(super) step: String,
    /// What the server said.
    pub(super) why: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let agency = self.agency.as_ref().map(|agency| format!(" {agency}")).unwrap_or_default();
        write!(f, "call {}{agency}: {}: {}", self.call, self.step, self.why)
    }
}

/// A step that did not happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Index of the call.
    pub call: usize,
    /// The case's number; empty without a case.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// The agency, when it is one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// What did not happen.
    pub step: String,
    /// Why, as far as it is known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number.as_str() {
            "" => write!(f, "call {}", self.call)?,
            number => write!(f, "{number} (call {})", self.call)?,
        }
        if let Some(agency) = &self.agency {
            write!(f, " {agency}")?;
        }
        write!(f, ": {}", self.step)?;
        if self.why.is_empty() { Ok(()) } else { write!(f, ": {}", self.why) }
    }
}

/// A case of the drill. Times are real ones, RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseReport {
    /// Index of the call that opened it.
    pub call: usize,
    /// The case's number.
    pub number: String,
    /// Its id.
    pub incident_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_code: String,
    /// How many calls are about it.
    pub calls: usize,
    /// "T0" to "T13" that are known.
    pub stamps: BTreeMap<String, String>,
    /// Its assignments, in the order sent.
    pub agencies: Vec<AgencyReport>,
}

/// An assignment of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgencyReport {
    /// Agency code.
    pub agency: String,
    /// Where it is, e.g. "en_route".
    pub step: String,
    /// When each step was reached, by its name.
    pub stamps: BTreeMap<String, String>,
    /// Its units.
    pub units: Vec<String>,
}

/// A call of the drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallReport {
    /// Its index in the scenario.
    pub call: usize,
    /// Its id; empty when it never rang.
    pub call_id: String,
    /// What kind it was.
    pub disposition: String,
    /// The case it is about; empty: none.
    pub number: String,
}

/// What came of a drill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DrillReport {
    /// Every step of the scenario happened.
    pub ok: bool,
    /// Name of the scenario.
    pub scenario: String,
    /// The server.
    pub server: String,
    /// How many times faster than life.
    pub speed: f64,
    /// How long it took, in seconds of the clock on the wall.
    pub duration_s: f64,
    /// The cases.
    pub incidents: Vec<CaseReport>,
    /// All calls.
    pub calls: Vec<CallReport>,
    /// What did not happen.
    pub missing: Vec<Missing>,
}

impl DrillReport {
    pub(super) fn new(scenario: &str, server: String, speed: Speed, duration_s: f64) -> Self {
        Self {
            ok: false,
            scenario: scenario.to_owned(),
            server,
            speed: speed.factor(),
            duration_s,
            incidents: Vec::new(),
            calls: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// Takes what was missing on the record and what failed on the way, each once, and judges.
    pub(super) fn judge(&mut self, missing: Vec<Missing>, failures: Vec<Failure>) {
        self.missing = missing;
        for failure in failures {
            // The first missing step of the same call and agency is the one that the failure explains.
            let unexplained = |missing: &&mut Missing| {
                missing.call == failure.call && missing.agency == failure.agency && missing.why.is_empty()
            };
            match self.missing.iter_mut().find(unexplained) {
                Some(missing) => missing.why = format!("{}: {}", failure.step, failure.why),
                None => self.missing.push(Missing {
                    call: failure.call,
                    number: String::new(),
                    agency: failure.agency,
                    step: failure.step,
                    why: failure.why,
                }),
            }
        }
        self.ok = self.missing.is_empty();
    }

    /// The tables and the verdict, for people.
    pub fn for_people(&self) -> String {
        let mut text = String::new();
        for case in &self.incidents {
            case.table(&mut text);
        }
        let cases = self.incidents.len();
        let calls = self.calls.len();
        let _ = write!(text, "{}: {calls} panggilan (calls), {cases} kejadian (cases), ", self.scenario);
        let _ = writeln!(text, "{:.1} s, kecepatan (speed) {}", self.duration_s, self.speed);
        if self.ok {
            text.push_str("BERHASIL: semua langkah terjadi. PASSED: every step happened.\n");
        } else {
            let _ = writeln!(text, "GAGAL: {} langkah tidak terjadi. FAILED: did not happen:", self.missing.len());
            for missing in &self.missing {
                let _ = writeln!(text, "  - {missing}");
            }
        }
        text
    }
}

impl CaseReport {
    pub(super) fn of(call: usize, view: &IncidentView) -> Self {
        let stamps = view.stamps.iter().filter_map(|stamp| Some((stamp.code.clone(), rfc3339(stamp.at.as_ref()?)?)));
        Self {
            call,
            number: view.number.clone(),
            incident_id: view.id.clone(),
            type_code: view.type_code.clone(),
            calls: view.call_ids.len(),
            stamps: stamps.collect(),
            agencies: view
                .assignments
                .iter()
                .map(|assignment| AgencyReport {
                    agency: assignment.agency_code.clone(),
                    step: step_key(assignment.step()),
                    stamps: assignment
                        .stamps
                        .iter()
                        .filter_map(|stamp| Some((step_key(stamp.step()), rfc3339(stamp.at.as_ref()?)?)))
                        .collect(),
                    units: assignment.units.iter().map(|unit| unit.unit_code.clone()).collect(),
                })
                .collect(),
        }
    }

    fn table(&self, text: &mut String) {
        let Self { number, type_code, calls, .. } = self;
        let _ = writeln!(text, "{number}  {type_code}  {calls} panggilan (calls)");
        let first = self.stamps.get("T0").and_then(|at| OffsetDateTime::parse(at, &Rfc3339).ok());
        for (index, name) in STAMPS.iter().enumerate() {
            let code = format!("T{index}");
            let at = self.stamps.get(&code).and_then(|at| OffsetDateTime::parse(at, &Rfc3339).ok());
            let (clock, since) = at.map_or_else(|| ("-".to_owned(), String::new()), |at| (wib(at), since(first, at)));
            let _ = writeln!(text, "  {code:<4} {name:<44} {clock:<13} {since}");
        }
        for agency in &self.agencies {
            let units = agency.units.join(", ");
            let _ = writeln!(text, "  {:<18} {:<14} {units}", agency.agency, agency.step);
        }
        text.push('\n');
    }
}

/// The clock on the wall in Singkawang.
fn wib(at: OffsetDateTime) -> String {
    let offset = UtcOffset::from_hms(7, 0, 0).unwrap_or(UtcOffset::UTC);
    let clock = format_description!("[hour]:[minute]:[second].[subsecond digits:3]");
    at.to_offset(offset).format(&clock).unwrap_or_default()
}

fn since(first: Option<OffsetDateTime>, at: OffsetDateTime) -> String {
    first.map(|first| format!("{:+.3} s", (at - first).as_seconds_f64())).unwrap_or_default()
}

/// RFC 3339 in UTC; none for a time beyond the calendar.
pub(super) fn rfc3339(at: &Timestamp) -> Option<String> {
    let nanos = i128::from(at.seconds) * 1_000_000_000 + i128::from(at.nanos);
    OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?.format(&Rfc3339).ok()
}

/// A step in words.
pub(super) const fn step_word(step: Step) -> &'static str {
    match step {
        Step::Unspecified => "none",
        Step::Sent => "sent",
        Step::Delivered => "delivered",
        Step::Acknowledged => "acknowledged",
        Step::Ready => "ready",
        Step::Accepted => "accepted",
        Step::UnitAssigned => "unit assigned",
        Step::EnRoute => "en route",
        Step::OnScene => "on scene",
        Step::UnderControl => "under control",
        Step::Completed => "completed",
        Step::Declined => "declined",
        Step::Withdrawn => "withdrawn",
        Step::Released => "released",
    }
}

/// A step as programs read it, e.g. "en_route".
fn step_key(step: Step) -> String {
    step_word(step).replace(' ', "_")
}

/// A disposition as scenarios write it.
pub(super) const fn disposition_word(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Unspecified => "",
        Disposition::Normal => "normal",
        Disposition::Ghost => "ghost",
        Disposition::Prank => "prank",
        Disposition::Information => "information",
        Disposition::WrongNumber => "wrong_number",
        Disposition::Abandoned => "abandoned",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(call: usize, agency: Option<&str>, step: &str) -> Missing {
        Missing { call, number: "N".into(), agency: agency.map(Into::into), step: step.into(), why: String::new() }
    }

    fn failure(call: usize, agency: Option<&str>, step: &str) -> Failure {
        Failure { call, agency: agency.map(Into::into), step: step.into(), why: "SIAGA-1401".into() }
    }

    fn report() -> DrillReport {
        DrillReport::new("latihan", "http://127.0.0.1:1120".into(), Speed::REAL, 1.0)
    }

    #[test]
    fn nothing_missing_passes() {
        let mut report = report();
        report.judge(vec![], vec![]);
        assert!(report.ok);
        assert!(report.for_people().contains("BERHASIL"));
    }

    #[test]
    fn a_failure_explains_the_first_missing_step_and_is_told_once() {
        let mut report = report();
        let both = vec![missing(0, Some("bpbd"), "en route"), missing(0, Some("bpbd"), "on scene")];
        report.judge(both, vec![failure(0, Some("bpbd"), "en route")]);
        assert_eq!(report.missing.len(), 2);
        assert_eq!(report.missing[0].to_string(), "N (call 0) bpbd: en route: en route: SIAGA-1401");
        assert!(!report.ok);
        assert!(report.for_people().contains("2 langkah"));
    }

    #[test]
    fn a_failure_that_left_nothing_missing_still_fails_the_drill() {
        let mut report = report();
        report.judge(vec![], vec![failure(3, None, "end the call")]);
        assert!(!report.ok);
        assert_eq!(report.missing[0].to_string(), "call 3: end the call: SIAGA-1401");
    }

    #[test]
    fn stamps_are_shown_in_local_time_and_since_the_first_ring() {
        let stamp = |code: &str, at: &str| (code.to_owned(), at.to_owned());
        let case = CaseReport {
            call: 0,
            number: "SKW-20261122-0001".into(),
            incident_id: String::new(),
            type_code: "banjir".into(),
            calls: 1,
            stamps: [stamp("T0", "2026-11-22T12:00:00Z"), stamp("T1", "2026-11-22T12:00:01.5Z")].into(),
            agencies: vec![],
        };
        let mut text = String::new();
        case.table(&mut text);
        assert!(text.contains("19:00:01.500  +1.500 s"), "{text}");
        assert!(text.contains("T13  diterima pusat data (accepted by the hub)    -"), "{text}");
    }

    #[test]
    fn times_are_rfc_3339() {
        let at = Timestamp { seconds: 1_790_000_000, nanos: 250_000_000 };
        assert_eq!(rfc3339(&at).unwrap(), "2026-09-21T14:13:20.25Z");
        assert_eq!(rfc3339(&Timestamp { seconds: i64::MAX, nanos: 0 }), None);
    }
}
