//! What is asked and changes nothing, one file each, named as in the contract.

mod get_call;
mod get_caller_history;
mod get_catalog;
mod get_incident;
mod list_alarms;
mod list_units;
mod locate_point;
mod report_position;
mod search_incidents;
mod search_places;
#[cfg(test)]
mod tests;

pub(crate) use get_call::get_call;
pub(crate) use get_caller_history::get_caller_history;
pub(crate) use get_catalog::get_catalog;
pub(crate) use get_incident::get_incident;
pub(crate) use list_alarms::list_alarms;
pub(crate) use list_units::list_units;
pub(crate) use locate_point::locate_point;
pub(crate) use report_position::report_position;
pub(crate) use search_incidents::search_incidents;
pub(crate) use search_places::search_places;

pub(crate) use crate::report::get_report;

use crate::{
    context::{Context, store_error},
    views::{
        Views,
        load::{Histories, Loaded, Wanted},
        presence::Online,
    },
};
use siaga_domain::SiagaError;
use uuid::Uuid;

/// Streams read at once.
const PAGE: u32 = 1_000;

/// Loads what is wanted as it is now, and makes something of the views.
async fn viewed<T>(
    context: &Context,
    wanted: &Wanted,
    histories: Histories<'_>,
    make: impl FnOnce(&Views<'_>) -> T,
) -> Result<T, SiagaError> {
    let head = context.store.head().await.map_err(store_error)?;
    let loaded = Loaded::load(context, wanted, head.position, histories).await?;
    let online = Online::now(context).await?;
    Ok(make(&Views::new(context, &loaded, &online)))
}

/// Ids of all streams of a kind, open ones only or all.
async fn ids(context: &Context, kind: &str, open_only: bool) -> Result<Vec<String>, SiagaError> {
    let mut ids: Vec<String> = Vec::new();
    loop {
        let after = ids.last().cloned();
        let rows =
            context.store.list_streams(kind, open_only, after.as_deref(), PAGE).await.map_err(store_error)?;
        let full = rows.len() == PAGE as usize;
        ids.extend(rows.into_iter().map(|row| row.key.id));
        if !full {
            return Ok(ids);
        }
    }
}

/// The ids among texts that are ids.
fn uuids(texts: Vec<String>) -> impl Iterator<Item = Uuid> {
    texts.into_iter().filter_map(|text| Uuid::parse_str(&text).ok())
}
