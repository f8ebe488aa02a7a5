//! What a sender may send: CloudEvents 1.0 in structured mode, of three types.

use serde_json::Value;

use crate::check::{Check, Faults, is_code};
use crate::problem::{BAD_DATA, NOT_AN_EVENT, Problem, UNKNOWN_TYPE};

/// The type of a status update.
pub const STATUS_TYPE: &str = "siaga.case.status.v1";
/// The type of a case record, sent when the case is closed and at each later correction.
pub const RECORD_TYPE: &str = "siaga.case.record.v1";
/// The type of an erasure.
pub const ERASED_TYPE: &str = "siaga.case.erased.v1";

const ID_CHARACTERS_MAX: usize = 128;
const SOURCE_CHARACTERS_MAX: usize = 256;
const AGENCIES_MAX: usize = 500;
const UNITS_MAX: usize = 1_000;
const MERGED_MAX: usize = 10_000;
const ERASED_FIELDS_MAX: usize = 100;
const COUNT_MAX: i64 = 1_000_000_000;

/// What a case cannot be without; an erasure that names one of these is refused, the fact stays.
const FACTS: &[&str] = &[
    "case_number",
    "status",
    "occurred_at",
    "recorded_at",
    "opened_at",
    "closed_at",
    "type_code",
    "sensitive",
    "outcome",
    "stamps",
    "agencies",
    "revision",
    "fields",
];

/// The known kinds of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Status,
    Record,
    Erased,
}

impl Kind {
    pub(crate) fn of(event_type: &str) -> Option<Self> {
        match event_type {
            STATUS_TYPE => Some(Self::Status),
            RECORD_TYPE => Some(Self::Record),
            ERASED_TYPE => Some(Self::Erased),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Status => STATUS_TYPE,
            Self::Record => RECORD_TYPE,
            Self::Erased => ERASED_TYPE,
        }
    }
}

/// An event whose schema was checked.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) source: String,
    pub(crate) kind: Kind,
    /// The case number.
    pub(crate) subject: String,
    /// From 1, without gaps, per case.
    pub(crate) sequence: i64,
    /// Milliseconds since the epoch, UTC.
    pub(crate) time_ms: i64,
    /// The whole event.
    pub(crate) body: Value,
    /// The body as it was sent.
    pub(crate) raw: String,
}

impl Event {
    /// The `data` of the event.
    pub(crate) fn data(&self) -> &Value {
        &self.body["data"]
    }

    /// Reads and checks a body.
    ///
    /// # Errors
    /// A 422 problem that lists what is wrong; the same body will never be accepted.
    pub(crate) fn read(raw: Vec<u8>) -> Result<Self, Problem> {
        let raw = String::from_utf8(raw).map_err(|_| not_an_event("bukan UTF-8", "the body is not UTF-8"))?;
        let body: Value = serde_json::from_str(&raw)
            .map_err(|error| not_an_event("bukan JSON yang sah", format!("the body is not JSON: {error}")))?;
        let mut faults = Faults::default();
        let envelope = Envelope::read(&body, &mut faults);
        let (Some(envelope), true) = (envelope, faults.is_empty()) else {
            return Err(Problem::new(&NOT_AN_EVENT).with("errors", faults.to_json()));
        };
        let Some(kind) = Kind::of(envelope.event_type) else {
            return Err(Problem::new(&UNKNOWN_TYPE).with("type_given", envelope.event_type));
        };
        check_data(kind, &body["data"], envelope.subject, &mut faults);
        if !faults.is_empty() {
            return Err(Problem::new(&BAD_DATA).with("errors", faults.to_json()));
        }
        Ok(Self {
            id: envelope.id.to_owned(),
            source: envelope.source.to_owned(),
            kind,
            subject: envelope.subject.to_owned(),
            sequence: envelope.sequence,
            time_ms: envelope.time_ms,
            body,
            raw,
        })
    }
}

fn not_an_event(indonesian: &str, english: impl Into<String>) -> Problem {
    Problem::new(&NOT_AN_EVENT).detail(indonesian, english)
}

struct Envelope<'a> {
    id: &'a str,
    source: &'a str,
    event_type: &'a str,
    subject: &'a str,
    sequence: i64,
    time_ms: i64,
}

