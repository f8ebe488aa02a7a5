//! The operator console: the built web, embedded in the binary and served from the one origin, and what that origin
//! passes on when the other roles run elsewhere.
//!
//! Release builds carry the files of `web/dist` in themselves; debug builds read them from the folder, so that a new
//! `make web` shows without compiling. A binary made without the web says so on its page, and everything else works.

mod codes;
mod pass_on;
mod serve;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use rust_embed::RustEmbed;
use tower::ServiceExt as _;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

pub use codes::{ConsoleErrorCode, ERROR_CODES};
pub use pass_on::{Dial, PassOn, Wire};

/// Below this a packet holds the file anyway.
const COMPRESS_FROM_BYTES: u64 = 1_024;

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Web;

/// The web, and what is passed on, for every path that nothing else answers: give it to `Router::fallback_service`.
pub fn router(pass_on: PassOn) -> Router {
    let web = of::<Web>();
    Router::new().fallback(answer).with_state((pass_on, web))
}

/// Whether the web was built into this binary.
#[must_use]
pub fn is_built() -> bool {
    Web::get(serve::INDEX).is_some()
}

async fn answer(State((pass_on, web)): State<(PassOn, Router)>, request: Request) -> Response {
    match pass_on.pass(request).await {
        Ok(answer) => answer,
        Err(request) => web.oneshot(request).await.unwrap_or_else(|never| match never {}),
    }
}

fn of<E: RustEmbed + 'static>() -> Router {
    Router::new()
        .fallback(serve::serve::<E>)
        .layer(CompressionLayer::new().gzip(true).compress_when(SizeAbove::new(COMPRESS_FROM_BYTES)))
}

#[cfg(test)]
mod tests;
