//! A scenario: which calls come in, and what the agencies do about them.

use siaga_proto::v1::Disposition;
use std::{collections::BTreeMap, path::Path, time::Duration};

mod check;
mod raw;
#[cfg(test)]
mod tests;

/// A scenario file is at most this large, in bytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// A checked scenario.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scenario {
    /// The file's name without its ending.
    pub name: String,
    /// The calls, in the order of the file; their places in it are their indexes.
    pub calls: Vec<Call>,
    /// What agencies do.
    pub agencies: Vec<AgencyScript>,
    /// Keys that mean nothing where they stand, with their lines.
    pub warnings: Vec<String>,
}

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// From the start of the drill.
    pub at: Duration,
    /// The caller's number; empty: withheld.
    pub phone: String,
    /// What the caller tells.
    pub narrative: String,
    /// Where it is.
    pub place: Option<Place>,
    /// What comes of it.
    pub kind: CallKind,
}

/// What comes of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum CallKind {
    /// A case of its own.
    Case(Case),
    /// About the case of an earlier call.
    SameAs(usize),
    /// No case: ghost, prank, information, wrong number.
    Nuisance(Disposition),
    /// The caller hung up before anybody answered.
    Abandoned,
}

/// A case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Code of the incident type.
    pub type_code: String,
    /// None: the type's.
    pub priority: Option<u32>,
    /// Empty: the lead agencies of the type's plan.
    pub dispatch: Vec<String>,
}

/// A place.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// As told.
    pub text: String,
    /// Degrees north and east.
    pub point: Option<(f64, f64)>,
}

/// What an agency does with its assignments. Offsets count from delivery; what is left out does not happen.
#[derive(Debug, Clone, PartialEq)]
pub struct AgencyScript {
    /// Agency code.
    pub code: String,
    /// Indexes of the calls it is about; none: all that no other entry of the agency names.
    pub calls: Option<Vec<usize>>,
    /// A person takes it, checks, and accepts or declines.
    pub acknowledge_after: Option<Duration>,
    /// Declines, with this reason.
    pub decline: Option<String>,
    /// Which units go.
    pub units: Units,
    /// The units leave.
    pub en_route_after: Option<Duration>,
    /// The units are there.
    pub on_scene_after: Option<Duration>,
    /// The units have finished.
    pub completed_after: Option<Duration>,
}

/// Which units an agency sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Units {
    /// None is named; the agency reports for the assignment as a whole.
    Unnamed,
    /// So many of those that are free.
    Any(usize),
    /// These call signs.
    Named(Vec<String>),
}

impl Units {
    /// How many go.
    pub fn count(&self) -> usize {
        match self {
            Self::Unnamed => 0,
            Self::Any(count) => *count,
            Self::Named(codes) => codes.len(),
        }
    }
}

/// A scenario that cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .problems.iter().map(|problem| format!("{}:{problem}", .file)).collect::<Vec<_>>().join("\n"))]
pub struct ScenarioError {
    /// The file.
    pub file: String,
    /// What is wrong, each beginning with the line.
    pub problems: Vec<String>,
}

impl Scenario {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Every problem of the file, with line and key.
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        let file = path.display().to_string();
        let unreadable = |why: String| ScenarioError { file: file.clone(), problems: vec![format!(" {why}")] };
        let size = std::fs::metadata(path).map_err(|e| unreadable(format!("cannot be read: {e}")))?.len();
        if size > FILE_BYTES_MAX {
            return Err(unreadable(format!("has {size} bytes; a scenario has at most {FILE_BYTES_MAX}")));
        }
        let bytes = std::fs::read(path).map_err(|e| unreadable(format!("cannot be read: {e}")))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable("is not UTF-8 text".into()))?;
        let mut scenario = Self::parse(&text, &file)?;
        scenario.name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(scenario)
    }

    /// Checks the text of a scenario; `file` is its name in errors.
    ///
    /// # Errors
    /// Every problem of the text, with line and key.
    pub fn parse(text: &str, file: &str) -> Result<Self, ScenarioError> {
        check::check(text).map_err(|problems| ScenarioError { file: file.to_owned(), problems })
    }

    /// The call whose case a call is about: itself, or the one that `same_as` leads to. None for a call without a case.
    pub fn case_of(&self, call: usize) -> Option<usize> {
        match &self.calls.get(call)?.kind {
            CallKind::Case(_) => Some(call),
            CallKind::SameAs(earlier) => self.case_of(*earlier),
            CallKind::Nuisance(_) | CallKind::Abandoned => None,
        }
    }

    /// The calls with a case of their own.
    pub fn cases(&self) -> impl Iterator<Item = (usize, &Call, &Case)> {
        self.calls.iter().enumerate().filter_map(|(index, call)| match &call.kind {
            CallKind::Case(case) => Some((index, call, case)),
            _ => None,
        })
    }

    /// What an agency does about the case of a call; an entry that names the call goes before one for all.
    pub fn script(&self, agency: &str, call: usize) -> Option<&AgencyScript> {
        let of_agency = || self.agencies.iter().filter(|script| script.code == agency);
        of_agency()
            .find(|script| script.calls.as_ref().is_some_and(|calls| calls.contains(&call)))
            .or_else(|| of_agency().find(|script| script.calls.is_none()))
    }

    /// How many calls are about the case of a call, itself included.
    pub fn calls_of_case(&self, case: usize) -> usize {
        (0..self.calls.len()).filter(|call| self.case_of(*call) == Some(case)).count()
    }

    /// Agencies with an entry, each once.
    pub fn scripted_agencies(&self) -> Vec<&str> {
        let codes: BTreeMap<&str, ()> = self.agencies.iter().map(|script| (script.code.as_str(), ())).collect();
        codes.into_keys().collect()
    }
}
