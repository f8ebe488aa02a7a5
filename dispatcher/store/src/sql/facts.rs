//! Writing and reading facts.

use async_trait::async_trait;
use siaga_domain::Timestamp;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::batch::{batches, key_batches, push_in};
use super::{Backend, Db, Transaction};
use crate::facts::{RawAssignmentFact, RawCallFact, RawCaseFact};
use crate::limits::{MAX_KEYS, check, page};
use crate::{AssignmentFact, CallFact, CaseFact, Fact, FactPage, Facts, StoreError, rows};

const CALL: &[&str] =
    &["call_id", "ringing_at_ms", "answered_at_ms", "ended_at_ms", "disposition", "incident_id", "operator_id"];
const CASE: &[&str] = &[
    "incident_id",
    "number",
    "status",
    "type_code",
    "category",
    "priority",
    "sensitive",
    "kelurahan_code",
    "opened_at_ms",
    "rang_at_ms",
    "answered_at_ms",
    "verified_at_ms",
    "classified_at_ms",
    "dispatched_at_ms",
    "ended_at_ms",
    "hub_accepted_at_ms",
    "outcome_code",
    "merged_into",
];
const ASSIGNMENT: &[&str] = &[
    "assignment_id",
    "incident_id",
    "agency",
    "lead",
    "step",
    "sent_at_ms",
    "delivered_at_ms",
    "acknowledged_at_ms",
    "ready_at_ms",
    "accepted_at_ms",
    "unit_assigned_at_ms",
    "en_route_at_ms",
    "on_scene_at_ms",
    "under_control_at_ms",
    "completed_at_ms",
    "declined_at_ms",
];

fn insert(table: &str, columns: &[&str]) -> QueryBuilder<Db> {
    let mut query = QueryBuilder::new("INSERT INTO ");
    query.push(table).push(" (").push(columns.join(", ")).push(") ");
    query
}

/// The newer row replaces the older one of the same key, the first column.
fn replace(query: &mut QueryBuilder<Db>, columns: &[&str]) {
    let [key, rest @ ..] = columns else { return };
    query.push(" ON CONFLICT (").push(key).push(") DO UPDATE SET ");
    let mut set = query.separated(", ");
    for column in rest {
        set.push(format!("{column} = excluded.{column}"));
    }
}

fn ms(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::unix_ms)
}

fn text(id: Option<Uuid>) -> Option<String> {
    id.map(|id| id.to_string())
}

/// Writes facts, each thing once, sorted by id, so that two writers lock in one order.
pub(super) async fn put(tx: &mut Transaction, facts: &[&Fact]) -> Result<(), StoreError> {
    let (mut calls, mut cases, mut assignments) = (Vec::new(), Vec::new(), Vec::new());
    for fact in facts {
        match fact {
            Fact::Call(fact) => calls.push(fact),
            Fact::Case(fact) => cases.push(&**fact),
            Fact::Assignment(fact) => assignments.push(&**fact),
        }
    }
    put_calls(tx, &calls).await?;
    put_cases(tx, &cases).await?;
    put_assignments(tx, &assignments).await
}

async fn put_calls(tx: &mut Transaction, calls: &[&CallFact]) -> Result<(), StoreError> {
    for batch in batches(calls) {
        let mut query = insert("call_facts", CALL);
        query.push_values(batch, |mut row, fact| {
            row.push_bind(fact.call_id.to_string())
                .push_bind(fact.ringing_at.unix_ms())
                .push_bind(ms(fact.answered_at))
                .push_bind(ms(fact.ended_at))
                .push_bind(fact.disposition.clone())
                .push_bind(text(fact.incident_id))
                .push_bind(text(fact.operator_id));
        });
        replace(&mut query, CALL);
        query.build().execute(&mut **tx).await?;
    }
    Ok(())
}

