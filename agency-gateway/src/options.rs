//! What a gateway is told at its start.

use std::fmt;
use std::sync::Arc;

use tonic::transport::Channel;

use crate::hub::{HubOptions, WebhookKeyError};

/// The time, handed in: milliseconds since the epoch, UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Everything a gateway needs.
#[derive(Clone)]
pub struct GatewayOptions {
    /// The core: in memory within one process, otherwise TCP with keep-alives of a second, so that a healed network is
    /// noticed at once.
    pub channel: Channel,
    /// Names this gateway to the core; unique among the gateways.
    pub gateway_id: String,
    /// The gateway's own bearer token, of role GATEWAY.
    pub token: String,
    /// Upper bounds.
    pub limits: Limits,
    /// From which pages a cookie is taken.
    pub origins: AllowedOrigins,
    /// The time.
    pub clock: Clock,
    /// Delivery to the data hub; without it none is delivered here.
    pub hub: Option<HubOptions>,
}

impl fmt::Debug for GatewayOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("GatewayOptions")
            .field("gateway_id", &self.gateway_id)
            .field("limits", &self.limits)
            .field("origins", &self.origins)
            .field("hub", &self.hub)
            .finish_non_exhaustive()
    }
}

/// Why a gateway cannot start.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The token has characters that no header takes.
    #[error("the gateway's token cannot be sent in a header")]
    Token,
    /// A key of the data hub cannot be used.
    #[error("hub key {index}: {source}")]
    HubKey {
        /// Which one, from 1.
        index: usize,
        /// What is wrong with it.
        source: WebhookKeyError,
    },
    /// Without a key nothing can be signed.
    #[error("delivery to the data hub needs at least one key")]
    NoHubKey,
    /// The data hub's address is not one.
    #[error("the data hub's address is not a URL: {0}")]
    HubUrl(String),
}

/// From which pages a connection with a cookie is taken. Programs send a token and need no origin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedOrigins {
    /// Further origins such as `https://siaga.example`, besides the host that the request itself names.
    pub also: Vec<String>,
}

/// Upper bounds of a gateway. Beyond each the client gets a clear error, never silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Sockets at once.
    pub sessions: usize,
    /// Sockets at once from one address.
    pub sessions_per_address: usize,
    /// Sockets at once of one account.
    pub sessions_per_account: usize,
    /// How long a client may take to say Hello.
    pub hello_timeout_ms: u64,
    /// How often a client gives a sign of life; after three times this silence the session ends.
    pub heartbeat_interval_ms: u32,
    /// A larger frame is refused with an error frame.
    pub frame_bytes: usize,
    /// A larger frame ends the connection: it is not even read to its end.
    pub frame_bytes_hard: usize,
    /// More bad frames than this within a minute end the session.
    pub bad_frames_per_minute: usize,
    /// Frames that may wait for one client.
    pub queue_frames: usize,
    /// Bytes that may wait for one client.
    pub queue_bytes: usize,
    /// How long a client may take to read one frame.
    pub write_timeout_ms: u64,
    /// How long a socket may take to close.
    pub close_timeout_ms: u64,
    /// Changes kept for clients that resume.
    pub ring_changes: usize,
    /// Bytes of the changes kept.
    pub ring_bytes: usize,
    /// Commands of one session that may wait for their result.
    pub commands: usize,
    /// Receipts of one session that may be on their way at once.
    pub receipts: usize,
    /// How long the core may take for a command, a receipt or a part of a snapshot.
    pub core_timeout_ms: u64,
    /// How often presence is reported without a change.
    pub presence_interval_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 8_192,
            sessions_per_address: 512,
            sessions_per_account: 64,
            hello_timeout_ms: 10_000,
            heartbeat_interval_ms: 5_000,
            frame_bytes: 64 * 1024,
            frame_bytes_hard: 1024 * 1024,
            bad_frames_per_minute: 20,
            queue_frames: 1_024,
            queue_bytes: 4 * 1024 * 1024,
            write_timeout_ms: 15_000,
            close_timeout_ms: 2_000,
            ring_changes: 16_384,
            ring_bytes: 32 * 1024 * 1024,
            commands: 64,
            receipts: 64,
            core_timeout_ms: 10_000,
            presence_interval_ms: 5_000,
        }
    }
}
