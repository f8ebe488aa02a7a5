//! The operator console: the built web, embedded in the binary and served from the one origin.
//!
//! Release builds carry the files of `web/dist` in themselves; debug builds read them from the folder, so that a new
//! `make web` shows without compiling. A binary made without the web says so on its page, and everything else works.

mod serve;

use axum::Router;
use rust_embed::RustEmbed;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

/// Below this a packet holds the file anyway.
const COMPRESS_FROM_BYTES: u64 = 1_024;

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Web;

/// The web, for every path that nothing else answers: give it to `Router::fallback_service`.
pub fn router() -> Router {
    of::<Web>()
}

/// Whether the web was built into this binary.
#[must_use]
pub fn is_built() -> bool {
    Web::get(serve::INDEX).is_some()
}

fn of<E: RustEmbed + 'static>() -> Router {
    Router::new()
        .fallback(serve::serve::<E>)
        .layer(CompressionLayer::new().gzip(true).compress_when(SizeAbove::new(COMPRESS_FROM_BYTES)))
}

#[cfg(test)]
mod tests;
