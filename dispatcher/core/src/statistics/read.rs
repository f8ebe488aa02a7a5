//! Reads a window of facts, in pages, on connections of its own.

use super::calendar::Window;
use crate::context::store_error;
use siaga_domain::SiagaError;
use siaga_store::{AssignmentFact, CallFact, CaseFact, FactPage, Store};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows read at once: few enough that nobody waits long behind them.
const PAGE: u32 = 5_000;
/// Calls of a window at most: ten times a quarter of a large city.
const CALLS_MAX: usize = 500_000;
/// Cases of a window at most.
const CASES_MAX: usize = 100_000;

/// A case with the assignments that count for it: its own, and those of its duplicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CountedCase {
    pub(crate) fact: CaseFact,
    pub(crate) assignments: Vec<AssignmentFact>,
}

/// What a window holds, in order of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// By their first ring.
    pub(crate) calls: Vec<CallFact>,
    /// By their opening.
    pub(crate) cases: Vec<CountedCase>,
}

/// What of a window is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Calls,
    Cases,
    Both,
}

/// Everything in a window.
///
/// # Errors
/// SIAGA-1001 when it holds more than is counted at once, SIAGA-1901 when the store cannot be read.
pub(crate) async fn read(store: &dyn Store, window: Window, want: Want) -> Result<Counted, SiagaError> {
    let calls = if want == Want::Cases { Vec::new() } else { calls(store, window).await? };
    let cases = if want == Want::Calls { Vec::new() } else { cases(store, window).await? };
    Ok(Counted { calls, cases })
}

fn too_many() -> SiagaError {
    SiagaError::invalid(
        "from",
        "Terlalu banyak untuk dihitung sekaligus. Pilih rentang yang lebih pendek.",
        "Too much to be counted at once. Choose a shorter window.",
    )
}

async fn calls(store: &dyn Store, window: Window) -> Result<Vec<CallFact>, SiagaError> {
    let mut found: Vec<CallFact> = Vec::new();
    loop {
        let after = found.last().map(|last| (last.ringing_at, last.call_id));
        let page = FactPage { from: window.from, to: window.to, after, limit: PAGE };
        let rows = store.call_facts(&page).await.map_err(store_error)?;
        let full = rows.len() == PAGE as usize;
        found.extend(rows);
        if found.len() > CALLS_MAX {
            return Err(too_many());
        }
        if !full {
            return Ok(found);
        }
    }
}

async fn cases(store: &dyn Store, window: Window) -> Result<Vec<CountedCase>, SiagaError> {
    let (mut cases, mut assignments): (Vec<CaseFact>, Vec<AssignmentFact>) = (Vec::new(), Vec::new());
    loop {
        let after = cases.last().map(|last| (last.opened_at, last.incident_id));
        let page = FactPage { from: window.from, to: window.to, after, limit: PAGE };
        let rows = store.case_facts(&page).await.map_err(store_error)?;
        let full = rows.len() == PAGE as usize;
        let ids: Vec<Uuid> = rows.iter().map(|case| case.incident_id).collect();
        assignments.extend(store.assignment_facts(&ids).await.map_err(store_error)?);
        cases.extend(rows);
        if cases.len() > CASES_MAX {
            return Err(too_many());
        }
        if !full {
            return Ok(together(cases, assignments));
        }
    }
}

/// Gives each assignment to the case it counts for: of a duplicate to the case it was merged into, where that one is in
/// the window too.
pub(crate) fn together(cases: Vec<CaseFact>, assignments: Vec<AssignmentFact>) -> Vec<CountedCase> {
    let at: HashMap<Uuid, usize> = cases.iter().enumerate().map(|(index, case)| (case.incident_id, index)).collect();
    let mut counted: Vec<CountedCase> =
        cases.into_iter().map(|fact| CountedCase { fact, assignments: Vec::new() }).collect();
    for assignment in assignments {
        let Some(mut index) = at.get(&assignment.incident_id).copied() else { continue };
        // A merged case takes no more, so a chain of them is short; the bound is for what nobody thought of.
        for _ in 0..16 {
            let into = counted[index].fact.merged_into.and_then(|id| at.get(&id));
            let Some(into) = into else { break };
            index = *into;
        }
        counted[index].assignments.push(assignment);
    }
    counted
}
