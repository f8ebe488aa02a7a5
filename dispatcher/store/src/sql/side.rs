//! What is written beside the events: personal rows, erasures, the index of incidents, accounts.

use sqlx::QueryBuilder;

use super::batch::{batches, key_batches, push_in};
use super::{Db, Transaction, dialect, facts, hub, reconcile};
use crate::commit::Plan;
use crate::{ERASED, Fact, IncidentIndexRow, PersonalIndex, PersonalRow, Revoke, SideWrite, StoreError, split_words};

pub(super) async fn write(tx: &mut Transaction, plan: &Plan<'_>) -> Result<(), StoreError> {
    insert_personal(tx, &plan.personal).await?;
    erase_personal(tx, &plan.erase).await?;
    blank_requests(tx, plan).await?;
    let incidents: Vec<&IncidentIndexRow> = plan.incidents.values().copied().collect();
    put_incidents(tx, &incidents).await?;
    let counted: Vec<&Fact> = plan.facts.values().copied().collect();
    facts::put(tx, &counted).await?;
    for write in &plan.extra {
        extra(tx, write).await?;
    }
    Ok(())
}

async fn insert_personal(tx: &mut Transaction, rows: &[&PersonalRow]) -> Result<(), StoreError> {
    for batch in batches(rows) {
        let mut query = QueryBuilder::<Db>::new(
            "INSERT INTO personal (id, subject_kind, subject_id, incident_id, field, content, \
             salt, digest, search, phone) ",
        );
        query.push_values(batch, |mut row, personal| {
            let phone = (personal.index == PersonalIndex::Phone)
                .then(|| siaga_domain::personal::phone_key(&personal.content))
                .flatten();
            row.push_bind(personal.id.to_string())
                .push_bind(personal.subject_kind.clone())
                .push_bind(personal.subject_id.to_string())
                .push_bind(personal.incident_id.map(|id| id.to_string()))
                .push_bind(personal.field.clone())
                .push_bind(personal.content.clone())
                .push_bind(hex::encode(personal.salt))
                .push_bind(personal.digest.clone())
                .push_bind(personal.index.as_str())
                .push_bind(phone);
        });
        query.build().execute(&mut **tx).await?;
        let words: Vec<(String, Vec<String>)> = batch
            .iter()
            .filter(|personal| personal.index == PersonalIndex::Words)
            .map(|personal| (personal.id.to_string(), split_words(&personal.content)))
            .collect();
        insert_words(tx, &words).await?;
    }
    Ok(())
}

/// Puts the words of personal rows (by their ids) into the index.
pub(super) async fn insert_words(tx: &mut Transaction, rows: &[(String, Vec<String>)]) -> Result<(), StoreError> {
    for batch in batches(rows) {
        dialect::insert_words(batch).build().execute(&mut **tx).await?;
    }
    Ok(())
}

async fn erase_personal(tx: &mut Transaction, ids: &[uuid::Uuid]) -> Result<(), StoreError> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    for batch in key_batches(&ids) {
        let mut words = QueryBuilder::<Db>::new("DELETE FROM personal_words WHERE ");
        words.push(dialect::WORDS_ROW).push(" IN (SELECT row FROM personal WHERE id");
        push_in(&mut words, batch.clone());
        words.push(")").build().execute(&mut **tx).await?;
        let mut personal = QueryBuilder::<Db>::new("DELETE FROM personal WHERE id");
        push_in(&mut personal, batch);
        personal.build().execute(&mut **tx).await?;
    }
    Ok(())
}

