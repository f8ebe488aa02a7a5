//! Telemetry: positions of units, presence of sessions, open cards. No history, but a bounded store of its
//! own, thinned and expiring.

use async_trait::async_trait;
use uuid::Uuid;

use crate::{StoreError, Timestamp};

/// Where a unit was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitPosition {
    /// The unit.
    pub unit_id: Uuid,
    /// Degrees north, WGS 84.
    pub lat: f64,
    /// Degrees east, WGS 84.
    pub lon: f64,
    /// The radius of the error in metres, if the device says.
    pub accuracy_m: Option<f64>,
    /// Metres a second, if the device says.
    pub speed_mps: Option<f64>,
    /// When it was there.
    pub at: Timestamp,
}

/// How many live sessions a gateway holds for an audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// The gateway.
    pub gateway_id: String,
    /// `board`, `agency:<code>` or `unit:<id>`.
    pub audience: String,
    /// Live sessions.
    pub sessions: u32,
    /// When the gateway said so.
    pub seen_at: Timestamp,
}

/// Somebody of the centre has a card open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewing {
    /// The card.
    pub incident_id: Uuid,
    /// Who.
    pub account_id: Uuid,
    /// The post, as others see it.
    pub label: String,
    /// Types in it.
    pub editing: bool,
    /// When the screen said so.
    pub seen_at: Timestamp,
}

/// Positions, presence and open cards.
#[async_trait]
pub trait Telemetry: Send + Sync {
    /// Stores positions. One that is older than the latest of its unit only goes into the
    /// history; a second one of the same unit and time is dropped.
    async fn record_positions(&self, positions: &[UnitPosition]) -> Result<(), StoreError>;

    /// The latest position of each unit, of all or of these.
    async fn latest_positions(&self, units: Option<&[Uuid]>) -> Result<Vec<UnitPosition>, StoreError>;

    /// Where a unit was from `from` until before `to`, in order.
    async fn position_history(
        &self,
        unit_id: Uuid,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> Result<Vec<UnitPosition>, StoreError>;

    /// Of the history before `before`, keeps one position of each unit in each `every_ms`;
    /// removes up to `limit`, returns how many went.
    async fn thin_positions(&self, before: Timestamp, every_ms: u32, limit: u32) -> Result<u64, StoreError>;

    /// Removes up to `limit` positions of the history before `before`; returns how many went.
    async fn expire_positions(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;

    /// Replaces what this gateway said of its sessions.
    async fn set_presence(
        &self,
        gateway_id: &str,
        at: Timestamp,
        audiences: &[(String, u32)],
    ) -> Result<(), StoreError>;

    /// What the gateways said at or after `since`.
    async fn presence(&self, since: Timestamp) -> Result<Vec<Presence>, StoreError>;

    /// Forgets what gateways said before `before`; returns how many rows went.
    async fn expire_presence(&self, before: Timestamp) -> Result<u64, StoreError>;

    /// Notes that somebody has a card open, or still has.
    async fn set_viewing(&self, viewing: &Viewing) -> Result<(), StoreError>;

    /// Somebody closed a card.
    async fn end_viewing(&self, incident_id: Uuid, account_id: Uuid) -> Result<(), StoreError>;

    /// The cards that were said to be open at or after `since`, by incident and account.
    async fn viewing(&self, since: Timestamp) -> Result<Vec<Viewing>, StoreError>;

    /// Forgets the cards that were last said to be open before `before`; returns how many rows went.
    async fn expire_viewing(&self, before: Timestamp) -> Result<u64, StoreError>;
}
