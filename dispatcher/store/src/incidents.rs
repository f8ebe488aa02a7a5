//! The index of incidents: what lists and searches are made from.

use async_trait::async_trait;
use uuid::Uuid;

use crate::{StoreError, Timestamp};

/// An incident as lists and searches know it, without personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentIndexRow {
    /// Its id.
    pub incident_id: Uuid,
    /// Its number, as it is said on the radio.
    pub number: String,
    /// Its status.
    pub status: String,
    /// Whether it is still being worked on.
    pub open: bool,
    /// The code of its type, once it is classified.
    pub type_code: Option<String>,
    /// 1 is the most urgent.
    pub priority: Option<i32>,
    /// The official code of the kelurahan where it is.
    pub kelurahan_code: Option<String>,
    /// Whether its type is sensitive: not found by words.
    pub sensitive: bool,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// A place in a list of incidents: the last row of the page before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncidentCursor {
    /// When that incident was opened.
    pub opened_at: Timestamp,
    /// Its id.
    pub incident_id: Uuid,
}

/// What to look for. All that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentQuery {
    /// Words that must all begin some word of the incident's personal rows (any row).
    pub words: Option<String>,
    /// How its number begins.
    pub number_prefix: Option<String>,
    /// One of these ids.
    pub incident_ids: Option<Vec<Uuid>>,
    /// Opened at or after.
    pub opened_from: Option<Timestamp>,
    /// Opened before.
    pub opened_to: Option<Timestamp>,
    /// Not ended, or ended at or after.
    pub ended_from: Option<Timestamp>,
    /// The code of its type.
    pub type_code: Option<String>,
    /// The code of its kelurahan.
    pub kelurahan_code: Option<String>,
    /// Its status.
    pub status: Option<String>,
    /// Whether it is open.
    pub open: Option<bool>,
    /// Whether `words` may find incidents of sensitive types.
    pub include_sensitive: bool,
    /// The end of the page before.
    pub after: Option<IncidentCursor>,
    /// Rows to a page.
    pub limit: u32,
}

impl Default for IncidentQuery {
    fn default() -> Self {
        Self {
            words: None,
            number_prefix: None,
            incident_ids: None,
            opened_from: None,
            opened_to: None,
            ended_from: None,
            type_code: None,
            kelurahan_code: None,
            status: None,
            open: None,
            include_sensitive: false,
            after: None,
            limit: 100,
        }
    }
}

/// A page of incidents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentPage {
    /// Newest first.
    pub rows: Vec<IncidentIndexRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<IncidentCursor>,
}

/// Finding incidents.
#[async_trait]
pub trait IncidentIndex: Send + Sync {
    /// The incidents of a query, newest first. Nothing in the query is understood as syntax.
    async fn search_incidents(&self, query: &IncidentQuery) -> Result<IncidentPage, StoreError>;

    /// The incident with exactly this number.
    async fn incident_by_number(&self, number: &str) -> Result<Option<IncidentIndexRow>, StoreError>;
}
