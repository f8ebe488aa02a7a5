//! Positions of units, presence of sessions, open cards.

use std::collections::BTreeMap;

use async_trait::async_trait;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::batch::{batches, key_batches, push_in};
use super::{Backend, Db, dialect};
use crate::limits::{MAX_KEYS, MAX_PAGE, check, expiry, page};
use crate::rows::{self, RawPosition, RawPresence, RawViewing};
use crate::{Presence, StoreError, Telemetry, Timestamp, UnitPosition, Viewing};

fn insert_positions(table: &str, batch: &[UnitPosition]) -> QueryBuilder<Db> {
    let mut query = QueryBuilder::new("INSERT INTO ");
    query.push(table).push(" (unit_id, lat, lon, accuracy_m, speed_mps, at_ms) ");
    query.push_values(batch, |mut row, position| {
        row.push_bind(position.unit_id.to_string())
            .push_bind(position.lat)
            .push_bind(position.lon)
            .push_bind(position.accuracy_m)
            .push_bind(position.speed_mps)
            .push_bind(position.at.unix_ms());
    });
    query
}

#[async_trait]
impl Telemetry for Backend {
    async fn record_positions(&self, positions: &[UnitPosition]) -> Result<(), StoreError> {
        check("positions to record", positions.len(), MAX_KEYS)?;
        // Sorted by unit, so that two writers lock in one order; the latest of each unit once.
        let mut latest: BTreeMap<Uuid, UnitPosition> = BTreeMap::new();
        for position in positions {
            let newest = latest.entry(position.unit_id).or_insert(*position);
            if newest.at < position.at {
                *newest = *position;
            }
        }
        let latest: Vec<UnitPosition> = latest.into_values().collect();
        let mut history = positions.to_vec();
        history.sort_by_key(|position| (position.unit_id, position.at));
        let mut tx = dialect::begin(self.writer()).await?;
        for batch in batches(&latest) {
            let mut query = insert_positions("unit_positions_latest", batch);
            query.push(
                " ON CONFLICT (unit_id) DO UPDATE SET lat = excluded.lat, lon = excluded.lon, \
                 accuracy_m = excluded.accuracy_m, speed_mps = excluded.speed_mps, \
                 at_ms = excluded.at_ms WHERE unit_positions_latest.at_ms < excluded.at_ms",
            );
            query.build().execute(&mut *tx).await?;
        }
        for batch in batches(&history) {
            let mut query = insert_positions("unit_positions", batch);
            query.push(" ON CONFLICT DO NOTHING").build().execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn latest_positions(&self, units: Option<&[Uuid]>) -> Result<Vec<UnitPosition>, StoreError> {
        const SELECT: &str = "SELECT unit_id, lat, lon, accuracy_m, speed_mps, at_ms \
                              FROM unit_positions_latest";
        let mut found = Vec::new();
        if let Some(units) = units {
            check("units to look up", units.len(), MAX_KEYS)?;
            let ids: Vec<String> = units.iter().map(ToString::to_string).collect();
            for batch in key_batches(&ids) {
                let mut query = QueryBuilder::<Db>::new(SELECT);
                query.push(" WHERE unit_id");
                push_in(&mut query, batch);
                found.extend(query.build_query_as::<RawPosition>().fetch_all(self.reader()).await?);
            }
        } else {
            let mut query = QueryBuilder::<Db>::new(SELECT);
            query.push(" ORDER BY unit_id LIMIT ").push_bind(MAX_KEYS as i64 + 1);
            found = query.build_query_as::<RawPosition>().fetch_all(self.reader()).await?;
            check("units with a position", found.len(), MAX_KEYS)?;
        }
        rows::all(found)
    }

    async fn position_history(
        &self,
        unit_id: Uuid,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> Result<Vec<UnitPosition>, StoreError> {
        let found = sqlx::query_as::<Db, RawPosition>(
            "SELECT unit_id, lat, lon, accuracy_m, speed_mps, at_ms FROM unit_positions \
             WHERE unit_id = $1 AND at_ms >= $2 AND at_ms < $3 ORDER BY at_ms LIMIT $4",
        )
        .bind(unit_id.to_string())
        .bind(from.unix_ms())
        .bind(to.unix_ms())
        .bind(page("positions in a page", limit)?)
        .fetch_all(self.reader())
        .await?;
        rows::all(found)
    }

    async fn thin_positions(&self, before: Timestamp, every_ms: u32, limit: u32) -> Result<u64, StoreError> {
        let limit = expiry("positions to thin", limit)?;
        // Of each period the first stays: a later one goes when an earlier one shares its period.
        let done = sqlx::query::<Db>(
            "DELETE FROM unit_positions WHERE (unit_id, at_ms) IN (SELECT later.unit_id, \
             later.at_ms FROM unit_positions later WHERE later.at_ms < $1 AND EXISTS (SELECT 1 \
             FROM unit_positions first WHERE first.unit_id = later.unit_id \
             AND first.at_ms >= later.at_ms - later.at_ms % $2 AND first.at_ms < later.at_ms) \
             LIMIT $3)",
        )
        .bind(before.unix_ms())
        .bind(i64::from(every_ms.max(1)))
        .bind(limit)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }

    async fn expire_positions(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let limit = expiry("positions to expire", limit)?;
        let done = sqlx::query::<Db>(
            "DELETE FROM unit_positions WHERE (unit_id, at_ms) IN (SELECT unit_id, at_ms \
             FROM unit_positions WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)",
        )
        .bind(before.unix_ms())
        .bind(limit)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }

    async fn set_presence(
        &self,
        gateway_id: &str,
        at: Timestamp,
        audiences: &[(String, u32)],
    ) -> Result<(), StoreError> {
        check("audiences of a gateway", audiences.len(), MAX_KEYS)?;
        let audiences: BTreeMap<&String, u32> = audiences.iter().map(|(a, n)| (a, *n)).collect();
        let audiences: Vec<(&String, u32)> = audiences.into_iter().collect();
        let mut tx = dialect::begin(self.writer()).await?;
        sqlx::query::<Db>("DELETE FROM presence WHERE gateway_id = $1")
            .bind(gateway_id.to_owned())
            .execute(&mut *tx)
            .await?;
        for batch in batches(&audiences) {
            let mut query =
                QueryBuilder::<Db>::new("INSERT INTO presence (gateway_id, audience, sessions, seen_at_ms) ");
            query.push_values(batch, |mut row, (audience, sessions)| {
                row.push_bind(gateway_id.to_owned())
                    .push_bind((*audience).clone())
                    .push_bind(i64::from(*sessions))
                    .push_bind(at.unix_ms());
            });
            query.push(
                " ON CONFLICT (gateway_id, audience) DO UPDATE SET sessions = excluded.sessions, \
                 seen_at_ms = excluded.seen_at_ms",
            );
            query.build().execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn presence(&self, since: Timestamp) -> Result<Vec<Presence>, StoreError> {
        let found = sqlx::query_as::<Db, RawPresence>(
            "SELECT gateway_id, audience, sessions, seen_at_ms FROM presence \
             WHERE seen_at_ms >= $1 ORDER BY audience, gateway_id LIMIT $2",
        )
        .bind(since.unix_ms())
        .bind(i64::from(MAX_PAGE) * 20 + 1)
        .fetch_all(self.reader())
        .await?;
        check("presence rows", found.len(), MAX_PAGE as usize * 20)?;
        rows::all(found)
    }

    async fn expire_presence(&self, before: Timestamp) -> Result<u64, StoreError> {
        let done = sqlx::query::<Db>("DELETE FROM presence WHERE seen_at_ms < $1")
            .bind(before.unix_ms())
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected())
    }

    async fn set_viewing(&self, viewing: &Viewing) -> Result<(), StoreError> {
        sqlx::query::<Db>(
            "INSERT INTO viewing (incident_id, account_id, label, editing, seen_at_ms) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (incident_id, account_id) DO UPDATE SET \
             label = excluded.label, editing = excluded.editing, seen_at_ms = excluded.seen_at_ms",
        )
        .bind(viewing.incident_id.to_string())
        .bind(viewing.account_id.to_string())
        .bind(viewing.label.clone())
        .bind(i64::from(viewing.editing))
        .bind(viewing.seen_at.unix_ms())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    async fn end_viewing(&self, incident_id: Uuid, account_id: Uuid) -> Result<(), StoreError> {
        sqlx::query::<Db>("DELETE FROM viewing WHERE incident_id = $1 AND account_id = $2")
            .bind(incident_id.to_string())
            .bind(account_id.to_string())
            .execute(self.writer())
            .await?;
        Ok(())
    }

    async fn viewing(&self, since: Timestamp) -> Result<Vec<Viewing>, StoreError> {
        let found = sqlx::query_as::<Db, RawViewing>(
            "SELECT incident_id, account_id, label, editing, seen_at_ms FROM viewing \
             WHERE seen_at_ms >= $1 ORDER BY incident_id, account_id LIMIT $2",
        )
        .bind(since.unix_ms())
        .bind(i64::from(MAX_PAGE) * 20 + 1)
        .fetch_all(self.reader())
        .await?;
        check("open cards", found.len(), MAX_PAGE as usize * 20)?;
        rows::all(found)
    }

    async fn expire_viewing(&self, before: Timestamp) -> Result<u64, StoreError> {
        let done = sqlx::query::<Db>("DELETE FROM viewing WHERE seen_at_ms < $1")
            .bind(before.unix_ms())
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected())
    }
}