async fn blank_requests(tx: &mut Transaction, plan: &Plan<'_>) -> Result<(), StoreError> {
    let mut keys = plan.blank_requests.clone();
    keys.sort_unstable();
    for (account_id, request_id) in keys {
        sqlx::query::<Db>(
            "UPDATE requests SET request_hash = $1, reply = $2 WHERE account_id = $3 AND request_id = $4",
        )
        .bind(ERASED)
        .bind(Vec::<u8>::new())
        .bind(account_id.to_string())
        .bind(request_id.to_string())
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Writes index rows of incidents, each incident once.
pub(super) async fn put_incidents(tx: &mut Transaction, rows: &[&IncidentIndexRow]) -> Result<(), StoreError> {
    for batch in batches(rows) {
        let mut query = QueryBuilder::<Db>::new(
            "INSERT INTO incidents (incident_id, number, status, open, type_code, priority, \
             kelurahan_code, sensitive, opened_at_ms, closed_at_ms) ",
        );
        query.push_values(batch, |mut row, incident| {
            row.push_bind(incident.incident_id.to_string())
                .push_bind(incident.number.clone())
                .push_bind(incident.status.clone())
                .push_bind(incident.open)
                .push_bind(incident.type_code.clone())
                .push_bind(incident.priority.map(i64::from))
                .push_bind(incident.kelurahan_code.clone())
                .push_bind(incident.sensitive)
                .push_bind(incident.opened_at.unix_ms())
                .push_bind(incident.closed_at.map(siaga_domain::Timestamp::unix_ms));
        });
        query.push(
            " ON CONFLICT (incident_id) DO UPDATE SET number = excluded.number, \
             status = excluded.status, open = excluded.open, type_code = excluded.type_code, \
             priority = excluded.priority, kelurahan_code = excluded.kelurahan_code, \
             sensitive = excluded.sensitive, opened_at_ms = excluded.opened_at_ms, \
             closed_at_ms = excluded.closed_at_ms",
        );
        query.build().execute(&mut **tx).await?;
    }
    Ok(())
}

async fn extra(tx: &mut Transaction, write: &SideWrite) -> Result<(), StoreError> {
    let query = match write {
        SideWrite::PutCredential { account_id, password_hash } => sqlx::query::<Db>(
            "INSERT INTO credentials (account_id, password_hash) VALUES ($1, $2) \
             ON CONFLICT (account_id) DO UPDATE SET password_hash = excluded.password_hash",
        )
        .bind(account_id.to_string())
        .bind(password_hash.clone()),
        SideWrite::RemoveCredential { account_id } => {
            sqlx::query::<Db>("DELETE FROM credentials WHERE account_id = $1").bind(account_id.to_string())
        }
        SideWrite::CreateSession(session) => sqlx::query::<Db>(
            "INSERT INTO sessions (id, token_hash, account_id, kind, label, created_at_ms, \
             expires_at_ms, last_seen_at_ms, revoked_at_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(session.id.to_string())
        .bind(session.token_hash.clone())
        .bind(session.account_id.to_string())
        .bind(session.kind.as_str())
        .bind(session.label.clone())
        .bind(session.created_at.unix_ms())
        .bind(session.expires_at.unix_ms())
        .bind(session.last_seen_at.unix_ms())
        .bind(session.revoked_at.map(siaga_domain::Timestamp::unix_ms)),
        SideWrite::RevokeSessions { which, at } => return revoke(tx, *which, at.unix_ms()).await,
        SideWrite::AttachPersonal { subject_kind, subject_id, incident_id } => sqlx::query::<Db>(
            "UPDATE personal SET incident_id = $1 \
             WHERE subject_kind = $2 AND subject_id = $3 AND incident_id IS NULL",
        )
        .bind(incident_id.to_string())
        .bind(subject_kind.clone())
        .bind(subject_id.to_string()),
        SideWrite::ReaderAt { name, position } => reconcile::reader_at(name, *position)?,
        SideWrite::HubPending { cases, at } => return hub::mark_pending(tx, cases, *at).await,
        SideWrite::HubDelivered { number, position, sequence, at } => {
            hub::delivered(number, *position, *sequence, *at)?
        }
    };
    query.execute(&mut **tx).await?;
    Ok(())
}

async fn revoke(tx: &mut Transaction, which: Revoke, at_ms: i64) -> Result<(), StoreError> {
    let mut query = QueryBuilder::<Db>::new("UPDATE sessions SET revoked_at_ms = ");
    query.push_bind(at_ms).push(" WHERE revoked_at_ms IS NULL AND ");
    match which {
        Revoke::Session(id) => query.push("id = ").push_bind(id.to_string()),
        Revoke::Account(id) => query.push("account_id = ").push_bind(id.to_string()),
        Revoke::AccountExcept { account_id, session_id } => query
            .push("account_id = ")
            .push_bind(account_id.to_string())
            .push(" AND id <> ")
            .push_bind(session_id.to_string()),
    };
    query.build().execute(&mut **tx).await?;
    Ok(())
}
