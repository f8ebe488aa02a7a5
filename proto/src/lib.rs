//! The contract `siaga.v1`: gRPC services and messages, and the frames of the WebSocket.
//!
//! Everything is generated from `siaga/v1/*.proto`, where units, states and errors are documented. Messages have the
//! canonical proto3 JSON form through `serde`, which is what travels over the WebSocket.

/// Messages, clients and servers of `siaga.v1`.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, clippy::unwrap_used)]
pub mod v1 {
    tonic::include_proto!("siaga.v1");
    include!(concat!(env!("OUT_DIR"), "/siaga.v1.serde.rs"));

    /// All descriptors, for reflection and for tests that list every RPC and message.
    pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/siaga.v1.bin"));
}

pub use pbjson_types::Timestamp;
