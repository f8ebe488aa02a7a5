//! The one way into the log.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use sqlx::{QueryBuilder, Row};

use super::batch::{batches, key_batches};
use super::{Backend, Db, Transaction, dialect, side};
use crate::commit::Plan;
use crate::rows::signed;
use crate::{
    Appended, CommandCommit, EventLog, Head, PositionRange, StoreError, StoredEvent, StoredRequest, StreamKey,
    event_hash,
};

/// Appends a group in one transaction. The order of the locks is the same for everybody:
/// requests, streams (each sorted), the head last, so that nobody waits in a circle and the head
/// is held for the shortest time.
pub(super) async fn append(store: &Backend, group: &[CommandCommit]) -> Result<Appended, StoreError> {
    let started = Instant::now();
    let plan = Plan::of(group)?;
    let mut tx = dialect::begin(store.writer()).await?;
    if !insert_requests(&mut tx, &plan.requests).await? {
        tx.rollback().await?;
        return Err(stored_request(store, &plan).await?);
    }
    let positions = check_streams(&mut tx, &plan).await?;
    let head = lock_head(&mut tx).await?;
    let events = chain(&plan, &head)?;
    let last_hash = events.last().map_or(head.hash.as_str(), |event| event.hash.as_str());
    let last_position = head.position + events.len() as u64;

    // Streams before events: a stream that somebody else made meanwhile is a conflict, not a
    // broken constraint.
    if !write_streams(&mut tx, &plan, head.position, &positions).await? {
        tx.rollback().await?;
        return Err(made_meanwhile(store, &plan).await?);
    }
    insert_events(&mut tx, &events).await?;
    side::write(&mut tx, &plan).await?;
    if !events.is_empty() {
        sqlx::query("UPDATE log_head SET position = $1, hash = $2 WHERE id = 1")
            .bind(signed(last_position, "events")?)
            .bind(last_hash)
            .execute(&mut *tx)
            .await?;
        dialect::notify(&mut tx, last_position).await?;
    }
    tx.commit().await?;

    store.keep(events);
    store.appended(last_position);
    metrics::histogram!("siaga_store_append_commands").record(group.len() as f64);
    metrics::histogram!("siaga_store_append_seconds").record(started.elapsed().as_secs_f64());
    Ok(Appended {
        first_position: head.position + 1,
        last_position,
        commands: ranges(&plan.events_per_command, head.position),
    })
}

/// Where each command's events went, after the head's position.
fn ranges(events_per_command: &[usize], mut position: u64) -> Vec<Option<PositionRange>> {
    let range = |count: &usize| {
        let first = position + 1;
        position += *count as u64;
        (*count > 0).then_some(PositionRange { first, last: position })
    };
    events_per_command.iter().map(range).collect()
}

/// Stores the requests; false when one was there before. A concurrent writer of the same request
/// is waited for.
async fn insert_requests(tx: &mut Transaction, requests: &[(usize, &StoredRequest)]) -> Result<bool, StoreError> {
    for batch in batches(requests) {
        let mut query = QueryBuilder::<Db>::new(
            "INSERT INTO requests (account_id, request_id, request_hash, reply, recorded_at_ms) ",
        );
        query.push_values(batch, |mut row, (_, request)| {
            row.push_bind(request.account_id.to_string())
                .push_bind(request.request_id.to_string())
                .push_bind(request.request_hash.clone())
                .push_bind(request.reply.clone())
                .push_bind(request.recorded_at.unix_ms());
        });
        query.push(" ON CONFLICT DO NOTHING");
        let done = query.build().execute(&mut **tx).await?;
        if done.rows_affected() < batch.len() as u64 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Which request was there before. Looked up after the transaction, whose own rows are gone then.
async fn stored_request(store: &Backend, plan: &Plan<'_>) -> Result<StoreError, StoreError> {
    let mut requests = plan.requests.clone();
    requests.sort_by_key(|(index, _)| *index);
    for (index, request) in requests {
        if store.find_request(request.account_id, request.request_id).await?.is_some() {
            return Ok(StoreError::DuplicateRequest { index });
        }
    }
    Ok(StoreError::Busy { detail: "a stored request expired meanwhile".into() })
}

/// Which streams somebody else made between the check and the write.
async fn made_meanwhile(store: &Backend, plan: &Plan<'_>) -> Result<StoreError, StoreError> {
    let new = plan.streams.iter().filter(|(_, stream)| stream.expected == 0);
    let keys: Vec<StreamKey> = new.map(|(key, _)| (*key).clone()).collect();
    let mut there: Vec<StreamKey> = Vec::new();
    for keys in keys.chunks(crate::MAX_KEYS) {
        there.extend(store.load_streams(keys).await?.into_iter().map(|row| row.key));
    }
    there.sort();
    Ok(StoreError::Conflict { keys: there })
}

/// Locks the streams in sorted order and checks their versions; returns the positions of those
/// that exist.
async fn check_streams<'a>(tx: &mut Transaction, plan: &Plan<'a>) -> Result<BTreeMap<&'a StreamKey, i64>, StoreError> {
    let names: Vec<(String, String)> = plan.streams.keys().map(|key| (key.kind.clone(), key.id.clone())).collect();
    let mut found = HashMap::new();
    for batch in key_batches(&names) {
        let mut query = dialect::select_streams("kind, id, version, position", batch);
        query.push(dialect::LOCK_IN_ORDER);
        for row in query.build().fetch_all(&mut **tx).await? {
            let key = StreamKey { kind: row.try_get(0)?, id: row.try_get(1)? };
            found.insert(key, (row.try_get::<i64, _>(2)?, row.try_get::<i64, _>(3)?));
        }
    }
    let mut positions = BTreeMap::new();
    let mut moved = Vec::new();
    for (key, stream) in &plan.streams {
        let at = found.get(*key).copied();
        if at.map_or(0, |(version, _)| version) != signed(stream.expected, "versions")? {
            moved.push((*key).clone());
        }
        if let Some((_, position)) = at {
            positions.insert(*key, position);
        }
    }
    if moved.is_empty() { Ok(positions) } else { Err(StoreError::Conflict { keys: moved }) }
}

