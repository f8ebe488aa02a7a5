//! Taking an event into the store: one transaction decides, stores, folds and, for an erasure, removes.

use serde_json::Value;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::Store;
use crate::event::{Event, Kind};
use crate::projection::Case;
use crate::redact::redact;

/// What became of a delivered event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Stored for the first time; durable.
    New,
    /// The same event was stored before.
    Duplicate,
    /// Its id belongs to an event with another body.
    IdTaken,
    /// Its place in the case belongs to another event.
    SequenceTaken,
    /// Its case belongs to another source.
    OtherSource,
    /// The case waits for an earlier event.
    Gap { expected_sequence: i64 },
}

impl Store {
    /// Decides and stores. `Verdict::New` is on disk when this returns.
    pub(crate) async fn accept(&self, event: &Event, now_ms: i64) -> Result<Verdict, sqlx::Error> {
        match self.try_accept(event, now_ms).await {
            // Another transaction stored the same id for another case in between: now it can be seen.
            Err(error) if is_unique_violation(&error) => self.try_accept(event, now_ms).await,
            decided => decided,
        }
    }

    async fn try_accept(&self, event: &Event, now_ms: i64) -> Result<Verdict, sqlx::Error> {
        let mut transaction = self.writer.begin().await?;
        let connection = &mut *transaction;
        let locked = lock_case(connection, event, now_ms).await?;
        if let Some(verdict) = refuse(connection, event, &locked).await? {
            transaction.rollback().await?;
            return Ok(verdict);
        }
        insert_event(connection, event, now_ms).await?;
        let case = if event.kind == Kind::Erased {
            erase(connection, event).await?;
            fold(connection, &event.subject).await?
        } else {
            let mut case = locked.case;
            case.apply(event.kind, event.data());
            case
        };
        save_case(connection, locked.id, &case, event, now_ms).await?;
        transaction.commit().await?;
        Ok(Verdict::New)
    }
}

