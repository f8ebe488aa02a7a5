//! Personal rows, and finding incidents.

use async_trait::async_trait;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::batch::{key_batches, push_in};
use super::{Backend, Db, dialect};
use crate::limits::{MAX_KEYS, MAX_PAGE, MAX_SEARCH_WORDS, check, page};
use crate::rows::{self, RawIncident, RawPersonal};
use crate::{
    IncidentCursor, IncidentIndex, IncidentIndexRow, IncidentPage, IncidentQuery, PersonalRow, PersonalRows,
    StoreError, split_words,
};

fn select_personal(rest: &str) -> QueryBuilder<Db> {
    let mut query = QueryBuilder::new(
        "SELECT id, subject_kind, subject_id, incident_id, field, content, salt, digest, search \
         FROM personal WHERE ",
    );
    query.push(rest);
    query
}

async fn fetch(store: &Backend, mut query: QueryBuilder<Db>) -> Result<Vec<PersonalRow>, StoreError> {
    rows::all(query.build_query_as::<RawPersonal>().fetch_all(store.reader()).await?)
}

#[async_trait]
impl PersonalRows for Backend {
    async fn personal(&self, ids: &[Uuid]) -> Result<Vec<PersonalRow>, StoreError> {
        check("personal rows to load", ids.len(), MAX_KEYS)?;
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let mut found = Vec::new();
        for batch in key_batches(&ids) {
            let mut query = select_personal("id");
            push_in(&mut query, batch);
            found.extend(fetch(self, query).await?);
        }
        Ok(found)
    }

    async fn personal_of(&self, subject_kind: &str, subject_id: Uuid) -> Result<Vec<PersonalRow>, StoreError> {
        let mut query = select_personal("subject_kind = ");
        query.push_bind(subject_kind.to_owned());
        query.push(" AND subject_id = ").push_bind(subject_id.to_string());
        query.push(" ORDER BY row LIMIT ").push_bind(i64::from(MAX_PAGE) + 1);
        let rows = fetch(self, query).await?;
        check("personal rows of one subject", rows.len(), MAX_PAGE as usize)?;
        Ok(rows)
    }

    async fn personal_ids_of(&self, subject_kind: &str, subject_id: Uuid) -> Result<Vec<Uuid>, StoreError> {
        let mut query = QueryBuilder::<Db>::new("SELECT id FROM personal WHERE subject_kind = ");
        query.push_bind(subject_kind.to_owned());
        query.push(" AND subject_id = ").push_bind(subject_id.to_string());
        query.push(" ORDER BY row LIMIT ").push_bind(i64::from(MAX_PAGE) + 1);
        let found = query.build_query_scalar::<String>().fetch_all(self.reader()).await?;
        check("personal rows of one subject", found.len(), MAX_PAGE as usize)?;
        found.iter().map(|id| rows::id(id, "personal.id")).collect()
    }

    async fn subjects_without_case(
        &self,
        subject_kind: &str,
        after: Option<Uuid>,
        upto: Uuid,
        limit: u32,
    ) -> Result<Vec<Uuid>, StoreError> {
        let mut query = QueryBuilder::<Db>::new("SELECT DISTINCT subject_id FROM personal WHERE subject_kind = ");
        query.push_bind(subject_kind.to_owned());
        if let Some(after) = after {
            query.push(" AND subject_id > ").push_bind(after.to_string());
        }
        query.push(" AND subject_id <= ").push_bind(upto.to_string());
        query.push(" AND incident_id IS NULL ORDER BY subject_id LIMIT ").push_bind(page("subjects in a page", limit)?);
        let found = query.build_query_scalar::<String>().fetch_all(self.reader()).await?;
        found.iter().map(|id| rows::id(id, "personal.subject_id")).collect()
    }

    async fn personal_by_phone(&self, phone: &str, limit: u32) -> Result<Vec<PersonalRow>, StoreError> {
        let limit = page("personal rows in a page", limit)?;
        let Some(key) = siaga_domain::personal::phone_key(phone) else { return Ok(Vec::new()) };
        let mut query = select_personal("phone = ");
        query.push_bind(key).push(" ORDER BY row DESC LIMIT ").push_bind(limit);
        fetch(self, query).await
    }
}

fn select_incidents() -> QueryBuilder<Db> {
    QueryBuilder::new(
        "SELECT incident_id, number, status, open, type_code, priority, kelurahan_code, \
         sensitive, opened_at_ms, closed_at_ms FROM incidents WHERE ",
    )
}