async fn put_cases(tx: &mut Transaction, cases: &[&CaseFact]) -> Result<(), StoreError> {
    for batch in batches(cases) {
        let mut query = insert("case_facts", CASE);
        query.push_values(batch, |mut row, fact| {
            row.push_bind(fact.incident_id.to_string())
                .push_bind(fact.number.clone())
                .push_bind(fact.status.clone())
                .push_bind(fact.type_code.clone())
                .push_bind(fact.category.clone())
                .push_bind(fact.priority.map(i64::from))
                .push_bind(fact.sensitive)
                .push_bind(fact.kelurahan_code.clone())
                .push_bind(fact.opened_at.unix_ms())
                .push_bind(ms(fact.rang_at))
                .push_bind(ms(fact.answered_at))
                .push_bind(ms(fact.verified_at))
                .push_bind(ms(fact.classified_at))
                .push_bind(ms(fact.dispatched_at))
                .push_bind(ms(fact.ended_at))
                .push_bind(ms(fact.hub_accepted_at))
                .push_bind(fact.outcome_code.clone())
                .push_bind(text(fact.merged_into));
        });
        replace(&mut query, CASE);
        query.build().execute(&mut **tx).await?;
    }
    Ok(())
}

async fn put_assignments(tx: &mut Transaction, assignments: &[&AssignmentFact]) -> Result<(), StoreError> {
    for batch in batches(assignments) {
        let mut query = insert("assignment_facts", ASSIGNMENT);
        query.push_values(batch, |mut row, fact| {
            row.push_bind(fact.assignment_id.to_string())
                .push_bind(fact.incident_id.to_string())
                .push_bind(fact.agency.clone())
                .push_bind(fact.lead)
                .push_bind(fact.step.clone())
                .push_bind(ms(fact.sent_at))
                .push_bind(ms(fact.delivered_at))
                .push_bind(ms(fact.acknowledged_at))
                .push_bind(ms(fact.ready_at))
                .push_bind(ms(fact.accepted_at))
                .push_bind(ms(fact.unit_assigned_at))
                .push_bind(ms(fact.en_route_at))
                .push_bind(ms(fact.on_scene_at))
                .push_bind(ms(fact.under_control_at))
                .push_bind(ms(fact.completed_at))
                .push_bind(ms(fact.declined_at));
        });
        replace(&mut query, ASSIGNMENT);
        query.build().execute(&mut **tx).await?;
    }
    Ok(())
}

/// A page by time and id, which an index serves.
fn select_page(table: &str, columns: &[&str], time: &str, asked: &FactPage) -> Result<QueryBuilder<Db>, StoreError> {
    let limit = page("facts in a page", asked.limit)?;
    let id = columns.first().copied().unwrap_or_default();
    let mut query = QueryBuilder::new("SELECT ");
    query.push(columns.join(", ")).push(" FROM ").push(table).push(" WHERE ");
    query.push(time).push(" >= ").push_bind(asked.from.unix_ms());
    query.push(" AND ").push(time).push(" < ").push_bind(asked.to.unix_ms());
    if let Some((at, after)) = asked.after {
        query.push(format!(" AND ({time}, {id}) > (")).push_bind(at.unix_ms());
        query.push(", ").push_bind(after.to_string()).push(")");
    }
    query.push(format!(" ORDER BY {time}, {id} LIMIT ")).push_bind(limit);
    Ok(query)
}

#[async_trait]
impl Facts for Backend {
    async fn call_facts(&self, page: &FactPage) -> Result<Vec<CallFact>, StoreError> {
        let mut query = select_page("call_facts", CALL, "ringing_at_ms", page)?;
        rows::all(query.build_query_as::<RawCallFact>().fetch_all(self.reader()).await?)
    }

    async fn case_facts(&self, page: &FactPage) -> Result<Vec<CaseFact>, StoreError> {
        let mut query = select_page("case_facts", CASE, "opened_at_ms", page)?;
        rows::all(query.build_query_as::<RawCaseFact>().fetch_all(self.reader()).await?)
    }

    async fn assignment_facts(&self, incident_ids: &[Uuid]) -> Result<Vec<AssignmentFact>, StoreError> {
        check("cases of facts", incident_ids.len(), MAX_KEYS)?;
        let ids: Vec<String> = incident_ids.iter().map(ToString::to_string).collect();
        let mut found: Vec<AssignmentFact> = Vec::new();
        for batch in key_batches(&ids) {
            let mut query = QueryBuilder::<Db>::new("SELECT ");
            query.push(ASSIGNMENT.join(", ")).push(" FROM assignment_facts WHERE incident_id");
            push_in(&mut query, batch);
            let raw = query.build_query_as::<RawAssignmentFact>().fetch_all(self.reader()).await?;
            found.extend(rows::all::<_, AssignmentFact>(raw)?);
        }
        found.sort_by_key(|fact| fact.assignment_id);
        Ok(found)
    }
}
