//! Telemetry: positions of units and presence of sessions. No history, but a bounded store of its
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

/// Positions and presence.
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
}
