//! `GET /hub/cases`: pages of cases, newest first.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::query::{CaseQuery, parse, write_cursor};
use super::{admit, answer, mask};
use crate::problem::{BAD_CURSOR, Problem};
use crate::state::{HubState, Inner};

pub(crate) async fn cases(State(hub): State<HubState>, headers: HeaderMap, uri: Uri) -> Response {
    answer("cases", list(&hub.inner, &headers, &uri).await)
}

async fn list(hub: &Inner, headers: &HeaderMap, uri: &Uri) -> Result<Response, Problem> {
    let (reader, _permit) = admit(hub, headers).await?;
    let query: CaseQuery = parse(uri)?;
    let filter = query.filter(!reader.sees_unmasked)?;
    let (limit, after) = (query.limit()?, query.after()?);
    let database = |error| Problem::database(&error);
    if after != 0 && !hub.store.has_row(after).await.map_err(database)? {
        return Err(Problem::new(&BAD_CURSOR));
    }
    // One more than asked for tells whether there is a next page.
    let mut rows = hub.store.list(&filter, after, limit + 1).await.map_err(database)?;
    let more = rows.len() as i64 > limit;
    if more {
        rows.pop();
    }
    let next = rows.last().filter(|_| more).map(|row| write_cursor(row.id));
    let cases: Vec<Value> = rows.iter().map(|row| mask::case_summary(row, reader.sees_unmasked)).collect();
    Ok(Json(json!({ "cases": cases, "next_cursor": next })).into_response())
}
