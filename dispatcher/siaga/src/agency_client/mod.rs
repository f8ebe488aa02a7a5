//! The reference client for agencies that connect their own systems: `siaga agency-client`.
//!
//! `live` is the WebSocket with everything a client owes it, `rpc` the gRPC session that signs in; the drill plays
//! through the same two. `docs/agency-protocol.md` tells the protocol as a story.

pub mod cli;
pub mod desk;
#[cfg(test)]
mod desk_test;
pub mod live;
pub mod rpc;
pub mod screen;
pub mod store;
pub mod typed;
