//! `siaga import types FILE` and `siaga import plans FILE`.

use std::collections::BTreeSet;

use siaga_domain::catalog::IncidentType;

use super::table::{self, Row, Unique};
use super::{Problem, Refused, Source};

const COLUMNS: [&str; 8] =
    ["code", "name_id", "name_en", "category", "default_priority", "lead_agencies", "support_agencies", "sensitive"];

/// Reads incident types with their response plans: `code,name_id,name_en,category,default_priority,lead_agencies,
/// support_agencies,sensitive`. Agencies are separated by `|` and must be among `agencies`.
///
/// # Errors
/// All rows that are wrong.
pub fn types(source: Source<'_>, agencies: &BTreeSet<String>) -> Result<Vec<IncidentType>, Refused> {
    let mut unique = Unique::default();
    table::read(source, &COLUMNS, |row| {
        let code = row.code("code")?;
        unique.note(row, "code", &code)?;
        let lead_agencies = row.known_list("lead_agencies", "agency", agencies)?;
        if lead_agencies.is_empty() {
            return Err(row.problem("lead_agencies", "is empty; a type needs at least one agency that is sent to"));
        }
        let support_agencies = row.known_list("support_agencies", "agency", agencies)?;
        if let Some(both) = support_agencies.iter().find(|agency| lead_agencies.contains(agency)) {
            return Err(row.problem("support_agencies", format!("`{both}` leads already; name it in one column only")));
        }
        Ok(IncidentType {
            code,
            name_id: row.name("name_id")?,
            name_en: row.name("name_en")?,
            category: row.code("category")?,
            default_priority: row.number("default_priority", 1..=4)?,
            lead_agencies,
            support_agencies,
            sensitive: row.flag("sensitive")?,
        })
    })
}

/// Reads response plans, `type,agency,role` with the role `lead` or `support`, and puts them in the place of those of
/// `types`. The file holds the plans of all types.
///
/// # Errors
/// All rows that are wrong, and the types that are left without a lead agency.
pub fn plans(
    source: Source<'_>,
    types: &[IncidentType],
    agencies: &BTreeSet<String>,
) -> Result<Vec<IncidentType>, Refused> {
    let codes: BTreeSet<String> = types.iter().map(|kind| kind.code.clone()).collect();
    let mut unique = Unique::default();
    let rows = table::read(source, &["type", "agency", "role"], |row| {
        let code = row.known("type", "incident type", &codes)?;
        let agency = row.known("agency", "agency", agencies)?;
        unique.note(row, "agency", &format!("{agency} for {code}"))?;
        Ok((code, agency, leads(row)?))
    })?;
    let mut planned = types.to_vec();
    for kind in &mut planned {
        let of_kind = |lead: bool| {
            let rows = rows.iter().filter(|(code, _, leads)| *code == kind.code && *leads == lead);
            rows.map(|(_, agency, _)| agency.clone()).collect()
        };
        (kind.lead_agencies, kind.support_agencies) = (of_kind(true), of_kind(false));
    }
    let without: Vec<&str> =
        planned.iter().filter(|kind| kind.lead_agencies.is_empty()).map(|kind| kind.code.as_str()).collect();
    if without.is_empty() {
        return Ok(planned);
    }
    let message = format!("no agency leads for {}; the file holds the plans of all types", without.join(", "));
    Err(Problem { file: source.name.to_owned(), row: None, column: None, message }.into())
}

fn leads(row: &Row<'_>) -> Result<bool, Problem> {
    match row.field("role") {
        "lead" => Ok(true),
        "support" => Ok(false),
        other => Err(row.problem("role", format!("`{other}` does not fit; write lead or support"))),
    }
}
