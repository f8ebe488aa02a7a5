//! Positions of readers, and leases.

use async_trait::async_trait;
use sqlx::Row;

use super::{Backend, Db};
use crate::rows::{signed, unsigned};
use crate::{Reconcilers, StoreError, Timestamp};

/// A reader has read up to here; it never goes back.
pub(super) fn reader_at(
    name: &str,
    position: u64,
) -> Result<sqlx::query::Query<'static, Db, <Db as sqlx::Database>::Arguments>, StoreError> {
    let query = sqlx::query::<Db>(
        "INSERT INTO reader_positions (name, position) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET position = excluded.position \
         WHERE reader_positions.position < excluded.position",
    );
    Ok(query.bind(name.to_owned()).bind(signed(position, "events")?))
}

#[async_trait]
impl Reconcilers for Backend {
    async fn reader_position(&self, name: &str) -> Result<u64, StoreError> {
        let row = sqlx::query::<Db>("SELECT position FROM reader_positions WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(self.reader())
            .await?;
        row.map_or(Ok(0), |row| unsigned(row.try_get(0)?, "reader_positions.position"))
    }

    async fn take_lease(&self, name: &str, owner: &str, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        let done = sqlx::query::<Db>(
            "INSERT INTO leases (name, owner, until_ms) VALUES ($1, $2, $3) \
             ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until_ms = excluded.until_ms \
             WHERE leases.owner = excluded.owner OR leases.until_ms <= $4",
        )
        .bind(name.to_owned())
        .bind(owner.to_owned())
        .bind(until.unix_ms())
        .bind(now.unix_ms())
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn release_lease(&self, name: &str, owner: &str) -> Result<(), StoreError> {
        sqlx::query::<Db>("DELETE FROM leases WHERE name = $1 AND owner = $2")
            .bind(name.to_owned())
            .bind(owner.to_owned())
            .execute(self.writer())
            .await?;
        Ok(())
    }
}
