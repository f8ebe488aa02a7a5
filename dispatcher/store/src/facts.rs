//! Facts: when each call, case and assignment came to what, one narrow row each. Statistics are counted from them,
//! so that a month of a city is read without reading its states. They are written with the events of each command.

use async_trait::async_trait;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{StoreError, Timestamp};

/// A call, as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFact {
    /// Its id.
    pub call_id: Uuid,
    /// First ring (T0).
    pub ringing_at: Timestamp,
    /// T1.
    pub answered_at: Option<Timestamp>,
    /// Line closed.
    pub ended_at: Option<Timestamp>,
    /// What kind it was, as the log names it.
    pub disposition: Option<String>,
    /// The incident it is about.
    pub incident_id: Option<Uuid>,
    /// Account of the operator who has it.
    pub operator_id: Option<Uuid>,
}

/// A case, as it is counted: its stamps besides those of its assignments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFact {
    /// Its id.
    pub incident_id: Uuid,
    /// Its number.
    pub number: String,
    /// Its status, as in the index of incidents.
    pub status: String,
    /// Code of its type.
    pub type_code: Option<String>,
    /// Category of its type.
    pub category: Option<String>,
    /// 1 is the most urgent.
    pub priority: Option<i32>,
    /// Its type is masked.
    pub sensitive: bool,
    /// Official code of the kelurahan.
    pub kelurahan_code: Option<String>,
    /// T2.
    pub opened_at: Timestamp,
    /// T0 of its first call.
    pub rang_at: Option<Timestamp>,
    /// T1 of its first call.
    pub answered_at: Option<Timestamp>,
    /// T3.
    pub verified_at: Option<Timestamp>,
    /// T4.
    pub classified_at: Option<Timestamp>,
    /// T5.
    pub dispatched_at: Option<Timestamp>,
    /// Closed, cancelled or merged.
    pub ended_at: Option<Timestamp>,
    /// T13.
    pub hub_accepted_at: Option<Timestamp>,
    /// Code of its outcome.
    pub outcome_code: Option<String>,
    /// A duplicate counts for this case.
    pub merged_into: Option<Uuid>,
}

/// An assignment, as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentFact {
    /// Its id.
    pub assignment_id: Uuid,
    /// The case that it was made for.
    pub incident_id: Uuid,
    /// Agency code.
    pub agency: String,
    /// The agency leads.
    pub lead: bool,
    /// Where it is, as the log names it.
    pub step: String,
    /// Sent (T5 of this agency).
    pub sent_at: Option<Timestamp>,
    /// T6.
    pub delivered_at: Option<Timestamp>,
    /// T7.
    pub acknowledged_at: Option<Timestamp>,
    /// Readiness was checked.
    pub ready_at: Option<Timestamp>,
    /// The agency took it.
    pub accepted_at: Option<Timestamp>,
    /// The first unit was put on it.
    pub unit_assigned_at: Option<Timestamp>,
    /// T8.
    pub en_route_at: Option<Timestamp>,
    /// T9.
    pub on_scene_at: Option<Timestamp>,
    /// T10.
    pub under_control_at: Option<Timestamp>,
    /// T11.
    pub completed_at: Option<Timestamp>,
    /// The agency did not take it.
    pub declined_at: Option<Timestamp>,
}

/// What is counted of one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Of a call.
    Call(CallFact),
    /// Of a case.
    Case(Box<CaseFact>),
    /// Of an assignment.
    Assignment(Box<AssignmentFact>),
}

impl Fact {
    /// The id of the thing it is about.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self {
            Self::Call(fact) => fact.call_id,
            Self::Case(fact) => fact.incident_id,
            Self::Assignment(fact) => fact.assignment_id,
        }
    }
}

/// A page of facts: begun at or after `from` and before `to`, after the row `after`, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactPage {
    /// First ring, or opening, at or after this.
    pub from: Timestamp,
    /// And before this.
    pub to: Timestamp,
    /// Time and id of the last row of the page before.
    pub after: Option<(Timestamp, Uuid)>,
    /// Rows to a page.
    pub limit: u32,
}

/// Reading facts.
#[async_trait]
pub trait Facts: Send + Sync {
    /// Calls by their first ring.
    async fn call_facts(&self, page: &FactPage) -> Result<Vec<CallFact>, StoreError>;

    /// Cases by their opening.
    async fn case_facts(&self, page: &FactPage) -> Result<Vec<CaseFact>, StoreError>;

    /// The assignments that were made for these cases, by id.
    async fn assignment_facts(&self, incident_ids: &[Uuid]) -> Result<Vec<AssignmentFact>, StoreError>;
}

fn id(text: &str, what: &str) -> Result<Uuid, StoreError> {
    Uuid::parse_str(text).map_err(|_| StoreError::unreadable(format!("{what} is no UUID")))
}

