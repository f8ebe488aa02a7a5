//! The personal data of calls that never became a case: prank, silent, information and the like.

use super::{DAY_MS, EVERY_MS, SUBJECTS, WALK_EVERY_MS};
use crate::{
    Core,
    command::Internal,
    commands,
    context::store_error,
    reconcile::{Reconciler, count, counted},
    work::Work,
    writer::Lane,
};
use async_trait::async_trait;
use siaga_domain::{
    Aggregate, SiagaError, Timestamp,
    call::{Call, Phase},
};
use uuid::Uuid;

/// Erases name and number of calls that ended long enough ago without a case; a legal hold keeps them.
#[derive(Default)]
pub(super) struct Calls {
    /// Where the walk over the calls is.
    after: Option<Uuid>,
    /// Not to be walked again before.
    rest_until: Option<Timestamp>,
}

#[async_trait]
impl Reconciler for Calls {
    fn name(&self) -> &'static str {
        "personal-data-of-calls"
    }

    fn every_ms(&self) -> i64 {
        EVERY_MS
    }

    fn forget(&mut self) {
        *self = Self::default();
    }

    async fn run(&mut self, core: &Core) -> Result<u64, SiagaError> {
        let context = &core.context;
        let days = i64::from(context.config.calls_without_case_days);
        let now = context.now();
        if days == 0 || self.rest_until.is_some_and(|until| now < until) {
            return Ok(0);
        }
        let ended_before = now.plus_ms(-days.saturating_mul(DAY_MS));
        let found = context.background.subjects_without_case(Call::KIND, self.after, made_upto(ended_before), SUBJECTS);
        let found = found.await.map_err(store_error)?;
        let mut erased = 0;
        for call_id in &found {
            let work = EraseCallWhenDue { call_id: *call_id, ended_before, days };
            erased += count(&core.writer.internal(Lane::Routine, work).await?);
        }
        // Those that were looked at are behind; a call under a legal hold is looked at again in the next walk.
        self.after = if found.len() < SUBJECTS as usize { None } else { found.last().copied() };
        self.rest_until = self.after.is_none().then(|| now.plus_ms(WALK_EVERY_MS));
        Ok(erased)
    }
}

/// The last id that can have been made at a time: a call is announced before it ends, and its id is of that moment.
fn made_upto(at: Timestamp) -> Uuid {
    let ms = u64::try_from(at.unix_ms()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(ms, &[u8::MAX; 10]).into_uuid()
}

struct EraseCallWhenDue {
    call_id: Uuid,
    ended_before: Timestamp,
    days: i64,
}

#[async_trait]
impl Internal for EraseCallWhenDue {
    fn name(&self) -> &'static str {
        "EraseCallWhenDue"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let Some(call) = work.find::<Call>(self.call_id).await? else { return Ok(counted(0)) };
        let over = call.phase == Phase::Ended && call.ended_at.is_some_and(|ended_at| ended_at <= self.ended_before);
        if !over || call.legal_hold || call.incident_id.is_some() {
            return Ok(counted(0));
        }
        let reason = format!("retensi panggilan tanpa kejadian, {} hari", self.days);
        let rows = commands::erase_call(work, self.call_id, reason).await?;
        Ok(counted(u64::from(rows > 0)))
    }
}
