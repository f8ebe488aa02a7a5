//! Serving what was received, to those who may read it.

mod case;
mod export;
mod list;
mod mask;
mod query;
mod statistics;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::SemaphorePermit;

pub(crate) use case::case;
pub(crate) use export::{cases_csv, cases_geojson};
pub(crate) use list::cases;
pub(crate) use statistics::statistics;

use crate::access::{HubDenied, HubReader};
use crate::problem::{ACCESS_DOWN, BAD_METHOD, FORBIDDEN, NO_SUCH_PATH, Problem, SIGNED_OUT, TOO_MANY};
use crate::state::Inner;

/// Answers an address under `/hub/` that does not exist.
pub(crate) async fn no_such_path() -> Response {
    Problem::new(&NO_SUCH_PATH).into_response()
}

/// Answers a method that an address does not take.
pub(crate) async fn bad_method() -> Response {
    Problem::new(&BAD_METHOD).into_response()
}

/// Lets a reader in: who is it, may they, is it too much. The permit counts the read until it is dropped.
async fn admit<'a>(hub: &'a Inner, headers: &HeaderMap) -> Result<(HubReader, SemaphorePermit<'a>), Problem> {
    let busy = || Problem::new(&TOO_MANY).retry_after(1);
    let permit = hub.reads.try_acquire().map_err(|_| busy())?;
    let reader = hub.access.reader(headers).await.map_err(|denied| {
        Problem::new(match denied {
            HubDenied::SignedOut => &SIGNED_OUT,
            HubDenied::Forbidden => &FORBIDDEN,
            HubDenied::Unavailable => &ACCESS_DOWN,
        })
    })?;
    if !hub.read_limit.take(&reader.account, hub.clock.now_ms()) {
        return Err(busy());
    }
    Ok((reader, permit))
}

/// Counts an answer and forbids caches to keep it.
fn answer(endpoint: &'static str, result: Result<Response, Problem>) -> Response {
    let code = match &result {
        Ok(_) => "ok",
        Err(problem) => problem.code(),
    };
    metrics::counter!("siaga_hub_reads_total", "endpoint" => endpoint, "answer" => code).increment(1);
    let mut response = result.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