fn optional_id(text: Option<&str>, what: &str) -> Result<Option<Uuid>, StoreError> {
    text.map(|text| id(text, what)).transpose()
}

fn time(ms: Option<i64>) -> Option<Timestamp> {
    ms.map(Timestamp::from_unix_ms)
}

#[derive(FromRow)]
pub(crate) struct RawCallFact {
    call_id: String,
    ringing_at_ms: i64,
    answered_at_ms: Option<i64>,
    ended_at_ms: Option<i64>,
    disposition: Option<String>,
    incident_id: Option<String>,
    operator_id: Option<String>,
}

impl TryFrom<RawCallFact> for CallFact {
    type Error = StoreError;

    fn try_from(row: RawCallFact) -> Result<Self, StoreError> {
        Ok(Self {
            call_id: id(&row.call_id, "call_facts.call_id")?,
            ringing_at: Timestamp::from_unix_ms(row.ringing_at_ms),
            answered_at: time(row.answered_at_ms),
            ended_at: time(row.ended_at_ms),
            disposition: row.disposition,
            incident_id: optional_id(row.incident_id.as_deref(), "call_facts.incident_id")?,
            operator_id: optional_id(row.operator_id.as_deref(), "call_facts.operator_id")?,
        })
    }
}

#[derive(FromRow)]
pub(crate) struct RawCaseFact {
    incident_id: String,
    number: String,
    status: String,
    type_code: Option<String>,
    category: Option<String>,
    priority: Option<i64>,
    sensitive: bool,
    kelurahan_code: Option<String>,
    opened_at_ms: i64,
    rang_at_ms: Option<i64>,
    answered_at_ms: Option<i64>,
    verified_at_ms: Option<i64>,
    classified_at_ms: Option<i64>,
    dispatched_at_ms: Option<i64>,
    ended_at_ms: Option<i64>,
    hub_accepted_at_ms: Option<i64>,
    outcome_code: Option<String>,
    merged_into: Option<String>,
}

impl TryFrom<RawCaseFact> for CaseFact {
    type Error = StoreError;

    fn try_from(row: RawCaseFact) -> Result<Self, StoreError> {
        let priority = row.priority.map(i32::try_from).transpose();
        Ok(Self {
            incident_id: id(&row.incident_id, "case_facts.incident_id")?,
            number: row.number,
            status: row.status,
            type_code: row.type_code,
            category: row.category,
            priority: priority.map_err(|_| StoreError::unreadable("case_facts.priority".to_owned()))?,
            sensitive: row.sensitive,
            kelurahan_code: row.kelurahan_code,
            opened_at: Timestamp::from_unix_ms(row.opened_at_ms),
            rang_at: time(row.rang_at_ms),
            answered_at: time(row.answered_at_ms),
            verified_at: time(row.verified_at_ms),
            classified_at: time(row.classified_at_ms),
            dispatched_at: time(row.dispatched_at_ms),
            ended_at: time(row.ended_at_ms),
            hub_accepted_at: time(row.hub_accepted_at_ms),
            outcome_code: row.outcome_code,
            merged_into: optional_id(row.merged_into.as_deref(), "case_facts.merged_into")?,
        })
    }
}

#[derive(FromRow)]
pub(crate) struct RawAssignmentFact {
    assignment_id: String,
    incident_id: String,
    agency: String,
    lead: bool,
    step: String,
    sent_at_ms: Option<i64>,
    delivered_at_ms: Option<i64>,
    acknowledged_at_ms: Option<i64>,
    ready_at_ms: Option<i64>,
    accepted_at_ms: Option<i64>,
    unit_assigned_at_ms: Option<i64>,
    en_route_at_ms: Option<i64>,
    on_scene_at_ms: Option<i64>,
    under_control_at_ms: Option<i64>,
    completed_at_ms: Option<i64>,
    declined_at_ms: Option<i64>,
}

impl TryFrom<RawAssignmentFact> for AssignmentFact {
    type Error = StoreError;

    fn try_from(row: RawAssignmentFact) -> Result<Self, StoreError> {
        Ok(Self {
            assignment_id: id(&row.assignment_id, "assignment_facts.assignment_id")?,
            incident_id: id(&row.incident_id, "assignment_facts.incident_id")?,
            agency: row.agency,
            lead: row.lead,
            step: row.step,
            sent_at: time(row.sent_at_ms),
            delivered_at: time(row.delivered_at_ms),
            acknowledged_at: time(row.acknowledged_at_ms),
            ready_at: time(row.ready_at_ms),
            accepted_at: time(row.accepted_at_ms),
            unit_assigned_at: time(row.unit_assigned_at_ms),
            en_route_at: time(row.en_route_at_ms),
            on_scene_at: time(row.on_scene_at_ms),
            under_control_at: time(row.under_control_at_ms),
            completed_at: time(row.completed_at_ms),
            declined_at: time(row.declined_at_ms),
        })
    }
}
