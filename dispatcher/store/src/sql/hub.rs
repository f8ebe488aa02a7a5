//! The table of the hub's delivery.

use std::collections::BTreeMap;

use async_trait::async_trait;
use sqlx::{QueryBuilder, Row};

use super::batch::batches;
use super::{Backend, Db, Transaction};
use crate::limits::{MAX_KEYS, check, page};
use crate::rows::{self, RawHubCase, signed, unsigned};
use crate::{HubCase, HubCaseState, HubCases, HubPending, HubSummary, StoreError, Timestamp};

/// Longer error texts of the hub are cut.
const MAX_ERROR_CHARS: usize = 500;

fn select_cases(rest: &str) -> QueryBuilder<Db> {
    let mut query = QueryBuilder::new(
        "SELECT number, incident_id, delivered_position, delivered_sequence, latest_position, \
         state, attempts, next_attempt_at_ms, pending_since_ms, last_error, refused_position, \
         skip_reason FROM hub_cases WHERE ",
    );
    query.push(rest);
    query
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(MAX_ERROR_CHARS).collect()
}

fn found(number: &str, rows: u64) -> Result<(), StoreError> {
    if rows == 0 {
        return Err(StoreError::NotFound { what: format!("the hub case {number} in this state") });
    }
    Ok(())
}

/// Notes that cases have something new.
pub(super) async fn mark_pending(tx: &mut Transaction, cases: &[HubPending], now: Timestamp) -> Result<(), StoreError> {
    check("hub cases to mark", cases.len(), MAX_KEYS)?;
    let mut newest: BTreeMap<&String, &HubPending> = BTreeMap::new();
    for case in cases {
        let kept = newest.entry(&case.number).or_insert(case);
        if kept.latest_position < case.latest_position {
            *kept = case;
        }
    }
    let mut values = Vec::with_capacity(newest.len());
    for case in newest.into_values() {
        values.push((case, signed(case.latest_position, "events")?));
    }
    for batch in batches(&values) {
        let mut query = QueryBuilder::<Db>::new(
            "INSERT INTO hub_cases (number, incident_id, delivered_position, \
             delivered_sequence, latest_position, state, attempts, next_attempt_at_ms, \
             pending_since_ms) ",
        );
        query.push_values(batch, |mut row, (case, latest)| {
            row.push_bind(case.number.clone())
                .push_bind(case.incident_id.to_string())
                .push_bind(0_i64)
                .push_bind(0_i64)
                .push_bind(*latest)
                .push_bind("pending")
                .push_bind(0_i64)
                .push_bind(now.unix_ms())
                .push_bind(now.unix_ms());
        });
        // What waits already keeps its time; what the hub has already is nothing new.
        query.push(
            " ON CONFLICT (number) DO UPDATE SET latest_position = excluded.latest_position, \
             state = CASE hub_cases.state WHEN 'idle' THEN 'pending' ELSE hub_cases.state END, \
             next_attempt_at_ms = CASE hub_cases.state WHEN 'idle' \
             THEN excluded.next_attempt_at_ms ELSE hub_cases.next_attempt_at_ms END, \
             pending_since_ms = COALESCE(hub_cases.pending_since_ms, excluded.pending_since_ms) \
             WHERE hub_cases.latest_position < excluded.latest_position",
        );
        query.build().execute(&mut **tx).await?;
    }
    Ok(())
}

/// The case goes on after this message, unless it went on already.
pub(super) fn delivered(
    number: &str,
    position: u64,
    sequence: u64,
    now: Timestamp,
) -> Result<sqlx::query::Query<'static, Db, <Db as sqlx::Database>::Arguments>, StoreError> {
    let query = sqlx::query::<Db>(
        "UPDATE hub_cases SET delivered_position = $1, delivered_sequence = $2, attempts = 0, \
         last_error = NULL, refused_position = NULL, next_attempt_at_ms = $3, \
         state = CASE WHEN latest_position <= $1 THEN 'idle' ELSE 'pending' END, \
         pending_since_ms = CASE WHEN latest_position <= $1 THEN NULL ELSE $3 END \
         WHERE number = $4 AND delivered_position <= $1",
    );
    Ok(query
        .bind(signed(position, "events")?)
        .bind(signed(sequence, "messages")?)
        .bind(now.unix_ms())
        .bind(number.to_owned()))
}

#[async_trait]
impl HubCases for Backend {
    async fn hub_due(&self, now: Timestamp, limit: u32) -> Result<Vec<HubCase>, StoreError> {
        let mut query = select_cases("state = 'pending' AND next_attempt_at_ms <= ");
        query.push_bind(now.unix_ms()).push(" ORDER BY next_attempt_at_ms, number LIMIT ");
        query.push_bind(page("hub cases in a page", limit)?);
        rows::all(query.build_query_as::<RawHubCase>().fetch_all(self.reader()).await?)
    }

    async fn hub_delivered(
        &self,
        number: &str,
        position: u64,
        sequence: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let done = delivered(number, position, sequence, now)?.execute(self.writer()).await?;
        found(number, done.rows_affected())
    }

    async fn hub_unreachable(&self, number: &str, next_attempt_at: Timestamp, error: &str) -> Result<(), StoreError> {
        let done = sqlx::query::<Db>(
            "UPDATE hub_cases SET attempts = attempts + 1, next_attempt_at_ms = $1, \
             last_error = $2 WHERE number = $3 AND state = 'pending'",
        )
        .bind(next_attempt_at.unix_ms())
        .bind(cut(error))
        .bind(number.to_owned())
        .execute(self.writer())
        .await?;
        found(number, done.rows_affected())
    }

