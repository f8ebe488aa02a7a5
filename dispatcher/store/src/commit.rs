//! What one command writes, and how a group of commands becomes one transaction.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use crate::limits::{MAX_GROUP_COMMANDS, MAX_GROUP_ROWS, MAX_TEXT_BYTES, check};
use crate::{
    Fact, HubPending, IncidentIndexRow, NewEvent, PersonalRow, Revoke, Session, StoreError, StreamKey, Timestamp,
};

/// What becomes of a stream by a command.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamWrite {
    /// Its name.
    pub key: StreamKey,
    /// The version that the command was decided on; 0 when the stream must not exist yet.
    pub expected_version: u64,
    /// The version after it: one more for each of its events.
    pub version: u64,
    /// Whether it is still being worked on.
    pub open: bool,
    /// The case that it belongs to, if any.
    pub incident_id: Option<Uuid>,
    /// What its events come to, without personal data.
    pub state: Value,
}

/// A request and its reply, kept so that a retry is harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRequest {
    /// Whose request.
    pub account_id: Uuid,
    /// Its id, unique for the account.
    pub request_id: Uuid,
    /// The hash of its body; [`crate::ERASED`] once the content was erased.
    pub request_hash: String,
    /// The encoded reply; empty once the content was erased.
    pub reply: Vec<u8>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A write to a table that is no history, in the same transaction as the events.
#[derive(Debug, Clone, PartialEq)]
pub enum SideWrite {
    /// Sets the password hash of an account.
    PutCredential {
        /// The account.
        account_id: Uuid,
        /// The hash in its own format, with salt and parameters.
        password_hash: String,
    },
    /// Takes the password of an account away.
    RemoveCredential {
        /// The account.
        account_id: Uuid,
    },
    /// Makes a session (cookie) or a token (machine).
    CreateSession(Session),
    /// Revokes sessions and tokens; already revoked ones keep their time.
    RevokeSessions {
        /// Which ones.
        which: Revoke,
        /// When.
        at: Timestamp,
    },
    /// Gives the personal rows of a subject, which had none, an incident: a call's rows are found
    /// with the incident that the call opened or was attached to.
    AttachPersonal {
        /// Whose rows: `call`, ...
        subject_kind: String,
        /// Which one.
        subject_id: Uuid,
        /// The incident.
        incident_id: Uuid,
    },
    /// A reader of the log has read up to here; it never goes back.
    ReaderAt {
        /// Which one.
        name: String,
        /// The last position that it has read.
        position: u64,
    },
    /// Cases have something new for the hub, at most [`crate::MAX_KEYS`].
    HubPending {
        /// Which ones.
        cases: Vec<HubPending>,
        /// When that was noted.
        at: Timestamp,
    },
    /// The hub has everything of a case up to a message. Nothing happens when the case went on meanwhile.
    HubDelivered {
        /// The case.
        number: String,
        /// The mark of the message.
        position: u64,
        /// Its sequence number.
        sequence: u64,
        /// When the hub took it.
        at: Timestamp,
    },
}

/// Everything that one command writes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CommandCommit {
    /// The request, unless it came from inside.
    pub request: Option<StoredRequest>,
    /// Its events, in order.
    pub events: Vec<NewEvent>,
    /// The streams it touches, each once: every stream of its events, and those whose version
    /// must merely hold (`version` = `expected_version`).
    pub streams: Vec<StreamWrite>,
    /// Personal rows that its events name.
    pub personal: Vec<PersonalRow>,
    /// Personal rows to erase, with what is indexed of them. One that is not there is no error.
    pub erase: Vec<Uuid>,
    /// Stored requests (account, request) whose hash and reply are to be erased.
    pub blank_requests: Vec<(Uuid, Uuid)>,
    /// The index rows of incidents that it changes.
    pub incidents: Vec<IncidentIndexRow>,
    /// What statistics count of the calls, cases and assignments that it changes.
    pub facts: Vec<Fact>,
    /// Other rows, in order.
    pub extra: Vec<SideWrite>,
}

