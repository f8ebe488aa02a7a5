//! LeaseDeliveries: the cases that are due, with their next messages in order.

use super::{case::Case, message, record_mark, rewind};
use crate::{Context, Core, context::store_error};
use siaga_domain::{SiagaError, Timestamp};
use siaga_proto::v1::{Delivery, LeaseDeliveriesRequest, LeaseDeliveriesResponse};
use siaga_store::HubCase;
use std::{collections::BTreeSet, time::Duration};

/// One gateway delivers at a time; another takes over when it has not asked for so long, in ms.
const LEASE_MS: i64 = 10_000;
/// Its name.
const LEASE: &str = "hub-delivery";
/// Cases an answer holds at most.
const CASES_MAX: u32 = 500;
/// Messages of one case in an answer.
const MESSAGES_A_CASE: usize = 50;
/// Every pause ends within this, in ms.
const PROBE_AHEAD_MS: i64 = 120_000;
/// Bytes of bodies in an answer, about.
const BYTES_MAX: usize = 8 * 1024 * 1024;
/// Events read at once.
const PAGE: u32 = 1000;
/// How long a caller may wait for work, in ms.
const WAIT_MS_MAX: u32 = 10_000;
/// While waiting, work is looked for this often; retries come due without any signal.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The lease is renewed after so many looks.
const LOOKS_A_LEASE: u128 = 8;

/// Gives out what is due; waits for it for a while when asked to.
///
/// # Errors
/// SIAGA-1001 for a gateway without a name, SIAGA-1901 when the store cannot be read.
pub async fn lease(core: &Core, request: LeaseDeliveriesRequest) -> Result<LeaseDeliveriesResponse, SiagaError> {
    if request.gateway_id.is_empty() || request.gateway_id.len() > 100 {
        return Err(SiagaError::invalid("gateway_id", "Nama gerbang wajib diisi.", "The gateway must say its name."));
    }
    let limit = request.limit.clamp(1, CASES_MAX);
    let looks = u128::from(request.wait_ms.min(WAIT_MS_MAX)) / LOOK_EVERY.as_millis();
    let mut mine = false;
    for look in 0..=looks {
        if look % LOOKS_A_LEASE == 0 {
            let (store, now) = (&core.context.store, core.context.now());
            let until = now.plus_ms(LEASE_MS);
            mine = store.take_lease(LEASE, &request.gateway_id, now, until).await.map_err(store_error)?;
        }
        let deliveries = if mine { look_once(core, limit).await? } else { Vec::new() };
        if !deliveries.is_empty() || look == looks {
            return Ok(LeaseDeliveriesResponse { deliveries });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(LeaseDeliveriesResponse::default())
}

async fn look_once(core: &Core, limit: u32) -> Result<Vec<Delivery>, SiagaError> {
    let (store, now) = (&core.context.store, core.context.now());
    // Cases that are out still count as due; behind them others wait.
    let look_at = limit.saturating_add(core.hub.count_out()).min(CASES_MAX * 2);
    let mut due = store.hub_due(now, look_at).await.map_err(store_error)?;
    if due.iter().all(|case| core.hub.is_out(&case.number, now)) && core.hub.may_probe(now) {
        let soon = store.hub_due(now.plus_ms(PROBE_AHEAD_MS), 1).await.map_err(store_error)?;
        due.extend(soon);
    }
    let mut deliveries: Vec<Delivery> = Vec::new();
    let (mut cases, mut bytes) = (0, 0);
    for case in due {
        if cases == limit || bytes >= BYTES_MAX {
            break;
        }
        if core.hub.is_out(&case.number, now) {
            continue;
        }
        let next = next_messages(core, &case, now).await?;
        let Some(last) = next.last() else { continue };
        core.hub.give_out(&case.number, last.sequence, now);
        cases += 1;
        bytes += next.iter().map(|delivery| delivery.body.len()).sum::<usize>();
        deliveries.extend(next);
    }
    Ok(deliveries)
}

/// The messages after the last one that the hub has. Of a case that has nothing new the last one again, when the hub is
/// to be asked whether it still has it.
async fn next_messages(core: &Core, case: &HubCase, now: Timestamp) -> Result<Vec<Delivery>, SiagaError> {
    let context = &core.context;
    let skipped = rewind::skipped(context, case).await?;
    let mut deliveries =
        messages_after(context, case, &skipped, case.delivered_position, case.delivered_sequence).await?;
    if deliveries.is_empty()
        && case.latest_position <= case.delivered_position
        && let Some(back) = rewind::target(context, case, case.delivered_sequence).await?
    {
        deliveries = messages_after(context, case, &skipped, back.mark, back.sequence).await?;
    }
    if deliveries.is_empty() {
        // Nothing is left: the last event came without the record that was expected of it.
        let everything = case.latest_position.max(case.delivered_position);
        let settled = context.store.hub_delivered(&case.number, everything, case.delivered_sequence, now).await;
        settled.map_err(store_error)?;
    }
    Ok(deliveries)
}

/// The messages after a mark, numbered after a sequence, as many as an answer holds.
async fn messages_after(
    context: &Context,
    case: &HubCase,
    skipped: &BTreeSet<u64>,
    mark: u64,
    sequence: u64,
) -> Result<Vec<Delivery>, SiagaError> {
    let mut folded = Case::default();
    let mut deliveries: Vec<Delivery> = Vec::new();
    let mut after = 0;
    loop {
        let events = context.background.events_of_incident(case.incident_id, after, PAGE).await.map_err(store_error)?;
        for event in &events {
            folded.take(event)?;
            if record_mark(event.position) <= mark {
                continue;
            }
            let messages = message::of(context, &folded, event).await?;
            for message in messages.into_iter().filter(|next| next.mark > mark && !skipped.contains(&next.mark)) {
                let sequence = sequence + deliveries.len() as u64 + 1;
                deliveries.push(Delivery {
                    case_number: case.number.clone(),
                    sequence,
                    position: message.position,
                    mark: message.mark,
                    body: message.body(&context.config.hub_source, sequence),
                    event_id: message.event_id,
                });
                if deliveries.len() == MESSAGES_A_CASE {
                    return Ok(deliveries);
                }
            }
        }
        match events.last() {
            Some(last) if events.len() == PAGE as usize => after = last.position,
            _ => return Ok(deliveries),
        }
    }
}
