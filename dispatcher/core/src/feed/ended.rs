//! Cases that ended lately. They leave the boards after an hour and the agencies' screens after a day; no event says
//! so, only time.

use crate::{
    access::sight::BOARD_AFTER_END_MS,
    context::{Context, store_error},
    views::after_end_ms,
};
use siaga_domain::{SiagaError, Timestamp};
use siaga_store::IncidentQuery;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A case that was opened longer ago than this is not looked for at the start, in ms: 31 days.
const OPENED_MS: i64 = 31 * 24 * 3_600_000;
/// Rows read at once at the start.
const PAGE: u32 = 2_000;
/// Cases remembered at the start; more ended ones than that are off the screens after a restart.
const REMEMBERED_MAX: usize = 50_000;

/// What becomes of an ended case now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Off the boards.
    Boards,
    /// Off every screen.
    Everywhere,
}

#[derive(Debug, Clone, Copy)]
struct EndedCase {
    at: Timestamp,
    off_boards: bool,
}

/// The cases that ended lately, with the time of it.
#[derive(Debug, Default)]
pub(crate) struct EndedCases {
    cases: BTreeMap<Uuid, EndedCase>,
    after_end_ms: i64,
}

impl EndedCases {
    /// Finds them in the store.
    pub(crate) async fn load(context: &Context) -> Result<Self, SiagaError> {
        let now = context.now();
        let mut ended = Self { cases: BTreeMap::new(), after_end_ms: after_end_ms(&context.config) };
        let mut query = IncidentQuery {
            open: Some(false),
            opened_from: Some(now.plus_ms(-OPENED_MS.max(ended.after_end_ms * 2))),
            limit: PAGE,
            ..IncidentQuery::default()
        };
        loop {
            let page = context.store.search_incidents(&query).await.map_err(store_error)?;
            for row in page.rows {
                // Those whose time came while nobody watched are taken off as well.
                let recent = |at: &Timestamp| now.ms_since(*at) < ended.longest_ms() * 2;
                if let Some(at) = row.closed_at.filter(recent) {
                    ended.cases.insert(row.incident_id, EndedCase { at, off_boards: false });
                }
            }
            if ended.cases.len() >= REMEMBERED_MAX {
                tracing::warn!(cases = ended.cases.len(), "more cases ended lately than are remembered");
                return Ok(ended);
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(ended),
            }
        }
    }

    fn longest_ms(&self) -> i64 {
        self.after_end_ms.max(BOARD_AFTER_END_MS)
    }

    /// A case ended, or is in hand again.
    pub(crate) fn set(&mut self, id: Uuid, ended_at: Option<Timestamp>) {
        match ended_at {
            Some(at) => drop(self.cases.insert(id, EndedCase { at, off_boards: false })),
            None => drop(self.cases.remove(&id)),
        }
    }

    /// The cases that ended less than `age_ms` ago.
    pub(crate) fn younger_than(&self, age_ms: i64, now: Timestamp) -> Vec<Uuid> {
        self.cases.iter().filter(|(_, case)| now.ms_since(case.at) < age_ms).map(|(id, _)| *id).collect()
    }

    /// The cases whose time has come. Each is named once for the boards and once for all.
    pub(crate) fn due(&mut self, now: Timestamp) -> Vec<(Uuid, Due)> {
        let mut due = Vec::new();
        let (longest_ms, after_end_ms) = (self.longest_ms(), self.after_end_ms);
        self.cases.retain(|id, case| {
            let age_ms = now.ms_since(case.at);
            if age_ms >= longest_ms {
                due.push((*id, Due::Everywhere));
                return false;
            }
            if age_ms >= BOARD_AFTER_END_MS && !case.off_boards {
                case.off_boards = true;
                // An installation may let agencies forget sooner than the boards do.
                due.push((*id, if age_ms >= after_end_ms { Due::Everywhere } else { Due::Boards }));
            }
            true
        });
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn an_ended_case_leaves_the_boards_and_then_the_agencies_once_each() {
        let at = Timestamp::from_unix_ms(1_000_000);
        let id = Uuid::from_u128(1);
        let mut ended = EndedCases { cases: BTreeMap::new(), after_end_ms: 24 * HOUR_MS };
        ended.set(id, Some(at));
        assert_eq!(ended.due(at.plus_ms(HOUR_MS - 1)), []);
        assert_eq!(ended.due(at.plus_ms(HOUR_MS)), [(id, Due::Boards)]);
        assert_eq!(ended.due(at.plus_ms(HOUR_MS + 1)), []);
        assert_eq!(ended.younger_than(24 * HOUR_MS, at.plus_ms(24 * HOUR_MS - 1)), [id]);
        assert!(ended.younger_than(HOUR_MS, at.plus_ms(HOUR_MS)).is_empty());
        assert_eq!(ended.due(at.plus_ms(24 * HOUR_MS)), [(id, Due::Everywhere)]);
        assert_eq!(ended.due(at.plus_ms(48 * HOUR_MS)), []);
        ended.set(id, Some(at));
        ended.set(id, None);
        assert_eq!(ended.due(at.plus_ms(48 * HOUR_MS)), [], "a case in hand again stays");
    }
}