/// A range of positions, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PositionRange {
    /// The first event's position.
    pub first: u64,
    /// The last event's position.
    pub last: u64,
}

/// Where a group was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The position of the group's first event; one after the head if it had none.
    pub first_position: u64,
    /// The position of the log's last event afterwards.
    pub last_position: u64,
    /// For each command where its events are, none for one without events.
    pub commands: Vec<Option<PositionRange>>,
}

/// What a stream goes through in a group: the version that the database must have before it, and
/// the last write.
#[derive(Debug)]
pub(crate) struct NetStream<'a> {
    pub(crate) expected: u64,
    pub(crate) last: &'a StreamWrite,
    /// Which event of the group is its last one; none when only its version is checked.
    pub(crate) last_event: Option<usize>,
    pub(crate) state: String,
}

/// A group, checked and netted: what the transaction has to do.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    /// With the index of the command, sorted by account and request: everybody locks in one order.
    pub(crate) requests: Vec<(usize, &'a StoredRequest)>,
    /// All events in order, with the texts to be stored.
    pub(crate) events: Vec<PlannedEvent<'a>>,
    /// How many events each command has.
    pub(crate) events_per_command: Vec<usize>,
    /// Sorted by key: everybody locks in one order.
    pub(crate) streams: BTreeMap<&'a StreamKey, NetStream<'a>>,
    pub(crate) personal: Vec<&'a PersonalRow>,
    pub(crate) erase: Vec<Uuid>,
    pub(crate) blank_requests: Vec<(Uuid, Uuid)>,
    /// The last row of each incident.
    pub(crate) incidents: BTreeMap<Uuid, &'a IncidentIndexRow>,
    /// The last fact of each thing.
    pub(crate) facts: BTreeMap<Uuid, &'a Fact>,
    pub(crate) extra: Vec<&'a SideWrite>,
}

#[derive(Debug)]
pub(crate) struct PlannedEvent<'a> {
    pub(crate) event: &'a NewEvent,
    pub(crate) data: String,
    pub(crate) actor: String,
}

impl<'a> Plan<'a> {
    /// Checks a group and nets its streams.
    pub(crate) fn of(group: &'a [CommandCommit]) -> Result<Self, StoreError> {
        check("commands in a group", group.len(), MAX_GROUP_COMMANDS)?;
        let mut plan = Self {
            requests: Vec::with_capacity(group.len()),
            events: Vec::with_capacity(group.len() * 2),
            events_per_command: Vec::with_capacity(group.len()),
            streams: BTreeMap::new(),
            personal: Vec::new(),
            erase: Vec::new(),
            blank_requests: Vec::new(),
            incidents: BTreeMap::new(),
            facts: BTreeMap::new(),
            extra: Vec::new(),
        };
        let mut request_ids = HashSet::new();
        for (index, command) in group.iter().enumerate() {
            if let Some(request) = &command.request {
                if !request_ids.insert((request.account_id, request.request_id)) {
                    return Err(StoreError::DuplicateRequest { index });
                }
                plan.requests.push((index, request));
            }
            plan.add_streams(index, command)?;
            plan.add_personal(index, command)?;
            plan.erase.extend(&command.erase);
            plan.blank_requests.extend(&command.blank_requests);
            plan.incidents.extend(command.incidents.iter().map(|row| (row.incident_id, row)));
            plan.facts.extend(command.facts.iter().map(|fact| (fact.id(), fact)));
            plan.extra.extend(&command.extra);
        }
        plan.requests.sort_by_key(|(_, request)| (request.account_id, request.request_id));
        plan.check_sizes()?;
        Ok(plan)
    }

