//! Going back: the hub lacks messages that it once accepted, as after a restore from an older copy. The log is the
//! truth, so the case is delivered again from where the hub is.

use super::{case::Case, message, outcome::pause_ms};
use crate::{Context, Core, context::store_error};
use siaga_domain::{
    SiagaError, Timestamp,
    aggregate::from_log,
    incident::{HubAction, IncidentEvent},
};
use siaga_store::{EventRow, HubCase, StoreError};
use std::collections::BTreeSet;

/// Events read at once.
const PAGE: u32 = 1000;
/// Between two cases that the hub is asked about, in ms: what is new goes in between.
const RECHECK_GAP_MS: u32 = 20;
/// Clocks of several processes differ by less, in ms.
const CLOCKS_MS: i64 = 5 * 60_000;

/// Where a case goes back to.
pub(super) struct Back {
    /// The last message that stays delivered.
    pub(super) mark: u64,
    /// Its sequence.
    pub(super) sequence: u64,
    /// When it was recorded; the epoch when none stays.
    recorded_at: Timestamp,
}

/// The hub wants message `expected` of the case next. The first time the case goes back at once; a hub that asks again
/// before it has what it had is answered with growing pauses, so that no two of them go round and round.
pub(super) async fn to(core: &Core, case: &HubCase, expected: u64, detail: &str) -> Result<(), SiagaError> {
    let (store, now) = (&core.context.store, core.context.now());
    let noted = if let Some(back) = target(&core.context, case, expected).await? {
        let times = core.hub.rewound(&case.number, case.delivered_sequence);
        let next_attempt_at = if times == 0 { now } else { now.plus_ms(pause_ms(core, times - 1)) };
        tracing::warn!(
            case = case.number,
            had = case.delivered_sequence,
            expected,
            times,
            "the data hub lacks messages that it had accepted, as after a restore from an older copy: \
             they are sent again"
        );
        metrics::counter!("siaga_hub_rewinds_total").increment(1);
        // The copy is at least as new as the last message of this case that it has; what came later may be missing.
        recheck(core, back.recorded_at.plus_ms(-CLOCKS_MS)).await?;
        store.hub_rewind(&case.number, back.mark, back.sequence, next_attempt_at, detail).await
    } else {
        tracing::error!(
            case = case.number,
            has = case.delivered_sequence,
            expected,
            "the data hub asks for a message that the log does not number so: the case waits and is tried again"
        );
        store.hub_unreachable(&case.number, now.plus_ms(pause_ms(core, case.attempts)), detail).await
    };
    match noted {
        // Somebody settled it meanwhile.
        Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
        Err(error) => Err(store_error(error)),
    }
}

/// A closed case has no news by which a hub would notice that it lacks it: the last message of all that was delivered
/// since then is sent once more. A hub that has it says so.
pub(super) async fn recheck(core: &Core, since: Timestamp) -> Result<(), SiagaError> {
    let now = core.context.now();
    if core.hub.may_recheck(since, now) {
        let asked = core.context.store.hub_recheck(since, now, RECHECK_GAP_MS).await.map_err(store_error)?;
        tracing::info!(cases = asked, "the data hub is asked whether it still has what it had");
    }
    Ok(())
}

/// The last message before `expected`; none when there is no way back to it.
pub(super) async fn target(context: &Context, case: &HubCase, expected: u64) -> Result<Option<Back>, SiagaError> {
    if expected == 0 || expected > case.delivered_sequence {
        return Ok(None);
    }
    let skipped = skipped(context, case).await?;
    let mut folded = Case::default();
    let mut delivered = Vec::new();
    for event in events(context, case).await? {
        folded.take(&event)?;
        let marks = message::marks(&folded, &event).into_iter();
        let marks = marks.filter(|mark| *mark <= case.delivered_position && !skipped.contains(mark));
        delivered.extend(marks.map(|mark| (mark, event.recorded_at)));
    }
    // Numbers that do not agree would give a message another's number.
    if delivered.len() as u64 != case.delivered_sequence {
        return Ok(None);
    }
    let sequence = expected - 1;
    let last = usize::try_from(sequence).ok().and_then(|sequence| sequence.checked_sub(1));
    let (mark, recorded_at) = last.map_or((0, Timestamp::from_unix_ms(0)), |last| delivered[last]);
    Ok(Some(Back { mark, sequence, recorded_at }))
}

/// The marks of the messages that a person gave up; they have no number.
pub(super) async fn skipped(context: &Context, case: &HubCase) -> Result<BTreeSet<u64>, SiagaError> {
    let mut marks = BTreeSet::new();
    if case.skip_reason.is_none() {
        return Ok(marks);
    }
    for event in events(context, case).await?.iter().filter(|event| event.event_type == "incident.hub_settled") {
        if let IncidentEvent::HubSettled { action: HubAction::Skipped, message, .. } =
            from_log(&event.event_type, &event.data)?
        {
            marks.insert(message);
        }
    }
    Ok(marks)
}

async fn events(context: &Context, case: &HubCase) -> Result<Vec<EventRow>, SiagaError> {
    let mut all: Vec<EventRow> = Vec::new();
    loop {
        let after = all.last().map_or(0, |last| last.position);
        let page = context.background.events_of_incident(case.incident_id, after, PAGE).await.map_err(store_error)?;
        let is_last = page.len() < PAGE as usize;
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}