    async fn hub_rewind(
        &self,
        number: &str,
        position: u64,
        sequence: u64,
        next_attempt_at: Timestamp,
        error: &str,
    ) -> Result<(), StoreError> {
        let done = sqlx::query::<Db>(
            "UPDATE hub_cases SET delivered_position = $1, delivered_sequence = $2, next_attempt_at_ms = $3, \
             last_error = $4 WHERE number = $5 AND state = 'pending' AND delivered_sequence > $2 \
             AND delivered_position > $1",
        )
        .bind(signed(position, "events")?)
        .bind(signed(sequence, "messages")?)
        .bind(next_attempt_at.unix_ms())
        .bind(cut(error))
        .bind(number.to_owned())
        .execute(self.writer())
        .await?;
        found(number, done.rows_affected())
    }

    async fn hub_wake(&self, now: Timestamp) -> Result<u64, StoreError> {
        let done = sqlx::query::<Db>(
            "UPDATE hub_cases SET next_attempt_at_ms = $1 WHERE state = 'pending' AND next_attempt_at_ms > $1",
        )
        .bind(now.unix_ms())
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }

    async fn hub_recheck(&self, since: Timestamp, now: Timestamp, every_ms: u32) -> Result<u64, StoreError> {
        // What is due later than new messages does not hold them up. Of an idle case the next attempt is the last one.
        let done = sqlx::query::<Db>(
            "UPDATE hub_cases SET state = 'pending', attempts = 0, next_attempt_at_ms = $1 + asked.place * $2, \
             pending_since_ms = $1 + asked.place * $2 \
             FROM (SELECT number AS known, ROW_NUMBER() OVER (ORDER BY next_attempt_at_ms DESC, number) AS place \
             FROM hub_cases WHERE state = 'idle' AND delivered_sequence > 0 AND next_attempt_at_ms >= $3) AS asked \
             WHERE hub_cases.number = asked.known",
        )
        .bind(now.unix_ms())
        .bind(i64::from(every_ms))
        .bind(since.unix_ms())
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }

    async fn hub_refused(&self, number: &str, position: u64, error: &str) -> Result<(), StoreError> {
        let done = sqlx::query::<Db>(
            "UPDATE hub_cases SET state = 'dead', attempts = attempts + 1, \
             refused_position = $1, last_error = $2 WHERE number = $3 AND delivered_position < $1",
        )
        .bind(signed(position, "events")?)
        .bind(cut(error))
        .bind(number.to_owned())
        .execute(self.writer())
        .await?;
        found(number, done.rows_affected())
    }

    async fn hub_replay(&self, number: &str, now: Timestamp) -> Result<(), StoreError> {
        let done = sqlx::query::<Db>(
            "UPDATE hub_cases SET state = 'pending', attempts = 0, next_attempt_at_ms = $1, \
             refused_position = NULL WHERE number = $2 AND state = 'dead'",
        )
        .bind(now.unix_ms())
        .bind(number.to_owned())
        .execute(self.writer())
        .await?;
        found(number, done.rows_affected())
    }

    async fn hub_skip(&self, number: &str, reason: &str, now: Timestamp) -> Result<(), StoreError> {
        let done = sqlx::query::<Db>(
            "UPDATE hub_cases SET delivered_position = refused_position, refused_position = NULL, \
             attempts = 0, last_error = NULL, skip_reason = $1, next_attempt_at_ms = $2, \
             state = CASE WHEN latest_position <= refused_position THEN 'idle' ELSE 'pending' END, \
             pending_since_ms = CASE WHEN latest_position <= refused_position THEN NULL \
             ELSE pending_since_ms END \
             WHERE number = $3 AND state = 'dead' AND refused_position IS NOT NULL",
        )
        .bind(cut(reason))
        .bind(now.unix_ms())
        .bind(number.to_owned())
        .execute(self.writer())
        .await?;
        found(number, done.rows_affected())
    }

    async fn hub_case(&self, number: &str) -> Result<Option<HubCase>, StoreError> {
        let mut query = select_cases("number = ");
        query.push_bind(number.to_owned());
        let row = query.build_query_as::<RawHubCase>().fetch_optional(self.reader()).await?;
        row.map(HubCase::try_from).transpose()
    }

    async fn hub_cases(
        &self,
        state: Option<HubCaseState>,
        after_number: Option<&str>,
        limit: u32,
    ) -> Result<Vec<HubCase>, StoreError> {
        let mut query = select_cases("number > ");
        query.push_bind(after_number.unwrap_or_default().to_owned());
        if let Some(state) = state {
            query.push(" AND state = ").push_bind(state.as_str());
            if state != HubCaseState::Idle {
                // Said literally, so that the index of the few that wait is found.
                query.push(" AND state <> 'idle'");
            }
        }
        query.push(" ORDER BY number LIMIT ").push_bind(page("hub cases in a page", limit)?);
        rows::all(query.build_query_as::<RawHubCase>().fetch_all(self.reader()).await?)
    }

    async fn hub_summary(&self) -> Result<HubSummary, StoreError> {
        let rows = sqlx::query::<Db>(
            "SELECT state, COUNT(*), MIN(pending_since_ms), MAX(attempts) FROM hub_cases \
             WHERE state <> 'idle' GROUP BY state",
        )
        .fetch_all(self.reader())
        .await?;
        let mut summary = HubSummary::default();
        for row in rows {
            let count = unsigned(row.try_get(1)?, "hub_cases")?;
            match HubCaseState::parse(row.try_get(0)?)? {
                HubCaseState::Pending => {
                    summary.pending = count;
                    let oldest: Option<i64> = row.try_get(2)?;
                    summary.oldest_pending_since = oldest.map(Timestamp::from_unix_ms);
                    summary.failing = row.try_get::<i64, _>(3)? > 0;
                }
                HubCaseState::Dead => summary.dead = count,
                HubCaseState::Idle => {}
            }
        }
        Ok(summary)
    }
}
