//! Credentials and sessions.

use async_trait::async_trait;
use sqlx::Row;
use uuid::Uuid;

use super::{Backend, Db, dialect};
use crate::limits::{MAX_KEYS, MAX_PAGE, check, expiry};
use crate::rows::{self, RawSession};
use crate::{AccessTables, Session, StoreError, Timestamp};

#[async_trait]
impl AccessTables for Backend {
    async fn credential(&self, account_id: Uuid) -> Result<Option<String>, StoreError> {
        let row = sqlx::query::<Db>("SELECT password_hash FROM credentials WHERE account_id = $1")
            .bind(account_id.to_string())
            .fetch_optional(self.reader())
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    async fn session_by_token(&self, token_hash: &str) -> Result<Option<Session>, StoreError> {
        sqlx::query_as::<Db, RawSession>(
            "SELECT id, token_hash, account_id, kind, label, created_at_ms, expires_at_ms, \
             last_seen_at_ms, revoked_at_ms FROM sessions WHERE token_hash = $1",
        )
        .bind(token_hash.to_owned())
        .fetch_optional(self.reader())
        .await?
        .map(Session::try_from)
        .transpose()
    }

    async fn sessions_of_account(&self, account_id: Uuid) -> Result<Vec<Session>, StoreError> {
        let found = sqlx::query_as::<Db, RawSession>(
            "SELECT id, token_hash, account_id, kind, label, created_at_ms, expires_at_ms, \
             last_seen_at_ms, revoked_at_ms FROM sessions WHERE account_id = $1 \
             ORDER BY created_at_ms DESC, id DESC LIMIT $2",
        )
        .bind(account_id.to_string())
        .bind(i64::from(MAX_PAGE) + 1)
        .fetch_all(self.reader())
        .await?;
        check("sessions of one account", found.len(), MAX_PAGE as usize)?;
        rows::all(found)
    }

    async fn machine_sessions(&self, limit: u32) -> Result<Vec<Session>, StoreError> {
        check("machines' tokens at once", limit as usize, MAX_PAGE as usize)?;
        let found = sqlx::query_as::<Db, RawSession>(
            "SELECT id, token_hash, account_id, kind, label, created_at_ms, expires_at_ms, \
             last_seen_at_ms, revoked_at_ms FROM sessions WHERE kind = 'machine' \
             ORDER BY created_at_ms DESC, id DESC LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(self.reader())
        .await?;
        rows::all(found)
    }

    async fn touch_sessions(&self, seen: &[(Uuid, Timestamp)]) -> Result<(), StoreError> {
        check("sessions to touch", seen.len(), MAX_KEYS)?;
        let mut sorted = seen.to_vec();
        sorted.sort();
        let mut tx = dialect::begin(self.writer()).await?;
        for (id, at) in sorted {
            sqlx::query::<Db>("UPDATE sessions SET last_seen_at_ms = $1 WHERE id = $2 AND last_seen_at_ms < $1")
                .bind(at.unix_ms())
                .bind(id.to_string())
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    async fn expire_sessions(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let limit = expiry("sessions to expire", limit)?;
        let done = sqlx::query::<Db>(
            "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions \
             WHERE expires_at_ms < $1 OR revoked_at_ms < $1 LIMIT $2)",
        )
        .bind(before.unix_ms())
        .bind(limit)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }
}
