//! Maintenance that is the same on both databases.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::batch::batches;
use super::{Backend, Db, Pool, dialect, facts, side};
use crate::limits::{MAX_GROUP_ROWS, check};
use crate::rows::{signed, unsigned};
use crate::{
    Cleared, EventLog, Fact, GENESIS_HASH, IncidentIndexRow, Maintenance, ReadModelBatch, Store, StoreError, StreamRow,
    VerifyReport, split_words,
};

/// Personal rows indexed in one transaction of a rebuild.
const REBUILD_BATCH: i64 = 1000;

/// Makes the head of a new log; an existing one stays.
pub(super) async fn ensure_head(pool: &Pool, log_id: Uuid) -> Result<(), StoreError> {
    let there = sqlx::query::<Db>("SELECT 1 FROM log_head").fetch_optional(pool).await?;
    if there.is_none() {
        sqlx::query::<Db>(
            "INSERT INTO log_head (id, position, hash, log_id) VALUES (1, 0, $1, $2) \
             ON CONFLICT DO NOTHING",
        )
        .bind(GENESIS_HASH)
        .bind(log_id.to_string())
        .execute(pool)
        .await?;
    }
    Ok(())
}

/// The log's last row must be the one that the head names: a quick look at every start, and what
/// the readers know first.
pub(super) async fn check_end(store: &Backend, path: &str) -> Result<(), StoreError> {
    // One statement, so that both are of one moment.
    let row = sqlx::query::<Db>(
        "SELECT log_head.position, log_head.hash, events.position, events.hash FROM log_head \
         LEFT JOIN events ON events.position = (SELECT MAX(position) FROM events)",
    )
    .fetch_one(store.reader())
    .await?;
    let (head, hash): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
    let (last, last_hash): (Option<i64>, Option<String>) = (row.try_get(2)?, row.try_get(3)?);
    let last = last.unwrap_or_default();
    if head != last || last_hash.is_some_and(|last_hash| last_hash != hash) {
        let detail = format!("its head names event {head}, the last one is {last}");
        return Err(StoreError::Damaged { path: path.to_owned(), detail });
    }
    store.appended(unsigned(head, "log_head.position")?);
    Ok(())
}

async fn put_streams(tx: &mut super::Transaction, streams: &[StreamRow]) -> Result<(), StoreError> {
    let newest: BTreeMap<_, _> = streams.iter().map(|row| (&row.key, row)).collect();
    let mut values = Vec::with_capacity(newest.len());
    for row in newest.into_values() {
        let numbers = (signed(row.version, "versions")?, signed(row.position, "events")?);
        values.push((row, numbers));
    }
    for batch in batches(&values) {
        let mut query =
            QueryBuilder::<Db>::new("INSERT INTO streams (kind, id, version, position, open, incident_id, state) ");
        query.push_values(batch, |mut sql, (row, (version, position))| {
            sql.push_bind(row.key.kind.clone())
                .push_bind(row.key.id.clone())
                .push_bind(*version)
                .push_bind(*position)
                .push_bind(row.open)
                .push_bind(row.incident_id.map(|id| id.to_string()))
                .push_bind(row.state.to_string());
        });
        query.push(
            " ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, \
             position = excluded.position, open = excluded.open, \
             incident_id = excluded.incident_id, state = excluded.state",
        );
        query.build().execute(&mut **tx).await?;
    }
    Ok(())
}

#[async_trait]
impl Maintenance for Backend {
    fn background(&self) -> Arc<dyn Store> {
        Arc::new(self.for_background())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.head().await.map(|_| ())
    }

    async fn verify(&self, on_progress: &(dyn Fn(u64, u64) + Sync)) -> Result<VerifyReport, StoreError> {
        crate::verify::verify(&self.for_background(), on_progress).await
    }

    async fn clear_read_models(&self) -> Result<(), StoreError> {
        let mut tx = dialect::begin(self.writer()).await?;
        sqlx::query::<Db>("DELETE FROM streams").execute(&mut *tx).await?;
        sqlx::query::<Db>("DELETE FROM incidents").execute(&mut *tx).await?;
        for table in ["DELETE FROM call_facts", "DELETE FROM case_facts", "DELETE FROM assignment_facts"] {
            sqlx::query::<Db>(table).execute(&mut *tx).await?;
        }
        sqlx::query::<Db>("DELETE FROM personal_words").execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn write_read_models(&self, batch: &ReadModelBatch) -> Result<(), StoreError> {
        check("streams in a batch", batch.streams.len(), MAX_GROUP_ROWS)?;
        check("incidents in a batch", batch.incidents.len(), MAX_GROUP_ROWS)?;
        check("facts in a batch", batch.facts.len(), MAX_GROUP_ROWS)?;
        let newest: BTreeMap<Uuid, &IncidentIndexRow> =
            batch.incidents.iter().map(|row| (row.incident_id, row)).collect();
        let incidents: Vec<&IncidentIndexRow> = newest.into_values().collect();
        let mut tx = dialect::begin(self.writer()).await?;
        put_streams(&mut tx, &batch.streams).await?;
        side::put_incidents(&mut tx, &incidents).await?;
        let newest: BTreeMap<Uuid, &Fact> = batch.facts.iter().map(|fact| (fact.id(), fact)).collect();
        facts::put(&mut tx, &newest.into_values().collect::<Vec<_>>()).await?;
        Ok(tx.commit().await?)
    }

    async fn rebuild_words(&self) -> Result<u64, StoreError> {
        let mut last_row = i64::MIN;
        let mut count = 0;
        loop {
            let mut tx = dialect::begin(self.writer()).await?;
            if last_row == i64::MIN {
                sqlx::query::<Db>("DELETE FROM personal_words").execute(&mut *tx).await?;
            }
            let found = sqlx::query::<Db>(
                "SELECT row, id, content FROM personal WHERE search = 'words' AND row > $1 \
                 ORDER BY row LIMIT $2",
            )
            .bind(last_row)
            .bind(REBUILD_BATCH)
            .fetch_all(&mut *tx)
            .await?;
            let mut words = Vec::with_capacity(found.len());
            for row in &found {
                words.push((row.try_get(1)?, split_words(row.try_get(2)?)));
            }
            side::insert_words(&mut tx, &words).await?;
            tx.commit().await?;
            count += words.len() as u64;
            match found.last() {
                Some(row) => last_row = row.try_get(0)?,
                None => return Ok(count),
            }
        }
    }

    async fn backup(&self, path: &Path) -> Result<(), StoreError> {
        dialect::backup(self, path).await
    }

    async fn renew_log_id(&self, log_id: Uuid) -> Result<(), StoreError> {
        sqlx::query::<Db>("UPDATE log_head SET log_id = $1 WHERE id = 1")
            .bind(log_id.to_string())
            .execute(self.writer())
            .await?;
        Ok(())
    }

    async fn after_erase(&self, bytes_max: Option<u64>) -> Result<Cleared, StoreError> {
        dialect::after_erase(self, bytes_max).await
    }
}

impl Store for Backend {}
