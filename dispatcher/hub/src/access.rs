//! Who may read, and what else the hub has to be told from outside: the clock and the kelurahan.

use std::collections::HashMap;

use async_trait::async_trait;
use axum::http::HeaderMap;

/// Somebody who may read the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubReader {
    /// Names the account in the log of reads and for the limit of requests; not shown to anyone.
    pub account: String,
    /// Whether sensitive cases and personal data are shown as they are. Exports and statistics stay masked.
    pub sees_unmasked: bool,
}

/// Why somebody may not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HubDenied {
    /// No session or token, or one that is no longer valid: 401.
    #[error("not signed in")]
    SignedOut,
    /// A valid account whose role does not read the hub: 403.
    #[error("not permitted")]
    Forbidden,
    /// The one who knows cannot be reached: 503.
    #[error("access cannot be checked")]
    Unavailable,
}

/// Decides from a request's headers (cookie, `authorization`) who reads. The binary asks the core.
#[async_trait]
pub trait HubAccess: Send + Sync {
    /// The reader behind a request.
    ///
    /// # Errors
    /// [`HubDenied`], which becomes 401, 403 or 503.
    async fn reader(&self, headers: &HeaderMap) -> Result<HubReader, HubDenied>;
}

/// The time, handed in. Any `Fn() -> i64` will do.
pub trait HubClock: Send + Sync {
    /// Milliseconds since the epoch, UTC.
    fn now_ms(&self) -> i64;
}

impl<F: Fn() -> i64 + Send + Sync> HubClock for F {
    fn now_ms(&self) -> i64 {
        self()
    }
}

/// Where a kelurahan's label stands: the finest place that leaves the hub in an export.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelPoint {
    /// Longitude, degrees, WGS 84.
    pub lon_deg: f64,
    /// Latitude, degrees, WGS 84.
    pub lat_deg: f64,
}

/// Finds the label point of a kelurahan.
pub trait KelurahanLookup: Send + Sync {
    /// The point for an official code (`61.72.01.1001`), if it is known.
    fn label_point(&self, kelurahan_code: &str) -> Option<LabelPoint>;
}

impl KelurahanLookup for HashMap<String, LabelPoint> {
    fn label_point(&self, kelurahan_code: &str) -> Option<LabelPoint> {
        self.get(kelurahan_code).copied()
    }
}
