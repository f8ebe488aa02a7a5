//! Default, file, environment, command line: later ones win. Each layer is read by itself first, so that an error names
//! the place it came from.

use std::path::PathBuf;

use serde::Deserialize;
use toml::{Table, Value};

use super::problem::{find_key, key_at, line_and_column};
use super::{Config, Place, Problem, Problems, check};

const PREFIX: &str = "SIAGA_";
/// Variables with the prefix that are no configuration: the file's own name, and the tests' database.
const OTHER_VARIABLES: [&str; 2] = ["SIAGA_CONFIG", "SIAGA_TEST_POSTGRES_URL"];

/// A command line option that sets a key.
#[derive(Debug, Clone)]
pub struct Flag {
    /// With its dashes: `--listen`.
    pub option: &'static str,
    /// Dotted key.
    pub key: &'static str,
    /// As typed; lists are separated by commas.
    pub value: String,
}

/// Where configuration comes from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file, when one is named. It must exist then.
    pub file: Option<PathBuf>,
    /// Environment variables; those without the prefix are passed over.
    pub variables: Vec<(String, String)>,
    /// Command line options.
    pub flags: Vec<Flag>,
}

impl Sources {
    /// The process's environment, and the file that `SIAGA_CONFIG` names when the command line names none.
    #[must_use]
    pub fn from_process(file: Option<PathBuf>, flags: Vec<Flag>) -> Self {
        let file = file.or_else(|| std::env::var_os("SIAGA_CONFIG").map(PathBuf::from));
        // Names and values that are not UTF-8 are kept lossily: the value's own check then refuses them.
        let variables = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .collect();
        Self { file, variables, flags }
    }
}

