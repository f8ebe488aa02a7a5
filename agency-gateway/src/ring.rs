//! The recent changes of all audiences, so that a client that was away for a while gets what it missed and no more.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio_tungstenite::tungstenite::Utf8Bytes;

/// One change, ready to be sent. The text is shared by all who get it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Of the feed's item.
    pub(crate) position: u64,
    /// The item did not move the log on: telemetry or presence, which have no position of their own.
    pub(crate) repeat: bool,
    pub(crate) audience: Arc<str>,
    pub(crate) text: Utf8Bytes,
}

impl Entry {
    /// Whether somebody who has everything up to `position` lacks this. What has no position of its own is sent
    /// rather twice than never.
    pub(crate) fn is_after(&self, position: u64) -> bool {
        self.position > position || (self.repeat && self.position == position)
    }
}

/// Bounded by count and by bytes; the oldest go first.
#[derive(Debug)]
pub(crate) struct Ring {
    entries: VecDeque<Entry>,
    bytes: usize,
    changes_max: usize,
    bytes_max: usize,
    /// Everything after this position is here. None: nothing is known of the log yet.
    floor: Option<u64>,
    /// Everything up to this position is here or went by.
    head: u64,
    log_id: String,
}

impl Ring {
    pub(crate) fn new(changes_max: usize, bytes_max: usize) -> Self {
        Self { entries: VecDeque::new(), bytes: 0, changes_max, bytes_max, floor: None, head: 0, log_id: String::new() }
    }

    pub(crate) fn head(&self) -> u64 {
        self.head
    }

    pub(crate) fn log_id(&self) -> &str {
        &self.log_id
    }

    /// Whether the beginning is known.
    pub(crate) fn has_begun(&self) -> bool {
        self.floor.is_some()
    }

    /// From here on: where the feed begins. A second call changes nothing.
    pub(crate) fn begin(&mut self, log_id: &str, position: u64) {
        if self.floor.is_none() {
            self.floor = Some(position);
            self.head = position;
            log_id.clone_into(&mut self.log_id);
        }
    }

    /// Whether all that came after `position` of that log is still here.
    pub(crate) fn covers(&self, log_id: &str, position: u64) -> bool {
        self.log_id == log_id && self.floor.is_some_and(|floor| position >= floor)
    }

    /// The audience's changes after a position, oldest first.
    pub(crate) fn after<'a>(&'a self, position: u64, audience: &'a str) -> impl Iterator<Item = &'a Entry> {
        let start = self.entries.partition_point(|entry| entry.position < position);
        self.entries.range(start..).filter(move |entry| entry.is_after(position) && &*entry.audience == audience)
    }

    /// Keeps a change; `position` never goes back.
    pub(crate) fn push(&mut self, entry: Entry) {
        self.bytes += entry.text.len();
        self.entries.push_back(entry);
        while self.entries.len() > self.changes_max || self.bytes > self.bytes_max {
            let Some(gone) = self.entries.pop_front() else { break };
            self.bytes -= gone.text.len();
            self.floor = self.floor.max(Some(gone.position));
        }
    }

    /// The feed is complete up to here.
    pub(crate) fn advance(&mut self, position: u64) {
        self.head = self.head.max(position);
    }

    /// Another log: nothing that is here counts any more.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.changes_max, self.bytes_max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(position: u64, audience: &str, repeat: bool) -> Entry {
        Entry { position, repeat, audience: audience.into(), text: format!("{position}").into() }
    }

    fn positions(ring: &Ring, after: u64, audience: &str) -> Vec<u64> {
        ring.after(after, audience).map(|entry| entry.position).collect()
    }

    #[test]
    fn what_was_missed_is_what_came_after() {
        let mut ring = Ring::new(10, 1_000);
        assert!(!ring.covers("", 0) && !ring.has_begun());
        ring.begin("log", 4);
        for (position, audience) in [(5, "board"), (5, "agency:a"), (6, "board"), (9, "board")] {
            ring.push(entry(position, audience, false));
        }
        ring.push(entry(9, "board", true));
        ring.advance(9);
        assert_eq!(positions(&ring, 4, "board"), [5, 6, 9, 9]);
        assert_eq!(positions(&ring, 4, "agency:a"), [5]);
        assert_eq!(positions(&ring, 6, "board"), [9, 9]);
        assert_eq!(positions(&ring, 9, "board"), [9], "what has no position of its own comes again");
        assert!(ring.covers("log", 4) && !ring.covers("log", 3) && !ring.covers("other", 9));
    }

    #[test]
    fn it_is_bounded_by_count_and_bytes_and_knows_what_it_forgot() {
        let mut ring = Ring::new(3, 1_000);
        ring.begin("log", 0);
        for position in 1..=5 {
            ring.push(entry(position, "board", false));
        }
        assert_eq!(positions(&ring, 0, "board"), [3, 4, 5]);
        assert!(ring.covers("log", 2) && !ring.covers("log", 1));

        let mut small = Ring::new(100, 3);
        small.begin("log", 0);
        for position in 1..=9 {
            small.push(entry(position, "board", false));
        }
        assert_eq!(positions(&small, 0, "board"), [7, 8, 9]);
        small.clear();
        assert!(!small.covers("log", 9) && small.head() == 0);
    }
}
