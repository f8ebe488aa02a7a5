//! Retention: what may be forgotten is, in small batches, and in the lane of work that can wait.

use super::Reconciler;
use crate::{Core, command::Internal, commands, context::store_error, work::Work, writer::Lane};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError, Timestamp,
    incident::{Incident, IncidentState},
};
use siaga_store::{IncidentCursor, IncidentQuery};
use uuid::Uuid;

const DAY_MS: i64 = 24 * 3_600_000;
/// Time between two batches of one kind, in ms.
const EVERY_MS: i64 = 10_000;
/// Rows removed at once.
const ROWS: u32 = 1_000;
/// Cases looked at, at once.
const CASES: u32 = 20;
/// Time between two walks over all closed cases, in ms.
const WALK_EVERY_MS: i64 = 3_600_000;
/// Ended sessions are kept this long, for those who ask what happened, in days.
const SESSION_DAYS: i64 = 30;
/// Positions older than this are thinned, in ms: a day ...
const THIN_AFTER_MS: i64 = DAY_MS;
/// ... to one a unit in this time, in ms.
const THIN_TO_MS: u32 = 60_000;

/// All of retention.
pub(super) fn all() -> Vec<Box<dyn Reconciler>> {
    vec![
        Box::new(Rows("requests")),
        Box::new(Rows("sessions")),
        Box::new(Rows("presence")),
        Box::new(Rows("positions-thinned")),
        Box::new(Rows("positions-expired")),
        Box::new(Personal::default()),
    ]
}

/// Expires rows that are no history.
struct Rows(&'static str);

#[async_trait]
impl Reconciler for Rows {
    fn name(&self) -> &'static str {
        self.0
    }

    fn every_ms(&self) -> i64 {
        EVERY_MS
    }

    async fn run(&mut self, core: &Core) -> Result<u64, SiagaError> {
        let context = &core.context;
        let (store, config, now) = (&context.background, &context.config, context.now());
        let days_ago = |days: i64| now.plus_ms(-days.saturating_mul(DAY_MS));
        let mut removed = 0;
        loop {
            let batch = match self.0 {
                "requests" => store.expire_requests(days_ago(i64::from(config.request_days)), ROWS).await,
                "sessions" => store.expire_sessions(days_ago(SESSION_DAYS), ROWS).await,
                "presence" => store
                    .expire_presence(now.plus_ms(-4 * crate::views::presence::PRESENCE_MS))
                    .await
                    .map(|rows| rows.min(1)),
                "positions-thinned" => store.thin_positions(now.plus_ms(-THIN_AFTER_MS), THIN_TO_MS, ROWS).await,
                _ => store.expire_positions(days_ago(i64::from(config.position_days)), ROWS).await,
            }
            .map_err(store_error)?;
            removed += batch;
            // One large backlog must not keep the others waiting.
            if batch < u64::from(ROWS) || removed >= 10 * u64::from(ROWS) {
                return Ok(removed);
            }
        }
    }
}

/// Erases the personal data of cases that ended long enough ago; a legal hold keeps them.
#[derive(Default)]
struct Personal {
    /// Where the walk over the cases is.
    after: Option<IncidentCursor>,
    /// Not to be walked again before.
    rest_until: Option<Timestamp>,
    /// An erasure left bytes behind that readers were in the way of.
    to_clear: bool,
}

#[async_trait]
impl Reconciler for Personal {
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
        if self.to_clear {
            self.to_clear = !context.background.after_erase().await.map_err(store_error)?;
        }
        if days == 0 || self.rest_until.is_some_and(|until| now < until) {
            return Ok(0);
        }
        let ended_before = now.plus_ms(-days.saturating_mul(DAY_MS));
        let query = IncidentQuery {
            open: Some(false),
            opened_to: Some(ended_before),
            include_sensitive: true,
            after: self.after,
            limit: CASES,
            ..IncidentQuery::default()
        };
        let page = context.background.search_incidents(&query).await.map_err(store_error)?;
        let mut erased = 0;
        for row in &page.rows {
            if row.closed_at.is_some_and(|closed_at| closed_at > ended_before) {
                continue;
            }
            let work = EraseWhenDue { incident_id: row.incident_id, ended_before, days };
            erased += super::count(&core.writer.internal(Lane::Routine, work).await?);
        }
        self.after = page.next;
        self.rest_until = page.next.is_none().then(|| now.plus_ms(WALK_EVERY_MS));
        if erased > 0 {
            self.to_clear = !context.background.after_erase().await.map_err(store_error)?;
        }
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
        let Some(incident) = work.find::<Incident>(self.incident_id).await? else { return Ok(super::counted(0)) };
        if incident.state == IncidentState::Open || incident.legal_hold || incident.erased.is_some() {
            return Ok(super::counted(0));
        }
        if incident.ended_at.is_none_or(|ended_at| ended_at > self.ended_before) {
            return Ok(super::counted(0));
        }
        // A duplicate's calls are the other case's too, and live as long as that one.
        let merged_into = incident.merged_into.as_ref().map(|(into, _)| *into);
        if let Some(into) = merged_into
            && let Some(other) = work.find::<Incident>(into).await?
            && other.erased.is_none()
        {
            return Ok(super::counted(0));
        }
        let reason = format!("retensi {} hari", self.days);
        commands::erase(work, self.incident_id, reason).await?;
        Ok(super::counted(1))
    }
}
