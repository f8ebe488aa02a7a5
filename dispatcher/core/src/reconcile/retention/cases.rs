//! The personal data of cases.

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
    SiagaError, Timestamp,
    call::Call,
    incident::{Incident, IncidentState},
};
use siaga_store::{IncidentCursor, IncidentQuery};
use uuid::Uuid;

/// Erases the personal data of cases that ended long enough ago; a legal hold keeps them.
#[derive(Default)]
pub(super) struct Cases {
    /// Where the walk over the cases is.
    after: Option<IncidentCursor>,
    /// Not to be walked again before.
    rest_until: Option<Timestamp>,
}

#[async_trait]
impl Reconciler for Cases {
    fn name(&self) -> &'static str {
        "personal-data"
    }

    fn every_ms(&self) -> i64 {
        EVERY_MS
    }

    fn forget(&mut self) {
        *self = Self::default();
    }

    async fn run(&mut self, core: &Core) -> Result<u64, SiagaError> {
        let context = &core.context;
        let days = i64::from(context.config.personal_days);
        let now = context.now();
        if days == 0 || self.rest_until.is_some_and(|until| now < until) {
            return Ok(0);
        }
        let ended_before = now.plus_ms(-days.saturating_mul(DAY_MS));
        let query = IncidentQuery {
            open: Some(false),
            opened_to: Some(ended_before),
            include_sensitive: true,
            after: self.after,
            limit: SUBJECTS,
            ..IncidentQuery::default()
        };
        let page = context.background.search_incidents(&query).await.map_err(store_error)?;
        let mut erased = 0;
        for row in &page.rows {
            if row.closed_at.is_some_and(|closed_at| closed_at > ended_before) {
                continue;
            }
            let work = EraseWhenDue { incident_id: row.incident_id, ended_before, days };
            erased += count(&core.writer.internal(Lane::Routine, work).await?);
        }
        self.after = page.next;
        self.rest_until = page.next.is_none().then(|| now.plus_ms(WALK_EVERY_MS));
        Ok(erased)
    }
}

struct EraseWhenDue {
    incident_id: Uuid,
    ended_before: Timestamp,
    days: i64,
}

#[async_trait]
impl Internal for EraseWhenDue {
    fn name(&self) -> &'static str {
        "EraseWhenDue"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let Some(incident) = work.find::<Incident>(self.incident_id).await? else { return Ok(counted(0)) };
        if incident.state == IncidentState::Open || incident.legal_hold || incident.erased.is_some() {
            return Ok(counted(0));
        }
        if incident.ended_at.is_none_or(|ended_at| ended_at > self.ended_before) {
            return Ok(counted(0));
        }
        // A duplicate's calls are the other case's too, and live as long as that one.
        let merged_into = incident.merged_into.as_ref().map(|(into, _)| *into);
        if let Some(into) = merged_into
            && let Some(other) = work.find::<Incident>(into).await?
            && other.erased.is_none()
        {
            return Ok(counted(0));
        }
        for call_id in &incident.calls {
            if work.find::<Call>(call_id).await?.is_some_and(|call| call.legal_hold) {
                return Ok(counted(0));
            }
        }
        let reason = format!("retensi {} hari", self.days);
        commands::erase(work, self.incident_id, reason).await?;
        Ok(counted(1))
    }
}
