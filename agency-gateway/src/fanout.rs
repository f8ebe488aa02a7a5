//! From the one feed to the sessions: who gets what, and what was missed. Nothing here waits for a client.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use pbjson_types::Timestamp;
use siaga_proto::v1::{AudienceChange, AudiencePresence, Change, EndedSession, FeedItem, FeedState};
use siaga_proto::v1::{ServerFrame, server_frame::Frame};
use tokio::sync::{Notify, mpsc, watch};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_util::sync::CancellationToken;

use crate::cursor::Cursor;
use crate::options::Limits;
use crate::ring::{Entry, Ring};

/// Ended sessions that are remembered for those that are just opening.
const ENDED_MAX: usize = 1_024;

/// A frame's JSON, made once. None: a value that this version of the contract cannot write; it is logged.
pub(crate) fn text(frame: &ServerFrame) -> Option<Utf8Bytes> {
    match serde_json::to_string(frame) {
        Ok(text) => Some(text.into()),
        Err(error) => {
            metrics::counter!("siaga_gateway_unwritable_frames_total").increment(1);
            tracing::error!(%error, "a frame cannot be written as JSON; are core and gateway of one version?");
            None
        }
    }
}

/// Milliseconds since the epoch as the contract carries them.
pub(crate) fn timestamp(unix_ms: i64) -> Timestamp {
    let nanos = i32::try_from(unix_ms.rem_euclid(1_000) * 1_000_000).unwrap_or_default();
    Timestamp { seconds: unix_ms.div_euclid(1_000), nanos }
}

/// Why a session is ended from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CutReason {
    /// Its queue is full.
    Slow,
    /// The core says that its credential no longer counts.
    Ended,
}

/// Ends one session, once.
#[derive(Debug, Default)]
pub(crate) struct Cut {
    token: CancellationToken,
    reason: OnceLock<CutReason>,
}

impl Cut {
    pub(crate) fn off(&self, reason: CutReason) {
        // Only the first reason counts.
        let _ = self.reason.set(reason);
        self.token.cancel();
    }

    pub(crate) async fn happened(&self) -> CutReason {
        self.token.cancelled().await;
        self.reason.get().copied().unwrap_or(CutReason::Slow)
    }
}

/// What waits in a session's queue.
#[derive(Debug)]
pub(crate) enum Live {
    Frame(Utf8Bytes),
    /// The log is another one, or changes may have been missed: take a fresh snapshot.
    Resync,
}

/// Who a session is, once the core has said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) audience: Arc<str>,
    pub(crate) account_id: String,
    pub(crate) session_id: String,
}

impl Identity {
    fn is_ended_by(&self, ended: &EndedSession) -> bool {
        let session = ended.session_id.is_empty() || ended.session_id == self.session_id;
        self.account_id == ended.account_id && session
    }
}

struct Member {
    identity: Identity,
    /// What the client has already.
    after: u64,
    queue: mpsc::Sender<Live>,
    waiting_bytes: Arc<AtomicUsize>,
    cut: Arc<Cut>,
}

impl Member {
    fn send(&self, live: Live, bytes_max: usize) {
        let bytes = if let Live::Frame(text) = &live { text.len() } else { 0 };
        let waiting = self.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
        // One frame of any size may wait, or a large one could never be sent at all.
        if (waiting > 0 && waiting + bytes > bytes_max) || self.queue.try_send(live).is_err() {
            self.cut.off(CutReason::Slow);
        }
    }
}

struct Inner {
    ring: Ring,
    next_id: u64,
    members: HashMap<Arc<str>, HashMap<u64, Member>>,
    ended: VecDeque<EndedSession>,
    /// How many were ended before the first of `ended`.
    ended_before: u64,
    lost_since_ms: i64,
}

/// The middle of the gateway.
pub(crate) struct Fanout {
    inner: Mutex<Inner>,
    queue_frames: usize,
    queue_bytes: usize,
    feed_up: watch::Sender<bool>,
    /// The audiences with sessions may have changed.
    pub(crate) presence_changed: Notify,
}

/// Why a session cannot be attached where it asks to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotAttached {
    /// What came after that position is no longer here.
    Gap,
    /// Its credential was ended meanwhile.
    Ended,
}

/// A session that gets everything from now on, until it is dropped.
pub(crate) struct Attached {
    fanout: Arc<Fanout>,
    id: u64,
    audience: Arc<str>,
    waiting_bytes: Arc<AtomicUsize>,
    queue: mpsc::Receiver<Live>,
    /// What it missed, to be sent first.
    pub(crate) missed: VecDeque<Utf8Bytes>,
}

