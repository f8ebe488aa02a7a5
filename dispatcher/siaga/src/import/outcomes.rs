//! `siaga import outcomes FILE`.

use siaga_domain::catalog::OutcomeKind;

use super::table::{self, Unique};
use super::{Refused, Source};

/// Reads the ways a case can end: `code,name_id,name_en`.
///
/// # Errors
/// All rows that are wrong.
pub fn outcomes(source: Source<'_>) -> Result<Vec<OutcomeKind>, Refused> {
    let mut unique = Unique::default();
    table::read(source, &["code", "name_id", "name_en"], |row| {
        let code = row.code("code")?;
        unique.note(row, "code", &code)?;
        Ok(OutcomeKind { code, name_id: row.name("name_id")?, name_en: row.name("name_en")? })
    })
}