fn is_unique_violation(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

struct LockedCase {
    id: i64,
    source: String,
    last_sequence: i64,
    case: Case,
}

/// Makes the case's row when there is none, and locks it in any case: the first statement of the
/// transaction writes, so that in SQLite too it never has to turn a read into a write.
async fn lock_case(connection: &mut AnyConnection, event: &Event, now_ms: i64) -> Result<LockedCase, sqlx::Error> {
    const SQL: &str = "INSERT INTO hub_cases (case_number, source, opened_at_ms, updated_at_ms)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (case_number) DO UPDATE SET case_number = excluded.case_number
        RETURNING id, source, last_sequence, type_code, category, priority, kelurahan_code,
            kecamatan_code, sensitive, status, stage, outcome, opened_at_ms, closed_at_ms, reopened,
            revision, victims_dead, victims_injured, victims_missing, victims_evacuated, record";
    let row = sqlx::query(SQL)
        .bind(&event.subject)
        .bind(&event.source)
        .bind(event.time_ms)
        .bind(now_ms)
        .fetch_one(&mut *connection)
        .await?;
    let id: i64 = row.try_get("id")?;
    let last_sequence: i64 = row.try_get("last_sequence")?;
    let mut case = read_case(&row, last_sequence)?;
    for row in sqlx::query("SELECT agency_code FROM hub_case_agencies WHERE case_id = $1")
        .bind(id)
        .fetch_all(&mut *connection)
        .await?
    {
        case.agencies.insert(row.try_get(0)?);
    }
    Ok(LockedCase { id, source: row.try_get("source")?, last_sequence, case })
}

fn read_case(row: &AnyRow, last_sequence: i64) -> Result<Case, sqlx::Error> {
    let record: Option<String> = row.try_get("record")?;
    let record: Option<Value> = record
        .map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    let mut case = Case {
        type_code: row.try_get("type_code")?,
        category: row.try_get("category")?,
        priority: row.try_get("priority")?,
        kelurahan_code: row.try_get("kelurahan_code")?,
        kecamatan_code: row.try_get("kecamatan_code")?,
        sensitive: row.try_get::<i64, _>("sensitive")? != 0,
        status: row.try_get("status")?,
        stage: row.try_get("stage")?,
        outcome: row.try_get("outcome")?,
        closed_at_ms: row.try_get("closed_at_ms")?,
        reopened: row.try_get::<i64, _>("reopened")? != 0,
        revision: row.try_get("revision")?,
        victims: [
            row.try_get("victims_dead")?,
            row.try_get("victims_injured")?,
            row.try_get("victims_missing")?,
            row.try_get("victims_evacuated")?,
        ],
        record,
        ..Case::default()
    };
    // The row that was only just made carries the event's time in place of an opening time.
    if last_sequence > 0 {
        case.opened_at_ms = Some(row.try_get("opened_at_ms")?);
    }
    Ok(case)
}

/// Everything that speaks against storing the event as the next one of its case.
async fn refuse(
    connection: &mut AnyConnection,
    event: &Event,
    locked: &LockedCase,
) -> Result<Option<Verdict>, sqlx::Error> {
    let stored = sqlx::query("SELECT body, erased_fields FROM hub_events WHERE id = $1")
        .bind(&event.id)
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(row) = stored {
        let (body, erased_fields): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        return Ok(Some(if same_body(event, &body, &erased_fields)? { Verdict::Duplicate } else { Verdict::IdTaken }));
    }
    let expected_sequence = locked.last_sequence.saturating_add(1);
    Ok(if locked.source != event.source {
        Some(Verdict::OtherSource)
    } else if event.sequence < expected_sequence {
        Some(Verdict::SequenceTaken)
    } else if event.sequence > expected_sequence {
        Some(Verdict::Gap { expected_sequence })
    } else {
        None
    })
}

/// Whether the sender repeats what is stored. What was erased since is left out of the comparison: the hub
/// keeps no digest of it either, from which it could be guessed.
fn same_body(event: &Event, stored: &str, erased_fields: &str) -> Result<bool, sqlx::Error> {
    if event.raw == stored {
        return Ok(true);
    }
    let decode = |error| sqlx::Error::Decode(Box::new(error));
    let stored: Value = serde_json::from_str(stored).map_err(decode)?;
    let fields: Vec<String> = serde_json::from_str(erased_fields).map_err(decode)?;
    let mut given = event.body.clone();
    if !fields.is_empty() {
        redact(&mut given, &fields);
    }
    Ok(given == stored)
}

async fn insert_event(connection: &mut AnyConnection, event: &Event, now_ms: i64) -> Result<(), sqlx::Error> {
    const SQL: &str = "INSERT INTO hub_events
        (id, source, subject, sequence, type, time_ms, received_at_ms, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(SQL)
        .bind(&event.id)
        .bind(&event.source)
        .bind(&event.subject)
        .bind(event.sequence)
        .bind(event.kind.name())
        .bind(event.time_ms)
        .bind(now_ms)
        .bind(&event.raw)
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes the erased fields out of every earlier event of the case and notes that the file has to be scrubbed.
async fn erase(connection: &mut AnyConnection, erasure: &Event) -> Result<(), sqlx::Error> {
    let decode = |error| sqlx::Error::Decode(Box::new(error));
    let fields: Vec<String> = erasure.data()["fields"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|field| field.as_str().map(str::to_owned))
        .collect();
    let mut sequence = 0_i64;
    // One event at a time: a case may have many, and each up to the size limit.
    while let Some(row) = next_event(connection, &erasure.subject, sequence).await? {
        sequence = row.try_get("sequence")?;
        let kind: String = row.try_get("type")?;
        if Kind::of(&kind) == Some(Kind::Erased) {
            continue;
        }
        let mut body: Value = serde_json::from_str(&row.try_get::<String, _>("body")?).map_err(decode)?;
        let mut erased: Vec<String> =
            serde_json::from_str(&row.try_get::<String, _>("erased_fields")?).map_err(decode)?;
        if !redact(&mut body, &fields) {
            continue;
        }
        erased.push("personal".to_owned());
        erased.extend(fields.iter().cloned());
        erased.sort_unstable();
        erased.dedup();
        sqlx::query("UPDATE hub_events SET body = $1, erased_fields = $2 WHERE subject = $3 AND sequence = $4")
            .bind(body.to_string())
            .bind(Value::from(erased).to_string())
            .bind(&erasure.subject)
            .bind(sequence)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("UPDATE hub_state SET value = value + 1 WHERE name = 'erasures'").execute(connection).await?;
    Ok(())
}

async fn next_event(
    connection: &mut AnyConnection,
    subject: &str,
    after_sequence: i64,
) -> Result<Option<AnyRow>, sqlx::Error> {
    const SQL: &str = "SELECT sequence, type, body, erased_fields FROM hub_events
        WHERE subject = $1 AND sequence > $2 ORDER BY sequence LIMIT 1";
    sqlx::query(SQL).bind(subject).bind(after_sequence).fetch_optional(connection).await
}

/// Folds a case afresh from what is stored of it.
async fn fold(connection: &mut AnyConnection, subject: &str) -> Result<Case, sqlx::Error> {
    let mut case = Case::default();
    let mut sequence = 0_i64;
    while let Some(row) = next_event(connection, subject, sequence).await? {
        sequence = row.try_get("sequence")?;
        let kind: String = row.try_get("type")?;
        let body: Value = serde_json::from_str(&row.try_get::<String, _>("body")?)
            .map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        if let Some(kind) = Kind::of(&kind) {
            case.apply(kind, &body["data"]);
        }
    }
    Ok(case)
}

async fn save_case(
    connection: &mut AnyConnection,
    id: i64,
    case: &Case,
    event: &Event,
    now_ms: i64,
) -> Result<(), sqlx::Error> {
    const SQL: &str = "UPDATE hub_cases SET last_sequence = $1, type_code = $2, category = $3,
        priority = $4, kelurahan_code = $5, kecamatan_code = $6, sensitive = $7, status = $8,
        stage = $9, outcome = $10, opened_at_ms = $11, closed_at_ms = $12, updated_at_ms = $13,
        reopened = $14, revision = $15, victims_dead = $16, victims_injured = $17,
        victims_missing = $18, victims_evacuated = $19, record = $20 WHERE id = $21";
    let [dead, injured, missing, evacuated] = case.victims;
    sqlx::query(SQL)
        .bind(event.sequence)
        .bind(case.type_code.as_deref())
        .bind(case.category.as_deref())
        .bind(case.priority)
        .bind(case.kelurahan_code.as_deref())
        .bind(case.kecamatan_code.as_deref())
        .bind(i64::from(case.sensitive))
        .bind(case.status.as_deref())
        .bind(case.stage.as_deref())
        .bind(case.outcome.as_deref())
        .bind(case.opened_at_ms.unwrap_or(event.time_ms))
        .bind(case.closed_at_ms)
        .bind(now_ms)
        .bind(i64::from(case.reopened))
        .bind(case.revision)
        .bind(dead)
        .bind(injured)
        .bind(missing)
        .bind(evacuated)
        .bind(case.record.as_ref().map(Value::to_string))
        .bind(id)
        .execute(&mut *connection)
        .await?;
    save_agencies(connection, id, case, event.kind).await?;
    if event.kind != Kind::Status {
        save_durations(connection, id, case).await?;
    }
    Ok(())
}

async fn save_agencies(connection: &mut AnyConnection, id: i64, case: &Case, kind: Kind) -> Result<(), sqlx::Error> {
    // Only a fold from the beginning can lose an agency.
    if kind == Kind::Erased {
        sqlx::query("DELETE FROM hub_case_agencies WHERE case_id = $1").bind(id).execute(&mut *connection).await?;
    }
    for agency_code in &case.agencies {
        sqlx::query("INSERT INTO hub_case_agencies (case_id, agency_code) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(agency_code)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn save_durations(connection: &mut AnyConnection, id: i64, case: &Case) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM hub_case_durations WHERE case_id = $1").bind(id).execute(&mut *connection).await?;
    for (name, duration_ms) in &case.durations {
        sqlx::query("INSERT INTO hub_case_durations (case_id, name, duration_ms) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(*name)
            .bind(*duration_ms)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