    fn check_sizes(&self) -> Result<(), StoreError> {
        check("events in a group", self.events.len(), MAX_GROUP_ROWS)?;
        check("streams in a group", self.streams.len(), MAX_GROUP_ROWS)?;
        check("personal rows in a group", self.personal.len(), MAX_GROUP_ROWS)?;
        check("erasures in a group", self.erase.len(), MAX_GROUP_ROWS)?;
        check("blanked requests in a group", self.blank_requests.len(), MAX_GROUP_ROWS)?;
        check("incident rows in a group", self.incidents.len(), MAX_GROUP_ROWS)?;
        check("facts in a group", self.facts.len(), MAX_GROUP_ROWS)?;
        check("other rows in a group", self.extra.len(), MAX_GROUP_ROWS)
    }

    /// Takes over a command's events and streams. The versions must fit together: they are what
    /// keeps two deciders from overwriting each other.
    fn add_streams(&mut self, index: usize, command: &'a CommandCommit) -> Result<(), StoreError> {
        let invalid = |reason: String| StoreError::InvalidCommit { index, reason };
        let mut versions: BTreeMap<&StreamKey, (u64, Option<usize>)> = BTreeMap::new();
        for write in &command.streams {
            text(index, "stream id", &write.key.id)?;
            if versions.insert(&write.key, (write.expected_version, None)).is_some() {
                return Err(invalid(format!("stream {} is written twice", write.key)));
            }
        }
        for event in &command.events {
            let Some((version, last_event)) = versions.get_mut(&event.stream) else {
                return Err(invalid(format!("stream {} has events but no write", event.stream)));
            };
            if event.version != *version + 1 {
                return Err(invalid(format!(
                    "an event of stream {} has version {} after {version}",
                    event.stream, event.version
                )));
            }
            *version = event.version;
            *last_event = Some(self.events.len());
            self.events.push(planned(index, event)?);
        }
        self.events_per_command.push(command.events.len());
        for write in &command.streams {
            let (version, last_event) = versions[&write.key];
            if write.version != version {
                return Err(invalid(format!(
                    "stream {} is written as version {}, its events end at {version}",
                    write.key, write.version
                )));
            }
            self.net(write, last_event)?;
        }
        Ok(())
    }

    /// Chains a write to the one that an earlier command of the group made on the same stream.
    fn net(&mut self, write: &'a StreamWrite, last_event: Option<usize>) -> Result<(), StoreError> {
        let state = json(&write.state)?;
        let Some(earlier) = self.streams.get_mut(&write.key) else {
            let expected = write.expected_version;
            self.streams.insert(&write.key, NetStream { expected, last: write, last_event, state });
            return Ok(());
        };
        if earlier.last.version != write.expected_version {
            return Err(StoreError::Conflict { keys: vec![write.key.clone()] });
        }
        if last_event.is_some() {
            *earlier = NetStream { expected: earlier.expected, last: write, last_event, state };
        }
        Ok(())
    }

    fn add_personal(&mut self, index: usize, command: &'a CommandCommit) -> Result<(), StoreError> {
        for row in &command.personal {
            text(index, "personal content", &row.content)?;
            self.personal.push(row);
        }
        Ok(())
    }
}

fn planned(index: usize, event: &NewEvent) -> Result<PlannedEvent<'_>, StoreError> {
    text(index, "event type", &event.event_type)?;
    Ok(PlannedEvent { event, data: json(&event.data)?, actor: json(&event.actor)? })
}

/// The text of a JSON value as it will be stored. It escapes NUL by itself.
fn json(value: &Value) -> Result<String, StoreError> {
    let written = value.to_string();
    check("bytes in a JSON value", written.len(), MAX_TEXT_BYTES)?;
    Ok(written)
}

/// PostgreSQL cannot keep a NUL in a text, so none goes into either database.
fn text(index: usize, what: &str, value: &str) -> Result<(), StoreError> {
    check("bytes in a text", value.len(), MAX_TEXT_BYTES)?;
    if value.contains('\0') {
        return Err(StoreError::InvalidCommit { index, reason: format!("{what} holds a NUL") });
    }
    Ok(())
}
