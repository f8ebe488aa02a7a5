//! What the stories are made from.

use serde_json::{Value, json};
use siaga_store::{
    CommandCommit, IncidentIndexRow, NewEvent, PersonalIndex, PersonalRow, StoredRequest, StreamKey, StreamWrite,
    Timestamp,
};
use uuid::Uuid;

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

pub(crate) fn unit(number: u128) -> StreamKey {
    StreamKey::new("unit", id(number))
}

pub(crate) fn event(stream: &StreamKey, version: u64, data: Value) -> NewEvent {
    NewEvent {
        stream: stream.clone(),
        version,
        incident_id: None,
        event_type: "noted".into(),
        schema_version: 1,
        data,
        occurred_at: at(1_000),
        recorded_at: at(2_000),
        actor: json!({"role": "operator"}),
        account_id: Some(id(900)),
        request_id: None,
    }
}

pub(crate) fn write(stream: &StreamKey, expected_version: u64, version: u64) -> StreamWrite {
    StreamWrite {
        key: stream.clone(),
        expected_version,
        version,
        open: true,
        incident_id: None,
        state: json!({"version": version}),
    }
}

/// A command that takes one stream from one version to the next.
pub(crate) fn step(stream: &StreamKey, expected_version: u64) -> CommandCommit {
    let version = expected_version + 1;
    CommandCommit {
        events: vec![event(stream, version, json!({"step": version}))],
        streams: vec![write(stream, expected_version, version)],
        ..CommandCommit::default()
    }
}

pub(crate) fn request(number: u128) -> StoredRequest {
    StoredRequest {
        account_id: id(900),
        request_id: id(number),
        request_hash: format!("hash of {number}"),
        reply: vec![1, 2, 0, 255],
        recorded_at: at(number as i64),
    }
}

pub(crate) fn personal(number: u128, incident_id: Option<Uuid>, content: &str, index: PersonalIndex) -> PersonalRow {
    let salt = id(number).into_bytes();
    PersonalRow {
        id: id(number),
        subject_kind: "call".into(),
        subject_id: id(500),
        incident_id,
        field: "narrative".into(),
        content: content.into(),
        salt,
        digest: siaga_domain::personal::digest(&salt, content),
        index,
    }
}

/// A command that stores personal rows, named by an event on a stream of its own.
pub(crate) fn with_personal(stream: &StreamKey, rows: Vec<PersonalRow>) -> CommandCommit {
    let names: Vec<Value> = rows.iter().map(|row| json!({"personal_id": row.id, "digest": row.digest})).collect();
    let mut command = step(stream, 0);
    command.events[0].data = json!({"caller": {"fields": names}});
    command.personal = rows;
    command
}

/// A command that erases personal rows, by an event that says so.
pub(crate) fn erase(stream: &StreamKey, ids: &[Uuid]) -> CommandCommit {
    let mut command = step(stream, 0);
    command.events[0].event_type = "incident.personal_erased".into();
    command.events[0].data = json!({"personal_ids": ids, "reason": "retention"});
    command.erase = ids.to_vec();
    command
}

pub(crate) fn incident(number: u128, opened_at_ms: i64) -> IncidentIndexRow {
    IncidentIndexRow {
        incident_id: id(number),
        number: format!("SKW-20261122-{number:04}"),
        status: "open".into(),
        open: true,
        type_code: None,
        priority: None,
        kelurahan_code: None,
        sensitive: false,
        opened_at: at(opened_at_ms),
        closed_at: None,
    }
}

/// A command that only writes index rows.
pub(crate) fn indexed(incidents: Vec<IncidentIndexRow>) -> CommandCommit {
    CommandCommit { incidents, ..CommandCommit::default() }
}

/// A number of events over a few streams, so that a chain has something to hold together.
pub(crate) fn several(commands: u64) -> Vec<CommandCommit> {
    (0..commands).map(|number| siaga_store::testing::sample_command(number + 1)).collect()
}
