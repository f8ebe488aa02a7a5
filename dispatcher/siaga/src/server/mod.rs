//! The HTTP server.
pub mod tls;
