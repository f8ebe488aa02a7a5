//! Faults as ordinary tests: power cuts, a hub that is away or has lost something, roles on machines of their own that die.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs, reason = "tests")]

mod hub;
mod hub_away;
mod hub_restored;
mod many_machines;
mod power_cut;
mod two_dispatchers;
