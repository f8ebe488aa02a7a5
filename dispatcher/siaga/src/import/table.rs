//! CSV with a known header, read row by row into typed values.

use std::collections::BTreeSet;

use siaga_domain::limits::NAME_CHARS;

use super::{Problem, Refused, Source};

/// A city's data are some hundred rows; a file far beyond that is the wrong file.
const BYTES_MAX: usize = 8 * 1024 * 1024;
const ROWS_MAX: usize = 50_000;
/// More than this many problems are one: the file is of another kind.
const PROBLEMS_MAX: usize = 50;
const CODE_CHARS: usize = 64;
const LIST_ITEMS_MAX: usize = 100;

/// One row, with its place in the file.
pub(super) struct Row<'a> {
    file: &'a str,
    row: u64,
    columns: &'a [&'static str],
    /// Field of each column, trimmed, in the order of `columns`.
    fields: Vec<String>,
}

impl Row<'_> {
    /// A problem in one column of this row.
    pub(super) fn problem(&self, column: &str, message: impl Into<String>) -> Problem {
        Problem {
            file: self.file.to_owned(),
            row: Some(self.row),
            column: Some(column.to_owned()),
            message: message.into(),
        }
    }

    /// A field as it stands, trimmed; may be empty.
    pub(super) fn field(&self, column: &str) -> &str {
        let index = self.columns.iter().position(|name| *name == column);
        &self.fields[index.expect("parsers ask for the columns they declared")]
    }

    /// A text of 1 to `chars_max` characters without control characters.
    pub(super) fn text(&self, column: &str, chars_max: usize) -> Result<String, Problem> {
        let value = self.field(column);
        match value.chars().count() {
            0 => return Err(self.problem(column, "is empty; fill it in")),
            chars if chars > chars_max => {
                return Err(self.problem(column, format!("has {chars} characters; at most {chars_max} fit")));
            }
            _ => {}
        }
        if value.chars().any(char::is_control) {
            return Err(self.problem(column, "contains a control character; remove it"));
        }
        Ok(value.to_owned())
    }

    /// A name.
    pub(super) fn name(&self, column: &str) -> Result<String, Problem> {
        self.text(column, NAME_CHARS)
    }

    /// A stable code: small letters, digits and single hyphens.
    pub(super) fn code(&self, column: &str) -> Result<String, Problem> {
        let value = self.text(column, CODE_CHARS)?;
        let parts = value.split('-').all(|part| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        if !parts {
            return Err(self.problem(
                column,
                format!("`{value}` is no code; use small letters, digits and single hyphens, such as kebakaran-lahan"),
            ));
        }
        Ok(value)
    }

    /// A code that must be among the known ones.
    pub(super) fn known(&self, column: &str, what: &str, known: &BTreeSet<String>) -> Result<String, Problem> {
        let value = self.text(column, CODE_CHARS)?;
        self.check_known(column, what, &value, known)?;
        Ok(value)
    }

    /// Codes separated by `|`, all known, none twice; may be empty.
    pub(super) fn known_list(
        &self,
        column: &str,
        what: &str,
        known: &BTreeSet<String>,
    ) -> Result<Vec<String>, Problem> {
        let items = self.list(column)?;
        for item in &items {
            self.check_known(column, what, item, known)?;
        }
        Ok(items)
    }

    fn check_known(&self, column: &str, what: &str, value: &str, known: &BTreeSet<String>) -> Result<(), Problem> {
        if known.contains(value) {
            return Ok(());
        }
        let named: Vec<&str> = known.iter().map(String::as_str).collect();
        Err(self.problem(column, format!("there is no {what} `{value}`; there are: {}", named.join(", "))))
    }

    /// Texts separated by `|`, none empty, none twice; may be empty as a whole.
    pub(super) fn list(&self, column: &str) -> Result<Vec<String>, Problem> {
        let value = self.field(column);
        if value.is_empty() {
            return Ok(Vec::new());
        }
        let mut items: Vec<String> = Vec::new();
        for item in value.split('|').map(str::trim) {
            if item.is_empty() {
                return Err(self.problem(column, "has an empty item; write items as one|two|three"));
            }
            if item.chars().count() > NAME_CHARS || item.chars().any(char::is_control) {
                return Err(self.problem(column, format!("has an item over {NAME_CHARS} characters or unprintable")));
            }
            if items.iter().any(|other| other == item) {
                return Err(self.problem(column, format!("names `{item}` twice; name each once")));
            }
            items.push(item.to_owned());
        }
        if items.len() > LIST_ITEMS_MAX {
            return Err(self.problem(column, format!("has {} items; at most {LIST_ITEMS_MAX} fit", items.len())));
        }
        Ok(items)
    }

    /// A whole number in a range.
    pub(super) fn number(&self, column: &str, range: std::ops::RangeInclusive<u8>) -> Result<u8, Problem> {
        let value = self.field(column);
        value.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
            self.problem(
                column,
                format!("`{value}` does not fit; give a number from {} to {}", range.start(), range.end()),
            )
        })
    }

    /// `yes` or `no`.
    pub(super) fn flag(&self, column: &str) -> Result<bool, Problem> {
        match self.field(column) {
            "yes" => Ok(true),
            "no" => Ok(false),
            other => Err(self.problem(column, format!("`{other}` does not fit; write yes or no"))),
        }
    }
}

