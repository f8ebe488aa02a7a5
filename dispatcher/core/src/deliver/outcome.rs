//! RecordDelivery: how a delivery went.

use super::{record_mark, rewind};
use crate::{Core, command::Internal, context::store_error, convert, work::Work, writer::Lane};
use async_trait::async_trait;
use siaga_domain::{
    Aggregate, EventMeta, SiagaError, Timestamp,
    incident::{Incident, IncidentEvent, IncidentState},
};
use siaga_proto::v1::{DeliveryResult, RecordDeliveryRequest, RecordDeliveryResponse};
use siaga_store::{HubCase, HubCaseState, SideWrite, StoreError, StreamKey};
use uuid::Uuid;

/// First pause after a failure, in ms; it doubles ...
const BACKOFF_MS: i64 = 1_000;
/// ... up to this, in ms.
const BACKOFF_MAX_MS: i64 = 60_000;
/// A hub that comes back is asked about cases delivered in this time before, in ms.
const RECHECK_BACK_MS: i64 = 7 * 24 * 60 * 60_000;
/// What the hub said, in characters.
const DETAIL_CHARS: usize = 500;

/// Takes note of an answer of the hub, or of none.
///
/// # Errors
/// SIAGA-1001 for a result that is none, SIAGA-1002 for an unknown case, SIAGA-1901.
pub async fn record(core: &Core, request: RecordDeliveryRequest) -> Result<RecordDeliveryResponse, SiagaError> {
    let store = &core.context.store;
    let unknown = || SiagaError::not_found("Kasus", "The case");
    let case = store.hub_case(&request.case_number).await.map_err(store_error)?.ok_or_else(unknown)?;
    let result = request.result();
    // The hub was asked whether it still has the last message.
    let again = case.state == HubCaseState::Pending
        && request.sequence == case.delivered_sequence
        && case.latest_position <= case.delivered_position;
    // Told twice, or out of order after a lost word: the case goes on from what is known here.
    let noted = if again || request.sequence == case.delivered_sequence + 1 {
        note(core, &case, &request, again).await
    } else {
        Ok(())
    };
    // Only now may it be given out again: an earlier look would find it where it was.
    core.hub.settle(&case.number, request.sequence, result == DeliveryResult::Accepted && noted.is_ok());
    noted.map(|()| RecordDeliveryResponse {})
}

async fn note(core: &Core, case: &HubCase, request: &RecordDeliveryRequest, again: bool) -> Result<(), SiagaError> {
    let (store, now) = (&core.context.store, core.context.now());
    if request.mark / 2 != request.position {
        return Err(SiagaError::invalid("mark", "Tanda pesan tidak sah.", "The mark is not one of the position."));
    }
    let mark = request.mark;
    let detail: String = request.detail.chars().take(DETAIL_CHARS).collect();
    let noted = match request.result() {
        DeliveryResult::Accepted => {
            answers(core, now).await?;
            return accepted(core, case, request, mark).await;
        }
        DeliveryResult::Unreachable => {
            core.hub.heard(false, now);
            let next_attempt_at = now.plus_ms(pause_ms(core, case.attempts));
            store.hub_unreachable(&case.number, next_attempt_at, &detail).await
        }
        DeliveryResult::OutOfOrder => {
            answers(core, now).await?;
            rewind::to(core, case, request.expected_sequence, &detail).await?;
            Ok(())
        }
        DeliveryResult::Refused => {
            answers(core, now).await?;
            tracing::error!(case = case.number, detail, "the data hub refused a message: a person must settle it");
            let back = if again { rewind::target(&core.context, case, request.sequence).await? } else { None };
            if let Some(back) = back {
                let rewound = store.hub_rewind(&case.number, back.mark, back.sequence, now, &detail).await;
                rewound.map_err(store_error)?;
            }
            store.hub_refused(&case.number, mark, &detail).await
        }
        DeliveryResult::Unspecified => {
            return Err(SiagaError::invalid("result", "Hasil pengiriman wajib diisi.", "The result is missing."));
        }
    };
    match noted {
        // Somebody settled it meanwhile.
        Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
        Err(error) => Err(store_error(error)),
    }
}

