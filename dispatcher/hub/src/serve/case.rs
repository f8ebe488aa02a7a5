//! `GET /hub/cases/{number}`: one case with its history and its record.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::query::{HistoryQuery, parse};
use super::{admit, answer, mask};
use crate::event::Kind;
use crate::problem::{NO_SUCH_CASE, Problem};
use crate::state::{HubState, Inner};
use crate::store::{CaseRow, StoredEvent};

/// The most events of one answer; `next_after` leads to the following ones. A status has about 500 bytes.
const EVENTS_MAX: i64 = 200;

pub(crate) async fn case(
    State(hub): State<HubState>,
    number: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    // What cannot be read as text is no case number: not found, like any other.
    let number = number.map(|Path(number)| number).unwrap_or_default();
    answer("case", show(&hub.inner, &number, &headers, &uri).await)
}

async fn show(hub: &Inner, number: &str, headers: &HeaderMap, uri: &Uri) -> Result<Response, Problem> {
    let (reader, _permit) = admit(hub, headers).await?;
    let after = parse::<HistoryQuery>(uri)?.after()?;
    let database = |error| Problem::database(&error);
    let found = if crate::check::is_code(number) { hub.store.case(number).await.map_err(database)? } else { None };
    let Some((row, record)) = found else {
        return Err(Problem::new(&NO_SUCH_CASE));
    };
    let mut events = hub.store.history(number, after, EVENTS_MAX + 1).await.map_err(database)?;
    let more = events.len() as i64 > EVENTS_MAX;
    if more {
        events.pop();
    }
    if row.sensitive && reader.sees_unmasked {
        // Reading a sensitive case unmasked leaves a trace of who did.
        tracing::info!(account = reader.account, case_number = number, "sensitive case read unmasked");
    }
    let next_after = events.last().filter(|_| more).map(|event| event.sequence.to_string());
    let mut shown = mask::case_summary(&row, reader.sees_unmasked);
    shown["history"] = history(&events, &row, reader.sees_unmasked)?;
    shown["next_after"] = json!(next_after);
    shown["last_sequence"] = json!(row.last_sequence.to_string());
    shown["record"] = match record {
        None => Value::Null,
        Some(text) => mask::record(&json_of(&text)?, row.sensitive, reader.sees_unmasked),
    };
    Ok(Json(shown).into_response())
}

fn json_of(text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text).map_err(|error| Problem::database(&sqlx::Error::Decode(Box::new(error))))
}

/// Statuses with their data; of records and erasures only that they happened, and which fields went.
fn history(events: &[StoredEvent], row: &CaseRow, sees_unmasked: bool) -> Result<Value, Problem> {
    let mut shown = Vec::with_capacity(events.len());
    for event in events {
        let body = json_of(&event.body)?;
        let masked = row.sensitive && !sees_unmasked;
        let mut entry = json!({
            "sequence": event.sequence.to_string(),
            "type": event.event_type,
        });
        if !masked {
            entry["received_at"] = mask::time_text(event.received_at_ms);
        }
        match Kind::of(&event.event_type) {
            Some(Kind::Status) => {
                entry["data"] = mask::status(&body["data"], row.sensitive, sees_unmasked);
            }
            Some(Kind::Erased) => entry["fields"] = body["data"]["fields"].clone(),
            Some(Kind::Record) | None => {}
        }
        shown.push(entry);
    }
    Ok(Value::Array(shown))
}
