//! From the log's states to the contract's messages, for one reader.
//!
//! First everything a batch of views needs is loaded, in a handful of queries however many views there are
//! ([`load`]); then each view is made from that, purely. What a reader may see is decided in [`crate::access::sight`].

pub mod account;
pub(crate) mod alarm;
mod alarm_text;
pub(crate) mod assignment;
pub(crate) mod call;
pub(crate) mod common;
pub(crate) mod incident;
pub(crate) mod load;
pub(crate) mod phones;
pub(crate) mod presence;
pub(crate) mod unit;
pub(crate) mod viewing;

#[cfg(test)]
mod tests;

use crate::{city::City, config::CoreConfig, context::Context};
use load::Loaded;
use presence::Online;
use siaga_domain::Timestamp;
use std::sync::Arc;

/// What all views of one moment are made from.
pub(crate) struct Views<'a> {
    /// States, personal texts, positions of units.
    pub(crate) loaded: &'a Loaded,
    /// Names of the city's things.
    pub(crate) city: Arc<City>,
    /// Agencies with a live session.
    pub(crate) online: &'a Online,
    /// The moment.
    pub(crate) now: Timestamp,
    /// Times that the installation sets.
    pub(crate) config: &'a CoreConfig,
}

impl<'a> Views<'a> {
    /// Views of now.
    pub(crate) fn new(context: &'a Context, loaded: &'a Loaded, online: &'a Online) -> Self {
        Self { loaded, city: context.city(), online, now: context.now(), config: &context.config }
    }

    /// Views of a moment of the past.
    pub(crate) fn at(context: &'a Context, loaded: &'a Loaded, online: &'a Online, now: Timestamp) -> Self {
        Self { now, ..Self::new(context, loaded, online) }
    }

    /// An agency keeps an ended case this long, in ms.
    pub(crate) fn after_end_ms(&self) -> i64 {
        after_end_ms(self.config)
    }
}

/// An agency keeps an ended case this long, in ms.
pub(crate) fn after_end_ms(config: &CoreConfig) -> i64 {
    i64::from(config.agency_access_after_close_h) * 3_600_000
}
