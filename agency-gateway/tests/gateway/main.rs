//! The gateway from outside: a real WebSocket client on one side, a scripted core on the other.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod contract;
mod feed;
mod frames;
mod hub;
mod limits;
mod sessions;
mod support;
