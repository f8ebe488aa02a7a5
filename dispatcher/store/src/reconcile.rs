//! What readers and reconcilers keep between runs.

use async_trait::async_trait;

use crate::{StoreError, Timestamp};

/// Positions of readers, and leases so that a reconciler runs once in the cluster.
#[async_trait]
pub trait Reconcilers: Send + Sync {
    /// How far the reader of this name has read; 0 for one that never did. Written with the log:
    /// [`crate::SideWrite::ReaderAt`].
    async fn reader_position(&self, name: &str) -> Result<u64, StoreError>;

    /// Takes or renews the lease `name` for `owner` until `until`. True when the owner has it now;
    /// false when another's still runs at `now`.
    async fn take_lease(&self, name: &str, owner: &str, now: Timestamp, until: Timestamp) -> Result<bool, StoreError>;

    /// Gives the lease back, if this owner has it.
    async fn release_lease(&self, name: &str, owner: &str) -> Result<(), StoreError>;
}
