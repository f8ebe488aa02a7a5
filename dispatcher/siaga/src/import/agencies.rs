//! `siaga import agencies FILE`.

use siaga_domain::catalog::{AGENCY_KINDS, Agency};

use super::table::{self, Unique};
use super::{Refused, Source};

/// Reads agencies: `code,name_id,name_en,kind`.
///
/// # Errors
/// All rows that are wrong.
pub fn agencies(source: Source<'_>) -> Result<Vec<Agency>, Refused> {
    let mut unique = Unique::default();
    table::read(source, &["code", "name_id", "name_en", "kind"], |row| {
        let code = row.code("code")?;
        unique.note(row, "code", &code)?;
        let kind = row.code("kind")?;
        if !AGENCY_KINDS.contains(&kind.as_str()) {
            return Err(
                row.problem("kind", format!("there is no kind `{kind}`; there are: {}", AGENCY_KINDS.join(", ")))
            );
        }
        Ok(Agency { code, name_id: row.name("name_id")?, name_en: row.name("name_en")?, kind })
    })
}