/// The conditions on the incident's own columns.
fn push_filters(sql: &mut QueryBuilder<Db>, query: &IncidentQuery) {
    if let Some(prefix) = &query.number_prefix {
        // A range, not LIKE: nothing in the prefix is a pattern, and the index serves it.
        sql.push(" AND number >= ").push_bind(prefix.clone());
        sql.push(" AND number < ").push_bind(format!("{prefix}\u{10FFFF}"));
    }
    if let Some(ids) = &query.incident_ids {
        sql.push(" AND incident_id");
        push_in(sql, ids.iter().map(ToString::to_string).collect());
    }
    if let Some(from) = query.opened_from {
        sql.push(" AND opened_at_ms >= ").push_bind(from.unix_ms());
    }
    if let Some(to) = query.opened_to {
        sql.push(" AND opened_at_ms < ").push_bind(to.unix_ms());
    }
    if let Some(from) = query.ended_from {
        sql.push(" AND (closed_at_ms IS NULL OR closed_at_ms >= ").push_bind(from.unix_ms()).push(")");
    }
    let texts = [
        (" AND type_code = ", &query.type_code),
        (" AND kelurahan_code = ", &query.kelurahan_code),
        (" AND status = ", &query.status),
    ];
    for (condition, value) in texts {
        if let Some(value) = value {
            sql.push(condition).push_bind(value.clone());
        }
    }
    if let Some(open) = query.open {
        sql.push(if open { " AND open" } else { " AND NOT open" });
    }
    if let Some(after) = query.after {
        sql.push(" AND (opened_at_ms, incident_id) < (").push_bind(after.opened_at.unix_ms());
        sql.push(", ").push_bind(after.incident_id.to_string()).push(")");
    }
}

/// The texts of a query go to the databases as they are; PostgreSQL has no NUL in a text, so
/// nothing that is stored can match one.
fn holds_nul(query: &IncidentQuery) -> bool {
    let texts = [&query.number_prefix, &query.type_code, &query.kelurahan_code, &query.status];
    texts.into_iter().flatten().any(|text| text.contains('\0'))
}

#[async_trait]
impl IncidentIndex for Backend {
    async fn search_incidents(&self, query: &IncidentQuery) -> Result<IncidentPage, StoreError> {
        let limit = page("incidents in a page", query.limit)?;
        check("incidents to choose from", query.incident_ids.as_ref().map_or(0, Vec::len), MAX_KEYS)?;
        let words = query.words.as_deref().map(split_words);
        check("words in a search", words.as_ref().map_or(0, Vec::len), MAX_SEARCH_WORDS)?;
        let nothing = words.as_ref().is_some_and(Vec::is_empty)
            || query.incident_ids.as_ref().is_some_and(Vec::is_empty)
            || holds_nul(query);
        if nothing || limit == 0 {
            return Ok(IncidentPage { rows: Vec::new(), next: None });
        }
        let mut sql = select_incidents();
        sql.push("1 = 1");
        push_filters(&mut sql, query);
        if words.is_some() && !query.include_sensitive {
            sql.push(" AND NOT sensitive");
        }
        for word in words.iter().flatten() {
            sql.push(
                " AND incident_id IN (SELECT personal.incident_id FROM personal_words \
                 JOIN personal ON personal.row = personal_words.",
            );
            sql.push(dialect::WORDS_ROW).push(" WHERE ");
            dialect::push_word_match(&mut sql, word);
            sql.push(")");
        }
        sql.push(" ORDER BY opened_at_ms DESC, incident_id DESC LIMIT ").push_bind(limit + 1);
        let raw = sql.build_query_as::<RawIncident>().fetch_all(self.reader()).await?;
        let mut rows: Vec<IncidentIndexRow> = rows::all(raw)?;
        let more = rows.len() > query.limit as usize;
        rows.truncate(query.limit as usize);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|row| IncidentCursor { opened_at: row.opened_at, incident_id: row.incident_id });
        Ok(IncidentPage { rows, next })
    }

    async fn incident_by_number(&self, number: &str) -> Result<Option<IncidentIndexRow>, StoreError> {
        if number.contains('\0') {
            return Ok(None);
        }
        let mut sql = select_incidents();
        sql.push("number = ").push_bind(number.to_owned());
        let row = sql.build_query_as::<RawIncident>().fetch_optional(self.reader()).await?;
        row.map(IncidentIndexRow::try_from).transpose()
    }
}
