//! The way to the other processes of an installation: several addresses of a kind behind one channel.
//!
//! A gateway or a console holds no state, so any dispatcher is as good as another. One connection is used at a time;
//! when it ends, the next address is tried. Nothing is sent twice by itself: the caller learns that the connection
//! broke and repeats with the same request id.

mod channel;
mod dial;
mod health;
pub mod tls;

pub use channel::over;
pub use dial::{Dialer, Wire};
pub use health::PeerCheck;
