//! What a user is told when a command cannot do its work: what happened, and what to do.

use std::fmt;

use crate::config::Problems;
use crate::import::Refused;

/// Why a command ended without doing its work.
#[derive(Debug)]
pub enum Failure {
    /// Something outside failed.
    Failed {
        /// What happened.
        what: String,
        /// What to do.
        advice: String,
    },
    /// The configuration is wrong.
    Config(Problems),
    /// Something was looked at and found wrong; the text says where and what would be right.
    Refused(String),
}

impl Failure {
    /// Something failed, and what to do about it.
    pub fn failed(what: impl fmt::Display, advice: impl Into<String>) -> Self {
        Self::Failed { what: what.to_string(), advice: advice.into() }
    }

    /// The code the process ends with.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Failed { .. } => 1,
            Self::Config(_) => 2,
            Self::Refused(_) => 3,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { what, advice } => write!(f, "{what}\n  {advice}"),
            Self::Config(problems) => write!(f, "the configuration is wrong, nothing was started\n{problems}"),
            Self::Refused(what) => f.write_str(what),
        }
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Config(problems)
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused.to_string())
    }
}
