//! The data hub: what Kominfo's data centre runs.
//!
//! It receives the status updates and records of emergency cases as signed CloudEvents, each exactly once and in order
//! per case, keeps them in a database of its own, and serves them: cases, masked exports, statistics.
//! `docs/hub.md` is its contract with senders and readers.
//!
//! A delivery goes through [`webhook`] (is it believed), `event` (does it fit its schema), `store::accept`
//! (one transaction: is it the next one of its case; store; fold) and comes back as one HTTP answer.

mod access;
mod check;
mod event;
mod limit;
mod problem;
mod projection;
mod receive;
mod redact;
mod serve;
mod state;
mod store;
pub mod webhook;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};

pub use access::{HubAccess, HubClock, HubDenied, HubReader, KelurahanLookup, LabelPoint};
pub use event::{ERASED_TYPE, RECORD_TYPE, STATUS_TYPE};
pub use problem::{ERROR_CODES, HubErrorCode};
pub use state::{HubConfig, HubLimits, HubState, HubUnhealthy};
pub use store::{HubDatabase, HubOpenError};

/// Everything under `/hub/`, to be merged into the binary's one port.
pub fn router(state: HubState) -> Router {
    Router::new()
        .route("/hub/events", post(receive::receive))
        .route("/hub/cases", get(serve::cases))
        .route("/hub/cases.csv", get(serve::cases_csv))
        .route("/hub/cases.geojson", get(serve::cases_geojson))
        .route("/hub/cases/{number}", get(serve::case))
        .route("/hub/statistics", get(serve::statistics))
        .route("/hub/{*rest}", any(serve::no_such_path))
        .method_not_allowed_fallback(serve::bad_method)
        // The receiver has a limit of its own, with an answer of its own.
        .layer(DefaultBodyLimit::disable())
        .with_state(state)
}
