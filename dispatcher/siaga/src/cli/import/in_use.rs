//! What an import takes away although it is in use. It is taken all the same: the city decides; but it is said, with
//! what to do, because the next dispatch would find out.

use std::collections::BTreeSet;

use siaga_core::setup::UnitSeed;
use siaga_domain::account::Account;
use siaga_domain::assignment::Assignment;
use siaga_domain::catalog::{DutyContact, IncidentType};
use siaga_domain::incident::Incident;
use siaga_domain::unit::Unit;

use super::changes::named;
use crate::cli::Failure;
use crate::tools::Tools;

/// Open work, accounts, units and plans of agencies that are no longer there.
pub(super) async fn agencies_gone(
    tools: &Tools,
    types: &[IncidentType],
    gone: &[String],
) -> Result<Vec<String>, Failure> {
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let is_gone = |code: &String| gone.contains(code);
    let planned = types.iter().filter(|kind| kind.lead_agencies.iter().chain(&kind.support_agencies).any(is_gone));
    let planned: Vec<String> = planned.map(|kind| kind.code.clone()).collect();
    let assignments = tools.list::<Assignment>(true).await?;
    let at_work = assignments.into_iter().filter(|assignment| assignment.is_running() && is_gone(&assignment.agency));
    let at_work: BTreeSet<_> = at_work.map(|assignment| assignment.incident_id).collect();
    let mut cases = Vec::new();
    for incident_id in at_work {
        cases.extend(tools.find::<Incident>(incident_id).await?.map(|incident| incident.number));
    }
    let units = tools.list::<Unit>(false).await?.into_iter().filter(|unit| unit.in_service && is_gone(&unit.agency));
    let units: Vec<String> = units.map(|unit| unit.code).collect();
    let accounts = tools.list::<Account>(true).await?.into_iter();
    let accounts = accounts.filter(|account| account.agency.as_ref().is_some_and(is_gone));
    let accounts: Vec<String> = accounts.map(|account| account.username).collect();
    let mut warnings = Vec::new();
    let mut warn = |found: &[String], what: &str, advice: &str| {
        if !found.is_empty() {
            warnings.push(format!("{what}: {}; {advice}", named(found)));
        }
    };
    warn(&cases, "removed agencies are at work in open cases", "see these cases to their end by telephone");
    warn(
        &planned,
        "plans of types name removed agencies",
        "import types or plans next: a removed agency cannot be sent",
    );
    warn(&units, "removed agencies have units in service", "take them out of service, or import units");
    warn(&accounts, "removed agencies have accounts", "disable them with `siaga account disable`");
    Ok(warnings)
}

/// Open cases of types that are no longer there.
pub(super) async fn types_gone(tools: &Tools, gone: &[String]) -> Result<Vec<String>, Failure> {
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let incidents = tools.list::<Incident>(true).await?.into_iter();
    let of_gone = incidents.filter(|incident| {
        incident.classification.as_ref().is_some_and(|classification| gone.contains(&classification.type_code))
    });
    let cases: Vec<String> = of_gone.map(|incident| incident.number).collect();
    Ok(warning(
        &cases,
        "open cases have a removed type",
        "classify them anew; until then agencies must be named to send them",
    ))
}

/// Open cases in kelurahan that are no longer there.
pub(super) async fn areas_gone(tools: &Tools, gone: &[String]) -> Result<Vec<String>, Failure> {
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let incidents = tools.list::<Incident>(true).await?.into_iter();
    let of_gone =
        incidents.filter(|incident| incident.place.kelurahan_code.as_ref().is_some_and(|code| gone.contains(code)));
    let cases: Vec<String> = of_gone.map(|incident| incident.number).collect();
    Ok(warning(&cases, "open cases lie in a removed kelurahan", "verify their places anew"))
}

/// Hours at which nobody can be called at an agency.
pub(super) fn hours_without_contact(agencies: &BTreeSet<String>, contacts: &[DutyContact]) -> Vec<String> {
    let uncovered = |agency: &&String| {
        !(0..24).all(|hour| contacts.iter().any(|contact| contact.agency == **agency && contact.covers(hour)))
    };
    let agencies: Vec<String> = agencies.iter().filter(uncovered).cloned().collect();
    warning(&agencies, "these agencies have nobody to call at some hour", "add a contact from 0 to 24 where it is one")
}

/// Units at work that now belong to another agency.
pub(super) fn units_moved(now: &[Unit], seeds: &[UnitSeed]) -> Vec<String> {
    let moved = now
        .iter()
        .filter(|unit| !unit.engaged.is_empty())
        .filter(|unit| seeds.iter().any(|seed| seed.code == unit.code && seed.agency != unit.agency));
    let codes: Vec<String> = moved.map(|unit| unit.code.clone()).collect();
    warning(&codes, "units at work now belong to another agency", "see their assignments to the end by radio")
}

/// New call signs that differ from a known one in capitals only: said on the radio they are one.
pub(super) fn call_signs_alike(now: &[Unit], seeds: &[UnitSeed]) -> Vec<String> {
    let alike = seeds.iter().filter(|seed| {
        let same = |unit: &&Unit| unit.code.to_uppercase() == seed.code.to_uppercase();
        now.iter().any(|unit| same(&unit) && unit.code != seed.code) && !now.iter().any(|unit| unit.code == seed.code)
    });
    let codes: Vec<String> = alike.map(|seed| seed.code.clone()).collect();
    warning(
        &codes,
        "new units differ from known ones in capitals only",
        "take one of each pair out of service, and write call signs as before",
    )
}

fn warning(found: &[String], what: &str, advice: &str) -> Vec<String> {
    if found.is_empty() { Vec::new() } else { vec![format!("{what}: {}; {advice}", named(found))] }
}
