//! The one trait.

use crate::{
    AccessTables, EventLog, Facts, HubCases, IncidentIndex, Maintenance, PersonalRows, Reconcilers, Telemetry,
};

/// The store, used as `Arc<dyn Store>`. Its methods are grouped by what they are about, and can
/// be called on it without importing the group.
pub trait Store:
    EventLog
    + PersonalRows
    + IncidentIndex
    + Facts
    + AccessTables
    + Reconcilers
    + Telemetry
    + HubCases
    + Maintenance
    + std::fmt::Debug
    + 'static
{
}
