//! What is asked and changes nothing, one file each, named as in the contract.

mod catalog_sections;
mod export_activity;
mod get_activity;
mod get_activity_report;
mod get_call;
mod get_call_volume;
mod get_caller_history;
mod get_catalog;
mod get_incident;
mod get_map_data;
mod get_photo;
mod get_replay;
mod get_service_levels;
mod list_alarms;
mod list_figure;
mod list_tokens;
mod list_units;
mod locate_point;
mod report_position;
mod report_viewing;
mod search_audit;
mod search_incidents;
mod search_places;
#[cfg(test)]
mod tests;

pub(crate) use catalog_sections::{get_catalog_section, list_catalog_versions};
pub(crate) use export_activity::export_activity;
pub(crate) use get_activity::get_activity;
pub(crate) use get_activity_report::get_activity_report;
pub(crate) use get_call::get_call;
pub(crate) use get_call_volume::get_call_volume;
pub(crate) use get_caller_history::get_caller_history;
pub(crate) use get_catalog::get_catalog;
pub(crate) use get_incident::get_incident;
pub(crate) use get_map_data::get_map_data;
pub(crate) use get_photo::get_photo;
pub(crate) use get_replay::get_replay;
pub(crate) use get_service_levels::get_service_levels;
pub(crate) use list_alarms::list_alarms;
pub(crate) use list_figure::list_figure;
pub(crate) use list_tokens::list_tokens;
pub(crate) use list_units::list_units;
pub(crate) use locate_point::locate_point;
pub(crate) use report_position::report_position;
pub(crate) use report_viewing::report_viewing;
pub(crate) use search_audit::search_audit;
pub(crate) use search_incidents::search_incidents;
pub(crate) use search_places::search_places;

pub(crate) use crate::report::get_report;

use crate::{
    Core,
    access::Caller,
    command::{Internal, account_of},
    context::{Context, store_error},
    views::{
        Views,
        load::{Histories, Loaded, Wanted},
        presence::Online,
    },
    work::Work,
    writer::Lane,
};
use async_trait::async_trait;
use siaga_domain::{
    SiagaError,
    account::{Account, AccountEvent},
    limits,
};
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
        let rows = context.store.list_streams(kind, open_only, after.as_deref(), PAGE).await.map_err(store_error)?;
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

/// A limit of a list: `usual` when none is given.
fn limit(given: u32, usual: u32, max: u32) -> Result<u32, SiagaError> {
    match given {
        0 => Ok(usual),
        given if given <= max => Ok(given),
        _ => Err(SiagaError::invalid("limit", format!("Paling banyak {max}."), format!("At most {max}."))),
    }
}

/// A short text to look for, if one is given.
fn limit_text(field: &str, text: &str) -> Result<Option<String>, SiagaError> {
    limits::text(field, text, limits::NAME_CHARS).map(|text| (!text.is_empty()).then_some(text))
}

/// Notes in the log that somebody reads what not everybody may; to be called before it is shown.
async fn note_reading(core: &Core, who: &Caller, event: AccountEvent) -> Result<(), SiagaError> {
    let reading = Reading { account_id: account_of(who)?, event };
    core.writer.internal_as(Lane::Emergency, who.clone(), reading).await.map(drop)
}

/// A reading, with the account of the reader.
struct Reading {
    account_id: Uuid,
    event: AccountEvent,
}

#[async_trait]
impl Internal for Reading {
    fn name(&self) -> &'static str {
        "note_reading"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let meta = work.meta();
        work.emit::<Account>(self.account_id, self.event.clone(), &meta).await?;
        Ok(Vec::new())
    }
}
