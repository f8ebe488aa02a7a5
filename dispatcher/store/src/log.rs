//! The event log: streams, events, and reading on from a position.

use std::fmt;

use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;

use crate::{Appended, CommandCommit, StoreError, StoredRequest, Timestamp};

/// The name of a stream, the unit of change: `incident` and its id, `login` and the login name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey {
    /// What kind of thing it is: `incident`, `unit`, `account`, ...
    pub kind: String,
    /// Which one of its kind; mostly a UUID in text.
    pub id: String,
}

impl StreamKey {
    /// The stream of this kind and id.
    pub fn new(kind: impl Into<String>, id: impl ToString) -> Self {
        Self { kind: kind.into(), id: id.to_string() }
    }
}

impl fmt::Display for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.id)
    }
}

/// An event to be appended.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// The stream that it changes. The same command must hold a [`crate::StreamWrite`] for it.
    pub stream: StreamKey,
    /// The version that the stream has after this event; the first event makes it 1.
    pub version: u64,
    /// The case that it belongs to, if any.
    pub incident_id: Option<Uuid>,
    /// Its type, such as `incident_opened`.
    pub event_type: String,
    /// The version of the shape of `data`.
    pub schema_version: u32,
    /// What happened, without personal data: those are named as `{"personal_id","digest"}`.
    pub data: Value,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who did it, and on whose behalf.
    pub actor: Value,
    /// The account of the request.
    pub account_id: Option<Uuid>,
    /// The request that caused it.
    pub request_id: Option<Uuid>,
}

/// An event as it was read from the log.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// Its place in the log: 1, 2, 3, ... without gaps, in the order of the commits.
    pub position: u64,
    /// The stream that it changed.
    pub stream: StreamKey,
    /// The version that the stream had after it.
    pub version: u64,
    /// The case that it belongs to, if any.
    pub incident_id: Option<Uuid>,
    /// Its type.
    pub event_type: String,
    /// The version of the shape of `data`.
    pub schema_version: u32,
    /// What happened.
    pub data: Value,
    /// `data` exactly as stored.
    pub data_text: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who did it.
    pub actor: Value,
    /// `actor` exactly as stored.
    pub actor_text: String,
    /// The account of the request.
    pub account_id: Option<Uuid>,
    /// The request that caused it.
    pub request_id: Option<Uuid>,
    /// The hash of the event before it, hex.
    pub prev_hash: String,
    /// The hash over `prev_hash` and every other column, hex.
    pub hash: String,
}

/// An event with every column exactly as stored, not yet understood: what the hash runs over.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns of the table `events`, explained at EventRow")]
pub struct StoredEvent {
    pub position: i64,
    pub stream_kind: String,
    pub stream_id: String,
    pub stream_version: i64,
    pub incident_id: Option<String>,
    pub event_type: String,
    pub schema_version: i64,
    pub data: String,
    pub occurred_at_ms: i64,
    pub recorded_at_ms: i64,
    pub actor: String,
    pub account_id: Option<String>,
    pub request_id: Option<String>,
    pub prev_hash: String,
    pub hash: String,
}

impl TryFrom<StoredEvent> for EventRow {
    type Error = StoreError;

    fn try_from(row: StoredEvent) -> Result<Self, StoreError> {
        let at = row.position;
        let bad = |column: &str| StoreError::unreadable(format!("event {at}, {column}"));
        let id = |text: Option<String>, column: &str| match text {
            None => Ok(None),
            Some(text) => Uuid::parse_str(&text).map(Some).map_err(|_| bad(column)),
        };
        Ok(Self {
            position: u64::try_from(row.position).map_err(|_| bad("position"))?,
            stream: StreamKey { kind: row.stream_kind, id: row.stream_id },
            version: u64::try_from(row.stream_version).map_err(|_| bad("stream_version"))?,
            incident_id: id(row.incident_id, "incident_id")?,
            event_type: row.event_type,
            schema_version: u32::try_from(row.schema_version).map_err(|_| bad("schema_version"))?,
            data: serde_json::from_str(&row.data).map_err(|_| bad("data"))?,
            data_text: row.data,
            occurred_at: Timestamp::from_unix_ms(row.occurred_at_ms),
            recorded_at: Timestamp::from_unix_ms(row.recorded_at_ms),
            actor: serde_json::from_str(&row.actor).map_err(|_| bad("actor"))?,
            actor_text: row.actor,
            account_id: id(row.account_id, "account_id")?,
            request_id: id(row.request_id, "request_id")?,
            prev_hash: row.prev_hash,
            hash: row.hash,
        })
    }
}

