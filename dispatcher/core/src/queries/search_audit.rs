//! SearchAudit: the log's events by time, account, kind and case, without what was said in the cases.

use super::limit_text;
use crate::{Core, access::Caller, context::store_error, convert, history, views::common};
use serde_json::Value;
use siaga_domain::{Aggregate, SiagaError, Timestamp, account::Account, alarm::Alarm, catalog::Catalog, unit::Unit};
use siaga_proto::v1;
use siaga_store::{EventRow, EventSearch, StreamKey};
use std::collections::HashMap;
use uuid::Uuid;

/// Entries of one answer.
const ENTRIES_MAX: u32 = 200;
/// Entries when nothing is said.
const ENTRIES_DEFAULT: u32 = 50;
/// Events looked through for one answer: a search that finds little pauses rather than hold a connection for minutes.
const LOOKED_AT: u64 = 50_000;
/// Kinds in one search.
const KINDS_MAX: usize = 20;
/// Characters of a detail.
const DETAIL_CHARS: usize = 200;
/// Details of an event.
const DETAILS_MAX: usize = 12;
/// Facts of calls, cases and assignments that say what was done and not what happened to whom.
const CASE_FACTS: [&str; 6] = ["agency", "agencies", "step", "unit_code", "code", "disposition"];

/// Events, newest first.
///
/// # Errors
/// SIAGA-1001 for a field that does not fit, SIAGA-1002 for a case that is not there, SIAGA-1901.
pub(crate) async fn search_audit(
    core: &Core,
    who: &Caller,
    request: v1::SearchAuditRequest,
) -> Result<v1::SearchAuditResponse, SiagaError> {
    let store = &core.context.background;
    let limit = if request.limit == 0 { ENTRIES_DEFAULT } else { request.limit.min(ENTRIES_MAX) };
    let (from, to) = (convert::time("from", request.from)?, convert::time("to", request.to)?);
    let head = store.head().await.map_err(store_error)?.position;
    let mut before = if request.before == 0 { head + 1 } else { request.before.min(head + 1) };
    if let Some(to) = to {
        before = before.min(history::first_from(&**store, to, head).await?);
    }
    let incident_id = match limit_text("case_number", &request.case_number)? {
        Some(number) => Some(named(core, &number).await?),
        None => None,
    };
    // Where the server's clock was set back, the search's own condition on the time makes good.
    // A case's own events are found by their index, however old they are.
    let floor = if incident_id.is_some() { 0 } else { before.saturating_sub(LOOKED_AT) };
    let search = EventSearch {
        before,
        floor,
        from,
        to,
        account_id: convert::optional_id("account_id", &request.account_id)?,
        incident_id,
        kinds: kinds(&request.kinds)?,
        limit: limit + 1,
    };
    let mut rows = store.search_events(&search).await.map_err(store_error)?;
    tracing::info!(account = ?who.account_id, found = rows.len(), "the audit trail was read");
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    // What lies below the floor, or before the period, was not looked at.
    let paused = !more && floor > 1 && !began_before(core, from, floor).await?;
    let next_before = match (more, rows.last()) {
        (true, Some(last)) => last.position,
        _ if paused => floor,
        _ => 0,
    };
    let searched_to = if paused { history::recorded_at(&**store, floor).await? } else { None };
    let entries = Names::of(core, &rows).await?.entries(&rows)?;
    Ok(v1::SearchAuditResponse { entries, next_before, searched_to: searched_to.map(convert::timestamp) })
}

fn kinds(named: &[String]) -> Result<Vec<String>, SiagaError> {
    let fits = |kind: &String| {
        (1..=64).contains(&kind.len()) && kind.bytes().all(|byte| byte.is_ascii_lowercase() || b"._".contains(&byte))
    };
    if named.len() > KINDS_MAX || !named.iter().all(fits) {
        return Err(SiagaError::invalid("kinds", "Jenis peristiwa tidak dikenal.", "An event kind is not known."));
    }
    Ok(named.to_vec())
}

async fn named(core: &Core, number: &str) -> Result<Uuid, SiagaError> {
    let found = core.context.background.incident_by_number(&number.to_uppercase()).await.map_err(store_error)?;
    found.map(|row| row.incident_id).ok_or_else(|| SiagaError::not_found("Kejadian", "The incident"))
}

