//! The ten steps over the public contract, against the real binary.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs, reason = "tests")]

mod drills;
mod erasure;
mod flow;
mod refusals;
mod together;
mod tokens;