/// Takes the one row that hands out positions. Everybody who appends passes here one by one.
async fn lock_head(tx: &mut Transaction) -> Result<Head, StoreError> {
    let mut query = QueryBuilder::<Db>::new("SELECT position, hash, log_id FROM log_head WHERE id = 1");
    query.push(dialect::FOR_UPDATE);
    let row = query.build().fetch_one(&mut **tx).await?;
    super::read::head_of(&row)
}

/// Gives the events their positions and hashes.
fn chain(plan: &Plan<'_>, head: &Head) -> Result<Vec<StoredEvent>, StoreError> {
    let mut prev_hash = head.hash.clone();
    let first = signed(head.position, "events")?.saturating_add(1);
    let mut rows = Vec::with_capacity(plan.events.len());
    for (position, planned) in (first..).zip(&plan.events) {
        let event = planned.event;
        let mut row = StoredEvent {
            position,
            stream_kind: event.stream.kind.clone(),
            stream_id: event.stream.id.clone(),
            stream_version: signed(event.version, "versions")?,
            incident_id: event.incident_id.map(|id| id.to_string()),
            event_type: event.event_type.clone(),
            schema_version: i64::from(event.schema_version),
            data: planned.data.clone(),
            occurred_at_ms: event.occurred_at.unix_ms(),
            recorded_at_ms: event.recorded_at.unix_ms(),
            actor: planned.actor.clone(),
            account_id: event.account_id.map(|id| id.to_string()),
            request_id: event.request_id.map(|id| id.to_string()),
            prev_hash,
            hash: String::new(),
        };
        row.hash = event_hash(&row);
        prev_hash = row.hash.clone();
        rows.push(row);
    }
    Ok(rows)
}

async fn insert_events(tx: &mut Transaction, events: &[StoredEvent]) -> Result<(), StoreError> {
    for batch in batches(events) {
        let mut query = QueryBuilder::<Db>::new(
            "INSERT INTO events (position, stream_kind, stream_id, stream_version, incident_id, \
             event_type, schema_version, data, occurred_at_ms, recorded_at_ms, actor, account_id, \
             request_id, prev_hash, hash) ",
        );
        query.push_values(batch, |mut row, event| {
            row.push_bind(event.position)
                .push_bind(event.stream_kind.clone())
                .push_bind(event.stream_id.clone())
                .push_bind(event.stream_version)
                .push_bind(event.incident_id.clone())
                .push_bind(event.event_type.clone())
                .push_bind(event.schema_version)
                .push_bind(event.data.clone())
                .push_bind(event.occurred_at_ms)
                .push_bind(event.recorded_at_ms)
                .push_bind(event.actor.clone())
                .push_bind(event.account_id.clone())
                .push_bind(event.request_id.clone())
                .push_bind(event.prev_hash.clone())
                .push_bind(event.hash.clone());
        });
        query.build().execute(&mut **tx).await?;
    }
    Ok(())
}

/// A row of `streams` to be written.
struct StreamRecord<'a> {
    key: &'a StreamKey,
    version: i64,
    position: i64,
    open: bool,
    incident_id: Option<String>,
    state: &'a str,
}

/// Writes the streams that got events; false when one that should be new is there, since a row that
/// did not exist could not be locked.
async fn write_streams(
    tx: &mut Transaction,
    plan: &Plan<'_>,
    head_position: u64,
    positions: &BTreeMap<&StreamKey, i64>,
) -> Result<bool, StoreError> {
    let mut new = Vec::new();
    let mut changed = Vec::new();
    for (key, stream) in &plan.streams {
        let Some(last_event) = stream.last_event else { continue };
        let record = StreamRecord {
            key,
            version: signed(stream.last.version, "versions")?,
            position: signed(head_position + 1 + last_event as u64, "events")?,
            open: stream.last.open,
            incident_id: stream.last.incident_id.map(|id| id.to_string()),
            state: &stream.state,
        };
        if positions.contains_key(key) { changed.push(record) } else { new.push(record) }
    }
    for batch in batches(&new) {
        let mut query = insert_streams(batch);
        query.push(" ON CONFLICT DO NOTHING");
        let done = query.build().execute(&mut **tx).await?;
        if done.rows_affected() < batch.len() as u64 {
            return Ok(false);
        }
    }
    for batch in batches(&changed) {
        let mut query = insert_streams(batch);
        query.push(
            " ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, \
             position = excluded.position, open = excluded.open, \
             incident_id = excluded.incident_id, state = excluded.state",
        );
        query.build().execute(&mut **tx).await?;
    }
    Ok(true)
}

fn insert_streams(batch: &[StreamRecord<'_>]) -> QueryBuilder<Db> {
    let mut query =
        QueryBuilder::<Db>::new("INSERT INTO streams (kind, id, version, position, open, incident_id, state) ");
    query.push_values(batch, |mut row, record| {
        row.push_bind(record.key.kind.clone())
            .push_bind(record.key.id.clone())
            .push_bind(record.version)
            .push_bind(record.position)
            .push_bind(record.open)
            .push_bind(record.incident_id.clone())
            .push_bind(record.state.to_owned());
    });
    query
}
