//! Reading the log and its streams.

use async_trait::async_trait;
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::batch::key_batches;
use super::{Backend, Db, DbRow, dialect};
use crate::limits::{MAX_KEYS, check, expiry, page};
use crate::rows::{self, RawRequest, RawStream, signed, unsigned};
use crate::{
    Appended, CommandCommit, EventLog, EventRow, EventSearch, Head, StoreError, StoredEvent, StoredRequest, StreamKey,
    StreamRow, Timestamp,
};

/// The columns of the table `events`.
fn select_events(rest: &str) -> QueryBuilder<Db> {
    let mut query = QueryBuilder::new(
        "SELECT position, stream_kind, stream_id, stream_version, incident_id, event_type, \
         schema_version, data, occurred_at_ms, recorded_at_ms, actor, account_id, request_id, \
         prev_hash, hash FROM events WHERE ",
    );
    query.push(rest);
    query
}

const STREAM_COLUMNS: &str = "kind, id, version, position, open, incident_id, state";

/// A row of position, hash and log_id.
pub(super) fn head_of(row: &DbRow) -> Result<Head, StoreError> {
    let log_id: String = row.try_get(2)?;
    Ok(Head {
        position: unsigned(row.try_get(0)?, "log_head.position")?,
        hash: row.try_get(1)?,
        log_id: Uuid::parse_str(&log_id).map_err(|_| StoreError::unreadable("log_head.log_id is no UUID"))?,
    })
}

async fn fetch_events(store: &Backend, mut query: QueryBuilder<Db>) -> Result<Vec<StoredEvent>, StoreError> {
    Ok(query.build_query_as::<StoredEvent>().fetch_all(store.reader()).await?)
}

fn understood(rows: Vec<StoredEvent>) -> Result<Vec<EventRow>, StoreError> {
    rows::all(rows)
}

#[async_trait]
impl EventLog for Backend {
    async fn append(&self, group: &[CommandCommit]) -> Result<Appended, StoreError> {
        super::append::append(self, group).await
    }

    async fn head(&self) -> Result<Head, StoreError> {
        let row = sqlx::query::<Db>("SELECT position, hash, log_id FROM log_head WHERE id = 1")
            .fetch_one(self.reader())
            .await?;
        head_of(&row)
    }

    fn wake(&self) -> tokio::sync::watch::Receiver<u64> {
        self.subscribe()
    }

    async fn load_streams(&self, keys: &[StreamKey]) -> Result<Vec<StreamRow>, StoreError> {
        check("streams to load", keys.len(), MAX_KEYS)?;
        // An id may be what a user typed; PostgreSQL has no NUL in a text, so none is stored.
        let possible = keys.iter().filter(|key| !key.id.contains('\0'));
        let names: Vec<(String, String)> = possible.map(|key| (key.kind.clone(), key.id.clone())).collect();
        let mut found = Vec::new();
        for batch in key_batches(&names) {
            let mut query = dialect::select_streams(STREAM_COLUMNS, batch);
            found.extend(query.build_query_as::<RawStream>().fetch_all(self.reader()).await?);
        }
        rows::all(found)
    }

