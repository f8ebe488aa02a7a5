//! Imports of a city's own data: each file is taken whole, or refused with the row, the column, and what would be right.
//!
//! CSV files are UTF-8 with a header row; a byte order mark and CRLF, as spreadsheets write them, are fine. Areas are
//! GeoJSON (RFC 7946). The parsers only read: what they return is recorded by the core as one event.

mod accounts;
mod agencies;
mod areas;
mod contacts;
mod letterhead;
mod outcomes;
mod places;
mod table;
mod types;
mod units;

use std::fmt;

pub use accounts::{AccountRecord, accounts};
pub use agencies::agencies;
pub use areas::areas;
pub use contacts::contacts;
pub use letterhead::letterhead;
pub use outcomes::outcomes;
pub use places::{places, streets};
pub use types::{plans, types};
pub use units::{UnitRecord, units};

/// A file that is to be imported.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// As the user named it; stands before every message.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
}

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// Line of the file from 1, which is the header; for GeoJSON the feature, from 1. None: the file as a whole.
    pub row: Option<u64>,
    /// Column or property.
    pub column: Option<String>,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Why a file was refused. Nothing of it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Vec<Problem>);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            writeln!(f, "{problem}")?;
        }
        f.write_str("nothing was imported; correct the file and import it again")
    }
}

impl std::error::Error for Refused {}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

#[cfg(test)]
mod tests;
