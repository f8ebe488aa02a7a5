//! The event log and its read models: one trait, [`Store`], and two thin implementations of it,
//! [`SqliteStore`] and [`PostgresStore`].
//!
//! The store knows rows, not the domain's events. Everything that changes history goes through
//! [`EventLog::append`], one transaction for a whole group of commands. What is read back comes
//! from the log (`events`), from the personal rows beside it, or from read models that can be
//! rebuilt from the log.
//!
//! Both implementations compile the same statements from `src/sql/`; what differs between the
//! databases stands in the `dialect` module of each.

#![allow(clippy::duplicate_mod, reason = "src/sql/ is compiled once for each database, on purpose")]

mod access;
mod chain;
mod commit;
mod error;
mod facts;
mod folder;
mod hub;
mod incidents;
mod limits;
mod log;
mod maintenance;
mod personal;
mod postgres;
mod reconcile;
mod rows;
mod sqlite;
mod store;
mod tail;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod verify;
mod words;

pub use access::{AccessTables, Revoke, Session, SessionKind};
pub use chain::{GENESIS_HASH, event_hash};
pub use commit::{Appended, CommandCommit, PositionRange, SideWrite, StoredRequest, StreamWrite};
pub use error::StoreError;
pub use facts::{AssignmentFact, CallFact, CaseFact, Fact, FactPage, Facts};
pub use folder::DataFolder;
pub use hub::{HubCase, HubCaseState, HubCases, HubPending, HubSummary};
pub use incidents::{IncidentCursor, IncidentIndex, IncidentIndexRow, IncidentPage, IncidentQuery};
pub use limits::*;
pub use log::{EventLog, EventRow, EventSearch, Head, NewEvent, StoredEvent, StreamKey, StreamRow};
pub use maintenance::{Cleared, Maintenance, ReadModelBatch};
pub use personal::{ERASED, PersonalIndex, PersonalRow, PersonalRows};
pub use postgres::{PostgresOptions, PostgresStore};
pub use reconcile::Reconcilers;
pub use siaga_domain::Timestamp;
pub use sqlite::{SqliteOptions, SqliteStore};
pub use store::Store;
pub use telemetry::{Presence, Telemetry, UnitPosition, Viewing};
pub use verify::{PersonalProblem, VerifyProblem, VerifyReport};
pub use words::split_words;
