//! The gateway: the WebSocket sessions of every live screen and machine, and delivery to the data hub.
//!
//! It holds no state of its own and no rules. It reaches the core only through the gRPC contract, follows **one** feed
//! of changes, and gives each session what the core says is for its audience. Every session acts with its client's own
//! credential; the gateway's own right is the feed, presence and deliveries. `docs/agency-protocol.md` tells the
//! protocol as a story.

mod codes;
mod counted;
mod credential;
mod cursor;
mod fanout;
mod feed;
mod hub;
mod options;
mod presence;
mod ring;
mod session;
mod socket;
mod state;
mod status;
mod upgrade;

pub use codes::{ERROR_CODES, GatewayErrorCode};
pub use hub::{HubOptions, WebhookKeyError};
pub use options::{AllowedOrigins, Clock, GatewayError, GatewayOptions, Limits};
pub use session::{HANDLED_COMMANDS, HANDLED_FRAMES};
pub use state::GatewayState;

/// The gateway's one path, `/ws`.
pub fn router(state: GatewayState) -> axum::Router {
    axum::Router::new().route("/ws", axum::routing::any(upgrade::upgrade)).with_state(state)
}
