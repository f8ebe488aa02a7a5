//! Delivery to the data hub: each case's position, retries and dead letters. What is delivered is
//! read from the log.

use async_trait::async_trait;
use uuid::Uuid;

use crate::{StoreError, Timestamp};

/// What becomes of a case's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HubCaseState {
    /// Something is to be delivered.
    Pending,
    /// The hub refused something; the case waits for a person.
    Dead,
    /// The hub has everything.
    Idle,
}

/// A case with something new for the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubPending {
    /// The case number.
    pub number: String,
    /// The incident.
    pub incident_id: Uuid,
    /// The last event of the case.
    pub latest_position: u64,
}

/// The delivery of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubCase {
    /// The case number.
    pub number: String,
    /// The incident.
    pub incident_id: Uuid,
    /// The last event that the hub has.
    pub delivered_position: u64,
    /// How many messages of the case the hub has.
    pub delivered_sequence: u64,
    /// The last event that it should have.
    pub latest_position: u64,
    /// What becomes of it.
    pub state: HubCaseState,
    /// Attempts since the last success.
    pub attempts: u64,
    /// Not to be tried before.
    pub next_attempt_at: Timestamp,
    /// Since when something waits.
    pub pending_since: Option<Timestamp>,
    /// What the last attempt met.
    pub last_error: Option<String>,
    /// The event that the hub refused, of a dead case.
    pub refused_position: Option<u64>,
    /// Why the last skipped message was skipped.
    pub skip_reason: Option<String>,
}

/// How the delivery stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HubSummary {
    /// Cases with something to deliver.
    pub pending: u64,
    /// Cases that wait for a person.
    pub dead: u64,
    /// Since when the oldest of the pending cases waits.
    pub oldest_pending_since: Option<Timestamp>,
    /// A pending case was tried in vain: the hub does not answer.
    pub failing: bool,
}

/// The table of the hub's delivery. That a case has something new, and that the hub has it, is written with the log:
/// [`crate::SideWrite::HubPending`], [`crate::SideWrite::HubDelivered`].
#[async_trait]
pub trait HubCases: Send + Sync {
    /// The pending cases whose time has come, the longest due first.
    async fn hub_due(&self, now: Timestamp, limit: u32) -> Result<Vec<HubCase>, StoreError>;

    /// The hub has everything up to `position`, which was the case's message `sequence`.
    async fn hub_delivered(&self, number: &str, position: u64, sequence: u64, now: Timestamp)
    -> Result<(), StoreError>;

    /// The hub could not be reached: try again then. Never a dead letter.
    async fn hub_unreachable(&self, number: &str, next_attempt_at: Timestamp, error: &str) -> Result<(), StoreError>;

    /// The hub lacks what it once had: it has only up to `position`, which was message `sequence`. Only backwards.
    async fn hub_rewind(
        &self,
        number: &str,
        position: u64,
        sequence: u64,
        next_attempt_at: Timestamp,
        error: &str,
    ) -> Result<(), StoreError>;

    /// The hub answers again: no pending case waits longer. Returns how many did.
    async fn hub_wake(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Cases of which the hub had everything, delivered to last since then: is to be asked again, the newest first,
    /// `every_ms` apart. Returns how many.
    async fn hub_recheck(&self, since: Timestamp, now: Timestamp, every_ms: u32) -> Result<u64, StoreError>;

    /// The hub refused the message of this event: the case waits for a person.
    async fn hub_refused(&self, number: &str, position: u64, error: &str) -> Result<(), StoreError>;

    /// A person lets a dead case be tried again.
    async fn hub_replay(&self, number: &str, now: Timestamp) -> Result<(), StoreError>;

    /// A person lets a dead case go on after the refused event. Its sequence number is given to
    /// the next message, so that the hub sees no gap.
    async fn hub_skip(&self, number: &str, reason: &str, now: Timestamp) -> Result<(), StoreError>;

    /// One case.
    async fn hub_case(&self, number: &str) -> Result<Option<HubCase>, StoreError>;

    /// The cases of a state by number, from after `after_number` on.
    async fn hub_cases(
        &self,
        state: Option<HubCaseState>,
        after_number: Option<&str>,
        limit: u32,
    ) -> Result<Vec<HubCase>, StoreError>;

    /// How the delivery stands. It costs what waits, not what was delivered.
    async fn hub_summary(&self) -> Result<HubSummary, StoreError>;
}