impl Attached {
    /// The next to be sent. None: it was detached from outside.
    pub(crate) async fn next(&mut self) -> Option<Live> {
        if let Some(text) = self.missed.pop_front() {
            return Some(Live::Frame(text));
        }
        let live = self.queue.recv().await?;
        Some(self.taken(live))
    }

    /// The next that is there already.
    pub(crate) fn next_now(&mut self) -> Option<Live> {
        if let Some(text) = self.missed.pop_front() {
            return Some(Live::Frame(text));
        }
        let live = self.queue.try_recv().ok()?;
        Some(self.taken(live))
    }

    fn taken(&self, live: Live) -> Live {
        if let Live::Frame(text) = &live {
            self.waiting_bytes.fetch_sub(text.len(), Ordering::Relaxed);
        }
        live
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        let mut inner = self.fanout.lock();
        if let Some(members) = inner.members.get_mut(&self.audience) {
            members.remove(&self.id);
            if members.is_empty() {
                inner.members.remove(&self.audience);
            }
        }
        drop(inner);
        self.fanout.presence_changed.notify_one();
    }
}

impl Fanout {
    pub(crate) fn new(limits: &Limits, now_ms: i64) -> Self {
        Self {
            inner: Mutex::new(Inner {
                ring: Ring::new(limits.ring_changes, limits.ring_bytes),
                next_id: 0,
                members: HashMap::new(),
                ended: VecDeque::new(),
                ended_before: 0,
                lost_since_ms: now_ms,
            }),
            queue_frames: limits.queue_frames,
            queue_bytes: limits.queue_bytes,
            feed_up: watch::Sender::new(false),
            presence_changed: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // No code under this lock leaves a half-done state behind when it panics.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be taken before the core is asked who a session is; what ends after it is seen by [`Fanout::attach`].
    pub(crate) fn ended_mark(&self) -> u64 {
        let inner = self.lock();
        inner.ended_before + inner.ended.len() as u64
    }

    /// Whether a client that has everything up to there can go on from there.
    pub(crate) fn covers(&self, log_id: &str, position: u64) -> bool {
        self.lock().ring.covers(log_id, position)
    }

    /// Gives a session everything after a position: first what is kept, then all that comes, without a gap and
    /// without waiting.
    pub(crate) fn attach(
        self: &Arc<Self>,
        identity: Identity,
        (log_id, position): (&str, u64),
        ended_mark: u64,
        cut: &Arc<Cut>,
    ) -> Result<Attached, NotAttached> {
        let mut inner = self.lock();
        let Some(unseen) = ended_mark.checked_sub(inner.ended_before) else {
            return Err(NotAttached::Gap);
        };
        let unseen = usize::try_from(unseen).unwrap_or(usize::MAX);
        if inner.ended.iter().skip(unseen).any(|ended| identity.is_ended_by(ended)) {
            return Err(NotAttached::Ended);
        }
        // A feed that has said nothing yet begins before any snapshot that was taken after it was accepted.
        inner.ring.begin(log_id, position);
        if !inner.ring.covers(log_id, position) {
            return Err(NotAttached::Gap);
        }
        let mut missed: VecDeque<_> =
            inner.ring.after(position, &identity.audience).map(|entry| entry.text.clone()).collect();
        if !*self.feed_up.borrow() {
            missed.extend(feed_state(false, inner.lost_since_ms));
        }
        let (sender, queue) = mpsc::channel(self.queue_frames);
        let waiting_bytes = Arc::new(AtomicUsize::new(0));
        inner.next_id += 1;
        let (id, audience) = (inner.next_id, Arc::clone(&identity.audience));
        let member = Member {
            identity,
            after: position,
            queue: sender,
            waiting_bytes: Arc::clone(&waiting_bytes),
            cut: Arc::clone(cut),
        };
        inner.members.entry(Arc::clone(&audience)).or_default().insert(id, member);
        drop(inner);
        self.presence_changed.notify_one();
        Ok(Attached { fanout: Arc::clone(self), id, audience, waiting_bytes, queue, missed })
    }

    /// The audiences that have sessions now.
    pub(crate) fn presence(&self) -> Vec<AudiencePresence> {
        let inner = self.lock();
        let mut audiences: Vec<_> = inner
            .members
            .iter()
            .map(|(audience, members)| AudiencePresence {
                audience: audience.to_string(),
                sessions: u32::try_from(members.len()).unwrap_or(u32::MAX),
            })
            .collect();
        audiences.sort_by(|a, b| a.audience.cmp(&b.audience));
        audiences
    }

    /// Where the feed goes on.
    pub(crate) fn follow_from(&self) -> (u64, String) {
        let inner = self.lock();
        if inner.ring.has_begun() { (inner.ring.head(), inner.ring.log_id().to_owned()) } else { (0, String::new()) }
    }

    /// Whether the feed is there, and when that changes.
    pub(crate) fn feed_up(&self) -> watch::Receiver<bool> {
        self.feed_up.subscribe()
    }

    /// Whether sessions can go on without the feed for a while: once its beginning is known, nothing gets lost.
    pub(crate) fn has_begun(&self) -> bool {
        self.lock().ring.has_begun()
    }

    /// The feed is there, or is gone; all sessions hear of it.
    pub(crate) fn set_feed(&self, up: bool, now_ms: i64) {
        metrics::gauge!("siaga_gateway_feed_up").set(if up { 1.0 } else { 0.0 });
        let mut inner = self.lock();
        if self.feed_up.send_replace(up) == up {
            return;
        }
        inner.lost_since_ms = now_ms;
        if let Some(text) = feed_state(up, now_ms) {
            inner.members.values().flat_map(HashMap::values).for_each(|member| {
                member.send(Live::Frame(text.clone()), self.queue_bytes);
            });
        }
    }

    /// What is kept no longer fits the log: every session takes a fresh snapshot.
    pub(crate) fn resync(&self) {
        let mut inner = self.lock();
        inner.ring.clear();
        // They are attached again when they have it; until then nothing of the new log may reach them.
        for member in inner.members.drain().flat_map(|(_, members)| members.into_values()) {
            member.send(Live::Resync, self.queue_bytes);
        }
    }

    /// Whether an item is of another log than what is kept.
    pub(crate) fn is_foreign(&self, item: &FeedItem) -> bool {
        let inner = self.lock();
        inner.ring.has_begun() && inner.ring.log_id() != item.log_id
    }

    /// Keeps an item's changes and gives them to the sessions they are for; ends the sessions it names.
    pub(crate) fn publish(&self, item: FeedItem, now_ms: i64) {
        let before = {
            let mut inner = self.lock();
            // The first item of all says where the feed begins; whether it is complete before itself nobody knows.
            inner.ring.begin(&item.log_id, item.position);
            inner.ring.head()
        };
        let entries = entries(&item, before, now_ms);
        let mut inner = self.lock();
        for entry in entries {
            if let Some(members) = inner.members.get(&entry.audience) {
                for member in members.values().filter(|member| entry.is_after(member.after)) {
                    member.send(Live::Frame(entry.text.clone()), self.queue_bytes);
                }
            }
            inner.ring.push(entry);
        }
        inner.ring.advance(item.position);
        for ended in item.ended {
            let members = inner.members.values().flat_map(HashMap::values);
            members.filter(|member| member.identity.is_ended_by(&ended)).for_each(|member| {
                member.cut.off(CutReason::Ended);
            });
            inner.ended.push_back(ended);
            if inner.ended.len() > ENDED_MAX {
                inner.ended.pop_front();
                inner.ended_before += 1;
            }
        }
    }
}

fn feed_state(up: bool, since_ms: i64) -> Option<Utf8Bytes> {
    text(&ServerFrame { frame: Some(Frame::FeedState(FeedState { up, since: Some(timestamp(since_ms)) })) })
}

/// The item's changes as frames. Only the audience's last one says that it is complete up to the item's position: a
/// client that lost the connection in between gets the whole item again.
fn entries(item: &FeedItem, before: u64, now_ms: i64) -> Vec<Entry> {
    let last: HashMap<&str, usize> =
        item.changes.iter().enumerate().map(|(index, change)| (change.audience.as_str(), index)).collect();
    let server_time = item.server_time.unwrap_or_else(|| timestamp(now_ms));
    let frame = |(index, AudienceChange { audience, entity }): (usize, &AudienceChange)| {
        let complete = if last.get(audience.as_str()) == Some(&index) { item.position } else { before };
        let cursor = Cursor::encode(&item.log_id, complete, audience);
        let change = Change { cursor, entity: entity.clone(), server_time: Some(server_time) };
        let text = text(&ServerFrame { frame: Some(Frame::Change(change)) })?;
        let repeat = item.position <= before;
        Some(Entry { position: item.position.max(before), repeat, audience: audience.as_str().into(), text })
    };
    item.changes.iter().enumerate().filter_map(frame).collect()
}
