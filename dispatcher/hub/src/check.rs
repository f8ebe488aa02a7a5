//! A small reader of JSON that collects everything that is wrong, each with the place where it stands.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// More faults than this are not listed: the sender has to fix them all anyway.
const FAULTS_MAX: usize = 20;
/// The longest code (agency, unit, type, area, status), in characters.
pub(crate) const CODE_CHARACTERS_MAX: usize = 64;

/// What is wrong with a body: JSON pointers with a sentence each.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<(String, String)>);

impl Faults {
    pub(crate) fn add(&mut self, pointer: &str, message: impl Into<String>) {
        if self.0.len() < FAULTS_MAX {
            self.0.push((pointer.to_owned(), message.into()));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `[{"pointer": "/data/status", "detail": "is missing"}]`
    pub(crate) fn to_json(&self) -> Value {
        self.0.iter().map(|(pointer, detail)| json!({"pointer": pointer, "detail": detail})).collect()
    }
}

/// An instant in milliseconds since the epoch, UTC, from RFC 3339 text.
pub(crate) fn parse_time_ms(text: &str) -> Option<i64> {
    let instant = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(instant.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
}

/// Whether the text is a code: 1 to 64 of `A-Z a-z 0-9 . _ : -`.
pub(crate) fn is_code(text: &str) -> bool {
    (1..=CODE_CHARACTERS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte))
}

/// One JSON object under examination. `null` counts as left out.
pub(crate) struct Check<'v, 'f> {
    object: &'v Map<String, Value>,
    pointer: String,
    faults: &'f mut Faults,
}

impl<'v, 'f> Check<'v, 'f> {
    /// Examines an object that stands at `pointer`; anything else than an object is a fault.
    pub(crate) fn object(value: &'v Value, pointer: &str, faults: &'f mut Faults) -> Option<Self> {
        match value {
            Value::Object(object) => Some(Self { object, pointer: pointer.to_owned(), faults }),
            _ => {
                faults.add(pointer, "must be an object");
                None
            }
        }
    }

    fn fault(&mut self, name: &str, message: impl Into<String>) {
        let pointer = format!("{}/{name}", self.pointer);
        self.faults.add(&pointer, message);
    }

    fn given(&self, name: &str) -> Option<&'v Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// The value, or a fault when it is not there.
    pub(crate) fn required(&mut self, name: &str) -> Option<&'v Value> {
        let value = self.given(name);
        if value.is_none() {
            self.fault(name, "is missing");
        }
        value
    }

    fn text_that(&mut self, name: &str, must: bool, what: &str, fits: impl Fn(&str) -> bool) -> Option<&'v str> {
        let value = if must { self.required(name)? } else { self.given(name)? };
        match value.as_str().filter(|text| fits(text)) {
            Some(text) => Some(text),
            None => {
                self.fault(name, format!("must be {what}"));
                None
            }
        }
    }

    /// A code, as [`is_code`] has it.
    pub(crate) fn code(&mut self, name: &str, must: bool) -> Option<&'v str> {
        self.text_that(name, must, "a code: 1 to 64 of A-Z a-z 0-9 . _ : -", is_code)
    }

    /// Plain text of 1 to `characters_max` characters without control characters.
    pub(crate) fn text(&mut self, name: &str, must: bool, characters_max: usize) -> Option<&'v str> {
        let what = format!("text of 1 to {characters_max} characters without control characters");
        self.text_that(name, must, &what, |text| {
            (1..=characters_max).contains(&text.chars().count()) && !text.chars().any(char::is_control)
        })
    }

    /// An RFC 3339 time, in milliseconds since the epoch.
    pub(crate) fn time(&mut self, name: &str, must: bool) -> Option<i64> {
        self.text_that(name, must, "an RFC 3339 time", |text| parse_time_ms(text).is_some()).and_then(parse_time_ms)
    }

    /// A whole number in the range, ends included.
    pub(crate) fn number(&mut self, name: &str, must: bool, range: std::ops::RangeInclusive<i64>) {
        let value = if must { self.required(name) } else { self.given(name) };
        let Some(value) = value else { return };
        if !value.as_i64().is_some_and(|number| range.contains(&number)) {
            let (low, high) = range.into_inner();
            self.fault(name, format!("must be a whole number from {low} to {high}"));
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, name: &str, must: bool) {
        let value = if must { self.required(name) } else { self.given(name) };
        if value.is_some_and(|value| !value.is_boolean()) {
            self.fault(name, "must be true or false");
        }
    }

    /// A list of at most `length_max` values, each examined by `each` with its own pointer.
    pub(crate) fn list(
        &mut self,
        name: &str,
        must: bool,
        length_max: usize,
        mut each: impl FnMut(&'v Value, &str, &mut Faults),
    ) {
        let value = if must { self.required(name) } else { self.given(name) };
        match value {
            None => {}
            Some(Value::Array(values)) if values.len() <= length_max => {
                for (index, value) in values.iter().enumerate() {
                    let pointer = format!("{}/{name}/{index}", self.pointer);
                    each(value, &pointer, self.faults);
                }
            }
            Some(_) => self.fault(name, format!("must be a list of at most {length_max}")),
        }
    }

    /// An object under this one.
    pub(crate) fn inner(&mut self, name: &str, must: bool, examine: impl FnOnce(&mut Check<'_, '_>)) {
        let value = if must { self.required(name) } else { self.given(name) };
        let pointer = format!("{}/{name}", self.pointer);
        if let Some(mut inner) = value.and_then(|value| Check::object(value, &pointer, self.faults)) {
            examine(&mut inner);
        }
    }

    /// Every member of the object must be an RFC 3339 time or null.
    pub(crate) fn all_times(&mut self) {
        for (name, value) in self.object {
            let fits = value.is_null() || value.as_str().and_then(parse_time_ms).is_some();
            if !fits {
                self.fault(name, "must be an RFC 3339 time or null");
            }
        }
    }
}
