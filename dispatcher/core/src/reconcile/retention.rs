//! Retention: what may be forgotten is, in small batches, and in the lane of work that can wait.

mod calls;
mod cases;
mod traces;

pub use traces::clear_traces;

use super::Reconciler;
use crate::{Core, context::store_error};
use async_trait::async_trait;
use siaga_domain::SiagaError;

const DAY_MS: i64 = 24 * 3_600_000;
/// Time between two batches of one kind, in ms.
const EVERY_MS: i64 = 10_000;
/// Rows removed at once.
const ROWS: u32 = 1_000;
/// Cases or calls looked at, at once.
const SUBJECTS: u32 = 20;
/// Time between two walks over all cases or calls, in ms.
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
        Box::new(Rows("viewing")),
        Box::new(Rows("positions-thinned")),
        Box::new(Rows("positions-expired")),
        Box::new(cases::Cases::default()),
        Box::new(calls::Calls::default()),
        // After what erases.
        Box::new(traces::Traces::default()),
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
                "viewing" => store
                    .expire_viewing(now.plus_ms(-4 * crate::views::viewing::VIEWING_MS))
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