/// Reads all rows of a file, or says what is wrong with it, row by row.
pub(super) fn read<T>(
    source: Source<'_>,
    columns: &[&'static str],
    mut item: impl FnMut(&Row<'_>) -> Result<T, Problem>,
) -> Result<Vec<T>, Refused> {
    let text = text_of(source)?;
    let whole =
        |row: Option<u64>, message: String| Problem { file: source.name.to_owned(), row, column: None, message };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| whole(Some(1), error.to_string()))?.clone();
    let order = column_order(&headers, columns).map_err(|message| whole(Some(1), message))?;

    let (mut items, mut problems) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let outcome = match record {
            Err(error) => {
                let row = error.position().map(csv::Position::line);
                Err(whole(row, field_count_message(&error, columns)))
            }
            Ok(record) => {
                let row = record.position().map_or(0, csv::Position::line);
                let fields = order.iter().map(|index| record[*index].to_owned()).collect();
                item(&Row { file: source.name, row, columns, fields })
            }
        };
        match outcome {
            Ok(item) => items.push(item),
            Err(problem) => problems.push(problem),
        }
        if problems.len() >= PROBLEMS_MAX || items.len() > ROWS_MAX {
            break;
        }
    }
    if items.len() > ROWS_MAX {
        problems.push(whole(None, format!("has more than {ROWS_MAX} rows; is it the right file?")));
    }
    if problems.is_empty() && items.is_empty() {
        problems.push(whole(None, "has a header and no rows; add at least one".to_owned()));
    }
    if problems.is_empty() { Ok(items) } else { Err(Refused(problems)) }
}

fn field_count_message(error: &csv::Error, columns: &[&'static str]) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!(
            "has {len} fields and the header {expected_len}; put fields that contain a comma in \"quotes\" (columns: {})",
            columns.join(",")
        ),
        _ => error.to_string(),
    }
}

/// The text of a file: not too large, UTF-8, without a byte order mark.
pub(super) fn text_of(source: Source<'_>) -> Result<&str, Problem> {
    let problem = |row, message| Problem { file: source.name.to_owned(), row, column: None, message };
    if source.bytes.len() > BYTES_MAX {
        let message =
            format!("has {} bytes; at most {BYTES_MAX} are read, so it is likely the wrong file", source.bytes.len());
        return Err(problem(None, message));
    }
    let text = std::str::from_utf8(source.bytes).map_err(|error| {
        let before = &source.bytes[..error.valid_up_to()];
        let row = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        problem(Some(row), "is not UTF-8 here; save the file as UTF-8 (in a spreadsheet: CSV UTF-8)".to_owned())
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(problem(None, "is empty".to_owned()));
    }
    Ok(text)
}

/// Index of each wanted column in the file. The order in the file is free.
fn column_order(headers: &csv::StringRecord, columns: &[&'static str]) -> Result<Vec<usize>, String> {
    let wanted = columns.join(",");
    for (index, header) in headers.iter().enumerate() {
        if !columns.contains(&header) {
            return Err(format!("there is no column `{header}`; the header is {wanted}"));
        }
        if headers.iter().take(index).any(|other| other == header) {
            return Err(format!("column `{header}` stands there twice; the header is {wanted}"));
        }
    }
    columns
        .iter()
        .map(|column| {
            let index = headers.iter().position(|header| header == *column);
            index.ok_or_else(|| format!("column `{column}` is missing; the header is {wanted}"))
        })
        .collect()
}

/// Refuses a second row with the same key.
#[derive(Default)]
pub(super) struct Unique(std::collections::BTreeMap<String, u64>);

impl Unique {
    /// Notes the key of a row.
    pub(super) fn note(&mut self, row: &Row<'_>, column: &str, key: &str) -> Result<(), Problem> {
        match self.0.insert(key.to_owned(), row.row) {
            None => Ok(()),
            Some(first) => {
                Err(row.problem(column, format!("`{key}` stands in row {first} already; each may stand once")))
            }
        }
    }
}
