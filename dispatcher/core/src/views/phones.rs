//! Earlier calls of a number.

use crate::context::{Context, store_error};
use quick_cache::sync::Cache;
use siaga_domain::{Aggregate, SiagaError, Timestamp, call::Call, call::Disposition, personal::phone_key};
use siaga_store::{Store, StreamKey};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// Calls that count as earlier ones are not older than this, in ms: 30 days.
const EARLIER_MS: i64 = 30 * 24 * 3_600_000;
/// Rows of one number that are looked at, the newest; who called more often than that is known well enough.
const ROWS_MAX: u32 = 1_000;
/// Numbers whose calls are kept at hand.
const CACHED: usize = 5_000;

/// One call of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PastCall {
    pub(crate) id: Uuid,
    pub(crate) ringing_at: Timestamp,
    pub(crate) nuisance: bool,
}

/// The calls of one number, newest first.
pub(crate) type PastCalls = Arc<Vec<PastCall>>;

/// Calls by number, kept at hand by the feed: it sees every event, and so knows when to look again.
pub(crate) struct Phones {
    cache: Cache<String, PastCalls>,
}

impl Default for Phones {
    fn default() -> Self {
        Self { cache: Cache::new(CACHED) }
    }
}

impl Phones {
    /// What is kept of a number.
    pub(crate) fn kept(&self, number: &str) -> Option<PastCalls> {
        self.cache.get(&phone_key(number)?)
    }

    /// Looks a number's calls up and keeps them.
    pub(crate) async fn look_up(&self, store: &dyn Store, number: &str) -> Result<PastCalls, SiagaError> {
        let past = past_calls_in(store, number).await?;
        if let Some(key) = phone_key(number) {
            self.cache.insert(key, Arc::clone(&past));
        }
        Ok(past)
    }

    /// Personal data were erased: nothing of them stays here.
    pub(crate) fn clear(&self) {
        self.cache.clear();
    }
}

/// The calls of a number, newest first.
pub(crate) async fn past_calls(context: &Context, number: &str) -> Result<PastCalls, SiagaError> {
    past_calls_in(&*context.store, number).await
}

/// The calls of a number, with the connections of `store`.
pub(super) async fn past_calls_in(store: &dyn Store, number: &str) -> Result<PastCalls, SiagaError> {
    let rows = store.personal_by_phone(number, ROWS_MAX).await.map_err(store_error)?;
    let ids: BTreeSet<Uuid> =
        rows.iter().filter(|row| row.subject_kind == Call::KIND).map(|row| row.subject_id).collect();
    let keys: Vec<StreamKey> = ids.iter().map(|id| StreamKey::new(Call::KIND, id)).collect();
    let mut past = Vec::with_capacity(keys.len());
    for row in store.load_streams(&keys).await.map_err(store_error)? {
        let call: Call = super::load::state(&row.key, row.state)?;
        past.push(PastCall {
            id: super::load::uuid(&row.key)?,
            ringing_at: call.ringing_at,
            nuisance: call.disposition.is_some_and(Disposition::is_nuisance),
        });
    }
    past.sort_by_key(|call| std::cmp::Reverse((call.ringing_at, call.id)));
    Ok(Arc::new(past))
}

/// How many calls came before this one within 30 days, and how many of them were prank or ghost.
pub(crate) fn earlier(past: &[PastCall], id: Uuid, ringing_at: Timestamp) -> (u32, u32) {
    let mut counts = (0, 0);
    for call in past {
        let age_ms = ringing_at.ms_since(call.ringing_at);
        if call.id != id && (0..=EARLIER_MS).contains(&age_ms) {
            counts.0 += 1;
            counts.1 += u32::from(call.nuisance);
        }
    }
    counts
}
