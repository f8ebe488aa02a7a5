//! The core of a 112 centre: takes commands over gRPC, decides them on the domain's state machines, writes them to the
//! log, and tells every live screen what changed.
//!
//! A command's way: [`edge`] (guard: credential and rule) → [`writer`] (groups, one commit) → one file in [`commands`]
//! → events on disk → reply; and from the log to the screens: `feed` → gateways.

pub mod access;
pub mod city;
pub mod command;
pub mod commands;
pub mod config;
pub mod context;
pub mod convert;
pub mod deliver;
pub mod edge;
pub mod feed;
mod history;
pub mod map_data;
pub mod queries;
pub mod rebuild;
pub mod reconcile;
pub(crate) mod replay;
pub mod report;
pub(crate) mod section;
pub mod setup;
pub mod statistics;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub(crate) mod timeline;
pub mod views;
pub mod work;
pub mod writer;

pub use config::CoreConfig;
pub use context::Context;

use access::{credentials::Credentials, sessions::Failures};
use feed::Feed;
use siaga_domain::{Clock, IdSource, SiagaError, report::ReportRenderer};
use siaga_store::Store;
use std::sync::Arc;
use writer::Writer;

/// A running core.
pub struct Core {
    /// Store, clock, ids, configuration, city.
    pub context: Arc<Context>,
    /// The way to the log.
    pub writer: Writer,
    /// From credential to caller.
    pub credentials: Arc<Credentials>,
    /// From the log to the live screens.
    pub feed: Feed,
    /// Failed sign-ins.
    pub failures: Failures,
    /// Deliveries to the data hub under way.
    pub hub: deliver::Deliveries,
}

impl Core {
    /// Loads the city and starts the writer and the feed.
    ///
    /// # Errors
    /// SIAGA-1900, SIAGA-1901 when the store cannot be read.
    pub async fn start(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        config: CoreConfig,
        renderer: Arc<dyn ReportRenderer>,
    ) -> Result<Arc<Self>, SiagaError> {
        let context = Arc::new(Context::new(store, clock, ids, config, renderer));
        context.reload_city().await?;
        let credentials = Arc::new(Credentials::default());
        let feed = Feed::start(Arc::clone(&context), Arc::clone(&credentials)).await?;
        let (writer, _task) = Writer::start(Arc::clone(&context));
        Ok(Arc::new(Self {
            context,
            writer,
            credentials,
            feed,
            failures: Failures::default(),
            hub: deliver::Deliveries::default(),
        }))
    }

    /// Ends the feed and all who follow it. What the writer has taken is written all the same.
    pub async fn stop(&self) {
        self.feed.stop().await;
    }
}