    async fn list_streams(
        &self,
        kind: &str,
        open_only: bool,
        after_id: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StreamRow>, StoreError> {
        let limit = page("streams in a page", limit)?;
        let mut query = QueryBuilder::<Db>::new("SELECT ");
        query.push(STREAM_COLUMNS).push(" FROM streams WHERE kind = ").push_bind(kind.to_owned());
        if open_only {
            query.push(" AND open");
        }
        if let Some(after_id) = after_id {
            query.push(" AND id > ").push_bind(after_id.to_owned());
        }
        query.push(" ORDER BY id LIMIT ").push_bind(limit);
        rows::all(query.build_query_as::<RawStream>().fetch_all(self.reader()).await?)
    }

    async fn events_after(&self, position: u64, limit: u32) -> Result<Vec<EventRow>, StoreError> {
        page("events in a page", limit)?;
        let position = signed(position, "events")?;
        match self.tail_after(position, limit) {
            Some(events) => understood(events),
            None => understood(self.stored_events_after(position, limit).await?),
        }
    }

    async fn stored_events_after(&self, position: i64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let limit = page("events in a page", limit)?;
        let mut query = select_events("position > ");
        query.push_bind(position).push(" ORDER BY position LIMIT ").push_bind(limit);
        fetch_events(self, query).await
    }

    async fn events_of_incident(&self, incident_id: Uuid, after: u64, limit: u32) -> Result<Vec<EventRow>, StoreError> {
        let limit = page("events in a page", limit)?;
        let mut query = select_events("incident_id = ");
        query.push_bind(incident_id.to_string());
        query.push(" AND position > ").push_bind(signed(after, "events")?);
        query.push(" ORDER BY position LIMIT ").push_bind(limit);
        understood(fetch_events(self, query).await?)
    }

    async fn events_of_stream(
        &self,
        key: &StreamKey,
        after_version: u64,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        let limit = page("events in a page", limit)?;
        let mut query = select_events("stream_kind = ");
        query.push_bind(key.kind.clone()).push(" AND stream_id = ").push_bind(key.id.clone());
        query.push(" AND stream_version > ").push_bind(signed(after_version, "versions")?);
        query.push(" ORDER BY stream_version LIMIT ").push_bind(limit);
        understood(fetch_events(self, query).await?)
    }

    async fn search_events(&self, search: &EventSearch) -> Result<Vec<EventRow>, StoreError> {
        let limit = page("events in a page", search.limit)?;
        check("kinds of events", search.kinds.len(), MAX_KEYS)?;
        let mut query = select_events("position < ");
        query.push_bind(signed(search.before, "events")?);
        query.push(" AND position >= ").push_bind(signed(search.floor, "events")?);
        if let Some(incident_id) = search.incident_id {
            query.push(" AND incident_id = ").push_bind(incident_id.to_string());
        }
        if let Some(from) = search.from {
            query.push(" AND recorded_at_ms >= ").push_bind(from.unix_ms());
        }
        if let Some(to) = search.to {
            query.push(" AND recorded_at_ms < ").push_bind(to.unix_ms());
        }
        if let Some(account_id) = search.account_id {
            query.push(" AND (account_id = ").push_bind(account_id.to_string());
            query.push(" OR (stream_kind = 'account' AND stream_id = ").push_bind(account_id.to_string());
            query.push("))");
        }
        for (index, kind) in search.kinds.iter().enumerate() {
            query.push(if index == 0 { " AND (" } else { " OR " });
            query.push(if kind.contains('.') { "event_type = " } else { "stream_kind = " });
            query.push_bind(kind.clone());
        }
        if !search.kinds.is_empty() {
            query.push(")");
        }
        query.push(" ORDER BY position DESC LIMIT ").push_bind(limit);
        understood(fetch_events(self, query).await?)
    }

    async fn find_request(&self, account_id: Uuid, request_id: Uuid) -> Result<Option<StoredRequest>, StoreError> {
        sqlx::query_as::<Db, RawRequest>(
            "SELECT account_id, request_id, request_hash, reply, recorded_at_ms FROM requests \
             WHERE account_id = $1 AND request_id = $2",
        )
        .bind(account_id.to_string())
        .bind(request_id.to_string())
        .fetch_optional(self.reader())
        .await?
        .map(StoredRequest::try_from)
        .transpose()
    }

    async fn expire_requests(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let limit = expiry("requests to expire", limit)?;
        let done = sqlx::query::<Db>(
            "DELETE FROM requests WHERE (account_id, request_id) IN (SELECT account_id, \
             request_id FROM requests WHERE recorded_at_ms < $1 ORDER BY recorded_at_ms LIMIT $2)",
        )
        .bind(before.unix_ms())
        .bind(limit)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }
}