/// Whether everything below a position lies before the period.
async fn began_before(core: &Core, from: Option<Timestamp>, position: u64) -> Result<bool, SiagaError> {
    let Some(from) = from else { return Ok(false) };
    Ok(history::recorded_at(&*core.context.background, position).await?.is_some_and(|recorded| recorded < from))
}

/// What the things that events are about are called.
struct Names {
    cases: HashMap<Uuid, String>,
    streams: HashMap<StreamKey, String>,
}

impl Names {
    async fn of(core: &Core, rows: &[EventRow]) -> Result<Self, SiagaError> {
        let store = &core.context.background;
        let mut keys: Vec<StreamKey> = Vec::new();
        for row in rows {
            if matches!(row.stream.kind.as_str(), Account::KIND | Unit::KIND) {
                keys.push(row.stream.clone());
            }
            keys.extend(case_of(row).map(|id| StreamKey::new(siaga_domain::incident::Incident::KIND, id)));
        }
        keys.sort_unstable();
        keys.dedup();
        let (mut cases, mut streams) = (HashMap::new(), HashMap::new());
        for row in store.load_streams(&keys).await.map_err(store_error)? {
            let text = |name: &str| row.state.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            match row.key.kind.as_str() {
                Account::KIND => drop(streams.insert(row.key.clone(), text("username"))),
                Unit::KIND => drop(streams.insert(row.key.clone(), text("code"))),
                _ => {
                    if let Ok(id) = Uuid::parse_str(&row.key.id) {
                        cases.insert(id, text("number"));
                    }
                }
            }
        }
        Ok(Self { cases, streams })
    }

    fn entries(&self, rows: &[EventRow]) -> Result<Vec<v1::AuditEntry>, SiagaError> {
        rows.iter().map(|row| self.entry(row)).collect()
    }

    fn entry(&self, row: &EventRow) -> Result<v1::AuditEntry, SiagaError> {
        let about_name = match row.stream.kind.as_str() {
            Catalog::KIND => row.stream.id.clone(),
            _ => self.streams.get(&row.stream).cloned().unwrap_or_default(),
        };
        Ok(v1::AuditEntry {
            position: row.position,
            recorded_at: Some(convert::timestamp(row.recorded_at)),
            occurred_at: Some(convert::timestamp(row.occurred_at)),
            event_type: row.event_type.clone(),
            by: Some(common::actor(&history::meta(row)?.actor)),
            about_kind: row.stream.kind.clone(),
            about_id: row.stream.id.clone(),
            about_name,
            case_number: case_of(row).and_then(|id| self.cases.get(&id).cloned()).unwrap_or_default(),
            request_id: common::id_text(row.request_id),
            details: details(row),
        })
    }
}

/// The case that an event belongs to, or that somebody read and the event only names.
fn case_of(row: &EventRow) -> Option<Uuid> {
    let named = || Uuid::parse_str(row.data.get("incident_id")?.as_str()?).ok();
    row.incident_id.or_else(named)
}

/// Short facts of an event. Of cases only what was done, because an administrator keeps the house and not the cases.
fn details(row: &EventRow) -> Vec<v1::AuditDetail> {
    let open = matches!(row.stream.kind.as_str(), Account::KIND | Unit::KIND | Catalog::KIND | Alarm::KIND);
    let Some(data) = row.data.as_object() else { return Vec::new() };
    let fact = |(name, value): (&String, &Value)| {
        let shown = (open || CASE_FACTS.contains(&name.as_str())) && !name.ends_with("_id");
        Some(v1::AuditDetail { name: name.clone(), value: plain(value).filter(|_| shown)? })
    };
    data.iter().filter_map(fact).take(DETAILS_MAX).collect()
}

/// A value as text; none for what has parts of its own, such as references to personal data.
fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(list) => list.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?.join(", "),
        Value::Null | Value::Object(_) => return None,
    };
    (!text.is_empty()).then(|| text.chars().take(DETAIL_CHARS).collect())
}

#[cfg(test)]
mod tests;
