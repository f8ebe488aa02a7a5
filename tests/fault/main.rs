//! Faults as ordinary tests: power cuts, a hub that is away.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs, reason = "tests")]

mod hub_away;
mod power_cut;
