//! `/healthz`: the process answers. `/readyz`: its parts work, each said by name.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::join_all;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Serialize;

/// A part that does not answer in this time counts as failed: a load balancer cannot wait either.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

/// How a part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It works.
    Ok,
    /// It works, or it is one that calls and dispatch do without; somebody should look.
    Warn(String),
    /// This process cannot do its work.
    Failed(String),
}

/// One part of the process that can be asked how it is.
#[async_trait]
pub trait Check: Send + Sync {
    /// Short name, such as `store`.
    fn name(&self) -> &'static str;
    /// Asks the part itself, not a remembered answer. Details carry no personal data and no secrets.
    async fn check(&self) -> Health;
}

#[derive(Serialize)]
struct Answer {
    ready: bool,
    checks: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    name: &'static str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// `/healthz` and `/readyz` over a list of parts.
pub fn router(checks: Vec<Arc<dyn Check>>) -> Router {
    let checks: Arc<[Arc<dyn Check>]> = checks.into();
    Router::new()
        .route("/healthz", get(|| async { ([(CACHE_CONTROL, "no-store")], "ok\n") }))
        .route("/readyz", get(move || ready(Arc::clone(&checks))))
}

async fn ready(checks: Arc<[Arc<dyn Check>]>) -> Response {
    let parts = join_all(checks.iter().map(|check| part(check.as_ref()))).await;
    let ready = parts.iter().all(|part| part.state != "failed");
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::to_string(&Answer { ready, checks: parts }).expect("names and texts are JSON");
    (status, [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body).into_response()
}

async fn part(check: &dyn Check) -> Part {
    let health = tokio::time::timeout(CHECK_TIMEOUT, check.check())
        .await
        .unwrap_or_else(|_| Health::Failed(format!("no answer within {} s", CHECK_TIMEOUT.as_secs())));
    let (state, detail) = match health {
        Health::Ok => ("ok", None),
        Health::Warn(detail) => ("warn", Some(detail)),
        Health::Failed(detail) => ("failed", Some(detail)),
    };
    Part { name: check.name(), state, detail }
}
