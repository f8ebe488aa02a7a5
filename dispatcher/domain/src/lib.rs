//! The domain of a 112 centre: calls, incidents, assignments, units, accounts, alarms.
//!
//! Pure: state machines decide from state, command, time and ids that are handed to them. No clock, randomness, I/O,
//! tokio, sqlx or tonic. Decisions are methods on a state that return events; `apply` is the only way a state changes.

pub mod account;
pub mod actor;
pub mod aggregate;
pub mod alarm;
pub mod assignment;
pub mod call;
pub mod catalog;
pub mod error;
pub mod incident;
pub mod limits;
pub mod number_series;
pub mod paper;
pub mod personal;
pub mod report;
pub mod stamps;
pub mod step;
pub mod time;
pub mod unit;

pub use actor::{Actor, Channel, EventMeta, OnBehalf, Role, Stamp};
pub use aggregate::Aggregate;
pub use error::{ErrorKind, FieldConflict, SiagaError};
pub use personal::PersonalRef;
pub use time::{Clock, IdSource, Timestamp};
