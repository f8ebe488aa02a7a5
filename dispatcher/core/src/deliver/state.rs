//! GetDeliveryState: what waits for the hub, and why.

use super::{message, record_mark};
use crate::{Core, context::store_error, convert};
use siaga_domain::{SiagaError, Timestamp, limits};
use siaga_proto::v1::{DeliveryCase, GetDeliveryStateRequest, GetDeliveryStateResponse};
use siaga_store::{HubCase, HubCaseState, HubSummary};

/// Cases listed at most.
const CASES_MAX: u32 = 200;
/// Of a case number.
const NUMBER_CHARS: usize = 64;
/// Pending cases looked at to see whether the hub answers, in a process that has not sent anything itself.
const LOOKED_AT: u32 = 50;

/// How the delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HubState {
    /// The hub answers.
    pub up: bool,
    /// Since when it does or does not; none: not known.
    pub since: Option<Timestamp>,
    /// Waiting and dead cases.
    pub summary: HubSummary,
}

/// Whether the hub answers, and what waits for it.
///
/// # Errors
/// SIAGA-1901 when the store cannot be read.
pub async fn hub_state(core: &Core) -> Result<HubState, SiagaError> {
    let store = &core.context.store;
    let summary = store.hub_summary().await.map_err(store_error)?;
    let (up, since) = match core.hub.hub() {
        Some((up, since)) => (up, Some(since)),
        None => {
            let waiting = store.hub_cases(Some(HubCaseState::Pending), None, LOOKED_AT).await.map_err(store_error)?;
            let failing = waiting.iter().filter(|case| case.attempts > 0);
            let since = failing.filter_map(|case| case.pending_since).min();
            (since.is_none(), since)
        }
    };
    Ok(HubState { up, since, summary })
}

/// What a supervisor sees of the delivery: dead cases first, then those that wait; or one of both, page by page.
///
/// # Errors
/// SIAGA-1001 for a state that is none, SIAGA-1901 when the store cannot be read.
pub async fn delivery_state(
    core: &Core,
    request: GetDeliveryStateRequest,
) -> Result<GetDeliveryStateResponse, SiagaError> {
    let states = match request.state.as_str() {
        "" if request.after_case_number.is_empty() => vec![HubCaseState::Dead, HubCaseState::Pending],
        "dead" => vec![HubCaseState::Dead],
        "pending" => vec![HubCaseState::Pending],
        _ => {
            return Err(SiagaError::invalid(
                "state",
                "Keadaan harus \"pending\" atau \"dead\".",
                "The state must be \"pending\" or \"dead\".",
            ));
        }
    };
    let state = hub_state(core).await?;
    let limit = if request.limit == 0 { CASES_MAX } else { request.limit.min(CASES_MAX) };
    let after = limits::text("after_case_number", &request.after_case_number, NUMBER_CHARS)?;
    let mut cases = Vec::new();
    for wanted in states {
        let left = limit.saturating_sub(u32::try_from(cases.len()).unwrap_or(limit));
        if left > 0 {
            let found = core.context.store.hub_cases(Some(wanted), Some(&after), left).await.map_err(store_error)?;
            cases.extend(found);
        }
    }
    let mut shown = Vec::with_capacity(cases.len());
    for case in cases {
        let refused = refused(core, &case).await?;
        shown.push(show(case, refused));
    }
    let count = |cases: u64| u32::try_from(cases).unwrap_or(u32::MAX);
    Ok(GetDeliveryStateResponse {
        hub_up: state.up,
        since: state.since.map(convert::timestamp),
        waiting_cases: count(state.summary.pending),
        dead_cases: count(state.summary.dead),
        oldest_waiting_since: state.summary.oldest_pending_since.map(convert::timestamp),
        cases: shown,
    })
}

/// What the hub refused of a dead case, and when that was recorded.
async fn refused(core: &Core, case: &HubCase) -> Result<Option<(&'static str, Timestamp)>, SiagaError> {
    let Some(mark) = case.refused_position.filter(|_| case.state == HubCaseState::Dead) else { return Ok(None) };
    let position = mark / 2;
    let events = core.context.background.events_after(position.saturating_sub(1), 1).await.map_err(store_error)?;
    let Some(event) = events.into_iter().find(|event| event.position == position) else { return Ok(None) };
    let name = if mark == record_mark(position) { "record" } else { message::stage(&event).unwrap_or_default() };
    Ok(Some((name, event.recorded_at)))
}

fn show(case: HubCase, refused: Option<(&'static str, Timestamp)>) -> DeliveryCase {
    let state = match case.state {
        HubCaseState::Pending => "pending",
        HubCaseState::Dead => "dead",
        HubCaseState::Idle => "idle",
    };
    DeliveryCase {
        case_number: case.number,
        incident_id: case.incident_id.to_string(),
        state: state.to_owned(),
        delivered_sequence: case.delivered_sequence,
        attempts: u32::try_from(case.attempts).unwrap_or(u32::MAX),
        next_attempt_at: (case.state == HubCaseState::Pending).then(|| convert::timestamp(case.next_attempt_at)),
        last_error: case.last_error.unwrap_or_default(),
        waiting_since: case.pending_since.map(convert::timestamp),
        refused: refused.map(|(name, _)| name.to_owned()).unwrap_or_default(),
        refused_recorded_at: refused.map(|(_, at)| convert::timestamp(at)),
        skip_reason: case.skip_reason.unwrap_or_default(),
    }
}
