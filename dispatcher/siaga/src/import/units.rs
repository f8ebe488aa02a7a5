//! `siaga import units FILE`.

use std::collections::BTreeSet;

use super::table::{self, Unique};
use super::{Refused, Source};

const CALL_SIGN_CHARS: usize = 32;

/// A unit's fixed data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRecord {
    /// Call sign, unique in the city whatever its capitals.
    pub code: String,
    /// Agency code.
    pub agency: String,
    /// What it is: `pemadam`, `ambulans`, ...
    pub kind: String,
    /// May serve several incidents at once.
    pub shareable: bool,
    /// Posts of the crew.
    pub crew: Vec<String>,
    /// What it carries.
    pub equipment: Vec<String>,
}

/// Reads units: `code,agency,kind,shareable,crew,equipment`; crew posts and equipment are separated by `|`.
///
/// # Errors
/// All rows that are wrong.
pub fn units(source: Source<'_>, agencies: &BTreeSet<String>) -> Result<Vec<UnitRecord>, Refused> {
    let mut unique = Unique::default();
    table::read(source, &["code", "agency", "kind", "shareable", "crew", "equipment"], |row| {
        let code = row.text("code", CALL_SIGN_CHARS)?;
        // Said on the radio, damkar-01 and DAMKAR-01 are one.
        unique.note(row, "code", &code.to_uppercase())?;
        Ok(UnitRecord {
            code,
            agency: row.known("agency", "agency", agencies)?,
            kind: row.code("kind")?,
            shareable: row.flag("shareable")?,
            crew: row.list("crew")?,
            equipment: row.list("equipment")?,
        })
    })
}