/// What was read, with the places it came from.
pub(super) struct Layers {
    file: Option<(PathBuf, String)>,
    variables: Vec<(String, String)>,
    flags: Vec<(&'static str, String)>,
}

impl Layers {
    /// The place that decided `key`.
    pub(super) fn place(&self, key: &str) -> Place {
        if let Some((option, _)) = self.flags.iter().find(|(_, set)| set == key) {
            return Place::Option((*option).to_owned());
        }
        if let Some((name, _)) = self.variables.iter().find(|(_, set)| set == key) {
            return Place::Variable(name.clone());
        }
        if let Some((path, text)) = &self.file
            && let Some(span) = find_key(text, key)
        {
            return place_in_file(path, text, span.start);
        }
        Place::Default
    }
}

/// Reads, merges and checks the whole configuration.
///
/// # Errors
/// All problems that were found, each with its place.
pub fn load(sources: &Sources) -> Result<Config, Problems> {
    let keys = all_keys();
    let (mut merged, file) = match &sources.file {
        Some(path) => {
            let (table, text) = read_file(path)?;
            (table, Some((path.clone(), text)))
        }
        None => (Table::new(), None),
    };
    let mut layers = Layers { file, variables: Vec::new(), flags: Vec::new() };
    let mut problems = Vec::new();
    for (name, value) in &sources.variables {
        if !name.starts_with(PREFIX) || OTHER_VARIABLES.contains(&name.as_str()) {
            continue;
        }
        let place = Place::Variable(name.clone());
        let Some((key, shape)) = keys.iter().find(|(key, _)| variable_name(key) == *name) else {
            let message = "no such setting; `siaga config show` lists the keys, and a variable is named \
                           SIAGA_ and the key in capitals with _ for the dot"
                .to_owned();
            problems.push(Problem { place, key: String::new(), message });
            continue;
        };
        match set(&mut merged, key, shape, value) {
            Ok(()) => layers.variables.push((name.clone(), key.clone())),
            Err(message) => problems.push(Problem { place, key: key.clone(), message }),
        }
    }
    for flag in &sources.flags {
        let (key, shape) =
            keys.iter().find(|(key, _)| key == flag.key).expect("options of the command line name keys that exist");
        match set(&mut merged, key, shape, &flag.value) {
            Ok(()) => layers.flags.push((flag.option, key.clone())),
            Err(message) => {
                problems.push(Problem { place: Place::Option(flag.option.to_owned()), key: key.clone(), message });
            }
        }
    }
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let config = Config::deserialize(merged).map_err(|error| Problem {
        place: Place::Default,
        key: String::new(),
        message: error.message().to_owned(),
    })?;
    check::check(&config, &layers)?;
    Ok(config)
}

fn read_file(path: &PathBuf) -> Result<(Table, String), Problems> {
    let whole_file = |message: String| Problem {
        place: Place::File { path: path.clone(), line: 1, column: 1 },
        key: String::new(),
        message,
    };
    let bytes = std::fs::read(path).map_err(|error| whole_file(format!("cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid_up_to = error.utf8_error().valid_up_to();
        let valid = String::from_utf8_lossy(&error.as_bytes()[..valid_up_to]).into_owned();
        Problem {
            place: place_in_file(path, &valid, valid_up_to),
            key: String::new(),
            message: "is not UTF-8 here; save the file as UTF-8".to_owned(),
        }
    })?;
    // Read typed and by itself: these errors know their line.
    toml::from_str::<Config>(&text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        Problem {
            place: place_in_file(path, &text, offset),
            key: key_at(&text, offset),
            message: error.message().trim_end().replace('\n', "; "),
        }
    })?;
    let table = toml::from_str::<Table>(&text).map_err(|error| whole_file(error.message().to_owned()))?;
    Ok((table, text))
}

fn place_in_file(path: &std::path::Path, text: &str, offset: usize) -> Place {
    let (line, column) = line_and_column(text, offset);
    Place::File { path: path.to_owned(), line, column }
}

/// Sets one key from text, after reading it typed by itself.
fn set(merged: &mut Table, key: &str, shape: &Value, text: &str) -> Result<(), String> {
    let value = parse_as(shape, text)?;
    let mut alone = Table::new();
    insert(&mut alone, key, value.clone());
    Config::deserialize(alone).map_err(|error| format!("`{text}` does not fit: {}", error.message()))?;
    insert(merged, key, value);
    Ok(())
}

fn parse_as(shape: &Value, text: &str) -> Result<Value, String> {
    let number = |text: &str| {
        text.trim().parse().map(Value::Integer).map_err(|_| format!("`{text}` is no whole number, such as 30"))
    };
    match shape {
        Value::Boolean(_) => {
            text.trim().parse().map(Value::Boolean).map_err(|_| format!("`{text}` is neither true nor false"))
        }
        // A limit by priority is written 30 or 30,30,60,120.
        Value::Integer(_) if text.contains(',') => {
            text.split(',').map(number).collect::<Result<_, _>>().map(Value::Array)
        }
        Value::Integer(_) => number(text),
        Value::Array(items) if matches!(items.first(), Some(Value::Integer(_))) => {
            if text.contains(',') {
                text.split(',').map(number).collect::<Result<_, _>>().map(Value::Array)
            } else {
                number(text)
            }
        }
        Value::Array(_) => Ok(Value::Array(
            text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(|item| item.into()).collect(),
        )),
        _ => Ok(Value::String(text.to_owned())),
    }
}

fn insert(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((section, rest)) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            let inner = inner.as_table_mut().expect("the file was read typed, so a section is a table");
            insert(inner, rest, value);
        }
    }
}

/// The variable that sets a key: `SIAGA_HUB_TIMEOUT_MS` for `hub.timeout_ms`.
pub(super) fn variable_name(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}

/// Every dotted key with a value of its shape.
pub(super) fn all_keys() -> Vec<(String, Value)> {
    let all = Table::try_from(Config::with_every_key()).expect("every field of the configuration is a TOML value");
    let mut keys = Vec::new();
    flatten(&all, "", &mut keys);
    keys
}

fn flatten(table: &Table, prefix: &str, keys: &mut Vec<(String, Value)>) {
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        match value {
            Value::Table(inner) => flatten(inner, &format!("{key}."), keys),
            _ => keys.push((key, value.clone())),
        }
    }
}