impl<'a> Envelope<'a> {
    fn read(body: &'a Value, faults: &mut Faults) -> Option<Self> {
        let mut check = Check::object(body, "", faults)?;
        let version = check.text("specversion", true, 16);
        let id = check.text("id", true, ID_CHARACTERS_MAX);
        let source = check.text("source", true, SOURCE_CHARACTERS_MAX);
        let event_type = check.text("type", true, 128);
        let subject = check.code("subject", true);
        let time_ms = check.time("time", true);
        let content_type = check.text("datacontenttype", false, 128);
        let sequence_text = check.text("sequence", true, 19);
        check.required("data");
        let binary = body.get("data_base64").is_some();
        let sequence = sequence_text.and_then(|text| {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
            plain.then(|| text.parse::<i64>().ok()).flatten()
        });
        if version.is_some_and(|version| version != "1.0") {
            faults.add("/specversion", "must be \"1.0\"");
        }
        if sequence_text.is_some() && sequence.is_none() {
            faults.add("/sequence", "must be decimal digits in a string, from \"1\"");
        }
        if content_type.is_some_and(|given| !is_json(given)) {
            faults.add("/datacontenttype", "must be application/json");
        }
        if binary {
            faults.add("/data_base64", "is not taken; send data");
        }
        Some(Self {
            id: id?,
            source: source?,
            event_type: event_type?,
            subject: subject?,
            sequence: sequence?,
            time_ms: time_ms?,
        })
    }
}

/// Whether a media type is `application/json`, whatever its parameters.
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn check_data(kind: Kind, data: &Value, subject: &str, faults: &mut Faults) {
    let Some(mut check) = Check::object(data, "/data", faults) else {
        return;
    };
    let case_number = check.code("case_number", true);
    match kind {
        Kind::Status => check_status(&mut check),
        Kind::Record => check_record(&mut check),
        Kind::Erased => check_erased(&mut check),
    }
    if case_number.is_some_and(|number| number != subject) {
        faults.add("/data/case_number", "must be the event's subject");
    }
}

fn check_classification(check: &mut Check<'_, '_>) {
    for name in ["type_code", "category", "kelurahan_code", "kecamatan_code"] {
        check.code(name, false);
    }
    check.number("priority", false, 1..=4);
    check.flag("sensitive", true);
}

fn check_status(check: &mut Check<'_, '_>) {
    check_classification(check);
    check.code("status", true);
    for name in ["stage", "agency_code", "unit_code"] {
        check.code(name, false);
    }
    check.time("occurred_at", true);
    check.time("recorded_at", true);
    check.flag("on_behalf", false);
}

fn check_record(check: &mut Check<'_, '_>) {
    check_classification(check);
    check.time("opened_at", true);
    check.time("closed_at", false);
    check.code("outcome", true);
    check.inner("stamps", true, |stamps| stamps.all_times());
    check.list("agencies", true, AGENCIES_MAX, |agency, pointer, faults| {
        let Some(mut agency) = Check::object(agency, pointer, faults) else {
            return;
        };
        agency.code("code", true);
        agency.code("outcome", false);
        agency.inner("stamps", false, |stamps| stamps.all_times());
        agency.list("units", false, UNITS_MAX, |_, _, _| {});
    });
    check.inner("victims", true, |victims| {
        for name in ["dead", "injured", "missing", "evacuated"] {
            victims.number(name, false, 0..=COUNT_MAX);
        }
    });
    check.number("calls", true, 0..=COUNT_MAX);
    check.list("merged_numbers", false, MERGED_MAX, |number, pointer, faults| {
        if !number.as_str().is_some_and(is_code) {
            faults.add(pointer, "must be a case number");
        }
    });
    check.flag("reopened", true);
    check.number("revision", true, 0..=COUNT_MAX);
    check.inner("personal", false, |_| {});
}

fn check_erased(check: &mut Check<'_, '_>) {
    check.list("fields", true, ERASED_FIELDS_MAX, |field, pointer, faults| {
        let Some(field) = field.as_str().filter(|field| is_code(field)) else {
            faults.add(pointer, "must be the name of a data field, inner ones with dots");
            return;
        };
        if FACTS.contains(&field) {
            faults.add(pointer, "is a fact of the case and stays");
        }
    });
}