/// A stream as the read model holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamRow {
    /// Its name.
    pub key: StreamKey,
    /// Its version, 1 after its first event.
    pub version: u64,
    /// The position of its last event.
    pub position: u64,
    /// Whether it is still being worked on.
    pub open: bool,
    /// The case that it belongs to, if any.
    pub incident_id: Option<Uuid>,
    /// What its events come to, without personal data.
    pub state: Value,
}

/// The end of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The position of the last event, 0 in an empty log.
    pub position: u64,
    /// The hash of the last event, hex.
    pub hash: String,
    /// The identity of the log, renewed by restore and promotion.
    pub log_id: Uuid,
}

/// Which events of the log are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventSearch {
    /// Below this position.
    pub before: u64,
    /// From this position on: what lies below is not looked at.
    pub floor: u64,
    /// Recorded from then on.
    pub from: Option<Timestamp>,
    /// Recorded before then.
    pub to: Option<Timestamp>,
    /// By this account, or about it.
    pub account_id: Option<Uuid>,
    /// Of this case.
    pub incident_id: Option<Uuid>,
    /// Event types, e.g. "incident.closed", and kinds of streams, e.g. "account"; none: all.
    pub kinds: Vec<String>,
    /// At most so many.
    pub limit: u32,
}

/// The log: written by [`append`](EventLog::append) alone, read on from positions.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Writes a whole group of commands in one transaction; when it returns, they are on disk.
    ///
    /// A stream may be touched by several commands of the group, each expecting the version that
    /// the one before leaves.
    ///
    /// # Errors
    /// [`StoreError::DuplicateRequest`] when a request id is already stored (looked for first),
    /// [`StoreError::Conflict`] when a stream has another version than expected,
    /// [`StoreError::InvalidCommit`] and [`StoreError::TooMany`] for a group that is wrong in
    /// itself. In every case nothing was written.
    async fn append(&self, group: &[CommandCommit]) -> Result<Appended, StoreError>;

    /// The end of the log.
    async fn head(&self) -> Result<Head, StoreError>;

    /// Tells that the log may have grown; the value is the last position known here. Signals are
    /// a courtesy: readers also look by a timer.
    fn wake(&self) -> tokio::sync::watch::Receiver<u64>;

    /// The streams of these names that exist, in no particular order.
    async fn load_streams(&self, keys: &[StreamKey]) -> Result<Vec<StreamRow>, StoreError>;

    /// The streams of a kind by id, from after `after_id` on.
    async fn list_streams(
        &self,
        kind: &str,
        open_only: bool,
        after_id: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StreamRow>, StoreError>;

    /// The events after a position, in order. Never skips one: positions are commit order. What this process wrote
    /// last comes from memory.
    async fn events_after(&self, position: u64, limit: u32) -> Result<Vec<EventRow>, StoreError>;

    /// As [`events_after`](EventLog::events_after), every column as stored, for verification.
    async fn stored_events_after(&self, position: i64, limit: u32) -> Result<Vec<StoredEvent>, StoreError>;

    /// The events of a case after a position, in order, over all its streams.
    async fn events_of_incident(&self, incident_id: Uuid, after: u64, limit: u32) -> Result<Vec<EventRow>, StoreError>;

    /// The events of one stream after a version, in order.
    async fn events_of_stream(
        &self,
        key: &StreamKey,
        after_version: u64,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError>;

    /// The events that fit, newest first.
    async fn search_events(&self, search: &EventSearch) -> Result<Vec<EventRow>, StoreError>;

    /// The stored request and its reply.
    async fn find_request(&self, account_id: Uuid, request_id: Uuid) -> Result<Option<StoredRequest>, StoreError>;

    /// Removes up to `limit` requests recorded before `before`; returns how many went.
    async fn expire_requests(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
