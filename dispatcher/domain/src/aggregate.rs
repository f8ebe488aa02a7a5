//! What every stream of the log is to the code that loads, decides and applies.

use crate::{EventMeta, error::SiagaError};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// A unit of change: a state made of the events of one stream.
pub trait Aggregate: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Stream kind in the log, e.g. "incident".
    const KIND: &'static str;
    /// Version of the event's shape, written with each event. Raise it when a shape changes, and teach `Event` to read
    /// the old one; samples of each version are in `testdata/`.
    const SCHEMA_VERSION: u32 = 1;
    /// What can happen to it. Serialised with a `type` tag, which becomes the event's type in the log.
    type Event: Serialize + DeserializeOwned + Clone + Send + Sync + std::fmt::Debug;

    /// Takes an event in. Total: an event that was recorded always applies.
    fn apply(&mut self, event: &Self::Event, meta: &EventMeta);

    /// Still part of the work in hand, and so of the boards' snapshot.
    fn is_open(&self) -> bool;

    /// The case it belongs to, if any; `own_id` is the id of its stream.
    fn incident(&self, _own_id: &str) -> Option<Uuid> {
        None
    }
}

/// Splits an event into its type in the log and its data.
///
/// # Errors
/// SIAGA-1900 when the event does not serialise to an object with a `type`, which only a fault of the code can cause.
pub fn to_log<E: Serialize>(kind: &str, event: &E) -> Result<(String, serde_json::Value), SiagaError> {
    let mut value = serde_json::to_value(event).map_err(|error| SiagaError::internal(error.to_string()))?;
    let name = value
        .as_object_mut()
        .and_then(|object| object.remove("type"))
        .and_then(|name| name.as_str().map(str::to_owned))
        .ok_or_else(|| SiagaError::internal(format!("an event of {kind} has no type")))?;
    Ok((format!("{kind}.{name}"), value))
}

/// Joins type and data of the log to an event again.
///
/// # Errors
/// SIAGA-1900 when the log holds a type or shape that this version does not know.
pub fn from_log<E: DeserializeOwned>(event_type: &str, data: &serde_json::Value) -> Result<E, SiagaError> {
    let name = event_type.split_once('.').map_or(event_type, |(_, name)| name);
    let mut value = data.clone();
    let object =
        value.as_object_mut().ok_or_else(|| SiagaError::internal(format!("{event_type}: data is no object")))?;
    object.insert("type".into(), name.into());
    serde_json::from_value(value).map_err(|error| SiagaError::internal(format!("{event_type}: {error}")))
}