/// The hub answers: when it was away, all that waits is due.
async fn answers(core: &Core, now: Timestamp) -> Result<(), SiagaError> {
    if core.hub.heard(true, now) {
        let woken = core.context.store.hub_wake(now).await.map_err(store_error)?;
        tracing::info!(cases = woken, "the data hub answers again: what waits is sent now");
        // It may have been away to be restored from an older copy.
        rewind::recheck(core, now.plus_ms(-RECHECK_BACK_MS)).await?;
    }
    Ok(())
}

/// 1 s, doubling to 60 s, and up to a quarter more so that cases do not come back all at once.
pub(super) fn pause_ms(core: &Core, attempts: u64) -> i64 {
    let doublings = u32::try_from(attempts.min(16)).unwrap_or(16);
    let pause_ms = BACKOFF_MS.saturating_mul(1_i64 << doublings).min(BACKOFF_MAX_MS);
    let mut byte = [0];
    core.context.ids.fill(&mut byte);
    pause_ms + pause_ms * i64::from(byte[0]) / 1024
}

/// Takes note of a message that the hub has, through the log's writer: many cases share one commit with whatever else
/// is written, so that deliveries never queue for the database before a call.
async fn accepted(core: &Core, case: &HubCase, request: &RecordDeliveryRequest, mark: u64) -> Result<(), SiagaError> {
    let of_record = mark == record_mark(request.position);
    let revision = if of_record { Some(revision_at(core, case, request.position).await?) } else { None };
    let work = DeliveredToHub {
        incident_id: case.incident_id,
        number: case.number.clone(),
        mark: mark.max(case.delivered_position),
        sequence: request.sequence,
        revision,
        answered_at: convert::time("answered_at", request.answered_at)?,
    };
    core.writer.internal(Lane::Routine, work).await.map(|_| ())
}

/// How many times the case was closed up to a position.
async fn revision_at(core: &Core, case: &HubCase, position: u64) -> Result<u32, SiagaError> {
    let key = StreamKey::new(Incident::KIND, case.incident_id);
    let (mut version, mut revision) = (0, 0_u32);
    loop {
        let events = core.context.store.events_of_stream(&key, version, 1000).await.map_err(store_error)?;
        let Some(last) = events.last() else { return Ok(revision) };
        version = last.version;
        let closings =
            events.iter().filter(|event| event.event_type == "incident.closed" && event.position <= position);
        revision += u32::try_from(closings.count()).unwrap_or(0);
    }
}

struct DeliveredToHub {
    incident_id: Uuid,
    number: String,
    mark: u64,
    sequence: u64,
    /// Of the closing whose record it was; none for a status update.
    revision: Option<u32>,
    answered_at: Option<Timestamp>,
}

#[async_trait]
impl Internal for DeliveredToHub {
    fn name(&self) -> &'static str {
        "DeliveredToHub"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        if let Some(revision) = self.revision {
            self.stamp_acceptance(work, revision).await?;
        }
        work.side(SideWrite::HubDelivered {
            number: self.number.clone(),
            position: self.mark,
            sequence: self.sequence,
            at: work.now,
        });
        Ok(Vec::new())
    }
}

impl DeliveredToHub {
    /// T13: the hub has the record of a closing.
    async fn stamp_acceptance(&self, work: &mut Work<'_>, revision: u32) -> Result<(), SiagaError> {
        let incident = work.get::<Incident>(self.incident_id, ("Kejadian", "The incident")).await?;
        let of_this_closing = incident.state == IncidentState::Closed && incident.revision == revision;
        if of_this_closing && incident.hub_accepted.is_none() {
            // The gateway's clock may be off; the acceptance lies between the closing and now.
            let closed_at = incident.outcome.as_ref().and_then(|outcome| outcome.closed.as_ref()).map(|(at, _)| *at);
            let earliest = closed_at.unwrap_or(work.now).min(work.now);
            let occurred_at = self.answered_at.unwrap_or(work.now).clamp(earliest, work.now);
            let meta = EventMeta { occurred_at, ..work.meta() };
            work.emit::<Incident>(self.incident_id, IncidentEvent::HubAccepted { revision }, &meta).await?;
        }
        Ok(())
    }
}
