//! The end of the log, kept in memory by the process that wrote it: feed, alarms and hub delivery each read every new
//! event, and each reading of the database costs more than the writing did.
//!
//! It is no second truth. It holds only what was committed, as it was stored, and answers only when it knows all that
//! lies behind the asked position; in every other case the database is read.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::StoredEvent;

/// Events kept at most.
const EVENTS_MAX: usize = 4_096;
/// Bytes of their texts kept at most, about.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// Consecutive events, the newest last.
#[derive(Debug, Default)]
pub(crate) struct Tail(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    events: VecDeque<StoredEvent>,
    bytes: usize,
}

impl Tail {
    /// Takes in what was just committed. What does not continue the chain begins it anew: another process wrote
    /// between, or the log is another one.
    pub(crate) fn push(&self, committed: Vec<StoredEvent>) {
        let Some(first) = committed.first() else { return };
        let mut kept = self.lock();
        let continues =
            kept.events.back().is_some_and(|last| last.position + 1 == first.position && last.hash == first.prev_hash);
        if !continues {
            *kept = Kept::default();
        }
        kept.bytes += committed.iter().map(bytes).sum::<usize>();
        kept.events.extend(committed);
        while kept.events.len() > EVENTS_MAX || kept.bytes > BYTES_MAX {
            let Some(oldest) = kept.events.pop_front() else { break };
            kept.bytes -= bytes(&oldest);
        }
    }

    /// The events after a position, at most `limit`; none when the database must be asked. `known` is how far the log
    /// is known to reach: an answer that ends before it would look like the log's end.
    pub(crate) fn after(&self, position: i64, limit: u32, known: u64) -> Option<Vec<StoredEvent>> {
        let kept = self.lock();
        let (first, last) = (kept.events.front()?.position, kept.events.back()?.position);
        if position + 1 < first || position >= last {
            return None;
        }
        let start = usize::try_from(position + 1 - first).ok()?;
        let limit = limit as usize;
        let is_whole = kept.events.len() - start >= limit || u64::try_from(last).ok()? >= known;
        is_whole.then(|| kept.events.range(start..).take(limit).cloned().collect())
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bytes(event: &StoredEvent) -> usize {
    event.data.len() + event.actor.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(position: i64, prev_hash: &str, hash: &str) -> StoredEvent {
        StoredEvent {
            position,
            stream_kind: "unit".into(),
            stream_id: "a".into(),
            stream_version: position,
            incident_id: None,
            event_type: "unit.changed".into(),
            schema_version: 1,
            data: "{}".into(),
            occurred_at_ms: 0,
            recorded_at_ms: 0,
            actor: "{}".into(),
            account_id: None,
            request_id: None,
            prev_hash: prev_hash.into(),
            hash: hash.into(),
        }
    }

    /// Events from `first` to `last`, each hash the position.
    fn events(first: i64, last: i64) -> Vec<StoredEvent> {
        (first..=last).map(|at| event(at, &(at - 1).to_string(), &at.to_string())).collect()
    }

    fn positions(found: Option<Vec<StoredEvent>>) -> Option<Vec<i64>> {
        found.map(|events| events.iter().map(|event| event.position).collect())
    }

    #[test]
    fn answers_what_it_has_and_nothing_else() {
        let tail = Tail::default();
        assert_eq!(tail.after(0, 10, 0), None, "an empty one knows nothing");
        tail.push(events(5, 7));
        tail.push(events(8, 8));
        assert_eq!(positions(tail.after(4, 10, 8)), Some(vec![5, 6, 7, 8]));
        assert_eq!(positions(tail.after(6, 10, 8)), Some(vec![7, 8]));
        assert_eq!(positions(tail.after(4, 2, 8)), Some(vec![5, 6]));
        assert_eq!(tail.after(3, 10, 8), None, "the fourth is not here");
        assert_eq!(tail.after(8, 10, 8), None, "another process may have written since");
    }

    #[test]
    fn does_not_pass_for_the_end_of_a_longer_log() {
        let tail = Tail::default();
        tail.push(events(1, 4));
        assert_eq!(tail.after(1, 10, 6), None);
        assert_eq!(positions(tail.after(1, 3, 6)), Some(vec![2, 3, 4]), "a full page is one, whatever follows");
    }

    #[test]
    fn begins_anew_after_a_gap_and_in_another_log() {
        let tail = Tail::default();
        tail.push(events(1, 3));
        tail.push(events(6, 7));
        assert_eq!(tail.after(2, 10, 7), None);
        assert_eq!(positions(tail.after(5, 10, 7)), Some(vec![6, 7]));
        tail.push(vec![event(8, "of another log", "8")]);
        assert_eq!(tail.after(6, 10, 8), None);
        assert_eq!(positions(tail.after(7, 10, 8)), Some(vec![8]));
    }

    #[test]
    fn keeps_the_newest_within_its_bounds() {
        let tail = Tail::default();
        let all = i64::try_from(EVENTS_MAX).unwrap() + 5;
        tail.push(events(1, all));
        assert_eq!(tail.after(4, 1, 0), None);
        assert_eq!(positions(tail.after(5, 1, 0)), Some(vec![6]));
        let mut large = event(all + 1, &all.to_string(), "large");
        large.data = "x".repeat(BYTES_MAX + 1);
        tail.push(vec![large]);
        assert_eq!(tail.after(all, 1, 0), None, "one that is too large is not kept");
    }
}
