//! `GET /hub/statistics`: counts and durations. Masked for everybody.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::query::{PeriodQuery, parse};
use super::{admit, answer, mask};
use crate::problem::Problem;
use crate::projection::DURATIONS;
use crate::state::{HubState, Inner};
use crate::store::{Filter, Group};

pub(crate) async fn statistics(State(hub): State<HubState>, headers: HeaderMap, uri: Uri) -> Response {
    answer("statistics", count(&hub.inner, &headers, &uri).await)
}

async fn count(hub: &Inner, headers: &HeaderMap, uri: &Uri) -> Result<Response, Problem> {
    let (_reader, _permit) = admit(hub, headers).await?;
    let filter = parse::<PeriodQuery>(uri)?.filter()?;
    let counted = collect(hub, &filter).await.map_err(|error| Problem::database(&error))?;
    Ok(Json(counted).into_response())
}

async fn collect(hub: &Inner, filter: &Filter) -> Result<Value, sqlx::Error> {
    let store = &hub.store;
    let mut counted = json!({
        "from": (filter.from_ms > 0).then(|| mask::time_text(filter.from_ms)),
        "to": (filter.to_ms < i64::MAX).then(|| mask::time_text(filter.to_ms)),
        "cases": store.count(filter).await?,
    });
    for (name, group) in [
        ("by_type", Group::Type),
        ("by_kelurahan", Group::Kelurahan),
        ("by_agency", Group::Agency),
        ("by_outcome", Group::Outcome),
    ] {
        let groups = store.count_by(filter, group).await?;
        counted[name] = groups.into_iter().map(|(code, cases)| json!({"code": code, "cases": cases})).collect();
    }
    let durations = store.durations(filter).await?;
    counted["durations"] = DURATIONS
        .iter()
        .map(|&(name, from, to)| {
            let measured = durations.get(name);
            json!({
                "name": name,
                "from": from,
                "to": to,
                "cases": measured.map_or(0, |(cases, _, _)| *cases),
                "p50_ms": measured.map(|(_, p50_ms, _)| *p50_ms),
                "p90_ms": measured.map(|(_, _, p90_ms)| *p90_ms),
            })
        })
        .collect();
    Ok(counted)
}
